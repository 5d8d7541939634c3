"""Bank account numbers as people write them: an IBAN is checked, a national number is taken as it stands.

An IBAN (ISO 13616) carries check digits, so a slip of the finger shows; a national number has none that we know.
Whatever is refused is named by its ends only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tools import words
from tools.errors import Language, ToolRetry
from tools.payee import compact, masked

_LEAD = re.compile(r"^\s*(?:iban|account|konto)(?:\s*(?:no\.?|nr\.?|number|nummer))?\s*[:.]?\s*(?=\S)", re.IGNORECASE)
_NATIONAL = re.compile(r"[A-Z0-9]{4,34}")
_LEAST_DIGITS, _MANY_DIGITS = 4, 8


@dataclass(frozen=True, slots=True)
class AccountNumber:
    """An account number and what it says by itself."""

    written: str
    """As it is kept in the books: an IBAN without blanks, a national number as it was written."""
    is_iban: bool
    country: str = ""
    """ISO 3166 code of an IBAN's country; empty for a national number."""
    bank: str = ""
    """The bank's name where its code is listed; empty where it is not."""


def read_account_number(typed: str) -> AccountNumber:
    """The account number that a person typed. Raises ToolRetry, in words, for one that cannot be right."""
    tidy = _LEAD.sub("", words.without_invisible(typed), count=1)
    number = compact(tidy)
    if number.isascii() and _looks_like_iban(number):
        return _iban(number)
    if not _NATIONAL.fullmatch(number) or sum(char.isdigit() for char in number) < _LEAST_DIGITS:
        shown = masked(number)
        raise ToolRetry(
            {
                "en": f"{shown} cannot be an account number: one has 4 to 34 letters (A to Z) and digits. "
                "What is the number?",
                "de": f"{shown} kann keine Kontonummer sein: sie hat 4 bis 34 Buchstaben (A bis Z) und Ziffern. "
                "Wie lautet die Nummer?",
            }
        )
    return AccountNumber(tidy, is_iban=False)


def known_account_number(stored: str) -> AccountNumber:
    """What an account number in the books says by itself; nothing is refused, it is there already."""
    number = compact(stored)
    if not number.isascii() or not _looks_like_iban(number):
        return AccountNumber(stored, is_iban=False)
    try:
        return AccountNumber(stored, is_iban=True, country=(found := _iban(number)).country, bank=found.bank)
    except ToolRetry:
        return AccountNumber(stored, is_iban=False)


def _looks_like_iban(number: str) -> bool:
    """Two letters and two digits; or many digits behind a letter, as in an IBAN with a slip in its first characters."""
    digits = sum(char.isdigit() for char in number)
    return bool(re.match(r"[A-Z]{2}\d{2}", number)) or (digits >= _MANY_DIGITS and not number[:2].isdigit())


def _iban(number: str) -> AccountNumber:
    from schwifty import IBAN
    from schwifty.exceptions import SchwiftyException

    try:
        found = IBAN(number)
    except SchwiftyException as problem:
        raise _wrong(number, type(problem).__name__) from None
    return AccountNumber(str(found), is_iban=True, country=found.country_code, bank=found.bank_name or "")


def _wrong(number: str, kind: str) -> ToolRetry:
    en, de = {
        "InvalidChecksumDigits": (
            "its check digits do not fit, so at least one character is wrong",
            "die Prüfziffern passen nicht, mindestens ein Zeichen ist falsch",
        ),
        "InvalidLength": (
            f"it has {len(number)} characters, which is too many or too few for its country",
            f"sie hat {len(number)} Zeichen, das sind für ihr Land zu viele oder zu wenige",
        ),
        "InvalidCountryCode": (
            "it does not begin with a country that has IBANs",
            "sie beginnt nicht mit einem Land, das IBANs hat",
        ),
    }.get(
        kind, ("its characters do not have the form of its country", "ihre Zeichen haben nicht die Form ihres Landes")
    )
    return ToolRetry(
        {
            "en": f"{masked(number)} is not a valid IBAN: {en}. What is the number?",
            "de": f"{masked(number)} ist keine gültige IBAN: {de}. Wie lautet die Nummer?",
        }
    )


def grouped(number: str) -> str:
    """The whole number as it is read aloud and compared: in groups of four, or as its own separators part it.

    Characters that hide or reorder others are made visible.
    """
    shown = words.visible(number)
    bare = "".join(shown.split())
    if re.search(r"[^A-Za-z0-9\s]", shown):
        return shown
    return " ".join(bare[start : start + 4] for start in range(0, len(bare), 4))


def country_name(code: str, language: Language) -> str:
    """The country of an ISO 3166 code: "Germany", "Deutschland"; the code itself where it has no name."""
    return _countries(words.spoken(language)).get(code, code)


def country_code(written: str) -> str:
    """The ISO 3166 code of a country as somebody wrote it ("DE", "germany", "Deutschland"); empty when unclear."""
    text = " ".join(written.split())
    if text.upper() in _countries("en"):
        return text.upper()
    for language in words.LANGUAGES:
        for code, name in _countries(language).items():
            if name.casefold() == text.casefold():
                return code
    return ""


@cache
def _countries(language: Language) -> dict[str, str]:
    from babel import Locale

    territories = Locale(language).territories
    return {str(code): str(name) for code, name in territories.items() if re.fullmatch(r"[A-Z]{2}", str(code))}
