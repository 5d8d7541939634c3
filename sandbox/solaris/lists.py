"""How the bank's lists are asked for: paging, sorting and filters in the query, counts and links in the headers."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from sandbox.solaris.problems import invalid

Row = TypeVar("Row")
Rows = Sequence[Row]
_DEFAULT_SIZE = 10


class Query:
    """The query of one list request, checked; remembers which parameters nobody asked about."""

    def __init__(self, request: Request) -> None:
        self._given = dict(request.query_params)
        self._left = set(self._given)
        for name, value in self._given.items():
            if value != value.strip():
                raise invalid(name, "must not begin or end with whitespace")

    def text(self, name: str) -> str | None:
        """A parameter's value; an empty one counts as absent, as nulls do."""
        self._left.discard(name)
        return self._given.get(name) or None

    def whole(self, name: str, usual: int, most: int) -> int:
        """A whole number from 1 to `most`."""
        text = self.text(name)
        if text is None:
            return usual
        if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= most:
            raise invalid(name, f"must be a whole number from 1 to {most}")
        return int(text)

    def among(self, name: str, allowed: Sequence[str]) -> str | None:
        """One of a closed set, case sensitive."""
        text = self.text(name)
        if text is not None and text not in allowed:
            raise invalid(name, f"must be one of {', '.join(allowed)}")
        return text

    def days(self, name: str) -> tuple[date | None, date | None]:
        """A range of days, `name[min]` to `name[max]`, both included; `name` alone is one day."""
        one = self._day(name)
        least, most = self._day(f"{name}[min]"), self._day(f"{name}[max]")
        return one or least, one or most

    def _day(self, name: str) -> date | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            return datetime.fromisoformat(text).date()
        except ValueError as error:
            raise invalid(name, "must be a date, YYYY-MM-DD") from error

    def ignored(self) -> list[str]:
        """Parameters that mean nothing here: the vendor ignores them silently."""
        return sorted(self._left)


def within(day: date, span: tuple[date | None, date | None]) -> bool:
    """Whether a day lies in a range that may be open at either end."""
    least, most = span
    return (least is None or day >= least) and (most is None or day <= most)


def ordered(rows: Rows[Row], query: Query, keys: dict[str, Callable[[Row], Any]], usual: str) -> Rows[Row]:
    """Sorted by `sort`, a leading minus for descending; equal rows keep a fixed order."""
    names = [*keys, *(f"-{name}" for name in keys)]
    wanted = query.among("sort", names) or usual
    return sorted(rows, key=keys[wanted.lstrip("-")], reverse=wanted.startswith("-"))


class Page:
    """One page of a list."""

    def __init__(self, query: Query, *, most: int = 1000) -> None:
        self.number = query.whole("page[number]", 1, 999_999_999)
        self.size = query.whole("page[size]", _DEFAULT_SIZE, most)

    def response(self, request: Request, base: str, rows: Rows[Row], show: Callable[[Row], Any]) -> Response:
        """The rows of this page as a bare array, with `total`, `per-page` and `link` in the headers (RFC 5988)."""
        begin = (self.number - 1) * self.size
        shown = [show(row) for row in rows[begin : begin + self.size]]
        headers = {
            "total": str(len(rows)),
            "per-page": str(self.size),
            "link": self._links(request, base, len(rows)),
        }
        text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        return Response(text, media_type="application/json", headers=headers)

    def _links(self, request: Request, base: str, total: int) -> str:
        last = max(1, -(-total // self.size))
        targets = {"first": 1, "last": last}
        if self.number > 1:
            targets["prev"] = min(self.number - 1, last)
        if self.number < last:
            targets["next"] = self.number + 1
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "page[number]"]
        links = []
        for name, number in targets.items():
            query = urlencode([*kept, ("page[number]", str(number))])
            links.append(f'<{base}{request.url.path}?{query}>; rel="{name}"')
        return ", ".join(links)
