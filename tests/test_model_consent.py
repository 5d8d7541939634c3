"""What the books say goes to a language model somewhere else only after an admin has said so, by its name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from assistant.audit import AuditTrail
from assistant.chat.admin import Wish, asked
from assistant.model_consent import OPENAI, ModelConsents, host_of
from assistant.principal import Grant, Principal, Role
from assistant.refusals import Refusal
from assistant.stores.database import Database
from tests.support.assistant import RunningAssistant, run_assistant
from tests.support.chat import open_chat, sign_in
from tests.support.database import run_sql
from tests.support.paying import ANNA, DEMO, OTHER, HandClock, person
from tests.support.sandbox import run_sandbox

pytestmark = pytest.mark.anyio

ADA = person("ada", Grant(Role.ADMIN, DEMO.id))
HOST = "model.example"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("", OPENAI),
        ("https://Model.Example/v1", HOST),
        ("http://localhost:8105/v1", ""),
        ("http://127.0.0.1:1234/v1", ""),
        ("http://[::1]:1234/v1", ""),
        ("http://10.0.0.7/v1", "10.0.0.7"),
        ("https://localhost.example/v1", "localhost.example"),
    ],
)
def test_only_this_very_machine_needs_nobodys_consent(address: str, host: str) -> None:
    assert host_of(address) == host


def consents(database: Database, host: str = HOST) -> ModelConsents:
    clock = HandClock()
    return ModelConsents(database, AuditTrail(database, clock=clock), host, clock=clock)


async def trail(database: Database) -> list[tuple[str, str]]:
    rows = await run_sql(database, "SELECT tag, facts FROM audit_event ORDER BY seq")
    return [(str(tag), json.loads(str(facts))["host"]) for tag, facts in rows]


async def test_nothing_goes_before_an_admin_has_said_so_nor_after_it_was_taken_back(database: Database) -> None:
    desk = consents(database)
    assert not await desk.given(DEMO.id)
    await desk.give(DEMO, ADA)
    assert await desk.given(DEMO.id)
    assert not await desk.given(OTHER.id), "one organisation's yes is nobody else's"
    assert not await consents(database, "other.example").given(DEMO.id), "one host's yes is no other host's"
    await desk.withdraw(DEMO, ADA)
    assert not await desk.given(DEMO.id)
    assert await trail(database) == [("model_consent:given", HOST), ("model_consent:withdrawn", HOST)]
    assert (await AuditTrail(database).verify()).ok


@pytest.mark.parametrize("who", [ANNA, person("otto", Grant(Role.ADMIN, OTHER.id)), person("vera", Grant(Role.VIEWER))])
async def test_nobody_but_an_admin_of_the_organisation_gives_it_or_takes_it_back(
    database: Database, who: Principal
) -> None:
    desk = consents(database)
    with pytest.raises(Refusal):
        await desk.give(DEMO, who)
    assert not await desk.given(DEMO.id)
    await desk.give(DEMO, ADA)
    with pytest.raises(Refusal):
        await desk.withdraw(DEMO, who)
    assert await desk.given(DEMO.id)
    assert [tag for tag, _ in await trail(database)].count("model_consent:refused") == 2


async def test_a_model_of_this_machine_needs_none(database: Database) -> None:
    assert await consents(database, "").given(DEMO.id)


@pytest.mark.parametrize(
    ("text", "wish", "rest"),
    [
        ("allow model api.openai.com", Wish.MODEL, "api.openai.com"),
        ("Modell erlauben api.openai.com.", Wish.MODEL, "api.openai.com"),
        ("forbid model", Wish.NO_MODEL, ""),
        ("Modell verbieten", Wish.NO_MODEL, ""),
    ],
)
def test_the_words(text: str, wish: Wish, rest: str) -> None:
    found = asked(text)
    assert found is not None and (found.wish, found.rest) == (wish, rest)


@pytest.mark.parametrize("text", ["allow model", "allow the model to pay", "please allow model x", "model"])
def test_what_is_not_exactly_that_is_a_question(text: str) -> None:
    found = asked(text)
    assert found is None or found.wish not in (Wish.MODEL, Wish.NO_MODEL)


# in the chat


@pytest.fixture(scope="module")
def product() -> Iterator[RunningAssistant]:
    """A house whose bank and login are not the sandbox's own, and whose model is somewhere else."""
    real = {"SOLARIS_CLIENT_ID": "partner", "SOLARIS_CLIENT_SECRET": "x", "SOLARIS_BUSINESS_ID": "b-1"}
    model = {"OPENAI_BASE_URL": f"http://{HOST}.invalid/v1", "OPENAI_API_KEY": "x", "MODEL_TIMEOUT_SECONDS": "3"}
    with run_sandbox("okta") as okta:
        client = {"OKTA_CLIENT_ID": "sandbox-okta", "OKTA_CLIENT_SECRET": "sandbox-okta-secret"}
        login = {"OKTA_ISSUER": f"{okta.url}/oauth2/default", **client}
        with run_assistant({**real, **model, **login}) as running:
            yield running


async def test_a_question_is_not_sent_until_an_admin_has_allowed_that_host(product: RunningAssistant) -> None:
    host = f"{HOST}.invalid"
    async with (
        aclosing(await sign_in(product.url, "Anna Albrecht")) as anna,
        aclosing(await sign_in(product.url, "Ada Adler")) as ada,
        open_chat(product.url, anna) as approver,
        open_chat(product.url, ada) as admin,
    ):
        words = plain((await approver.ask("What is overdue?")).text)
        assert "was not sent" in words and f"allow model {host}" in words
        assert "othing waits for you" in plain((await approver.ask("Waiting for me")).text)
        assert "role admin" in plain((await approver.ask(f"allow model {host}")).text)
        assert "Nothing was changed" in plain((await admin.ask("allow model api.openai.com")).text)
        assert "was not sent" in plain((await approver.ask("What is overdue?")).text)
        assert "Allowed and recorded" in plain((await admin.ask(f"allow model {host}")).text)
        assert "was not sent" not in plain((await approver.ask("What is overdue?")).text)
        assert "nothing of" in plain((await admin.ask("forbid model")).text)
        assert "was not sent" in plain((await approver.ask("What is overdue?")).text)


def plain(text: str) -> str:
    """Without the joiners that keep addresses from being links."""
    return text.replace("\u2060", "")
