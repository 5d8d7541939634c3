"""The organisations whose books this house may open: learnt from Xero's connections, kept in our table."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError

from assistant.clock import Clock, NewId
from assistant.connections import TokenSource
from assistant.stores import organisations as store
from assistant.stores.database import Database
from assistant.stores.moments import to_text
from assistant.stores.organisations import OrganisationRow
from tools.base import Organisation
from tools.errors import ToolFailed
from tools.xero.books import LiveBooks
from tools.xero.login import XeroApp, connections

log = structlog.get_logger()

_RELOAD = timedelta(seconds=2)
"""After that what another process learnt or ended is read."""
ReaderFor = Callable[[str], LiveBooks]
"""Xero's reading side for a tenant."""


class Organisations:
    """Knows every connected organisation; asks Xero again when none is known yet."""

    def __init__(
        self,
        database: Database,
        app: XeroApp,
        tokens: TokenSource,
        reader_for: ReaderFor,
        *,
        clock: Clock,
        new_id: NewId,
        deep_links: bool,
    ) -> None:
        self._database, self._app, self._tokens, self._reader_for = database, app, tokens, reader_for
        self._clock, self._new_id, self._deep_links = clock, new_id, deep_links
        self._known: dict[str, OrganisationRow] = {}
        self._loaded_at: datetime | None = None
        self._learning = asyncio.Lock()

    async def learn(self) -> None:
        """Read the connections and each organisation's details from Xero. Raises ToolFailed kinds.

        One reader at a time here; where another process was first, its row counts.
        """
        async with self._learning:
            try:
                await self._learn()
            except IntegrityError:
                await self._learn()

    async def _learn(self) -> None:
        token = await self._tokens.token()
        listed = await connections(self._app, token)
        for connection in listed:
            details = await self._reader_for(connection.tenantId).organisation()
            async with self._database.work() as work:
                row = await store.by_tenant(work, connection.tenantId)
                organisation = Organisation(
                    id=row.id if row else self._new_id(),
                    name=details.name,
                    base_currency=details.base_currency,
                    short_code=details.short_code if self._deep_links else "",
                    timezone=iana_zone(details.timezone),
                )
                await store.put(work, organisation, tenant_id=connection.tenantId, now=to_text(self._clock()))
        await self._load()
        opened = {connection.tenantId for connection in listed}
        gone = [row.id for row in self._known.values() if row.tenant_id not in opened and not row.left_at]
        for organisation_id in gone:
            log.warning("an organisation is not connected any more", organisation=self._known[organisation_id].name)
            await self.leave(organisation_id)

    async def leave(self, organisation_id: str) -> None:
        """Its connection has ended: it is not offered, asked or written in until it is connected again."""
        async with self._database.work() as work:
            await store.leave(work, [organisation_id], to_text(self._clock()))
        await self._load()

    async def has_left(self, organisation_id: str) -> bool:
        """Whether it was connected once, and is not any more."""
        row = await self._row(organisation_id)
        return row is not None and bool(row.left_at)

    async def every(self) -> list[Organisation]:
        """Every connected organisation, by name; asks Xero when none is known. Empty when Xero cannot be asked."""
        if self._is_old():
            await self._load()
        if not self._known:
            try:
                await self.learn()
            except ToolFailed as problem:
                log.warning("no organisation yet", problem=str(problem))
        return [row.organisation() for row in self._known.values() if not row.left_at]

    async def get(self, organisation_id: str) -> Organisation | None:
        """The organisation of that id."""
        row = await self._row(organisation_id)
        return row.organisation() if row else None

    async def tenant_of(self, organisation_id: str) -> str | None:
        """What Xero calls it; None once its connection has ended."""
        row = await self._row(organisation_id)
        return row.tenant_id if row and not row.left_at else None

    async def of_tenant(self, tenant_id: str) -> str | None:
        """Our id of what Xero calls so."""
        if all(row.tenant_id != tenant_id for row in self._known.values()):
            await self._load()
        return next((row.id for row in self._known.values() if row.tenant_id == tenant_id), None)

    async def ids_of(self, name: str) -> Sequence[str]:
        """The ids of the organisations with that name or short code, as role groups may name them."""
        async with self._database.reading() as reading:
            rows = await store.every(reading)
        wanted = name.casefold()
        return [row.id for row in rows if wanted in (row.name.casefold(), row.short_code.casefold())]

    async def _row(self, organisation_id: str) -> OrganisationRow | None:
        if organisation_id not in self._known or self._is_old():
            await self._load()
        return self._known.get(organisation_id)

    def _is_old(self) -> bool:
        return not self._known or self._loaded_at is None or self._clock() - self._loaded_at > _RELOAD

    async def _load(self) -> None:
        async with self._database.reading() as reading:
            self._known = {row.id: row for row in await store.every(reading)}
        self._loaded_at = self._clock()


_ZONES = {
    "WEUROPESTANDARDTIME": "Europe/Berlin",
    "ROMANCESTANDARDTIME": "Europe/Paris",
    "CENTRALEUROPESTANDARDTIME": "Europe/Budapest",
    "CENTRALEUROPEANSTANDARDTIME": "Europe/Warsaw",
    "GMTSTANDARDTIME": "Europe/London",
    "GREENWICHSTANDARDTIME": "Atlantic/Reykjavik",
    "FLESTANDARDTIME": "Europe/Kyiv",
    "GTBSTANDARDTIME": "Europe/Bucharest",
    "EASTERNSTANDARDTIME": "America/New_York",
    "CENTRALSTANDARDTIME": "America/Chicago",
    "MOUNTAINSTANDARDTIME": "America/Denver",
    "PACIFICSTANDARDTIME": "America/Los_Angeles",
    "NEWZEALANDSTANDARDTIME": "Pacific/Auckland",
    "AUSEASTERNSTANDARDTIME": "Australia/Sydney",
    "EAUSTRALIASTANDARDTIME": "Australia/Brisbane",
    "CENAUSTRALIASTANDARDTIME": "Australia/Adelaide",
    "AUSCENTRALSTANDARDTIME": "Australia/Darwin",
    "WAUSTRALIASTANDARDTIME": "Australia/Perth",
    "TASMANIASTANDARDTIME": "Australia/Hobart",
    "SINGAPORESTANDARDTIME": "Asia/Singapore",
    "SOUTHAFRICASTANDARDTIME": "Africa/Johannesburg",
    "UTC": "Etc/UTC",
}


def iana_zone(xero_name: str) -> str:
    """The IANA time zone for Xero's name of it (Windows' names without blanks and dots, as TimeZone in the Accounting
    API spells them); UTC for one that is not in the table, which shows in every time of an answer."""
    if "/" in xero_name:
        return xero_name
    key = "".join(letter for letter in xero_name.upper() if letter.isalnum())
    return _ZONES.get(key, "Etc/UTC")
