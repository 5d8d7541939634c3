"""Execution: at most one effect for each confirmation, exactly one when it says done, whatever happens in between."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from assistant.proposals import Proposal, State
from assistant.refusals import Refusal, RefusalReason
from assistant.stores.database import Database
from tests.support.database import run_sql
from tests.support.paying import ALEX, PAUL, Core, draft

pytestmark = pytest.mark.anyio


@pytest.fixture
def core(database: Database) -> Core:
    return Core(database)


async def now(core: Core, proposal: Proposal) -> Proposal:
    """The proposal as it is stored."""
    found = await core.proposals.get(proposal.id)
    assert found
    return found


async def test_a_confirmed_proposal_is_paid_once_with_its_id_as_key(core: Core) -> None:
    made = await core.confirmed()
    done = await core.executor.execute(made.id)
    assert done.state is State.SUCCEEDED and done.receipt and done.receipt.reference == "payment-0"
    assert done.link == done.receipt.link and done.problem is None
    assert core.till.paid == [(made.id, 98000)]
    assert await core.tags(made.id) == [
        "proposal:requested",
        "proposal:created",
        "decision:requested",
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


async def test_body_and_digest_cannot_be_exchanged_after_the_confirmation(core: Core) -> None:
    made = await core.confirmed()
    other = await core.propose(what=draft(minor=1))
    with pytest.raises(IntegrityError):  # the decision holds on to what it was made for
        await run_sql(
            core.database,
            "UPDATE proposal SET body = (SELECT body FROM proposal WHERE number = 2), "
            "digest = (SELECT digest FROM proposal WHERE number = 2) WHERE number = 1",
        )
    assert other.digest != made.digest
    done = await core.executor.execute(made.id)
    assert done.state is State.SUCCEEDED and core.till.paid == [(made.id, 98000)]


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


async def test_a_provider_that_cannot_be_read_is_tried_again_then_given_up(core: Core) -> None:
    core.till.down = True
    made = await core.confirmed()
    later = await core.executor.execute(made.id)
    assert later.state is State.CONFIRMED and later.problem and "tried again" in later.problem["en"]
    assert "Try again" not in later.problem["en"] and "noch einmal versuchen" not in later.problem["de"]
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


async def test_a_decision_written_by_hand_lacks_the_seal_and_pays_nothing(core: Core) -> None:
    """Somebody who may write to the database makes proposal and decision fit each other: the executor is not fooled."""
    made = await core.confirmed()
    other = await core.propose(what=draft(minor=1))
    await run_sql(core.database, "CREATE TABLE kept AS SELECT * FROM decision")
    await run_sql(core.database, "DELETE FROM decision")
    await run_sql(
        core.database,
        "UPDATE proposal SET body = (SELECT body FROM proposal WHERE number = 2), "
        "digest = (SELECT digest FROM proposal WHERE number = 2), amount_minor = 1 WHERE number = 1",
    )
    await run_sql(core.database, "UPDATE kept SET digest = (SELECT digest FROM proposal WHERE number = 1)")
    await run_sql(core.database, "INSERT INTO decision SELECT * FROM kept")
    done = await core.executor.execute(made.id)
    assert done.state is State.BLOCKED and done.digest == other.digest and core.till.sends == []


async def test_what_was_altered_after_it_was_sent_is_told_to_a_person_once(core: Core) -> None:
    core.till.answers = ["lost_after"]
    made = await core.confirmed()
    assert (await core.executor.execute(made.id)).state is State.UNKNOWN
    await run_sql(core.database, "UPDATE proposal SET body = replace(body, '98000', '97000')")
    for _ in range(3):
        core.clock.advance(minutes=1)
        await core.again().executor.sweep()
    ((state, problem),) = await run_sql(core.database, "SELECT state, problem FROM proposal")
    assert state == "unknown" and "it was sent already" in str(problem)
    assert (await core.tags(made.id)).count("proposal:found_altered") == 1 and len(core.till.sends) == 1


async def test_a_reading_that_lags_does_not_make_an_outdated_card_true(core: Core) -> None:
    asked = [await core.propose(who, draft(minor=10000), conversation_id=who.id) for who in (PAUL, ALEX)]
    first, second = [await core.decide(each) for each in asked]
    await core.executor.execute(first.id)
    core.till.due = 98000  # the provider's list does not show the payment yet
    ended = await core.executor.execute(second.id)
    assert ended.state is State.BLOCKED and ended.problem and first.label in ended.problem["en"]
    assert "Nothing was written" in ended.problem["en"] and "nichts geschrieben" in ended.problem["de"]
    assert [key for key, _ in core.till.sends] == [first.id]
