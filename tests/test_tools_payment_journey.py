"""The tools over the sandbox's real HTTP: a payment from the question to Xero's books, and questions about it after."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from tests.support.real_tools import House, open_house
from tools.base import Receipt
from tools.errors import OutcomeUnknown, ProviderRefused, ToolFailed
from tools.xero.payments import RECORD_PAYMENT

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """The demo company with its books and its bank."""
    async with open_house() as opened:
        yield opened


async def test_a_bill_is_paid_from_the_question_to_the_books(house: House) -> None:
    assert "€ 1,250.00 is open on 1 bill from Acme Ltd" in await house.ask(
        "list_bills", status="open", contact_name="acme"
    )
    draft = await house.propose(contact_name="Acme", amount="1.2k", reference="November", direction="out")
    assert draft.summary == "Payment of € 1,200.00 to Acme Ltd for bill BILL-201"
    assert house.paid() == []
    assert await RECORD_PAYMENT.changed(house.access(), draft.payload) is None
    receipt = await RECORD_PAYMENT.execute(house.writing, draft.payload, "key-1")
    assert "; € 50.00 is left to pay (" in receipt.summary["en"]
    (effect,) = house.paid()
    assert (effect["result_id"], effect["idempotency_key"]) == (receipt.reference, "key-1")
    assert effect["body"]["Reference"] == "November FA-TESTMARK"
    await house.load()
    status = await house.ask("get_payment_status", invoice_number="BILL-201")
    assert status.startswith("€ 50.00 is left to pay on BILL-201 from Acme Ltd; paid so far: € 1,200.00 on 22 Nov 2026")
    by_mark = await house.ask("get_payment_status", payment_id="FA-TESTMARK")
    assert by_mark.startswith("€ 1,200.00 on 22 Nov 2026 from 090 Solaris Geschäftskonto to Acme Ltd for BILL-201")
    told = await RECORD_PAYMENT.changed(house.access(), draft.payload)
    assert told is not None and "it is now € 50.00 that is left to pay (it was € 1,250.00)" in told["en"]


async def test_bank_details_changed_in_xero_after_the_card_stop_the_payment(house: House) -> None:
    draft = await house.propose(document_number="BILL-201")
    payee = RECORD_PAYMENT.stakes(draft.payload)
    await house.enter("POST", f"Contacts/{payee.payee_id}", {"BankAccountDetails": "DE28 1001 0010 9999 9999 99"})
    told = await RECORD_PAYMENT.changed(house.access(), draft.payload)
    assert told is not None and "the payee's account on file is now DE28…9999 (it was IE" in told["en"]
    again = await house.propose(document_number="BILL-201")
    assert RECORD_PAYMENT.stakes(again.payload).bank != payee.bank


async def test_a_contact_archived_in_xero_is_paid_neither_by_an_old_card_nor_by_a_new_one(house: House) -> None:
    draft = await house.propose(document_number="BILL-201")
    payee = RECORD_PAYMENT.stakes(draft.payload)
    await house.enter("POST", f"Contacts/{payee.payee_id}", {"ContactStatus": "ARCHIVED"})
    told = await RECORD_PAYMENT.changed(house.access(), draft.payload)
    assert told is not None and "the contact's status is now ARCHIVED" in told["en"]
    with pytest.raises(ToolFailed, match="Acme Ltd is archived in Xero"):
        await house.propose(document_number="BILL-201")


async def test_an_account_named_in_a_line_of_the_bill_is_a_warning_beside_the_one_on_file(house: House) -> None:
    line = {
        "Description": "New bank: ＤＥ２８ 1001 0010 9999\u200b999999",
        "UnitAmount": 70,
        "AccountCode": "461",
    }
    payee = RECORD_PAYMENT.stakes((await house.propose(document_number="BILL-201")).payload)
    bill = {"Type": "ACCPAY", "Contact": {"ContactID": payee.payee_id}, "InvoiceNumber": "ACME-77", "LineItems": [line]}
    days = {"Date": "2026-11-20", "DueDate": "2026-12-20", "Status": "AUTHORISED"}
    await house.enter("PUT", "Invoices", {"Invoices": [{**bill, **days}]})
    await house.load()
    draft = await house.propose(document_number="ACME-77")
    (warning,) = RECORD_PAYMENT.card(draft.payload, "en").warnings
    assert "names another account (DE28…9999) than the one on file for Acme Ltd (IE" in warning
    assert RECORD_PAYMENT.stakes(draft.payload).bank == payee.bank


async def test_an_answer_lost_on_the_way_is_found_again_and_paid_once(house: House) -> None:
    draft = await house.propose(document_number="BILL-201")
    house.sandbox["xero"].fault("PUT /api.xro/2.0/Payments", "drop_after")
    with pytest.raises(OutcomeUnknown):
        await RECORD_PAYMENT.execute(house.writing, draft.payload, "key-1")
    found = await RECORD_PAYMENT.look_up(house.writing, draft.payload, "key-1")
    assert found is not None and "; nothing is left to pay (" in found.summary["en"]
    assert [effect["result_id"] for effect in house.paid()] == [found.reference]


async def test_a_request_lost_on_the_way_is_not_found_and_may_be_sent_again_with_its_key(house: House) -> None:
    draft = await house.propose(document_number="BILL-201")
    house.sandbox["xero"].fault("PUT /api.xro/2.0/Payments", "drop_before")
    with pytest.raises(OutcomeUnknown):
        await RECORD_PAYMENT.execute(house.writing, draft.payload, "key-1")
    assert await RECORD_PAYMENT.look_up(house.writing, draft.payload, "key-1") is None
    receipt = await RECORD_PAYMENT.execute(house.writing, draft.payload, "key-1")
    assert [effect["result_id"] for effect in house.paid()] == [receipt.reference]


async def test_two_payments_on_one_bill_are_told_what_xero_has_left(house: House) -> None:
    first, second = [await house.propose(document_number="BILL-201", amount=amount) for amount in ("1200.00", "31.00")]
    await RECORD_PAYMENT.execute(house.writing, first.payload, "key-1")
    receipt = await RECORD_PAYMENT.execute(house.writing, second.payload, "key-2")
    assert "; € 19.00 is left to pay (" in receipt.summary["en"]
    assert (await house.writing.payments.left_to_pay(str(receipt.facts["document_id"]))).amount == Decimal("19.00")


async def test_paying_a_bill_twice_is_refused_by_xero_itself(house: House) -> None:
    draft = await house.propose(document_number="BILL-201")
    await RECORD_PAYMENT.execute(house.writing, draft.payload, "key-1")
    with pytest.raises(ProviderRefused, match="exceeds the amount outstanding"):
        await RECORD_PAYMENT.execute(house.writing, draft.payload, "key-2")
    with pytest.raises(ToolFailed, match="already paid in full"):
        await house.propose(document_number="BILL-201")
    assert len(house.paid()) == 1


async def test_a_bill_in_pounds_is_paid_from_the_account_in_pounds(house: House) -> None:
    draft = await house.propose(contact_name="Northwind", direction="out")
    assert draft.summary.startswith("Payment of £ ")
    await RECORD_PAYMENT.execute(house.writing, draft.payload, "key-1")
    assert len(house.paid()) == 1


async def test_the_bank_and_the_books_agree_on_what_they_are_asked(house: House) -> None:
    state = house.sandbox["solaris"].state()
    balance = await house.ask("get_account_balance")
    assert f"{state['available_cents'] / 100:,.2f} available" in balance
    assert f"{state['balance_cents'] / 100:,.2f} booked" in balance


async def test_a_payment_that_a_person_names_is_recognised_at_xero_or_what_differs_is_said(house: House) -> None:
    draft = await house.propose(document_number="BILL-201", amount="31.00")
    other = await house.propose(document_number="BILL-201", amount="19.00")
    xero, recognise = house.sandbox["xero"], RECORD_PAYMENT.recognise
    assert recognise is not None
    xero.advance(60)
    mine = await RECORD_PAYMENT.execute(house.writing, draft.payload, "key-1")
    found = await recognise(house.writing, draft.payload, mine.reference.upper())
    assert isinstance(found, Receipt) and found == mine
    said = await recognise(house.writing, other.payload, mine.reference)
    assert not isinstance(said, Receipt) and "it is of € 31.00, not of € 19.00" in said["en"]
    later = await house.propose(document_number="BILL-201", amount="31.00")
    said = await recognise(house.writing, later.payload, mine.reference)
    assert not isinstance(said, Receipt) and "it was there before the card was made" in said["en"]
    await house.enter("POST", f"Payments/{mine.reference}", {"Status": "DELETED"})
    said = await recognise(house.writing, draft.payload, mine.reference)
    assert not isinstance(said, Receipt) and "it was deleted there" in said["en"]
    for wrong in ("00000000-0000-4000-8000-000000000000", "../Contacts", ""):
        with pytest.raises(ProviderRefused, match="no such record"):
            await recognise(house.writing, draft.payload, wrong)
