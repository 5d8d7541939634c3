"""The papers of a document as people see them, in headless Chromium; with SHOTS=folder the pictures too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.support.assistant import RunningAssistant
from tests.support.browser import PHONE, WIDE, Scheme, card_on, chromium, deed, fits, visitor
from tests.support.reckoning import Ledger

__all__ = ["chromium"]
pytestmark = pytest.mark.browser

LOOKS: tuple[tuple[Scheme, int], ...] = (("light", WIDE), ("dark", PHONE))


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_a_pdf_is_opened_in_the_chat(
    chromium: Browser, assistant: RunningAssistant, scheme: Scheme, width: int
) -> None:
    with visitor(chromium, assistant, scheme=scheme, width=width) as vera:
        vera.sign_in("Vera Vogel")
        vera.say("Show me the PDF of INV-0042")
        file = vera.page.locator(".fin-file")
        expect(file).to_be_visible()
        expect(file).to_contain_text("INV-0042.pdf")
        fits(vera.page)
        vera.shots("file")
        address = file.get_by_role("link", name="Save").get_attribute("href")
        answer = vera.page.request.get(f"{assistant.url}{address}")
        assert answer.ok and answer.body().startswith(b"%PDF-")
        assert answer.headers["content-disposition"].startswith("attachment")
        if width == WIDE:
            file.get_by_role("button", name="Show here").click()
            expect(file.locator("iframe")).to_be_visible()
            with vera.page.expect_response(lambda response: "/papers/" in response.url) as shown:
                file.get_by_role("button", name="Hide").click()
                file.get_by_role("button", name="Show here").click()
            assert shown.value.status == 200
            vera.page.wait_for_timeout(1500)
            vera.shots("file-shown")
        vera.say("Give me the online link for INV-0042")
        link = vera.page.locator(".fin-file").last
        expect(link).to_contain_text("https://in.xero.com/")
        fits(vera.page)
        vera.shots("online-address")
        vera.page.reload()
        expect(vera.page.locator(".fin-file")).to_have_count(2)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_an_invoice_goes_out_on_a_card(
    chromium: Browser, assistant: RunningAssistant, scheme: Scheme, width: int
) -> None:
    ledger = Ledger(assistant.sandbox["xero"])
    invoice = ledger.new_invoice(f"{300 + width}.00")
    with visitor(chromium, assistant, scheme=scheme, width=width) as anna:
        anna.sign_in("Anna Albrecht")
        anna.say(f"Email invoice {invoice.number} to the customer")
        card = card_on(anna.page, "mine")
        expect(card).to_contain_text("@")
        fits(anna.page)
        anna.shots("invoice-sent")
        deed(card).click()
        expect(card_on(anna.page, "done")).to_be_visible()
        anna.say(f"Leave a note on {invoice.number}: sent on request")
        card = card_on(anna.page, "mine")
        expect(card).to_contain_text("sent on request FA-")
        fits(anna.page)
        anna.shots("note")
        deed(card).click()
        expect(anna.page.locator(".fin-card[data-face='done']")).to_have_count(2)
        anna.shots("sent-and-noted")
    sent = [effect for effect in assistant.sandbox["xero"].effects() if effect["result_id"] == invoice.id]
    assert [effect["operation"] for effect in sent][-2:] == ["email_invoice", "create_history_record"]
