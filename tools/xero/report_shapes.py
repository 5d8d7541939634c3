"""Xero's reports as tools see them: lines under titles, every figure read exactly, and who gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol

from tools.xero.books import Shape

Timeframe = Literal["month", "quarter", "year"]
_NUMBER = re.compile(r"(?P<minus>-)?\s*(?P<open>\()?\s*(?P<digits>[0-9][0-9,\u00a0 ]*(?:\.[0-9]+)?|\.[0-9]+)\s*\)?")


class ReportLine(Shape):
    """One line of a report; `values` in the order of the report's columns, as Xero wrote them."""

    section: str
    """The title that it stands under; may be empty."""
    label: str
    values: tuple[str, ...]
    is_total: bool
    account_id: str = ""
    """The ledger account that it is about, where Xero says so."""

    def amount(self, column: int = 0) -> Decimal | None:
        """The figure of a column; None where there is none that can be read."""
        return figure(self.values[column]) if column < len(self.values) else None


class Report(Shape):
    """A report as Xero made it: what it is called, its columns beside the label, and its lines in order."""

    name: str
    titles: tuple[str, ...]
    columns: tuple[str, ...]
    lines: tuple[ReportLine, ...]
    made_at: datetime | None = None
    """When it was asked for."""

    def find(self, *labels: str) -> ReportLine | None:
        """The first line with one of these labels, the labels tried in their order; small and capital are the same."""
        for wanted in labels:
            for line in self.lines:
                if line.label.strip().casefold() == wanted:
                    return line
        return None

    def totals(self) -> Iterator[ReportLine]:
        """The lines that sum others up."""
        return (line for line in self.lines if line.is_total)


def figure(written: str) -> Decimal | None:
    """A figure as reports write it: "1234.50", "1,234.50", "-5.00", "(5.00)"; None for anything else ("", "12.0%")."""
    match = _NUMBER.fullmatch(written.strip())
    if match is None:
        return None
    number = Decimal(re.sub(r"[,\s\u00a0]", "", match["digits"]))
    return -number if match["minus"] or match["open"] else number


class Reports(Protocol):
    """Xero's reports of one organisation, in its base currency. Each raises ToolFailed kinds."""

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
        """Income less costs between two days, both included, with so many earlier periods beside it; `cash`: when it
        was paid instead of when it was invoiced; with a tracking category a column for each of its options."""
        ...

    async def balance_sheet(self, day: date, *, periods: int = 0, timeframe: Timeframe = "month") -> Report:
        """What is owned and owed at the end of a day, with so many earlier days beside it."""
        ...

    async def trial_balance(self, day: date) -> Report:
        """Every account's debit and credit, of the month and of the year to that day."""
        ...

    async def bank_summary(self, first: date, last: date) -> Report:
        """What came into and went out of each bank account between two days."""
        ...

    async def executive_summary(self, day: date) -> Report:
        """The month of that day at a glance beside the month before."""
        ...
