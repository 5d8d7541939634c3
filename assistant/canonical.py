"""The one way in which a payment's facts become bytes: what was confirmed and what is sent are compared as bytes.

RFC 8785 (JSON Canonicalization Scheme) over a narrow part of JSON: strings, booleans, integers that every JSON
reader keeps exact, lists and objects. Fractions, nulls and anything else are refused, since two readers may
understand them differently.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, cast

import rfc8785

VERSION = 1
"""Of the digested facts; a new version makes every open card of the old one unconfirmable."""

_DEEPEST = 12
_LONGEST = 64 * 1024
_INTEGER = 2**53 - 1


class NotCanonical(ValueError):
    """A value that has no single meaning as bytes; `where` is the path to it."""

    def __init__(self, where: str, why: str) -> None:
        self.where, self.why = where, why
        super().__init__(f"{where or 'the value'} {why}")


def canonical(value: object) -> bytes:
    """The value as canonical JSON, UTF-8. Raises NotCanonical."""
    _check(value, "", 0)
    try:
        written = rfc8785.dumps(cast(Any, value))
    except rfc8785.CanonicalizationError as error:
        raise NotCanonical("", f"cannot be written: {error}") from error
    if len(written) > _LONGEST:
        raise NotCanonical("", f"is longer than {_LONGEST} bytes")
    return written


def facts(*, organisation_id: str, tool: str, payload: object) -> bytes:
    """The canonical bytes of a proposal: what the card shows and what will be sent, in which organisation."""
    return canonical({"version": VERSION, "organisation_id": organisation_id, "tool": tool, "payload": payload})


def digest(written: bytes) -> str:
    """SHA-256 of canonical bytes, as 64 hex digits."""
    return hashlib.sha256(written).hexdigest()


def read(written: str) -> dict[str, Any]:
    """Stored canonical JSON again. Raises NotCanonical when the text is not exactly what `canonical` writes, which
    also refuses fractions and names that appear twice."""
    try:
        value = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise NotCanonical("", f"is not JSON: {error}") from error
    if not isinstance(value, dict) or canonical(value).decode() != written:
        raise NotCanonical("", "is not in canonical form")
    return value


def _check(value: object, where: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise NotCanonical(where, f"is nested deeper than {_DEEPEST}")
    match value:
        case bool() | str():
            return
        case int():
            if abs(value) > _INTEGER:
                raise NotCanonical(where, "is an integer beyond 2^53 - 1")
        case dict():
            for name, inner in value.items():
                if not isinstance(name, str):
                    raise NotCanonical(where, "has a name that is not text")
                _check(inner, f"{where}.{name}" if where else name, depth + 1)
        case list() | tuple():
            for place, inner in enumerate(value):
                _check(inner, f"{where}[{place}]", depth + 1)
        case _:
            raise NotCanonical(where, f"is a {type(value).__name__}, which has no exact form")
