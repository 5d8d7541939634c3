"""Keeps calls within what Xero allows, so that people are not refused because of the copying: who waits, and how long.

`assistant.call_gate` keeps the count in the database, for every process of the house; `pace_here` keeps it here, for
one process alone.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tools.errors import ProviderBusy
from tools.xero.allowance import AT_ONCE, PER_DAY, PER_MINUTE, Allowance, Urgency, Wait

Told = Callable[[Wait], Awaitable[None]]
waits_told: ContextVar[Told | None] = ContextVar("waits_told", default=None)
"""Who is told while a call waits: set by whoever asks for a person."""

PATIENCE: Mapping[Urgency, timedelta] = {
    "write": timedelta(seconds=5),
    "read": timedelta(minutes=4),
    "bulk": timedelta(seconds=5),
}
"""How long a call waits for its turn before it gives up for now. A person who waits is told; a write is tried again by
the executor, and copying goes on with the next question."""
LEASE = timedelta(seconds=9)
"""So long a place stays taken without a sign of life: whoever held it died, and those who wait shall not see that."""
_SIGN_OF_LIFE = 3.0
"""Seconds between two signs of life of a call that takes long; most calls end before the first."""
_PLACE = timedelta(seconds=30)
"""How long anybody waits for a place alone: calls end, so one comes free soon."""
_SHORTEST, _LONGEST = 0.02, 5.0
"""Seconds between two looks: places come back sooner than they said, and the limit may be lifted."""


@dataclass
class Turn:
    """One call that is under way."""

    left_today: int | None = None
    """What Xero said with its answer is left of the day; set by the caller."""


class Pace(Protocol):
    """Who may call next."""

    def turn(self, urgency: Urgency) -> AbstractAsyncContextManager[Turn]:
        """Waits for a place and holds it during the call. Raises ProviderBusy when that would take too long."""
        ...

    async def refused(self, *, until: datetime, limit: str) -> None:
        """Xero said 429: nobody calls before `until` (aware)."""
        ...


class Counts(Protocol):
    """Where the allowance of one organisation is kept."""

    async def take(self, caller: str, urgency: Urgency, until: datetime) -> Wait | None:
        """Take a place, held until then at most; the wait when there is none."""
        ...

    async def keep(self, caller: str, until: datetime) -> None:
        """The call goes on: the place stays theirs until then. Nothing happens when they have none."""
        ...

    async def give(self, caller: str, left_today: int | None) -> None:
        """Give it back."""
        ...

    async def close(self, until: datetime, limit: str) -> None:
        """After a 429."""
        ...


class WaitingPace:
    """Waits for turns at one organisation, wherever they are counted."""

    def __init__(
        self,
        counts: Counts,
        clock: Callable[[], datetime],
        *,
        name: str,
        patience: Mapping[Urgency, timedelta] = PATIENCE,
        lease: timedelta = LEASE,
        sign_of_life: float = _SIGN_OF_LIFE,
    ) -> None:
        self._counts, self._clock, self._patience = counts, clock, patience
        self._lease, self._sign_of_life = lease, sign_of_life
        self._callers = (f"{name}-{number}" for number in itertools.count(1))
        self._places = asyncio.Semaphore(AT_ONCE)
        """Of this process: it spares the counting place many questions with the same answer."""

    @asynccontextmanager
    async def turn(self, urgency: Urgency) -> AsyncIterator[Turn]:
        """Waits for a place and holds it during the call. Raises ProviderBusy when that would take too long."""
        caller, began, told = next(self._callers), self._clock(), False
        while True:
            async with self._places:
                wait = await self._counts.take(caller, urgency, self._clock() + self._lease)
                if wait is None:
                    turn = Turn()
                    alive = asyncio.create_task(self._stay(caller))
                    try:
                        yield turn
                    finally:
                        alive.cancel()
                        # Also when the caller was cancelled: the place is free again.
                        await asyncio.shield(self._counts.give(caller, turn.left_today))
                    return
            now = self._clock()
            late = now > began + _PLACE if wait.limit == "concurrent" else wait.until > began + self._patience[urgency]
            if late:
                raise ProviderBusy("Xero", until=wait.until, limit=wait.limit)
            if not told and wait.limit != "concurrent" and (tell := waits_told.get()) is not None:
                told = True
                await tell(wait)
            await asyncio.sleep(min(_LONGEST, max(_SHORTEST, self._seconds(wait, now))))

    async def _stay(self, caller: str) -> None:
        while True:
            await asyncio.sleep(self._sign_of_life)
            await self._counts.keep(caller, self._clock() + self._lease)

    def _seconds(self, wait: Wait, now: datetime) -> float:
        return 0.0 if wait.limit == "concurrent" else (wait.until - now).total_seconds()

    async def refused(self, *, until: datetime, limit: str) -> None:
        """Xero said 429: nobody calls before `until` (aware)."""
        await self._counts.close(until, limit)


class CountsHere:
    """Counts in the memory of one process."""

    def __init__(self, clock: Callable[[], datetime], *, per_minute: int, per_day: int) -> None:
        self._clock, self._per_minute, self._per_day = clock, per_minute, per_day
        self._allowance = Allowance()

    async def take(self, caller: str, urgency: Urgency, until: datetime) -> Wait | None:
        """Take a place, held until then at most; the wait when there is none."""
        found = self._allowance.take(
            caller, urgency, self._clock(), until, per_minute=self._per_minute, per_day=self._per_day
        )
        if isinstance(found, Wait):
            return found
        self._allowance = found
        return None

    async def keep(self, caller: str, until: datetime) -> None:
        """The call goes on."""
        self._allowance = self._allowance.keep(caller, until)

    async def give(self, caller: str, left_today: int | None) -> None:
        """Give it back."""
        self._allowance = self._allowance.give(caller, self._clock(), left_today)

    async def close(self, until: datetime, limit: str) -> None:
        """After a 429."""
        self._allowance = self._allowance.close(until, limit)


def pace_here(
    clock: Callable[[], datetime],
    *,
    per_minute: int = PER_MINUTE,
    per_day: int = PER_DAY,
    patience: Mapping[Urgency, timedelta] = PATIENCE,
) -> WaitingPace:
    """The pace of one organisation within this process."""
    return WaitingPace(CountsHere(clock, per_minute=per_minute, per_day=per_day), clock, name="here", patience=patience)
