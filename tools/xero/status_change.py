"""Submitting, approving, voiding or deleting an invoice or bill: proposed here, confirmed by a person."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from tools import words
from tools.bank_text import account_numbers
from tools.base import Access, Draft, Payload, Receipt, WriteAccess, write_tool
from tools.errors import Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.inputs import ContactName, Text
from tools.money import Money
from tools.trouble import Trouble
from tools.xero.books import DEAD, Contact, Document, DocumentKind, DocumentQuery, DocumentStatus, OrganisationDetails
from tools.xero.credit_list import every_credit_note
from tools.xero.document_view import titled
from tools.xero.document_words import status_word
from tools.xero.documents import contact_of
from tools.xero.drafts import BECOMES, COMES_FROM, Deed
from tools.xero.finding import document_meant
from tools.xero.links import document_link
from tools.xero.names import number_key
from tools.xero.payment_account import locked_until
from tools.xero.payment_plan import Change, PlannedDocument, PlannedOrganisation
from tools.xero.status_card import done_line, status_card, status_line
from tools.xero.status_plan import SeenLine, StatusNotice, StatusPlan

_RECENT = timedelta(days=10)
_MOST_LINES = 12
_ANOTHER = Trouble("answered with another state than was sent", "hat mit einem anderen Status geantwortet")


async def change_document_status(
    access: Access,
    document_number: Annotated[
        Text, Field(description="Number of the invoice, bill or credit note, as typed (or a choice's id)")
    ] = "",
    to: Annotated[
        Literal["submit", "approve", "void", "delete", ""],
        BeforeValidator(lambda value: value or ""),
        Field(description="approve a draft; void an approved one; delete a draft; submit a draft for approval"),
    ] = "",
    contact_name: ContactName = "",
) -> Draft:
    """Propose to submit, approve, void or delete an invoice, bill or credit note that is in Xero.

    Nothing is written: a person confirms on a card. Only for the document and the deed that the person named.
    """
    try:
        plan = await _plan(access, document_number, to, contact_name)
    except ToolRetry as asked:
        nothing = {"en": "Nothing was changed", "de": "Es wurde nichts geändert"}
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}." for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None
    return Draft(payload=plan.payload(), summary=status_line(plan, access.language))


async def _plan(access: Access, number: str, to: str, contact_name: str) -> StatusPlan:
    if not to:
        raise ToolRetry(
            {
                "en": "Should it be submitted, approved, voided or deleted?",
                "de": "Soll sie vorgelegt, freigegeben, storniert oder gelöscht werden?",
            }
        )
    if not number.strip():
        raise ToolRetry(
            {"en": "Which invoice or bill? Its number is missing.", "de": "Welche Rechnung? Die Nummer fehlt."}
        )
    deed = Deed(to)
    contact = await contact_of(access, contact_name)
    document, details = await asyncio.gather(_meant(access, number, contact), access.live.organisation())
    if refused := _against(document, deed, details):
        raise refused
    return StatusPlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        document=planned_document(document),
        was=document.status.value,  # type: ignore[arg-type]  # one of those that a deed starts from
        to=deed.value,
        lines=tuple(_seen(document)[:_MOST_LINES]),
        more_lines=max(0, len(document.lines) - _MOST_LINES),
        notices=tuple(await _notices(access, document, deed)),
    )


async def _meant(access: Access, number: str, contact: Contact | None) -> Document:
    """The invoice, bill or (where none has that number) credit note, read live."""
    try:
        known = await document_meant(access, number, contact=contact)
    except ToolRetry:
        notes = [
            note
            for note in await every_credit_note(access)
            if number_key(note.number) == number_key(number) or note.id.casefold() == number.strip().casefold()
            if contact is None or note.contact_id == contact.id
        ]
        if len(notes) != 1:
            raise
        return await access.live.credit_document(notes[0].id)
    return await access.live.document(known.id)


async def _live(access: Access, plan: StatusPlan) -> Document:
    read = access.live.credit_document if plan.document.is_credit else access.live.document
    return await read(plan.document.id)


def planned_document(document: Document) -> PlannedDocument:
    """The document as a plan holds it."""
    return PlannedDocument(
        id=document.id,
        number=document.number,
        kind="invoice" if document.kind is DocumentKind.INVOICE else "bill",
        contact_id=document.contact_id,
        contact_name=document.contact_name,
        currency=document.currency,
        total_minor=Money(document.total, document.currency).minor,
        due_minor=document.due_money().minor,
        issued=document.issued.isoformat() if document.issued else "",
        due=document.due.isoformat() if document.due else "",
        updated_at=document.updated_at.isoformat(),
        form="credit" if document.is_credit else "",
    )


def _seen(document: Document) -> list[SeenLine]:
    return [
        SeenLine(
            description=line.description[:200],
            amount_minor=Money.rounded(
                line.amount or Money.from_minor(0, document.currency).amount, document.currency
            ).minor,
            account_code=line.account_code,
        )
        for line in document.lines
    ]


def _against(document: Document, deed: Deed, details: OrganisationDetails) -> ToolFailed | None:
    """Why Xero would not take it, in words and with what would help; None when nothing stands against it."""
    en, de = titled(document, "en"), titled(document, "de")
    if document.status not in COMES_FROM[deed]:
        return _wrong_state(document, deed)
    used = document.is_credit and document.amount_due != document.total
    if deed is Deed.VOID and (document.amount_paid or document.amount_credited or used):
        return ToolFailed(
            {
                "en": f"{en} has payments or credit notes on it, or is set off, and Xero voids none that has. Nothing "
                "was changed. Take that back first.",
                "de": f"Auf {de} sind Zahlungen oder Gutschriften verbucht, oder sie ist verrechnet; so etwas "
                "storniert Xero nicht. Es wurde nichts geändert. Das ist zuerst zurückzunehmen.",
            }
        )
    undated = document.due is None and not document.is_credit
    if deed in (Deed.APPROVE, Deed.SUBMIT) and (undated or document.total <= 0):
        return ToolFailed(
            {
                "en": f"{en} has no due date or no amount yet. Nothing was changed. Complete it in Xero first.",
                "de": f"{de} hat noch keine Fälligkeit oder keinen Betrag. Es wurde nichts geändert. "
                "Bitte zuerst in Xero ergänzen.",
            }
        )
    locked = locked_until(details)
    if locked and document.issued and document.issued <= locked:
        return ToolFailed(
            {
                "en": f"{en} is dated {words.day(document.issued, 'en')}, and the books are locked up to "
                f"{words.day(locked, 'en')}. Nothing was changed. The lock date can be moved in Xero.",
                "de": f"{de} trägt das Datum {words.day(document.issued, 'de')}; die Bücher sind bis "
                f"{words.day(locked, 'de')} gesperrt. Es wurde nichts geändert. Die Sperre lässt sich "
                "in Xero verlegen.",
            }
        )
    return None


def _wrong_state(document: Document, deed: Deed) -> ToolFailed:
    en, de = titled(document, "en"), titled(document, "de")
    word_en, word_de = _status_now(document, "en"), _status_now(document, "de")
    if document.status is BECOMES[deed]:
        return ToolFailed(
            {
                "en": f"{en} is {word_en} already. There is nothing to change.",
                "de": f"{de} hat schon den Status „{word_de}“. Es gibt nichts zu ändern.",
            }
        )
    hint = {
        Deed.VOID: ("A draft is deleted, not voided.", "Ein Entwurf wird gelöscht, nicht storniert."),
        Deed.DELETE: ("An approved one is voided, not deleted.", "Eine freigegebene wird storniert, nicht gelöscht."),
        Deed.APPROVE: (
            "Only a draft or a submitted one can be approved.",
            "Freigeben lässt sich nur ein Entwurf oder eine vorgelegte.",
        ),
        Deed.SUBMIT: ("Only a draft can be submitted.", "Vorlegen lässt sich nur ein Entwurf."),
    }[deed]
    return ToolFailed(
        {
            "en": f"{en} is {word_en}. {hint[0]} Nothing was changed.",
            "de": f"{de} hat den Status „{word_de}“. {hint[1]} Es wurde nichts geändert.",
        }
    )


def _status_now(document: Document, language: Language) -> str:
    # The day decides only whether it is overdue, which is no state of its own here.
    return status_word(document, document.issued or document.updated_at.date(), language)


async def _notices(access: Access, document: Document, deed: Deed) -> list[StatusNotice]:
    """What whoever approves should look at; nothing for the other deeds, by which nothing comes to be owed."""
    if deed is not Deed.APPROVE or document.is_credit:
        return []
    found: list[StatusNotice] = []
    if document.issued:
        query = DocumentQuery(
            kind=document.kind,
            contact_ids=(document.contact_id,),
            issued_from=document.issued - _RECENT,
            issued_to=document.issued + _RECENT,
        )
        for other in await access.books.documents(query, today=access.today):
            same = (other.total, other.currency) == (document.total, document.currency)
            if other.id != document.id and same and other.status not in DEAD and other.issued:
                found.append(StatusNotice(code="like_another", number=other.number, date=other.issued.isoformat()))
                break
    texts = [document.contact_name, document.number, document.reference, *(line.description for line in document.lines)]
    if document.kind is DocumentKind.BILL and (named := account_numbers(" ".join(texts))):
        found.append(StatusNotice(code="account_in_text", number=named[0].masked))
    hidden = next((text for text in texts if words.visible(text) != text), "")
    if hidden:
        found.append(StatusNotice(code="hidden_characters", number=hidden[:100]))
    if not document.lines:
        found.append(StatusNotice(code="no_lines_seen"))
    return found


async def status_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads the document again: None while it is as on the card, to the moment of its last change."""
    plan = StatusPlan.read(payload)
    document, details = await asyncio.gather(_live(access, plan), access.live.organisation())
    changes: list[Change] = []
    if document.status.value != plan.was:
        changes.append(
            (f"it is now {_status_now(document, 'en')}", f"der Status ist jetzt: {_status_now(document, 'de')}")
        )
    elif planned_document(document) != plan.document:
        changes.append(("somebody changed it in Xero", "jemand hat sie in Xero geändert"))
    locked = locked_until(details)
    if locked and document.issued and document.issued <= locked:
        changes.append(
            (
                f"the books are locked up to {words.day(locked, 'en')}",
                f"die Bücher sind bis {words.day(locked, 'de')} gesperrt",
            )
        )
    if not changes:
        return None
    number = words.visible(plan.document.number)
    return {
        "en": f"Nothing was changed. {number} is not as on the card: {words.listed([en for en, _ in changes], 'en')}. "
        "Ask for it again to see it as it is now.",
        "de": f"Es wurde nichts geändert. {number} ist nicht mehr wie auf der Karte: "
        f"{words.listed([de for _, de in changes], 'de')}. Neu anfordern, um den jetzigen Stand zu sehen.",
    }


async def change_status_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must be that document in that state."""
    plan = StatusPlan.read(payload)
    made = await writing.documents.change_status(
        plan.document.id, plan.deed, key=key, is_credit=plan.document.is_credit
    )
    if made.id.casefold() != plan.document.id.casefold() or made.status is not BECOMES[plan.deed]:
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan, made)


async def look_up_status(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether the document has that state now; None when it has another one.

    Nothing tells our change from the same one made by somebody in Xero, and it need not: a document is approved,
    voided or deleted once. One that was approved and paid since was approved.
    """
    plan = StatusPlan.read(payload)
    now = await writing.documents.document_now(plan.document.id, is_credit=plan.document.is_credit)
    reached = {BECOMES[plan.deed]} | ({DocumentStatus.PAID} if plan.deed is Deed.APPROVE else set())
    return _receipt(plan, now) if now.status in reached else None


def _receipt(plan: StatusPlan, now: Document) -> Receipt:
    return Receipt(
        provider="Xero",
        reference=now.id,
        link=document_link(
            plan.organisation.short_code, plan.kind, plan.document.id, is_credit=plan.document.is_credit
        ),
        facts={
            "credit_note_id" if plan.document.is_credit else "document_id": now.id,
            "document_number": now.number,
            "status_before": plan.was,
            "status": now.status.value,
            "total": words.plain(now.total, now.currency),
            "currency": now.currency,
        },
        summary={language: done_line(plan, language) for language in words.LANGUAGES},
    )


CHANGE_STATUS = write_tool(
    "xero",
    propose=change_document_status,
    changed=status_changed,
    execute=change_status_once,
    look_up=look_up_status,
    card=status_card,
    subject=lambda payload: StatusPlan.read(payload).document.id,
    stakes=lambda payload: StatusPlan.read(payload).stakes(),
    again=lambda payload, _fields: StatusPlan.read(payload).arguments(),
)
