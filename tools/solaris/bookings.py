"""What moved on the bank accounts: bookings at Solaris."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue
from rapidfuzz import fuzz

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language
from tools.inputs import Amount, Bounds, Day, Limit, Text, read_bounds, read_range
from tools.money import Money, totals_by_currency
from tools.payee import masked
from tools.solaris.balances import account_title
from tools.solaris.bank import BankAccount, Booking
from tools.views import Column, ColumnKind, Table, Total

USUAL_DAYS = 30
"""How far back a list goes when no day was said."""
_ROWS = 20

Direction = Annotated[
    Literal["in", "out", ""],
    BeforeValidator(lambda value: value or ""),
    Field(description="in: money received; out: money sent; empty: both"),
]


@dataclass(frozen=True, slots=True)
class Line:
    """A booking with the account that it is on."""

    booking: Booking
    account: BankAccount


@dataclass(frozen=True, slots=True)
class _Wished:
    """What the list was limited to; every limit is named in the answer."""

    start: date | None
    end: date | None
    name: str
    direction: Literal["in", "out", ""]
    bounds: Bounds


@read_tool("solaris")
async def list_bookings(
    access: Access,
    date_from: Day = "",
    date_to: Day = "",
    contact_name: Annotated[Text, Field(description="Name or text on the bank statement, as typed")] = "",
    min_amount: Amount = "",
    direction: Direction = "",
    limit: Limit = 0,
) -> ToolResult:
    """List bookings (transactions) of the bank accounts at Solaris, newest first, with money in and money out.

    Without dates: the last 30 days. Both days are included. min_amount compares without the sign.
    """
    start, end = read_range(date_from, date_to, today=access.today)
    if start is None and end is None:
        start = access.today - timedelta(days=USUAL_DAYS)
    bounds = read_bounds(min_amount, "", "", language=access.language)
    lines = [
        Line(booking, account)
        for account in await access.bank.accounts()
        for booking in await access.bank.bookings(account.id, since=start, until=end)
        if (bounds.least is None or abs(booking.amount.amount) >= bounds.least)
        and bounds.currency in ("", booking.amount.currency)
        and (not direction or (booking.amount.amount > 0) == (direction == "in"))
        and _named(booking, contact_name)
    ]
    lines.sort(key=lambda line: (line.booking.booked_on, line.booking.id), reverse=True)
    shown = lines[:limit] if limit else lines
    wished = _Wished(start, end, words.visible(words.without_invisible(contact_name)[:60]), direction, bounds)
    return ToolResult(
        answer=f"{_sentence(access, lines, wished, len(shown))} {words.as_of(access, access.now)}.",
        facts=_facts(access, lines, shown, start, end),
        tables=(_table(access, shown),) if shown else (),
    )


def _named(booking: Booking, typed: str) -> bool:
    """Whether the booking's counterparty or text holds the words typed, a typo allowed in longer ones."""
    wanted = words.without_invisible(typed).casefold()
    if not wanted:
        return True
    text = f"{booking.counterparty} {booking.description} {booking.end_to_end_id}".casefold()
    if wanted in text:
        return True
    return len(wanted) >= 5 and fuzz.partial_ratio(wanted, booking.counterparty.casefold()) >= 85


def _sides(lines: Sequence[Line]) -> tuple[list[Money], list[Money]]:
    received = totals_by_currency([line.booking.amount for line in lines if line.booking.amount.amount > 0])
    sent = totals_by_currency(
        [
            Money(-line.booking.amount.amount, line.booking.amount.currency)
            for line in lines
            if line.booking.amount.amount < 0
        ]
    )
    return received, sent


def _sentence(access: Access, lines: Sequence[Line], wished: _Wished, shown: int) -> str:
    language = access.language
    whom = words.say(language, f" with {wished.name}", f" mit {wished.name}") if wished.name else ""
    limits = f"{_least(wished.bounds, lines, language)}{whom}{_span(access, wished.start, wished.end)}"
    if not lines:
        kind_en, kind_de = {"in": ("incoming ", "eingehenden "), "out": ("outgoing ", "ausgehenden "), "": ("", "")}[
            wished.direction
        ]
        return words.say(language, f"No {kind_en}bookings{limits}", f"Keine {kind_de}Buchungen{limits}")
    received, sent = _sides(lines)
    parts = []
    if received:
        parts.append(words.amounts(received, language) + words.say(language, " came in", " eingegangen"))
    if sent:
        parts.append(words.amounts(sent, language) + words.say(language, " went out", " abgegangen"))
    count = words.many(
        len(lines), words.say(language, "booking", "Buchung"), words.say(language, "bookings", "Buchungen")
    )
    text = f"{', '.join(parts)} in {count}{limits}"
    if shown < len(lines):
        only_one = words.say(language, "; the latest one shown", "; die letzte gezeigt")
        several = words.say(language, f"; the latest {shown} shown", f"; die letzten {shown} gezeigt")
        text += only_one if shown == 1 else several
    return text


def _least(bounds: Bounds, lines: Sequence[Line], language: Language) -> str:
    """The limit on the amount, in its currency, or in the only one that the bookings have."""
    if bounds.least is None:
        return ""
    found = {line.booking.amount.currency for line in lines}
    currency = bounds.currency or (found.pop() if len(found) == 1 else "")
    least = words.money(Money(bounds.least, currency), language) if currency else words.figure(bounds.least, language)
    return words.say(language, f" of at least {least}", f" ab {least}")


def _span(access: Access, start: date | None, end: date | None) -> str:
    language = access.language
    if start and end:
        return f", {words.day(start, language)} {words.say(language, 'to', 'bis')} {words.day(end, language)}"
    if start:
        return words.say(language, ", since ", ", seit ") + words.day(start, language)
    return words.say(language, ", until ", ", bis ") + words.day(end, language) if end else ""


def _facts(
    access: Access, lines: Sequence[Line], shown: Sequence[Line], start: date | None, end: date | None
) -> dict[str, JsonValue]:
    received, sent = _sides(lines)
    return {
        "organisation": access.organisation.name,
        "as_of": access.now.isoformat(timespec="seconds"),
        "from": start.isoformat() if start else None,
        "to": end.isoformat() if end else None,
        "count": len(lines),
        "received": [{"amount": words.plain(m.amount, m.currency), "currency": m.currency} for m in received],
        "sent": [{"amount": words.plain(m.amount, m.currency), "currency": m.currency} for m in sent],
        "rows": [
            {
                "n": n,
                "date": line.booking.booked_on.isoformat(),
                "amount": words.plain(line.booking.amount.amount, line.booking.amount.currency),
                "currency": line.booking.amount.currency,
                "contact_name": words.visible(line.booking.counterparty),
                "description": words.visible(line.booking.description)[:140],
                "type": line.booking.type,
            }
            for n, line in enumerate(shown[:_ROWS], start=1)
        ],
    }


def _table(access: Access, lines: Sequence[Line]) -> Table:
    language = access.language

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    return Table(
        title=label("Bookings", "Buchungen"),
        columns=(
            Column(key="date", label=label("Booked", "Gebucht"), kind=ColumnKind.DATE),
            Column(key="counterparty", label=label("From or to", "Von oder an")),
            Column(key="description", label=label("Text", "Verwendungszweck")),
            Column(key="iban", label="IBAN"),
            Column(key="account", label=label("Account", "Konto")),
            Column(key="amount", label=label("Amount", "Betrag"), kind=ColumnKind.MONEY),
        ),
        rows=tuple(
            {
                "date": line.booking.booked_on.isoformat(),
                "counterparty": words.visible(line.booking.counterparty),
                "description": words.visible(line.booking.description),
                "iban": masked(line.booking.counterparty_iban),
                "account": account_title(line.account),
                "amount": {"minor": line.booking.amount.minor, "currency": line.booking.amount.currency},
            }
            for line in lines
        ),
        totals=tuple(
            Total(minor=total.minor, currency=total.currency)
            for total in totals_by_currency([line.booking.amount for line in lines])
        ),
        total_label=label("In less out", "Ein abzüglich Aus"),
        organisation=access.organisation.name,
        as_of=access.now,
        source="Solaris",
        language=words.spoken(language),
    )
