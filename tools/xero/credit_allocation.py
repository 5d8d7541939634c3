"""Setting a credit note off against an open invoice or bill: proposed here, confirmed by a person.

Xero keeps no reference on a set-off, so that nothing marks ours. What an earlier attempt did is told by counting: how
many set-offs of this amount on that document the credit note had when the card was made is part of the plan, and one
more is ours (or the same done by somebody else, which leaves as little to do).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools import words
from tools.base import Access, Draft, Payload, Receipt, Stakes, WriteAccess, WriteKind, write_tool
from tools.errors import Choice, Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.inputs import Amount, ContactName, Text, read_amount
from tools.money import Money
from tools.trouble import Trouble
from tools.views import Card, Fact
from tools.xero.books import Contact, Document, DocumentKind, DocumentStatus
from tools.xero.credit_list import every_credit_note, is_open, status_word
from tools.xero.credit_notes import CreditNote
from tools.xero.document_view import titled
from tools.xero.documents import contact_of
from tools.xero.finding import document_meant
from tools.xero.links import document_link
from tools.xero.names import number_key
from tools.xero.payment_account import locked_until
from tools.xero.payment_plan import Change, Part, PlannedDocument, PlannedOrganisation
from tools.xero.status_change import planned_document

_NOT_THERE = Trouble("answered without that set-off", "hat ohne diese Verrechnung geantwortet")
_MOST_CHOICES = 10


class PlannedCredit(Part):
    """The credit note as it was read live when the card was made; minor units of its currency."""

    id: str
    number: str
    kind: Literal["invoice", "bill"]
    left_minor: int
    like_ours: int
    """How many set-offs of this amount on this document it had already."""


class AllocationPlan(Part):
    """Everything that will be sent, and everything that was known when it was decided to."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    document: PlannedDocument
    credit: PlannedCredit
    minor: int
    on: str
    """The day of the set-off."""

    @classmethod
    def read(cls, payload: Payload) -> AllocationPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        return cls.model_validate(payload)

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    @property
    def money(self) -> Money:
        """How much is set off."""
        return Money.from_minor(self.minor, self.document.currency)

    @property
    def left_on_document(self) -> Money:
        """What is left to pay on the document afterwards."""
        return Money.from_minor(self.document.due_minor - self.minor, self.document.currency)

    @property
    def left_of_credit(self) -> Money:
        """What is left of the credit note afterwards."""
        return Money.from_minor(self.credit.left_minor - self.minor, self.document.currency)

    def stakes(self) -> Stakes:
        """What the policy has to know of it: like an approval, it changes what is owed, and no money moves."""
        return Stakes(
            kind=WriteKind.SET_OFF,
            money=self.money,
            payee_id=self.document.contact_id,
            payee_name=self.document.contact_name,
            bank="",
            reference=self.document.number,
            day=date.fromisoformat(self.on),
        )


async def allocate_credit(
    access: Access,
    credit_note_number: Annotated[
        Text, Field(description="Number of the credit note, as typed (or a choice's id)")
    ] = "",
    document_number: Annotated[Text, Field(description="Number of the invoice or bill it is set off against")] = "",
    amount: Annotated[Amount, Field(description="Only if said; else as much as both allow")] = "",
    contact_name: ContactName = "",
) -> Draft:
    """Propose to set a credit note off against an open invoice or bill of the same contact.

    Nothing is written: a person confirms on a card. It moves no money. If the answer asks which one, ask the person.
    """
    try:
        plan = await _plan(access, credit_note_number, document_number, amount, contact_name)
    except ToolRetry as asked:
        nothing = {"en": "Nothing was set off", "de": "Es wurde nichts verrechnet"}
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}." for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None
    return Draft(payload=plan.payload(), summary=_line(plan, access.language))


async def _plan(access: Access, credit: str, number: str, amount: str, contact_name: str) -> AllocationPlan:
    contact = await contact_of(access, contact_name)
    note = await _credit_meant(access, credit, contact)
    if not number.strip():
        raise ToolRetry(
            {
                "en": "Against which invoice or bill? Its number is missing.",
                "de": "Mit welcher Rechnung? Ihre Nummer fehlt.",
            }
        )
    known = await document_meant(access, number, first=note.kind, contact=contact)
    note, document, details = await asyncio.gather(
        access.live.credit_note(note.id), access.live.document(known.id), access.live.organisation()
    )
    if refused := _against(note, document):
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
    money = _how_much(access, note, document, amount)
    return AllocationPlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        document=planned_document(document),
        credit=PlannedCredit(
            id=note.id,
            number=note.number,
            kind="invoice" if note.kind is DocumentKind.INVOICE else "bill",
            left_minor=Money(note.remaining, note.currency).minor,
            like_ours=_like(note, document.id, money.amount),
        ),
        minor=money.minor,
        on=access.today.isoformat(),
    )


async def _credit_meant(access: Access, typed: str, contact: Contact | None) -> CreditNote:
    """The one credit note with that number (or id), or the contact's only open one; else the person chooses."""
    every = [note for note in await every_credit_note(access) if contact is None or note.contact_id == contact.id]
    text = words.without_invisible(typed).strip()
    if text:
        found = [note for note in every if note.id.casefold() == text.casefold()]
        found = found or [note for note in every if number_key(note.number) == number_key(text)]
    else:
        found = [note for note in every if is_open(note)]
    if len(found) > 1:
        opened = [note for note in found if is_open(note)]
        found = opened if len(opened) == 1 else found
    if len(found) == 1:
        return found[0]
    shown = words.visible(text[:40])
    offered = found or [note for note in every if is_open(note)]
    if text and not found:
        en, de = f"There is no credit note numbered {shown}.", f"Es gibt keine Gutschrift mit der Nummer {shown}."
    elif not offered:
        en, de = "There is no credit note with credit left.", "Es gibt keine Gutschrift mit offenem Guthaben."
    else:
        en, de = "Which credit note is meant?", "Welche Gutschrift ist gemeint?"
    raise ToolRetry(
        {"en": en, "de": de},
        choices=tuple(
            Choice(_label(note, access.language), number=note.number, id=note.id) for note in offered[:_MOST_CHOICES]
        ),
    )


def _label(note: CreditNote, language: Language) -> str:
    left = words.money(Money(note.remaining, note.currency), language)
    return " · ".join((words.visible(note.number), words.visible(note.contact_name), left, status_word(note, language)))


def _against(note: CreditNote, document: Document) -> ToolFailed | None:
    """Why Xero would not take it, in words; None when nothing stands against it."""
    number, en, de = words.visible(note.number), titled(document, "en"), titled(document, "de")
    if not is_open(note):
        why = (
            f"{number} has no credit left ({status_word(note, 'en')})",
            f"{number} hat kein offenes Guthaben ({status_word(note, 'de')})",
        )
    elif document.status is not DocumentStatus.AUTHORISED or document.amount_due <= 0:
        why = f"{en} has nothing left to pay", f"auf {de} ist nichts offen"
    elif note.kind is not document.kind or note.contact_id.casefold() != document.contact_id.casefold():
        owner = words.visible(note.contact_name)
        why = (
            f"{number} is a credit of {owner} and cannot be set off against {en}",
            f"{number} ist ein Guthaben von {owner} und lässt sich nicht mit {de} verrechnen",
        )
    elif note.currency != document.currency:
        why = (
            f"{number} is in {note.currency}, {en} in {document.currency}",
            f"{number} ist in {note.currency}, {de} in {document.currency}",
        )
    else:
        return None
    return ToolFailed({"en": f"{why[0]}. Nothing was set off.", "de": f"{why[1]}. Es wurde nichts verrechnet."})


def _how_much(access: Access, note: CreditNote, document: Document, typed: str) -> Money:
    most = min(Money(note.remaining, note.currency), document.due_money())
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


def _like(note: CreditNote, document_id: str, amount: Decimal) -> int:
    return sum(
        one.document_id.casefold() == document_id.casefold() and one.amount == amount for one in note.allocations
    )


def _line(plan: AllocationPlan, language: Language) -> str:
    amount, credit = words.money(plan.money, language), words.visible(plan.credit.number)
    number = words.visible(plan.document.number)
    return words.say(
        language,
        f"Set {amount} of credit note {credit} off against {number}",
        f"{amount} der Gutschrift {credit} mit {number} verrechnen",
    )


def allocation_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = AllocationPlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    document = label("Bill", "Eingangsrechnung") if plan.document.kind == "bill" else label("Invoice", "Rechnung")
    facts = (
        Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
        Fact(label=label("Credit note", "Gutschrift"), value=words.visible(plan.credit.number)),
        Fact(
            label=label("Credit left", "Guthaben"),
            value=words.money(Money.from_minor(plan.credit.left_minor, plan.document.currency), language),
        ),
        Fact(label=label("Left of it afterwards", "Danach übrig"), value=words.money(plan.left_of_credit, language)),
        Fact(label=document, value=words.visible(plan.document.number)),
        Fact(
            label=label("Left to pay", "Offen"),
            value=words.money(Money.from_minor(plan.document.due_minor, plan.document.currency), language),
        ),
        Fact(
            label=label("Open afterwards", "Danach offen"),
            value=words.money(plan.left_on_document, language),
            emphasis=True,
        ),
        Fact(label=label("Date", "Datum"), value=words.day(date.fromisoformat(plan.on), language)),
    )
    return Card(
        deed=label(f"Set off {words.money(plan.money, language)}", f"{words.money(plan.money, language)} verrechnen"),
        headline=label("Set a credit note off", "Eine Gutschrift verrechnen"),
        amount=words.money(plan.money, language),
        payee=words.visible(plan.document.contact_name),
        payee_label=label("Contact", "Kontakt"),
        facts=facts,
        note=label(
            "No money moves. In Xero it can be taken back.", "Es fließt kein Geld. In Xero lässt es sich zurücknehmen."
        ),
    )


async def allocation_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads both again: None while they are as on the card."""
    plan = AllocationPlan.read(payload)
    note, document, details = await asyncio.gather(
        access.live.credit_note(plan.credit.id), access.live.document(plan.document.id), access.live.organisation()
    )
    changes: list[Change] = []
    if planned_document(document) != plan.document:
        number = words.visible(plan.document.number)
        changes.append((f"{number} was changed in Xero", f"{number} wurde in Xero geändert"))
    if not is_open(note) or Money(note.remaining, note.currency).minor != plan.credit.left_minor:
        left_en, left_de = (words.money(Money(note.remaining, note.currency), language) for language in words.LANGUAGES)
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
    made = await writing.documents.allocate(
        plan.credit.id, plan.document.id, plan.money, date.fromisoformat(plan.on), key=key
    )
    if made.document_id.casefold() != plan.document.id.casefold() or made.amount != plan.money.amount:
        raise OutcomeUnknown("Xero", trouble=_NOT_THERE)
    return _receipt(plan)


async def look_up_allocation(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether the credit note has one more set-off of that amount on that document than when the card was made."""
    plan = AllocationPlan.read(payload)
    note = await writing.documents.credit_note_now(plan.credit.id)
    done = _like(note, plan.document.id, plan.money.amount) > plan.credit.like_ours
    return _receipt(plan) if done else None


def _receipt(plan: AllocationPlan) -> Receipt:
    summary: dict[Language, str] = {}
    for language in words.LANGUAGES:
        amount, left = words.money(plan.money, language), words.money(plan.left_on_document, language)
        credit, number = words.visible(plan.credit.number), words.visible(plan.document.number)
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
            "credit_note_id": plan.credit.id,
            "document_id": plan.document.id,
            "document_number": plan.document.number,
            "amount": words.plain(plan.money.amount, plan.money.currency),
            "currency": plan.money.currency,
        },
        summary=summary,
    )


ALLOCATE_CREDIT = write_tool(
    "xero",
    propose=allocate_credit,
    changed=allocation_changed,
    execute=allocate_once,
    look_up=look_up_allocation,
    card=allocation_card,
    subject=lambda payload: AllocationPlan.read(payload).document.id,
    stakes=lambda payload: AllocationPlan.read(payload).stakes(),
    again=lambda payload, _fields: {
        "credit_note_number": AllocationPlan.read(payload).credit.id,
        "document_number": AllocationPlan.read(payload).document.id,
        "amount": words.plain(AllocationPlan.read(payload).money.amount, AllocationPlan.read(payload).money.currency),
    },
)
