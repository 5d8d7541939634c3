"""Who waits for a place, how long, and what they are told; counted in this process, or in the database for several."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.call_gate import CallGate
from assistant.stores.database import Database
from tests.support.database import make_tables
from tools.errors import ProviderBusy
from tools.xero.allowance import AT_ONCE, Urgency, Wait
from tools.xero.pace import LEASE, WaitingPace, pace_here, waits_told

pytestmark = pytest.mark.anyio

AT_ONCE_ONLY: Mapping[Urgency, timedelta] = dict.fromkeys(("write", "read", "bulk"), timedelta(0))


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def real() -> datetime:
    return datetime.now(UTC)


async def call(pace: WaitingPace, urgency: Urgency, times: int = 1) -> int:
    """How many of so many calls were let through."""
    done = 0
    for _ in range(times):
        try:
            async with pace.turn(urgency):
                done += 1
        except ProviderBusy:
            pass
    return done


async def test_who_cannot_wait_is_told_until_when() -> None:
    clock = Clock()
    pace = pace_here(clock, patience=AT_ONCE_ONLY)
    assert await call(pace, "write", 61) == 60
    with pytest.raises(ProviderBusy) as busy:
        async with pace.turn("write"):
            pass
    assert (busy.value.limit, busy.value.until) == ("minute", clock.now + timedelta(minutes=1))


async def test_nobody_sleeps_for_hours() -> None:
    clock = Clock()
    pace = pace_here(clock)
    await pace.refused(until=clock.now + timedelta(hours=10), limit="day")
    async with asyncio.timeout(1):
        for urgency in ("bulk", "read", "write"):
            with pytest.raises(ProviderBusy) as busy:
                async with pace.turn(urgency):
                    pass
            assert (busy.value.limit, busy.value.until) == ("day", clock.now + timedelta(hours=10))


async def test_a_person_waits_and_is_told_once_why_and_until_when() -> None:
    pace, told = pace_here(real, per_minute=6), []
    until = real() + timedelta(seconds=0.3)

    async def tell(wait: Wait) -> None:
        told.append(wait)

    waits_told.set(tell)
    await pace.refused(until=until, limit="minute")
    assert await call(pace, "read") == 1 and real() >= until
    assert told == [Wait(until, "minute")]


async def test_no_more_than_five_at_a_time() -> None:
    pace, running, most = pace_here(Clock()), 0, 0

    async def one() -> None:
        nonlocal running, most
        async with pace.turn("write"):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.005)
            running -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    assert most == AT_ONCE


async def test_a_call_that_is_cancelled_gives_its_place_back() -> None:
    pace = pace_here(Clock())

    async def one() -> None:
        async with pace.turn("write"):
            await asyncio.sleep(60)

    calls = [asyncio.ensure_future(one()) for _ in range(AT_ONCE)]
    await asyncio.sleep(0.01)
    for each in calls:
        each.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    async with asyncio.timeout(1):
        assert await call(pace, "write") == 1


# in the database


async def test_two_processes_share_one_allowance(database: Database) -> None:
    clock = Clock()
    paces = [
        WaitingPace(CallGate(database, "tenant", clock, per_minute=10), clock, name=name, patience=AT_ONCE_ONLY)
        for name in ("one", "two")
    ]
    other = WaitingPace(CallGate(database, "other", clock), clock, name="one", patience=AT_ONCE_ONLY)
    through = [await call(pace, "write", 8) for pace in paces]
    assert through == [8, 2]
    assert await call(other, "write", 8) == 8
    clock.now += timedelta(minutes=1)
    assert await call(paces[1], "write") == 1


async def test_a_place_that_came_back_is_soon_free_for_other_processes(database: Database) -> None:
    clock = Clock()
    one, two = (WaitingPace(CallGate(database, "tenant", clock), clock, name=name) for name in ("one", "two"))
    async with AsyncExitStack() as calling:
        for _ in range(AT_ONCE):
            await calling.enter_async_context(one.turn("write"))
        waiting = asyncio.ensure_future(call(two, "write"))
        await asyncio.sleep(0.2)
        assert not waiting.done()
    async with asyncio.timeout(2):
        assert await waiting == 1


async def test_the_places_of_a_process_that_died_come_back_by_themselves(database: Database) -> None:
    dead, heir = CallGate(database, "tenant", real), CallGate(database, "tenant", real)
    for number in range(AT_ONCE):  # it took them and never gave a sign of life again
        assert await dead.take(f"dead-{number}", "write", real() + LEASE) is None
    began = real()
    async with asyncio.timeout(LEASE.total_seconds() + 5):
        assert await call(WaitingPace(heir, real, name="heir"), "read") == 1
    assert real() - began > LEASE - timedelta(seconds=2)


async def test_a_long_call_keeps_its_place(database: Database) -> None:
    lease = timedelta(seconds=0.4)
    long, other = (
        WaitingPace(CallGate(database, "tenant", real), real, name=name, lease=lease, sign_of_life=0.1)
        for name in ("long", "other")
    )
    async with AsyncExitStack() as calling:
        for _ in range(AT_ONCE):
            await calling.enter_async_context(long.turn("write"))
        waiting = asyncio.ensure_future(call(other, "write"))
        await asyncio.sleep(lease.total_seconds() * 4)
        assert not waiting.done(), "a sixth call while five are under way"
    async with asyncio.timeout(5):
        assert await waiting == 1


async def test_what_xero_says_of_the_day_counts_for_every_process(database: Database) -> None:
    clock = Clock()
    one, two = (WaitingPace(CallGate(database, "tenant", clock), clock, name=name) for name in ("one", "two"))
    async with one.turn("read") as turn:
        turn.left_today = 100
    await asyncio.sleep(0.2)
    with pytest.raises(ProviderBusy, match="limit per day"):
        async with two.turn("read"):
            pass
    assert await call(two, "write") == 1


async def test_the_apps_own_limit_closes_every_organisation(database: Database) -> None:
    clock = Clock()
    one, two = (WaitingPace(CallGate(database, name, clock), clock, name="p") for name in ("one", "two"))
    await one.refused(until=clock.now + timedelta(minutes=10), limit="appminute")
    assert await call(two, "write") == 0
    await two.refused(until=clock.now + timedelta(minutes=1), limit="minute")
    clock.now += timedelta(minutes=10)
    assert await call(one, "write") + await call(two, "write") == 2


_CALLER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from assistant.call_gate import CallGate
from assistant.stores.database import Database
from tools.errors import ProviderBusy
from tools.xero.pace import LEASE, WaitingPace

def now():
    return datetime.now(UTC)

async def main(url, name):
    database = Database(url)
    patience = dict.fromkeys(("write", "read", "bulk"), timedelta(0))
    pace = WaitingPace(CallGate(database, "tenant", now, per_minute=40), now, name=name, patience=patience)
    async def one():
        try:
            async with pace.turn("write"):
                print("began", now().timestamp(), flush=True)
                await asyncio.sleep(0.02)
                print("ended", now().timestamp(), flush=True)
        except ProviderBusy:
            pass
    await asyncio.gather(*(one() for _ in range(15)))
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_eight_real_processes_keep_to_forty_a_minute_and_five_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gate.db'}"
    await make_tables(url)

    async def caller(name: str) -> list[list[str]]:
        pipe = asyncio.subprocess.PIPE
        running = await asyncio.create_subprocess_exec(sys.executable, "-c", _CALLER, url, name, stdout=pipe)
        said, _ = await running.communicate()
        assert running.returncode == 0
        return [line.split() for line in said.decode().splitlines()]

    said = [line for lines in await asyncio.gather(*(caller(f"p{number}") for number in range(8))) for line in lines]
    assert len([what for what, _ in said if what == "began"]) == 40
    running = most = 0
    for what, _ in sorted(said, key=lambda one: (float(one[1]), one[0] == "began")):
        running += 1 if what == "began" else -1
        most = max(most, running)
    assert 1 < most <= AT_ONCE
