"""The one database of the house: SQLite by default, PostgreSQL by DATABASE_URL, durable before it answers."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

Work = AsyncSession
"""A unit of work, as the rooms outside the stores call it."""


class Database:
    """Opens units of work on one async engine; a unit of work commits whole or not at all."""

    def __init__(self, url: str) -> None:
        self.url = async_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = _engine(self.url, self.is_sqlite)
        self._reading = self.engine.execution_options(reading=True)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[AsyncSession]:
        """One unit of work: committed at the end, rolled back if anything was raised.

        On SQLite the transaction takes the write lock at once (BEGIN IMMEDIATE), so that a read followed by a
        compare-and-set cannot be overtaken; on PostgreSQL use `with_for_update` where that matters.
        """
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One consistent reading that takes no write lock."""
        async with AsyncSession(self._reading, expire_on_commit=False) as session, session.begin():
            yield session

    async def look_again(self) -> None:
        """Let later work begin with what SQLite knows of its tables now: a connection keeps what it read at first."""
        if self.is_sqlite:
            await self.engine.dispose()

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


def async_url(url: str) -> str:
    """The address with the async driver that the house uses (aiosqlite or asyncpg)."""
    for plain, driver in (
        ("sqlite://", "sqlite+aiosqlite://"),
        ("postgresql://", "postgresql+asyncpg://"),
        ("postgres://", "postgresql+asyncpg://"),
    ):
        if url.startswith(plain):
            return driver + url[len(plain) :]
    return url


class _LettingGo(sqlite3.Connection):
    """A connection that gives the write lock back when it is closed.

    A task that is cancelled in the middle of a statement (a closed chat, the Stop button) has its connection closed
    under it. As long as anything still refers to that statement's cursor, SQLite keeps such a connection open with its
    transaction (sqlite3_close_v2), and nobody else can write.
    """

    def close(self) -> None:
        """Closes it; what was not committed is undone first."""
        if self.in_transaction:
            self.rollback()
        super().close()


def _engine(url: str, is_sqlite: bool) -> AsyncEngine:
    if not is_sqlite:
        return create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)
    engine = create_async_engine(url, connect_args={"timeout": 30, "factory": _LettingGo})

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        # FULL: a committed confirmation survives a power cut; WAL: readers do not wait for the writer.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
