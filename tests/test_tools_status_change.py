"""Submitting, approving, voiding and deleting: what may be proposed, what the card says, what is written once."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from assistant import canonical
from tests.support.books import ACME, NOW, World, bill, make_access, usual_world
from tests.support.drafts import make_document_access
from tools.base import Draft, WriteKind
from tools.errors import OutcomeUnknown, ProviderRefused, ToolFailed, ToolRetry
from tools.xero.books import DocumentStatus, Line
from tools.xero.drafts import Deed
from tools.xero.status_change import CHANGE_STATUS
from tools.xero.status_plan import StatusPlan

pytestmark = pytest.mark.anyio


async def propose(world: World | None = None, *, language: str = "en", **said: Any) -> Draft:
    """What the tool proposes when the model calls it with these arguments."""
    arguments = CHANGE_STATUS.signature.arguments(**said).model_dump()
    draft = await CHANGE_STATUS.propose(make_access(world, language=language), **arguments)
    assert isinstance(draft, Draft)
    return draft


async def plan_of(world: World | None, number: str, to: str) -> StatusPlan:
    return StatusPlan.read((await propose(world, document_number=number, to=to)).payload)


@pytest.mark.parametrize(
    ("number", "to", "kind", "deed"),
    [
        ("BILL-300", "approve", WriteKind.DOCUMENT_APPROVAL, "Approve bill BILL-300"),
        ("BILL-301", "approve", WriteKind.DOCUMENT_APPROVAL, "Approve bill BILL-301"),
        ("BILL-300", "submit", WriteKind.DOCUMENT_DRAFT, "Submit bill BILL-300 for approval"),
        ("BILL-300", "delete", WriteKind.DOCUMENT_DRAFT, "Delete bill BILL-300"),
        ("INV-0042", "void", WriteKind.DOCUMENT_APPROVAL, "Void invoice INV-0042"),
    ],
)
async def test_what_is_put_at_stake_and_what_the_button_says(number: str, to: str, kind: WriteKind, deed: str) -> None:
    world = usual_world()
    draft = await propose(world, document_number=number, to=to)
    stakes = CHANGE_STATUS.stakes(draft.payload)
    document = world.document(number)
    assert stakes.kind is kind and stakes.money is not None and stakes.money.amount == document.total
    assert (stakes.payee_id, stakes.reference) == (document.contact_id, number)
    card = CHANGE_STATUS.card(draft.payload, "en")
    assert card.deed == deed and CHANGE_STATUS.card(draft.payload, "de").deed != deed
    assert CHANGE_STATUS.subject(draft.payload) == document.id


async def test_the_card_shows_the_lines_the_total_and_both_states() -> None:
    world = usual_world()
    lines = [
        Line(
            description=f"Part {n}", quantity=Decimal(1), unit_amount=Decimal(5), amount=Decimal(5), account_code="453"
        )
        for n in range(15)
    ]
    world.change("BILL-300", lines=tuple(lines))
    card = CHANGE_STATUS.card((await propose(world, document_number="BILL-300", to="approve")).payload, "en")
    shown = {fact.label: fact.value for fact in card.facts}
    assert shown["Line 1"] == "Part 0: € 5.00, 453" and shown["Further lines"] == "3 more, in Xero"
    assert (shown["Total"], shown["Now"], shown["Afterwards"]) == ("€ 75.00", "draft", "approved")
    assert "pays nothing" in card.note


@pytest.mark.parametrize(
    ("number", "to", "said"),
    [
        ("INV-0042", "delete", "voided, not deleted"),
        ("BILL-300", "void", "deleted, not voided"),
        ("BILL-302", "void", "nothing to change"),
        ("BILL-150", "approve", "Only a draft"),
        ("BILL-301", "submit", "nothing to change"),
        ("INV-0045", "void", "payments or credit notes"),
    ],
)
async def test_what_xero_would_not_take_is_refused_with_what_would_help(number: str, to: str, said: str) -> None:
    with pytest.raises(ToolFailed) as refused:
        await propose(document_number=number, to=to)
    assert said in refused.value.text("en"), refused.value.text("en")
    assert "othing" in refused.value.text("en") and "nichts" in refused.value.text("de")


async def test_what_is_missing_is_asked() -> None:
    cases: tuple[dict[str, Any], ...] = (
        {"to": "approve"},
        {"document_number": "BILL-300"},
        {"document_number": "BILL-999", "to": "void"},
    )
    for said in cases:
        with pytest.raises(ToolRetry) as asked:
            await propose(**said)
        assert "Nothing was changed" in asked.value.text("en")


async def test_a_locked_day_and_a_missing_due_date_are_said_before_a_card_is_made() -> None:
    world = usual_world()
    world.change("BILL-300", issued=date(2026, 7, 1))
    with pytest.raises(ToolFailed, match="locked up to"):
        await propose(world, document_number="BILL-300", to="approve")
    world = usual_world()
    world.change("BILL-300", due=None)
    with pytest.raises(ToolFailed, match="no due date"):
        await propose(world, document_number="BILL-300", to="approve")


async def test_whoever_approves_is_told_of_a_twin_and_of_an_account_number_in_the_text() -> None:
    world = usual_world()
    world.documents.append(bill("BILL-400", ACME, "75.00", issued=world.document("BILL-300").issued))
    world.change("BILL-300", reference="new account DE89370400440532013000", lines=())
    plan = await plan_of(world, "BILL-300", "approve")
    assert [notice.code for notice in plan.notices] == ["like_another", "account_in_text", "no_lines_seen"]
    warnings = CHANGE_STATUS.card(plan.payload(), "en").warnings
    assert "BILL-400" in warnings[0] and "DE89370400440532013000" not in warnings[1]
    assert not (await plan_of(world, "BILL-300", "delete")).notices


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": DocumentStatus.AUTHORISED}, "it is now"),
        ({"total": Decimal("76.00")}, "somebody changed it"),
        ({"updated_at": NOW}, "somebody changed it"),
        ({"contact_name": "Acme Limited"}, "somebody changed it"),
    ],
)
async def test_anything_changed_since_the_card_stops_it(change: dict[str, Any], said: str) -> None:
    world = usual_world()
    draft = await propose(world, document_number="BILL-300", to="approve")
    assert await CHANGE_STATUS.changed(make_access(world), draft.payload) is None
    world.change("BILL-300", **change)
    why = await CHANGE_STATUS.changed(make_access(world), draft.payload)
    assert why is not None and said in why["en"] and "Nothing was changed" in why["en"]


async def test_books_locked_meanwhile_stop_it() -> None:
    world = usual_world()
    draft = await propose(world, document_number="BILL-300", to="approve")
    world.details = world.details.model_copy(update={"period_lock_date": NOW.date() + timedelta(days=1)})
    why = await CHANGE_STATUS.changed(make_access(world), draft.payload)
    assert why is not None and "locked" in why["en"]


async def test_it_is_sent_once_and_its_outcome_is_found_when_the_answer_is_lost() -> None:
    world = usual_world()
    draft = await propose(world, document_number="BILL-300", to="approve")
    writing, xero = make_document_access(world, "lost_before", "lost_after")
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await CHANGE_STATUS.execute(writing, draft.payload, "key-1")
        receipt = await CHANGE_STATUS.look_up(writing, draft.payload, "key-1")
        assert (receipt is not None) is found
    assert receipt is not None and receipt.facts["status"] == "AUTHORISED" and "Approved" in receipt.summary["en"]
    assert xero.effects == [(world.document("BILL-300").id, Deed.APPROVE)]


async def test_one_that_was_approved_and_paid_since_was_approved_and_a_voided_one_was_not() -> None:
    world = usual_world()
    draft = await propose(world, document_number="BILL-300", to="approve")
    writing, _ = make_document_access(world)
    world.change("BILL-300", status=DocumentStatus.PAID)
    assert await CHANGE_STATUS.look_up(writing, draft.payload, "key-1") is not None
    world.change("BILL-300", status=DocumentStatus.VOIDED)
    assert await CHANGE_STATUS.look_up(writing, draft.payload, "key-1") is None


async def test_an_answer_about_another_state_is_no_success_and_a_refusal_none_either() -> None:
    world = usual_world()
    draft = await propose(world, document_number="BILL-300", to="submit")
    writing, xero = make_document_access(world, "refuse")
    with pytest.raises(ProviderRefused):
        await CHANGE_STATUS.execute(writing, draft.payload, "key-1")
    xero._by_key["key-2"] = world.document("BILL-201")
    with pytest.raises(OutcomeUnknown, match="another state"):
        await CHANGE_STATUS.execute(writing, draft.payload, "key-2")


async def test_the_plan_survives_its_bytes_and_can_be_prepared_again() -> None:
    payload = (await propose(document_number="BILL-300", to="approve")).payload
    again = json.loads(canonical.canonical(payload))
    assert StatusPlan.read(again).payload() == payload
    for spoiled in ({**again, "to": "pay"}, {**again, "more": 1}, {**again, "was": "PAID"}):
        with pytest.raises(ValidationError):
            StatusPlan.read(spoiled)
    assert CHANGE_STATUS.again is not None
    said: dict[str, Any] = dict(CHANGE_STATUS.again(payload, {"document_number": "BILL-201"}))
    assert (await propose(**said)).payload == payload
