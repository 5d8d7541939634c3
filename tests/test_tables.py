"""A tool's table as the page gets it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.tables import MAX_ROWS, table_props
from tools.views import Column, ColumnKind, Table, Total


def table(rows: list[dict[str, Any]], **more: Any) -> Table:
    values: dict[str, Any] = {
        "title": "Bills",
        "columns": (
            Column(key="number", label="Number"),
            Column(key="total", label="Total", kind=ColumnKind.MONEY),
            Column(key="left", label="Left", kind=ColumnKind.MONEY),
        ),
        "rows": tuple(rows),
        "organisation": "Demo GmbH",
        "as_of": datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
        "source": "Xero",
    }
    return Table(**{**values, **more})


def row(number: str, total: int, left: int) -> dict[str, Any]:
    return {
        "number": number,
        "total": {"minor": total, "currency": "EUR"},
        "left": {"minor": left, "currency": "EUR"},
        "_ask": f"Show bill {number}",
        "secret": "not a column",
    }


def test_only_columns_and_what_a_row_opens_reach_the_page() -> None:
    (only,) = table_props(table([row("B-1", 100, 50)]), "Europe/Berlin")["rows"]
    assert set(only) == {"number", "total", "left", "_ask"}


def test_whose_figures_and_as_of_when_on_the_organisations_day() -> None:
    props = table_props(table([]), "Europe/Berlin")
    assert props["source_words"] == "Demo GmbH · as of 23 Nov 2026, 00:30 · Xero"
    assert props["as_of_day"] == "2026-11-23"


@pytest.mark.parametrize(("sum_of", "expected"), [(300, "total"), (120, "left"), (7, "left")])
def test_the_totals_belong_to_the_column_that_they_add_up(sum_of: int, expected: str) -> None:
    made = table([row("B-1", 100, 50), row("B-2", 200, 70)], totals=(Total(minor=sum_of, currency="EUR"),))
    assert table_props(made, "UTC")["total_column"] == expected


@pytest.mark.parametrize(
    ("count", "language", "words"),
    [(1, "en", "{n} row"), (2, "en", "{n} rows"), (1, "de", "{n} Zeile"), (2, "de", "{n} Zeilen")],
)
def test_how_many_rows_in_words(count: int, language: str, words: str) -> None:
    made = table([row(f"B-{n}", 1, 1) for n in range(count)], language=language)
    assert table_props(made, "UTC")["words"]["all"] == words


def test_a_table_that_is_too_long_says_so() -> None:
    props = table_props(table([row(f"B-{n}", 1, 1) for n in range(MAX_ROWS + 1)]), "UTC")
    assert len(props["rows"]) == MAX_ROWS
    assert str(MAX_ROWS + 1) in props["words"]["all"]
