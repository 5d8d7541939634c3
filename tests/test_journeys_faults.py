"""Journeys over HTTP: providers that are down, slow, busy, confused or hang up; each is told plainly, and paid once."""

from __future__ import annotations

import asyncio
import re
from decimal import Decimal
from typing import Any

import pytest

from tests.support.assistant import RunningAssistant
from tests.support.chat import Chat, card_of, chat_as, decide, until_face
from tests.support.reckoning import Document, Ledger, english

pytestmark = pytest.mark.anyio

API = "/api.xro/2.0"
FAULTS: dict[str, dict[str, Any]] = {
    "drop_before": {},
    "error_500": {},
    "unavailable": {},
    "nonsense": {},
    "truncate": {},
}


@pytest.fixture
def assistant(own_assistant: RunningAssistant) -> RunningAssistant:
    """Not the shared product: after trouble Xero is left in peace for a while."""
    return own_assistant


@pytest.fixture
def ledger(assistant: RunningAssistant) -> Ledger:
    return Ledger(assistant.sandbox["xero"])


@pytest.fixture(scope="module")
def stock(module_assistant: RunningAssistant) -> list[Document]:
    """Bills that the product's copy of the ledger holds before anything fails: for each journey one."""
    ledger = Ledger(module_assistant.sandbox["xero"])
    bills = [ledger.new_bill("61.00") for _ in range(16)]

    async def seen() -> None:
        async with chat_as(module_assistant.url, "Vera Vogel") as chat:
            shown = {row["number"] for row in (await chat.ask("List all open bills")).table["rows"]}
        assert {bill.number for bill in bills} <= shown

    asyncio.run(seen())
    return bills


def assert_plain(text: str, provider: str) -> None:
    """A failure told to a person: who failed, no innards."""
    assert provider in text, text
    for word in ("went wrong", "Traceback", "Exception", "httpx", "NoneType", "http://"):
        assert word not in text, text


@pytest.mark.parametrize("kind", FAULTS)
async def test_xero_failing_while_a_payment_is_prepared(
    assistant: RunningAssistant, ledger: Ledger, stock: list[Document], kind: str
) -> None:
    bill = stock.pop()
    async with chat_as(assistant.url, "Max Maurer") as chat:
        assistant.sandbox["xero"].fault(API, kind, times=-1, **FAULTS[kind])
        answer = await chat.ask(f"Pay bill {bill.number}")
        assert answer.named("ConfirmationCard") == []
        assert_plain(answer.text, "Xero")
        assistant.sandbox["xero"].clear_faults()
        card = (await chat.ask(f"Pay bill {bill.number}")).card
        await decide(chat, card, "cancel")
    assert ledger.paid(bill.id) == []


async def test_the_copy_answers_and_says_how_old_it_is_while_xero_is_down(
    assistant: RunningAssistant, ledger: Ledger, stock: list[Document]
) -> None:
    assert stock
    total, _ = ledger.due("ACCPAY", "EUR")
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        assistant.sandbox["xero"].fault("*", "unavailable", times=-1)
        answer = await chat.ask("List all open bills")
    assert english(total) in answer.text
    assert_plain(answer.text, "Xero")


async def test_a_slow_provider_is_told_instead_of_waited_for(assistant: RunningAssistant) -> None:
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        assistant.sandbox["solaris"].fault("*", "slow", times=-1, seconds=120)
        answer = await chat.ask("What is our balance?", patience=45)
        assert_plain(answer.text, "Solaris")
        assert "€" not in answer.text


async def test_a_revoked_connection_is_told_and_nothing_is_written(
    assistant: RunningAssistant, ledger: Ledger, stock: list[Document]
) -> None:
    bill = stock.pop()
    async with chat_as(assistant.url, "Max Maurer") as chat:
        assistant.sandbox["xero"].fault("*", "unauthorized", times=-1)
        answer = await chat.ask(f"Pay bill {bill.number}")
    assert answer.named("ConfirmationCard") == []
    assert_plain(answer.text, "Xero")
    assert "connect" in answer.text.lower() or "admin" in answer.text.lower(), answer.text
    assert ledger.paid(bill.id) == []


@pytest.mark.parametrize("kind", ["drop_before", "error_500", "unavailable", "nonsense", "truncate", "unauthorized"])
async def test_the_bank_failing(assistant: RunningAssistant, kind: str) -> None:
    assistant.sandbox["solaris"].fault("*", kind, times=-1)
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        answer = await chat.ask("What is our balance?")
        assert_plain(answer.text, "Solaris")
        assistant.sandbox["solaris"].clear_faults()
        assert "€" in (await chat.ask("What is our balance?")).text


@pytest.mark.parametrize(
    "kind", ["drop_before", "drop_after", "error_500", "unavailable", "rate_limit", "nonsense", "truncate"]
)
async def test_the_model_failing(assistant: RunningAssistant, ledger: Ledger, kind: str) -> None:
    before = ledger.xero.effects()
    extra = {"retry_after": 60.0} if kind == "rate_limit" else {}
    async with chat_as(assistant.url, "Max Maurer") as chat:
        assistant.sandbox["model"].fault("/v1/chat/completions", kind, times=-1, **extra)
        answer = await chat.ask("Pay bill BILL-202")
        assert_plain(answer.text, "model")
        assert "othing was written" in answer.text, answer.text
        assert answer.named("ConfirmationCard") == []
        assistant.sandbox["model"].clear_faults()
        assert "€" in (await chat.ask("What is our balance?")).text
    assert ledger.xero.effects() == before


async def test_a_slow_model_can_be_stopped_and_the_chat_goes_on(assistant: RunningAssistant) -> None:
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        assistant.sandbox["model"].fault("/v1/chat/completions", "slow", seconds=30)
        asking = asyncio.create_task(chat.ask("What is overdue?"))
        await asyncio.sleep(1)
        await chat.stop()
        await asyncio.wait_for(asking, 10)
        assert "€" in (await chat.ask("What is our balance?")).text


WRITING = {
    "drop_after": "handled, then the connection is closed: it has to be looked up",
    "error_500_after": "handled, then an error: it has to be looked up",
    "truncate": "handled, and half of the answer came",
    "drop_before": "the connection is closed before anything happens: it has to be sent again",
    "error_500": "an error before anything happens: it has to be looked up and sent again",
}


@pytest.mark.parametrize("kind", WRITING)
async def test_an_unclear_payment_becomes_clear_and_is_made_once(
    assistant: RunningAssistant, ledger: Ledger, stock: list[Document], kind: str
) -> None:
    bill = stock.pop()
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = (await chat.ask(f"Pay bill {bill.number}")).card
        for method in ("PUT", "POST"):
            assistant.sandbox["xero"].fault(f"{method} {API}/Payments", kind)
        assert await decide(chat, card) == ""
        seen = await faces_until_done(chat, card)
        assert "failed" not in seen, seen
    (effect,) = ledger.paid(bill.id)
    assert Decimal(str(effect["body"]["Amount"])) == bill.total
    assert ledger.document(bill.id).status == "PAID"


async def faces_until_done(chat: Chat, card: dict[str, Any]) -> list[str]:
    """Every face that the card shows on its way to done."""
    seen: list[str] = []

    def done() -> bool:
        face = str(card_of(chat, card["proposal_id"])["face"])
        if not seen or seen[-1] != face:
            seen.append(face)
        return face == "done"

    await chat.until(done, f"the card did not become done; it went {seen}", patience=90)
    return seen


async def test_an_unclear_payment_says_do_not_pay_again(
    assistant: RunningAssistant, ledger: Ledger, stock: list[Document]
) -> None:
    bill = stock.pop()
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = (await chat.ask(f"Pay bill {bill.number}")).card
        for method in ("PUT", "POST"):
            assistant.sandbox["xero"].fault(f"{method} {API}/Payments", "drop_after")
        assistant.sandbox["xero"].fault(f"GET {API}", "unavailable", times=1)
        assert await decide(chat, card) == ""
        unclear = await until_face(chat, card, "unclear", "done", "blocked", "failed")
        if unclear["face"] == "unclear":
            assert "again" in unclear["word"], unclear["word"]
        await until_face(chat, card, "done", "blocked", "failed", patience=90)
    assert len(ledger.paid(bill.id)) <= 1


async def test_a_refusal_by_xero_is_told_in_its_own_words(
    assistant: RunningAssistant, ledger: Ledger, stock: list[Document]
) -> None:
    bill = stock.pop()
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = (await chat.ask(f"Pay bill {bill.number}")).card
        for method in ("PUT", "POST"):
            assistant.sandbox["xero"].fault(f"{method} {API}/Payments", "unauthorized", times=3)
        assert await decide(chat, card) == ""
        now = await until_face(chat, card, "failed", "blocked")
        assert "Xero" in now["word"], now["word"]
    assert ledger.paid(bill.id) == []


async def test_a_question_that_has_to_wait_for_xero_says_until_when_and_is_answered(
    assistant: RunningAssistant, ledger: Ledger, stock: list[Document]
) -> None:
    bill = stock.pop()
    async with chat_as(assistant.url, "Max Maurer") as chat:
        assistant.sandbox["xero"].fault(API, "rate_limit", times=1, retry_after=3)
        await chat.say(f"Pay bill {bill.number}")
        waits = re.compile(r"waits until \d\d:\d\d:\d\d \(Xero takes 60 calls a minute\)")
        await chat.until(lambda: any(waits.search(str(m["name"])) for m in chat.messages.values()), "no word of it")
        await chat.until(lambda: chat.named("ConfirmationCard"), "no card afterwards")
        assert not any("waits" in str(m["name"]) for m in chat.messages.values())
    assert ledger.paid(bill.id) == []


async def test_xero_out_of_quota_is_told_with_the_time(
    assistant: RunningAssistant, ledger: Ledger, stock: list[Document]
) -> None:
    bill = stock.pop()  # the last journey here: Xero is then left in peace for as long as it asked
    async with chat_as(assistant.url, "Max Maurer") as chat:
        assistant.sandbox["xero"].fault(API, "rate_limit", times=-1, retry_after=900)
        answer = await chat.ask(f"Pay bill {bill.number}")
    assert answer.named("ConfirmationCard") == []
    assert_plain(answer.text, "Xero")
    assert re.search(r"\d\d:\d\d", answer.text), answer.text
    assert ledger.paid(bill.id) == []
