"""Journeys over HTTP: a bill is paid by card and click, exactly once, by whoever may; all else writes nothing."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from contextlib import aclosing, closing
from decimal import Decimal
from typing import Any

import pytest

from tests.support.assistant import RunningAssistant
from tests.support.chat import Chat, card_of, chat_as, decide, open_chat, sign_in, until_face
from tests.support.reckoning import Document, Ledger, english

pytestmark = pytest.mark.anyio


@pytest.fixture
def ledger(assistant: RunningAssistant) -> Ledger:
    return Ledger(assistant.sandbox["xero"])


async def card_for(chat: Chat, document: Document, text: str = "") -> dict[str, Any]:
    """Ask for a payment and get its card."""
    answer = await chat.ask(text or f"Pay bill {document.number}")
    return answer.card


def facts(card: dict[str, Any]) -> str:
    """Everything a card says, in one line."""
    return " | ".join(f"{fact['label']}: {fact['value']}" for fact in card["facts"])


async def test_a_bill_is_paid_once_and_the_card_told_everything(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill("119.00")
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = await card_for(chat, bill)
        assert ledger.paid(bill.id) == [], "something was written before anybody confirmed"
        assert english(bill.total) in card["amount"]
        assert "€" in card["amount"]
        assert card["payee"] == bill.contact
        assert english(bill.total) in card["deed"]
        told = facts(card)
        for expected in ("Lindenhof Studio GmbH", bill.number, "Solaris Geschäftskonto"):
            assert expected in told, told
        assert "Anna Albrecht" in card["asked_by"]
        assert all(card["can"][deed] for deed in ("confirm", "edit", "cancel"))
        assert await decide(chat, card) == ""
        done = await until_face(chat, card, "done")
        assert done["word"]
        assert done["digest"] == card["digest"]
        assert not any(done["can"].values())
    (effect,) = ledger.paid(bill.id)
    assert Decimal(str(effect["body"]["Amount"])) == Decimal("119.00")
    assert effect["idempotency_key"]
    assert effect["result_id"] in str(done["receipt"]) + str(done["link"]) + done["word"]
    (payment,) = ledger.payments_of(bill.id)
    assert (payment["account"], payment["amount"], payment["currency"]) == ("090", "119.00", "EUR")
    assert payment["date"] == ledger.today().isoformat()
    assert payment["idempotency_key"] == effect["idempotency_key"]
    assert payment["reference"], "nothing by which the payment could be found again"
    assert payment["reference"] in told, "the card did not show the reference that was sent"
    assert ledger.document(bill.id).status == "PAID"


async def test_a_customers_payment_is_recorded_against_an_invoice(assistant: RunningAssistant, ledger: Ledger) -> None:
    invoice = ledger.new_invoice("238.00")
    async with chat_as(assistant.url, "Max Maurer") as chat:
        card = await card_for(chat, invoice, f"Record a payment of 100 euro for invoice {invoice.number}")
        assert "100.00" in card["amount"]
        assert "138.00" in facts(card), "what will be left is not on the card"
        assert await decide(chat, card) == ""
        await until_face(chat, card, "done")
    paid = ledger.document(invoice.id)
    assert (paid.amount_due, paid.status) == (Decimal("138.00"), "AUTHORISED")
    assert len(ledger.paid(invoice.id)) == 1


async def test_the_answer_after_paying_is_paid(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = await card_for(chat, bill)
        await decide(chat, card)
        await until_face(chat, card, "done")
        answer = await chat.ask(f"Is bill {bill.number} paid?")
    assert "paid" in answer.text.lower()
    assert english(bill.total) in answer.text


async def test_a_preparer_proposes_and_an_approver_finds_it_and_confirms(
    assistant: RunningAssistant, ledger: Ledger
) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Paul Peters") as paul, chat_as(assistant.url, "Anna Albrecht") as anna:
        card = await card_for(paul, bill)
        assert card["face"] == "other"
        assert card["can"]["confirm"] is False
        waiting = await anna.ask("Waiting for me")
        mine = [props for props in waiting.named("ConfirmationCard") if props["proposal_id"] == card["proposal_id"]]
        assert len(mine) == 1, waiting.text
        assert mine[0]["face"] == "mine"
        assert "Paul Peters" in mine[0]["asked_by"]
        assert mine[0]["amount"] == card["amount"]
        assert await decide(anna, mine[0]) == ""
        await until_face(anna, card, "done")
        seen = await until_face(paul, card, "done")
        assert "Anna Albrecht" in seen["decided_by"]
    assert len(ledger.paid(bill.id)) == 1


async def test_waiting_for_me_in_german(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Paul Peters") as paul, chat_as(assistant.url, "Anna Albrecht") as anna:
        card = await card_for(paul, bill, f"Bezahle die Rechnung {bill.number}")
        waiting = await anna.ask("Was wartet auf mich?")
        shown = [props for props in waiting.named("ConfirmationCard") if props["proposal_id"] == card["proposal_id"]]
        assert len(shown) == 1, waiting.text
        assert shown[0]["language"] == "de"
        assert await decide(anna, shown[0], "cancel") == ""


async def test_a_double_click_pays_once(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill("200.00")
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = await card_for(chat, bill, f"Pay 50 euro of bill {bill.number}")
        said = await asyncio.gather(*(decide(chat, card) for _ in range(4)))
        await until_face(chat, card, "done")
        assert sorted(bool(words) for words in said) == [False, True, True, True], said
        again = await decide(chat, card)
        assert "already" in again, again
    assert len(ledger.paid(bill.id)) == 1
    assert ledger.document(bill.id).amount_due == Decimal("150.00")


async def test_two_approvers_at_once_pay_once_and_both_see_it(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill("200.00")
    async with chat_as(assistant.url, "Anna Albrecht") as anna, chat_as(assistant.url, "Max Maurer") as max_:
        card = await card_for(anna, bill, f"Pay 60 euro of bill {bill.number}")
        await max_.ask("Waiting for me")
        said = await asyncio.gather(decide(anna, card), decide(max_, card_of(max_, card["proposal_id"])))
        await until_face(anna, card, "done")
        await until_face(max_, card, "done")
        assert sorted(bool(words) for words in said) == [False, True], said
    assert len(ledger.paid(bill.id)) == 1


async def test_the_second_tab_shows_what_happened(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    async with (
        aclosing(await sign_in(assistant.url, "Anna Albrecht")) as browser,
        open_chat(assistant.url, browser) as first,
    ):
        card = await card_for(first, bill)
        async with open_chat(assistant.url, browser, thread_id=first.thread_id) as second:
            assert card_of(second, card["proposal_id"])["face"] == "mine"
            await decide(first, card)
            await until_face(first, card, "done")
            await until_face(second, card, "done")
            assert "already" in await decide(second, card)
    assert len(ledger.paid(bill.id)) == 1


FORGERIES: dict[str, dict[str, Any]] = {
    "another digest": {"digest": "0" * 64},
    "no digest": {"digest": ""},
    "a digest that is no text": {"digest": {"$ne": ""}},
    "another proposal": {"proposal_id": str(uuid.uuid4())},
    "no proposal": {"proposal_id": ""},
    "a proposal that is no text": {"proposal_id": ["x"]},
    "an unknown verdict": {"verdict": "confirm_all"},
    "a verdict that is no text": {"verdict": True},
    "a huge proposal id": {"proposal_id": "x" * 50_000},
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forged_click_is_refused(assistant: RunningAssistant, ledger: Ledger, name: str) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = await card_for(chat, bill)
        payload = {"proposal_id": card["proposal_id"], "digest": card["digest"], "verdict": "confirm"}
        answer = await chat.action("decide", {**payload, **FORGERIES[name]})
        assert answer.status_code < 500, answer.text
        if answer.status_code == 200:
            assert answer.json()["response"]["refused"], answer.text
        await asyncio.sleep(0.5)
        assert card_of(chat, card["proposal_id"])["face"] == "mine"
        assert ledger.paid(bill.id) == []
        await decide(chat, card, "cancel")


async def test_a_click_that_carries_other_amounts_pays_what_the_card_said(
    assistant: RunningAssistant, ledger: Ledger
) -> None:
    bill = ledger.new_bill("80.00")
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = await card_for(chat, bill, f"Pay 10 euro of bill {bill.number}")
        words = await decide(chat, card, amount="80.00", payload={"amount": {"minor": 8000}}, confirmed=True)
        if not words:
            await until_face(chat, card, "done")
    assert [Decimal(str(effect["body"]["Amount"])) for effect in ledger.paid(bill.id)] in ([], [Decimal("10.00")])


async def test_there_is_no_other_action(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = await card_for(chat, bill)
        for name in ("execute", "confirm", "record_payment", "approve"):
            answer = await chat.action(name, {"proposal_id": card["proposal_id"], "digest": card["digest"]})
            assert answer.status_code == 404 or answer.json()["response"]["refused"], (name, answer.text)
        assert ledger.paid(bill.id) == []
        await decide(chat, card, "cancel")


@pytest.mark.parametrize(("person", "word"), [("Vera Vogel", "approver"), ("Paul Peters", "approver")])
async def test_whoever_may_not_decide_is_refused_and_it_is_recorded(
    assistant: RunningAssistant, ledger: Ledger, person: str, word: str
) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Max Maurer") as proposer, chat_as(assistant.url, person) as other:
        card = await card_for(proposer, bill)
        words = await decide(other, card)
        assert word in words, words
        assert "Nothing was written" in words
        assert ledger.paid(bill.id) == []
        assert card_of(proposer, card["proposal_id"])["face"] == "mine"
        recorded = audit_of(assistant, card["proposal_id"])
        assert any("refused" in row and "not_allowed" in row for row in recorded), recorded
        await decide(proposer, card, "cancel")


def audit_of(assistant: RunningAssistant, proposal_id: str) -> list[str]:
    """The audit trail's rows about one proposal, each in one line."""
    with closing(sqlite3.connect(assistant.home / "state" / "assistant.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        (table,) = [name for name in tables if name in ("audit", "audit_event", "auditevent")]
        rows = database.execute(f"SELECT * FROM {table}").fetchall()
    return [" ".join(str(value) for value in row) for row in rows if proposal_id in row]


async def test_another_organisations_approver_sees_and_decides_nothing(
    assistant: RunningAssistant, ledger: Ledger
) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Max Maurer") as proposer, chat_as(assistant.url, "Otto Ost") as otto:
        card = await card_for(proposer, bill)
        words = await decide(otto, card)
        assert words, "the click of another organisation's approver was taken"
        waiting = await otto.ask("Waiting for me")
        assert waiting.elements == []
        asked = await otto.ask("What is our balance?")
        assert "€" not in asked.text, asked.text
        assert bill.number not in otto.words()
        assert ledger.paid(bill.id) == []
        assert card_of(proposer, card["proposal_id"])["face"] == "mine"
        await decide(proposer, card, "cancel")


async def test_a_viewer_is_offered_no_card(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        answer = await chat.ask(f"Pay bill {bill.number}")
        assert answer.named("ConfirmationCard") == []
        assert answer.text
    assert ledger.paid(bill.id) == []


async def test_an_admin_moves_no_money(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Max Maurer") as proposer, chat_as(assistant.url, "Ada Adler") as ada:
        card = await card_for(proposer, bill)
        assert "Nothing was written" in await decide(ada, card)
        assert (await ada.ask(f"Pay bill {bill.number}")).named("ConfirmationCard") == []
        await decide(proposer, card, "cancel")
    assert ledger.paid(bill.id) == []


async def test_somebody_elses_chat_cannot_be_clicked_in(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Anna Albrecht") as anna, chat_as(assistant.url, "Vera Vogel") as vera:
        card = await card_for(anna, bill)
        vera.session_id = anna.session_id
        payload = {"proposal_id": card["proposal_id"], "digest": card["digest"], "verdict": "confirm"}
        answer = await vera.action("decide", payload)
        assert 400 <= answer.status_code < 500, answer.text
        vera.session_id = str(uuid.uuid4())
        answer = await vera.action("decide", payload)
        assert 400 <= answer.status_code < 500, answer.text
        assert ledger.paid(bill.id) == []
        await decide(anna, card, "cancel")


async def test_a_document_that_changed_meanwhile_is_not_paid(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill("100.00")
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = await card_for(chat, bill)
        ledger.pay(bill, "30.00")
        await decide(chat, card)
        now = await until_face(chat, card, "blocked", "replaced", "failed")
        assert "70.00" in now["word"], now["word"]
        assert "Nothing was" in now["word"] or "nothing was" in now["word"]
    assert len(ledger.paid(bill.id)) == 1, "only the other bookkeeper's payment"


async def test_a_voided_document_is_not_paid(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill("100.00")
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = await card_for(chat, bill)
        ledger.void(bill)
        await decide(chat, card)
        now = await until_face(chat, card, "blocked", "replaced", "failed")
        assert "void" in now["word"].lower(), now["word"]
    assert ledger.paid(bill.id) == []


async def test_an_expired_card_is_refused_and_says_so(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = await card_for(chat, bill)
        with closing(sqlite3.connect(assistant.home / "state" / "assistant.db", timeout=10)) as database:
            changed = database.execute(
                "UPDATE proposal SET expires_at = created_at WHERE id = ?", (card["proposal_id"],)
            )
            assert changed.rowcount == 1
            database.commit()
        words = await decide(chat, card)
        assert "expired" in words, words
        await until_face(chat, card, "expired")
    assert ledger.paid(bill.id) == []


async def test_a_proposal_altered_in_the_database_is_refused(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill("90.00")
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = await card_for(chat, bill)
        with closing(sqlite3.connect(assistant.home / "state" / "assistant.db", timeout=10)) as database:
            changed = database.execute(
                "UPDATE proposal SET body = replace(body, '9000', '9900') WHERE id = ?", (card["proposal_id"],)
            )
            assert changed.rowcount == 1
            database.commit()
        words = await decide(chat, card)
        assert "Nothing was written" in words, words
    assert ledger.paid(bill.id) == []


async def test_cancel_writes_nothing_and_is_final(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Paul Peters") as paul, chat_as(assistant.url, "Anna Albrecht") as anna:
        card = await card_for(paul, bill)
        assert await decide(paul, card, "cancel") == ""
        await until_face(paul, card, "cancelled")
        assert "already" in await decide(anna, card)
    assert ledger.paid(bill.id) == []


async def test_an_edit_replaces_the_card(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill("100.00")
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = await card_for(chat, bill)
        answer = await chat.action(
            "edit",
            {"proposal_id": card["proposal_id"], "digest": card["digest"], "fields": {"amount": "40.00"}},
        )
        assert answer.status_code == 200, answer.text
        assert not (answer.json()["response"] or {}).get("refused"), answer.text
        await until_face(chat, card, "replaced")
        await chat.until(lambda: len(chat.named("ConfirmationCard")) == 2, "no new card after the edit")
        (new,) = [props for props in chat.named("ConfirmationCard") if props["proposal_id"] != card["proposal_id"]]
        assert "40.00" in new["amount"]
        assert "60.00" in facts(new)
        assert await decide(chat, card), "the replaced card could still be confirmed"
        assert await decide(chat, new) == ""
        await until_face(chat, new, "done")
    (effect,) = ledger.paid(bill.id)
    assert Decimal(str(effect["body"]["Amount"])) == Decimal("40.00")


@pytest.mark.parametrize("amount", ["0", "-5", "1000000", "abc", "10.123", ""])
async def test_an_edit_that_cannot_be_keeps_the_card(assistant: RunningAssistant, ledger: Ledger, amount: str) -> None:
    bill = ledger.new_bill("100.00")
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = await card_for(chat, bill, f"Pay 20 euro of bill {bill.number}")
        payload = {"proposal_id": card["proposal_id"], "digest": card["digest"], "fields": {"amount": amount}}
        answer = await chat.action("edit", payload)
        assert answer.status_code == 200, answer.text
        if amount:  # an empty amount may also mean: everything that is due
            assert answer.json()["response"]["refused"], answer.text
            assert card_of(chat, card["proposal_id"])["face"] == "mine"
            await decide(chat, card, "cancel")
    assert ledger.paid(bill.id) == []
