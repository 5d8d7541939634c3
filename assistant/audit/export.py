"""The audit trail for an auditor: JSON and CSV with the hashes, so that the chain can be computed again elsewhere.

To recompute an event's hash, take its ten fields `seq` to `facts` as a JSON object, `facts` being the *text* of its
canonical JSON; write that object as canonical JSON (RFC 8785); SHA-256 over the 32 bytes of `previous` and then these
bytes is `hash`. `previous` is the `hash` of the event before it, 64 zeros for the first.

In CSV a cell that a spreadsheet would take for a formula, and any that begins with an apostrophe, has one apostrophe
put before it: drop the first apostrophe of a cell that begins with one to have the original.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterable, AsyncIterator, Callable

from assistant.audit.chain import HASHED
from assistant.canonical import read
from assistant.stores.audit import AuditRow, StoredEvent

COLUMNS = (*HASHED, "previous", "hash")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def facts_of(event: AuditRow | StoredEvent) -> dict[str, object]:
    """The event's facts by name; none when they are not what was once written."""
    try:
        return read(event.facts) if isinstance(event.facts, str) else {}
    except ValueError:  # NotCanonical, and text that is no Unicode
        return {}


def as_json(event: StoredEvent) -> str:
    """One event on one line; its facts as an object, or as the text that is stored where that is no canonical JSON."""
    values = {name: _plain(getattr(event, name)) for name in COLUMNS}
    facts = facts_of(event)
    if facts or event.facts == "{}":
        values["facts"] = facts
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


async def json_document(events: AsyncIterable[StoredEvent]) -> AsyncIterator[str]:
    """A JSON list, one event a line."""
    before = "[\n"
    async for event in events:
        yield before + as_json(event)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


async def csv_document(events: AsyncIterable[StoredEvent]) -> AsyncIterator[str]:
    """RFC 4180 with a head line; begins with the mark by which spreadsheets know UTF-8."""
    yield "\ufeff" + _line(COLUMNS)
    async for event in events:
        yield _line([harmless(getattr(event, name)) for name in COLUMNS])


FORMATS: dict[str, Callable[[AsyncIterable[StoredEvent]], AsyncIterator[str]]] = {
    "csv": csv_document,
    "json": json_document,
}


def harmless(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    plain = _plain(value)
    text = "" if plain is None else str(plain)
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _line(cells: object) -> str:
    file = io.StringIO()
    csv.writer(file).writerow(cells)  # type: ignore[arg-type]
    return file.getvalue()


def _plain(value: object) -> object:
    """A stored value as JSON and text can hold it: bytes and broken text, which only tampering leaves, made visible."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case bool() | int() | None:
            return value
        case _:
            return repr(value)
