"""Fresh sign-ins with a second factor, as a confirmation needs them: for exactly this proposal, person and session."""

from __future__ import annotations

from datetime import timedelta

from assistant.clock import Clock
from assistant.confirmation import Seat
from assistant.decisions import StepUp
from assistant.proposal import Proposal
from assistant.stores import step_ups
from assistant.stores.database import Database, Work
from assistant.stores.moments import to_text


class StrictSignIns:
    """Finds the sign-in that was made for a card a short time ago (assistant.login.step_up stores it)."""

    def __init__(self, database: Database, clock: Clock, *, minutes: float) -> None:
        self._database, self._clock, self._valid = database, clock, timedelta(minutes=minutes)

    async def made_for(self, work: Work, proposal: Proposal, seat: Seat) -> StepUp | None:
        """The newest one that still counts, read inside the unit of work that decides."""
        found = await step_ups.fresh(
            work,
            proposal_id=proposal.id,
            digest=proposal.digest,
            person_id=seat.person_id,
            session_id=seat.session_id,
            since=to_text(self._clock() - self._valid),
        )
        return StepUp(found.id, found.acr, found.auth_time) if found else None

    async def is_made_for(self, proposal: Proposal, seat: Seat) -> bool:
        """Whether the card may say that it can be confirmed now."""
        async with self._database.reading() as work:
            return await self.made_for(work, proposal, seat) is not None
