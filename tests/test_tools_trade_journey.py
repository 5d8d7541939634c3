"""Quotes and purchase orders over the sandbox's real HTTP, from the proposal to Xero's books."""

from collections.abc import AsyncIterator

import pytest

from tests.support.real_tools import House, open_house
from tests.test_tools_documents_journey import confirmed, effects, read
from tools.base import WriteTool
from tools.xero.books import DocumentStatus
from tools.xero.status_change import CHANGE_STATUS
from tools.xero.trade import Form
from tools.xero.trade_make import CREATE_PURCHASE_ORDER, CREATE_QUOTE
from tools.xero.trade_status import CHANGE_ORDER_STATUS, CHANGE_QUOTE_STATUS
from tools.xero.trade_turn import BILL_ORDER, INVOICE_QUOTE

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


async def test_what_is_there_is_listed_page_by_page(house: House) -> None:
    quotes, orders = await house.access().trade.papers("quote"), await house.access().trade.papers("order")
    assert len({one.id for one in quotes}) == len(quotes) >= 10 and {one.form for one in quotes} == {"quote"}
    assert len({one.id for one in orders}) == len(orders) >= 8 and {one.form for one in orders} == {"order"}
    some = quotes[-1]
    assert await house.access().trade.paper("quote", some.id) == some
    within = await house.access().trade.papers("order", first=orders[0].on, last=orders[0].on)
    assert {one.on for one in within} == {orders[0].on}
    assert some.number in await house.ask("get_quote", quote_number=some.number.lower())
    assert "quotes" in await house.ask("list_quotes") and "orders" in await house.ask("list_purchase_orders")


async def test_a_quote_is_made_sent_accepted_and_becomes_an_invoice(house: House) -> None:
    line = {"description": "Layout", "amount": "333.33", "quantity": "3", "account": "200"}
    draft = await house.propose(
        CREATE_QUOTE, contact_name="Dupont", lines=[line], title="Autumn", reference="R-1", valid_until="2026-12-24"
    )
    assert await CREATE_QUOTE.look_up(house.writing, draft.payload, "key-1") is None
    receipt = await confirmed(house, CREATE_QUOTE, draft)
    assert await CREATE_QUOTE.look_up(house.writing, draft.payload, "another") == receipt
    number, paper_id = str(receipt.facts["number"]), str(receipt.facts["paper_id"])
    made = await house.access().trade.paper("quote", paper_id)
    for to in ("send", "accept"):
        draft = await house.propose(CHANGE_QUOTE_STATUS, quote_number=number, to=to)
        assert await CHANGE_QUOTE_STATUS.look_up(house.writing, draft.payload, to) is None
        await confirmed(house, CHANGE_QUOTE_STATUS, draft, to)
        assert await CHANGE_QUOTE_STATUS.look_up(house.writing, draft.payload, to) is not None
    moved = await house.access().trade.paper("quote", paper_id)
    assert moved == made.model_copy(update={"status": "ACCEPTED", "updated_at": moved.updated_at}), "something was lost"
    draft = await house.propose(INVOICE_QUOTE, quote_number=number, due_date="2026-12-24")
    invoice = await read(house, await confirmed(house, INVOICE_QUOTE, draft, "key-invoice"))
    assert (invoice.status, invoice.total) == (DocumentStatus.DRAFT, made.total)
    assert invoice.reference.startswith(f"{number} FA-")
    draft = await house.propose(CHANGE_QUOTE_STATUS, quote_number=number, to="invoiced")
    await confirmed(house, CHANGE_QUOTE_STATUS, draft, "key-invoiced")
    assert effects(house, "create_quote") == 1


@pytest.mark.parametrize(
    ("tool", "move", "said", "name"),
    [
        (CREATE_QUOTE, CHANGE_QUOTE_STATUS, {"contact_name": "Dupont", "terms": "Net"}, "quote_number"),
        (CREATE_PURCHASE_ORDER, CHANGE_ORDER_STATUS, {"contact_name": "Acme"}, "order_number"),
    ],
)
async def test_one_deleted_in_xero_is_found_by_the_look_up(
    house: House, tool: WriteTool, move: WriteTool, said: dict[str, str], name: str
) -> None:
    draft = await house.propose(tool, **said, amount="80.00", description="Paper")
    receipt = await confirmed(house, tool, draft)
    form: Form = "quote" if tool is CREATE_QUOTE else "order"
    made = await house.access().trade.paper(form, str(receipt.facts["paper_id"]))
    assert made.terms == said.get("terms", "")
    deletion = await house.propose(move, **{name: made.number}, to="delete")
    await confirmed(house, move, deletion, "key-deletion")
    assert made.id not in {one.id for one in await house.access().trade.papers(form)}
    assert made.id in {one.id for one in await house.access().trade.papers(form, deleted=True)}
    assert await tool.look_up(house.writing, draft.payload, "another") is not None, "it would be made a second time"


@pytest.mark.parametrize("form", ["quote", "order"])
async def test_one_is_asked_for_by_its_number(house: House, form: Form) -> None:
    trade = house.access().trade
    some = (await trade.papers(form))[-1]
    assert [one.id for one in await trade.numbered(form, some.number.lower())] == [some.id]
    for nothing in ("ZZ-9999", "..", "../Organisation", "A/B", "x?y"):
        assert await trade.numbered(form, nothing) == []


async def test_an_order_is_made_approved_and_becomes_a_bill(house: House) -> None:
    line = {"description": "Paper", "amount": "80.00", "account": "400"}
    draft = await house.propose(
        CREATE_PURCHASE_ORDER, contact_name="Acme", lines=[line], delivery_date="2026-12-01", then="submitted"
    )
    receipt = await confirmed(house, CREATE_PURCHASE_ORDER, draft)
    assert await CREATE_PURCHASE_ORDER.look_up(house.writing, draft.payload, "another") == receipt
    number, paper_id = str(receipt.facts["number"]), str(receipt.facts["paper_id"])
    made = await house.access().trade.paper("order", paper_id)
    draft = await house.propose(CHANGE_ORDER_STATUS, order_number=number, to="approve")
    await confirmed(house, CHANGE_ORDER_STATUS, draft, "key-approve")
    moved = await house.access().trade.paper("order", paper_id)
    assert moved == made.model_copy(update={"status": "AUTHORISED", "updated_at": moved.updated_at})
    draft = await house.propose(BILL_ORDER, order_number=number, number="A-2026-99", due_date="2026-12-30")
    bill = await read(house, await confirmed(house, BILL_ORDER, draft, "key-bill"))
    assert (bill.status, bill.number, bill.total) == (DocumentStatus.DRAFT, "A-2026-99", made.total)
    await house.load()
    draft = await house.propose(CHANGE_STATUS, document_number="A-2026-99", to="approve")
    await confirmed(house, CHANGE_STATUS, draft, "key-bill-approved")
    assert effects(house, "create_purchase_order") == 1
