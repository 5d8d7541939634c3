"""The chat's page and the few of Chainlit's addresses that need to be other than Chainlit makes them."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from chainlit.server import build_dir, get_html_template
from chainlit.session import WebsocketSession
from chainlit.types import DeleteFeedbackRequest, UpdateFeedbackRequest
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from pydantic import BaseModel

from assistant.chat.data_layer import Conversations
from assistant.login.current import speaking_person

_ELSEWHERE = re.compile(r"<link\b[^>]*\bhref=\"https?://[^>]*>\s*", re.IGNORECASE)
_VENDOR_META = re.compile(r"<meta\b[^>]*\bproperty=\"og:(image|url)\"[^>]*>\s*", re.IGNORECASE)
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_WORTH_PACKING = 2_000
UNKNOWN_CLICK = "unknown"
"""The handler of clicks under a name that nobody answers to."""


class _Sticky(BaseModel):
    session_id: UUID


class ChatPage:
    """Serves the chat's page without foreign addresses, under a strict policy."""

    def __init__(self, url: str, store: Conversations, root: Path) -> None:
        self._url, self._store, self._packed = url, store, root / "packed"

    def router(self) -> APIRouter:
        """The addresses, to be included before Chainlit's."""
        router = APIRouter()
        for path in ("/", "/thread/{thread_id}", "/element/{element_id}"):
            router.add_api_route(path, self.page, methods=["GET", "HEAD"])
        router.add_api_route("/assets/{name}", self.asset, methods=["GET", "HEAD"])
        router.add_api_route("/set-session-cookie", self.sticky, methods=["POST"])
        router.add_api_route("/project/action", self.click, methods=["POST"])
        router.add_api_route("/feedback", self.judge, methods=["PUT"])
        router.add_api_route("/feedback", self.unjudge, methods=["DELETE"])
        return router

    async def page(self) -> HTMLResponse:
        """The chat's page."""
        html, policy = self._page
        return HTMLResponse(html, headers={"content-security-policy": policy, "cache-control": "no-store"})

    @cached_property
    def _page(self) -> tuple[str, str]:
        """Chainlit's page without links to other hosts, and the policy that holds its own inline scripts fast."""
        html: str = get_html_template("")  # type: ignore[no-untyped-call]
        html = _VENDOR_META.sub("", _ELSEWHERE.sub("", html))
        scripts = " ".join(f"'sha256-{_sha256(s)}'" for s in _INLINE_SCRIPT.findall(html))
        parts = urlsplit(self._url)
        socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
        policy = (
            "default-src 'none'; "
            # Chainlit builds custom elements with `new Function`; their source comes from this origin only.
            f"script-src 'self' 'unsafe-eval' {scripts}; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
            f"connect-src 'self' {socket}; worker-src 'self' blob:; manifest-src 'self'; frame-src 'self'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
        return html, policy

    async def asset(self, name: str, request: Request) -> Response:
        """A file of Chainlit's page, packed once instead of at every call (five megabytes of script)."""
        source = Path(build_dir) / "assets" / name
        if source.parent.name != "assets" or name.endswith(".map") or not source.is_file():
            raise HTTPException(404, "There is nothing at this address.")
        kind = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
        media = kind.get(source.suffix)
        if "gzip" not in request.headers.get("accept-encoding", "") or media is None:
            return FileResponse(source, media_type=media)
        packed = self._packed / f"{name}.gz"
        if not packed.is_file():
            await asyncio.to_thread(_pack, source, packed)
        headers = {"content-encoding": "gzip", "vary": "accept-encoding"}
        return FileResponse(packed, media_type=media, headers=headers)

    async def sticky(self, body: _Sticky) -> JSONResponse:
        """Names the chat in a cookie, for load balancers that keep people on one replica. It opens nothing."""
        response = JSONResponse({"message": "Session cookie set"})
        response.set_cookie(
            "X-Chainlit-Session-id",
            str(body.session_id),
            httponly=True,
            samesite="lax",
            secure=self._url.startswith("https://"),
        )
        return response

    async def click(self, request: Request) -> Response:
        """A click: in a chat of this process that belongs to the speaker, else a plain refusal."""
        from chainlit.config import config
        from chainlit.server import call_action
        from chainlit.types import CallActionRequest

        try:
            payload = CallActionRequest.model_validate(await request.json())
        except ValueError:
            raise HTTPException(400, "This click cannot be read. Nothing was done.") from None
        session = WebsocketSession.get_by_id(payload.sessionId)
        user: Any = session.user if session else None
        if session is None or user is None or user.identifier != speaking_person():
            raise HTTPException(409, "This chat is not open any more. Nothing was done. Reload the page and try again.")
        wanted = {"name", "payload", "label", "tooltip", "icon", "forId", "id"}
        action = {k: v for k, v in payload.action.items() if k in wanted}
        brought = action.get("payload") if isinstance(action.get("payload"), dict) else None
        known = config.code.action_callbacks
        if UNKNOWN_CLICK in known and (brought is None or str(action.get("name")) not in known):
            # Refused in words and recorded by the chat's handler.
            action = {"name": UNKNOWN_CLICK, "payload": brought or {}}
        elif brought is None or not isinstance(action.get("name"), str):
            raise HTTPException(400, "This click cannot be read. Nothing was done.")
        answer: Response = await call_action(CallActionRequest(action=action, sessionId=payload.sessionId), user)
        return answer

    async def judge(self, body: UpdateFeedbackRequest) -> JSONResponse:
        """What the person thinks of one of their answers."""
        try:
            feedback_id = await self._store.upsert_feedback(body.feedback)
        except PermissionError as refused:
            raise HTTPException(404, str(refused)) from None
        return JSONResponse({"success": True, "feedbackId": feedback_id})

    async def unjudge(self, body: DeleteFeedbackRequest) -> JSONResponse:
        """Takes it back."""
        try:
            await self._store.delete_feedback(body.feedbackId)
        except PermissionError as refused:
            raise HTTPException(404, str(refused)) from None
        return JSONResponse({"success": True})


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _pack(source: Path, packed: Path) -> None:
    packed.parent.mkdir(parents=True, exist_ok=True)
    half = packed.with_suffix(".part")
    half.write_bytes(gzip.compress(source.read_bytes(), 6))
    half.replace(packed)
