"""Xero's reports, read live."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tools.xero import decoding
from tools.xero.client import Call, XeroCalls, read
from tools.xero.decoding import Unreadable, Wire, text
from tools.xero.reader import decoded, known_id
from tools.xero.report_shapes import Report, ReportLine, Timeframe


class XeroReports:
    """The reports of one organisation."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls
        self._tenant = calls.tenant_id

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
        """GET /Reports/ProfitAndLoss; paymentsOnly is Xero's word for cash basis."""
        more = _compared(periods, timeframe) | ({"payments_only": True} if cash else {})
        if tracking_id:
            more["tracking_category_id"] = known_id(tracking_id)
        return await self._report(
            lambda api: api.get_report_profit_and_loss(
                self._tenant, from_date=first, to_date=last, _preload_content=False, **more
            )
        )

    async def balance_sheet(self, day: date, *, periods: int = 0, timeframe: Timeframe = "month") -> Report:
        """GET /Reports/BalanceSheet."""
        more = _compared(periods, timeframe)
        return await self._report(
            lambda api: api.get_report_balance_sheet(self._tenant, date=day, _preload_content=False, **more)
        )

    async def trial_balance(self, day: date) -> Report:
        """GET /Reports/TrialBalance."""
        return await self._report(
            lambda api: api.get_report_trial_balance(self._tenant, date=day, _preload_content=False)
        )

    async def bank_summary(self, first: date, last: date) -> Report:
        """GET /Reports/BankSummary."""
        return await self._report(
            lambda api: api.get_report_bank_summary(self._tenant, from_date=first, to_date=last, _preload_content=False)
        )

    async def executive_summary(self, day: date) -> Report:
        """GET /Reports/ExecutiveSummary."""
        return await self._report(
            lambda api: api.get_report_executive_summary(self._tenant, date=day, _preload_content=False)
        )

    async def _report(self, call: Call) -> Report:
        body = await read(self._calls, call, "read")
        return decoded(lambda: report(decoding.body_of(body)))


def _compared(periods: int, timeframe: Timeframe) -> dict[str, object]:
    return {"periods": periods, "timeframe": timeframe.upper()} if periods else {}


def report(body: Wire) -> Report:
    """The report of an answer. Raises Unreadable when there is none; a cell that is odd stays as it is written."""
    found = body.get("Reports")
    if not isinstance(found, list) or not found or not isinstance(found[0], dict):
        raise Unreadable("no report")
    one: Wire = found[0]
    rows = one.get("Rows")
    if not isinstance(rows, list):
        raise Unreadable("a report without rows")
    head = next((row for row in rows if isinstance(row, dict) and row.get("RowType") == "Header"), {})
    return Report(
        name=text(one.get("ReportName")),
        titles=tuple(text(title) for title in one.get("ReportTitles") or ()),
        columns=tuple(_values(head))[1:],
        lines=tuple(_lines(rows, "")),
    )


def _lines(rows: list[object], title: str) -> Iterator[ReportLine]:
    for row in rows:
        if not isinstance(row, dict):
            continue
        kind, inner = row.get("RowType"), row.get("Rows")
        if kind == "Section" or isinstance(inner, list):
            yield from _lines(inner if isinstance(inner, list) else [], text(row.get("Title")) or title)
        elif kind in ("Row", "SummaryRow"):
            label, *values = [*_values(row), ""]
            yield ReportLine(
                section=title,
                label=label,
                values=tuple(values[:-1]),
                is_total=kind == "SummaryRow",
                account_id=_account(row),
            )


def _values(row: Wire) -> list[str]:
    cells = row.get("Cells")
    return [text(cell.get("Value")) for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _account(row: Wire) -> str:
    """The account's id, which Xero writes beside the cells as the attribute "account" (or "accountID")."""
    for cell in row.get("Cells") or ():
        for attribute in (cell.get("Attributes") if isinstance(cell, dict) else None) or ():
            if isinstance(attribute, dict) and text(attribute.get("Id")).casefold() in ("account", "accountid"):
                return text(attribute.get("Value"))
    return ""
