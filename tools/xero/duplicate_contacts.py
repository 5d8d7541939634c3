"""Contacts that may be the same: alike names, the same e-mail address, the same bank account."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from pydantic import JsonValue

from tools import lookalike, words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language
from tools.payee import fingerprint, masked
from tools.xero.books import Contact, DocumentKind
from tools.xero.contacts import left_with, left_words, role_word
from tools.xero.links import contact_link
from tools.xero.master_table import columns, table, told, with_link

_REASONS = {
    "name": ("alike names", "ähnliche Namen"),
    "email": ("same e-mail address", "gleiche E-Mail-Adresse"),
    "bank": ("same bank account", "gleiche Bankverbindung"),
}
_NAMED = 3


@read_tool("xero")
async def find_duplicate_contacts(access: Access) -> ToolResult:
    """Find contacts that may be entered twice: names that look alike, the same e-mail address or bank account."""
    contacts = await access.books.contacts()
    as_of = await access.books.as_of()
    groups = await asyncio.to_thread(duplicates, contacts)
    language, code = access.language, access.organisation.short_code
    everyone = [contact for members, _ in groups for contact in members]
    invoices = await left_with(access, DocumentKind.INVOICE, everyone) if everyone else {}
    bills = await left_with(access, DocumentKind.BILL, everyone) if everyone else {}
    shown = columns(
        access,
        (
            ("group", "Group", "Gruppe"),
            ("why", "Why", "Warum"),
            ("name", "Name", "Name"),
            ("role", "Role", "Rolle"),
            ("email", "E-mail", "E-Mail"),
            ("city", "City", "Ort"),
            ("bank", "Bank account", "Bankverbindung"),
            ("owes_us", "Owes us", "Schuldet uns"),
            ("we_owe", "We owe", "Wir schulden"),
        ),
    )
    rows = [
        with_link(
            {
                "group": str(n),
                "why": _why(reasons, language),
                "name": words.visible(contact.name),
                "role": role_word(contact, language),
                "email": words.visible(contact.email),
                "city": words.visible(contact.city),
                "bank": masked(contact.iban),
                "owes_us": left_words(invoices, contact, language),
                "we_owe": left_words(bills, contact, language),
            },
            contact_link(code, contact.id),
        )
        for n, (members, reasons) in enumerate(groups, start=1)
        for contact in members
    ]
    title = ("Contacts that may be the same", "Kontakte, die dieselben sein können")
    for_model: list[dict[str, JsonValue]] = [
        {"contacts": [words.visible(one.name) for one in members[:10]], "why": _why(reasons, "en")}
        for members, reasons in groups
    ]
    tables = [table(access, title, shown, rows, as_of)] if rows else []
    return told(access, _sentence(groups, len(contacts), language), for_model, as_of, tables, contacts=len(contacts))


Group = tuple[Sequence[Contact], Sequence[str]]
"""Contacts that may be the same, and why."""


def duplicates(contacts: Sequence[Contact]) -> list[Group]:
    """The groups of contacts that may be the same; one that several reasons make has all of them."""
    found: dict[tuple[int, ...], list[str]] = {}
    for places in lookalike.groups_alike([contact.name for contact in contacts]):
        found.setdefault(tuple(places), []).append("name")
    for reason, key in (("email", _email), ("bank", _bank)):
        for places in _same(contacts, key):
            found.setdefault(tuple(places), []).append(reason)
    order = sorted(found.items(), key=lambda one: (-len(one[1]), contacts[one[0][0]].name.casefold()))
    return [([contacts[place] for place in places], reasons) for places, reasons in order]


def _email(contact: Contact) -> str:
    return contact.email.strip().casefold()


def _bank(contact: Contact) -> str:
    return fingerprint(contact.iban)


def _same(contacts: Sequence[Contact], key: Callable[[Contact], str]) -> list[list[int]]:
    by_key: dict[str, list[int]] = {}
    for place, contact in enumerate(contacts):
        if value := key(contact):
            by_key.setdefault(value, []).append(place)
    return [places for places in by_key.values() if len(places) > 1]


def _why(reasons: Sequence[str], language: Language) -> str:
    return words.listed([words.say(language, *_REASONS[reason]) for reason in reasons], language)


def _sentence(groups: Sequence[Group], count: int, language: Language) -> str:
    if not groups:
        return words.say(
            language,
            f"None of the {count} contacts looks like another one",
            f"Keiner der {count} Kontakte sieht aus wie ein anderer",
        )
    named = []
    for members, reasons in groups[:_NAMED]:
        names = words.listed([words.visible(one.name) for one in members[:4]], language)
        named.append(f"{names} ({_why(reasons, language)})")
    more = len(groups) - _NAMED
    tail = words.say(language, f"; {more} more below", f"; {more} weitere unten") if more > 0 else ""
    head = words.say(
        language,
        f"{words.many(len(groups), 'group', 'groups')} of contacts that may be the same, among {count}",
        f"{words.many(len(groups), 'Gruppe', 'Gruppen')} von Kontakten, die dieselben sein können, unter {count}",
    )
    return f"{head}: {'; '.join(named)}{tail}"
