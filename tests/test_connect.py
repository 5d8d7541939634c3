"""Connect Xero: an admin lets the app in, and only an admin, and only by the return that fits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.assistant import RunningAssistant, run_assistant
from tests.support.chat import forms_of, open_chat, sign_in

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def product() -> Iterator[RunningAssistant]:
    with run_assistant({"XERO_GRANT": "authorization_code"}) as running:
        yield running


async def consented(browser: httpx.AsyncClient, product: RunningAssistant) -> str:
    """Walk from our address over Xero's consent page; the address that Xero sends back to, not yet opened."""
    begun = await browser.get(f"{product.url}/connect/xero", follow_redirects=False)
    assert begun.status_code == 303, begun.text
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert "offline_access" in asked["scope"][0]
    page = await browser.get(begun.headers["location"])
    (form,) = forms_of(page.text)
    answer = await browser.post(str(page.url.join(form.action)), data={"decision": "allow"}, follow_redirects=False)
    assert answer.status_code in (302, 303), answer.text
    return answer.headers["location"]


async def test_before_anybody_has_connected_the_chat_says_who_must(product: RunningAssistant) -> None:
    async with aclosing(await sign_in(product.url, "Vera Vogel")) as browser, open_chat(product.url, browser) as chat:
        words = (await chat.ask("What is overdue?")).text
        assert "admin" in words.lower()
        assert "connect" in words.lower()


async def test_only_an_admin_may_connect(product: RunningAssistant) -> None:
    async with aclosing(await sign_in(product.url, "Max Maurer")) as browser:
        refused = await browser.get(f"{product.url}/connect/xero")
        assert refused.status_code == 403
        assert "Only an admin" in refused.text


async def test_a_return_that_nobody_began_or_somebody_else_began_connects_nothing(product: RunningAssistant) -> None:
    async with (
        aclosing(await sign_in(product.url, "Ada Adler")) as ada,
        aclosing(await sign_in(product.url, "Ada Adler")) as other,
    ):
        forged = await ada.get(f"{product.url}/connect/xero/callback?code=x&state=y")
        assert forged.status_code == 400
        back = await consented(ada, product)
        changed = back.replace("state=", "state=x")
        assert (await ada.get(changed)).status_code == 400
        assert (await other.get(f"{product.url}/connect/xero/callback?error=access_denied&state=z")).status_code == 400


async def test_an_admin_connects_and_the_chat_answers(product: RunningAssistant) -> None:
    async with aclosing(await sign_in(product.url, "Ada Adler")) as browser:
        back = await consented(browser, product)
        done = await browser.get(back, follow_redirects=False)
        assert done.status_code == 303, done.text
        assert (await browser.get(back)).status_code == 400, "a return works once"
        async with open_chat(product.url, browser) as chat:
            assert "Lindenhof Studio GmbH" in (await chat.ask("What is overdue?")).text
    stored = await asyncio.to_thread(_database_bytes, product)
    assert b"connected_by" in stored, "this is not the database"
    assert b"refresh_token" not in stored, "tokens lie in the database unencrypted"


def _database_bytes(product: RunningAssistant) -> bytes:
    return b"".join(path.read_bytes() for path in product.home.rglob("assistant.db*"))
