"""Runs the migrations on the connection that `assistant.stores.migrate` hands over."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from assistant.stores import migrate

migrate.load_tables()
connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
