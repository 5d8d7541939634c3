"""What one sees without scrolling, in headless Chromium: a fresh card with its buttons, in the system's colours."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.assistant import RunningAssistant
from tests.support.browser import PHONE, WIDE, Scheme, visitor
from tests.support.reckoning import Ledger

pytest_plugins = ["tests.support.browser"]
pytestmark = pytest.mark.browser


def below(page: Page) -> float:
    """Where the field for writing begins: what is under it cannot be seen."""
    box = page.locator("#message-composer").bounding_box()
    assert box
    return box["y"]


@pytest.mark.parametrize(("scheme", "width"), [("light", WIDE), ("dark", PHONE)], ids=["light-wide", "dark-phone"])
def test_a_fresh_card_shows_amount_and_buttons_at_once(
    chromium: Browser, assistant: RunningAssistant, scheme: Scheme, width: int
) -> None:
    bill = Ledger(assistant.sandbox["xero"]).new_bill("980.00", contact="Bergmann Druck")
    with visitor(chromium, assistant, scheme=scheme, width=width) as anna:
        anna.sign_in("Anna Albrecht")
        page = anna.page
        expect(page.locator("html")).to_have_class(re.compile(rf"\b{scheme}\b"))
        anna.say("What is overdue?")
        expect(page.locator(".fin-table")).to_be_visible()
        anna.say(f"Pay bill {bill.number}")
        card = page.locator(".fin-card[data-face='mine']")
        expect(card.get_by_role("button", name="Cancel")).to_be_focused()
        page.wait_for_timeout(1500)  # Chainlit's own scrolling to the question
        amount = card.locator(".amount").bounding_box()
        assert amount
        assert amount["y"] > 60
        for name in ("Record payment", "Edit", "Cancel"):
            button = card.get_by_role("button", name=name).bounding_box()
            assert button
            assert button["y"] + button["height"] <= below(page), name
        assert page.evaluate("document.documentElement.scrollHeight - window.innerHeight") <= 0
        card.get_by_role("button", name="Cancel").click()
        expect(page.locator(".fin-card[data-face='cancelled']")).to_be_visible()


def test_the_page_follows_the_system_when_it_turns_dark(chromium: Browser, assistant: RunningAssistant) -> None:
    with visitor(chromium, assistant, scheme="light") as anna:
        anna.sign_in("Anna Albrecht")
        expect(anna.page.locator("html")).to_have_class(re.compile(r"\blight\b"))
        anna.page.emulate_media(color_scheme="dark")
        expect(anna.page.locator("html")).to_have_class(re.compile(r"\bdark\b"))
