"""Execution: at most one effect for each confirmation, exactly one when it says done, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from assistant.execution import CHECKPOINTS, Patience
from assistant.proposals import Proposal, State
from assistant.refusals import Refusal, RefusalReason
from assistant.stores.database import Database
from tests.support.database import run_sql
from tests.support.paying import Core, CrashNow, draft
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


async def sweep_until_quiet(core: Core) -> None:
    """As the house does: every 20 seconds, until nothing is left, for at most a quarter of an hour."""
    for _ in range(45):
        core.clock.advance(seconds=20)
        if not await core.executor.sweep() and core.clock() > core.clock.began + timedelta(minutes=2):
            return


async def test_a_confirmed_proposal_is_paid_once_with_its_id_as_key(core: Core) -> None:
    made = await core.confirmed()
    done = await core.executor.execute(made.id)
    assert done.state is State.SUCCEEDED and done.receipt and done.receipt.reference == "payment-0"
    assert done.link == done.receipt.link and done.problem is None
    assert core.till.paid == [(made.id, 98000)]
    assert await core.tags(made.id) == [
        "proposal:created",
        "decision:confirmed",
        "execution:started",
        "execution:succeeded",
    ]
    assert (await core.executor.execute(made.id)).state is State.SUCCEEDED
    assert len(core.till.sends) == 1 and core.till.reads == 1


async def test_the_attempt_is_stored_before_the_first_byte_leaves(core: Core) -> None:
    made = await core.confirmed()
    seen: list[tuple[object, ...]] = []
    other = Database(core.database.url)

    def look() -> None:
        task = asyncio.ensure_future(
            run_sql(
                other,
                "SELECT p.state, p.attempts, a.number, a.key, a.body_hash, a.outcome FROM proposal p "
                "JOIN execution_attempt a ON a.proposal_id = p.id",
            )
        )
        task.add_done_callback(lambda done: seen.extend(done.result()))
        core.till.waiting_for = task

    core.till.before_send = look
    await core.executor.execute(made.id)
    assert seen == [("executing", 1, 1, made.id, made.digest, "under_way")]
    assert await run_sql(core.database, "SELECT outcome FROM execution_attempt") == [("succeeded",)]
    await other.close()


async def test_nothing_is_executed_that_nobody_confirmed(core: Core) -> None:
    made = await core.propose()
    assert (await core.executor.execute(made.id)).state is State.AWAITING
    with pytest.raises(Refusal) as caught:
        await core.executor.execute("unknown")
    assert caught.value.reason is RefusalReason.UNKNOWN_PROPOSAL
    assert core.till.sends == []


async def test_a_state_set_by_hand_without_a_decision_pays_nothing(core: Core) -> None:
    made = await core.propose()
    await run_sql(core.database, "UPDATE proposal SET state = 'confirmed', decided_at = created_at")
    assert (await core.executor.execute(made.id)).state is State.BLOCKED
    assert core.till.sends == []


async def test_a_body_and_digest_exchanged_after_the_confirmation_pay_nothing(core: Core) -> None:
    made = await core.confirmed()
    other = await core.propose(what=draft(minor=1))
    await run_sql(
        core.database,
        "UPDATE proposal SET body = (SELECT body FROM proposal WHERE number = 2), "
        "digest = (SELECT digest FROM proposal WHERE number = 2) WHERE number = 1",
    )
    assert other.digest != made.digest
    assert (await core.executor.execute(made.id)).state is State.BLOCKED
    assert core.till.sends == []


async def test_a_body_altered_after_the_confirmation_pays_nothing(core: Core) -> None:
    made = await core.confirmed()
    await run_sql(core.database, "UPDATE proposal SET body = replace(body, '98000', '97000')")
    with pytest.raises(Refusal) as caught:
        await core.executor.execute(made.id)
    assert caught.value.reason is RefusalReason.DIGEST_MISMATCH
    assert await core.executor.sweep() == []
    assert core.till.sends == []
    assert "proposal:found_altered" in await core.tags(made.id)


async def test_a_document_that_changed_meanwhile_is_not_paid_and_the_card_says_why(core: Core) -> None:
    made = await core.confirmed()
    core.till.due = 50000
    ended = await core.executor.execute(made.id)
    assert ended.state is State.BLOCKED and ended.problem
    assert "500.00" in ended.problem["en"] and "Nothing was written" in ended.problem["en"]
    assert "nichts geschrieben" in ended.problem["de"]
    assert core.till.sends == [] and ended.attempts == 0
    assert (await core.tags(made.id))[-1] == "execution:blocked"


async def test_a_refusal_of_the_provider_is_final_and_told(core: Core) -> None:
    core.till.answers = ["refuse"]
    made = await core.confirmed()
    ended = await core.executor.execute(made.id)
    assert ended.state is State.FAILED and ended.problem and "exceeds" in ended.problem["en"]
    assert await core.executor.sweep() == []
    assert len(core.till.sends) == 1 and core.till.paid == []


async def test_two_executions_in_parallel_pay_once(core: Core) -> None:
    made = await core.confirmed()
    second, third = core.again(), core.again()
    ended = await asyncio.gather(
        core.executor.execute(made.id),
        core.executor.execute(made.id),
        second.executor.execute(made.id),
        third.executor.execute(made.id),
        second.executor.sweep(),
    )
    assert [key for key, _ in core.till.sends] == [made.id]
    assert (await now(core, made)).state is State.SUCCEEDED
    assert len(ended) == 5
    assert (await core.tags(made.id)).count("execution:started") == 1


async def test_a_lost_answer_is_unknown_and_the_sweep_finds_the_payment(core: Core) -> None:
    core.till.answers = ["lost_after"]
    made = await core.confirmed()
    unknown = await core.executor.execute(made.id)
    assert unknown.state is State.UNKNOWN and unknown.problem and "do not pay again" in unknown.problem["en"]
    (ended,) = await core.executor.sweep()
    assert ended.state is State.SUCCEEDED and ended.receipt and ended.problem is None
    assert len(core.till.sends) == 1 and core.till.times_paid(made.id) == 1
    assert (await core.tags(made.id))[-2:] == ["execution:became_unknown", "execution:succeeded"]


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
    assert parked.state is State.UNKNOWN and parked.problem and "reference" in parked.problem["en"]
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


async def test_it_is_not_sent_for_ever(core: Core) -> None:
    core.till.answers = ["lost_before"] * 20
    made = await core.confirmed()
    await core.executor.execute(made.id)
    for _ in range(60):
        core.clock.advance(seconds=20)
        await core.executor.sweep()
    for _ in range(20):
        core.clock.advance(minutes=11)
        await core.executor.sweep()
    ended = await now(core, made)
    assert ended.state is State.UNKNOWN and ended.problem and "Look in Xero" in ended.problem["en"]
    assert len(core.till.sends) == 8


async def test_two_sweeps_in_parallel_send_once(core: Core) -> None:
    core.till.answers = ["lost_before"]
    made = await core.confirmed()
    await core.executor.execute(made.id)
    others = [core.again() for _ in range(3)]
    await asyncio.gather(core.executor.sweep(), *(other.executor.sweep() for other in others))
    assert core.till.looks == 1
    assert len(core.till.sends) == 2 and core.till.times_paid(made.id) == 1
    assert (await now(core, made)).state is State.SUCCEEDED


async def test_a_living_attempt_is_left_alone(core: Core) -> None:
    core.till.answers = ["cut"]
    made = await core.confirmed()
    with pytest.raises(CrashNow):
        await core.executor.execute(made.id)
    core.clock.advance(seconds=59)
    assert await core.again().executor.sweep() == []
    assert (await now(core, made)).state is State.EXECUTING
    core.clock.advance(seconds=1)
    await core.again().executor.sweep()
    assert (await now(core, made)).state is State.SUCCEEDED and core.till.times_paid(made.id) == 1


async def test_a_process_that_slept_past_its_lease_sends_nothing(database: Database) -> None:
    def sleep(name: str) -> None:
        if name == "after_claim":
            house.clock.advance(minutes=10)

    house = Core(database, checkpoint=sleep)
    made = await house.confirmed()
    assert (await house.executor.execute(made.id)).state is State.EXECUTING
    assert house.till.sends == []
    await house.again().executor.sweep()
    house.clock.advance(minutes=1)
    await house.again().executor.sweep()
    assert (await now(house, made)).state is State.SUCCEEDED and house.till.times_paid(made.id) == 1


async def test_a_provider_that_cannot_be_read_is_tried_again_then_given_up(core: Core) -> None:
    core.till.down = True
    made = await core.confirmed()
    later = await core.executor.execute(made.id)
    assert later.state is State.CONFIRMED and later.problem and "tried again" in later.problem["en"]
    core.clock.advance(seconds=20)
    core.till.down = False
    await core.executor.sweep()
    assert (await now(core, made)).state is State.SUCCEEDED

    core.till.down = True
    second = await core.confirmed()
    await core.executor.execute(second.id)
    core.clock.advance(seconds=121)
    (ended,) = await core.executor.sweep()
    assert ended.state is State.FAILED and ended.problem and "nothing was written" in ended.problem["en"]
    assert core.till.times_paid(second.id) == 0


async def test_an_old_confirmation_is_not_executed_any_more(core: Core) -> None:
    made = await core.confirmed()
    core.clock.advance(hours=2)
    (ended,) = await core.executor.sweep()
    assert ended.state is State.FAILED and core.till.sends == []
    assert ended.id == made.id


def crash_at(name: str, times: int = 1) -> Callable[[str], None]:
    """A checkpoint that dies there that many times."""
    left = [times]

    def check(reached: str) -> None:
        if reached == name and left[0]:
            left[0] -= 1
            raise CrashNow(name)

    return check


@pytest.mark.parametrize("answer", ["ok", "lost_after", "lost_before"])
@pytest.mark.parametrize("name", CHECKPOINTS)
async def test_a_crash_at_every_checkpoint_leaves_exactly_one_payment(
    database: Database, name: str, answer: str
) -> None:
    reached: set[str] = set()
    die = crash_at(name)

    def check(at: str) -> None:
        reached.add(at)
        die(at)

    core = Core(database, checkpoint=check)
    core.till.answers = [answer]
    made = await core.confirmed()
    died = await _until_death(core, made)
    # After a restart the same place kills the process a second time, then it lives.
    second = core.again(checkpoint=crash_at(name))
    await _sweeping_until_death(second)
    third = core.again()
    await sweep_until_quiet(third)
    ended = await now(core, made)
    assert ended.state is State.SUCCEEDED and ended.receipt
    assert core.till.times_paid(made.id) == 1 and len(core.till.paid) == 1
    assert len(set(core.till.sends)) == 1
    assert (await core.audit.verify()).ok
    assert died == (name in reached)


async def _until_death(core: Core, made: Proposal) -> bool:
    try:
        await core.executor.execute(made.id)
        return await _sweeping_until_death(core)
    except CrashNow:
        return True


async def _sweeping_until_death(core: Core) -> bool:
    for _ in range(8):
        core.clock.advance(seconds=20)
        try:
            await core.executor.sweep()
        except BaseExceptionGroup as errors:
            assert errors.subgroup(CrashNow)
            return True
    return False


async def test_the_crash_test_reaches_every_checkpoint(database: Database) -> None:
    reached: list[str] = []
    core = Core(database, checkpoint=reached.append)
    core.till.answers = ["cut"]
    first = await core.confirmed()
    with pytest.raises(CrashNow):
        await core.executor.execute(first.id)
    core.till.due = 98000
    core.till.answers = ["lost_before"]
    second = await core.confirmed()
    await core.executor.execute(second.id)
    await sweep_until_quiet(core)
    assert set(reached) == set(CHECKPOINTS)


async def test_one_that_raises_does_not_keep_the_others_from_their_turn(core: Core) -> None:
    core.till.answers = ["cut", "lost_before"]
    first, second = await core.confirmed(), await core.confirmed()
    with pytest.raises(BaseExceptionGroup):
        await core.executor.sweep()
    await sweep_until_quiet(core)
    states = {(await now(core, each)).state for each in (first, second)}
    assert State.SUCCEEDED in states and len(core.till.paid) <= 2


async def test_open_chats_are_told_of_every_step(core: Core) -> None:
    told: list[State] = []

    async def listen(proposal: Proposal) -> None:
        told.append(proposal.state)

    stop = core.feed.subscribe(listen)
    made = await core.confirmed()
    await core.executor.execute(made.id)
    await core.feed.drain()
    assert told == [State.AWAITING, State.CONFIRMED, State.EXECUTING, State.SUCCEEDED]
    stop()
    await core.propose()
    await core.feed.drain()
    assert len(told) == 4


async def test_a_listener_that_fails_or_hangs_holds_up_nothing(core: Core) -> None:
    async def fail(_proposal: Proposal) -> None:
        raise RuntimeError("this chat is gone")

    async def hang(_proposal: Proposal) -> None:
        await asyncio.sleep(3600)

    core.feed.subscribe(fail)
    core.feed.subscribe(hang)
    made = await core.confirmed()
    assert (await core.executor.execute(made.id)).state is State.SUCCEEDED
