"""Payments recorded in Xero: what came in and what went out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language
from tools.inputs import ContactName, Day, read_range
from tools.money import Money, totals_by_currency
from tools.views import Column, ColumnKind, Table, Total
from tools.xero.books import DocumentKind, LedgerAccount, Payment, PaymentQuery
from tools.xero.document_table import ROWS_FOR_THE_MODEL, cell
from tools.xero.document_view import account_name
from tools.xero.document_words import period
from tools.xero.documents import contact_of, local

Direction = Annotated[
    Literal["in", "out", ""],
    BeforeValidator(lambda value: value or ""),
    Field(description="in: received from customers; out: paid to suppliers; empty: both"),
]
PaymentState = Annotated[
    Literal["recorded", "deleted", "all"],
    BeforeValidator(lambda value: value or "recorded"),
    Field(description="Xero knows payments that stand (recorded) and payments taken back (deleted)"),
]
_INCOMING = frozenset(("ACCRECPAYMENT", "APCREDITPAYMENT", "APOVERPAYMENTPAYMENT", "APPREPAYMENTPAYMENT"))
"""Xero's PaymentTypes that bring money in; all others take money out."""


def comes_in(payment: Payment) -> bool:
    """Whether the payment is money received."""
    if payment.document_kind is not None:
        return payment.document_kind is DocumentKind.INVOICE
    return payment.type in _INCOMING


@read_tool("xero")
async def list_payments(
    access: Access,
    direction: Direction = "",
    contact_name: ContactName = "",
    date_from: Day = "",
    date_to: Day = "",
    status: PaymentState = "recorded",
) -> ToolResult:
    """List payments recorded in Xero against invoices (in) and bills (out), newest first, with totals by currency.

    These are bookkeeping records; movements of the bank account are list_bookings. Both days are included.
    """
    start, end = read_range(date_from, date_to, today=access.today)
    contact = await contact_of(access, contact_name)
    query = PaymentQuery(
        direction=direction,
        contact_ids=(contact.id,) if contact else (),
        paid_from=start,
        paid_to=end,
        include_deleted=status != "recorded",
    )
    found = await access.books.payments(query)
    if status == "deleted":
        found = [payment for payment in found if payment.status == "DELETED"]
    accounts = await access.books.accounts()
    as_of = await access.books.as_of()
    whom = words.visible(contact.name) if contact else ""
    when = period(start, end, access.language)
    return ToolResult(
        answer=f"{_sentence(access, found, direction, whom, when, status)} {words.as_of(access, as_of)}.",
        facts=payment_facts(access, found, accounts, as_of),
        tables=(payment_table(access, found, accounts, as_of),) if found else (),
    )


def payment_facts(
    access: Access, found: Sequence[Payment], accounts: Sequence[LedgerAccount], as_of: datetime
) -> dict[str, JsonValue]:
    """The payments for the model: count, totals by direction and currency, up to twenty rows."""
    standing = [payment for payment in found if payment.status == "AUTHORISED"]
    return {
        "organisation": access.organisation.name,
        "as_of": local(access, as_of).isoformat(timespec="seconds"),
        "count": len(found),
        "received": _totals([payment for payment in standing if comes_in(payment)]),
        "paid": _totals([payment for payment in standing if not comes_in(payment)]),
        "rows": [
            {
                "n": n,
                "payment_id": payment.id,
                "direction": "in" if comes_in(payment) else "out",
                "contact_name": words.visible(payment.contact_name),
                "number": payment.document_number,
                "amount": words.plain(payment.amount, payment.currency),
                "currency": payment.currency,
                "date": payment.paid_on.isoformat(),
                "account": account_name(payment, accounts),
                "status": "recorded" if payment.status == "AUTHORISED" else "deleted",
            }
            for n, payment in enumerate(found[:ROWS_FOR_THE_MODEL], start=1)
        ],
    }


def _sums(payments: Sequence[Payment]) -> list[Money]:
    return totals_by_currency([Money(payment.amount, payment.currency) for payment in payments])


def _totals(payments: Sequence[Payment]) -> list[JsonValue]:
    return [{"amount": words.plain(m.amount, m.currency), "currency": m.currency} for m in _sums(payments)]


def _sentence(access: Access, found: Sequence[Payment], direction: str, whom: str, when: str, status: str) -> str:
    language = access.language
    tail = f", {when}" if when else ""
    if status == "deleted":
        return _deleted(found, tail, whom, language)
    standing = [payment for payment in found if payment.status == "AUTHORISED"]
    parts = []
    for way in ("in", "out"):
        own = [payment for payment in standing if comes_in(payment) == (way == "in")]
        if own or direction == way:
            parts.append(_flow(own, way, whom, language))
    who = words.say(language, f" with {whom}", f" mit {whom}") if whom else ""
    gone = len(found) - len(standing)
    taken_back = words.say(
        language,
        f" ({words.many(gone, 'deleted payment', 'deleted payments')}, not counted)",
        f" ({words.many(gone, 'gelöschte Zahlung', 'gelöschte Zahlungen')}, nicht gezählt)",
    )
    tail += taken_back if gone else ""
    if not parts:
        return words.say(
            language, f"No payments are recorded{who}{tail}", f"Es sind keine Zahlungen{who} erfasst{tail}"
        )
    return "; ".join(parts) + tail


def _flow(own: Sequence[Payment], way: str, whom: str, language: Language) -> str:
    figures = words.amounts(_sums(own), language)
    if not own:
        by = words.say(language, f" from {whom}", f" von {whom}") if whom else ""
        to = words.say(language, f" to {whom}", f" an {whom}") if whom else ""
        if way == "in":
            return words.say(language, f"No payment received{by}", f"Keine Zahlung eingegangen{by}")
        return words.say(language, f"No payment made{to}", f"Keine Zahlung geleistet{to}")
    count_en, count_de = words.many(len(own), "payment", "payments"), words.many(len(own), "Zahlung", "Zahlungen")
    if way == "in":
        by = words.say(language, f" from {whom}", f" von {whom}") if whom else ""
        return words.say(language, f"{figures} received{by} in {count_en}", f"{figures} eingegangen{by} in {count_de}")
    to = words.say(language, f" to {whom}", f" an {whom}") if whom else ""
    return words.say(language, f"{figures} paid{to} in {count_en}", f"{figures} gezahlt{to} in {count_de}")


def _deleted(found: Sequence[Payment], tail: str, whom: str, language: Language) -> str:
    who = words.say(language, f" with {whom}", f" mit {whom}") if whom else ""
    if not found:
        return words.say(language, f"No deleted payments{who}{tail}", f"Keine gelöschten Zahlungen{who}{tail}")
    figures = words.amounts(_sums(found), language)
    return words.say(
        language,
        f"{figures} in {words.many(len(found), 'deleted payment', 'deleted payments')}{who}{tail}",
        f"{figures} in {words.many(len(found), 'gelöschter Zahlung', 'gelöschten Zahlungen')}{who}{tail}",
    )


def payment_table(
    access: Access, found: Sequence[Payment], accounts: Sequence[LedgerAccount], as_of: datetime
) -> Table:
    """Every payment, money out with a minus."""
    language = access.language

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    signed = [
        Money(payment.amount if comes_in(payment) else -payment.amount, payment.currency)
        for payment in found
        if payment.status == "AUTHORISED"
    ]
    return Table(
        title=label("Payments", "Zahlungen"),
        columns=(
            Column(key="date", label=label("Date", "Datum"), kind=ColumnKind.DATE),
            Column(key="contact", label=label("Contact", "Kontakt")),
            Column(key="number", label=label("Document", "Beleg")),
            Column(key="account", label=label("Account", "Konto")),
            Column(key="reference", label=label("Reference", "Verwendungszweck")),
            Column(key="amount", label=label("Amount", "Betrag"), kind=ColumnKind.MONEY),
            Column(key="status", label="Status", kind=ColumnKind.STATUS),
        ),
        rows=tuple(
            {
                "date": payment.paid_on.isoformat(),
                "contact": words.visible(payment.contact_name),
                "number": words.visible(payment.document_number),
                "account": account_name(payment, accounts),
                "reference": words.visible(payment.reference),
                "amount": cell(payment.amount if comes_in(payment) else -payment.amount, payment.currency),
                "status": _state_cell(payment, language),
            }
            for payment in found
        ),
        totals=tuple(Total(minor=total.minor, currency=total.currency) for total in totals_by_currency(signed)),
        total_label=label("In less out", "Ein abzüglich Aus"),
        organisation=access.organisation.name,
        as_of=as_of,
        source="Xero",
        language=words.spoken(language),
    )


def _state_cell(payment: Payment, language: Language) -> dict[str, object]:
    if payment.status == "DELETED":
        return {"word": words.say(language, "deleted", "gelöscht"), "tone": "neutral"}
    if comes_in(payment):
        return {"word": words.say(language, "received", "eingegangen"), "tone": "done"}
    return {"word": words.say(language, "paid", "gezahlt"), "tone": "done"}
