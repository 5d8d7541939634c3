"""Invoices and bills as rows: for the model (few, as text) and for the person (all, as a table)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from pydantic import JsonValue

from tools import words
from tools.base import Access
from tools.money import decimals_of
from tools.views import Column, ColumnKind, Table, Tone, Total
from tools.xero.books import Document, DocumentKind, DocumentStatus, State
from tools.xero.document_words import noun, owed, status_word
from tools.xero.links import document_link
from tools.xero.tally import Tally

ROWS_FOR_THE_MODEL = 20
MOST_ROWS = 1_000
"""Rows that one table shows; it says how many there are, and its totals are of all of them."""


def rows(documents: Sequence[Document], today: date) -> list[JsonValue]:
    """Up to twenty documents for the model, numbered from 1 in the table's order; amounts as text."""
    return [
        {
            "n": n,
            "kind": doc.kind.value,
            "number": doc.number,
            "contact_name": words.visible(doc.contact_name),
            "amount_due": words.plain(owed(doc), doc.currency),
            "total": words.plain(doc.total, doc.currency),
            "currency": doc.currency,
            "date": doc.issued.isoformat() if doc.issued else None,
            "due_date": doc.due.isoformat() if doc.due else None,
            "days_overdue": doc.days_overdue(today),
            "status": status_word(doc, today, "en"),
        }
        for n, doc in enumerate(documents[:ROWS_FOR_THE_MODEL], start=1)
    ]


def tone(document: Document, today: date) -> Tone:
    """The meaning of a document's state: paid is done, a draft waits, overdue needs a look."""
    match document.status:
        case DocumentStatus.PAID:
            return "done"
        case DocumentStatus.DRAFT | DocumentStatus.SUBMITTED:
            return "waiting"
        case DocumentStatus.AUTHORISED:
            return "attention" if document.days_overdue(today) else "neutral"
        case DocumentStatus.VOIDED | DocumentStatus.DELETED | DocumentStatus.OTHER:
            return "neutral"


def cell(amount: Decimal, currency: str) -> dict[str, object]:
    """A money cell of a table. Raises ValueError for an amount with more decimals than its currency."""
    minor = amount.scaleb(decimals_of(currency))
    if minor != int(minor):
        raise ValueError(f"{amount} {currency} has too many decimals")
    return {"minor": int(minor), "currency": currency}


def document_table(
    access: Access,
    documents: Sequence[Document],
    kind: DocumentKind,
    *,
    as_of: datetime,
    state: State,
    whole: Tally | None = None,
) -> Table:
    """The documents of the list, as a person sorts, filters and downloads them; `whole` where there may be more.

    The totals are those of one column, so that they stay true when the rows are filtered: of what is left to pay,
    or of the totals where nothing in the list can be paid.
    """
    language = access.language

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    left_to_pay = state in ("open", "overdue", "all")
    all_of_it = whole or Tally.of(documents, access.today)
    totals = all_of_it.sums("open" if left_to_pay else state)
    return Table(
        title=noun(kind, language, 2).capitalize(),
        columns=(
            Column(key="number", label=label("Number", "Nummer")),
            Column(key="contact", label=label("Contact", "Kontakt")),
            Column(key="issued", label=label("Date", "Datum"), kind=ColumnKind.DATE),
            Column(key="due", label=label("Due", "Fällig"), kind=ColumnKind.DATE),
            Column(key="days", label=label("Days overdue", "Tage überfällig"), kind=ColumnKind.DAYS),
            Column(key="total", label=label("Total", "Gesamt"), kind=ColumnKind.MONEY),
            Column(key="left", label=label("Left to pay", "Offen"), kind=ColumnKind.MONEY),
            Column(key="status", label=label("Status", "Status"), kind=ColumnKind.STATUS),
        ),
        rows=tuple(_row(access, doc) for doc in documents),
        totals=tuple(Total(minor=total.minor, currency=total.currency) for total in totals if total.minor),
        total_label=label("Left to pay", "Offen") if left_to_pay else label("Total", "Gesamt"),
        total_column="left" if left_to_pay else "total",
        whole=all_of_it.count,
        organisation=access.organisation.name,
        as_of=as_of,
        source="Xero",
        language=words.spoken(language),
    )


def _row(access: Access, doc: Document) -> dict[str, object]:
    invoice = doc.kind is DocumentKind.INVOICE
    return {
        "number": words.visible(doc.number),
        "contact": words.visible(doc.contact_name),
        "issued": doc.issued.isoformat() if doc.issued else "",
        "due": doc.due.isoformat() if doc.due else "",
        "days": doc.days_overdue(access.today),
        "total": cell(doc.total, doc.currency),
        "left": cell(owed(doc), doc.currency),
        "status": {"word": status_word(doc, access.today, access.language), "tone": tone(doc, access.today)},
        "_link": document_link(access.organisation.short_code, doc.kind, doc.id),
        "_ask": words.say(
            access.language,
            f"Show {'invoice' if invoice else 'bill'} {words.visible(doc.number)}",
            f"Zeige {'Rechnung' if invoice else 'Eingangsrechnung'} {words.visible(doc.number)}",
        ),
    }
