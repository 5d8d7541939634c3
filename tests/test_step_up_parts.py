"""The table of step-ups, the levels that count, and the words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from assistant.login.problems import SignInProblem, Trouble
from assistant.login.step_up import accepted_levels
from assistant.login.step_up_words import StepUpTrouble, from_sign_in, step_up_address, step_up_problem
from assistant.proposals import Proposal
from assistant.stores import step_ups
from assistant.stores.database import Database
from assistant.stores.moments import from_text, to_text
from assistant.stores.step_ups import StepUpRow
from tests.support.paying import Core, draft
from tests.support.step_up import (
    THREAD,
    TWO,
)

pytestmark = pytest.mark.anyio


# the table


def row(proposal: Proposal, **changed: str) -> StepUpRow:
    now = to_text(proposal.created_at)
    values = {
        "id": "one",
        "proposal_id": proposal.id,
        "digest": proposal.digest,
        "person_id": "id-anna",
        "session_id": "session-anna",
        "acr": TWO,
        "auth_time": now,
        "at": now,
    }
    return StepUpRow(**(values | changed))


async def test_a_row_is_found_for_exactly_what_it_was_made_for(database: Database) -> None:
    core = Core(database)
    proposal = await core.propose()
    other = await core.propose(what=draft(bill="bill-205"))
    at = core.clock.now

    def later(seconds: float) -> str:
        return to_text(at + timedelta(seconds=seconds))

    async with database.work() as work:
        assert await step_ups.add(work, row(proposal))
        assert not await step_ups.add(work, row(proposal, acr="phr")), "one sign-in is one row"
        assert await step_ups.add(work, row(proposal, id="newer", at=later(5), auth_time=later(4), acr="phr"))
    wanted = {
        "proposal_id": proposal.id,
        "digest": proposal.digest,
        "person_id": "id-anna",
        "session_id": "session-anna",
        "since": later(-300),
    }
    async with database.reading() as work:
        found = await step_ups.fresh(work, **wanted)
        assert found and (found.id, found.acr) == ("newer", "phr"), "the newest"
        for changed in (
            {"proposal_id": other.id},
            {"digest": other.digest},
            {"person_id": "id-alex"},
            {"session_id": "session-alex"},
            {"since": later(6)},
        ):
            assert await step_ups.fresh(work, **(wanted | changed)) is None, changed


@pytest.mark.parametrize(("auth_time", "at"), [(-301, 0), (0, -301), (-301, -301)])
async def test_both_clocks_have_to_say_that_it_is_fresh(sqlite: Database, auth_time: int, at: int) -> None:
    core = Core(sqlite)
    proposal, now = await core.propose(), core.clock.now

    def moment(seconds: int) -> str:
        return to_text(now + timedelta(seconds=seconds))

    async with sqlite.work() as work:
        await step_ups.add(work, row(proposal, auth_time=moment(auth_time), at=moment(at)))
    found: dict[int, datetime | None] = {}
    for seconds in (-300, -301):
        async with sqlite.reading() as work:
            kept = await step_ups.fresh(
                work,
                proposal_id=proposal.id,
                digest=proposal.digest,
                person_id="id-anna",
                session_id="session-anna",
                since=moment(seconds),
            )
        found[seconds] = from_text(kept.at) if kept else None
    assert found[-300] is None and found[-301] is not None


BAD_ROWS: list[dict[str, str]] = [
    {"digest": "short"},
    {"person_id": ""},
    {"session_id": ""},
    {"acr": ""},
    {"acr": "urn:okta:loa:1fa:any"},
    {"acr": "urn:okta:loa:2fa:any:ifpossible"},
    {"auth_time": ""},
    {"at": ""},
    {"proposal_id": "nobody's"},
]


@pytest.mark.parametrize("changed", BAD_ROWS, ids=lambda changed: " ".join(f"{k}={v}" for k, v in changed.items()))
async def test_the_database_itself_refuses_a_row_that_proves_nothing(
    database: Database, changed: dict[str, str]
) -> None:
    proposal = await Core(database).propose()
    with pytest.raises(IntegrityError):
        async with database.work() as work:
            await step_ups.add(work, row(proposal, **changed))


@pytest.mark.parametrize(
    ("asked", "accepted"),
    [
        (TWO, {TWO, "phr", "phrh"}),
        ("phr", {"phr", "phrh"}),
        ("phrh", {"phrh"}),
        ("urn:example:gold", {"urn:example:gold"}),
    ],
)
def test_the_level_asked_for_and_stricter_ones_are_accepted(asked: str, accepted: set[str]) -> None:
    assert accepted_levels(asked) == accepted


@pytest.mark.parametrize(
    "asked", ["", " ", "urn:okta:loa:1fa:any", "urn:okta:loa:1fa:pwd", f"{TWO}:ifpossible", f"{TWO} phr", f"{TWO} "]
)
def test_a_level_that_one_factor_meets_is_no_level_for_a_step_up(asked: str) -> None:
    with pytest.raises(ValueError, match="second factor"):
        accepted_levels(asked)


@pytest.mark.parametrize("trouble", StepUpTrouble)
def test_every_trouble_says_what_happened_what_did_not_and_what_to_do(trouble: StepUpTrouble) -> None:
    problem = step_up_problem(trouble, "Okta", other="Max Maurer", you="Anna Albrecht")
    english, german = problem.text("en"), problem.text("de")
    assert "{" not in english + german and english.count(".") >= 3 and german.count(".") >= 3
    assert "Nothing was confirmed." in english and "Es wurde nichts bestätigt." in german


@pytest.mark.parametrize("trouble", Trouble)
def test_the_issuers_trouble_never_says_that_somebody_is_signed_out(trouble: Trouble) -> None:
    problem = from_sign_in(SignInProblem(trouble, "Okta", detail="x"))
    english, german = problem.text("en"), problem.text("de")
    assert "{" not in english + german and "not signed in" not in english and "nicht angemeldet" not in german
    assert "Nothing was confirmed." in english or "Nobody can sign in" in english


def test_the_address_names_the_card_and_the_conversation() -> None:
    assert step_up_address("p", "0" * 64, THREAD) == f"/step-up/p?digest={'0' * 64}&thread={THREAD}"
    assert step_up_address("p", "0" * 64, "") == f"/step-up/p?digest={'0' * 64}"
