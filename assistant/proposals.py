"""Proposals: writes that somebody asked for and nobody has confirmed yet, kept as the exact bytes a card shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant import canonical
from assistant.audit import AuditTag, AuditTrail
from assistant.clock import Clock, NewId, new_uuid, utc_now
from assistant.feed import Feed
from assistant.principal import Principal, Role
from assistant.proposal_words import altered, cancelled_in_favour, needs_role, state_words
from assistant.refusals import Refusal, RefusalReason
from assistant.stores import proposals as store
from assistant.stores.database import Database, Work
from assistant.stores.moments import from_text, to_text
from assistant.stores.proposals import ProposalRow, State
from tools.base import Draft, Organisation, Payload, Receipt, WriteTool
from tools.errors import Language

__all__ = ["Proposal", "Proposals", "State"]

_REPLACEABLE = (State.AWAITING, State.EXPIRED, State.BLOCKED, State.FAILED)
"""Nothing was written and nothing is under way: an edit may take its place."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A write as it was proposed, and what has become of it; times are aware, UTC."""

    id: str
    number: int
    organisation_id: str
    organisation_name: str
    tool: str
    payload: Payload
    digest: str
    """SHA-256 over the canonical bytes; what Confirm is bound to."""
    summary: str
    state: State
    proposer_id: str
    proposer_name: str
    conversation_id: str
    created_at: datetime
    expires_at: datetime
    decided_by_id: str | None
    decided_by_name: str | None
    decided_at: datetime | None
    replaces: str | None
    superseded_by: str | None
    receipt: Receipt | None
    problem: dict[Language, str] | None
    """Why it failed, was blocked, cancelled or replaced, or what is being waited for, in words."""
    link: str
    attempts: int

    @property
    def label(self) -> str:
        """How people call it: "P-7"."""
        return f"P-{self.number}"


class Altered(Exception):
    """A stored proposal is not what was digested: somebody changed the row."""

    def __init__(self, row: ProposalRow) -> None:
        self.row = row
        super().__init__(f"proposal {row.id} does not match its digest")


def from_row(row: ProposalRow) -> Proposal:
    """The proposal from its row, checked against its digest. Raises Altered."""
    try:
        body = canonical.read(row.body)
    except canonical.NotCanonical as error:
        raise Altered(row) from error
    about = (body.get("version"), body.get("organisation_id"), body.get("tool"))
    if about != (canonical.VERSION, row.organisation_id, row.tool):
        raise Altered(row)
    if canonical.digest(row.body.encode()) != row.digest:
        raise Altered(row)
    return Proposal(
        id=row.id,
        number=row.number,
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name,
        tool=row.tool,
        payload=body["payload"],
        digest=row.digest,
        summary=row.summary,
        state=State(row.state),
        proposer_id=row.proposer_id,
        proposer_name=row.proposer_name,
        conversation_id=row.conversation_id,
        created_at=from_text(row.created_at),
        expires_at=from_text(row.expires_at),
        decided_by_id=row.decided_by_id or None,
        decided_by_name=row.decided_by_name or None,
        decided_at=from_text(row.decided_at) if row.decided_at else None,
        replaces=row.replaces or None,
        superseded_by=row.superseded_by or None,
        receipt=Receipt.model_validate_json(row.receipt) if row.receipt else None,
        problem=json.loads(row.problem) if row.problem else None,
        link=row.link,
        attempts=row.attempts,
    )


def words_to_text(words: dict[Language, str]) -> str:
    """Words for people as a row keeps them."""
    return json.dumps(words, ensure_ascii=False)


class Proposals:
    """Makes proposals, finds them again, and lets them expire."""

    def __init__(
        self,
        database: Database,
        audit: AuditTrail,
        feed: Feed,
        *,
        card_minutes: float,
        clock: Clock = utc_now,
        new_id: NewId = new_uuid,
    ) -> None:
        self._database, self._audit, self._feed = database, audit, feed
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
    ) -> Proposal:
        """Keep the draft as a proposal that waits for a person; `replaces` takes an older one out in the same step.

        Raises Refusal when this person may not propose here or the older one cannot be replaced any more, and
        NotCanonical for a payload with fractions or nulls. Nothing is kept then but the refusal's record.
        """
        row = self._row(principal, organisation, conversation_id, tool, draft, replaces)
        async with self._database.work() as work:
            refusal = self._may_propose(principal, organisation) or await self._replace(work, row)
            if refusal is None:
                row.number = await store.next_number(work, organisation.id)
                work.add(row)
                await work.flush()
                await self._record_created(work, row, principal)
            else:
                await self._audit.record(
                    work,
                    tag=AuditTag.PROPOSAL_REFUSED,
                    organisation_id=organisation.id,
                    subject=replaces or row.id,
                    facts={"tool": tool.name, "digest": row.digest, "reason": str(refusal.reason)},
                    principal=principal,
                )
        if refusal is not None:
            raise refusal
        made = from_row(row)
        if replaces and (old := await self.get(replaces)):
            self._feed.publish(old)
        self._feed.publish(made)
        return made

    async def get(self, proposal_id: str) -> Proposal | None:
        """The proposal as it is now; None when there is none.

        Raises Refusal (digest_mismatch) when its row was altered; it is blocked and recorded then.
        """
        async with self._database.reading() as work:
            row = await store.get(work, proposal_id)
        if row is None:
            return None
        if (proposal := await self._checked(row)) is None:
            raise Refusal(RefusalReason.DIGEST_MISMATCH, label=f"P-{row.number}")
        return proposal

    async def waiting(self, *, organisation_id: str) -> list[Proposal]:
        """The proposals of that organisation that can be confirmed now, oldest first."""
        async with self._database.reading() as work:
            rows = await store.waiting(work, organisation_id, to_text(self._clock()))
        return await self._all_checked(rows)

    async def of_conversation(self, conversation_id: str) -> list[Proposal]:
        """Every proposal made in that conversation, oldest first, whatever became of it."""
        async with self._database.reading() as work:
            rows = await store.of_conversation(work, conversation_id)
        return await self._all_checked(rows)

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

    async def _record_created(self, work: Work, row: ProposalRow, principal: Principal) -> None:
        if row.replaces:
            await self._audit.record(
                work,
                tag=AuditTag.PROPOSAL_SUPERSEDED,
                organisation_id=row.organisation_id,
                subject=row.replaces,
                facts={"superseded_by": row.id},
                principal=principal,
            )
        await self._audit.record(
            work,
            tag=AuditTag.PROPOSAL_CREATED,
            organisation_id=row.organisation_id,
            subject=row.id,
            facts={
                "number": row.number,
                "digest": row.digest,
                "body": canonical.read(row.body),
                "conversation_id": row.conversation_id,
                "expires_at": row.expires_at,
            },
            principal=principal,
        )

    async def _all_checked(self, rows: Sequence[ProposalRow]) -> list[Proposal]:
        return [proposal for row in rows if (proposal := await self._checked(row)) is not None]

    async def _checked(self, row: ProposalRow) -> Proposal | None:
        try:
            return from_row(row)
        except Altered:
            await block_altered(self._database, self._audit, row)
            return None


async def expire(work: Work, audit: AuditTrail, proposal_id: str, now: str) -> ProposalRow | None:
    """Let one proposal expire if its time is over; its row when this call did it."""
    over = (store.over_at(now),)
    if not await store.move(work, proposal_id, expected=(State.AWAITING,), to=State.EXPIRED, only_if=over):
        return None
    row = await store.get(work, proposal_id)
    if row is not None:
        await audit.record(
            work,
            tag=AuditTag.PROPOSAL_EXPIRED,
            organisation_id=row.organisation_id,
            subject=row.id,
            facts={"expires_at": row.expires_at},
        )
    return row


async def block_altered(database: Database, audit: AuditTrail, row: ProposalRow) -> None:
    """Stop a proposal whose row no longer matches its digest, once, and record it; nothing is written elsewhere."""
    words = words_to_text(altered())
    async with database.work() as work:
        if await store.move(
            work,
            row.id,
            expected=(State.AWAITING, State.CONFIRMED),
            to=State.BLOCKED,
            only_if=(store.problem_is_not(words),),
            problem=words,
        ):
            await audit.record(
                work,
                tag=AuditTag.PROPOSAL_FOUND_ALTERED,
                organisation_id=row.organisation_id,
                subject=row.id,
                facts={"digest": row.digest, "state": row.state},
            )
