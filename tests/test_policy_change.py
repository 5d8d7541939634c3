"""The rules change while cards wait and while confirmed ones are on their way: the newest rules count."""

from __future__ import annotations

import json

import pytest

from assistant.policy.rules import PACKAGED, Policy, load_policy, read_policy
from assistant.policy.verdict import Need
from assistant.principal import Grant, Role
from assistant.proposal import Proposal
from assistant.refusals import RefusalReason
from assistant.stores.database import Database
from assistant.stores.proposals import State, Verdict
from tests.support.database import run_sql
from tests.support.paying import ANNA, DEMO, PAUL, Core, KnownPayee, person
from tests.support.refusing import codes, reason, refused

pytestmark = pytest.mark.anyio

TEXT = PACKAGED.read_text(encoding="utf-8")
MAX = person("max", Grant(Role.PREPARER, DEMO.id), Grant(Role.APPROVER, DEMO.id))


def rules(old: str, new: str) -> Policy:
    """The product's rules with one thing changed."""
    assert old in TEXT
    return read_policy(TEXT.replace(old, new))


ALONE = rules('above = { EUR = "5000.00"', 'above = { EUR = "500.00"')
"""One person alone confirms up to 500 euros."""
SMALL = rules('approver = { EUR = "250000.00"', 'approver = { EUR = "979.99"')
"""Nobody confirms 980 euros."""
LARGE = rules('approver = { EUR = "250000.00"', 'approver = { EUR = "900000.00"')
WITHOUT = read_policy(TEXT[: TEXT.index("# Money that left us")] + TEXT[TEXT.index("# Money that came to us") :])
SECOND_FACTOR = rules('above = { EUR = "10000.00"', 'above = { EUR = "100.00"')
SLOW = rules("cooling_off_hours = 24 ", "cooling_off_hours = 240 ")


@pytest.fixture
def core(database: Database) -> Core:
    made = Core(database)
    made.sessions[f"session-{MAX.name}"] = MAX
    return made


async def stored(core: Core, proposal: Proposal) -> Proposal:
    found = await core.proposals.get(proposal.id)
    assert found is not None
    return found


# between the card and the click


@pytest.mark.parametrize(
    "policy", [ALONE, SMALL, LARGE, WITHOUT, SECOND_FACTOR], ids=["ALONE", "SMALL", "LARGE", "WITHOUT", "2FA"]
)
async def test_a_card_made_under_other_rules_is_not_confirmed_but_judged_anew(core: Core, policy: Policy) -> None:
    """Also when the new rules are more generous: nobody has seen the card as it is now."""
    made, later = await core.propose(), core.again(policy=policy)
    assert made.policy_version == load_policy().digest != policy.digest
    refusal = await refused(later, made)
    assert refusal.reason is RefusalReason.POLICY_CHANGED
    assert "read it again" in refusal.text("en") and "noch einmal" in refusal.text("de")
    anew = await stored(core, made)
    assert (anew.state, anew.policy_version, anew.digest) == (State.AWAITING, policy.digest, made.digest)
    assert anew.rules["en"] and anew.rules != made.rules
    await later.feed.drain()


async def test_the_card_shown_anew_can_be_confirmed(core: Core) -> None:
    made, later = await core.propose(), core.again(policy=LARGE)
    await refused(later, made)
    done = await later.decide(await stored(core, made))
    assert (await later.executor.execute(done.id)).state is State.SUCCEEDED
    rows = await run_sql(core.database, "SELECT policy_version FROM decision")
    assert rows == [(LARGE.digest,)]


async def test_the_open_cards_are_told(core: Core) -> None:
    made, later = await core.propose(), core.again(policy=ALONE)
    told: list[Proposal] = []

    async def listen(proposal: Proposal) -> None:
        told.append(proposal)

    later.feed.subscribe(listen)
    await refused(later, made)
    await later.feed.drain()
    assert [(each.id, each.policy_version) for each in told] == [(made.id, ALONE.digest)]


async def test_what_needs_two_people_now_is_not_confirmed_by_one(core: Core) -> None:
    made, later = await core.propose(MAX), core.again(policy=ALONE)
    assert not made.second_person
    assert await reason(later, made, MAX) is RefusalReason.POLICY_CHANGED
    anew = await stored(core, made)
    assert anew.second_person and Need.SECOND_PERSON in anew.needs
    assert await codes(later, anew, MAX) == ["second_person"]
    assert (await later.decide(anew, ANNA)).state is State.CONFIRMED


async def test_what_needed_two_people_once_goes_on_needing_them(core: Core) -> None:
    """Looser rules do not take it off: the card says so, and the database would refuse it in any case."""
    made = await core.again(policy=ALONE).propose(MAX)
    assert await reason(core, made, MAX) is RefusalReason.POLICY_CHANGED
    anew = await stored(core, made)
    assert anew.second_person and Need.SECOND_PERSON in anew.needs and anew.policy_version == core.policy.digest
    refusal = await refused(core, anew, MAX)
    assert "A second person was needed for this card before" in refusal.text("en")
    assert (await core.decide(anew, ANNA)).state is State.CONFIRMED


async def test_what_needs_a_second_factor_now_needs_it(core: Core) -> None:
    made, later = await core.propose(), core.again(policy=SECOND_FACTOR)
    await refused(later, made)
    anew = await stored(core, made)
    assert Need.STEP_UP in anew.needs
    assert await codes(later, anew) == ["step_up"]


async def test_what_is_not_allowed_any_more_stays_unconfirmed_however_often_it_is_tried(core: Core) -> None:
    made, later = await core.propose(), core.again(policy=SMALL)
    await refused(later, made)
    for _ in range(2):
        assert await codes(later, await stored(core, made)) == ["confirm.limit"]
    core.clock.advance(minutes=30)
    await later.proposals.expire_due()
    assert (await stored(core, made)).state is State.EXPIRED


async def test_two_processes_with_different_rules_confirm_nothing_of_each_others_cards(core: Core) -> None:
    """While a new version is rolled out, every click meets rules under which its card was not shown."""
    made, later = await core.propose(), core.again(policy=LARGE)
    card = made
    for process in (later, core, later, core):
        assert await reason(process, card) is RefusalReason.POLICY_CHANGED
        card = await stored(core, made)
        assert card.policy_version == process.policy.digest
    assert (await core.decide(card)).state is State.CONFIRMED


async def test_the_same_rules_written_otherwise_are_the_same_rules(core: Core) -> None:
    respaced = read_policy("\n".join(line for line in TEXT.splitlines() if not line.startswith("#")))
    made = await core.propose()
    assert (await core.again(policy=respaced).decide(made)).state is State.CONFIRMED


async def test_it_can_be_cancelled_under_whatever_rules(core: Core) -> None:
    made = await core.propose()
    done = await core.again(policy=WITHOUT).decide(made, PAUL, verdict=Verdict.CANCEL)
    assert done.state is State.REJECTED


async def test_both_versions_and_why_are_in_the_trail(core: Core) -> None:
    made, later = await core.propose(), core.again(policy=ALONE)
    await refused(later, made)
    rows = await run_sql(
        core.database, "SELECT tag, facts FROM audit_event WHERE tag <> 'decision:requested' ORDER BY seq"
    )
    facts = {str(tag): json.loads(str(each)) for tag, each in rows}
    assert facts["proposal:created"]["policy_version"] == core.policy.digest
    assert facts["decision:refused"]["policy_version"] == ALONE.digest
    assert facts["decision:refused"]["reason"] == "policy_changed" and facts["decision:refused"]["explained"]


# between the click and the send


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (SMALL, "is above the € 979.99 that the role approver may confirm at once"),
        (WITHOUT, "The rules of this house allow no payments out"),
        (SECOND_FACTOR, "needs a fresh sign-in with your second factor"),
        (rules('organisation = { EUR = "500000.00"', 'organisation = { EUR = "979.99"'), "above the € 979.99"),
        (rules('person = { EUR = "250000.00"', 'person = { EUR = "979.99"'), "above the € 979.99"),
    ],
    ids=["limit", "kind", "second factor", "organisation", "person"],
)
async def test_what_was_confirmed_and_is_not_allowed_now_is_not_sent(core: Core, policy: Policy, words: str) -> None:
    made = await core.confirmed()
    done = await core.again(policy=policy).executor.execute(made.id)
    assert done.state is State.BLOCKED and done.problem is not None
    assert "It was confirmed, but may not be carried out now." in done.problem["en"] and words in done.problem["en"]
    assert "Es wurde nichts geschrieben" in done.problem["de"]
    assert core.till.sends == []


async def test_what_one_person_confirmed_alone_and_two_must_now_is_not_sent(core: Core) -> None:
    made = await core.decide(await core.propose(MAX), MAX)
    assert (await core.again(policy=ALONE).executor.execute(made.id)).state is State.BLOCKED
    assert core.till.sends == []


async def test_a_longer_cooling_off_holds_for_what_is_confirmed_already(core: Core) -> None:
    core.payees.known["contact-acme"] = KnownPayee(known_since=core.clock.now.replace(day=20))
    made = await core.confirmed()
    assert (await core.again(policy=SLOW).executor.execute(made.id)).state is State.BLOCKED
    assert core.till.sends == []


async def test_a_payee_changed_after_the_click_is_not_paid(core: Core) -> None:
    made = await core.confirmed()
    core.payees.known["contact-acme"] = KnownPayee(bank="another", changed_at=core.clock(), what_changed=("bank",))
    assert (await core.executor.execute(made.id)).state is State.BLOCKED
    assert core.till.sends == []


async def test_what_is_still_allowed_by_the_new_rules_is_sent(core: Core) -> None:
    made = await core.confirmed()
    assert (await core.again(policy=ALONE).executor.execute(made.id)).state is State.SUCCEEDED


async def test_a_send_that_is_tried_again_asks_the_new_rules(core: Core) -> None:
    """Not arrived for certain, and meanwhile the limit is lower: it is not sent a second time."""
    made = await core.confirmed()
    core.till.answers = ["lost_before"]
    assert (await core.executor.execute(made.id)).state is State.UNKNOWN
    later = core.again(policy=SMALL)
    core.clock.advance(seconds=30)
    await later.executor.sweep()
    assert (await stored(core, made)).state is State.UNKNOWN  # it could still arrive
    core.clock.advance(minutes=11)
    await later.executor.sweep()
    assert (await stored(core, made)).state is State.BLOCKED
    assert len(core.till.sends) == 1 and core.till.paid == []
