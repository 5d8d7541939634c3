"""Setting a prepayment or overpayment off against an open invoice or bill: proposed here, confirmed by a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools import words
from tools.base import Access, Draft, write_tool
from tools.errors import Choice, Language, ToolRetry
from tools.inputs import Amount, ContactName, Text
from tools.money import Money
from tools.xero.books import Contact
from tools.xero.cash import Advance
from tools.xero.documents import contact_of
from tools.xero.finding import document_meant
from tools.xero.set_off import (
    NOTHING_SET_OFF,
    Credit,
    allocate_once,
    allocation_changed,
    look_up_allocation,
    set_off_plan,
)
from tools.xero.set_off_card import allocation_card, form_noun, set_off_line
from tools.xero.set_off_plan import AllocationPlan

_MOST_CHOICES = 10


async def allocate_advance(
    access: Access,
    document_number: Annotated[Text, Field(description="Number of the invoice or bill it is set off against")] = "",
    amount: Annotated[Amount, Field(description="Only if said; else as much as both allow")] = "",
    contact_name: ContactName = "",
    advance: Annotated[Text, Field(description="A choice's id, where an earlier answer asked which one")] = "",
) -> Draft:
    """Propose to set a prepayment or overpayment off against an open invoice or bill of the same contact.

    Nothing is written: a person confirms on a card. It moves no money. If the answer asks which one, ask the person.
    """
    try:
        contact = await contact_of(access, contact_name)
        meant = Credit.of_advance(await _advance_meant(access, advance, document_number, contact))
        plan = await set_off_plan(access, meant, document_number, amount, contact)
    except ToolRetry as asked:
        raise asked.saying(NOTHING_SET_OFF) from None
    return Draft(payload=plan.payload(), summary=set_off_line(plan, access.language))


async def _advance_meant(access: Access, typed: str, number: str, contact: Contact | None) -> Advance:
    """The one with that id, else the only one of the document's contact with something left; else it is asked."""
    every = await access.cash.advances()
    wanted = words.without_invisible(typed).strip().casefold()
    if wanted:
        found = [one for one in every if one.id.casefold() == wanted]
    else:
        owner = contact.id if contact else ""
        if number.strip():
            owner = (await document_meant(access, number, contact=contact)).contact_id
        found = [one for one in every if one.left and owner in ("", one.contact_id)]
    if len(found) == 1:
        return found[0]
    offered = found or [one for one in every if one.left and (contact is None or one.contact_id == contact.id)]
    if offered and (found or wanted):
        en, de = "Which prepayment or overpayment is meant?", "Welche Vorauszahlung oder Überzahlung ist gemeint?"
    else:
        en = "There is no prepayment or overpayment of this contact with anything left."
        de = "Von diesem Kontakt ist keine Vorauszahlung oder Überzahlung offen."
        offered = []
    raise ToolRetry(
        {"en": en, "de": de},
        choices=tuple(Choice(_label(one, access.language), id=one.id) for one in offered[:_MOST_CHOICES]),
    )


def _label(one: Advance, language: Language) -> str:
    left = words.money(Money(one.left, one.currency), language)
    still = words.say(language, f"{left} left", f"{left} übrig")
    return " · ".join(
        (form_noun(one.kind, language), words.day(one.on, language), words.visible(one.contact_name), still)
    )


ALLOCATE_ADVANCE = write_tool(
    "xero",
    propose=allocate_advance,
    changed=allocation_changed,
    execute=allocate_once,
    look_up=look_up_allocation,
    card=allocation_card,
    subject=lambda payload: AllocationPlan.read(payload).document.id,
    stakes=lambda payload: AllocationPlan.read(payload).stakes(),
    again=lambda payload, _fields: {
        "advance": AllocationPlan.read(payload).credit.id,
        "document_number": AllocationPlan.read(payload).document.id,
        "amount": words.plain(AllocationPlan.read(payload).money.amount, AllocationPlan.read(payload).money.currency),
    },
)
