"""What whoever confirms money without a document should look at: a document, payment or transaction just like it."""

from __future__ import annotations

from datetime import timedelta

from tools.base import Access
from tools.money import Money
from tools.xero.books import DocumentKind, DocumentQuery, DocumentStatus, PaymentQuery
from tools.xero.cash import TransactionQuery
from tools.xero.direct_plan import DirectNotice, DirectPlan

_AROUND = timedelta(days=10)


async def notices_of(access: Access, plan: DirectPlan) -> list[DirectNotice]:
    """Of each sort the newest: an open document of the amount, a payment of it lately, a transaction of it lately."""
    return [*await _open(access, plan), *await _paid(access, plan), *await _alike(access, plan)]


async def _open(access: Access, plan: DirectPlan) -> list[DirectNotice]:
    kind = DocumentKind.INVOICE if plan.received else DocumentKind.BILL
    query = DocumentQuery(kind=kind, contact_ids=(plan.payee.contact_id,), order="newest")
    found = [
        one
        for one in await access.books.documents(query, today=access.today)
        if one.status is DocumentStatus.AUTHORISED and one.due_money() == plan.total
    ]
    return [DirectNotice(code="open_document", number=found[0].number)] if found else []


async def _paid(access: Access, plan: DirectPlan) -> list[DirectNotice]:
    """Payments of the ten days around."""
    kind = DocumentKind.INVOICE if plan.received else DocumentKind.BILL
    recent = await access.books.payments(
        PaymentQuery(contact_ids=(plan.payee.contact_id,), paid_from=plan.on - _AROUND)
    )
    for payment in recent:
        same = Money(payment.amount, payment.currency) == plan.total and payment.document_kind is kind
        if same and payment.paid_on <= plan.on + _AROUND:
            return [
                DirectNotice(code="paid_recently", number=payment.document_number, date=payment.paid_on.isoformat())
            ]
    return []


async def _alike(access: Access, plan: DirectPlan) -> list[DirectNotice]:
    found = await access.cash.transactions(
        TransactionQuery(
            first=plan.on - _AROUND, last=plan.on + _AROUND, received=plan.received, contact_id=plan.payee.contact_id
        )
    )
    days = [one.on for one in found if Money(one.total, one.currency) == plan.total and one.reference != plan.reference]
    return [DirectNotice(code="like_another", date=max(days).isoformat())] if days else []
