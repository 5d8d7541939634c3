"""What a browser keeps of a step-up serves that step-up, for its card and session, once and for ten minutes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from assistant.clock import utc_now
from assistant.login.doorkeeper import attempt_cookie
from assistant.login.sealing import Sealer
from tests.support.chat import plain
from tests.support.paying import draft
from tests.support.step_up import (
    CALLBACK,
    THREAD,
    House,
    address,
    asked,
    at_the_issuer,
    house_of,
    note_of,
    refused,
    serve_with_step_up,
    state_of,
)
from tests.support.web import SECRET, Served, browser, cookie_header, sign_in

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve_with_step_up(tmp_path_factory.mktemp("step-up")) as running:
        yield running


@pytest.fixture
async def house(served: Served) -> AsyncIterator[House]:
    async with house_of(served) as opened:
        yield opened


# one purpose, one card, once


async def test_a_sign_ins_note_is_no_step_ups_note(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    ordinary = client.get("/auth/oauth/okta", params={"prompt": "login"})
    back = at_the_issuer(client, ordinary, "Anna Albrecht")
    note = note_of(client, state_of(back), "signin")
    marked = "step-up." + state_of(back)
    for state in (state_of(back), marked):
        name = attempt_cookie("stepup", state, secure=False)
        answer = browser(house.served.url).get(
            back.replace(state_of(back), state), headers={"cookie": f"{cookie_header(client)}; {name}={note}"}
        )
        assert answer.status_code == 400
    # Even one with all that a step-up needs, sealed by the house for the other purpose.
    back = at_the_issuer(client, client.get(address(proposal)), "Anna Albrecht")
    name, sealer = attempt_cookie("stepup", state_of(back), secure=False), Sealer(SECRET, utc_now)
    opened = sealer.open("step-up", note_of(client, state_of(back)), timedelta(minutes=1))
    assert opened
    forged = f"{cookie_header(client)}; {name}={sealer.seal('sign-in', opened)}"
    assert "did not begin in this browser" in refused(browser(house.served.url).get(back, headers={"cookie": forged}))
    assert await house.nothing_came_of_it(proposal)


async def test_a_step_ups_note_signs_nobody_in(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    back = at_the_issuer(client, client.get(address(proposal)), "Anna Albrecht")
    state, sealer = state_of(back), Sealer(SECRET, utc_now)
    opened = sealer.open("step-up", note_of(client, state), timedelta(minutes=1))
    assert opened
    sessions = await house.sql("SELECT count(*) FROM login_session")
    plain_state = state.removeprefix("step-up.")
    shaped = {"next": "/", "nonce": "n", "verifier": opened["verifier"], "begun": opened["begun"]}
    for brought, note in (
        (state, note_of(client, state)),
        (plain_state, note_of(client, state)),
        (plain_state, sealer.seal("step-up", {**shaped, "state": plain_state})),
    ):
        stranger = browser(house.served.url)
        for purpose in ("signin", "stepup"):
            name = attempt_cookie(purpose, brought, secure=False)
            answer = stranger.get(back.replace(state, brought), headers={"cookie": f"{name}={note}"})
            assert answer.status_code == 400, (brought, purpose)
            words = plain(answer.text)
            assert "not pass" not in words and "used already" not in words, "no code was redeemed with it"
    assert await house.sql("SELECT count(*) FROM login_session") == sessions
    assert await house.nothing_came_of_it(proposal)


async def test_a_sign_in_sealed_for_a_step_up_begins_no_session_even_when_the_issuer_marks_it(house: House) -> None:
    """A genuine sign-in whose state wears the step-up's mark goes the step-up's way, and that makes no session."""
    client = browser(house.served.url)
    begun = client.get("/auth/oauth/okta", params={"prompt": "login"})
    marked = "step-up." + asked(begun)["state"]
    answer = client.get(f"{CALLBACK}?state={marked}&code=whatever")
    assert "did not begin in this browser" in refused(answer)
    assert client.get("/api/me").status_code == 401


async def test_what_was_begun_for_one_card_does_not_count_for_another(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    one, two = await house.proposal(), await house.proposal(conversation_id="talk-2")
    first = at_the_issuer(client, client.get(address(one)), "Anna Albrecht")
    second = at_the_issuer(client, client.get(address(two)), "Anna Albrecht")
    code = parse_qs(urlsplit(first).query)["code"][0]
    other = parse_qs(urlsplit(second).query)["code"][0]
    refused(client.get(second.replace(other, code)))
    assert await house.nothing_came_of_it(one) and await house.nothing_came_of_it(two)


async def test_a_return_serves_once(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    back = at_the_issuer(client, client.get(address(proposal)), "Anna Albrecht")
    name = attempt_cookie("stepup", state_of(back), secure=False)
    kept = f"{cookie_header(client)}; {name}={note_of(client, state_of(back))}"
    assert client.get(back).status_code == 303
    assert name not in client.cookies
    assert "finished already" in refused(client.get(back)), "the note is gone"
    assert "used already" in refused(browser(house.served.url).get(back, headers={"cookie": kept}))
    assert len(await house.rows(proposal)) == 1


async def test_a_return_without_note_or_session_leaves_no_record(house: House) -> None:
    before = await house.sql("SELECT count(*) FROM audit_event")
    refused(browser(house.served.url).get(f"{CALLBACK}?state=step-up.x&code=y"))
    assert await house.sql("SELECT count(*) FROM audit_event") == before, "strangers cannot fill the trail"
    client = sign_in(house.served.url, "Anna Albrecht")
    refused(client.get(f"{CALLBACK}?state=step-up.x&code=y"))
    person = (await house.sql("SELECT id FROM person WHERE name = 'Anna Albrecht'"))[0][0]
    assert await house.refusal(str(person)) == "lost"


async def resealed(house: House, client: httpx.Client, back: str, seconds: float, **changed: Any) -> httpx.Response:
    """Come back with the same note as if it had been sealed that long ago, some of it changed."""
    now = Sealer(SECRET, utc_now)
    opened = now.open("step-up", note_of(client, state_of(back)), timedelta(minutes=1))
    assert opened
    opened["card"] |= {name: changed.pop(name) for name in ("proposal_id", "digest") if name in changed}
    then = Sealer(SECRET, lambda: utc_now() - timedelta(seconds=seconds))
    name = attempt_cookie("stepup", state_of(back), secure=False)
    cookie = f"{cookie_header(client)}; {name}={then.seal('step-up', opened | changed)}"
    return browser(house.served.url).get(back, headers={"cookie": cookie})


async def test_a_note_counts_for_ten_minutes(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    back = at_the_issuer(client, client.get(address(proposal)), "Anna Albrecht")
    answer = await resealed(house, client, back, 601)
    assert "longer than ten minutes" in refused(answer)
    assert (
        f'href="/thread/{THREAD}"' in answer.text and f"/step-up/{proposal.id}?digest={proposal.digest}" in answer.text
    )
    assert await house.nothing_came_of_it(proposal) and await house.refusal(proposal.id) == "late"
    assert "too old" in refused(await resealed(house, client, back, 3601))
    assert (await resealed(house, client, back, 590)).status_code == 303, "the same one, in time"


async def test_the_nonce_holds_the_return_to_its_card_and_session(house: House) -> None:
    """Were the sealing worth nothing, the ID token would still be for one card in one session only."""
    client = sign_in(house.served.url, "Anna Albrecht")
    one, two = await house.proposal(), await house.proposal(what=draft(bill="bill-205"))
    twin = await house.proposal(conversation_id="talk-2")
    assert twin.digest == one.digest, "the same bytes asked for twice: the digest alone would not tell them apart"
    other = sign_in(house.served.url, "Anna Albrecht")
    session = (await house.sql("SELECT id FROM login_session ORDER BY created_at DESC LIMIT 1"))[0][0]
    for changed in (
        {"proposal_id": two.id, "digest": two.digest},
        {"proposal_id": twin.id},
        {"digest": two.digest},
        {"session_id": session},
    ):
        back = at_the_issuer(client, client.get(address(one)), "Anna Albrecht")
        assert "did not pass the checks" in refused(await resealed(house, client, back, 0, **changed))
    for each in (one, two, twin):
        assert await house.nothing_came_of_it(each)
    other.close()
