"""What went through the bank accounts of the ledger without an invoice or bill, and between our own accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Choice, ToolRetry
from tools.inputs import ContactName, Day, Text, read_range
from tools.money import Money, totals
from tools.views import Column, ColumnKind, Table, Total
from tools.xero.books import LedgerAccount
from tools.xero.cash import BankTransaction, BankTransfer, TransactionQuery
from tools.xero.document_table import MOST_ROWS, ROWS_FOR_THE_MODEL, cell
from tools.xero.document_words import period
from tools.xero.documents import contact_of, local
from tools.xero.links import bank_transaction_link
from tools.xero.names import folded

_USUAL = timedelta(days=90)
"""How far back is looked where no day is said."""

Way = Annotated[
    Literal["in", "out", ""],
    BeforeValidator(lambda value: value or ""),
    Field(description="in: received; out: spent; empty: both"),
]
AccountSaid = Annotated[Text, Field(description="Bank account of the ledger, only if said: code or name")]


@read_tool("xero")
async def list_bank_transactions(
    access: Access,
    direction: Way = "",
    contact_name: ContactName = "",
    account: AccountSaid = "",
    date_from: Day = "",
    date_to: Day = "",
) -> ToolResult:
    """List money that the ledger in Xero says was spent or received directly, without an invoice or bill, latest first.

    The last 90 days if no day is said. What the bank itself says is list_bookings.
    """
    first, last = days_meant(access, date_from, date_to)
    contact = await contact_of(access, contact_name)
    bank = await _bank_account(access, account) if account.strip() else None
    found = await access.cash.transactions(
        TransactionQuery(
            first=first,
            last=last,
            received={"in": True, "out": False}.get(direction),
            account_id=bank.id if bank else "",
            contact_id=contact.id if contact else "",
        )
    )
    tail = period(first, last, access.language)
    if contact:
        tail += words.say(access.language, f", {words.visible(contact.name)}", f", {words.visible(contact.name)}")
    return ToolResult(
        answer=f"{_sentence(access, found, tail)} {words.as_of(access, access.now)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, access.now).isoformat(timespec="seconds"),
            "count": len(found),
            "received": _sums([one for one in found if one.received]),
            "spent": _sums([one for one in found if not one.received]),
            "rows": [_for_model(n, one) for n, one in enumerate(found[:ROWS_FOR_THE_MODEL], start=1)],
        },
        tables=(_table(access, found),) if found else (),
    )


@read_tool("xero")
async def list_bank_transfers(access: Access, date_from: Day = "", date_to: Day = "") -> ToolResult:
    """List transfers between the organisation's own bank accounts as the ledger in Xero has them, latest first.

    The last 90 days if no day is said.
    """
    first, last = days_meant(access, date_from, date_to)
    found = await access.cash.transfers(first, last)
    accounts = {account.id: account for account in await access.books.accounts()}
    tail = period(first, last, access.language)
    if not found:
        answer = words.say(access.language, f"There is no transfer, {tail}", f"Es gibt keine Umbuchung, {tail}")
    else:
        count = len(found)
        answer = words.say(
            access.language,
            f"{words.many(count, 'transfer', 'transfers')} between own accounts, {tail}",
            f"{words.many(count, 'Umbuchung', 'Umbuchungen')} zwischen eigenen Konten, {tail}",
        )
    rows = [(one, _currency(one, accounts, access)) for one in found]
    return ToolResult(
        answer=f"{answer} {words.as_of(access, access.now)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, access.now).isoformat(timespec="seconds"),
            "count": len(found),
            "rows": [
                {
                    "n": n,
                    "date": one.on.isoformat(),
                    "from": words.visible(one.from_name),
                    "to": words.visible(one.to_name),
                    "amount": words.plain(one.amount, currency),
                    "currency": currency,
                    "reference": words.visible(one.reference),
                }
                for n, (one, currency) in enumerate(rows[:ROWS_FOR_THE_MODEL], start=1)
            ],
        },
        tables=(_transfer_table(access, rows),) if found else (),
    )


def days_meant(access: Access, date_from: str, date_to: str) -> tuple[date, date]:
    """The days that were said, or the last 90. Raises ToolRetry."""
    first, last = read_range(date_from, date_to, today=access.today)
    last = last or access.today
    return first or last - _USUAL, last


async def _bank_account(access: Access, written: str) -> LedgerAccount:
    """The one bank account of the ledger that is meant. Raises ToolRetry with those that there are."""
    banks = [one for one in await access.books.accounts() if one.type == "BANK" and one.status == "ACTIVE"]
    wanted = folded(written)
    for found in (
        [one for one in banks if one.code.casefold() == written.strip().casefold()],
        [one for one in banks if folded(one.name) == wanted],
        [one for one in banks if wanted and wanted in folded(one.name)],
    ):
        if len(found) == 1:
            return found[0]
    shown = words.visible(written.strip()[:40])
    raise ToolRetry(
        {
            "en": f"“{shown}” is no bank account of the ledger, or could be several. Which one is meant?",
            "de": f"„{shown}“ ist kein Bankkonto der Buchhaltung, oder es passen mehrere. Welches ist gemeint?",
        },
        choices=tuple(
            Choice(words.visible(f"{one.code} {one.name}"), number=one.code, id=one.code) for one in banks[:20]
        ),
    )


def _sums(found: Sequence[BankTransaction]) -> list[JsonValue]:
    return [
        {"amount": words.plain(total.amount, total.currency), "currency": total.currency}
        for total in totals((one.total, one.currency) for one in found)
    ]


def _sentence(access: Access, found: Sequence[BankTransaction], tail: str) -> str:
    language = access.language
    if not found:
        return words.say(
            language,
            f"Nothing was spent or received directly, {tail}",
            f"Es wurde nichts direkt ausgegeben oder eingenommen, {tail}",
        )
    parts = []
    for came, en, de in ((True, "received", "eingenommen"), (False, "spent", "ausgegeben")):
        some = totals((one.total, one.currency) for one in found if one.received is came)
        if some:
            amounts = words.listed([words.money(total, language) for total in some], language)
            parts.append(f"{amounts} {words.say(language, en, de)}")
    count = words.say(
        language,
        words.many(len(found), "bank transaction", "bank transactions"),
        words.many(len(found), "Bankbuchung", "Bankbuchungen"),
    )
    return words.say(
        language,
        f"{words.listed(parts, language)} in {count}, {tail}",
        f"{words.listed(parts, language)} in {count}, {tail}",
    )


def _for_model(n: int, one: BankTransaction) -> JsonValue:
    return {
        "n": n,
        "date": one.on.isoformat(),
        "direction": "in" if one.received else "out",
        "contact_name": words.visible(one.contact_name),
        "amount": words.plain(one.total, one.currency),
        "currency": one.currency,
        "account": words.visible(one.account_name),
        "for": words.visible(_what(one))[:120],
        "reference": words.visible(one.reference),
        "reconciled": one.reconciled,
    }


def _what(one: BankTransaction) -> str:
    return "; ".join(line.description for line in one.lines if line.description)


def _table(access: Access, found: Sequence[BankTransaction]) -> Table:
    def label(en: str, de: str) -> str:
        return words.say(access.language, en, de)

    signed = totals((one.total if one.received else -one.total, one.currency) for one in found)
    shown = [one for one in found[:MOST_ROWS]]
    return Table(
        title=label("Bank transactions", "Bankbuchungen"),
        columns=(
            Column(key="on", label=label("Date", "Datum"), kind=ColumnKind.DATE),
            Column(key="contact", label=label("Contact", "Kontakt")),
            Column(key="what", label=label("For", "Für")),
            Column(key="account", label=label("Account", "Konto")),
            Column(key="reference", label=label("Reference", "Referenz")),
            Column(key="amount", label=label("Amount", "Betrag"), kind=ColumnKind.MONEY),
            Column(key="status", label=label("Status", "Status"), kind=ColumnKind.STATUS),
        ),
        rows=tuple(_row(access, one) for one in shown),
        totals=tuple(Total(minor=total.minor, currency=total.currency) for total in signed if total.minor),
        total_label=label("In less out", "Ein minus aus"),
        total_column="amount",
        whole=len(found),
        organisation=access.organisation.name,
        as_of=access.now,
        source="Xero",
        language=words.spoken(access.language),
    )


def _row(access: Access, one: BankTransaction) -> dict[str, object]:
    done = words.say(access.language, "reconciled", "abgeglichen")
    open_word = words.say(access.language, "not reconciled", "nicht abgeglichen")
    return {
        "on": one.on.isoformat(),
        "contact": words.visible(one.contact_name),
        "what": words.visible(_what(one)),
        "account": words.visible(one.account_name),
        "reference": words.visible(one.reference),
        "amount": cell(one.total if one.received else -one.total, one.currency),
        "status": {"word": done if one.reconciled else open_word, "tone": "done" if one.reconciled else "waiting"},
        "_link": bank_transaction_link(access.organisation.short_code, one.id),
    }


def _currency(one: BankTransfer, accounts: dict[str, LedgerAccount], access: Access) -> str:
    known = accounts.get(one.from_id)
    return (known.currency if known else "") or access.organisation.base_currency


def _transfer_table(access: Access, rows: Sequence[tuple[BankTransfer, str]]) -> Table:
    def label(en: str, de: str) -> str:
        return words.say(access.language, en, de)

    whole = [Money(one.amount, currency) for one, currency in rows]
    return Table(
        title=label("Transfers between own accounts", "Umbuchungen zwischen eigenen Konten"),
        columns=(
            Column(key="on", label=label("Date", "Datum"), kind=ColumnKind.DATE),
            Column(key="from", label=label("From", "Von")),
            Column(key="to", label=label("To", "Nach")),
            Column(key="reference", label=label("Reference", "Referenz")),
            Column(key="amount", label=label("Amount", "Betrag"), kind=ColumnKind.MONEY),
        ),
        rows=tuple(
            {
                "on": one.on.isoformat(),
                "from": words.visible(one.from_name),
                "to": words.visible(one.to_name),
                "reference": words.visible(one.reference),
                "amount": cell(one.amount, currency),
            }
            for one, currency in rows[:MOST_ROWS]
        ),
        totals=tuple(
            Total(minor=total.minor, currency=total.currency)
            for total in totals((money.amount, money.currency) for money in whole)
        ),
        total_label=label("Moved", "Bewegt"),
        total_column="amount",
        whole=len(rows),
        organisation=access.organisation.name,
        as_of=access.now,
        source="Xero",
        language=words.spoken(access.language),
    )
