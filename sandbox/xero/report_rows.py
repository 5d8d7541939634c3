"""The vendor's report shape: a header, sections of rows, summary rows; every value is text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sandbox.xero.wire import Json


def money(amount: Decimal) -> str:
    """An amount as reports write it."""
    return f"{amount:.2f}" if amount else "0.00"


def long_day(day: date) -> str:
    """1 April 2026."""
    return f"{day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    """01 Apr 2026."""
    return f"{day:%d %b %Y}"


def cells(values: Sequence[str], attribute: tuple[str, str] | None = None) -> list[Json]:
    """Cells, each tied to the account or document it is about."""
    if attribute is None:
        return [{"Value": value} for value in values]
    tied = [{"Value": attribute[1], "Id": attribute[0]}]
    return [{"Value": value, "Attributes": tied} for value in values]


def header(*values: str) -> Json:
    """The head of the columns."""
    return {"RowType": "Header", "Cells": cells(values)}


def row(*values: str, attribute: tuple[str, str] | None = None) -> Json:
    """One line."""
    return {"RowType": "Row", "Cells": cells(values, attribute)}


def summary(*values: str) -> Json:
    """A total."""
    return {"RowType": "SummaryRow", "Cells": cells(values)}


def section(title: str, rows: Sequence[Json]) -> Json:
    """A group of lines under a title."""
    return {"RowType": "Section", "Title": title, "Rows": list(rows)}


def change(now: Decimal, before: Decimal) -> str:
    """The difference to the period before, in percent."""
    if not before:
        return "0.0%"
    return f"{(now - before) / abs(before) * 100:.1f}%"
