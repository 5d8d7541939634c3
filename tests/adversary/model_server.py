"""A language model's server on loopback (Chat Completions, streamed or whole) whose every answer a player decides.

The player is exchanged for each episode. It sees what any model sees: the messages and the tools. Nothing is shared
with the product but HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.adversary.wire import DONE, Reply, chunk, says


@dataclass(frozen=True, slots=True)
class Request:
    """What the product asked of its model."""

    messages: tuple[dict[str, Any], ...]
    tools: tuple[str, ...]
    """The names of the tools offered."""
    stream: bool

    def results(self) -> list[str]:
        """The tool results in it, as text."""
        return [str(message.get("content")) for message in self.messages if message.get("role") == "tool"]

    @property
    def spoken(self) -> str:
        """The person's last message."""
        said = [message for message in self.messages if message.get("role") == "user"]
        return str(said[-1].get("content")) if said else ""


Player = Callable[[Request], Reply]


def silent(_request: Request) -> Reply:
    """Nobody plays."""
    return says("Nobody plays now.")


class ModelServer:
    """The application; `player` answers the next requests."""

    def __init__(self) -> None:
        self.player: Player = silent
        self.asked = 0
        self.faults: list[BaseException] = []
        """What a player itself did wrong: a fault of the harness, never of the product."""
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return
        if scope["path"].endswith("/models"):
            body = json.dumps({"object": "list", "data": [{"id": "hostile-1", "object": "model"}]}).encode()
            await _send(send, Reply((body,), kind="application/json"))
            return
        request = _request(await _body(receive))
        self.asked += 1
        try:
            reply = self.player(request)
        except Exception as error:  # noqa: BLE001  # the harness fails at its end, not the product
            self.faults.append(error)
            reply = says("The player failed.")
        if not request.stream and reply.kind.startswith("text/event-stream"):
            reply = _unstreamed(reply)
        await _send(send, reply)
        if reply.cut:
            await _cut(scope, send)


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    more = True
    while more:
        message: Message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _request(body: bytes) -> Request:
    asked = json.loads(body)
    names = tuple(tool["function"]["name"] for tool in asked.get("tools") or ())
    return Request(tuple(asked["messages"]), names, bool(asked.get("stream")))


async def _send(send: Send, reply: Reply) -> None:
    headers = [(b"content-type", reply.kind.encode())]
    headers += [(name.encode(), value.encode()) for name, value in reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if not reply.pause and not reply.cut:
        await send({"type": "http.response.body", "body": b"".join(reply.pieces)})
        return
    for piece in reply.pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(reply.pause)
    if not reply.cut:
        await send({"type": "http.response.body", "body": b""})


async def _cut(scope: Scope, send: Send) -> None:
    """End the connection as a crashing server does: what was sent has left, the end of it never comes."""
    scope["state"]["close"]()
    await asyncio.sleep(0.001)  # the server notices; it would log an unfinished answer otherwise
    await send({"type": "http.response.body", "body": b""})


class _Cuttable(H11Protocol):
    """HTTP as uvicorn speaks it; each request also carries its connection's `close`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As the parent, plus the means to cut this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "close": transport.close}


def _unstreamed(reply: Reply) -> Reply:
    """The texts of a stream as one answer; the calls of such an answer are not needed by anybody."""
    texts: list[str] = []
    for piece in reply.pieces:
        with contextlib.suppress(ValueError, KeyError, IndexError, TypeError, AttributeError):
            body = json.loads(piece.removeprefix(b"data: "))
            texts.append(body["choices"][0]["delta"]["content"])
    message = {"role": "assistant", "content": "".join(text for text in texts if isinstance(text, str))}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"id": "chatcmpl-hostile", "object": "chat.completion", "created": 1, "model": "hostile-1"}
    return Reply((json.dumps({**body, "choices": [choice]}).encode(),), kind="application/json")


@contextlib.asynccontextmanager
async def serve_model() -> AsyncIterator[ModelServer]:
    """The server on a free port of loopback, in this event loop; `url` ends in /v1."""
    app = ModelServer()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else every answer waits 40 ms for an ACK
        app.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        config = uvicorn.Config(
            app,
            http=_Cuttable,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext  # type: ignore[assignment,method-assign]  # the caller's own
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110  # uvicorn offers no event
            await asyncio.sleep(0.01)
        try:
            yield app
        finally:
            server.should_exit = True
            await serving


__all__ = ["DONE", "ModelServer", "Player", "Reply", "Request", "chunk", "serve_model"]
