"""Taking a payment back: which one is meant, what the card says, what is deleted once."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.books import MAIN, TODAY, World, make_access, make_write_access, payment, usual_world
from tools.base import Draft, WriteKind
from tools.errors import OutcomeUnknown, ToolFailed, ToolRetry
from tools.money import Money
from tools.xero.payment_removal import REMOVE_PAYMENT, RemovalPlan

pytestmark = pytest.mark.anyio


async def propose(world: World | None = None, *, language: str = "en", **said: Any) -> Draft:
    """What the tool proposes when the model calls it with these arguments."""
    arguments = REMOVE_PAYMENT.signature.arguments(**said).model_dump()
    draft = await REMOVE_PAYMENT.propose(make_access(world, language=language), **arguments)
    assert isinstance(draft, Draft)
    return draft


async def test_the_only_payment_of_a_document_is_meant_and_the_card_says_what_is_open_afterwards() -> None:
    draft = await propose(document_number="INV-0045")
    stakes = REMOVE_PAYMENT.stakes(draft.payload)
    assert (stakes.kind, stakes.money) == (WriteKind.PAYMENT_REMOVAL, Money(Decimal("500.00"), "EUR"))
    card = REMOVE_PAYMENT.card(draft.payload, "en")
    shown = {fact.label: fact.value for fact in card.facts}
    assert card.deed == "Take back the payment of € 500.00" and card.payee == "Dupont SA"
    assert (shown["Invoice"], shown["Paid on"], shown["Open afterwards"]) == ("INV-0045", "1 Nov 2026", "€ 750.00")
    assert "no money at the bank" in card.note
    assert "zurücknehmen" in REMOVE_PAYMENT.card(draft.payload, "de").deed


async def test_one_of_several_is_asked_about_and_named_by_amount_day_or_choice() -> None:
    world = usual_world()
    world.payments.append(payment(world.document("INV-0045"), "20.00", TODAY - timedelta(days=1), MAIN))
    with pytest.raises(ToolRetry, match="2 payments") as asked:
        await propose(world, document_number="INV-0045")
    assert "Nothing was changed" in asked.value.text("en") and len(asked.value.choices) == 2
    wanted = world.payments[-1].id
    for said in ({"amount": "20.00"}, {"date": "2026-11-21"}, {"payment_id": wanted}):
        draft = await propose(world, document_number="INV-0045", **said)
        assert RemovalPlan.read(draft.payload).payment.id == wanted
    with pytest.raises(ToolRetry, match="No such payment"):
        await propose(world, document_number="INV-0045", amount="21.00")


async def test_where_there_is_none_and_where_the_books_are_locked_it_says_so() -> None:
    with pytest.raises(ToolFailed, match="No payment is recorded"):
        await propose(document_number="BILL-201")
    with pytest.raises(ToolRetry, match="number is missing"):
        await propose()
    world = usual_world()
    world.details = world.details.model_copy(update={"period_lock_date": date(2026, 11, 1)})
    with pytest.raises(ToolFailed, match="locked up to"):
        await propose(world, document_number="INV-0045")


async def test_it_is_deleted_once_and_found_deleted_when_the_answer_is_lost() -> None:
    world = usual_world()
    draft = await propose(world, document_number="INV-0045")
    writing, xero = make_write_access(world, ["lost_before", "lost_after"])
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await REMOVE_PAYMENT.execute(writing, draft.payload, "key-1")
        receipt = await REMOVE_PAYMENT.look_up(writing, draft.payload, "key-1")
        assert (receipt is not None) is found
    assert receipt is not None and "€ 750.00 is open again" in receipt.summary["en"]
    assert xero.removed == [RemovalPlan.read(draft.payload).payment.id]
    assert receipt.facts["document_id"] == world.document("INV-0045").id


async def test_an_answer_that_it_still_stands_is_no_success() -> None:
    world = usual_world()
    draft = await propose(world, document_number="INV-0045")
    writing, _ = make_write_access(world, ["other"])
    with pytest.raises(OutcomeUnknown, match="still stands"):
        await REMOVE_PAYMENT.execute(writing, draft.payload, "key-1")


async def test_what_changed_since_the_card_stops_it() -> None:
    world = usual_world()
    draft = await propose(world, document_number="INV-0045")
    access = make_access(world)
    assert await REMOVE_PAYMENT.changed(access, draft.payload) is None
    stood = world.payments[1]
    for now in ({"status": "DELETED"}, {"amount": Decimal("499.00")}, {"paid_on": date(2026, 11, 2)}):
        world.payments[1] = stood.model_copy(update=now)
        why = await REMOVE_PAYMENT.changed(access, draft.payload)
        assert why is not None and "Nothing was changed" in why["en"]
    world.payments[1] = stood
    world.details = world.details.model_copy(update={"period_lock_date": date(2026, 11, 1)})
    why = await REMOVE_PAYMENT.changed(access, draft.payload)
    assert why is not None and "locked" in why["en"]


async def test_the_plan_is_exactly_a_plan_and_can_be_prepared_again() -> None:
    world = usual_world()
    payload = (await propose(world, document_number="INV-0045")).payload
    with pytest.raises(ValidationError):
        RemovalPlan.read({**payload, "more": 1})
    assert REMOVE_PAYMENT.again is not None
    said: dict[str, Any] = dict(REMOVE_PAYMENT.again(payload, {"payment_id": "another"}))
    assert (await propose(world, **said)).payload == payload
