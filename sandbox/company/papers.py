"""What the ledger keeps without booking it: quotes, purchase orders, repeating invoices, groups of contacts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from sandbox.company.shape import DocumentKind, Line

LineAmounts = Literal["Exclusive", "Inclusive", "NoTax"]


class QuoteStatus(StrEnum):
    """How far a quote has come."""

    DRAFT = "DRAFT"
    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    INVOICED = "INVOICED"
    DELETED = "DELETED"


class OrderStatus(StrEnum):
    """How far a purchase order has come."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    AUTHORISED = "AUTHORISED"
    BILLED = "BILLED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Quote:
    """What we offer a customer, and at which price."""

    quote_id: str
    number: str
    status: QuoteStatus
    contact_id: str
    date: dt.date
    expiry_date: dt.date | None
    title: str
    summary: str
    terms: str
    reference: str
    currency: str
    rate: Decimal
    line_amounts: LineAmounts
    lines: tuple[Line, ...]
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Order:
    """What we order from a supplier, and where it is to be delivered."""

    order_id: str
    number: str
    status: OrderStatus
    contact_id: str
    date: dt.date
    delivery_date: dt.date | None
    arrival_date: dt.date | None
    """When the goods are expected."""
    delivery_address: str
    attention_to: str
    telephone: str
    instructions: str
    reference: str
    sent: bool
    currency: str
    rate: Decimal
    line_amounts: LineAmounts
    lines: tuple[Line, ...]
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Group:
    """Contacts under one name."""

    group_id: str
    name: str
    contact_ids: tuple[str, ...]
    status: Literal["ACTIVE", "DELETED"]
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a repeating invoice comes again, and when each is due."""

    period: int
    unit: Literal["WEEKLY", "MONTHLY"]
    due_days: int
    """Days after the bill's date."""
    start_date: dt.date
    next_date: dt.date | None
    end_date: dt.date | None


@dataclass(frozen=True, slots=True)
class Repeating:
    """The template of an invoice or bill that comes again and again."""

    repeating_id: str
    kind: DocumentKind
    status: Literal["DRAFT", "AUTHORISED"]
    contact_id: str
    schedule: Schedule
    reference: str
    approved_for_sending: bool
    currency: str
    line_amounts: LineAmounts
    lines: tuple[Line, ...]
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Paperwork:
    """All of them, as they are when the books begin to be served."""

    quotes: tuple[Quote, ...]
    orders: tuple[Order, ...]
    groups: tuple[Group, ...]
    repeating: tuple[Repeating, ...]
