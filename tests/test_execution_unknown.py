"""Execution with an unknown outcome: looked up first, sent again only where that cannot make it twice."""

from __future__ import annotations

import asyncio

import pytest

from assistant.cards import outcome_words
from assistant.execution import Patience
from assistant.proposals import Proposal, State
from assistant.stores.database import Database
from tests.support.database import run_sql
from tests.support.paying import Core
from tools.base import Payload

pytestmark = pytest.mark.anyio


@pytest.fixture
def core(database: Database) -> Core:
    return Core(database)


async def now(core: Core, proposal: Proposal) -> Proposal:
    """The proposal as it is stored."""
    found = await core.proposals.get(proposal.id)
    assert found
    return found


async def test_a_lost_answer_is_unknown_and_the_sweep_finds_the_payment(core: Core) -> None:
    core.till.answers = ["lost_after"]
    made = await core.confirmed()
    unknown = await core.executor.execute(made.id)
    assert unknown.state is State.UNKNOWN and "Do not pay again" in outcome_words(unknown, "Xero", "en", face="unclear")
    (ended,) = await core.executor.sweep()
    assert ended.state is State.SUCCEEDED and ended.receipt and ended.problem is None
    assert len(core.till.sends) == 1 and core.till.times_paid(made.id) == 1
    assert (await core.tags(made.id))[-3:] == [
        "execution:became_unknown",
        "execution:lookup_started",
        "execution:succeeded",
    ]


async def test_a_timeout_is_unknown_never_failed(database: Database) -> None:
    core = Core(database, patience=Patience(send=0.05))
    core.till.answers = ["slow_after"]
    made = await core.confirmed()
    assert (await core.executor.execute(made.id)).state is State.UNKNOWN
    await core.executor.sweep()
    assert (await now(core, made)).state is State.SUCCEEDED
    assert core.till.times_paid(made.id) == 1


async def test_what_certainly_did_not_happen_is_sent_again_with_the_same_key_and_bytes(core: Core) -> None:
    core.till.answers = ["lost_before"]
    made = await core.confirmed()
    assert (await core.executor.execute(made.id)).state is State.UNKNOWN
    (ended,) = await core.executor.sweep()
    assert ended.state is State.SUCCEEDED and ended.attempts == 2
    assert len(core.till.sends) == 2 and len(set(core.till.sends)) == 1
    assert core.till.sends[0][0] == made.id and core.till.times_paid(made.id) == 1


async def test_while_looking_up_gives_no_answer_nothing_is_sent(core: Core) -> None:
    core.till.answers, core.till.mute = ["lost_before"], True
    made = await core.confirmed()
    await core.executor.execute(made.id)
    for _ in range(5):
        await core.executor.sweep()
        core.clock.advance(minutes=5)
    assert (await now(core, made)).state is State.UNKNOWN
    assert len(core.till.sends) == 1
    core.till.mute = False
    await core.executor.sweep()
    assert (await now(core, made)).state is State.SUCCEEDED and core.till.times_paid(made.id) == 1


async def test_between_the_end_of_the_key_and_certainty_it_is_only_looked_up(core: Core) -> None:
    core.till.answers, core.till.mute = ["lost_before"], True
    made = await core.confirmed()
    await core.executor.execute(made.id)
    core.till.mute = False
    core.clock.advance(minutes=6)
    await core.executor.sweep()
    assert (await now(core, made)).state is State.UNKNOWN and len(core.till.sends) == 1
    core.clock.advance(minutes=5)
    await core.executor.sweep()
    assert (await now(core, made)).state is State.SUCCEEDED and core.till.times_paid(made.id) == 1


async def test_a_body_that_is_not_the_one_sent_before_is_never_sent_again(core: Core) -> None:
    core.till.answers = ["lost_before"]
    made = await core.confirmed()
    await core.executor.execute(made.id)
    await run_sql(core.database, "UPDATE execution_attempt SET body_hash = 'another'")
    (parked,) = await core.executor.sweep()
    assert parked.state is State.UNKNOWN and parked.problem
    wanted = "a payment of € 980.00 for BILL-204 (Acme) dated 22 Nov 2026 with the reference “FA-TESTMARK”"
    assert f"Look in Xero for {wanted}." in parked.problem["en"]
    assert "Zahlung über 980,00 € für BILL-204 (Acme) vom 22. Nov. 2026 mit dem" in parked.problem["de"]
    assert len(core.till.sends) == 1


async def test_an_unknown_one_whose_document_changed_is_blocked_only_when_nothing_can_arrive_any_more(
    core: Core,
) -> None:
    core.till.answers = ["lost_before"]
    made = await core.confirmed()
    await core.executor.execute(made.id)
    core.till.due = 1000
    await core.executor.sweep()
    assert (await now(core, made)).state is State.UNKNOWN
    core.clock.advance(minutes=11)
    await core.executor.sweep()
    assert (await now(core, made)).state is State.BLOCKED and len(core.till.sends) == 1


async def test_a_repetition_refused_because_the_first_arrived_late_counts_as_done(core: Core) -> None:
    core.till.answers = ["lost_before"]
    made = await core.confirmed()
    await core.executor.execute(made.id)

    def first_arrives_late() -> None:
        core.till.paid.append((made.id, 98000))
        core.till.due = 0

    core.till.before_send = first_arrives_late
    (ended,) = await core.executor.sweep()
    assert ended.state is State.SUCCEEDED and core.till.times_paid(made.id) == 1


async def test_what_was_done_is_found_also_while_nothing_may_be_sent(core: Core) -> None:
    core.till.answers = ["lost_after"]
    made = await core.confirmed()
    await core.executor.execute(made.id)
    core.clock.advance(minutes=6)
    (ended,) = await core.executor.sweep()
    assert ended.state is State.SUCCEEDED and ended.id == made.id


async def test_a_payment_that_arrives_while_we_look_is_never_called_not_written(core: Core) -> None:
    core.till.answers = ["lost_before"]
    made = await core.confirmed()
    await core.executor.execute(made.id)
    core.clock.advance(minutes=11)

    def arrives_late(_payload: Payload) -> None:
        core.till.paid.append((made.id, 98000))
        core.till.due = 0

    core.till.before_read = arrives_late
    (ended,) = await core.executor.sweep()
    assert ended.state is State.SUCCEEDED and len(core.till.sends) == 1


async def test_no_tool_can_change_what_is_sent_after_it_was_confirmed(core: Core) -> None:
    def meddle(payload: Payload) -> None:
        payload["minor"] = 1

    core.till.before_read = meddle
    made = await core.confirmed()
    await core.executor.execute(made.id)
    assert core.till.paid == [(made.id, 98000)]


async def test_a_straggler_does_not_end_the_attempt_that_took_its_place(core: Core) -> None:
    first, second = asyncio.Event(), asyncio.Event()
    arrived = [asyncio.Event(), asyncio.Event()]
    core.till.gates, core.till.answers = [first, second], ["refuse", "ok"]
    core.till.before_send = lambda: arrived[len(core.till.sends)].set()
    made = await core.confirmed()
    slow = asyncio.ensure_future(core.executor.execute(made.id))
    await arrived[0].wait()
    core.clock.advance(seconds=61)
    taking_over = asyncio.ensure_future(core.again().executor.sweep())
    await arrived[1].wait()
    first.set()
    assert (await slow).state is State.EXECUTING
    second.set()
    (ended,) = await taking_over
    assert ended.state is State.SUCCEEDED and core.till.times_paid(made.id) == 1


async def test_what_never_arrives_is_not_sent_for_ever_and_ends_when_nothing_is_under_way(core: Core) -> None:
    core.till.answers = ["lost_before"] * 20
    made = await core.confirmed()
    await core.executor.execute(made.id)
    states: list[State] = []
    for _ in range(20 * 60 // 20):
        core.clock.advance(seconds=20)
        await core.executor.sweep()
        states.append((await now(core, made)).state)
    assert set(states) == {State.UNKNOWN}
    assert len(core.till.sends) == 5, "four while the key protects it, and one when all of them were settled"
    for _ in range(10):
        core.clock.advance(minutes=11)
        await core.executor.sweep()
    ended = await now(core, made)
    assert ended.state is State.FAILED and ended.problem and "nothing was written" in ended.problem["en"]
    assert len(core.till.sends) == 8 and core.till.paid == []


async def test_repetitions_that_are_answered_with_a_remembered_error_leave_attempts_for_later(core: Core) -> None:
    core.till.answers = ["lost_before", "remember_error"]
    made = await core.confirmed()
    await core.executor.execute(made.id)
    for _ in range(50):
        core.clock.advance(seconds=20)
        await core.executor.sweep()
    assert (await now(core, made)).state is State.SUCCEEDED and core.till.times_paid(made.id) == 1


async def test_a_refused_repetition_is_not_final_while_the_first_send_may_still_arrive(core: Core) -> None:
    core.till.answers = ["lost_before", "refuse"]
    made = await core.confirmed()
    await core.executor.execute(made.id)
    await core.executor.sweep()
    assert (await now(core, made)).state is State.UNKNOWN and len(core.till.sends) == 2
    core.clock.advance(seconds=30)
    core.till.deliver_late(made.id)
    await core.executor.sweep()
    assert (await now(core, made)).state is State.SUCCEEDED and core.till.times_paid(made.id) == 1


async def test_a_refusal_is_final_when_no_earlier_send_can_still_arrive(core: Core) -> None:
    core.till.answers = ["lost_before", "refuse", "refuse"]
    made = await core.confirmed()
    await core.executor.execute(made.id)
    await core.executor.sweep()
    for _ in range(29):
        core.clock.advance(seconds=20)
        await core.executor.sweep()
        assert (await now(core, made)).state is State.UNKNOWN and len(core.till.sends) == 2
    core.clock.advance(seconds=40)
    await core.executor.sweep()
    ended = await now(core, made)
    assert ended.state is State.FAILED and ended.problem and "exceeds" in ended.problem["en"]
    assert core.till.paid == []


async def test_a_refusal_after_sends_that_certainly_did_not_arrive_is_final(core: Core) -> None:
    core.till.answers = ["busy", "refuse"]
    made = await core.confirmed()
    ended = await core.executor.execute(made.id)
    for _ in range(3):
        core.clock.advance(seconds=20)
        await core.executor.sweep()
    ended = await now(core, made)
    assert ended.state is State.FAILED and ended.problem and "exceeds" in ended.problem["en"]
    assert core.till.looks == 0


async def test_an_old_confirmation_is_not_sent_again_when_the_provider_comes_back(core: Core) -> None:
    core.till.answers, core.till.mute = ["lost_before"], True
    made = await core.confirmed()
    await core.executor.execute(made.id)
    core.clock.advance(hours=3)
    await core.executor.sweep()
    assert (await now(core, made)).state is State.UNKNOWN
    core.till.mute = False
    core.clock.advance(seconds=20)
    await core.executor.sweep()
    ended = await now(core, made)
    assert ended.state is State.FAILED and ended.problem and "nothing was written" in ended.problem["en"]
    assert len(core.till.sends) == 1 and core.till.paid == []


async def test_two_sweeps_in_parallel_send_once(core: Core) -> None:
    core.till.answers = ["lost_before"]
    made = await core.confirmed()
    await core.executor.execute(made.id)
    others = [core.again() for _ in range(3)]
    await asyncio.gather(core.executor.sweep(), *(other.executor.sweep() for other in others))
    assert core.till.looks == 1
    assert len(core.till.sends) == 2 and core.till.times_paid(made.id) == 1
    assert (await now(core, made)).state is State.SUCCEEDED
