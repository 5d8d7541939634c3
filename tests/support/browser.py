"""A person at a real browser: headless Chromium through Playwright, which may ask nobody but this machine."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, expect, sync_playwright

from tests.support.assistant import RunningAssistant
from tests.support.chat import same_origin

Scheme = Literal["light", "dark"]
WIDE, PHONE = 1280, 390
"""Widths in CSS pixels."""
_LOOKS: tuple[tuple[Scheme, int], ...] = (("light", WIDE), ("dark", WIDE), ("light", PHONE), ("dark", PHONE))
_SHOW_LAST = """
() => new Promise((done) => requestAnimationFrame(() => {
  [...document.querySelectorAll(".fin-card, .fin-table")].at(-1)?.scrollIntoView({ block: "end", behavior: "instant" });
  requestAnimationFrame(() => requestAnimationFrame(done));
}))
"""
_CUT = """
() => [...document.querySelectorAll(".fin-card, .fin-card *, .fin-table.narrow *, #fin-ribbons *")]
  .filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1)
  .filter((one) => getComputedStyle(one).display !== "inline" && !one.closest("input, svg, .fin-sr, .tool, .l1, .l2"))
  .map((one) => one.className + ": " + one.textContent.slice(0, 60))
"""
PATIENCE = 30_000.0
"""Milliseconds to wait for something to show on a busy machine."""
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module's journeys; they say so and are skipped where none is installed."""
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium is installed here (Debian: apt-get install chromium)")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        yield browser
        browser.close()


class Visitor:
    """Somebody with a browser of their own (its own cookies), and what their pages asked of the network."""

    def __init__(self, page: Page, product: RunningAssistant, scheme: Scheme, width: int) -> None:
        self.page = page
        self.product = product
        self.scheme, self.width = scheme, width
        self.look = f"{scheme}-{'wide' if width >= 1000 else 'phone'}"
        self.asked: list[str] = []
        self.faults: list[str] = []
        self.watch(page)

    def watch(self, page: Page) -> None:
        """Note every request of a page, and every error that its scripts raise."""
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def new_tab(self) -> Page:
        """A second tab of the same person."""
        tab = self.page.context.new_page()
        self.watch(tab)
        return tab

    def sign_in(self, person: str) -> None:
        """From the address that `make run` prints to the empty chat, over the login's pages."""
        self.page.goto(self.product.url)
        self.page.get_by_role("link", name="Sign in").or_(self.page.get_by_role("button", name="Sign in")).first.click()
        self.page.get_by_role("button", name=person).click()
        expect(self.composer()).to_be_visible()

    def composer(self, page: Page | None = None) -> Locator:
        """The field one writes into."""
        return (page or self.page).locator("#chat-input")

    def say(self, text: str, page: Page | None = None) -> None:
        """Type a message and send it with Enter."""
        field = self.composer(page)
        field.click()
        field.fill(text)
        expect((page or self.page).locator("#chat-submit")).to_be_enabled()
        field.press("Enter")

    def shot(self, name: str, page: Page | None = None) -> None:
        """Take a picture for the documentation, when SHOTS names the folder for them."""
        folder = os.environ.get("SHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            path = Path(folder) / f"{name}-{self.look}.png"
            (page or self.page).screenshot(path=path, animations="disabled", scale="css")

    def shots(self, name: str, keep: Sequence[str] = ()) -> None:
        """Look at the page in each colour and width: it must fit, and its last card or table comes into view.

        The looks in `keep` become pictures of the documentation; SHOTS_ALL=1 keeps every one.
        """
        before, page = (self.look, self.scheme, self.width), self.page
        for scheme, width in _LOOKS:
            self.look = f"{scheme}-{'wide' if width >= 1000 else 'phone'}"
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": _height(width)})
            expect(page.locator("html")).to_have_class(re.compile(rf"\b{scheme}\b"))
            page.evaluate(_SHOW_LAST)
            fits(page)
            if self.look in keep or os.environ.get("SHOTS_ALL"):
                self.shot(name)
        self.look, scheme, width = before
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": _height(width)})

    def step_up(self, person: str) -> None:
        """At the login's pages: be that person once more and type the code that a phone would show."""
        self.page.get_by_role("button", name=person).click()
        code = self.page.locator("#shown-code").inner_text()
        self.page.get_by_label("Code").fill(code)
        self.page.get_by_role("button", name="Verify").click()

    def strangers(self) -> list[str]:
        """Addresses asked that are neither the product's own, nor a page of the login, nor the browser's PDF viewer."""
        known = (self.product.url, self.product.sandbox.urls["okta"])
        asked = [url for url in self.asked if not url.startswith(("chrome-extension:", "chrome:"))]
        return [url for url in asked if not any(same_origin(url, one) for one in known)]

    def login_requests(self) -> list[str]:
        """What was asked of the login's server."""
        return [url for url in self.asked if same_origin(url, self.product.sandbox.urls["okta"])]


def fits(page: Page) -> None:
    """Nothing makes the page scroll sideways, and no card or table is wider than the place it has."""
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0, f"the page is {too_wide} px wider than the screen"
    cut = page.evaluate(_CUT)
    assert cut == [], f"wider than its place: {cut}"


def card_on(page: Page, face: str = "", text: str = "") -> Locator:
    """The last confirmation card on a page (in that state, with that text)."""
    cards = page.locator(f".fin-card[data-face='{face}']" if face else ".fin-card")
    return (cards.filter(has_text=text) if text else cards).last


def table_on(page: Page) -> Locator:
    """The last table on a page."""
    return page.locator(".fin-table").last


_DEEDS = (
    "Record|Pay|Change|Make|Enter|Submit|Approve|Void|Delete|Take|Add|Set|"
    "Send|Mark|Leave|Archive|Accept|Decline|Post|Refund|Attach"
)
"""How buttons that carry something out begin."""


def deed(card: Locator) -> Locator:
    """The button that says what will be done."""
    return card.get_by_role(
        "button",
        name=re.compile(rf"^({_DEEDS})"),
    )


def _height(width: int) -> int:
    return 860 if width >= 1000 else 844


@contextmanager
def visitor(
    chromium: Browser, product: RunningAssistant, *, scheme: Scheme = "light", width: int = WIDE
) -> Iterator[Visitor]:
    """Somebody with a fresh browser; at the end no request may have left for anywhere else, and no script failed."""
    context = chromium.new_context(
        color_scheme=scheme,
        viewport={"width": width, "height": _height(width)},
        locale="en-GB",
        has_touch=width < 1000,
    )
    person = Visitor(context.new_page(), product, scheme, width)
    try:
        yield person
        assert (strangers := person.strangers()) == [], f"the page asked {strangers[:5]}"
        assert person.faults == [], "a script of the page failed"
    except BaseException:
        with suppress(Error):  # pytest shows it where the journey failed
            shown = person.page.locator("body").inner_text(timeout=1000)
            sys.stdout.write(f"{person.page.url}\n{shown[-3000:]}\n")
        raise
    finally:
        context.close()


def path_of(page: Page) -> str:
    """The path part of a page's address."""
    return urlsplit(page.url).path
