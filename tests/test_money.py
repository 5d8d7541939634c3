"""Amounts: what people write is read exactly, or refused with the reason; a guess would be a wrong payment."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.money import AmountError, Money, currency_written, decimals_of, parse_amount, totals_by_currency


@pytest.mark.parametrize(
    ("written", "language", "expected"),
    [
        ("1200", "en", "1200.00"),
        ("1,200.50", "en", "1200.50"),
        ("1.200,50", "en", "1200.50"),
        ("1,200.50", "de", "1200.50"),
        ("1.250,00 €", "de", "1250.00"),
        ("1 499,90", "de", "1499.90"),
        ("1\u202f499,90", "de", "1499.90"),
        ("1'499.90 CHF", "de", "1499.90"),
        ("12,345,678.90", "en", "12345678.90"),
        ("1.2k", "en", "1200.00"),
        ("1,2k", "de", "1200.00"),
        ("1.2k EUR", "en", "1200.00"),
        ("2 Tsd. €", "de", "2000.00"),
        ("1.5 Mio", "de", "1500000.00"),
        ("€99", "en", "99.00"),
        ("EUR 99.5", "en", "99.50"),
        ("99 euros", "en", "99.00"),
        ("980,-", "de", "980.00"),
        ("980,– €", "de", "980.00"),
        ("1.200", "de", "1200.00"),
        ("1,200", "en", "1200.00"),
        ("1.000", "en", "1000.00"),
        ("1.200.000", "de", "1200000.00"),
        ("0.500", "en", "0.50"),
        (".5", "en", "0.50"),
        ("+ 12.00", "en", "12.00"),
        ("0,99", "de", "0.99"),
        ("9999999999999.99", "en", "9999999999999.99"),
    ],
)
def test_amounts_as_people_write_them(written: str, language: str, expected: str) -> None:
    assert parse_amount(written, language=language) == Decimal(expected)


@pytest.mark.parametrize(
    ("written", "language", "reason"),
    [
        ("1.200", "en", "ambiguous"),
        ("1,200", "de", "ambiguous"),
        ("1.200k", "en", "ambiguous"),
        ("12.345", "en", "ambiguous"),
        ("1234.567", "en", "too_many_decimals"),
        ("0.123", "en", "too_many_decimals"),
        ("1,5.5", "en", "not_a_number"),
        ("1.2,3.4", "en", "not_a_number"),
        ("1_2", "en", "not_a_number"),
        ("1'2", "en", "not_a_number"),
        ("12 50", "en", "not_a_number"),
        ("5-10", "en", "not_a_number"),
        ("1e5", "en", "not_a_number"),
        ("NaN", "en", "not_a_number"),
        ("Infinity", "en", "not_a_number"),
        ("١٢٣", "en", "not_a_number"),
        ("１２３", "en", "not_a_number"),
        ("all of it 5", "en", "not_a_number"),
        ("", "en", "not_a_number"),
        ("€", "en", "not_a_number"),
        ("9" * 5000, "en", "not_a_number"),
        ("0", "en", "zero"),
        ("0,00", "de", "zero"),
        ("-5", "en", "negative"),
        ("−5", "en", "negative"),
        ("980-", "de", "negative"),
        ("(980.00)", "en", "negative"),
        ("€ -5", "en", "negative"),
        ("10000000000000", "en", "too_large"),
        ("5 EUR or 5 GBP", "en", "two_currencies"),
    ],
)
def test_what_is_not_an_amount_is_refused_with_the_reason(written: str, language: str, reason: str) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(written, language=language)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("written", "language", "expected"),
    [
        ("1,000", "en", "1000.00"),
        ("1.000", "de", "1000.00"),
        ("10.000", "de", "10000.00"),
        ("1,250.00", "en", "1250.00"),
        ("1,250.00", "de", "1250.00"),
        ("10555.00", "de", "10555.00"),
        ("10555,00", "en", "10555.00"),
        ("1,234,567", "en", "1234567.00"),
        ("1.2k", "en", "1200.00"),
        ("1200", "en", "1200.00"),
        ("0.50", "de", "0.50"),
        ("80.5000", "en", "80.50"),
    ],
)
def test_what_will_be_paid_is_read_where_it_has_one_reading(written: str, language: str, expected: str) -> None:
    assert parse_amount(written, language=language, certain=True) == Decimal(expected)


@pytest.mark.parametrize(
    ("written", "language", "reason"),
    [
        ("100,555", "en", "ambiguous"),
        ("100,555", "de", "ambiguous"),
        ("10,555", "en", "ambiguous"),
        ("1.500", "de", "ambiguous"),
        ("1.500", "en", "ambiguous"),
        ("1,500", "en", "ambiguous"),
        ("1,000", "de", "ambiguous"),
        ("1.000", "en", "ambiguous"),
        ("12.345", "en", "ambiguous"),
        ("€ 1.500", "de", "ambiguous"),
        ("10555.000", "en", "too_many_decimals"),
        ("0.500", "en", "too_many_decimals"),
        ("1 200,555", "de", "too_many_decimals"),
        ("12.3450", "en", "too_many_decimals"),
    ],
)
def test_what_will_be_paid_is_asked_about_in_every_doubt(written: str, language: str, reason: str) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(written, language=language, certain=True)
    assert refused.value.reason == reason


@given(st.integers(min_value=1, max_value=10**14 - 1), st.sampled_from(["en", "de"]))
def test_an_amount_with_its_two_decimals_is_never_in_doubt(minor: int, language: str) -> None:
    written = f"{minor // 100}.{minor % 100:02d}"
    assert parse_amount(written, language=language, certain=True) == Decimal(minor).scaleb(-2)


def test_a_currency_without_cents_takes_none() -> None:
    assert parse_amount("1200", currency="JPY") == Decimal(1200)
    with pytest.raises(AmountError, match="too_many_decimals"):
        parse_amount("1200.5", currency="JPY")


def test_three_decimals_are_right_where_the_currency_has_three() -> None:
    assert parse_amount("1.234", currency="KWD") == Decimal("1.234")
    with pytest.raises(AmountError, match="ambiguous"):
        parse_amount("1,234", currency="KWD")


@pytest.mark.parametrize(
    ("written", "expected"),
    [("£ 5", "GBP"), ("5 gbp", "GBP"), ("99 euros", "EUR"), ("1.2k", None), ("$9", "USD"), ("CHF 5.-", "CHF")],
)
def test_the_currency_that_was_written(written: str, expected: str | None) -> None:
    assert currency_written(written) == expected


@given(st.integers(min_value=1, max_value=10**14 - 1), st.sampled_from(["en", "de"]))
def test_an_amount_written_by_our_own_rule_is_read_back_exactly(minor: int, language: str) -> None:
    plain = f"{minor // 100:,}.{minor % 100:02d}"
    written = plain if language == "en" else plain.translate(str.maketrans(",.", ".,"))
    assert parse_amount(written, language=language) == Decimal(minor).scaleb(-2)


@given(st.text(max_size=30))
def test_no_text_is_read_as_anything_but_a_payable_amount(written: str) -> None:
    try:
        amount = parse_amount(written)
    except AmountError:
        return
    assert amount > 0
    assert amount == amount.quantize(Decimal("0.01"))


def test_money_keeps_cents_and_never_mixes_currencies() -> None:
    assert Money(Decimal("980.1"), "EUR").minor == 98010
    assert Money.from_minor(98010, "EUR") == Money(Decimal("980.10"), "EUR")
    assert Money.from_minor(5, "JPY").amount == Decimal(5)
    with pytest.raises(AmountError, match="too_many_decimals"):
        Money(Decimal("1.005"), "EUR")
    with pytest.raises(AmountError, match="currency"):
        Money(Decimal(1), "euro")
    with pytest.raises(AmountError, match="not_a_number"):
        Money(Decimal("NaN"), "EUR")
    with pytest.raises(AmountError, match="two_currencies"):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "GBP")


def test_totals_are_kept_apart_by_currency_largest_first() -> None:
    items = [Money(Decimal(5), "GBP"), Money(Decimal(7), "EUR"), Money(Decimal("0.5"), "GBP")]
    assert totals_by_currency(items) == [Money(Decimal(7), "EUR"), Money(Decimal("5.5"), "GBP")]


def test_decimals_follow_the_currency() -> None:
    assert [decimals_of(code) for code in ("EUR", "JPY", "KWD", "HUF")] == [2, 0, 3, 2]
