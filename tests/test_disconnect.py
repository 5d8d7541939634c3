"""A connection ends by an admin's exact words, or at Xero: what may still be asked, what waits, how it comes back."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, closing
from typing import Any

import httpx
import pytest

from assistant.chat.admin import Asked, Wish, asked
from tests.support.assistant import QUICK, RunningAssistant, clean_environment, run_assistant
from tests.support.chat import Chat, card_of, chat_as, decide, open_chat, sign_in
from tests.test_several_organisations import ASKED, LINDENHOF, OST, consent

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Disconnect Xero", "Xero"),
        ("/disconnect Ost Handel GmbH.", "Ost Handel GmbH"),
        ("Ost Handel GmbH trennen", "Ost Handel GmbH"),
        ("xero abmelden", "xero"),
    ],
)
def test_the_words_are_read(text: str, rest: str) -> None:
    assert asked(text) == Asked(Wish.LEAVE, rest)


@pytest.mark.parametrize("text", ["disconnect", "please disconnect xero", "how do I disconnect Xero?", "trennen"])
def test_nothing_near_them_is_taken_for_them(text: str) -> None:
    assert asked(text) is None or asked(text) == Asked(Wish.LEAVE, "Xero?"), "and then the name does not fit"


@pytest.fixture
def product() -> Iterator[RunningAssistant]:
    settings = {"XERO_GRANT": "authorization_code", "SANDBOX_ORGANISATIONS": "2", "BANK_ORGANISATION": LINDENHOF}
    with run_assistant({**QUICK, **settings}) as running:
        yield running


@pytest.fixture
async def ada(product: RunningAssistant) -> AsyncIterator[httpx.AsyncClient]:
    """The admin, who has connected both organisations."""
    async with aclosing(await sign_in(product.url, "Ada Adler")) as browser:
        for name in (LINDENHOF, OST):
            await consent(browser, product, name)
        yield browser


async def about(chat: Chat, name: str, text: str = "What is overdue?") -> str:
    """Ask in a new chat, about that organisation."""
    told = (await chat.ask(text)).text
    return (await chat.ask(name)).text if ASKED in told else told


async def test_one_ends_by_its_own_name_and_the_other_goes_on(
    product: RunningAssistant, ada: httpx.AsyncClient
) -> None:
    async with (
        chat_as(product.url, "Anna Albrecht") as anna,
        chat_as(product.url, "Anna Albrecht") as other,
        open_chat(product.url, ada) as admin,
    ):
        assert ASKED in (await anna.ask("Which bills are open?")).text
        number = (await anna.ask(OST)).table["rows"][0]["number"]
        card = (await anna.ask(f"Pay bill {number}")).card
        assert f"({LINDENHOF}, as of" in await about(other, LINDENHOF)
        for refused in (f"disconnect {OST}", "disconnect xero"):
            assert "That needs the role admin" in (await anna.ask(refused)).text

        await about(admin, OST)
        how = (await admin.ask("disconnect xero")).text
        assert f"disconnect {OST}" in how and "Nothing has ended yet" in how
        await admin.ask(f"disconnect {LINDENHOF}")
        assert f"({LINDENHOF}, as of" in (await other.ask("What is overdue?")).text, (
            "it is not this chat's organisation"
        )
        assert f"{OST} is disconnected from Xero" in (await admin.ask(f"Disconnect {OST}")).text

        assert "is not connected to Xero any more" in (await anna.ask("What is overdue?")).text
        await decide(anna, card)
        assert card_of(anna, card["proposal_id"])["face"] not in ("done", "busy")
        assert f"({LINDENHOF}, as of" in (await other.ask("What is overdue?")).text
    assert not product.sandbox["xero"].effects()
    async with chat_as(product.url, "Anna Albrecht") as chat:
        answer = (await chat.ask("What is overdue?")).text
        assert ASKED not in answer and f"({LINDENHOF}, as of" in answer, "one is left, so nothing is asked"
    await consent(ada, product, OST)
    async with chat_as(product.url, "Anna Albrecht") as chat:
        assert f"({OST}, as of" in await about(chat, OST), "it can be connected again"


async def test_the_last_one_takes_the_authorisation_with_it(product: RunningAssistant, ada: httpx.AsyncClient) -> None:
    async with open_chat(product.url, ada) as chat:
        await about(chat, OST)
        assert f"{OST} is disconnected" in (await chat.ask(f"disconnect {OST}")).text
    async with open_chat(product.url, ada) as chat:
        await chat.ask("What is overdue?")
        assert LINDENHOF in (await chat.ask(f"disconnect {LINDENHOF}")).text
    assert standing(product) == {"organisations": [], "refresh_tokens": 0}
    with closing(sqlite3.connect(next(product.home.rglob("assistant.db")))) as database:
        assert database.execute("SELECT sealed, alive FROM connection").fetchall() == [("", 0)], "no token is kept"
    await consent(ada, product, LINDENHOF)
    async with chat_as(product.url, "Anna Albrecht") as chat:
        assert f"({LINDENHOF}, as of" in (await chat.ask("What is overdue?")).text


async def test_an_organisation_that_ended_it_in_xero_is_known_after_the_next_look(
    product: RunningAssistant, ada: httpx.AsyncClient
) -> None:
    async with chat_as(product.url, "Anna Albrecht") as anna:
        await about(anna, OST)
        await ended_in_xero(product, OST)
    assert standing(product)["organisations"] == [LINDENHOF]
    product.restart()
    async with chat_as(product.url, "Anna Albrecht", thread_id=anna.thread_id) as again:
        for _ in range(20):
            told = (await again.ask("What is overdue?")).text
            if "is not connected to Xero any more" in told:
                break
            await asyncio.sleep(0.5)
        else:
            raise AssertionError(told)
    async with chat_as(product.url, "Anna Albrecht") as chat:
        assert f"({LINDENHOF}, as of" in (await chat.ask("What is overdue?")).text


async def test_the_command_line_ends_one_by_its_whole_name_and_the_chat_knows_in_seconds(
    product: RunningAssistant, ada: httpx.AsyncClient
) -> None:
    code, words = typed(product, OST[:-2])
    assert code == 1 and "Nothing was changed" in words and OST in words
    async with chat_as(product.url, "Anna Albrecht") as anna:
        assert f"({OST}, as of" in await about(anna, OST)
        code, words = typed(product, OST)
        assert code == 0 and f"{OST} is disconnected from Xero" in words
        await asyncio.sleep(2.5)
        assert "is not connected to Xero any more" in (await anna.ask("What is overdue?")).text
    assert standing(product)["organisations"] == [LINDENHOF]
    with closing(sqlite3.connect(next(product.home.rglob("assistant.db")))) as database:
        (actor,) = database.execute("SELECT actor_id FROM audit_event WHERE tag = 'connection:removed'").fetchall()
    assert actor == ("house",)
    assert typed(product, OST)[0] == 1, "it has ended already"
    assert typed(product, LINDENHOF, XERO_GRANT="client_credentials")[0] == 1


def typed(product: RunningAssistant, name: str, **settings: str) -> tuple[int, str]:
    """`assistant disconnect NAME` beside the running chat: the exit code and what was said."""
    xero = product.sandbox["xero"].url
    own = {"XERO_CLIENT_ID": "sandbox-xero", "XERO_CLIENT_SECRET": "sandbox-xero-secret"}
    own |= dict.fromkeys(("XERO_API_URL", "XERO_IDENTITY_URL", "XERO_LOGIN_URL"), xero)
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "disconnect", name],
        env=clean_environment(product.home, **{**product.settings, **own, **settings}),
        cwd=product.home / "cwd",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


async def ended_in_xero(product: RunningAssistant, name: str) -> None:
    """Somebody takes the app away in Xero itself."""
    url = product.sandbox["xero"].url
    async with httpx.AsyncClient(base_url=url) as http:
        (await http.delete(f"/_sandbox/connections/{name}")).raise_for_status()


def standing(product: RunningAssistant) -> dict[str, Any]:
    """What Xero itself has."""
    found: dict[str, Any] = httpx.get(f"{product.sandbox['xero'].url}/_sandbox/connections").json()
    return found


async def test_a_custom_connection_is_ended_in_xero() -> None:
    with run_assistant(QUICK) as product:
        async with chat_as(product.url, "Ada Adler") as chat:
            for text in ("disconnect xero", f"Disconnect {LINDENHOF}"):
                assert "custom connection, which is ended in Xero" in (await chat.ask(text)).text
            assert f"({LINDENHOF}, as of" in (await chat.ask("What is overdue?")).text
