"""Journeys through the protections in headless Chromium: what people see when a payment is not simply confirmed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from tests.support.assistant import RunningAssistant
from tests.support.browser import PHONE, Visitor, card_on, chromium, deed, table_on, visitor
from tests.support.reckoning import Ledger

__all__ = ["chromium"]
pytestmark = pytest.mark.browser

NEW_NUMBER = "DE89 3704 0044 0532 0130 00"


class House:
    """The product of this module, its books, and people who sign in as they come."""

    def __init__(self, chromium: Browser, product: RunningAssistant, people: ExitStack) -> None:
        self.product, self._chromium, self._people = product, chromium, people
        self.ledger = Ledger(product.sandbox["xero"])

    def person(self, name: str, *, width: int = 1280) -> Visitor:
        """Somebody, signed in at an empty chat."""
        someone = self._people.enter_context(visitor(self._chromium, self.product, width=width))
        someone.sign_in(name)
        return someone


@pytest.fixture
def house(chromium: Browser, own_assistant: RunningAssistant) -> Iterator[House]:
    with ExitStack() as people:
        yield House(chromium, own_assistant, people)


def asked_to_pay(person: Visitor, number: str, face: str) -> Locator:
    """Ask for a payment; its card when it has come to that state."""
    person.say(f"Pay bill {number}")
    card = card_on(person.page, face, number)
    expect(card).to_be_visible()
    return card


def waiting_for(person: Visitor, text: str) -> Locator:
    """What waits for this person: the card with that text."""
    person.say("Waiting for me")
    card = card_on(person.page, "mine", text)
    expect(card).to_be_visible()
    return card


def test_above_a_limit_somebody_else_confirms(house: House) -> None:
    bill = house.ledger.new_bill("6200.00", contact="Bergmann Druck")
    anna, max_ = house.person("Anna Albrecht"), house.person("Max Maurer")
    own = asked_to_pay(anna, bill.number, "other")
    expect(own.get_by_role("status")).to_have_text("Waiting for a second person")
    expect(own).to_contain_text("One person may not prepare and confirm this much alone")
    expect(anna.page.get_by_text("It takes two people").last).to_be_visible()
    expect(deed(own)).to_have_count(0)
    anna.shots("second-person", keep=["light-wide"])
    card = waiting_for(max_, bill.number)
    expect(card).to_contain_text("Anna Albrecht prepared it, you confirm it")
    expect(deed(card)).to_be_enabled()
    max_.shots("second-person-confirms")
    deed(card).click()
    for person in (max_, anna):
        expect(card_on(person.page, "done", bill.number)).to_contain_text("Confirmed by Max Maurer")
    assert len(house.ledger.paid(bill.id)) == 1


def test_a_large_payment_takes_a_second_factor_on_the_way(house: House) -> None:
    bill = house.ledger.new_bill("12400.00", contact="Acme Ltd")
    paul, anna = house.person("Paul Peters"), house.person("Anna Albrecht", width=PHONE)
    expect(asked_to_pay(paul, bill.number, "other")).to_contain_text("signs in once more with a second factor")
    card = waiting_for(anna, bill.number)
    expect(deed(card)).to_have_count(0)
    expect(card.get_by_text("Needs your second factor")).to_be_visible()
    anna.shots("step-up", keep=["light-phone"])
    thread = anna.page.evaluate(
        "new URL(document.querySelector('.fin-card a.primary').href).searchParams.get('thread')"
    )
    card.get_by_role("link", name="Sign in to confirm").click()
    anna.step_up("Anna Albrecht")
    expect(anna.page).to_have_url(f"{house.product.url}/thread/{thread}")
    card = card_on(anna.page, "mine", bill.number)
    expect(card).to_contain_text("You have signed in for this card")
    expect(card.get_by_role("link", name="Sign in to confirm")).to_have_count(0)
    anna.shots("stepped-up")
    assert house.ledger.paid(bill.id) == []
    deed(card).click()
    for person in (anna, paul):
        expect(card_on(person.page, "done", bill.number)).to_be_visible()
    anna.page.reload()
    expect(card_on(anna.page, "done", bill.number)).to_be_visible()
    expect(anna.page.locator(".fin-card .buttons")).to_have_count(0)
    assert len(house.ledger.paid(bill.id)) == 1


def test_a_second_factor_that_is_cancelled_leaves_the_card_waiting(house: House) -> None:
    bill = house.ledger.new_bill("11800.00", contact="Acme Ltd")
    paul, anna = house.person("Paul Peters"), house.person("Anna Albrecht")
    asked_to_pay(paul, bill.number, "other")
    waiting_for(anna, bill.number).get_by_role("link", name="Sign in to confirm").click()
    anna.page.get_by_role("button", name="Cancel").click()
    expect(anna.page.get_by_role("heading", name="Nothing was confirmed")).to_be_visible()
    anna.page.get_by_role("link", name="Back to the conversation").click()
    card = card_on(anna.page, "mine", bill.number)
    expect(card.get_by_role("link", name="Sign in to confirm")).to_be_visible()
    card.get_by_role("button", name="Cancel").click()
    expect(card_on(paul.page, "cancelled", bill.number)).to_be_visible()
    assert house.ledger.paid(bill.id) == []


def test_what_may_be_the_same_payment_needs_a_reason(house: House) -> None:
    bill = house.ledger.new_bill("412.50", contact="Typehaus Schriften")
    anna = house.person("Anna Albrecht")
    anna.say(f"Pay 200 euro of bill {bill.number}")
    deed(card_on(anna.page, "mine", bill.number)).click()
    expect(card_on(anna.page, "done", bill.number)).to_be_visible()
    anna.say(f"Pay 200 euro of bill {bill.number}")
    card = card_on(anna.page, "mine", bill.number)
    expect(card.get_by_role("button", name="Cancel")).to_be_focused()
    expect(card.get_by_role("heading")).to_have_text("Needs a look: this may be the same payment again")
    expect(card.get_by_text("€ 200.00 with Typehaus Schriften")).to_have_count(1)
    expect(deed(card)).to_be_disabled()
    why = card.get_by_label("Why is it another one?")
    why.fill("  too     s  ")
    expect(deed(card)).to_be_disabled()
    anna.shots("duplicate")
    why.fill("The second instalment, as agreed")
    expect(deed(card)).to_be_enabled()
    anna.shots("duplicate-explained", keep=["light-wide"])
    deed(card).click()
    expect(card_on(anna.page, "mine")).to_have_count(0)
    expect(anna.page.locator(".fin-card[data-face='done']").filter(has_text=bill.number)).to_have_count(2)
    assert len(house.ledger.paid(bill.id)) == 2
    number = anna.page.locator(".fin-card[data-face='done'] .nr").last.inner_text()
    ada = house.person("Ada Adler")
    ada.say(f"audit {number}")
    confirmed = table_on(ada.page).locator("li").filter(has=ada.page.get_by_text("Confirmed", exact=True))
    confirmed.locator("summary").click()
    expect(confirmed).to_contain_text("The second instalment, as agreed")


def test_what_the_rules_forbid_says_which_rule_and_what_would_help(house: House) -> None:
    bill = house.ledger.new_bill("120000.00", contact="Acme Ltd")
    paul = house.person("Paul Peters")
    card = asked_to_pay(paul, bill.number, "blocked")
    expect(card.get_by_role("status")).to_have_text("Not allowed: nothing was recorded")
    expect(card).to_contain_text("above the € 100,000.00 that the role preparer may propose at once")
    expect(card).to_contain_text("Ask somebody with a higher limit")
    expect(card.get_by_role("button")).to_have_text(["Prepare again"])
    card.get_by_text("What the rules said").click()
    expect(card.locator(".rules li").filter(has_text="Writing is not stopped.")).to_be_visible()
    paul.shots("not-allowed", keep=["dark-wide"])
    assert house.ledger.paid(bill.id) == []


def test_nobody_is_paid_who_is_new(house: House) -> None:
    house.ledger.new_contact("Schnellgeld Beratung", "DE02120300000000202051")
    bill = house.ledger.new_bill("90.00", contact="Schnellgeld Beratung")
    card = asked_to_pay(house.person("Anna Albrecht"), bill.number, "blocked")
    expect(card).to_contain_text("Schnellgeld Beratung is new among the contacts")
    expect(card).to_contain_text("by a number that you already know")
    assert house.ledger.paid(bill.id) == []


def test_an_admin_stops_and_allows_writing_and_every_page_shows_it(house: House) -> None:
    bill = house.ledger.new_bill("640.00", contact="Kopierwerk Süd")
    anna, ada = house.person("Anna Albrecht"), house.person("Ada Adler")
    expect(ada.page.get_by_text("As admin you can write")).to_be_visible()
    card = asked_to_pay(anna, bill.number, "mine")
    pick_command(ada, "Stop writes")
    ada.say("a supplier's mailbox may be in other hands")
    for person in (anna, ada):
        ribbon = person.page.get_by_role("alert").filter(has_text="All writes are stopped by Ada Adler")
        expect(ribbon).to_contain_text("a supplier's mailbox may be in other hands")
    deed(card).click()
    refusal = card.get_by_role("alert")
    expect(refusal).to_contain_text("Ada Adler stopped all writes")
    expect(refusal).to_contain_text("An admin can allow them again. Nothing was written.")
    anna.shots("stopped", keep=["dark-phone"])
    anna.page.reload()
    expect(anna.page.locator("#fin-stopped")).to_be_visible()
    assert house.ledger.paid(bill.id) == []
    ada.say("allow writes")
    expect(anna.page.locator("#fin-stopped")).to_have_count(0)
    expect(anna.page.locator("#fin-ribbon")).to_be_visible()
    deed(card_on(anna.page, "mine", bill.number)).click()
    expect(card_on(anna.page, "done", bill.number)).to_be_visible()
    assert len(house.ledger.paid(bill.id)) == 1


def pick_command(person: Visitor, name: str) -> None:
    """A command of the composer, as one types it."""
    person.composer().click()
    person.page.keyboard.type("/")
    person.page.get_by_role("option", name=name).or_(person.page.locator("[cmdk-item]", has_text=name)).first.click()


def test_only_admins_have_the_switch(house: House) -> None:
    max_ = house.person("Max Maurer")
    expect(max_.page.get_by_text("As admin you can write")).to_have_count(0)
    max_.say("stop writes")
    expect(max_.page.get_by_text("That needs the role admin")).to_be_visible()
    expect(max_.page.locator("#fin-stopped")).to_have_count(0)


def test_bank_details_take_two_people_and_payments_wait_afterwards(house: House) -> None:
    supplier = "Fotoalm Bildagentur"
    max_, anna = house.person("Max Maurer"), house.person("Anna Albrecht")
    max_.say(f"change the bank account of {supplier} to {NEW_NUMBER} because they moved to another bank")
    own = card_on(max_.page, "other", supplier)
    expect(own).to_contain_text("Nobody changes bank details alone")
    expect(own.get_by_role("button")).to_have_text(["Cancel"])
    card = waiting_for(anna, supplier)
    expect(anna.page.get_by_text("One change of bank details waits")).to_be_visible()
    expect(card.locator(".amount")).to_have_text(NEW_NUMBER)
    anna.shots("bank-details", keep=["light-wide"])
    one_line(anna.page, card.locator(".amount"))
    card.get_by_role("link", name="Sign in to confirm").click()
    anna.step_up("Anna Albrecht")
    deed(card_on(anna.page, "mine", supplier)).click()
    for person in (anna, max_):
        expect(card_on(person.page, "done", supplier)).to_be_visible()
    (change,) = house.ledger.changes_of_contacts()
    assert change["body"]["BankAccountDetails"] == NEW_NUMBER.replace(" ", "")
    bill = house.ledger.new_bill("75.00", contact=supplier)
    waits = asked_to_pay(anna, bill.number, "blocked")
    expect(waits).to_contain_text(f"{supplier} was changed lately (bank details)")
    assert house.ledger.paid(bill.id) == []


def one_line(page: Page, place: Locator) -> None:
    """On a phone the number stands whole in its line, or breaks between two groups only."""
    page.set_viewport_size({"width": PHONE, "height": 844})
    cut = place.evaluate("one => one.scrollWidth > one.clientWidth")
    assert not cut


def test_a_card_can_be_confirmed_in_a_new_sign_in(house: House) -> None:
    bill = house.ledger.new_bill("55.00", contact="Kopierwerk Süd")
    anna = house.person("Anna Albrecht")
    asked_to_pay(anna, bill.number, "mine")
    anna.page.wait_for_url("**/thread/*")
    thread = anna.page.url
    anna.page.context.clear_cookies()
    anna.sign_in("Anna Albrecht")
    anna.page.goto(thread)
    deed(card_on(anna.page, "mine", bill.number)).click()
    expect(card_on(anna.page, "done", bill.number)).to_be_visible()
    assert len(house.ledger.paid(bill.id)) == 1


def test_a_card_without_its_code_asks_for_it_once_and_says_so(house: House) -> None:
    """As a card that was stored without one: the code is taken out of what the server says, until the page asks."""
    bill = house.ledger.new_bill("56.00", contact="Kopierwerk Süd")
    anna = house.person("Anna Albrecht")
    asked_to_pay(anna, bill.number, "mine")
    anna.page.wait_for_url("**/thread/*")
    looks: list[str] = []
    hidden = [True]

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def from_server(message: str | bytes) -> None:
            text = message if isinstance(message, str) else ""
            kept = re.sub(r'"confirmation":"[^"]*"', '"confirmation":""', text)
            socket.send(kept if text and hidden[0] else message)

        server.on_message(from_server)

    anna.page.route_web_socket(re.compile("/ws/socket.io"), between)
    anna.page.on("request", lambda sent: looks.append(sent.post_data or "") if "/project/action" in sent.url else None)
    anna.page.reload()
    card = card_on(anna.page, "mine", bill.number)
    expect(card.get_by_text("The card is being read once more for you")).to_be_visible()
    expect(deed(card)).to_be_disabled()
    expect(card.get_by_text("could not be read once more")).to_be_visible()
    assert len([sent for sent in looks if '"look"' in sent]) == 1
    hidden[0] = False
    anna.page.reload()
    expect(deed(card)).to_be_enabled()
    deed(card).click()
    expect(card_on(anna.page, "done", bill.number)).to_be_visible()
    assert len(house.ledger.paid(bill.id)) == 1


def test_an_admin_reads_the_life_of_a_proposal(house: House) -> None:
    bill = house.ledger.new_bill("61.20", contact="Kopierwerk Süd")
    anna, ada = house.person("Anna Albrecht"), house.person("Ada Adler")
    card = asked_to_pay(anna, bill.number, "mine")
    number = card.locator(".nr").inner_text()
    deed(card).click()
    expect(card_on(anna.page, "done", bill.number)).to_be_visible()
    ada.say(f"audit {number}")
    steps = table_on(ada.page).locator("li")
    expect(steps.locator(".what")).to_have_text(["Asked for", "Proposed", "Clicked", "Confirmed", "Being sent", "Done"])
    expect(steps.first).to_contain_text("Anna Albrecht · approver")
    expect(steps.nth(1)).to_contain_text(bill.number)
    ada.shots("life", keep=["light-wide", "dark-phone"])
    anna.say(f"audit {number}")
    expect(anna.page.get_by_text("That needs the role admin")).to_be_visible()
