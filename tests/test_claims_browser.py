"""A model that says what was not done: the person reads beneath it what is true, also after a reload."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.assistant import QUICK, RunningAssistant, run_assistant
from tests.support.browser import chromium, visitor
from tests.support.talking_model import TalkingModel, talking_model

__all__ = ["chromium"]
pytestmark = pytest.mark.browser
LIE = "Done: I have paid the bill of € 1,250.00 to Acme Ltd."


@pytest.fixture(scope="module")
def model() -> Iterator[TalkingModel]:
    with talking_model() as server:
        yield server


@pytest.fixture(scope="module")
def product(model: TalkingModel) -> Iterator[RunningAssistant]:
    with run_assistant({**QUICK, "OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "of-this-test"}) as running:
        yield running


def test_a_false_claim_has_its_notice_beneath_it_and_keeps_it(
    chromium: Browser, product: RunningAssistant, model: TalkingModel
) -> None:
    model.words = LIE
    with visitor(chromium, product) as anna:
        page = anna.page
        anna.sign_in("Anna Albrecht")
        anna.say("Pay bill BILL-201 of Acme")
        messages = page.locator("[data-step-type='assistant_message'] .prose")
        for again in (False, True):
            if again:
                page.wait_for_url("**/thread/*")
                page.reload()
            expect(messages).to_have_count(2)
            expect(messages.first).to_contain_text("I have paid the bill")
            expect(messages.last).to_contain_text("Not proven. “Done: I have paid the bill of € 1,250.00 to Acme Ltd.”")
            expect(messages.last).to_contain_text("This answer has paid, recorded and changed nothing")
        anna.shots("not-proven", keep=("light-wide",))
        model.words = "The books of Demo GmbH are open."
        anna.say("Which organisation is this?")
        expect(messages.last).to_contain_text("The books of Demo GmbH are open.")
        expect(messages).to_have_count(3)
