"""What the books hold of money that settles no document at once, and of postings by hand: one frozen record a thing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sandbox.company.papers import LineAmounts
from sandbox.company.shape import BankTransaction, BankTransfer, Company, Line, ManualJournal

CashStatus = Literal["AUTHORISED", "DELETED"]
ManualStatus = Literal["DRAFT", "POSTED", "VOIDED", "DELETED"]
BatchType = Literal["PAYBATCH", "RECBATCH"]


@dataclass(frozen=True, slots=True)
class Booking:
    """A bank transaction: money in or out that settles no document, or settles one only later (an advance)."""

    booking_id: str
    type: str
    """SPEND or RECEIVE, for an advance followed by -PREPAYMENT or -OVERPAYMENT."""
    contact_id: str
    account_code: str
    date: dt.date
    reference: str
    line_amounts: LineAmounts
    lines: tuple[Line, ...]
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    currency: str
    rate: Decimal
    reconciled: bool
    url: str
    status: CashStatus
    updated_at: dt.datetime

    @property
    def received(self) -> bool:
        """Whether money came in (else it went out)."""
        return self.type.startswith("RECEIVE")

    @property
    def is_prepayment(self) -> bool:
        """Whether it is money before there was anything to pay."""
        return self.type.endswith("-PREPAYMENT")

    @property
    def is_overpayment(self) -> bool:
        """Whether it is money beyond what there was to pay."""
        return self.type.endswith("-OVERPAYMENT")

    @property
    def advance_id(self) -> str:
        """The id of the prepayment or overpayment that it made; empty for one that made none."""
        if not (self.is_prepayment or self.is_overpayment):
            return ""
        return str(uuid.uuid5(uuid.UUID(self.booking_id), "advance"))


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money moved between two of our own bank accounts, `amount` in the first one's currency."""

    transfer_id: str
    from_code: str
    to_code: str
    date: dt.date
    amount: Decimal
    to_amount: Decimal
    rate: Decimal
    reference: str
    from_reconciled: bool
    to_reconciled: bool
    status: CashStatus
    created_at: dt.datetime

    def transaction_id(self, *, source: bool) -> str:
        """The id of the bank transaction that it is on one of its two accounts."""
        return str(uuid.uuid5(uuid.UUID(self.transfer_id), "from" if source else "to"))


@dataclass(frozen=True, slots=True)
class ManualLine:
    """One side of a posting by hand: positive is debit, negative is credit, in the base currency."""

    account_code: str
    amount: Decimal
    description: str
    tax_type: str = "NONE"
    tax_amount: Decimal = Decimal("0.00")
    tracking_option: str = ""


@dataclass(frozen=True, slots=True)
class Manual:
    """A manual journal; with its taxes its lines add up to zero."""

    manual_id: str
    date: dt.date
    narration: str
    line_amounts: LineAmounts
    lines: tuple[ManualLine, ...]
    status: ManualStatus
    url: str
    on_cash_basis: bool
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """Payments of several documents that leave or reach a bank account as one total."""

    batch_id: str
    type: BatchType
    account_code: str
    date: dt.date
    reference: str
    details: str
    narrative: str
    payment_ids: tuple[str, ...]
    total: Decimal
    status: CashStatus
    updated_at: dt.datetime


Cash = Booking | Transfer | Manual | Batch


def cash_of(company: Company) -> Iterator[Cash]:
    """What the company began with, as records of these books."""
    yield from map(_booking, company.bank_transactions)
    yield from map(_transfer, company.bank_transfers)
    yield from map(_manual, company.manual_journals)


def _booking(booking: BankTransaction) -> Booking:
    return Booking(
        booking_id=booking.bank_transaction_id,
        type="RECEIVE" if booking.received else "SPEND",
        contact_id=booking.contact_id,
        account_code=booking.account_code,
        date=booking.date,
        reference=booking.reference,
        line_amounts="Exclusive",
        lines=booking.lines,
        subtotal=booking.subtotal,
        tax=booking.tax,
        total=booking.total,
        currency=booking.currency,
        rate=booking.rate,
        reconciled=booking.reconciled,
        url="",
        status="AUTHORISED",
        updated_at=booking.updated_at,
    )


def _transfer(transfer: BankTransfer) -> Transfer:
    return Transfer(
        transfer_id=transfer.bank_transfer_id,
        from_code=transfer.from_code,
        to_code=transfer.to_code,
        date=transfer.date,
        amount=transfer.amount,
        to_amount=transfer.to_amount,
        rate=transfer.rate,
        reference=transfer.reference,
        from_reconciled=True,
        to_reconciled=True,
        status="AUTHORISED",
        created_at=transfer.updated_at,
    )


def _manual(journal: ManualJournal) -> Manual:
    return Manual(
        manual_id=journal.manual_journal_id,
        date=journal.date,
        narration=journal.narration,
        line_amounts="NoTax",
        lines=tuple(ManualLine(line.account_code, line.amount, line.description) for line in journal.lines),
        status="POSTED",
        url="",
        on_cash_basis=True,
        updated_at=journal.updated_at,
    )
