"""Writes conversations down: in order, many changes in one commit, and never silently not at all.

Chainlit hands every message over as a task that nobody waits for (its issue 2750 and others tell of lost history).
Here a change takes its place in the order at the moment it is handed over; one writer commits all that is waiting
at once; and whoever shows a message to a person waits until it is kept.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from assistant.clock import Clock
from assistant.stores.conversation_changes import Change, Entry, NotYours, SaveStep, apply
from assistant.stores.database import Database
from assistant.stores.moments import to_text

log = structlog.get_logger()

_GATHER = 0.05
"""Seconds that a change may wait for company when nobody is waiting for it."""
_RETRY_AFTER = 0.2
_SAME_TIME = 60.0
"""Seconds within which two messages count as the same visit to a conversation."""
_REMEMBERED = 10_000


class NotStored(Exception):
    """Something of this conversation could not be written down."""

    words = (
        "Part of this conversation could not be stored, so it may be missing after a reload. "
        "Payments are not affected: cards and receipts are kept separately. "
        "If it happens again, tell whoever looks after this assistant."
    )


class Journal:
    """The one writer of conversations in this process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._waiting: list[Entry] = []
        self._under_way: list[Entry] = []
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._failed: dict[str, Exception] = {}
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._active: OrderedDict[str, float] = OrderedDict()
        self._wake = asyncio.Event()
        self._hurry = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._position = time.time_ns() // 1000

    def put(self, conversation_id: str, change: Change, *, owner_id: str | None = None, minor: bool = False) -> None:
        """Take the change into the order; it is written within a moment, at once when somebody waits for it.

        Nobody waits for what is `minor`: losing it would change nothing that a person sees.
        """
        if conversation_id in self._gone:
            return
        self._position = max(self._position + 1, time.time_ns() // 1000)
        at = to_text(self._clock())
        begins = self._begins_turn(conversation_id, change)
        self._waiting.append(Entry(conversation_id, owner_id, at, self._position, change, begins, minor))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="conversation journal")
        self._wake.set()

    async def kept(self, conversation_id: str) -> None:
        """Wait until all that was put in for this conversation is written. Raises NotStored, once, when it is not."""
        mine = (e.position for e in self._pending() if e.conversation_id == conversation_id and not e.minor)
        last = max(mine, default=None)
        if last is not None:
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((last, done))
            self._hurry.set()
            await done
        if problem := self._failed.pop(conversation_id, None):
            raise NotStored(NotStored.words) from problem

    def forget(self, conversation_id: str) -> None:
        """The conversation was deleted: what a turn still under way wants to add to it is dropped."""
        self._gone[conversation_id] = None
        self._waiting = [e for e in self._waiting if e.conversation_id != conversation_id]
        for pair in [pair for pair in self._known if pair[0] == conversation_id]:
            del self._known[pair]
        _limit(self._gone)

    async def close(self) -> None:
        """Write what is waiting, then stop."""
        while self._pending() and self._writer and not self._writer.done():
            self._hurry.set()
            await asyncio.sleep(0.005)
        if self._writer:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)

    def _begins_turn(self, conversation_id: str, change: Change) -> bool:
        """Whether this is what the person said after a while; within a minute the list's order stays as it is."""
        if not isinstance(change, SaveStep) or change.step.get("type") != "user_message":
            return False
        moment = time.monotonic()
        if moment - self._active.get(conversation_id, -_SAME_TIME) < _SAME_TIME:
            return False
        self._active[conversation_id] = moment
        _limit(self._active)
        return True

    def _pending(self) -> list[Entry]:
        return [*self._under_way, *self._waiting]

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            if not self._hurry.is_set():
                try:
                    async with asyncio.timeout(_GATHER):
                        await self._hurry.wait()
                except TimeoutError:
                    pass
            self._wake.clear()
            self._hurry.clear()
            self._under_way, self._waiting = self._waiting, []
            try:
                await self._commit(self._under_way)
            except BaseException as problem:
                for entry in self._under_way:
                    self._failed[entry.conversation_id] = NotStored(repr(problem))
                raise
            finally:
                written = self._under_way[-1].position if self._under_way else 0
                self._under_way = []
                self._release(written)

    async def _commit(self, entries: Sequence[Entry]) -> None:
        """All together; if that fails, each conversation by itself, so that one does not spoil the others."""
        if await self._try(entries) is None:
            return
        by_conversation: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            by_conversation[entry.conversation_id].append(entry)
        await asyncio.sleep(_RETRY_AFTER)
        for conversation_id, own in by_conversation.items():
            if (problem := await self._try(own)) is not None:
                log.error("conversation not stored", conversation=conversation_id, problem=repr(problem)[:500])
                self._failed[conversation_id] = problem

    async def _try(self, entries: Sequence[Entry]) -> Exception | None:
        try:
            async with self._database.work() as work:
                await apply(work, entries, known=set(self._known))
        except (SQLAlchemyError, OSError, NotYours, KeyError, TypeError, ValueError) as problem:
            return problem
        for entry in entries:
            self._known[(entry.conversation_id, entry.owner_id or "")] = None
        _limit(self._known)
        return None

    def _release(self, written: int) -> None:
        for position, done in self._waiters:
            if position <= written and not done.done():
                done.set_result(None)
        self._waiters = [(p, d) for p, d in self._waiters if p > written and not d.done()]


def _limit(remembered: OrderedDict[Any, Any]) -> None:
    while len(remembered) > _REMEMBERED:
        remembered.popitem(last=False)
