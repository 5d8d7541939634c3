"""The same in headless Chromium: the words that a person reads, and the button that an admin presses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect

from tests.support.assistant import RunningAssistant
from tests.support.browser import card_on, chromium, deed, visitor
from tests.support.reckoning import Ledger
from tests.test_journeys_settle import make_undecidable

__all__ = ["chromium"]
pytestmark = pytest.mark.browser


@pytest.fixture
def people() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_an_admin_presses_the_button_under_the_answer(
    chromium: Browser, own_assistant: RunningAssistant, people: ExitStack
) -> None:
    bill = Ledger(own_assistant.sandbox["xero"]).new_bill("62.00")
    max_, ada = (people.enter_context(visitor(chromium, own_assistant)) for _ in range(2))
    max_.sign_in("Max Maurer")
    ada.sign_in("Ada Adler")
    max_.say(f"Pay bill {bill.number}")
    card = card_on(max_.page, "mine", bill.number)
    expect(card).to_be_visible()
    own_assistant.sandbox["xero"].fault("PUT /api.xro/2.0/Payments", "drop_before", times=-1)
    deed(card).click()
    unclear = card_on(max_.page, "unclear", bill.number)
    expect(unclear).to_be_visible()
    proposal = max_.page.evaluate("document.querySelector('.fin-card').dataset.proposal || ''")
    make_undecidable(own_assistant, proposal)
    expect(unclear).to_contain_text("not done: where you looked", timeout=30_000)
    own_assistant.sandbox["xero"].clear_faults()
    max_.shots("settle-waits")
    ada.say("settle P-1 not done: not on the statement of today")
    button = ada.page.get_by_role("button", name="Record: P-1 was not done")
    expect(button).to_be_visible()
    ada.shots("settle-button")
    button.click()
    expect(ada.page.get_by_text("is settled as not done")).to_be_visible()
    expect(button).to_have_count(0)
    ada.shots("settle-done")
    expect(card_on(max_.page, "failed", bill.number)).to_contain_text("Ada Adler says that it was not done")
