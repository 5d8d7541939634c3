"""Two organisations behind one connection: asked which one, never picked, never mixed, each with its own people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest

from assistant.places import Place, Places, named
from assistant.principal import Grant, Principal, Role
from assistant.stores.database import Database
from tests.support.assistant import QUICK, RunningAssistant, run_assistant
from tests.support.chat import Chat, card_of, chat_as, decide, forms_of, open_chat, sign_in
from tools.base import Organisation

pytestmark = pytest.mark.anyio
LINDENHOF, OST = "Lindenhof Studio GmbH", "Ost Handel GmbH"
ASKED = "Which organisation is this about?"


@pytest.fixture(scope="module")
def product() -> Iterator[RunningAssistant]:
    settings = {"XERO_GRANT": "authorization_code", "SANDBOX_ORGANISATIONS": "2", "BANK_ORGANISATION": LINDENHOF}
    with run_assistant({**QUICK, **settings}) as running:
        yield running


@pytest.fixture
async def both(product: RunningAssistant) -> AsyncIterator[RunningAssistant]:
    """An admin has connected both, one consent each."""
    async with aclosing(await sign_in(product.url, "Ada Adler")) as browser:
        if "both" not in product.settings:
            for name in (LINDENHOF, OST):
                await consent(browser, product, name)
            product.settings["both"] = "connected"
        yield product


async def consent(browser: httpx.AsyncClient, product: RunningAssistant, name: str) -> None:
    begun = await browser.get(f"{product.url}/connect/xero", follow_redirects=False)
    page = await browser.get(begun.headers["location"])
    (form,) = forms_of(page.text)
    assert LINDENHOF in page.text and OST in page.text, "the organisation can be chosen"
    value = "" if name == LINDENHOF else page.text.split(f">{OST}</option>")[0].rsplit('value="', 1)[1].rstrip('"')
    answer = await browser.post(
        str(page.url.join(form.action)), data={"decision": "allow", "organisation": value}, follow_redirects=False
    )
    assert urlsplit(answer.headers["location"]).path == "/connect/xero/callback"
    assert (await browser.get(answer.headers["location"], follow_redirects=False)).status_code == 303


def buttons(chat: Chat) -> dict[str, str]:
    """The organisations that can be pressed: name and id."""
    return {str(one["label"]): str(one["payload"]["token"]) for one in chat.buttons.values() if one["name"] == "choose"}


async def test_it_is_asked_which_one_and_the_question_is_answered_then(both: RunningAssistant) -> None:
    async with chat_as(both.url, "Anna Albrecht") as chat:
        asked = (await chat.ask("What is overdue?")).text
        assert ASKED in asked and f"1. {LINDENHOF}" in asked and f"2. {OST}" in asked and "€" not in asked
        answer = (await chat.ask(OST)).text
        assert f"This conversation is about {OST}." in answer and f"({OST}, as of" in answer
        again = (await chat.ask("Which bills are open?")).text
        assert f"({OST}, as of" in again and LINDENHOF not in again


async def test_the_two_have_different_books(both: RunningAssistant) -> None:
    told = []
    for place in ("1", "2"):
        async with chat_as(both.url, "Anna Albrecht") as chat:
            await chat.ask("What is overdue?")
            told.append((await chat.ask(place)).text.split("overdue")[0])
    assert told[0] != told[1]


async def test_a_button_chooses_and_counts_once(both: RunningAssistant) -> None:
    async with chat_as(both.url, "Anna Albrecht") as chat:
        await chat.ask("What is overdue?")
        offered = buttons(chat)
        assert set(offered) == {LINDENHOF, OST}
        assert (await chat.action("choose", {"token": offered[OST]})).json()["response"] == {"ok": True}
        await chat.until(lambda: f"({OST}, as of" in chat.words(), "the kept question was not answered")
        other = (await chat.action("choose", {"token": offered[LINDENHOF]})).json()["response"]
        assert "cannot be about that organisation" in other["refused"]
        assert f"({OST}, as of" in (await chat.ask("Which bills are open?")).text


@pytest.mark.parametrize("token", ["", "nobody", None, 5, ["x"]])
async def test_a_forged_choice_chooses_nothing(both: RunningAssistant, token: object) -> None:
    async with chat_as(both.url, "Anna Albrecht") as chat:
        await chat.ask("What is overdue?")
        assert "refused" in (await chat.action("choose", {"token": token})).json()["response"]
        assert ASKED in (await chat.ask("What is overdue?")).text


async def test_it_stays_with_it_and_says_so(both: RunningAssistant) -> None:
    async with chat_as(both.url, "Anna Albrecht") as chat:
        await chat.ask("What is overdue?")
        await chat.ask(OST)
        for text in (f"switch to {LINDENHOF}", "wechsle zu Lindenhof"):
            said = (await chat.ask(text)).text
            assert LINDENHOF in said and OST in said and ("stays" in said or "bleibt" in said), said
        assert f"({OST}, as of" in (await chat.ask("What is overdue?")).text


async def test_a_conversation_that_comes_back_is_about_the_same(both: RunningAssistant) -> None:
    async with aclosing(await sign_in(both.url, "Anna Albrecht")) as browser:
        async with open_chat(both.url, browser) as chat:
            await chat.ask("What is overdue?")
            await chat.ask(OST)
            thread = chat.thread_id
        both.restart()
        async with open_chat(both.url, browser, thread_id=thread) as chat:
            assert f"({OST}, as of" in (await chat.ask("Which bills are open?")).text


async def test_who_may_read_one_only_is_never_asked(both: RunningAssistant) -> None:
    async with chat_as(both.url, "Otto Ost") as chat:
        answer = (await chat.ask("What is overdue?")).text
        assert ASKED not in answer and f"({OST}, as of" in answer
        assert not buttons(chat)


async def test_a_card_of_one_organisation_is_nothing_in_the_others_chat(both: RunningAssistant) -> None:
    async with chat_as(both.url, "Anna Albrecht") as here, chat_as(both.url, "Anna Albrecht") as there:
        await here.ask("Pay bill BILL-201")
        card = (await here.ask(LINDENHOF)).card
        assert {fact["label"]: fact["value"] for fact in card["facts"]}["Organisation"] == LINDENHOF
        await there.ask("What is overdue?")
        await there.ask(OST)
        refused = await decide(there, card)
        assert refused and "organisation" in refused.lower(), refused
        assert card["proposal_id"] not in str((await there.ask("Waiting for me")).text)
        assert card_of(here, card["proposal_id"])["face"] == "mine"


async def test_the_bank_belongs_to_one_of_them(both: RunningAssistant) -> None:
    async with chat_as(both.url, "Anna Albrecht") as chat:
        await chat.ask("What is our bank balance?")
        said = (await chat.ask(OST)).text
        assert f"belong to another organisation, not to {OST}" in said and "€" not in said
    async with chat_as(both.url, "Anna Albrecht") as chat:
        await chat.ask("What is our bank balance?")
        assert "€" in (await chat.ask(LINDENHOF)).text


# the room itself

ONE, TWO, THREE = (Organisation(f"o-{n}", name, "EUR", code) for n, name, code in (
    (1, "Alpha GmbH", "!a"), (2, "Beta Ltd", "!b"), (3, "Betamax AG", "!c")))  # fmt: skip


def somebody(*grants: Grant) -> Principal:
    return Principal("p-1", "https://login.example", "s", "Somebody", "", grants)


BOTH = somebody(Grant(Role.VIEWER))


@pytest.fixture
def places(database: Database) -> Places:
    return Places(database, _every, lambda: datetime(2026, 11, 26, tzinfo=UTC))


async def _every() -> list[Organisation]:
    return [THREE, TWO, ONE]


async def test_nothing_is_chosen_by_asking_and_a_choice_is_for_good(places: Places, database: Database) -> None:
    place = await places.of(BOTH, "c-1")
    assert place.must_choose and [each.name for each in place.offered] == ["Alpha GmbH", "Beta Ltd", "Betamax AG"]
    assert await places.choose(BOTH, "c-1", TWO.id) == TWO
    assert await places.choose(BOTH, "c-1", ONE.id) == TWO, "the first choice counts"
    elsewhere = Places(database, _every, lambda: datetime(2026, 11, 26, tzinfo=UTC))
    assert (await elsewhere.of(BOTH, "c-1")).organisation == TWO
    assert await elsewhere.choose(BOTH, "c-1", ONE.id) == TWO
    assert (await places.of(BOTH, "c-2")).must_choose


async def test_only_what_may_be_read_is_offered_and_can_be_chosen(places: Places) -> None:
    of_two = somebody(Grant(Role.VIEWER, TWO.id))
    assert (await places.of(of_two, "c-3")).organisation == TWO
    assert await places.choose(of_two, "c-3", ONE.id) is None
    await places.choose(BOTH, "c-3", ONE.id)
    lost = await places.of(of_two, "c-3")
    assert (lost.organisation, lost.lost, lost.must_choose) == (None, True, False)
    nobody = await places.of(somebody(), "c-3")
    assert nobody.organisation is None and not nobody.must_choose


def test_an_organisation_is_named_by_name_code_place_or_its_beginning() -> None:
    offered = (ONE, TWO, THREE)
    for text, meant in {
        "Alpha GmbH": ONE, "alpha": ONE, " beta ltd. ": TWO, "!B": TWO, "2": TWO, "“Betamax”": THREE, "beta": None,
        "4": None, "0": None, "al": None, "What is overdue?": None, "": None,
    }.items():  # fmt: skip
        assert named(offered, text) == meant, text
    assert Place(None, (ONE,)).must_choose is False
