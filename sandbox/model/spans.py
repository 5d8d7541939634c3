"""A day or a period of a sentence, and the calendar arithmetic round it."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta


@dataclass(frozen=True)
class Span:
    """A day or period found in a sentence; an open end is None."""

    start: int
    end: int
    first: date | None
    last: date | None
    kind: str
    """`day`, `period`, `since`, `until` or `days` (a length reckoned from today)."""
    yearless: bool = False
    days: int = 0
    rolling: bool = False
    monthless: bool = False
    """Only the number of the day was said: `on the 15th`."""


def month_span(year: int, month: int) -> tuple[date, date]:
    """The first and last day of a month."""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def shift_months(day: date, months: int) -> date:
    """The same day some months away, or the last day of that month."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def in_past(span: Span, today: date) -> Span:
    """A span named without a year, taken to be the latest that has begun."""
    if span.yearless and span.first and span.first > today:
        return _years(span, -1)
    if span.yearless and span.first is None and span.last and span.last > today + timedelta(days=120):
        return _years(span, -1)
    return span


def in_future(span: Span, today: date) -> Span:
    """A span named without a year, taken to be the next one: a payment or due date."""
    if span.yearless and span.last and span.last < today - timedelta(days=60):
        return _years(span, 1)
    return span


def _years(span: Span, step: int) -> Span:
    first = shift_months(span.first, 12 * step) if span.first else None
    last = shift_months(span.last, 12 * step) if span.last else None
    return replace(span, first=first, last=last)
