"""How the payroll APIs of the United Kingdom and New Zealand write: camel case, ISO days, a page of a hundred."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from sandbox.company.wages import Employee, Payroll, Run, Sheet, Slip
from sandbox.xero.call import Call
from sandbox.xero.refusals import Refusal, json_answer
from sandbox.xero.wire import Json

PAGE = 100


class Problematic(Refusal):
    """A request that breaks a rule: 400 with a problem object that names the fields."""

    def __init__(self, detail: str, **fields: str) -> None:
        super().__init__(detail)
        self.detail, self.fields = detail, fields

    def answer(self) -> Response:
        """As the payroll APIs word it."""
        invalid = [{"name": name, "reason": reason} for name, reason in self.fields.items()]
        problem = {
            "type": "about:blank",
            "title": "BadRequest",
            "status": "BadRequest",
            "detail": self.detail,
            "invalidFields": invalid,
        }
        return json_answer({"problem": problem, "httpStatusCode": "BadRequest", **problem}, 400)


def page(call: Call, name: str, rows: Sequence[Json]) -> Json:
    """A page of a list, with its pagination. Raises Problematic."""
    said = call.query.get("page", "1")
    if not (said.isascii() and said.isdigit() and int(said) > 0):
        raise Problematic("page must be a positive number", page="is not a positive number")
    number = int(said)
    return {
        "pagination": {
            "page": number,
            "pageSize": PAGE,
            "pageCount": -(-len(rows) // PAGE),
            "itemCount": len(rows),
        },
        name: list(rows[(number - 1) * PAGE : number * PAGE]),
    }


def employee_shown(payroll: Payroll, one: Employee) -> Json:
    """An employee as the list and the single record show them."""
    british = payroll.country == "GB"
    body: Json = {
        "employeeID": one.employee_id,
        "title": "Ms" if one.gender == "F" else "Mr",
        "firstName": one.first_name,
        "lastName": one.last_name,
        "dateOfBirth": one.born.isoformat(),
        "gender": one.gender,
        "email": f"{one.first_name}.{one.last_name}@lindenhof.example".lower(),
        "startDate": one.since.isoformat(),
        "address": {
            "addressLine1": "4 Mill Lane",
            "city": "Leeds" if british else "Wellington",
            "postCode": "LS1 4AP" if british else "6011",
            "countryName": "UNITED KINGDOM" if british else "NEW ZEALAND",
        },
        "payrollCalendarID": one.calendar_id,
        "createdDateUTC": f"{one.since}T09:00:00Z",
        "updatedDateUTC": f"{one.since}T09:00:00Z",
    }
    if british:
        return body | {"niCategory": "A", "nationalInsuranceNumber": one.tax_number, "isOffPayrollWorker": False}
    return body | {"engagementType": "Permanent"}


def run_shown(run: Run, payroll: Payroll) -> Json:
    """A pay run as lists show it: its sums are those of its payslips."""
    body: Json = {
        "payRunID": run.run_id,
        "payrollCalendarID": run.calendar_id,
        "periodStartDate": run.first.isoformat(),
        "periodEndDate": run.last.isoformat(),
        "paymentDate": run.pay_day.isoformat(),
        "totalCost": sum((slip.cost for slip in run.slips), Decimal("0.00")),
        "totalPay": sum((slip.paid for slip in run.slips), Decimal("0.00")),
        "payRunStatus": "Posted" if run.posted else "Draft",
        "payRunType": "Scheduled",
        "calendarType": "Monthly" if run.calendar_id == payroll.monthly_id else "Weekly",
    }
    return body | ({"postedDateTime": run.pay_day.isoformat()} if run.posted else {})


def slip_shown(slip: Slip, run: Run, payroll: Payroll, *, whole: bool) -> Json:
    """A payslip; its lines come with the single record only."""
    british = payroll.country == "GB"
    zero = Decimal("0.00")
    body: Json = {
        "paySlipID": slip.slip_id,
        "employeeID": slip.employee.employee_id,
        "payRunID": run.run_id,
        "lastEdited": run.pay_day.isoformat(),
        "firstName": slip.employee.first_name,
        "lastName": slip.employee.last_name,
        "totalEarnings": slip.earned,
        "grossEarnings": slip.earned,
        "totalPay": slip.paid,
        "totalEmployerTaxes": slip.employer_tax,
        "totalEmployeeTaxes": slip.tax + slip.insurance,
        "totalDeductions": slip.pension,
        "totalReimbursements": zero,
        **({"totalCourtOrders": zero} if british else {"totalStatutoryDeductions": zero}),
        ("totalBenefits" if british else "totalSuperannuation"): slip.employer_pension,
        "paymentMethod": "Electronically",
    }
    return body | (_lines(slip, payroll) if whole else {})


def _lines(slip: Slip, payroll: Payroll) -> Json:
    british = payroll.country == "GB"
    rate: Json = {"earningsRateID": payroll.rate_id, "amount": slip.earned}
    worked = rate | {"ratePerUnit": slip.employee.pay, "numberOfUnits": slip.hours, "isLinkedToTimesheet": True}
    salary = rate | {"displayName": "Salary", "fixedAmount": slip.earned, "isLinkedToTimesheet": False}
    benefit: Json = {"displayName": "Employer pension" if british else "KiwiSaver", "amount": slip.employer_pension}
    account: Json = {"accountNumber": slip.employee.account, "accountName": slip.employee.last_name.upper()}
    if slip.employee.sort_code:
        account["sortCode"] = slip.employee.sort_code
    own = [_tax("PAYE", slip.tax, employer=False)]
    if slip.insurance:
        own.append(_tax("Employee NIC", slip.insurance, employer=False))
    return {
        "earningsLines": [] if slip.employee.by_the_hour else [salary],
        "timesheetEarningsLines": [worked] if slip.employee.by_the_hour else [],
        "deductionLines": [{"deductionTypeID": payroll.pension_id, "amount": slip.pension}],
        ("benefitLines" if british else "superannuationLines"): [
            {("benefitTypeID" if british else "superannuationTypeID"): payroll.pension_id, **benefit}
        ],
        "employeeTaxLines": own,
        "employerTaxLines": [_tax("Employer NIC", slip.employer_tax, employer=True)] if slip.employer_tax else [],
        "paymentLines": [{"amount": slip.paid, **account}],
    }


def _tax(what: str, amount: Decimal, *, employer: bool) -> Json:
    return {"description": what, "amount": amount, "isEmployerTax": employer, "manualAdjustment": False}


def sheet_shown(sheet: Sheet) -> Json:
    """A timesheet with its lines."""
    return {
        "timesheetID": sheet.sheet_id,
        "payrollCalendarID": sheet.calendar_id,
        "employeeID": sheet.employee_id,
        "startDate": sheet.first.isoformat(),
        "endDate": sheet.last.isoformat(),
        "status": sheet.status,
        "totalHours": sheet.hours,
        "updatedDateUTC": sheet.updated_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "timesheetLines": [
            {
                "timesheetLineID": line.line_id,
                "date": line.day.isoformat(),
                "earningsRateID": line.rate_id,
                "numberOfUnits": line.units,
            }
            for line in sheet.lines
        ],
    }


def day_of(body: Any, name: str) -> dt.date:
    """A day that was sent, with or without a time behind it. Raises Problematic."""
    said = body.get(name) if isinstance(body, dict) else None
    try:
        return dt.date.fromisoformat(str(said)[:10])
    except ValueError as error:
        raise Problematic("The request is invalid", **{name: "is not a day"}) from error
