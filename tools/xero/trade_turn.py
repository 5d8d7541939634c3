"""A quote becomes a draft invoice, a purchase order a draft bill: made like any other, with the paper's lines.

Xero's programming interface turns nothing into anything: the paper's own state is another write (`trade_status`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from tools.base import Access, Draft, Payload, write_tool
from tools.errors import ToolFailed, ToolRetry
from tools.inputs import ContactName, Day, Text
from tools.xero.books import DocumentKind
from tools.xero.documents import contact_of
from tools.xero.draft_card import draft_card
from tools.xero.draft_documents import Said, proposed
from tools.xero.draft_plan import DraftPlan, PlannedSource
from tools.xero.draft_run import draft_changed, look_up_document, make_document
from tools.xero.trade import Form, TradePaper
from tools.xero.trade_find import paper_meant
from tools.xero.trade_words import opening, state_word, titled

_FROM: dict[Form, tuple[str, ...]] = {"quote": ("SENT", "ACCEPTED"), "order": ("AUTHORISED", "SUBMITTED")}


async def invoice_quote(
    access: Access,
    quote_number: Annotated[Text, Field(description="Number of the quote, as typed (or a choice's id)")] = "",
    date: Annotated[Day, Field(description="Date of the invoice; empty means today")] = "",
    due_date: Annotated[Day, Field(description="Only if said")] = "",
    contact_name: ContactName = "",
) -> Draft:
    """Propose to make a draft invoice with the lines of a quote that was sent or accepted.

    Nothing is written: a person confirms on a card. The quote stays as it is; afterwards it can be marked as invoiced.
    """
    paper = await _meant(access, "quote", quote_number, contact_name)
    return await proposed(access, _said(paper, number="", date=date, due_date=due_date))


async def bill_purchase_order(
    access: Access,
    order_number: Annotated[Text, Field(description="Number of the purchase order, as typed (or a choice's id)")] = "",
    number: Annotated[Text, Field(description="The supplier's own number on the bill")] = "",
    date: Annotated[Day, Field(description="Date on the bill; empty means today")] = "",
    due_date: Annotated[Day, Field(description="Only if said")] = "",
    contact_name: ContactName = "",
) -> Draft:
    """Propose to enter a draft bill with the lines of a purchase order. It pays nothing.

    Nothing is written: a person confirms on a card. The order stays as it is; afterwards it can be marked as billed.
    """
    paper = await _meant(access, "order", order_number, contact_name)
    return await proposed(access, _said(paper, number=number, date=date, due_date=due_date))


async def _meant(access: Access, form: Form, number: str, contact_name: str) -> TradePaper:
    try:
        paper = await paper_meant(access, form, number, await contact_of(access, contact_name))
    except ToolRetry as asked:
        raise ToolRetry(
            {
                "en": f"{asked.text('en')} Nothing was made.",
                "de": f"{asked.text('de')} Es wurde nichts angelegt.",
            },
            choices=asked.choices,
        ) from None
    if paper.status not in _FROM[form]:
        en, de = opening(titled(paper, "en")), titled(paper, "de")
        raise ToolFailed(
            {
                "en": f"{en} is {state_word(paper.status, 'en')}. Nothing was made. "
                + ("Only a sent or accepted one becomes an invoice." if form == "quote" else "Approve it first."),
                "de": f"{de} hat den Status „{state_word(paper.status, 'de')}“. Es wurde nichts angelegt. "
                + ("Nur ein versandtes oder angenommenes wird zur Rechnung." if form == "quote" else "Erst freigeben."),
            }
        )
    return paper


def _said(paper: TradePaper, *, number: str, date: str, due_date: str) -> Said:
    return Said(
        kind=DocumentKind.INVOICE if paper.form == "quote" else DocumentKind.BILL,
        contact_name="",
        number=number,
        lines=(),
        currency="",
        date=date,
        due_date=due_date,
        reference=paper.number if paper.form == "quote" else "",
        tax="",
        then="",
        copied=paper.as_document(),
        source=PlannedSource(
            form=paper.form,
            id=paper.id,
            number=paper.number,
            status=paper.status,
            updated_at=paper.updated_at.isoformat(),
        ),
    )


def _again(payload: Payload, fields: Mapping[str, str]) -> Mapping[str, object]:
    plan = DraftPlan.read(payload)
    said = plan.arguments(fields)
    names = ("date", "due_date", "number")
    same: dict[str, object] = {name: said[name] for name in names if name in said}
    paper = "quote_number" if plan.kind == "invoice" else "order_number"
    return {paper: plan.source.id if plan.source else plan.like, "contact_name": plan.contact.id, **same}


INVOICE_QUOTE = write_tool(
    "xero",
    propose=invoice_quote,
    changed=draft_changed,
    execute=make_document,
    look_up=look_up_document,
    card=draft_card,
    subject=lambda payload: DraftPlan.read(payload).subject(),
    stakes=lambda payload: DraftPlan.read(payload).stakes(),
    again=_again,
)
BILL_ORDER = write_tool(
    "xero",
    propose=bill_purchase_order,
    changed=draft_changed,
    execute=make_document,
    look_up=look_up_document,
    card=draft_card,
    subject=lambda payload: DraftPlan.read(payload).subject(),
    stakes=lambda payload: DraftPlan.read(payload).stakes(),
    again=_again,
)
