"""The double-entry journal underneath: every record of the books as postings that add up to zero.

Amounts are in the base currency, debit positive; `native` is the same in the account's own currency (banks only).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sandbox.company.shape import BankTransaction, BankTransfer
from sandbox.xero.books import ZERO, Books
from sandbox.xero.records import Doc, DocumentKind

RECEIVABLES, PAYABLES, VAT, ROUNDING, GAINS = "610", "800", "820", "860", "499"
CENT = Decimal("0.01")


class Posting(NamedTuple):
    """One side of an entry."""

    on: date
    code: str
    amount: Decimal
    native: Decimal
    option: str = ""
    """Of the tracking category, where a line names one."""


def in_base(amount: Decimal, rate: Decimal) -> Decimal:
    """An amount of a foreign currency in the base currency, rounded to the cent."""
    return amount if rate == 1 else (amount / rate).quantize(CENT, ROUND_HALF_UP)


class Journal:
    """The postings of all records, kept until the record changes."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._of_document: dict[str, tuple[int, list[Posting]]] = {}
        self._fixed = [*self._opening(), *self._bank(), *self._manual()]

    def postings(self) -> Iterator[Posting]:
        """Every posting, in no particular order."""
        yield from self._fixed
        for document_id, document in self._books.documents.items():
            version = self._books.changed[document_id]
            known = self._of_document.get(document_id)
            if known is None or known[0] != version:
                known = (version, list(self._document(document)) if document.is_booked else [])
                self._of_document[document_id] = known
            yield from known[1]

    def without_documents(self) -> Iterator[Posting]:
        """Opening balances, bank transactions, transfers and manual journals."""
        yield from self._fixed

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

    def _opening(self) -> Iterator[Posting]:
        company = self._books.company
        for row in company.opening:
            bank = self._books.banks.get(row.account_code)
            on = self._books.company.bank_accounts[0].opened_on
            yield Posting(on, row.account_code, row.amount, bank.opening_balance if bank else row.amount)

    def _bank(self) -> Iterator[Posting]:
        for booking in self._books.company.bank_transactions:
            yield from self._bank_transaction(booking)
        for transfer in self._books.company.bank_transfers:
            yield from self._transfer(transfer)

    def _bank_transaction(self, booking: BankTransaction) -> Iterator[Posting]:
        sign = 1 if booking.received else -1
        whole = ZERO
        for line in booking.lines:
            net, tax = in_base(line.line_amount, booking.rate), in_base(line.tax_amount, booking.rate)
            whole += net + tax
            yield Posting(booking.date, line.account_code, -sign * net, ZERO, line.tracking_option)
            if tax:
                yield Posting(booking.date, VAT, -sign * tax, ZERO)
        yield Posting(booking.date, booking.account_code, sign * whole, sign * booking.total)

    def _transfer(self, transfer: BankTransfer) -> Iterator[Posting]:
        value = in_base(transfer.amount, transfer.rate)
        yield Posting(transfer.date, transfer.from_code, -value, -transfer.amount)
        yield Posting(transfer.date, transfer.to_code, value, transfer.to_amount)

    def _manual(self) -> Iterator[Posting]:
        for journal in self._books.company.manual_journals:
            for line in journal.lines:
                yield Posting(journal.date, line.account_code, line.amount, line.amount)

    def _document(self, document: Doc) -> Iterator[Posting]:
        """The document itself, its payments, and credit set off against it."""
        control = RECEIVABLES if document.is_sales else PAYABLES
        # Sales credit and purchases credit the control account the other way round from sales.
        sign = 1 if document.kind in (DocumentKind.INVOICE, DocumentKind.PURCHASE_CREDIT) else -1
        whole = in_base(document.total, document.rate)
        parts = ZERO
        for line in document.lines:
            inclusive = document.line_amounts == "Inclusive"
            net = line.line_amount - line.tax_amount if inclusive else line.line_amount
            for code, amount, option in ((line.account_code, net, line.tracking_option), (VAT, line.tax_amount, "")):
                if amount:
                    value = in_base(amount, document.rate)
                    parts += value
                    yield Posting(document.date, code, -sign * value, ZERO, option)
        yield Posting(document.date, control, sign * whole, ZERO)
        if parts != whole:
            yield Posting(document.date, ROUNDING, sign * (parts - whole), ZERO)
        yield from self._settlement(document, control, sign, whole)

    def _settlement(self, document: Doc, control: str, sign: int, whole: Decimal) -> Iterator[Posting]:
        """Payments clear the control account at the document's rate; what the money was worth differs by a gain."""
        cleared, settled = ZERO, ZERO
        for allocation in self._books.allocations_of(document.document_id):
            settled += allocation.amount
            value = whole - cleared if settled == document.total else in_base(allocation.amount, document.rate)
            cleared += value
            if not document.is_credit:
                note = self._books.documents[allocation.credit_note_id]
                gain = value - self._note_value(note, allocation.allocation_id)
                if gain:
                    yield Posting(allocation.date, control, -sign * gain, ZERO)
                    yield Posting(allocation.date, GAINS, sign * gain, ZERO)
        for payment in self._books.payments_of(document.document_id):
            settled += payment.amount
            value = whole - cleared if settled == document.total else in_base(payment.amount, document.rate)
            cleared += value
            bank = self._books.banks.get(payment.account_code)
            foreign = bank is not None and bank.currency != self._books.company.organisation.base_currency
            worth = in_base(payment.bank_amount, payment.rate) if foreign else payment.bank_amount
            yield Posting(payment.date, control, -sign * value, ZERO)
            yield Posting(payment.date, payment.account_code, sign * worth, sign * payment.bank_amount)
            if worth != value:
                yield Posting(payment.date, GAINS, sign * (value - worth), ZERO)

    def _note_value(self, note: Doc, allocation_id: str) -> Decimal:
        """What this part of a credit note was worth in base currency when the note was booked."""
        whole, cleared, settled = in_base(note.total, note.rate), ZERO, ZERO
        for allocation in self._books.allocations_of(note.document_id):
            settled += allocation.amount
            value = whole - cleared if settled == note.total else in_base(allocation.amount, note.rate)
            if allocation.allocation_id == allocation_id:
                return value
            cleared += value
        return ZERO
