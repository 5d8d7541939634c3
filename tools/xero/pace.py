"""Keeps one organisation's calls within Xero's limits, so that people are not refused because of the copying.

Xero allows 5 calls at a time and 60 a minute for each organisation and app (developer.xero.com, "API rate limits").
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Literal, Protocol

from tools.errors import ProviderBusy

Urgency = Literal["write", "read", "bulk"]
"""A confirmed write goes before a person's question, and that before the copying of the ledger."""

AT_ONCE = 5
PER_MINUTE = 60
_MINUTE = timedelta(minutes=1)
_RESERVED: dict[Urgency, int] = {"write": 0, "read": 5, "bulk": 20}
"""How many of the minute's calls are left to the more urgent."""


class Pace(Protocol):
    """Who may call next."""

    def turn(self, urgency: Urgency) -> AbstractAsyncContextManager[None]:
        """Waits for a place and holds it during the call. Raises ProviderBusy when the limit is used up."""
        ...

    def refused(self, *, until: datetime, limit: str) -> None:
        """Xero said 429: nobody calls before `until` (aware)."""
        ...


class CallPace:
    """The pace of one organisation within this process; reader and writer share one."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        per_minute: int = PER_MINUTE,
        patience: timedelta = timedelta(seconds=5),
    ) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._patience = patience
        """How long copying waits for its turn before it gives up for now; people are told at once."""
        self._places = asyncio.Semaphore(AT_ONCE)
        self._calls: deque[datetime] = deque()
        self._closed_until: datetime | None = None
        self._limit = "minute"

    @asynccontextmanager
    async def turn(self, urgency: Urgency) -> AsyncIterator[None]:
        """Waits for a place and holds it during the call. Raises ProviderBusy when the limit is used up."""
        while True:
            await self._until_free(urgency)  # before taking a place, which others could use meanwhile
            async with self._places:
                if self._free_at(urgency) is None:
                    self._calls.append(self._clock())
                    yield
                    return

    async def _until_free(self, urgency: Urgency) -> None:
        deadline = self._clock() + (self._patience if urgency == "bulk" else timedelta(0))
        while (free_at := self._free_at(urgency)) is not None:
            if free_at > deadline:
                raise ProviderBusy("Xero", until=free_at, limit=self._limit)
            await asyncio.sleep(max(0.05, (free_at - self._clock()).total_seconds()))

    def _free_at(self, urgency: Urgency) -> datetime | None:
        """When the next call of that urgency may be made; None for now."""
        now = self._clock()
        if self._closed_until is not None:
            if now < self._closed_until:
                return self._closed_until
            self._closed_until, self._limit = None, "minute"
        while self._calls and self._calls[0] <= now - _MINUTE:
            self._calls.popleft()
        allowed = max(1, self._per_minute - _RESERVED[urgency])
        if len(self._calls) < allowed:
            return None
        return self._calls[len(self._calls) - allowed] + _MINUTE

    def refused(self, *, until: datetime, limit: str) -> None:
        """Xero said 429: nobody calls before `until` (aware)."""
        if self._closed_until is None or until > self._closed_until:
            self._closed_until, self._limit = until, limit
