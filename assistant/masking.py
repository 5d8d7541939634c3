"""What must not be kept: bank account numbers are masked, and a record with a secret in it is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tools.payee import masked

_LOOKS_LIKE_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){11,40}(?![A-Za-z0-9])")
_LOWER_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30}(?![A-Za-z0-9])")
_SECRET_NAME = re.compile(r"(?i)(token|secret|password|authorization|cookie|credential)")


def without_ibans(value: object) -> object:
    """The same value with every bank account number in its texts masked to its ends (ISO 13616).

    A national number looks like any other; it is known by the fingerprint that stands beside it.
    """
    match value:
        case str():
            return _LOWER_IBAN.sub(_mask_valid, _LOOKS_LIKE_IBAN.sub(_mask, value))
        case dict():
            kept = {name: without_ibans(inner) for name, inner in value.items()}
            if "fingerprint" in kept and isinstance(number := kept.get("number"), str):
                kept["number"] = masked(number)
            return kept
        case list() | tuple():
            return [without_ibans(inner) for inner in value]
        case _:
            return value


def names_of_secrets(value: object) -> Iterable[str]:
    """The names in `value` that speak of a secret: such a thing must never be recorded."""
    match value:
        case dict():
            for name, inner in value.items():
                if _SECRET_NAME.search(str(name)):
                    yield str(name)
                yield from names_of_secrets(inner)
        case list() | tuple():
            for inner in value:
                yield from names_of_secrets(inner)


def _mask(found: re.Match[str]) -> str:
    text = found[0]
    compact = re.sub(r"\s", "", text)
    if len(compact) == len(text) and len(compact) <= 34:
        return f"{compact[:4]}…{compact[-4:]}"
    # With spaces, the words that follow may look like its groups: the longest valid beginning is the number.
    for length in range(min(34, len(compact)), 14, -1):
        if _valid(compact[:length]):
            rest = _after(text, length)
            return f"{compact[:4]}…{compact[length - 4 : length]}{rest}"
    return text


def _mask_valid(found: re.Match[str]) -> str:
    text = found[0]
    return f"{text[:4]}…{text[-4:]}" if _valid(text.upper()) else text


def _after(text: str, letters: int) -> str:
    seen = 0
    for place, letter in enumerate(text):
        if seen == letters:
            return text[place:]
        seen += not letter.isspace()
    return ""


def _valid(compact: str) -> bool:
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1
