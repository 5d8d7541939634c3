"""The rows of the ledger copy as its nightly proof needs them: whole, by id, marked as met, summed up, put right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from assistant.stores.ledger import LedgerTable


async def put(work: AsyncSession, table: LedgerTable, rows: Sequence[Mapping[str, object]]) -> None:
    """Put the rows in the place of those of the same id, however new these are: they are known to be wrong."""
    if not rows:
        return
    connection = await work.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    new = {name: statement.excluded[name] for name in rows[0] if name not in ("organisation_id", "id")}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["organisation_id", "id"], set_=new), [dict(row) for row in rows]
    )


async def rows_of(
    work: AsyncSession, table: LedgerTable, organisation_id: str, ids: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """The rows of these ids, whole, by id."""
    connection = await work.connection()
    found: dict[str, dict[str, Any]] = {}
    for chunk in _chunks(ids):
        wanted = select(_table(table)).where(col(table.organisation_id) == organisation_id, col(table.id).in_(chunk))
        found |= {row.id: dict(row._mapping) for row in (await connection.execute(wanted)).all()}
    return found


async def seen(work: AsyncSession, table: LedgerTable, organisation_id: str, ids: Sequence[str], now: str) -> None:
    """Write down that Xero has these at this moment."""
    for chunk in _chunks(ids):
        await work.exec(
            update(table)
            .where(col(table.organisation_id) == organisation_id, col(table.id).in_(chunk))
            .values(synced_at=now)
            .execution_options(synchronize_session=False)
        )


async def unseen(work: AsyncSession, table: LedgerTable, organisation_id: str, before: str) -> list[dict[str, Any]]:
    """The rows that were not met since then, deleted ones left out: Xero does not list those."""
    connection = await work.connection()
    wanted = select(_table(table)).where(
        col(table.organisation_id) == organisation_id, col(table.synced_at) < before, col(table.status) != "DELETED"
    )
    return [dict(row._mapping) for row in (await connection.execute(wanted)).all()]


async def remove(work: AsyncSession, table: LedgerTable, organisation_id: str, ids: Sequence[str]) -> None:
    """Take out what Xero does not have."""
    for chunk in _chunks(ids):
        await work.exec(delete(table).where(col(table.organisation_id) == organisation_id, col(table.id).in_(chunk)))


async def sums(
    work: AsyncSession, table: LedgerTable, organisation_id: str, *, amount: str, day: str, before: str
) -> list[tuple[str, str, int, int]]:
    """(status, "2026-11 EUR", count, sum) of what did not change since `before`; deleted ones do not count."""
    columns = _table(table).c
    month = func.substr(columns[day], 1, 7) if day else literal("")
    currency = columns["currency"] if day else literal("")
    whole = func.sum(columns[amount]) if amount else literal(0)
    connection = await work.connection()
    wanted = (
        select(columns["status"], month, currency, func.count(), whole)
        .where(
            columns["organisation_id"] == organisation_id,
            columns["status"] != "DELETED",
            columns["updated_at"] < before,
        )
        .group_by(columns["status"], *((month, currency) if day else ()))
    )
    found = (await connection.execute(wanted)).all()
    return [(status, f"{of} {code}" if day else "", int(count), int(total)) for status, of, code, count, total in found]


def _chunks(ids: Sequence[str]) -> list[Sequence[str]]:
    """SQLite takes 32,766 parameters at most, and long lists are slow on both."""
    return [ids[start : start + 500] for start in range(0, len(ids), 500)]


def _table(table: LedgerTable) -> Any:
    return table.__table__  # type: ignore[union-attr]
