"""The bank accounts that are kept in Xero's chart of accounts, told beside those at Solaris and never mixed with them.

Xero's ledger says that an account exists, what it is called and in which currency it is kept; the money on it is known
to its bank only, so no balance is given for it here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from tools import words
from tools.base import Access
from tools.errors import ToolFailed
from tools.payee import masked
from tools.views import Column, Table
from tools.xero.books import LedgerAccount


@dataclass(frozen=True, slots=True)
class Kept:
    """The chart's bank accounts and of when they are; None where the chart cannot be read now."""

    accounts: Sequence[LedgerAccount]
    as_of: datetime


async def kept_in_xero(access: Access) -> Kept | None:
    """The active bank accounts of the chart of accounts; the bank's own figures are told even without them."""
    try:
        everything = await access.books.accounts()
        as_of = await access.books.as_of()
    except ToolFailed:
        return None
    return Kept([one for one in everything if one.type == "BANK" and one.status == "ACTIVE"], as_of)


def _title(account: LedgerAccount) -> str:
    return words.visible(f"{account.code} {account.name}".strip())


def _currency(account: LedgerAccount, access: Access) -> str:
    return account.currency or access.organisation.base_currency


def kept_sentence(kept: Kept | None, access: Access) -> str:
    """How it goes on after the bank's figures: "; 2 bank accounts are kept in Xero: 090 Main (EUR) and ..."."""
    language = access.language
    if kept is None:
        return words.say(
            language,
            "; the bank accounts kept in Xero cannot be read now",
            "; die in Xero geführten Bankkonten sind gerade nicht lesbar",
        )
    if not kept.accounts:
        return words.say(language, "; none is kept in Xero", "; in Xero wird keines geführt")
    named = words.listed([f"{_title(one)} ({_currency(one, access)})" for one in kept.accounts], language)
    count = len(kept.accounts)
    return words.say(
        language,
        f"; {words.many(count, 'bank account is', 'bank accounts are')} kept in Xero: {named}",
        f"; in Xero {'wird' if count == 1 else 'werden'} {words.many(count, 'Bankkonto', 'Bankkonten')} geführt: "
        f"{named}",
    )


def kept_facts(kept: Kept | None) -> list[JsonValue]:
    """The same for the model, without any balance."""
    return [
        {"code": one.code, "name": words.visible(one.name), "currency": one.currency}
        for one in (kept.accounts if kept else ())
    ]


def kept_tables(kept: Kept | None, access: Access) -> tuple[Table, ...]:
    """A table of their own, with Xero as its source."""
    if kept is None or not kept.accounts:
        return ()
    language = access.language

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    return (
        Table(
            title=label("Bank accounts kept in Xero", "In Xero geführte Bankkonten"),
            columns=(
                Column(key="code", label="Code"),
                Column(key="name", label="Name"),
                Column(key="currency", label=label("Currency", "Währung")),
                Column(key="number", label=label("Account number", "Kontonummer")),
            ),
            rows=tuple(
                {
                    "code": one.code,
                    "name": words.visible(one.name),
                    "currency": _currency(one, access),
                    "number": masked(one.bank_account_number),
                }
                for one in kept.accounts
            ),
            organisation=access.organisation.name,
            as_of=kept.as_of,
            source="Xero",
            language=words.spoken(language),
        ),
    )
