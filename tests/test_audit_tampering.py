"""Whatever somebody with the database in their hands could do to the trail is found, and the first event named."""

from __future__ import annotations

import sys

import pytest

from assistant.stores.database import Database
from tests.support.tampering import tamper_with_everything

pytestmark = pytest.mark.anyio


async def test_every_deed_is_found_and_its_first_event_named(database: Database) -> None:
    counts = await tamper_with_everything(database, thorough=False)
    assert counts.missed == []
    tried = counts.tried.total()
    assert counts.found.total() == counts.named.total() == tried > 1_000
    sys.stdout.write("\n".join([*counts.lines(), ""]))
