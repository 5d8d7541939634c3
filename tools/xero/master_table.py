"""Lists of master data: the figure first, few rows for the model, a whole table for the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue

from tools import words
from tools.base import Access, ToolResult
from tools.views import Column, ColumnKind, Table, Total
from tools.xero.document_table import MOST_ROWS, ROWS_FOR_THE_MODEL
from tools.xero.documents import local

Heading = tuple[str, str, str]
"""Key, English and German label of a column of text."""


def columns(access: Access, headings: Sequence[Heading], kinds: Mapping[str, ColumnKind] | None = None) -> list[Column]:
    """The columns in the person's language; text where no other kind is said."""
    kinds = kinds or {}
    return [
        Column(key=key, label=words.say(access.language, en, de), kind=kinds.get(key, ColumnKind.TEXT))
        for key, en, de in headings
    ]


def table(
    access: Access,
    title: tuple[str, str],
    shown: Sequence[Column],
    rows: Sequence[dict[str, object]],
    as_of: datetime,
    *,
    totals: Sequence[Total] = (),
    total_label: tuple[str, str] = ("", ""),
    total_column: str = "",
) -> Table:
    """A table of Xero's."""
    return Table(
        title=words.say(access.language, *title),
        columns=tuple(shown),
        rows=tuple(rows[:MOST_ROWS]),
        whole=len(rows),
        totals=tuple(totals),
        total_label=words.say(access.language, *total_label),
        total_column=total_column,
        organisation=access.organisation.name,
        as_of=as_of,
        source="Xero",
        language=words.spoken(access.language),
    )


def told(
    access: Access,
    answer: str,
    rows: Sequence[Mapping[str, JsonValue]],
    as_of: datetime,
    tables: Sequence[Table],
    **more: JsonValue,
) -> ToolResult:
    """The result: the sentence with whose figures and of when, and the first rows for the model, numbered."""
    numbered: list[JsonValue] = [
        {"n": n, **{key: value for key, value in row.items() if value not in ("", None)}}
        for n, row in enumerate(rows[:ROWS_FOR_THE_MODEL], start=1)
    ]
    return ToolResult(
        answer=f"{answer} {words.as_of(access, as_of)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, as_of).isoformat(timespec="seconds"),
            "count": len(rows),
            **more,
            "rows": numbered,
        },
        tables=tuple(tables),
    )


def with_link(row: dict[str, object], link: str) -> dict[str, object]:
    """The row with the address of its record in Xero, where there is one."""
    return {**row, "_link": link} if link else row
