"""One request to the accounting API, read and checked, as the nouns' functions take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from sandbox.xero.books import Books
from sandbox.xero.query import Field, compile_where, sorted_by
from sandbox.xero.records import Token
from sandbox.xero.refusals import BadRequest
from sandbox.xero.wire import Json, Raw, decode

R = TypeVar("R")
LARGEST_PAGE, USUAL_PAGE = 1000, 100


@dataclass(slots=True)
class Effect:
    """A write that took effect, for the control surface."""

    operation: str
    body: Any
    result_id: str


@dataclass(slots=True)
class Call:
    """Who calls, what is asked, and what came of it."""

    books: Books
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    token: Token
    effects: list[Effect] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The Idempotency-Key, empty when none was sent."""
        return self.headers.get("idempotency-key", "")

    @property
    def user(self) -> str:
        """Who the history names as the writer."""
        return "System Generated" if not self.token.event_id else "Anna Albrecht"

    def json(self) -> Any:
        """The body. Raises BadRequest when it is not JSON."""
        try:
            return decode(self.body)
        except (ValueError, RecursionError) as error:
            raise BadRequest(
                "JSON for post data was invalid", number=17, type_name="PostDataInvalidException"
            ) from error

    @property
    def wants_pdf(self) -> bool:
        """Whether the printed document is asked for instead of its data."""
        return "application/pdf" in self.headers.get("accept", "")

    def flag(self, name: str, usual: bool) -> bool:
        """A yes-or-no query parameter in any case ("True", "false")."""
        value = self.query.get(name, "").lower()
        return usual if value not in ("true", "false") else value == "true"

    def listed(self, name: str) -> set[str]:
        """A comma-separated query parameter, in lower case; empty when absent."""
        return {part.strip().lower() for part in self.query.get(name, "").split(",") if part.strip()}

    def took_effect(self, operation: str, sent: Any, result_id: str) -> None:
        """Notes a write for the control surface; it is recorded in this same step of the server."""
        self.effects.append(Effect(operation, plain(sent), result_id))

    def modified_since(self) -> datetime | None:
        """If-Modified-Since, in RFC 1123 or ISO form. Raises BadRequest."""
        text = self.headers.get("if-modified-since", "").strip()
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            try:
                moment = parsedate_to_datetime(text)
            except ValueError as error:
                raise BadRequest(f"If-Modified-Since '{text}' is not a date") from error
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Noun:
    """How one kind of record is listed: its name, plural, and the fields `where` and `order` know."""

    name: str
    plural: str
    fields: Mapping[str, Field[Any]]
    updated: str = "UpdatedDateUTC"
    id_field: str = ""


def page_of(call: Call) -> tuple[int, int] | None:
    """The page and its size, or None when no paging was asked for. Raises BadRequest."""
    if "page" not in call.query and "pageSize" not in call.query:
        return None
    try:
        page, size = int(call.query.get("page", 1)), int(call.query.get("pageSize", USUAL_PAGE))
    except ValueError as error:
        raise BadRequest("page and pageSize must be whole numbers") from error
    if page < 1 or not 1 <= size <= LARGEST_PAGE:
        raise BadRequest(f"page must be at least 1 and pageSize between 1 and {LARGEST_PAGE}")
    return page, size


def selected(call: Call, noun: Noun, rows: Sequence[R]) -> list[R]:
    """The rows that `where` and If-Modified-Since leave, in the order asked for (by change, then id)."""
    found = list(rows)
    since = call.modified_since()
    if since is not None:
        updated = noun.fields[noun.updated]
        floor = since.replace(microsecond=0)
        found = [row for row in found if updated(row) >= floor]
    if call.query.get("where"):
        test = compile_where(call.query["where"], noun.fields, noun.name)
        found = [row for row in found if test(row)]
    usual = ", ".join(name for name in (noun.updated, noun.id_field) if name)
    return sorted_by(call.query.get("order") or usual, found, noun.fields, noun.name)


def listing(call: Call, noun: Noun, rows: Sequence[R], render: Callable[[R], Raw | Json]) -> Json:
    """The body of a list answer: the page asked for, with the pagination object when paging was asked for."""
    found = selected(call, noun, rows)
    page = page_of(call)
    if page is None:
        return {noun.plural: [render(row) for row in found]}
    number, size = page
    return {
        "pagination": {
            "page": number,
            "pageSize": size,
            "pageCount": -(-len(found) // size),
            "itemCount": len(found),
        },
        noun.plural: [render(row) for row in found[(number - 1) * size : number * size]],
    }


def plain(value: Any) -> Any:
    """The same JSON with ordinary numbers, for people and tests to read (nothing is reckoned with it)."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
