"""Making an invoice or bill like one that is there: proposed here, confirmed by a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from tools.base import Access, Draft, Payload, write_tool
from tools.errors import ToolRetry
from tools.inputs import ContactName, Day, Text
from tools.xero.documents import contact_of
from tools.xero.draft_card import draft_card
from tools.xero.draft_documents import Said, Then, proposed
from tools.xero.draft_plan import DraftPlan
from tools.xero.draft_run import draft_changed, look_up_document, make_document
from tools.xero.finding import document_meant


async def copy_document(
    access: Access,
    document_number: Annotated[Text, Field(description="Number of the invoice or bill to copy, as typed")] = "",
    number: Annotated[Text, Field(description="For a bill: the supplier's number on the new one")] = "",
    date: Annotated[Day, Field(description="Date of the new one; empty means today")] = "",
    due_date: Annotated[Day, Field(description="Only if said")] = "",
    reference: Annotated[Text, Field(description="Only if said")] = "",
    contact_name: ContactName = "",
    then: Then = "",
) -> Draft:
    """Propose to make a new invoice or bill with contact, lines and taxes of one that is in Xero; a draft.

    Nothing is written: a person confirms on a card.
    """
    if not document_number.strip():
        raise ToolRetry(
            {
                "en": "Which invoice or bill should be copied? Nothing was made.",
                "de": "Welche Rechnung soll kopiert werden? Es wurde nichts angelegt.",
            }
        )
    known = await document_meant(access, document_number, contact=await contact_of(access, contact_name))
    said = Said(
        kind=known.kind,
        contact_name="",
        number=number,
        lines=(),
        currency="",
        date=date,
        due_date=due_date,
        reference=reference,
        tax="",
        then=then,
        copied=await access.live.document(known.id),
    )
    return await proposed(access, said)


def _again(payload: Payload, fields: Mapping[str, str]) -> Mapping[str, object]:
    plan = DraftPlan.read(payload)
    said = plan.arguments(fields)
    names = ("date", "due_date", "then", "number", "reference")
    same: dict[str, object] = {name: said[name] for name in names if name in said}
    return {"document_number": plan.like, "contact_name": plan.contact.id, **same}


COPY_DOCUMENT = write_tool(
    "xero",
    propose=copy_document,
    changed=draft_changed,
    execute=make_document,
    look_up=look_up_document,
    card=draft_card,
    subject=lambda payload: DraftPlan.read(payload).subject(),
    stakes=lambda payload: DraftPlan.read(payload).stakes(),
    again=_again,
)
