"""Quotes to customers and purchase orders to suppliers: what is offered and ordered before anything is booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol

from tools.xero.books import Document, DocumentKind, DocumentStatus, Line, Shape
from tools.xero.drafts import LineAmounts, NewLine

Form = Literal["quote", "order"]

STATES: dict[Form, tuple[str, ...]] = {
    "quote": ("DRAFT", "SENT", "ACCEPTED", "DECLINED", "INVOICED", "DELETED"),
    "order": ("DRAFT", "SUBMITTED", "AUTHORISED", "BILLED", "DELETED"),
}
"""Xero's own states (Quotes, PurchaseOrders, "Status codes")."""


class TradePaper(Shape):
    """A quote or purchase order as Xero has it; amounts in `currency`."""

    id: str
    form: Form
    number: str
    status: str
    """One of STATES, or what Xero invented since."""
    contact_id: str
    contact_name: str
    on: date | None
    until: date | None
    """Until when a quote holds; when an order shall be delivered."""
    reference: str
    title: str = ""
    terms: str = ""
    currency: str
    total: Decimal
    line_amounts: LineAmounts = "exclusive"
    lines: tuple[Line, ...] = ()
    updated_at: datetime

    def as_document(self) -> Document:
        """The same in the shape of the invoice or bill that it may become."""
        return Document(
            id=self.id,
            kind=DocumentKind.INVOICE if self.form == "quote" else DocumentKind.BILL,
            number=self.number,
            reference=self.reference,
            status=DocumentStatus.OTHER,
            contact_id=self.contact_id,
            contact_name=self.contact_name,
            issued=self.on,
            due=None,
            currency=self.currency,
            total=self.total,
            amount_due=Decimal(0),
            amount_paid=Decimal(0),
            updated_at=self.updated_at,
            lines=self.lines,
            line_amounts=self.line_amounts,
        )


class TradeBooks(Protocol):
    """Xero, reading quotes and purchase orders; each call counts against Xero's limits."""

    async def papers(
        self, form: Form, *, first: date | None = None, last: date | None = None, deleted: bool = False
    ) -> Sequence[TradePaper]:
        """Every one between two days, latest first: those that are not deleted, or those that are."""
        ...

    async def numbered(self, form: Form, number: str) -> Sequence[TradePaper]:
        """Those with exactly that number, deleted ones included."""
        ...

    async def paper(self, form: Form, paper_id: str) -> TradePaper:
        """One with its lines, as it is now. Raises ToolFailed when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A quote or purchase order as it is sent to Xero, which numbers it."""

    form: Form
    contact_id: str
    reference: str
    title: str
    terms: str
    """What a quote says below its lines; an order has none of it here."""
    on: date
    until: date | None
    currency: str
    amounts: LineAmounts
    status: str
    lines: tuple[NewLine, ...]


class TradeWriter(Protocol):
    """Xero, writing quotes and purchase orders: held by the executor only. Every write raises like
    `PaymentWriter.create_payment`."""

    async def create_paper(self, new: NewPaper, *, key: str) -> TradePaper:
        """Make it, once, with `key` as Idempotency-Key; the paper as Xero answers it."""
        ...

    async def move_paper(self, form: Form, paper_id: str, status: str, *, key: str) -> TradePaper:
        """Give it that status, once, and leave the rest as it is; the paper as Xero answers it."""
        ...

    async def paper_now(self, form: Form, paper_id: str) -> TradePaper:
        """One as it is now, read live. Raises ToolFailed kinds."""
        ...

    async def papers_with(self, form: Form, contact_id: str, reference: str) -> list[TradePaper]:
        """The contact's papers with exactly that reference, deleted ones included, read live."""
        ...
