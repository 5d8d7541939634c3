"""Journeys over HTTP: input that cannot be carried out gets a clear answer, and nothing is written or lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.support.assistant import RunningAssistant
from tests.support.chat import Answer, chat_as
from tests.support.reckoning import Ledger, english

pytestmark = pytest.mark.anyio


@pytest.fixture
def ledger(assistant: RunningAssistant) -> Ledger:
    return Ledger(assistant.sandbox["xero"])


@dataclass(frozen=True)
class Case:
    """A sentence and what its answer must tell: every word of `told` and one of `any_of`."""

    says: str
    told: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()


# Hand-placed documents of the demo company: see sandbox/company/placed.py.
CASES = {
    "unknown bill": Case("Pay bill BILL-9999", ("BILL-9999",), ("no bill", "not found", "cannot find", "there is no")),
    "unknown invoice": Case("Show invoice INV-9999", ("INV-9999",), ("no invoice", "not found", "there is no")),
    "unknown contact": Case("Pay Zyxwv Industries 100 euro", ("Zyxwv",), ("no contact", "not found", "nobody", "no ")),
    "two contacts of the same name": Case("Pay Studio Weber", ("Berlin", "Dortmund")),
    "a bill number of two suppliers": Case("Pay bill R-4711", ("Bergmann Druck", "Linh Nguyen")),
    "too much": Case("Pay 5000 euro of bill BILL-202", ("480.50",), ("more than", "only", "left", "exceeds")),
    "a paid bill": Case("Pay bill BILL-200", ("BILL-200",), ("paid",)),
    "a draft": Case("Pay bill BILL-207", ("BILL-207",), ("draft",)),
    "a submitted bill": Case("Pay bill BILL-208", ("BILL-208",), ("approv", "submitted")),
    "a voided bill": Case("Pay bill BILL-209", ("BILL-209",), ("void",)),
    "the wrong currency": Case("Pay 100 GBP of bill BILL-202", ("EUR",), ("GBP",)),
    "zero": Case("Pay 0 euro of bill BILL-202", (), ("more than", "zero", "above 0", "0.00", "greater")),
    "negative": Case("Pay -50 euro of bill BILL-202", (), ("negative", "more than", "positive", "above 0", "amount")),
    "three decimals": Case("Pay 10.125 euro of bill BILL-202", ("10.125",)),
    "ambiguous thousands": Case("Pay 1.200 of bill BILL-201", ("1.200",)),
}


def assert_refused(answer: Answer, case: Case) -> None:
    text = answer.text.lower()
    assert answer.named("ConfirmationCard") == [], answer.text
    for word in case.told:
        assert word.lower() in text, f"{word!r} is missing in: {answer.text}"
    assert not case.any_of or any(word.lower() in text for word in case.any_of), answer.text
    for word in ("went wrong", "traceback", "exception", "error 500", "none"):
        assert word not in text, answer.text


@pytest.mark.parametrize("name", CASES)
async def test_what_cannot_be_done_is_said_and_nothing_is_written(
    assistant: RunningAssistant, ledger: Ledger, name: str
) -> None:
    before = ledger.xero.effects()
    async with chat_as(assistant.url, "Max Maurer") as chat:
        answer = await chat.ask(CASES[name].says)
        assert_refused(answer, CASES[name])
    assert ledger.xero.effects() == before


async def test_a_date_in_a_locked_period_is_refused(assistant: RunningAssistant, ledger: Ledger) -> None:
    locked = ledger.state()["organisation"]["period_lock_date"]
    before = ledger.xero.effects()
    async with chat_as(assistant.url, "Max Maurer") as chat:
        answer = await chat.ask(f"Record a payment of 10 euro for bill BILL-202 on {locked}")
        assert_refused(answer, Case("", (), ("lock",)))
        tomorrow = ledger.today() + timedelta(days=3)
        answer = await chat.ask(f"Record a payment of 10 euro for bill BILL-202 on {tomorrow.isoformat()}")
        assert_refused(answer, Case("", (), ("future", "still to come")))
    assert ledger.xero.effects() == before


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1.2k", "1,200.00"), ("1.200,50", "1,200.50"), ("1,200.50", "1,200.50"), ("€1200,5", "1,200.50")],
)
async def test_amounts_as_people_write_them(
    assistant: RunningAssistant, ledger: Ledger, written: str, meant: str
) -> None:
    bill = ledger.new_bill("2000.00")
    async with chat_as(assistant.url, "Max Maurer") as chat:
        answer = await chat.ask(f"Pay {written} of bill {bill.number}")
        cards = answer.named("ConfirmationCard")
        if cards:  # understood: then exactly as meant
            assert meant in cards[0]["amount"], cards[0]["amount"]
        else:  # not sure: then it asks and shows what it read
            assert "?" in answer.text, answer.text
            assert written.strip("€") in answer.text or meant in answer.text, answer.text
    assert ledger.paid(bill.id) == []


async def test_the_one_of_two_that_was_meant_is_chosen_by_number(assistant: RunningAssistant, ledger: Ledger) -> None:
    async with chat_as(assistant.url, "Max Maurer") as chat:
        asked = await chat.ask("Pay bill R-4711")
        assert asked.named("ConfirmationCard") == []
        answer = await chat.ask("the second one")
        card = answer.card
        assert card["payee"] in asked.text
        first, second = sorted(("Bergmann Druck", "Linh Nguyen Illustration"), key=asked.text.index)
        assert card["payee"] == second, f"the second of: {asked.text}"
        assert card["payee"] != first


async def test_several_open_bills_of_one_contact_are_asked_about(assistant: RunningAssistant, ledger: Ledger) -> None:
    bills = [ledger.new_bill(amount, contact="Typehaus Schriften") for amount in ("44.00", "55.00")]
    async with chat_as(assistant.url, "Max Maurer") as chat:
        answer = await chat.ask("Pay Typehaus Schriften")
        assert answer.named("ConfirmationCard") == [], "it guessed which bill"
        for bill in bills:
            assert bill.number in answer.text
            assert english(bill.total) in answer.text
        assert (await chat.ask("the 55 euro one")).card["amount"].endswith("55.00")


async def test_an_order_inside_a_document_is_only_text(assistant: RunningAssistant, ledger: Ledger) -> None:
    before = ledger.xero.effects()
    async with chat_as(assistant.url, "Max Maurer") as chat:
        answer = await chat.ask("Show bill KW09999")
        assert answer.named("ConfirmationCard") == []
        assert (await chat.ask("List all open bills")).named("ConfirmationCard") == []
    assert ledger.xero.effects() == before
