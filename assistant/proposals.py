"""Proposals: writes that somebody asked for and nobody has confirmed yet, kept as the exact bytes a card shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from assistant import canonical
from assistant.audit import AuditTag, AuditTrail
from assistant.clock import Clock, NewId, new_uuid, utc_now
from assistant.feed import Feed
from assistant.policy.verdict import Need, Verdict
from assistant.principal import Principal, Role
from assistant.proposal import Altered, Proposal, from_row, ruling_to_text, with_others, words_to_text
from assistant.proposal_ends import block_altered, expire
from assistant.proposal_words import cancelled_in_favour, corrected_by, needs_role, not_allowed, state_words
from assistant.refusals import Refusal, RefusalReason
from assistant.rulings import Rulings, folded
from assistant.stores import proposal_numbers
from assistant.stores import proposals as store
from assistant.stores.database import Database, Work
from assistant.stores.moments import to_text
from assistant.stores.proposals import ProposalRow, State
from tools.base import Draft, Organisation, Stakes, WriteKind, WriteTool

__all__ = ["Proposal", "Proposals", "State"]

_REPLACEABLE = (State.AWAITING, State.EXPIRED, State.BLOCKED, State.FAILED)
"""Nothing was written and nothing is under way: an edit may take its place."""


def _is_corrected_by(row: ProposalRow, other: ProposalRow) -> bool:
    """Whether the same person asked for the other one on the same document in the same conversation."""
    own = (other.proposer_id, other.conversation_id) == (row.proposer_id, row.conversation_id)
    return own and other.state == State.AWAITING


def _not_even_blocked(verdict: Verdict, row: ProposalRow) -> Refusal | None:
    """What makes no card at all: one too many, and an edit to what is not allowed (the card edited stays as it is)."""
    too_many = any(reason.code == "cards.open" for reason in verdict.against)
    if not too_many and not (row.replaces and not verdict.allowed):
        return None
    return Refusal(RefusalReason.NOT_PREPARED, detail=verdict.words(), facts=verdict.facts())


def _same_document(row: ProposalRow, other: ProposalRow) -> bool:
    return other.id != row.id and (other.organisation_id, other.subject) == (row.organisation_id, row.subject)


class Proposals:
    """Makes proposals, finds them again, and lets them expire."""

    def __init__(
        self,
        database: Database,
        audit: AuditTrail,
        feed: Feed,
        rulings: Rulings,
        *,
        card_minutes: float,
        clock: Clock = utc_now,
        new_id: NewId = new_uuid,
    ) -> None:
        self._database, self._audit, self._feed, self._rulings = database, audit, feed, rulings
        self._valid = timedelta(minutes=card_minutes)
        self._clock, self._new_id = clock, new_id

    async def propose(
        self,
        *,
        principal: Principal,
        organisation: Organisation,
        conversation_id: str,
        tool: WriteTool,
        draft: Draft,
        replaces: str | None = None,
        session_id: str = "",
    ) -> Proposal:
        """Keep the draft as a proposal that waits for a person; `replaces` takes an older one out in the same step.

        So does asking anew for the same document: what this person asked for before in this conversation is
        superseded. Cards of others, or of another conversation, stay, and each names the other as a warning.

        What the rules do not allow is kept as blocked, with the rule in words: nobody can confirm it. Raises Refusal
        when this person may not propose here, too many cards wait in the conversation, or the older one cannot be
        replaced any more, and NotCanonical for a payload with fractions or nulls. Nothing is kept then but the
        refusal's record.
        """
        row = self._row(principal, organisation, conversation_id, tool, draft, replaces)
        gone, beside = list[str](), list[ProposalRow]()
        await self._audit.note(
            tag=AuditTag.PROPOSAL_REQUESTED,
            organisation_id=organisation.id,
            subject=row.id,
            facts={"tool": tool.name, "digest": row.digest, "conversation_id": conversation_id},
            principal=principal,
            session_id=session_id,
        )
        async with self._database.work() as work:
            refusal = self._may_propose(principal, organisation)
            if refusal is None:
                # Before anything else is locked: two that come at once must see each other.
                await proposal_numbers.in_turn(work, organisation.id)
                open_ones = await store.open_on(work, organisation.id, (row.subject,), row.created_at)
                verdict = await self._judge(work, row, tool.stakes(draft.payload), principal, organisation, open_ones)
                refusal = _not_even_blocked(verdict, row)
                if refusal is None and verdict.allowed:
                    refusal = await self._replace(work, row)
            if refusal is None:
                row.number = await proposal_numbers.next_number(work, organisation.id)
                corrected = await self._correct(work, row, open_ones) if verdict.allowed else []
                gone = ([replaces] if replaces else []) + corrected
                beside = [other for other in open_ones if other.id not in corrected]
                work.add(row)
                await work.flush()
                await self._record_created(work, row, gone, beside, verdict, principal, session_id)
            else:
                await self._audit.record(
                    work,
                    tag=AuditTag.PROPOSAL_REFUSED,
                    organisation_id=organisation.id,
                    subject=row.id,
                    facts={
                        "tool": tool.name,
                        "digest": row.digest,
                        "reason": str(refusal.reason),
                        "replaces": row.replaces,
                        **refusal.facts,
                    },
                    principal=principal,
                    session_id=session_id,
                )
        if refusal is not None:
            raise refusal
        made = with_others(from_row(row), beside if row.state == State.AWAITING else ())
        await self._show_anew(gone)
        self._feed.publish(made)
        if verdict.allowed:
            await self._show_anew([other.id for other in beside if other.state == State.AWAITING])
        return made

    async def _judge(
        self,
        work: Work,
        row: ProposalRow,
        stakes: Stakes,
        principal: Principal,
        organisation: Organisation,
        open_ones: Sequence[ProposalRow],
    ) -> Verdict:
        """Ask the rules, and write what they say into the row."""
        own = [other.id for other in open_ones if _is_corrected_by(row, other)]
        replaced = [row.replaces] if row.replaces else []
        verdict = await self._rulings.on_proposing(
            work, stakes, principal, organisation, row.conversation_id, without=[*replaced, *own]
        )
        row.kind, row.payee_id, row.reference = stakes.kind, stakes.payee_id, folded(stakes.reference)
        if stakes.money is not None:
            row.amount_minor, row.currency = stakes.money.minor, stakes.money.currency
        row.policy_version, row.ruling = verdict.policy_version, ruling_to_text(verdict)
        row.second_person = Need.SECOND_PERSON in verdict.needs
        if not verdict.allowed:
            row.state, row.problem = State.BLOCKED, words_to_text(not_allowed(verdict.words()))
        return verdict

    async def _show_anew(self, proposal_ids: Sequence[str]) -> None:
        """Cards that are open somewhere and have become untrue or incomplete by what was just stored."""
        async with self._database.reading() as work:
            rows = [row for each in proposal_ids if (row := await store.get(work, each)) is not None]
            beside = await self._open_beside(work, rows)
        for proposal in await self._all_checked(rows, beside):
            self._feed.publish(proposal)

    async def get(self, proposal_id: str) -> Proposal | None:
        """The proposal as it is now; None when there is none.

        Raises Refusal (digest_mismatch) when its row was altered; it is blocked and recorded then.
        """
        async with self._database.reading() as work:
            row = await store.get(work, proposal_id)
            beside = await self._open_beside(work, [row] if row else [])
        if row is None:
            return None
        if not (found := await self._all_checked([row], beside)):
            raise Refusal(RefusalReason.DIGEST_MISMATCH, label=f"P-{row.number}")
        return found[0]

    async def waiting(self, *, organisation_id: str) -> list[Proposal]:
        """The proposals of that organisation that can be confirmed now, oldest first."""
        async with self._database.reading() as work:
            rows = await store.waiting(work, organisation_id, to_text(self._clock()))
            beside = await self._open_beside(work, rows)
        return await self._all_checked(rows, beside)

    async def of_conversation(self, conversation_id: str) -> list[Proposal]:
        """Every proposal made in that conversation, oldest first, whatever became of it."""
        async with self._database.reading() as work:
            rows = await store.of_conversation(work, conversation_id)
            beside = await self._open_beside(work, rows)
        return await self._all_checked(rows, beside)

    async def expire_due(self) -> list[Proposal]:
        """Let every proposal expire whose time is over; those that did, now."""
        now = to_text(self._clock())
        async with self._database.reading() as work:
            due = await store.due_to_expire(work, now)
        expired: list[Proposal] = []
        for proposal_id in due:
            async with self._database.work() as work:
                row = await expire(work, self._audit, proposal_id, now)
            if row is not None and (proposal := await self._checked(row)):
                expired.append(proposal)
                self._feed.publish(proposal)
        return expired

    def _row(
        self,
        principal: Principal,
        organisation: Organisation,
        conversation_id: str,
        tool: WriteTool,
        draft: Draft,
        replaces: str | None,
    ) -> ProposalRow:
        written = canonical.facts(organisation_id=organisation.id, tool=tool.name, payload=draft.payload)
        now = self._clock()
        return ProposalRow(
            id=self._new_id(),
            organisation_id=organisation.id,
            number=0,
            organisation_name=organisation.name,
            tool=tool.name,
            body=written.decode(),
            digest=canonical.digest(written),
            summary=draft.summary,
            state=State.AWAITING,
            proposer_id=principal.id,
            proposer_name=principal.name,
            conversation_id=conversation_id,
            subject=tool.subject(draft.payload),
            replaces=replaces or "",
            created_at=to_text(now),
            expires_at=to_text(now + self._valid),
            # what the rules say is written in before the row is kept
            kind="",
            policy_version="",
            second_person=True,
        )

    def _may_propose(self, principal: Principal, organisation: Organisation) -> Refusal | None:
        if principal.may(Role.PREPARER, organisation.id):
            return None
        return Refusal(RefusalReason.NOT_ALLOWED, detail=needs_role(Role.PREPARER, organisation.name))

    async def _replace(self, work: Work, row: ProposalRow) -> Refusal | None:
        """Take the older proposal out; a refusal when it is gone, another organisation's, or already decided."""
        if not row.replaces:
            return None
        old = await store.get(work, row.replaces)
        if old is None or old.organisation_id != row.organisation_id:
            return Refusal(RefusalReason.UNKNOWN_PROPOSAL)
        state = State(old.state)
        if state in _REPLACEABLE and not old.superseded_by:
            to = State.SUPERSEDED if state is State.AWAITING else state
            words = words_to_text(cancelled_in_favour(row.proposer_name)) if to is State.SUPERSEDED else old.problem
            still = (store.not_replaced(),)
            if await store.move(
                work, old.id, expected=(state,), to=to, only_if=still, superseded_by=row.id, problem=words
            ):
                return None
            old = await store.get(work, row.replaces) or old
        return Refusal(
            RefusalReason.CHANGED if old.superseded_by else RefusalReason.ALREADY_DECIDED,
            label=f"P-{old.number}",
            detail=state_words(State(old.state), old.decided_by_name),
        )

    async def _correct(self, work: Work, row: ProposalRow, open_ones: Sequence[ProposalRow]) -> list[str]:
        """Take out what the same person asked for before in this conversation on the same document; their ids."""
        gone: list[str] = []
        for other in open_ones:
            if _is_corrected_by(row, other) and await store.move(
                work,
                other.id,
                expected=(State.AWAITING,),
                to=State.SUPERSEDED,
                only_if=(store.not_replaced(),),
                superseded_by=row.id,
                problem=words_to_text(corrected_by(f"P-{row.number}", WriteKind(row.kind))),
            ):
                gone.append(other.id)
        return gone

    async def _record_created(
        self,
        work: Work,
        row: ProposalRow,
        gone: Sequence[str],
        beside: Sequence[ProposalRow],
        verdict: Verdict,
        principal: Principal,
        session_id: str,
    ) -> None:
        for old in gone:
            await self._audit.record(
                work,
                tag=AuditTag.PROPOSAL_SUPERSEDED,
                organisation_id=row.organisation_id,
                subject=old,
                facts={"superseded_by": row.id},
                principal=principal,
                session_id=session_id,
            )
        await self._audit.record(
            work,
            tag=AuditTag.PROPOSAL_CREATED if verdict.allowed else AuditTag.PROPOSAL_BLOCKED,
            organisation_id=row.organisation_id,
            subject=row.id,
            facts={
                **verdict.facts(),
                "number": row.number,
                "digest": row.digest,
                "body": canonical.read(row.body),
                "conversation_id": row.conversation_id,
                "expires_at": row.expires_at,
                "open_beside": [f"P-{other.number}" for other in beside],
            },
            principal=principal,
            session_id=session_id,
        )

    async def _open_beside(self, work: Work, rows: Sequence[ProposalRow]) -> Sequence[ProposalRow]:
        """What is open on the documents of those of them that wait."""
        waiting = [row for row in rows if row.state == State.AWAITING]
        subjects = {row.subject for row in waiting}
        found: list[ProposalRow] = []
        for organisation_id in {row.organisation_id for row in waiting}:
            found += await store.open_on(work, organisation_id, subjects, to_text(self._clock()))
        return found

    async def _all_checked(self, rows: Sequence[ProposalRow], beside: Sequence[ProposalRow]) -> list[Proposal]:
        checked = [(row, await self._checked(row)) for row in rows]
        return [
            with_others(proposal, [other for other in beside if _same_document(row, other)])
            if row.state == State.AWAITING
            else proposal
            for row, proposal in checked
            if proposal is not None
        ]

    async def _checked(self, row: ProposalRow) -> Proposal | None:
        try:
            return from_row(row)
        except Altered:
            await block_altered(self._database, self._audit, row)
            return None
