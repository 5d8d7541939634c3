"""What was paid before or beyond what it pays, and payments of several documents at once; live from Xero."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.inputs import ContactName, Day
from tools.money import totals
from tools.views import Column, ColumnKind, Table, Total
from tools.xero.bank_lists import days_meant
from tools.xero.cash import Advance, BatchPayment
from tools.xero.document_table import MOST_ROWS, ROWS_FOR_THE_MODEL, cell
from tools.xero.document_words import period
from tools.xero.documents import contact_of, local

Which = Annotated[
    Literal["open", "all"],
    BeforeValidator(lambda value: value or "open"),
    Field(description="open: something is left to set off; all: used up ones too"),
]


@read_tool("xero")
async def list_advances(access: Access, which: Which = "open", contact_name: ContactName = "") -> ToolResult:
    """List prepayments and overpayments from Xero, to suppliers and from customers, with what is left to set off."""
    contact = await contact_of(access, contact_name)
    found = [
        one
        for one in await access.cash.advances()
        if (which == "all" or one.left) and (contact is None or one.contact_id == contact.id)
    ]
    whom = f" ({words.visible(contact.name)})" if contact else ""
    return ToolResult(
        answer=f"{_left(access, found)}{whom} {words.as_of(access, access.now)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, access.now).isoformat(timespec="seconds"),
            "count": len(found),
            "left_from_customers": _sums((one.left, one.currency) for one in found if one.received),
            "left_with_suppliers": _sums((one.left, one.currency) for one in found if not one.received),
            "rows": [_advance_for_model(n, one) for n, one in enumerate(found[:ROWS_FOR_THE_MODEL], start=1)],
        },
        tables=(_advances(access, found),) if found else (),
    )


@read_tool("xero")
async def list_batch_payments(access: Access, date_from: Day = "", date_to: Day = "") -> ToolResult:
    """List payments in Xero that paid several invoices or bills as one total, latest first.

    The last 90 days if no day is said.
    """
    first, last = days_meant(access, date_from, date_to)
    found = list(await access.cash.batches(first, last))
    accounts = {account.id: account.currency for account in await access.books.accounts()}
    rows = [(one, accounts.get(one.account_id) or access.organisation.base_currency) for one in found]
    tail = period(first, last, access.language)
    if found:
        answer = words.say(
            access.language,
            f"{words.many(len(found), 'batch payment', 'batch payments')}, {tail}",
            f"{words.many(len(found), 'Sammelzahlung', 'Sammelzahlungen')}, {tail}",
        )
    else:
        answer = words.say(
            access.language, f"There is no batch payment, {tail}", f"Es gibt keine Sammelzahlung, {tail}"
        )
    return ToolResult(
        answer=f"{answer} {words.as_of(access, access.now)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, access.now).isoformat(timespec="seconds"),
            "count": len(found),
            "rows": [_batch_for_model(n, *row) for n, row in enumerate(rows[:ROWS_FOR_THE_MODEL], start=1)],
        },
        tables=(_batches(access, rows),) if found else (),
    )


def _left(access: Access, found: Sequence[Advance]) -> str:
    """ "€ 120.00 of customers and € 50.00 with suppliers is left of 3 advances"."""
    language = access.language
    parts = []
    for received, en, de in ((True, "from customers", "von Kunden"), (False, "with suppliers", "bei Lieferanten")):
        some = totals((one.left, one.currency) for one in found if one.received is received and one.left)
        if some:
            amounts = words.listed([words.money(total, language) for total in some], language)
            parts.append(f"{amounts} {words.say(language, en, de)}")
    count = words.say(
        language,
        words.many(len(found), "advance payment", "advance payments"),
        words.many(len(found), "Vorauszahlung", "Vorauszahlungen"),
    )
    if not found:
        return words.say(language, "No advance payment is left", "Es ist keine Vorauszahlung offen")
    if not parts:
        return words.say(language, f"Nothing is left of {count}", f"Von {count} ist nichts mehr übrig")
    amounts = words.listed(parts, language)
    return words.say(language, f"{amounts} left of {count}", f"{amounts} übrig aus {count}")


def _sums(amounts: Iterable[tuple[Decimal, str]]) -> list[JsonValue]:
    return [
        {"amount": words.plain(total.amount, total.currency), "currency": total.currency}
        for total in totals(amounts)
        if total.minor
    ]


def _advance_for_model(n: int, one: Advance) -> JsonValue:
    return {
        "n": n,
        "kind": one.kind,
        "direction": "in" if one.received else "out",
        "date": one.on.isoformat(),
        "contact_name": words.visible(one.contact_name),
        "total": words.plain(one.total, one.currency),
        "left": words.plain(one.left, one.currency),
        "currency": one.currency,
        "reference": words.visible(one.reference),
    }


def _kind(access: Access, one: Advance) -> str:
    if one.kind == "prepayment":
        return words.say(access.language, "prepayment", "Anzahlung")
    return words.say(access.language, "overpayment", "Überzahlung")


def _advances(access: Access, found: Sequence[Advance]) -> Table:
    def label(en: str, de: str) -> str:
        return words.say(access.language, en, de)

    left = totals((one.left if one.received else -one.left, one.currency) for one in found)
    return Table(
        title=label("Advance payments", "Vorauszahlungen"),
        columns=(
            Column(key="on", label=label("Date", "Datum"), kind=ColumnKind.DATE),
            Column(key="contact", label=label("Contact", "Kontakt")),
            Column(key="kind", label=label("Kind", "Art")),
            Column(key="reference", label=label("Reference", "Referenz")),
            Column(key="total", label=label("Total", "Gesamt"), kind=ColumnKind.MONEY),
            Column(key="left", label=label("Left", "Übrig"), kind=ColumnKind.MONEY),
        ),
        rows=tuple(
            {
                "on": one.on.isoformat(),
                "contact": words.visible(one.contact_name),
                "kind": _kind(access, one),
                "reference": words.visible(one.reference),
                "total": cell(one.total if one.received else -one.total, one.currency),
                "left": cell(one.left if one.received else -one.left, one.currency),
            }
            for one in found[:MOST_ROWS]
        ),
        totals=tuple(Total(minor=total.minor, currency=total.currency) for total in left if total.minor),
        total_label=label("From customers less with suppliers", "Von Kunden minus bei Lieferanten"),
        total_column="left",
        whole=len(found),
        organisation=access.organisation.name,
        as_of=access.now,
        source="Xero",
        language=words.spoken(access.language),
    )


def _batch_for_model(n: int, one: BatchPayment, currency: str) -> JsonValue:
    return {
        "n": n,
        "date": one.on.isoformat(),
        "direction": "in" if one.received else "out",
        "total": words.plain(one.total, currency),
        "currency": currency,
        "account": words.visible(one.account_name),
        "reference": words.visible(one.reference),
        "pays": [words.visible(number) for number in one.numbers[:20]],
        "documents": one.count,
    }


def _batches(access: Access, rows: Sequence[tuple[BatchPayment, str]]) -> Table:
    def label(en: str, de: str) -> str:
        return words.say(access.language, en, de)

    signed = totals((one.total if one.received else -one.total, currency) for one, currency in rows)
    return Table(
        title=label("Batch payments", "Sammelzahlungen"),
        columns=(
            Column(key="on", label=label("Date", "Datum"), kind=ColumnKind.DATE),
            Column(key="pays", label=label("Pays", "Zahlt")),
            Column(key="account", label=label("Account", "Konto")),
            Column(key="reference", label=label("Reference", "Referenz")),
            Column(key="total", label=label("Total", "Gesamt"), kind=ColumnKind.MONEY),
        ),
        rows=tuple(
            {
                "on": one.on.isoformat(),
                "pays": words.visible(", ".join(one.numbers)) or str(one.count),
                "account": words.visible(one.account_name),
                "reference": words.visible(one.reference),
                "total": cell(one.total if one.received else -one.total, currency),
            }
            for one, currency in rows[:MOST_ROWS]
        ),
        totals=tuple(Total(minor=total.minor, currency=total.currency) for total in signed if total.minor),
        total_label=label("In less out", "Ein minus aus"),
        total_column="total",
        whole=len(rows),
        organisation=access.organisation.name,
        as_of=access.now,
        source="Xero",
        language=words.spoken(access.language),
    )
