"""Two people where the rules ask for two: refused in code, and refused once more by the database itself."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from assistant.decisions import StepUp
from assistant.policy.verdict import Need
from assistant.principal import Grant, Principal, Role
from assistant.proposal import Proposal
from assistant.refusals import RefusalReason
from assistant.stores import proposals as store
from assistant.stores.database import Database
from assistant.stores.proposals import State
from tests.support.database import run_sql
from tests.support.paying import ALEX, ANNA, DEMO, OTHER, PAUL, VERA, Core, draft, person
from tests.support.refusing import codes, reason
from tools.base import Draft

pytestmark = pytest.mark.anyio

MAX = person("max", Grant(Role.PREPARER, DEMO.id), Grant(Role.APPROVER, DEMO.id))
ADAM = person("adam", Grant(Role.APPROVER, DEMO.id))


@pytest.fixture
def core(database: Database) -> Core:
    made = Core(database)
    made.sessions |= {f"session-{each.name}": each for each in (MAX, ADAM)}
    return made


def of(euros: int, bill: str = "bill-204", **more: str) -> Draft:
    return draft(minor=euros * 100, due=98000, bill=bill, **more)


def step_up(core: Core, proposal: Proposal, who: Principal) -> None:
    core.stepped_up[proposal.id, who.id, f"session-{who.name}"] = StepUp(f"su-{proposal.id}", "mfa", "now")


# in code


async def test_above_the_limit_the_proposer_is_refused_and_another_person_is_not(core: Core) -> None:
    made = await core.propose(MAX, of(5001))
    assert made.second_person and Need.SECOND_PERSON in made.needs
    assert await codes(core, made, MAX) == ["second_person"]
    assert (await core.decide(made, ANNA)).state is State.CONFIRMED


async def test_up_to_the_limit_one_person_is_enough(core: Core) -> None:
    made = await core.propose(MAX, of(5000))
    assert not made.second_person
    assert (await core.decide(made, MAX)).decided_by_id == MAX.id


@pytest.mark.parametrize("euros", [0, 1, 250_000, 9_000_000])
async def test_a_payee_is_never_changed_by_one_person_whatever_the_amount(core: Core, euros: int) -> None:
    made = await core.propose(MAX, of(euros, deed="payee_change"))
    assert made.second_person
    step_up(core, made, MAX)
    assert await codes(core, made, MAX) == ["second_person"]
    step_up(core, made, ADAM)
    core.stepped_up.pop((made.id, MAX.id, f"session-{MAX.name}"))
    assert (await core.decide(made, ADAM)).state is State.CONFIRMED


async def test_another_login_makes_no_second_person(core: Core) -> None:
    made = await core.propose(MAX, of(5001))
    core.sessions["session-of-max-at-home"] = MAX
    assert await codes(core, made, MAX, session_id="session-of-max-at-home") == ["second_person"]


# by the database, whatever the code does

CONFIRM = "UPDATE proposal SET state = 'confirmed', decided_by_id = '{who}', decided_at = created_at WHERE id = '{id}'"
DECIDE = (
    "INSERT INTO decision (proposal_id, verdict, digest, person_id, proposer_id, second_person, session_id, "
    "organisation_id, policy_version, confirmation, reason, at, seal) VALUES ('{id}', 'confirm', '{digest}', '{who}', "
    "'{proposer}', {two}, 's', 'org-demo', '', 'forged', '', '2026-11-22T12:00:00.000000+00:00', '')"
)


def forged(proposal: Proposal, statement: str, **more: Any) -> str:
    values = {"who": MAX.id, "proposer": MAX.id, "two": "true", "id": proposal.id, "digest": proposal.digest}
    return statement.format(**{**values, **more})


@pytest.mark.parametrize("deed", ["payment_out", "payee_change"])
@pytest.mark.parametrize("state", ["confirmed", "executing", "unknown"])
async def test_no_row_says_that_its_proposer_confirmed_it(core: Core, deed: str, state: str) -> None:
    statement = CONFIRM.replace("'confirmed'", f"'{state}'")
    made = await core.propose(MAX, of(5001, deed=deed))
    with pytest.raises(IntegrityError):
        await run_sql(core.database, forged(made, statement))
    await run_sql(core.database, forged(made, statement, who=ANNA.id))  # nothing else stood in the way


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"proposer": "somebody-else"},
        {"two": "false"},
        {"two": "false", "proposer": "somebody-else"},
        {"who": ANNA.id, "proposer": PAUL.id},
        {"who": ANNA.id, "two": "false"},
        {"who": ANNA.id, "digest": "0" * 64},
        {"who": ANNA.id, "id": "another"},
    ],
    ids=lambda more: ",".join(more) or "as it is",
)
async def test_no_decision_is_stored_that_is_not_by_two_about_exactly_this(core: Core, more: dict[str, str]) -> None:
    made = await core.propose(MAX, of(5001))
    with pytest.raises(IntegrityError):
        await run_sql(core.database, forged(made, DECIDE, **more))
    await run_sql(core.database, forged(made, DECIDE, who=ANNA.id))


async def test_a_change_of_a_payee_cannot_be_made_one_for_a_single_person(core: Core) -> None:
    made = await core.propose(MAX, of(1, deed="payee_change"))
    for two in ("false", "NULL"):
        with pytest.raises(IntegrityError):
            await run_sql(core.database, f"UPDATE proposal SET second_person = {two} WHERE id = '{made.id}'")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE proposal SET second_person = false",
        "UPDATE proposal SET proposer_id = 'id-paul'",
        "UPDATE proposal SET digest = '" + "0" * 64 + "'",
        "UPDATE proposal SET id = 'another'",
        "DELETE FROM proposal",
        "UPDATE decision SET second_person = false",
        "UPDATE decision SET proposer_id = 'id-paul'",
        "UPDATE decision SET digest = '" + "0" * 64 + "'",
        "UPDATE decision SET proposal_id = 'another'",
        "UPDATE decision SET person_id = proposer_id",
        "UPDATE decision SET confirmation = NULL",
        "UPDATE proposal SET decided_by_id = proposer_id",
    ],
)
async def test_after_the_decision_neither_side_can_be_changed_alone(core: Core, statement: str) -> None:
    await core.decide(await core.propose(MAX, of(5001)), ANNA)
    with pytest.raises(IntegrityError):
        await run_sql(core.database, statement)


async def test_a_need_taken_out_of_the_row_is_found_again_at_the_click(core: Core) -> None:
    made = await core.propose(MAX, of(5001))
    await run_sql(core.database, f"UPDATE proposal SET second_person = false, ruling = '{{}}' WHERE id = '{made.id}'")
    assert await codes(core, made, MAX) == ["second_person"]
    anew = await core.proposals.get(made.id)
    assert anew is not None and anew.second_person and Need.SECOND_PERSON in anew.needs


async def test_a_need_taken_out_of_the_row_is_kept_again_with_the_decision(core: Core) -> None:
    made = await core.propose(MAX, of(5001))
    await run_sql(core.database, f"UPDATE proposal SET second_person = false WHERE id = '{made.id}'")
    await core.decide(made, ANNA)
    for table in ("proposal", "decision"):
        assert await run_sql(core.database, f"SELECT count(*) FROM {table} WHERE second_person") == [(1,)]
    with pytest.raises(IntegrityError):
        await run_sql(core.database, "UPDATE decision SET person_id = proposer_id")


async def test_what_somebody_wrote_into_both_rows_as_confirmed_alone_is_not_sent(core: Core) -> None:
    made = await core.propose(MAX, of(5001))
    await run_sql(core.database, f"UPDATE proposal SET second_person = false WHERE id = '{made.id}'")
    await run_sql(core.database, forged(made, CONFIRM))
    await run_sql(core.database, forged(made, DECIDE, two="false"))
    async with core.database.reading() as work:
        row = await store.decision(work, made.id)
    assert row is not None
    seal = core.confirmations.seal(row, made.number)  # as if the house's key were known too
    await run_sql(core.database, f"UPDATE decision SET seal = '{seal}'")
    done = await core.executor.execute(made.id)
    assert done.state is State.BLOCKED and done.problem and "another approver" in done.problem["en"]
    assert core.till.sends == []


# roles of the moment

LOST = {
    "taken away": {f"session-{ANNA.name}": person("anna", Grant(Role.VIEWER))},
    "of another organisation only": {f"session-{ANNA.name}": person("anna", Grant(Role.APPROVER, OTHER.id))},
    "a preparer now": {f"session-{ANNA.name}": person("anna", Grant(Role.PREPARER, DEMO.id))},
    "an admin only": {f"session-{ANNA.name}": person("anna", Grant(Role.ADMIN, DEMO.id))},
    "no role at all": {f"session-{ANNA.name}": person("anna")},
}


@pytest.mark.parametrize("how", LOST)
async def test_a_role_lost_before_the_click_confirms_nothing(core: Core, how: str) -> None:
    made = await core.propose()
    core.sessions |= LOST[how]
    assert await reason(core, made, ANNA) is RefusalReason.NOT_ALLOWED


@pytest.mark.parametrize("how", [*LOST, "the person is removed"])
async def test_a_role_lost_before_the_send_blocks_it(core: Core, how: str) -> None:
    made = await core.confirmed()
    if how in LOST:
        core.sessions |= LOST[how]
    else:
        del core.sessions[f"session-{ANNA.name}"]
    done = await core.executor.execute(made.id)
    assert done.state is State.BLOCKED and done.problem and "Nothing was written" in done.problem["en"]
    assert core.till.sends == []
    assert await run_sql(core.database, "SELECT number FROM execution_attempt") == []


async def test_a_session_that_ended_decides_nothing_and_another_persons_neither(core: Core) -> None:
    made = await core.propose()
    assert await reason(core, made, ANNA, session_id=f"session-{ALEX.name}") is RefusalReason.SESSION_OVER
    del core.sessions[f"session-{ANNA.name}"]
    assert await reason(core, made, ANNA) is RefusalReason.SESSION_OVER


@pytest.mark.parametrize("who", [VERA, PAUL], ids=["viewer", "preparer"])
async def test_whoever_may_not_approve_is_no_second_person(core: Core, who: Principal) -> None:
    assert await reason(core, await core.propose(MAX, of(5001)), who) is RefusalReason.NOT_ALLOWED
