"""Journeys over HTTP: an invoice from its making to its payment, a bill that two approve, a payment taken back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.assistant import RunningAssistant
from tests.support.chat import Chat, chat_as, decide, until_face
from tests.support.reckoning import Document, Ledger

pytestmark = pytest.mark.anyio


@pytest.fixture
def ledger(assistant: RunningAssistant) -> Ledger:
    return Ledger(assistant.sandbox["xero"])


async def confirmed(chat: Chat, text: str) -> dict[str, Any]:
    """Ask for it, press the card's button, and see how it went."""
    answer = await chat.ask(text)
    assert await decide(chat, answer.card) == ""
    return await until_face(chat, answer.card, "done")


def newest(ledger: Ledger, kind: str, contact: str) -> Document:
    return max((one for one in ledger.documents(kind) if one.contact == contact), key=lambda one: one.number)


async def test_an_invoice_is_made_approved_paid_and_asked_about_while_the_token_expires(
    assistant: RunningAssistant, ledger: Ledger
) -> None:
    before = {one.id for one in ledger.documents()}
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        card = (await chat.ask("Create an invoice for Initech over 500 euros for consulting, due in 14 days")).card
        assert {one.id for one in ledger.documents()} == before, "something was written before anybody confirmed"
        facts = {fact["label"]: fact["value"] for fact in card["facts"]}
        assert facts["Organisation"] == "Lindenhof Studio GmbH" and facts["For"] == "consulting"
        assert facts["Afterwards"] == "draft" and card["payee"] == "Initech"
        assert await decide(chat, card) == ""
        done = await until_face(chat, card, "done")
        (made,) = [one for one in ledger.documents() if one.id not in before]
        assert (made.status, made.contact) == ("DRAFT", "Initech")
        assert made.number in done["word"] and f"{made.total:,.2f}" in card["amount"]

        done = await confirmed(chat, f"Approve invoice {made.number}")
        assert "Approved" in done["word"] and ledger.document(made.id).status == "AUTHORISED"
        assert "is not paid: € 595.00 is left" in (await chat.ask(f"What is the status of {made.number}?")).text

        done = await confirmed(chat, f"Mark {made.number} as paid")
        assert ledger.document(made.id).status == "PAID" and len(ledger.paid(made.id)) == 1

        assistant.sandbox["xero"].fault("GET /api.xro/2.0/Invoices*", "expire_token")
        answer = await chat.ask(f"Is {made.number} paid?")
        assert "paid" in answer.text.lower() and f"{made.total:,.2f}" in answer.text
        assert "unavailable" not in answer.text.lower()


async def test_a_large_bill_is_approved_by_somebody_else_than_who_asked(
    assistant: RunningAssistant, ledger: Ledger
) -> None:
    bill = ledger.new_bill("11900.00", status="DRAFT")
    async with chat_as(assistant.url, "Max Maurer") as chat:
        card = (await chat.ask(f"Approve bill {bill.number}")).card
        assert not card["can"]["confirm"], "one person may not prepare and approve this much alone"
        assert await decide(chat, card) != ""
        assert ledger.document(bill.id).status == "DRAFT"
        async with chat_as(assistant.url, "Anna Albrecht") as other:
            waiting = (await other.ask(f"Show card {card['number']}")).card
            assert await decide(other, waiting) == ""
            await until_face(other, waiting, "done")
    assert ledger.document(bill.id).status == "AUTHORISED"


async def test_a_viewer_gets_no_card(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill("119.00", status="DRAFT")
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        for text in (f"Approve bill {bill.number}", f"Void bill {bill.number}", "Add a contact Neue Werkstatt GmbH"):
            answer = await chat.ask(text)
            assert not answer.named("ConfirmationCard"), text
    assert ledger.document(bill.id).status == "DRAFT"


async def test_a_payment_is_taken_back_and_the_bill_is_open_again(assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill("119.00")
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        await confirmed(chat, f"Pay bill {bill.number}")
        assert ledger.document(bill.id).status == "PAID"
        done = await confirmed(chat, f"Take back the payment on {bill.number}")
        assert "open again" in done["word"]
        now = ledger.document(bill.id)
        assert (now.status, now.amount_due) == ("AUTHORISED", Decimal("119.00"))
        assert "119.00" in (await chat.ask(f"Is bill {bill.number} paid?")).text


async def test_a_contact_is_added_and_found(assistant: RunningAssistant) -> None:
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        done = await confirmed(chat, "Add a contact Zimmerei Zabel GmbH, post@zabel.example")
        assert "Zimmerei Zabel GmbH" in done["word"]
        again = await chat.ask("Add a contact Zimmerei Zabel GmbH")
        assert not again.named("ConfirmationCard") and "already" in again.text


async def test_items_groups_and_a_contacts_details_are_changed_in_the_conversation(
    assistant: RunningAssistant,
) -> None:
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        done = await confirmed(chat, "Change the price of item DESIGN-H to 110 euros")
        assert "€ 110.00" in done["word"]
        assert "110.00" in (await chat.ask("Search the items for DESIGN-H")).text
        card = (await chat.ask("Change the e-mail address of Dupont to new@dupont.example")).card
        assert "from then on new@dupont.example" in str(card)
        assert await decide(chat, card) == ""
        await until_face(chat, card, "done")
        assert "new@dupont.example" in (await chat.ask("Show the details of Dupont")).text
        done = await confirmed(chat, "Add Dupont to the group Printers")
        assert "is in the group Printers" in done["word"]
        refused = await chat.ask("Archive the contact Dupont")
        assert not refused.named("ConfirmationCard") and "cannot be archived" in refused.text
