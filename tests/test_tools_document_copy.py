"""Making a document like one that is there: lines and taxes as they stand, or a refusal that says why not."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.books import World, make_access, usual_world
from tests.support.drafts import make_document_access
from tools.base import Draft
from tools.errors import ToolFailed, ToolRetry
from tools.xero.books import Line
from tools.xero.document_copy import COPY_DOCUMENT
from tools.xero.draft_plan import DraftPlan

pytestmark = pytest.mark.anyio


def line(**more: Any) -> Line:
    usual = {"description": "Layout", "quantity": Decimal(2), "unit_amount": Decimal("100.00"), "account_code": "200"}
    return Line(**{**usual, "amount": Decimal("200.00"), "tax_type": "OUTPUT", **more})


def world_with(number: str, *lines: Line, **more: Any) -> World:
    world = usual_world()
    world.change(number, lines=lines, line_amounts="exclusive", **more)
    return world


async def propose(world: World, **said: Any) -> DraftPlan:
    arguments = COPY_DOCUMENT.signature.arguments(**said).model_dump()
    draft = await COPY_DOCUMENT.propose(make_access(world), **arguments)
    assert isinstance(draft, Draft)
    return DraftPlan.read(draft.payload)


async def test_an_invoice_is_copied_with_its_lines_as_a_draft_dated_today() -> None:
    plan = await propose(world_with("INV-0042", line(), line(description="Print")), document_number="INV-0042")
    assert [(one.description, one.quantity, one.unit_amount) for one in plan.lines] == [
        ("Layout", "2", "100.00"),
        ("Print", "2", "100.00"),
    ]
    assert (plan.kind, plan.status, plan.date, plan.like) == ("invoice", "DRAFT", "2026-11-22", "INV-0042")
    assert plan.reference.startswith("FA-"), "a copy carries a mark of its own"


async def test_a_bill_needs_the_suppliers_new_number() -> None:
    world = world_with("BILL-201", line(account_code="453", tax_type="INPUT"))
    with pytest.raises(ToolRetry, match="Which number"):
        await propose(world, document_number="BILL-201")
    assert (await propose(world, document_number="BILL-201", number="A-78")).number == "A-78"


@pytest.mark.parametrize(
    ("lines", "about"),
    [
        ((), "no lines"),
        ((line(amount=Decimal("180.00")),), "discount"),
        ((line(account_code="999"),), "account 999"),
        ((line(tax_type="OLDTAX"),), "tax OLDTAX"),
    ],
)
async def test_what_cannot_be_taken_over_as_it_stands_is_not_copied(lines: tuple[Line, ...], about: str) -> None:
    with pytest.raises(ToolFailed) as refused:
        await propose(world_with("INV-0042", *lines), document_number="INV-0042")
    assert about in refused.value.text("en") and "Nothing was made" in refused.value.text("en")


async def test_the_copy_is_made_once() -> None:
    world = world_with("INV-0042", line())
    plan = await propose(world, document_number="INV-0042")
    writing, xero = make_document_access(world)
    receipt = await COPY_DOCUMENT.execute(writing, plan.payload(), "key-1")
    assert receipt.facts["document_number"] != "INV-0042" and len(xero.effects) == 1
    assert COPY_DOCUMENT.again is not None
    again = COPY_DOCUMENT.again(plan.payload(), {"date": "2026-11-25"})
    assert again["document_number"] == "INV-0042" and again["date"] == "2026-11-25"
    assert COPY_DOCUMENT.signature.arguments(**again)
