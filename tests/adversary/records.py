"""The product's database read from outside, as an auditor reads it: plain SQL, nothing of the product's own code."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

Row = dict[str, Any]


class Records:
    """Asks the tables; SQLite directly (a judge that costs more than the deed halves the soak), else by the engine."""

    def __init__(self, url: str, engine: AsyncEngine | None = None) -> None:
        self._engine = engine
        self._direct: sqlite3.Connection | None = None
        if "sqlite" in url:
            self._direct = sqlite3.connect(url.partition("///")[2], timeout=30)
            self._direct.row_factory = sqlite3.Row

    async def rows(self, statement: str, **values: object) -> list[Row]:
        """The rows of a SELECT; values as `:name`."""
        if self._direct is not None:
            return [dict(row) for row in self._direct.execute(statement, values).fetchall()]
        assert self._engine is not None
        async with self._engine.connect() as connection:
            found = await connection.execute(text(statement), values)
            return [dict(row) for row in found.mappings().all()]

    async def row(self, statement: str, **values: object) -> Row | None:
        """The first row."""
        found = await self.rows(statement, **values)
        return found[0] if found else None

    async def proposal(self, identity: str) -> Row | None:
        """One proposal by its id."""
        return await self.row("SELECT * FROM proposal WHERE id = :id", id=identity)

    async def of_conversation(self, conversation_id: str) -> list[Row]:
        """Every proposal made in a conversation."""
        return await self.rows("SELECT * FROM proposal WHERE conversation_id = :id ORDER BY number", id=conversation_id)

    async def decision(self, proposal_id: str) -> Row | None:
        """The decision on a proposal."""
        return await self.row("SELECT * FROM decision WHERE proposal_id = :id", id=proposal_id)

    async def roles(self, person_id: str) -> set[tuple[str, str]]:
        """(role, organisation) of everything that person holds now; an empty organisation is every one."""
        found = await self.rows("SELECT role, organisation FROM role_grant WHERE person_id = :id", id=person_id)
        return {(str(row["role"]), str(row["organisation"])) for row in found}

    async def audit_after(self, seq: int) -> list[Row]:
        """Every audit event after that one."""
        return await self.rows("SELECT * FROM audit_event WHERE seq > :seq ORDER BY seq", seq=seq)

    def close(self) -> None:
        """Give the file back."""
        if self._direct is not None:
            self._direct.close()
