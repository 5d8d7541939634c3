"""Discord's "execute webhook": what it accepts, refuses and limits (shapes: facts/providers.md, section 4)."""

import json
from math import ceil
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.control import Control
from sandbox.faults import Fault
from sandbox.inbox.messages import Messages, Window

_CONTENT, _EMBEDS, _EMBED_TOTAL, _FIELD_VALUE = 2000, 10, 6000, 1024


class Discord:
    """Takes webhook messages; five in two seconds for each webhook, then 429 with the seconds to wait."""

    def __init__(self, control: Control, messages: Messages, limits: bool) -> None:
        self._control = control
        self._messages = messages
        self._window = Window(5, 2.0) if limits else None

    async def post(self, request: Request) -> Response:
        """One message: 204, or 200 with the message when `wait=true` was asked for."""
        webhook: str = request.path_params["webhook"]
        if webhook.count("/") != 1 or not all(webhook.split("/")):
            return JSONResponse({"message": "Unknown Webhook", "code": 10015}, status_code=404)
        wait = 0.0 if self._window is None else self._window.wait(webhook, self._control.wall())
        if wait:
            return _limited(wait)
        try:
            body = json.loads(await request.body())
        except ValueError:
            body = None
        if not isinstance(body, dict):
            problem = {"message": "The request body contains invalid JSON.", "code": 50109}
            return JSONResponse(problem, status_code=400)
        refused = _refusal(body)
        if refused is not None:
            return JSONResponse(refused, status_code=400)
        number = self._messages.add("discord", request.url.path, _text(body), body)
        if request.query_params.get("wait") != "true":
            return Response(status_code=204)
        stamp = self._control.now().isoformat()
        message = {"id": number, "type": 0, "content": body.get("content", ""), "timestamp": stamp}
        return JSONResponse({**message, "embeds": body.get("embeds", []), "webhook_id": webhook.split("/")[0]})


def rate_limited(fault: Fault) -> Response:
    """The 429 that a tester ordered."""
    return _limited(fault.seconds("retry_after", 2))


def _limited(wait: float) -> Response:
    body = {"message": "You are being rate limited.", "retry_after": round(wait, 3), "global": False}
    headers = {
        "Retry-After": str(ceil(wait)),
        "X-RateLimit-Limit": "5",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset-After": f"{wait:.3f}",
    }
    return JSONResponse(body, status_code=429, headers=headers)


def _refusal(body: dict[str, Any]) -> dict[str, Any] | None:
    content, embeds = body.get("content") or "", body.get("embeds") or []
    if not isinstance(content, str):
        return _invalid("content", "STRING_TYPE_CONVERT", "Could not interpret as string.")
    if not isinstance(embeds, list) or not all(isinstance(embed, dict) for embed in embeds):
        return _invalid("embeds", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    if not content.strip() and not embeds:
        return {"message": "Cannot send an empty message", "code": 50006}
    if len(content) > _CONTENT:
        return _invalid("content", "BASE_TYPE_MAX_LENGTH", f"Must be {_CONTENT} or fewer in length.")
    if len(embeds) > _EMBEDS:
        return _invalid("embeds", "BASE_TYPE_MAX_LENGTH", f"Must be {_EMBEDS} or fewer in length.")
    if sum(len(text) for embed in embeds for text in _texts(embed)) > _EMBED_TOTAL:
        message = f"Embed size exceeds maximum size of {_EMBED_TOTAL}"
        return _invalid("embeds", "MAX_EMBED_SIZE_EXCEEDED", message)
    if any(len(str(field.get("value", ""))) > _FIELD_VALUE for embed in embeds for field in _fields(embed)):
        return _invalid("embeds", "BASE_TYPE_MAX_LENGTH", f"Must be {_FIELD_VALUE} or fewer in length.")
    return None


def _invalid(field: str, code: str, message: str) -> dict[str, Any]:
    errors = {field: {"_errors": [{"code": code, "message": message}]}}
    return {"message": "Invalid Form Body", "code": 50035, "errors": errors}


def _fields(embed: dict[str, Any]) -> list[dict[str, Any]]:
    return [field for field in embed.get("fields") or [] if isinstance(field, dict)]


def _texts(embed: dict[str, Any]) -> list[str]:
    texts = [str(embed.get(name) or "") for name in ("title", "description")]
    for field in _fields(embed):
        texts += [str(field.get("name", "")), str(field.get("value", ""))]
    return texts


def _text(body: dict[str, Any]) -> str:
    """The words a reader sees, for the inbox's own list."""
    parts = [body.get("content") or ""]
    for embed in body.get("embeds") or []:
        parts += _texts(embed)
    return "\n".join(part for part in parts if part)
