"""Journeys over HTTP through restarts and crashes: nothing is lost, and what was confirmed is done exactly once."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from decimal import Decimal
from typing import Any

import pytest

from tests.support.assistant import RunningAssistant
from tests.support.chat import card_of, decide, open_chat, sign_in, until_face
from tests.support.reckoning import Ledger

pytestmark = pytest.mark.anyio


async def restarted(product: RunningAssistant) -> None:
    """Ctrl-C and a second start, without holding this test's own loop."""
    await asyncio.to_thread(product.restart)


async def test_a_card_waits_through_a_restart_and_then_pays(own_assistant: RunningAssistant) -> None:
    product = own_assistant
    ledger = Ledger(product.sandbox["xero"])
    bill = ledger.new_bill("119.00")
    async with aclosing(await sign_in(product.url, "Anna Albrecht")) as browser:
        async with open_chat(product.url, browser) as chat:
            card = (await chat.ask(f"Pay bill {bill.number}")).card
            thread = chat.thread_id
        await restarted(product)
        async with open_chat(product.url, browser, thread_id=thread) as chat:
            again = card_of(chat, card["proposal_id"])
            assert (again["face"], again["digest"], again["amount"]) == ("mine", card["digest"], card["amount"])
            assert await decide(chat, again) == ""
            await until_face(chat, card, "done")
            said = [m["output"] for m in chat.messages.values() if m["type"] == "assistant_message"]
            assert any(bill.number in words for words in said), "no outcome line in the conversation"
        await restarted(product)
        async with open_chat(product.url, browser, thread_id=thread) as chat:
            assert card_of(chat, card["proposal_id"])["face"] == "done", "paid does not stay paid"
    (effect,) = ledger.paid(bill.id)
    assert Decimal(str(effect["body"]["Amount"])) == Decimal("119.00")
    assert ledger.document(bill.id).status == "PAID"


@pytest.mark.parametrize("after", [0.0, 0.6])
async def test_killed_after_the_click_it_is_still_done_exactly_once(
    own_assistant: RunningAssistant, after: float
) -> None:
    product = own_assistant
    ledger = Ledger(product.sandbox["xero"])
    bill = ledger.new_bill("55.00")
    async with aclosing(await sign_in(product.url, "Anna Albrecht")) as browser:
        async with open_chat(product.url, browser) as chat:
            card = (await chat.ask(f"Pay bill {bill.number}")).card
            thread = chat.thread_id
            for method in ("PUT", "POST"):
                product.sandbox["xero"].fault(f"{method} /api.xro/2.0/Payments", "slow", seconds=20)
            assert await decide(chat, card) == ""
            await asyncio.sleep(after)
            await asyncio.to_thread(product.kill)
        await asyncio.to_thread(product.start)
        async with open_chat(product.url, browser, thread_id=thread) as chat:
            await until_face(chat, card, "done", patience=120)
    (effect,) = ledger.paid(bill.id)
    assert effect["idempotency_key"]
    assert ledger.document(bill.id).status == "PAID"
    assert [payment["amount"] for payment in ledger.payments_of(bill.id)] == ["55.00"]


async def test_a_restart_while_the_payment_is_under_way(own_assistant: RunningAssistant) -> None:
    product = own_assistant
    ledger = Ledger(product.sandbox["xero"])
    bill = ledger.new_bill("56.00")
    async with aclosing(await sign_in(product.url, "Anna Albrecht")) as browser:
        async with open_chat(product.url, browser) as chat:
            card = (await chat.ask(f"Pay bill {bill.number}")).card
            thread = chat.thread_id
            for method in ("PUT", "POST"):
                product.sandbox["xero"].fault(f"{method} /api.xro/2.0/Payments", "slow", seconds=30)
            assert await decide(chat, card) == ""
            await asyncio.sleep(0.3)
            await restarted(product)
        async with open_chat(product.url, browser, thread_id=thread) as chat:
            await until_face(chat, card, "done", patience=120)
    assert len(ledger.paid(bill.id)) == 1


async def test_a_conversation_in_the_middle_survives_a_kill(own_assistant: RunningAssistant) -> None:
    product = own_assistant
    async with aclosing(await sign_in(product.url, "Vera Vogel")) as browser:
        async with open_chat(product.url, browser) as chat:
            first = await chat.ask("List all open bills")
            thread = chat.thread_id
            await asyncio.to_thread(product.kill)
        await asyncio.to_thread(product.start)
        async with open_chat(product.url, browser, thread_id=thread) as chat:
            said: list[dict[str, Any]] = list(chat.messages.values())
            assert ("user_message", "List all open bills") in [(m["type"], m["output"]) for m in said]
            assert any(first.text[-80:] in str(m["output"]) for m in said), "the answer that was shown is lost"
            assert chat.named("DataTable")[0]["rows"] == first.table["rows"]
