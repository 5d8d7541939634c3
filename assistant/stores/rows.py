"""Writes rows the same way on SQLite and PostgreSQL: added if new, changed where that is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

Json = dict[str, Any]


async def insert_new(work: AsyncSession, table: type[SQLModel], rows: Sequence[Json]) -> None:
    """Add the rows that are not there yet."""
    if rows:
        connection = await work.connection()
        await connection.execute(_inserting(work, table).on_conflict_do_nothing(), list(rows))


async def upsert(
    work: AsyncSession,
    table: type[SQLModel],
    rows: Sequence[Json],
    *,
    keep: Iterable[str],
    key: str = "id",
    where: Callable[[Any, Any], ColumnElement[bool]] | None = None,
) -> None:
    """Add rows or change them, except the columns in `keep`; rows that fail `where` (now, new) are left alone."""
    if not rows:
        return
    statement = _inserting(work, table)
    new = statement.excluded
    changed = {name: new[name] for name in rows[0] if name not in {key, *keep}}
    allowed = where(_table(table).c, new) if where else None
    connection = await work.connection()
    await connection.execute(
        statement.on_conflict_do_update(index_elements=[key], set_=changed, where=allowed), list(rows)
    )


def clean(text: str) -> str:
    """Without what no database keeps: NUL (PostgreSQL) and halves of surrogate pairs (both)."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _inserting(work: AsyncSession, table: type[SQLModel]) -> Any:
    dialect = work.sync_session.get_bind().dialect.name
    return (sqlite if dialect == "sqlite" else postgresql).insert(_table(table))


def _table(table: type[SQLModel]) -> Any:
    return table.__table__  # type: ignore[attr-defined]
