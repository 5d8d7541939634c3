"""Decisions: a signed-in person confirms or cancels exactly what the card showed, once.

The door is one UPDATE that names the state, the digest, the rules and the time; whoever does not get through is told
why, and every refusal is in the audit trail. A confirmation brings the code that was minted when the card was shown to
this person in this session, and the rules are asked once more, with the roles and sums of this moment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from assistant.audit import AuditTag, AuditTrail
from assistant.clock import Clock, utc_now
from assistant.confirmation import Confirmations, Seat, Shown, fingerprint
from assistant.feed import Feed
from assistant.policy.judging import Confirming
from assistant.policy.verdict import Need
from assistant.policy.verdict import Verdict as Ruling
from assistant.principal import Principal, Role
from assistant.proposal import Altered, Proposal, from_row, ruling_to_text, words_to_text
from assistant.proposal_ends import block_altered, expire
from assistant.proposal_words import cancelled_by, needs_role, state_words
from assistant.refusals import Refusal, RefusalReason
from assistant.rulings import Rulings
from assistant.stores import proposal_numbers
from assistant.stores import proposals as store
from assistant.stores.database import Database, Work
from assistant.stores.moments import to_text
from assistant.stores.proposals import DecisionRow, ProposalRow, State, Verdict
from tools.base import Stakes, WriteKind

__all__ = ["Decisions", "Refusal", "RefusalReason", "Verdict", "Wish"]

SHORTEST_REASON, LONGEST_REASON = 8, 300
"""Characters of a reason why something is not a duplicate."""

PrincipalOfSession = Callable[[str], Awaitable[Principal | None]]
"""Who a login session belongs to now, with the roles of now; None when it is over."""


@dataclass(frozen=True, slots=True)
class StepUp:
    """A strict sign-in that was made for exactly this proposal, by this person, in this session."""

    id: str
    acr: str
    auth_time: str


StepUpFor = Callable[[Work, Proposal, Seat], Awaitable[StepUp | None]]
ShownAs = Callable[[Proposal, str], Mapping[str, object]]
"""What the card says to a person, in that language, for the trail."""


async def no_step_up(_work: Work, _proposal: Proposal, _seat: Seat) -> StepUp | None:
    """A house without a second factor: nothing that needs one can be confirmed."""
    return None


def shows_nothing(_proposal: Proposal, _language: str) -> Mapping[str, object]:
    """Nothing beyond the digested bytes, which are in the trail already."""
    return {}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for with a click; nothing in it is trusted yet."""

    proposal_id: str
    digest: str
    verdict: Verdict
    session_id: str
    organisation_id: str
    confirmation: str = ""
    """The code that came with the card."""
    reason: str = ""
    """Why it is not a duplicate, in the approver's words."""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class _Ruled:
    """What the rules said to a confirmation that holds so far."""

    ruling: Ruling
    step_up: StepUp | None


class Decisions:
    """The only way from a waiting proposal to a confirmed one."""

    def __init__(
        self,
        database: Database,
        audit: AuditTrail,
        feed: Feed,
        principal_of_session: PrincipalOfSession,
        rulings: Rulings,
        confirmations: Confirmations,
        *,
        step_up_for: StepUpFor = no_step_up,
        shown_as: ShownAs = shows_nothing,
        clock: Clock = utc_now,
    ) -> None:
        self._database, self._audit, self._feed = database, audit, feed
        self._principal_of_session, self._rulings, self._confirmations = principal_of_session, rulings, confirmations
        self._step_up_for, self._shown_as, self._clock = step_up_for, shown_as, clock

    async def decide(self, wish: Wish, principal: Principal) -> Proposal:
        """Confirm (an approver) or cancel (the proposer or an approver); the proposal as it is then.

        The person's roles are read again from the session at this moment: what `principal` carried when the page
        was made does not count. Raises Refusal, recorded, when anything does not hold; nothing has changed then.
        """
        await self._record_asked(wish, principal)
        present = await self._principal_of_session(wish.session_id)
        async with self._database.work() as work:
            if wish.verdict is Verdict.CONFIRM:
                # One confirmation after the other: each counts what was confirmed before it.
                await proposal_numbers.in_turn(work, wish.organisation_id)
            row = await store.get(work, wish.proposal_id)
            refusal: Refusal | None
            if present is None or present.id != principal.id:
                present, refusal = principal, Refusal(RefusalReason.SESSION_OVER, label=_label(row))
            else:
                refusal = await self._decide(work, row, wish, present)
            if refusal is not None:
                await self._record_refusal(work, row, wish, present, refusal)
            row = await store.get(work, wish.proposal_id)
        if refusal is not None:
            await self._tell_after_refusal(row, refusal)
            raise refusal
        assert row is not None  # it went through the door
        decided = from_row(row)
        self._feed.publish(decided)
        return decided

    async def _decide(self, work: Work, row: ProposalRow | None, wish: Wish, person: Principal) -> Refusal | None:
        refusal = self._not_theirs(row, wish, person)
        if refusal is not None or row is None:
            return refusal or Refusal(RefusalReason.UNKNOWN_PROPOSAL)
        ruled: _Ruled | None = None
        if wish.verdict is Verdict.CONFIRM and _waits(row, self._clock()):
            found = await self._rule(work, row, wish, person)
            if isinstance(found, Refusal):
                return found
            ruled = found
        return await self._through(work, row, wish, person, ruled)

    def _not_theirs(self, row: ProposalRow | None, wish: Wish, person: Principal) -> Refusal | None:
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

    async def _rule(self, work: Work, row: ProposalRow, wish: Wish, person: Principal) -> _Ruled | Refusal:
        """Was it shown, and do the rules allow this person to confirm it now, with what came with the click?"""
        proposal, seat = from_row(row), Seat(person.id, wish.session_id)
        if wish.digest != row.digest:
            return Refusal(RefusalReason.DIGEST_MISMATCH, label=_label(row))
        match self._confirmations.check(wish.confirmation, proposal, seat):
            case Shown.NEVER:
                return Refusal(RefusalReason.NOT_SHOWN, label=_label(row))
            case Shown.TOO_LONG_AGO:
                return Refusal(RefusalReason.SHOWN_TOO_LONG_AGO, label=_label(row))
            case Shown.NOW:
                pass
        stakes = self._rulings.stakes_of(proposal)
        if stakes is None:
            return Refusal(RefusalReason.CHANGED, label=_label(row))
        if not _counts_as(row, stakes):
            return Refusal(RefusalReason.DIGEST_MISMATCH, label=_label(row))
        step_up = await self._step_up_for(work, proposal, seat)
        confirming = Confirming(
            person, row.proposer_id, step_up is not None, _said(wish), asked_for_two=row.second_person
        )
        ruling = await self._rulings.on_confirming(work, proposal, stakes, confirming)
        outdated = row.policy_version != ruling.policy_version
        if outdated or not ruling.allowed:
            await self._judged_anew(work, row, ruling)
            reason = RefusalReason.POLICY_CHANGED if outdated else RefusalReason.POLICY
            return Refusal(reason, label=_label(row), detail=ruling.words(), facts=ruling.facts())
        return _Ruled(ruling, step_up)

    async def _judged_anew(self, work: Work, row: ProposalRow, ruling: Ruling) -> None:
        """The card shall say what the rules say now; it still waits."""
        await store.move(
            work,
            row.id,
            expected=(State.AWAITING,),
            to=State.AWAITING,
            policy_version=ruling.policy_version,
            ruling=ruling_to_text(ruling),
            second_person=row.second_person or Need.SECOND_PERSON in ruling.needs,
        )

    async def _through(
        self, work: Work, row: ProposalRow, wish: Wish, person: Principal, ruled: _Ruled | None
    ) -> Refusal | None:
        """Through the one door; else the reason why it was shut."""
        now = to_text(self._clock())
        confirmed = wish.verdict is Verdict.CONFIRM
        if confirmed and ruled is None:
            return await self._why_shut(work, wish, now)
        second_person = row.second_person or (ruled is not None and Need.SECOND_PERSON in ruled.ruling.needs)
        if not await store.move(
            work,
            wish.proposal_id,
            expected=(State.AWAITING,),
            to=State.CONFIRMED if confirmed else State.REJECTED,
            only_if=(store.has_digest(wish.digest), store.valid_at(now), store.under_rules(row.policy_version)),
            decided_by_id=person.id,
            decided_by_name=person.name,
            decided_at=now,
            second_person=second_person,
            problem="" if confirmed else words_to_text(cancelled_by(person.name)),
        ):
            return await self._why_shut(work, wish, now)
        decision = DecisionRow(
            proposal_id=wish.proposal_id,
            verdict=wish.verdict,
            digest=wish.digest,
            person_id=person.id,
            proposer_id=row.proposer_id,
            second_person=second_person,
            session_id=wish.session_id,
            organisation_id=wish.organisation_id,
            policy_version=row.policy_version,
            confirmation=fingerprint(wish.confirmation) if confirmed else None,
            step_up_id=ruled.step_up.id if ruled and ruled.step_up else None,
            reason=_said(wish) if confirmed else "",
            at=now,
        )
        decision.seal = self._confirmations.seal(decision, row.number)
        work.add(decision)
        await work.flush()
        await self._audit.record(
            work,
            tag=AuditTag.DECISION_CONFIRMED if confirmed else AuditTag.DECISION_CANCELLED,
            organisation_id=wish.organisation_id,
            subject=wish.proposal_id,
            facts={"digest": wish.digest, **self._evidence(row, wish, ruled)},
            principal=person,
            session_id=wish.session_id,
        )
        return None

    def _evidence(self, row: ProposalRow, wish: Wish, ruled: _Ruled | None) -> dict[str, object]:
        """What an auditor asks of a confirmation: what was shown, what the rules said, what came with it."""
        if ruled is None:
            return {}
        found: dict[str, object] = {
            **ruled.ruling.facts(),
            "shown": dict(self._shown_as(from_row(row), wish.language)),
            "confirmation": fingerprint(wish.confirmation)[:16],
        }
        if ruled.step_up:
            found["step_up"] = {"acr": ruled.step_up.acr, "auth_time": ruled.step_up.auth_time}
        if _said(wish):
            found["reason"] = _said(wish)
        return found

    async def _why_shut(self, work: Work, wish: Wish, now: str) -> Refusal:
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

    async def _record_asked(self, wish: Wish, person: Principal) -> None:
        """The row before the step: somebody clicked, whatever comes of it."""
        await self._audit.note(
            tag=AuditTag.DECISION_REQUESTED,
            organisation_id=wish.organisation_id,
            subject=wish.proposal_id[:64],
            facts={"verdict": str(wish.verdict), "digest": wish.digest[:64]},
            principal=person,
            session_id=wish.session_id,
        )

    async def _record_refusal(
        self, work: Work, row: ProposalRow | None, wish: Wish, person: Principal, refusal: Refusal
    ) -> None:
        await self._audit.record(
            work,
            tag=AuditTag.DECISION_REFUSED,
            organisation_id=row.organisation_id if row else wish.organisation_id,
            subject=wish.proposal_id[:64],
            facts={
                "reason": str(refusal.reason),
                "asked": str(wish.verdict),
                "digest_sent": wish.digest[:64],
                "digest_stored": row.digest if row else "",
                "organisation_of_conversation": wish.organisation_id[:64],
                "state": row.state if row else "",
                **refusal.facts,
            },
            principal=person,
            session_id=wish.session_id,
        )

    async def _tell_after_refusal(self, row: ProposalRow | None, refusal: Refusal) -> None:
        """A refusal may have shown that the proposal expired, was altered or judged anew: open cards must show it."""
        if row is None:
            return
        try:
            proposal = from_row(row)
        except Altered:
            await block_altered(self._database, self._audit, row)
            return
        if refusal.reason in (RefusalReason.EXPIRED, RefusalReason.POLICY, RefusalReason.POLICY_CHANGED):
            self._feed.publish(proposal)


def _waits(row: ProposalRow, now: datetime) -> bool:
    return row.state == State.AWAITING and row.expires_at > to_text(now)


def _may_decide(person: Principal, row: ProposalRow, verdict: Verdict) -> bool:
    if person.may(Role.APPROVER, row.organisation_id) and person.holds(WriteKind(row.kind).right, row.organisation_id):
        return True
    own = person.id == row.proposer_id and person.may(Role.VIEWER, row.organisation_id)
    return verdict is Verdict.CANCEL and own


def _said(wish: Wish) -> str:
    """The reason as it is kept; a word or two say nothing, nor does what nobody can see."""
    visible = "".join(char if char.isprintable() else " " for char in wish.reason)
    reason = " ".join(visible.split())[:LONGEST_REASON].strip()
    return reason if len(reason) >= SHORTEST_REASON else ""


def _counts_as(row: ProposalRow, stakes: Stakes) -> bool:
    """Whether sums and limits will count what the bytes say."""
    money = (stakes.money.minor, stakes.money.currency) if stakes.money else (0, "")
    return (row.kind, row.payee_id, row.amount_minor, row.currency) == (stakes.kind, stakes.payee_id, *money)


def _label(row: ProposalRow | None) -> str:
    return f"P-{row.number}" if row else ""
