"""Opens an organisation's books and bank: lends tools the reading sides, and the executor the writing one."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from zoneinfo import ZoneInfo

from assistant import providers
from assistant.call_gate import CallGate
from assistant.clock import Clock, new_uuid
from assistant.connections import TokenSource
from assistant.ledger.copy import LedgerCopy
from assistant.ledger.reconcile import Reconciler
from assistant.ledger.sync import LedgerSync
from assistant.organisations import Organisations
from assistant.report_cache import KeptReports
from assistant.settings import Settings
from assistant.stores.database import Database
from tools.base import Access, Organisation, WriteAccess
from tools.errors import Language, ToolFailed
from tools.marker import marker
from tools.sent_files import HeldContents
from tools.solaris.bank import Bank, BankElsewhere
from tools.xero.client import XeroCalls
from tools.xero.pace import WaitingPace
from tools.xero.papers import Papers
from tools.xero.reader import XeroReader
from tools.xero.report_reader import XeroReports
from tools.xero.sides import ReadingSides, reading_sides, writing_sides


@dataclass(frozen=True, slots=True)
class _Opened:
    """One organisation's books at Xero: one pace for everybody, and a writing side that only the executor gets."""

    reader: XeroReader
    reports: KeptReports
    sides: ReadingSides
    writing: WriteAccess
    calls: XeroCalls
    """Of the writing sides."""


class BooksRoom:
    """Holds the opened books of every organisation for the life of the process."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        tokens: TokenSource,
        clock: Clock,
        *,
        held: Callable[[str], HeldContents] | None = None,
    ) -> None:
        """`held`: where the executor gets the bytes of files from that were sent to an organisation's conversations."""
        self._held = held
        self._settings, self._database, self._tokens, self._clock = settings, database, tokens, clock
        self._api_url = providers.xero_app(settings).api_url
        self._paces: dict[str, WaitingPace] = {}
        self._readers: dict[str, XeroReader] = {}
        self._opened: dict[str, _Opened] = {}
        self.bank = providers.bank(settings)
        self.ledger = LedgerSync(
            database, self._reading, self._reading, fresh_seconds=settings.ledger_fresh_seconds, clock=clock
        )
        self.reconciler = Reconciler(database, self.ledger, self._reading, clock)
        self.organisations = Organisations(
            database,
            providers.xero_app(settings),
            tokens,
            self._reader_of_tenant,
            clock=clock,
            new_id=new_uuid,
            deep_links=not settings.sandboxed("xero"),
        )

    async def __aenter__(self) -> BooksRoom:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for reader in self._readers.values():
            reader.close()
        for opened in self._opened.values():
            opened.calls.close()
        await self.bank.close()

    async def access(self, organisation: Organisation, language: Language) -> Access:
        """What a tool may reach in that organisation: reading sides only."""
        opened = await self._open(organisation.id)
        now = self._clock()
        return Access(
            organisation=organisation,
            now=now,
            today=now.astimezone(ZoneInfo(organisation.timezone)).date(),
            language=language,
            books=LedgerCopy(self._database, self.ledger, organisation.id),
            live=opened.reader,
            reports=opened.reports,
            **opened.sides,
            bank=await self._bank_of(organisation),
            new_marker=lambda: marker(secrets.token_bytes(5)),
        )

    async def papers_of(self, organisation_id: str) -> Papers:
        """Its PDFs and attached files, for somebody who may read it."""
        return (await self._open(organisation_id)).sides["papers"]

    async def access_by_id(self, organisation_id: str) -> Access:
        """The same for the executor, which knows the organisation by its id."""
        organisation = await self.organisations.get(organisation_id)
        if organisation is None:
            raise _not_connected()
        return await self.access(organisation, "en")

    async def write_access(self, organisation_id: str) -> WriteAccess:
        """The writing sides; the wiring lends this to the executor and to nobody else."""
        return (await self._open(organisation_id)).writing

    async def _bank_of(self, organisation: Organisation) -> Bank:
        """The bank, for the organisation whose accounts it keeps; another one's are never shown."""
        if len(await self.organisations.every()) == 1:
            return self.bank
        wanted = self._settings.bank_organisation.casefold()
        if wanted and wanted in (organisation.name.casefold(), organisation.short_code.casefold()):
            return self.bank
        return BankElsewhere(organisation.name, known=bool(wanted))

    def written(self, organisation_id: str) -> None:
        """Something was written in that organisation: what was reckoned before is old."""
        if opened := self._opened.get(organisation_id):
            opened.reports.forget()

    async def warm(self) -> None:
        """Load or refresh the copy of every organisation, so that the first question does not wait for it."""
        for organisation in await self.organisations.every():
            await self.ledger.fresh(organisation.id)

    async def _reading(self, organisation_id: str) -> XeroReader:
        return (await self._open(organisation_id)).reader

    def _reader_of_tenant(self, tenant_id: str) -> XeroReader:
        if tenant_id not in self._readers:
            self._readers[tenant_id] = XeroReader(self._calls(tenant_id))
        return self._readers[tenant_id]

    def _calls(self, tenant_id: str) -> XeroCalls:
        if tenant_id not in self._paces:
            gate = CallGate(
                self._database,
                tenant_id,
                self._clock,
                per_minute=self._settings.xero_calls_a_minute,
                per_day=self._settings.xero_calls_a_day,
            )
            self._paces[tenant_id] = WaitingPace(gate, self._clock, name=secrets.token_hex(4))
        return XeroCalls(self._api_url, tenant_id, self._tokens, self._paces[tenant_id])

    async def _open(self, organisation_id: str) -> _Opened:
        tenant_id = await self.organisations.tenant_of(organisation_id)
        if tenant_id is None:
            raise _not_connected()
        if organisation_id in self._opened:
            return self._opened[organisation_id]
        reader = self._reader_of_tenant(tenant_id)
        calls = self._calls(tenant_id)
        reports = KeptReports(XeroReports(reader.calls), self._clock)
        writing = writing_sides(calls)
        if self._held is not None:
            writing = replace(writing, contents=self._held(organisation_id))
        opened = _Opened(reader, reports, reading_sides(reader.calls), writing, calls)
        return self._opened.setdefault(organisation_id, opened)


def _not_connected() -> ToolFailed:
    return ToolFailed(
        {
            "en": "This organisation is not connected to Xero any more. Nothing was changed. An admin must connect it.",
            "de": "Diese Organisation ist nicht mehr mit Xero verbunden. Es wurde nichts geändert. "
            "Eine Person mit der Rolle admin muss sie verbinden.",
        }
    )
