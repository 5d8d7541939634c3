"""Payments recorded in Xero: what came in and what went out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language
from tools.inputs import ContactName, Day, read_range
from tools.money import Money, totals
from tools.views import Column, ColumnKind, Table, Total
from tools.xero.books import DocumentKind, LedgerAccount, Payment, PaymentQuery, PaymentSum
from tools.xero.document_table import MOST_ROWS, ROWS_FOR_THE_MODEL, cell
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
        only_deleted=status == "deleted",
    )
    found = await access.books.payments(replace(query, most=MOST_ROWS))
    sums = await access.books.payment_sums(query)
    accounts = await access.books.accounts()
    as_of = await access.books.as_of()
    whom = words.visible(contact.name) if contact else ""
    when = period(start, end, access.language)
    return ToolResult(
        answer=f"{_sentence(access, sums, direction, whom, when, status)} {words.as_of(access, as_of)}.",
        facts=payment_facts(access, found, accounts, as_of, sums),
        tables=(payment_table(access, found, accounts, as_of, sums),) if found else (),
    )


def sums_of_payments(payments: Sequence[Payment]) -> list[PaymentSum]:
    """The sums of payments that are here, each for itself."""
    return [
        PaymentSum(comes_in(one), one.status == "DELETED", one.currency, one.account_id, 1, one.amount)
        for one in payments
    ]


def payment_facts(
    access: Access,
    found: Sequence[Payment],
    accounts: Sequence[LedgerAccount],
    as_of: datetime,
    sums: Sequence[PaymentSum] | None = None,
) -> dict[str, JsonValue]:
    """The payments for the model: count, totals by direction and currency, up to twenty rows.

    `sums`: of all payments where there are more than were found.
    """
    sums = sums_of_payments(found) if sums is None else sums
    standing = [one for one in sums if not one.deleted]
    return {
        "organisation": access.organisation.name,
        "as_of": local(access, as_of).isoformat(timespec="seconds"),
        "count": _count(sums),
        "received": _totals([one for one in standing if one.comes_in]),
        "paid": _totals([one for one in standing if not one.comes_in]),
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


def _sums(payments: Sequence[PaymentSum]) -> list[Money]:
    return totals((one.amount, one.currency) for one in payments)


def _count(payments: Sequence[PaymentSum]) -> int:
    return sum(one.count for one in payments)


def _totals(payments: Sequence[PaymentSum]) -> list[JsonValue]:
    return [{"amount": words.plain(m.amount, m.currency), "currency": m.currency} for m in _sums(payments)]


def _sentence(access: Access, found: Sequence[PaymentSum], direction: str, whom: str, when: str, status: str) -> str:
    language = access.language
    tail = f", {when}" if when else ""
    if status == "deleted":
        return _deleted(found, tail, whom, language)
    standing = [one for one in found if not one.deleted]
    parts = []
    for way in ("in", "out"):
        own = [one for one in standing if one.comes_in == (way == "in")]
        if own or direction == way:
            parts.append(_flow(own, way, whom, language))
    who = words.say(language, f" with {whom}", f" mit {whom}") if whom else ""
    gone = _count(found) - _count(standing)
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


def _flow(own: Sequence[PaymentSum], way: str, whom: str, language: Language) -> str:
    figures = words.amounts(_sums(own), language)
    if not own:
        by = words.say(language, f" from {whom}", f" von {whom}") if whom else ""
        to = words.say(language, f" to {whom}", f" an {whom}") if whom else ""
        if way == "in":
            return words.say(language, f"No payment received{by}", f"Keine Zahlung eingegangen{by}")
        return words.say(language, f"No payment made{to}", f"Keine Zahlung geleistet{to}")
    number = _count(own)
    count_en, count_de = words.many(number, "payment", "payments"), words.many(number, "Zahlung", "Zahlungen")
    if way == "in":
        by = words.say(language, f" from {whom}", f" von {whom}") if whom else ""
        return words.say(language, f"{figures} received{by} in {count_en}", f"{figures} eingegangen{by} in {count_de}")
    to = words.say(language, f" to {whom}", f" an {whom}") if whom else ""
    return words.say(language, f"{figures} paid{to} in {count_en}", f"{figures} gezahlt{to} in {count_de}")


def _deleted(found: Sequence[PaymentSum], tail: str, whom: str, language: Language) -> str:
    who = words.say(language, f" with {whom}", f" mit {whom}") if whom else ""
    if not found:
        return words.say(language, f"No deleted payments{who}{tail}", f"Keine gelöschten Zahlungen{who}{tail}")
    figures = words.amounts(_sums(found), language)
    return words.say(
        language,
        f"{figures} in {words.many(_count(found), 'deleted payment', 'deleted payments')}{who}{tail}",
        f"{figures} in {words.many(_count(found), 'gelöschter Zahlung', 'gelöschten Zahlungen')}{who}{tail}",
    )


def payment_table(
    access: Access,
    found: Sequence[Payment],
    accounts: Sequence[LedgerAccount],
    as_of: datetime,
    sums: Sequence[PaymentSum] | None = None,
) -> Table:
    """The payments, money out with a minus; `sums`: of all of them where there are more than were found."""
    sums = sums_of_payments(found) if sums is None else sums
    language = access.language

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    balance = totals((one.amount if one.comes_in else -one.amount, one.currency) for one in sums if not one.deleted)
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
        totals=tuple(Total(minor=total.minor, currency=total.currency) for total in balance),
        total_column="amount",
        whole=_count(sums),
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
