"""Tells every open chat what became of a proposal, after it is stored: in this process only, nothing is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.proposals import Proposal

Listener = Callable[["Proposal"], Awaitable[None]]

_log = logging.getLogger(__name__)


class Feed:
    """Publish and subscribe. A listener that is slow or fails holds up nobody: the state is in the tables."""

    def __init__(self) -> None:
        self._listeners: dict[int, Listener] = {}
        self._next = 0
        self._telling: set[asyncio.Task[None]] = set()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Be told of every change from now on; call what is returned to stop."""
        self._next += 1
        place = self._next
        self._listeners[place] = listener

        def unsubscribe() -> None:
            self._listeners.pop(place, None)

        return unsubscribe

    def publish(self, proposal: Proposal) -> None:
        """Tell everybody; returns at once. Called after the change is committed."""
        for listener in list(self._listeners.values()):
            task = asyncio.ensure_future(_tell(listener, proposal))
            self._telling.add(task)
            task.add_done_callback(self._told)

    async def drain(self) -> None:
        """Wait until everybody has been told (at the end of the process, and in tests)."""
        while self._telling:
            await asyncio.wait(list(self._telling))

    def _told(self, task: asyncio.Task[None]) -> None:
        self._telling.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("a listener of the feed failed", exc_info=error)


async def _tell(listener: Listener, proposal: Proposal) -> None:
    await listener(proposal)
