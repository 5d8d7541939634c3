"""The company's books as tools see them: invoices, bills, payments, contacts and ledger accounts.

`Books` is the ledger copy (our database); `LiveBooks` is Xero itself, reading. Shapes follow Xero's Accounting API 2.0,
in Decimal, with the vendor's spellings translated once, here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from tools.money import Money

if TYPE_CHECKING:
    from tools.xero.credit_notes import CreditNote
    from tools.xero.drafts import PostingAccount, TaxRate
    from tools.xero.setup_shapes import Currency, HistoryRecord, TrackingCategory, XeroUser
    from tools.xero.tally import ContactSum, Tally


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DocumentKind(StrEnum):
    """Invoice: what a customer owes us (Xero ACCREC). Bill: what we owe a supplier (ACCPAY)."""

    INVOICE = "invoice"
    BILL = "bill"


class DocumentStatus(StrEnum):
    """Xero's own states of an invoice or bill."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    AUTHORISED = "AUTHORISED"
    PAID = "PAID"
    VOIDED = "VOIDED"
    DELETED = "DELETED"
    OTHER = "OTHER"
    """A state that Xero invented after this was written: shown, never paid, never counted as open."""

    @classmethod
    def _missing_(cls, value: object) -> DocumentStatus | None:
        return cls.OTHER if isinstance(value, str) else None


DEAD = (DocumentStatus.VOIDED, DocumentStatus.DELETED)
"""What counts no more."""


class Line(Shape):
    """One line of an invoice or bill."""

    description: str
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    amount: Decimal | None = None
    tax_amount: Decimal | None = None
    account_code: str = ""
    tax_type: str = ""
    """Xero's TaxType."""


class Document(Shape):
    """An invoice or bill as Xero has it; amounts in `currency`."""

    id: str
    kind: DocumentKind
    number: str
    reference: str = ""
    status: DocumentStatus
    contact_id: str
    contact_name: str
    issued: date | None
    due: date | None
    currency: str
    total: Decimal
    amount_due: Decimal
    amount_paid: Decimal
    amount_credited: Decimal = Decimal(0)
    updated_at: datetime
    lines: tuple[Line, ...] = ()
    """Empty where a list call left them out."""
    url: str = ""
    """An address of its origin that whoever entered it gave; never opened."""
    line_amounts: Literal["exclusive", "inclusive", "none", ""] = ""
    """Whether the lines' amounts are without tax; read live only, the ledger copy does not keep it."""
    is_credit: bool = False
    """Whether it is a credit note of that kind, read live as a document; what is due is then the credit left."""
    attachments: tuple[str, ...] = ()
    """The names of the files attached, where Xero gives them (the answer about one document)."""

    def due_money(self) -> Money:
        """What is left to pay."""
        return Money(self.amount_due, self.currency)

    def days_overdue(self, today: date) -> int:
        """Days past the due date while something is left to pay on an approved document; else 0."""
        if self.status is not DocumentStatus.AUTHORISED or self.amount_due <= 0 or self.due is None:
            return 0
        return max(0, (today - self.due).days)


class Payment(Shape):
    """Money recorded against an invoice (in) or a bill (out) in Xero."""

    id: str
    document_id: str
    document_number: str
    document_kind: DocumentKind | None
    """None for payments of credit notes, pre- and overpayments."""
    contact_id: str
    contact_name: str
    paid_on: date
    amount: Decimal
    currency: str
    reference: str = ""
    account_id: str = ""
    account_code: str = ""
    status: Literal["AUTHORISED", "DELETED"]
    type: str
    """Xero's PaymentType, e.g. ACCRECPAYMENT: derived by Xero from the document."""
    updated_at: datetime
    left_on_document: Decimal | None = None
    """What was left to pay on the document after it, as Xero answered the write; None for payments that are read."""


class Contact(Shape):
    """A customer or supplier of the organisation's address book in Xero."""

    id: str
    name: str
    email: str = ""
    city: str = ""
    country: str = ""
    """As somebody wrote it in Xero ("DE", "Germany"); read live only, the ledger copy does not keep it."""
    is_customer: bool = False
    is_supplier: bool = False
    status: str = "ACTIVE"
    iban: str = ""
    """Bank account number on file in Xero, as stored; shown masked, never sent to a model."""
    updated_at: datetime


class LedgerAccount(Shape):
    """An account of the chart of accounts; BANK accounts and those with payments enabled can pay."""

    id: str
    code: str
    name: str
    type: str
    status: str = "ACTIVE"
    currency: str = ""
    enable_payments: bool = False
    bank_account_number: str = ""
    updated_at: datetime

    @property
    def can_pay(self) -> bool:
        """Whether Xero accepts a payment to or from it."""
        return self.status == "ACTIVE" and (self.type == "BANK" or self.enable_payments)


class OrganisationDetails(Shape):
    """The organisation's own facts as Xero gives them."""

    name: str
    legal_name: str
    base_currency: str
    country: str
    short_code: str
    version: str = ""
    tax_number: str = ""
    registration_number: str = ""
    financial_year_end: str = ""
    period_lock_date: date | None = None
    end_of_year_lock_date: date | None = None
    timezone: str = ""
    is_demo: bool = False


State = Literal["open", "overdue", "paid", "draft", "submitted", "voided", "all"]
"""How people speak of documents: open = approved with something left; overdue = open and past its due date."""


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """Which invoices or bills; every condition must hold. Amounts compare with what is left, or the total if paid."""

    kind: DocumentKind
    state: State = "all"
    contact_ids: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    number: str = ""
    issued_from: date | None = None
    issued_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    amount: Decimal | None = None
    """Exactly this is the total, or what is left to pay."""
    reference_part: str = ""
    """A part of the reference, whatever its case."""
    currency: str = ""
    order: Literal["due", "newest"] = "due"
    """Oldest due date first, or latest date of issue first."""
    most: int = 0
    """Only so many of them, in that order; 0: all."""


@dataclass(frozen=True, slots=True)
class PaymentQuery:
    """Which payments; every given condition must hold. Deleted ones only if asked for."""

    direction: Literal["in", "out", ""] = ""
    contact_ids: tuple[str, ...] = ()
    document_id: str = ""
    payment_id: str = ""
    reference: str = ""
    paid_from: date | None = None
    paid_to: date | None = None
    include_deleted: bool = False
    only_deleted: bool = False
    reference_part: str = ""
    """A part of the reference, whatever its case."""
    most: int = 0
    """Only the newest so many; 0: all."""


@dataclass(frozen=True, slots=True)
class PaymentSum:
    """Payments of one way, state, currency and account, summed."""

    comes_in: bool
    deleted: bool
    currency: str
    account_id: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a bulk read from Xero, with how many there are."""

    items: Sequence[Document] | Sequence[Payment] | Sequence[Contact] | Sequence[LedgerAccount] | Sequence[CreditNote]
    number: int
    pages: int
    total: int


class Books(Protocol):
    """The ledger copy of one organisation: brought up to date before it answers, whole sets, no paging."""

    @property
    def stale_because(self) -> Mapping[str, str] | None:
        """Why the copy could not be brought up to date for the last question, by language; None when it was."""
        ...

    async def as_of(self) -> datetime:
        """When the copy was last known to equal Xero (aware)."""
        ...

    async def renew(self) -> None:
        """Bring the copy up to date now, however young it is: before something is said not to exist."""
        ...

    async def documents(self, query: DocumentQuery, *, today: date) -> list[Document]:
        """Every matching document, without lines, oldest due date first."""
        ...

    async def tally(self, query: DocumentQuery, *, today: date) -> Tally:
        """How many match and what they come to, by state and currency; `most` does not count."""
        ...

    async def contact_sums(self, query: DocumentQuery, *, today: date) -> list[ContactSum]:
        """What is left on those that match, by contact, currency and age on that day, in no order."""
        ...

    async def numbered(self, typed: str, *, contact_id: str = "") -> list[Document]:
        """Every document of whatever kind and state that the number may mean (`tools.xero.finding.numbered`)."""
        ...

    async def numbered_alike(self, typed: str, *, contact_id: str = "") -> list[Document]:
        """Those whose digits are the same but for one, to be offered instead of a number that is not there."""
        ...

    async def payments(self, query: PaymentQuery) -> list[Payment]:
        """Every matching payment, newest first."""
        ...

    async def payment_sums(self, query: PaymentQuery) -> list[PaymentSum]:
        """How many payments match and what they come to, by way, state, currency and account."""
        ...

    async def credit_notes(self, kind: DocumentKind) -> list[CreditNote]:
        """Every credit note to customers (INVOICE) or from suppliers (BILL), newest first."""
        ...

    async def contacts(self) -> list[Contact]:
        """Every contact that is not archived, by name."""
        ...

    async def accounts(self) -> list[LedgerAccount]:
        """The chart of accounts, by code."""
        ...


class LiveBooks(Protocol):
    """Xero itself, reading; each call counts against Xero's limits."""

    async def document(self, document_id: str) -> Document:
        """One invoice or bill with its lines, as it is now. Raises ToolFailed when there is none."""
        ...

    async def payments_of(self, document_id: str) -> list[Payment]:
        """The payments recorded against a document, as they are now, deleted ones left out."""
        ...

    async def contact(self, contact_id: str) -> Contact:
        """One contact with the bank details on file."""
        ...

    async def organisation(self) -> OrganisationDetails:
        """The organisation's details with its lock dates, as they are now."""
        ...

    async def posting_accounts(self) -> list[PostingAccount]:
        """The accounts that lines can be booked to, by code."""
        ...

    async def tax_rates(self) -> list[TaxRate]:
        """The taxes that are in use."""
        ...

    async def credit_note(self, credit_note_id: str) -> CreditNote:
        """One credit note with what it was set off against, as it is now. Raises ToolFailed when there is none."""
        ...

    async def credit_document(self, credit_note_id: str) -> Document:
        """The same with its lines, in the shape of a document."""
        ...

    async def tracking_categories(self) -> list[TrackingCategory]:
        """How income and costs are divided beside the accounts."""
        ...

    async def currencies(self) -> list[Currency]:
        """The currencies that documents can be in."""
        ...

    async def users(self) -> list[XeroUser]:
        """Who works in the organisation's Xero."""
        ...

    async def history_of(self, document_id: str) -> list[HistoryRecord]:
        """What happened to an invoice or bill, and the notes on it, in no order."""
        ...


class BulkBooks(Protocol):
    """Xero itself, page by page, for the ledger copy."""

    def documents(self, *, modified_since: datetime | None) -> AsyncIterator[Page]: ...
    def payments(self, *, modified_since: datetime | None) -> AsyncIterator[Page]: ...
    def contacts(self, *, modified_since: datetime | None) -> AsyncIterator[Page]: ...
    def accounts(self, *, modified_since: datetime | None) -> AsyncIterator[Page]: ...
    def credit_notes(self, *, modified_since: datetime | None) -> AsyncIterator[Page]: ...


@dataclass(frozen=True, slots=True)
class ContactMatch:
    """How well a typed name fits a contact: `sure` when only this one can be meant."""

    contact: Contact
    score: float
    sure: bool
    others: tuple[Contact, ...] = field(default=())
