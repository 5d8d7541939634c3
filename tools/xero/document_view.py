"""One invoice or bill as it is in Xero now: what is left, its lines, what was paid on it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pydantic import JsonValue

from tools import words
from tools.base import Access, ToolResult
from tools.errors import Language, ToolRetry
from tools.money import Money
from tools.views import Column, ColumnKind, Table
from tools.xero.books import Document, DocumentKind, DocumentStatus, LedgerAccount, Payment
from tools.xero.document_table import ROWS_FOR_THE_MODEL, cell
from tools.xero.document_words import noun, owed, status_word
from tools.xero.documents import local
from tools.xero.finding import document_meant
from tools.xero.links import document_link


async def show_document(access: Access, number: str, kind: DocumentKind) -> ToolResult:
    """Reads it live. Raises ToolRetry when the number is missing, unknown or stands for several."""
    if not number.strip():
        raise ToolRetry(
            {
                "en": f"Which {noun(kind, 'en', 1)}? Its number is missing.",
                "de": f"Welche {noun(kind, 'de', 1)}? Die Nummer fehlt.",
            }
        )
    known = await document_meant(access, number, first=kind)
    document, paid, accounts = await asyncio.gather(
        access.live.document(known.id), access.live.payments_of(known.id), access.books.accounts()
    )
    answer = f"{_sentence(access, document, paid)} {words.as_of(access, access.now)}."
    link = document_link(access.organisation.short_code, document.kind, document.id)
    return ToolResult(
        answer=answer,
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, access.now).isoformat(timespec="seconds"),
            "document": _facts(access, document),
            "lines": _lines_for_model(document),
            "payments": _payments_for_model(paid, accounts),
            "link": link,
        },
        tables=tuple(_tables(access, document, paid, accounts)),
    )


def titled(document: Document, language: Language) -> str:
    """The document with its contact: "INV-0042 to Dupont SA", "BILL-201 von Acme Ltd"."""
    to = document.kind is DocumentKind.INVOICE
    return (
        words.visible(document.number or noun(document.kind, language, 1))
        + words.say(language, " to " if to else " from ", " an " if to else " von ")
        + words.visible(document.contact_name)
    )


def _sentence(access: Access, document: Document, paid: Sequence[Payment]) -> str:
    language, title = access.language, titled(document, access.language)
    total = words.money(Money(document.total, document.currency), language)
    match document.status:
        case DocumentStatus.AUTHORISED if document.amount_due > 0:
            return _open_sentence(access, document, title, total)
        case DocumentStatus.PAID:
            when = max((payment.paid_on for payment in paid), default=None)
            on = words.say(language, f" on {words.day(when, 'en')}", f" am {words.day(when, 'de')}") if when else ""
            return words.say(
                language, f"{total} for {title} was paid in full{on}", f"{total} für {title}: vollständig bezahlt{on}"
            )
        case _:
            state = status_word(document, access.today, language)
            return words.say(language, f"{total} on {title}: {state}", f"{total} für {title}: {state}")


def _open_sentence(access: Access, document: Document, title: str, total: str) -> str:
    language = access.language
    left = words.money(document.due_money(), language)
    text = words.say(language, f"{left} is left to pay on {title}", f"{left} sind auf {title} offen")
    settled = document.amount_paid + document.amount_credited
    if settled:
        done = words.money(Money(settled, document.currency), language)
        text += words.say(language, f": {done} of {total} is settled", f": {done} von {total} sind beglichen")
    if late := document.days_overdue(access.today):
        return text + words.say(
            language, f", overdue {words.days(late, 'en')}", f", überfällig {words.since_days(late, 'de')}"
        )
    if document.due:
        text += words.say(
            language, f", due {words.day(document.due, 'en')}", f", fällig {words.day(document.due, 'de')}"
        )
    return text


def _facts(access: Access, document: Document) -> dict[str, JsonValue]:
    def amount(value: object) -> str:
        return words.plain(Money(value, document.currency).amount, document.currency)  # type: ignore[arg-type]

    return {
        "kind": document.kind.value,
        "number": document.number,
        "contact_name": words.visible(document.contact_name),
        "status": status_word(document, access.today, "en"),
        "total": amount(document.total),
        "amount_due": amount(owed(document)),
        "amount_paid": amount(document.amount_paid),
        "amount_credited": amount(document.amount_credited),
        "currency": document.currency,
        "date": document.issued.isoformat() if document.issued else None,
        "due_date": document.due.isoformat() if document.due else None,
        "days_overdue": document.days_overdue(access.today),
    }


def _lines_for_model(document: Document) -> list[JsonValue]:
    return [
        {
            "n": n,
            "description": words.visible(line.description)[:200],
            "quantity": None if line.quantity is None else f"{line.quantity:f}",
            "amount": None if line.amount is None else words.plain(line.amount, document.currency),
            "account_code": line.account_code,
        }
        for n, line in enumerate(document.lines[:ROWS_FOR_THE_MODEL], start=1)
    ]


def account_name(payment: Payment, accounts: Sequence[LedgerAccount]) -> str:
    """The account that a payment went through: "090 Solaris", or its code where we know no more."""
    for account in accounts:
        if account.id == payment.account_id or (payment.account_code and account.code == payment.account_code):
            return words.visible(f"{account.code} {account.name}".strip())
    return payment.account_code


def _payments_for_model(paid: Sequence[Payment], accounts: Sequence[LedgerAccount]) -> list[JsonValue]:
    return [
        {
            "n": n,
            "payment_id": payment.id,
            "date": payment.paid_on.isoformat(),
            "amount": words.plain(payment.amount, payment.currency),
            "currency": payment.currency,
            "account": account_name(payment, accounts),
        }
        for n, payment in enumerate(paid[:ROWS_FOR_THE_MODEL], start=1)
    ]


def _tables(
    access: Access, document: Document, paid: Sequence[Payment], accounts: Sequence[LedgerAccount]
) -> list[Table]:
    tables = [_lines_table(access, document)] if document.lines else []
    return [*tables, _payments_table(access, document, paid, accounts)] if paid else tables


def _lines_table(access: Access, document: Document) -> Table:
    language, number = access.language, words.visible(document.number)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    return Table(
        title=label(f"Lines of {number}", f"Positionen von {number}"),
        columns=(
            Column(key="description", label=label("Description", "Beschreibung")),
            Column(key="quantity", label=label("Quantity", "Menge")),
            Column(key="account", label=label("Account", "Konto")),
            Column(key="tax", label=label("Tax", "Steuer"), kind=ColumnKind.MONEY),
            Column(key="amount", label=label("Amount", "Betrag"), kind=ColumnKind.MONEY),
        ),
        rows=tuple(
            {
                "description": words.visible(line.description),
                "quantity": "" if line.quantity is None else f"{line.quantity.normalize():f}",
                "account": line.account_code,
                "tax": "" if line.tax_amount is None else cell(line.tax_amount, document.currency),
                "amount": "" if line.amount is None else cell(line.amount, document.currency),
            }
            for line in document.lines
        ),
        organisation=access.organisation.name,
        as_of=access.now,
        source="Xero",
        language=words.spoken(language),
    )


def _payments_table(
    access: Access, document: Document, paid: Sequence[Payment], accounts: Sequence[LedgerAccount]
) -> Table:
    language, number = access.language, words.visible(document.number)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    return Table(
        title=label(f"Payments on {number}", f"Zahlungen zu {number}"),
        columns=(
            Column(key="date", label=label("Date", "Datum"), kind=ColumnKind.DATE),
            Column(key="account", label=label("Account", "Konto")),
            Column(key="reference", label=label("Reference", "Verwendungszweck")),
            Column(key="amount", label=label("Amount", "Betrag"), kind=ColumnKind.MONEY),
        ),
        rows=tuple(
            {
                "date": payment.paid_on.isoformat(),
                "account": account_name(payment, accounts),
                "reference": words.visible(payment.reference),
                "amount": cell(payment.amount, payment.currency),
            }
            for payment in paid
        ),
        organisation=access.organisation.name,
        as_of=access.now,
        source="Xero",
        language=words.spoken(language),
    )
