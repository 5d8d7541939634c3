"""How amounts, dates, times and counts are said in the person's language; every sentence of a tool is built from these.

English and German; any other language is spoken to in English. Amounts: "€ 1,234.50" / "1.234,50 €"; dates:
"22 Nov 2026" / "22. Nov. 2026".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from tools.errors import Language
from tools.money import Money, decimals_of

if TYPE_CHECKING:
    from tools.base import Access

LANGUAGES: tuple[Language, ...] = ("en", "de")


def spoken(language: Language) -> Language:
    """The language that we answer in: German if asked, else English."""
    return "de" if language.casefold().startswith("de") else "en"


def say(language: Language, en: str, de: str) -> str:
    """The one of the two that the person reads."""
    return de if spoken(language) == "de" else en


def money(amount: Money, language: Language) -> str:
    """An amount with its currency: "€ 1,234.50" or "1.234,50 €"; a negative one with a minus."""
    places = decimals_of(amount.currency)
    digits = "#,##0" + ("." + "0" * places if places else "")
    pattern = f"{digits} ¤" if spoken(language) == "de" else f"¤ {digits}"
    return format_currency(
        amount.amount, amount.currency, format=f"{pattern};-{pattern}", locale=spoken(language), currency_digits=False
    )


def figure(number: Decimal, language: Language) -> str:
    """A number of no currency: "1,234.50" or "1.234,50"."""
    return format_decimal(number, format="#,##0.00", locale=spoken(language))


def amounts(items: Sequence[Money], language: Language) -> str:
    """Several amounts beside each other, never added: "€ 5.00 and £ 3.00"; nothing at all is "nothing"."""
    return listed([money(item, language) for item in items], language) or say(language, "nothing", "nichts")


def plain(amount: Decimal, currency: str) -> str:
    """An amount for the model: a point, no groups, the currency's own decimals ("1234.50")."""
    return f"{amount:.{decimals_of(currency)}f}"


def day(value: date, language: Language) -> str:
    """A date that cannot be misread: "22 Nov 2026" or "22. Nov. 2026"."""
    german = spoken(language) == "de"
    return format_date(value, "d. MMM y" if german else "d MMM y", locale="de" if german else "en")


def month(value: date, language: Language) -> str:
    """A month with its year: "November 2026"."""
    return format_date(value, "MMMM y", locale=spoken(language))


def clock(moment: datetime, timezone: str) -> str:
    """The time of day on the organisation's wall: "14:02"."""
    return moment.astimezone(ZoneInfo(timezone)).strftime("%H:%M")


def listed(parts: Iterable[str], language: Language) -> str:
    """Parts as a person lists them: "a, b and c"."""
    *head, last = list(parts) or [""]
    if not head:
        return last
    return ", ".join(head) + say(language, " and ", " und ") + last


def many(count: int, one: str, more: str) -> str:
    """A count with its noun: "1 bill", "7 bills"."""
    return f"{count} {one if count == 1 else more}"


def size(count: int, language: Language) -> str:
    """How large a file is: "12 KB", "1,4 MB"; nothing below one KB."""
    if count < 1024 * 1024:
        return f"{max(1, round(count / 1024))} KB"
    return f"{figure(Decimal(count) / 1024 / 1024, language)[:-1]} MB"


def days(count: int, language: Language) -> str:
    """A number of days: "1 day", "64 Tage"."""
    return say(language, many(count, "day", "days"), many(count, "Tag", "Tage"))


def since_days(count: int, language: Language) -> str:
    """Since so many days, as German declines it: "64 days", "seit 64 Tagen"."""
    return say(language, many(count, "day", "days"), f"seit {many(count, 'Tag', 'Tagen')}")


def as_of(access: Access, moment: datetime) -> str:
    """Whose figures and of when: "(Demo GmbH, as of 14:02)"; another day is named."""
    zone = access.organisation.timezone
    language = access.language
    when = clock(moment, zone)
    if moment.astimezone(ZoneInfo(zone)).date() != access.today:
        when = f"{day(moment.astimezone(ZoneInfo(zone)).date(), language)}, {when}"
    name = visible(access.organisation.name)
    return f"({name}, {say(language, 'as of', 'Stand')} {when})"


_UNSEEN = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2800, 0x3164, *range(0xFE00, 0xFE10)))
) | frozenset(map(chr, (0xFFA0, *range(0xE0100, 0xE01F0))))
"""Letters and marks by their category that nobody sees: joiners, fillers, variation selectors, the empty Braille cell
(Unicode's Default_Ignorable_Code_Point, and U+2800)."""


def hides(char: str) -> bool:
    """Whether a character is not seen itself or reorders others: it could make one name look like another.

    Control, format (zero-width, bidirectional), private and surrogate characters, line separators, fillers.
    """
    return char in _UNSEEN or unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Co", "Cs"}


def code_point(char: str) -> str:
    """A character as Unicode names it: "U+202E"."""
    return f"U+{ord(char):04X}"


def visible(text: str) -> str:
    """The text with every character that hides or reorders others made visible ("a⟨U+202E⟩b")."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"⟨{code_point(char)}⟩" if hides(char) else char for char in text)


def without_invisible(text: str) -> str:
    """The text without such characters, blanks made single: for what is sent to a provider in our name."""
    kept = (" " if char.isspace() else char for char in text)
    return " ".join("".join(char for char in kept if not hides(char)).split())
