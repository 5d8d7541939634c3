"""Limits of 24 hours: many small confirmations count as the large one that they are together, also side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from assistant.decisions import StepUp
from assistant.policy.rules import PACKAGED, Policy, read_policy
from assistant.principal import Grant, Principal, Role
from assistant.proposal import Proposal
from assistant.refusals import Refusal
from assistant.stores.database import Database
from assistant.stores.proposals import State, Verdict
from tests.support.paying import ALEX, ANNA, DEMO, PAUL, Core, HandClock, OpenTill, draft, person
from tests.support.refusing import codes

pytestmark = pytest.mark.anyio

MAX = person("max", Grant(Role.PREPARER, DEMO.id), Grant(Role.APPROVER, DEMO.id))


def rules(**limits: str) -> Policy:
    """The product's rules with other sums for what leaves us: `person` and `organisation` in euros."""
    text = PACKAGED.read_text(encoding="utf-8")
    start, end = text.index("[payment_out.in_24_hours]"), text.index("[payment_out.second_person]")
    table = text[start:end]
    for name, amount in limits.items():
        old = next(line for line in table.splitlines() if line.startswith(f"{name} "))
        table = table.replace(old, f'{name} = {{ EUR = "{amount}" }}')
    return read_policy(text[:start] + table + text[end:])


def a_core(database: Database, policy: Policy | None = None) -> Core:
    clock = HandClock()
    made = Core(database, clock=clock, till=OpenTill(clock), policy=policy)
    made.sessions[f"session-{MAX.name}"] = MAX
    return made


@pytest.fixture
def core(database: Database) -> Core:
    return a_core(database)


async def card(core: Core, cents: int, bill: str, who: Principal = PAUL) -> Proposal:
    return await core.propose(who, draft(minor=cents, bill=bill), conversation_id=f"talk-{bill}")


async def cards(core: Core, cents: Sequence[int], who: Principal = PAUL) -> list[Proposal]:
    return [await card(core, each, f"bill-{place}", who) for place, each in enumerate(cents)]


async def test_three_times_9999_needs_a_second_factor_from_the_second_on(core: Core) -> None:
    first, second, third = await cards(core, [999900, 999900, 999900])
    await core.decide(first)
    assert await codes(core, second) == await codes(core, third) == ["step_up"]
    core.stepped_up[second.id, ANNA.id, f"session-{ANNA.name}"] = StepUp("su-1", "mfa", "now")
    await core.decide(second)
    assert await codes(core, third) == ["step_up"]  # that sign-in was for the other one


async def test_one_person_alone_comes_to_5000_in_however_many_pieces(core: Core) -> None:
    pieces = await cards(core, [200000, 200000, 100000, 1], MAX)
    for each in pieces[:3]:
        await core.decide(each, MAX)
    assert await codes(core, pieces[3], MAX) == ["second_person"]
    assert (await core.decide(pieces[3], ANNA)).state is State.CONFIRMED


async def test_a_card_that_needed_two_people_needs_them_also_when_the_sum_is_small_again(core: Core) -> None:
    """What was paid alone fails, so the sum would allow it; the card has said that another person confirms."""
    one, other = await cards(core, [300000, 300000], MAX)
    core.till.answers, core.till.due = ["refuse"], 98000
    await core.decide(one, MAX)
    assert await codes(core, other, MAX) == ["second_person"]
    assert (await core.executor.execute(one.id)).state is State.FAILED
    assert await codes(core, other, MAX) == ["second_person"]
    assert (await core.decide(other, ANNA)).state is State.CONFIRMED


@pytest.mark.parametrize("limit", ["person", "organisation"])
async def test_the_sum_holds_for_a_person_and_for_all_together(database: Database, limit: str) -> None:
    core, code = a_core(database, rules(**{limit: "1000.00"})), f"in_24_hours.{limit}"
    one, other, last = await cards(core, [60000, 40001, 40000])
    await core.decide(one, ANNA)
    assert await codes(core, other, ANNA) == [code]
    if limit == "organisation":
        assert await codes(core, other, ALEX) == [code]
    assert (await core.decide(last, ANNA)).state is State.CONFIRMED
    if limit == "person":
        assert (await core.decide(other, ALEX)).state is State.CONFIRMED


async def test_after_24_hours_it_counts_no_more_and_a_moment_before_it_does(database: Database) -> None:
    core = a_core(database, rules(person="1000.00"))
    await core.decide(await card(core, 100000, "bill-1"))
    core.clock.advance(hours=23, minutes=59, seconds=59)
    assert await codes(core, await card(core, 1, "bill-2")) == ["in_24_hours.person"]
    core.clock.advance(seconds=1)
    assert (await core.decide(await card(core, 100000, "bill-3"))).state is State.CONFIRMED


async def test_only_what_counts_is_counted(database: Database) -> None:
    """Waiting, cancelled and certainly failed ones are no money; another currency or direction is another sum."""
    core = a_core(database, rules(person="1000.00"))
    await card(core, 90000, "bill-waits")
    await core.decide(await card(core, 90000, "bill-gone"), PAUL, verdict=Verdict.CANCEL)
    failed = await core.decide(await card(core, 90000, "bill-failed"))
    core.till.answers = ["refuse"]
    core.till.due = 98000
    assert (await core.executor.execute(failed.id)).state is State.FAILED
    incoming = await core.propose(what=draft(minor=90000, bill="inv-1", deed="payment_in"), conversation_id="talk-in")
    await core.decide(incoming)
    assert (await core.decide(await card(core, 100000, "bill-last"))).state is State.CONFIRMED


async def test_what_is_sent_or_perhaps_done_goes_on_counting(database: Database) -> None:
    core = a_core(database, rules(person="1000.00"))
    done, lost = await cards(core, [30000, 30000])
    await core.executor.execute((await core.decide(done)).id)
    core.till.answers = ["lost_before"]
    assert (await core.executor.execute((await core.decide(lost)).id)).state is State.UNKNOWN
    assert await codes(core, await card(core, 40001, "bill-more")) == ["in_24_hours.person"]


@pytest.mark.parametrize("case", ["alone", "without a second factor", "person", "organisation"])
async def test_of_two_tabs_that_together_exceed_a_limit_one_is_refused(database: Database, case: str) -> None:
    """Each fits alone; at the same moment, in two processes, only one of them goes through, again and again."""
    policy = rules(person="1000.00") if case == "person" else rules(organisation="1000.00")
    core = a_core(database, policy if case in ("person", "organisation") else None)
    second = core.again()
    proposer = MAX if case == "alone" else PAUL
    one_by, other_by = {"alone": (MAX, MAX), "organisation": (ANNA, ALEX)}.get(case, (ANNA, ANNA))
    cents = {"alone": 300000, "without a second factor": 600000}.get(case, 60000)
    for day in range(4):
        one, other = await card(core, cents, f"a-{day}", proposer), await card(core, cents, f"b-{day}", proposer)
        ended = await asyncio.gather(core.decide(one, one_by), second.decide(other, other_by), return_exceptions=True)
        refusals = [each for each in ended if isinstance(each, Refusal)]
        assert [isinstance(each, (Proposal, Refusal)) for each in ended] == [True, True], ended
        assert len(refusals) == 1 and refusals[0].reason == "policy"
        core.clock.now += timedelta(hours=25)


async def test_the_sums_are_asked_again_before_the_send(database: Database) -> None:
    """Whoever writes confirmations past the door does not get more through than the rules allow."""
    core = a_core(database, rules(person="1000.00"))
    one, other = await cards(core, [60000, 60000])
    await core.decide(one)
    generous = core.again(policy=rules(person="2000.00"))
    assert await codes(core, other) == ["in_24_hours.person"]
    with pytest.raises(Refusal):
        await generous.decide(other)  # judged anew under the generous rules
    anew = await generous.proposals.get(other.id)
    assert anew is not None
    await generous.decide(anew)
    done = await core.executor.execute(other.id)
    assert done.state is State.BLOCKED and core.till.sends == []


@pytest.mark.parametrize(
    ("first", "then", "together"),
    [
        ("payment_out", "money_spent", True),
        ("money_spent", "payment_out", True),
        ("payment_out", "money_received", False),
        ("payment_in", "money_spent", False),
        ("own_transfer", "money_spent", False),
    ],
)
async def test_no_limit_is_passed_by_recording_a_payment_as_money_spent(
    core: Core, first: str, then: str, together: bool
) -> None:
    """What leaves us is one sum, for a bill or without one; what comes in and our own transfers are others."""
    one = await core.propose(MAX, draft(minor=300000, bill="first", deed=first), conversation_id="talk-first")
    await core.decide(one, MAX)
    two = await core.propose(MAX, draft(minor=300000, bill="then", deed=then), conversation_id="talk-then")
    if together:
        assert await codes(core, two, MAX) == ["second_person"]
    else:
        assert (await core.decide(two, MAX)).state is State.CONFIRMED
