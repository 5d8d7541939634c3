"""Making a quote or purchase order: proposed here, confirmed by a person, found again by our mark."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from tools import words
from tools.base import Access, Draft, Payload, Receipt, WriteAccess, write_tool
from tools.errors import Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.free_text import document_text, line_text
from tools.inputs import Amount, ContactName, Day, Text, read_currency, read_day
from tools.trouble import Trouble
from tools.xero.books import DocumentKind
from tools.xero.documents import contact_of
from tools.xero.draft_documents import Lines, Tax, Then, said_lines
from tools.xero.draft_lines import Chart, LineInput, check_sendable, planned_lines
from tools.xero.draft_plan import PlannedCustomer
from tools.xero.drafts import LineAmounts
from tools.xero.links import trade_link
from tools.xero.matching import told_apart
from tools.xero.payment_plan import PlannedOrganisation
from tools.xero.posting_changes import NOTHING_MADE, nothing_made, posting_changes
from tools.xero.trade import Form, TradePaper
from tools.xero.trade_card import contact_title, made_line, trade_card, trade_line
from tools.xero.trade_plan import TradePlan
from tools.xero.trade_words import noun, until_label

_ANOTHER = Trouble("answered with another document than was sent", "hat mit einem anderen Beleg geantwortet")
_STATUS = {"": "DRAFT", "draft": "DRAFT", "submitted": "SUBMITTED", "approved": "AUTHORISED"}


@dataclass(frozen=True, slots=True)
class _Said:
    """What the person said of it."""

    form: Form
    contact_name: str
    lines: Sequence[LineInput]
    currency: str
    date: str
    until: str
    title: str
    terms: str
    reference: str
    tax: str
    then: str


async def create_quote(
    access: Access,
    contact_name: ContactName = "",
    amount: Annotated[Amount, Field(description="Only what the person said, e.g. 500.00")] = "",
    description: Annotated[Text, Field(description="What it is for, in the person's words")] = "",
    lines: Lines = [],  # noqa: B006  (a schema's default, never changed)
    currency: Annotated[Text, Field(description="Only if said")] = "",
    date: Annotated[Day, Field(description="Date of the quote; empty means today")] = "",
    valid_until: Annotated[Day, Field(description="Only if said")] = "",
    title: Annotated[Text, Field(description="Only if said")] = "",
    terms: Annotated[Text, Field(description="Terms below the lines, only if said")] = "",
    reference: Annotated[Text, Field(description="Only if said")] = "",
    account: Annotated[Text, Field(description="Revenue account, only if said: code or name")] = "",
    tax: Tax = "",
) -> Draft:
    """Propose to make a quote to a customer in Xero, as a draft.

    Nothing is written: a person confirms on a card. Pass what the person said and nothing else.
    """
    said = said_lines(lines, amount, description, account)
    return await _proposed(
        access, _Said("quote", contact_name, said, currency, date, valid_until, title, terms, reference, tax, "draft")
    )


async def create_purchase_order(
    access: Access,
    contact_name: ContactName = "",
    amount: Annotated[Amount, Field(description="Only what the person said, e.g. 500.00")] = "",
    description: Annotated[Text, Field(description="What is ordered, in the person's words")] = "",
    lines: Lines = [],  # noqa: B006  (a schema's default, never changed)
    currency: Annotated[Text, Field(description="Only if said")] = "",
    date: Annotated[Day, Field(description="Date of the order; empty means today")] = "",
    delivery_date: Annotated[Day, Field(description="Only if said")] = "",
    reference: Annotated[Text, Field(description="Only if said")] = "",
    account: Annotated[Text, Field(description="Expense account, only if said: code or name")] = "",
    tax: Tax = "",
    then: Then = "",
) -> Draft:
    """Propose to make a purchase order to a supplier in Xero; a draft unless said otherwise. It pays nothing.

    Nothing is written: a person confirms on a card. Pass what the person said and nothing else.
    """
    said = said_lines(lines, amount, description, account)
    return await _proposed(
        access, _Said("order", contact_name, said, currency, date, delivery_date, "", "", reference, tax, then)
    )


async def _proposed(access: Access, said: _Said) -> Draft:
    try:
        plan = await _plan(access, said)
    except ToolRetry as asked:
        raise asked.saying(NOTHING_MADE) from None
    return Draft(payload=plan.payload(), summary=trade_line(plan, access.language))


async def _plan(access: Access, said: _Said) -> TradePlan:
    kind = DocumentKind.INVOICE if said.form == "quote" else DocumentKind.BILL
    known = await contact_of(access, said.contact_name, kind)
    if known is None:
        raise ToolRetry(
            {"en": "For which customer?", "de": "Für welchen Kunden?"}
            if said.form == "quote"
            else {"en": "To which supplier?", "de": "An welchen Lieferanten?"}
        )
    contact, accounts, taxes = await asyncio.gather(
        access.live.contact(known.id), access.live.posting_accounts(), access.live.tax_rates()
    )
    if contact.status not in ("ACTIVE", ""):
        name = words.visible(contact.name)
        raise ToolFailed(
            {
                "en": f"{name} is archived in Xero. Nothing was made. Restore the contact in Xero first.",
                "de": f"{name} ist in Xero archiviert. Es wurde nichts angelegt. Den Kontakt zuerst in Xero "
                "wiederherstellen.",
            }
        )
    amounts: LineAmounts = said.tax or "exclusive"  # type: ignore[assignment]  # the literal without ""
    currency = read_currency(said.currency) or access.organisation.base_currency
    status = _STATUS[said.then]
    lines = planned_lines(
        access,
        said.lines,
        Chart(accounts, taxes),
        kind=kind,
        currency=currency,
        amounts=amounts,
        usual_account="",
        account_needed=status != "DRAFT",
    )
    check_sendable(lines, currency)
    on, until = read_day(said.date, today=access.today) or access.today, read_day(said.until, today=access.today)
    if until is not None and until < on:
        name_en, name_de = until_label(said.form, "en"), until_label(said.form, "de")
        raise ToolRetry(
            {
                "en": f"{name_en} {words.day(until, 'en')} is before its date. Which day is meant?",
                "de": f"{name_de} {words.day(until, 'de')} liegt vor dem Datum. Welcher Tag ist gemeint?",
            }
        )
    mark = access.new_marker()
    note = document_text(said.reference, mark)
    return TradePlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        form=said.form,
        contact=PlannedCustomer(
            id=contact.id,
            name=contact.name,
            detail=told_apart(await access.books.contacts(), contact.id, contact.name),
        ),
        status=status,  # type: ignore[arg-type]  # one of the three
        currency=currency,
        amounts=amounts,
        amounts_said=bool(said.tax),
        lines=lines,
        total_minor=sum(line.amount_minor + (0 if amounts == "inclusive" else line.tax_minor) for line in lines),
        date=on.isoformat(),
        until=until.isoformat() if until else "",
        title=line_text(said.title)[:100] if said.title.strip() else "",
        terms=line_text(said.terms) if said.terms.strip() else "",
        note=note,
        reference=f"{note} {mark}".strip(),
    )


async def paper_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads contact, accounts and taxes again: None while the card still tells the truth."""
    plan = TradePlan.read(payload)
    return nothing_made(await posting_changes(access, plan.contact, contact_title(plan), plan.lines, plan.amounts))


async def make_paper(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must be what was sent, else the outcome is unknown."""
    plan = TradePlan.read(payload)
    made = await writing.trade.create_paper(plan.new(), key=key)
    if not _is_planned(plan, made) or made.status != plan.status:
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan, made)


async def look_up_paper(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Finds what an earlier attempt made by our mark in its reference."""
    plan = TradePlan.read(payload)
    found = await writing.trade.papers_with(plan.form, plan.contact.id, plan.reference)
    made = next((paper for paper in found if _is_planned(plan, paper)), None)
    return _receipt(plan, made) if made else None


def _is_planned(plan: TradePlan, made: TradePaper) -> bool:
    return (made.contact_id.casefold(), made.form, made.currency, made.total, made.reference) == (
        plan.contact.id.casefold(),
        plan.form,
        plan.currency,
        plan.total.amount,
        plan.reference,
    )


def _receipt(plan: TradePlan, made: TradePaper) -> Receipt:
    return Receipt(
        provider="Xero",
        reference=made.id,
        link=trade_link(plan.organisation.short_code, plan.form, made.id),
        facts={
            "paper": noun(plan.form, "en"),
            "paper_id": made.id,
            "number": made.number,
            "total": words.plain(made.total, made.currency),
            "currency": made.currency,
            "reference": plan.reference,
        },
        summary={language: _summary(plan, made, language) for language in words.LANGUAGES},
    )


def _summary(plan: TradePlan, made: TradePaper, language: Language) -> str:
    line = made_line(plan, made.number, language)
    if made.status != "DELETED":
        return line
    return line + words.say(language, " Meanwhile it was deleted in Xero.", " Inzwischen wurde es in Xero gelöscht.")


def _again(payload: Payload, fields: Mapping[str, str]) -> Mapping[str, object]:
    plan = TradePlan.read(payload)
    said: dict[str, object] = {
        "contact_name": plan.contact.id,
        "lines": [line.said() for line in plan.lines],
        "currency": plan.currency,
        "date": fields.get("date", plan.date),
        "reference": fields.get("reference", plan.note),
        "tax": plan.amounts if plan.amounts_said else "",
    }
    if plan.form == "quote":
        return {**said, "valid_until": plan.until, "title": plan.title}
    then = {"DRAFT": "draft", "SUBMITTED": "submitted", "AUTHORISED": "approved"}[plan.status]
    return {**said, "delivery_date": plan.until, "then": then}


def _subject(payload: Payload) -> str:
    plan = TradePlan.read(payload)
    return f"new {plan.form}:{plan.contact.id}:{plan.reference}"


CREATE_QUOTE = write_tool(
    "xero",
    propose=create_quote,
    changed=paper_changed,
    execute=make_paper,
    look_up=look_up_paper,
    card=trade_card,
    subject=_subject,
    stakes=lambda payload: TradePlan.read(payload).stakes(),
    again=_again,
)
CREATE_PURCHASE_ORDER = write_tool(
    "xero",
    propose=create_purchase_order,
    changed=paper_changed,
    execute=make_paper,
    look_up=look_up_paper,
    card=trade_card,
    subject=_subject,
    stakes=lambda payload: TradePlan.read(payload).stakes(),
    again=_again,
)
