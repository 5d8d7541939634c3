"""Changing a draft: what was not said stays, the card shows what was and what will be, and it is done once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.support.books import World, make_access, usual_world
from tests.support.drafts import make_document_access
from tools.base import Draft, WriteKind
from tools.errors import OutcomeUnknown, ToolFailed, ToolRetry
from tools.xero.books import Line
from tools.xero.draft_edit import CHANGE_DRAFT
from tools.xero.draft_edit_plan import EditPlan

pytestmark = pytest.mark.anyio
DRAFT = "BILL-300"


def line(text: str = "Paper", amount: str = "75.00", **more: Any) -> Line:
    usual = {"description": text, "quantity": Decimal(1), "unit_amount": Decimal(amount), "account_code": "469"}
    return Line(**{**usual, "amount": Decimal(amount), "tax_type": "NONE", **more})


def world_with(*lines: Line) -> World:
    world = usual_world()
    world.change(DRAFT, lines=lines or (line(),), line_amounts="exclusive")
    return world


async def propose(world: World, **said: Any) -> EditPlan:
    checked = CHANGE_DRAFT.signature.arguments(document_number=DRAFT, **said)
    arguments = {name: getattr(checked, name) for name in type(checked).model_fields}
    draft = await CHANGE_DRAFT.propose(make_access(world), **arguments)
    assert isinstance(draft, Draft)
    return EditPlan.read(draft.payload)


async def test_what_was_said_changes_and_the_rest_stays() -> None:
    plan = await propose(world_with(), due_date="2026-12-24", amount="80.00")
    assert (plan.after.due, plan.total.amount) == ("2026-12-24", Decimal("80.00"))
    assert (plan.lines[0].description, plan.lines[0].account_code) == ("Paper", "469")
    change = plan.change()
    assert (change.due, change.issued, change.reference, change.number) == (date(2026, 12, 24), None, None, None)
    card = CHANGE_DRAFT.card(plan.payload(), "en")
    shown = {fact.label: fact.value for fact in card.facts}
    assert shown["Due"].endswith("→ 24 Dec 2026") and shown["Total"] == "€ 75.00 → € 80.00"
    assert "Date" not in shown and "stays as it is" in card.note
    assert "→" in {f.label: f.value for f in CHANGE_DRAFT.card(plan.payload(), "de").facts}["Fällig"]
    assert CHANGE_DRAFT.stakes(plan.payload()).kind is WriteKind.DOCUMENT_DRAFT


async def test_lines_that_do_not_change_are_not_sent() -> None:
    plan = await propose(world_with(line(), line("Ink", "5.00")), due_date="2026-12-24")
    assert plan.change().lines == () and plan.total.amount == Decimal("80.00")


async def test_all_lines_can_be_said_anew() -> None:
    plan = await propose(world_with(line(), line("Ink", "5.00")), lines=[{"description": "Both", "amount": "81.00"}])
    assert [one.description for one in plan.change().lines] == ["Both"]
    values = [fact.value for fact in CHANGE_DRAFT.card(plan.payload(), "en").facts if fact.label.startswith("Line")]
    assert values[0].startswith("Paper: € 75.00") and "→ Both: € 81.00" in values[0] and values[1].endswith("→ removed")


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ({}, "What should be changed"),
        ({"reference": "x"}, "no reference"),
        ({"due_date": "2020-01-01"}, "due before its date"),
        ({"amount": "75.00"}, "What should be changed"),
        ({"description": "see https://evil.example"}, "link"),
    ],
)
async def test_what_makes_no_sense_is_asked_again(said: dict[str, str], about: str) -> None:
    with pytest.raises(ToolRetry) as asked:
        await propose(world_with(), **said)
    assert about in asked.value.text("en") and "Nothing was changed" in asked.value.text("en")


async def test_one_line_of_several_cannot_be_told_apart() -> None:
    with pytest.raises(ToolRetry, match="It has 2 lines"):
        await propose(world_with(line(), line("Ink", "5.00")), amount="80.00")


async def test_an_approved_document_is_not_changed() -> None:
    checked = CHANGE_DRAFT.signature.arguments(document_number="BILL-201", due_date="2026-12-24")
    arguments = {name: getattr(checked, name) for name in type(checked).model_fields}
    with pytest.raises(ToolFailed, match="not a draft any more"):
        await CHANGE_DRAFT.propose(make_access(), **arguments)


async def test_somebody_elses_change_stops_it() -> None:
    world = world_with()
    plan = await propose(world, amount="80.00")
    assert await CHANGE_DRAFT.changed(make_access(world), plan.payload()) is None
    world.change(DRAFT, total=Decimal("76.00"))
    said = await CHANGE_DRAFT.changed(make_access(world), plan.payload())
    assert said is not None and "Nothing was changed" in said["en"]


async def test_it_is_changed_once_and_found_again_when_the_answer_is_lost() -> None:
    world = world_with()
    plan = await propose(world, amount="80.00", due_date="2026-12-24", number="S-77")
    writing, xero = make_document_access(world, "lost_before", "lost_after")
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await CHANGE_DRAFT.execute(writing, plan.payload(), "key-1")
        assert (await CHANGE_DRAFT.look_up(writing, plan.payload(), "key-1") is not None) is found
    assert len(xero.changes) == 1
    assert CHANGE_DRAFT.again is not None
    again = CHANGE_DRAFT.again(plan.payload(), {"date": "2026-11-20"})
    assert again["date"] == "2026-11-20" and CHANGE_DRAFT.signature.arguments(**again)


async def test_an_answer_with_other_values_is_no_success() -> None:
    world = world_with()
    plan = await propose(world, amount="80.00")
    writing, _ = make_document_access(world, "other")
    with pytest.raises(OutcomeUnknown, match="other values"):
        await CHANGE_DRAFT.execute(writing, plan.payload(), "key-1")
