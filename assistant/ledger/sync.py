"""Keeps the ledger copy equal to Xero: loaded whole once, then by what changed, when somebody asks.

Xero counts every call (60 a minute, 5,000 a day for an organisation), so a copy younger than a few seconds answers
by itself, changes are asked for with If-Modified-Since, and any number of questions at once cause one update.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assistant.clock import Clock, utc_now
from assistant.ledger.kinds import CONTACTS, DOCUMENTS, KINDS, ON_DEMAND, PAYMENTS, Kind
from assistant.ledger.progress import Progress
from assistant.ledger.shapes import contact_row, document_row, payment_row
from assistant.payees import Payees
from assistant.stores import ledger as store
from assistant.stores.database import Database
from assistant.stores.ledger import LedgerContactRow, LedgerDocumentRow, LedgerPaymentRow, LedgerSyncRow
from assistant.stores.moments import from_text, to_text
from tools.errors import ConnectionLost, Language, ProviderBusy, ToolFailed
from tools.xero.allowance import Wait
from tools.xero.books import BulkBooks, Contact, LiveBooks
from tools.xero.pace import Told, waits_told

BulkFor = Callable[[str], Awaitable[BulkBooks]]
LiveFor = Callable[[str], Awaitable[LiveBooks]]

CHANGED, CONTACTS_CHANGED = "changed", "contacts changed"
"""Beside the kinds: when Xero last said that something changed."""
_OVERLAP = timedelta(minutes=2)
"""Asked again with every update: Xero's own clocks differ a little, and what is known already changes nothing."""
_SECOND = timedelta(seconds=1)
"""Xero compares whole seconds."""
_SELDOM = timedelta(minutes=5)
_AFTER_TROUBLE = timedelta(seconds=15)
"""How long Xero is left in peace after it could not be reached."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How current the copy is."""

    as_of: datetime
    """When it was last known to equal Xero."""
    stale_because: dict[Language, str] | None = None
    """Why it could not be brought up to date just now, in words; None when it was."""


class LedgerSync:
    """Brings the copy of each organisation up to date; at most one update of an organisation runs at a time."""

    def __init__(
        self,
        database: Database,
        bulk_for: BulkFor,
        live_for: LiveFor,
        *,
        fresh_seconds: float,
        clock: Clock = utc_now,
    ) -> None:
        self._database, self._bulk_for, self._live_for = database, bulk_for, live_for
        self._fresh, self._clock = timedelta(seconds=fresh_seconds), clock
        self._payees = Payees(database, clock)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._watching: dict[str, list[Progress]] = {}
        self._waiting: dict[str, list[Told]] = {}
        self._dirty: set[str] = set()
        self._touches: dict[str, int] = {}
        self._touches_read: dict[str, int] = {}
        self._trouble: dict[str, tuple[datetime, ToolFailed]] = {}
        self._beside: dict[tuple[str, str], asyncio.Lock] = {}
        self.contacts_kept: dict[str, tuple[tuple[int, str, str], tuple[Contact, ...]]] = {}
        """The address book of each organisation as it was last read, and which version of our rows that is."""
        self._expired: dict[str, datetime] = {}
        """When something was last known to have changed at Xero, for what is copied on demand."""

    async def fresh_also(self, organisation_id: str, kind: Kind, progress: Progress | None = None) -> Freshness:
        """The same as `fresh` for one kind that is copied on demand (after `fresh`, which the others need)."""
        lock = self._beside.setdefault((organisation_id, kind.name), asyncio.Lock())
        async with lock:
            async with self._database.reading() as work:
                rows = await store.sync_rows(work, organisation_id)
            row = rows.get(kind.name) or LedgerSyncRow(organisation_id=organisation_id, kind=kind.name)
            as_of, now = (from_text(row.completed_at) if row.completed_at else None), self._clock()
            expired = max(
                (at for at in (self._expired.get(organisation_id), _marked(rows)) if at is not None), default=None
            )
            if as_of and now - as_of < self._fresh and (expired is None or expired < as_of):
                return Freshness(as_of)
            trouble = self._trouble.get(f"{organisation_id} {kind.name}")
            if as_of and trouble and now < trouble[0]:
                return Freshness(as_of, _stale(trouble[1]))
            watching = self._watching.setdefault(organisation_id, [])
            watching += [progress] if progress else []
            try:
                await self._bring(organisation_id, kind, row)
            except ToolFailed as error:
                self._trouble[f"{organisation_id} {kind.name}"] = (_ask_again_at(error, now), error)
                if as_of is None:
                    raise
                return Freshness(as_of, _stale(error))
            finally:
                if progress:
                    watching.remove(progress)
            self._trouble.pop(f"{organisation_id} {kind.name}", None)
            return Freshness(now)

    async def fresh(self, organisation_id: str, progress: Progress | None = None) -> Freshness:
        """Bring the copy up to date unless it is younger than a few seconds.

        When Xero cannot be asked the copy stays as it is and says why it is old. Raises ToolFailed only when there is
        no whole copy yet. If the caller is cancelled the update goes on for the others.
        """
        as_of, marked = await self._as_of(organisation_id)
        now = self._clock()
        dirty = organisation_id in self._dirty or (as_of is not None and marked is not None and marked >= as_of)
        if as_of and not dirty and now - as_of < self._fresh:
            return Freshness(as_of)
        if as_of and (trouble := self._trouble.get(organisation_id)) and now < trouble[0]:
            return Freshness(as_of, _stale(trouble[1]))
        try:
            await self._once(organisation_id, progress)
        except ToolFailed as error:
            self._trouble[organisation_id] = (_ask_again_at(error, now), error)
            if as_of is None:
                raise
            return Freshness(as_of, _stale(error))
        self._trouble.pop(organisation_id, None)
        return Freshness((await self._as_of(organisation_id))[0] or now)

    async def mark(self, organisation_id: str, *, contacts: bool) -> None:
        """Something changed at Xero: the next question of any process updates the copy, however young it is."""
        now = to_text(self._clock())
        async with self._database.work() as work:
            await store.save_mark(work, organisation_id, CHANGED, now)
            if contacts:
                await store.save_mark(work, organisation_id, CONTACTS_CHANGED, now)

    def expire(self, organisation_id: str) -> None:
        """Something changed at Xero: the next question updates the copy, however young it is."""
        self._dirty.add(organisation_id)
        self._expired[organisation_id] = self._clock()

    async def reload(self, organisation_id: str, progress: Progress | None = None) -> None:
        """Load everything again and take out what Xero does not have any more. Raises ToolFailed."""
        began = to_text(self._clock())
        async with self._database.reading() as work:
            copied = await store.sync_rows(work, organisation_id)
        for kind in (*KINDS, *(kind for kind in ON_DEMAND if kind.name in copied)):
            await self._load(organisation_id, kind, LedgerSyncRow(organisation_id=organisation_id, kind=kind.name))
            async with self._database.work() as work:
                await store.forget_older(work, kind.table, organisation_id, began)
                if kind is CONTACTS:
                    await self._payees.lose(work, organisation_id)
            if progress:
                await progress(kind.name, 1, 1)

    async def touch(self, organisation_id: str, document_id: str) -> None:
        """Read one document and its payments again at once: we have just changed it.

        When Xero cannot be asked, the next question updates the whole copy instead.
        """
        self.expire(organisation_id)
        try:
            live = await self._live_for(organisation_id)
            document = await live.document(document_id)
            standing = await live.payments_of(document_id)
        except ToolFailed:
            return
        now = to_text(self._clock())
        async with self._database.work() as work:
            await store.upsert(work, LedgerDocumentRow, [document_row(document, organisation_id, now)])
            rows = [payment_row(payment, organisation_id, now) for payment in standing]
            await store.upsert(work, LedgerPaymentRow, rows)
            copied = await store.standing_payments_of(work, organisation_id, document_id)
            gone = sorted(copied - {payment.id for payment in standing})
            await store.delete_payments(work, organisation_id, gone, now)

    async def touch_contact(self, organisation_id: str, contact_id: str) -> None:
        """Read one contact again at once, and let the payee registry see it: we have just changed it.

        When Xero cannot be asked, the next question updates all contacts instead.
        """
        self._touches[organisation_id] = self._touches.get(organisation_id, 0) + 1
        self.expire(organisation_id)
        try:
            contact = await (await self._live_for(organisation_id)).contact(contact_id)
        except ToolFailed:
            return
        async with self._database.work() as work:
            row = contact_row(contact, organisation_id, to_text(self._clock()))
            await store.upsert(work, LedgerContactRow, [row])
            await self._payees.observe(work, organisation_id, [contact.id])

    async def _as_of(self, organisation_id: str) -> tuple[datetime | None, datetime | None]:
        """Since when the copy is whole and known to equal Xero (None while it is not whole), and when Xero last said
        that something changed."""
        async with self._database.reading() as work:
            rows = await store.sync_rows(work, organisation_id)
        ends = {name: row.completed_at for name, row in rows.items()}
        marked = from_text(ends[CHANGED]) if ends.get(CHANGED) else None
        if any(not ends.get(kind.name) for kind in KINDS):
            return None, marked
        return min(from_text(ends[DOCUMENTS.name]), from_text(ends[PAYMENTS.name])), marked

    async def _once(self, organisation_id: str, progress: Progress | None) -> None:
        watching = self._watching.setdefault(organisation_id, [])
        if progress:
            watching.append(progress)
        waiting = self._waiting.setdefault(organisation_id, [])
        if told := waits_told.get():
            waiting.append(told)
        task = self._running.get(organisation_id)
        if task is None:
            task = asyncio.ensure_future(self._update(organisation_id))
            self._running[organisation_id] = task
            task.add_done_callback(lambda done: self._ended(organisation_id, done))
        try:
            await asyncio.shield(task)
        finally:
            if progress:
                watching.remove(progress)
            if told:
                waiting.remove(told)

    def _ended(self, organisation_id: str, task: asyncio.Task[None]) -> None:
        self._running.pop(organisation_id, None)
        if not task.cancelled():
            task.exception()  # seen, also when everybody who waited has gone

    async def _update(self, organisation_id: str) -> None:
        async def everybody(wait: Wait) -> None:
            for told in list(self._waiting.get(organisation_id, [])):
                await told(wait)

        waits_told.set(everybody)  # of this task alone: whoever asks meanwhile waits with it
        self._dirty.discard(organisation_id)
        async with self._database.reading() as work:
            rows = await store.sync_rows(work, organisation_id)
        if (contacts := rows.get(CONTACTS.name)) and contacts.completed_at:
            await self._payees.begin(organisation_id)
        now, contacts_asked = self._clock(), False
        for kind in KINDS:
            row = rows.get(kind.name) or LedgerSyncRow(organisation_id=organisation_id, kind=kind.name)
            touched = kind is CONTACTS and (self._touched(organisation_id) or _told_since(rows, row))
            if kind.seldom and not touched and row.completed_at and now - from_text(row.completed_at) < _SELDOM:
                continue
            contacts_asked = contacts_asked or kind is CONTACTS
            people = await self._bring(organisation_id, kind, row)
            if not contacts_asked and await self._strangers(organisation_id, people):
                contacts_asked = True
                await self._load(organisation_id, CONTACTS, rows[CONTACTS.name])

    async def _bring(self, organisation_id: str, kind: Kind, row: LedgerSyncRow) -> set[str]:
        """Copy what changed since `row`; a first load that broke off goes on, and is begun anew if it missed some."""
        resumed = bool(row.high_water) and not row.completed_at
        people = await self._load(organisation_id, kind, row)
        if resumed and await self._incomplete(organisation_id, kind):
            again = LedgerSyncRow(organisation_id=organisation_id, kind=kind.name)
            people |= await self._load(organisation_id, kind, again)
        return people

    async def _load(self, organisation_id: str, kind: Kind, row: LedgerSyncRow) -> set[str]:
        """Copy what changed since `row` (everything for an empty one), page by page, each page kept at once.

        The contacts met on the way are returned. A first load that breaks off goes on from the last page kept.
        """
        began, first, touches = self._clock(), not row.completed_at, self._touches.get(organisation_id, 0)
        since = _since(row, first)
        bulk = await self._bulk_for(organisation_id)
        high, done, people = row.high_water, 0, set[str]()
        async for page in kind.read(bulk, since):
            done = len(page.items) if page.number == 1 else done + len(page.items)
            high = max([high, *(to_text(item.updated_at) for item in page.items)])
            people |= {item.contact_id for item in page.items if hasattr(item, "contact_id")}
            async with self._database.work() as work:
                rows = [kind.row(item, organisation_id, to_text(began)) for item in page.items]
                await store.upsert(work, kind.table, rows)
                if kind is CONTACTS:
                    await self._payees.observe(work, organisation_id, [item.id for item in page.items])
                if first:
                    await store.save_sync(work, organisation_id, kind.name, high_water=high, completed_at="")
            if first:
                await self._tell(organisation_id, kind.name, done, max(done, page.total))
        async with self._database.work() as work:
            await store.save_sync(work, organisation_id, kind.name, high_water=high, completed_at=to_text(began))
            if first:
                await store.look_over(work, kind.table)
            if kind is CONTACTS:
                await self._payees.met_whole(work, organisation_id)
        if first:
            await self._database.look_again()
        if kind is CONTACTS:
            self._touches_read[organisation_id] = touches
        return people

    def _touched(self, organisation_id: str) -> bool:
        """Whether a contact was changed by us since the contacts were last read."""
        return self._touches.get(organisation_id, 0) != self._touches_read.get(organisation_id, 0)

    async def _incomplete(self, organisation_id: str, kind: Kind) -> bool:
        """Whether Xero counts more than we have: a record changed between the two halves of a broken load."""
        bulk = await self._bulk_for(organisation_id)
        async with self._database.reading() as work:
            here = await store.count(work, kind.table, organisation_id)
        async for page in kind.read(bulk, None):
            return page.total > here
        return False

    async def _strangers(self, organisation_id: str, people: set[str]) -> bool:
        if not people:
            return False
        async with self._database.reading() as work:
            known: set[str] = set()
            for chunk in _chunks(sorted(people), 500):
                known |= await store.known_contacts(work, organisation_id, chunk)
        return bool(people - known)

    async def _tell(self, organisation_id: str, kind: str, done: int, total: int) -> None:
        for progress in list(self._watching.get(organisation_id, [])):
            await progress(kind, done, total)


def _marked(rows: Mapping[str, LedgerSyncRow]) -> datetime | None:
    """When Xero last said that something changed."""
    mark = rows.get(CHANGED)
    return from_text(mark.completed_at) if mark else None


def _told_since(rows: Mapping[str, LedgerSyncRow], contacts: LedgerSyncRow) -> bool:
    """Whether Xero said that a contact changed since the contacts were last read."""
    mark = rows.get(CONTACTS_CHANGED)
    return mark is not None and mark.completed_at >= contacts.completed_at


def _since(row: LedgerSyncRow, first: bool) -> datetime | None:
    if not row.high_water:
        return None
    return from_text(row.high_water) - (_SECOND if first else _OVERLAP)


def _chunks(items: Sequence[str], size: int) -> list[Sequence[str]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _ask_again_at(error: ToolFailed, now: datetime) -> datetime:
    return max(error.until, now) if isinstance(error, ProviderBusy) else now + _AFTER_TROUBLE


def _stale(error: ToolFailed) -> dict[Language, str]:
    """Why the copy is older than it should be, and what to do about it."""
    match error:
        case ProviderBusy():
            at = error.until.astimezone(UTC).strftime("%H:%M:%S")
            return {
                "en": f"Xero allows no more calls until {at} UTC, so these figures are from our last copy.",
                "de": f"Xero erlaubt bis {at} UTC keine weiteren Abrufe; diese Zahlen sind aus unserer letzten Kopie.",
            }
        case ConnectionLost():
            return {
                "en": "The connection to Xero has expired or was revoked, so these figures are from our last copy. "
                "An admin must connect Xero again.",
                "de": "Die Verbindung zu Xero ist abgelaufen oder wurde widerrufen; diese Zahlen sind aus unserer "
                "letzten Kopie. Eine Person mit der Rolle admin muss Xero neu verbinden.",
            }
        case _:
            return {
                "en": "Xero cannot be reached at the moment, so these figures are from our last copy.",
                "de": "Xero ist im Moment nicht erreichbar; diese Zahlen sind aus unserer letzten Kopie.",
            }
