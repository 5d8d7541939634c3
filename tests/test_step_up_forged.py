"""An issuer that tells whatever it wants: only a strict, fresh proof of the very person makes a step-up."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from assistant.clock import utc_now
from assistant.login.doorkeeper import attempt_cookie
from assistant.login.sealing import Sealer
from assistant.stores.database import Database
from tests.support.forging_issuer import CLIENT, ForgingIssuer, Nonce, run_issuer
from tests.support.paying import Core, HandClock
from tests.support.step_up import (
    CALLBACK,
    GROUPS,
    TWO,
    House,
    address,
    asked,
    note_of,
    refused,
)
from tests.support.web import SECRET, Served, browser, cookie_header, serve_echo

pytestmark = pytest.mark.anyio


# an issuer that tells whatever it wants


@dataclass
class Forged:
    """The application at an issuer that a test makes lie."""

    house: House
    issuer: ForgingIssuer
    nonce: Nonce

    def sign_in(self) -> httpx.Client:
        """Anna, with one factor, as usual."""
        client = browser(self.house.served.url)
        assert self.come_back(client, client.get("/auth/oauth/okta")).status_code == 303
        return client

    def come_back(self, client: httpx.Client, begun: httpx.Response) -> httpx.Response:
        """What the issuer's answer to that beginning brings."""
        self.nonce.note(begun.headers["location"])
        return client.get(CALLBACK, params={"state": asked(begun)["state"], "code": "c0de"})


@pytest.fixture(scope="module")
def lying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ForgingIssuer, Nonce, Served]]:
    with (
        run_issuer() as (issuer, nonce),
        serve_echo(tmp_path_factory.mktemp("forged"), issuer.url, client=CLIENT, ROLE_GROUPS=GROUPS) as served,
    ):
        yield issuer, nonce, served


@pytest.fixture
async def forged(lying: tuple[ForgingIssuer, Nonce, Served]) -> AsyncIterator[Forged]:
    issuer, nonce, served = lying
    issuer.claims, issuer.drop, issuer.userinfo, issuer.token_answer = {}, (), {}, None
    database = Database(served.database)
    yield Forged(House(served, Core(database, clock=HandClock(utc_now()))), issuer, nonce)
    await database.close()


@pytest.mark.parametrize("level", [TWO, "phr", "phrh"])
async def test_the_level_asked_for_and_stricter_ones_count(forged: Forged, level: str) -> None:
    client, proposal = forged.sign_in(), await forged.house.proposal()
    forged.issuer.claims = {"acr": level}
    assert forged.come_back(client, client.get(address(proposal))).status_code == 303
    assert [row[3] for row in await forged.house.rows(proposal)] == [level]


LIES: list[tuple[str, dict[str, Any], str]] = [
    ("one factor", {"claims": {"acr": "urn:okta:loa:1fa:any"}}, "not_strict"),
    ("a password", {"claims": {"acr": "urn:okta:loa:1fa:pwd"}}, "not_strict"),
    ("two factors if possible", {"claims": {"acr": f"{TWO}:ifpossible"}}, "not_strict"),
    ("a level of its own", {"claims": {"acr": "urn:example:gold"}}, "not_strict"),
    ("several levels", {"claims": {"acr": [TWO]}}, "not_strict"),
    ("no level", {"drop": ("acr",)}, "not_strict"),
    ("an empty level", {"claims": {"acr": ""}}, "not_strict"),
    (
        "the level beside the ID token only",
        {"drop": ("acr", "email"), "userinfo": {"sub": "anna", "email": "a@example.test", "acr": TWO}},
        "not_strict",
    ),
    ("somebody else", {"claims": {"acr": TWO, "sub": "max"}}, "other_person"),
    ("groups without the role", {"claims": {"acr": TWO, "groups": ["finance-viewers"]}}, "role_gone"),
    ("groups of another organisation", {"claims": {"acr": TWO, "groups": ["finance-approvers-ost"]}}, "role_gone"),
    ("no groups", {"claims": {"acr": TWO}, "drop": ("groups",)}, "role_gone"),
    ("another nonce", {"claims": {"acr": TWO, "nonce": "n" * 43}}, "forged"),
    ("no time of proof", {"claims": {"acr": TWO}, "drop": ("auth_time",)}, "too_long_ago"),
]


@pytest.mark.parametrize(("what", "lie", "reason"), LIES, ids=[what for what, _, _ in LIES])
async def test_what_the_issuer_does_not_vouch_for_does_not_count(
    forged: Forged, what: str, lie: dict[str, Any], reason: str
) -> None:
    client, proposal = forged.sign_in(), await forged.house.proposal()
    grants = await forged.house.sql("SELECT * FROM role_grant")
    for name, value in lie.items():
        setattr(forged.issuer, name, value)
    refused(forged.come_back(client, client.get(address(proposal))))
    assert await forged.house.nothing_came_of_it(proposal), what
    assert await forged.house.refusal(proposal.id) == reason
    assert await forged.house.sql("SELECT * FROM role_grant") == grants
    assert client.get("/api/me").json()["name"] == "Anna Albrecht"


@pytest.mark.parametrize(
    ("seconds", "reason"), [(-600, "too_long_ago"), (-35, "too_long_ago"), (-20, ""), (0, ""), (300, "forged")]
)
async def test_the_proof_is_not_older_than_the_beginning(forged: Forged, seconds: int, reason: str) -> None:
    client, proposal = forged.sign_in(), await forged.house.proposal()
    begun = client.get(address(proposal))
    forged.issuer.claims = {"acr": TWO, "auth_time": int(time.time()) + seconds}
    answer = forged.come_back(client, begun)
    assert await forged.house.refusal(proposal.id) == reason
    assert (answer.status_code, len(await forged.house.rows(proposal))) == ((400, 0) if reason else (303, 1))


async def test_who_takes_a_while_over_their_phone_is_still_in_time(forged: Forged) -> None:
    """The clock of `max_age` runs from the beginning, not back from the return: nine minutes are fine."""
    client, proposal = forged.sign_in(), await forged.house.proposal()
    begun = client.get(address(proposal))
    state = asked(begun)["state"]
    sealer = Sealer(SECRET, lambda: utc_now() - timedelta(minutes=9))
    opened = Sealer(SECRET, utc_now).open("step-up", note_of(client, state), timedelta(minutes=1))
    assert opened
    opened["begun"] -= 540
    forged.nonce.note(begun.headers["location"])
    forged.issuer.claims = {"acr": TWO, "auth_time": int(time.time()) - 500}
    name = attempt_cookie("stepup", state, secure=False)
    cookie = f"{cookie_header(client)}; {name}={sealer.seal('step-up', opened)}"
    back = f"{CALLBACK}?state={state}&code=c0de"
    assert browser(forged.house.served.url).get(back, headers={"cookie": cookie}).status_code == 303
    assert len(await forged.house.rows(proposal)) == 1


async def test_an_issuer_that_takes_a_code_twice_still_gives_one_row(forged: Forged) -> None:
    client, proposal = forged.sign_in(), await forged.house.proposal()
    begun = client.get(address(proposal))
    state = asked(begun)["state"]
    name = attempt_cookie("stepup", state, secure=False)
    kept = f"{cookie_header(client)}; {name}={note_of(client, state)}"
    forged.issuer.claims = {"acr": TWO}
    assert forged.come_back(client, begun).status_code == 303
    again = browser(forged.house.served.url).get(f"{CALLBACK}?state={state}&code=c0de", headers={"cookie": kept})
    assert "used already" in refused(again)
    assert len(await forged.house.rows(proposal)) == 1 and await forged.house.refusal(proposal.id) == "used"
    tags = await forged.house.core.tags(proposal.id)
    assert tags == ["proposal:requested", "proposal:created", "step_up:passed", "step_up:refused"]


async def test_an_issuer_in_trouble_is_told_in_words(forged: Forged) -> None:
    client, proposal = forged.sign_in(), await forged.house.proposal()
    begun = client.get(address(proposal))
    forged.issuer.token_answer = (500, {"oh": "no"})
    answer = forged.come_back(client, begun)
    words = refused(answer)
    assert "cannot be used" in words and "not signed in" not in words and "Try again" in words
    assert await forged.house.refusal(proposal.id) == "nonsense" and await forged.house.nothing_came_of_it(proposal)
