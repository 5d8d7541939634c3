"""Invoices, bills, payments taken back and contacts over the sandbox's real HTTP, from the proposal to Xero's books."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from tests.support.real_tools import House, open_house
from tools.base import Draft, Receipt, WriteTool
from tools.errors import OutcomeUnknown, ProviderRefused
from tools.xero.books import Document, DocumentStatus
from tools.xero.draft_documents import CREATE_BILL, CREATE_INVOICE
from tools.xero.new_contact import CREATE_CONTACT
from tools.xero.payment_removal import REMOVE_PAYMENT
from tools.xero.payments import RECORD_PAYMENT
from tools.xero.status_change import CHANGE_STATUS

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


async def read(house: House, receipt: Receipt) -> Document:
    document: Document = await house.reader.document(str(receipt.facts["document_id"]))
    return document


def effects(house: House, operation: str) -> int:
    return sum(effect["operation"] == operation for effect in house.sandbox["xero"].effects())


async def test_an_invoice_is_made_approved_and_voided_and_xero_has_what_the_cards_said(house: House) -> None:
    draft = await house.propose(
        CREATE_INVOICE,
        contact_name="Dupont",
        lines=[
            {"description": "Consulting", "amount": "333.33", "quantity": "3", "account": "200"},
            {"description": "Travel", "amount": "19.99", "account": "200"},
        ],
        due_date="2026-12-06",
        reference="October",
    )
    receipt = await confirmed(house, CREATE_INVOICE, draft)
    made = await read(house, receipt)
    assert (made.status, made.contact_name, made.reference) == (
        DocumentStatus.DRAFT,
        "Dupont SA",
        "October FA-TESTMARK",
    )
    assert (
        made.total
        == Decimal(str(receipt.facts["total"]))
        == sum((line.amount or 0) + (line.tax_amount or 0) for line in made.lines)
    )
    assert f"€ {made.total:,.2f}" in receipt.summary["en"] and made.number in receipt.summary["en"]
    await house.load()
    for to, status in (("approve", DocumentStatus.AUTHORISED), ("void", DocumentStatus.VOIDED)):
        draft = await house.propose(CHANGE_STATUS, document_number=made.number, to=to)
        receipt = await confirmed(house, CHANGE_STATUS, draft, f"key-{to}")
        assert (await read(house, receipt)).status is status
        await house.load()
    assert effects(house, "create_invoice") == 1 and effects(house, "void_invoice") == 1


async def test_a_bill_with_tax_inside_is_entered_approved_and_open(house: House) -> None:
    draft = await house.propose(
        CREATE_BILL,
        contact_name="Acme",
        number="A-2026-77",
        amount="119.00",
        description="Paper",
        tax="inclusive",
        due_date="2026-12-06",
        then="approved",
    )
    receipt = await confirmed(house, CREATE_BILL, draft)
    made = await read(house, receipt)
    assert (made.number, made.status, made.total, made.amount_due) == (
        "A-2026-77",
        DocumentStatus.AUTHORISED,
        Decimal("119.00"),
        Decimal("119.00"),
    )
    await house.load()
    assert "A-2026-77" in await house.ask("get_bill", bill_number="A-2026-77")


async def test_the_same_key_makes_one_and_a_lost_answer_is_found_by_our_mark(house: House) -> None:
    draft = await house.propose(CREATE_INVOICE, contact_name="Dupont", amount="10.00", description="Work")
    assert await CREATE_INVOICE.look_up(house.writing, draft.payload, "key-1") is None
    house.sandbox["xero"].fault("PUT /api.xro/2.0/Invoices", "drop_after")
    with pytest.raises(OutcomeUnknown):
        await CREATE_INVOICE.execute(house.writing, draft.payload, "key-1")
    found = await CREATE_INVOICE.look_up(house.writing, draft.payload, "key-1")
    again = await CREATE_INVOICE.execute(house.writing, draft.payload, "key-1")
    assert found is not None and found.reference == again.reference
    assert effects(house, "create_invoice") == 1


async def test_a_request_that_came_to_nothing_is_not_found(house: House) -> None:
    draft = await house.propose(CHANGE_STATUS, document_number="BILL-201", to="void")
    house.sandbox["xero"].fault("POST /api.xro/2.0/Invoices", "drop_before")
    with pytest.raises(OutcomeUnknown):
        await CHANGE_STATUS.execute(house.writing, draft.payload, "key-1")
    assert await CHANGE_STATUS.look_up(house.writing, draft.payload, "key-1") is None
    await CHANGE_STATUS.execute(house.writing, draft.payload, "key-1")
    assert await CHANGE_STATUS.look_up(house.writing, draft.payload, "key-1") is not None


async def test_xeros_own_refusal_reaches_the_person_whole(house: House) -> None:
    draft = await house.propose(
        CREATE_INVOICE, contact_name="Dupont", amount="10.00", description="Work", currency="CHF", tax="none"
    )
    with pytest.raises(ProviderRefused) as refused:
        await CREATE_INVOICE.execute(house.writing, draft.payload, "key-1")
    assert "not subscribed to currency CHF" in refused.value.text("en")
    assert effects(house, "create_invoice") == 0


async def test_a_payment_is_taken_back_and_its_bill_is_open_again(house: House) -> None:
    paid = await house.propose(contact_name="Acme", document_number="BILL-201")
    await confirmed(house, RECORD_PAYMENT, paid, "key-pay")
    await house.load()
    draft = await house.propose(REMOVE_PAYMENT, document_number="BILL-201")
    receipt = await confirmed(house, REMOVE_PAYMENT, draft)
    now = await read(house, receipt)
    assert (now.status, now.amount_due) == (DocumentStatus.AUTHORISED, now.total)
    assert await REMOVE_PAYMENT.look_up(house.writing, draft.payload, "key-1") is not None
    why = await REMOVE_PAYMENT.changed(house.access(), draft.payload)
    assert why is not None and "does not stand any more" in why["en"]


async def test_a_contact_is_added_once_and_found_by_its_name(house: House) -> None:
    draft = await house.propose(CREATE_CONTACT, name="Neue Werkstatt GmbH", email="post@werkstatt.example")
    assert await CREATE_CONTACT.look_up(house.writing, draft.payload, "key-1") is None
    house.sandbox["xero"].fault("PUT /api.xro/2.0/Contacts", "drop_after")
    with pytest.raises(OutcomeUnknown):
        await CREATE_CONTACT.execute(house.writing, draft.payload, "key-1")
    found = await CREATE_CONTACT.look_up(house.writing, draft.payload, "key-1")
    assert found is not None
    made = await house.reader.contact(str(found.facts["contact_id"]))
    assert (made.name, made.email, made.iban) == ("Neue Werkstatt GmbH", "post@werkstatt.example", "")
    await house.load()
    assert await CREATE_CONTACT.changed(house.access(), draft.payload) is not None
    assert effects(house, "create_contact") == 1
