"""Credit notes as tools see them: what a customer or we get back, and what it was set off against."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from tools.xero.books import DocumentKind, DocumentStatus, Shape


class Allocation(Shape):
    """A part of a credit note set off against an invoice or bill."""

    document_id: str
    amount: Decimal
    on: date


class CreditNote(Shape):
    """A credit note as Xero has it; amounts in `currency`."""

    id: str
    kind: DocumentKind
    """INVOICE for one to a customer (Xero ACCRECCREDIT), BILL for one from a supplier (ACCPAYCREDIT)."""
    number: str
    reference: str = ""
    status: DocumentStatus
    contact_id: str
    contact_name: str
    issued: date | None
    currency: str
    total: Decimal
    remaining: Decimal
    """What has not been set off or paid out yet."""
    allocations: tuple[Allocation, ...] = ()
    updated_at: datetime
