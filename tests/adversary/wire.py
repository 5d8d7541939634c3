"""What a model's server can answer over HTTP, well-formed or not: bytes of Chat Completions, ready to be sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

STREAM = "text/event-stream; charset=utf-8"
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the server, piece by piece."""

    pieces: tuple[bytes, ...]
    status: int = 200
    kind: str = STREAM
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False
    """The connection breaks off after the last piece."""
    pause: float = 0
    """Seconds between two pieces."""


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call as the model writes it; `arguments` as text may be anything."""

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)
    id: str = ""

    @property
    def written(self) -> str:
        """The arguments as they are sent."""
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


def event(body: object) -> bytes:
    """One server-sent event."""
    return b"data: " + (body if isinstance(body, bytes) else json.dumps(body).encode()) + b"\n\n"


def chunk(delta: dict[str, Any] | None, *, finish: str | None = None, **more: Any) -> bytes:
    """One chunk of a streamed answer."""
    return event(
        {
            "id": "chatcmpl-hostile",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "hostile-1",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
            **more,
        }
    )


def call_part(index: int, call: Call, *, written: str | None = None, first: bool = True) -> dict[str, Any]:
    """A part of a tool call in a delta; `written` is the piece of its arguments that this part brings."""
    function: dict[str, Any] = {"arguments": call.written if written is None else written}
    if not first:
        return {"index": index, "function": function}
    return {"index": index, "id": call.id, "type": "function", "function": {"name": call.name, **function}}


def says(*pieces: str, finish: str = "stop") -> Reply:
    """A streamed text."""
    texts = [chunk({"role": "assistant", "content": piece}) for piece in pieces]
    return Reply((*texts, chunk({}, finish=finish), DONE))


def calls(*wanted: Call, text: str = "", finish: str = "tool_calls") -> Reply:
    """Tool calls, side by side, each in one piece, perhaps after some text."""
    before = [chunk({"role": "assistant", "content": text})] if text else []
    named = [Call(call.name, call.arguments, call.id or f"call_{place}") for place, call in enumerate(wanted)]
    parts = [chunk({"tool_calls": [call_part(place, call)]}) for place, call in enumerate(named)]
    return Reply((*before, *parts, chunk({}, finish=finish), DONE))


def deltas(parts: Sequence[dict[str, Any]], *, finish: str | None = "tool_calls") -> Reply:
    """Deltas as given, one a chunk."""
    end = [chunk({}, finish=finish), DONE] if finish else [DONE]
    return Reply((*(chunk(part) for part in parts), *end))


def fails(status: int, *, body: object = None, headers: Sequence[tuple[str, str]] = ()) -> Reply:
    """An error of the server in OpenAI's shape."""
    told = body if body is not None else {"error": {"message": "nothing here is true", "type": "server_error"}}
    raw = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Reply((raw,), status, "application/json", tuple(headers))


def whole(content: str, tool_calls: Sequence[Call] = ()) -> Reply:
    """The same as one JSON object, for a request that did not ask for a stream."""
    message: dict[str, Any] = {"role": "assistant", "content": content or None}
    if tool_calls:
        message["tool_calls"] = [
            {
                "id": call.id or f"call_{place}",
                "type": "function",
                "function": {"name": call.name, "arguments": call.written},
            }
            for place, call in enumerate(tool_calls)
        ]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if tool_calls else "stop"}
    body = {"id": "chatcmpl-hostile", "object": "chat.completion", "created": 1, "model": "hostile-1"}
    return Reply((json.dumps({**body, "choices": [choice]}).encode(),), kind="application/json")
