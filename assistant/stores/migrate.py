"""Brings the database to the tables of this version before anything is served.

Alembic is only imported when there is something to do: its import costs a noticeable part of the start.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from assistant import stores
from assistant.stores.database import Database

HEAD = "0014"
"""The newest revision; a test holds it against the folder of versions."""

_FOLDER = Path(__file__).parent.parent / "migrations"


def load_tables() -> None:
    """Import every store, so that SQLModel's metadata knows every table."""
    for module in pkgutil.iter_modules(stores.__path__):
        importlib.import_module(f"assistant.stores.{module.name}")


async def current(database: Database) -> str | None:
    """The revision of the tables as they are; None for an empty database."""
    async with database.engine.connect() as connection:

        def read(sync: Connection) -> str | None:
            if not inspect(sync).has_table("alembic_version"):
                return None
            found = sync.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
            return None if found is None else str(found)

        return await connection.run_sync(read)


async def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the tables to that revision; quick when they are there already."""
    if revision == "head" and await current(database) == HEAD:
        return
    await _run(database, "upgrade", revision)


async def downgrade(database: Database, revision: str) -> None:
    """Take the tables back to that revision ("base" for none)."""
    await _run(database, "downgrade", revision)


async def _run(database: Database, direction: str, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    act: Any = getattr(command, direction)
    async with database.engine.begin() as connection:

        def run(sync: Connection) -> None:
            config.attributes["connection"] = sync
            act(config, revision)

        await connection.run_sync(run)
