"""What a tool call becomes, with the real tools over fakes of the providers."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from assistant.dispatch import Asking, Dispatch, Outcome
from assistant.model import CallRequest
from assistant.principal import Role
from tests.support.books import World, make_access, usual_world
from tests.support.conversation import ORGANISATION, KeepsProposals, person
from tools.base import Access, Organisation
from tools.catalogue import toolset

pytestmark = pytest.mark.anyio
OLD = {"en": "Xero cannot be reached, so these figures are from our last copy.", "de": "Xero ist nicht erreichbar."}


async def outcome(world: World, name: str, *, language: str = "en", **arguments: object) -> Outcome:
    async def access_for(_organisation: Organisation, language: str) -> Access:
        return make_access(world, language=language)

    asking = Asking(person(Role.APPROVER), ORGANISATION, "c-1", language)
    dispatch = Dispatch(toolset=toolset(), asking=asking, access_for=access_for, proposals=KeepsProposals())
    return await dispatch.run(CallRequest("call-1", name, json.dumps(arguments)))


async def test_an_answer_from_an_old_copy_says_why_it_is_old() -> None:
    world = replace(usual_world(), stale_because=OLD)
    assert (await outcome(world, "list_bills")).answer.endswith(OLD["en"])
    assert (await outcome(world, "list_bills", language="de")).answer.endswith(OLD["de"])
    assert OLD["en"] not in (await outcome(usual_world(), "list_bills")).answer


async def test_not_found_in_an_old_copy_says_that_it_may_only_be_missing_there() -> None:
    found = await outcome(replace(usual_world(), stale_because=OLD), "record_payment", document_number="BILL-9999")
    assert not found.ok
    assert found.problem.endswith(OLD["en"])
    assert OLD["en"] in found.result
