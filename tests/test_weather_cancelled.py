"""A task that is cancelled in the middle of its work (a closed chat, Stop) keeps nobody from the database."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterator

import pytest

from assistant.stores.database import Database
from tests.support.database import run_sql
from tests.support.paying import Core

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The pool reports each connection that it closes under a cancelled task."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


async def test_work_cancelled_at_any_moment_leaves_the_database_free(database: Database) -> None:
    core, dice = Core(database), random.Random(1)
    for _ in range(60):
        asking = [asyncio.ensure_future(core.propose()) for _ in range(2)]
        await asyncio.sleep(dice.random() * 0.012)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        # A lock that nobody holds any more would last until the garbage is collected.
        await asyncio.wait_for(run_sql(database, "UPDATE audit_head SET seq = seq"), 10)
    assert (await core.audit.verify()).ok
