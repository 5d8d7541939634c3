"""Xero's call limits: people go before copying, a refusal is respected, and nobody sleeps for hours."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tools.errors import ProviderBusy
from tools.xero.pace import AT_ONCE, PER_MINUTE, CallPace, Urgency

pytestmark = pytest.mark.anyio


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def call(pace: CallPace, urgency: Urgency, times: int = 1) -> int:
    """How many of so many calls were let through."""
    done = 0
    for _ in range(times):
        try:
            async with pace.turn(urgency):
                done += 1
        except ProviderBusy:
            pass
    return done


async def test_copying_leaves_room_for_questions_and_they_for_writes() -> None:
    pace = CallPace(Clock(), patience=timedelta(0))
    copied = await call(pace, "bulk", 100)
    asked = await call(pace, "read", 100)
    written = await call(pace, "write", 100)
    assert copied < copied + asked < PER_MINUTE
    assert copied + asked + written == PER_MINUTE


async def test_a_minute_later_calls_go_through_again() -> None:
    clock = Clock()
    pace = CallPace(clock)
    assert await call(pace, "write", 61) == 60
    with pytest.raises(ProviderBusy) as busy:
        async with pace.turn("write"):
            pass
    assert busy.value.until == clock.now + timedelta(minutes=1)
    clock.now += timedelta(seconds=61)
    assert await call(pace, "write") == 1


async def test_after_a_429_nobody_calls_before_the_time_that_xero_named() -> None:
    clock = Clock()
    pace = CallPace(clock)
    pace.refused(until=clock.now + timedelta(hours=10), limit="day")
    pace.refused(until=clock.now + timedelta(seconds=5), limit="minute")
    async with asyncio.timeout(1):
        for urgency in ("bulk", "read", "write"):
            with pytest.raises(ProviderBusy) as busy:
                async with pace.turn(urgency):
                    pass
            assert (busy.value.limit, busy.value.until) == ("day", clock.now + timedelta(hours=10))
    clock.now += timedelta(hours=10)
    assert await call(pace, "read") == 1


async def test_no_more_than_five_at_a_time() -> None:
    pace = CallPace(Clock())
    running = most = 0

    async def one() -> None:
        nonlocal running, most
        async with pace.turn("read"):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.005)
            running -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    assert most == AT_ONCE


async def test_copying_waits_its_short_turn_in_real_time() -> None:
    pace = CallPace(lambda: datetime.now(UTC), patience=timedelta(seconds=2))
    pace.refused(until=datetime.now(UTC) + timedelta(seconds=0.2), limit="minute")
    assert await call(pace, "read") == 0
    assert await call(pace, "bulk") == 1


async def test_a_smaller_allowance_still_lets_copying_go_on() -> None:
    clock = Clock()
    pace = CallPace(clock, per_minute=10, patience=timedelta(0))
    assert await call(pace, "bulk", 5) == 1
    assert await call(pace, "write", 20) == 9
