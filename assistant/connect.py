"""Connect Xero: an admin lets the app in by Xero's own page, and the tokens are kept encrypted."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from html import escape

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.audit import AuditTag, AuditTrail
from assistant.clock import Clock
from assistant.connections import CONNECT_AT, XERO, seal_tokens
from assistant.keys import Cipher
from assistant.login.current import SessionOver, current
from assistant.principal import Principal, Role
from assistant.stores.connections import ConnectAttemptRow, ConnectionRow, replace_tokens, take_attempt
from assistant.stores.database import Database
from assistant.stores.moments import from_text, to_text
from tools.errors import ToolFailed
from tools.xero.login import TokenSet, XeroApp, authorize_url, exchange

log = structlog.get_logger()

BEGIN = CONNECT_AT
CALLBACK = "/connect/xero/callback"
_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class XeroConnecting:
    """What the two addresses need of the house."""

    app: XeroApp
    scopes: str
    url: str
    enabled: bool
    """Whether the settings say authorization_code; a custom connection needs no person."""
    database: Database
    cipher: Cipher
    audit: AuditTrail
    clock: Clock
    connected: Callable[[], Awaitable[None]]
    """Called once the tokens are stored: learn the organisations."""

    def router(self) -> APIRouter:
        """The addresses, for signed-in people."""
        router = APIRouter()
        router.add_api_route(BEGIN, self.begin, methods=["GET"])
        router.add_api_route(CALLBACK, self.callback, methods=["GET"])
        return router

    async def begin(self) -> Response:
        """Off to Xero, with a state and a PKCE verifier that this person's return has to match."""
        person = await self._admin()
        if isinstance(person, Response):
            return person
        if not self.enabled:
            return _page("Nothing to connect", "Xero is a custom connection here (XERO_GRANT=client_credentials).", 409)
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        async with self.database.work() as work:
            work.add(
                ConnectAttemptRow(
                    state_hash=_hash(state), person_id=person.id, verifier=verifier, begun_at=to_text(self.clock())
                )
            )
        address = authorize_url(
            self.app, redirect_uri=self.url + CALLBACK, scopes=self.scopes, state=state, verifier=verifier
        )
        return RedirectResponse(address, 303)

    async def callback(self, request: Request) -> Response:
        """Back from Xero: the state fits this person's attempt, or nothing is stored."""
        person = await self._admin()
        if isinstance(person, Response):
            return person
        asked = request.query_params
        async with self.database.work() as work:
            attempt = await take_attempt(work, _hash(asked.get("state", "")))
        if attempt is None or attempt.person_id != person.id or self._late(attempt):
            return _page(
                "Not connected", "This return does not belong to a connection that you began. Begin again.", 400
            )
        if not (code := asked.get("code", "")):
            return _page("Not connected", f"Xero gave no access ({asked.get('error', 'no reason')}). Begin again.", 400)
        try:
            tokens = await exchange(
                self.app,
                code=code,
                redirect_uri=self.url + CALLBACK,
                verifier=attempt.verifier,
                now=self.clock(),
            )
            await self._keep(person, tokens)
            await self.connected()
        except ToolFailed as problem:
            log.warning("connecting Xero failed", problem=str(problem))
            return _page("Not connected", problem.text("en"), 502)
        return RedirectResponse("/", 303)

    def _late(self, attempt: ConnectAttemptRow) -> bool:
        return self.clock() - from_text(attempt.begun_at) > _LIFE

    async def _keep(self, person: Principal, tokens: TokenSet) -> None:
        now = to_text(self.clock())
        sealed = await seal_tokens(self.cipher, tokens)
        async with self.database.work() as work:
            row = await work.get(ConnectionRow, XERO)
            if row is None:
                work.add(
                    ConnectionRow(
                        id=XERO, provider=XERO, sealed=sealed, connected_by=person.id, connected_at=now, updated_at=now
                    )
                )
            else:
                row.connected_by, row.connected_at = person.id, now
                await work.flush()
                await replace_tokens(work, row, sealed, now)
            await self.audit.record(
                work,
                tag=AuditTag.CONNECTION_MADE,
                principal=person,
                organisation_id="",
                subject=XERO,
                facts={"scope": tokens.scope},
            )

    async def _admin(self) -> Principal | Response:
        try:
            person, _ = await current()
        except SessionOver:
            return RedirectResponse(f"/login?next={BEGIN}", 303)
        if not any(grant.role is Role.ADMIN for grant in person.grants):
            return _page("Not allowed", "Only an admin can connect Xero. Nothing was changed.", 403)
        return person


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _page(title: str, words: str, status: int) -> HTMLResponse:
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/login/style.css"></head>'
        f'<body><main><h1>{escape(title)}</h1><p>{escape(words)}</p><p><a class="deed" href="/">To the chat</a></p>'
        "</main></body></html>"
    )
    return HTMLResponse(page, status)
