"""Postings made by hand in the ledger (Xero's ManualJournals)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from tools.xero.books import Shape


class JournalLine(Shape):
    """One side of a posting: positive is debit, negative is credit, in the organisation's own currency."""

    description: str
    account_code: str
    amount: Decimal
    tax: Decimal


class ManualJournal(Shape):
    """A posting by hand; its lines come to nothing."""

    id: str
    narration: str
    status: str
    """DRAFT, POSTED, VOIDED, DELETED or ARCHIVED."""
    on: date
    lines: tuple[JournalLine, ...]

    @property
    def debit(self) -> Decimal:
        """What is debited in all, without tax."""
        return sum((line.amount for line in self.lines if line.amount > 0), Decimal(0))


class JournalBooks(Protocol):
    """Xero, reading manual journals; each call counts against Xero's limits."""

    async def manual_journals(self, first: date, last: date) -> Sequence[ManualJournal]:
        """Every one between two days, both included, that is neither voided nor deleted, latest first."""
        ...
