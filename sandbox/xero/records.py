"""What the stand-in's books hold, one frozen record a thing; a change is a new record under the same id."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sandbox.company.papers import Group, LineAmounts, Order, OrderStatus, Quote, QuoteStatus, Repeating
from sandbox.company.shape import (
    Allocation,
    Contact,
    Document,
    DocumentKind,
    DocumentStatus,
    Item,
    Line,
    Payment,
)
from sandbox.company.wages import Sheet
from sandbox.xero.cash import Cash

__all__ = [
    "Allocation",
    "Attached",
    "Contact",
    "Doc",
    "DocumentKind",
    "DocumentStatus",
    "Grant",
    "Group",
    "Line",
    "LineAmounts",
    "Link",
    "Note",
    "Order",
    "OrderStatus",
    "Paper",
    "Pay",
    "Pricing",
    "Quote",
    "QuoteStatus",
    "Record",
    "Removed",
    "Repeating",
    "Replay",
    "Token",
    "Ware",
]

PaymentStatus = Literal["AUTHORISED", "DELETED"]


@dataclass(frozen=True, slots=True)
class Doc:
    """An invoice, a bill or a credit note."""

    document_id: str
    kind: DocumentKind
    number: str
    contact_id: str
    date: dt.date
    due_date: dt.date | None
    status: DocumentStatus
    currency: str
    rate: Decimal
    reference: str
    line_amounts: LineAmounts
    lines: tuple[Line, ...]
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    sent: bool
    url: str
    expected_on: dt.date | None
    planned_on: dt.date | None
    fully_paid_on: dt.date | None
    updated_at: dt.datetime

    @property
    def is_sales(self) -> bool:
        """Whether it stands between us and a customer (else a supplier)."""
        return self.kind in (DocumentKind.INVOICE, DocumentKind.SALES_CREDIT)

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note."""
        return self.kind in (DocumentKind.SALES_CREDIT, DocumentKind.PURCHASE_CREDIT)

    @property
    def is_booked(self) -> bool:
        """Whether the ledger counts it: approved, and neither voided nor deleted."""
        return self.status in (DocumentStatus.AUTHORISED, DocumentStatus.PAID)


@dataclass(frozen=True, slots=True)
class Pay:
    """A payment against one document."""

    payment_id: str
    document_id: str
    account_code: str
    date: dt.date
    amount: Decimal
    bank_amount: Decimal
    rate: Decimal
    reference: str
    reconciled: bool
    status: PaymentStatus
    idempotency_key: str
    """The key of the request that made it; empty for payments the company began with."""
    updated_at: dt.datetime
    batch_id: str = ""
    """Of the batch payment that it is a part of, if any."""


@dataclass(frozen=True, slots=True)
class Pricing:
    """What an item usually costs, and how it is then coded; empty when nothing is said."""

    unit_price: Decimal | None = None
    account_code: str = ""
    tax_type: str = ""


@dataclass(frozen=True, slots=True)
class Ware:
    """An item: something sold or bought by a code."""

    item_id: str
    code: str
    name: str
    description: str
    purchase_description: str
    is_sold: bool
    is_purchased: bool
    sales: Pricing
    purchases: Pricing
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the history of a document, a contact or any other record."""

    note_id: str
    document_id: str
    """Of whatever it is a line of."""
    changes: str
    details: str
    user: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Attached:
    """A file on a record; `document_id` is the record's, of whatever kind."""

    attachment_id: str
    document_id: str
    file_name: str
    media_type: str
    size: int
    content: str
    """The bytes in hexadecimal digits; empty for the supplier's own paper, which is printed when it is asked for."""
    online: bool = False
    """Whether the customer sees it beside the online invoice."""


@dataclass(frozen=True, slots=True)
class Removed:
    """Says that an allocation is gone (Xero really removes these)."""

    allocation_id: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """An answer kept for six minutes under its Idempotency-Key."""

    key: str
    """The app's client id and the key."""
    fingerprint: str
    status: int
    body: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """An authorisation code: single use, five minutes."""

    code_hash: str
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str
    nonce: str
    event_id: str
    expires_at: dt.datetime
    used: bool


@dataclass(frozen=True, slots=True)
class Token:
    """An access or refresh token, kept only as its hash."""

    token_hash: str
    use: Literal["access", "refresh"]
    client_id: str
    scopes: tuple[str, ...]
    event_id: str
    """The consent that it stems from; empty for a custom connection (client_credentials)."""
    expires_at: dt.datetime
    rotated_at: dt.datetime | None
    revoked: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A connection: an app's authorised way to our organisation."""

    link_id: str
    client_id: str
    event_id: str
    created_at: dt.datetime
    updated_at: dt.datetime
    ended: bool
    tenant_id: str = ""
    """Of which organisation; empty for the first one."""


Paper = Quote | Order | Ware | Group
"""What the ledger keeps beside its books."""
Record = (
    Doc | Pay | Contact | Allocation | Attached | Note | Removed | Replay | Grant | Token | Link | Paper | Cash | Sheet
)


def doc_of(document: Document, fully_paid_on: dt.date | None) -> Doc:
    """The company's document as a record of these books."""
    return Doc(
        document_id=document.document_id,
        kind=document.kind,
        number=document.number,
        contact_id=document.contact_id,
        date=document.date,
        due_date=document.due_date,
        status=document.status,
        currency=document.currency,
        rate=document.rate,
        reference=document.reference,
        line_amounts="Exclusive",
        lines=document.lines,
        subtotal=document.subtotal,
        tax=document.tax,
        total=document.total,
        sent=document.sent,
        url="",
        expected_on=None,
        planned_on=None,
        fully_paid_on=fully_paid_on,
        updated_at=document.updated_at,
    )


def pay_of(payment: Payment) -> Pay:
    """The company's payment as a record of these books."""
    return Pay(
        payment_id=payment.payment_id,
        document_id=payment.document_id,
        account_code=payment.account_code,
        date=payment.date,
        amount=payment.amount,
        bank_amount=payment.bank_amount,
        rate=payment.rate,
        reference=payment.reference,
        reconciled=payment.reconciled,
        status="AUTHORISED",
        idempotency_key="",
        updated_at=payment.updated_at,
    )


def ware_of(item: Item, updated_at: dt.datetime) -> Ware:
    """The company's item as a record of these books."""
    return Ware(
        item_id=item.item_id,
        code=item.code,
        name=item.name,
        description=item.description,
        purchase_description="",
        is_sold=True,
        is_purchased=False,
        sales=Pricing(item.unit_price, item.account_code, item.tax_type),
        purchases=Pricing(),
        updated_at=updated_at,
    )
