"""Slack's incoming webhook: plain-text answers, one message a second (shapes: facts/providers.md, section 4)."""

import json
from math import ceil
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sandbox.control import Control
from sandbox.faults import Fault
from sandbox.inbox.messages import Messages, Window

_BLOCKS = 50


class Slack:
    """Takes webhook messages as JSON or as the form field `payload`; answers `ok`, or the reason in one word."""

    def __init__(self, control: Control, messages: Messages, limits: bool) -> None:
        self._control = control
        self._messages = messages
        self._window = Window(1, 1.0) if limits else None

    async def post(self, request: Request) -> Response:
        """One message."""
        webhook: str = request.path_params["webhook"]
        if webhook.count("/") != 2 or not all(webhook.split("/")):
            return PlainTextResponse("no_service", status_code=404)
        wait = 0.0 if self._window is None else self._window.wait(webhook, self._control.wall())
        if wait:
            return _limited(wait)
        body = await _payload(request)
        if body is None:
            return PlainTextResponse("invalid_payload", status_code=400)
        text, blocks = body.get("text") or "", body.get("blocks") or []
        if not isinstance(text, str) or not isinstance(blocks, list):
            return PlainTextResponse("invalid_payload", status_code=400)
        if not text.strip() and not blocks:
            return PlainTextResponse("no_text", status_code=400)
        if len(blocks) > _BLOCKS or not all(isinstance(block, dict) and "type" in block for block in blocks):
            return PlainTextResponse("invalid_blocks", status_code=400)
        self._messages.add("slack", request.url.path, _text(text, blocks), body)
        return PlainTextResponse("ok")


def rate_limited(fault: Fault) -> Response:
    """The 429 that a tester ordered."""
    return _limited(fault.seconds("retry_after", 2))


def _limited(wait: float) -> Response:
    return PlainTextResponse("rate_limited", status_code=429, headers={"Retry-After": str(ceil(wait))})


async def _payload(request: Request) -> dict[str, Any] | None:
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raw: Any = (await request.form()).get("payload", "")
    else:
        raw = await request.body()
    try:
        body = json.loads(raw)
    except (ValueError, TypeError):
        return None
    return body if isinstance(body, dict) else None


def _text(text: str, blocks: list[dict[str, Any]]) -> str:
    """The words a reader sees, with Slack's three escapes undone."""
    parts = [text]
    for block in blocks:
        inner = block.get("text")
        if isinstance(inner, dict):
            parts.append(str(inner.get("text", "")))
    joined = "\n".join(part for part in parts if part)
    return joined.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
