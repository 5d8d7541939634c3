"""The tables as the migrations make them are those that the code states, forward and back, on both databases."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from assistant.stores import migrate
from assistant.stores.database import Database
from tests.support.database import BOTH, PostgresForTests

pytestmark = pytest.mark.anyio


@pytest.fixture(params=BOTH)
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database without any table, once of each kind."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        await database.close()
        return
    server: PostgresForTests = request.getfixturevalue("postgres_server")
    name = f"empty_{uuid.uuid4().hex}"
    admin = Database(server.url("postgres"))
    async with admin.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await admin.close()
    database = Database(server.url(name))
    yield database
    await database.close()
    await server.drop(server.url(name))


async def differences(database: Database) -> list[Any]:
    migrate.load_tables()

    def compare(connection: Connection) -> list[Any]:
        found: list[Any] = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
        return found

    async with database.engine.connect() as connection:
        return await connection.run_sync(compare)


async def test_the_migrations_make_the_tables_that_the_code_states(empty: Database) -> None:
    await migrate.upgrade(empty)
    assert await differences(empty) == []
    assert await migrate.current(empty) == migrate.HEAD


async def test_a_second_upgrade_changes_nothing(empty: Database) -> None:
    await migrate.upgrade(empty)
    await migrate.upgrade(empty)
    assert await differences(empty) == []


async def test_back_to_nothing_and_forward_again(empty: Database) -> None:
    await migrate.upgrade(empty)
    await migrate.downgrade(empty, "base")
    async with empty.engine.connect() as connection:
        left = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    assert left <= {"alembic_version"}
    assert await migrate.current(empty) is None
    await migrate.upgrade(empty)
    assert await differences(empty) == []


def test_the_newest_revision_is_the_one_that_a_start_looks_for() -> None:
    folder = Path(migrate.__file__).parent.parent / "migrations" / "versions"
    revisions = [re.match(r"r(\d+)_", path.name) for path in folder.glob("*.py")]
    assert max(found[1] for found in revisions if found) == migrate.HEAD
