"""The text of a payment: plain writing of any script, short and shown whole; nothing hidden, no link, no account."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.books import World, make_access, usual_world
from tools.base import Draft
from tools.errors import ToolError, ToolRetry
from tools.xero.payments import RECORD_PAYMENT

pytestmark = pytest.mark.anyio
PLANTED = "DE28 1001 0010 9999 9999 99"


async def plan_of(world: World, **said: Any) -> dict[str, Any]:
    """The payload of such a proposal."""
    draft = await RECORD_PAYMENT.propose(make_access(world), **said)
    assert isinstance(draft, Draft)
    return dict(draft.payload)


async def noted(reference: str) -> str:
    """The person's part of the reference as it is recorded."""
    return str((await plan_of(usual_world(), document_number="BILL-202", reference=reference))["note"])


async def refused(reference: str) -> ToolError:
    """Why that reference is refused."""
    with pytest.raises(ToolRetry) as asked:
        await noted(reference)
    assert "Nothing was recorded" in asked.value.text("en") and "nichts erfasst" in asked.value.text("de")
    return asked.value


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Invoice 2026/11, no. 17 (freight) – 50% & more", "Invoice 2026/11, no. 17 (freight) – 50% & more"),
        ("Mu\u0308ller  Straße\u00a0§ 4", "Müller Straße § 4"),
        ("株式会社アクメ 11月分、请求书。", "株式会社アクメ 11月分、请求书。"),
        ("हिन्दी तेल אביב", "हिन्दी तेल אביב"),
        ("customer number 12345678", "customer number 12345678"),
        ("x" * 128, "x" * 128),
        ("u\u0308" * 128, "ü" * 128),
        ("", ""),
    ],
)
async def test_plain_writing_of_any_script_is_recorded_and_shown_whole(written: str, kept: str) -> None:
    assert await noted(written) == kept
    plan = await plan_of(usual_world(), document_number="BILL-202", reference=written)
    assert len(plan["reference"]) <= 140
    card = RECORD_PAYMENT.card(plan, "en")
    assert {fact.label: fact.value for fact in card.facts}["Reference"] == f"{kept} FA-TESTMARK".strip()


@pytest.mark.parametrize(
    ("written", "which"),
    [
        ("a\u202eb", "U+202E"), ("a\u200bb", "U+200B"), ("a\nb", "U+000A"), ("a\tb", "U+0009"), ("a\u2028b", "U+2028"),
        ("\ue000", "U+E000"), ("\ud800", "U+D800"), ("\u3164", "U+3164"), ("a\ufe0fb", "U+FE0F"), ("\u2800", "U+2800"),
        ("paid 😀", "😀 (U+1F600)"), ("<b>", "< (U+003C)"), ("a`b", "` (U+0060)"), ("{x}", "{ (U+007B)"),
        ("a|b", "| (U+007C)"), ("½", "½ (U+00BD)"), ("\u0378", "U+0378"), ("x" + "\u0305" * 5, "U+0305"),
        ("see https://evil.example/?q=1", '"://"'), ("WWW.evil.example", '"www."'), ("ｗｗｗ.evil.example", '"www."'),
        (f"to {PLANTED}", "(DE28…9999)"), ("sort code 20-44-55 12345678", "(…5678)"),
        ("x" * 129, "has 129 characters; 128 fit"),
    ],
)  # fmt: skip
async def test_what_is_no_plain_writing_is_refused_saying_what_it_is(written: str, which: str) -> None:
    asked = await refused(written)
    assert which in asked.text("en")
    assert which.strip('"') in asked.text("de") or "hat 129 Zeichen; 128 passen" in asked.text("de")
    assert "10010999" not in asked.text("en")


@given(st.text(max_size=60))
async def test_what_is_recorded_is_seen_and_what_is_refused_can_be_told(written: str) -> None:
    try:
        note = await noted(written)
    except ToolRetry as asked:
        assert "\n" not in asked.text("en")
        return
    assert note.isprintable()
    assert note == " ".join(note.split())
