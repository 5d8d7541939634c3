"""With whom, in which currency and under which number: what every paper that a client sends says in the same way."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from sandbox.xero.books import Books
from sandbox.xero.people import fresh_contact
from sandbox.xero.records import Contact
from sandbox.xero.wire import Json, nested, read_decimal, text_of


class Party(NamedTuple):
    """The contact that a paper names, the same once more if it is to be added, and what is wrong with it."""

    contact: Contact | None
    added: Contact | None
    messages: list[str]


def party_of(books: Books, body: Json, *, customer: bool) -> Party:
    """The contact by id, else by name; a new name makes a new contact, as at Xero."""
    sent = nested(body, "Contact")
    wanted, name = text_of(sent, "ContactID").lower(), text_of(sent, "Name").strip()
    if wanted:
        contact = books.contacts.get(wanted)
        if contact is None:
            return Party(None, None, [f"The contact with ContactID {wanted} could not be found"])
        if contact.status != "ACTIVE":
            return Party(None, None, ["The contact is archived and cannot be used"])
        return Party(contact, None, [])
    if not name:
        return Party(None, None, ["A Contact must be specified for this type of transaction"])
    named = [c for c in books.contacts.values() if c.name.casefold() == name.casefold()]
    if named:
        return Party(named[0], None, [])
    made = fresh_contact(books, name, customer=customer)
    return Party(made, made, [])


def currency_of(body: Json) -> str:
    """The currency asked for, else the base currency."""
    return text_of(body, "CurrencyCode").upper() or "EUR"


def currency_messages(books: Books, currency: str) -> list[str]:
    """What is wrong with a currency that the organisation does not use."""
    if currency in {bank.currency for bank in books.banks.values()}:
        return []
    return [f"Organisation is not subscribed to currency {currency}"]


def rate_of(books: Books, body: Json, currency: str) -> Decimal:
    """The rate that was sent, else that of the newest document in that currency. Raises ValueError."""
    given = read_decimal(body.get("CurrencyRate"))
    if currency == books.company.organisation.base_currency:
        return Decimal(1)
    if given is not None and given > 0:
        return given
    known = [doc for doc in books.documents.values() if doc.currency == currency]
    return max(known, key=lambda doc: doc.date).rate if known else Decimal(1)


def next_number(prefix: str, used: Iterable[str]) -> str:
    """The number after the highest one in use with this prefix."""
    serials = [number[len(prefix) :] for number in used if number.startswith(prefix)]
    return f"{prefix}{max((int(part) for part in serials if part.isdigit()), default=0) + 1:04d}"
