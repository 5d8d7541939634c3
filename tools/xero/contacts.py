"""Customers and suppliers of the organisation's address book in Xero."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language
from tools.inputs import Text
from tools.money import Money, totals_by_currency
from tools.payee import masked
from tools.views import Column, Table
from tools.xero.books import Contact, DocumentKind, DocumentQuery
from tools.xero.document_table import MOST_ROWS, ROWS_FOR_THE_MODEL
from tools.xero.documents import local
from tools.xero.matching import match_contact
from tools.xero.names import folded

Left = dict[str, list[Money]]
"""What is open with each contact, by its id."""
_FEW = 50
Query = Annotated[Text, Field(description="Part of a name or e-mail address; empty for all contacts")]


@read_tool("xero")
async def list_contacts(access: Access, query: Query = "") -> ToolResult:
    """Search or list customers and suppliers: who they are and how much is open with each. Pass names as typed."""
    everyone = await access.books.contacts()
    found = search(everyone, query)
    invoices = await left_with(access, DocumentKind.INVOICE, found)
    bills = await left_with(access, DocumentKind.BILL, found)
    as_of = await access.books.as_of()
    return ToolResult(
        answer=f"{_sentence(access, found, query, invoices, bills)} {words.as_of(access, as_of)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, as_of).isoformat(timespec="seconds"),
            "count": len(found),
            "rows": [
                _row_for_model(n, contact, invoices, bills)
                for n, contact in enumerate(found[:ROWS_FOR_THE_MODEL], start=1)
            ],
        },
        tables=(_table(access, found, invoices, bills, as_of),) if found else (),
    )


def search(contacts: Sequence[Contact], query: str) -> list[Contact]:
    """The contacts whose name or e-mail address holds the text; else the one that it misspells; by name."""
    text = words.without_invisible(query)
    if not text:
        return list(contacts)
    wanted = folded(text)
    hits = [
        contact
        for contact in contacts
        if (wanted and wanted in folded(contact.name)) or text.casefold() in contact.email.casefold()
    ]
    if hits:
        return hits
    match = match_contact(contacts, text)
    return [match.contact, *(match.others if not match.sure else ())] if match else []


async def left_with(access: Access, kind: DocumentKind, contacts: Sequence[Contact]) -> Left:
    """What is open with each of them; asked for by contact where they are few."""
    few = tuple(one.id for one in contacts) if len(contacts) <= _FEW else ()
    query = DocumentQuery(kind=kind, state="open", contact_ids=few)
    found: Left = {}
    for one in await access.books.contact_sums(query, today=access.today):
        found.setdefault(one.contact_id, []).append(Money(one.left, one.currency))
    return found


def left_words(opened: Left, contact: Contact, language: Language) -> str:
    own = opened.get(contact.id)
    return words.amounts(totals_by_currency(own), language) if own else ""


def role_word(contact: Contact, language: Language) -> str:
    """What the contact is to us: customer, supplier, both, or merely a contact."""
    if contact.is_customer and contact.is_supplier:
        return words.say(language, "customer and supplier", "Kunde und Lieferant")
    if contact.is_supplier:
        return words.say(language, "supplier", "Lieferant")
    return (
        words.say(language, "customer", "Kunde") if contact.is_customer else words.say(language, "contact", "Kontakt")
    )


def _sentence(access: Access, found: Sequence[Contact], query: str, invoices: Left, bills: Left) -> str:
    language, shown = access.language, words.visible(words.without_invisible(query)[:60])
    if not found:
        return words.say(language, f"No contact matches “{shown}”", f"Kein Kontakt passt zu „{shown}“")
    if len(found) == 1:
        return _one(found[0], invoices, bills, language)
    customers = sum(contact.is_customer for contact in found)
    suppliers = sum(contact.is_supplier for contact in found)
    by = words.say(language, f" matching “{shown}”", f" zu „{shown}“") if shown else ""
    return words.say(
        language,
        f"{len(found)} contacts{by}: {words.many(customers, 'customer', 'customers')}, "
        f"{words.many(suppliers, 'supplier', 'suppliers')}",
        f"{len(found)} Kontakte{by}: {words.many(customers, 'Kunde', 'Kunden')}, "
        f"{words.many(suppliers, 'Lieferant', 'Lieferanten')}",
    )


def _one(contact: Contact, invoices: Left, bills: Left, language: Language) -> str:
    parts = [role_word(contact, language)]
    parts += [words.visible(part) for part in (contact.city, contact.email) if part]
    if owed := left_words(invoices, contact, language):
        parts.append(words.say(language, f"owes us {owed}", f"schuldet uns {owed}"))
    if owing := left_words(bills, contact, language):
        parts.append(words.say(language, f"we owe {owing}", f"wir schulden {owing}"))
    return f"{words.visible(contact.name)}: {', '.join(parts)}"


def _row_for_model(n: int, contact: Contact, invoices: Left, bills: Left) -> dict[str, JsonValue]:
    return {
        "n": n,
        "contact_name": words.visible(contact.name),
        "role": role_word(contact, "en"),
        "email": contact.email,
        "city": contact.city,
        "owes_us": left_words(invoices, contact, "en"),
        "we_owe": left_words(bills, contact, "en"),
        "bank_account": masked(contact.iban),
    }


def _table(
    access: Access,
    found: Sequence[Contact],
    invoices: Left,
    bills: Left,
    as_of: datetime,
) -> Table:
    language = access.language

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    return Table(
        title=label("Contacts", "Kontakte"),
        columns=(
            Column(key="name", label="Name"),
            Column(key="role", label=label("Role", "Rolle")),
            Column(key="email", label=label("E-mail", "E-Mail")),
            Column(key="city", label=label("City", "Ort")),
            Column(key="owes_us", label=label("Owes us", "Schuldet uns")),
            Column(key="we_owe", label=label("We owe", "Wir schulden")),
            Column(key="bank", label=label("Bank account", "Bankverbindung")),
        ),
        rows=tuple(
            {
                "name": words.visible(contact.name),
                "role": role_word(contact, language),
                "email": words.visible(contact.email),
                "city": words.visible(contact.city),
                "owes_us": left_words(invoices, contact, language),
                "we_owe": left_words(bills, contact, language),
                "bank": masked(contact.iban),
            }
            for contact in found[:MOST_ROWS]
        ),
        whole=len(found),
        organisation=access.organisation.name,
        as_of=as_of,
        source="Xero",
        language=words.spoken(language),
    )
