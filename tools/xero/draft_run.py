"""A confirmed invoice or bill: checked again against Xero, made once, found again if the answer was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from tools import words
from tools.base import Access, Payload, Receipt, WriteAccess
from tools.errors import Language, OutcomeUnknown
from tools.trouble import Trouble
from tools.xero.books import DEAD, Document, DocumentKind
from tools.xero.credit_notes import CreditNote
from tools.xero.draft_card import contact_title, made_line
from tools.xero.draft_notices import dead_numbered
from tools.xero.draft_plan import DraftPlan
from tools.xero.draft_source import source_changes
from tools.xero.links import document_link
from tools.xero.payment_account import locked_until
from tools.xero.payment_plan import Change
from tools.xero.posting_changes import nothing_made, posting_changes

_ANOTHER = Trouble("answered with another document than was sent", "hat mit einem anderen Beleg geantwortet")


async def draft_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads contact, accounts, taxes, locks and the source again: None while the card still tells the truth."""
    plan = DraftPlan.read(payload)
    details, postings, sources = await asyncio.gather(
        access.live.organisation(),
        posting_changes(access, plan.contact, contact_title(plan), plan.lines, plan.amounts),
        source_changes(access, plan),
    )
    found: list[Change] = [*sources, *postings]
    locked = locked_until(details)
    if locked and plan.new().issued <= locked:
        found.append(
            (
                f"the books are locked up to {words.day(locked, 'en')}",
                f"die Bücher sind bis {words.day(locked, 'de')} gesperrt",
            )
        )
    if plan.kind == "bill" and await there_already(access, plan.contact.id, plan.number, is_credit=plan.is_credit):
        number = words.visible(plan.number)
        found.append((f"{number} was entered meanwhile", f"{number} wurde inzwischen erfasst"))
    elif await dead_numbered(access, plan) != plan.dead:
        number = words.visible(plan.number)
        found.append(
            (f"{number} was entered and deleted", f"{number} wurde erfasst und wieder gelöscht"),
        )
    return nothing_made(found)


async def there_already(
    access: Access, contact_id: str, number: str, *, is_credit: bool
) -> Document | CreditNote | None:
    """The supplier's living bill, or credit note, of that number in the renewed copy."""
    await access.books.renew()
    if is_credit:
        for note in await access.books.credit_notes(DocumentKind.BILL):
            same = note.contact_id == contact_id and note.number.casefold() == number.casefold()
            if same and note.status not in DEAD:
                return note
        return None
    for document in await access.books.numbered(number, contact_id=contact_id):
        same = document.kind is DocumentKind.BILL and document.number.casefold() == number.casefold()
        if same and document.status not in DEAD:
            return document
    return None


async def make_document(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must be what was sent, else the outcome is unknown."""
    plan = DraftPlan.read(payload)
    made = await writing.documents.create_document(plan.new(), key=key)
    if not _is_planned(plan, made) or made.status.value != plan.status:
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan, made)


async def look_up_document(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Finds what an earlier attempt made: an invoice by our mark in its reference, a bill by its supplier's number.

    There was no living bill of that number when the card was confirmed, so one that is there now is this one, whoever
    entered it: entering it again would be a second one. Voided or deleted since, it was made all the same; only those
    that were dead when the card was made are others.
    """
    plan = DraftPlan.read(payload)
    found = await writing.documents.documents_of(
        plan.contact.id,
        plan.document_kind,
        number=plan.number,
        reference=plan.reference,
        is_credit=plan.is_credit,
    )
    found = [document for document in found if document.id not in plan.dead]
    made = next((document for document in found if _is_planned(plan, document)), None)
    return _receipt(plan, made) if made else None


def _is_planned(plan: DraftPlan, made: Document) -> bool:
    return (made.contact_id.casefold(), made.kind, made.is_credit, made.currency, made.total) == (
        plan.contact.id.casefold(),
        plan.document_kind,
        plan.is_credit,
        plan.currency,
        plan.total.amount,
    ) and (not plan.number or made.number == plan.number)


def _summary(plan: DraftPlan, made: Document, language: Language) -> str:
    line = made_line(plan, made.number, language)
    if made.status not in DEAD:
        return line
    return line + words.say(
        language,
        " Meanwhile it was voided or deleted in Xero.",
        " Inzwischen wurde sie in Xero storniert oder gelöscht.",
    )


def _receipt(plan: DraftPlan, made: Document) -> Receipt:
    return Receipt(
        provider="Xero",
        reference=made.id,
        link=document_link(plan.organisation.short_code, plan.document_kind, made.id, is_credit=plan.is_credit),
        facts={
            "credit_note_id" if plan.is_credit else "document_id": made.id,
            "document_number": made.number,
            "status": made.status.value,
            "total": words.plain(made.total, made.currency),
            "currency": made.currency,
            "reference": plan.reference,
        },
        summary={language: _summary(plan, made, language) for language in words.LANGUAGES},
    )
