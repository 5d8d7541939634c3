"""Counts the calls at one organisation in the database, so that every process of the house keeps to one allowance."""

from __future__ import annotations

from datetime import datetime

from assistant.clock import Clock
from assistant.stores import call_gate as store
from assistant.stores.database import Database
from tools.xero.allowance import PER_DAY, PER_MINUTE, Urgency, Wait

APP_LIMIT = "appminute"
_APP = ""


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

    async def take(self, caller: str, urgency: Urgency, until: datetime) -> Wait | None:
        """Take a place, held until then at most; the wait when there is none."""
        async with self._database.work() as work:
            app = store.allowance_of(await store.get(work, _APP))
            row = await store.held(work, self._tenant)
            now = self._clock()  # read once the row is ours: the calls are in order
            if app.closed_until is not None and now < app.closed_until:
                return Wait(app.closed_until, app.closed_by)
            found = store.allowance_of(row).take(
                caller, urgency, now, until, per_minute=self._per_minute, per_day=self._per_day
            )
            if isinstance(found, Wait):
                return found
            store.keep(row, found)
        return None

    async def give(self, caller: str, left_today: int | None) -> None:
        """Give it back, with what Xero said is left of the day."""
        async with self._database.work() as work:
            row = await store.held(work, self._tenant)
            store.keep(row, store.allowance_of(row).give(caller, self._clock(), left_today))

    async def close(self, until: datetime, limit: str) -> None:
        """After a 429."""
        async with self._database.work() as work:
            row = await store.held(work, _APP if limit == APP_LIMIT else self._tenant)
            store.keep(row, store.allowance_of(row).close(until, limit))
