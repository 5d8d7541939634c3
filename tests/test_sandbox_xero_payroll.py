"""Payroll at the Xero stand-in (United Kingdom, New Zealand): the vendor's shapes, sums that tie, timesheets."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_core.validation.response.exceptions import InvalidData
from starlette.testclient import TestClient

from sandbox.control import Control
from sandbox.xero import OTHERS, application
from sandbox.xero.books import Another, Books
from tests.support.xero_spec import check, needs_specs, spec
from tests.support.xero_stand_in import APP, TODAY

ROOT = "/payroll.xro/2.0"
SCOPE = "payroll.employees payroll.payruns payroll.payslip payroll.settings payroll.timesheets"
IN = {another.country: another for another in OTHERS}
MONDAY = date.fromisoformat(TODAY) - timedelta(days=date.fromisoformat(TODAY).weekday())


class Office:
    """A client with a token for the payroll of one organisation."""

    def __init__(self, country: str, scope: str = SCOPE, state: Path | None = None, *, limits: bool = False) -> None:
        control = Control("xero", today=date.fromisoformat(TODAY), state=state)
        self.books = Books(control, 1, IN.get(country, Another("Demo GmbH", "!d3m0", "demo", 0)))
        self.control = control
        self.http = TestClient(application(control, self.books, limits=limits))
        form = {"grant_type": "client_credentials", "scope": scope}
        answer = self.http.post("/connect/token", data=form, auth=APP)
        answer.raise_for_status()
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self.http.headers["xero-tenant-id"] = self.http.get("/connections").json()[0]["tenantId"]

    def get(self, path: str, **query: str) -> Any:
        """The body of a GET that must succeed; amounts keep their digits."""
        answer = self.http.get(f"{ROOT}/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal)

    def worker(self) -> Any:
        """Somebody paid by the hour."""
        return next(one for one in self.get("Employees")["employees"] if one["lastName"] == "Malhotra")

    def week(self, monday: date, **more: Any) -> dict[str, Any]:
        """What makes a timesheet of that week."""
        worker, rate = self.worker(), self.get("EarningsRates")["earningsRates"][0]["earningsRateID"]
        line = {"date": monday.isoformat(), "earningsRateID": rate, "numberOfUnits": 7.5}
        return {
            "payrollCalendarID": worker["payrollCalendarID"],
            "employeeID": worker["employeeID"],
            "startDate": monday.isoformat(),
            "endDate": (monday + timedelta(days=6)).isoformat(),
            "timesheetLines": [line],
            **more,
        }


def known(answer: Any) -> httpx.Response:
    """The test client's answer as the comparison takes it."""
    asked = httpx.Request(answer.request.method, str(answer.request.url), content=answer.request.content)
    return httpx.Response(
        answer.status_code, content=answer.content, headers={"content-type": "application/json"}, request=asked
    )


@pytest.fixture(params=["GB", "NZ"])
def payroll(request: pytest.FixtureRequest) -> Office:
    return Office(request.param)


@needs_specs
@pytest.mark.parametrize(("country", "name", "slips"), [("GB", "uk", "Payslips"), ("NZ", "nz", "PaySlips")])
def test_every_answer_has_the_vendors_shape(country: str, name: str, slips: str) -> None:
    office, vendor = Office(country), spec(f"xero-payroll-{name}.yaml")
    run = office.get("PayRuns")["payRuns"][0]["payRunID"]
    worker = office.worker()["employeeID"]
    slip = office.get(slips, PayRunID=run)["paySlips"][0]["paySlipID"]
    sheet = office.get("Timesheets")["timesheets"][0]["timesheetID"]
    for path, query in (
        ("Employees", {"page": "1"}), (f"Employees/{worker}", {}), (f"Employees/{worker}/Leave", {}),
        (f"Employees/{worker}/LeaveBalances", {}), ("LeaveTypes", {}), ("EarningsRates", {}), ("PayRunCalendars", {}),
        ("PayRuns", {"status": "Posted"}), (f"PayRuns/{run}", {}), (slips, {"PayRunID": run}), (f"{slips}/{slip}", {}),
        ("Timesheets", {"status": "Draft"}), (f"Timesheets/{sheet}", {}),
    ):  # fmt: skip
        answer = office.http.get(f"{ROOT}/{path}", params=query)
        assert answer.status_code == 200, (path, answer.text)
        check(vendor, known(answer), path=f"{ROOT}/{path}")
    made = office.http.post(f"{ROOT}/Timesheets", json=office.week(MONDAY))
    approved = office.http.post(f"{ROOT}/Timesheets/{made.json()['timesheet']['timesheetID']}/Approve")
    refused = office.http.post(f"{ROOT}/Timesheets", json=office.week(MONDAY))
    assert [made.status_code, approved.status_code, refused.status_code] == [200, 200, 400]
    check(vendor, known(made), path=f"{ROOT}/Timesheets")
    check(vendor, known(approved), path=f"{ROOT}/Timesheets/{sheet}/Approve")
    check(vendor, known(refused), path=f"{ROOT}/Timesheets")


@needs_specs
def test_the_comparison_notices_a_wrong_shape() -> None:
    office, vendor = Office("GB"), spec("xero-payroll-uk.yaml")
    answer = known(office.http.get(f"{ROOT}/PayRuns"))
    wrong = httpx.Response(200, json={"payRuns": [{"totalPay": "much"}]}, request=answer.request)
    with pytest.raises(InvalidData):
        check(vendor, wrong, path=f"{ROOT}/PayRuns")


def test_a_run_is_the_sum_of_its_payslips_and_a_payslip_of_its_lines(payroll: Office) -> None:
    runs = payroll.get("PayRuns")["payRuns"]
    assert {run["payRunStatus"] for run in runs} == {"Draft", "Posted"} and len(runs) > 8
    for run in runs:
        slips = payroll.get("PaySlips", PayRunID=run["payRunID"])["paySlips"]
        assert slips == payroll.get(f"PayRuns/{run['payRunID']}")["payRun"]["paySlips"]
        assert run["totalPay"] == sum(slip["totalPay"] for slip in slips)
        added = "totalBenefits" if "totalBenefits" in slips[0] else "totalSuperannuation"
        assert run["totalCost"] == sum(s["totalEarnings"] + s["totalEmployerTaxes"] + s[added] for s in slips)
        for slip in slips:
            assert slip["totalPay"] == slip["totalEarnings"] - slip["totalEmployeeTaxes"] - slip["totalDeductions"]
            whole = payroll.get(f"PaySlips/{slip['paySlipID']}")["paySlip"]
            earned = [*whole["earningsLines"], *whole["timesheetEarningsLines"]]
            for lines, total in (
                (earned, "totalEarnings"), (whole["employeeTaxLines"], "totalEmployeeTaxes"),
                (whole["deductionLines"], "totalDeductions"), (whole["paymentLines"], "totalPay"),
                (whole["employerTaxLines"], "totalEmployerTaxes"),
            ):  # fmt: skip
                assert sum(line["amount"] for line in lines) == slip[total], total


def test_a_week_is_paid_by_the_hours_of_its_timesheet(payroll: Office) -> None:
    hours = {
        (sheet["employeeID"], sheet["startDate"]): sheet["totalHours"]
        for sheet in payroll.get("Timesheets", status="Completed")["timesheets"]
    }
    paid = {}
    for run in payroll.get("PayRuns")["payRuns"]:
        for slip in (
            payroll.get("PaySlips", PayRunID=run["payRunID"])["paySlips"] if run["calendarType"] == "Weekly" else ()
        ):
            line = payroll.get(f"PaySlips/{slip['paySlipID']}")["paySlip"]["timesheetEarningsLines"][0]
            paid[slip["employeeID"], run["periodStartDate"]] = line["numberOfUnits"]
            worth = line["numberOfUnits"] * line["ratePerUnit"]
            assert worth.quantize(Decimal("0.01"), ROUND_HALF_UP) == line["amount"]
    assert paid == hours and len(paid) > 10


def test_lists_are_paged_and_filtered(payroll: Office) -> None:
    first = payroll.get("Employees", page="1")
    assert first["pagination"] == {"page": 1, "pageSize": 100, "pageCount": 1, "itemCount": 5}
    assert payroll.get("Employees", page="2")["employees"] == []
    assert [one["firstName"] for one in payroll.get("Employees", filter="lastName==Quill")["employees"]] == ["Rosie"]
    worker = payroll.worker()["employeeID"]
    found = payroll.get("Timesheets", filter=f"employeeId=={worker}", startDate=str(MONDAY - timedelta(weeks=2)))
    assert {sheet["employeeID"] for sheet in found["timesheets"]} == {worker} and len(found["timesheets"]) == 2
    for path in ("Employees?page=0", "Employees?filter=salary==1", "PaySlips", "Timesheets?startDate=soon"):
        refused = payroll.http.get(f"{ROOT}/{path}")
        assert refused.status_code == 400 and refused.json()["problem"]["invalidFields"], path


def test_a_timesheet_is_made_once_as_a_draft_and_approved_once(payroll: Office) -> None:
    body, key = payroll.week(MONDAY), {"Idempotency-Key": "k-1"}
    made = payroll.http.post(f"{ROOT}/Timesheets", json=body, headers=key).json()["timesheet"]
    assert (made["status"], made["totalHours"]) == ("Draft", 7.5)
    again = payroll.http.post(f"{ROOT}/Timesheets", json=body, headers=key).json()["timesheet"]
    assert again["timesheetID"] == made["timesheetID"], "the same key is the same answer"
    other = payroll.http.post(f"{ROOT}/Timesheets", json=body, headers={"Idempotency-Key": "k-2"})
    assert other.status_code == 400 and "exists" in other.json()["problem"]["detail"]
    approve = f"{ROOT}/Timesheets/{made['timesheetID']}/Approve"
    assert payroll.http.post(approve).json()["timesheet"]["status"] == "Approved"
    assert payroll.http.post(approve).status_code == 400
    assert payroll.get(f"Timesheets/{made['timesheetID']}")["timesheet"]["status"] == "Approved"
    deeds = [effect["operation"] for effect in payroll.http.get("/_sandbox/effects").json()]
    assert deeds == ["create_timesheet", "approve_timesheet"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"employeeID": "11111111-1111-4111-8111-111111111111"},
        {"payrollCalendarID": "11111111-1111-4111-8111-111111111111"},
        {"startDate": str(MONDAY + timedelta(days=1))},
        {"endDate": str(MONDAY + timedelta(days=5))},
        {"startDate": "soon"},
        {"timesheetLines": [{"date": str(MONDAY + timedelta(days=9)), "numberOfUnits": 1}]},
        {"timesheetLines": [{"date": str(MONDAY), "earningsRateID": "none", "numberOfUnits": 1}]},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_a_timesheet_that_breaks_a_rule_is_not_made(wrong: dict[str, Any]) -> None:
    payroll = Office("GB")
    refused = payroll.http.post(f"{ROOT}/Timesheets", json=payroll.week(MONDAY, **wrong))
    assert refused.status_code == 400 and refused.json()["problem"]["invalidFields"]
    assert payroll.get("Timesheets", startDate=str(MONDAY))["timesheets"] == []


def test_what_was_made_is_there_after_a_restart(tmp_path: Path) -> None:
    before = Office("GB", state=tmp_path / "xero")
    made = before.http.post(f"{ROOT}/Timesheets", json=before.week(MONDAY)).json()["timesheet"]
    after = Office("GB", state=tmp_path / "xero")
    assert after.get(f"Timesheets/{made['timesheetID']}")["timesheet"] == _digits(made)


def _digits(body: dict[str, Any]) -> Any:
    return httpx.Response(200, json=body).json(parse_float=Decimal)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("Employees", "payroll.employees"), ("PayRuns", "payroll.payruns"), ("Timesheets", "payroll.timesheets"),
        ("EarningsRates", "payroll.settings"), ("PaySlips?PayRunID=x", "payroll.payslip"),
    ],
)  # fmt: skip
def test_each_address_needs_its_own_scope(path: str, scope: str) -> None:
    without = " ".join(one for one in SCOPE.split() if one != scope)
    assert Office("GB", scope=without).http.get(f"{ROOT}/{path}").status_code == 401
    assert Office("GB", scope=f"{scope}.read").http.get(f"{ROOT}/{path}").status_code in (200, 404)


def test_reading_does_not_open_writing() -> None:
    reading = Office("GB", scope=" ".join(f"{one}.read" for one in SCOPE.split()))
    assert reading.http.post(f"{ROOT}/Timesheets", json=reading.week(MONDAY)).status_code == 401


def test_a_country_without_payroll_has_none_and_the_books_know_nothing_of_it() -> None:
    german = Office("DE", scope=f"{SCOPE} accounting.settings")
    assert german.http.get(f"{ROOT}/Employees").status_code == 404
    assert german.http.get("/api.xro/2.0/Employees").status_code == 404
    british = Office("GB", scope=f"{SCOPE} accounting.settings")
    assert british.http.get("/api.xro/2.0/Organisation").json()["Organisations"][0]["CountryCode"] == "GB"


def test_calls_count_against_the_same_limits() -> None:
    office = Office("GB", scope=f"{SCOPE} accounting.settings", limits=True)
    left = office.http.get("/api.xro/2.0/Organisation").headers["X-MinLimit-Remaining"]
    assert int(office.http.get(f"{ROOT}/Employees").headers["X-MinLimit-Remaining"]) == int(left) - 1
