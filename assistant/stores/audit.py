"""The tables of the audit trail: one row an event, chained, and one row that knows where the chain ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

GENESIS = "0" * 64
"""What the first row chains to."""

_AT_ONCE = 100
"""Rows read before others get their turn: a check of a long trail must not hold up the chat."""


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


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One row just as the table holds it: after tampering any value may be anything."""

    seq: object
    at: object
    tag: object
    actor_id: object
    actor_name: object
    roles: object
    session_id: object
    organisation_id: object
    subject: object
    facts: object
    previous: object
    hash: object


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


async def of_subject(work: AsyncSession, subject: str) -> Sequence[AuditRow]:
    """Everything that happened to one subject (a proposal's id), in order."""
    found = await work.exec(select(AuditRow).where(col(AuditRow.subject) == subject).order_by(col(AuditRow.seq)))
    return found.all()


async def numbered(work: AsyncSession, organisation_id: str, number: int) -> Sequence[AuditRow]:
    """The events that may have given a proposal that number in that organisation; their facts say whether."""
    found = await work.exec(
        select(AuditRow)
        .where(
            col(AuditRow.organisation_id) == organisation_id,
            col(AuditRow.tag).startswith("proposal:"),
            col(AuditRow.facts).contains(f'"number":{number}'),
        )
        .order_by(col(AuditRow.seq))
    )
    return found.all()


async def anything_but(work: AsyncSession, tag: str, after: int) -> bool:
    """Whether something else than events of that tag was recorded since the event of that number."""
    found = await work.exec(select(AuditRow.seq).where(col(AuditRow.seq) > after, col(AuditRow.tag) != tag).limit(1))
    return found.first() is not None


async def newest(work: AsyncSession, tag: str) -> AuditRow | None:
    """The last event of that tag."""
    found = await work.exec(
        select(AuditRow).where(col(AuditRow.tag) == tag).order_by(col(AuditRow.seq).desc()).limit(1)
    )
    return found.first()


# reading what somebody may have tampered with


async def hold_still(work: AsyncSession) -> None:
    """Let everything that this unit of work reads be of one moment; call it first."""
    if work.get_bind().dialect.name == "postgresql":
        await work.connection(execution_options={"isolation_level": "REPEATABLE READ"})


async def heads(work: AsyncSession) -> Sequence[tuple[object, object]]:
    """Every row that says where the chain ends (there should be one), just as it is stored."""
    connection = await work.connection()
    async with _any_text(connection):
        found = await connection.execute(select(AuditHeadRow.seq, AuditHeadRow.hash).order_by(col(AuditHeadRow.id)))
        return [(seq, hash_) for seq, hash_ in found.all()]


async def as_stored(
    work: AsyncSession, *, organisation_id: str | None = None, since: str = "", until: str = ""
) -> AsyncGenerator[StoredEvent]:
    """Every row in order of its number, none left out and none merged, one by one; read it to the end.

    `since` and `until` limit the time (stored moments; `until` itself is not in it).
    """
    wanted = select(*(getattr(AuditRow, name) for name in StoredEvent.__dataclass_fields__))
    if organisation_id is not None:
        wanted = wanted.where(col(AuditRow.organisation_id) == organisation_id)
    if since:
        wanted = wanted.where(col(AuditRow.at) >= since)
    if until:
        wanted = wanted.where(col(AuditRow.at) < until)
    connection = await work.connection()
    in_order = wanted.order_by(col(AuditRow.seq)).execution_options(max_row_buffer=_AT_ONCE)
    async with _any_text(connection), connection.stream(in_order) as rows:
        async for row in rows:
            yield StoredEvent(*row)


@asynccontextmanager
async def _any_text(connection: AsyncConnection) -> AsyncIterator[None]:
    """SQLite lets anybody store text that is no UTF-8: read it all the same, so that it can be called edited."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    driver.text_factory = lambda stored: stored.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str
