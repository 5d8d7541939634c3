# ruff: noqa: E501  (word tables: one line a pattern)
"""The conversation as a request carries it, put into turns: what the person wrote, what was called, what was answered."""

import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sandbox.model.bind import OFFER_TOOLS
from sandbox.model.dates import find_dates
from sandbox.model.names import DEMO_CONTACTS
from sandbox.model.text import fold

_TODAY = re.compile(
    r"\b(?:today|current date|date today|heute|heutiges datum|oggi|aujourd'hui|now)\b(?: is| ist| e| est|'s date is|'s date|s date is)?\s*[:=]?\s*(?:\w+day,? )?(?P<rest>[^\n]{4,60})"
)
_CONTACT_LINE = re.compile(
    r"(?:contacts|customers and suppliers|kontakte|known contacts)[^:\n]{0,40}:\s*(?P<list>[^\n]{3,4000})",
    re.IGNORECASE,
)


@dataclass
class Turn:
    """One message of a person and what followed it."""

    text: str
    answers: list[str] = field(default_factory=list)
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """(id, tool, arguments)."""
    results: dict[str, str] = field(default_factory=dict)
    """What each call gave, by id."""
    brought_out: list[str] = field(default_factory=list)
    """Groups of tools that were asked for."""

    @property
    def answer(self) -> str:
        """The last thing the assistant said in this turn."""
        return self.answers[-1] if self.answers else ""


@dataclass(frozen=True)
class Transcript:
    """A whole conversation."""

    system: str
    opening: str
    """What the assistant said before the person's first message."""
    turns: tuple[Turn, ...]
    answered: bool
    """Whether the assistant has said anything yet."""

    def today(self) -> date | None:
        """The day named in the system prompt."""
        for match in _TODAY.finditer(fold(self.system[:20_000])):
            spans = find_dates(match["rest"], date(2000, 1, 1))
            if spans and spans[0].last and not spans[0].yearless and spans[0].kind != "days":
                return spans[0].first or spans[0].last
        return None

    def known_contacts(self) -> tuple[str, ...]:
        """Names the request itself carries, and those of the demo company."""
        names: dict[str, None] = {}
        listed = _CONTACT_LINE.search(self.system[:60_000])
        if listed:
            for name in re.split(r"[,;]", listed["list"]):
                tidy = name.strip(" .\"'")
                if 2 <= len(tidy) <= 60 and len(names) < 500:
                    names[tidy] = None
        for name in DEMO_CONTACTS:
            names[name] = None
        return tuple(names)


def content_text(content: Any) -> str:
    """The words of a message's content: a string, or the text parts of a list."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(
            str(part.get("text", ""))
            for part in content
            if isinstance(part, dict) and part.get("type") in ("text", "refusal", "input_text")
        )
    return ""


def read_transcript(messages: list[dict[str, Any]]) -> Transcript:
    """Put the messages of a request into turns. The request has been checked before."""
    system, opening, answered = [], "", False
    turns: list[Turn] = []
    for message in messages:
        role, words = message.get("role"), content_text(message.get("content"))
        if role in ("system", "developer"):
            system.append(words)
        elif role == "user":
            turns.append(Turn(words))
        elif role == "assistant":
            answered = answered or bool(words.strip())
            if turns:
                _take_answer(turns[-1], message, words)
            else:
                opening = words or opening
        elif role == "tool" and turns:
            turns[-1].results[str(message.get("tool_call_id"))] = words
    return Transcript("\n".join(system), opening, tuple(turns), answered)


def _take_answer(turn: Turn, message: dict[str, Any], words: str) -> None:
    if words.strip():
        turn.answers.append(words)
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        try:
            arguments = json.loads(function.get("arguments") or "{}")
        except (ValueError, RecursionError):
            arguments = {}
        arguments = arguments if isinstance(arguments, dict) else {}
        if function.get("name") == OFFER_TOOLS:
            turn.brought_out.append(str(arguments.get("group")))
            continue
        turn.calls.append((str(call.get("id")), str(function.get("name")), arguments))
