"""How amounts, days and moments look on Xero's wire: exact decimals, `/Date(ms+0000)/` out, that and ISO in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Any

Json = dict[str, Any]

_MS_DATE = re.compile(r"^/Date\((-?\d+)([+-]\d{4})?\)/$")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FARTHEST = 10**14  # milliseconds: the year 5138, well inside what a date can hold


def encode(value: Any) -> str:
    """JSON text; Decimal is written exactly, date and datetime in Xero's own form."""
    write = _WRITERS.get(type(value))
    if write is not None:
        return write(value)
    for kind, writer in _WRITERS.items():  # str enums and other subclasses
        if isinstance(value, kind):
            return writer(value)
    raise TypeError(f"{type(value).__name__} has no form on this wire")


class Raw:
    """JSON text that was made before and is put in as it is."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def _object(value: Json) -> str:
    return "{" + ",".join([f"{_key(name)}:{encode(item)}" for name, item in value.items()]) + "}"


def _array(value: Sequence[Any]) -> str:
    return "[" + ",".join([encode(item) for item in value]) + "]"


@lru_cache(maxsize=1000)
def _key(name: str) -> str:
    return encode_basestring_ascii(name)


def ms_date(value: date) -> str:
    """`/Date(ms+0000)/`; a calendar date is its midnight UTC."""
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
    return f"/Date({(moment - _EPOCH) // timedelta(milliseconds=1)}+0000)/"


def iso_day(value: date) -> str:
    """The readable twin that Xero adds as `DateString`."""
    return f"{value.isoformat()}T00:00:00"


def _moment(value: date) -> str:
    return f'"{ms_date(value)}"'


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring_ascii,
    Decimal: lambda value: format(value, "f"),
    bool: lambda value: "true" if value else "false",
    int: str,
    type(None): lambda value: "null",
    Raw: lambda value: str(value.text),
    dict: _object,
    list: _array,
    tuple: _array,
    datetime: _moment,
    date: _moment,
}


def decode(body: bytes) -> Any:
    """JSON with exact numbers. Raises ValueError when it is not JSON."""
    return json.loads(body, parse_float=Decimal, parse_constant=_no_number)


def _no_number(name: str) -> Any:
    """NaN and the infinities are no JSON (RFC 8259, 6), though Python reads them."""
    raise ValueError(f"{name} is no JSON")


def read_date(value: Any) -> date | None:
    """A calendar date from `/Date(ms+0000)/` or ISO text; None when absent. Raises ValueError on anything else."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a date")
    match = _MS_DATE.match(value)
    if match:
        if abs(int(match[1])) > _FARTHEST:
            raise ValueError(f"{value} is not a date")
        return (_EPOCH + timedelta(milliseconds=int(match[1]))).date()
    if len(value) == 10:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value).date()


def read_decimal(value: Any) -> Decimal | None:
    """An exact number from a JSON number or numeric text; None when absent. Raises ValueError otherwise."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError(f"{value!r} is not a number")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not a number") from error
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise ValueError(f"{value!r} is not a number")
    return number


def text_of(body: Mapping[str, Any], name: str) -> str:
    """A text field, empty when absent; other scalars are taken as their text, as Xero does."""
    value = body.get(name)
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)


def nested(body: Mapping[str, Any], name: str) -> Json:
    """An object field, empty when absent or not an object."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def elements(body: Any, name: str) -> list[Json]:
    """The things sent: `{name: [..]}`, a bare list or one bare object, all of which Xero takes."""
    if isinstance(body, dict):
        body = body.get(name, [body])
    if isinstance(body, dict):
        body = [body]
    if not isinstance(body, list):
        return []
    return [item for item in body if isinstance(item, dict)]
