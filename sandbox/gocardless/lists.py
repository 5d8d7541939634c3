"""Lists in the vendor's way: newest first, a cursor before and after, a limit, and a few filters."""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.gocardless.book import Book, Record
from sandbox.gocardless.problems import missing, misused

_USUAL, _MOST = 50, 500
_LINKED = ("customer", "customer_bank_account", "mandate", "payment", "payout", "creditor")
_PLAIN = ("status", "currency", "reference", "scheme", "resource_type", "action")
_RANGED = ("created_at", "charge_date")


def show_list(book: Book, resource: str, request: Request) -> Response:
    """One page of a resource. Raises Problem for a parameter that cannot be read."""
    query = request.query_params
    rows = [row for row in reversed(book.records[resource].values()) if _fits(book, row, dict(query))]
    limit = _limit(query.get("limit"))
    numbers = [row["id"] for row in rows]
    begin = 0
    if "after" in query:
        begin = _place(numbers, query["after"]) + 1
    elif "before" in query:
        begin = max(0, _place(numbers, query["before"]) - limit)
        limit = min(limit, _place(numbers, query["before"]) - begin)
    page = rows[begin : begin + limit]
    cursors = {
        "before": page[0]["id"] if page and begin > 0 else None,
        "after": page[-1]["id"] if page and begin + limit < len(rows) else None,
    }
    return JSONResponse({resource: page, "meta": {"cursors": cursors, "limit": _limit(query.get("limit"))}})


def show_one(book: Book, resource: str, number: str) -> Response:
    """One record."""
    return JSONResponse({resource: find(book, resource, number)})


def find(book: Book, resource: str, number: str) -> Record:
    """The record with this id. Raises Problem 404."""
    record = book.records[resource].get(number)
    if record is None:
        raise missing()
    return record


def _limit(text: str | None) -> int:
    if text is None:
        return _USUAL
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MOST:
        raise misused(400, "invalid_filters", f"limit must be a whole number from 1 to {_MOST}")
    return int(text)


def _place(numbers: list[str], cursor: str) -> int:
    if cursor not in numbers:
        raise misused(400, "invalid_cursor", "The cursor is not a record of this list")
    return numbers.index(cursor)


def _fits(book: Book, row: Record, query: dict[str, str]) -> bool:
    for name in _PLAIN:
        if name in query and row.get(name) not in query[name].split(","):
            return False
    for name in _LINKED:
        if name in query and _linked(book, row, name) != query[name]:
            return False
    return all(_in_range(row, name, query) for name in _RANGED)


def _linked(book: Book, row: Record, name: str) -> Any:
    """A record's link; a payment's customer is its mandate's."""
    links = row.get("links", {})
    if name == "customer" and "mandate" in links:
        links = book.records["mandates"].get(links["mandate"], {}).get("links", {})
    return links.get(name)


def _in_range(row: Record, name: str, query: dict[str, str]) -> bool:
    for word in ("gt", "gte", "lt", "lte"):
        text = query.get(f"{name}[{word}]")
        if text is None:
            continue
        value = row.get(name)
        if value is None:
            return False
        known, wanted = _moment(str(value)), _moment(text)
        if not {"gt": known > wanted, "gte": known >= wanted, "lt": known < wanted, "lte": known <= wanted}[word]:
            return False
    return True


def _moment(text: str) -> str:
    """A date or moment in one comparable form."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise misused(400, "invalid_filters", f"{text} is not a date or time") from error
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")
