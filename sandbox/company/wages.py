"""Who works for the company where Xero has a payroll, what they are paid, and the hours of those paid by the hour.

All invented. Salaries are paid by the month, hours by the week; what is kept back is a share of what was earned,
so that every figure can be checked by hand and none comes from a tax table of any year.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sandbox.company.shape import Organisation

CURRENCIES = {"GB": "GBP", "NZ": "NZD"}
"""Countries with a payroll here, and what is paid there."""
_MONTHS, _WEEKS = 6, 8
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Shares:
    """What is kept back of what was earned, and what the employer adds, in a country."""

    tax: Decimal
    insurance: Decimal
    insurance_name: str
    employer: Decimal
    pension: Decimal
    employer_pension: Decimal


SHARES = {
    "GB": Shares(Decimal("0.14"), Decimal("0.06"), "Employee NIC", Decimal("0.11"), Decimal("0.05"), Decimal("0.03")),
    "NZ": Shares(Decimal("0.19"), Decimal(0), "", Decimal(0), Decimal("0.03"), Decimal("0.03")),
}


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody on the payroll."""

    employee_id: str
    first_name: str
    last_name: str
    gender: str
    born: dt.date
    since: dt.date
    calendar_id: str
    pay: Decimal
    """A month where paid by the month, an hour where paid by the hour."""
    by_the_hour: bool
    account: str
    """The number of their own bank account."""
    sort_code: str
    tax_number: str
    leave_left: Decimal
    """Hours."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What one employee gets of one pay run."""

    slip_id: str
    employee: Employee
    hours: Decimal | None
    earned: Decimal
    tax: Decimal
    insurance: Decimal
    pension: Decimal
    employer_tax: Decimal
    employer_pension: Decimal

    @property
    def paid(self) -> Decimal:
        """What reaches the employee."""
        return self.earned - self.tax - self.insurance - self.pension

    @property
    def cost(self) -> Decimal:
        """What it costs the company."""
        return self.earned + self.employer_tax + self.employer_pension


@dataclass(frozen=True, slots=True)
class Run:
    """One pay run of one calendar."""

    run_id: str
    calendar_id: str
    first: dt.date
    last: dt.date
    pay_day: dt.date
    posted: bool
    slips: tuple[Slip, ...]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """The hours of a day."""

    line_id: str
    day: dt.date
    rate_id: str
    units: Decimal


@dataclass(frozen=True, slots=True)
class Sheet:
    """A timesheet of a week."""

    sheet_id: str
    employee_id: str
    calendar_id: str
    first: dt.date
    last: dt.date
    status: str
    """Draft, Approved or Completed (paid)."""
    lines: tuple[SheetLine, ...]
    updated_at: dt.datetime

    @property
    def hours(self) -> Decimal:
        """All of its units."""
        return sum((line.units for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Absence:
    """Leave that somebody has applied for."""

    leave_id: str
    employee_id: str
    first: dt.date
    last: dt.date
    hours: Decimal
    what: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Payroll:
    """Everything of one organisation's payroll as it began."""

    country: str
    monthly_id: str
    weekly_id: str
    rate_id: str
    leave_type_id: str
    pension_id: str
    employees: tuple[Employee, ...]
    runs: tuple[Run, ...]
    sheets: tuple[Sheet, ...]
    absences: tuple[Absence, ...]


# first name | last name | gender | pay | by the hour
_STAFF = """
Harriet|Ashworth|F|4850.00|
Callum|Pryce|M|3920.00|
Imogen|Tarrant|F|3375.50|
Dev|Malhotra|M|17.25|h
Rosie|Quill|F|15.80|h
"""


def payroll_of(organisation: Organisation, today: dt.date, seed: int) -> Payroll | None:
    """The payroll of an organisation; None in a country where there is none here."""
    country = organisation.country_code
    if country not in CURRENCIES:
        return None
    making = _Making(organisation, today, random.Random(f"{seed}/payroll/{country}"))
    employees = tuple(making.employee(row) for row in _STAFF.strip().splitlines())
    sheets = tuple(making.sheets(employees))
    return Payroll(
        country=country,
        monthly_id=making.new_id("monthly"),
        weekly_id=making.new_id("weekly"),
        rate_id=making.new_id("ordinary hours"),
        leave_type_id=making.new_id("annual leave"),
        pension_id=making.new_id("pension"),
        employees=employees,
        runs=(*making.months(employees), *making.weeks(employees, sheets)),
        sheets=sheets,
        absences=tuple(making.absences(employees)),
    )


class _Making:
    """Makes one payroll, the same for the same seed and day."""

    def __init__(self, organisation: Organisation, today: dt.date, rng: random.Random) -> None:
        self._organisation, self._today, self._rng = organisation, today, rng
        self._shares = SHARES[organisation.country_code]
        self._monday = today - dt.timedelta(days=today.weekday())

    def new_id(self, name: str) -> str:
        """The id of that thing of this organisation."""
        return str(uuid.uuid5(uuid.UUID(self._organisation.organisation_id), f"payroll/{name}"))

    def employee(self, row: str) -> Employee:
        """One line of the staff."""
        first, last, gender, pay, hourly = row.split("|")
        digits = f"{self._rng.randrange(10**7, 10**8)}"
        british = self._organisation.country_code == "GB"
        return Employee(
            employee_id=self.new_id(f"employee/{last}"),
            first_name=first,
            last_name=last,
            gender=gender,
            born=dt.date(self._rng.randrange(1966, 2002), self._rng.randrange(1, 13), self._rng.randrange(1, 28)),
            since=self._today.replace(day=1) - dt.timedelta(days=self._rng.randrange(400, 2500)),
            calendar_id=self.new_id("weekly" if hourly else "monthly"),
            pay=Decimal(pay),
            by_the_hour=bool(hourly),
            account=digits if british else f"12-3456-0{digits[:6]}-00",
            sort_code=f"60{self._rng.randrange(1000, 9999)}" if british else "",
            tax_number=f"QQ{digits[:6]}C" if british else f"0{digits}",
            leave_left=Decimal(self._rng.randrange(24, 160)),
        )

    def sheets(self, employees: tuple[Employee, ...]) -> list[Sheet]:
        """The last weeks of those paid by the hour: all but the last are paid; of that one is approved, one a draft."""
        made: list[Sheet] = []
        by_the_hour = [each for each in employees if each.by_the_hour]
        for back in range(_WEEKS, 0, -1):
            monday = self._monday - dt.timedelta(weeks=back)
            for place, each in enumerate(by_the_hour):
                status = "Completed" if back > 1 else ("Approved" if place == 0 else "Draft")
                made.append(self._sheet(each, monday, status))
        return made

    def _sheet(self, employee: Employee, monday: dt.date, status: str) -> Sheet:
        name = f"sheet/{employee.last_name}/{monday}"
        days = [monday + dt.timedelta(days=n) for n in range(5)]
        return Sheet(
            sheet_id=self.new_id(name),
            employee_id=employee.employee_id,
            calendar_id=employee.calendar_id,
            first=monday,
            last=monday + dt.timedelta(days=6),
            status=status,
            lines=tuple(
                SheetLine(
                    self.new_id(f"{name}/{day}"),
                    day,
                    self.new_id("ordinary hours"),
                    Decimal(self._rng.choice(("6", "7.5", "8"))),
                )
                for day in days
            ),
            updated_at=dt.datetime.combine(monday + dt.timedelta(days=5), dt.time(9), dt.UTC),
        )

    def months(self, employees: tuple[Employee, ...]) -> list[Run]:
        """The salaries of the last months; this month's run is a draft."""
        made: list[Run] = []
        first = self._today.replace(day=1)
        for back in range(_MONTHS):
            last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
            slips = [
                self._slip(f"{each.last_name}/{first}", each, None, each.pay)
                for each in employees
                if not each.by_the_hour
            ]
            made.append(self._run("monthly", first, last, last - dt.timedelta(days=2), back > 0, slips))
            first = (first - dt.timedelta(days=1)).replace(day=1)
        return made

    def weeks(self, employees: tuple[Employee, ...], sheets: tuple[Sheet, ...]) -> list[Run]:
        """One posted run for each week whose timesheets are paid."""
        found = {each.employee_id: each for each in employees}
        mondays = sorted({sheet.first for sheet in sheets if sheet.status == "Completed"}, reverse=True)
        made: list[Run] = []
        for monday in mondays:
            slips = [
                self._slip(
                    f"{found[sheet.employee_id].last_name}/{monday}",
                    found[sheet.employee_id],
                    sheet.hours,
                    sheet.hours * found[sheet.employee_id].pay,
                )
                for sheet in sheets
                if sheet.first == monday
            ]
            last = monday + dt.timedelta(days=6)
            made.append(self._run("weekly", monday, last, last + dt.timedelta(days=3), True, slips))
        return made

    def _run(
        self, calendar: str, first: dt.date, last: dt.date, pay_day: dt.date, posted: bool, slips: list[Slip]
    ) -> Run:
        run_id = self.new_id(f"run/{calendar}/{first}")
        return Run(run_id, self.new_id(calendar), first, last, pay_day, posted, tuple(slips))

    def _slip(self, name: str, employee: Employee, hours: Decimal | None, earned: Decimal) -> Slip:
        shares, whole = self._shares, _cents(earned)
        return Slip(
            slip_id=self.new_id(f"slip/{name}"),
            employee=employee,
            hours=hours,
            earned=whole,
            tax=_cents(whole * shares.tax),
            insurance=_cents(whole * shares.insurance),
            pension=_cents(whole * shares.pension),
            employer_tax=_cents(whole * shares.employer),
            employer_pension=_cents(whole * shares.employer_pension),
        )

    def absences(self, employees: tuple[Employee, ...]) -> list[Absence]:
        """A week that was taken and one that is to come, of two people."""
        made: list[Absence] = []
        for place, weeks in ((0, -5), (1, 3)):
            each, monday = employees[place], self._monday + dt.timedelta(weeks=weeks)
            leave_id = self.new_id(f"leave/{each.last_name}")
            friday = monday + dt.timedelta(days=4)
            made.append(Absence(leave_id, each.employee_id, monday, friday, Decimal("37.5"), "Annual leave", weeks < 0))
        return made


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
