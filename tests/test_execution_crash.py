"""Execution and death: the process may die at every checkpoint, twice in a row, and one payment remains."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from assistant.execution import CHECKPOINTS
from assistant.proposals import Proposal, State
from assistant.stores.database import Database
from tests.support.paying import Core, CrashNow

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


def crash_at(name: str, times: int = 1) -> Callable[[str], None]:
    """A checkpoint that dies there that many times."""
    left = [times]

    def check(reached: str) -> None:
        if reached == name and left[0]:
            left[0] -= 1
            raise CrashNow(name)

    return check


@pytest.mark.parametrize("answer", ["ok", "lost_after", "lost_before", "busy"])
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
    await sweep_until_quiet(core)
    core.till.due = 98000
    core.till.answers = ["lost_before"]
    second = await core.confirmed()
    await core.executor.execute(second.id)
    await sweep_until_quiet(core)
    core.till.due, core.till.answers = 98000, ["busy"]
    await core.executor.execute((await core.confirmed()).id)
    assert set(reached) == set(CHECKPOINTS)


async def test_one_that_raises_does_not_keep_the_others_from_their_turn(core: Core) -> None:
    core.till.answers = ["cut", "lost_before"]
    first, second = await core.confirmed(), await core.confirmed()
    with pytest.raises(BaseExceptionGroup):
        await core.executor.sweep()
    await sweep_until_quiet(core)
    states = {(await now(core, each)).state for each in (first, second)}
    assert State.SUCCEEDED in states and len(core.till.paid) <= 2
