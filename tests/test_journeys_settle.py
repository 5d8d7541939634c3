"""A journey over HTTP: a payment whose answer is lost for good waits for a person; an admin settles it by a button."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from assistant.clock import utc_now
from assistant.stores.moments import to_text
from tests.support.assistant import RunningAssistant
from tests.support.chat import Chat, card_of, chat_as, decide, until_face
from tests.support.reckoning import Ledger

pytestmark = pytest.mark.anyio


def make_undecidable(assistant: RunningAssistant, proposal_id: str) -> None:
    """The sends are long ago, and what is stored of them is not what was confirmed: nothing is sent again."""
    long_ago = to_text(utc_now() - timedelta(minutes=20))
    with closing(sqlite3.connect(assistant.home / "state" / "assistant.db", timeout=20)) as database, database:
        database.execute(
            "UPDATE execution_attempt SET body_hash = 'x', started_at = ? WHERE proposal_id = ?",
            (long_ago, proposal_id),
        )


async def unclear(chat: Chat, assistant: RunningAssistant, number: str) -> dict[str, Any]:
    """A card of a payment that nobody answered and that waits for a person."""
    card = (await chat.ask(f"Pay bill {number}")).card
    assistant.sandbox["xero"].fault("PUT /api.xro/2.0/Payments", "drop_before", times=-1)
    assert await decide(chat, card) == ""
    await until_face(chat, card, "unclear")
    make_undecidable(assistant, card["proposal_id"])
    await chat.until(
        lambda: f"settle {card['number']} not done" in card_of(chat, card["proposal_id"])["word"],
        "it does not come to wait for a person",
    )
    assistant.sandbox["xero"].clear_faults()
    return card


async def test_an_admin_settles_by_words_and_a_button_and_the_bill_can_be_paid(own_assistant: RunningAssistant) -> None:
    ledger = Ledger(own_assistant.sandbox["xero"])
    bill = ledger.new_bill("61.00")
    async with chat_as(own_assistant.url, "Max Maurer") as max_, chat_as(own_assistant.url, "Ada Adler") as ada:
        card = await unclear(max_, own_assistant, bill.number)
        label = card["number"]
        told = await max_.ask(f"settle {label} not done: I looked")
        assert "needs the role admin" in told.text and max_.buttons == {}
        told = await ada.ask(f"settle {label} not done: not on the statement of today")
        assert "Nothing is recorded yet" in told.text
        (button,) = ada.buttons.values()
        assert button["label"] == f"Record: {label} was not done" and set(button["payload"]) == {"token"}
        forged = await max_.action("settle", button["payload"])
        assert forged.status_code == 200
        await max_.until(lambda: "That button is not one" in max_.words(), "the forged press is not answered")
        assert card_of(max_, card["proposal_id"])["face"] == "unclear"
        pressed = await ada.action(button["name"], button["payload"], id=button["id"])
        assert pressed.status_code == 200
        await ada.until(lambda: "is settled as not done" in ada.words(), "the press is not answered")
        assert ada.buttons == {}
        failed = await until_face(max_, card, "failed")
        assert "Ada Adler says that it was not done (“not on the statement of today”)" in failed["word"]
        table = (await ada.ask(f"audit {label}")).table
        assert any(row["step"]["word"] == "Settled by a person" and row["who"] == "Ada Adler" for row in table["rows"])
        again = (await max_.ask(f"Pay bill {bill.number}")).card
        assert await decide(max_, again) == ""
        await until_face(max_, again, "done")
    assert len(ledger.paid(bill.id)) == 1
