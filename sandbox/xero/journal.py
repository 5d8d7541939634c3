"""The double-entry journal underneath: every record of the books as postings that add up to zero.

Amounts are in the base currency, debit positive; `native` is the same in the account's own currency (banks only).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sandbox.xero.books import ZERO, Books
from sandbox.xero.posting import (
    GAINS,
    PAYABLES,
    RECEIVABLES,
    ROUNDING,
    VAT,
    Posting,
    advance_value,
    booking_postings,
    manual_postings,
    net_of,
    transfer_postings,
)
from sandbox.xero.posting import base_value as _base
from sandbox.xero.records import Allocation, Doc, DocumentKind
from sandbox.xero.render import PAYMENT_TYPES

__all__ = ["PAYABLES", "RECEIVABLES", "Journal", "Posting"]


class Journal:
    """The postings of all records, kept until the record changes."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._of_record: dict[str, tuple[int, list[Posting]]] = {}
        self._fixed = list(self.opening())

    def postings(self) -> Iterator[Posting]:
        """Every posting, in no particular order."""
        yield from self._fixed
        books = self._books
        for record_id in (*books.bookings, *books.transfers, *books.manuals, *books.documents):
            yield from self.of_record(record_id)

    def without_documents(self) -> Iterator[Posting]:
        """Opening balances, bank transactions, transfers and manual journals."""
        yield from self._fixed
        for record_id in (*self._books.bookings, *self._books.transfers, *self._books.manuals):
            yield from self.of_record(record_id)

    def of_record(self, record_id: str) -> list[Posting]:
        """The postings of one document, bank transaction, transfer or manual journal; none of anything else."""
        version = self._books.changed[record_id]
        known = self._of_record.get(record_id)
        if known is None or known[0] != version:
            known = self._of_record[record_id] = (version, list(self._made(record_id)))
        return known[1]

    def _made(self, record_id: str) -> Iterator[Posting]:
        books = self._books
        if document := books.documents.get(record_id):
            return self._document(document) if document.is_booked else iter(())
        if booking := books.bookings.get(record_id):
            return booking_postings(books, booking)
        if transfer := books.transfers.get(record_id):
            return transfer_postings(books, transfer)
        manual = books.manuals.get(record_id)
        return manual_postings(manual) if manual else iter(())

    def balances(self, until: date, since: date | None = None) -> dict[str, Decimal]:
        """What each account came to by that day (or between two days, both included), debit positive."""
        sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for posting in self.postings():
            if posting.on <= until and (since is None or posting.on >= since):
                sums[posting.code] += posting.amount
        return dict(sums)

    def bank_native(self, code: str, until: date) -> Decimal:
        """A bank account's balance in its own currency."""
        rows = (posting.native for posting in self.postings() if posting.code == code and posting.on <= until)
        return sum(rows, ZERO)

    def opening(self) -> Iterator[Posting]:
        """Where the accounts stood when the books began."""
        company = self._books.company
        for row in company.opening:
            bank = self._books.banks.get(row.account_code)
            on = self._books.company.bank_accounts[0].opened_on
            yield Posting(on, row.account_code, row.amount, bank.opening_balance if bank else row.amount)

    def _document(self, document: Doc) -> Iterator[Posting]:
        """The document itself, its payments, and credit set off against it."""
        control = RECEIVABLES if document.is_sales else PAYABLES
        # Sales credit and purchases credit the control account the other way round from sales.
        sign = 1 if document.kind in (DocumentKind.INVOICE, DocumentKind.PURCHASE_CREDIT) else -1
        whole = _base(document.total, document.rate)
        parts, source = ZERO, (document.kind.value, document.document_id)
        for line in document.lines:
            net = net_of(line, document.line_amounts)
            for code, amount, option in ((line.account_code, net, line.tracking_option), (VAT, line.tax_amount, "")):
                if amount:
                    value = _base(amount, document.rate)
                    parts += value
                    yield Posting(document.date, code, -sign * value, ZERO, *source, option)
        yield Posting(document.date, control, sign * whole, ZERO, *source)
        if parts != whole:
            yield Posting(document.date, ROUNDING, sign * (parts - whole), ZERO, *source)
        yield from self._settlement(document, control, sign, whole)

    def _settlement(self, document: Doc, control: str, sign: int, whole: Decimal) -> Iterator[Posting]:
        """Payments clear the control account at the document's rate; what the money was worth differs by a gain."""
        cleared, settled = ZERO, ZERO
        for allocation in self._books.allocations_of(document.document_id):
            settled += allocation.amount
            value = whole - cleared if settled == document.total else _base(allocation.amount, document.rate)
            cleared += value
            if not document.is_credit:
                gain = value - self._credit_value(allocation)
                if gain:
                    source = (document.kind.value, allocation.allocation_id)
                    yield Posting(allocation.date, control, -sign * gain, ZERO, *source)
                    yield Posting(allocation.date, GAINS, sign * gain, ZERO, *source)
        for payment in self._books.payments_of(document.document_id):
            settled += payment.amount
            value = whole - cleared if settled == document.total else _base(payment.amount, document.rate)
            cleared += value
            bank = self._books.banks.get(payment.account_code)
            foreign = bank is not None and bank.currency != self._books.company.organisation.base_currency
            worth = _base(payment.bank_amount, payment.rate) if foreign else payment.bank_amount
            paid = (PAYMENT_TYPES[document.kind], payment.payment_id)
            yield Posting(payment.date, control, -sign * value, ZERO, *paid)
            yield Posting(payment.date, payment.account_code, sign * worth, sign * payment.bank_amount, *paid)
            if worth != value:
                yield Posting(payment.date, GAINS, sign * (value - worth), ZERO, *paid)

    def _credit_value(self, given: Allocation) -> Decimal:
        """What this part of a credit note or advance was worth in base currency when that was booked."""
        advance = self._books.advance(given.credit_note_id)
        if advance is not None:
            return advance_value(self._books, advance, given.allocation_id)
        note = self._books.documents[given.credit_note_id]
        whole, cleared, settled = _base(note.total, note.rate), ZERO, ZERO
        for allocation in self._books.allocations_of(note.document_id):
            settled += allocation.amount
            value = whole - cleared if settled == note.total else _base(allocation.amount, note.rate)
            if allocation.allocation_id == given.allocation_id:
                return value
            cleared += value
        return ZERO
