"""Quotes and transfers between own accounts as people see them, in headless Chromium; SHOTS=folder for pictures."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.support.assistant import RunningAssistant
from tests.support.browser import card_on, chromium, deed, fits, visitor

__all__ = ["chromium"]
pytestmark = pytest.mark.browser


def test_a_quote_is_made_and_a_transfer_recorded_on_cards(chromium: Browser, assistant: RunningAssistant) -> None:
    with visitor(chromium, assistant) as anna:
        anna.sign_in("Anna Albrecht")
        anna.say("Create a quote for Dupont over 640 euros for layout, account 200")
        card = card_on(anna.page, "mine")
        expect(card).to_contain_text("draft quote")
        expect(card).to_contain_text("€ 640.00")
        fits(anna.page)
        anna.shots("quote")
        deed(card).click()
        expect(card_on(anna.page, "done")).to_be_visible()
        anna.say("Show quote QU-0001")
        anna.shots("quote-shown")
        anna.say("Show the manual journals of this year")
        expect(anna.page.locator(".fin-table").last).to_contain_text("Debit")
        fits(anna.page)
        anna.shots("manual-journals")
        anna.say("Which prepayments are left?")
        expect(anna.page.get_by_text("No advance payment is left")).to_be_visible()
        anna.say("We moved 321.00 from 090 to 091")
        card = card_on(anna.page, "mine")
        expect(card).to_contain_text("moves no money")
        fits(anna.page)
        anna.shots("transfer")
        deed(card).click()
        expect(anna.page.locator(".fin-card[data-face='done']")).to_have_count(2)
        fits(anna.page)
        anna.shots("transferred")
        anna.say("Record that we spent 23.80 euros at Acme for paper, account 453")
        card = card_on(anna.page, "mine")
        expect(card).to_contain_text("Record money spent without a bill")
        expect(card).to_contain_text("taken as contained in the amount")
        fits(anna.page)
        anna.shots("spent")
        deed(card).click()
        expect(anna.page.locator(".fin-card[data-face='done']")).to_have_count(3)
        fits(anna.page)
        anna.shots("spent-recorded")
