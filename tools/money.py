"""Money: an exact amount in one currency, and how people write amounts.

Amounts are `Decimal` or integer minor units, never float (ISO 4217 gives each currency its number of
decimals). Amounts of different currencies are never added.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_DECIMALS = {
    "JPY": 0,
    "KRW": 0,
    "CLP": 0,
    "ISK": 0,
    "VND": 0,
    "BHD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
    "JOD": 3,
}
_SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD", "chf": "CHF", "fr.": "CHF"}
_LARGEST = Decimal(10) ** 13
_ASCII_DIGITS = frozenset("0123456789")


class AmountError(ValueError):
    """What was written is not an amount that can be paid; `reason` is one of the names below."""

    def __init__(self, written: str, reason: str) -> None:
        super().__init__(f"{written[:40]!r} is not an amount: {reason}")
        self.written = written[:40]
        self.reason = reason


def decimals_of(currency: str) -> int:
    """How many decimals the currency has (ISO 4217); two unless listed."""
    return _DECIMALS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency, e.g. 980.00 EUR. May be negative (a credit), never fractional cents."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise AmountError(self.currency, "currency")
        if not self.amount.is_finite():
            raise AmountError(str(self.amount), "not_a_number")
        places = decimals_of(self.currency)
        quantised = self.amount.quantize(Decimal(1).scaleb(-places))
        if quantised != self.amount:
            raise AmountError(str(self.amount), "too_many_decimals")
        object.__setattr__(self, "amount", quantised)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Money:
        """From integer minor units (98000 EUR cents are 980.00 EUR)."""
        return cls(Decimal(minor).scaleb(-decimals_of(currency)), currency)

    @property
    def minor(self) -> int:
        """The amount in integer minor units, as rows and digests hold it."""
        return int(self.amount.scaleb(decimals_of(self.currency)))

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise AmountError(f"{self.currency} and {other.currency}", "two_currencies")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def totals_by_currency(items: list[Money]) -> list[Money]:
    """The sum for each currency, largest first; currencies are never added to each other."""
    sums: dict[str, Money] = {}
    for item in items:
        sums[item.currency] = sums[item.currency] + item if item.currency in sums else item
    return sorted(sums.values(), key=lambda money: -abs(money.amount))


def parse_amount(written: str | int, *, language: str = "en", currency: str = "EUR") -> Decimal:
    """The positive amount that somebody wrote: `1200`, `1,200.50`, `1.200,50`, `1 499,90`, `1.2k`, `€ 99`.

    One separator followed by exactly three digits can be read two ways ("1.200"). It is read as thousands
    where the other reading has more decimals than the currency allows and the language (or `000`) supports
    it; otherwise it is refused as `ambiguous`, since a guess here is a wrong payment.

    Raises AmountError with reason not_a_number, ambiguous, too_many_decimals, zero, negative or too_large.
    """
    text = str(written).strip().lower().replace("\u00a0", " ").replace("\u202f", " ").replace("\u2019", "'")
    for symbol in _SYMBOLS:
        text = text.replace(symbol, " ")
    text = re.sub(r"\b[a-z]{3}\b", " ", text).replace("euros", " ").replace("euro", " ").strip()
    negative = text.startswith(("-", "\u2212", "("))
    text = text.strip("-\u2212+() ")
    factor = 1
    if match := re.fullmatch(r"(.*\d)\s*(k|tsd\.?|m|mio\.?)", text):
        text, factor = match[1], 1000 if match[2][0] in "kt" else 1_000_000
    value = _number(text, written=str(written), language=language, scaled=factor > 1) * factor
    if value == 0:
        raise AmountError(str(written), "zero")
    if negative:
        raise AmountError(str(written), "negative")
    if value >= _LARGEST:
        raise AmountError(str(written), "too_large")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > decimals_of(currency):
        raise AmountError(str(written), "too_many_decimals")
    return value.quantize(Decimal(1).scaleb(-decimals_of(currency)))


def _number(text: str, *, written: str, language: str, scaled: bool) -> Decimal:
    if len(text) > 40 or not text or not set(text) <= _ASCII_DIGITS | set(" .,'_"):
        raise AmountError(written, "not_a_number")
    text = re.sub(r"(?<=\d)[ '_](?=\d{3}(\D|$))", "", text)
    points, commas = text.count("."), text.count(",")
    if points and commas:
        decimal_mark = "." if text.rfind(".") > text.rfind(",") else ","
        text = text.replace("," if decimal_mark == "." else ".", "").replace(decimal_mark, ".")
    elif points + commas > 1:
        if not re.fullmatch(r"\d{1,3}([.,]\d{3})+", text):
            raise AmountError(written, "not_a_number")
        text = text.replace(".", "").replace(",", "")
    elif points + commas == 1:
        text = _single_separator(text, written=written, language=language, scaled=scaled)
    try:
        return Decimal(text)
    except InvalidOperation:
        raise AmountError(written, "not_a_number") from None


def _single_separator(text: str, *, written: str, language: str, scaled: bool) -> str:
    mark = "." if "." in text else ","
    whole, _, rest = text.partition(mark)
    if len(rest) != 3 or scaled or not 1 <= len(whole) <= 3 or whole.startswith("0"):
        return f"{whole or '0'}.{rest}" if rest else whole
    thousands_mark = "," if language == "en" else "."
    if mark == thousands_mark or rest == "000":
        return whole + rest
    raise AmountError(written, "ambiguous")
