"""Invoices and bills that repeat: with whom, how often, when next, for how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language
from tools.inputs import ContactName
from tools.money import Money, totals
from tools.views import ColumnKind, Table, Total
from tools.xero.books import DocumentKind
from tools.xero.document_table import cell
from tools.xero.documents import contact_of
from tools.xero.links import contact_link
from tools.xero.master_data import RepeatingInvoice
from tools.xero.master_table import columns, table, told, with_link

RepeatingKind = Annotated[
    Literal["invoice", "bill", ""],
    BeforeValidator(lambda value: value or ""),
    Field(description="invoice: to customers; bill: from suppliers; empty: both"),
]
_NOUNS = {
    DocumentKind.INVOICE: (
        "repeating invoice",
        "repeating invoices",
        "wiederkehrende Rechnung",
        "wiederkehrende Rechnungen",
    ),
    DocumentKind.BILL: (
        "repeating bill",
        "repeating bills",
        "wiederkehrende Eingangsrechnung",
        "wiederkehrende Eingangsrechnungen",
    ),
}


@read_tool("xero")
async def list_repeating_invoices(
    access: Access, kind: RepeatingKind = "", contact_name: ContactName = ""
) -> ToolResult:
    """List the invoices and bills that repeat: schedule, next date, amount of each, and totals by currency."""
    contact = await contact_of(access, contact_name)
    found = [
        one
        for one in await access.masters.repeating_invoices()
        if (not kind or one.kind.value == kind) and (contact is None or one.contact_id == contact.id)
    ]
    kinds = [DocumentKind(kind)] if kind else [each for each in DocumentKind if any(one.kind is each for one in found)]
    whom = words.visible(contact.name) if contact else ""
    parts = [_part([one for one in found if one.kind is each], each, access.language) for each in kinds]
    none = words.say(access.language, "Nothing repeats", "Nichts wiederholt sich")
    answer = words.listed(parts, access.language) or none
    if whom:
        answer += words.say(access.language, f" with {whom}", f" mit {whom}")
    tables = [_table(access, mine, each) for each in kinds if (mine := [one for one in found if one.kind is each])]
    sums: dict[str, JsonValue] = {
        each.value: [f"{words.plain(money.amount, money.currency)} {money.currency}" for money in _totals(found, each)]
        for each in kinds
    }
    ordered = [one for each in kinds for one in found if one.kind is each]
    return told(access, answer, [_row(one) for one in ordered], access.now, tables, total_of_one_run=sums)


def _totals(found: Sequence[RepeatingInvoice], kind: DocumentKind) -> list[Money]:
    return totals((one.total, one.currency) for one in found if one.kind is kind)


def _part(found: Sequence[RepeatingInvoice], kind: DocumentKind, language: Language) -> str:
    one_en, more_en, one_de, more_de = _NOUNS[kind]
    count = words.say(language, words.many(len(found), one_en, more_en), words.many(len(found), one_de, more_de))
    if not found:
        return count
    figures = words.amounts(_totals(found, kind), language)
    return words.say(language, f"{count} of {figures} together", f"{count} über zusammen {figures}")


def schedule_words(one: RepeatingInvoice, language: Language) -> str:
    """How often, as people say it: "every month", "alle 2 Wochen"."""
    en, de, ends = ("month", "Monat", "en") if one.unit == "MONTHLY" else ("week", "Woche", "n")
    if one.period == 1:
        return words.say(language, f"every {en}", f"jeden {de}" if en == "month" else f"jede {de}")
    if one.unit == "MONTHLY" and one.period in (3, 12):
        names = {3: ("every quarter", "jedes Quartal"), 12: ("every year", "jedes Jahr")}
        return words.say(language, *names[one.period])
    return words.say(language, f"every {one.period} {en}s", f"alle {one.period} {de}{'e' if en == 'month' else ends}")


def _makes(one: RepeatingInvoice, language: Language) -> str:
    if one.status == "AUTHORISED":
        return words.say(language, "approved by itself", "wird von selbst freigegeben")
    return words.say(language, "makes a draft", "legt einen Entwurf an")


def _row(one: RepeatingInvoice) -> dict[str, JsonValue]:
    return {
        "kind": one.kind.value,
        "contact_name": words.visible(one.contact_name),
        "reference": words.visible(one.reference),
        "schedule": schedule_words(one, "en"),
        "next_date": one.next_date.isoformat() if one.next_date else "",
        "ends": one.end_date.isoformat() if one.end_date else "",
        "total": words.plain(one.total, one.currency),
        "currency": one.currency,
        "makes": _makes(one, "en"),
    }


def _table(access: Access, found: Sequence[RepeatingInvoice], kind: DocumentKind) -> Table:
    language, code = access.language, access.organisation.short_code
    dates = dict.fromkeys(("next", "ends"), ColumnKind.DATE)
    shown = columns(
        access,
        (
            ("contact", "Contact", "Kontakt"),
            ("reference", "Reference", "Referenz"),
            ("schedule", "Schedule", "Rhythmus"),
            ("next", "Next on", "Nächste am"),
            ("ends", "Ends on", "Endet am"),
            ("total", "Total", "Gesamt"),
            ("makes", "Then", "Dann"),
        ),
        {**dates, "total": ColumnKind.MONEY},
    )
    rows = [
        with_link(
            {
                "contact": words.visible(one.contact_name),
                "reference": words.visible(one.reference),
                "schedule": schedule_words(one, language),
                "next": one.next_date.isoformat() if one.next_date else "",
                "ends": one.end_date.isoformat() if one.end_date else "",
                "total": cell(one.total, one.currency),
                "makes": _makes(one, language),
            },
            contact_link(code, one.contact_id),  # Xero documents no address of a template's own page
        )
        for one in found
    ]
    _, more_en, _, more_de = _NOUNS[kind]
    return table(
        access,
        (more_en.capitalize(), more_de[0].upper() + more_de[1:]),
        shown,
        rows,
        access.now,
        totals=[Total(minor=total.minor, currency=total.currency) for total in _totals(found, kind)],
        total_label=("One of each", "Je einmal"),
        total_column="total",
    )
