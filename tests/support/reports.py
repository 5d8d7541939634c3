"""Fakes of Xero's reports: one that gives what a test wrote, and one where none may be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from tools.errors import ToolFailed
from tools.xero.report_shapes import Report, ReportLine, Timeframe


def report(name: str, columns: Sequence[str], *rows: tuple[str, str, Sequence[str]], totals: str = "total") -> Report:
    """A report of (section, label, values); a label that begins with `totals` is a total."""
    return Report(
        name=name,
        titles=(name,),
        columns=tuple(columns),
        lines=tuple(
            ReportLine(section=title, label=label, values=tuple(values), is_total=label.casefold().startswith(totals))
            for title, label, values in rows
        ),
    )


@dataclass
class FakeReports:
    """Gives the same report whatever is asked, and remembers what was."""

    given: Report
    asked: list[tuple[object, ...]] = field(default_factory=list)
    fails: list[ToolFailed] = field(default_factory=list)

    def _answer(self, *asked: object) -> Report:
        self.asked.append(asked)
        if self.fails:
            raise self.fails.pop(0)
        return self.given

    async def profit_and_loss(
        self,
        first: date,
        last: date,
        *,
        periods: int = 0,
        timeframe: Timeframe = "month",
        cash: bool = False,
        tracking_id: str = "",
    ) -> Report:
        more = (*(["cash"] if cash else []), *([tracking_id] if tracking_id else []))
        return self._answer("profit_and_loss", first, last, periods, timeframe, *more)

    async def balance_sheet(self, day: date, *, periods: int = 0, timeframe: Timeframe = "month") -> Report:
        return self._answer("balance_sheet", day, periods, timeframe)

    async def trial_balance(self, day: date) -> Report:
        return self._answer("trial_balance", day)

    async def bank_summary(self, first: date, last: date) -> Report:
        return self._answer("bank_summary", first, last)

    async def executive_summary(self, day: date) -> Report:
        return self._answer("executive_summary", day)


class NoReports(FakeReports):
    """Where a test asks for no report: asking for one is a mistake of the test."""

    def __init__(self) -> None:
        super().__init__(Report(name="", titles=(), columns=(), lines=()))

    def _answer(self, *asked: object) -> Report:
        raise AssertionError(f"no report is asked for here: {asked}")
