"""The figures of the executive summary: a month at a glance, each a sum over the journal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sandbox.xero.books import ZERO, Books
from sandbox.xero.journal import PAYABLES, RECEIVABLES, Journal
from sandbox.xero.report_rows import money

SECTIONS = (
    ("Cash", ("Cash received", "Cash spent", "Cash surplus (deficit)", "Closing bank balance")),
    (
        "Profitability",
        ("Income", "Direct costs", "Gross profit (loss)", "Other Income", "Expenses", "Profit (loss)"),
    ),
    ("Balance Sheet", ("Debtors", "Creditors", "Net assets")),
    ("Income", ("Number of invoices issued", "Average value of invoices")),
    ("Performance", ("Gross profit margin", "Net profit margin")),
    ("Position", ("Current assets to liabilities",)),
)


def figures(books: Books, journal: Journal, end: date) -> dict[str, Decimal]:
    """Every figure of the month that ends on `end`, by its name on the report."""
    begin = end.replace(day=1)
    month, held = journal.balances(end, begin), journal.balances(end)

    def total(balances: dict[str, Decimal], sign: int, *kinds: str) -> Decimal:
        return sign * sum((balances.get(a.code, ZERO) for a in books.accounts.values() if a.type in kinds), ZERO)

    cash = [p for p in journal.postings() if p.code in books.banks and begin <= p.on <= end]
    received = sum((p.amount for p in cash if p.amount > 0), ZERO)
    spent = -sum((p.amount for p in cash if p.amount < 0), ZERO)
    income, costs = total(month, -1, "REVENUE"), total(month, 1, "DIRECTCOSTS")
    other, expenses = total(month, -1, "OTHERINCOME"), total(month, 1, "EXPENSE", "DEPRECIATN")
    issued = [d for d in books.documents.values() if d.kind == "ACCREC" and d.is_booked]
    issued = [d for d in issued if begin <= d.date <= end]
    value = sum((d.total / d.rate for d in issued), ZERO)
    profit = income - costs + other - expenses
    assets = total(held, 1, "BANK", "CURRENT", "FIXED")
    debts = total(held, -1, "CURRLIAB", "TERMLIAB")
    short, current = total(held, 1, "BANK", "CURRENT"), total(held, -1, "CURRLIAB")
    return {
        "Cash received": received,
        "Cash spent": spent,
        "Cash surplus (deficit)": received - spent,
        "Closing bank balance": total(held, 1, "BANK"),
        "Income": income,
        "Direct costs": costs,
        "Gross profit (loss)": income - costs,
        "Other Income": other,
        "Expenses": expenses,
        "Profit (loss)": profit,
        "Debtors": held.get(RECEIVABLES, ZERO),
        "Creditors": held.get(PAYABLES, ZERO),
        "Net assets": assets - debts,
        "Number of invoices issued": Decimal(len(issued)),
        "Average value of invoices": value / len(issued) if issued else ZERO,
        "Gross profit margin": (income - costs) / income * 100 if income else ZERO,
        "Net profit margin": profit / income * 100 if income else ZERO,
        "Current assets to liabilities": short / current if current else ZERO,
    }


def shown(name: str, figure: Decimal) -> str:
    """A count, a percentage or an amount, as the report writes it."""
    if name.startswith("Number"):
        return str(int(figure))
    return f"{figure:.1f}%" if name.endswith("margin") else money(figure)
