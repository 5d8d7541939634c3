"""`assistant doctor`: tries the settings and every provider, and says in plain words what is missing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from assistant import providers
from assistant.clock import utc_now
from assistant.login.issuer import Issuer
from assistant.login.problems import SignInProblem
from assistant.settings import Settings
from assistant.stand_in import SandboxDidNotStart, sandbox_beside
from assistant.stores import migrate
from assistant.stores.database import Database
from assistant.web import registration
from assistant.wiring import keys_of
from tools.errors import ConnectionLost, ToolFailed
from tools.tls import trust
from tools.xero.login import connections

Say = Callable[..., None]


async def examine(settings: Settings, *, say: Say) -> bool:
    """Try everything and say what was found; True when a person could work with it now."""
    problems = settings.problems()
    say("Settings", *(f"  problem: {problem}" for problem in problems), *(() if problems else ("  in order",)))
    try:
        async with _sandbox_if_needed(settings) as beside:
            tried = [
                await _try(say, "Database", lambda: _database(settings)),
                await _try(say, _called("Login", "okta", settings), lambda: _login(settings)),
                await _try(say, _called("Xero", "xero", settings), lambda: _xero(settings)),
                await _try(say, _called("Solaris", "solaris", settings), lambda: _solaris(settings)),
                await _try(say, _called("Model", "model", settings), lambda: providers.try_model(settings)),
            ]
            if beside:
                say("", f"Sandbox: {beside}")
    except SandboxDidNotStart as problem:
        say("Sandbox", f"  problem: {problem}")
        return False
    return not problems and all(tried)


@asynccontextmanager
async def _sandbox_if_needed(settings: Settings) -> Any:
    """The sandbox that is already running (`make run` in another window), or one for the time of the examination."""
    if not settings.any_sandbox:
        yield ""
        return
    import httpx

    try:
        async with httpx.AsyncClient(timeout=2, verify=trust(settings.sandbox_url("okta"))) as http:
            await http.get(f"{settings.sandbox_url('okta')}/_sandbox/healthz")
    except httpx.HTTPError:
        async with sandbox_beside(settings) as answering:
            await answering
            yield "started for this examination; `make run` starts it beside the chat."
    else:
        yield f"runs at ports {settings.sandbox_port} and following."


def _called(name: str, provider: str, settings: Settings) -> str:
    return f"{name} (sandbox)" if settings.sandboxed(provider) else name


async def _try(say: Say, name: str, part: Callable[[], Awaitable[str]]) -> bool:
    try:
        found = await part()
    except (ToolFailed, SignInProblem) as problem:
        words = problem.text("en") if isinstance(problem, ToolFailed) else str(problem)
        say(name, f"  problem: {words}")
        return False
    except (SQLAlchemyError, OSError) as problem:
        say(name, f"  problem: cannot be used ({type(problem).__name__}). Check DATABASE_URL and the folder's rights.")
        return False
    say(name, f"  {found}")
    return True


async def _database(settings: Settings) -> str:
    settings.assistant_home.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        revision = await migrate.current(database)
    finally:
        await database.close()
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    if revision is None:
        return f"{kind} is reachable and empty; the first start makes the tables."
    if revision != migrate.HEAD:
        return f"{kind} is at revision {revision}; the next start brings it to {migrate.HEAD}."
    return f"{kind} is reachable and at revision {revision}."


async def _login(settings: Settings) -> str:
    found = await Issuer(registration(settings), utc_now).metadata(fresh=True)
    groups = ", ".join(f"{group} → {role}" for group, role in providers.role_groups(settings).items())
    return f"{found.issuer} answers. Groups: {groups}. Redirect to register: {settings.url}/auth/oauth/okta/callback"


async def _xero(settings: Settings) -> str:
    database = Database(settings.database)
    try:
        tokens = providers.xero_tokens(settings, database, keys_of(settings).cipher, utc_now)
        try:
            found = await connections(providers.xero_app(settings), await tokens.token())
        except SQLAlchemyError:
            raise ConnectionLost("Xero") from None
    finally:
        await database.close()
    if not found:
        return "signs in, but no organisation is connected."
    return "connected: " + ", ".join(connection.tenantName for connection in found)


async def _solaris(settings: Settings) -> str:
    bank = providers.bank(settings)
    try:
        accounts = await bank.accounts()
    finally:
        await bank.close()
    return f"{len(accounts)} accounts: " + ", ".join(f"{account.name} ({account.currency})" for account in accounts)
