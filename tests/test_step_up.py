"""A step-up over HTTP: a fresh second factor counts for one card, one person and one session, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from assistant.clock import utc_now
from assistant.login.doorkeeper import attempt_cookie
from assistant.login.step_up_words import step_up_address
from assistant.stores.moments import from_text
from tests.support.chat import plain
from tests.support.chat import sign_in as async_sign_in
from tests.support.chat import step_up as walk_step_up
from tests.support.step_up import (
    THREAD,
    TWO,
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
from tests.support.web import Served, browser, cookie_header, follow, holds_a_token, sign_in, submit

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve_with_step_up(tmp_path_factory.mktemp("step-up")) as running:
        yield running


@pytest.fixture
async def house(served: Served) -> AsyncIterator[House]:
    async with house_of(served) as opened:
        yield opened


async def test_a_fresh_second_factor_counts_for_that_card_in_that_session(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal, cookie = await house.proposal(), cookie_header(client)
    person, session = (await house.sql("SELECT person_id, id FROM login_session ORDER BY created_at DESC LIMIT 1"))[0]
    sessions, grants = await house.sql("SELECT * FROM login_session"), await house.sql("SELECT * FROM role_grant")
    began = utc_now()
    begun = client.get(address(proposal))
    assert (asked(begun)["acr_values"], asked(begun)["max_age"]) == (TWO, "0")
    assert asked(begun)["login_hint"] == "anna.albrecht@lindenhof.example"
    back = at_the_issuer(client, begun, "Anna Albrecht")
    note = next(c for c in begun.headers.get_list("set-cookie") if c.startswith("assistant_stepup_"))
    assert "HttpOnly" in note and "SameSite=Lax" in note and "Path=/auth/oauth/okta" in note
    answer = client.get(back)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/thread/{THREAD}")
    assert await house.rows(proposal) == [(proposal.digest, person, session, TWO)]
    assert await house.core.tags(proposal.id) == ["proposal:requested", "proposal:created", "step_up:passed"]
    # Nothing else has happened: nothing confirmed, no session begun, prolonged or ended, no role given.
    assert cookie_header(client) == cookie and client.get("/api/me").json()["name"] == "Anna Albrecht"
    assert await house.sql("SELECT * FROM login_session") == sessions
    assert await house.sql("SELECT * FROM role_grant") == grants
    waiting = await house.core.proposals.get(proposal.id)
    assert waiting and waiting.state == "awaiting_confirmation"
    assert not await house.sql(f"SELECT 1 FROM decision WHERE proposal_id = '{proposal.id}'")
    stored = (await house.sql(f"SELECT auth_time, at FROM step_up WHERE proposal_id = '{proposal.id}'"))[0]
    assert began - timedelta(seconds=2) < from_text(str(stored[0])) <= from_text(str(stored[1])) <= utc_now()
    assert (await house.core.audit.verify()).ok
    dump = str(await house.sql("SELECT * FROM audit_event")) + str(await house.sql("SELECT * FROM step_up"))
    assert not holds_a_token(dump) and parse_qs(urlsplit(back).query)["code"][0] not in dump


async def test_a_journey_can_walk_it(house: House) -> None:
    client = await async_sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    page = await walk_step_up(client, address(proposal))
    assert str(page.url) == f"{house.served.url}/thread/{THREAD}" and page.status_code == 200
    assert len(await house.rows(proposal)) == 1
    other = await house.proposal()
    page = await walk_step_up(client, address(other), person="Vera Vogel")
    assert page.status_code == 400 and await house.nothing_came_of_it(other)
    await client.aclose()


async def test_each_card_has_a_nonce_of_its_own(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    one, two = await house.proposal(), await house.proposal(conversation_id="talk-2")
    seen = [asked(client.get(address(each))) for each in (one, one, two)]
    assert len({each["nonce"] for each in seen}) == len({each["state"] for each in seen}) == 3
    assert all(len(each["nonce"]) == 43 for each in seen)


# somebody else, some other session


async def test_somebody_elses_sign_in_at_the_issuer_is_refused_in_words(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    words = refused(client.get(at_the_issuer(client, client.get(address(proposal)), "Max Maurer")))
    assert "Max Maurer" in words and "Anna Albrecht is signed in" in words
    assert await house.nothing_came_of_it(proposal) and await house.refusal(proposal.id) == "other_person"
    assert client.get("/api/me").json()["name"] == "Anna Albrecht"


async def test_the_note_of_another_session_does_not_serve(house: House) -> None:
    one, two = (sign_in(house.served.url, "Anna Albrecht") for _ in range(2))
    proposal = await house.proposal()
    back = at_the_issuer(one, one.get(address(proposal)), "Anna Albrecht")
    name = attempt_cookie("stepup", state_of(back), secure=False)
    words = refused(two.get(back, headers={"cookie": f"{cookie_header(two)}; {name}={note_of(one, state_of(back))}"}))
    assert "another session" in words
    assert await house.nothing_came_of_it(proposal) and await house.refusal(proposal.id) == "other_session"
    max_ = sign_in(house.served.url, "Max Maurer")
    back = at_the_issuer(one, one.get(address(proposal)), "Anna Albrecht")
    name = attempt_cookie("stepup", state_of(back), secure=False)
    refused(max_.get(back, headers={"cookie": f"{cookie_header(max_)}; {name}={note_of(one, state_of(back))}"}))
    assert await house.nothing_came_of_it(proposal)


async def test_who_was_signed_out_meanwhile_is_told_so(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    back = at_the_issuer(client, client.get(address(proposal)), "Anna Albrecht")
    cookies = f"{cookie_header(client)}; {attempt_cookie('stepup', state_of(back), secure=False)}="
    note = note_of(client, state_of(back))
    client.post("/logout")
    # The old session's cookie is brought along, as a thief would: it is over all the same.
    words = refused(browser(house.served.url).get(back, headers={"cookie": cookies + note}))
    assert "signed out in the meantime" in words
    assert await house.nothing_came_of_it(proposal) and await house.refusal(proposal.id) == "session_over"
    assert client.get("/api/me").status_code == 401, "and nobody is signed in by it"


async def test_a_new_session_does_not_take_over_what_an_ended_one_began(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    back = at_the_issuer(client, client.get(address(proposal)), "Anna Albrecht")
    note = note_of(client, state_of(back))
    client.post("/logout")
    again = sign_in(house.served.url, "Anna Albrecht")
    name = attempt_cookie("stepup", state_of(back), secure=False)
    assert "another session" in refused(again.get(back, headers={"cookie": f"{cookie_header(again)}; {name}={note}"}))
    assert await house.nothing_came_of_it(proposal)


async def test_a_role_taken_away_meanwhile_counts(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    back = at_the_issuer(client, client.get(address(proposal)), "Anna Albrecht")
    anna = "(SELECT id FROM person WHERE name = 'Anna Albrecht')"
    await house.sql(f"UPDATE role_grant SET role = 'viewer' WHERE person_id IN {anna}")
    refused(client.get(back))
    assert await house.nothing_came_of_it(proposal) and await house.refusal(proposal.id) == "not_waiting"
    roles = await house.sql(f"SELECT role FROM role_grant WHERE person_id IN {anna}")
    assert roles == [("viewer",)], "a step-up gives no role back"


# what the sandbox's Okta itself refuses


async def test_who_cannot_give_a_second_factor_is_told_what_to_do(house: House) -> None:
    client = sign_in(house.served.url, "Emil Engel")
    proposal = await house.proposal()
    words = refused(client.get(at_the_issuer(client, client.get(address(proposal)), "Emil Engel")))
    assert "Set up a second factor" in words
    assert await house.nothing_came_of_it(proposal) and await house.refusal(proposal.id) == "not_strict"
    assert client.get("/api/me").json()["name"] == "Emil Engel", "still signed in for everything else"


async def test_cancelling_at_the_issuer_is_told_in_words_and_can_be_tried_again(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    page = follow(client, client.get(address(proposal)))
    back = submit(client, page, "Cancel").headers["location"]
    answer = client.get(back)
    assert "cancelled or refused" in refused(answer)
    assert f'href="/thread/{THREAD}"' in answer.text
    assert await house.nothing_came_of_it(proposal) and await house.refusal(proposal.id) == "cancelled"
    again = client.get(address(proposal))
    assert client.get(at_the_issuer(client, again, "Anna Albrecht")).status_code == 303
    assert len(await house.rows(proposal)) == 1


async def test_the_page_speaks_german(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    back = submit(client, follow(client, client.get(address(proposal))), "Cancel").headers["location"]
    page = client.get(back, headers={"accept-language": "de-DE"})
    words = plain(page.text)
    assert "Es wurde nichts bestätigt" in words and "Noch einmal versuchen" in words and 'lang="de"' in page.text
    assert "<script" not in page.text and "Zurück zum Gespräch" in words


# how it begins


async def test_another_site_can_only_begin_a_sign_in(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    foreign = {"sec-fetch-site": "cross-site", "referer": "https://evil.example/"}
    begun = client.get(address(proposal), headers=foreign)
    assert asked(begun)["max_age"] == "0" and await house.nothing_came_of_it(proposal)
    assert client.get(at_the_issuer(client, begun, "Anna Albrecht"), headers=foreign).status_code == 303
    assert len(await house.rows(proposal)) == 1, "Anna herself typed her code"
    waiting = await house.core.proposals.get(proposal.id)
    assert waiting and waiting.state == "awaiting_confirmation", "and nothing is confirmed by it"
    assert client.post(address(proposal)).status_code == 404


async def test_strangers_are_led_to_the_sign_in_page(house: House) -> None:
    proposal = await house.proposal()
    sent = browser(house.served.url).get(address(proposal))
    assert (sent.status_code, sent.headers["location"]) == (303, f"/login?next=/step-up/{proposal.id}")
    assert browser(house.served.url).get("/step-up/P-7").status_code == 404


@pytest.mark.parametrize("person", ["Vera Vogel", "Paul Peters", "Ada Adler", "Otto Ost"])
async def test_only_who_may_confirm_is_sent_to_the_issuer(house: House, person: str) -> None:
    client = sign_in(house.served.url, person)
    proposal = await house.proposal()
    assert "does not wait for your confirmation" in refused(client.get(address(proposal)))
    assert await house.refusal(proposal.id) == "not_waiting"


@pytest.mark.parametrize("how", ["other digest", "unknown", "expired", "cancelled", "no digest", "odd digest"])
async def test_nobody_is_sent_to_the_issuer_for_a_card_that_does_not_wait(house: House, how: str) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    where, words = address(proposal), "does not wait for your confirmation"
    match how:
        case "other digest":
            where = step_up_address(proposal.id, "0" * 64, THREAD)
        case "unknown":
            where = step_up_address(THREAD, proposal.digest, THREAD)
        case "expired":
            await house.sql(f"UPDATE proposal SET expires_at = created_at WHERE id = '{proposal.id}'")
        case "cancelled":
            await house.sql(f"UPDATE proposal SET state = 'rejected' WHERE id = '{proposal.id}'")
        case "no digest":
            where, words = f"/step-up/{proposal.id}", "does not name a card completely"
        case "odd digest":
            where, words = step_up_address(proposal.id, "../" + "0" * 61, ""), "does not name a card completely"
    answer = client.get(where)
    assert words in refused(answer) and "Try again" not in plain(answer.text)
    assert not any("assistant_stepup" in c for c in answer.headers.get_list("set-cookie"))


async def test_a_card_that_stopped_waiting_meanwhile_gets_no_row(house: House) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    back = at_the_issuer(client, client.get(address(proposal)), "Anna Albrecht")
    await house.sql(f"UPDATE proposal SET state = 'rejected' WHERE id = '{proposal.id}'")
    assert "does not wait for your confirmation" in refused(client.get(back))
    assert await house.rows(proposal) == [] and await house.refusal(proposal.id) == "not_waiting"


@pytest.mark.parametrize("thread", ["", "//evil.example", "https://evil.example/", "x" * 36, THREAD + "/../../logout"])
async def test_nobody_is_sent_to_another_site(house: House, thread: str) -> None:
    client = sign_in(house.served.url, "Anna Albrecht")
    proposal = await house.proposal()
    begun = client.get(f"/step-up/{proposal.id}", params={"digest": proposal.digest, "thread": thread})
    answer = client.get(at_the_issuer(client, begun, "Anna Albrecht"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
