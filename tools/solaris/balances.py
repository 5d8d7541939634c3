"""How much money is in the bank, booked and available."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Language
from tools.money import totals_by_currency
from tools.payee import masked
from tools.solaris.bank import BankAccount
from tools.views import Column, ColumnKind, Table, Total
from tools.xero.kept_banks import kept_facts, kept_in_xero, kept_sentence, kept_tables


@read_tool("solaris")
async def get_account_balance(access: Access) -> ToolResult:
    """The bank balance now at Solaris: available (booked less open reservations) and booked, for each account."""
    accounts = await access.bank.accounts()
    return _result(access, accounts, _balance_sentence(access, accounts))


@read_tool("solaris")
async def list_bank_accounts(access: Access) -> ToolResult:
    """List the company's bank accounts: at Solaris with balances, IBAN (masked) and state; in Xero code and name."""
    accounts = await access.bank.accounts()
    kept = await kept_in_xero(access)
    language = access.language
    count = words.many(
        len(accounts),
        words.say(language, "bank account", "Bankkonto"),
        words.say(language, "bank accounts", "Bankkonten"),
    )
    sentence = _none(language)
    if accounts:
        sentence = words.say(language, f"{count} at Solaris: ", f"{count} bei Solaris: ")
        sentence += _balance_sentence(access, accounts)
    found = _result(access, accounts, sentence + kept_sentence(kept, access))
    facts: dict[str, JsonValue] = {**found.facts, "in_xero": kept_facts(kept)}
    return found.model_copy(update={"facts": facts, "tables": (*found.tables, *kept_tables(kept, access))})


def account_title(account: BankAccount) -> str:
    """The account as a person knows it: name and masked IBAN."""
    return " ".join(part for part in (words.visible(account.name), masked(account.iban)) if part)


def _none(language: Language) -> str:
    return words.say(language, "Solaris shows no bank account for us", "Solaris zeigt kein Bankkonto für uns")


def _balance_sentence(access: Access, accounts: Sequence[BankAccount]) -> str:
    language = access.language
    if not accounts:
        return _none(language)
    available = totals_by_currency([account.available for account in accounts])
    booked = totals_by_currency([account.booked for account in accounts])
    figures, entered = words.amounts(available, language), words.amounts(booked, language)
    where = (
        account_title(accounts[0])
        if len(accounts) == 1
        else words.say(language, f"{len(accounts)} accounts", f"{len(accounts)} Konten")
    )
    text = words.say(language, f"{figures} available on {where}", f"{figures} verfügbar auf {where}")
    text += words.say(language, f", {entered} booked", f", {entered} gebucht")
    blocked = [account for account in accounts if account.locking_status not in ("", "NO_BLOCK")]
    if blocked:
        names = words.listed([account_title(account) for account in blocked], language)
        text += words.say(language, f"; blocked at the bank: {names}", f"; bei der Bank gesperrt: {names}")
    return text


def _result(access: Access, accounts: Sequence[BankAccount], sentence: str) -> ToolResult:
    facts: dict[str, JsonValue] = {
        "organisation": access.organisation.name,
        "as_of": access.now.isoformat(timespec="seconds"),
        "count": len(accounts),
        "rows": [
            {
                "n": n,
                "name": words.visible(account.name),
                "iban": masked(account.iban),
                "available": words.plain(account.available.amount, account.available.currency),
                "booked": words.plain(account.booked.amount, account.booked.currency),
                "currency": account.currency,
                "status": account.status,
                "locking_status": account.locking_status,
            }
            for n, account in enumerate(accounts, start=1)
        ],
    }
    table = (_table(access, accounts),) if accounts else ()
    return ToolResult(answer=f"{sentence} {words.as_of(access, access.now)}.", facts=facts, tables=table)


def _table(access: Access, accounts: Sequence[BankAccount]) -> Table:
    language = access.language

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    available = totals_by_currency([account.available for account in accounts])
    return Table(
        title=label("Bank accounts at Solaris", "Bankkonten bei Solaris"),
        columns=(
            Column(key="name", label=label("Account", "Konto")),
            Column(key="iban", label="IBAN"),
            Column(key="available", label=label("Available", "Verfügbar"), kind=ColumnKind.MONEY),
            Column(key="booked", label=label("Booked", "Gebucht"), kind=ColumnKind.MONEY),
            Column(key="status", label="Status", kind=ColumnKind.STATUS),
        ),
        rows=tuple(
            {
                "name": words.visible(account.name),
                "iban": masked(account.iban),
                "available": {"minor": account.available.minor, "currency": account.available.currency},
                "booked": {"minor": account.booked.minor, "currency": account.booked.currency},
                "status": _state(account, language),
            }
            for account in accounts
        ),
        totals=tuple(Total(minor=total.minor, currency=total.currency) for total in available),
        total_label=label("Available", "Verfügbar"),
        organisation=access.organisation.name,
        as_of=access.now,
        source="Solaris",
        language=words.spoken(language),
    )


def _state(account: BankAccount, language: Language) -> dict[str, object]:
    if account.status != "ACTIVE":
        return {"word": words.say(language, "closed", "geschlossen"), "tone": "neutral"}
    if account.locking_status not in ("", "NO_BLOCK"):
        return {"word": words.say(language, "blocked", "gesperrt"), "tone": "attention"}
    return {"word": words.say(language, "active", "aktiv"), "tone": "done"}
