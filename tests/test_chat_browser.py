"""What one sees without scrolling, in headless Chromium: a fresh card with its buttons, in the system's colours."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

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


def test_a_page_that_forgot_its_conversation_while_it_opened_loads_it_again(
    chromium: Browser, assistant: RunningAssistant
) -> None:
    """Chainlit's page does so now and then on a busy machine; here it does once."""
    with visitor(chromium, assistant) as anna:
        anna.sign_in("Anna Albrecht")
        anna.say("What is overdue?")
        expect(anna.page.locator(".fin-table")).to_be_visible()
        anna.page.wait_for_url("**/thread/*")
        loads: list[str] = []

        def between(socket: WebSocketRoute) -> None:
            server = socket.connect_to_server()
            forgets = len(loads) < 2

            def from_page(message: str | bytes) -> None:
                opens = isinstance(message, str) and message.startswith("40{")
                forgotten = re.sub(r'"threadId":"[^"]*"', '"threadId":""', str(message))
                server.send(forgotten if opens and forgets else message)

            socket.on_message(from_page)

        anna.page.route_web_socket(re.compile("/ws/socket.io"), between)
        anna.page.on("request", lambda sent: loads.append(sent.url) if sent.is_navigation_request() else None)
        anna.page.reload()
        expect(anna.page.locator(".fin-table")).to_be_visible()
        assert len(loads) == 2
