"""Money: an exact amount in one currency, and how people write amounts.

Amounts are `Decimal` or integer minor units, never float (ISO 4217 gives each currency its number of
decimals). Amounts of different currencies are never added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_TWO_DECIMALS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC "
    "CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD "
    "KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO "
    "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL "
    "THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG"
)
_DECIMALS = {
    **dict.fromkeys(_TWO_DECIMALS.split(), 2),
    **dict.fromkeys(_NO_DECIMALS.split(), 0),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
}
_NAMES = {"euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP", "pfund": "GBP", "dollar": "USD",
          "dollars": "USD", "franken": "CHF"}  # fmt: skip
_SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "fr.": "CHF"}
_ZERO = Decimal(0)
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


def is_currency(code: str) -> bool:
    """Whether that is the code of a currency in use (ISO 4217)."""
    return code in _DECIMALS


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency, e.g. 980.00 EUR. May be negative (a credit), never fractional cents."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not (
            len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper() and self.currency.isalpha()
        ):
            raise AmountError(self.currency, "currency")
        if not self.amount.is_finite():
            raise AmountError(str(self.amount), "not_a_number")
        if abs(self.amount) >= _LARGEST * 100:
            raise AmountError(str(self.amount), "too_large")
        places = decimals_of(self.currency)
        quantised = self.amount.quantize(Decimal(1).scaleb(-places))
        if quantised != self.amount:
            raise AmountError(str(self.amount), "too_many_decimals")
        object.__setattr__(self, "amount", quantised)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Money:
        """From integer minor units (98000 EUR cents are 980.00 EUR)."""
        return cls(Decimal(minor).scaleb(-decimals_of(currency)), currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Money:
        """An amount that was reckoned, rounded to the currency's unit, halves up, as books do."""
        return cls(amount.quantize(Decimal(1).scaleb(-decimals_of(currency)), ROUND_HALF_UP), currency)

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
    return totals((item.amount, item.currency) for item in items)


def totals(amounts: Iterable[tuple[Decimal, str]]) -> list[Money]:
    """The same for thousands of bare amounts: each currency's exact sum is made Money once."""
    sums: dict[str, Decimal] = {}
    for amount, currency in amounts:
        sums[currency] = sums.get(currency, _ZERO) + amount
    return sorted((Money(amount, currency) for currency, amount in sums.items()), key=lambda money: -abs(money.amount))


def currency_written(written: str) -> str | None:
    """The currency that an amount was written with ("1.2k GBP", "£ 5", "99 euros"), None where it has none.

    Raises AmountError (two_currencies) when it names two.
    """
    text = written.casefold()
    found = {code for symbol, code in _SYMBOLS.items() if symbol in text}
    for word in re.findall(r"[a-z]+", text):
        if word.upper() in _DECIMALS:
            found.add(word.upper())
        elif word in _NAMES:
            found.add(_NAMES[word])
    if len(found) > 1:
        raise AmountError(written, "two_currencies")
    return next(iter(found), None)


def parse_amount(written: str | int, *, language: str = "en", currency: str = "EUR", certain: bool = False) -> Decimal:
    """The positive amount that somebody wrote: `1200`, `1,200.50`, `1.200,50`, `1 499,90`, `1.2k`, `€ 99`, `980,-`.

    One separator followed by exactly three digits can be read two ways ("1.200"). It is read as thousands
    where the other reading has more decimals than the currency allows and the language (or `000`) supports
    it; otherwise it is refused as `ambiguous`, since a guess here is a wrong payment. `certain` is for what will be
    paid: then only `000` with the language's own mark is read as thousands ("1,000"), all else is asked about.

    Raises AmountError with reason not_a_number, ambiguous, too_many_decimals, zero, negative, too_large or
    two_currencies.
    """
    raw = str(written)
    if len(raw) > 60:
        raise AmountError(raw, "not_a_number")
    currency_written(raw)
    text = _bare(raw)
    text = re.sub(r"(?<=\d)[.,][-\u2013\u2014]+$", "", text)  # "980,-" is how German writes round euros
    negative = text.startswith(("-", "\u2212", "(")) or text.endswith(("-", "\u2212"))
    text = text.strip("-\u2212+() ")
    factor = 1
    if match := re.fullmatch(r"(.*\d)\s*(k|tsd\.?|m|mio\.?)", text):
        text, factor = match[1], 1000 if match[2][0] in "kt" else 1_000_000
    value = (
        _number(text, written=raw, language=language, currency=currency, scaled=factor > 1, certain=certain) * factor
    )
    if value == 0:
        raise AmountError(raw, "zero")
    if negative:
        raise AmountError(raw, "negative")
    if value >= _LARGEST:
        raise AmountError(raw, "too_large")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > decimals_of(currency):
        raise AmountError(raw, "too_many_decimals")
    return value.quantize(Decimal(1).scaleb(-decimals_of(currency)))


def _bare(raw: str) -> str:
    """The text without currency marks, with ordinary spaces and apostrophes."""
    text = raw.strip().casefold().replace("\u00a0", " ").replace("\u202f", " ").replace("\u2019", "'")
    for symbol in _SYMBOLS:
        text = text.replace(symbol, " ")
    return re.sub(
        r"[a-z]+", lambda word: " " if word[0].upper() in _DECIMALS or word[0] in _NAMES else word[0], text
    ).strip()


def _number(text: str, *, written: str, language: str, currency: str, scaled: bool, certain: bool) -> Decimal:
    if not text or not set(text) <= _ASCII_DIGITS | set(" .,'_"):
        raise AmountError(written, "not_a_number")
    text = re.sub(r"(?<=\d)[ '_](?=\d{3}(\D|$))", "", text)
    points, commas = text.count("."), text.count(",")
    if points and commas:
        mark = "." if text.rfind(".") > text.rfind(",") else ","
        group = "," if mark == "." else "."
        if not re.fullmatch(rf"\d{{1,3}}(\{group}\d{{3}})+\{mark}\d*", text):
            raise AmountError(written, "not_a_number")
        text = text.replace(group, "").replace(mark, ".")
    elif points + commas > 1:
        if not re.fullmatch(r"\d{1,3}([.,]\d{3})+", text):
            raise AmountError(written, "not_a_number")
        text = text.replace(".", "").replace(",", "")
    elif points + commas == 1:
        text = _single_separator(
            text, written=written, language=language, currency=currency, scaled=scaled, certain=certain
        )
    if not re.fullmatch(r"\d+(\.\d*)?", text):
        raise AmountError(written, "not_a_number")
    return Decimal(text)


def _single_separator(text: str, *, written: str, language: str, currency: str, scaled: bool, certain: bool) -> str:
    mark = "." if "." in text else ","
    whole, _, rest = text.partition(mark)
    places = decimals_of(currency)
    if len(rest) != 3 or not 1 <= len(whole) <= 3 or whole.startswith("0"):
        if certain and len(rest) == 3 and places < 3 and not scaled:
            raise AmountError(written, "too_many_decimals")
        return f"{whole or '0'}.{rest}" if rest else whole
    thousands_mark = "," if language == "en" else "."
    if scaled:
        raise AmountError(written, "ambiguous")
    if places >= 3:
        if mark == thousands_mark:
            raise AmountError(written, "ambiguous")
        return f"{whole}.{rest}"
    if certain and not (mark == thousands_mark and rest == "000"):
        raise AmountError(written, "ambiguous")
    if mark == thousands_mark or rest == "000":
        return whole + rest
    raise AmountError(written, "ambiguous")
