"""The house's access to Xero: tokens minted or refreshed once for everybody, kept encrypted."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Protocol

from assistant.clock import Clock
from assistant.keys import Cipher, CipherError
from assistant.stores.connections import ConnectionRow, give_renewal_up, mark_dead, replace_tokens, take_renewal
from assistant.stores.database import Database
from assistant.stores.moments import from_text, to_text
from tools.errors import ConnectionLost, ToolFailed
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


_SEAL_WAITS = (0.2, 1.0, 3.0)
"""Seconds between tries to seal a set that was just renewed."""


class AuthorisedConnection:
    """Tokens of an admin's authorisation: renewed once for every process, the next set stored before it is used."""

    def __init__(self, app: XeroApp, database: Database, cipher: Cipher, clock: Clock) -> None:
        self._app, self._database, self._cipher, self._clock = app, database, cipher, clock
        self._turn = asyncio.Lock()
        self._held: tuple[str, TokenSet] | None = None
        """What was stored when it was read last, and what is in it."""

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
        if self._held is None or self._held[0] != row.sealed:  # a key store need not be asked for what is known
            try:
                self._held = row.sealed, await open_tokens(self._cipher, row.sealed)
            except CipherError as problem:
                raise _sealed_away(problem) from problem
        return row, self._held[1]

    async def _renewed(self, row: ConnectionRow, held: TokenSet) -> tuple[ConnectionRow, TokenSet] | None:
        """The next set, stored; None while another process is at it. A set is spent by one process alone."""
        now = self._clock()
        async with self._database.work() as work:
            if not await take_renewal(work, row, to_text(now), to_text(now + _RENEWAL)):
                return None
        try:
            # A set that is renewed is spent: whether the next one can be sealed is found out before.
            try:
                await self._cipher.seal(XERO, "trial")
            except CipherError as problem:
                raise _sealed_away(problem) from problem
            renewed = await refresh(self._app, refresh_token=held.refresh_token, now=now)
        except ConnectionLost:
            async with self._database.work() as work:
                await mark_dead(work, row, to_text(now))
            raise
        except BaseException:
            async with self._database.work() as work:
                await give_renewal_up(work, row)
            raise
        sealed = await self._sealed(renewed)
        async with self._database.work() as work:
            stored = await replace_tokens(work, row, sealed, to_text(now))
        if not stored:  # an admin connected anew meanwhile: that authorisation counts
            return await self._read()
        row.version += 1
        return row, renewed

    async def _sealed(self, tokens: TokenSet) -> str:
        """The set as it is stored. A key store that is away for a moment is asked again: Xero takes the spent set for
        half an hour more, but nobody should need that."""
        for wait in _SEAL_WAITS:
            try:
                return await seal_tokens(self._cipher, tokens)
            except CipherError:
                await asyncio.sleep(wait)
        return await seal_tokens(self._cipher, tokens)


def _sealed_away(problem: CipherError) -> ToolFailed:
    return ToolFailed(
        {
            "en": f"The stored connection to Xero cannot be opened. {problem} An admin has to look at it.",
            "de": f"Die gespeicherte Verbindung zu Xero lässt sich nicht öffnen. {problem} Eine Person mit der Rolle "
            "admin muss nachsehen.",
        }
    )


async def seal_tokens(cipher: Cipher, tokens: TokenSet) -> str:
    """The token set as it lies in the database."""
    text = json.dumps(
        {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "scope": tokens.scope,
            "expires_at": to_text(tokens.expires_at),
        }
    )
    return await cipher.seal(XERO, text)


async def open_tokens(cipher: Cipher, sealed: str) -> TokenSet:
    """The token set again."""
    held = json.loads(await cipher.open(XERO, sealed))
    return TokenSet(**{**held, "expires_at": datetime.fromisoformat(held["expires_at"])})
