"""The house's access to Xero: tokens minted or refreshed once for everybody, kept encrypted."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Protocol

from assistant.clock import Clock
from assistant.keys import TokenCipher
from assistant.stores.connections import ConnectionRow, give_renewal_up, mark_dead, replace_tokens, take_renewal
from assistant.stores.database import Database
from assistant.stores.moments import from_text, to_text
from tools.errors import ConnectionLost
from tools.xero.login import TokenSet, XeroApp, client_credentials, refresh

XERO = "xero"
CONNECT_AT = "/connect/xero"
"""Where an admin connects Xero."""
_EARLY = timedelta(seconds=90)
"""A token that ends this soon is renewed first, so that it does not end under way."""
_RENEWAL = timedelta(seconds=60)
"""After that a process that began to renew is taken for dead. Xero takes the refresh token that it spent for another
30 minutes (developer.xero.com, "OAuth 2.0 FAQ")."""
_IDLE = timedelta(days=7)
_LOOK_AGAIN = 0.1
"""Seconds between two looks whether another process has renewed it."""


class TokenSource(Protocol):
    """Gives a bearer token: another one than `refused`, which the provider did not take."""

    async def token(self, *, refused: str = "") -> str: ...

    async def keep_alive(self) -> bool:
        """Use it from time to time, where the provider forgets what is not used; whether that was needed."""
        ...


class CustomConnection:
    """Tokens by client credentials: a custom connection of one organisation. Kept in memory, minted when needed."""

    def __init__(self, app: XeroApp, scopes: str, clock: Clock) -> None:
        self._app, self._scopes, self._clock = app, scopes, clock
        self._held: TokenSet | None = None
        self._turn = asyncio.Lock()

    async def token(self, *, refused: str = "") -> str:
        """A valid bearer token. Raises ToolFailed kinds when Xero gives none."""
        async with self._turn:
            held, now = self._held, self._clock()
            if held is None or held.access_token == refused or held.expires_at - _EARLY <= now:
                held = self._held = await client_credentials(self._app, scopes=self._scopes, now=now)
        return held.access_token

    async def keep_alive(self) -> bool:
        """There is nothing to keep: a token is minted whenever one is needed."""
        return False


class AuthorisedConnection:
    """Tokens of an admin's authorisation: renewed once for every process, the next set stored before it is used."""

    def __init__(self, app: XeroApp, database: Database, cipher: TokenCipher, clock: Clock) -> None:
        self._app, self._database, self._cipher, self._clock = app, database, cipher, clock
        self._turn = asyncio.Lock()

    async def token(self, *, refused: str = "") -> str:
        """A valid bearer token. Raises ConnectionLost when nobody has connected or Xero revoked it."""
        async with self._turn:
            while True:
                row, held = await self._read()
                if held.access_token != refused and held.expires_at - _EARLY > self._clock():
                    break
                if (renewed := await self._renewed(row, held)) is not None:
                    row, held = renewed
                    break
                await asyncio.sleep(_LOOK_AGAIN)
            return held.access_token

    async def keep_alive(self) -> bool:
        """Renew what nobody has used for a week; whether that was needed. Raises ToolFailed kinds.

        Xero forgets a refresh token that was not used for 60 days (developer.xero.com, "OAuth 2.0 FAQ").
        """
        row, held = await self._read()
        if self._clock() - from_text(row.updated_at) < _IDLE:
            return False
        await self.token(refused=held.access_token)
        return True

    async def _read(self) -> tuple[ConnectionRow, TokenSet]:
        async with self._database.reading() as work:
            row = await work.get(ConnectionRow, XERO)
        if row is None or not row.alive:
            raise ConnectionLost("Xero")
        return row, open_tokens(self._cipher, row.sealed)

    async def _renewed(self, row: ConnectionRow, held: TokenSet) -> tuple[ConnectionRow, TokenSet] | None:
        """The next set, stored; None while another process is at it. A set is spent by one process alone."""
        now = self._clock()
        async with self._database.work() as work:
            if not await take_renewal(work, row, to_text(now), to_text(now + _RENEWAL)):
                return None
        try:
            renewed = await refresh(self._app, refresh_token=held.refresh_token, now=now)
        except ConnectionLost:
            async with self._database.work() as work:
                await mark_dead(work, row, to_text(now))
            raise
        except BaseException:
            async with self._database.work() as work:
                await give_renewal_up(work, row)
            raise
        async with self._database.work() as work:
            stored = await replace_tokens(work, row, seal_tokens(self._cipher, renewed), to_text(now))
        if not stored:  # an admin connected anew meanwhile: that authorisation counts
            return await self._read()
        row.version += 1
        return row, renewed


def seal_tokens(cipher: TokenCipher, tokens: TokenSet) -> str:
    """The token set as it lies in the database."""
    text = json.dumps(
        {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "scope": tokens.scope,
            "expires_at": to_text(tokens.expires_at),
        }
    )
    return cipher.seal(XERO, text)


def open_tokens(cipher: TokenCipher, sealed: str) -> TokenSet:
    """The token set again."""
    held = json.loads(cipher.open(XERO, sealed))
    return TokenSet(**{**held, "expires_at": datetime.fromisoformat(held["expires_at"])})
