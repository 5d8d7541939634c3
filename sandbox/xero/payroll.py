"""The payroll APIs of Xero for the United Kingdom and New Zealand, which are one in shape (payroll.xro/2.0).

Where the organisation's country has no payroll here, nothing is found at any address.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from sandbox.company.wages import Employee, Payroll, Run, Sheet, SheetLine
from sandbox.xero.api import Api, Serve
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.payroll_wire import (
    Problematic,
    day_of,
    employee_shown,
    page,
    run_shown,
    sheet_shown,
    slip_shown,
)
from sandbox.xero.refusals import NotFound
from sandbox.xero.wire import Json

T = TypeVar("T")
PAYROLL_ROOT = "/payroll.xro/2.0/"
_FILTER = re.compile(r"\s*(\w+)\s*==\s*([^,]+?)\s*")


class PayrollApi(Api):
    """Everything under /payroll.xro/2.0."""

    root = PAYROLL_ROOT

    def _routes(self, books: Books) -> Sequence[tuple[str, str, Serve]]:
        if books.payroll is None:
            return ()
        people, runs, sheets = People(books.payroll), Runs(books.payroll), Timesheets(books, books.payroll)
        return (
            ("GET", "Employees", people.find),
            ("GET", "Employees/([^/]+)", people.get),
            ("GET", "Employees/([^/]+)/Leave", people.leave),
            ("GET", "Employees/([^/]+)/LeaveBalances", people.leave_balances),
            ("GET", "LeaveTypes", people.leave_types),
            ("GET", "EarningsRates", people.earnings_rates),
            ("GET", "PayRunCalendars", runs.calendars),
            ("GET", "PayRuns", runs.find),
            ("GET", "PayRuns/([^/]+)", runs.get),
            ("GET", "Payslips", runs.slips),
            ("GET", "Payslips/([^/]+)", runs.slip),
            ("GET", "Timesheets", sheets.find),
            ("POST", "Timesheets", sheets.create),
            ("GET", "Timesheets/([^/]+)", sheets.get),
            ("POST", "Timesheets/([^/]+)/Approve", sheets.approve),
        )

    def _envelope(self) -> Json:
        return {
            "id": str(uuid.uuid4()),
            "providerName": "Finance assistant sandbox",
            "dateTimeUTC": f"{self._books.control.now():%Y-%m-%dT%H:%M:%S}Z",
            "httpStatusCode": "OK",
        }


class People:
    """Employees, their leave, and what they may be paid by."""

    def __init__(self, payroll: Payroll) -> None:
        self._payroll = payroll

    def find(self, call: Call) -> Json:
        """All employees; `filter` by first and last name."""
        wanted = _filtered(call, ("firstname", "lastname"))
        found = [
            one
            for one in self._payroll.employees
            if wanted.get("firstname", one.first_name.casefold()) == one.first_name.casefold()
            and wanted.get("lastname", one.last_name.casefold()) == one.last_name.casefold()
        ]
        return page(call, "employees", [employee_shown(self._payroll, one) for one in found])

    def get(self, call: Call, wanted: str) -> Json:
        """One employee."""
        return {"employee": employee_shown(self._payroll, self._one(wanted))}

    def leave(self, call: Call, wanted: str) -> Json:
        """What that employee has applied for."""
        one = self._one(wanted)
        rows = [
            {
                "leaveID": each.leave_id,
                "leaveTypeID": self._payroll.leave_type_id,
                "description": each.what,
                "startDate": each.first.isoformat(),
                "endDate": each.last.isoformat(),
                "periods": [
                    {
                        "periodStartDate": each.first.isoformat(),
                        "periodEndDate": each.last.isoformat(),
                        "numberOfUnits": each.hours,
                        "periodStatus": "Completed" if each.taken else "Approved",
                    }
                ],
            }
            for each in self._payroll.absences
            if each.employee_id == one.employee_id
        ]
        return {"leave": rows}

    def leave_balances(self, call: Call, wanted: str) -> Json:
        """What leave that employee has left."""
        left = {"name": "Annual leave", "leaveTypeID": self._payroll.leave_type_id, "typeOfUnits": "Hours"}
        return {"leaveBalances": [left | {"balance": self._one(wanted).leave_left}]}

    def leave_types(self, call: Call) -> Json:
        """The kinds of leave there are."""
        kind = {"leaveTypeID": self._payroll.leave_type_id, "name": "Annual leave", "isPaidLeave": True}
        return page(call, "leaveTypes", [kind | {"showOnPayslip": True, "isActive": True}])

    def earnings_rates(self, call: Call) -> Json:
        """What hours are paid by."""
        rate = {
            "earningsRateID": self._payroll.rate_id,
            "name": "Ordinary hours",
            "earningsType": "RegularEarnings",
            "rateType": "RatePerUnit",
            "typeOfUnits": "Hours",
            "currentRecord": True,
            "expenseAccountID": self._payroll.pension_id,
        }
        return page(call, "earningsRates", [rate])

    def _one(self, wanted: str) -> Employee:
        return _first(one for one in self._payroll.employees if one.employee_id == wanted.lower())


class Runs:
    """Calendars, pay runs and payslips."""

    def __init__(self, payroll: Payroll) -> None:
        self._payroll = payroll

    def calendars(self, call: Call) -> Json:
        """How often people are paid."""
        rows = []
        for calendar_id, kind in ((self._payroll.monthly_id, "Monthly"), (self._payroll.weekly_id, "Weekly")):
            last = max((run for run in self._payroll.runs if run.calendar_id == calendar_id), key=lambda run: run.first)
            rows.append(
                {
                    "payrollCalendarID": calendar_id,
                    "name": kind,
                    "calendarType": kind,
                    "periodStartDate": last.first.isoformat(),
                    "periodEndDate": last.last.isoformat(),
                    "paymentDate": last.pay_day.isoformat(),
                }
            )
        return page(call, "payRunCalendars", rows)

    def find(self, call: Call) -> Json:
        """Pay runs, latest first, of one status if that is asked for."""
        status = call.query.get("status", "").casefold()
        runs = sorted(self._payroll.runs, key=lambda run: (run.last, run.run_id), reverse=True)
        rows = [run_shown(run, self._payroll) for run in runs]
        return page(call, "payRuns", [row for row in rows if status in ("", row["payRunStatus"].casefold())])

    def get(self, call: Call, wanted: str) -> Json:
        """One pay run with its payslips."""
        run = self._run(wanted)
        slips = [slip_shown(slip, run, self._payroll, whole=False) for slip in run.slips]
        return {"payRun": run_shown(run, self._payroll) | {"paySlips": slips}}

    def slips(self, call: Call) -> Json:
        """The payslips of one pay run; it has to be named."""
        if not call.query.get("PayRunID"):
            raise Problematic("The request is invalid", PayRunID="is missing")
        run = self._run(call.query["PayRunID"])
        return page(call, "paySlips", [slip_shown(slip, run, self._payroll, whole=False) for slip in run.slips])

    def slip(self, call: Call, wanted: str) -> Json:
        """One payslip with its lines."""
        every = ((slip, run) for run in self._payroll.runs for slip in run.slips)
        slip, run = _first(pair for pair in every if pair[0].slip_id == wanted.lower())
        return {"paySlip": slip_shown(slip, run, self._payroll, whole=True)}

    def _run(self, wanted: str) -> Run:
        return _first(run for run in self._payroll.runs if run.run_id == wanted.lower())


class Timesheets:
    """Timesheets: found, made as drafts, approved."""

    def __init__(self, books: Books, payroll: Payroll) -> None:
        self._books, self._payroll = books, payroll

    def find(self, call: Call) -> Json:
        """Those of an employee, a calendar, a status, or a span of days; oldest first unless sorted by startDate."""
        wanted = _filtered(call, ("employeeid", "payrollcalendarid"))
        status = call.query.get("status", "").casefold()
        first = day_of(call.query, "startDate") if "startDate" in call.query else dt.date.min
        last = day_of(call.query, "endDate") if "endDate" in call.query else dt.date.max
        rows = [
            sheet
            for sheet in self._books.sheets.values()
            if wanted.get("employeeid", sheet.employee_id) == sheet.employee_id
            and wanted.get("payrollcalendarid", sheet.calendar_id) == sheet.calendar_id
            and status in ("", sheet.status.casefold())
            and sheet.first >= first
            and sheet.last <= last
        ]
        if call.query.get("sort", "").casefold() == "startdate":
            rows.sort(key=lambda sheet: sheet.first, reverse=True)
        return page(call, "timesheets", [sheet_shown(sheet) for sheet in rows])

    def get(self, call: Call, wanted: str) -> Json:
        """One of them."""
        return {"timesheet": sheet_shown(self._one(wanted))}

    def create(self, call: Call) -> Json:
        """Makes a draft of one week of one employee."""
        body = call.json()
        one = next((each for each in self._payroll.employees if each.employee_id == _text(body, "employeeID")), None)
        if one is None:
            raise Problematic("The request is invalid", employeeID="is no employee")
        if _text(body, "payrollCalendarID") != one.calendar_id or not one.by_the_hour:
            raise Problematic("The request is invalid", payrollCalendarID="is not paid by timesheets for that employee")
        first, last = day_of(body, "startDate"), day_of(body, "endDate")
        if first.weekday() != 0 or last != first + dt.timedelta(days=6):
            raise Problematic("The timesheet must be of one pay period", startDate="is not the start of a pay period")
        if any(each.employee_id == one.employee_id and each.first == first for each in self._books.sheets.values()):
            raise Problematic("A timesheet of that employee and pay period exists", startDate="has a timesheet already")
        sent = body.get("timesheetLines") or []
        lines = tuple(self._line(line, first, last) for line in sent)
        made = Sheet(
            self._books.new_id(), one.employee_id, one.calendar_id, first, last, "Draft", lines,
            self._books.control.now(),
        )  # fmt: skip
        self._books.apply(made)
        call.took_effect("create_timesheet", body, made.sheet_id)
        return {"timesheet": sheet_shown(made)}

    def approve(self, call: Call, wanted: str) -> Json:
        """Approves a draft."""
        before = self._one(wanted)
        if before.status != "Draft":
            raise Problematic("Only a draft timesheet can be approved", status=f"is {before.status}")
        made = replace(before, status="Approved", updated_at=self._books.control.now())
        self._books.apply(made)
        call.took_effect("approve_timesheet", {}, made.sheet_id)
        return {"timesheet": sheet_shown(made)}

    def _line(self, sent: Any, first: dt.date, last: dt.date) -> SheetLine:
        day = day_of(sent, "date")
        if not first <= day <= last:
            raise Problematic("The request is invalid", date="is outside the pay period")
        if _text(sent, "earningsRateID") != self._payroll.rate_id:
            raise Problematic("The request is invalid", earningsRateID="is no earnings rate")
        try:
            units = Decimal(str(sent.get("numberOfUnits")))
        except InvalidOperation as error:
            raise Problematic("The request is invalid", numberOfUnits="is not a number") from error
        if not 0 < units <= 24:
            raise Problematic("The request is invalid", numberOfUnits="must be above 0 and at most 24")
        return SheetLine(self._books.new_id(), day, self._payroll.rate_id, units)

    def _one(self, wanted: str) -> Sheet:
        sheet = self._books.sheets.get(wanted.lower())
        if sheet is None:
            raise NotFound
        return sheet


def _text(body: Any, name: str) -> str:
    return str(body.get(name, "")).lower() if isinstance(body, dict) else ""


def _first(rows: Iterable[T]) -> T:
    """The one that is wanted. Raises NotFound where there is none."""
    for row in rows:
        return row
    raise NotFound


def _filtered(call: Call, names: tuple[str, ...]) -> dict[str, str]:
    """`filter=name==value,name==value`. Raises Problematic for what cannot be filtered by."""
    said = call.query.get("filter", "")
    wanted: dict[str, str] = {}
    for part in said.split(",") if said.strip() else ():
        match = _FILTER.fullmatch(part)
        if match is None or match[1].casefold() not in names:
            raise Problematic("The filter is invalid", filter=f"knows {', '.join(names)}")
        wanted[match[1].casefold()] = match[2].casefold()
    return wanted
