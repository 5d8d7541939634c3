"""Execution when the provider takes nothing at the moment: nothing is lost and nothing is done twice."""

from __future__ import annotations

import pytest

from assistant.cards import outcome_words
from assistant.execution import Patience
from assistant.proposals import Proposal, State
from assistant.stores.database import Database
from tests.support.database import run_sql
from tests.support.paying import Core

pytestmark = pytest.mark.anyio


@pytest.fixture
def core(database: Database) -> Core:
    return Core(database)


async def now(core: Core, proposal: Proposal) -> Proposal:
    """The proposal as it is stored."""
    found = await core.proposals.get(proposal.id)
    assert found
    return found


async def test_a_used_up_call_limit_at_the_write_is_waited_out(core: Core) -> None:
    core.till.answers = ["busy"]
    made = await core.confirmed()
    done = await core.executor.execute(made.id)
    assert done.state is State.SUCCEEDED and done.attempts == 2 and done.problem is None
    assert core.till.times_paid(made.id) == 1 and len(set(core.till.sends)) == 1
    assert core.till.reads == 2, "it must be read again before it is sent again"
    assert await run_sql(core.database, "SELECT outcome FROM execution_attempt ORDER BY number") == [
        ("failed",),
        ("succeeded",),
    ]
    assert (await core.tags(made.id))[4:] == [
        "execution:started",
        "execution:postponed",
        "execution:started",
        "execution:succeeded",
    ]


@pytest.mark.parametrize("answer", ["busy", "away"])
async def test_meanwhile_it_says_that_there_is_nothing_to_do(core: Core, answer: str) -> None:
    core.till.answers, core.till.busy_seconds = [answer], 10
    made = await core.confirmed()
    later = await core.executor.execute(made.id)
    assert later.state is State.CONFIRMED and later.problem
    assert "Nothing has been written yet" in later.problem["en"] and "there is nothing to do" in later.problem["en"]
    assert "Ask again" not in later.problem["en"] and "Try again" not in later.problem["en"]
    assert "noch nichts geschrieben" in later.problem["de"] and "nichts tun" in later.problem["de"]
    core.clock.advance(seconds=9)
    assert await core.executor.sweep() == []
    core.clock.advance(seconds=1)
    (ended,) = await core.executor.sweep()
    assert ended.state is State.SUCCEEDED and core.till.times_paid(made.id) == 1


async def test_meanwhile_another_payment_of_the_bill_may_go_first(core: Core) -> None:
    core.till.answers, core.till.busy_seconds = ["busy"], 10
    first = await core.confirmed()
    await core.executor.execute(first.id)
    second = await core.confirmed()
    assert (await core.again().executor.execute(second.id)).state is State.SUCCEEDED
    core.clock.advance(seconds=10)
    await core.executor.sweep()
    assert (await now(core, first)).state is State.BLOCKED and len(core.till.paid) == 1


async def test_a_limit_that_ends_too_late_fails_and_says_so(core: Core) -> None:
    core.till.answers, core.till.busy_seconds = ["busy"], 121
    made = await core.confirmed()
    ended = await core.executor.execute(made.id)
    assert ended.state is State.FAILED and ended.problem and "nothing was written" in ended.problem["en"]
    assert "allows no more calls" in ended.problem["en"] and await core.executor.sweep() == []


async def test_it_is_given_up_after_two_minutes_and_never_sent_for_ever(database: Database) -> None:
    core = Core(database, patience=Patience(next_in_line=0.001, stand_by=1))
    core.till.answers, core.till.busy_seconds = ["busy"] * 20, 0
    made = await core.confirmed()
    ended = await core.executor.execute(made.id)
    assert ended.state is State.FAILED and len(core.till.sends) == 8 and core.till.paid == []


async def test_busy_at_a_repetition_does_not_make_an_uncertain_first_send_certain(core: Core) -> None:
    core.till.answers = ["lost_before", "busy"]
    made = await core.confirmed()
    assert (await core.executor.execute(made.id)).state is State.UNKNOWN
    (still,) = await core.executor.sweep()
    assert still.state is State.UNKNOWN and "Do not pay again" in outcome_words(still, "Xero", "en", face="unclear")
    core.till.deliver_late(made.id)
    core.clock.advance(seconds=20)
    (ended,) = await core.executor.sweep()
    assert ended.state is State.SUCCEEDED and core.till.times_paid(made.id) == 1


async def test_the_face_of_a_second_send_does_not_say_that_it_was_sent_once(core: Core) -> None:
    seen: list[dict[str, str] | None] = []

    async def listen(proposal: Proposal) -> None:
        if proposal.state is State.EXECUTING:
            seen.append(proposal.problem)

    core.feed.subscribe(listen)
    core.till.answers = ["busy"]
    await core.executor.execute((await core.confirmed()).id)
    await core.feed.drain()
    first, second = seen
    assert first is None and second and "once more, with the same key" in second["en"]
