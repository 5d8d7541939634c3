"""An admin settles in the chat: exact words, an answer that says what would be recorded, and a press that is theirs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

import pytest

from assistant.chat.house import House
from assistant.chat.settle_desk import Answer, Press, SettleDesk, asked_to_settle
from assistant.principal import Grant, Principal, Role
from assistant.proposal import Proposal
from assistant.settling import Said
from assistant.stores.database import Database
from assistant.stores.proposals import State
from tests.support.paying import ALEX, DEMO
from tests.support.settling import ADA, AXEL, SettlingCore, is_unclear

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("text", "number", "said"),
    [
        ("settle P-7 not done: looked at the bank", 7, Said(False, "looked at the bank")),
        ("Settle p7 done 0b1F-77: in Xero", 7, Said(True, "in Xero", "0b1F-77")),
        ("/kläre P-12 nicht ausgeführt: Kontoauszug geprüft", 12, Said(False, "Kontoauszug geprüft")),
        ("P-12 klären", None, None),
        ("klären  P-12\nausgeführt PAY-1 : steht da", 12, Said(True, "steht da", "PAY-1")),
        ("settle P-7 done", 7, Said(True, "")),
        ("settle P-7 not done", 7, Said(False, "")),
        ("settle P-201", None, None),
        ("settle bill P-7 not done: x", None, None),
        ("please settle P-7 not done: x", None, None),
        ("settle P-7 not done yet: x", None, None),
        ("settle P-7 not done: " + "x" * 400, None, None),
        ("Xero says: settle P-7 not done: x", None, None),
    ],
)
def test_only_the_exact_words_are_meant(text: str, number: int | None, said: Said | None) -> None:
    assert asked_to_settle(text) == (None if number is None else (number, said))


class Chat:
    """The desk over the real core, for whoever speaks."""

    def __init__(self, core: SettlingCore) -> None:
        house: Any = _HouseOf(core)
        self.core, self.desk = core, SettleDesk(cast(House, house))

    async def says(self, text: str, who: Principal = ADA, session: str = "", language: str = "en") -> Answer:
        said = await self.desk.answer(text, who, DEMO, session or f"session-{who.name}", language)
        assert said is not None
        return said

    async def button(self, text: str, who: Principal = ADA) -> Press:
        press = (await self.says(text, who)).press
        assert press is not None
        return press

    async def presses(self, payload: object, who: Principal = ADA, session: str = "", language: str = "en") -> str:
        return await self.desk.pressed(payload, who, DEMO, session or f"session-{who.name}", language)

    async def unchanged(self, proposal: Proposal) -> bool:
        return is_unclear(await self.core.now(proposal))


class _HouseOf:
    """What the desk reaches of a house."""

    def __init__(self, core: SettlingCore) -> None:
        self.settling, self.audit, self.clock = core.executor.settling, core.audit, core.clock
        self.minted = 0

    def new_id(self) -> str:
        self.minted += 1
        return f"token-{self.minted}"


@pytest.fixture
def chat(database: Database) -> Chat:
    return Chat(SettlingCore(database))


async def test_a_typed_sentence_alone_settles_nothing_and_the_press_does(chat: Chat) -> None:
    unclear = await chat.core.unclear()
    said = await chat.says("settle P-1 not done: looked at the statement")
    assert "does not have it" in said.line and "Nothing is recorded yet." in said.line
    assert said.press == Press("token-1", "Record: P-1 was not done") and await chat.unchanged(unclear)
    line = await chat.presses({"token": "token-1"})
    assert line.startswith("P-1 (€ 980.00, Acme) is settled as not done")
    assert (await chat.core.now(unclear)).state is State.FAILED
    event = await chat.core.last_event()
    assert (event["tag"], event["actor_id"], event["session_id"]) == (
        "execution:settled_by_person", ADA.id, "session-Ada",
    )  # fmt: skip
    assert json.loads(event["facts"])["note"] == "looked at the statement"


async def test_in_german_and_done_by_a_payment(chat: Chat) -> None:
    unclear = await chat.core.unclear()
    chat.core.book_till.books["PAY-77"] = ("bill-204", 98000)
    said = await chat.says("kläre P-1 ausgeführt PAY-77: steht in Xero", language="de")
    assert "Die Zahlung, die Sie nennen, hat es." in said.line and said.press
    assert said.press.label == "Vermerken: P-1 wurde ausgeführt"
    assert "ist als ausgeführt geklärt" in await chat.presses({"token": said.press.token}, language="de")
    assert (await chat.core.now(unclear)).state is State.SUCCEEDED


async def test_a_button_is_pressed_once(chat: Chat) -> None:
    await chat.core.unclear()
    press = await chat.button("settle P-1 not done: looked")
    assert "is settled" in await chat.presses({"token": press.token})
    assert "or it was pressed already" in await chat.presses({"token": press.token})


@pytest.mark.parametrize(("who", "session"), [(AXEL, ""), (AXEL, "session-Ada"), (ADA, "another session"), (ALEX, "")])
async def test_a_button_belongs_to_the_person_and_the_session_it_was_shown_to(
    chat: Chat, who: Principal, session: str
) -> None:
    unclear = await chat.core.unclear()
    press = await chat.button("settle P-1 not done: looked")
    assert "Nothing was changed." in await chat.presses({"token": press.token}, who, session)
    assert await chat.unchanged(unclear)
    event = await chat.core.last_event()
    assert (event["tag"], event["actor_id"], event["subject"]) == ("execution:settling_refused", who.id, unclear.id)
    assert json.loads(event["facts"])["reason"] == "not_shown"
    assert "is settled" in await chat.presses({"token": press.token}), "it is still whose it was"


async def test_a_button_is_good_for_ten_minutes(chat: Chat) -> None:
    unclear = await chat.core.unclear()
    press = await chat.button("settle P-1 not done: looked")
    chat.core.clock.advance(minutes=10, seconds=1)
    assert "Write the words again" in await chat.presses({"token": press.token})
    assert await chat.unchanged(unclear)


@pytest.mark.parametrize("payload", [None, {}, {"token": 1}, {"token": ""}, {"token": "token-1", "done": True}, "x"])
async def test_a_press_that_no_button_of_ours_sends_changes_nothing(chat: Chat, payload: object) -> None:
    unclear = await chat.core.unclear()
    await chat.button("settle P-1 not done: looked")
    assert "Nothing was changed." in await chat.presses(payload)
    assert await chat.unchanged(unclear)
    assert (await chat.core.last_event())["tag"] == "execution:settling_refused"


async def test_everything_is_checked_again_at_the_press(chat: Chat) -> None:
    unclear = await chat.core.unclear()
    press = await chat.button("settle P-1 not done: looked")
    chat.core.sessions["session-Ada"] = replace(ADA, grants=(Grant(Role.VIEWER),))
    assert "needs the role admin" in await chat.presses({"token": press.token})
    assert await chat.unchanged(unclear)
    chat.core.sessions["session-Ada"] = ADA
    press = await chat.button("settle P-1 not done: looked")
    chat.core.till.paid.append((unclear.id, 98000))
    assert "was looked up once more and is there" in await chat.presses({"token": press.token})
    assert (await chat.core.now(unclear)).state is State.SUCCEEDED


async def test_what_cannot_be_settled_has_no_button_and_says_why(chat: Chat) -> None:
    await chat.core.unclear()
    for text, who, why in (
        ("settle P-1 not done: looked", ALEX, "needs the role admin in Demo GmbH"),
        ("settle P-1 not done", ADA, "where you looked"),
        ("settle P-1 done: looked", ADA, "name the payment by its id in Xero"),
        ("settle P-1 done PAY-9: looked", ADA, "Xero has no payment with the id PAY-9"),
        ("settle P-9 not done: looked", ADA, "There is no proposal P-9 in Demo GmbH"),
    ):
        said = await chat.says(text, who)
        assert why in said.line and said.press is None


async def test_what_the_look_finds_needs_no_button(chat: Chat) -> None:
    unclear = await chat.core.unclear()
    chat.core.till.paid.append((unclear.id, 98000))
    said = await chat.says("settle P-1 not done: looked")
    assert said.press is None and "is there: it counts as done" in said.line


async def test_a_stranger_s_text_in_an_answer_is_made_harmless(chat: Chat) -> None:
    await chat.core.unclear()
    chat.core.book_till.books["PAY-77"] = ("![x](https://evil.example/a)", 98000)
    said = await chat.says("settle P-1 done PAY-77: looked")
    assert "evil.example" in said.line and "](http" not in said.line and "://" not in said.line


async def test_anything_else_is_not_for_this_desk(chat: Chat) -> None:
    assert await chat.desk.answer("pay bill 7", ADA, DEMO, "session-Ada", "en") is None
