"""A report as a person sees it, and as much of it as a model needs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import JsonValue

from tools import words
from tools.base import Access, ToolResult
from tools.money import Money, decimals_of
from tools.views import Column, ColumnKind, Table
from tools.xero.documents import local
from tools.xero.report_shapes import Report, ReportLine

ROWS_FOR_THE_MODEL = 30


def report_result(
    access: Access, report: Report, answer: str, figures: dict[str, JsonValue], *, in_money: bool = True
) -> ToolResult:
    """The answer with the whole report as a table; the model gets the headline figures and the first lines."""
    lines, made_at = list(report.lines), report.made_at or access.now
    facts: dict[str, JsonValue] = {
        "organisation": access.organisation.name,
        "as_of": local(access, made_at).isoformat(timespec="seconds"),
        "currency": access.organisation.base_currency,
        **figures,
        "columns": list(report.columns),
        "rows": [_for_the_model(line) for line in lines[:ROWS_FOR_THE_MODEL]],
    }
    if len(lines) > ROWS_FOR_THE_MODEL:
        facts["more_rows"] = len(lines) - ROWS_FOR_THE_MODEL
    return ToolResult(
        answer=f"{answer} {words.as_of(access, made_at)}.",
        facts=facts,
        tables=(report_table(access, report, made_at, in_money=in_money),),
    )


def _for_the_model(line: ReportLine) -> JsonValue:
    return {"section": words.visible(line.section), "line": words.visible(line.label), "values": list(line.values)}


def report_table(access: Access, report: Report, as_of: datetime, *, in_money: bool) -> Table:
    """Every line under its section, one column a period."""
    language, currency = access.language, access.organisation.base_currency
    kind = ColumnKind.MONEY if in_money and _all_money(report, currency) else ColumnKind.TEXT
    names = tuple(words.visible(name) for name in report.columns)
    return Table(
        title=words.visible(report.name),
        columns=(
            Column(key="line", label=words.say(language, "Line", "Zeile")),
            Column(key="section", label=words.say(language, "Section", "Abschnitt")),
            *(Column(key=f"c{n}", label=name or words.say(language, "Amount", "Betrag"), kind=kind)
              for n, name in enumerate(names)),
        ),
        rows=tuple(_row(line, len(names), kind, currency) for line in report.lines),
        organisation=access.organisation.name,
        as_of=as_of,
        source="Xero",
        language=words.spoken(language),
    )  # fmt: skip


def _all_money(report: Report, currency: str) -> bool:
    """Whether every figure is an amount that the currency can hold; percentages and counts are shown as they are."""
    places = Decimal(1).scaleb(-decimals_of(currency))
    for line in report.lines:
        for column, written in enumerate(line.values):
            amount = line.amount(column)
            if written.strip() and (amount is None or amount != amount.quantize(places)):
                return False
    return True


def _row(line: ReportLine, columns: int, kind: ColumnKind, currency: str) -> dict[str, object]:
    found: dict[str, object] = {"section": words.visible(line.section), "line": words.visible(line.label)}
    if line.is_total or (not line.section and line.values):
        found["_strong"] = True
    for column in range(columns):
        written = line.values[column] if column < len(line.values) else ""
        amount = line.amount(column)
        if kind is ColumnKind.MONEY:
            found[f"c{column}"] = (
                None if amount is None else {"minor": Money(amount, currency).minor, "currency": currency}
            )
        else:
            found[f"c{column}"] = words.visible(written)
    return found


def money(access: Access, amount: Decimal | None) -> str:
    """An amount of a report in the organisation's currency; "?" where Xero gave none that can be read."""
    return (
        "?"
        if amount is None
        else words.money(Money.rounded(amount, access.organisation.base_currency), access.language)
    )
