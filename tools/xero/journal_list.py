"""Postings made by hand, with what they debit and credit; live from Xero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.inputs import Day
from tools.views import Column, ColumnKind, Table, Tone
from tools.xero.bank_lists import days_meant
from tools.xero.document_table import MOST_ROWS, ROWS_FOR_THE_MODEL, cell
from tools.xero.document_words import period
from tools.xero.documents import local
from tools.xero.journals import JournalLine, ManualJournal

_STATES: dict[str, tuple[tuple[str, str], Tone]] = {
    "DRAFT": (("draft", "Entwurf"), "waiting"),
    "POSTED": (("posted", "gebucht"), "done"),
}


@read_tool("xero")
async def list_manual_journals(access: Access, date_from: Day = "", date_to: Day = "") -> ToolResult:
    """List postings made by hand (manual journals) in Xero, with what they debit and credit, latest first.

    The last 90 days if no day is said.
    """
    first, last = days_meant(access, date_from, date_to)
    found = list(await access.journals.manual_journals(first, last))
    names = {account.code: account.name for account in await access.books.accounts()}
    tail = period(first, last, access.language)
    if found:
        answer = words.say(
            access.language,
            f"{words.many(len(found), 'manual journal', 'manual journals')}, {tail}",
            f"{words.many(len(found), 'manuelle Buchung', 'manuelle Buchungen')}, {tail}",
        )
    else:
        answer = words.say(
            access.language, f"There is no manual journal, {tail}", f"Es gibt keine manuelle Buchung, {tail}"
        )
    return ToolResult(
        answer=f"{answer} {words.as_of(access, access.now)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, access.now).isoformat(timespec="seconds"),
            "count": len(found),
            "rows": [_for_model(access, n, one, names) for n, one in enumerate(found[:ROWS_FOR_THE_MODEL], start=1)],
        },
        tables=(_table(access, found, names),) if found else (),
    )


def _account(line: JournalLine, names: Mapping[str, str]) -> str:
    return words.visible(f"{line.account_code} {names.get(line.account_code, '')}".strip())


def _for_model(access: Access, n: int, one: ManualJournal, names: Mapping[str, str]) -> JsonValue:
    currency = access.organisation.base_currency
    return {
        "n": n,
        "date": one.on.isoformat(),
        "narration": words.visible(one.narration)[:200],
        "status": one.status.lower(),
        "currency": currency,
        "lines": [
            {
                "account": _account(line, names),
                "debit" if line.amount >= 0 else "credit": words.plain(abs(line.amount), currency),
            }
            for line in one.lines[:ROWS_FOR_THE_MODEL]
        ],
    }


def _table(access: Access, found: Sequence[ManualJournal], names: Mapping[str, str]) -> Table:
    def label(en: str, de: str) -> str:
        return words.say(access.language, en, de)

    return Table(
        title=label("Manual journals", "Manuelle Buchungen"),
        columns=(
            Column(key="on", label=label("Date", "Datum"), kind=ColumnKind.DATE),
            Column(key="what", label=label("For", "Für")),
            Column(key="debit", label=label("Debit", "Soll")),
            Column(key="credit", label=label("Credit", "Haben")),
            Column(key="amount", label=label("Amount", "Betrag"), kind=ColumnKind.MONEY),
            Column(key="status", label=label("Status", "Status"), kind=ColumnKind.STATUS),
        ),
        rows=tuple(_row(access, one, names) for one in found[:MOST_ROWS]),
        whole=len(found),
        organisation=access.organisation.name,
        as_of=access.now,
        source="Xero",
        language=words.spoken(access.language),
    )


def _row(access: Access, one: ManualJournal, names: Mapping[str, str]) -> dict[str, object]:
    said, tone = _STATES.get(one.status, ((one.status.lower(),) * 2, "neutral"))
    return {
        "on": one.on.isoformat(),
        "what": words.visible(one.narration),
        "debit": ", ".join(_account(line, names) for line in one.lines if line.amount >= 0),
        "credit": ", ".join(_account(line, names) for line in one.lines if line.amount < 0),
        "amount": cell(one.debit, access.organisation.base_currency),
        "status": {"word": words.say(access.language, *said), "tone": tone},
    }
