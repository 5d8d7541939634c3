"""Every value that differs from a given one in one thing: a digit, a letter, a type, a name more or less, an order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def one_field_changed(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Where and how, and the whole value with just that changed. JSON without fractions and nulls."""
    for how, changed in _changed(value):
        yield f"{where or 'all'}: {how}", changed
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        for how, changed in one_field_changed(part, f"{where}.{key}".lstrip(".")):
            whole = value.copy()
            whole[key] = changed
            yield how, whole


def _changed(value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case bool():
            yield "flipped", not value
            yield "as a number", int(value)
        case int():
            for other in (value + 1, value - 1, value * 10, value // 10, -value, 0, 2**53 - 1):
                yield f"{other}", other
            yield "as text", str(value)
            yield "as a truth", bool(value)
        case str():
            yield from _text(value)
        case list():
            yield from _list(value)
        case dict():
            yield from _object(value)
        case _:
            raise TypeError(f"{type(value).__name__} is nothing that a payload holds")


def _text(value: str) -> Iterator[tuple[str, Any]]:
    yield "emptied", ""
    for more in ("x", " ", "0", "\u200b", "\u202e", "\x00"):
        yield f"{more!r} at the end", value + more
        yield f"{more!r} at the start", more + value
    yield "in a list", [value]
    yield "as a number", int(value) if value.isascii() and value.isdigit() else len(value)
    yield "as a truth", True
    for place, char in enumerate(value):
        other = str((int(char) + 1) % 10) if char.isascii() and char.isdigit() else chr(ord(char) ^ 1)
        yield f"another character at {place}", value[:place] + other + value[place + 1 :]
        yield f"without the character at {place}", value[:place] + value[place + 1 :]
        if value[place + 1 : place + 2] not in ("", char):
            yield f"swapped at {place}", value[:place] + value[place + 1] + char + value[place + 2 :]
    if value.swapcase() != value:
        yield "in the other case", value.swapcase()
    for latin, other in (("a", "а"), ("e", "е"), ("A", "А"), ("B", "В"), ("0", "O"), ("1", "l")):
        if latin in value:
            yield f"{latin} as it looks like", value.replace(latin, other, 1)


def _list(value: list[Any]) -> Iterator[tuple[str, Any]]:
    yield "one more", [*value, "more"]
    yield "as an object", {}
    if value:
        yield "emptied", []
        yield "turned round", value[::-1]
        yield "the first twice", [value[0], *value]
        yield "without the last", value[:-1]


def _object(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "one name more", {**value, "confirmed": True}
    yield "as text", ""
    for key in value:
        yield f"without {key}", {name: part for name, part in value.items() if name != key}
        yield f"{key} called otherwise", {(f"{name}_" if name == key else name): part for name, part in value.items()}


def text_changed(value: str) -> list[str]:
    """One character changed, at each place."""
    return [value[:place] + ("1" if old == "0" else "0") + value[place + 1 :] for place, old in enumerate(value)]


def rewritten(body: str) -> Iterator[tuple[str, str]]:
    """The same facts as other text, which another reader may understand differently."""
    yield "a blank at the end", f"{body} "
    yield "a line end", f"{body}\n"
    yield "a blank inside", body.replace(":", ": ", 1)
    yield "an escape for a letter", body.replace("Acme", "\\u0041cme", 1)
    yield "a name twice", body.replace('"minor":', '"minor":1,"minor":', 1)
    yield "a fraction", body.replace('"minor":50000', '"minor":50000.0', 1)
    yield "an exponent", body.replace('"minor":50000', '"minor":5e4', 1)
    yield "other names' order", '{"version":1,' + body[1:].replace(',"version":1}', "}")
    yield "a list around it", f"[{body}]"
    yield "cut", body[:-1]
    yield "empty", ""
    yield "two of them", body + body
