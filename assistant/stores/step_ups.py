"""The table of step-ups: one row is one fresh, strict sign-in, good for exactly one proposal as its card showed it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class StepUpRow(SQLModel, table=True):
    """A person proved who they are with a second factor, for this proposal's bytes, in this login session."""

    __tablename__ = "step_up"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="ck_step_up_digest"),
        CheckConstraint("person_id <> '' AND session_id <> ''", name="ck_step_up_who"),
        CheckConstraint("acr <> '' AND acr NOT LIKE '%1fa%' AND acr NOT LIKE '%ifpossible%'", name="ck_step_up_strict"),
        CheckConstraint("auth_time <> '' AND at <> ''", name="ck_step_up_when"),
        Index("ix_step_up_proposal", "proposal_id", "session_id"),
    )

    id: str = Field(primary_key=True)
    """Names the sign-in (the hash of its `state`), so that one sign-in can be stored only once."""
    proposal_id: str = Field(foreign_key="proposal.id")
    digest: str
    person_id: str
    session_id: str
    acr: str
    """How strictly the person was checked, in the issuer's words."""
    auth_time: str
    """When they proved it, by the issuer's clock."""
    at: str
    """When it was stored, by ours."""


async def add(work: AsyncSession, row: StepUpRow) -> bool:
    """Keep the step-up; False when this very sign-in is kept already, and then nothing changes."""
    step = text(
        "INSERT INTO step_up (id, proposal_id, digest, person_id, session_id, acr, auth_time, at) "
        "VALUES (:id, :proposal_id, :digest, :person_id, :session_id, :acr, :auth_time, :at) "
        "ON CONFLICT (id) DO NOTHING"
    )
    return (await (await work.connection()).execute(step, row.model_dump())).rowcount == 1


async def fresh(
    work: AsyncSession, *, proposal_id: str, digest: str, person_id: str, session_id: str, since: str
) -> StepUpRow | None:
    """The newest step-up of that person in that session for exactly these bytes, proved and stored since that moment.

    Both clocks have to agree: an issuer whose clock runs ahead must not make a sign-in last longer.
    """
    found = await work.exec(
        select(StepUpRow)
        .where(
            col(StepUpRow.proposal_id) == proposal_id,
            col(StepUpRow.digest) == digest,
            col(StepUpRow.person_id) == person_id,
            col(StepUpRow.session_id) == session_id,
            col(StepUpRow.auth_time) >= since,
            col(StepUpRow.at) >= since,
        )
        .order_by(col(StepUpRow.at).desc(), col(StepUpRow.auth_time).desc())
        .limit(1)
    )
    return found.first()
