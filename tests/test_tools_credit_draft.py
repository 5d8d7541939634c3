"""Making, entering, approving and voiding credit notes: what the card says, what is written once, what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.books import ACME, DUPONT, TODAY, World, make_access, usual_world
from tests.support.drafts import make_document_access
from tests.test_tools_aged import note
from tools.base import Draft, WriteKind, WriteTool
from tools.errors import OutcomeUnknown, ToolFailed, ToolRetry
from tools.xero.books import DocumentKind, DocumentStatus
from tools.xero.credit_draft import CREATE_CREDIT_NOTE
from tools.xero.draft_plan import DraftPlan
from tools.xero.status_change import CHANGE_STATUS
from tools.xero.status_plan import StatusPlan

pytestmark = pytest.mark.anyio
TO_DUPONT: dict[str, Any] = {"contact_name": "Dupont", "amount": "50.00", "description": "Returned", "account": "200"}
FROM_ACME: dict[str, Any] = {"contact_name": "Acme", "amount": "50.00", "description": "Returned", "number": "AC-7"}


async def propose(world: World | None = None, *, tool: WriteTool = CREATE_CREDIT_NOTE, **said: Any) -> Draft:
    checked = tool.signature.arguments(**said)
    arguments = {name: getattr(checked, name) for name in type(checked).model_fields}
    draft = await tool.propose(make_access(world), **arguments)
    assert isinstance(draft, Draft)
    return draft


async def test_the_card_says_that_it_is_a_credit_note_and_that_no_money_moves() -> None:
    draft = await propose(**TO_DUPONT, then="approved")
    card = CREATE_CREDIT_NOTE.card(draft.payload, "en")
    assert card.deed == "Make and approve a credit note of € 59.50" and card.payee == "Dupont SA"
    assert "no money moves" in card.note and "Due" not in {fact.label for fact in card.facts}
    assert "Gutschrift" in CREATE_CREDIT_NOTE.card(draft.payload, "de").deed
    assert CREATE_CREDIT_NOTE.stakes(draft.payload).kind is WriteKind.DOCUMENT_APPROVAL


async def test_the_side_follows_from_the_contact_or_is_asked() -> None:
    world = usual_world()
    assert DraftPlan.read((await propose(world, **TO_DUPONT)).payload).kind == "invoice"
    assert DraftPlan.read((await propose(world, **FROM_ACME)).payload).kind == "bill"
    both = next(one for one in world.contacts if one.id == DUPONT.id)
    world.contacts[world.contacts.index(both)] = both.model_copy(update={"is_supplier": True, "is_customer": True})
    with pytest.raises(ToolRetry, match="to a customer or from a supplier"):
        await propose(world, **TO_DUPONT)
    assert DraftPlan.read((await propose(world, **TO_DUPONT, kind="customer")).payload).kind == "invoice"


async def test_a_suppliers_is_not_entered_twice() -> None:
    world = usual_world()
    world.credit_notes = [note("AC-7", "50.00", contact_id=ACME.id, contact_name=ACME.name, kind=DocumentKind.BILL)]
    with pytest.raises(ToolFailed, match="Credit note AC-7 of Acme Ltd"):
        await propose(world, **FROM_ACME)
    with pytest.raises(ToolRetry, match="Which number did the supplier give the credit note"):
        await propose(world, **{**FROM_ACME, "number": ""})


async def test_one_like_it_is_pointed_out() -> None:
    world = usual_world()
    world.credit_notes = [note("CN-9", "59.50", issued=TODAY - timedelta(days=2))]
    card = CREATE_CREDIT_NOTE.card((await propose(world, **TO_DUPONT)).payload, "en")
    assert "CN-9" in card.warnings[0]


@pytest.mark.parametrize("said", [TO_DUPONT, FROM_ACME])
async def test_it_is_made_once_and_found_again_when_the_answer_is_lost(said: dict[str, Any]) -> None:
    world = usual_world()
    draft = await propose(world, **said)
    writing, xero = make_document_access(world, "lost_before", "lost_after")
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await CREATE_CREDIT_NOTE.execute(writing, draft.payload, "key-1")
        receipt = await CREATE_CREDIT_NOTE.look_up(writing, draft.payload, "key-1")
        assert (receipt is not None) is found
    assert receipt is not None and "credit note" in receipt.summary["en"]
    (made,) = xero.effects
    assert not isinstance(made, tuple) and made.is_credit and made.due is None
    assert CREATE_CREDIT_NOTE.again is not None
    again = CREATE_CREDIT_NOTE.again(draft.payload, {})
    assert CREATE_CREDIT_NOTE.signature.arguments(**again)


async def test_a_draft_is_approved_and_one_that_is_used_is_not_voided() -> None:
    world = usual_world()
    world.credit_notes = [
        note("CN-1", "59.50", status=DocumentStatus.DRAFT),
        note("CN-2", "59.50", remaining="10.00"),
    ]
    plan = StatusPlan.read((await propose(world, tool=CHANGE_STATUS, document_number="cn1", to="approve")).payload)
    assert plan.document.is_credit and plan.document.number == "CN-1"
    assert CHANGE_STATUS.card(plan.payload(), "en").deed == "Approve credit note CN-1"
    assert await CHANGE_STATUS.changed(make_access(world), plan.payload()) is None
    with pytest.raises(ToolFailed, match="set off"):
        await propose(world, tool=CHANGE_STATUS, document_number="CN-2", to="void")
    with pytest.raises(ToolRetry):
        await propose(world, tool=CHANGE_STATUS, document_number="CN-3", to="void")
