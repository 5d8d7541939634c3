"""Journeys in headless Chromium, as people go them; with SHOTS=folder they also make the pictures of docs/."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.assistant import RunningAssistant
from tests.support.browser import PHONE, WIDE, Scheme, Visitor, card_on, chromium, deed, fits, table_on, visitor
from tests.support.reckoning import Document, Ledger, english

__all__ = ["chromium"]
pytestmark = pytest.mark.browser

LOOKS: tuple[tuple[Scheme, int, str], ...] = (
    ("light", WIDE, "980.00"),
    ("dark", WIDE, "1240.00"),
    ("light", PHONE, "412.50"),
    ("dark", PHONE, "765.30"),
)
"""Colours, width and the amount to pay: a different one each time, or the card would warn of a likely duplicate."""


@pytest.fixture
def ledger(assistant: RunningAssistant) -> Ledger:
    return Ledger(assistant.sandbox["xero"])


@pytest.fixture
def anna(chromium: Browser, assistant: RunningAssistant) -> Iterator[Visitor]:
    """Anna Albrecht (approver), signed in at an empty chat."""
    with visitor(chromium, assistant) as person:
        person.sign_in("Anna Albrecht")
        yield person


def ask_to_pay(person: Visitor, document: Document, text: str = "", page: Page | None = None) -> Locator:
    """Ask for a payment and wait for its card."""
    person.say(text or f"Pay bill {document.number}", page)
    card = card_on(page or person.page, "mine")
    expect(card).to_be_visible()
    return card


def confirm(card: Locator) -> None:
    """Press the button that says the deed."""
    deed(card).click()


def test_a_bill_is_paid_from_sign_in_to_log_out(chromium: Browser, assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill("119.00")
    with visitor(chromium, assistant) as anna:
        page = anna.page
        page.goto(assistant.url)
        expect(page.get_by_text(re.compile("sign in", re.IGNORECASE)).first).to_be_visible()
        anna.sign_in("Anna Albrecht")
        expect(page.get_by_text("Anna").first).to_be_visible()
        expect(page.get_by_text(re.compile("no real money", re.IGNORECASE)).first).to_be_visible()

        anna.say("What is overdue?")
        total, _ = ledger.due("ACCREC", "EUR", before=ledger.today())
        expect(page.get_by_text(english(total)).first).to_be_visible()

        card = ask_to_pay(anna, bill)
        expect(card).to_contain_text(english(bill.total))
        expect(card).to_contain_text(bill.contact)
        assert ledger.paid(bill.id) == []
        confirm(card)
        expect(card_on(page, "done")).to_be_visible()
        assert ledger.document(bill.id).status == "PAID"
        assert len(ledger.paid(bill.id)) == 1

        page.reload()
        expect(card_on(page, "done")).to_be_visible()
        expect(page.locator(".fin-card button")).to_have_count(0)
        assert len(ledger.paid(bill.id)) == 1

        log_out(page)
        expect(
            page.get_by_role("button", name=re.compile("Sign in")).or_(page.get_by_role("link", name="Sign in")).first
        ).to_be_visible()
        page.goto(assistant.url)
        expect(anna.composer()).to_have_count(0)


def log_out(page: Page) -> None:
    """Over the menu behind one's own picture."""
    page.locator("#user-nav-button").click()
    page.get_by_text(re.compile("log ?out|sign out", re.IGNORECASE)).last.click()


def test_the_table_filters_sorts_and_downloads(anna: Visitor, ledger: Ledger) -> None:
    anna.say("List all open bills")
    table = table_on(anna.page)
    expect(table).to_be_visible()
    rows = table.locator("tbody tr.row")
    everything = [document for document in ledger.documents("ACCPAY") if document.open]
    expect(rows).to_have_count(len(everything))
    table.get_by_role("searchbox").fill("acme")
    acme = [document for document in everything if "Acme" in document.contact]
    expect(rows).to_have_count(len(acme))
    expect(table.locator(".caption")).to_contain_text(str(len(everything)))
    table.get_by_role("searchbox").fill("no such supplier")
    expect(rows).to_have_count(0)
    table.get_by_role("searchbox").fill("")
    money = table.get_by_role("columnheader", name=re.compile("Due|Left|Open|Amount")).last
    money.get_by_role("button").click()
    expect(money).to_have_attribute("aria-sort", "ascending")
    money.get_by_role("button").click()
    expect(money).to_have_attribute("aria-sort", "descending")
    with anna.page.expect_download() as downloading:
        table.get_by_role("button", name="CSV").click()
    text = downloading.value.path().read_text(encoding="utf-8-sig")
    assert len(text.strip().splitlines()) == len(everything) + 1
    assert all(document.number in text for document in everything)


def test_the_keyboard_starts_on_cancel_and_cancel_writes_nothing(anna: Visitor, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    card = ask_to_pay(anna, bill)
    expect(card.get_by_role("button", name="Cancel")).to_be_focused()
    anna.page.keyboard.press("Enter")
    expect(card_on(anna.page, "cancelled")).to_be_visible()
    assert ledger.paid(bill.id) == []


def test_a_double_click_pays_once(anna: Visitor, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    card = ask_to_pay(anna, bill)
    card.get_by_role("button", name=re.compile("Record")).dblclick()
    expect(card_on(anna.page, "done")).to_be_visible()
    assert len(ledger.paid(bill.id)) == 1


def test_an_edit_makes_a_new_card(anna: Visitor, ledger: Ledger) -> None:
    bill = ledger.new_bill("100.00")
    card = ask_to_pay(anna, bill)
    card.get_by_role("button", name="Edit").click()
    card.locator("input[name=amount]").fill("25.00")
    card.locator("button[type=submit]").click()
    expect(card_on(anna.page, "replaced")).to_be_visible()
    new = card_on(anna.page, "mine")
    expect(new).to_contain_text("25.00")
    confirm(new)
    expect(card_on(anna.page, "done")).to_be_visible()
    assert [payment["amount"] for payment in ledger.payments_of(bill.id)] == ["25.00"]


def test_the_second_tab_shows_what_happened(anna: Visitor, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    card = ask_to_pay(anna, bill)
    tab = anna.new_tab()
    expect(anna.page).to_have_url(re.compile("/thread/"))
    tab.goto(anna.page.url)
    expect(card_on(tab, "mine")).to_be_visible()
    confirm(card)
    expect(card_on(anna.page, "done")).to_be_visible()
    expect(card_on(tab, "done")).to_be_visible()
    expect(tab.locator(".fin-card button")).to_have_count(0)
    assert len(ledger.paid(bill.id)) == 1


def test_an_approver_finds_what_a_preparer_proposed(
    chromium: Browser, assistant: RunningAssistant, anna: Visitor, ledger: Ledger
) -> None:
    bill = ledger.new_bill()
    with visitor(chromium, assistant) as paul:
        paul.sign_in("Paul Peters")
        paul.say(f"Pay bill {bill.number}")
        expect(card_on(paul.page, "other")).to_be_visible()
        expect(card_on(paul.page).get_by_role("button", name=re.compile("Record"))).to_have_count(0)
        anna.say("Waiting for me")
        mine = anna.page.locator(".fin-card[data-face='mine']").filter(has_text=bill.number)
        expect(mine).to_be_visible()
        confirm(mine)
        expect(card_on(paul.page, "done")).to_be_visible()
    assert len(ledger.paid(bill.id)) == 1


def test_a_viewer_is_refused_in_words(chromium: Browser, assistant: RunningAssistant, ledger: Ledger) -> None:
    bill = ledger.new_bill()
    with visitor(chromium, assistant) as vera:
        vera.sign_in("Vera Vogel")
        vera.say(f"Pay bill {bill.number}")
        expect(vera.page.get_by_text(re.compile("role|may only read|preparer")).last).to_be_visible()
        expect(vera.page.locator(".fin-card")).to_have_count(0)
    assert ledger.paid(bill.id) == []


def test_nobody_without_a_role_gets_in(chromium: Browser, assistant: RunningAssistant) -> None:
    with visitor(chromium, assistant) as nora:
        nora.page.goto(assistant.url)
        nora.page.get_by_role("link", name="Sign in").or_(nora.page.get_by_role("button", name="Sign in")).first.click()
        nora.page.get_by_role("button", name="Nora Niemand").click()
        expect(nora.page.get_by_text("Nora Niemand").first).to_be_visible()
        expect(nora.composer()).to_have_count(0)
        nora.shot("no-role")


def test_a_restart_in_between_loses_nothing(chromium: Browser, own_assistant: RunningAssistant) -> None:
    ledger = Ledger(own_assistant.sandbox["xero"])
    bill = ledger.new_bill("119.00")
    with visitor(chromium, own_assistant) as anna:
        anna.sign_in("Anna Albrecht")
        ask_to_pay(anna, bill)
        own_assistant.restart()
        anna.page.reload()
        card = card_on(anna.page, "mine")
        expect(card).to_be_visible()
        confirm(card)
        expect(card_on(anna.page, "done")).to_be_visible()
    assert ledger.document(bill.id).status == "PAID"
    assert len(ledger.paid(bill.id)) == 1


def test_an_open_page_reconnects_by_itself_after_a_restart(chromium: Browser, own_assistant: RunningAssistant) -> None:
    ledger = Ledger(own_assistant.sandbox["xero"])
    bill = ledger.new_bill("119.00")
    with visitor(chromium, own_assistant) as anna:
        anna.sign_in("Anna Albrecht")
        card = ask_to_pay(anna, bill)
        own_assistant.restart()
        expect(card).to_be_visible()
        anna.page.wait_for_timeout(6000)  # the page's own attempts to reconnect
        confirm(card_on(anna.page, "mine"))
        expect(card_on(anna.page, "done")).to_be_visible()
    assert len(ledger.paid(bill.id)) == 1


@pytest.mark.parametrize(("scheme", "width", "amount"), LOOKS, ids=[f"{look[0]}-{look[1]}" for look in LOOKS])
def test_looks(
    chromium: Browser, assistant: RunningAssistant, ledger: Ledger, scheme: Scheme, width: int, amount: str
) -> None:
    bill = ledger.new_bill(amount, contact="Bergmann Druck")
    with visitor(chromium, assistant, scheme=scheme, width=width) as anna:
        page = anna.page
        page.goto(assistant.url)
        page.wait_for_load_state("networkidle")
        anna.shot("login")
        fits(page)
        anna.sign_in("Anna Albrecht")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(700)
        anna.shot("empty")
        fits(page)
        anna.say("What is overdue?")
        expect(table_on(page)).to_be_visible()
        settle(page)
        anna.shot("table")
        fits(page)
        card = ask_to_pay(anna, bill)
        settle(page)
        anna.shot("card")
        fits(page)
        confirm(card)
        expect(card_on(page, "done")).to_be_visible()
        settle(page)
        anna.shot("card-done")
        fits(page)


def settle(page: Page) -> None:
    """Let scrolling and fading come to rest."""
    page.wait_for_timeout(900)
