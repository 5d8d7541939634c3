"""Xero's tokens: one sign-in for everybody, the next set stored before use, a dead connection said plainly."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from assistant.connections import XERO, AuthorisedConnection, CustomConnection, open_tokens, seal_tokens
from assistant.keys import CipherError, TokenCipher, new_token_key
from assistant.stores.connections import ConnectionRow, take_renewal
from assistant.stores.database import Database
from assistant.stores.moments import to_text
from tests.support.sandbox import RunningProvider, run_sandbox
from tests.support.web import follow, submit
from tools.errors import ConnectionLost, ProviderRefused, ProviderUnavailable
from tools.xero.login import TokenSet, XeroApp, authorize_url, connections, exchange, refresh, revoke

pytestmark = pytest.mark.anyio
SCOPES = "accounting.invoices.read accounting.payments"
KEY = new_token_key()
BACK = "http://localhost:8000/connect/xero/callback"


@pytest.fixture(scope="module")
def xero() -> Iterator[RunningProvider]:
    with run_sandbox("xero") as running:
        yield running


@pytest.fixture
def app(xero: RunningProvider) -> XeroApp:
    return XeroApp("sandbox-xero", "sandbox-xero-secret", identity_url=xero.url, login_url=xero.url, api_url=xero.url)


def utc() -> datetime:
    return datetime.now(UTC)


async def test_many_questions_at_once_cause_one_sign_in(app: XeroApp) -> None:
    source = CustomConnection(app, SCOPES, utc)
    tokens = await asyncio.gather(*(source.token() for _ in range(8)))
    assert len(set(tokens)) == 1
    assert [found.tenantName for found in await connections(app, tokens[0])] == ["Lindenhof Studio GmbH"]


async def test_a_token_near_its_end_or_refused_is_replaced(app: XeroApp) -> None:
    now = utc()
    source = CustomConnection(app, SCOPES, lambda: now)
    first = await source.token()
    assert await source.token() == first
    second = await source.token(refused=first)
    assert second != first and await source.token(refused=first) == second
    now += timedelta(minutes=29)
    assert await source.token() != second


async def test_wrong_secret_is_said_and_an_unreachable_xero_too(app: XeroApp) -> None:
    with pytest.raises(ProviderRefused, match="invalid_client"):
        await CustomConnection(replace(app, client_secret="wrong"), SCOPES, utc).token()
    with pytest.raises(ProviderUnavailable, match="Nothing was changed"):
        await CustomConnection(replace(app, identity_url="http://localhost:9"), SCOPES, utc).token()


def authorise_at(app: XeroApp, verifier: str) -> str:
    """Walk Xero's consent page as an admin does; the code that Xero sends back with."""
    address = authorize_url(app, redirect_uri=BACK, scopes=SCOPES, state="s-1", verifier=verifier)
    with httpx.Client() as client:
        page = submit(client, follow(client, client.get(address)), "Allow access")
        back = parse_qs(urlsplit(follow(client, page, until=BACK).headers["location"]).query)
    assert back["state"] == ["s-1"]
    return back["code"][0]


async def authorise(app: XeroApp) -> TokenSet:
    verifier = "v" * 64
    code = await asyncio.to_thread(authorise_at, app, verifier)
    return await exchange(app, code=code, redirect_uri=BACK, verifier=verifier, now=utc())


@pytest.fixture
async def kept(app: XeroApp, database: Database) -> tuple[AuthorisedConnection, TokenCipher, TokenSet]:
    """An authorisation by an admin, stored, with a clock that says when it is due."""
    cipher = TokenCipher(KEY)
    tokens = await authorise(app)
    now = to_text(utc())
    async with database.work() as work:
        work.add(
            ConnectionRow(
                id=XERO,
                provider=XERO,
                sealed=await seal_tokens(cipher, tokens),
                connected_by="p",
                connected_at=now,
                updated_at=now,
            )
        )
    return AuthorisedConnection(app, database, cipher, utc), cipher, tokens


async def test_a_refresh_is_stored_before_it_is_used_and_done_once(
    kept: tuple[AuthorisedConnection, TokenCipher, TokenSet], database: Database
) -> None:
    source, cipher, first = kept
    assert await source.token() == first.access_token
    second = await source.token(refused=first.access_token)
    assert second != first.access_token
    async with database.reading() as work:
        row = await work.get(ConnectionRow, XERO)
    assert row is not None
    assert row.version == 2
    assert (await open_tokens(cipher, row.sealed)).access_token == second
    assert second not in row.sealed
    with pytest.raises(CipherError):
        await open_tokens(TokenCipher(new_token_key()), row.sealed)


async def version(database: Database) -> int:
    async with database.reading() as work:
        row = await work.get(ConnectionRow, XERO, populate_existing=True)
    assert row is not None
    return row.version


async def test_many_callers_of_many_processes_renew_it_once(
    kept: tuple[AuthorisedConnection, TokenCipher, TokenSet], app: XeroApp, database: Database
) -> None:
    source, cipher, first = kept
    processes = [source, *(AuthorisedConnection(app, database, cipher, utc) for _ in range(7))]
    assert {await each.token() for each in processes} == {first.access_token}
    renewed = await asyncio.gather(*(each.token(refused=first.access_token) for each in processes for _ in range(3)))
    assert len(set(renewed)) == 1 and renewed[0] != first.access_token
    assert await version(database) == 2


async def test_who_died_while_renewing_holds_nobody_up_for_long(
    kept: tuple[AuthorisedConnection, TokenCipher, TokenSet], app: XeroApp, database: Database
) -> None:
    _, cipher, first = kept
    now = utc()
    async with database.work() as work:
        row = await work.get(ConnectionRow, XERO)
        assert row is not None and await take_renewal(work, row, to_text(now), to_text(now + timedelta(seconds=60)))
    waiting = AuthorisedConnection(app, database, cipher, lambda: now)
    assert await waiting.token() == first.access_token
    asked = asyncio.ensure_future(waiting.token(refused=first.access_token))
    await asyncio.sleep(0.3)
    assert not asked.done()
    now += timedelta(seconds=61)
    assert await asked != first.access_token and await version(database) == 2


async def test_a_renewal_that_came_to_nothing_can_be_tried_again_at_once(
    kept: tuple[AuthorisedConnection, TokenCipher, TokenSet], xero: RunningProvider, database: Database
) -> None:
    source, _, first = kept
    await source.token()
    xero.fault("POST /connect/token", "error_500")
    with pytest.raises(ProviderUnavailable):
        await source.token(refused=first.access_token)
    assert await source.token(refused=first.access_token) != first.access_token and await version(database) == 2


async def test_a_connection_that_nobody_uses_is_renewed_every_week(
    kept: tuple[AuthorisedConnection, TokenCipher, TokenSet], app: XeroApp, database: Database
) -> None:
    _, cipher, _ = kept
    later = utc() + timedelta(days=6)
    idle = AuthorisedConnection(app, database, cipher, lambda: later)
    assert not await idle.keep_alive() and await version(database) == 1
    later += timedelta(days=2)
    assert await idle.keep_alive() and await version(database) == 2
    assert not await idle.keep_alive()


_PROCESS = """
import asyncio, sys
from datetime import UTC, datetime
from assistant.connections import AuthorisedConnection
from assistant.keys import TokenCipher
from assistant.stores.database import Database
from tools.xero.login import XeroApp

async def main(url, database_url, key):
    app = XeroApp("sandbox-xero", "sandbox-xero-secret", identity_url=url, login_url=url, api_url=url)
    database = Database(database_url)
    source = AuthorisedConnection(app, database, TokenCipher(key), lambda: datetime.now(UTC))
    first = await source.token()
    print("ready", flush=True)
    sys.stdin.readline()
    print(first == await source.token(refused=first), await source.token(), flush=True)
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_eight_real_processes_renew_it_once(
    kept: tuple[AuthorisedConnection, TokenCipher, TokenSet], app: XeroApp, database: Database
) -> None:
    pipe = asyncio.subprocess.PIPE
    told = (sys.executable, "-c", _PROCESS, app.api_url, database.url, KEY)
    running = [await asyncio.create_subprocess_exec(*told, stdin=pipe, stdout=pipe) for _ in range(8)]
    for each in running:
        assert each.stdout and (await each.stdout.readline()) == b"ready\n"
    said = await asyncio.gather(*(each.communicate(b"go\n") for each in running))
    answers = {out.decode().split()[0] for out, _ in said}, {out.decode().split()[1] for out, _ in said}
    assert answers[0] == {"False"} and len(answers[1]) == 1
    assert await version(database) == 2


async def test_a_revoked_connection_says_who_must_do_what(
    kept: tuple[AuthorisedConnection, TokenCipher, TokenSet], app: XeroApp, database: Database
) -> None:
    source, _, tokens = kept
    await revoke(app, refresh_token=tokens.refresh_token)
    with pytest.raises(ConnectionLost, match="An admin must connect Xero again"):
        await source.token(refused=tokens.access_token)
    async with database.reading() as work:
        row = await work.get(ConnectionRow, XERO)
    assert row is not None
    assert not row.alive
    with pytest.raises(ConnectionLost):
        await source.token()


async def test_without_a_connection_nobody_has_connected(app: XeroApp, database: Database) -> None:
    with pytest.raises(ConnectionLost):
        await AuthorisedConnection(app, database, TokenCipher(new_token_key()), utc).token()


async def test_a_spent_refresh_token_is_lost(app: XeroApp, xero: RunningProvider) -> None:
    tokens = await authorise(app)
    await refresh(app, refresh_token=tokens.refresh_token, now=utc())
    xero.advance(31 * 60)  # beyond the half hour in which Xero still takes the previous one
    with pytest.raises(ConnectionLost):
        await refresh(app, refresh_token=tokens.refresh_token, now=utc())
