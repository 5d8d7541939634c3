"""The yardstick: the smallest Chainlit app, which repeats what it hears. Started by the bench with `chainlit run`.

ECHO_STORAGE=none keeps nothing and asks for no login; ECHO_STORAGE=sqlite is Chainlit's stock SQLAlchemyDataLayer on
SQLite (ECHO_DATABASE), with header login, because Chainlit stores only what belongs to somebody.
"""

import os
import sqlite3
from pathlib import Path

import chainlit as cl
from chainlit.data.sql_alchemy import SQLAlchemyDataLayer
from starlette.datastructures import Headers

# The tables that Chainlit's documentation gives for this layer, in SQLite's types.
_TABLES = """
CREATE TABLE IF NOT EXISTS users (
  "id" TEXT PRIMARY KEY, "identifier" TEXT NOT NULL UNIQUE, "metadata" TEXT NOT NULL, "createdAt" TEXT);
CREATE TABLE IF NOT EXISTS threads (
  "id" TEXT PRIMARY KEY, "createdAt" TEXT, "name" TEXT, "userId" TEXT, "userIdentifier" TEXT, "tags" TEXT,
  "metadata" TEXT, FOREIGN KEY ("userId") REFERENCES users ("id") ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS steps (
  "id" TEXT PRIMARY KEY, "name" TEXT NOT NULL, "type" TEXT NOT NULL, "threadId" TEXT NOT NULL, "parentId" TEXT,
  "streaming" INTEGER NOT NULL, "waitForAnswer" INTEGER, "isError" INTEGER, "metadata" TEXT, "tags" TEXT,
  "input" TEXT, "output" TEXT, "createdAt" TEXT, "command" TEXT, "start" TEXT, "end" TEXT, "generation" TEXT,
  "showInput" TEXT, "language" TEXT, "indent" INTEGER, "defaultOpen" INTEGER, "autoCollapse" INTEGER, "modes" TEXT,
  "icon" TEXT, FOREIGN KEY ("threadId") REFERENCES threads ("id") ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS elements (
  "id" TEXT PRIMARY KEY, "threadId" TEXT, "type" TEXT, "url" TEXT, "chainlitKey" TEXT, "name" TEXT NOT NULL,
  "display" TEXT, "objectKey" TEXT, "size" TEXT, "page" INTEGER, "language" TEXT, "forId" TEXT, "mime" TEXT,
  "props" TEXT);
CREATE TABLE IF NOT EXISTS feedbacks (
  "id" TEXT PRIMARY KEY, "forId" TEXT NOT NULL, "threadId" TEXT NOT NULL, "value" INTEGER NOT NULL, "comment" TEXT);
"""


@cl.on_message
async def repeat(message: cl.Message) -> None:
    """Answer with the same words."""
    await cl.Message(content=message.content).send()  # type: ignore[no-untyped-call]  # Chainlit types it so


if os.environ.get("ECHO_STORAGE") == "sqlite":
    database = Path(os.environ["ECHO_DATABASE"])
    with sqlite3.connect(database) as connection:
        connection.executescript(_TABLES)

    @cl.header_auth_callback
    async def by_header(headers: Headers) -> cl.User | None:
        """Whoever the header names."""
        name = headers.get("x-bench-person")
        return cl.User(identifier=name) if name else None

    @cl.data_layer
    def stock_layer() -> SQLAlchemyDataLayer:
        """Chainlit's own storage, as its documentation sets it up."""
        return SQLAlchemyDataLayer(conninfo=f"sqlite+aiosqlite:///{database}")
