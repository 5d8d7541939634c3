"""When the ledger copy was last proved to equal Xero, and which process is at it now."""

from __future__ import annotations

from sqlalchemy import or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession


class ReconciliationRow(SQLModel, table=True):
    """One row an organisation: the last result, and the claim of whoever works on the next."""

    __tablename__ = "ledger_reconciliation"

    organisation_id: str = Field(primary_key=True)
    claimed_until: str = ""
    ended_at: str = ""
    """Empty until the first one has ended."""
    found: str = ""
    """JSON (assistant.ledger.reconcile.Reconciliation)."""


async def latest(work: AsyncSession, organisation_id: str) -> ReconciliationRow | None:
    """The last result; its `ended_at` is empty where none has ended yet."""
    return await work.get(ReconciliationRow, organisation_id)


async def claim(
    work: AsyncSession, organisation_id: str, *, now: str, until: str, ended_before: str | None = None
) -> bool:
    """Take the work, unless another process is at it, or it has ended since `ended_before`. One of many gets it."""
    connection = await work.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    empty = insert(ReconciliationRow).values(organisation_id=organisation_id, claimed_until="", ended_at="", found="")
    await connection.execute(empty.on_conflict_do_nothing())
    row = ReconciliationRow
    free = or_(col(row.claimed_until) == "", col(row.claimed_until) < now)
    conditions = [col(row.organisation_id) == organisation_id, free]
    if ended_before is not None:
        conditions.append(col(row.ended_at) < ended_before)
    taken = await connection.execute(update(row).where(*conditions).values(claimed_until=until))
    return taken.rowcount == 1


async def end(work: AsyncSession, organisation_id: str, *, ended_at: str, found: str) -> None:
    """Write down the result and give the work back; an empty result leaves the last one."""
    values = {"claimed_until": ""} | ({"ended_at": ended_at, "found": found} if found else {})
    await work.exec(
        update(ReconciliationRow).where(col(ReconciliationRow.organisation_id) == organisation_id).values(values)
    )
