"""Credit notes: listed with what is left of them, and set off once against a document of the same contact."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.books import ACME, DUPONT, NOW, TODAY, World, bill, invoice, make_access, usual_world
from tests.support.drafts import make_document_access
from tests.support.real_tools import House, open_house
from tests.test_tools_aged import note
from tools.base import Draft, ToolResult, WriteKind
from tools.errors import OutcomeUnknown, ToolFailed, ToolRetry
from tools.money import Money
from tools.xero.books import DocumentKind, DocumentStatus
from tools.xero.credit_allocation import ALLOCATE_CREDIT
from tools.xero.credit_list import list_credit_notes
from tools.xero.credit_notes import Allocation
from tools.xero.set_off_plan import AllocationPlan

pytestmark = pytest.mark.anyio


@pytest.fixture
def world() -> World:
    world = usual_world()
    world.documents += [invoice("INV-0900", DUPONT, "100.00"), bill("B-0900", ACME, "80.00")]
    world.credit_notes = [
        note("CN-1", "40.00"),
        note("CN-2", "60.00", remaining="0", status=DocumentStatus.PAID),
        note("CN-3", "25.00", kind=DocumentKind.BILL, contact_id=ACME.id, contact_name=ACME.name),
        note("CN-4", "9.00", currency="GBP"),
    ]
    return world


async def propose(world: World, *, language: str = "en", **said: Any) -> Draft:
    arguments = ALLOCATE_CREDIT.signature.arguments(**said).model_dump()
    draft = await ALLOCATE_CREDIT.propose(make_access(world, language=language), **arguments)
    assert isinstance(draft, Draft)
    return draft


async def listed(world: World, language: str = "en", **said: Any) -> ToolResult:
    return await list_credit_notes.run(make_access(world, language=language), **said)


async def test_the_list_says_what_is_left_by_currency_and_nothing_of_what_is_used_up(world: World) -> None:
    result = await listed(world)
    assert result.answer.startswith("€ 65.00 and £ 9.00 of credit is left on 3 credit notes (Demo GmbH")
    assert (await listed(world, kind="supplier")).answer.startswith("€ 25.00 of credit is left on 1 credit note")
    assert (await listed(world, status="all")).facts["count"] == 4
    assert (await listed(world, "de", contact_name="Acme")).answer.startswith(
        "25,00 € Guthaben auf 1 Gutschrift von Acme"
    )
    world.credit_notes = world.credit_notes[1:2]
    assert (await listed(world, status="all")).answer.startswith("1 credit note, all used up")
    assert (await listed(world)).answer.startswith("There are no open credit notes")


async def test_as_much_as_both_allow_is_proposed_and_the_card_says_what_is_left(world: World) -> None:
    draft = await propose(world, credit_note_number="cn 1", document_number="INV-0900")
    stakes = ALLOCATE_CREDIT.stakes(draft.payload)
    assert (stakes.kind, stakes.money) == (WriteKind.SET_OFF, Money(Decimal("40.00"), "EUR"))
    card = ALLOCATE_CREDIT.card(draft.payload, "en")
    shown = {fact.label: fact.value for fact in card.facts}
    assert card.deed == "Set off € 40.00" and card.payee == "Dupont SA" and "No money moves" in card.note
    assert (shown["Left of it afterwards"], shown["Open afterwards"]) == ("€ 0.00", "€ 60.00")
    assert "verrechnen" in ALLOCATE_CREDIT.card(draft.payload, "de").deed
    part = await propose(world, credit_note_number="CN-1", document_number="INV-0900", amount="12.50")
    assert AllocationPlan.read(part.payload).money == Money(Decimal("12.50"), "EUR")


async def test_the_only_open_credit_of_the_contact_is_meant_else_it_is_asked(world: World) -> None:
    draft = await propose(world, document_number="B-0900", contact_name="Acme")
    assert AllocationPlan.read(draft.payload).credit.number == "CN-3"
    with pytest.raises(ToolRetry, match="Which credit note") as asked:
        await propose(world, document_number="INV-0900")
    assert len(asked.value.choices) == 3 and "Nothing was set off" in asked.value.text("en")
    with pytest.raises(ToolRetry, match="no credit note numbered CN-9"):
        await propose(world, credit_note_number="CN-9", document_number="INV-0900")
    with pytest.raises(ToolRetry, match="Against which"):
        await propose(world, credit_note_number="CN-1")


@pytest.mark.parametrize(
    ("credit", "document", "why"),
    [
        ("CN-2", "INV-0900", "has no credit left"),
        ("CN-3", "INV-0900", "cannot be set off against"),
        ("CN-1", "B-0900", "cannot be set off against"),
        ("CN-4", "INV-0900", "is in GBP"),
        ("CN-1", "INV-0046", "has nothing left to pay"),
    ],
)
async def test_what_xero_would_not_take_is_said_before(world: World, credit: str, document: str, why: str) -> None:
    if document == "INV-0046":
        world.documents.append(invoice("INV-0046", DUPONT, "10.00", status=DocumentStatus.PAID))
    with pytest.raises(ToolFailed, match=why) as refused:
        await propose(world, credit_note_number=credit, document_number=document)
    assert "Nothing was set off" in refused.value.text("en") and "nichts verrechnet" in refused.value.text("de")


async def test_more_than_both_allow_is_asked_about_and_locked_books_are_named(world: World) -> None:
    with pytest.raises(ToolRetry, match="At most € 40"):
        await propose(world, credit_note_number="CN-1", document_number="INV-0900", amount="40.01")
    world.details = world.details.model_copy(update={"period_lock_date": TODAY})
    with pytest.raises(ToolFailed, match="locked up to"):
        await propose(world, credit_note_number="CN-1", document_number="INV-0900")


async def test_it_is_set_off_once_and_found_when_the_answer_is_lost(world: World) -> None:
    earlier = Allocation(document_id=world.document("INV-0900").id, amount=Decimal("40.00"), on=date(2026, 11, 1))
    world.credit_notes[0] = world.credit_notes[0].model_copy(update={"allocations": (earlier,)})
    draft = await propose(world, credit_note_number="CN-1", document_number="INV-0900")
    writing, xero = make_document_access(world, "lost_before", "lost_after")
    receipt = None
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await ALLOCATE_CREDIT.execute(writing, draft.payload, "key-1")
        receipt = await ALLOCATE_CREDIT.look_up(writing, draft.payload, "key-1")
        assert (receipt is not None) is found, "an earlier one of the same amount is not ours"
    assert receipt is not None and "€ 60.00 is left to pay" in receipt.summary["en"]
    assert len(xero.set_off) == 1


async def test_an_answer_of_another_set_off_is_no_success(world: World) -> None:
    draft = await propose(world, credit_note_number="CN-1", document_number="INV-0900")
    writing, _ = make_document_access(world, "other")
    with pytest.raises(OutcomeUnknown):
        await ALLOCATE_CREDIT.execute(writing, draft.payload, "key-1")


async def test_what_changed_since_the_card_stops_it(world: World) -> None:
    draft = await propose(world, credit_note_number="CN-1", document_number="INV-0900")
    access = make_access(world)
    assert await ALLOCATE_CREDIT.changed(access, draft.payload) is None
    world.credit_notes[0] = world.credit_notes[0].model_copy(update={"remaining": Decimal("39.00")})
    why = await ALLOCATE_CREDIT.changed(access, draft.payload)
    assert why is not None and "credit left is now € 39.00" in why["en"]
    world.credit_notes[0] = world.credit_notes[0].model_copy(update={"remaining": Decimal("40.00")})
    place = world.documents.index(world.document("INV-0900"))
    world.documents[place] = world.documents[place].model_copy(update={"updated_at": NOW + timedelta(seconds=1)})
    why = await ALLOCATE_CREDIT.changed(access, draft.payload)
    assert why is not None and "INV-0900 was changed in Xero" in why["en"]


async def test_only_a_whole_plan_is_one(world: World) -> None:
    payload = (await propose(world, credit_note_number="CN-1", document_number="INV-0900")).payload
    for broken in ({**payload, "more": 1}, {**payload, "minor": "4000"}):
        with pytest.raises(ValidationError):
            AllocationPlan.read(broken)


# over real HTTP


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


async def test_the_sandbox_sets_it_off_once_whatever_is_lost(house: House) -> None:
    opened = [one for one in house.copy.credit_notes if one.status is DocumentStatus.AUTHORISED and one.remaining]
    credit, document = next(
        (one, doc)
        for one in opened
        for doc in house.copy.documents
        if (doc.contact_id, doc.kind, doc.currency) == (one.contact_id, one.kind, one.currency)
        and doc.status is DocumentStatus.AUTHORISED
        and doc.amount_due > 0
    )
    draft = await house.propose(ALLOCATE_CREDIT, credit_note_number=credit.number, document_number=document.id)
    plan = AllocationPlan.read(draft.payload)
    assert await ALLOCATE_CREDIT.changed(house.access(), draft.payload) is None
    house.sandbox["xero"].fault("PUT /api.xro/2.0/CreditNotes", "drop_after")
    with pytest.raises(OutcomeUnknown):
        await ALLOCATE_CREDIT.execute(house.writing, draft.payload, "key-1")
    found = await ALLOCATE_CREDIT.look_up(house.writing, draft.payload, "key-1")
    again = await ALLOCATE_CREDIT.execute(house.writing, draft.payload, "key-1")
    assert found is not None and found.facts == again.facts
    made = [one for one in house.sandbox["xero"].effects() if one["operation"] == "create_allocation"]
    assert len(made) == 1
    now = await house.reader.document(document.id)
    assert now.amount_due == document.amount_due - plan.money.amount
    left = await house.reader.credit_note(credit.id)
    assert left.remaining == credit.remaining - plan.money.amount
    assert await ALLOCATE_CREDIT.changed(house.access(), draft.payload) is not None
