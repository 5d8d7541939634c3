"""Proposals and decisions: what may be confirmed, by whom, once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from assistant.canonical import NotCanonical
from assistant.decisions import Refusal, RefusalReason, Verdict
from assistant.principal import Grant, Principal, Role
from assistant.proposals import Proposal, State
from assistant.stores.database import Database
from tests.support.database import run_sql
from tests.support.paying import ALEX, ANNA, DEMO, OTHER, OTTO, PAUL, VERA, Core, draft, person
from tools.base import Draft

pytestmark = pytest.mark.anyio


@pytest.fixture
def core(database: Database) -> Core:
    return Core(database)


async def refused(core: Core, proposal: Proposal, who: Principal = ANNA, **more: Any) -> Refusal:
    """The refusal of a click, after checking that it is recorded and that nothing was decided."""
    before = await core.proposals.get(proposal.id)
    with pytest.raises(Refusal) as caught:
        await core.decide(proposal, who, **more)
    assert (await core.tags())[-1] == "decision:refused"
    after = await core.proposals.get(proposal.id)
    assert before and after and after.decided_by_id == before.decided_by_id
    return caught.value


async def test_a_proposal_waits_with_everything_that_the_card_shows(core: Core) -> None:
    made = await core.propose()
    assert (made.state, made.label, made.organisation_name) == (State.AWAITING, "P-1", "Demo GmbH")
    assert made.expires_at - made.created_at == timedelta(minutes=30)
    assert await core.proposals.get(made.id) == made
    assert await core.proposals.waiting(organisation_id=DEMO.id) == [made]
    assert await core.proposals.of_conversation("talk-1") == [made]
    assert await core.tags(made.id) == ["proposal:requested", "proposal:created"]
    assert await core.proposals.get("nonsense") is None


async def test_numbers_count_per_organisation_without_gaps_also_in_parallel(core: Core) -> None:
    made = await asyncio.gather(*(core.propose() for _ in range(6)))
    assert sorted(each.number for each in made) == [1, 2, 3, 4, 5, 6]
    boss = person("boss", Grant(Role.APPROVER))
    other = await core.proposals.propose(
        principal=boss, organisation=OTHER, conversation_id="t", tool=core.tool, draft=draft()
    )
    assert other.number == 1
    assert (await core.audit.verify()).ok


async def test_an_approver_confirms_exactly_what_was_digested(core: Core) -> None:
    made = await core.propose()
    done = await core.decide(made)
    assert (done.state, done.decided_by_id, done.decided_at) == (State.CONFIRMED, ANNA.id, core.clock())
    assert await core.tags(made.id) == [
        "proposal:requested",
        "proposal:created",
        "decision:requested",
        "decision:confirmed",
    ]
    assert await core.proposals.waiting(organisation_id=DEMO.id) == []


@pytest.mark.parametrize("who", [VERA, PAUL], ids=lambda who: who.subject)
async def test_without_the_role_nobody_confirms(core: Core, who: Principal) -> None:
    refusal = await refused(core, await core.propose(), who)
    assert refusal.reason is RefusalReason.NOT_ALLOWED
    assert "approver" in refusal.text("en") and "Nothing was written" in refusal.text("en")
    assert "approver" in refusal.text("de") and "nichts geschrieben" in refusal.text("de")


async def test_an_approver_of_another_organisation_does_not_confirm(core: Core) -> None:
    made = await core.propose()
    assert (await refused(core, made, OTTO)).reason is RefusalReason.NOT_ALLOWED
    elsewhere = await refused(core, made, OTTO, organisation_id=OTHER.id)
    assert elsewhere.reason is RefusalReason.OTHER_ORGANISATION


async def test_a_role_taken_away_counts_at_the_click(core: Core) -> None:
    made = await core.propose()
    core.sessions[f"session-{ANNA.name}"] = person("anna", Grant(Role.VIEWER))
    assert (await refused(core, made, ANNA)).reason is RefusalReason.NOT_ALLOWED


async def test_a_session_that_is_over_or_somebody_elses_decides_nothing(core: Core) -> None:
    made = await core.propose()
    assert (await refused(core, made, session_id="gone")).reason is RefusalReason.SESSION_OVER
    borrowed = await refused(core, made, VERA, session_id=f"session-{ANNA.name}")
    assert borrowed.reason is RefusalReason.SESSION_OVER


async def test_another_digest_is_refused(core: Core) -> None:
    made, other = await core.propose(), await core.propose(what=draft(minor=97999, bill="bill-205"))
    assert (await refused(core, made, digest=other.digest)).reason is RefusalReason.DIGEST_MISMATCH


async def test_an_unknown_proposal_is_refused_and_recorded(core: Core) -> None:
    made = await core.propose()
    refusal = await refused(core, made, proposal_id="00000000-0000-4000-8000-000000000000")
    assert refusal.reason is RefusalReason.UNKNOWN_PROPOSAL


async def test_after_its_time_a_card_is_expired(core: Core) -> None:
    made = await core.propose()
    core.clock.advance(minutes=30)
    with pytest.raises(Refusal) as caught:
        await core.decide(made)
    assert caught.value.reason is RefusalReason.EXPIRED
    now = await core.proposals.get(made.id)
    assert now and now.state is State.EXPIRED
    assert (await core.tags(made.id))[2:] == ["decision:requested", "proposal:expired", "decision:refused"]


async def test_a_moment_before_its_time_is_over_a_card_can_be_confirmed(core: Core) -> None:
    made = await core.propose()
    core.clock.advance(minutes=29, seconds=59)
    assert (await core.decide(made)).state is State.CONFIRMED


async def test_what_is_due_expires_once_and_is_told(core: Core) -> None:
    told: list[tuple[str, State]] = []

    async def listen(proposal: Proposal) -> None:
        told.append((proposal.label, proposal.state))

    core.feed.subscribe(listen)
    made = await core.propose()
    core.clock.advance(minutes=31)
    assert [each.id for each in await core.proposals.expire_due()] == [made.id]
    assert await core.proposals.expire_due() == []
    await core.feed.drain()
    assert told == [("P-1", State.AWAITING), ("P-1", State.EXPIRED)]


async def test_two_clicks_in_parallel_decide_once(core: Core) -> None:
    made = await core.propose()
    clicks = [core.decide(made, who) for who in (ANNA, ALEX, ANNA, ALEX)]
    ended = await asyncio.gather(*clicks, return_exceptions=True)
    through = [each for each in ended if isinstance(each, Proposal)]
    late = [each for each in ended if isinstance(each, Refusal)]
    assert len(through) == 1 and len(late) == 3
    assert {each.reason for each in late} == {RefusalReason.ALREADY_DECIDED}
    assert str(through[0].decided_by_name) in late[0].text("en")
    assert (await core.tags(made.id)).count("decision:confirmed") == 1


async def test_a_second_decision_cannot_be_stored_even_when_the_state_is_set_back(core: Core) -> None:
    made = await core.confirmed()
    await run_sql(core.database, "UPDATE proposal SET state = 'awaiting_confirmation'")
    with pytest.raises(Exception, match=r"(?i)unique"):
        await core.decide(made, ALEX)


@pytest.mark.parametrize("who", [PAUL, ANNA], ids=lambda who: who.subject)
async def test_the_proposer_and_an_approver_may_cancel(core: Core, who: Principal) -> None:
    made = await core.propose()
    done = await core.decide(made, who, verdict=Verdict.CANCEL)
    assert done.state is State.REJECTED and done.problem and who.name in done.problem["en"]
    assert (await refused(core, made)).reason is RefusalReason.ALREADY_DECIDED


@pytest.mark.parametrize("who", [VERA, person("peter", Grant(Role.PREPARER)), OTTO], ids=lambda who: who.subject)
async def test_nobody_else_cancels(core: Core, who: Principal) -> None:
    core.sessions[f"session-{who.name}"] = who
    refusal = await refused(core, await core.propose(), who, verdict=Verdict.CANCEL)
    assert refusal.reason is RefusalReason.NOT_ALLOWED


async def test_an_edit_makes_a_new_proposal_and_takes_the_old_one_out(core: Core) -> None:
    old = await core.propose()
    new = await core.propose(what=draft(minor=50000), replaces=old.id)
    gone = await core.proposals.get(old.id)
    assert gone and (gone.state, gone.superseded_by) == (State.SUPERSEDED, new.id)
    assert new.replaces == old.id and new.digest != old.digest
    assert (await refused(core, old)).reason is RefusalReason.CHANGED
    assert [each.id for each in await core.proposals.waiting(organisation_id=DEMO.id)] == [new.id]


async def test_what_is_confirmed_or_replaced_cannot_be_edited(core: Core) -> None:
    old = await core.propose()
    await core.propose(replaces=old.id)
    with pytest.raises(Refusal) as twice:
        await core.propose(replaces=old.id)
    assert twice.value.reason is RefusalReason.CHANGED
    confirmed = await core.confirmed()
    with pytest.raises(Refusal) as late:
        await core.propose(replaces=confirmed.id)
    assert late.value.reason is RefusalReason.ALREADY_DECIDED
    assert (await core.tags())[-1] == "proposal:refused"
    assert len(await core.proposals.of_conversation("talk-1")) == 3


async def test_an_edit_and_a_confirmation_in_parallel_never_both_hold(core: Core) -> None:
    for _ in range(5):
        made = await core.propose()
        await asyncio.gather(core.propose(replaces=made.id), core.decide(made), return_exceptions=True)
        now = await core.proposals.get(made.id)
        assert now and (now.state is State.CONFIRMED) != bool(now.superseded_by)


async def test_a_viewer_proposes_nothing(core: Core) -> None:
    with pytest.raises(Refusal) as caught:
        await core.propose(VERA)
    assert caught.value.reason is RefusalReason.NOT_ALLOWED
    assert await core.proposals.of_conversation("talk-1") == []
    assert await core.tags() == ["proposal:requested", "proposal:refused"]


@pytest.mark.parametrize("value", [980.0, None, float("nan"), 2**53, b"980"])
async def test_a_payload_without_exact_meaning_is_not_kept(core: Core, value: Any) -> None:
    altered = Draft({"amount": 1}, "x")
    altered.payload["amount"] = value
    with pytest.raises(NotCanonical):
        await core.propose(what=altered)
    assert await core.proposals.of_conversation("talk-1") == []


CHANGES = {
    "amount": "UPDATE proposal SET body = replace(body, '98000', '97000')",
    "digest": "UPDATE proposal SET digest = '" + "0" * 64 + "'",
    "tool": "UPDATE proposal SET tool = 'pay_everything'",
    "organisation": "UPDATE proposal SET organisation_id = 'org-other'",
    "version": "UPDATE proposal SET body = replace(body, '\"version\":1', '\"version\":2')",
    "blank": "UPDATE proposal SET body = replace(body, ',', ', ')",
    "nonsense": "UPDATE proposal SET body = '{'",
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_row_altered_by_hand_is_refused_stopped_and_recorded(core: Core, change: str) -> None:
    made = await core.propose()
    await run_sql(core.database, CHANGES[change])
    organisation = "org-other" if change == "organisation" else DEMO.id
    digest = "0" * 64 if change == "digest" else made.digest
    core.sessions[f"session-{ANNA.name}"] = boss = person("anna", Grant(Role.APPROVER))
    with pytest.raises(Refusal) as caught:
        await core.decide(made, boss, organisation_id=organisation, digest=digest)
    assert caught.value.reason is RefusalReason.DIGEST_MISMATCH
    with pytest.raises(Refusal):
        await core.proposals.get(made.id)
    assert await core.proposals.waiting(organisation_id=organisation) == []
    assert await core.proposals.of_conversation("talk-1") == []
    assert (await core.tags(made.id))[2:] == ["decision:requested", "decision:refused", "proposal:found_altered"]
    assert await run_sql(core.database, "SELECT state FROM proposal") == [("blocked",)]


async def test_the_tables_refuse_a_state_that_does_not_exist(core: Core) -> None:
    await core.propose()
    for change in ("state = 'paid'", "attempts = 9", "attempts = -1", "state = 'succeeded'", "digest = 'x'"):
        with pytest.raises(Exception, match=r"(?i)check"):
            await run_sql(core.database, f"UPDATE proposal SET {change}")
