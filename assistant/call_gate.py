"""Counts the calls at one organisation in the database, so that every process of the house keeps to one allowance."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from assistant.clock import Clock
from assistant.stores import call_gate as store
from assistant.stores.database import Database
from tools.xero.allowance import PER_DAY, PER_MINUTE, Allowance, Urgency, Wait

log = structlog.get_logger()

APP_LIMIT = "appminute"
_APP = ""
_SOON = 0.05
"""Seconds until places that came back are written down for other processes, unless a call of ours does it first."""


class CallGate:
    """The allowance of one organisation; a refusal of the app's own limit closes it for all organisations."""

    def __init__(
        self,
        database: Database,
        tenant_id: str,
        clock: Clock,
        *,
        per_minute: int = PER_MINUTE,
        per_day: int = PER_DAY,
    ) -> None:
        self._database, self._tenant, self._clock = database, tenant_id, clock
        self._per_minute, self._per_day = per_minute, per_day
        self._ended: dict[str, int | None] = {}
        """Calls of ours that ended and are not written down yet, with what Xero said is left of the day."""
        self._writing: asyncio.Task[None] | None = None

    async def take(self, caller: str, urgency: Urgency, until: datetime) -> Wait | None:
        """Take a place, held until then at most; the wait when there is none."""
        async with self._database.work() as work:
            app = await store.read(work, _APP)
            held = await store.held(work, self._tenant)
            now = self._clock()  # read once the row is ours: the calls are in order
            ended = dict(self._ended)
            present = _without(held, ended, now)
            found: Allowance | Wait = present.take(
                caller, urgency, now, until, per_minute=self._per_minute, per_day=self._per_day
            )
            if app.closed_until is not None and now < app.closed_until:
                found = Wait(app.closed_until, app.closed_by)
            if ended or isinstance(found, Allowance):
                await store.keep(work, self._tenant, present if isinstance(found, Wait) else found)
        self._written(ended)
        return found if isinstance(found, Wait) else None

    async def keep(self, caller: str, until: datetime) -> None:
        """The call goes on. A sign of life that cannot be written is left out: the next one comes soon."""
        try:
            async with self._database.work() as work:
                held = await store.held(work, self._tenant)
                if caller not in self._ended:
                    await store.keep(work, self._tenant, held.keep(caller, until))
        except SQLAlchemyError as problem:
            log.warning("no sign of life at the gate to Xero", problem=type(problem).__name__)

    async def give(self, caller: str, left_today: int | None) -> None:
        """It has ended. Written down with our next call, or very soon: nobody who asked has to wait for that."""
        self._ended[caller] = left_today
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_soon())

    async def close(self, until: datetime, limit: str) -> None:
        """After a 429."""
        tenant = _APP if limit == APP_LIMIT else self._tenant
        async with self._database.work() as work:
            await store.keep(work, tenant, (await store.held(work, tenant)).close(until, limit))

    async def _write_soon(self) -> None:
        await asyncio.sleep(_SOON)
        self._writing = None
        if not (ended := dict(self._ended)):
            return
        try:
            async with self._database.work() as work:
                held = await store.held(work, self._tenant)
                await store.keep(work, self._tenant, _without(held, ended, self._clock()))
            self._written(ended)
        except SQLAlchemyError as problem:
            # Nothing is lost by it: the places come back by themselves when their time is over.
            log.warning("places at Xero were not given back", problem=type(problem).__name__)

    def _written(self, ended: dict[str, int | None]) -> None:
        for caller in ended:
            self._ended.pop(caller, None)


def _without(allowance: Allowance, ended: dict[str, int | None], now: datetime) -> Allowance:
    for caller, left_today in ended.items():
        allowance = allowance.give(caller, now, left_today)
    return allowance
