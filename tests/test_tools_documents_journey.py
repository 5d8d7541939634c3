"""Invoices, bills, payments taken back and contacts over the sandbox's real HTTP, from the proposal to Xero's books."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from tests.support.real_tools import House, open_house
from tools.base import Draft, Receipt, WriteTool
from tools.errors import OutcomeUnknown, ProviderRefused, ToolFailed
from tools.xero.books import Document, DocumentStatus
from tools.xero.credit_allocation import ALLOCATE_CREDIT
from tools.xero.credit_draft import CREATE_CREDIT_NOTE
from tools.xero.document_copy import COPY_DOCUMENT
from tools.xero.document_note import ADD_NOTE
from tools.xero.draft_documents import CREATE_BILL, CREATE_INVOICE
from tools.xero.draft_edit import CHANGE_DRAFT
from tools.xero.new_contact import CREATE_CONTACT
from tools.xero.payment_removal import REMOVE_PAYMENT
from tools.xero.payments import RECORD_PAYMENT
from tools.xero.sending import SEND_INVOICE
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


async def test_a_credit_note_is_made_approved_and_set_off_and_then_not_voided(house: House) -> None:
    line = {"description": "Returned", "amount": "100.00", "account": "200"}
    draft = await house.propose(CREATE_CREDIT_NOTE, kind="customer", contact_name="Dupont", lines=[line])
    receipt = await confirmed(house, CREATE_CREDIT_NOTE, draft)
    made = await house.reader.credit_document(str(receipt.facts["credit_note_id"]))
    assert (made.status, made.reference, made.is_credit) == (DocumentStatus.DRAFT, "FA-TESTMARK", True)
    assert await CREATE_CREDIT_NOTE.look_up(house.writing, draft.payload, "another") == receipt
    await house.load()
    draft = await house.propose(CHANGE_STATUS, document_number=made.number, to="approve")
    await confirmed(house, CHANGE_STATUS, draft, "key-approve")
    await house.load()
    due = {"description": "Consulting", "amount": "300.00", "account": "200"}
    draft = await house.propose(
        CREATE_INVOICE, contact_name="Dupont", lines=[due], due_date="2026-12-06", then="approved"
    )
    invoice = await read(house, await confirmed(house, CREATE_INVOICE, draft, "key-invoice"))
    await house.load()
    draft = await house.propose(
        ALLOCATE_CREDIT, credit_note_number=made.number, document_number=invoice.number, amount="40.00"
    )
    await confirmed(house, ALLOCATE_CREDIT, draft, "key-off")
    await house.load()
    left = await house.reader.credit_document(made.id)
    assert left.amount_due == made.total - 40
    with pytest.raises(ToolFailed, match="set off"):
        await house.propose(CHANGE_STATUS, document_number=made.number, to="void")
    assert effects(house, "create_credit_note") == effects(house, "create_allocation") == 1


async def test_a_draft_is_changed_in_place_and_the_rest_stays(house: House) -> None:
    lines = [{"description": "Paper", "amount": "75.00", "account": "400"}]
    draft = await house.propose(CREATE_BILL, contact_name="Acme", number="A-2026-78", lines=lines)
    made = await read(house, await confirmed(house, CREATE_BILL, draft))
    await house.load()
    draft = await house.propose(
        CHANGE_DRAFT, document_number=made.number, amount="80.00", due_date="2026-12-24", number="A-2026-79"
    )
    assert await CHANGE_DRAFT.look_up(house.writing, draft.payload, "key-edit") is None
    receipt = await confirmed(house, CHANGE_DRAFT, draft, "key-edit")
    now = await read(house, receipt)
    assert (now.number, now.issued, str(now.due)) == ("A-2026-79", made.issued, "2026-12-24")
    assert [(one.description, one.unit_amount, one.account_code) for one in now.lines] == [
        ("Paper", Decimal("80.00"), "400")
    ]
    assert await CHANGE_DRAFT.look_up(house.writing, draft.payload, "key-edit") == receipt
    assert await CHANGE_DRAFT.changed(house.access(), draft.payload) is not None


async def test_a_suppliers_credit_note_is_found_again_by_its_number(house: House) -> None:
    line = {"description": "Returned", "amount": "20.00", "account": "400"}
    draft = await house.propose(
        CREATE_CREDIT_NOTE, kind="supplier", contact_name="Acme", lines=[line], number="AC-77", then="approved"
    )
    receipt = await confirmed(house, CREATE_CREDIT_NOTE, draft)
    assert await CREATE_CREDIT_NOTE.look_up(house.writing, draft.payload, "another") == receipt
    await house.load()
    said = await CREATE_CREDIT_NOTE.changed(house.access(), draft.payload)
    assert said is not None and "meanwhile" in said["en"]


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        (CREATE_CREDIT_NOTE, {"kind": "supplier", "contact_name": "Acme", "number": "AC-78"}),
        (CREATE_CREDIT_NOTE, {"kind": "customer", "contact_name": "Dupont"}),
        (CREATE_BILL, {"contact_name": "Acme", "number": "A-2026-79"}),
        (CREATE_INVOICE, {"contact_name": "Dupont"}),
    ],
)
async def test_a_draft_deleted_in_xero_is_found_by_the_look_up(
    house: House, tool: WriteTool, said: dict[str, str]
) -> None:
    draft = await house.propose(tool, **said, amount="20.00", description="Paper")
    receipt = await confirmed(house, tool, draft)
    await house.load()
    deletion = await house.propose(CHANGE_STATUS, document_number=str(receipt.facts["document_number"]), to="delete")
    await confirmed(house, CHANGE_STATUS, deletion, "key-deletion")
    found = await tool.look_up(house.writing, draft.payload, "another")
    assert found is not None and found.reference == receipt.reference, "it would be made a second time"
    assert found.facts["status"] == "DELETED"


async def test_a_copy_has_the_lines_and_taxes_of_what_it_is_like(house: House) -> None:
    draft = await house.propose(COPY_DOCUMENT, document_number="INV-0042")
    made = await read(house, await confirmed(house, COPY_DOCUMENT, draft))
    await house.load()
    (before,) = [one for one in house.copy.documents if one.number == "INV-0042"]
    like = await house.reader.document(before.id)
    assert (made.total, made.status, made.contact_id) == (like.total, DocumentStatus.DRAFT, like.contact_id)
    assert [(line.description, line.account_code, line.tax_type) for line in made.lines] == [
        (line.description, line.account_code, line.tax_type) for line in like.lines
    ]


async def test_an_invoice_goes_out_a_note_is_left_and_a_file_is_read(house: House) -> None:
    line = {"description": "Consulting", "amount": "300.00", "account": "200"}
    draft = await house.propose(
        CREATE_INVOICE, contact_name="Dupont", lines=[line], due_date="2026-12-06", then="approved"
    )
    invoice = await read(house, await confirmed(house, CREATE_INVOICE, draft))
    await house.load()
    draft = await house.propose(SEND_INVOICE, document_number=invoice.number)
    assert await SEND_INVOICE.look_up(house.writing, draft.payload, "key-mail") is None
    await confirmed(house, SEND_INVOICE, draft, "key-mail")
    assert await SEND_INVOICE.look_up(house.writing, draft.payload, "key-mail") is not None
    said = await SEND_INVOICE.changed(house.access(), draft.payload)
    assert said is not None and "sent meanwhile" in said["en"]
    draft = await house.propose(ADD_NOTE, document_number=invoice.number, text="Kunde rief an")
    assert await ADD_NOTE.look_up(house.writing, draft.payload, "key-note") is None
    await confirmed(house, ADD_NOTE, draft, "key-note")
    assert await ADD_NOTE.look_up(house.writing, draft.payload, "key-note") is not None
    papers = house.access().papers
    assert (await papers.printed(invoice.id)).startswith(b"%PDF-")
    assert (await papers.online_address(invoice.id)).startswith("https://in.xero.com/")
    for bill in (one for one in house.copy.documents if one.kind.value == "bill"):
        if files := await papers.files_on(bill.id):
            assert len(await papers.content(bill.id, files[0])) == files[0].size
            break
    else:
        raise AssertionError("no bill has a file")


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
