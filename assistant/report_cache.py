"""Xero's reports, kept for a minute: a question that is asked again, or by two people, costs one call.

Each report counts against the organisation's limits and takes Xero a second or more; its figures are of the moment
when it was made, which is the moment that an answer names.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

from assistant.clock import Clock
from tools.xero.report_shapes import Report, Reports, Timeframe

KEPT = timedelta(seconds=60)
_MOST = 50


class KeptReports:
    """The reports of one organisation, asked once and kept; what is written makes all of them old."""

    def __init__(self, reports: Reports, clock: Clock) -> None:
        self._reports, self._clock = reports, clock
        self._kept: dict[tuple[object, ...], tuple[datetime, Report]] = {}
        self._age = 0

    def forget(self) -> None:
        """Something was written: every report is asked for anew."""
        self._kept.clear()
        self._age += 1

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
        """Kept by its days, its basis and what it is compared with or divided by."""
        return await self._once(
            ("profit_and_loss", first, last, periods, timeframe, cash, tracking_id),
            lambda: self._reports.profit_and_loss(
                first, last, periods=periods, timeframe=timeframe, cash=cash, tracking_id=tracking_id
            ),
        )

    async def balance_sheet(self, day: date, *, periods: int = 0, timeframe: Timeframe = "month") -> Report:
        """Kept by its day and what it is compared with."""
        return await self._once(
            ("balance_sheet", day, periods, timeframe),
            lambda: self._reports.balance_sheet(day, periods=periods, timeframe=timeframe),
        )

    async def trial_balance(self, day: date) -> Report:
        """Kept by its day."""
        return await self._once(("trial_balance", day), lambda: self._reports.trial_balance(day))

    async def bank_summary(self, first: date, last: date) -> Report:
        """Kept by its days."""
        return await self._once(("bank_summary", first, last), lambda: self._reports.bank_summary(first, last))

    async def executive_summary(self, day: date) -> Report:
        """Kept by its day."""
        return await self._once(("executive_summary", day), lambda: self._reports.executive_summary(day))

    async def _once(self, asked: tuple[object, ...], ask: Callable[[], Awaitable[Report]]) -> Report:
        now = self._clock()
        known = self._kept.get(asked)
        if known and now < known[0]:
            return known[1]
        age = self._age
        found = (await ask()).model_copy(update={"made_at": now})
        if age == self._age:  # else something was written while it was made
            while len(self._kept) >= _MOST:
                self._kept.pop(next(iter(self._kept)))
            self._kept[asked] = (now + KEPT, found)
        return found
