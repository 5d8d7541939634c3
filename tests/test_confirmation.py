"""The code that comes with Confirm: for this card, this person, this session and these rules, for minutes, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from assistant.confirmation import Confirmations, Seat, Shown, fingerprint
from assistant.policy.rules import PACKAGED, read_policy
from assistant.proposal import Proposal
from assistant.refusals import Refusal, RefusalReason
from assistant.stores.database import Database
from assistant.stores.proposals import State, Verdict
from tests.support.database import run_sql
from tests.support.paying import ALEX, ANNA, PAUL, Core, draft
from tests.support.refusing import decisions, reason, refused

pytestmark = pytest.mark.anyio

SEAT = Seat(ANNA.id, f"session-{ANNA.name}")
STRICTER = read_policy(PACKAGED.read_text(encoding="utf-8").replace('EUR = "5000.00"', 'EUR = "4000.00"'))


@pytest.fixture
def core(database: Database) -> Core:
    return Core(database)


def other_bill(number: int = 205) -> Any:
    return draft(bill=f"bill-{number}")


# what it is bound to


async def test_it_is_good_now_for_the_person_to_whom_the_card_was_shown(core: Core) -> None:
    made = await core.propose()
    code = core.confirmations.mint(made, SEAT)
    assert core.confirmations.check(code, made, SEAT) is Shown.NOW
    assert (await core.decide(made, confirmation=code)).state is State.CONFIRMED


ANOTHER: dict[str, Callable[[Proposal, Seat], tuple[Proposal, Seat]]] = {
    "person": lambda card, seat: (card, replace(seat, person_id=ALEX.id)),
    "session": lambda card, seat: (card, replace(seat, session_id="session-of-another-day")),
    "organisation": lambda card, seat: (replace(card, organisation_id="org-other"), seat),
    "proposal": lambda card, seat: (replace(card, id=card.id[:-1] + ("0" if card.id[-1] != "0" else "1")), seat),
    "number": lambda card, seat: (replace(card, number=card.number + 1), seat),
    "digest": lambda card, seat: (replace(card, digest=card.digest[::-1]), seat),
    "rules": lambda card, seat: (replace(card, policy_version=STRICTER.digest), seat),
    "swapped": lambda card, seat: (card, Seat(seat.session_id, seat.person_id)),
    "run together": lambda card, seat: (card, Seat(seat.person_id + seat.session_id[:1], seat.session_id[1:])),
}


@pytest.mark.parametrize("what", ANOTHER)
async def test_made_for_anything_else_it_proves_nothing(core: Core, what: str) -> None:
    made = await core.propose()
    card, seat = ANOTHER[what](made, SEAT)
    assert core.confirmations.check(core.confirmations.mint(made, SEAT), card, seat) is Shown.NEVER
    assert await reason(core, made, confirmation=core.confirmations.mint(card, seat)) is RefusalReason.NOT_SHOWN
    assert (await core.decide(made)).state is State.CONFIRMED  # the card itself still can be


async def test_another_house_has_another_key(core: Core) -> None:
    made = await core.propose()
    theirs = Confirmations("l" * 32, minutes=10, clock=core.clock).mint(made, SEAT)
    assert await reason(core, made, confirmation=theirs) is RefusalReason.NOT_SHOWN


async def test_the_code_of_one_card_does_not_confirm_another(core: Core) -> None:
    one, other = await core.propose(), await core.propose(what=other_bill())
    code = core.confirmations.mint(one, SEAT)
    assert await reason(core, other, confirmation=code) is RefusalReason.NOT_SHOWN
    assert await reason(core, other, confirmation=code, digest=one.digest) is RefusalReason.DIGEST_MISMATCH


async def test_two_cards_with_the_same_bytes_have_codes_of_their_own(core: Core) -> None:
    one = await core.propose()
    other = await core.propose(conversation_id="talk-2")
    assert one.digest == other.digest
    assert await reason(core, other, confirmation=core.confirmations.mint(one, SEAT)) is RefusalReason.NOT_SHOWN


async def test_what_was_shown_to_one_approver_is_not_confirmed_by_another(core: Core) -> None:
    made = await core.propose()
    assert await reason(core, made, ALEX, confirmation=core.confirmations.mint(made, SEAT)) is RefusalReason.NOT_SHOWN


async def test_another_login_of_the_same_person_needs_a_code_of_its_own(core: Core) -> None:
    made = await core.propose()
    core.sessions["session-of-anna-at-home"] = ANNA
    code = core.confirmations.mint(made, SEAT)
    again = await reason(core, made, session_id="session-of-anna-at-home", confirmation=code)
    assert again is RefusalReason.NOT_SHOWN
    assert (await core.decide(made, session_id="session-of-anna-at-home")).state is State.CONFIRMED


async def test_after_the_rules_changed_the_code_of_before_is_worth_nothing(core: Core) -> None:
    made = await core.propose()
    code, later = core.confirmations.mint(made, SEAT), core.again(policy=STRICTER)
    assert await reason(later, made, confirmation=code) is RefusalReason.POLICY_CHANGED
    assert await reason(later, made, confirmation=code) is RefusalReason.NOT_SHOWN
    shown_anew = await core.proposals.get(made.id)
    assert shown_anew is not None
    assert (await later.decide(shown_anew)).state is State.CONFIRMED


async def test_nobody_gets_a_code_without_a_login(core: Core) -> None:
    made = await core.propose()
    assert core.confirmations.mint(made, Seat(ANNA.id, "")) == core.confirmations.mint(made, Seat("", "s")) == ""
    with pytest.raises(ValueError, match="32"):
        Confirmations("short", minutes=10)


# its time


@pytest.mark.parametrize(("seconds", "good"), [(0, True), (600, True), (601, False), (1700, False)])
async def test_it_is_good_for_ten_minutes(core: Core, seconds: int, good: bool) -> None:
    made = await core.propose()
    code = core.confirmations.mint(made, SEAT)
    core.clock.advance(seconds=seconds)
    if not good:
        assert await reason(core, made, confirmation=code) is RefusalReason.SHOWN_TOO_LONG_AGO
        code = core.confirmations.mint(made, SEAT)  # the card is shown anew
    assert (await core.decide(made, confirmation=code)).state is State.CONFIRMED


async def test_a_code_of_the_future_is_not_good_yet(core: Core) -> None:
    made = await core.propose()
    core.clock.advance(minutes=5)
    code = core.confirmations.mint(made, SEAT)
    core.clock.advance(minutes=-5)
    assert await reason(core, made, confirmation=code) is RefusalReason.SHOWN_TOO_LONG_AGO


async def test_its_time_cannot_be_rewritten(core: Core) -> None:
    made = await core.propose()
    when, mac = core.confirmations.mint(made, SEAT).split(".")
    core.clock.advance(minutes=11)
    fresh = f"{int(when, 16) + 660:x}.{mac}"
    assert await reason(core, made, confirmation=fresh) is RefusalReason.NOT_SHOWN


# what is no code at all


def _misspelt(code: str) -> list[str]:
    """The code as it never was written, also in ways that a lenient reader takes for the same."""
    when, _, mac = code.partition(".")
    wide = when.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789abcdef"})
    arabic = when.translate({ord("0") + place: 0x0660 + place for place in range(10)})
    return [
        "", ".", "..", "x", "0.", f".{mac}", mac, when, f"{when}.", f"{mac}.{when}", code[:-1], code[1:], f"{code}A",
        f"{code}=", f" {code}", f"{code} ", f"{code}\n", f"0x{code}", f"+{code}", f"-{code}", f"0{code}",
        f"{when[:2]}_{when[2:]}.{mac}", f"{when.upper()}.{mac}" if when.upper() != when else f"0X{code}",
        f"{wide}.{mac}", f"{arabic}.{mac}", f"{when}.{mac.swapcase()}", f"{when}.{mac[::-1]}", f"{code}.{mac}",
        f"{when},{mac}", f"{'f' * 5000}.{mac}", f"{'9' * 400}.{mac}", f"-1.{mac}", f"{2**53:x}.{mac}", "Ω" * 50,
        "\x00", f"{code}\x00", "\ud800", f"{when}.\ud800{mac[1:]}", "\u202e" + code, "null", "[]", "A" * 1_000_000,
    ]  # fmt: skip


async def test_whatever_else_arrives_is_no_code_and_decides_nothing(core: Core) -> None:
    made = await core.propose()
    code = core.confirmations.mint(made, SEAT)
    for garbage in _misspelt(code):
        assert await reason(core, made, confirmation=garbage) is RefusalReason.NOT_SHOWN, repr(garbage[:80])
    assert (await core.decide(made, confirmation=code)).state is State.CONFIRMED


async def test_one_character_changed_anywhere_makes_it_worthless(core: Core) -> None:
    made = await core.propose()
    code = core.confirmations.mint(made, SEAT)
    for place, old in enumerate(code):
        for new in {"A", "0", "-", chr(ord(old) ^ 1)} - {old}:
            changed = code[:place] + new + code[place + 1 :]
            # The last character of base64 without padding carries unused bits; the text itself is compared.
            assert core.confirmations.check(changed, made, SEAT) is Shown.NEVER, place


# once


async def test_the_second_click_decides_nothing(core: Core) -> None:
    made = await core.propose()
    code = core.confirmations.mint(made, SEAT)
    await core.decide(made, confirmation=code)
    assert await reason(core, made, confirmation=code) is RefusalReason.ALREADY_DECIDED
    assert len(await decisions(core.database)) == 1


async def _race(*clicks: Coroutine[Any, Any, Proposal]) -> tuple[list[Proposal], list[Refusal]]:
    ended = await asyncio.gather(*clicks, return_exceptions=True)
    done = [each for each in ended if isinstance(each, Proposal)]
    refusals = [each for each in ended if isinstance(each, Refusal)]
    assert len(done) + len(refusals) == len(ended), ended
    return done, refusals


@pytest.mark.parametrize("same_code", [True, False], ids=["same code", "each its own"])
async def test_of_many_clicks_at_once_in_two_processes_one_counts(core: Core, same_code: bool) -> None:
    made, second = await core.propose(), core.again()
    code = core.confirmations.mint(made, SEAT)
    clicks = []
    for place in range(8):
        if not same_code:
            core.clock.advance(seconds=1)
            code = core.confirmations.mint(made, SEAT)
        clicks.append((core, second)[place % 2].decide(made, confirmation=code))
    done, refusals = await _race(*clicks)
    assert len(done) == 1
    assert {refusal.reason for refusal in refusals} == {RefusalReason.ALREADY_DECIDED}
    assert await decisions(core.database) == [(made.id, "confirm", ANNA.id)]
    assert (await core.tags(made.id)).count("decision:confirmed") == 1
    await asyncio.gather(core.executor.execute(made.id), second.executor.execute(made.id))
    assert core.till.times_paid(made.id) == 1


async def test_of_two_approvers_at_once_one_counts(core: Core) -> None:
    made, second = await core.propose(), core.again()
    done, refusals = await _race(core.decide(made, ANNA), second.decide(made, ALEX))
    assert len(done) == 1 and [refusal.reason for refusal in refusals] == [RefusalReason.ALREADY_DECIDED]


async def test_the_database_keeps_a_code_only_once(core: Core) -> None:
    one, other = await core.propose(), await core.propose(what=other_bill())
    await core.decide(one)
    columns = "proposer_id, second_person, session_id, organisation_id, policy_version, reason, at, seal"
    forged = (
        f"INSERT INTO decision (proposal_id, verdict, digest, person_id, confirmation, {columns}) "
        f"SELECT '{other.id}', 'confirm', '{other.digest}', person_id, %s, {columns} "
        f"FROM decision WHERE proposal_id = '{one.id}'"
    )
    with pytest.raises(IntegrityError):
        await run_sql(core.database, forged.replace("%s", "confirmation"))
    with pytest.raises(IntegrityError):
        await run_sql(core.database, forged.replace("%s", "NULL"))  # none at all
    await run_sql(core.database, forged.replace("%s", "'another'"))  # only these two things stood in the way


async def test_what_is_kept_cannot_be_used(core: Core) -> None:
    made = await core.propose()
    code = core.confirmations.mint(made, SEAT)
    await core.decide(made, confirmation=code)
    kept = await run_sql(core.database, "SELECT confirmation FROM decision")
    assert kept == [(fingerprint(code),)]
    everywhere = [line async for line in core.audit.export()]
    assert not any(code in line or code.split(".")[1] in line for line in everywhere)


async def test_cancelling_needs_no_code(core: Core) -> None:
    made = await core.propose(PAUL)
    refusal = await refused(core, made, ANNA, confirmation="")
    assert "The card is shown anew" in refusal.text("en")
    assert (await core.decide(made, PAUL, verdict=Verdict.CANCEL, confirmation="")).state is State.REJECTED
