"""Documents, reports and debts by age as people see them, in headless Chromium; with SHOTS=folder the pictures too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.support.assistant import RunningAssistant
from tests.support.browser import PHONE, WIDE, Scheme, card_on, chromium, deed, fits, table_on, visitor
from tests.support.reckoning import Ledger

__all__ = ["chromium"]
pytestmark = pytest.mark.browser

LOOKS: tuple[tuple[Scheme, int], ...] = (("light", WIDE), ("dark", PHONE))


@pytest.fixture
def ledger(assistant: RunningAssistant) -> Ledger:
    return Ledger(assistant.sandbox["xero"])


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_an_invoice_is_made_and_approved_on_cards(
    chromium: Browser, assistant: RunningAssistant, ledger: Ledger, scheme: Scheme, width: int
) -> None:
    before = {one.id for one in ledger.documents()}
    with visitor(chromium, assistant, scheme=scheme, width=width) as anna:
        anna.sign_in("Anna Albrecht")
        anna.say(f"Create an invoice for Initech over {500 + width} euros for consulting in October, due in 14 days")
        card = card_on(anna.page, "mine")
        expect(card).to_contain_text("consulting in October")
        expect(card).to_contain_text("Net")
        fits(anna.page)
        anna.shots("invoice-made", ["light-wide"])
        deed(card).click()
        expect(card_on(anna.page, "done")).to_be_visible()
        (made,) = [one for one in ledger.documents() if one.id not in before]
        anna.say(f"Approve invoice {made.number}")
        card = card_on(anna.page, "mine")
        expect(card).to_contain_text("Afterwards")
        fits(anna.page)
        anna.shots("invoice-approved")
        deed(card).click()
        expect(anna.page.locator(".fin-card[data-face='done']")).to_have_count(2)
        assert ledger.document(made.id).status == "AUTHORISED"


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_reports_and_debts_by_age_are_tables(
    chromium: Browser, assistant: RunningAssistant, scheme: Scheme, width: int
) -> None:
    with visitor(chromium, assistant, scheme=scheme, width=width) as vera:
        vera.sign_in("Vera Vogel")
        vera.say("Who owes us how much by age?")
        expect(table_on(vera.page)).to_be_visible()
        expect(vera.page.get_by_text("is owed to us by").first).to_be_visible()
        fits(vera.page)
        vera.shots("aged")
        vera.say("What was our profit last quarter?")
        expect(
            vera.page.get_by_text("net profit from").or_(vera.page.get_by_text("net loss from")).first
        ).to_be_visible()
        fits(vera.page)
        vera.shots("profit")


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_credit_is_found_and_set_off_on_a_card(
    chromium: Browser, assistant: RunningAssistant, ledger: Ledger, scheme: Scheme, width: int
) -> None:
    credit, document = ledger.credit_that_fits()
    with visitor(chromium, assistant, scheme=scheme, width=width) as anna:
        anna.sign_in("Anna Albrecht")
        anna.say("Show the open credit notes")
        expect(table_on(anna.page)).to_be_visible()
        fits(anna.page)
        anna.shots("credit-notes")
        anna.say(f"Set credit note {credit} off against {document.number}")
        card = card_on(anna.page, "mine")
        expect(card).to_contain_text("Set a credit note off")
        fits(anna.page)
        anna.shots("credit-set-off", ["dark-phone"])
        deed(card).click()
        expect(card_on(anna.page, "done")).to_be_visible()
        anna.say(f"Search the books for {document.number}")
        expect(anna.page.get_by_text("match").first).to_be_visible()
        fits(anna.page)
        anna.shots("searched")
    assert ledger.document(document.id).amount_due < document.amount_due
