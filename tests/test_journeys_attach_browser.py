"""Files dropped into the chat as people see them, in headless Chromium; with SHOTS=folder the pictures too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from sandbox.pdf import Words, pdf
from tests.support.assistant import RunningAssistant
from tests.support.browser import PHONE, WIDE, Scheme, Visitor, card_on, chromium, deed, fits, visitor
from tests.support.reckoning import Ledger

__all__ = ["chromium"]
pytestmark = pytest.mark.browser


def drop(anna: Visitor, file: FilePayload) -> None:
    """Put a file into the message line, once the chat's line to the server stands, and wait until it is there."""
    with anna.page.expect_response(lambda answer: "/project/file" in answer.url) as uploaded:
        anna.page.locator("input[type=file]").first.set_input_files([file])
    assert uploaded.value.status == 200
    expect(anna.page.get_by_text(file["name"]).first).to_be_visible()
    anna.page.wait_for_timeout(300)


LOOKS: tuple[tuple[Scheme, int], ...] = (("light", WIDE), ("dark", PHONE))
PAPER = pdf([[Words(60, 80, "Delivery note 4711", 18, bold=True), Words(60, 120, "12 boxes of paper, delivered")]])


def paper(name: str) -> FilePayload:
    """The delivery note under that name."""
    return {"name": name, "mimeType": "application/pdf", "buffer": PAPER}


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_a_file_is_dropped_confirmed_and_opened_again(
    chromium: Browser, assistant: RunningAssistant, scheme: Scheme, width: int
) -> None:
    bill = Ledger(assistant.sandbox["xero"]).new_bill(f"{400 + width}.00")
    with visitor(chromium, assistant, scheme=scheme, width=width) as anna:
        anna.sign_in("Anna Albrecht")
        expect(anna.page.get_by_text(re.compile("^Good "))).to_be_visible()
        drop(anna, paper("Lieferschein 4711.pdf"))
        anna.shots("dropped")
        anna.say(f"Attach this to bill {bill.number}")
        sent = anna.page.locator(".fin-file").first
        expect(sent).to_contain_text("Lieferschein 4711.pdf")
        box = sent.bounding_box()
        assert box is not None and box["width"] > 300, "a file can be read under the message that it came with"
        anna.page.evaluate("document.querySelector('.fin-file').scrollIntoView()")
        anna.shot("sent")
        card = card_on(anna.page, "mine")
        expect(card).to_contain_text("Lieferschein 4711.pdf")
        expect(card).to_contain_text(bill.number)
        fits(anna.page)
        anna.shots("card")
        if width == WIDE:
            sent.get_by_role("button", name="Show here").click()
            expect(sent.locator("iframe")).to_be_visible()
            anna.page.wait_for_timeout(1500)
            anna.shots("preview")
            sent.get_by_role("button", name="Hide").click()
        deed(card).click()
        expect(card_on(anna.page, "done")).to_be_visible()
        fits(anna.page)
        anna.shots("attached")
        drop(anna, paper("Lieferschein 4711.pdf"))
        anna.say(f"Attach this to bill {bill.number}")
        again = card_on(anna.page, "mine")
        expect(again).to_contain_text("Lieferschein 4711 (2).pdf")
        expect(again).to_contain_text("would overwrite it")
        expect(again).to_contain_text("very same content")
        fits(anna.page)
        anna.shots("taken-name")
        anna.say(f"Which files are attached to {bill.number}?")
        there = anna.page.locator(".fin-file").last
        expect(there).to_contain_text("Lieferschein 4711.pdf")
        address = there.get_by_role("link", name="Save").get_attribute("href")
        assert anna.page.request.get(f"{assistant.url}{address}").body() == PAPER
        anna.page.reload()
        expect(anna.page.locator(".fin-file").first).to_contain_text("Lieferschein 4711.pdf")
        anna.shots("reloaded")


def test_what_is_not_taken_is_said(chromium: Browser, assistant: RunningAssistant) -> None:
    with visitor(chromium, assistant, scheme="light", width=WIDE) as anna:
        anna.sign_in("Anna Albrecht")
        fake: FilePayload = {"name": "invoice.pdf", "mimeType": "application/pdf", "buffer": b"MZ no PDF at all"}
        expect(anna.page.get_by_text(re.compile("^Good "))).to_be_visible()
        drop(anna, fake)
        anna.say("Attach this to bill BILL-201")
        expect(anna.page.get_by_text("invoice.pdf is not what its ending says")).to_be_visible()
        expect(anna.page.get_by_text("no file in this conversation")).to_be_visible()
        assert anna.page.locator(".fin-card").count() == 0
        fits(anna.page)
        anna.shots("not-taken")
