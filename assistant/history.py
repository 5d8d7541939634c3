"""What the model is told of a conversation so far: bounded, whole (every tool call has its result), and rebuilt from
the stored conversation after a reload or a restart."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from assistant.model import CallRequest, ChatMessage

MAX_CHARACTERS = 120_000
"""What is sent of a conversation; older questions are left out whole."""
STOPPED = '{"error": {"kind": "stopped", "message": "The person stopped this before it was finished."}}'
WITHHELD = "(What was answered here is not shown any more: the person no longer holds the right to see it.)"
"""Stands, for the model, in the place of what a tool found that the person may not use now."""
CALL = "call"
RESULT = "result"
"""Keys in the metadata of a stored tool step."""
REMARK = "remark"
"""Key in the metadata of a stored message that code said about the model's words, and that the model is not told."""


class History:
    """The messages of one conversation in the shape of Chat Completions, without the system prompt."""

    def __init__(self, messages: Iterable[ChatMessage] = ()) -> None:
        self._messages: list[ChatMessage] = list(messages)

    def __len__(self) -> int:
        return len(self._messages)

    def asked(self, text: str) -> None:
        """A person's message."""
        self._messages.append({"role": "user", "content": text})

    def answered(self, text: str) -> None:
        """Words that the person was shown, by the model or by code."""
        if text.strip():
            self._messages.append({"role": "assistant", "content": text})

    def called(self, calls: Sequence[CallRequest], text: str = "") -> None:
        """The model asked for tools; each call must get its result before the next message."""
        self._messages.append(
            {
                "role": "assistant",
                "content": text or None,
                "tool_calls": [
                    {
                        "id": call.id,
                        "type": "function",
                        "function": {"name": call.name, "arguments": call.arguments},
                    }
                    for call in calls
                ],
            }
        )

    def resulted(self, call_id: str, result: str) -> None:
        """What a tool gave back."""
        self._messages.append({"role": "tool", "tool_call_id": call_id, "content": result})

    def close_open_calls(self) -> None:
        """Give every call that has no result (a stop, a crash) one that says so: servers refuse a half history."""
        open_calls: list[str] = []
        for message in self._messages:
            for call in message.get("tool_calls") or ():
                open_calls.append(call["id"])
            if message["role"] == "tool" and message["tool_call_id"] in open_calls:
                open_calls.remove(message["tool_call_id"])
        for call_id in open_calls:
            self.resulted(call_id, STOPPED)

    def said(self) -> list[str]:
        """The person's own messages, oldest first."""
        return [str(message["content"]) for message in self._messages if message["role"] == "user"]

    def called_names(self) -> list[str]:
        """The names of the tools that the model called, oldest first."""
        return [str(call["function"]["name"]) for message in self._messages for call in message.get("tool_calls") or ()]

    def results(self) -> list[str]:
        """What the tools gave back, oldest first."""
        return [str(message["content"]) for message in self._messages if message["role"] == "tool"]

    def messages(self) -> list[ChatMessage]:
        """A copy of everything."""
        return list(self._messages)

    def for_model(self, system: str, out_of_reach: Collection[str] = ()) -> list[ChatMessage]:
        """The system prompt and as much of the end of the conversation as fits, beginning at a person's message.

        What tools found that are out of the person's reach by now is not told again, nor what was said after it in the
        same turn; only the person's own words of that turn are.
        """
        kept: list[ChatMessage] = []
        size = 0
        for whole in reversed(list(_turns(self._messages))):
            turn = _without(whole, out_of_reach)
            size += sum(_size(message) for message in turn)
            if kept and size > MAX_CHARACTERS:
                break
            kept = [*turn, *kept]
        return [{"role": "system", "content": system}, *kept]


def _turns(messages: Iterable[ChatMessage]) -> Iterable[list[ChatMessage]]:
    turn: list[ChatMessage] = []
    for message in messages:
        if message["role"] == "user" and turn:
            yield turn
            turn = []
        turn.append(message)
    if turn:
        yield turn


def _without(turn: list[ChatMessage], names: Collection[str]) -> list[ChatMessage]:
    """The turn, or only the person's words of it where one of those tools was called and gave a result."""
    found = {
        call["id"] for message in turn for call in message.get("tool_calls") or () if call["function"]["name"] in names
    }
    refused = {
        message["tool_call_id"]
        for message in turn
        if message["role"] == "tool" and str(message["content"]).startswith('{"error"')
    }
    if found <= refused:
        return turn
    return [*(message for message in turn if message["role"] == "user"), {"role": "assistant", "content": WITHHELD}]


def _size(message: ChatMessage) -> int:
    size = len(message.get("content") or "")
    for call in message.get("tool_calls") or ():
        size += len(call["function"]["name"]) + len(call["function"]["arguments"])
    return size


def step_metadata(call: CallRequest, batch: str, result: str) -> dict[str, Any]:
    """What is kept beside a stored tool step, so that the model still knows after a restart what it was told."""
    return {
        CALL: {"id": call.id, "name": call.name, "arguments": call.arguments, "batch": batch},
        RESULT: result,
    }


def from_steps(steps: Iterable[Mapping[str, Any]]) -> History:
    """The history of a stored conversation, from its steps in the order in which they were made."""
    history = History()
    waiting: list[tuple[str, CallRequest, str]] = []

    def settle() -> None:
        if waiting:
            history.called([call for _, call, _ in waiting])
            for _, call, result in waiting:
                history.resulted(call.id, result)
            waiting.clear()

    for step in (step for step in steps if not _metadata(step).get(REMARK)):
        kind, output = step.get("type"), step.get("output") or ""
        if kind == "tool":
            stored = _stored_call(_metadata(step))
            if stored is None:
                continue
            if waiting and waiting[-1][0] != stored[0]:
                settle()
            if all(call.id != stored[1].id for _, call, _ in waiting):
                waiting.append(stored)
        elif kind == "user_message":
            settle()
            if output:
                history.asked(output)
        elif kind == "assistant_message":
            settle()
            history.answered(output)
    settle()
    return history


def _metadata(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is kept beside a step; empty where it cannot be read."""
    metadata = step.get("metadata")
    if isinstance(metadata, str):
        try:
            metadata = json.loads(metadata)
        except ValueError:
            return {}
    return metadata if isinstance(metadata, Mapping) else {}


def _stored_call(metadata: Mapping[str, Any]) -> tuple[str, CallRequest, str] | None:
    call, result = metadata.get(CALL), metadata.get(RESULT)
    if not isinstance(call, Mapping) or not isinstance(result, str):
        return None
    values = [call.get(key) for key in ("id", "name", "arguments", "batch")]
    if not all(isinstance(value, str) for value in values):
        return None
    identity, name, arguments, batch = (str(value) for value in values)
    return batch, CallRequest(identity, name, arguments), result
