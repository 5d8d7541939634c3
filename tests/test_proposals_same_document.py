"""Proposals on one document: a correction replaces what it corrects, and no card keeps quiet about another one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from assistant.cards import Looking, card_props
from assistant.principal import Grant, Principal, Role
from assistant.proposals import Proposal, State
from assistant.refusals import Refusal, RefusalReason
from assistant.stores.database import Database
from tests.support.paying import ANNA, PAUL, Core, draft, person

pytestmark = pytest.mark.anyio

PETER = person("peter", Grant(Role.PREPARER))


@pytest.fixture
def core(database: Database) -> Core:
    return Core(database)


async def now(core: Core, proposal: Proposal) -> Proposal:
    """The proposal as it is stored."""
    found = await core.proposals.get(proposal.id)
    assert found
    return found


def warnings(core: Core, proposal: Proposal, viewer: Principal = ANNA, language: str = "en") -> list[str]:
    """What the card warns that person of."""
    looking = Looking(viewer, language, core.clock(), "Europe/Berlin")
    return list(card_props(proposal, core.tool, looking)["warnings"])


async def test_asking_anew_in_the_same_chat_replaces_the_own_card(core: Core) -> None:
    old = await core.propose(what=draft(minor=10000))
    new = await core.propose(what=draft(minor=12000))
    gone = await now(core, old)
    assert (gone.state, gone.superseded_by) == (State.SUPERSEDED, new.id)
    assert gone.problem and new.label in gone.problem["en"] and "Nothing was written" in gone.problem["en"]
    assert new.label in gone.problem["de"] and "nichts geschrieben" in gone.problem["de"]
    assert new.others == () and warnings(core, new) == []
    assert await core.tags(old.id) == ["proposal:requested", "proposal:created", "proposal:superseded"]
    assert [each.id for each in await core.proposals.waiting(organisation_id=old.organisation_id)] == [new.id]
    with pytest.raises(Refusal) as caught:
        await core.decide(old)
    assert caught.value.reason is RefusalReason.CHANGED


OTHERS: dict[str, tuple[Principal, str]] = {
    "another chat": (PAUL, "talk-2"),
    "another person": (PETER, "talk-1"),
}


@pytest.mark.parametrize("whose", OTHERS)
async def test_what_others_asked_for_stays_and_both_cards_name_each_other(core: Core, whose: str) -> None:
    who, talk = OTHERS[whose]
    old = await core.propose(who, draft(minor=10000), conversation_id=talk)
    core.clock.advance(minutes=5)
    new = await core.propose(what=draft(minor=12000))
    assert (await now(core, old)).state is State.AWAITING
    assert warnings(core, new) == [f"P-1 for € 100.00 on this bill already waits ({who.name}, 22 Nov 2026, 13:00)."]
    assert warnings(core, await now(core, new)) == warnings(core, new)
    (later,) = warnings(core, await now(core, old))
    assert later == "P-2 for € 120.00 on this bill was asked for later and waits too (Paul, 22 Nov 2026, 13:05)."
    (german,) = warnings(core, new, language="de")
    assert german.startswith("P-1 über € 100.00 auf diese Eingangsrechnung wartet schon")
    created = [line async for line in core.audit.export() if '"proposal:created"' in line]
    assert '"open_beside":["P-1"]' in created[1]


async def test_the_warning_goes_when_the_other_one_is_decided(core: Core) -> None:
    first = await core.propose(PETER, conversation_id="talk-2")
    second = await core.propose()
    await core.decide(first)
    (carried_out,) = warnings(core, await now(core, second))
    assert "P-1" in carried_out and "is confirmed and being carried out" in carried_out
    await core.executor.execute(first.id)
    assert warnings(core, await now(core, second)) == []


async def test_one_that_expired_or_is_about_another_bill_is_no_warning(core: Core) -> None:
    await core.propose(PETER, conversation_id="talk-2")
    core.clock.advance(minutes=31)
    await core.propose(PETER, draft(bill="bill-205"), conversation_id="talk-3")
    assert (await core.propose()).others == ()
    assert all(each.others == () for each in await core.proposals.waiting(organisation_id="org-demo"))


async def test_what_is_confirmed_already_is_not_replaced_but_named(core: Core) -> None:
    old = await core.confirmed()
    new = await core.propose()
    assert (await now(core, old)).state is State.CONFIRMED
    assert [each.id for each in new.others] == [old.id]


async def test_an_edit_by_another_person_leaves_no_card_of_its_chain_open(core: Core) -> None:
    old = await core.propose()
    edited = await core.propose(PETER, draft(minor=1), conversation_id="talk-2", replaces=old.id)
    again = await core.propose(PETER, draft(minor=2), conversation_id="talk-2")
    assert [(await now(core, each)).state for each in (old, edited)] == [State.SUPERSEDED] * 2
    assert again.others == ()


async def test_open_chats_are_shown_the_replaced_and_the_warned_cards_anew(core: Core) -> None:
    told: list[tuple[str, State, int]] = []

    async def listen(proposal: Proposal) -> None:
        told.append((proposal.label, proposal.state, len(proposal.others)))

    await core.propose(PETER, conversation_id="talk-2")
    await core.propose()
    await core.feed.drain()
    core.feed.subscribe(listen)
    await core.propose()
    await core.feed.drain()
    assert told == [("P-2", State.SUPERSEDED, 0), ("P-3", State.AWAITING, 1), ("P-1", State.AWAITING, 1)]


async def test_two_at_the_same_moment_see_each_other(core: Core) -> None:
    in_one_chat = await asyncio.gather(*(core.propose(what=draft(minor=10000 + n)) for n in range(4)))
    still = [each for each in in_one_chat if (await now(core, each)).state is State.AWAITING]
    assert [each.number for each in still] == [4]
    in_two = await asyncio.gather(
        core.propose(PETER, draft(bill="b"), conversation_id="x"), core.propose(PAUL, draft(bill="b"))
    )
    assert sorted(len(each.others) for each in in_two) == [0, 1]
    assert (await core.audit.verify()).ok


async def test_edits_and_corrections_in_parallel_end_in_one_card(core: Core) -> None:
    old = await core.propose()
    doing: list[Any] = [core.propose(replaces=old.id) for _ in range(3)] + [core.propose() for _ in range(3)]
    for ended in await asyncio.gather(*doing, return_exceptions=True):
        assert isinstance(ended, Proposal | Refusal), ended
    assert len(await core.proposals.waiting(organisation_id=old.organisation_id)) == 1


async def test_a_correction_and_a_confirmation_in_parallel_never_both_hold(core: Core) -> None:
    for _ in range(5):
        made = await core.propose()
        await asyncio.gather(core.propose(), core.decide(made), return_exceptions=True)
        after = await now(core, made)
        assert (after.state is State.CONFIRMED) != bool(after.superseded_by)
        for each in await core.proposals.of_conversation("talk-1"):
            if each.state is State.CONFIRMED:
                await core.executor.execute(each.id)
        core.till.due = 98000


async def test_the_record_of_a_proposal_names_the_login_session(core: Core) -> None:
    made = await core.propose(session_id="session-paul")
    for event in await core.audit.of(made.id):
        assert event.session_id == "session-paul" and event.actor_id == PAUL.id
