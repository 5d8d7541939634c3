"""Journeys over HTTP through the chat's own rooms: forged clicks, and a card that somebody else changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.support.assistant import RunningAssistant
from tests.support.chat import Chat, chat_as, decide, until_face
from tests.support.reckoning import Ledger

pytestmark = pytest.mark.anyio


@pytest.fixture
def ledger(assistant: RunningAssistant) -> Ledger:
    return Ledger(assistant.sandbox["xero"])


def recorded(assistant: RunningAssistant, subject: str) -> list[tuple[str, str, str]]:
    """Tag, person and facts of what the audit trail says of a proposal, oldest first."""
    with closing(sqlite3.connect(assistant.home / "state" / "assistant.db", timeout=20)) as connection:
        asked = "SELECT tag, actor_name, facts FROM audit_event WHERE subject = ? ORDER BY seq"
        return connection.execute(asked, (subject,)).fetchall()


async def click(chat: Chat, name: str, card: dict[str, Any], **more: Any) -> str:
    """The words with which a click is refused."""
    answer = await chat.action(name, {"proposal_id": card["proposal_id"], "digest": card["digest"], **more})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["response"]["refused"])


async def test_forged_clicks_are_refused_in_true_words_and_recorded(
    assistant: RunningAssistant, ledger: Ledger
) -> None:
    bill = ledger.new_bill()
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = (await chat.ask(f"Pay bill {bill.number}")).card
        assert "not something one can decide" in await click(chat, "decide", card, verdict="approve")
        assert "Only the amount" in await click(chat, "edit", card, fields={"payee": "Evil Ltd"})
        assert "at most 200 characters" in await click(chat, "edit", card, fields={"reference": "x" * 5000})
        assert "no such button" in await click(chat, "execute", card)
        refused = [(tag, who) for tag, who, _ in recorded(assistant, card["proposal_id"])][2:]
        assert refused == [
            ("decision:refused", "Anna Albrecht"),
            ("proposal:refused", "Anna Albrecht"),
            ("proposal:refused", "Anna Albrecht"),
            ("decision:refused", "Anna Albrecht"),
        ]
        assert await decide(chat, card, "cancel") == ""
    assert ledger.paid(bill.id) == []


async def test_a_page_that_opens_its_line_twice_gets_its_conversation(
    assistant: RunningAssistant, ledger: Ledger
) -> None:
    bill = ledger.new_bill("41.00")
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = (await chat.ask(f"Pay bill {bill.number}")).card
        first, second = (Chat(assistant.url, chat.browser, chat.thread_id) for _ in range(2))
        second.session_id = first.session_id
        await first.knock()
        await first.close()
        await second.connect()
        assert second.resumed is not None
        assert [each["proposal_id"] for each in second.named("ConfirmationCard")] == [card["proposal_id"]]
        await second.close()
        assert await decide(chat, card, "cancel") == ""


async def test_whoever_asked_is_told_who_changed_what_and_gets_the_new_card(
    assistant: RunningAssistant, ledger: Ledger
) -> None:
    bill = ledger.new_bill("119.00")
    async with chat_as(assistant.url, "Paul Peters") as paul, chat_as(assistant.url, "Max Maurer") as max_:
        card = (await paul.ask(f"Pay bill {bill.number}")).card
        waiting = await max_.ask("Waiting for me")
        assert card["proposal_id"] in [props["proposal_id"] for props in waiting.named("ConfirmationCard")]
        answer = await max_.action(
            "edit", {"proposal_id": card["proposal_id"], "digest": card["digest"], "fields": {"amount": "25.00"}}
        )
        assert answer.json()["response"] == {"ok": True}
        await until_face(paul, card, "replaced")
        await paul.until(
            lambda: "Max Maurer changed this payment: amount € 25.00 instead of € 119.00" in paul.words(),
            "the proposer is not told what was changed",
        )
        await paul.until(
            lambda: paul.named("ConfirmationCard")[-1]["proposal_id"] != card["proposal_id"],
            "the proposer does not get the new card",
        )
        new = paul.named("ConfirmationCard")[-1]
        assert (new["amount"], new["face"]) == ("€ 25.00", "other")
        assert await decide(max_, new, "cancel") == ""
        await until_face(paul, new, "cancelled")
    assert ledger.paid(bill.id) == []
