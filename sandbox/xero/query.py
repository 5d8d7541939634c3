"""Xero's `where` and `order`: the useful part of its .NET-like expressions, turned into functions.

Understood: == = != <> > >= < <=, AND OR && || NOT !, brackets, text in double quotes, numbers, true false null,
DateTime(2026,01,31), DateTime.Parse("..."), Guid("..."), and on text .Contains .StartsWith .EndsWith .ToLower
.ToUpper. Text is compared without regard to case, as the vendor's database does.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sandbox.xero.refusals import BadQuery

R = TypeVar("R")
Field = Callable[[R], Any]
_Value = Callable[[Any], Any]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][A-Za-z_0-9.]*)"""
    r"""|(?P<op>==|!=|<>|>=|<=|&&|\|\||[=<>!(),.]))"""
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_DEEPEST, _LONGEST = 40, 20_000


def _tokens(text: str) -> list[tuple[str, str]]:
    if len(text) > _LONGEST:
        raise BadQuery("The expression is too long")
    found, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise BadQuery(f"Syntax error at position {place}: '{text[place]}'")
        kind = match.lastgroup or "op"
        found.append((kind, match[kind]))
        place = match.end()
    return found


class _Parser:
    """Recursive descent over one expression."""

    def __init__(self, text: str, fields: Mapping[str, Field[Any]], type_name: str) -> None:
        self._left = _tokens(text)
        self._fields = {name.lower(): field for name, field in fields.items()}
        self._type_name = type_name
        self._depth = 0

    def whole(self) -> _Value:
        test = self._either()
        if self._left:
            raise BadQuery(f"Syntax error: '{self._left[0][1]}'")
        return test

    def _next(self) -> tuple[str, str]:
        if not self._left:
            raise BadQuery("Expression expected")
        return self._left.pop(0)

    def _eat(self, *words: str) -> bool:
        if self._left and self._left[0][0] in ("name", "op") and self._left[0][1].lower() in words:
            self._left.pop(0)
            return True
        return False

    def _must(self, sign: str) -> None:
        if not self._eat(sign):
            raise BadQuery(f"'{sign}' expected")

    def _either(self) -> _Value:
        test = self._both()
        while self._eat("or", "||"):
            test = _or(test, self._both())
        return test

    def _both(self) -> _Value:
        test = self._one()
        while self._eat("and", "&&"):
            test = _and(test, self._one())
        return test

    def _one(self) -> _Value:
        if self._eat("not", "!"):
            inner = self._deeper(self._one)
            return lambda row: not inner(row)
        if self._eat("("):
            test = self._deeper(self._either)
            self._must(")")
            return test
        left = self._operand()
        if self._left and self._left[0][0] == "op" and self._left[0][1] in _COMPARE:
            return _comparison(_COMPARE[self._next()[1]], left, self._operand())
        return left

    def _deeper(self, part: Callable[[], _Value]) -> _Value:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadQuery("The expression is nested too deeply")
        test = part()
        self._depth -= 1
        return test

    def _operand(self) -> _Value:
        kind, word = self._next()
        if kind == "text":
            value = _constant(re.sub(r"\\(.)", r"\1", word[1:-1]))
        elif kind == "number":
            value = _constant(Decimal(word))
        elif kind == "name":
            value = self._named(word)
        else:
            raise BadQuery(f"Expression expected instead of '{word}'")
        while self._eat("."):
            value = self._call(value, self._next()[1])
        return value

    def _named(self, word: str) -> _Value:
        lowered = word.lower()
        if lowered in ("true", "false", "null"):
            return _constant({"true": True, "false": False, "null": None}[lowered])
        if lowered in ("datetime", "datetime.parse", "guid", "guid.parse"):
            return _constant(_made(lowered, self._arguments()))
        if self._left and self._left[0][1] == "(":
            path, _, method = word.rpartition(".")
            return self._call(self._field(path), method)
        if lowered.endswith((".value", ".hasvalue")):
            path, _, what = lowered.rpartition(".")
            field = self._field(path)
            return field if what == "value" else lambda row: field(row) is not None
        return self._field(word)

    def _field(self, word: str) -> _Value:
        field = self._fields.get(word.lower())
        if field is None:
            raise BadQuery(f"No property or field '{word}' exists in type '{self._type_name}'")
        return field

    def _arguments(self) -> list[Any]:
        self._must("(")
        found = []
        while not self._eat(")"):
            found.append(self._operand()(None))
            self._eat(",")
        return found

    def _call(self, value: _Value, method: str) -> _Value:
        arguments = self._arguments()
        name = method.lower()
        if name in ("tolower", "toupper", "tostring", "trim") and not arguments:
            return value
        if name in ("contains", "startswith", "endswith") and len(arguments) == 1:
            wanted = str(arguments[0]).casefold()
            tests: dict[str, Callable[[str], bool]] = {
                "contains": lambda text: wanted in text,
                "startswith": lambda text: text.startswith(wanted),
                "endswith": lambda text: text.endswith(wanted),
            }
            test = tests[name]
            return lambda row: test(str(value(row) or "").casefold())
        raise BadQuery(f"No applicable method '{method}' exists in type 'String'")


def _constant(value: Any) -> _Value:
    return lambda row: value


def _or(first: _Value, second: _Value) -> _Value:
    return lambda row: bool(first(row)) or bool(second(row))


def _and(first: _Value, second: _Value) -> _Value:
    return lambda row: bool(first(row)) and bool(second(row))


def _made(kind: str, arguments: Sequence[Any]) -> Any:
    try:
        if kind == "datetime":
            year, month, day, *clock = (int(part) for part in arguments)
            hour, minute, second = [*clock, 0, 0, 0][:3]
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if kind == "datetime.parse":
            moment = datetime.fromisoformat(str(arguments[0]))
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return str(arguments[0]).lower()
    except (ValueError, TypeError, IndexError) as error:
        raise BadQuery(f"String was not recognized as a valid {kind}") from error


def _comparable(value: Any) -> Any:
    if isinstance(value, str):
        return str(value).casefold()
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _comparison(compare: Callable[[Any, Any], bool], left: _Value, right: _Value) -> _Value:
    def test(row: Any) -> bool:
        one, other = _comparable(left(row)), _comparable(right(row))
        if one is None or other is None:
            if compare in (operator.eq, operator.ne):
                return compare(one or None, other or None)
            return False
        if type(one) is not type(other):
            kinds = f"'{type(one).__name__}' and '{type(other).__name__}'"
            raise BadQuery(f"Operator incompatible with operand types {kinds}")
        return compare(one, other)

    return test


def compile_where(text: str, fields: Mapping[str, Field[R]], type_name: str) -> Callable[[R], bool]:
    """The test that a `where` stands for. Raises BadQuery."""
    return _Parser(text, fields, type_name).whole()


def sorted_by(text: str, rows: list[R], fields: Mapping[str, Field[R]], type_name: str) -> list[R]:
    """The rows in the order asked for, e.g. `Date DESC, InvoiceNumber`. Raises BadQuery."""
    known = {name.lower(): field for name, field in fields.items()}
    for part in reversed([part for part in text.split(",") if part.strip()]):
        name, _, direction = part.strip().partition(" ")
        field = known.get(name.lower())
        if field is None:
            raise BadQuery(f"No property or field '{name}' exists in type '{type_name}'")
        if direction.strip().lower() not in ("", "asc", "ascending", "desc", "descending"):
            raise BadQuery(f"Syntax error in order: '{direction.strip()}'")
        down = direction.strip().lower().startswith("desc")
        rows = sorted(rows, key=_sort_key(field), reverse=down)
    return rows


def _sort_key(field: Field[R]) -> Callable[[R], tuple[bool, Any]]:
    def key(row: R) -> tuple[bool, Any]:
        value = _comparable(field(row))
        return (value is not None, value if value is not None else 0)

    return key
