"""Who owes us, and whom we owe, by age: for the whole organisation, from the ledger copy.

Xero's own aged reports are one contact each (AgedReceivablesByContact), so that the whole would cost a call for every
customer; what the copy gives equals them to the cent.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime
from decimal import Decimal

from pydantic import JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language, ToolRetry
from tools.inputs import Day, read_day
from tools.money import Money, totals
from tools.views import Column, ColumnKind, Table, Total
from tools.xero.books import Document, DocumentKind, DocumentQuery, Payment, PaymentQuery
from tools.xero.credit_notes import CreditNote
from tools.xero.document_table import MOST_ROWS, ROWS_FOR_THE_MODEL, cell
from tools.xero.documents import local
from tools.xero.tally import BOOKED, ContactSum, age_of

AGES = ("current", "d30", "d60", "d90", "older", "credit")
"""Not due yet, up to 30, 60 and 90 days past the due date, later, and credit that is not set off yet."""
_ZERO = Decimal(0)


@dataclass
class Owed:
    """What one contact owes in one currency, by age; credit is negative."""

    contact_id: str
    contact: str
    currency: str
    by_age: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(AGES, _ZERO))

    @property
    def total(self) -> Decimal:
        """All of it."""
        return sum(self.by_age.values(), _ZERO)

    @property
    def overdue(self) -> Decimal:
        """What is past its due date."""
        return sum((self.by_age[age] for age in AGES[1:5]), _ZERO)


@read_tool("xero")
async def get_aged_receivables(access: Access, date: Day = "") -> ToolResult:
    """What every customer owes us, by how long it is past due: not due, up to 30, 60, 90 days, older; credit notes
    subtracted. With a date: as it stood at the end of that day. Totals are by currency and must never be added.
    """
    return await _aged(access, DocumentKind.INVOICE, date)


@read_tool("xero")
async def get_aged_payables(access: Access, date: Day = "") -> ToolResult:
    """What we owe every supplier, by how long it is past due: not due, up to 30, 60, 90 days, older; credit notes
    subtracted. With a date: as it stood at the end of that day. Totals are by currency and must never be added.
    """
    return await _aged(access, DocumentKind.BILL, date)


async def _aged(access: Access, kind: DocumentKind, written: str) -> ToolResult:
    day = read_day(written, today=access.today) or access.today
    if day > access.today:
        raise ToolRetry(
            {
                "en": f"{words.day(day, 'en')} is still to come. As of which day until today?",
                "de": f"Der {words.day(day, 'de')} liegt in der Zukunft. Stand welches Tages bis heute?",
            }
        )
    owed, unsure = await owed_by_age(access, kind, day)
    as_of = await access.books.as_of()
    answer = _answer(access, kind, owed, day)
    if unsure:
        answer += words.say(
            access.language,
            f"; on {words.many(unsure, 'document', 'documents')} a credit has no day in our copy and counts as set off",
            f"; bei {words.many(unsure, 'Beleg', 'Belegen')} fehlt der Tag einer Verrechnung, sie zählt als verrechnet",
        )
    return ToolResult(
        answer=f"{answer} {words.as_of(access, as_of)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, as_of).isoformat(timespec="seconds"),
            "day": day.isoformat(),
            "contacts": len(owed),
            "totals": [_for_the_model(one) for one in _summed(owed)],
            "rows": [_for_the_model(one) for one in owed[:ROWS_FOR_THE_MODEL]],
        },
        tables=(_table(access, kind, owed, as_of=as_of),) if owed else (),
    )


async def owed_by_age(access: Access, kind: DocumentKind, day: Date) -> tuple[list[Owed], int]:
    """What each contact owes (or is owed), the most first, and on how many documents a credit has no known day."""
    notes = [note for note in await access.books.credit_notes(kind) if note.status in BOOKED]
    if day >= access.today:
        opened = await access.books.contact_sums(DocumentQuery(kind=kind, state="open"), today=day)
        return _sorted(_reckoned(opened, notes, day)), 0
    documents = await access.books.documents(DocumentQuery(kind=kind, issued_to=day), today=access.today)
    paid = await access.books.payments(PaymentQuery(paid_to=day))
    return await asyncio.to_thread(_as_it_stood, documents, notes, paid, day)


def _reckoned(opened: Sequence[ContactSum], notes: Sequence[CreditNote], day: Date) -> list[Owed]:
    """From what Xero says is left now."""
    owed: dict[tuple[str, str], Owed] = {}
    for one in opened:
        found = owed[one.contact_id, one.currency] = Owed(one.contact_id, one.contact_name, one.currency)
        found.by_age |= dict(zip(AGES, one.by_age, strict=False))
    for note in notes:
        if note.remaining and (note.issued is None or note.issued <= day):
            _add(owed, note, -note.remaining, "credit")
    return list(owed.values())


def _as_it_stood(
    documents: Sequence[Document], notes: Sequence[CreditNote], paid: Sequence[Payment], day: Date
) -> tuple[list[Owed], int]:
    """Each document less what was paid and set off by that day."""
    settled: dict[str, Decimal] = defaultdict(lambda: _ZERO)
    for payment in paid:
        settled[payment.document_id] += payment.amount
    known: dict[str, Decimal] = defaultdict(lambda: _ZERO)
    for note in notes:
        for one in note.allocations:
            known[one.document_id] += one.amount
            if one.on <= day:
                settled[one.document_id] += one.amount
                settled[note.id] += one.amount
    owed: dict[tuple[str, str], Owed] = {}
    unsure = 0
    for document in documents:
        if document.status not in BOOKED:
            continue
        undated = document.amount_credited - known[document.id]
        unsure += bool(undated)
        _add(owed, document, document.total - settled[document.id] - undated, _age(document, day))
    for note in notes:
        if note.issued is None or note.issued <= day:
            _add(owed, note, -(note.total - settled[note.id]), "credit")
    return _sorted(list(owed.values())), unsure


def _add(owed: dict[tuple[str, str], Owed], record: Document | CreditNote, left: Decimal, age: str) -> None:
    if left:
        key = (record.contact_id, record.currency)
        found = owed.setdefault(key, Owed(record.contact_id, record.contact_name, record.currency))
        found.by_age[age] += left


def _age(document: Document, day: Date) -> str:
    return AGES[age_of(document.due, day)]


def _sorted(owed: list[Owed]) -> list[Owed]:
    return sorted(owed, key=lambda one: (one.currency, -one.total, one.contact.casefold()))


def _summed(owed: Sequence[Owed]) -> list[Owed]:
    """All contacts together, by currency, the largest first."""
    sums: dict[str, Owed] = {}
    for one in owed:
        found = sums.setdefault(one.currency, Owed("", "", one.currency))
        for age in AGES:
            found.by_age[age] += one.by_age[age]
    return sorted(sums.values(), key=lambda one: -one.total)


def _answer(access: Access, kind: DocumentKind, owed: Sequence[Owed], day: Date) -> str:
    language, sales = access.language, kind is DocumentKind.INVOICE
    when = "" if day == access.today else words.say(
        language, f" at the end of {words.day(day, 'en')}", f" am Ende des {words.day(day, 'de')}"
    )  # fmt: skip
    if not owed:
        return words.say(
            language,
            f"Nobody owes us anything{when}" if sales else f"We owe nobody anything{when}",
            f"Niemand schuldet uns etwas{when}" if sales else f"Wir schulden niemandem etwas{when}",
        )
    every = totals((one.total, one.currency) for one in owed)
    late = [one for one in totals((one.overdue, one.currency) for one in owed) if one.minor]
    count = len({one.contact_id for one in owed})
    figures, past = words.amounts(every, language), words.amounts(late, language)
    who_en = words.many(count, "customer", "customers") if sales else words.many(count, "supplier", "suppliers")
    who_de = words.many(count, "Kunden", "Kunden") if sales else words.many(count, "Lieferanten", "Lieferanten")
    return words.say(
        language,
        f"{figures} {'is owed to us by' if sales else 'is owed by us to'} {who_en}{when}; {past} of it is overdue",
        f"{figures} {'schulden uns' if sales else 'schulden wir'} {who_de}{when}; davon überfällig: {past}",
    )


def _for_the_model(one: Owed) -> JsonValue:
    found: dict[str, JsonValue] = {"contact_name": words.visible(one.contact)} if one.contact else {}
    found |= {"currency": one.currency, "total": words.plain(one.total, one.currency)}
    found |= {age: words.plain(one.by_age[age], one.currency) for age in AGES if one.by_age[age]}
    return found


def _table(access: Access, kind: DocumentKind, owed: Sequence[Owed], *, as_of: datetime) -> Table:
    language = access.language

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    names = {
        "current": label("Not due", "Nicht fällig"),
        "d30": label("1–30 days", "1–30 Tage"),
        "d60": label("31–60 days", "31–60 Tage"),
        "d90": label("61–90 days", "61–90 Tage"),
        "older": label("Older", "Älter"),
        "credit": label("Credit", "Guthaben"),
    }
    sales = kind is DocumentKind.INVOICE
    return Table(
        title=label("Receivables by age", "Forderungen nach Alter")
        if sales
        else label("Payables by age", "Verbindlichkeiten nach Alter"),
        columns=(
            Column(key="contact", label=label("Customer", "Kunde") if sales else label("Supplier", "Lieferant")),
            *(Column(key=age, label=names[age], kind=ColumnKind.MONEY) for age in AGES),
            Column(key="total", label=label("Total", "Gesamt"), kind=ColumnKind.MONEY),
        ),
        rows=tuple(
            {
                "contact": words.visible(one.contact),
                **{age: cell(one.by_age[age], one.currency) if one.by_age[age] else None for age in AGES},
                "total": cell(one.total, one.currency),
                "_ask": _ask(language, one.contact, sales=sales),
            }
            for one in owed[:MOST_ROWS]
        ),
        whole=len(owed),
        total_column="total",
        totals=tuple(Total(minor=Money(one.total, one.currency).minor, currency=one.currency) for one in _summed(owed)),
        total_label=label("Owed", "Offen"),
        organisation=access.organisation.name,
        as_of=as_of,
        source="Xero",
        language=words.spoken(language),
    )


def _ask(language: Language, contact: str, *, sales: bool) -> str:
    name = words.visible(contact)
    return words.say(
        language,
        f"Show the open {'invoices' if sales else 'bills'} of {name}",
        f"Zeige die offenen {'Rechnungen' if sales else 'Eingangsrechnungen'} von {name}",
    )
