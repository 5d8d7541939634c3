"""The conversations that are open or were lately: what the model is told of each, one turn at a time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.history import History, from_steps
from assistant.language import DEFAULT, detect
from tools.errors import Language
from tools.sent_files import SentFile

_REMEMBERED = 500
"""Conversations kept in memory; others come back from the store when they are opened."""


@dataclass(slots=True)
class Talk:
    """One conversation."""

    id: str
    language: Language = DEFAULT
    history: History = field(default_factory=History)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held during a turn: two at once would mix their calls and results."""
    cards_shown: int = 0
    """How many of what waits were shown as cards, while that is what is spoken of: "show more" goes on from there."""
    sent: tuple[SentFile, ...] = ()
    """Files that came and that the model has not been told of yet."""
    later: list[str] = field(default_factory=list)
    kept: tuple[str, str | None] | None = None
    """What was asked (with its command) before it was known about which organisation."""

    def told(self, line: str) -> None:
        """Something was said outside a turn (an outcome); during a turn it is put behind it."""
        if self.lock.locked():
            self.later.append(line)
        else:
            self.history.answered(line)

    def catch_up(self) -> None:
        """Take in what was said during the turn that has ended."""
        for line in self.later:
            self.history.answered(line)
        self.later.clear()


class Talks:
    """Conversations by id, the least used forgotten first."""

    def __init__(self) -> None:
        self._talks: OrderedDict[str, Talk] = OrderedDict()

    def of(self, thread_id: str, *, language: Language = DEFAULT) -> Talk:
        """The conversation, a new one if it is not known; `language` is where a new one starts."""
        talk = self._talks.get(thread_id)
        if talk is None:
            talk = self._talks[thread_id] = Talk(thread_id, language)
            self._forget()
        self._talks.move_to_end(thread_id)
        return talk

    def known(self, thread_id: str) -> Talk | None:
        """The conversation if it is in memory."""
        return self._talks.get(thread_id)

    def resumed(self, thread: Mapping[str, Any], *, language: Language) -> Talk:
        """The conversation as it is stored; what is in memory is newer and wins."""
        known = self._talks.get(str(thread["id"]))
        if known is not None:
            return self.of(known.id)
        steps = list(thread.get("steps") or ())
        talk = self.of(str(thread["id"]), language=language)
        talk.history = from_steps(steps)
        for step in steps:
            if step.get("type") == "user_message":
                talk.language = detect(str(step.get("output") or ""), talk.language)
        return talk

    def _forget(self) -> None:
        for thread_id in [key for key, talk in self._talks.items() if not talk.lock.locked()]:
            if len(self._talks) <= _REMEMBERED:
                return
            del self._talks[thread_id]
