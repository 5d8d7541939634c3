"""Between the product and the sandbox's vendors: puts other people's text where the sandbox has no field for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Alter = Callable[[str, Any], Any]
"""(path, parsed answer) to the answer that is sent instead."""


class Planting:
    """An application around another one; with nothing planted it passes everything on untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.alter: Alter | None = None
        self.refuse: Callable[[str], Any] | None = None
        """Gives the body of a 400 for a path, or None to let it pass."""
        self.altered = 0

    def clear(self) -> None:
        """Plant nothing any more."""
        self.alter = self.refuse = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        idle = self.alter is None and self.refuse is None
        if scope["type"] != "http" or idle or not scope["path"].startswith(("/api.xro", "/v1/")):
            await self.app(scope, receive, send)
            return
        body = self.refuse(scope["path"]) if self.refuse else None
        if body is not None:
            self.altered += 1
            await _answer(send, 400, json.dumps(body).encode())
            return
        await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        started: dict[str, Any] = {}
        parts: list[bytes] = []

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                parts.append(message.get("body", b""))

        await self.app(scope, receive, keep)
        raw = b"".join(parts)
        if self.alter is not None and started["status"] == 200:
            try:
                told = self.alter(scope["path"], json.loads(raw))
            except ValueError:
                told = None
            if told is not None:
                self.altered += 1
                raw = json.dumps(told).encode()
        headers = [(name, value) for name, value in started["headers"] if name.lower() != b"content-length"]
        await send({**started, "headers": [*headers, (b"content-length", str(len(raw)).encode())]})
        await send({"type": "http.response.body", "body": raw})


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
