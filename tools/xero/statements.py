"""Profit and loss, balance sheet, trial balance, bank summary and executive summary, live from Xero."""

from __future__ import annotations

from calendar import monthrange
from datetime import date as Date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Choice, ToolRetry
from tools.inputs import Day, Text, read_day, read_range
from tools.xero.names import folded
from tools.xero.report_shapes import Report, ReportLine
from tools.xero.report_table import money, report_result
from tools.xero.setup_shapes import TrackingCategory

_LONGEST = 366
"""Days of one column: Xero refuses a longer range when periods are compared."""
_MOST_PERIODS = 11

Compare = Annotated[
    int,
    BeforeValidator(lambda value: 0 if value in (None, "") else value),
    Field(ge=0, le=_MOST_PERIODS, description="So many earlier periods beside it, only if a comparison was asked for"),
]
Step = Annotated[
    Literal["month", "quarter", "year"],
    BeforeValidator(lambda value: value or "month"),
    Field(description="How far apart the compared periods are"),
]


Basis = Annotated[
    Literal["accrual", "cash", ""],
    BeforeValidator(lambda value: value or ""),
    Field(description="cash: counted when paid; only if said, else accrual"),
]


@read_tool("xero")
async def get_profit_and_loss(
    access: Access,
    date_from: Day = "",
    date_to: Day = "",
    compare: Compare = 0,
    timeframe: Step = "month",
    basis: Basis = "",
    by_tracking: Annotated[Text, Field(description="Tracking category to divide it by, e.g. Team; only if said")] = "",
) -> ToolResult:
    """Profit and loss from Xero between two days (both included; this month if none is said): income, costs, profit.

    Figures are computed by Xero in the organisation's base currency.
    """
    first, last = _range(access, date_from, date_to)
    category = await _tracking(access, by_tracking) if by_tracking.strip() else None
    if category and compare:
        raise ToolRetry(
            {
                "en": "It is either divided by tracking or compared with earlier periods. Which of the two?",
                "de": "Entweder nach Tracking aufgeteilt oder mit früheren Zeiträumen verglichen. Was von beidem?",
            }
        )
    if compare and (last - first).days >= _LONGEST:
        raise ToolRetry(
            {
                "en": "Only a range of a year at most can be compared with earlier ones. Which range is meant?",
                "de": "Vergleichen lässt sich nur ein Zeitraum von höchstens einem Jahr. Welcher ist gemeint?",
            }
        )
    report = await access.reports.profit_and_loss(
        first,
        last,
        periods=compare,
        timeframe=timeframe,
        cash=basis == "cash",
        tracking_id=category.id if category else "",
    )
    net = report.find("net profit", "net income", "net loss", "profit for the period", "net profit (loss)")
    income = report.find("total income", "total revenue", "total trading income")
    span = _span(access, first, last)
    if basis == "cash":
        span += words.say(access.language, " on cash basis", " nach Zahlungen (Einnahmen und Ausgaben)")
    if category:
        name = words.visible(category.name)
        span += words.say(access.language, f", by {name}", f", nach {name}")
    if net is None:
        answer = words.say(
            access.language, f"Profit and loss {span} is below", f"Die Gewinn- und Verlustrechnung {span} steht unten"
        )
        return report_result(access, report, answer, {})
    whole = len(report.columns) - 1 if category else 0  # by tracking the last column is the sum of the others
    amount = net.amount(whole)
    loss = amount is not None and amount < 0
    shown = money(access, -amount if loss and amount is not None else amount)
    earned = _beside(access, income, "income", "Erträge", whole)
    before = "" if category else _before(access, report, net)
    answer = words.say(
        access.language,
        f"{shown} net {'loss' if loss else 'profit'} {span}{earned}{before}",
        f"{shown} {'Verlust' if loss else 'Gewinn'} {span}{earned}{before}",
    )
    facts: dict[str, JsonValue] = {"net_profit": net.values[whole] if net.values else None, "basis": basis or "accrual"}
    return report_result(access, report, answer, facts)


async def _tracking(access: Access, named: str) -> TrackingCategory:
    """The tracking category of that name, or the one that has an option of that name. Raises ToolRetry."""
    categories, wanted = await access.live.tracking_categories(), folded(named)
    for found in (
        [one for one in categories if folded(one.name) == wanted],
        [one for one in categories if wanted in folded(one.name)],
        [one for one in categories if any(folded(option) == wanted for option in one.options)],
    ):
        if len(found) == 1:
            return found[0]
    shown = words.visible(named.strip()[:40])
    raise ToolRetry(
        {
            "en": f"There is no tracking category “{shown}”. Which one is meant?",
            "de": f"Es gibt keine Tracking-Kategorie „{shown}“. Welche ist gemeint?",
        },
        choices=tuple(Choice(words.visible(one.name), id=one.name) for one in categories),
    )


@read_tool("xero")
async def get_balance_sheet(
    access: Access, date: Day = "", compare: Compare = 0, timeframe: Step = "month"
) -> ToolResult:
    """Balance sheet from Xero at the end of a day (today if none is said): assets, liabilities, equity."""
    day = read_day(date, today=access.today) or access.today
    report = await access.reports.balance_sheet(day, periods=compare, timeframe=timeframe)
    net, owned, owed = (
        report.find("net assets"),
        report.find("total assets"),
        report.find("total liabilities"),
    )
    when = words.day(day, access.language)
    if net is None:
        answer = words.say(
            access.language, f"The balance sheet at {when} is below", f"Die Bilanz zum {when} steht unten"
        )
        return report_result(access, report, answer, {})
    parts = _beside(access, owned, "assets", "Vermögen") + _beside(access, owed, "liabilities", "Schulden")
    answer = words.say(
        access.language,
        f"{money(access, net.amount())} net assets at {when}{parts}{_before(access, report, net)}",
        f"{money(access, net.amount())} Reinvermögen zum {when}{parts}{_before(access, report, net)}",
    )
    return report_result(access, report, answer, {"net_assets": net.values[0] if net.values else None})


@read_tool("xero")
async def get_trial_balance(access: Access, date: Day = "") -> ToolResult:
    """Trial balance from Xero at the end of a day (today if none is said): debit and credit of every account."""
    day = read_day(date, today=access.today) or access.today
    report = await access.reports.trial_balance(day)
    total = next((line for line in report.totals() if line.label.casefold() == "total"), None)
    when = words.day(day, access.language)
    debit, credit = (total.amount(2), total.amount(3)) if total else (None, None)
    if debit is None or credit is None:
        answer = words.say(
            access.language, f"The trial balance at {when} is below", f"Die Saldenliste zum {when} steht unten"
        )
        return report_result(access, report, answer, {})
    if debit == credit:
        answer = words.say(
            access.language,
            f"{money(access, debit)} on each side of the trial balance at {when}: debits equal credits",
            f"{money(access, debit)} auf jeder Seite der Saldenliste zum {when}: Soll und Haben sind gleich",
        )
    else:
        answer = words.say(
            access.language,
            f"The trial balance at {when} does not balance: {money(access, debit)} debit, "
            f"{money(access, credit)} credit",
            f"Die Saldenliste zum {when} geht nicht auf: {money(access, debit)} Soll, {money(access, credit)} Haben",
        )
    return report_result(access, report, answer, {"balances": debit == credit})


@read_tool("xero")
async def get_bank_summary(access: Access, date_from: Day = "", date_to: Day = "") -> ToolResult:
    """Bank summary from Xero's books between two days (this month if none is said): received, spent and closing balance
    of every bank account in the ledger. What the bank itself says is get_account_balance.
    """
    first, last = _range(access, date_from, date_to)
    report = await access.reports.bank_summary(first, last)
    total = next((line for line in report.totals()), None)
    span = _span(access, first, last)
    if total is None or total.amount(3) is None:
        answer = words.say(
            access.language, f"The bank summary {span} is below", f"Die Bankübersicht {span} steht unten"
        )
        return report_result(access, report, answer, {})
    came, went, left = money(access, total.amount(1)), money(access, total.amount(2)), money(access, total.amount(3))
    answer = words.say(
        access.language,
        f"{left} in the bank accounts of the ledger; {came} came in and {went} went out {span}",
        f"{left} auf den Bankkonten der Buchhaltung; {came} kamen herein und {went} gingen hinaus {span}",
    )
    return report_result(access, report, answer, {"closing": total.values[3]})


@read_tool("xero")
async def get_executive_summary(access: Access, date: Day = "") -> ToolResult:
    """The month of a day at a glance (this month if none is said), beside the month before: cash, profit, debtors,
    creditors, margins. From Xero's executive summary.
    """
    day = read_day(date, today=access.today) or access.today
    report = await access.reports.executive_summary(day)
    profit = report.find("profit (loss)", "net profit", "net profit (loss)")
    cash = report.find("cash surplus (deficit)")
    month = words.say(access.language, f"in {words.month(day, 'en')}", f"im {words.month(day, 'de')}")
    if profit is None:
        answer = words.say(access.language, f"The summary {month} is below", f"Die Übersicht {month} steht unten")
        return report_result(access, report, answer, {}, in_money=False)
    parts = _beside(access, cash, "cash surplus", "Kassenüberschuss")
    parts += _beside(access, report.find("debtors"), "owed to us", "Forderungen")
    parts += _beside(access, report.find("creditors"), "owed by us", "Verbindlichkeiten")
    answer = words.say(
        access.language,
        f"{money(access, profit.amount())} profit {month}{parts}",
        f"{money(access, profit.amount())} Ergebnis {month}{parts}",
    )
    return report_result(access, report, answer, {"profit": profit.values[0]}, in_money=False)


def _range(access: Access, date_from: str, date_to: str) -> tuple[Date, Date]:
    """The days that were said; this month to today where none was; to today, or the month's end, where one was."""
    first, last = read_range(date_from, date_to, today=access.today)
    if first is None and last is None:
        return access.today.replace(day=1), access.today
    if first is None and last is not None:
        return last.replace(day=1), last
    assert first is not None
    if last is None:
        ends = first.replace(day=monthrange(first.year, first.month)[1])
        last = access.today if first <= access.today else ends
    return first, last


def _span(access: Access, first: Date, last: Date) -> str:
    return words.say(
        access.language,
        f"from {words.day(first, 'en')} to {words.day(last, 'en')}",
        f"vom {words.day(first, 'de')} bis {words.day(last, 'de')}",
    )


def _beside(access: Access, line: ReportLine | None, en: str, de: str, column: int = 0) -> str:
    """One more figure behind the headline: "; € 5.00 income"; nothing where the report has no such line."""
    if line is None or line.amount(column) is None:
        return ""
    return f"; {money(access, line.amount(column))} {words.say(access.language, en, de)}"


def _before(access: Access, report: Report, line: ReportLine) -> str:
    """The same figure of the first period that it is compared with: " (01 Oct 2026: € 5.00)"."""
    if len(report.columns) < 2 or line.amount(1) is None:
        return ""
    return f" ({words.visible(report.columns[1])}: {money(access, line.amount(1))})"
