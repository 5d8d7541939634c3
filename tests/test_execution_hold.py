"""Execution on one document: whatever happens at the same moment, the second payment sees what the first one did."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

import pytest

from assistant.execution import CHECKPOINTS, Patience
from assistant.proposals import Proposal, State
from assistant.stores import holds
from assistant.stores.database import Database, Work
from assistant.stores.holds import Held, Hold
from tests.support.database import run_sql
from tests.support.paying import ALEX, ANNA, PAUL, Core, CrashNow, draft

pytestmark = pytest.mark.anyio

PART = 10000
"""€ 100.00 of € 980.00: the provider itself would take it several times."""


@pytest.fixture
def core(database: Database) -> Core:
    return Core(database)


async def confirmed(core: Core, times: int = 2, bill: str = "bill-204") -> list[Proposal]:
    """So many confirmed proposals of € 100.00 each for one bill, asked for in chats of their own."""
    made = [await core.propose(what=draft(minor=PART, bill=bill), conversation_id=f"talk-{n}") for n in range(times)]
    return [await core.decide(each, who) for each, who in zip(made, (ANNA, ALEX) * times, strict=False)]


async def states(core: Core, proposals: list[Proposal]) -> list[State]:
    """How they stand now."""
    found = [await core.proposals.get(each.id) for each in proposals]
    return [each.state for each in found if each]


async def sweep_for(core: Core, minutes: int, *, every: int = 20) -> None:
    """As the house does, every 20 seconds or more."""
    for _ in range(minutes * 60 // every):
        core.clock.advance(seconds=every)
        await core.executor.sweep()


async def sweep_until_ended(core: Core, proposals: list[Proposal]) -> None:
    """The same until every outcome is certain, for at most a quarter of an hour."""
    for _ in range(45):
        if set(await states(core, proposals)) <= {State.SUCCEEDED, State.BLOCKED, State.FAILED}:
            return
        core.clock.advance(seconds=20)
        await core.executor.sweep()


async def until(reached: asyncio.Event) -> None:
    """Fails when it does not happen."""
    async with asyncio.timeout(10):
        await reached.wait()


async def has_sent(core: Core, times: int) -> None:
    """Wait until so many writes have arrived."""
    for _ in range(500):
        if len(core.till.sends) >= times:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"sent {len(core.till.sends)} times only")


async def has_read(core: Core, times: int) -> None:
    """Wait until the document has been read again so many times."""
    for _ in range(500):
        if core.till.reads >= times:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"read {core.till.reads} times only")


async def test_two_payments_of_one_bill_at_the_same_moment_are_not_both_written(core: Core) -> None:
    first, second = await confirmed(core)
    other_process, slowly = core.again(), asyncio.Event()
    # Reading takes a moment: without the hold both have read before either writes.
    core.till.read_gates = [slowly, slowly]
    asyncio.get_running_loop().call_later(0.3, slowly.set)
    ended = await asyncio.gather(core.executor.execute(first.id), other_process.executor.execute(second.id))
    assert sorted(each.state for each in ended) == [State.BLOCKED, State.SUCCEEDED]
    assert len(core.till.paid) == 1 and core.till.due == 88000
    (stopped,) = [each for each in ended if each.state is State.BLOCKED]
    assert stopped.problem and "880.00" in stopped.problem["en"] and "Nothing was written" in stopped.problem["en"]
    assert (await core.audit.verify()).ok


async def test_many_processes_and_sweeps_write_one_of_five(core: Core) -> None:
    made = await confirmed(core, 5)
    rivals = [core.again() for _ in range(3)]
    clicks = [random.choice(rivals).executor.execute(each.id) for each in made]
    await asyncio.gather(*clicks, *(rival.executor.sweep() for rival in rivals))
    await sweep_for(core, 2)
    assert sorted(await states(core, made)) == [State.BLOCKED] * 4 + [State.SUCCEEDED]
    assert len(core.till.paid) == 1


async def test_while_the_first_is_being_read_again_the_second_waits_and_says_so(core: Core) -> None:
    first, second = await confirmed(core)
    gate = asyncio.Event()
    core.till.read_gates = [gate]
    going = asyncio.ensure_future(core.executor.execute(first.id))
    await has_read(core, 1)
    waits = await core.again(patience=Patience(next_in_line=0.01, stand_by=0)).executor.execute(second.id)
    assert waits.state is State.CONFIRMED and waits.problem
    assert first.label in waits.problem["en"] and "waits" in waits.problem["en"] and "wartet" in waits.problem["de"]
    assert core.till.reads == 1, "the second was read before the first was written"
    assert (await core.tags(second.id))[-1] == "execution:postponed"
    gate.set()
    assert (await going).state is State.SUCCEEDED
    assert (await core.executor.execute(second.id)).state is State.BLOCKED


async def test_the_next_goes_on_by_itself_when_the_first_was_refused(core: Core) -> None:
    first, second = await confirmed(core)
    gate, arrived = asyncio.Event(), asyncio.Event()
    core.till.gates, core.till.answers, core.till.before_send = [gate], ["refuse"], arrived.set
    going = asyncio.ensure_future(core.executor.execute(first.id))
    await until(arrived)
    waiting = asyncio.ensure_future(core.again().executor.execute(second.id))
    await asyncio.sleep(0.1)
    assert core.till.reads == 1
    gate.set()
    assert (await going).state is State.FAILED
    ended = await waiting
    assert ended.state is State.SUCCEEDED and ended.problem is None
    assert [key for key, _ in core.till.paid] == [second.id]


async def test_while_it_is_unknown_whether_the_first_was_done_nothing_else_is_written(core: Core) -> None:
    first, second = await confirmed(core)
    core.till.answers, core.till.mute = ["lost_after"], True
    assert (await core.executor.execute(first.id)).state is State.UNKNOWN
    waits = await core.again().executor.execute(second.id)
    assert waits.state is State.CONFIRMED and waits.problem and "looked up" in waits.problem["en"]
    await sweep_for(core, 20, every=120)
    assert await states(core, [first, second]) == [State.UNKNOWN, State.CONFIRMED]
    core.till.mute = False
    await sweep_for(core, 1)
    assert await states(core, [first, second]) == [State.SUCCEEDED, State.BLOCKED]
    assert [key for key, _ in core.till.paid] == [first.id]


async def test_one_that_waited_too_long_is_not_written_any_more(core: Core) -> None:
    first, second = await confirmed(core)
    core.till.answers, core.till.mute = ["lost_before"], True
    await core.executor.execute(first.id)
    await sweep_for(core, 64, every=240)
    assert await states(core, [first, second]) == [State.UNKNOWN, State.FAILED]
    assert core.till.paid == []


async def test_a_dead_process_keeps_a_document_only_for_a_while(database: Database) -> None:
    def die(name: str) -> None:
        if name == "hold_taken":
            raise CrashNow

    core = Core(database, checkpoint=die)
    first, second = await confirmed(core)
    with pytest.raises(CrashNow):
        await core.executor.execute(first.id)
    alive = core.again()
    core.clock.advance(seconds=44)
    assert (await alive.executor.execute(second.id)).state is State.CONFIRMED
    core.clock.advance(seconds=1)
    assert (await alive.executor.execute(second.id)).state is State.SUCCEEDED
    assert (await alive.executor.execute(first.id)).state is State.BLOCKED
    assert len(core.till.paid) == 1


async def test_a_process_that_slept_after_reading_writes_nothing_on_what_it_read(core: Core) -> None:
    first, second = await confirmed(core)
    gate = asyncio.Event()
    core.till.read_gates = [gate]
    asleep = asyncio.ensure_future(core.executor.execute(first.id))
    await has_read(core, 1)
    core.clock.advance(seconds=46)
    assert (await core.again().executor.execute(second.id)).state is State.SUCCEEDED
    gate.set()
    assert (await asleep).state is State.BLOCKED
    assert [key for key, _ in core.till.paid] == [second.id]


async def test_a_process_that_slept_after_reading_writes_nothing_beside_the_one_that_took_over(core: Core) -> None:
    first, second = await confirmed(core)
    read, sent = asyncio.Event(), asyncio.Event()
    core.till.read_gates = [read]
    asleep = asyncio.ensure_future(core.executor.execute(first.id))
    await has_read(core, 1)
    core.clock.advance(seconds=46)
    core.till.gates = [sent]
    sending = asyncio.ensure_future(core.again().executor.execute(second.id))
    await has_sent(core, 1)
    read.set()
    await asyncio.sleep(0.1)
    assert [key for key, _ in core.till.sends] == [second.id]
    sent.set()
    assert [each.state for each in await asyncio.gather(asleep, sending)] == [State.BLOCKED, State.SUCCEEDED]
    assert [key for key, _ in core.till.paid] == [second.id]


async def test_an_older_turn_of_the_same_proposal_does_not_count(core: Core) -> None:
    first, second = await confirmed(core)
    gates = [asyncio.Event(), asyncio.Event()]
    core.till.read_gates = [gates[0]]
    asleep = asyncio.ensure_future(core.executor.execute(first.id))
    await has_read(core, 1)
    core.clock.advance(seconds=46)
    assert (await core.again().executor.execute(second.id)).state is State.SUCCEEDED
    core.till.read_gates = [gates[1]]
    taking_over = asyncio.ensure_future(core.again().executor.execute(first.id))
    await has_read(core, 3)
    gates[0].set()
    await asyncio.sleep(0.05)
    gates[1].set()
    ended = await asyncio.gather(asleep, taking_over)
    assert {each.state for each in ended} == {State.BLOCKED}
    assert [key for key, _ in core.till.paid] == [second.id]


async def test_different_documents_do_not_wait_for_each_other(core: Core) -> None:
    (first,), (second,) = await confirmed(core, 1), await confirmed(core, 1, bill="bill-205")
    gate, arrived = asyncio.Event(), asyncio.Event()
    core.till.gates, core.till.before_send = [gate], arrived.set
    going = asyncio.ensure_future(core.executor.execute(first.id))
    await until(arrived)
    assert (await core.again().executor.execute(second.id)).state is State.SUCCEEDED
    gate.set()
    assert (await going).state is State.SUCCEEDED


async def test_what_stands_in_the_row_about_the_document_opens_no_second_door(core: Core) -> None:
    made = await confirmed(core)
    await run_sql(core.database, "UPDATE proposal SET subject = 'another' WHERE number = 1")
    await asyncio.gather(*(core.again().executor.execute(each.id) for each in made))
    assert len(core.till.paid) == 1


async def test_the_same_id_in_another_organisation_is_another_document(core: Core) -> None:
    first, second = await confirmed(core)

    async def take(organisation_id: str, proposal: Proposal) -> Hold | Held:
        async with core.database.work() as work:
            return await holds.take(
                work, organisation_id=organisation_id, subject="s", proposal_id=proposal.id, now="1", until="2"
            )

    assert await take("one", first) == Hold("one", "s", first.id, 1)
    assert await take("one", second) == Held(first.number, State.CONFIRMED)
    assert await take("two", second) == Hold("two", "s", second.id, 1)
    assert await take("one", first) == Hold("one", "s", first.id, 2)


async def test_of_two_who_take_a_free_document_at_once_the_second_sees_the_first(core: Core) -> None:
    before, first, second = await confirmed(core, 3)
    await core.executor.execute(before.id)
    assert (await states(core, [before])) == [State.SUCCEEDED]

    def take(work: Work, proposal: Proposal) -> Coroutine[Any, Any, Hold | Held]:
        now, until = "2026-11-22T12", "2026-11-22T13"
        return holds.take(
            work,
            organisation_id=first.organisation_id,
            subject="bill-204",
            proposal_id=proposal.id,
            now=now,
            until=until,
        )

    async def late() -> Hold | Held:
        async with core.database.work() as work:
            return await take(work, second)

    async with core.database.work() as work:
        assert isinstance(await take(work, first), Hold)
        waiting = asyncio.ensure_future(late())
        await asyncio.sleep(0.3)
        assert not waiting.done()
    assert await waiting == Held(first.number, State.CONFIRMED)


@pytest.mark.parametrize("answer", ["ok", "lost_after", "lost_before", "busy"])
@pytest.mark.parametrize("name", CHECKPOINTS)
async def test_a_crash_at_every_checkpoint_with_another_one_waiting_leaves_one_payment(
    database: Database, name: str, answer: str
) -> None:
    left = [2]

    def die(reached: str) -> None:
        if reached == name and left[0]:
            left[0] -= 1
            raise CrashNow(name)

    core = Core(database, checkpoint=die)
    core.till.answers = [answer]
    made = await confirmed(core)
    rival = core.again(checkpoint=die)
    for ended in await asyncio.gather(
        core.executor.execute(made[0].id), rival.executor.execute(made[1].id), return_exceptions=True
    ):
        assert isinstance(ended, Proposal | CrashNow), ended
    for house in (core.again(checkpoint=die), core.again(checkpoint=die)):
        for _ in range(4):
            core.clock.advance(seconds=20)
            try:
                await house.executor.sweep()
            except BaseExceptionGroup as errors:
                assert errors.subgroup(CrashNow)
    await sweep_until_ended(core.again(), made)
    assert sorted(await states(core, made)) == [State.BLOCKED, State.SUCCEEDED]
    assert len(core.till.paid) == 1 and core.till.due == 88000
    assert (await core.audit.verify()).ok


async def test_the_proposer_is_told_nothing_twice_while_it_waits(core: Core) -> None:
    first, second = await confirmed(core)
    core.till.answers, core.till.mute = ["lost_after"], True
    await core.executor.execute(first.id)
    await core.executor.execute(second.id)
    assert (await core.tags(second.id)).count("execution:postponed") == 1
    assert second.proposer_id == PAUL.id
