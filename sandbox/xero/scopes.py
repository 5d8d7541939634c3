"""Xero's granular scopes: which exist, and which one a route asks for."""

from __future__ import annotations

_READ_AND_WRITE = (
    "accounting.invoices",
    "accounting.payments",
    "accounting.banktransactions",
    "accounting.manualjournals",
    "accounting.contacts",
    "accounting.settings",
    "accounting.attachments",
    "payroll.employees",
    "payroll.payruns",
    "payroll.payslip",
    "payroll.settings",
    "payroll.timesheets",
)
_REPORTS = (
    "aged",
    "balancesheet",
    "banksummary",
    "budgetsummary",
    "executivesummary",
    "profitandloss",
    "taxreports",
    "trialbalance",
)
GRANULAR = frozenset(
    {"openid", "profile", "email", "offline_access", "accounting.budgets.read", "accounting.journals.read"}
    | set(_READ_AND_WRITE)
    | {f"{scope}.read" for scope in _READ_AND_WRITE}
    | {f"accounting.reports.{report}.read" for report in _REPORTS}
)
BROAD = frozenset({"accounting.transactions", "accounting.transactions.read", "accounting.reports.read"})
"""Scopes of the old kind: an app made since 2 March 2026 may not ask for them."""

_NOUNS = {
    "invoices": "accounting.invoices",
    "creditnotes": "accounting.invoices",
    "items": "accounting.invoices",
    "quotes": "accounting.invoices",
    "purchaseorders": "accounting.invoices",
    "repeatinginvoices": "accounting.invoices",
    "payments": "accounting.payments",
    "banktransactions": "accounting.banktransactions",
    "banktransfers": "accounting.banktransactions",
    "batchpayments": "accounting.payments",
    "prepayments": "accounting.payments",
    "overpayments": "accounting.payments",
    "manualjournals": "accounting.manualjournals",
    "journals": "accounting.journals",
    "contacts": "accounting.contacts",
    "contactgroups": "accounting.contacts",
    "accounts": "accounting.settings",
    "organisation": "accounting.settings",
    "organisations": "accounting.settings",
    "taxrates": "accounting.settings",
    "currencies": "accounting.settings",
    "trackingcategories": "accounting.settings",
    "users": "accounting.settings",
    "attachments": "accounting.attachments",
    "employees": "payroll.employees",
    "payruns": "payroll.payruns",
    "payslips": "payroll.payslip",
    "timesheets": "payroll.timesheets",
    "payruncalendars": "payroll.settings",
    "earningsrates": "payroll.settings",
    "leavetypes": "payroll.settings",
}


def needed(method: str, noun: str, report: str = "") -> frozenset[str]:
    """The scopes any one of which opens this route; empty when the sandbox has no such route."""
    if noun == "reports":
        name = report.lower()
        if name.startswith("aged"):
            name = "aged"
        scope = f"accounting.reports.{name}.read"
        return frozenset({scope}) if scope in GRANULAR else frozenset()
    base = _NOUNS.get(noun)
    if base is None:
        return frozenset()
    return frozenset({base, f"{base}.read"}) if method in ("GET", "HEAD") else frozenset({base})


def opens(granted: tuple[str, ...], wanted: frozenset[str]) -> bool:
    """Whether one of the granted scopes opens the route."""
    return any(scope in wanted for scope in granted)
