"""Amounts, dates, times and names as people read them, and days as people write them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.books import NOW, TODAY, make_access
from tools import words
from tools.errors import ToolRetry
from tools.inputs import read_amount, read_currency, read_day, read_range
from tools.marker import MARKER_BYTES, marker
from tools.money import Money
from tools.payee import masked


@pytest.mark.parametrize(
    ("amount", "currency", "en", "de"),
    [
        ("1234.5", "EUR", "€ 1,234.50", "1.234,50 €"),
        ("-5", "GBP", "-£ 5.00", "-5,00 £"),
        ("1500", "JPY", "¥ 1,500", "1.500 ¥"),
        ("1.234", "KWD", "KWD 1.234", "1,234 KWD"),
        ("18420.50", "EUR", "€ 18,420.50", "18.420,50 €"),
        ("0", "EUR", "€ 0.00", "0,00 €"),
    ],
)
def test_an_amount_is_written_as_the_language_does(amount: str, currency: str, en: str, de: str) -> None:
    money = Money(Decimal(amount), currency)
    assert (words.money(money, "en"), words.money(money, "de"), words.money(money, "it")) == (en, de, en)


def test_dates_and_times_are_short_but_unmistakable() -> None:
    assert (words.day(TODAY, "en"), words.day(TODAY, "de")) == ("22 Nov 2026", "22. Nov. 2026")
    assert words.clock(NOW, "Europe/Berlin") == "14:02"
    assert words.clock(NOW, "Pacific/Auckland") == "02:02"


def test_totals_of_two_currencies_stand_beside_each_other() -> None:
    both = [Money(Decimal(5), "EUR"), Money(Decimal(3), "GBP")]
    assert words.amounts(both, "en") == "€ 5.00 and £ 3.00"
    assert words.amounts(both, "de") == "5,00 € und 3,00 £"
    assert words.amounts([], "en") == "nothing"


@pytest.mark.parametrize(("count", "said"), [(0, "0 days"), (1, "1 day"), (64, "64 days")])
def test_counts_take_the_right_noun(count: int, said: str) -> None:
    assert words.days(count, "en") == said


def test_whose_figures_and_of_when() -> None:
    access = make_access()
    assert words.as_of(access, NOW) == "(Demo GmbH, as of 14:02)"
    assert words.as_of(make_access(language="de"), NOW) == "(Demo GmbH, Stand 14:02)"


def test_the_time_of_another_day_names_the_day() -> None:
    old = words.as_of(make_access(), NOW - timedelta(days=1))
    assert old == "(Demo GmbH, as of 21 Nov 2026, 14:02)"
    assert "could not" not in words.as_of(make_access(), NOW - timedelta(minutes=4))


def test_the_organisation_s_own_midnight_decides_the_day() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # 00:30 of the 22nd in Berlin
    assert words.as_of(make_access(now=late), late) == "(Demo GmbH, as of 00:30)"


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("Acme\u202eLtd", "Acme⟨U+202E⟩Ltd"),
        ("Ac\u200bme", "Ac⟨U+200B⟩me"),
        ("a\nb", "a⟨U+000A⟩b"),
        ("a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("Müller & Söhne", "Müller & Söhne"),
    ],
)
def test_hidden_characters_are_made_visible(hidden: str, shown: str) -> None:
    assert words.visible(hidden) == shown


def test_a_bank_account_number_is_masked() -> None:
    assert masked("DE02 1203 0000 0000 2020 51") == "DE02…2051"
    assert masked("12345678") == "…5678"
    assert masked("DE02…2051") == "DE02…2051"
    assert masked("") == ""


@given(st.text(max_size=60))
def test_what_is_sent_in_our_name_hides_nothing(text: str) -> None:
    sent = words.without_invisible(text)
    assert words.visible(sent) == sent
    assert sent == sent.strip()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-03", date(2026, 11, 3)),
        ("2026-11-03T00:00:00Z", date(2026, 11, 3)),
        ("3.11.2026", date(2026, 11, 3)),
        ("03.11.26", date(2026, 11, 3)),
        ("3 Nov 2026", date(2026, 11, 3)),
        ("3rd November 2026", date(2026, 11, 3)),
        ("3. März 2026", date(2026, 3, 3)),
        ("November 3, 2026", date(2026, 11, 3)),
        ("13/11/2026", date(2026, 11, 13)),
        ("11/13/2026", date(2026, 11, 13)),
        ("today", TODAY),
        ("gestern", TODAY - timedelta(days=1)),
        ("", None),
    ],
)
def test_days_as_people_write_them(written: str, day: date | None) -> None:
    assert read_day(written, today=TODAY) == day


@pytest.mark.parametrize(
    "written", ["01/02/2026", "2026-02-30", "31.11.2026", "soon", "3 Foo 2026", "20261103", "x" * 500]
)
def test_a_day_that_is_not_certain_is_asked_about(written: str) -> None:
    with pytest.raises(ToolRetry) as asked:
        read_day(written, today=TODAY)
    assert "which day" in asked.value.text("en").casefold()
    assert "welcher tag" in asked.value.text("de").casefold()


def test_a_range_that_ends_before_it_begins_is_asked_about() -> None:
    assert read_range("2026-11-01", "2026-11-30", today=TODAY) == (date(2026, 11, 1), date(2026, 11, 30))
    with pytest.raises(ToolRetry, match="begins on 30 Nov 2026, after its end on 1 Nov 2026"):
        read_range("2026-11-30", "2026-11-01", today=TODAY)


def test_an_amount_keeps_the_currency_it_was_written_with() -> None:
    assert read_amount("£ 5", language="en", currency="EUR") == Money(Decimal(5), "GBP")
    assert read_amount("5", language="en", currency="EUR") == Money(Decimal(5), "EUR")
    assert read_amount(" ", language="en", currency="EUR") is None
    assert read_amount("1.250,00 €", language="de", currency="GBP") == Money(Decimal(1250), "EUR")


@pytest.mark.parametrize("written", ["0", "-1", "x", "1.234", "0.001", "5 EUR 5 GBP", "1" * 20])
def test_every_reason_has_its_words_in_both_languages(written: str) -> None:
    with pytest.raises(ToolRetry) as asked:
        read_amount(written, language="en", currency="EUR")
    assert asked.value.text("en") != asked.value.text("de")
    assert "{" not in asked.value.text("en") + asked.value.text("de")


def test_currencies_are_read_by_code_name_or_sign() -> None:
    assert [read_currency(text) for text in ("eur", "€", "Pounds", "")] == ["EUR", "EUR", "GBP", ""]
    with pytest.raises(ToolRetry, match="not a currency"):
        read_currency("doubloons")


@given(st.binary(min_size=MARKER_BYTES, max_size=MARKER_BYTES), st.binary(min_size=MARKER_BYTES, max_size=MARKER_BYTES))
def test_different_random_bytes_make_different_marks(first: bytes, second: bytes) -> None:
    assert (marker(first) == marker(second)) == (first == second)
    assert len(marker(first)) == 11


def test_a_mark_needs_its_five_bytes() -> None:
    with pytest.raises(ValueError, match="5 random bytes"):
        marker(b"")
