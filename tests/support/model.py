"""A model that says what a test has written down, and fails when the test and the product disagree about the steps."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from assistant.model import CallRequest, ChatMessage, Delta, Finish, StepEnd, TextDelta
from assistant.model_errors import ModelError


@dataclass
class Says:
    """A step that streams these pieces and ends."""

    pieces: tuple[str, ...]
    finish: Finish = Finish.STOP


@dataclass
class Calls:
    """A step that asks for these tools, perhaps after some text."""

    calls: tuple[CallRequest, ...]
    text: str = ""


@dataclass
class Breaks:
    """A step that streams these pieces and then fails."""

    error: ModelError
    pieces: tuple[str, ...] = ()


@dataclass
class Hangs:
    """A step that streams these pieces and then never goes on."""

    pieces: tuple[str, ...] = ()
    reached: asyncio.Event = field(default_factory=asyncio.Event)


Step = Says | Calls | Breaks | Hangs


def says(*pieces: str) -> Says:
    return Says(pieces)


def call(name: str, arguments: dict[str, Any] | str | None = None, identity: str = "") -> CallRequest:
    written = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    return CallRequest(identity or f"call_{name}", name, written)


def calls(*wanted: CallRequest, text: str = "") -> Calls:
    return Calls(wanted, text)


@dataclass
class Seen:
    """What the model was asked in one step."""

    messages: list[ChatMessage]
    tools: list[str]

    @property
    def system(self) -> str:
        return str(self.messages[0]["content"])

    def results(self) -> list[Any]:
        """The tool results in the request, parsed."""
        return [json.loads(m["content"]) for m in self.messages if m["role"] == "tool"]


class ScriptedModel:
    """Plays its steps in order; asks for more than the script are an error, and so are steps left over."""

    def __init__(self, *steps: Step) -> None:
        self._steps = list(steps)
        self.seen: list[Seen] = []

    async def stream(self, messages: list[ChatMessage], tools: list[dict[str, Any]]) -> AsyncIterator[Delta]:
        assert_whole(messages)
        self.seen.append(Seen(messages, [tool["function"]["name"] for tool in tools]))
        assert self._steps, "the model was asked once more than the script has steps"
        step = self._steps.pop(0)
        match step:
            case Says(pieces, finish):
                for piece in pieces:
                    yield TextDelta(piece)
                yield StepEnd(finish)
            case Calls(wanted, text):
                if text:
                    yield TextDelta(text)
                yield StepEnd(Finish.CALLS, wanted)
            case Breaks(error, pieces):
                for piece in pieces:
                    yield TextDelta(piece)
                raise error
            case Hangs(pieces, reached):
                for piece in pieces:
                    yield TextDelta(piece)
                reached.set()
                await asyncio.Event().wait()

    def finished(self) -> None:
        """Every step of the script was used."""
        assert not self._steps, f"{len(self._steps)} steps of the script were not used"


class EndlessModel:
    """Asks for the same step for ever, as long as it is offered tools; then says the last words."""

    def __init__(self, make: Callable[[int], Calls], last_words: str = "Done.") -> None:
        self._make, self._last_words = make, last_words
        self.seen: list[Seen] = []

    async def stream(self, messages: list[ChatMessage], tools: list[dict[str, Any]]) -> AsyncIterator[Delta]:
        assert_whole(messages)
        self.seen.append(Seen(messages, [tool["function"]["name"] for tool in tools]))
        if not tools:
            yield TextDelta(self._last_words)
            yield StepEnd(Finish.STOP)
            return
        yield StepEnd(Finish.CALLS, self._make(len(self.seen)).calls)


def assert_whole(messages: list[ChatMessage]) -> None:
    """Each call is followed at once by its result, as Chat Completions demands."""
    open_calls: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            assert message["tool_call_id"] in open_calls, f"a result without a call: {message}"
            open_calls.remove(message["tool_call_id"])
            continue
        assert not open_calls, f"calls without a result before {message['role']}: {open_calls}"
        open_calls = [call["id"] for call in message.get("tool_calls") or ()]
    assert not open_calls, f"calls without a result at the end: {open_calls}"
