"""Making a credit note to a customer, or entering one from a supplier: proposed here, confirmed by a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.base import Access, Draft, write_tool
from tools.errors import ToolRetry
from tools.inputs import Amount, ContactName, Day, Text
from tools.xero.books import DocumentKind
from tools.xero.credit_list import CreditKind
from tools.xero.documents import contact_of
from tools.xero.draft_card import draft_card
from tools.xero.draft_documents import Lines, Said, Tax, Then, proposed, said_lines
from tools.xero.draft_plan import DraftPlan
from tools.xero.draft_run import draft_changed, look_up_document, make_document


async def create_credit_note(
    access: Access,
    kind: CreditKind = "",
    contact_name: ContactName = "",
    number: Annotated[Text, Field(description="From a supplier: their own number on it")] = "",
    amount: Annotated[Amount, Field(description="Only what the person said, e.g. 500.00")] = "",
    description: Annotated[Text, Field(description="What it is for, in the person's words")] = "",
    lines: Lines = [],  # noqa: B006  (a schema's default, never changed)
    currency: Annotated[Text, Field(description="Only if said")] = "",
    date: Annotated[Day, Field(description="Date on it; empty means today")] = "",
    reference: Annotated[Text, Field(description="To a customer: only if said")] = "",
    account: Annotated[Text, Field(description="Account, only if said: code or name")] = "",
    tax: Tax = "",
    then: Then = "",
) -> Draft:
    """Propose to make a credit note to a customer, or to enter one from a supplier; a draft unless said otherwise.

    Nothing is written: a person confirms on a card. It pays nothing back. Pass what the person said and nothing else:
    never invent or compute an amount, a tax or a number. If the answer asks for something, ask the person.
    """
    said = Said(
        kind=await _kind(access, kind, contact_name),
        contact_name=contact_name,
        number=number,
        lines=said_lines(lines, amount, description, account),
        currency=currency,
        date=date,
        due_date="",
        reference=reference,
        tax=tax,
        then=then,
        is_credit=True,
    )
    return await proposed(access, said)


async def _kind(access: Access, said: str, contact_name: str) -> DocumentKind:
    """The side that was said, else the only one on which the contact is."""
    if not said:
        contact = await contact_of(access, contact_name)
        if contact and contact.is_customer is not contact.is_supplier:
            said = "customer" if contact.is_customer else "supplier"
    if not said:
        raise ToolRetry(
            {
                "en": "Is it a credit note to a customer or from a supplier? Nothing was made.",
                "de": "Ist es eine Gutschrift an einen Kunden oder von einem Lieferanten? Es wurde nichts angelegt.",
            }
        )
    return DocumentKind.INVOICE if said == "customer" else DocumentKind.BILL


CREATE_CREDIT_NOTE = write_tool(
    "xero",
    propose=create_credit_note,
    changed=draft_changed,
    execute=make_document,
    look_up=look_up_document,
    card=draft_card,
    subject=lambda payload: DraftPlan.read(payload).subject(),
    stakes=lambda payload: DraftPlan.read(payload).stakes(),
    again=lambda payload, fields: DraftPlan.read(payload).arguments(fields),
)
