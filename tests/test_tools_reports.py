"""Reports: read exactly from Xero's rows, answered with the figure first, kept for a minute, true to the ledger."""

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assistant.report_cache import KEPT, KeptReports
from tests.support.books import NOW, make_access
from tests.support.paying import HandClock
from tests.support.real_tools import House, open_house
from tests.support.reports import FakeReports, report
from tools.base import ReadTool, ToolResult
from tools.errors import ProviderRefused, ToolFailed, ToolRetry
from tools.views import ColumnKind
from tools.xero.decoding import Unreadable, body_of
from tools.xero.report_reader import report as read_report
from tools.xero.report_shapes import Report, figure
from tools.xero.statements import (
    get_balance_sheet,
    get_bank_summary,
    get_executive_summary,
    get_profit_and_loss,
    get_trial_balance,
)

pytestmark = pytest.mark.anyio
PROFIT = report(
    "Profit and Loss",
    ("22 Nov 2026", "22 Oct 2026"),
    ("Income", "Sales", ("10,000.00", "8,000.00")),
    ("Income", "Total Income", ("10,000.00", "8,000.00")),
    ("Less Operating Expenses", "Rent", ("2,650.00", "2,650.00")),
    ("", "Net Profit", ("7,350.00", "5,350.00")),
)


async def ask(
    tool: ReadTool, given: Report | FakeReports, *, language: str = "en", **said: Any
) -> tuple[ToolResult, FakeReports]:
    """What the tool answers where Xero gives that report."""
    reports = given if isinstance(given, FakeReports) else FakeReports(given)
    checked = tool.signature.arguments(**said)
    arguments = {name: getattr(checked, name) for name in checked.model_fields_set}
    result = await tool.run(make_access(language=language, reports=reports), **arguments)
    assert isinstance(result, ToolResult)
    return result, reports


# reading


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1234.50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("-5.00", "-5.00"),
        ("(5.00)", "-5.00"),
        ("0.00", "0.00"),
        (".50", "0.50"),
        ("", None),
        ("12.0%", None),
        ("n/a", None),
        ("1e5", None),
        ("--5", None),
    ],
)
def test_a_figure_is_read_exactly_or_not_at_all(written: str, meant: str | None) -> None:
    assert figure(written) == (None if meant is None else Decimal(meant))


def test_rows_within_sections_within_sections_are_found_and_odd_ones_lose_nothing() -> None:
    cell = {"Value": "5.00", "Attributes": [{"Id": "account", "Value": "acc-1"}]}
    rows = [
        {"RowType": "Header", "Cells": [{"Value": ""}, {"Value": "Nov"}]},
        {"RowType": "Section", "Title": "Assets", "Rows": [
            {"RowType": "Section", "Title": "", "Rows": [{"RowType": "Row", "Cells": [{"Value": "Bank"}, cell]}]},
            {"RowType": "SomethingNew", "Cells": []}, "nonsense",
            {"RowType": "SummaryRow", "Cells": [{"Value": "Total"}, {"Value": "?"}]},
        ]},
        {"RowType": "Row", "Cells": [{"Value": "Net Assets"}]},
    ]  # fmt: skip
    found = read_report({"Reports": [{"ReportName": "B", "Rows": rows}]})
    assert [(line.section, line.label, line.values, line.is_total, line.account_id) for line in found.lines] == [
        ("Assets", "Bank", ("5.00",), False, "acc-1"),
        ("Assets", "Total", ("?",), True, ""),
        ("", "Net Assets", (), False, ""),
    ]
    assert found.columns == ("Nov",) and found.lines[1].amount() is None and found.lines[2].amount() is None


@pytest.mark.parametrize("body", ["{}", '{"Reports": []}', '{"Reports": [5]}', '{"Reports": [{"Rows": 5}]}'])
def test_an_answer_without_a_report_is_none(body: str) -> None:
    with pytest.raises(Unreadable):
        read_report(body_of(body.encode()))


# answers


async def test_the_profit_comes_first_with_what_it_is_compared_with() -> None:
    result, reports = await ask(get_profit_and_loss, PROFIT, compare=1)
    assert result.answer == (
        "€ 7,350.00 net profit from 1 Nov 2026 to 22 Nov 2026; € 10,000.00 income (22 Oct 2026: € 5,350.00) "
        "(Demo GmbH, as of 14:02)."
    )
    assert reports.asked == [("profit_and_loss", date(2026, 11, 1), date(2026, 11, 22), 1, "month")]
    (table,) = result.tables
    assert [column.kind for column in table.columns[2:]] == [ColumnKind.MONEY, ColumnKind.MONEY]
    assert table.rows[0]["c0"] == {"minor": 1000000, "currency": "EUR"} and len(table.rows) == 4
    assert len(json.dumps(result.facts)) < 2000


async def test_a_loss_is_called_one_and_german_is_spoken() -> None:
    lost = report("Profit and Loss", ("x",), ("", "Net Profit", ("-120.00",)))
    assert (await ask(get_profit_and_loss, lost))[0].answer.startswith("€ 120.00 net loss from")
    german = (await ask(get_profit_and_loss, PROFIT, language="de"))[0].answer
    assert german.startswith("7.350,00 € Gewinn vom 1. Nov. 2026 bis 22. Nov. 2026; 10.000,00 € Erträge")


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ({"date_from": "2026-07-01", "date_to": "2026-09-30"}, (date(2026, 7, 1), date(2026, 9, 30))),
        ({"date_from": "2026-11-05"}, (date(2026, 11, 5), date(2026, 11, 22))),
        ({"date_to": "2026-10-31"}, (date(2026, 10, 1), date(2026, 10, 31))),
        ({"date_from": "2026-12-05"}, (date(2026, 12, 5), date(2026, 12, 31))),
    ],
)
async def test_what_is_left_out_of_a_range_is_its_month(said: dict[str, str], days: tuple[date, date]) -> None:
    for tool in (get_profit_and_loss, get_bank_summary):
        _, reports = await ask(tool, PROFIT, **said)
        assert reports.asked[0][1:3] == days


async def test_a_range_that_cannot_be_is_asked_about() -> None:
    with pytest.raises(ToolRetry, match="begins on"):
        await ask(get_profit_and_loss, PROFIT, date_from="2026-09-30", date_to="2026-09-01")
    with pytest.raises(ToolRetry, match="a year at most"):
        await ask(get_profit_and_loss, PROFIT, date_from="2024-01-01", date_to="2026-01-01", compare=2)


async def test_a_report_whose_lines_are_called_otherwise_is_shown_all_the_same() -> None:
    odd = report("Résultat", ("x",), ("", "Bénéfice net", ("5.00",)))
    for tool in (get_profit_and_loss, get_balance_sheet, get_trial_balance, get_bank_summary, get_executive_summary):
        result, _ = await ask(tool, odd)
        assert "is below" in result.answer and result.tables[0].rows[0]["line"] == "Bénéfice net"
        assert "steht unten" in (await ask(tool, odd, language="de"))[0].answer


async def test_percentages_and_counts_are_shown_as_they_are() -> None:
    month = report(
        "Executive Summary",
        ("Nov 2026", "Oct 2026", "Variance"),
        ("Profitability", "Profit (loss)", ("7,350.00", "5,350.00", "37.4%")),
        ("Balance Sheet", "Debtors", ("18,420.50", "1.00", "x")),
    )
    result, _ = await ask(get_executive_summary, month)
    assert result.answer.startswith("€ 7,350.00 profit in November 2026; € 18,420.50 owed to us")
    assert result.tables[0].rows[0]["c2"] == "37.4%" and result.tables[0].columns[2].kind is ColumnKind.TEXT
    assert "im November 2026" in (await ask(get_executive_summary, month, language="de"))[0].answer


async def test_a_trial_balance_that_does_not_balance_says_so() -> None:
    columns = ("Debit", "Credit", "YTD Debit", "YTD Credit")
    even = report("Trial Balance", columns, ("", "Total", ("1.00", "1.00", "50.00", "50.00")))
    uneven = report("Trial Balance", columns, ("", "Total", ("1.00", "1.00", "50.00", "49.99")))
    assert "€ 50.00 on each side" in (await ask(get_trial_balance, even))[0].answer
    result, _ = await ask(get_trial_balance, uneven)
    assert "does not balance: € 50.00 debit, € 49.99 credit" in result.answer and result.facts["balances"] is False


async def test_what_xero_refuses_reaches_the_person() -> None:
    reports = FakeReports(PROFIT, fails=[ProviderRefused("Xero", said="fromDate is too early.", status=400)])
    with pytest.raises(ToolFailed, match="too early"):
        await ask(get_profit_and_loss, reports)


# kept


async def test_the_same_question_costs_one_call_a_minute_and_a_write_makes_it_old() -> None:
    clock, given = HandClock(NOW), FakeReports(PROFIT)
    kept = KeptReports(given, clock)
    first = await kept.balance_sheet(date(2026, 11, 22))
    clock.advance(seconds=59)
    assert await kept.balance_sheet(date(2026, 11, 22)) is first and first.made_at == NOW
    await kept.balance_sheet(date(2026, 11, 21))
    assert len(given.asked) == 2
    clock.advance(seconds=2)
    assert (await kept.balance_sheet(date(2026, 11, 22))).made_at == NOW + KEPT + timedelta(seconds=1)
    kept.forget()
    await kept.balance_sheet(date(2026, 11, 22))
    assert len(given.asked) == 4


async def test_a_report_that_was_made_while_something_was_written_is_not_kept() -> None:
    class Meanwhile(FakeReports):
        async def trial_balance(self, day: date) -> Report:
            kept.forget()
            return await super().trial_balance(day)

    given = Meanwhile(PROFIT)
    kept = KeptReports(given, HandClock(NOW))
    for _ in range(2):
        await kept.trial_balance(date(2026, 11, 22))
    assert len(given.asked) == 2


async def test_no_number_of_questions_fills_the_memory() -> None:
    given = FakeReports(PROFIT)
    kept = KeptReports(given, HandClock(NOW))
    for n in range(200):
        await kept.trial_balance(date(2026, 1, 1) + timedelta(days=n))
    assert len(kept._kept) <= 50


# against the sandbox, over HTTP


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


async def test_the_reports_of_the_sandbox_are_read_and_tie_with_each_other(house: House) -> None:
    reports = house.access().reports
    today, year = date(2026, 11, 22), date(2026, 1, 1)
    profit = await reports.profit_and_loss(year, today)
    sheet = await reports.balance_sheet(today, periods=2, timeframe="quarter")
    trial = await reports.trial_balance(today)
    bank = await reports.bank_summary(year, today)
    net, earned = profit.find("net profit"), sheet.find("current year earnings")
    assert net is not None and earned is not None and net.amount() == earned.amount()
    assert len(sheet.columns) == 3
    total = next(line for line in trial.totals())
    assert total.amount(2) == total.amount(3)
    closing = next(line for line in bank.totals()).amount(3)
    assets = sheet.find("total bank")
    assert assets is not None and closing == assets.amount()
    assert all(line.account_id for line in bank.lines if not line.is_total)


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("get_profit_and_loss", "net "),
        ("get_balance_sheet", "net assets at 22 Nov 2026"),
        ("get_trial_balance", "debits equal credits"),
        ("get_bank_summary", "in the bank accounts of the ledger"),
        ("get_executive_summary", "in November 2026"),
    ],
)
async def test_each_report_is_answered_from_the_sandbox(house: House, tool: str, words: str) -> None:
    answer = await house.ask(tool)
    assert words in answer and "(Lindenhof Studio GmbH, as of" in answer
    assert "€" in await house.ask(tool, language="de")


async def test_profit_and_loss_on_cash_basis_says_so() -> None:
    reports = FakeReports(report("Profit and Loss", ("30 Nov 2026",), ("", "Net Profit", ("120.00",))))
    result, _ = await ask(get_profit_and_loss, reports, basis="cash")
    assert "on cash basis" in result.answer and result.facts["basis"] == "cash"
    assert reports.asked[0][-1] == "cash"


async def test_profit_and_loss_by_tracking_answers_with_the_sum_of_all() -> None:
    reports = FakeReports(
        report(
            "Profit and Loss",
            ("Design", "Web", "Unassigned", "Total"),
            ("", "Total Income", ("10.00", "20.00", "5.00", "35.00")),
            ("", "Net Profit", ("1.00", "2.00", "0.50", "3.50")),
        )
    )
    for named in ("team", "Web"):
        result, _ = await ask(get_profit_and_loss, reports, by_tracking=named)
        assert "€ 3.50 net profit" in result.answer and ", by Team" in result.answer and "€ 35.00" in result.answer
    with pytest.raises(ToolRetry, match="no tracking category"):
        await ask(get_profit_and_loss, reports, by_tracking="Region")
    with pytest.raises(ToolRetry, match="Which of the two"):
        await ask(get_profit_and_loss, reports, by_tracking="Team", compare=2)


async def test_the_lines_that_sum_others_up_stand_out() -> None:
    result, _ = await ask(get_profit_and_loss, PROFIT)
    strong = [row["line"] for row in result.tables[0].rows if row.get("_strong")]
    assert strong == ["Total Income", "Net Profit"]
