"""Setting credit off against an open invoice or bill, whatever the credit is: a credit note, prepayment or overpayment.

Xero keeps no reference on a set-off, so that nothing marks ours. What an earlier attempt did is told by counting: how
many set-offs of this amount on that document the credit had when the card was made is part of the plan, and one more
is ours (or the same done by somebody else, which leaves as little to do).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools import words
from tools.base import Access, Payload, Receipt, WriteAccess
from tools.errors import Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.inputs import read_amount
from tools.money import Money
from tools.trouble import Trouble
from tools.xero.books import Contact, Document, DocumentKind, DocumentStatus
from tools.xero.cash import Advance
from tools.xero.credit_list import is_open, status_word
from tools.xero.credit_notes import Allocation, CreditNote
from tools.xero.document_view import titled
from tools.xero.finding import document_meant
from tools.xero.links import document_link
from tools.xero.payment_account import locked_until
from tools.xero.payment_plan import Change, PlannedOrganisation
from tools.xero.set_off_card import credit_title
from tools.xero.set_off_plan import AllocationPlan, Form, PlannedCredit
from tools.xero.status_change import planned_document

NOTHING_SET_OFF: Mapping[Language, str] = {"en": "Nothing was set off", "de": "Es wurde nichts verrechnet"}
_NOT_THERE = Trouble("answered without that set-off", "hat ohne diese Verrechnung geantwortet")


@dataclass(frozen=True, slots=True)
class Credit:
    """What can be set off, as Xero has it."""

    form: Form
    id: str
    number: str
    on: date | None
    kind: DocumentKind
    """Against invoices or bills."""
    contact_id: str
    contact_name: str
    currency: str
    left: Decimal
    is_open: bool
    status: Mapping[Language, str]
    allocations: Sequence[Allocation]

    @classmethod
    def of_note(cls, note: CreditNote) -> Credit:
        """A credit note."""
        return cls(
            form="credit_note",
            id=note.id,
            number=note.number,
            on=None,
            kind=note.kind,
            contact_id=note.contact_id,
            contact_name=note.contact_name,
            currency=note.currency,
            left=note.remaining,
            is_open=is_open(note),
            status={language: status_word(note, language) for language in words.LANGUAGES},
            allocations=note.allocations,
        )

    @classmethod
    def of_advance(cls, advance: Advance) -> Credit:
        """A prepayment or overpayment: a customer's goes against invoices, ours at a supplier against bills."""
        gone = advance.status == "VOIDED"
        return cls(
            form=advance.kind,
            id=advance.id,
            number="",
            on=advance.on,
            kind=DocumentKind.INVOICE if advance.received else DocumentKind.BILL,
            contact_id=advance.contact_id,
            contact_name=advance.contact_name,
            currency=advance.currency,
            left=advance.left,
            is_open=advance.status == "AUTHORISED" and advance.left > 0,
            status={"en": "deleted", "de": "gelöscht"} if gone else {"en": "used up", "de": "aufgebraucht"},
            allocations=advance.allocations,
        )

    def planned(self, like_ours: int) -> PlannedCredit:
        """What the plan keeps of it."""
        return PlannedCredit(
            form=self.form,
            id=self.id,
            number=self.number,
            on=self.on.isoformat() if self.on else "",
            kind="invoice" if self.kind is DocumentKind.INVOICE else "bill",
            left_minor=Money(self.left, self.currency).minor,
            like_ours=like_ours,
        )


async def credit_now(access: Access, form: Form, credit_id: str) -> Credit:
    """It as Xero has it now. Raises ToolFailed kinds."""
    if form == "credit_note":
        return Credit.of_note(await access.live.credit_note(credit_id))
    return Credit.of_advance(await access.cash.advance_now(form, credit_id))


async def set_off_plan(
    access: Access, meant: Credit, number: str, amount: str, contact: Contact | None
) -> AllocationPlan:
    """The plan of setting so much of it off against the document of that number. Raises ToolRetry, ToolFailed."""
    if not number.strip():
        raise ToolRetry(
            {
                "en": "Against which invoice or bill? Its number is missing.",
                "de": "Mit welcher Rechnung? Ihre Nummer fehlt.",
            }
        )
    known = await document_meant(access, number, first=meant.kind, contact=contact)
    credit, document, details = await asyncio.gather(
        credit_now(access, meant.form, meant.id), access.live.document(known.id), access.live.organisation()
    )
    if refused := _against(credit, document):
        raise refused
    if (locked := locked_until(details)) and access.today <= locked:
        raise ToolFailed(
            {
                "en": f"The books are locked up to {words.day(locked, 'en')}. Nothing was set off. The lock date can "
                "be moved in Xero.",
                "de": f"Die Bücher sind bis {words.day(locked, 'de')} gesperrt. Es wurde nichts verrechnet. Die Sperre "
                "lässt sich in Xero verlegen.",
            }
        )
    money = _how_much(access, credit, document, amount)
    return AllocationPlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        document=planned_document(document),
        credit=credit.planned(_like(credit, document.id, money.amount)),
        minor=money.minor,
        on=access.today.isoformat(),
    )


def _against(note: Credit, document: Document) -> ToolFailed | None:
    """Why Xero would not take it, in words; None when nothing stands against it."""
    en, de = titled(document, "en"), titled(document, "de")
    name_en, name_de = _named(note)
    if not note.is_open:
        why = (
            f"{name_en} has no credit left ({note.status['en']})",
            f"{name_de} hat kein offenes Guthaben ({note.status['de']})",
        )
    elif document.status is not DocumentStatus.AUTHORISED or document.amount_due <= 0:
        why = f"{en} has nothing left to pay", f"auf {de} ist nichts offen"
    elif note.kind is not document.kind or note.contact_id.casefold() != document.contact_id.casefold():
        owner = words.visible(note.contact_name)
        why = (
            f"{name_en} is a credit of {owner} and cannot be set off against {en}",
            f"{name_de} ist ein Guthaben von {owner} und lässt sich nicht mit {de} verrechnen",
        )
    elif note.currency != document.currency:
        why = (
            f"{name_en} is in {note.currency}, {en} in {document.currency}",
            f"{name_de} ist in {note.currency}, {de} in {document.currency}",
        )
    else:
        return None
    return ToolFailed({"en": f"{why[0]}. Nothing was set off.", "de": f"{why[1]}. Es wurde nichts verrechnet."})


def _named(credit: Credit) -> tuple[str, str]:
    """How a sentence begins with it: its number, else "The prepayment of 10 Nov 2026"."""
    if credit.form == "credit_note":
        return (words.visible(credit.number),) * 2
    planned = credit.planned(0)
    return f"The {credit_title(planned, 'en')}", f"Die {credit_title(planned, 'de')}"


def _how_much(access: Access, note: Credit, document: Document, typed: str) -> Money:
    most = min(Money(note.left, note.currency), document.due_money())
    said = read_amount(typed, language=access.language, currency=document.currency)
    if said is None:
        return most
    if said.currency != document.currency:
        raise ToolRetry(
            {
                "en": f"Both are in {document.currency}. How much in {document.currency}?",
                "de": f"Beide sind in {document.currency}. Wie viel in {document.currency}?",
            }
        )
    if said > most:
        raise ToolRetry(
            {
                "en": f"At most {words.money(most, 'en')} can be set off. How much shall it be?",
                "de": f"Höchstens {words.money(most, 'de')} lassen sich verrechnen. Wie viel soll es sein?",
            }
        )
    return said


def _like(note: Credit, document_id: str, amount: Decimal) -> int:
    return sum(
        one.document_id.casefold() == document_id.casefold() and one.amount == amount for one in note.allocations
    )


async def allocation_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads both again: None while they are as on the card."""
    plan = AllocationPlan.read(payload)
    note, document, details = await asyncio.gather(
        credit_now(access, plan.credit.form, plan.credit.id),
        access.live.document(plan.document.id),
        access.live.organisation(),
    )
    changes: list[Change] = []
    if planned_document(document) != plan.document:
        number = words.visible(plan.document.number)
        changes.append((f"{number} was changed in Xero", f"{number} wurde in Xero geändert"))
    if not note.is_open or Money(note.left, note.currency).minor != plan.credit.left_minor:
        left_en, left_de = (words.money(Money(note.left, note.currency), language) for language in words.LANGUAGES)
        changes.append((f"the credit left is now {left_en}", f"das Guthaben ist jetzt {left_de}"))
    locked = locked_until(details)
    if locked and date.fromisoformat(plan.on) <= locked:
        changes.append(
            (
                f"the books are locked up to {words.day(locked, 'en')}",
                f"die Bücher sind bis {words.day(locked, 'de')} gesperrt",
            )
        )
    if not changes:
        return None
    return {
        "en": f"Nothing was set off. Since the card was made: {words.listed([en for en, _ in changes], 'en')}.",
        "de": f"Es wurde nichts verrechnet. Seit die Karte entstand: {words.listed([de for _, de in changes], 'de')}.",
    }


async def allocate_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; Xero has to answer with that set-off, else the outcome is unknown."""
    plan = AllocationPlan.read(payload)
    on = date.fromisoformat(plan.on)
    if plan.credit.form == "credit_note":
        made = await writing.documents.allocate(plan.credit.id, plan.document.id, plan.money, on, key=key)
    else:
        made = await writing.cash.allocate_advance(
            plan.credit.form, plan.credit.id, plan.document.id, plan.money, on, key=key
        )
    if made.document_id.casefold() != plan.document.id.casefold() or made.amount != plan.money.amount:
        raise OutcomeUnknown("Xero", trouble=_NOT_THERE)
    return _receipt(plan)


async def look_up_allocation(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether the credit has one more set-off of that amount on that document than when the card was made."""
    plan = AllocationPlan.read(payload)
    if plan.credit.form == "credit_note":
        note = Credit.of_note(await writing.documents.credit_note_now(plan.credit.id))
    else:
        note = Credit.of_advance(await writing.cash.advance_now(plan.credit.form, plan.credit.id))
    done = _like(note, plan.document.id, plan.money.amount) > plan.credit.like_ours
    return _receipt(plan) if done else None


def _receipt(plan: AllocationPlan) -> Receipt:
    summary: dict[Language, str] = {}
    for language in words.LANGUAGES:
        amount, left = words.money(plan.money, language), words.money(plan.left_on_document, language)
        number = words.visible(plan.document.number)
        credit = words.visible(plan.credit.number) or words.say(
            language, f"the {credit_title(plan.credit, 'en')}", f"der {credit_title(plan.credit, 'de')}"
        )
        name = words.visible(plan.organisation.name)
        summary[language] = words.say(
            language,
            f"Set off: {amount} of {credit} against {number}; {left} is left to pay on it ({name}).",
            f"Verrechnet: {amount} von {credit} mit {number}; darauf sind noch {left} offen ({name}).",
        )
    return Receipt(
        provider="Xero",
        reference=plan.document.id,
        link=document_link(plan.organisation.short_code, DocumentKind(plan.document.kind), plan.document.id),
        facts={
            f"{plan.credit.form}_id": plan.credit.id,
            "document_id": plan.document.id,
            "document_number": plan.document.number,
            "amount": words.plain(plan.money.amount, plan.money.currency),
            "currency": plan.money.currency,
        },
        summary=summary,
    )
