"""What Xero tells by itself: taken only with its signature, answered at once, and seen by the next question."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError

from assistant.ledger.sync import LedgerSync
from assistant.login.rules import Door, door
from assistant.stores.database import Database
from assistant.xero_webhooks import ADDRESS, XeroWebhooks
from tests.support.assistant import QUICK, RunningAssistant, run_assistant
from tests.support.books import TODAY
from tests.support.chat import chat_as
from tests.support.reckoning import Ledger
from tests.test_ledger import BILLS, ORG, Kept

pytestmark = pytest.mark.anyio
KEY = "a key of this test"
EVENT = {"eventCategory": "INVOICE", "eventType": "UPDATE", "tenantType": "ORGANISATION", "tenantId": "tenant-1"}


class Taken:
    """The address with what it marked, and how long the database takes."""

    def __init__(self, key: str = KEY) -> None:
        self.marks: list[tuple[str, bool]] = []
        self.slow = 0.0
        self.broken = False
        app = FastAPI()
        app.include_router(XeroWebhooks(key=key, changed=self._changed).router())
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")

    async def _changed(self, tenant_id: str, contacts: bool) -> None:
        await asyncio.sleep(self.slow)
        if self.broken:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        self.marks.append((tenant_id, contacts))

    async def send(self, body: bytes, signature: str | None = None) -> httpx.Response:
        return await self.client.post(ADDRESS, content=body, headers={"x-xero-signature": signature or signed(body)})


def signed(body: bytes, key: str = KEY) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def events(*changes: dict[str, Any]) -> bytes:
    return json.dumps({"events": [{**EVENT, **change} for change in changes], "entropy": "X"}).encode()


@pytest.fixture
async def taken() -> AsyncIterator[Taken]:
    made = Taken()
    yield made
    await made.client.aclose()


# the address


async def test_what_is_signed_is_taken_and_answered_with_nothing(taken: Taken) -> None:
    answer = await taken.send(events({}, {"eventCategory": "CONTACT"}, {"tenantId": "tenant-2"}))
    assert (answer.status_code, answer.content) == (200, b"") and "set-cookie" not in answer.headers
    assert taken.marks == [("tenant-1", True), ("tenant-2", False)]


@pytest.mark.parametrize("wrong", ["", "AAAA", "é", signed(events({}), "another key"), signed(b"another body")])
async def test_anything_else_is_refused_with_nothing(taken: Taken, wrong: str) -> None:
    answer = await taken.client.post(
        ADDRESS, content=events({}), headers=[(b"x-xero-signature", wrong.encode())] if wrong else []
    )
    assert (answer.status_code, answer.content) == (401, b"") and taken.marks == []


async def test_one_changed_byte_is_refused(taken: Taken) -> None:
    body = events({})
    for place in range(0, len(body), 7):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        assert (await taken.send(changed, signed(body))).status_code == 401
    assert taken.marks == []


async def test_without_a_key_there_is_no_such_address() -> None:
    made = Taken(key="")
    assert (await made.send(events({}), signed(events({}), ""))).status_code == 404
    assert made.marks == []


async def test_the_intent_to_receive_is_answered_as_xero_expects(taken: Taken) -> None:
    nothing = json.dumps({"events": [], "firstEventSequence": 0, "lastEventSequence": 0, "entropy": "Y"}).encode()
    assert (await taken.send(nothing)).status_code == 200
    assert (await taken.send(nothing, signed(nothing, "wrong"))).status_code == 401
    assert taken.marks == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b'{"events": 5}', b'{"events": [5, {}]}', b"\xff", b"[" * 9999]
)
async def test_a_signed_body_that_cannot_be_read_marks_nothing_and_is_taken(taken: Taken, body: bytes) -> None:
    assert (await taken.send(body)).status_code == 200 and taken.marks == []


async def test_an_event_of_the_app_itself_is_about_no_organisation(taken: Taken) -> None:
    await taken.send(events({"tenantType": "APPLICATION", "eventCategory": "SUBSCRIPTION"}))
    assert taken.marks == []


async def test_xero_has_its_answer_in_five_seconds_while_the_database_is_busy(taken: Taken) -> None:
    taken.slow, began = 30.0, time.monotonic()
    assert (await taken.send(events({}))).status_code == 503
    assert time.monotonic() - began < 5


async def test_what_could_not_be_kept_is_not_taken_so_that_it_comes_again(taken: Taken) -> None:
    taken.broken = True
    assert (await taken.send(events({}))).status_code == 503
    taken.broken = False
    assert (await taken.send(events({}))).status_code == 200 and taken.marks == [("tenant-1", False)]


def test_strangers_reach_exactly_this_address() -> None:
    assert door("POST", ADDRESS) is Door.OPEN
    for method, path in (("GET", ADDRESS), ("POST", ADDRESS + "/"), ("POST", "/webhooks"), ("PUT", ADDRESS)):
        assert door(method, path) is None


# the copy


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


def asked(kept: Kept, kind: str) -> int:
    return kept.bulk.asked(kind)


async def test_a_mark_makes_the_next_question_ask_however_young_the_copy_is(kept: Kept) -> None:
    await kept.copy.documents(BILLS, today=TODAY)
    kept.clock.advance(seconds=1)
    before = asked(kept, "documents")
    await kept.copy.documents(BILLS, today=TODAY)
    assert asked(kept, "documents") == before, "it asked without a reason"
    kept.world.change("BILL-201", amount_due=Decimal("1.00"), updated_at=kept.clock())
    await kept.sync.mark(ORG, contacts=False)
    kept.clock.advance(seconds=1)
    found = {one.number: one for one in await kept.copy.documents(BILLS, today=TODAY)}
    assert found["BILL-201"].amount_due == Decimal("1.00")
    after = asked(kept, "documents")
    kept.clock.advance(seconds=1)
    await kept.copy.documents(BILLS, today=TODAY)
    assert asked(kept, "documents") == after, "one mark costs one update"


async def test_a_mark_of_one_process_is_seen_by_the_others(kept: Kept) -> None:
    await kept.copy.documents(BILLS, today=TODAY)
    kept.clock.advance(seconds=1)
    other = LedgerSync(kept.database, kept._bulk, kept._live, fresh_seconds=15, clock=kept.clock)
    await other.mark(ORG, contacts=False)
    kept.clock.advance(seconds=1)
    before = asked(kept, "documents")
    await kept.copy.documents(BILLS, today=TODAY)
    assert asked(kept, "documents") > before


async def test_a_contact_that_changed_is_read_although_contacts_are_asked_for_seldom(kept: Kept) -> None:
    await kept.copy.contacts()
    kept.clock.advance(seconds=1)
    changed = kept.world.contacts[0].model_copy(update={"city": "Cork", "updated_at": kept.clock()})
    kept.world.contacts[0] = changed
    await kept.sync.mark(ORG, contacts=False)
    kept.clock.advance(seconds=1)
    assert all(one.city != "Cork" for one in await kept.copy.contacts())
    await kept.sync.mark(ORG, contacts=True)
    kept.clock.advance(seconds=1)
    assert any(one.city == "Cork" for one in await kept.copy.contacts())


async def test_marks_repeated_and_late_cost_no_more_than_one_update(kept: Kept) -> None:
    await kept.copy.documents(BILLS, today=TODAY)
    kept.clock.advance(seconds=2)
    for back in (0, 1, 2, 0):
        kept.clock.advance(seconds=-back)
        await kept.sync.mark(ORG, contacts=False)
        kept.clock.advance(seconds=back)
    kept.clock.advance(seconds=1)
    before = asked(kept, "payments")
    for _ in range(3):
        await kept.copy.documents(BILLS, today=TODAY)
    assert asked(kept, "payments") == before + 1


async def test_what_is_copied_on_demand_sees_the_mark_too(kept: Kept) -> None:
    await kept.copy.credit_notes(BILLS.kind)
    kept.clock.advance(seconds=1)
    before = asked(kept, "credit_notes")
    await kept.copy.credit_notes(BILLS.kind)
    assert asked(kept, "credit_notes") == before
    await kept.sync.mark(ORG, contacts=False)
    kept.clock.advance(seconds=1)
    await kept.copy.credit_notes(BILLS.kind)
    assert asked(kept, "credit_notes") == before + 1


# the whole product


@pytest.fixture(scope="module")
def never_asks() -> Iterator[RunningAssistant]:
    """A product whose copy stays as it is for an hour unless Xero tells something."""
    with run_assistant({**QUICK, "LEDGER_FRESH_SECONDS": "3600"}) as running:
        yield running


async def test_what_changes_in_xero_is_in_the_next_answer(never_asks: RunningAssistant) -> None:
    xero, ledger = never_asks.sandbox["xero"], Ledger(never_asks.sandbox["xero"])
    async with chat_as(never_asks.url, "Vera Vogel") as chat:
        await chat.ask("What is overdue?")
        await told(xero.url, 0)
        bill = ledger.new_bill("4711.00")
        await told(xero.url, 1)
        answer = await chat.ask("Show all open bills")
        assert any(row["number"] == bill.number for row in answer.table["rows"]), "the copy was not brought up to date"
    assert all(one["answers"] == [200] for one in await told(xero.url, 1))


async def told(url: str, count: int) -> list[dict[str, Any]]:
    """The deliveries, once the sandbox has our address and has delivered so many times."""
    async with httpx.AsyncClient(base_url=url) as xero:
        for _ in range(100):
            shown = (await xero.get("/_sandbox/webhooks")).json()
            deliveries: list[dict[str, Any]] = shown["deliveries"]
            if shown["url"] and len(deliveries) >= count and all(one["answers"] for one in deliveries):
                return deliveries
            await asyncio.sleep(0.1)
    raise AssertionError("Xero told nothing")
