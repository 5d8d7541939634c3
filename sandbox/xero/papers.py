"""What quotes and purchase orders have in common: contact, currency, lines, filters by day, and being written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun
from sandbox.xero.history import noted
from sandbox.xero.lines import NEGATIVE_TOTAL, Lines, line_amounts_of, sums_of
from sandbox.xero.parties import currency_messages, currency_of, party_of, rate_of
from sandbox.xero.records import Contact, Line, LineAmounts, Order, Quote
from sandbox.xero.refusals import BadQuery, BadRequest
from sandbox.xero.wire import Json, read_date, text_of

P = TypeVar("P", Quote, Order)


class Common(NamedTuple):
    """The part of a paper that is read in the same way whatever it is, in the records' own field names."""

    contact_id: str
    date: date
    currency: str
    rate: Decimal
    line_amounts: LineAmounts
    lines: tuple[Line, ...]
    subtotal: Decimal
    tax: Decimal
    total: Decimal


class Reading(NamedTuple):
    """What was read, the contact to be added with it, and what is wrong so far."""

    common: Common
    added: Contact | None
    messages: list[str]


def read_common(
    books: Books, lines: Lines, body: Json, before: Quote | Order | None, *, draft: bool, sale: bool = False
) -> Reading:
    """The common part of a new paper, or of one from before with what the body changes. Raises ValueError.

    A draft may be without lines; the rest must have some. What we buy must name its accounts, what we offer need not.
    """
    messages: list[str] = []
    contact_id, added = before.contact_id if before else "", None
    if before is None or "Contact" in body:
        party = party_of(books, body, customer=sale)
        contact_id, added = party.contact.contact_id if party.contact else contact_id, party.added
        messages += party.messages
    currency = before.currency if before else currency_of(body)
    messages += currency_messages(books, currency)
    amounts = line_amounts_of(body, before.line_amounts if before else "Exclusive")
    read = lines.read(body, before.lines if before else (), amounts, messages, coded=not draft and not sale)
    if not read and not draft:
        messages.append("One or more line items must be specified")
    sums = sums_of(read, amounts)
    if sums.total < 0:
        messages.append(NEGATIVE_TOTAL)
    common = Common(
        contact_id=contact_id,
        date=read_date(body.get("Date")) or (before.date if before else books.control.today()),
        currency=currency,
        rate=before.rate if before else rate_of(books, body, currency),
        line_amounts=amounts,
        lines=read,
        **sums._asdict(),
    )
    return Reading(common, added, messages)


def too_long(body: Json, longest: dict[str, int]) -> list[str]:
    """A message for each text that is longer than the vendor keeps."""
    return [
        f"The {name} must not be longer than {length} characters"
        for name, length in longest.items()
        if len(text_of(body, name)) > length
    ]


def day_asked(call: Call, name: str) -> date | None:
    """A day from the query. Raises BadRequest."""
    try:
        return read_date(call.query.get(name))
    except ValueError as error:
        raise BadRequest(f"{name} is not a date") from error


def between(call: Call, names: tuple[str, str], rows: Iterable[P], day: Callable[[P], date | None]) -> list[P]:
    """The rows whose day lies between the two days asked for, both included; without a day only when none is asked."""
    since, until = (day_asked(call, name) for name in names)
    found = []
    for row in rows:
        on = day(row)
        if (since is None or (on is not None and on >= since)) and (until is None or (on is not None and on <= until)):
            found.append(row)
    return found


def without_where(call: Call, noun: Noun) -> None:
    """The vendor has no `where` for these: better refused than silently everything. Raises BadQuery."""
    if call.query.get("where"):
        raise BadQuery(f"where is not available for {noun.plural}: use the filters of their own")


def write_down(call: Call, record: Quote | Order, added: Contact | None, sent: Json, deed: tuple[str, str]) -> None:
    """Puts the paper into the books, with a new contact if there is one, its history, and the effect."""
    operation, changes = deed
    if added is not None:
        call.books.apply(added)
        call.took_effect("create_contact", {"Name": added.name}, added.contact_id)
    record_id = record.quote_id if isinstance(record, Quote) else record.order_id
    name = call.books.contacts[record.contact_id].name
    text = (
        f"{record.number} to {name} for {record.total:.2f}." if changes == "Created" else f"{record.number} {changes}"
    )
    call.books.apply(record, noted(call, record_id, changes, text))
    call.took_effect(operation, sent, record_id)
