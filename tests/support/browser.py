"""A person at a real browser: headless Chromium through Playwright, which may ask nobody but this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.support.assistant import RunningAssistant
from tests.support.chat import same_origin

Scheme = Literal["light", "dark"]
WIDE, PHONE = 1280, 390
"""Widths in CSS pixels."""
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

    def strangers(self) -> list[str]:
        """Addresses asked that are neither the product's own nor a page of the login."""
        login = self.product.sandbox.urls["okta"]
        return [url for url in self.asked if not same_origin(url, self.product.url) and not same_origin(url, login)]

    def login_requests(self) -> list[str]:
        """What was asked of the login's server."""
        return [url for url in self.asked if same_origin(url, self.product.sandbox.urls["okta"])]


@contextmanager
def visitor(
    chromium: Browser, product: RunningAssistant, *, scheme: Scheme = "light", width: int = WIDE
) -> Iterator[Visitor]:
    """Somebody with a fresh browser; at the end no request may have left for anywhere else, and no script failed."""
    height = 860 if width >= 1000 else 844
    context = chromium.new_context(
        color_scheme=scheme,
        viewport={"width": width, "height": height},
        locale="en-GB",
        has_touch=width < 1000,
    )
    try:
        person = Visitor(context.new_page(), product, scheme, width)
        yield person
        assert person.strangers() == [], "the page asked somebody else"
        assert person.faults == [], "a script of the page failed"
    finally:
        context.close()


def path_of(page: Page) -> str:
    """The path part of a page's address."""
    return urlsplit(page.url).path
