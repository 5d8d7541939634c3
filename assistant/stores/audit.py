"""The tables of the audit trail: one row an event, chained, and one row that knows where the chain ends."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import CheckConstraint, text, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

GENESIS = "0" * 64
"""What the first row chains to."""


class AuditRow(SQLModel, table=True):
    """One event. `facts` is canonical JSON; `hash` is SHA-256 over the hash before it and this row's bytes."""

    __tablename__ = "audit_event"
    __table_args__ = (CheckConstraint("seq > 0", name="ck_audit_event_seq"),)

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: str
    tag: str = Field(index=True)
    actor_id: str
    actor_name: str
    roles: str
    session_id: str
    organisation_id: str = Field(index=True)
    subject: str = Field(index=True)
    facts: str
    previous: str
    hash: str


class AuditHeadRow(SQLModel, table=True):
    """Where the chain ends; every append locks this one row, so that appends come one after the other."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="ck_audit_head_single"),)

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int
    hash: str


async def next_place(work: AsyncSession) -> tuple[int, str]:
    """The number of the next event and the hash it chains to; holds the head until this unit of work ends."""
    step = (
        update(AuditHeadRow)
        .where(col(AuditHeadRow.id) == 1)
        .values(seq=AuditHeadRow.seq + 1)
        .returning(col(AuditHeadRow.seq), col(AuditHeadRow.hash))
        .execution_options(synchronize_session=False)
    )
    found = (await work.exec(step)).one_or_none()
    if found is None:
        begin = text("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, :genesis) ON CONFLICT (id) DO NOTHING")
        await (await work.connection()).execute(begin, {"genesis": GENESIS})
        found = (await work.exec(step)).one()
    return found[0], found[1]


async def append(work: AsyncSession, row: AuditRow) -> None:
    """Put the row at the end and move the head to it."""
    work.add(row)
    move = update(AuditHeadRow).where(col(AuditHeadRow.id) == 1, col(AuditHeadRow.seq) == row.seq)
    await work.exec(move.values(hash=row.hash).execution_options(synchronize_session=False))


async def head(work: AsyncSession) -> tuple[int, str]:
    """Where the chain ends: the last number and hash; (0, GENESIS) before the first event."""
    found = (await work.exec(select(AuditHeadRow.seq, AuditHeadRow.hash))).one_or_none()
    return (0, GENESIS) if found is None else (found[0], found[1])


async def after(work: AsyncSession, seq: int, limit: int) -> Sequence[AuditRow]:
    """The next events in order of their number."""
    found = await work.exec(select(AuditRow).where(col(AuditRow.seq) > seq).order_by(col(AuditRow.seq)).limit(limit))
    return found.all()


async def of_subject(work: AsyncSession, subject: str) -> Sequence[AuditRow]:
    """Everything that happened to one subject (a proposal's id), in order."""
    found = await work.exec(select(AuditRow).where(col(AuditRow.subject) == subject).order_by(col(AuditRow.seq)))
    return found.all()
