"""Credit notes: what customers or we get back, and how much of it has not been set off yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language
from tools.inputs import ContactName
from tools.money import Money, totals
from tools.views import Column, ColumnKind, Table, Tone, Total
from tools.xero.books import DocumentKind, DocumentStatus
from tools.xero.credit_notes import CreditNote
from tools.xero.document_table import MOST_ROWS, ROWS_FOR_THE_MODEL, cell
from tools.xero.documents import contact_of, local

CreditKind = Annotated[
    Literal["customer", "supplier", ""],
    BeforeValidator(lambda value: value or ""),
    Field(description="customer: that we gave; supplier: that we got; empty: both"),
]
CreditState = Annotated[
    Literal["open", "all"],
    BeforeValidator(lambda value: value or "open"),
    Field(description="open: approved with credit left; all: every state"),
]


@read_tool("xero")
async def list_credit_notes(
    access: Access, kind: CreditKind = "", status: CreditState = "open", contact_name: ContactName = ""
) -> ToolResult:
    """List credit notes to customers and from suppliers with what is left of each, and totals by currency."""
    contact = await contact_of(access, contact_name)
    found = [
        note
        for note in await every_credit_note(access)
        if (not kind or (note.kind is DocumentKind.INVOICE) == (kind == "customer"))
        and (status == "all" or is_open(note))
        and (contact is None or note.contact_id == contact.id)
    ]
    as_of = await access.books.as_of()
    whom = words.visible(contact.name) if contact else ""
    return ToolResult(
        answer=f"{_sentence(found, status, whom, access.language)} {words.as_of(access, as_of)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, as_of).isoformat(timespec="seconds"),
            "count": len(found),
            "left": [{"amount": words.plain(m.amount, m.currency), "currency": m.currency} for m in _left(found)],
            "rows": _rows(found),
        },
        tables=(_table(access, found, as_of),) if found else (),
    )


async def every_credit_note(access: Access) -> list[CreditNote]:
    """Those of both sides, newest first."""
    return [note for kind in DocumentKind for note in await access.books.credit_notes(kind)]


def is_open(note: CreditNote) -> bool:
    """Whether there is credit left that can be set off."""
    return note.status is DocumentStatus.AUTHORISED and note.remaining > 0


def status_word(note: CreditNote, language: Language) -> str:
    """Its state in the person's words."""
    match note.status:
        case DocumentStatus.AUTHORISED:
            return words.say(language, "credit left", "Guthaben offen") if note.remaining else _used(language)
        case DocumentStatus.PAID:
            return _used(language)
        case DocumentStatus.DRAFT:
            return words.say(language, "draft", "Entwurf")
        case DocumentStatus.SUBMITTED:
            return words.say(language, "awaiting approval", "zur Freigabe")
        case DocumentStatus.VOIDED | DocumentStatus.DELETED | DocumentStatus.OTHER:
            return words.say(language, "does not count", "zählt nicht")


def _used(language: Language) -> str:
    return words.say(language, "used up", "verbraucht")


def _left(found: Sequence[CreditNote]) -> list[Money]:
    return totals((note.remaining, note.currency) for note in found if is_open(note))


def _sentence(found: Sequence[CreditNote], status: str, whom: str, language: Language) -> str:
    by_en, by_de = (f" of {whom}", f" von {whom}") if whom else ("", "")
    if not found:
        opened_en, opened_de = ("open ", "offenen ") if status == "open" else ("", "")
        return words.say(
            language, f"There are no {opened_en}credit notes{by_en}", f"Es gibt keine {opened_de}Gutschriften{by_de}"
        )
    number_en = words.many(len(found), "credit note", "credit notes")
    number_de = words.many(len(found), "Gutschrift", "Gutschriften")
    if not (left := _left(found)):
        return words.say(language, f"{number_en}{by_en}, all used up", f"{number_de}{by_de}, alle verbraucht")
    figures = words.amounts(left, language)
    return words.say(
        language, f"{figures} of credit is left on {number_en}{by_en}", f"{figures} Guthaben auf {number_de}{by_de}"
    )


def _rows(found: Sequence[CreditNote]) -> list[JsonValue]:
    return [
        {
            "n": n,
            "kind": "customer" if note.kind is DocumentKind.INVOICE else "supplier",
            "number": note.number,
            "contact_name": words.visible(note.contact_name),
            "total": words.plain(note.total, note.currency),
            "left": words.plain(note.remaining, note.currency),
            "currency": note.currency,
            "date": note.issued.isoformat() if note.issued else None,
            "status": status_word(note, "en"),
        }
        for n, note in enumerate(found[:ROWS_FOR_THE_MODEL], start=1)
    ]


def _table(access: Access, found: Sequence[CreditNote], as_of: datetime) -> Table:
    language = access.language

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    return Table(
        title=label("Credit notes", "Gutschriften"),
        columns=(
            Column(key="number", label=label("Number", "Nummer")),
            Column(key="contact", label=label("Contact", "Kontakt")),
            Column(key="side", label=label("Side", "Seite")),
            Column(key="date", label=label("Date", "Datum"), kind=ColumnKind.DATE),
            Column(key="total", label=label("Total", "Gesamt"), kind=ColumnKind.MONEY),
            Column(key="left", label=label("Credit left", "Guthaben"), kind=ColumnKind.MONEY),
            Column(key="status", label="Status", kind=ColumnKind.STATUS),
        ),
        rows=tuple(
            {
                "number": words.visible(note.number),
                "contact": words.visible(note.contact_name),
                "side": label("customer", "Kunde")
                if note.kind is DocumentKind.INVOICE
                else label("supplier", "Lieferant"),
                "date": note.issued.isoformat() if note.issued else "",
                "total": cell(note.total, note.currency),
                "left": cell(note.remaining if is_open(note) else note.remaining * 0, note.currency),
                "status": {"word": status_word(note, language), "tone": _tone(note)},
            }
            for note in found[:MOST_ROWS]
        ),
        whole=len(found),
        totals=tuple(Total(minor=total.minor, currency=total.currency) for total in _left(found)),
        total_label=label("Credit left", "Guthaben"),
        total_column="left",
        organisation=access.organisation.name,
        as_of=as_of,
        source="Xero",
        language=words.spoken(language),
    )


def _tone(note: CreditNote) -> Tone:
    if is_open(note):
        return "attention"
    return "waiting" if note.status in (DocumentStatus.DRAFT, DocumentStatus.SUBMITTED) else "neutral"
