"""Items, groups, what repeats and contacts over the sandbox's real HTTP, from the question or proposal to the books."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from tests.support.real_tools import House, open_house
from tools.base import Draft, Receipt, WriteTool
from tools.errors import OutcomeUnknown, ProviderRefused, ToolFailed
from tools.xero.contact_archive import ARCHIVE_CONTACT
from tools.xero.contact_change import CHANGE_CONTACT
from tools.xero.group_member import ADD_TO_GROUP
from tools.xero.item_changes import CHANGE_ITEM, CREATE_ITEM
from tools.xero.master_data import Place
from tools.xero.new_contact import CREATE_CONTACT

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """The demo company with its books and its bank."""
    async with open_house() as opened:
        yield opened


async def confirmed(house: House, tool: WriteTool, draft: Draft, key: str = "key-1") -> Receipt:
    """What the executor does: look once more, send once."""
    assert await tool.changed(house.access(), draft.payload) is None
    return await tool.execute(house.writing, draft.payload, key)


def effects(house: House, operation: str) -> int:
    return sum(effect["operation"] == operation for effect in house.sandbox["xero"].effects())


def contact_id(house: House, name: str) -> str:
    return next(one.id for one in house.copy.contacts if one.name == name)


async def test_items_groups_and_what_repeats_are_read_as_xero_has_them(house: House) -> None:
    assert "6 items in the price list" in await house.ask("list_items")
    assert "DEV-H" in await house.ask("list_items", query="dev-h")
    assert "3 contact groups: Freelancers, Printers and Retainer customers" in await house.ask("list_contact_groups")
    assert "in the group Printers" in await house.ask("list_contact_groups", group="printers")
    repeats = await house.ask("list_repeating_invoices")
    assert "repeating invoices of €" in repeats and "repeating bills of €" in repeats
    assert "wiederkehrende Rechnungen über zusammen" in await house.ask("list_repeating_invoices", language="de")


async def test_a_contact_and_those_that_may_be_the_same_are_told(house: House) -> None:
    answer = await house.ask("get_contact", contact_name="Acme")
    assert answer.startswith("Acme Ltd: supplier") and "Dublin" in answer and "we owe" in answer
    assert "Studio Weber and Studio Weber (alike names)" in await house.ask("find_duplicate_contacts")


async def test_an_item_is_added_changed_and_found_by_its_values(house: House) -> None:
    draft = await house.propose(CREATE_ITEM, code="LOGO", name="Logo", price="1,200.50", account="200")
    assert await CREATE_ITEM.look_up(house.writing, draft.payload, "key-1") is None
    house.sandbox["xero"].fault("PUT /api.xro/2.0/Items", "drop_after")
    with pytest.raises(OutcomeUnknown):
        await CREATE_ITEM.execute(house.writing, draft.payload, "key-1")
    found = await CREATE_ITEM.look_up(house.writing, draft.payload, "key-1")
    again = await CREATE_ITEM.execute(house.writing, draft.payload, "key-1")
    assert found is not None and found.reference == again.reference
    made = await house.access().masters.item(found.reference)
    assert (made.code, made.sales.unit_price, made.is_purchased) == ("LOGO", Decimal("1200.5"), False)
    draft = await house.propose(CHANGE_ITEM, item="LOGO", price="990", name="Logo, three drafts")
    assert await CHANGE_ITEM.look_up(house.writing, draft.payload, "key-2") is None
    await confirmed(house, CHANGE_ITEM, draft, "key-2")
    now = await house.access().masters.item(made.id)
    assert (now.name, now.sales.unit_price, now.sales.account_code) == ("Logo, three drafts", Decimal(990), "200")
    assert await CHANGE_ITEM.look_up(house.writing, draft.payload, "key-2") is not None
    assert effects(house, "create_item") == 1 and effects(house, "update_item") == 1


async def test_a_price_of_an_item_with_a_tax_keeps_account_and_tax(house: House) -> None:
    draft = await house.propose(CHANGE_ITEM, item="DEV-H", price="118.00")
    receipt = await confirmed(house, CHANGE_ITEM, draft)
    now = await house.access().masters.item(receipt.reference)
    assert (now.sales.unit_price, now.sales.account_code, now.sales.tax_type) == (Decimal(118), "201", "OUTPUT")
    why = await CHANGE_ITEM.changed(house.access(), draft.payload)
    assert why is not None and "Sales price is now € 118.00" in why["en"]


async def test_a_contacts_details_are_changed_and_its_bank_account_stays(house: House) -> None:
    acme = contact_id(house, "Acme Ltd")
    before = await house.reader.contact(acme)
    draft = await house.propose(
        CHANGE_CONTACT,
        contact_name="Acme",
        email="accounts@acme.example",
        phone="+353 1 555 0100",
        city="Cork",
        account_number="K-4711",
    )
    await confirmed(house, CHANGE_CONTACT, draft)
    now = await house.access().masters.contact_details(acme)
    assert (now.name, now.email, now.account_number) == ("Acme Ltd", "accounts@acme.example", "K-4711")
    assert [phone.number for phone in now.phones if phone.kind == "DEFAULT"] == ["+353 1 555 0100"]
    (street,) = [place for place in now.places if not place.is_empty]
    assert street.city == "Cork" and street.line1 and street.kind == "STREET"
    assert (await house.reader.contact(acme)).iban == before.iban != ""
    assert await CHANGE_CONTACT.look_up(house.writing, draft.payload, "key-1") is not None
    assert effects(house, "update_contact") == 1


async def test_a_new_contact_gets_its_postal_address_and_a_lost_answer_is_looked_up(house: House) -> None:
    added = await confirmed(house, CREATE_CONTACT, await house.propose(CREATE_CONTACT, name="Quiet GmbH"), "key-new")
    await house.load()
    draft = await house.propose(CHANGE_CONTACT, contact_name="Quiet GmbH", street="Weg 1", city="Bonn", country="DE")
    for fault, found in (("drop_before", False), ("drop_after", True)):
        house.sandbox["xero"].fault("POST /api.xro/2.0/Contacts", fault)
        with pytest.raises(OutcomeUnknown):
            await CHANGE_CONTACT.execute(house.writing, draft.payload, "key-1")
        assert (await CHANGE_CONTACT.look_up(house.writing, draft.payload, "key-1") is not None) is found
    now = await house.access().masters.contact_details(added.reference)
    assert Place(kind="POBOX", line1="Weg 1", city="Bonn", country="DE") in now.places


async def test_a_name_that_somebody_took_meanwhile_is_refused_by_xero(house: House) -> None:
    draft = await house.propose(CHANGE_CONTACT, contact_name="Acme", name="Acme Europe Ltd")
    await house.enter("PUT", "/Contacts", {"Contacts": [{"Name": "Acme Europe Ltd"}]})
    with pytest.raises(ProviderRefused, match="must be unique"):
        await CHANGE_CONTACT.execute(house.writing, draft.payload, "key-1")


async def test_a_contact_joins_a_group_and_one_without_open_documents_is_archived(house: House) -> None:
    added = await confirmed(house, CREATE_CONTACT, await house.propose(CREATE_CONTACT, name="Quiet GmbH"), "key-new")
    await house.load()
    draft = await house.propose(ADD_TO_GROUP, contact_name="Quiet GmbH", group="Printers")
    assert await ADD_TO_GROUP.look_up(house.writing, draft.payload, "key-1") is None
    await confirmed(house, ADD_TO_GROUP, draft)
    assert await ADD_TO_GROUP.look_up(house.writing, draft.payload, "key-1") is not None
    assert (await house.access().masters.contact_details(added.reference)).groups == ("Printers",)
    draft = await house.propose(ARCHIVE_CONTACT, contact_name="Quiet GmbH")
    assert await ARCHIVE_CONTACT.look_up(house.writing, draft.payload, "key-2") is None
    await confirmed(house, ARCHIVE_CONTACT, draft, "key-2")
    assert (await house.reader.contact(added.reference)).status == "ARCHIVED"
    assert await ARCHIVE_CONTACT.look_up(house.writing, draft.payload, "key-2") is not None
    with pytest.raises(ToolFailed, match="cannot be archived"):
        await house.propose(ARCHIVE_CONTACT, contact_name="Acme")
