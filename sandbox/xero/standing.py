"""How far a document is settled, and what of a write the ledger is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sandbox.xero.cash import Booking, Manual, Transfer
from sandbox.xero.records import Allocation, Doc, Note, Pay, Record, Removed


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of a document has been settled: paid in money, credited by notes, still due."""

    paid: Decimal
    credited: Decimal
    due: Decimal


def of_ledger(records: Iterable[Record]) -> tuple[Record, ...]:
    """What of a write moves the ledger, and the notes that tell when it was."""
    kinds = (Doc, Pay, Allocation, Removed, Booking, Transfer, Manual, Note)
    return tuple(record for record in records if isinstance(record, kinds))
