"""The whole product on PostgreSQL: asked, paid, restarted, found again."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from sqlalchemy import text

from assistant.stores.database import Database
from tests.support.assistant import QUICK, RunningAssistant, run_assistant
from tests.support.chat import card_of, decide, open_chat, sign_in, until_face
from tests.support.database import PostgresForTests
from tests.support.reckoning import Ledger

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


@pytest.fixture
async def product(postgres_server: PostgresForTests) -> AsyncIterator[RunningAssistant]:
    """The product on an empty PostgreSQL database; its own migrations make the tables."""
    name = f"product_{uuid.uuid4().hex}"
    admin = Database(postgres_server.url("postgres"))
    async with admin.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await admin.close()
    url = postgres_server.url(name).replace("postgresql+asyncpg", "postgresql")
    with run_assistant({**QUICK, "DATABASE_URL": url}) as running:
        yield running
    await postgres_server.drop(postgres_server.url(name))


async def test_a_bill_is_paid_once_and_stays_paid_after_a_restart(product: RunningAssistant) -> None:
    ledger = Ledger(product.sandbox["xero"])
    bill = ledger.new_bill("238.00")
    async with aclosing(await sign_in(product.url, "Max Maurer")) as browser:
        async with open_chat(product.url, browser) as chat:
            assert "Lindenhof Studio GmbH" in (await chat.ask("What is overdue?")).text
            card = (await chat.ask(f"Pay bill {bill.number}")).card
            thread = chat.thread_id
            await asyncio.gather(decide(chat, card), decide(chat, card))
            await until_face(chat, card, "done")
        await asyncio.to_thread(product.restart)
        async with open_chat(product.url, browser, thread_id=thread) as chat:
            assert card_of(chat, card["proposal_id"])["face"] == "done"
    assert len(ledger.paid(bill.id)) == 1
    assert not list(product.home.rglob("assistant.db")), "it wrote to SQLite beside PostgreSQL"
