"""What whoever confirms a new invoice, bill or credit note should look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date
from datetime import timedelta

from tools import words
from tools.base import Access
from tools.xero.books import DEAD, Document, DocumentQuery
from tools.xero.credit_notes import CreditNote
from tools.xero.draft_plan import DraftNotice, DraftPlan
from tools.xero.draft_source import made_from

_RECENT = timedelta(days=10)


async def notices(access: Access, plan: DraftPlan, due: Date | None) -> list[DraftNotice]:
    """What the person should look at: the same once more, a number used before, a due date that is over."""
    found: list[DraftNotice] = []
    issued = Date.fromisoformat(plan.date)
    before = await made_from(access, plan)
    if before:
        found.append(DraftNotice(code="made_before", number=before[0].number))
    for other in () if before else await _of_contact(access, plan, issued):
        same = (other.total, other.currency) == (plan.total.amount, plan.currency)
        if same and other.status not in DEAD and other.issued and abs(other.issued - issued) <= _RECENT:
            found.append(DraftNotice(code="like_another", number=other.number, date=other.issued.isoformat()))
            break
    if plan.dead:
        found.append(DraftNotice(code="number_used", number=plan.number))
    if due and due < access.today:
        found.append(DraftNotice(code="overdue_at_once"))
    if words.visible(plan.contact.name) != plan.contact.name:
        found.append(DraftNotice(code="hidden_characters", number=plan.contact.name))
    return found


async def _of_contact(access: Access, plan: DraftPlan, issued: Date) -> Sequence[Document | CreditNote]:
    if plan.is_credit:
        return [one for one in await access.books.credit_notes(plan.document_kind) if one.contact_id == plan.contact.id]
    query = DocumentQuery(
        kind=plan.document_kind,
        contact_ids=(plan.contact.id,),
        issued_from=issued - _RECENT,
        issued_to=issued + _RECENT,
    )
    return await access.books.documents(query, today=access.today)


async def dead_numbered(access: Access, plan: DraftPlan) -> tuple[str, ...]:
    """Ids of the supplier's voided and deleted ones of that number."""
    if not plan.number:
        return ()
    numbered: Sequence[Document | CreditNote] = (
        await access.books.credit_notes(plan.document_kind)
        if plan.is_credit
        else await access.books.numbered(plan.number, contact_id=plan.contact.id)
    )
    return tuple(
        sorted(
            one.id
            for one in numbered
            if (one.contact_id, one.kind) == (plan.contact.id, plan.document_kind)
            and one.number.casefold() == plan.number.casefold()
            and one.status in DEAD
        )
    )
