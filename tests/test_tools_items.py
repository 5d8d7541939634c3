"""Items, contact groups and what repeats: what is told of them, and what is changed once after a confirmation."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.books import ACME, DUPONT, MUELLER, World, fake_writing, make_access, usual_world
from tests.support.masters import FakeMasters, FakeMasterWriter, MasterWorld, item, template
from tools.base import Access, Draft, ReadTool, ToolResult, WriteAccess, WriteKind, WriteTool
from tools.errors import OutcomeUnknown, ToolFailed, ToolRetry
from tools.xero.books import DocumentKind
from tools.xero.group_list import list_contact_groups
from tools.xero.group_member import ADD_TO_GROUP, MemberPlan
from tools.xero.item_changes import CHANGE_ITEM, CREATE_ITEM
from tools.xero.item_list import list_items, price_words
from tools.xero.item_plan import ItemPlan
from tools.xero.master_data import Pricing
from tools.xero.repeating_list import list_repeating_invoices, schedule_words

pytestmark = pytest.mark.anyio


def masters_of(world: World | None = None) -> MasterWorld:
    books = world or usual_world()
    return MasterWorld(contacts=lambda: books.contacts)


def access(masters: MasterWorld, language: str = "en", world: World | None = None) -> Access:
    return make_access(world, language=language, masters=FakeMasters(masters))


async def read(tool: ReadTool, masters: MasterWorld, language: str = "en", **said: Any) -> ToolResult:
    result = await tool.run(access(masters, language), **said)
    assert isinstance(result, ToolResult)
    return result


async def propose(tool: WriteTool, masters: MasterWorld, *, language: str = "en", **said: Any) -> Draft:
    arguments = tool.signature.arguments(**said).model_dump()
    draft = await tool.propose(access(masters, language), **arguments)
    assert isinstance(draft, Draft)
    return draft


def writing(masters: MasterWorld, *answers: str) -> tuple[WriteAccess, FakeMasterWriter]:
    writer = FakeMasterWriter(masters, answers)
    return fake_writing(usual_world(), masters=writer), writer


def facts(tool: WriteTool, draft: Draft, language: str = "en") -> dict[str, str]:
    return {fact.label: fact.value for fact in tool.card(draft.payload, language).facts}


# reading


async def test_items_are_listed_with_prices_accounts_and_their_pages_in_xero() -> None:
    result = await read(list_items, masters_of())
    assert result.answer.startswith("2 items in the price list (Demo GmbH")
    (table,) = result.tables
    assert table.rows[0]["sales"] == {"minor": 9500, "currency": "EUR"}
    assert "/Accounts/Inventory/" in str(table.rows[0]["_link"])
    one = await read(list_items, masters_of(), "de", query="design")
    assert "DESIGN-H Design, hour: Verkauf zu 95,00 € auf Konto 200" in one.answer
    assert one.facts["rows"][0]["sales_price"] == "95.00"  # type: ignore[index, call-overload]
    none = await read(list_items, masters_of(), query="nothing\u202e")
    assert none.tables == () and "No item matches “nothing”" in none.answer


async def test_a_price_with_four_decimals_keeps_them() -> None:
    masters = masters_of()
    masters.items.append(item("SHEET", "Sheet", "0.0325"))
    (table,) = (await read(list_items, masters)).tables
    assert [row["sales"] for row in table.rows] == ["€ 95.00", "", "0.0325 EUR"]
    assert price_words(Decimal("0.0325"), "EUR", "de") == "0,0325 EUR"


async def test_groups_are_listed_and_one_that_is_named_shows_who_is_in_it() -> None:
    masters = masters_of()
    masters.join("VIP", ACME, DUPONT)
    assert "2 contact groups: Printers and VIP" in (await read(list_contact_groups, masters)).answer
    result = await read(list_contact_groups, masters, group="vip")
    assert "2 contacts are in the group VIP" in result.answer
    owed = {row["name"]: (row["owes_us"], row["we_owe"]) for row in result.tables[0].rows}
    assert owed == {"Acme Ltd": ("", "€ 2,230.00"), "Dupont SA": ("€ 3,450.00", "")}
    with pytest.raises(ToolRetry, match="no contact group “Friends”") as asked:
        await read(list_contact_groups, masters, group="Friends")
    assert [choice.label for choice in asked.value.choices] == ["Printers", "VIP"]


async def test_what_repeats_is_summed_by_side_and_currency() -> None:
    masters = masters_of()
    masters.repeating = [
        template(DUPONT.id, DUPONT.name, "1500.00", period=3),
        template(MUELLER.id, MUELLER.name, "200.00", currency="GBP", status="DRAFT"),
        template(ACME.id, ACME.name, "99.00", kind=DocumentKind.BILL, unit="WEEKLY", period=2),
    ]
    result = await read(list_repeating_invoices, masters)
    assert result.answer.startswith(
        "2 repeating invoices of € 1,500.00 and £ 200.00 together and 1 repeating bill of € 99.00 together ("
    )
    assert [len(table.rows) for table in result.tables] == [2, 1]
    assert result.tables[0].rows[0]["next"] == "2026-12-01"
    assert [schedule_words(one, "de") for one in masters.repeating] == ["jedes Quartal", "jeden Monat", "alle 2 Wochen"]
    assert [schedule_words(one, "en") for one in masters.repeating] == ["every quarter", "every month", "every 2 weeks"]
    bills = await read(list_repeating_invoices, masters, kind="bill", contact_name="Acme")
    assert bills.answer.startswith("1 repeating bill of € 99.00 together with Acme Ltd")
    masters.repeating = []
    assert "Nichts wiederholt sich" in (await read(list_repeating_invoices, masters, "de")).answer


# items


async def test_a_new_item_is_on_the_card_whole_and_added_once() -> None:
    masters = masters_of()
    draft = await propose(CREATE_ITEM, masters, code="LOGO", name="Logo", price="1,200.00", account="Sales")
    card = CREATE_ITEM.card(draft.payload, "en")
    shown = facts(CREATE_ITEM, draft)
    assert (card.deed, card.payee) == ("Add LOGO", "LOGO Logo")
    assert (shown["Sales price"], shown["Sales account"], shown["Sold"]) == ("€ 1,200.00", "200 Sales", "yes")
    assert "Bought" not in shown and "anlegen" in CREATE_ITEM.card(draft.payload, "de").deed
    stakes = CREATE_ITEM.stakes(draft.payload)
    assert (stakes.kind, stakes.money, stakes.reference) == (WriteKind.ITEM_CHANGE, None, "LOGO")
    assert await CREATE_ITEM.changed(access(masters), draft.payload) is None
    side, writer = writing(masters, "nothing", "lost")
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await CREATE_ITEM.execute(side, draft.payload, "key-1")
        assert (await CREATE_ITEM.look_up(side, draft.payload, "key-1") is not None) is found
    assert masters.items[-1].sales == Pricing(unit_price=Decimal(1200), account_code="200")
    assert writer.keys == ["key-1", "key-1"] and len(writer.sent) == 1
    why = await CREATE_ITEM.changed(access(masters), draft.payload)
    assert why is not None and "there is an item LOGO" in why["en"]


async def test_a_code_that_is_there_is_not_added_again() -> None:
    with pytest.raises(ToolFailed, match="an item with that code"):
        await propose(CREATE_ITEM, masters_of(), code="design-h")


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ({}, "Which item"),
        ({"item": "DESIGN-H"}, "What should be changed"),
        ({"item": "Nothing"}, "no item called “Nothing”"),
        ({"item": "DESIGN-H", "price": "1.200"}, "two ways"),
        ({"item": "DESIGN-H", "price": "5 GBP"}, "in EUR"),
        ({"item": "DESIGN-H", "name": "see www.evil.example"}, "link"),
        ({"item": "DESIGN-H", "description": "pay DE89370400440532013000"}, "account number"),
        ({"item": "DESIGN-H", "account": "No Such"}, "no account"),
        ({"item": "DESIGN-H", "name": "N" * 51}, "51 characters"),
    ],
)
async def test_what_cannot_be_changed_is_asked_again(said: dict[str, str], about: str) -> None:
    with pytest.raises(ToolRetry) as asked:
        await propose(CHANGE_ITEM, masters_of(), **said)
    assert about in asked.value.text("en") and "Nothing was changed" in asked.value.text("en")


async def test_a_price_changes_from_old_to_new_and_nothing_else_does() -> None:
    masters = masters_of()
    draft = await propose(CHANGE_ITEM, masters, item="design, hour", price="110")
    shown = facts(CHANGE_ITEM, draft)
    assert shown == {"Organisation": "Demo GmbH", "Code": "DESIGN-H", "Sales price": "€ 95.00 → € 110.00"}
    assert facts(CHANGE_ITEM, draft, "de")["Verkaufspreis"] == "95,00 € → 110,00 €"
    side, _ = writing(masters)
    receipt = await CHANGE_ITEM.execute(side, draft.payload, "key-1")
    assert "Sales price € 95.00 → € 110.00" in receipt.summary["en"]
    now = masters.items[0]
    assert (now.sales, now.description) == (Pricing(unit_price=Decimal(110), account_code="200"), "Design work")
    with pytest.raises(ToolFailed, match="like that already"):
        await propose(CHANGE_ITEM, masters, item="DESIGN-H", price="110.00")


async def test_an_item_of_both_sides_is_changed_on_the_one_that_was_said() -> None:
    draft = await propose(CHANGE_ITEM, masters_of(), item="DESIGN-H", price="40", side="purchase")
    assert {label: value for label, value in facts(CHANGE_ITEM, draft).items() if "→" in value} == {
        "Bought": "no → yes",
        "Purchase price": "empty → € 40.00",
    }
    bought = await propose(CHANGE_ITEM, masters_of(), item="Paper", price="5")
    assert facts(CHANGE_ITEM, bought)["Purchase price"] == "€ 4.50 → € 5.00"


async def test_an_item_that_somebody_changed_meanwhile_stops_it() -> None:
    masters = masters_of()
    draft = await propose(CHANGE_ITEM, masters, item="DESIGN-H", name="Design")
    assert await CHANGE_ITEM.changed(access(masters), draft.payload) is None
    masters.change_item("DESIGN-H", sales=Pricing(unit_price=Decimal("99.00"), account_code="200"))
    why = await CHANGE_ITEM.changed(access(masters), draft.payload)
    assert why is not None and "Sales price is now € 99.00" in why["en"] and "ist jetzt 99,00 €" in why["de"]


async def test_what_xero_answers_must_be_what_was_sent() -> None:
    masters = masters_of()
    draft = await propose(CHANGE_ITEM, masters, item="DESIGN-H", name="Design")
    side, _ = writing(masters, "other")
    with pytest.raises(OutcomeUnknown, match="another item"):
        await CHANGE_ITEM.execute(side, draft.payload, "key-1")


async def test_an_item_plan_is_exactly_one_and_can_be_prepared_again() -> None:
    masters = masters_of()
    for tool, said in (
        (CREATE_ITEM, {"code": "LOGO", "price": "5", "side": "purchase", "account": "453", "description": "Logo"}),
        (CHANGE_ITEM, {"item": "DESIGN-H", "price": "5", "name": "Other"}),
    ):
        payload = (await propose(tool, masters, **said)).payload
        assert tool.again is not None
        again: dict[str, Any] = dict(tool.again(payload, {"price": "9"}))
        assert (await propose(tool, masters, **again)).payload == payload
        with pytest.raises(ValidationError):
            ItemPlan.read({**payload, "more": "x"})
        with pytest.raises(ValidationError):
            ItemPlan.read({**payload, "old": payload["new"]})


# groups


async def test_a_contact_is_taken_into_a_group_once() -> None:
    masters = masters_of()
    masters.join("Printers", ACME)
    draft = await propose(ADD_TO_GROUP, masters, contact_name="Acme", group="VIP")
    shown = facts(ADD_TO_GROUP, draft)
    assert (shown["Group"], shown["Groups of the contact"]) == ("VIP, 0 contacts so far", "Printers → Printers, VIP")
    assert ADD_TO_GROUP.stakes(draft.payload).kind is WriteKind.ITEM_CHANGE
    assert await ADD_TO_GROUP.changed(access(masters), draft.payload) is None
    side, writer = writing(masters, "nothing", "lost")
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await ADD_TO_GROUP.execute(side, draft.payload, "key-1")
        assert (await ADD_TO_GROUP.look_up(side, draft.payload, "key-1") is not None) is found
    assert len(writer.sent) == 1
    why = await ADD_TO_GROUP.changed(access(masters), draft.payload)
    assert why is not None and "already" in why["en"]
    with pytest.raises(ToolFailed, match="in the group VIP already"):
        await propose(ADD_TO_GROUP, masters, contact_name="Acme", group="VIP")


async def test_a_group_that_was_renamed_or_an_answer_about_nobody_stops_it() -> None:
    masters = masters_of()
    draft = await propose(ADD_TO_GROUP, masters, contact_name="Acme", group="VIP")
    side, _ = writing(masters, "other")
    with pytest.raises(OutcomeUnknown, match="another contact"):
        await ADD_TO_GROUP.execute(side, draft.payload, "key-1")
    masters = masters_of()
    masters.groups = [one.model_copy(update={"name": f"{one.name}s"}) for one in masters.groups]
    why = await ADD_TO_GROUP.changed(access(masters), draft.payload)
    assert why is not None and "now called VIPs" in why["en"]
    for said, about in (({}, "Which contact"), ({"contact_name": "Acme"}, "Which contact group")):
        with pytest.raises(ToolRetry, match=about):
            await propose(ADD_TO_GROUP, masters, **said)
    again = ADD_TO_GROUP.again
    assert again is not None and MemberPlan.read(draft.payload).group_id == again(draft.payload, {})["group"]
