"""Every step of an execution as one unit of work: the state, the attempt and the audit event, all or none of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from assistant.audit import AuditTag, AuditTrail
from assistant.clock import Clock
from assistant.confirmation import Confirmations
from assistant.feed import Feed
from assistant.policy.verdict import Verdict as Ruling
from assistant.proposal import Altered, Proposal, from_row, words_to_text
from assistant.proposal_ends import block_altered
from assistant.proposal_words import not_allowed_any_more, sending_again
from assistant.refusals import Refusal, RefusalReason
from assistant.stores import holds
from assistant.stores import proposals as store
from assistant.stores.database import Database, Work
from assistant.stores.holds import Held, Hold
from assistant.stores.moments import from_text, to_text
from assistant.stores.proposals import AttemptOutcome, AttemptRow, DecisionRow, ProposalRow, State, Verdict
from tools.base import Receipt
from tools.errors import Language

MayExecute = Callable[[Work, DecisionRow], Awaitable[Ruling | None]]
"""What the rules say of the person who confirmed, now; None when they cannot be asked."""


class Forbidden(Exception):
    """The rules do not allow (any more) what was confirmed; nothing was sent by this attempt."""

    def __init__(self, verdict: Ruling | None) -> None:
        self.words = not_allowed_any_more(verdict.words() if verdict else {"en": "", "de": ""})
        self.facts = verdict.facts() if verdict else {}
        super().__init__(self.words["en"])


class ExecutionRecords:
    """Moves a confirmed proposal through its states; tells the feed after each commit."""

    def __init__(
        self, database: Database, audit: AuditTrail, feed: Feed, clock: Clock, confirmations: Confirmations
    ) -> None:
        self._database, self._audit, self._feed, self._clock = database, audit, feed, clock
        self._confirmations = confirmations

    async def load(self, proposal_id: str) -> Proposal:
        """The proposal as stored, checked against its digest. Raises Refusal when there is none or it was altered."""
        async with self._database.reading() as work:
            row = await store.get(work, proposal_id)
        if row is None:
            raise Refusal(RefusalReason.UNKNOWN_PROPOSAL)
        try:
            return from_row(row)
        except Altered as error:
            await block_altered(self._database, self._audit, row)
            raise Refusal(RefusalReason.DIGEST_MISMATCH, label=f"P-{row.number}") from error

    async def confirmed_as_is(self, proposal: Proposal) -> bool:
        """Whether a person confirmed exactly these bytes, here."""
        return self._confirms(await self.decision(proposal), proposal)

    def _confirms(self, decision: DecisionRow | None, proposal: Proposal) -> bool:
        """Whether that is a confirmation of exactly these bytes that this house wrote: others lack its seal."""
        return (
            decision is not None
            and decision.verdict == Verdict.CONFIRM
            and decision.digest == proposal.digest
            and self._confirmations.is_sealed(decision, proposal.number)
        )

    async def attempts(self, proposal: Proposal) -> Sequence[AttemptRow]:
        """Every send so far, first to last."""
        async with self._database.reading() as work:
            return await store.attempts(work, proposal.id)

    async def unfinished(self) -> Sequence[tuple[str, State]]:
        """What was confirmed and nobody works on now."""
        async with self._database.reading() as work:
            found = await store.unfinished(work, to_text(self._clock()))
        return [(proposal_id, State(state)) for proposal_id, state in found]

    async def take_hold(self, proposal: Proposal, subject: str, seconds: float) -> Hold | Held:
        """Take the document for this proposal before it is read again; Held when another one has it."""
        now = self._clock()
        async with self._database.work() as work:
            return await holds.take(
                work,
                organisation_id=proposal.organisation_id,
                subject=subject,
                proposal_id=proposal.id,
                now=to_text(now),
                until=to_text(now + timedelta(seconds=seconds)),
            )

    async def written_since(self, proposal: Proposal, hold: Hold) -> int | None:
        """The number of another proposal that was done on the held document after this one's card was made."""
        async with self._database.reading() as work:
            return await holds.written_since(work, hold, to_text(proposal.created_at))

    async def claim(
        self, proposal: Proposal, *, expected: State, lease: timedelta, hold: Hold, may: MayExecute
    ) -> Proposal | None:
        """Begin an attempt: from now until the lease is over it is ours alone. None when somebody else was quicker.

        Committed, with the idempotency key and the hash of what will be sent, before the first byte leaves. Only under
        the hold with which the document was read again: nobody else can have written to it in between. `may` asks the
        rules in the same unit of work. Raises Forbidden, and then no attempt has begun.
        """
        now, number = self._clock(), proposal.attempts + 1
        async with self._database.work() as work:
            decision = await store.decision(work, proposal.id)
            confirmed = decision if self._confirms(decision, proposal) else None
            verdict = await may(work, confirmed) if confirmed is not None else None
            if verdict is None or not verdict.allowed:
                raise Forbidden(verdict)
            if not await holds.keep(work, hold, to_text(now + lease)):
                return None
            if not await store.move(
                work,
                proposal.id,
                expected=(expected,),
                to=State.EXECUTING,
                only_if=(store.at_attempt(proposal.attempts), store.has_digest(proposal.digest)),
                attempts=number,
                lease_until=to_text(now + lease),
                problem=words_to_text(sending_again()) if number > 1 else "",
            ):
                return None
            work.add(
                AttemptRow(
                    proposal_id=proposal.id,
                    number=number,
                    key=proposal.id,
                    body_hash=proposal.digest,
                    started_at=to_text(now),
                )
            )
            await work.flush()
            claimed = await self._told(
                work,
                proposal,
                AuditTag.EXECUTION_STARTED,
                {"attempt": number, "body_hash": proposal.digest, **verdict.facts()},
            )
        self._feed.publish(claimed)
        return claimed

    async def lease_of(self, proposal: Proposal) -> str:
        """Until when the present attempt is ours."""
        async with self._database.reading() as work:
            row = await store.get(work, proposal.id)
        return row.lease_until if row else ""

    async def seconds_to_wait(self, proposal: Proposal) -> float:
        """Until it may be tried again."""
        lease = await self.lease_of(proposal)
        return (from_text(lease) - self._clock()).total_seconds() if lease else 0.0

    async def hold_unknown(self, proposal: Proposal, lease: timedelta) -> bool:
        """Take an unknown one to look it up; only one process at a time gets it."""
        now = self._clock()
        async with self._database.work() as work:
            if not await store.move(
                work,
                proposal.id,
                expected=(State.UNKNOWN,),
                to=State.UNKNOWN,
                only_if=(store.nobody_works_on_it(to_text(now)), store.nobody_looks(to_text(now))),
                lease_until=to_text(now + lease),
                looking_until=to_text(now + lease),
            ):
                return False
            await self._told(work, proposal, AuditTag.EXECUTION_LOOKUP_STARTED, {"attempt": proposal.attempts})
        return True

    async def put_back(
        self,
        proposal: Proposal,
        state: State,
        *,
        again_in: timedelta,
        words: Mapping[Language, str],
        hold: Hold | None = None,
    ) -> Proposal:
        """Leave it as it is (confirmed or unknown) until later.

        A look-up is always recorded, since its beginning was; waiting only when there is something new to say.

        A `hold` is let go: meanwhile others may have the document.
        """
        text = words_to_text(dict(words))
        new = proposal.problem != dict(words)
        async with self._database.work() as work:
            if hold is not None:
                await holds.let_go(work, hold)
            moved = await store.move(
                work,
                proposal.id,
                expected=(state,),
                to=state,
                only_if=(store.at_attempt(proposal.attempts),),
                lease_until=to_text(self._clock() + again_in),
                looking_until="",
                problem=text,
            )
            if not moved or (state is State.CONFIRMED and not new):
                return await self._now(work, proposal)
            tag = AuditTag.EXECUTION_POSTPONED if state is State.CONFIRMED else AuditTag.EXECUTION_LOOKED_UP
            later = await self._told(work, proposal, tag, {"state": str(state), "words": words["en"]})
        if new:
            self._feed.publish(later)
        return later

    async def succeeded(self, proposal: Proposal, receipt: Receipt, *, found: bool = False) -> Proposal:
        """The provider has it: the receipt is stored with the state. `found`: by looking it up afterwards."""
        return await self._end(
            proposal,
            expected=(State.EXECUTING, State.UNKNOWN),
            to=State.SUCCEEDED,
            outcome=AttemptOutcome.SUCCEEDED,
            tag=AuditTag.EXECUTION_SUCCEEDED,
            facts={"provider": receipt.provider, "reference": receipt.reference, "found_by_looking_up": found},
            receipt=receipt.model_dump_json(),
            link=receipt.link,
            problem="",
        )

    async def failed(self, proposal: Proposal, expected: State, words: Mapping[Language, str]) -> Proposal:
        """Certainly nothing was written."""
        return await self._end(
            proposal,
            expected=(expected,),
            to=State.FAILED,
            outcome=AttemptOutcome.FAILED,
            tag=AuditTag.EXECUTION_FAILED,
            facts={"words": words["en"]},
            problem=words_to_text(dict(words)),
        )

    async def decision(self, proposal: Proposal) -> DecisionRow | None:
        """What a person decided on it."""
        async with self._database.reading() as work:
            return await store.decision(work, proposal.id)

    async def blocked(
        self,
        proposal: Proposal,
        expected: State,
        words: Mapping[Language, str],
        facts: Mapping[str, object] | None = None,
    ) -> Proposal:
        """It may not be sent (any more), and nothing was written."""
        return await self._end(
            proposal,
            expected=(expected,),
            to=State.BLOCKED,
            outcome=None,
            tag=AuditTag.EXECUTION_BLOCKED,
            facts={"words": words["en"], **(facts or {})},
            problem=words_to_text(dict(words)),
        )

    async def not_taken(
        self, proposal: Proposal, hold: Hold, *, again_in: timedelta, words: Mapping[Language, str]
    ) -> Proposal:
        """The provider certainly did not take it: it waits, as confirmed, to be sent again with the same key."""
        async with self._database.work() as work:
            await holds.let_go(work, hold)
            if not await store.move(
                work,
                proposal.id,
                expected=(State.EXECUTING,),
                to=State.CONFIRMED,
                only_if=(store.at_attempt(proposal.attempts),),
                lease_until=to_text(self._clock() + again_in),
                problem=words_to_text(dict(words)),
            ):
                return await self._now(work, proposal)
            now = to_text(self._clock())
            await store.end_attempt(work, proposal.id, proposal.attempts, AttemptOutcome.FAILED, now)
            facts = {"state": str(State.CONFIRMED), "words": words["en"], "attempt": proposal.attempts}
            later = await self._told(work, proposal, AuditTag.EXECUTION_POSTPONED, facts)
        self._feed.publish(later)
        return later

    async def unknown(
        self, proposal: Proposal, words: Mapping[Language, str], *, why: str, refused: bool = False
    ) -> Proposal:
        """It was sent and nobody said whether it was done; the next sweep looks it up.

        `refused`: this send certainly was not done, and an earlier one may have been.
        """
        return await self._end(
            proposal,
            expected=(State.EXECUTING,),
            to=State.UNKNOWN,
            outcome=AttemptOutcome.FAILED if refused else AttemptOutcome.UNKNOWN,
            tag=AuditTag.EXECUTION_BECAME_UNKNOWN,
            facts={"why": why},
            problem=words_to_text(dict(words)),
        )

    async def abandoned(self, proposal: Proposal, words: Mapping[Language, str]) -> Proposal | None:
        """An attempt whose process died becomes unknown; None when it lives or somebody else was quicker."""
        now = to_text(self._clock())
        async with self._database.work() as work:
            if not await store.move(
                work,
                proposal.id,
                expected=(State.EXECUTING,),
                to=State.UNKNOWN,
                only_if=(store.nobody_works_on_it(now), store.at_attempt(proposal.attempts)),
                lease_until="",
                problem=words_to_text(dict(words)),
            ):
                return None
            await store.end_attempt(work, proposal.id, proposal.attempts, AttemptOutcome.UNKNOWN, now)
            facts = {"why": "the process that sent it did not come back", "attempt": proposal.attempts}
            ended = await self._told(work, proposal, AuditTag.EXECUTION_BECAME_UNKNOWN, facts)
        self._feed.publish(ended)
        return ended

    async def _end(
        self,
        proposal: Proposal,
        *,
        expected: Sequence[State],
        to: State,
        outcome: AttemptOutcome | None,
        tag: AuditTag,
        facts: dict[str, object],
        **values: object,
    ) -> Proposal:
        # A later attempt of somebody else must not be ended by a straggler, unless it brings the receipt itself.
        ours = () if to is State.SUCCEEDED else (store.at_attempt(proposal.attempts),)
        async with self._database.work() as work:
            if not await store.move(
                work, proposal.id, expected=expected, to=to, only_if=ours, lease_until="", looking_until="", **values
            ):
                return await self._now(work, proposal)
            if outcome is not None and proposal.attempts:
                await store.end_attempt(work, proposal.id, proposal.attempts, outcome, to_text(self._clock()))
            ended = await self._told(work, proposal, tag, {**facts, "attempt": proposal.attempts})
        self._feed.publish(ended)
        return ended

    async def _told(self, work: Work, proposal: Proposal, tag: AuditTag, facts: Mapping[str, object]) -> Proposal:
        """Record the event as the last thing of this unit of work; the proposal as it is stored now."""
        after = await self._now(work, proposal)
        await self._audit.record(
            work,
            tag=tag,
            organisation_id=proposal.organisation_id,
            subject=proposal.id,
            facts={"digest": proposal.digest, **facts},
        )
        return after

    async def _now(self, work: Work, proposal: Proposal) -> Proposal:
        row: ProposalRow | None = await store.get(work, proposal.id)
        if row is None:
            raise Refusal(RefusalReason.UNKNOWN_PROPOSAL)
        return from_row(row)
