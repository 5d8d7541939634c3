"""Stands before everything that is served: nothing of the chat is reached without a session that is alive.

Pure ASGI, so that it holds for requests and sockets alike, and for routes that Chainlit adds in a later version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.file_kinds import LARGEST
from assistant.login.current import Speaker, speaking
from assistant.login.doorkeeper import SESSION_OVER, Doorkeeper, Line
from assistant.login.rules import SOCKET, UPLOAD, Door, door

LARGEST_BODY = 1_000_000
"""Bytes of a request or of one socket message."""
LARGEST_UPLOAD = LARGEST + 100_000
"""Bytes of a request that brings a file: the file and what the form puts around it."""
_TOO_LARGE = "This is too large: at most one megabyte. Nothing was done."
_UPLOAD_TOO_LARGE = "This file is too large: at most 10 megabytes. It was not kept."
_SAFE = ("GET", "HEAD", "OPTIONS")
_POLICY_VIOLATION, _TOO_BIG = 1008, 1009
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class _TooLarge(Exception):
    pass


class Guard:
    """Checks address, origin, size and session of everything that comes in; adds the security headers going out."""

    def __init__(self, app: ASGIApp, keeper: Doorkeeper, *, url: str, headers: Mapping[str, str]) -> None:
        self._app, self._keeper = app, keeper
        self._url = urlsplit(url)
        self._origin = f"{self._url.scheme}://{self._url.netloc}".lower()
        self._headers = dict(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what may be served."""
        match scope["type"]:
            case "http":
                await self._request(scope, receive, self._with_headers(scope, send))
            case "websocket":
                await self._socket(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    # requests

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        headers = Headers(scope=scope)
        kind = door(method, path)
        if kind is None:
            return await _answer(send, 404, "There is nothing at this address.")
        if (moved := self._elsewhere(headers)) and kind is not Door.INSIDE and method in _SAFE:
            query = scope["query_string"].decode("latin-1")
            return await _redirect(send, f"{moved}{quote(path)}{'?' + query if query else ''}", 307)
        if method not in _SAFE and not self._same_site(headers):
            return await _answer(send, 403, "This came from another website and was not done.")
        if kind is Door.OPEN:
            return await self._bounded(scope, receive, send)
        speaker, token = await self._speaker(headers)
        if speaker is None:
            if kind is Door.PAGE:
                return await _redirect(send, f"/login?next={quote(path)}", 303)
            return await _answer(send, 401, "Your session is over. Nothing was done. Sign in again to go on.")
        mark = speaking.set(speaker)
        try:
            await self._bounded(self._rewritten(scope, token), receive, send)
        finally:
            speaking.reset(mark)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, but never more of it than may be."""
        upload = scope["path"] == UPLOAD
        largest, too_large = (LARGEST_UPLOAD, _UPLOAD_TOO_LARGE) if upload else (LARGEST_BODY, _TOO_LARGE)
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > largest:
            await _answer(send, 413, too_large)
            return
        taken, begun = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > largest:
                raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            if taken <= largest or begun:
                begun = True
                await send(message)

        with suppress(_TooLarge):
            await self._app(scope, counted, noted)
        if taken > largest and not begun:
            # Whoever read the body may have made another error of it: this is the true one.
            await _answer(send, 413, too_large)

    # sockets

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        transport = parse_qs(scope["query_string"].decode("latin-1")).get("transport")
        if not SOCKET.fullmatch(scope["path"]) or transport != ["websocket"] or not self._same_site(headers):
            return await _refuse(receive, send, _POLICY_VIOLATION)
        speaker, token = await self._speaker(headers)
        if speaker is None:
            return await _refuse(receive, send, SESSION_OVER)

        async def close(code: int, reason: str) -> None:
            with suppress(RuntimeError, OSError):  # it may be closed already from the other side
                await send({"type": "websocket.close", "code": code, "reason": reason})

        line = self._keeper.open_line(speaker.session_id, close)
        mark = speaking.set(speaker)
        try:
            await self._app(self._rewritten(scope, token), self._watched(line, receive), _while_open(line, send))
        finally:
            speaking.reset(mark)
            self._keeper.close_line(line)

    def _watched(self, line: Line, receive: Receive) -> Receive:
        """Messages come through only while the session is alive and as long as they are not too big."""

        async def watched() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            size = len(message.get("text") or message.get("bytes") or "")
            if size > LARGEST_BODY:
                line.over = True
                await line.close(_TOO_BIG, "too large")
            elif not line.over and await self._keeper.alive(line.session_id) is None:
                await self._keeper.close_lines(line.session_id)
            return {"type": "websocket.disconnect", "code": SESSION_OVER} if line.over else message

        return watched

    # what is asked of both

    async def _speaker(self, headers: Headers) -> tuple[Speaker | None, str]:
        found = self._keeper.read(headers.getlist("cookie"))
        if found is None:
            return None, ""
        token, session_id = found
        principal = await self._keeper.alive(session_id)
        return (Speaker(session_id, principal.id, self._keeper.sessions) if principal else None), token

    def _rewritten(self, scope: Scope, token: str) -> Scope:
        """The same request with one cookie, the one that was checked, and no other way to say who one is."""
        kept = [(n, v) for n, v in scope["headers"] if n not in (b"cookie", b"authorization")]
        return {**scope, "headers": [*kept, (b"cookie", f"{self._keeper.cookie}={token}".encode())]}

    def _same_site(self, headers: Headers) -> bool:
        """Browsers name the origin of every socket and of every request that changes something.

        A request without one comes from a program, which sends no person's cookie behind their back.
        """
        origin = headers.get("origin")
        if origin is not None:
            return origin.lower() == self._origin
        return headers.get("sec-fetch-site", "none") in ("same-origin", "none")

    def _elsewhere(self, headers: Headers) -> str | None:
        """Our proper address, when people came by another name of this machine (cookies are kept by name)."""
        host = urlsplit(f"//{headers.get('host', '')}").hostname
        if host != self._url.hostname and {host, self._url.hostname} <= _LOOPBACK:
            return self._origin
        return None

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        path = scope["path"]

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", _cache_control(path, message["status"]))
            await send(message)

        return with_headers


def _while_open(line: Line, send: Send) -> Send:
    async def while_open(message: Message) -> None:
        if not line.over:
            await send(message)

    return while_open


def _cache_control(path: str, status: int) -> str:
    """Files with a hash in their name may be kept for good, other files are asked for again, the rest is private."""
    if path.startswith("/assets/") and status in (200, 304):
        return "public, max-age=31536000, immutable"
    if path.startswith(("/public/", "/favicon", "/logo", "/avatars/", "/login/")):
        return "no-cache"
    return "no-store"


async def _answer(send: Send, status: int, words: str) -> None:
    body = json.dumps({"detail": words}).encode()
    await _send(send, status, body, [(b"content-type", b"application/json")])


async def _redirect(send: Send, address: str, status: int) -> None:
    await _send(send, status, b"", [(b"location", address.encode("latin-1"))])


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", str(len(body)).encode())
    start: dict[str, Any] = {"type": "http.response.start", "status": status, "headers": [*headers, length]}
    await send(start)
    await send({"type": "http.response.body", "body": body})


async def _refuse(receive: Receive, send: Send, code: int) -> None:
    await receive()
    await send({"type": "websocket.close", "code": code})
