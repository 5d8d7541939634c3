"""What a tool is given: text, dates and amounts as people and models write them, read exactly or asked about again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from tools import words
from tools.errors import Language, ToolRetry
from tools.money import AmountError, Money, currency_written, parse_amount


def _text(value: object) -> object:
    """None and numbers become text; a number keeps all its digits, so that 12.345 is never taken for a thousand."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            return str(value)
        written = f"{number:f}"
        whole, _, decimals = written.partition(".")
        return f"{whole}.{decimals:0<4}" if decimals else written
    return value


def _number(value: object) -> object:
    return 0 if value in (None, "") else value


Text = Annotated[str, BeforeValidator(_text), Field(max_length=300)]
"""An optional text; empty means that it was not said."""

ContactName = Annotated[Text, Field(description="Customer or supplier, as the person typed it (or the id of a choice)")]
Day = Annotated[Text, Field(description="YYYY-MM-DD")]
Amount = Annotated[Text, Field(description="Decimal number as text, e.g. 1250.00")]
Limit = Annotated[
    int, BeforeValidator(_number), Field(ge=0, le=1000, description="At most so many rows; 0 means all of them")
]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jän jänner", "feb february februar", "mar march märz mär mrz", "apr april",
            "may mai", "jun june juni", "jul july juli", "aug august", "sep sept september", "oct october okt oktober",
            "nov november", "dec december dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_RELATIVE = {"today": 0, "heute": 0, "yesterday": -1, "gestern": -1, "tomorrow": 1, "morgen": 1}


def read_day(written: str, *, today: date) -> date | None:
    """The day that was written; None when nothing was.

    Reads 2026-11-22, 22.11.2026, 22 Nov 2026, November 22 2026, today and yesterday. A date such as 01/02/2026 has two
    readings and is asked about. Raises ToolRetry.
    """
    text = written.strip().casefold()
    if not text:
        return None
    if text in _RELATIVE:
        return today + timedelta(days=_RELATIVE[text])
    try:
        return _calendar_day(text)
    except ValueError:
        shown = words.visible(written.strip()[:40])
        raise ToolRetry(
            {
                "en": f'"{shown}" is not a date that I can read for certain. Which day is meant, e.g. 2026-11-22?',
                "de": f"„{shown}“ kann ich nicht sicher als Datum lesen. Welcher Tag ist gemeint, z. B. 22.11.2026?",
            }
        ) from None


def _calendar_day(text: str) -> date:
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:t[\d:.+z-]*)?", text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})", text):
        return date(_year(match[3]), int(match[2]), int(match[1]))
    if match := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th|\.)?\s+([a-zä]+)\.?,?\s+(\d{4}|\d{2})", text):
        return date(_year(match[3]), _MONTHS.get(match[2], 0), int(match[1]))
    if match := re.fullmatch(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", text):
        return date(int(match[3]), _MONTHS.get(match[1], 0), int(match[2]))
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        first, second = int(match[1]), int(match[2])
        if first > 12 or first == second:
            return date(int(match[3]), second, first)
        if second > 12:
            return date(int(match[3]), first, second)
    raise ValueError(text)


def _year(written: str) -> int:
    return int(written) if len(written) == 4 else 2000 + int(written)


def read_range(first: str, last: str, *, today: date) -> tuple[date | None, date | None]:
    """Two days, both included; refused when the first lies after the last. Raises ToolRetry."""
    start, end = read_day(first, today=today), read_day(last, today=today)
    if start and end and start > end:
        raise ToolRetry(
            {
                "en": f"The range begins on {words.day(start, 'en')}, after its end on {words.day(end, 'en')}. "
                "Which days are meant?",
                "de": f"Der Zeitraum beginnt am {words.day(start, 'de')}, nach seinem Ende am {words.day(end, 'de')}. "
                "Welche Tage sind gemeint?",
            }
        )
    return start, end


_REASONS = {
    "not_a_number": (
        "“{written}” is not an amount that I can read. Write it as 1250.00, for example.",
        "„{written}“ ist kein Betrag, den ich lesen kann. Bitte zum Beispiel als 1250,00 schreiben.",
    ),
    "ambiguous": (
        "“{written}” can be read in two ways, with a thousands or a decimal separator. Which amount in {currency} is "
        "meant? Write it with its decimals, for example 1,250.00 or 1250.00.",
        "„{written}“ lässt sich als Tausender- oder als Dezimalzahl lesen. Welcher Betrag in {currency} ist gemeint? "
        "Bitte mit Nachkommastellen schreiben, zum Beispiel 1.250,00 oder 1250,00.",
    ),
    "too_many_decimals": (
        "“{written}” has more decimals than {currency} has. Which amount is meant, to the cent?",
        "„{written}“ hat mehr Nachkommastellen, als {currency} hat. Welcher Betrag ist gemeint, auf den Cent?",
    ),
    "zero": ("The amount has to be more than zero.", "Der Betrag muss größer als null sein."),
    "negative": (
        "The amount has to be positive; “{written}” is negative. Money back is a credit note or a refund, not this.",
        "Der Betrag muss positiv sein; „{written}“ ist negativ. Geld zurück ist eine Gutschrift oder Erstattung.",
    ),
    "too_large": (
        "“{written}” is larger than any payment can be.",
        "„{written}“ ist größer als jede mögliche Zahlung.",
    ),
    "two_currencies": (
        "“{written}” names two currencies. Which one is meant?",
        "„{written}“ nennt zwei Währungen. Welche ist gemeint?",
    ),
}


def read_amount(written: str, *, language: Language, currency: str, certain: bool = True) -> Money | None:
    """The positive amount that was written, None when nothing was.

    The currency is the one written with the number, else `currency`. Raises ToolRetry with the reason in words;
    unless `certain` is False, also for what the language merely suggests ("1.500" from a German): that is paid.
    """
    if not written.strip():
        return None
    try:
        meant = currency_written(written) or currency
        amount = parse_amount(written, language=words.spoken(language), currency=meant, certain=certain)
        return Money(amount, meant)
    except AmountError as refused:
        en, de = _REASONS[refused.reason]
        shown = words.visible(refused.written)
        raise ToolRetry(
            {
                "en": en.format(written=shown, currency=currency),
                "de": de.format(written=shown, currency=currency),
            }
        ) from None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The amounts that a list is limited to; `currency` is empty where they are meant in any."""

    least: Decimal | None = None
    most: Decimal | None = None
    currency: str = ""


def read_bounds(least: str, most: str, currency: str, *, language: Language) -> Bounds:
    """The limits of a list, in the currency that was said or written with them. Raises ToolRetry."""
    said = {code for code in (read_currency(currency), _currency_in(least), _currency_in(most)) if code}
    if len(said) > 1:
        named = sorted(said)
        raise ToolRetry(
            {
                "en": f"The limits name more than one currency ({words.listed(named, 'en')}). Which one is meant?",
                "de": f"Die Grenzen nennen mehr als eine Währung ({words.listed(named, 'de')}). Welche ist gemeint?",
            }
        )
    code = next(iter(said), "")
    low = read_amount(least, language=language, currency=code or "EUR", certain=False)
    high = read_amount(most, language=language, currency=code or "EUR", certain=False)
    return Bounds(low.amount if low else None, high.amount if high else None, code)


def _currency_in(written: str) -> str:
    try:
        return currency_written(written) or ""
    except AmountError:
        return ""  # reading the amount itself says so


def read_currency(written: str) -> str:
    """A currency's code, empty when nothing was written. Raises ToolRetry for anything else."""
    if not written.strip():
        return ""
    try:
        code = currency_written(written)
    except AmountError:
        code = None
    if code is None:
        shown = words.visible(written.strip()[:20])
        raise ToolRetry(
            {
                "en": f"“{shown}” is not a currency. Write its code, e.g. EUR.",
                "de": f"„{shown}“ ist keine Währung. Bitte das Kürzel schreiben, z. B. EUR.",
            }
        )
    return code
