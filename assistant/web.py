"""The web application: our own addresses first, then the chat, and the guard before all of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text
from starlette.types import ASGIApp

from assistant.audit import AuditTrail
from assistant.chat import hardening, quickstart
from assistant.clock import Clock
from assistant.login.current import SessionOver, current
from assistant.login.doorkeeper import Doorkeeper
from assistant.login.guard import Guard
from assistant.login.issuer import Registration
from assistant.login.oidc import OpenIdClient
from assistant.login.pages import Pages
from assistant.login.routes import CALLBACK, FrontDoor
from assistant.login.sealing import Sealer
from assistant.login.sessions import OrganisationIds, Sessions
from assistant.login.step_up import SECOND_FACTOR, StepUp
from assistant.settings import Settings
from assistant.stores.database import Database

log = structlog.get_logger()

Check = Callable[[], Awaitable[object]]
"""Asks one part of the house whether it works; any answer is yes, an exception is no."""

PROJECT = Path(__file__).parent.parent
_CHECK_SECONDS = 3.0
_CHECKED_FOR = 3.0


async def _no_organisation(_name: str) -> list[str]:
    return []


async def _no_name() -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Front:
    """What the web application needs of the house."""

    settings: Settings
    database: Database
    clock: Clock
    secret: str
    """Signs and seals what browsers keep for us; 32 characters or more."""
    chat: Path
    """The file with the chat's handlers."""
    sessions: Sessions | None = None
    """Who is signed in; made here from the settings where the house brings none."""
    organisation_ids: OrganisationIds = _no_organisation
    organisation_name: Callable[[], Awaitable[str | None]] = _no_name
    """The organisation that the chat is about, for showing."""
    more: tuple[APIRouter, ...] = ()
    """Further addresses of the house; the guard's rules must name them."""
    checks: Mapping[str, Check] = field(default_factory=dict)
    """Providers by name, asked by /readyz."""
    audit: AuditTrail | None = None
    """Where step-ups are recorded; made here on the same database where the house brings none."""
    step_up_level: str = SECOND_FACTOR
    """What the issuer is asked for when a confirmation needs a second factor (`acr_values`)."""
    beside: Callable[[], AbstractAsyncContextManager[object]] = nullcontext
    """What runs as long as the web application does."""


def registration(settings: Settings) -> Registration:
    """This application as the login's issuer knows it: Okta's, or the sandbox's."""
    if settings.sandboxed("okta"):
        issuer = f"{settings.sandbox_url('okta')}/oauth2/default"
        return Registration(issuer, "sandbox-okta", "sandbox-okta-secret", "Okta (sandbox)")
    return Registration(
        settings.okta_issuer, settings.okta_client_id, settings.okta_client_secret.get_secret_value(), "Okta"
    )


def build_web(front: Front) -> FastAPI:
    """The whole application, ready for uvicorn. Imports Chainlit and the chat's handlers."""
    settings = front.settings
    sealer = Sealer(front.secret, front.clock)
    sessions = front.sessions or Sessions(
        front.database,
        front.clock,
        sealer,
        role_groups=settings.role_groups,
        hours=settings.session_hours,
        organisation_ids=front.organisation_ids,
    )
    keeper = Doorkeeper(sessions, sealer, front.clock, secure=settings.secure)
    client = OpenIdClient(registration(settings), front.clock)
    pages = Pages("Okta", no_real_money=_no_real_money(settings), demo_people=settings.sandboxed("okta"))
    door = FrontDoor(
        client=client,
        keeper=keeper,
        step_up=StepUp(
            client=client,
            keeper=keeper,
            sealer=sealer,
            pages=pages,
            database=front.database,
            audit=front.audit or AuditTrail(front.database, clock=front.clock),
            clock=front.clock,
            redirect_uri=f"{settings.url}{CALLBACK}",
            secure=settings.secure,
            level=front.step_up_level,
        ),
        sealer=sealer,
        pages=pages,
        url=settings.url,
        secure=settings.secure,
        role_groups=settings.role_groups,
    )
    root = (settings.assistant_home / "chainlit").resolve()
    quickstart.lay_out(PROJECT, root)
    quickstart.prepare(
        root,
        token_key=keeper.token_key,
        cookie=keeper.cookie,
        configure=lambda: hardening.configure(settings.url, int(settings.session_hours * 3600)),
    )

    from chainlit.config import config
    from chainlit.utils import mount_chainlit

    from assistant.chat.data_layer import Conversations
    from assistant.chat.emitter import use_keeping_emitter
    from assistant.chat.page import ChatPage

    store = Conversations(front.database, front.clock)
    config.code.data_layer = lambda: store
    use_keeping_emitter()
    hardening.harden_socket(settings.url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with front.beside():
            watch = asyncio.create_task(keeper.keep_watch(), name="session watch")
            try:
                yield
            finally:
                watch.cancel()
                await asyncio.gather(watch, return_exceptions=True)
                await store.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, title="Finance assistant")
    app.include_router(door.router())
    app.include_router(_health(front, door.client))
    app.include_router(_person(front))
    for router in front.more:
        app.include_router(router)
    app.include_router(ChatPage(settings.url, store, root).router())
    mount_chainlit(app=app, target=str(front.chat), path="/")
    app.add_middleware(_guarding(keeper, settings))
    return app


def _guarding(keeper: Doorkeeper, settings: Settings) -> Any:
    def guarded(app: ASGIApp) -> Guard:
        return Guard(app, keeper, url=settings.url, headers=_security_headers(settings))

    return guarded


def _no_real_money(settings: Settings) -> bool:
    """Whether the ribbon is true: the ledger and the bank are both the sandbox's."""
    return settings.sandboxed("xero") and settings.sandboxed("solaris")


def _security_headers(settings: Settings) -> dict[str, str]:
    """For every answer that does not bring its own. The chat's page needs more and says so itself."""
    headers = {
        "content-security-policy": (
            "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
            # The form that signs out is answered with the way to the issuer.
            f"form-action 'self' {_origin(registration(settings).issuer)}"
        ),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }
    if settings.secure:
        headers["strict-transport-security"] = "max-age=31536000"
    return headers


def _origin(address: str) -> str:
    return "/".join(address.split("/")[:3])


def _health(front: Front, client: OpenIdClient) -> APIRouter:
    router = APIRouter()

    async def database() -> None:
        async with front.database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def login() -> None:
        await client.issuer.metadata(fresh=True)

    checks: dict[str, Check] = {"database": database, "login": login, **front.checks}

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process is up."""
        return {"status": "up"}

    asked_last: tuple[float, JSONResponse] | None = None
    asking = asyncio.Lock()

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        """Everything that an answer needs can be reached, part by part; 503 when something cannot.

        Anybody may ask, so the providers are asked at most every few seconds.
        """
        nonlocal asked_last
        async with asking:
            if asked_last is None or time.monotonic() - asked_last[0] > _CHECKED_FOR:
                asked_last = time.monotonic(), await _ask_all()
        return asked_last[1]

    async def _ask_all() -> JSONResponse:
        began = time.perf_counter()
        asked = await asyncio.gather(*(_in_time(check, began) for check in checks.values()), return_exceptions=True)
        parts = {name: _part(answer) for name, answer in zip(checks, asked, strict=True)}
        for name in ("okta", "xero", "solaris", "model"):
            part = parts.get("login" if name == "okta" else name)
            if part is not None:
                part["sandbox"] = front.settings.sandboxed(name)
        ready = all(part["ok"] for part in parts.values())
        return JSONResponse({"ready": ready, "parts": parts}, 200 if ready else 503)

    return router


async def _in_time(check: Check, began: float) -> float:
    async with asyncio.timeout(_CHECK_SECONDS):
        await check()
    return time.perf_counter() - began


def _part(answer: float | BaseException) -> dict[str, Any]:
    match answer:
        case TimeoutError():
            return {"ok": False, "problem": f"no answer within {_CHECK_SECONDS:.0f} seconds"}
        case BaseException():
            log.warning("not ready", problem=repr(answer)[:300])
            return {"ok": False, "problem": type(answer).__name__}
        case seconds:
            return {"ok": True, "ms": round(seconds * 1000, 1)}


def _person(front: Front) -> APIRouter:
    router = APIRouter()

    @router.get("/api/me")
    async def me(_request: Request) -> dict[str, Any]:
        """Who is signed in, for the page to show."""
        try:
            principal, _ = await current()
        except SessionOver as over:
            raise HTTPException(401, SessionOver.words) from over
        return {
            "name": principal.name,
            "email": principal.email,
            "roles": sorted({grant.role.value for grant in principal.grants}),
            "organisation": await front.organisation_name(),
            "sandbox": _no_real_money(front.settings),
        }

    return router
