"""Setting a credit note off against an open invoice or bill: proposed here, confirmed by a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools import words
from tools.base import Access, Draft, write_tool
from tools.errors import Choice, Language, ToolRetry
from tools.inputs import Amount, ContactName, Text
from tools.money import Money
from tools.xero.books import Contact
from tools.xero.credit_list import every_credit_note, is_open, status_word
from tools.xero.credit_notes import CreditNote
from tools.xero.documents import contact_of
from tools.xero.names import number_key
from tools.xero.set_off import (
    NOTHING_SET_OFF,
    Credit,
    allocate_once,
    allocation_changed,
    look_up_allocation,
    set_off_plan,
)
from tools.xero.set_off_card import allocation_card, set_off_line
from tools.xero.set_off_plan import AllocationPlan

_MOST_CHOICES = 10


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
        contact = await contact_of(access, contact_name)
        note = Credit.of_note(await _credit_meant(access, credit_note_number, contact))
        plan = await set_off_plan(access, note, document_number, amount, contact)
    except ToolRetry as asked:
        raise asked.saying(NOTHING_SET_OFF) from None
    return Draft(payload=plan.payload(), summary=set_off_line(plan, access.language))


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
