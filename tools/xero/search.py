"""Finding anything in the books from a few words: names, numbers, amounts, references, forgiving how they are typed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field, JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language, ToolRetry
from tools.inputs import Text
from tools.money import AmountError, Money, currency_written, parse_amount
from tools.views import Column, ColumnKind, Table
from tools.xero.books import Contact, Document, DocumentKind, DocumentQuery, Payment, PaymentQuery
from tools.xero.contacts import role_word, search
from tools.xero.document_table import ROWS_FOR_THE_MODEL, cell, tone
from tools.xero.document_words import noun, status_word
from tools.xero.documents import local
from tools.xero.finding import nearest, numbered
from tools.xero.links import document_link
from tools.xero.payment_list import comes_in

_MOST = 50
"""Of each kind; who finds more is asked for more words."""
_SHORTEST = 3
"""Letters from which a part of a reference is searched for."""


@dataclass
class _Hits:
    """What was found, the best first."""

    contacts: list[Contact]
    documents: list[Document]
    payments: list[Payment]
    near: list[Document]
    """Documents with a number that is nearly the one typed, where nothing has it."""

    @property
    def count(self) -> int:
        return len(self.contacts) + len(self.documents) + len(self.payments)


@read_tool("xero")
async def search_ledger(
    access: Access, text: Annotated[Text, Field(description="As typed: a name, number, amount or part of a reference")]
) -> ToolResult:
    """Find contacts, invoices, bills and payments when it is not said which of them is meant. Forgives typing."""
    wanted = words.without_invisible(text).strip()
    if not wanted:
        raise ToolRetry({"en": "What should be looked for?", "de": "Wonach soll gesucht werden?"})
    hits = await _found(access, wanted)
    as_of = await access.books.as_of()
    return ToolResult(
        answer=f"{_sentence(access, hits, wanted)} {words.as_of(access, as_of)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, as_of).isoformat(timespec="seconds"),
            "count": hits.count,
            "rows": _rows(access, hits),
        },
        tables=(_table(access, hits, as_of),) if hits.count or hits.near else (),
    )


async def _found(access: Access, wanted: str) -> _Hits:
    numbers, parts, paid, amounts, contacts = await asyncio.gather(
        access.books.numbered(wanted),
        _by_reference(access, wanted),
        _payments(access, wanted),
        _by_amount(access, wanted),
        access.books.contacts(),
    )
    by_number = numbered(numbers, wanted)
    documents = list({doc.id: doc for doc in (*by_number, *amounts, *parts)}.values())[:_MOST]
    near = [] if documents or paid else nearest(await access.books.numbered_alike(wanted), wanted)
    # Digits alone are numbers and amounts, not misspelt names.
    named = search(contacts, wanted)[:_MOST] if any(char.isalpha() for char in wanted) and not by_number else []
    return _Hits(named, documents, paid, near)


async def _by_reference(access: Access, wanted: str) -> list[Document]:
    if len(wanted) < _SHORTEST:
        return []
    found: list[Document] = []
    for kind in DocumentKind:
        query = DocumentQuery(kind=kind, reference_part=wanted, order="newest", most=_MOST)
        found += await access.books.documents(query, today=access.today)
    return found


async def _payments(access: Access, wanted: str) -> list[Payment]:
    query = PaymentQuery(include_deleted=True, reference_part=wanted, most=_MOST)
    return await access.books.payments(query) if len(wanted) >= _SHORTEST else []


async def _by_amount(access: Access, wanted: str) -> list[Document]:
    """Documents over exactly that amount, or with exactly that left to pay."""
    amount = _amount(wanted, access)
    if amount is None:
        return []
    currency = _currency(wanted)
    found: list[Document] = []
    for kind in DocumentKind:
        query = DocumentQuery(kind=kind, amount=amount, currency=currency, order="newest", most=_MOST)
        found += await access.books.documents(query, today=access.today)
    return found


def _amount(wanted: str, access: Access) -> Decimal | None:
    try:
        currency = _currency(wanted) or access.organisation.base_currency
        return parse_amount(wanted, language=words.spoken(access.language), currency=currency)
    except AmountError:
        return None


def _currency(wanted: str) -> str:
    try:
        return currency_written(wanted) or ""
    except AmountError:
        return ""


def _sentence(access: Access, hits: _Hits, wanted: str) -> str:
    language, shown = access.language, words.visible(wanted[:60])
    if not hits.count:
        nothing = words.say(
            language, f"Nothing in the books matches “{shown}”", f"In den Büchern passt nichts zu „{shown}“"
        )
        if hits.near:
            numbers = words.listed([words.visible(doc.number) for doc in hits.near], language)
            return nothing + words.say(language, f"; the nearest numbers are {numbers}", f"; am ähnlichsten: {numbers}")
        return nothing
    parts = (
        [_how_many(len(hits.contacts), ("contact", "contacts"), ("Kontakt", "Kontakte"), language)]
        if hits.contacts
        else []
    )
    for kind in DocumentKind:
        if own := sum(doc.kind is kind for doc in hits.documents):
            parts.append(f"{own} {noun(kind, language, own)}")
    if hits.payments:
        parts.append(_how_many(len(hits.payments), ("payment", "payments"), ("Zahlung", "Zahlungen"), language))
    listed = words.listed(parts, language)
    verb = "matches" if hits.count == 1 else "match"
    more = max(len(hits.contacts), len(hits.documents), len(hits.payments)) >= _MOST
    rest = (
        words.say(language, f"; only {_MOST} of each are listed", f"; gezeigt werden je höchstens {_MOST}")
        if more
        else ""
    )
    return words.say(language, f"{listed} {verb} “{shown}”{rest}", f"Zu „{shown}“: {listed}{rest}")


def _how_many(count: int, en: tuple[str, str], de: tuple[str, str], language: Language) -> str:
    return words.many(count, *(words.say(language, one, other) for one, other in zip(en, de, strict=True)))


def _rows(access: Access, hits: _Hits) -> list[JsonValue]:
    """Up to twenty hits for the model."""
    found: list[JsonValue] = [
        {"kind": "contact", "contact_name": words.visible(one.name), "role": role_word(one, "en")}
        for one in hits.contacts
    ]
    found += [
        {
            "kind": doc.kind.value,
            "number": doc.number,
            "contact_name": words.visible(doc.contact_name),
            "total": words.plain(doc.total, doc.currency),
            "currency": doc.currency,
            "date": doc.issued.isoformat() if doc.issued else None,
            "status": status_word(doc, access.today, "en"),
        }
        for doc in hits.documents or hits.near
    ]
    found += [
        {
            "kind": "payment",
            "payment_id": one.id,
            "number": one.document_number,
            "contact_name": words.visible(one.contact_name),
            "amount": words.plain(one.amount, one.currency),
            "currency": one.currency,
            "date": one.paid_on.isoformat(),
            "status": "recorded" if one.status == "AUTHORISED" else "deleted",
        }
        for one in hits.payments
    ]
    return found[:ROWS_FOR_THE_MODEL]


def _table(access: Access, hits: _Hits, as_of: datetime) -> Table:
    language = access.language

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    rows = [_contact_row(one, language) for one in hits.contacts]
    rows += [_document_row(access, doc) for doc in hits.documents or hits.near]
    rows += [_payment_row(one, language) for one in hits.payments]
    return Table(
        title=label("Found", "Gefunden"),
        columns=(
            Column(key="kind", label=label("What", "Was")),
            Column(key="number", label=label("Number", "Nummer")),
            Column(key="contact", label=label("Contact", "Kontakt")),
            Column(key="date", label=label("Date", "Datum"), kind=ColumnKind.DATE),
            Column(key="reference", label=label("Reference", "Verwendungszweck")),
            Column(key="amount", label=label("Amount", "Betrag"), kind=ColumnKind.MONEY),
            Column(key="status", label="Status", kind=ColumnKind.STATUS),
        ),
        rows=tuple(rows),
        organisation=access.organisation.name,
        as_of=as_of,
        source="Xero",
        language=words.spoken(language),
    )


def _contact_row(contact: Contact, language: Language) -> dict[str, object]:
    name = words.visible(contact.name)
    return {
        "kind": role_word(contact, language),
        "contact": name,
        "reference": words.visible(contact.email),
        "_ask": words.say(language, f"Who is {name}?", f"Zeige den Kontakt {name}"),
    }


def _document_row(access: Access, doc: Document) -> dict[str, object]:
    number, word = words.visible(doc.number), noun(doc.kind, access.language, 1)
    return {
        "kind": word,
        "number": number,
        "contact": words.visible(doc.contact_name),
        "date": doc.issued.isoformat() if doc.issued else "",
        "reference": words.visible(doc.reference),
        "amount": cell(doc.total, doc.currency),
        "status": {"word": status_word(doc, access.today, access.language), "tone": tone(doc, access.today)},
        "_link": document_link(access.organisation.short_code, doc.kind, doc.id),
        "_ask": words.say(access.language, f"Show {word} {number}", f"Zeige {word} {number}"),
    }


def _payment_row(payment: Payment, language: Language) -> dict[str, object]:
    deleted = payment.status == "DELETED"
    way = (
        words.say(language, "received", "eingegangen") if comes_in(payment) else words.say(language, "paid", "gezahlt")
    )
    signed = Money(payment.amount if comes_in(payment) else -payment.amount, payment.currency)
    return {
        "kind": words.say(language, "payment", "Zahlung"),
        "number": words.visible(payment.document_number),
        "contact": words.visible(payment.contact_name),
        "date": payment.paid_on.isoformat(),
        "reference": words.visible(payment.reference),
        "amount": cell(signed.amount, signed.currency),
        "status": {
            "word": words.say(language, "deleted", "gelöscht") if deleted else way,
            "tone": "neutral" if deleted else "done",
        },
    }
