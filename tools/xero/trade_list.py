"""Quotes and purchase orders: listed with totals by currency, and one with its lines; live from Xero."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.inputs import ContactName, Day, Text, read_range
from tools.money import Money, totals
from tools.views import Column, ColumnKind, Table, Total
from tools.xero.document_table import MOST_ROWS, ROWS_FOR_THE_MODEL, cell
from tools.xero.document_words import period
from tools.xero.documents import contact_of, local
from tools.xero.links import trade_link
from tools.xero.trade import Form, TradePaper
from tools.xero.trade_find import paper_meant
from tools.xero.trade_words import counted, noun, opening, state_tone, state_word, titled, until_label

QuoteState = Annotated[
    Literal["draft", "sent", "accepted", "declined", "invoiced", "deleted", "all"],
    BeforeValidator(lambda value: value or "all"),
    Field(description="Only if said"),
]
OrderState = Annotated[
    Literal["draft", "submitted", "approved", "billed", "deleted", "all"],
    BeforeValidator(lambda value: value or "all"),
    Field(description="Only if said"),
]


@read_tool("xero")
async def list_quotes(
    access: Access,
    status: QuoteState = "all",
    contact_name: ContactName = "",
    date_from: Day = "",
    date_to: Day = "",
) -> ToolResult:
    """List quotes to customers from Xero, latest first, with totals by currency. Both days are included."""
    return await _listed(access, "quote", status, contact_name, date_from, date_to)


@read_tool("xero")
async def list_purchase_orders(
    access: Access,
    status: OrderState = "all",
    contact_name: ContactName = "",
    date_from: Day = "",
    date_to: Day = "",
) -> ToolResult:
    """List purchase orders to suppliers from Xero, latest first, with totals by currency. Both days are included."""
    wanted = "authorised" if status == "approved" else status
    return await _listed(access, "order", wanted, contact_name, date_from, date_to)


@read_tool("xero")
async def get_quote(
    access: Access, quote_number: Annotated[Text, Field(description="Number of the quote, as typed")]
) -> ToolResult:
    """One quote from Xero as it is now, with its lines."""
    return await _shown(access, "quote", quote_number)


@read_tool("xero")
async def get_purchase_order(
    access: Access, order_number: Annotated[Text, Field(description="Number of the purchase order, as typed")]
) -> ToolResult:
    """One purchase order from Xero as it is now, with its lines."""
    return await _shown(access, "order", order_number)


async def _listed(
    access: Access, form: Form, status: str, contact_name: str, date_from: str, date_to: str
) -> ToolResult:
    first, last = read_range(date_from, date_to, today=access.today)
    contact = await contact_of(access, contact_name)
    found = [
        one
        for one in await access.trade.papers(form, first=first, last=last, deleted=status == "deleted")
        if status in ("all", one.status.lower()) and (contact is None or one.contact_id == contact.id)
    ]
    sums = totals((one.total, one.currency) for one in found)
    language = access.language
    tail = f", {period(first, last, language)}" if first or last else ""
    whom = f" ({words.visible(contact.name)})" if contact else ""
    state = "" if status == "all" else f" ({state_word(status.upper(), language)})"
    if found:
        figures = words.listed([words.money(total, language) for total in sums], language)
        answer = words.say(
            language,
            f"{figures} in {counted(form, len(found), 'en')}{state}{whom}{tail}",
            f"{figures} in {counted(form, len(found), 'de')}{state}{whom}{tail}",
        )
    else:
        answer = words.say(
            language,
            f"There are no {noun(form, 'en', 2)}{state}{whom}{tail}",
            f"Es gibt keine {noun(form, 'de', 2)}{state}{whom}{tail}",
        )
    return ToolResult(
        answer=f"{answer} {words.as_of(access, access.now)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, access.now).isoformat(timespec="seconds"),
            "count": len(found),
            "totals": [{"amount": words.plain(m.amount, m.currency), "currency": m.currency} for m in sums],
            "rows": [_for_model(n, one) for n, one in enumerate(found[:ROWS_FOR_THE_MODEL], start=1)],
        },
        tables=(_table(access, form, found, sums),) if found else (),
    )


def _for_model(n: int, one: TradePaper) -> JsonValue:
    return {
        "n": n,
        "number": one.number,
        "contact_name": words.visible(one.contact_name),
        "total": words.plain(one.total, one.currency),
        "currency": one.currency,
        "date": one.on.isoformat() if one.on else None,
        "valid_until" if one.form == "quote" else "delivery": one.until.isoformat() if one.until else None,
        "status": state_word(one.status, "en"),
    }


def _table(access: Access, form: Form, found: Sequence[TradePaper], sums: Sequence[Money]) -> Table:
    language = access.language

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    return Table(
        title=opening(noun(form, language, 2)),
        columns=(
            Column(key="number", label=label("Number", "Nummer")),
            Column(key="contact", label=label("Contact", "Kontakt")),
            Column(key="on", label=label("Date", "Datum"), kind=ColumnKind.DATE),
            Column(key="until", label=until_label(form, language), kind=ColumnKind.DATE),
            Column(key="total", label=label("Total", "Gesamt"), kind=ColumnKind.MONEY),
            Column(key="status", label=label("Status", "Status"), kind=ColumnKind.STATUS),
        ),
        rows=tuple(_row(access, one) for one in found[:MOST_ROWS]),
        totals=tuple(Total(minor=total.minor, currency=total.currency) for total in sums if total.minor),
        total_label=label("Total", "Gesamt"),
        total_column="total",
        whole=len(found),
        organisation=access.organisation.name,
        as_of=access.now,
        source="Xero",
        language=words.spoken(language),
    )


def _row(access: Access, one: TradePaper) -> dict[str, object]:
    number, what = words.visible(one.number), noun(one.form, access.language)
    return {
        "number": number,
        "contact": words.visible(one.contact_name),
        "on": one.on.isoformat() if one.on else "",
        "until": one.until.isoformat() if one.until else "",
        "total": cell(one.total, one.currency),
        "status": {"word": state_word(one.status, access.language), "tone": state_tone(one.status)},
        "_link": trade_link(access.organisation.short_code, one.form, one.id),
        "_ask": words.say(access.language, f"Show {what} {number}", f"Zeige {what} {number}"),
    }


async def _shown(access: Access, form: Form, number: str) -> ToolResult:
    paper, language = await paper_meant(access, form, number), access.language
    total = words.money(Money(paper.total, paper.currency), language)
    until = ""
    if paper.until:
        until = f", {until_label(form, language).lower()} {words.day(paper.until, language)}"
    answer = f"{total} {titled(paper, language)}, {state_word(paper.status, language)}{until}"
    return ToolResult(
        answer=f"{answer} {words.as_of(access, access.now)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, access.now).isoformat(timespec="seconds"),
            "paper": _for_model(1, paper),
            "title": words.visible(paper.title),
            "reference": words.visible(paper.reference),
            "lines": [
                {
                    "description": words.visible(line.description)[:200],
                    "quantity": f"{line.quantity.normalize():f}" if line.quantity is not None else None,
                    "unit_amount": str(line.unit_amount) if line.unit_amount is not None else None,
                    "amount": str(line.amount) if line.amount is not None else None,
                }
                for line in paper.lines[:ROWS_FOR_THE_MODEL]
            ],
            "link": trade_link(access.organisation.short_code, form, paper.id),
        },
        tables=(_lines(access, paper),) if paper.lines else (),
    )


def _lines(access: Access, paper: TradePaper) -> Table:
    def label(en: str, de: str) -> str:
        return words.say(access.language, en, de)

    return Table(
        title=opening(titled(paper, access.language)),
        columns=(
            Column(key="what", label=label("Description", "Beschreibung")),
            Column(key="quantity", label=label("Quantity", "Menge")),
            Column(key="account", label=label("Account", "Konto")),
            Column(key="amount", label=label("Amount", "Betrag"), kind=ColumnKind.MONEY),
        ),
        rows=tuple(
            {
                "what": words.visible(line.description),
                "quantity": f"{line.quantity.normalize():f}" if line.quantity is not None else "",
                "account": words.visible(line.account_code),
                "amount": cell(Money.rounded(line.amount or Decimal(0), paper.currency).amount, paper.currency),
            }
            for line in paper.lines
        ),
        organisation=access.organisation.name,
        as_of=access.now,
        source="Xero",
        language=words.spoken(access.language),
    )
