"""What happened to an invoice or bill: who made, changed, approved or sent it, and the notes that people left."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import ToolRetry
from tools.inputs import ContactName, Text
from tools.views import Column, ColumnKind, Table
from tools.xero.document_table import MOST_ROWS, ROWS_FOR_THE_MODEL
from tools.xero.document_view import titled
from tools.xero.documents import contact_of, local
from tools.xero.finding import document_meant
from tools.xero.links import document_link
from tools.xero.setup_shapes import HistoryRecord


@read_tool("xero")
async def get_document_history(
    access: Access,
    document_number: Annotated[Text, Field(description="Number of the invoice or bill, as typed")],
    contact_name: ContactName = "",
) -> ToolResult:
    """What happened to an invoice or bill in Xero, newest first: changes, who made them, and the notes on it."""
    if not document_number.strip():
        raise ToolRetry({"en": "The history of which invoice or bill?", "de": "Der Verlauf welcher Rechnung?"})
    contact = await contact_of(access, contact_name)
    document = await document_meant(access, document_number, contact=contact)
    found = sorted(await access.live.history_of(document.id), key=lambda one: one.at, reverse=True)
    language, title = access.language, titled(document, access.language)
    rows = [
        {
            "at": local(access, one.at).date().isoformat(),
            "time": f"{local(access, one.at):%H:%M}",
            "changes": words.visible(one.changes),
            "user": words.visible(one.user),
            "details": words.visible(one.details),
        }
        for one in found
    ]
    labels = (("changes", "What", "Was"), ("user", "Who", "Wer"), ("details", "Details", "Einzelheiten"))
    table = Table(
        title=words.say(language, f"History of {title}", f"Verlauf von {title}"),
        columns=(
            Column(key="at", label=words.say(language, "Date", "Datum"), kind=ColumnKind.DATE),
            Column(key="time", label=words.say(language, "Time", "Uhrzeit")),
            *(Column(key=key, label=words.say(language, en, de)) for key, en, de in labels),
        ),
        rows=tuple(dict(row) for row in rows[:MOST_ROWS]),
        whole=len(rows),
        organisation=access.organisation.name,
        as_of=access.now,
        source="Xero",
        language=words.spoken(language),
    )
    return ToolResult(
        answer=f"{_sentence(access, found, title)} {words.as_of(access, access.now)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, access.now).isoformat(timespec="seconds"),
            "count": len(rows),
            "rows": [dict(row) for row in rows[:ROWS_FOR_THE_MODEL]],
            "link": document_link(access.organisation.short_code, document.kind, document.id),
        },
        tables=(table,) if rows else (),
    )


def _sentence(access: Access, found: list[HistoryRecord], title: str) -> str:
    language = access.language
    if not found:
        return words.say(language, f"Xero has no history of {title}", f"Zu {title} hat Xero keinen Verlauf")
    last = found[0]
    when, what, who = words.day(local(access, last.at).date(), language), words.visible(last.changes), last.user
    by = words.say(language, f" by {words.visible(who)}", f" von {words.visible(who)}") if who else ""
    count = words.say(
        language, words.many(len(found), "entry", "entries"), words.many(len(found), "Eintrag", "Einträge")
    )
    return words.say(
        language,
        f"{title}: {count}, the last on {when}: {what}{by}",
        f"{title}: {count}, zuletzt am {when}: {what}{by}",
    )
