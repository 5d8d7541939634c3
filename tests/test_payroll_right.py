# ruff: noqa: E402
"""The right to see payroll: held beside a role, asked for by code at every door, and never lent by a conversation."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support import chainlit_here

chainlit_here.ready()  # before what imports it, as the product does

from assistant.card_needs import may_confirm, may_see
from assistant.cards import emptied
from assistant.chat.admin import AdminDesk
from assistant.chat.house import House
from assistant.chat.open_cards import OpenCards, View
from assistant.chat.talks import Talks
from assistant.chat.welcome import Waits, greeting
from assistant.decisions import Verdict
from assistant.dispatch import Asking, Dispatch
from assistant.model import CallRequest
from assistant.policy.judging import Circumstances, Confirming, judge_confirming, judge_proposing
from assistant.policy.rules import load_policy, read_policy
from assistant.principal import Grant, Principal, Role
from assistant.refusals import Refusal, RefusalReason
from assistant.settings import Settings
from assistant.stores.database import Database
from sandbox.okta.people import PEOPLE
from tests.support.books import make_access
from tests.support.conversation import NOW, ORGANISATION, PAY_THING, TOOLSET, KeepsProposals, Talk, person, proposal
from tests.support.model import ScriptedModel, call, calls, says
from tests.support.paying import ANNA, DEMO, PAUL, Core
from tests.support.paying import person as colleague
from tests.test_chat_clicks import Room, Stored, by
from tools.base import Access, Organisation, Right, Stakes, Tool, ToolResult, Toolset, WriteKind, read_tool
from tools.errors import Language

pytestmark = pytest.mark.anyio

SECRET = "gross pay is 4,321.09"


@read_tool("xero", right=Right.PAYROLL)
async def list_wages(access: Access) -> ToolResult:
    """List what people earn."""
    return ToolResult(answer=f"Petra's {SECRET}.")


HOURS = replace(
    PAY_THING,
    right=Right.PAYROLL,
    stakes=lambda payload: Stakes(WriteKind.TIMESHEET, None, "e-1", "Petra Paulsen", "", "week 47", None),
)
WITH_WAGES = Toolset([*(tool for tool in TOOLSET if tool is not PAY_THING), HOURS, list_wages])
WITHOUT = person(Role.APPROVER, Role.ADMIN)
WITH = person(Role.APPROVER, Role.PAYROLL)
TIMESHEET = Stakes(WriteKind.TIMESHEET, None, "e-1", "Petra Paulsen", "", "week 47", None)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PAYROLL])
def test_no_other_role_includes_it_and_it_includes_no_other(role: Role) -> None:
    assert not person(role).holds(Right.PAYROLL, ORGANISATION.id)
    assert person(role).holds(None, ORGANISATION.id)
    assert not person(Role.PAYROLL).may(role, ORGANISATION.id)


def test_it_is_held_in_the_organisation_that_it_was_given_for() -> None:
    only_there = person(Role.PAYROLL, organisation_id="org-2")
    assert only_there.holds(Right.PAYROLL, "org-2") and not only_there.holds(Right.PAYROLL, ORGANISATION.id)


def test_it_comes_from_a_group_of_its_own_whose_name_is_a_setting() -> None:
    assert Settings(_env_file=None).role_groups["finance-payroll"] == "payroll"
    assert Settings(_env_file=None, role_groups="wages=payroll@Ost GmbH").role_groups == {"wages": "payroll@Ost GmbH"}
    holders = {one.login: one.groups for one in PEOPLE if "finance-payroll" in one.groups}
    assert holders and all(len(groups) > 1 for groups in holders.values()), "by itself it opens nothing"


async def test_nobody_else_is_offered_payroll_and_a_call_of_it_reads_nothing() -> None:
    model = ScriptedModel(calls(call("list_wages", {})), says("Not for you."))
    talk = Talk(model, WITHOUT, toolset=WITH_WAGES)
    await talk.say("What does Petra earn?")
    assert "list_wages" not in model.seen[0].tools and "pay_thing" not in model.seen[0].tools
    error = model.seen[1].results()[0]["error"]
    assert error["kind"] == "failed" and "the role payroll" in error["message"]
    assert SECRET not in json.dumps(talk.history.messages()) + talk.screen.words


async def test_a_write_of_payroll_is_not_prepared_for_an_approver_without_it() -> None:
    proposals = KeepsProposals()
    model = ScriptedModel(calls(call("pay_thing", {"number": "B-1"})), says("Not for you."))
    await Talk(model, WITHOUT, toolset=WITH_WAGES, proposals=proposals).say("Prepare Petra's timesheet")
    assert proposals.kept == []
    assert "the role payroll" in model.seen[1].results()[0]["error"]["message"]


async def test_who_holds_it_is_offered_it_and_answered() -> None:
    model = ScriptedModel(calls(call("list_wages", {})), says("Here."))
    await Talk(model, WITH, toolset=WITH_WAGES).say("What does Petra earn?")
    assert "list_wages" in model.seen[0].tools
    assert SECRET in model.seen[1].results()[0]["answer"]


async def test_each_refused_call_is_told_to_the_trail_with_the_tool_and_not_its_words() -> None:
    told: list[tuple[str, str]] = []

    async def withheld(asking: Asking, tool: Tool) -> None:
        told.append((asking.principal.id, tool.name))

    async def access(organisation: Organisation, language: Language) -> Access:
        return make_access(language=language)

    dispatch = Dispatch(
        toolset=WITH_WAGES,
        asking=Asking(WITHOUT, ORGANISATION, "c-1", "de"),
        access_for=access,
        proposals=KeepsProposals(),
        withheld=withheld,
    )
    outcome = await dispatch.run(CallRequest("1", "list_wages", "{}"))
    assert not outcome.ok and "Rolle payroll" in outcome.problem
    await dispatch.run(CallRequest("2", "list_things", "{}"))
    await dispatch.run(CallRequest("3", "no_such_tool", "{}"))
    assert told == [("p-1", "list_wages")]


async def test_what_was_found_before_is_not_told_to_the_model_once_the_right_is_gone() -> None:
    first = ScriptedModel(calls(call("list_wages", {})), says(f"Petra's {SECRET}, as listed."))
    talk = Talk(first, WITH, toolset=WITH_WAGES)
    await talk.say("What does Petra earn?")
    talk.principal = WITHOUT
    talk.model = second = ScriptedModel(says("I cannot say."))
    await talk.say("And what was it again?")
    sent = json.dumps(second.seen[0].messages)
    assert SECRET not in sent and "What does Petra earn?" in sent
    talk.principal = WITH
    talk.model = third = ScriptedModel(says("As listed."))
    await talk.say("And now?")
    assert SECRET in json.dumps(third.seen[0].messages)


async def test_a_turn_that_was_only_refused_stays_in_the_conversation() -> None:
    talk = Talk(ScriptedModel(calls(call("list_wages", {})), says("You may not.")), WITHOUT, toolset=WITH_WAGES)
    await talk.say("What does Petra earn?")
    talk.model = second = ScriptedModel(says("No."))
    await talk.say("Why not?")
    assert "You may not." in json.dumps(second.seen[0].messages)


def case() -> Circumstances:
    return Circumstances(NOW, ORGANISATION.id, ORGANISATION.name, "Europe/Berlin")


def test_the_rules_ask_for_it_beside_the_role_to_propose_and_to_confirm() -> None:
    policy = load_policy()
    for held, allowed in ((WITH, True), (WITHOUT, False)):
        proposing = judge_proposing(policy, TIMESHEET, held, case())
        confirming = judge_confirming(policy, TIMESHEET, Confirming(held, "p-9", stepped_up=True), case())
        assert proposing.allowed is allowed and confirming.allowed is allowed
        assert [one.code for one in (*proposing.against, *confirming.against)] == (
            [] if allowed else ["propose.right", "confirm.right"]
        )
    alone = judge_proposing(policy, TIMESHEET, person(Role.PAYROLL), case())
    assert [one.code for one in alone.against] == ["propose.role"]


def test_no_rule_can_make_payroll_a_role_that_approves() -> None:
    with pytest.raises(ValueError, match="payroll is held beside another role"):
        read_policy(
            "version = 1\n[cards]\nopen_in_a_conversation = 3\nconfirm_minutes = 5\n"
            '[timesheet.propose]\npreparer = "any"\n[timesheet.confirm]\npayroll = "any"\n'
        )


def test_a_card_about_payroll_is_shown_to_nobody_without_it_not_even_to_who_made_it() -> None:
    waiting = proposal(kind=WriteKind.TIMESHEET, proposer_id="p-9")
    assert may_see(waiting, WITH) and may_confirm(waiting, WITH)
    assert not may_see(waiting, WITHOUT) and not may_confirm(waiting, WITHOUT)
    own = replace(waiting, proposer_id=WITHOUT.id)
    assert Waits.of([waiting, own], WITHOUT, ORGANISATION).everything == []
    assert len(Waits.of([waiting, own], WITH, ORGANISATION).everything) == 2
    assert may_see(proposal(), WITHOUT)


def test_a_card_that_was_kept_says_nothing_any_more() -> None:
    props: dict[str, Any] = {
        "proposal_id": "1", "digest": "d", "number": "P-7", "language": "en", "face": "mine", "amount": "38 hours",
        "payee": "Petra Paulsen", "facts": [{"label": "Week", "value": "47"}], "edit": {"fields": [1], "values": {}},
        "receipt": {"line": "x"}, "can": {"confirm": True}, "confirmation": "code", "words": {"edit": "Edit"},
    }  # fmt: skip
    left = emptied(props, "Not yours to see.")
    assert left["face"] == "blocked" and not any(left["can"].values()) and left["confirmation"] == ""
    assert "Petra" not in json.dumps(left) and "38" not in json.dumps(left) and "47" not in json.dumps(left)
    assert set(left) == {*props, "word", "fresh"}


def test_the_greeting_names_it_beside_the_role() -> None:
    waits = Waits.of([], WITH, ORGANISATION)
    assert greeting(WITH, waits, NOW, "en")["place"].startswith("Approver, Payroll")
    assert "Lohn und Gehalt" in greeting(WITH, waits, NOW, "de")["place"]


def holding(who: Principal) -> Principal:
    return replace(who, grants=(*who.grants, Grant(Role.PAYROLL, DEMO.id)))


async def test_the_decision_asks_for_it_itself_whatever_a_page_sends(database: Database) -> None:
    core = Core(database)
    core.tool = replace(
        core.tool,
        right=Right.PAYROLL,
        stakes=lambda payload: Stakes(WriteKind.TIMESHEET, None, "e-1", "Petra Paulsen", "", "week 47", None),
    )
    core = Core(database, clock=core.clock, till=core.till, tool=core.tool)
    petra, pia, mara = holding(PAUL), holding(ANNA), colleague("mara", Grant(Role.APPROVER, DEMO.id))
    core.sessions |= {f"session-{PAUL.name}": petra, f"session-{ANNA.name}": pia, f"session-{mara.name}": mara}
    made = await core.propose(petra)
    for verdict in Verdict:
        with pytest.raises(Refusal) as refused:
            await core.decide(made, mara, verdict=verdict)
        assert refused.value.reason is RefusalReason.NOT_ALLOWED
    assert (await core.decide(made, pia)).state == "confirmed"
    core.sessions[f"session-{PAUL.name}"] = PAUL
    blocked = await core.propose(PAUL, conversation_id="another")
    assert blocked.state == "blocked"
    with pytest.raises(Refusal):
        await core.decide(blocked, pia)


async def test_an_admin_without_it_is_not_told_the_life_of_such_a_card(database: Database) -> None:
    core = Core(database)
    core.tool = replace(core.tool, right=Right.PAYROLL)
    made = await core.propose(PAUL)
    house = cast(House, SimpleNamespace(audit=core.audit, toolset=Toolset([core.tool]), clock=core.clock))
    desk = AdminDesk(house)
    ada = colleague("ada", Grant(Role.ADMIN))
    refused = await desk.answer(f"audit P-{made.number}", ada, DEMO, "s", "en")
    assert refused is not None and refused.table is None and "the role payroll" in refused.line
    told = await desk.answer(f"audit P-{made.number}", holding(ada), DEMO, "s", "en")
    assert told is not None and told.table is not None and told.table.rows


async def test_such_a_card_cannot_be_prepared_again_by_somebody_without_it() -> None:
    about_wages = proposal(kind=WriteKind.TIMESHEET)
    room = Room(stored=Stored(about_wages))
    edit = {"proposal_id": about_wages.id, "digest": about_wages.digest}
    refused = await room.clicks.edit(edit, by(WITHOUT))
    assert isinstance(refused, dict) and "payroll" in refused["refused"] and room.stored.kept == []
    await room.clicks.edit(edit, by(WITH))
    assert len(room.stored.kept) == 1


async def test_a_page_that_shows_such_a_card_is_sent_nothing_of_it_without_it() -> None:
    room = Room()
    cards = OpenCards(room.house, Talks())
    waiting = proposal(kind=WriteKind.TIMESHEET)
    views = {who: View("e-1", "m-1", "c-9", who, "en", "Europe/Berlin") for who in (WITH, WITHOUT)}
    assert await cards.props(waiting, views[WITHOUT]) is None
    shown = await cards.props(waiting, views[WITH])
    assert shown is not None and shown["payee"] == "Papierwerk GmbH"
