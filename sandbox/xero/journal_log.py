"""The journals as they were posted, one after the other: what was posted stays, a change is a reversal and a new one.

The reports are sums over the books as they are now. The log follows the same writes in the order in which they came,
so that a number once given stays given (also over a restart) and its sums are those of the reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sandbox.xero.books import ZERO, Books
from sandbox.xero.cash import Booking, Manual, Transfer
from sandbox.xero.journal import Journal
from sandbox.xero.posting import Posting
from sandbox.xero.records import Allocation, Doc, Note, Pay, Record, Removed


class Source(NamedTuple):
    """What a journal stems from, and its day."""

    on: date
    kind: str
    source_id: str


Sides = tuple[tuple[str, Decimal], ...]
"""Accounts and amounts, debit positive; they add up to zero."""


class Posted(NamedTuple):
    """One journal."""

    number: int
    source: Source
    created_at: datetime
    reference: str
    sides: Sides


class JournalLog:
    """Every journal, oldest first."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._then: Books | None = None
        """The books as they were after the last write that was followed."""
        self._followed = 0
        self._posted: list[Posted] = []
        self._known: dict[str, dict[Source, Sides]] = {}
        """The journals that stand, by the record that they are of."""

    def entries(self) -> list[Posted]:
        """All journals, up to the last write."""
        if self._then is None:
            self._then = self._books.beginning()
            self._journal = Journal(self._then)
            self._begin(self._then)
        for write in self._books.writes[self._followed :]:
            self._follow(self._then, write)
            self._followed += 1
        return self._posted

    def _begin(self, books: Books) -> None:
        """The company's own journals, in the order of their days."""
        opening = Source(books.company.bank_accounts[0].opened_on, "", "")
        self._post(opening, self._morning(opening.on), "Opening balances", _sides(self._journal.opening()))
        found: list[tuple[Source, str, Sides]] = []
        for record_id in (*books.bookings, *books.transfers, *books.manuals, *books.documents):
            known = self._known[record_id] = _sorted(self._journal.of_record(record_id))
            found += [(source, record_id, sides) for source, sides in known.items()]
        for source, record_id, sides in sorted(found):
            self._post(source, self._morning(source.on), _reference(books, record_id), sides)

    def _morning(self, day: date) -> datetime:
        return datetime.combine(day, self._books.company.organisation.created_at.timetz())

    def _follow(self, books: Books, write: tuple[Record, ...]) -> None:
        """What one write changed, record by record: what no longer stands is reversed, what is new is posted."""
        touched: dict[str, None] = {}
        for record in write:
            touched |= dict.fromkeys(_touched(books, record))
            books.apply(record)
        at = max(filter(None, map(_moment, write)), default=self._books.company.organisation.created_at)
        for record_id in touched:
            before = self._known.get(record_id, {})
            now = self._known[record_id] = _sorted(self._journal.of_record(record_id))
            reference = _reference(books, record_id)
            for source, sides in before.items():
                if now.get(source) != sides:
                    self._post(source, at, reference, tuple((code, -amount) for code, amount in sides))
            for source, sides in now.items():
                if before.get(source) != sides:
                    self._post(source, at, reference, sides)

    def _post(self, source: Source, at: datetime, reference: str, sides: Sides) -> None:
        if sides:
            self._posted.append(Posted(len(self._posted) + 1, source, at, reference, sides))


def _sides(postings: Iterable[Posting]) -> Sides:
    """The accounts in their order, each of its postings on its own; nothing for amounts of zero."""
    return tuple((posting.code, posting.amount) for posting in postings if posting.amount != ZERO)


def _sorted(postings: Iterable[Posting]) -> dict[Source, Sides]:
    """A record's postings by what they stem from: a document's own, each payment's, each set-off's."""
    found: dict[Source, list[Posting]] = {}
    for posting in postings:
        found.setdefault(Source(posting.on, posting.kind, posting.source_id), []).append(posting)
    return {source: _sides(own) for source, own in found.items()}


def _touched(books: Books, record: Record) -> Iterator[str]:
    """The records whose postings this change may change (asked before it is made)."""
    match record:
        case Doc() | Pay():
            yield record.document_id
        case Booking():
            yield record.booking_id
        case Transfer():
            yield record.transfer_id
        case Manual():
            yield record.manual_id
        case Allocation() | Removed():
            allocation = record if isinstance(record, Allocation) else books.allocations[record.allocation_id]
            credit_id = allocation.credit_note_id
            yield books.advances.get(credit_id, credit_id)
            yield allocation.document_id
            yield from (other.document_id for other in books.allocations_of(credit_id))


def _moment(record: Record) -> datetime | None:
    return record.at if isinstance(record, Note | Removed) else None


def _reference(books: Books, record_id: str) -> str:
    if document := books.documents.get(record_id):
        return document.reference
    if manual := books.manuals.get(record_id):
        return manual.narration
    paper = books.bookings.get(record_id) or books.transfers.get(record_id)
    return paper.reference if paper else ""
