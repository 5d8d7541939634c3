"""The stop switch: an admin stops everything that is written for an organisation, at once, and allows it again."""

from __future__ import annotations

from assistant.audit import AuditTag, AuditTrail
from assistant.clock import Clock, utc_now
from assistant.policy.verdict import Stopped
from assistant.principal import Principal, Role
from assistant.proposal_words import needs_role
from assistant.refusals import Refusal, RefusalReason
from assistant.stores import stops
from assistant.stores.database import Database, Work
from assistant.stores.moments import from_text, to_text
from assistant.stores.stops import WriteStopRow
from tools.base import Organisation

LONGEST_WHY = 200
"""Characters of the reason."""
HOUSE = "house"
"""Who acts where the command line was used: whoever may start processes on the machine."""


class StopSwitch:
    """Sets and reads the switch. Stopping counts from the moment it is stored: no attempt begins after it."""

    def __init__(self, database: Database, audit: AuditTrail, *, clock: Clock = utc_now) -> None:
        self._database, self._audit, self._clock = database, audit, clock

    async def stop(
        self, organisation: Organisation, principal: Principal | None, why: str, session_id: str = ""
    ) -> None:
        """Stop every write. Only an admin may; None is the command line. Raises Refusal."""
        await self._set(organisation, principal, stopped=True, why=why, session_id=session_id)

    async def allow(
        self, organisation: Organisation, principal: Principal | None, why: str = "", session_id: str = ""
    ) -> None:
        """Allow writes again. Cards that waited can be confirmed again until they expire. Raises Refusal."""
        await self._set(organisation, principal, stopped=False, why=why, session_id=session_id)

    async def state(self, organisation_id: str) -> Stopped | None:
        """Who stopped it, when and why; None while writing is allowed."""
        async with self._database.reading() as work:
            return stopped_of(await stops.get(work, organisation_id))

    async def _set(
        self, organisation: Organisation, principal: Principal | None, *, stopped: bool, why: str, session_id: str
    ) -> None:
        why = " ".join(why.split())[:LONGEST_WHY]
        refusal = None
        if principal is not None and not principal.may(Role.ADMIN, organisation.id):
            refusal = Refusal(RefusalReason.NOT_ALLOWED, detail=needs_role(Role.ADMIN, organisation.name))
        async with self._database.work() as work:
            if refusal is None:
                row = await stops.taken(work, organisation.id)
                row.stopped, row.why = stopped, why
                row.by_id, row.by_name = (principal.id, principal.name) if principal else (HOUSE, "The command line")
                # Read only now that the switch is ours: every attempt of before has begun before this moment.
                row.at = to_text(self._clock())
                work.add(row)
                await work.flush()
            tag = AuditTag.WRITES_STOPPED if stopped else AuditTag.WRITES_ALLOWED
            await self._audit.record(
                work,
                tag=tag if refusal is None else AuditTag.WRITES_SWITCH_REFUSED,
                organisation_id=organisation.id,
                subject=organisation.id,
                facts={"why": why, "wanted": "stopped" if stopped else "allowed"},
                principal=principal,
                session_id=session_id,
            )
        if refusal is not None:
            raise refusal


def stopped_of(row: WriteStopRow | None) -> Stopped | None:
    """What the rules need of the switch."""
    return Stopped(row.by_name, from_text(row.at), row.why) if row is not None and row.stopped else None


async def held(work: Work, organisation_id: str) -> Stopped | None:
    """The switch, which nobody moves until this unit of work ends."""
    return stopped_of(await stops.held(work, organisation_id))
