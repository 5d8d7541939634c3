"""Likely duplicates: the same payee, amount and number a short time ago, ours or anybody's, needs a reason in words."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from assistant.policy.verdict import Need
from assistant.proposal import Proposal
from assistant.refusals import Refusal
from assistant.rulings import folded
from assistant.stores.database import Database
from assistant.stores.ledger import LedgerPaymentRow
from assistant.stores.proposals import State, Verdict
from tests.support.database import run_sql
from tests.support.paying import ALEX, ANNA, DEMO, NOON, PAUL, Core, HandClock, OpenTill, draft
from tests.support.refusing import codes

pytestmark = pytest.mark.anyio

WHY = "the second of three instalments"


@pytest.fixture
def core(database: Database) -> Core:
    clock = HandClock()
    return Core(database, clock=clock, till=OpenTill(clock))


async def card(core: Core, **more: Any) -> Proposal:
    """A proposal on a document of its own, in a conversation of its own, of € 980.00 to Acme for BILL-204."""
    place = await run_sql(core.database, "SELECT count(*) FROM proposal")
    what = draft(**{"bill": f"document-{place[0][0]}", "number": "BILL-204", **more})
    return await core.propose(PAUL, what, conversation_id=f"talk-{place[0][0]}")


async def booked(core: Core, **more: Any) -> None:
    """A payment of € 980.00 to Acme for BILL-204 that is in the books."""
    number = await run_sql(core.database, "SELECT count(*) FROM ledger_payment")
    row: dict[str, Any] = {
        "organisation_id": DEMO.id,
        "id": f"payment-{number[0][0]}",
        "document_id": "document",
        "document_number": "BILL-204",
        "document_kind": "bill",
        "direction": "out",
        "contact_id": "contact-acme",
        "contact_name": "Acme",
        "paid_on": "2026-11-20",
        "amount": 98000,
        "currency": "EUR",
        "reference": "",
        "account_id": "a",
        "account_code": "090",
        "status": "AUTHORISED",
        "type": "ACCPAYPAYMENT",
        "updated_at": "",
        "synced_at": "",
    }
    async with core.database.work() as work:
        work.add(LedgerPaymentRow(**{**row, **more}))


async def is_taken_for_one(core: Core, made: Proposal) -> bool:
    """Whether it needs a reason; the card and the click must say the same."""
    if Need.REASON in made.needs:
        assert made.earlier
        assert await codes(core, made, reason="") == ["duplicates"]
        return True
    assert made.earlier == ()
    assert (await core.decide(made, reason="")).state is State.CONFIRMED
    return False


# payments of ours


async def test_the_same_again_is_refused_with_the_earlier_one_shown_until_somebody_says_why(core: Core) -> None:
    first = await core.decide(await card(core))
    await core.executor.execute(first.id)
    second = await card(core)
    (earlier,) = second.earlier
    assert (earlier.label, earlier.number, earlier.minor, earlier.who) == ("P-1", "BILL-204", 98000, "Anna")
    refusal = await _refusal(core, second, reason="")
    assert "€ 980.00 with Acme for BILL-204 is recorded on 22 Nov 2026 already (P-1, Anna)" in refusal.text("en")
    assert "muss sagen, warum dies eine andere Zahlung ist" in refusal.text("de")
    assert (await core.decide(second, reason=WHY)).state is State.CONFIRMED


async def _refusal(core: Core, made: Proposal, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await core.decide(made, **more)
    return caught.value


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        ({}, True),
        ({"number": "bill 204"}, True),
        ({"number": "BILL–0204"}, True),
        ({"number": "Bill/204\u200b"}, True),
        ({"number": "BILL-205"}, False),
        ({"number": "BILL-2040"}, False),
        ({"minor": 97999}, False),
        ({"payee": "other"}, False),
        ({"currency": "USD"}, False),
        ({"deed": "payment_in"}, False),
    ],
    ids=lambda value: str(value),
)
async def test_what_is_taken_for_the_same(core: Core, other: dict[str, Any], alike: bool) -> None:
    await core.decide(await card(core))
    assert await is_taken_for_one(core, await card(core, **other)) is alike


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("INV-0042", "inv 42", True),
        ("INV-0042", "Inv_00042", True),
        ("INV0042", "INV-42", True),
        ("RE-2026-0042", "re 2026/0042", True),
        ("42", "0042", True),
        ("ＩＮＶ－００４２", "INV-42", True),
        ("INV-42", "INV-420", False),
        ("INV-0", "INV-", False),
        ("INV-42", "CN-42", False),
        ("100", "1", False),
    ],
)
def test_other_spellings_of_a_number(one: str, other: str, same: bool) -> None:
    assert (folded(one) == folded(other)) is same


@pytest.mark.parametrize(("days", "alike"), [(0.01, True), (13.9, True), (14, False), (40, False)])
async def test_only_lately_counts(core: Core, days: float, alike: bool) -> None:
    await core.decide(await card(core))
    core.clock.advance(days=days)
    assert await is_taken_for_one(core, await card(core)) is alike


async def test_what_came_to_nothing_is_no_earlier_payment(core: Core) -> None:
    await card(core)  # waits
    await core.decide(await card(core), PAUL, verdict=Verdict.CANCEL)
    failed = await core.decide(await card(core))
    core.till.answers = ["refuse"]
    assert (await core.executor.execute(failed.id)).state is State.FAILED
    assert not await is_taken_for_one(core, await card(core))


async def test_what_is_perhaps_done_counts_as_done(core: Core) -> None:
    lost = await core.decide(await card(core))
    core.till.answers = ["lost_before"]
    assert (await core.executor.execute(lost.id)).state is State.UNKNOWN
    second = await card(core)
    assert await is_taken_for_one(core, second)
    assert second.earlier[0].done is False


async def test_many_others_of_that_amount_do_not_hide_it(core: Core) -> None:
    await core.decide(await card(core, minor=100))
    for number in range(22):
        core.clock.advance(seconds=1)
        await core.decide(await card(core, minor=100, number=f"SUB-{number}"))
        await booked(core, amount=200, document_number=f"SUB-{number}", paid_on="2026-11-21")
    await booked(core, amount=200, paid_on="2026-11-12")
    assert await is_taken_for_one(core, await card(core, minor=100))
    assert await is_taken_for_one(core, await card(core, minor=200))


# payments in the books


@pytest.mark.parametrize(
    ("row", "alike"),
    [
        ({}, True),
        ({"document_number": "bill 0204"}, True),
        ({"paid_on": "2026-11-08"}, True),
        ({"paid_on": "2026-11-07"}, False),
        ({"paid_on": "2026-12-24"}, True),
        ({"amount": 98001}, False),
        ({"amount": 49000}, False),
        ({"currency": "USD"}, False),
        ({"direction": "in"}, False),
        ({"contact_id": "contact-other"}, False),
        ({"document_number": "BILL-205"}, False),
        ({"status": "DELETED"}, False),
        ({"organisation_id": "org-other"}, False),
    ],
    ids=lambda value: str(value),
)
async def test_what_somebody_recorded_in_xero_counts_too(core: Core, row: dict[str, Any], alike: bool) -> None:
    await booked(core, **row)
    assert await is_taken_for_one(core, await card(core)) is alike


async def test_a_booked_one_is_told_with_its_day_and_without_a_name_of_ours(core: Core) -> None:
    await booked(core)
    made = await card(core)
    assert [(each.label, each.who, each.day) for each in made.earlier] == [("", "", "2026-11-20")]
    words = (await _refusal(core, made, reason="")).text("en")
    assert "€ 980.00 with Acme for BILL-204 is recorded on 20 Nov 2026 already." in words


async def test_one_of_ours_that_is_in_the_books_is_told_once_and_another_one_too(core: Core) -> None:
    await core.executor.execute((await core.decide(await card(core))).id)
    await booked(core, paid_on=NOON.date().isoformat())
    assert [each.label for each in (await card(core)).earlier] == ["P-1"]
    await booked(core)
    assert [each.label for each in (await card(core)).earlier] == ["P-1", ""]


# the reason


@pytest.mark.parametrize(
    "said", ["", "no", "1234567", "  a   b  ", "        ", "\n\t\n\t\n\t\n\t", "\x00" * 20, "\u200b" * 20]
)
async def test_a_word_or_two_are_no_reason(core: Core, said: str) -> None:
    await booked(core)
    assert await codes(core, await card(core), reason=said) == ["duplicates"]


async def test_the_reason_is_kept_with_the_decision_and_in_the_trail(core: Core) -> None:
    await booked(core)
    made = await card(core)
    await core.decide(made, reason=f"  {WHY}\n ")
    assert await run_sql(core.database, "SELECT reason FROM decision") == [(WHY,)]
    (facts,) = (await run_sql(core.database, "SELECT facts FROM audit_event WHERE tag = 'decision:confirmed'"))[0]
    assert f'"reason":"{WHY}"' in str(facts) and f"the approver says: “{WHY}”" in str(facts)


@pytest.mark.parametrize("said", ["x" * 10_000, f"{WHY}\x00", f"{WHY}\ud800", f"\u202e{WHY}\x1b[2J"])
async def test_whatever_is_said_is_kept_short_and_harmless(core: Core, said: str) -> None:
    await booked(core)
    await core.decide(await card(core), reason=said)
    ((kept,),) = await run_sql(core.database, "SELECT reason FROM decision")
    assert isinstance(kept, str) and 8 <= len(kept) <= 300 and kept.isprintable()
    assert (await core.audit.verify()).ok


async def test_cancelling_needs_no_reason(core: Core) -> None:
    await booked(core)
    assert (await core.decide(await card(core), PAUL, verdict=Verdict.CANCEL, reason="")).state is State.REJECTED


# side by side


async def test_of_two_like_ones_at_once_the_second_is_asked_why(core: Core) -> None:
    second = core.again()
    for day in range(4):
        number = f"BILL-{day}"
        one, other = await card(core, number=number, minor=5000), await card(core, number=number, minor=5000)
        assert Need.REASON not in one.needs | other.needs
        ended = await asyncio.gather(
            core.decide(one, ANNA, reason=""), second.decide(other, ALEX, reason=""), return_exceptions=True
        )
        refusals = [each for each in ended if isinstance(each, Refusal)]
        assert len(refusals) == 1 and isinstance(refusals[0].facts["reasons"], list), ended
        assert "not:duplicates" in refusals[0].facts["reasons"]
        loser = other if ended.index(refusals[0]) else one
        anew = await core.proposals.get(loser.id)
        assert anew is not None and Need.REASON in anew.needs and len(anew.earlier) == 1
        assert (await core.decide(anew, reason=WHY)).state is State.CONFIRMED
