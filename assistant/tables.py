"""A tool's table as the page shows it: compact rows, the words around them, and whose figures they are as of when."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from tools import words
from tools.views import ColumnKind, Table

MAX_ROWS = 5_000
"""Rows that one table carries to the page; a longer list says so and asks for a narrower question."""


def table_props(table: Table, timezone: str) -> dict[str, Any]:
    """Everything the table element shows."""
    language = table.language
    rows = table.rows[:MAX_ROWS]
    keys = {column.key for column in table.columns} | {"_link", "_ask", "_strong"}
    moment = table.as_of.astimezone(ZoneInfo(timezone))

    def say(en: str, de: str) -> str:
        return words.say(language, en, de)

    as_of = f"{say('as of', 'Stand')} {words.day(moment.date(), language)}, {moment:%H:%M}"
    return {
        "title": table.title,
        "language": words.spoken(language),
        "columns": [column.model_dump(mode="json") for column in table.columns],
        "rows": [{key: value for key, value in row.items() if key in keys and value != ""} for row in rows],
        "totals": [total.model_dump() for total in table.totals],
        "total_label": table.total_label,
        "total_column": _total_column(table),
        "organisation": table.organisation,
        "as_of_day": moment.date().isoformat(),
        "source_words": " · ".join(filter(None, (words.visible(table.organisation), as_of, table.source))),
        "words": {
            "filter": say("Filter", "Filtern"),
            "group": say("Group by {by}", "Nach {by} gruppieren"),
            "period": say("Dates", "Zeitraum"),
            "from": say("from", "von"),
            "to": say("to", "bis"),
            "day_late": say("{n} day overdue", "{n} Tag überfällig"),
            "days_late": say("{n} days overdue", "{n} Tage überfällig"),
            "none": say("No row matches this filter.", "Keine Zeile passt zu diesem Filter."),
            "some_of": say("{n} of {all} rows", "{n} von {all} Zeilen"),
            "all": _how_many(len(rows), whole=max(table.whole, len(table.rows)), language=language),
            "currency": say("currency", "Währung"),
            "columns": say("Columns", "Spalten"),
            "more": say("More", "Mehr"),
        },
    }


def _how_many(shown: int, *, whole: int, language: str) -> str:
    if shown < whole:
        return words.say(
            language,
            f"the first {{n}} of {whole} rows; ask for less to see the others",
            f"die ersten {{n}} von {whole} Zeilen; für die übrigen bitte enger fragen",
        )
    return words.say(language, "{n} row" if whole == 1 else "{n} rows", "{n} Zeile" if whole == 1 else "{n} Zeilen")


def _total_column(table: Table) -> str:
    """The money column that the table's totals add up, so that a filtered sum is of the same column; else the last."""
    if table.total_column:
        return table.total_column
    money = [column.key for column in table.columns if column.kind is ColumnKind.MONEY]
    wanted = {total.currency: total.minor for total in table.totals}
    for key in reversed(money):
        sums: dict[str, int] = {}
        for row in table.rows:
            cell = row.get(key)
            if isinstance(cell, dict) and isinstance(cell.get("minor"), int):
                sums[str(cell["currency"])] = sums.get(str(cell["currency"]), 0) + cell["minor"]
        if wanted and {k: v for k, v in sums.items() if v} == {k: v for k, v in wanted.items() if v}:
            return key
    return money[-1] if money else ""
