"""The table that lets one proposal at a time be carried out on a document, across every process of the house.

A hold is taken before the document is read again and counts until the outcome is certain. It is never deleted: it
counts only while its proposal is under way, so that a process that died can block nobody for ever.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, CheckConstraint, text, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from assistant.stores.proposals import AttemptOutcome, AttemptRow, ProposalRow, State


class ExecutionHoldRow(SQLModel, table=True):
    """Which proposal has the document now, or had it last."""

    __tablename__ = "execution_hold"
    __table_args__ = (CheckConstraint("turn > 0", name="ck_execution_hold_turn"),)

    organisation_id: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    """What is written to, as the tool names it: the id of the invoice or bill."""
    proposal_id: str = Field(foreign_key="proposal.id")
    turn: int = Field(sa_type=BigInteger)
    """Counts every taking; whoever claims an attempt must still have the turn under which it read the document."""
    until: str
    """How long it counts while nothing has been sent yet (moment as text)."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The document is ours, under this turn."""

    organisation_id: str
    subject: str
    proposal_id: str
    turn: int


@dataclass(frozen=True, slots=True)
class Held:
    """Another proposal has the document."""

    number: int
    state: State


async def take(
    work: AsyncSession, *, organisation_id: str, subject: str, proposal_id: str, now: str, until: str
) -> Hold | Held:
    """Take the document for that proposal, or say which one has it. Taking again begins a new turn.

    Holds the row until this unit of work ends, so that of two who come at once the second sees the first.
    """
    place = {"organisation_id": organisation_id, "subject": subject, "proposal_id": proposal_id, "until": until}
    begin = text(
        "INSERT INTO execution_hold (organisation_id, subject, proposal_id, turn, until) "
        "VALUES (:organisation_id, :subject, :proposal_id, 1, :until) ON CONFLICT DO NOTHING"
    )
    if (await (await work.connection()).execute(begin, place)).rowcount == 1:
        return Hold(organisation_id, subject, proposal_id, 1)
    row = (
        await work.exec(
            select(ExecutionHoldRow)
            .where(ExecutionHoldRow.organisation_id == organisation_id, ExecutionHoldRow.subject == subject)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).one()
    # Read after the lock: what the holder committed before it let go of the row is seen.
    holder = await work.get(ProposalRow, row.proposal_id, populate_existing=True)
    if holder is not None and holder.id != proposal_id and _counts(row, State(holder.state), now):
        return Held(holder.number, State(holder.state))
    row.proposal_id, row.turn, row.until = proposal_id, row.turn + 1, until
    work.add(row)
    await work.flush()
    return Hold(organisation_id, subject, proposal_id, row.turn)


def _counts(row: ExecutionHoldRow, state: State, now: str) -> bool:
    """Sent or about to be: until its outcome is certain. Not sent yet: while its process may still be at it."""
    return state in (State.EXECUTING, State.UNKNOWN) or (state is State.CONFIRMED and row.until > now)


async def keep(work: AsyncSession, hold: Hold, until: str) -> bool:
    """Whether the hold is still ours under the same turn; it counts until then and its row is locked."""
    return await _set_until(work, hold, until)


async def written_since(work: AsyncSession, hold: Hold, moment: str) -> int | None:
    """The number of another proposal whose execution on the held document succeeded since then; None for none."""
    found = await work.exec(
        select(ProposalRow.number)
        .join(AttemptRow, col(AttemptRow.proposal_id) == col(ProposalRow.id))
        .where(
            col(ProposalRow.organisation_id) == hold.organisation_id,
            col(ProposalRow.subject) == hold.subject,
            col(ProposalRow.id) != hold.proposal_id,
            col(AttemptRow.outcome) == AttemptOutcome.SUCCEEDED,
            col(AttemptRow.ended_at) >= moment,
        )
        .limit(1)
    )
    return found.first()


async def let_go(work: AsyncSession, hold: Hold) -> None:
    """Nothing was sent and nothing will be for now: others may have the document."""
    await _set_until(work, hold, "")


async def _set_until(work: AsyncSession, hold: Hold, until: str) -> bool:
    change = (
        update(ExecutionHoldRow)
        .where(
            col(ExecutionHoldRow.organisation_id) == hold.organisation_id,
            col(ExecutionHoldRow.subject) == hold.subject,
            col(ExecutionHoldRow.proposal_id) == hold.proposal_id,
            col(ExecutionHoldRow.turn) == hold.turn,
        )
        .values(until=until)
        .execution_options(synchronize_session=False)
    )
    return (await work.exec(change)).rowcount == 1
