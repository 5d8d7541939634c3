"""Invoices and bills to be made or moved on: what is sent to Xero, and the side of Xero that takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol

from tools.money import Money
from tools.xero.books import Document, DocumentKind, DocumentStatus, Shape
from tools.xero.credit_notes import Allocation, CreditNote

LineAmounts = Literal["exclusive", "inclusive", "none"]
"""Whether the lines' amounts are without tax, with it, or there is none (Xero's LineAmountTypes)."""


class Deed(StrEnum):
    """What is done to a document that is there."""

    SUBMIT = "submit"
    APPROVE = "approve"
    VOID = "void"
    DELETE = "delete"


BECOMES = {
    Deed.SUBMIT: DocumentStatus.SUBMITTED,
    Deed.APPROVE: DocumentStatus.AUTHORISED,
    Deed.VOID: DocumentStatus.VOIDED,
    Deed.DELETE: DocumentStatus.DELETED,
}
"""The state that it has afterwards."""
COMES_FROM = {
    Deed.SUBMIT: (DocumentStatus.DRAFT,),
    Deed.APPROVE: (DocumentStatus.DRAFT, DocumentStatus.SUBMITTED),
    Deed.VOID: (DocumentStatus.AUTHORISED,),
    Deed.DELETE: (DocumentStatus.DRAFT, DocumentStatus.SUBMITTED),
}
"""The states from which Xero allows it (Invoices, "Status codes": a document with payments cannot be voided)."""


class PostingAccount(Shape):
    """An account that a line can be booked to, with the tax that Xero puts on it unless told otherwise."""

    code: str
    name: str
    type: str
    """Xero's AccountType, e.g. REVENUE, EXPENSE, FIXED."""
    tax_type: str


class TaxRate(Shape):
    """A tax of the organisation, by Xero's TaxType; the rate in percent."""

    tax_type: str
    name: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class NewLine:
    """One line as it is sent: nothing left to a default but the account of a draft, which may be empty."""

    description: str
    quantity: Decimal
    unit_amount: Decimal
    account_code: str
    tax_type: str
    tax_amount: Decimal


@dataclass(frozen=True, slots=True)
class NewDocument:
    """An invoice or bill as it is sent to Xero (PUT /Invoices)."""

    kind: DocumentKind
    contact_id: str
    number: str
    """The supplier's number of a bill; empty for an invoice, which Xero numbers."""
    reference: str
    issued: date
    due: date | None
    currency: str
    amounts: LineAmounts
    status: DocumentStatus
    lines: tuple[NewLine, ...]
    is_credit: bool = False
    """A credit note to that customer or from that supplier instead."""


@dataclass(frozen=True, slots=True)
class DraftChange:
    """What is changed on a draft (POST /Invoices/{InvoiceID}): None or no lines where something stays as it is."""

    document_id: str
    issued: date | None
    due: date | None
    reference: str | None
    number: str | None
    lines: tuple[NewLine, ...]


class DocumentWriter(Protocol):
    """Xero, writing invoices and bills: held by the executor only. Every write raises like
    `PaymentWriter.create_payment`."""

    async def create_document(self, new: NewDocument, *, key: str) -> Document:
        """Make it, once, with `key` as Idempotency-Key; the document as Xero answers it."""
        ...

    async def change_draft(self, change: DraftChange, *, key: str) -> Document:
        """Change a draft, once; the document as Xero answers it."""
        ...

    async def change_status(self, document_id: str, deed: Deed, *, key: str, is_credit: bool = False) -> Document:
        """Move it on, once; the document as Xero answers it."""
        ...

    async def document_now(self, document_id: str, *, is_credit: bool = False) -> Document:
        """One invoice, bill or credit note, read live. Raises ToolFailed kinds."""
        ...

    async def allocate(self, credit_note_id: str, document_id: str, money: Money, on: date, *, key: str) -> Allocation:
        """Set so much of a credit note off against a document, once; the set-off as Xero answers it."""
        ...

    async def credit_note_now(self, credit_note_id: str) -> CreditNote:
        """One credit note with its set-offs, read live. Raises ToolFailed kinds."""
        ...

    async def documents_of(
        self, contact_id: str, kind: DocumentKind, *, number: str, reference: str, is_credit: bool = False
    ) -> list[Document]:
        """The contact's documents (or credit notes) with exactly that number, or that reference where it is not
        empty, read live; deleted and voided ones too."""
        ...


def total_of(lines: tuple[NewLine, ...], amounts: LineAmounts, currency: str) -> tuple[Money, Money]:
    """Net and tax of all lines. Each line's amount is rounded to the currency's unit by itself, as Xero does."""
    zero = Money(Decimal(0), currency)
    tax = sum((line.tax_amount for line in lines), Decimal(0))
    amount = sum((line_amount(line, currency).amount for line in lines), Decimal(0))
    net = amount - tax if amounts == "inclusive" else amount
    return zero + Money(net, currency), zero + Money(tax, currency)


def line_amount(line: NewLine, currency: str) -> Money:
    """Quantity times unit amount, rounded to the currency's unit, halves up."""
    return Money.rounded(line.quantity * line.unit_amount, currency)
