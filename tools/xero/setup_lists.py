"""What is set up in Xero: the chart of accounts, taxes, tracking categories, currencies and the people with access."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.payee import masked
from tools.views import Column, Table
from tools.xero.document_table import MOST_ROWS
from tools.xero.documents import local

_TYPES = {
    "BANK": ("bank", "Bank"),
    "CURRENT": ("current asset", "Umlaufvermögen"),
    "CURRLIAB": ("current liability", "kurzfristige Verbindlichkeit"),
    "DEPRECIATN": ("depreciation", "Abschreibung"),
    "DIRECTCOSTS": ("direct costs", "Direkte Kosten"),
    "EQUITY": ("equity", "Eigenkapital"),
    "EXPENSE": ("expense", "Aufwand"),
    "FIXED": ("fixed asset", "Anlagevermögen"),
    "INVENTORY": ("inventory", "Vorräte"),
    "LIABILITY": ("liability", "Verbindlichkeit"),
    "NONCURRENT": ("non-current asset", "langfristiges Vermögen"),
    "OTHERINCOME": ("other income", "sonstiger Ertrag"),
    "OVERHEADS": ("overheads", "Gemeinkosten"),
    "PREPAYMENT": ("prepayment", "Anzahlung"),
    "REVENUE": ("revenue", "Umsatz"),
    "SALES": ("sales", "Umsatz"),
    "TERMLIAB": ("non-current liability", "langfristige Verbindlichkeit"),
}
"""Xero's AccountTypes in words; another one is shown as Xero spells it."""
_ROWS_FOR_THE_MODEL = 60


@read_tool("xero")
async def list_accounts(
    access: Access,
    kind: Annotated[
        Literal["all", "bank", "income", "costs", "assets", "liabilities"],
        BeforeValidator(lambda value: value or "all"),
        Field(description="Only these"),
    ] = "all",
) -> ToolResult:
    """List the chart of accounts: code, name and type of each account that is in use."""
    wanted = _KINDS[kind]
    in_use = [one for one in await access.books.accounts() if one.status == "ACTIVE"]
    found = [one for one in in_use if not wanted or one.type in wanted]
    rows = [
        {
            "code": one.code,
            "name": words.visible(one.name),
            "type": _type(one.type, access),
            "currency": one.currency or access.organisation.base_currency,
            "bank": masked(one.bank_account_number),
        }
        for one in found
    ]
    columns = [("code", "Code", "Nummer"), ("name", "Account", "Konto"), ("type", "Type", "Art")]
    columns += [("currency", "Currency", "Währung"), ("bank", "Bank account", "Bankverbindung")]
    counted = words.say(
        access.language,
        words.many(len(rows), "account", "accounts") + " in use",
        words.many(len(rows), "Konto", "Konten") + " in Gebrauch",
    )
    return _listed(access, counted, ("Chart of accounts", "Kontenplan"), columns, rows, await access.books.as_of())


_KINDS: dict[str, frozenset[str]] = {
    "all": frozenset(),
    "bank": frozenset(("BANK",)),
    "income": frozenset(("REVENUE", "SALES", "OTHERINCOME")),
    "costs": frozenset(("EXPENSE", "OVERHEADS", "DIRECTCOSTS", "DEPRECIATN")),
    "assets": frozenset(("BANK", "CURRENT", "FIXED", "INVENTORY", "NONCURRENT", "PREPAYMENT")),
    "liabilities": frozenset(("CURRLIAB", "LIABILITY", "TERMLIAB", "EQUITY")),
}


@read_tool("xero")
async def list_tax_rates(access: Access) -> ToolResult:
    """List the tax rates that lines can have, with their percentages."""
    found = await access.live.tax_rates()
    rows = [
        {"name": words.visible(one.name), "percent": f"{one.percent.normalize():f} %", "code": one.tax_type}
        for one in sorted(found, key=lambda one: (-one.percent, one.name))
    ]
    counted = words.say(
        access.language,
        words.many(len(rows), "tax rate", "tax rates"),
        words.many(len(rows), "Steuersatz", "Steuersätze"),
    )
    columns = [("name", "Tax", "Steuer"), ("percent", "Rate", "Satz"), ("code", "Code in Xero", "Kürzel in Xero")]
    return _listed(access, counted, ("Tax rates", "Steuersätze"), columns, rows, access.now)


@read_tool("xero")
async def list_tracking_categories(access: Access) -> ToolResult:
    """List the tracking categories (departments, cost centres, projects) and what can be chosen in each."""
    found = await access.live.tracking_categories()
    rows = [
        {"name": words.visible(one.name), "options": ", ".join(words.visible(option) for option in one.options)}
        for one in found
    ]
    named = words.listed([row["name"] for row in rows], access.language)
    counted = words.say(
        access.language,
        f"{words.many(len(rows), 'tracking category', 'tracking categories')}{': ' + named if rows else ''}",
        f"{words.many(len(rows), 'Tracking-Kategorie', 'Tracking-Kategorien')}{': ' + named if rows else ''}",
    )
    columns = [("name", "Category", "Kategorie"), ("options", "Options", "Auswahl")]
    return _listed(access, counted, ("Tracking categories", "Tracking-Kategorien"), columns, rows, access.now)


@read_tool("xero")
async def list_currencies(access: Access) -> ToolResult:
    """List the currencies in which the organisation can write documents; the base currency is marked."""
    base = access.organisation.base_currency
    found = sorted(await access.live.currencies(), key=lambda one: (one.code != base, one.code))
    marked = words.say(access.language, "base currency", "Basiswährung")
    rows = [
        {"code": one.code, "name": words.visible(one.name), "base": marked if one.code == base else ""} for one in found
    ]
    codes = ", ".join(row["code"] for row in rows)
    counted = words.say(
        access.language,
        f"{words.many(len(rows), 'currency', 'currencies')}: {codes}; the base currency is {base}",
        f"{words.many(len(rows), 'Währung', 'Währungen')}: {codes}; Basiswährung ist {base}",
    )
    columns = [("code", "Code", "Kürzel"), ("name", "Currency", "Währung"), ("base", "", "")]
    return _listed(access, counted, ("Currencies", "Währungen"), columns, rows, access.now)


@read_tool("xero")
async def list_users(access: Access) -> ToolResult:
    """List the people who have access to the organisation in Xero itself, with their roles there."""
    found = await access.live.users()
    rows = [
        {"name": words.visible(one.name), "role": one.role.capitalize(), "email": words.visible(one.email)}
        for one in sorted(found, key=lambda one: one.name.casefold())
    ]
    counted = words.say(
        access.language,
        words.many(len(rows), "person has", "people have") + " access in Xero",
        words.many(len(rows), "Person hat", "Personen haben") + " Zugang in Xero",
    )
    columns = [("name", "Name", "Name"), ("role", "Role in Xero", "Rolle in Xero"), ("email", "E-mail", "E-Mail")]
    return _listed(access, counted, ("People in Xero", "Personen in Xero"), columns, rows, access.now)


def _type(written: str, access: Access) -> str:
    return words.say(access.language, *_TYPES[written]) if written in _TYPES else words.visible(written)


def _listed(
    access: Access,
    counted: str,
    title: tuple[str, str],
    columns: Sequence[tuple[str, str, str]],
    rows: Sequence[dict[str, str]],
    as_of: datetime,
) -> ToolResult:
    """A plain list: its sentence, its rows for the model, and its table."""
    language = access.language
    told: list[JsonValue] = [{key: value for key, value in row.items() if value} for row in rows[:_ROWS_FOR_THE_MODEL]]
    table = Table(
        title=words.say(language, *title),
        columns=tuple(Column(key=key, label=words.say(language, en, de)) for key, en, de in columns),
        rows=tuple(dict(row) for row in rows[:MOST_ROWS]),
        whole=len(rows),
        organisation=access.organisation.name,
        as_of=as_of,
        source="Xero",
        language=words.spoken(language),
    )
    return ToolResult(
        answer=f"{counted} {words.as_of(access, as_of)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, as_of).isoformat(timespec="seconds"),
            "count": len(rows),
            "rows": told,
        },
        tables=(table,) if rows else (),
    )
