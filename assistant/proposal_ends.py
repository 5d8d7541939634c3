"""How a proposal ends without anybody deciding: its time is over, or its row is not what was proposed."""

from __future__ import annotations

from assistant.audit import AuditTag, AuditTrail
from assistant.proposal import words_to_text
from assistant.proposal_words import altered, altered_under_way
from assistant.stores import proposals as store
from assistant.stores.database import Database, Work
from assistant.stores.proposals import ProposalRow, State


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
    """Stop a proposal whose row no longer matches its digest, once, and record it; nothing is written elsewhere.

    One that was sent already is not blocked, since it may have been done: it stays, and says that a person has to look.
    """
    state = State(row.state)
    under_way = state in (State.EXECUTING, State.UNKNOWN)
    words = words_to_text(altered_under_way(row.kind) if under_way else altered())
    async with database.work() as work:
        if await store.move(
            work,
            row.id,
            expected=(state,) if under_way else (State.AWAITING, State.CONFIRMED),
            to=state if under_way else State.BLOCKED,
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
