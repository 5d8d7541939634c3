"""Proves that the ledger copy equals Xero, record by record and sum by sum, and mends what does not.

Xero has no call that gives sums, so everything is read once more, page by page, in the urgency that lets people go
first: 500 calls for 500,000 documents. Each record is compared with its row; what is missing, different, or there
although Xero has it no more is named and mended. At the end counts and totals by status, month and currency are taken
of both sides and have to be the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict

from assistant.clock import Clock
from assistant.ledger.kinds import CONTACTS, KINDS, ON_DEMAND, Kind
from assistant.ledger.sync import BulkFor, LedgerSync
from assistant.payees import Payees
from assistant.stores import ledger as store
from assistant.stores import ledger_check as check
from assistant.stores import reconciliations
from assistant.stores.database import Database
from assistant.stores.moments import from_text, to_text
from tools.errors import ToolFailed

log = structlog.get_logger()

_LEASE = timedelta(hours=6)
"""A process that died in it is taken over after so long."""
_JUST_NOW = timedelta(minutes=2)
"""What changed so shortly before is not a fault of the copy."""
_MOST_REMOVED = 100
_MOST_NAMED = 100

Tally = Counter[tuple[str, str, str]]
"""Counts and sums: ("count" or "sum", status, "2026-11 EUR")."""


class Difference(BaseModel):
    """One record that was not the same here as at Xero."""

    model_config = ConfigDict(frozen=True)

    kind: str
    id: str
    label: str
    what: str
    """"missing", "not in Xero any more", "not removed", or the fields that differed."""


class Reconciliation(BaseModel):
    """What one proof came to."""

    model_config = ConfigDict(frozen=True)

    began_at: datetime
    records: int
    """Read from Xero and compared."""
    pages: int
    """Read from Xero: so many calls at least."""
    differences: int
    named: tuple[Difference, ...]
    """The first of them."""
    equal: bool
    """Whether the sums of both sides were the same afterwards."""
    unequal: tuple[str, ...] = ()
    """The sums that were not: "documents, PAID, 2026-10 EUR: 12 of € ... here, 13 ... at Xero"."""


@dataclass
class _Run:
    """What is known so far."""

    began: datetime
    records: int = 0
    pages: int = 0
    found: list[Difference] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)


class Reconciler:
    """Compares the copy of one organisation with Xero and mends it."""

    def __init__(self, database: Database, sync: LedgerSync, bulk_for: BulkFor, clock: Clock) -> None:
        self._database, self._sync, self._bulk_for, self._clock = database, sync, bulk_for, clock
        self._payees = Payees(database, clock)

    async def latest(self, organisation_id: str) -> tuple[datetime, Reconciliation] | None:
        """When the last proof ended and what it came to; None before the first."""
        async with self._database.reading() as work:
            row = await reconciliations.latest(work, organisation_id)
        if row is None or not row.ended_at:
            return None
        return from_text(row.ended_at), Reconciliation.model_validate_json(row.found)

    async def run(self, organisation_id: str, *, unless_since: datetime | None = None) -> Reconciliation | None:
        """Prove and mend; None where another process is at it or it was done since then. Raises ToolFailed kinds."""
        now = self._clock()
        async with self._database.work() as work:
            taken = await reconciliations.claim(
                work,
                organisation_id,
                now=to_text(now),
                until=to_text(now + _LEASE),
                ended_before=to_text(unless_since) if unless_since else None,
            )
        if not taken:
            return None
        found = ""
        try:
            result = await self._compare(organisation_id)
            found = result.model_dump_json()
        finally:
            async with self._database.work() as work:
                await reconciliations.end(work, organisation_id, ended_at=to_text(self._clock()), found=found)
        log.info("the copy was compared with Xero", records=result.records, differences=result.differences)
        return result

    async def _compare(self, organisation_id: str) -> Reconciliation:
        self._sync.expire(organisation_id)
        await self._sync.fresh(organisation_id)
        async with self._database.reading() as work:
            copied = await store.sync_rows(work, organisation_id)
        run = _Run(self._clock())
        for kind in (*KINDS, *(kind for kind in ON_DEMAND if kind.name in copied)):
            await self._kind(organisation_id, kind, run)
        return Reconciliation(
            began_at=run.began,
            records=run.records,
            pages=run.pages,
            differences=len(run.found),
            named=tuple(run.found[:_MOST_NAMED]),
            equal=not run.unequal,
            unequal=tuple(run.unequal[:_MOST_NAMED]),
        )

    async def _kind(self, organisation_id: str, kind: Kind, run: _Run) -> None:
        bulk = await self._bulk_for(organisation_id)
        met: set[str] = set()
        theirs: Tally = Counter()
        async for page in kind.read(bulk, None):
            rows = [kind.row(item, organisation_id, to_text(self._clock())) for item in page.items]
            run.pages += 1
            await self._page(organisation_id, kind, rows, run)
            for row in rows:
                if row["id"] not in met and str(row["updated_at"]) < to_text(run.began) and row["status"] != "DELETED":
                    _count(theirs, kind, row)
                met.add(str(row["id"]))
        run.records += len(met)
        await self._gone(organisation_id, kind, run)
        await self._prove(organisation_id, kind, theirs, run)

    async def _page(self, organisation_id: str, kind: Kind, rows: Sequence[Mapping[str, Any]], run: _Run) -> None:
        """Compare the records of one page with their rows, and put right what differs."""
        async with self._database.work() as work:
            ours = await check.rows_of(work, kind.table, organisation_id, [str(row["id"]) for row in rows])
            wrong: list[Mapping[str, Any]] = []
            for row in rows:
                difference = _difference(kind, row, ours.get(str(row["id"])), run.began, self._clock())
                if difference is None:
                    continue
                wrong.append(row)
                if difference.what:
                    run.found.append(difference)
            await check.put(work, kind.table, wrong)
            await check.seen(
                work, kind.table, organisation_id, [str(row["id"]) for row in rows], to_text(self._clock())
            )
            if kind is CONTACTS and wrong:
                await self._payees.observe(work, organisation_id, [str(row["id"]) for row in wrong])

    async def _gone(self, organisation_id: str, kind: Kind, run: _Run) -> None:
        """What is here and was not met at Xero: removed, unless it is so much that something else must be wrong."""
        async with self._database.work() as work:
            left = await check.unseen(work, kind.table, organisation_id, to_text(run.began))
            few = len(left) <= _MOST_REMOVED
            what = "not in Xero any more" if few else "not removed"
            run.found += [Difference(kind=kind.name, id=row["id"], label=_label(row), what=what) for row in left]
            if few:
                await check.remove(work, kind.table, organisation_id, [row["id"] for row in left])
                if kind is CONTACTS and left:
                    await self._payees.lose(work, organisation_id)

    async def _prove(self, organisation_id: str, kind: Kind, theirs: Tally, run: _Run) -> None:
        async with self._database.reading() as work:
            ours: Tally = Counter()
            summed = await check.sums(
                work, kind.table, organisation_id, amount=kind.amount, day=kind.day, before=to_text(run.began)
            )
            for status, where, count, amount in summed:
                ours["count", status, where] += count
                ours["sum", status, where] += amount
        for key in sorted(ours.keys() | theirs.keys()):
            if ours[key] != theirs[key]:
                what, status, where = key
                run.unequal.append(f"{kind.name}, {status} {where}, {what}: {ours[key]} here, {theirs[key]} at Xero")


def _difference(
    kind: Kind, theirs: Mapping[str, Any], ours: Mapping[str, Any] | None, began: datetime, now: datetime
) -> Difference | None:
    """What is different; empty words for what changed just now, None for what is the same or newer here."""
    young = str(theirs["updated_at"]) >= to_text(began - _JUST_NOW)
    named = {"kind": kind.name, "id": str(theirs["id"]), "label": _label(theirs)}
    if ours is None:
        return Difference(**named, what="" if young else "missing")
    lately = to_text(began - _JUST_NOW) <= str(ours["updated_at"]) <= to_text(now + _JUST_NOW)
    if lately and str(ours["updated_at"]) > str(theirs["updated_at"]):
        return None  # read by a question since Xero made this page
    fields = [name for name, value in theirs.items() if name != "synced_at" and ours[name] != value]
    if not fields:
        return None
    return Difference(**named, what="" if young else ", ".join(sorted(fields)))


def _label(row: Mapping[str, Any]) -> str:
    """What a person knows the record by."""
    return str(row.get("number") or row.get("document_number") or row.get("name") or row.get("code") or "")


def _count(tally: Tally, kind: Kind, row: Mapping[str, Any]) -> None:
    """Counts one record under its status, month and currency, as `ledger_check.sums` does."""
    where = f"{str(row[kind.day])[:7]} {row['currency']}" if kind.day else ""
    tally["count", str(row["status"]), where] += 1
    tally["sum", str(row["status"]), where] += int(row[kind.amount]) if kind.amount else 0


async def quietly(reconciler: Reconciler, organisation_id: str, *, unless_since: datetime) -> None:
    """One proof by night: a provider that cannot be asked now is asked the next night."""
    try:
        await reconciler.run(organisation_id, unless_since=unless_since)
    except ToolFailed as problem:
        log.warning("the copy was not compared with Xero", problem=str(problem))
