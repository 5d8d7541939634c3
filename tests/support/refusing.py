"""Clicks that must be refused: nothing is decided, nothing is sent, and the trail says so."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.principal import Principal
from assistant.proposal import Proposal
from assistant.refusals import Refusal, RefusalReason
from assistant.stores.database import Database
from tests.support.database import run_sql
from tests.support.paying import ANNA, Core


async def refused(core: Core, proposal: Proposal, who: Principal = ANNA, **more: Any) -> Refusal:
    """The refusal of a click, after checking that it is recorded and that nothing more is decided."""
    before = await decisions(core.database)
    with pytest.raises(Refusal) as caught:
        await core.decide(proposal, who, **more)
    assert await decisions(core.database) == before
    assert (await core.tags())[-1] == "decision:refused"
    return caught.value


async def reason(core: Core, proposal: Proposal, who: Principal = ANNA, **more: Any) -> RefusalReason:
    """Why a click was refused."""
    return (await refused(core, proposal, who, **more)).reason


async def codes(core: Core, proposal: Proposal, who: Principal = ANNA, **more: Any) -> list[str]:
    """Which rules stood against a click; the names are those of the audit trail."""
    refusal = await refused(core, proposal, who, **more)
    listed = refusal.facts.get("reasons")
    assert isinstance(listed, list), refusal.reason
    return [str(code).removeprefix("not:") for code in listed if str(code).startswith("not:")]


async def decisions(database: Database) -> list[tuple[object, ...]]:
    """Who decided what."""
    return await run_sql(database, "SELECT proposal_id, verdict, person_id FROM decision ORDER BY proposal_id")
