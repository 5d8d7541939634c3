"""Account numbers in free text: found however they are written, told from the one on file, never shown whole."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import IBAN

from tools.bank_text import account_numbers, other_accounts

PLANTED = "DE28100100109999999999"
BETWEEN = (
    "",
    " ",
    "  ",
    ".",
    "-",
    "/",
    "\u00a0",
    "\u200b",
    "\u2060",
    "\u00ad",
    "\n",
    " | ",
    "\u202e",
    "\u0336",
    "\u3164",
)
"""What may stand between two characters of a number, seen or unseen."""
FULL_WIDTH = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
ARABIC = {str(digit): chr(0x0660 + digit) for digit in range(10)}
BOLD = {str(digit): chr(0x1D7CE + digit) for digit in range(10)}
CYRILLIC = {
    "A": "А",
    "B": "В",
    "C": "С",
    "E": "Е",
    "H": "Н",
    "K": "К",
    "M": "М",
    "O": "О",
    "P": "Р",
    "T": "Т",
    "X": "Х",
}
WRITTEN: tuple[dict[str, str], ...] = ({}, FULL_WIDTH, ARABIC, BOLD, CYRILLIC)


def masks(text: str) -> list[str]:
    """What a card would show of the numbers in the text."""
    return [number.masked for number in account_numbers(text)]


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """A valid IBAN, and the same as somebody hides it in a sentence."""
    country = draw(st.sampled_from(("DE", "GB", "FR", "IE", "NL", "NO", "MT", "IT", "ES", "AT", "CH", "PL", "LC")))
    number = str(IBAN.random(country, random=random.Random(draw(st.integers(0, 10**9))), use_registry=False))
    written = "".join(
        draw(st.sampled_from(BETWEEN)) + draw(st.sampled_from(WRITTEN)).get(char, char) for char in number
    )
    written = written.lower() if draw(st.booleans()) else written
    before = draw(st.sampled_from(("", "Please pay to ", "IBAN:", "neue Bankverbindung ", "Konto: ", "über ")))
    return number, f"{before}{written}{draw(st.sampled_from(('', '.', ' today', chr(10) + 'Thanks')))}"


@given(spellings())
def test_an_iban_is_found_in_any_spelling_and_its_middle_never_shown(written: tuple[str, str]) -> None:
    number, text = written
    found = account_numbers(text)
    assert number in [one.parts[0] for one in found]
    for shown in (*masks(text), repr(found)):
        assert number[4:-4] not in shown
        assert sum(char.isdigit() for char in shown) <= 8 or shown == repr(found)
    assert f"{number[:4]}…{number[-4:]}" in masks(text)
    assert not any(char.isdigit() for char in repr(found))


@given(spellings(), spellings())
def test_the_account_on_file_is_no_news_and_another_one_is(one: tuple[str, str], other: tuple[str, str]) -> None:
    (number, text), (another, _) = one, other
    assert not [found for found in other_accounts((text,), number) if found.iban and found.parts[0] == number]
    assert not other_accounts((number,), f"{number[:4]} {number[4:]}")
    if another != number:
        assert number in [found.parts[0] for found in other_accounts((text,), another)]
    assert number in [found.parts[0] for found in other_accounts((text,), "")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Sort code: 20-44-55 Account number: 12345678", "…5678"),
        ("acct no. 12345678, sort code 20 44 55", "…5678"),
        ("sort-code 204455 / 12345678", "…5678"),
        ("20-44-55 12345678", "…5678"),
        ("account number: 12345678", "…5678"),
        ("Account Number is １２３４ ５６７８", "…5678"),
        ("a/c 1234\u200b5678", "…5678"),
        ("our new bank account 987654321", "…4321"),
        ("routing number 121000248, account 000123456789", "…6789"),
        ("ABA #121000248", "…0248"),
        ("BLZ 370 400 44, Kontonummer 532 013 000", "…3000"),
        ("Bankkonto 0532013000", "…3000"),
        ("BSB 062-000 Acc 12345678", "…5678"),
        ("numéro de compte: 00012345678", "…5678"),
        ("12-3456-0123456-00", "…5600"),
        ("IBAN: DE12 3456 7890 1234 5678 90 thanks", "…7890"),
        ("transfer it to US133000000121212121212", "…1212"),
        ("account number 123456", "…56"),
    ],
)
def test_national_numbers_are_found_by_label_or_shape(text: str, shown: str) -> None:
    assert masks(text) == [shown]
    assert not other_accounts((text,), text)


@pytest.mark.parametrize(
    "text",
    [
        "Invoice RE20261122000123, order PO-2026-11-22-000017",
        "VAT DE123456789, FR12345678901, NL123456789B01",
        "call +49 30 12345678 or 0800 1234567",
        "payment on account 22.11.2026",
        "on account 2026-11-22",
        "your account manager 030 1234567",
        "Kundenkonto 12345678",
        "ledger account 4711",
        "DE28 1001 0010 9999 9999 98",
        "Ref 20-44-55 and 12345678",
        "tracking 1Z999AA10123456784, RR123456785DE",
        "de 12 Monate, 480 Stunden zu 80,50",
        "",
    ],
)
def test_what_is_no_account_number_is_left_alone(text: str) -> None:
    assert masks(text) == []


@pytest.mark.parametrize(
    ("text", "on_file"),
    [
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("BLZ 37040044 Kto. 532013000", "DE89 3704 0044 0532 0130 00"),
        ("sort code 60-16-13, account 31926819", "GB29NWBK60161331926819"),
        ("GB29NWBK60161331926819", "60-16-13 31926819"),
        ("routing 121000248 account 000123456789", "121000248 000123456789"),
        ("account number 12345678", "sort code 20-44-55, account 12345678"),
    ],
)
def test_the_same_account_written_nationally_is_the_same(text: str, on_file: str) -> None:
    assert account_numbers(text)
    assert other_accounts((text,), on_file) == ()


@pytest.mark.parametrize(
    ("text", "on_file"),
    [
        (PLANTED, ""),
        (PLANTED, "DE89370400440532013000"),
        (PLANTED, "9999999999"),  # too short to say that it is the same
        ("sort code 20-44-55, account 31926819", "GB29NWBK60161331926819"),
        ("sort code 60-16-13, account 31926810", "GB29NWBK60161331926819"),
        ("account 00000000", "DE89370400440532013000"),
    ],
)
def test_another_account_is_another(text: str, on_file: str) -> None:
    assert len(other_accounts((text,), on_file)) == 1


def test_a_number_cut_in_pieces_over_several_texts_is_found_once() -> None:
    assert [one.masked for one in other_accounts((PLANTED[:9], PLANTED[9:], f"IBAN {PLANTED}"), "")] == ["DE28…9999"]
    both = f"IBAN GB29 NWBK 6016 1331 9268 19, sort code 60-16-13, account 31926819, {PLANTED}"
    assert masks(both) == ["GB29…6819", "DE28…9999"]


@pytest.mark.parametrize(
    "piece", ["DE12 ", "account ", "1 ", "IBAN ", "account 1 2 3", "sort code ", "D E 2 8 ", "\u200b"]
)
def test_a_long_hostile_text_takes_no_time_that_grows_with_its_square(piece: str) -> None:
    began = time.process_time()
    account_numbers(piece * (100_000 // len(piece)))
    assert time.process_time() - began < 5
