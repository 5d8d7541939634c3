"""Decisions: a signed-in person confirms or cancels exactly what the card showed, once.

The door is one UPDATE that names the state, the digest and the time; whoever does not get through is told why, and
every refusal is in the audit trail.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from assistant.audit import AuditTag, AuditTrail
from assistant.clock import Clock, utc_now
from assistant.feed import Feed
from assistant.principal import Principal, Role
from assistant.proposal import Altered, Proposal, from_row, words_to_text
from assistant.proposal_words import cancelled_by, needs_role, state_words
from assistant.proposals import block_altered, expire
from assistant.refusals import Refusal, RefusalReason
from assistant.stores import proposals as store
from assistant.stores.database import Database, Work
from assistant.stores.moments import to_text
from assistant.stores.proposals import DecisionRow, ProposalRow, State, Verdict

__all__ = ["Decisions", "Refusal", "RefusalReason", "Verdict"]

PrincipalOfSession = Callable[[str], Awaitable[Principal | None]]
"""Who a login session belongs to now, with the roles of now; None when it is over."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody asked for with a click; nothing in it is trusted yet."""

    proposal_id: str
    digest: str
    verdict: Verdict
    session_id: str
    organisation_id: str


class Decisions:
    """The only way from a waiting proposal to a confirmed one."""

    def __init__(
        self,
        database: Database,
        audit: AuditTrail,
        feed: Feed,
        principal_of_session: PrincipalOfSession,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._database, self._audit, self._feed = database, audit, feed
        self._principal_of_session, self._clock = principal_of_session, clock

    async def decide(
        self,
        *,
        proposal_id: str,
        digest: str,
        verdict: Verdict,
        principal: Principal,
        session_id: str,
        organisation_id: str,
    ) -> Proposal:
        """Confirm (an approver) or cancel (the proposer or an approver); the proposal as it is then.

        The person's roles are read again from the session at this moment: what `principal` carried when the page
        was made does not count. Raises Refusal, recorded, when anything does not hold; nothing has changed then.
        """
        wish = _Wish(proposal_id, digest, Verdict(verdict), session_id, organisation_id)
        present = await self._principal_of_session(session_id)
        async with self._database.work() as work:
            row = await store.get(work, proposal_id)
            refusal: Refusal | None
            if present is None or present.id != principal.id:
                present, refusal = principal, Refusal(RefusalReason.SESSION_OVER, label=_label(row))
            else:
                refusal = await self._refusal(work, row, wish, present) or await self._through(work, wish, present)
            if refusal is not None:
                await self._record_refusal(work, row, wish, present, refusal)
            row = await store.get(work, proposal_id)
        if refusal is not None:
            await self._tell_after_refusal(row, refusal)
            raise refusal
        assert row is not None  # it went through the door
        decided = from_row(row)
        self._feed.publish(decided)
        return decided

    async def _refusal(self, work: Work, row: ProposalRow | None, wish: _Wish, person: Principal) -> Refusal | None:
        """Why this person may not decide on that proposal at all, whatever its state."""
        if row is None:
            return Refusal(RefusalReason.UNKNOWN_PROPOSAL)
        if row.organisation_id != wish.organisation_id:
            return Refusal(RefusalReason.OTHER_ORGANISATION)
        if not _may_decide(person, row, wish.verdict):
            detail = needs_role(Role.APPROVER, row.organisation_name)
            return Refusal(RefusalReason.NOT_ALLOWED, label=_label(row), detail=detail)
        try:
            from_row(row)
        except Altered:
            return Refusal(RefusalReason.DIGEST_MISMATCH, label=_label(row))
        return None

    async def _through(self, work: Work, wish: _Wish, person: Principal) -> Refusal | None:
        """Through the one door; else the reason why it was shut."""
        now = to_text(self._clock())
        confirmed = wish.verdict is Verdict.CONFIRM
        if not await store.move(
            work,
            wish.proposal_id,
            expected=(State.AWAITING,),
            to=State.CONFIRMED if confirmed else State.REJECTED,
            only_if=(store.has_digest(wish.digest), store.valid_at(now)),
            decided_by_id=person.id,
            decided_by_name=person.name,
            decided_at=now,
            problem="" if confirmed else words_to_text(cancelled_by(person.name)),
        ):
            return await self._why_shut(work, wish, now)
        work.add(
            DecisionRow(
                proposal_id=wish.proposal_id,
                verdict=wish.verdict,
                digest=wish.digest,
                person_id=person.id,
                session_id=wish.session_id,
                organisation_id=wish.organisation_id,
                at=now,
            )
        )
        await work.flush()
        await self._audit.record(
            work,
            tag=AuditTag.DECISION_CONFIRMED if confirmed else AuditTag.DECISION_CANCELLED,
            organisation_id=wish.organisation_id,
            subject=wish.proposal_id,
            facts={"digest": wish.digest},
            principal=person,
            session_id=wish.session_id,
        )
        return None

    async def _why_shut(self, work: Work, wish: _Wish, now: str) -> Refusal:
        row = await store.get(work, wish.proposal_id)
        if row is None:
            return Refusal(RefusalReason.UNKNOWN_PROPOSAL)
        state = State(row.state)
        if state is State.EXPIRED or (state is State.AWAITING and row.expires_at <= now):
            await expire(work, self._audit, row.id, now)
            return Refusal(RefusalReason.EXPIRED, label=_label(row))
        if state is State.AWAITING:
            return Refusal(RefusalReason.DIGEST_MISMATCH, label=_label(row))
        changed = state in (State.SUPERSEDED, State.BLOCKED)
        return Refusal(
            RefusalReason.CHANGED if changed else RefusalReason.ALREADY_DECIDED,
            label=_label(row),
            detail=state_words(state, row.decided_by_name),
        )

    async def _record_refusal(
        self, work: Work, row: ProposalRow | None, wish: _Wish, person: Principal, refusal: Refusal
    ) -> None:
        await self._audit.record(
            work,
            tag=AuditTag.DECISION_REFUSED,
            organisation_id=row.organisation_id if row else wish.organisation_id,
            subject=wish.proposal_id[:64],
            facts={
                "reason": str(refusal.reason),
                "verdict": str(wish.verdict),
                "digest_sent": wish.digest[:64],
                "digest_stored": row.digest if row else "",
                "organisation_of_conversation": wish.organisation_id[:64],
                "state": row.state if row else "",
            },
            principal=person,
            session_id=wish.session_id,
        )

    async def _tell_after_refusal(self, row: ProposalRow | None, refusal: Refusal) -> None:
        """A refusal may have shown that the proposal expired or was altered: open cards must show that too."""
        if row is None:
            return
        try:
            proposal = from_row(row)
        except Altered:
            await block_altered(self._database, self._audit, row)
            return
        if refusal.reason is RefusalReason.EXPIRED:
            self._feed.publish(proposal)


def _may_decide(person: Principal, row: ProposalRow, verdict: Verdict) -> bool:
    if person.may(Role.APPROVER, row.organisation_id):
        return True
    own = person.id == row.proposer_id and person.may(Role.VIEWER, row.organisation_id)
    return verdict is Verdict.CANCEL and own


def _label(row: ProposalRow | None) -> str:
    return f"P-{row.number}" if row else ""
