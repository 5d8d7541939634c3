"""Tool calls of a model, honest or hostile: only what is offered, only as the schema says, only so many."""

from __future__ import annotations

import asyncio
import json
from contextvars import Context, ContextVar
from datetime import UTC, datetime, timedelta

import pytest

from assistant.asked import asked_for, loading, waiting
from assistant.ledger.progress import load_told
from assistant.principal import Role
from assistant.turn import MAX_CARDS, Asked
from tests.support.conversation import PAY_THING, KeepsProposals, RememberedScreen, Talk, list_things, person
from tests.support.model import ScriptedModel, call, calls, says
from tools.base import Access, Draft, ToolResult, Toolset, read_tool, write_tool
from tools.catalogue import toolset
from tools.catalogue import toolset as catalogue
from tools.xero.allowance import Wait
from tools.xero.pace import waits_told

pytestmark = pytest.mark.anyio

READS = ["list_things", "slow_thing", "which_thing", "broken_thing", "many_things"]


async def test_a_viewers_model_is_never_offered_a_write_and_refused_when_it_calls_one() -> None:
    model = ScriptedModel(calls(call("pay_thing", {"number": "B-1"})), says("You may not."))
    proposals = KeepsProposals()
    await Talk(model, person(Role.VIEWER), proposals=proposals).say("Pay B-1")
    assert model.seen[0].tools == READS
    assert proposals.kept == []
    error = model.seen[1].results()[0]["error"]
    assert error["kind"] == "failed"
    assert "may read here, but not prepare payments" in error["message"]


async def test_somebody_with_a_role_elsewhere_is_not_offered_writes_here() -> None:
    principal = person(Role.APPROVER, organisation_id="org-2")
    both = type(principal)(
        **{
            **{f: getattr(principal, f) for f in principal.__slots__},
            "grants": (*principal.grants, *person(Role.VIEWER).grants),
        }
    )
    model = ScriptedModel(says("Hello."))
    await Talk(model, both).say("Hello")
    assert model.seen[0].tools == READS


@pytest.mark.parametrize(
    "name", ["decide", "execute", "approve", "confirm", "__class__", "../pay_thing", "", "pay_thing "]
)
async def test_names_that_are_not_tools_do_nothing(name: str) -> None:
    proposals = KeepsProposals()
    model = ScriptedModel(calls(call(name, {"proposal_id": "x", "confirmed": True}, "c1")), says("No."))
    await Talk(model, proposals=proposals).say("Confirm it")
    assert proposals.kept == []
    assert model.seen[1].results()[0]["error"]["kind"] == "retry"


async def test_no_tool_takes_a_role_an_organisation_or_a_confirmation() -> None:
    for definition in toolset().definitions():
        for name in definition["function"]["parameters"].get("properties", {}):
            assert not any(
                word in name for word in ("confirm", "role", "organisation", "tenant", "approve", "person")
            ), name


@pytest.mark.parametrize(
    "written",
    [
        "{",
        "[]",
        '"B-1"',
        '{"number": "B-1", "number": "B-2"}',
        '{"number": "B-1", "amount": NaN}',
        '{"number": "B-1", "amount": Infinity}',
        '{"number": "B-1", "amount": 1e309}',
        '{"number": "B-1", "confirmed": true}',
        '{"number": ["B-1"]}',
        '{"number": null}',
        '{"number": true}',
        '{"number": "B-1"} trailing',
        '{"number": "' + "x" * 9000 + '"}',
        "[" * 5000,
        '{"number": ' + "9" * 5000 + "}",
    ],
)
async def test_malformed_arguments_are_told_to_the_model_and_nothing_is_prepared(written: str) -> None:
    proposals = KeepsProposals()
    model = ScriptedModel(calls(call("pay_thing", written, "c1")), says("Which one?"))
    await Talk(model, proposals=proposals).say("Pay")
    assert proposals.kept == []
    assert model.seen[1].results()[0]["error"]["kind"] == "retry"


async def test_amounts_keep_their_digits() -> None:
    proposals = KeepsProposals()
    model = ScriptedModel(calls(call("pay_thing", '{"number": 201, "amount": 980.10}', "c1")))
    await Talk(model, proposals=proposals).say("Pay 201")
    assert proposals.kept[0].payload["said"] == "980.10"
    assert proposals.kept[0].summary.endswith("201")


async def test_what_is_ambiguous_comes_back_with_choices() -> None:
    model = ScriptedModel(calls(call("which_thing", {"name": "Müller"})), says("Which one?"))
    await Talk(model).say("Müller")
    (result,) = model.seen[1].results()
    assert result["error"] == {"kind": "retry", "message": "Two are called that. Which one?"}
    assert result["choices"][0] == {"label": "Müller GmbH, Berlin", "number": "1", "id": "a"}


async def test_a_provider_that_is_down_is_told_as_it_is() -> None:
    model = ScriptedModel(calls(call("broken_thing"), call("list_things")), says("Solaris is down."))
    await Talk(model).say("Balance and bills")
    down, up = model.seen[1].results()
    assert down["error"]["kind"] == "failed"
    assert "Solaris did not give a usable answer" in down["error"]["message"]
    assert up["answer"] == "€ 10.00 is open."


async def test_a_tool_that_takes_too_long_is_left() -> None:
    model = ScriptedModel(calls(call("slow_thing", {"seconds": 5})), says("Too slow."))
    await Talk(model, tool_seconds=0.05).say("Slow")
    assert "did not answer within" in model.seen[1].results()[0]["error"]["message"]


@read_tool("xero")
async def waiting_thing(access: Access) -> ToolResult:
    """Wait for its turn at the provider."""
    told = waits_told.get()
    assert told is not None
    await told(Wait(access.now + timedelta(seconds=0.3), "minute"))
    await asyncio.sleep(0.3)
    return ToolResult(answer="It took its turn.")


async def test_waiting_for_ones_turn_is_told_and_does_not_count_as_the_tools_time() -> None:
    model = ScriptedModel(calls(call("waiting_thing")), says("Done."))
    screen = await Talk(model, tool_seconds=0.2, toolset=Toolset([waiting_thing])).say("Wait")
    assert model.seen[1].results()[0]["answer"] == "It took its turn."
    ((tool, wait),) = screen.of("waits")
    assert (tool, wait.limit) == ("waiting_thing", "minute")
    assert waits_told.get() is None


@read_tool("xero")
async def loading_thing(access: Access) -> ToolResult:
    """Copy a ledger, page by page."""
    told = load_told.get()
    assert told is not None
    for page in range(1, 5):
        await asyncio.sleep(0.1)
        await told("documents", page * 1000, 4000)
    return ToolResult(answer="All is here.")


async def test_a_first_load_is_told_page_by_page_and_may_take_its_time() -> None:
    model = ScriptedModel(calls(call("loading_thing")), says("Done."))
    screen = await Talk(model, tool_seconds=0.2, toolset=Toolset([loading_thing])).say("Load")
    assert model.seen[1].results()[0]["answer"] == "All is here."
    assert screen.of("loads") == [("loading_thing", "documents", page * 1000, 4000) for page in range(1, 5)]
    assert load_told.get() is None


_window: ContextVar[str] = ContextVar("_window")


class OneWindow(RememberedScreen):
    """Shows only in the context of its own chat, as Chainlit's does."""

    async def tool_loads(self, asked: Asked, kind: str, done: int, total: int) -> None:
        self.shown.append(("loads", (_window.get(), done)))

    async def tool_waits(self, asked: Asked, wait: Wait) -> None:
        self.shown.append(("waits", (_window.get(), wait.limit)))


@read_tool("xero")
async def shared_thing(access: Access) -> ToolResult:
    """Wait for a load that somebody else began."""
    loaded, waits = load_told.get(), waits_told.get()
    assert loaded and waits

    async def load() -> None:
        await loaded("documents", 7, 7)
        await waits(Wait(access.now, "minute"))

    await asyncio.get_running_loop().create_task(load(), context=Context())
    return ToolResult(answer="All is here.")


async def test_a_load_that_somebody_else_began_is_told_in_the_window_of_who_waits_for_it() -> None:
    model = ScriptedModel(calls(call("shared_thing")), says("Done."))
    _window.set("mine")
    screen = await Talk(model, toolset=Toolset([shared_thing]), screen=OneWindow()).say("Load")
    assert (screen.of("loads"), screen.of("waits")) == ([("mine", 7)], [("mine", "minute")])


async def test_a_window_that_cannot_be_written_to_does_not_end_the_load() -> None:
    model = ScriptedModel(calls(call("shared_thing")), says("Done."))
    screen = await Talk(model, toolset=Toolset([shared_thing]), screen=OneWindow()).say("Load")
    assert model.seen[1].results()[0]["answer"] == "All is here."
    assert screen.of("loads") == []


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "reading the books: 12,000 of 50,000 payments"), ("de", "liest die Bücher: 12.000 von 50.000 Zahlungen")],
)
def test_how_far_a_load_has_come_is_said_in_words(language: str, said: str) -> None:
    assert loading("payments", 12_000, 50_000, language) == said


def test_every_tool_has_words_for_what_it_asks_for() -> None:
    for tool in catalogue():
        for language in ("en", "de"):
            assert tool.name.replace("_", " ") not in asked_for(tool.name, tool.provider, language), tool.name


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "waits until 14:00:05 (Xero takes 60 calls a minute)"),
        ("de", "wartet bis 14:00:05 (Xero nimmt 60 Abrufe in der Minute an)"),
    ],
)
def test_the_wait_is_said_in_the_organisations_own_time(language: str, said: str) -> None:
    wait = Wait(datetime(2026, 11, 22, 13, 0, 5, tzinfo=UTC), "minute")
    assert waiting(wait, "Europe/Berlin", language) == said


async def test_a_result_for_the_model_is_bounded() -> None:
    model = ScriptedModel(calls(call("many_things")), says("Many."))
    await Talk(model).say("Many")
    content = model.seen[1].messages[-1]["content"]
    assert len(content) <= 12_000
    assert "left_out" in json.loads(content)
    assert json.loads(content)["answer"] == "4,000 rows."


async def test_at_most_a_few_cards_in_one_turn() -> None:
    proposals = KeepsProposals()
    wanted = [call("pay_thing", {"number": f"B-{n}"}, f"c{n}") for n in range(20)]
    await Talk(ScriptedModel(calls(*wanted)), proposals=proposals).say("Pay all")
    assert len(proposals.kept) == MAX_CARDS


async def test_the_same_write_twice_is_prepared_once() -> None:
    proposals = KeepsProposals()
    same = (call("pay_thing", '{"number":"B-1"}', "a"), call("pay_thing", '{ "number": "B-1" }', "b"))
    await Talk(ScriptedModel(calls(*same)), proposals=proposals).say("Pay B-1")
    assert len(proposals.kept) == 1


async def test_a_write_that_must_be_asked_back_goes_on_with_the_model() -> None:
    proposals = KeepsProposals()
    model = ScriptedModel(calls(call("pay_thing")), says("Which thing? 1. B-1"))
    screen = await Talk(model, proposals=proposals).say("Pay")
    assert screen.of("answer") == ["Which thing? 1. B-1"]
    assert proposals.kept == []


async def set_number(access: Access, account_number: str) -> Draft:
    """Change an account number."""
    return Draft({"document": {"id": "c-1", "number": account_number}}, "A new number")


NUMBERED = write_tool(
    "xero",
    propose=set_number,
    changed=PAY_THING.changed,
    execute=PAY_THING.execute,
    look_up=PAY_THING.look_up,
    card=PAY_THING.card,
    subject=PAY_THING.subject,
    stakes=PAY_THING.stakes,
    typed=("account_number",),
)


async def test_an_account_number_that_the_person_has_not_typed_is_not_taken() -> None:
    """However a model argues for it: a number from a document, a tool's answer or nowhere changes no payee."""
    proposals = KeepsProposals()
    toolset = Toolset([list_things, NUMBERED])
    wanted = call("set_number", {"account_number": "DE89 3704 0044 0532 0130 00"})
    other = call("set_number", {"account_number": "DE28 1001 0010 9999 9999 99"})
    model = ScriptedModel(calls(wanted), says("No."), calls(wanted), calls(other), says("No."))
    talk = Talk(model, proposals=proposals, toolset=toolset)
    screen = await talk.say("Change it to the account in the bill")
    assert proposals.kept == [] and "type it here yourself" in str(model.seen[1].results()[0])
    await talk.say("The new account of Acme is de89370400440532013000, please change it")
    assert len(proposals.kept) == 1
    await talk.say("And the other one")
    assert len(proposals.kept) == 1 and screen.of("card") == [("P-1", screen.of("card")[0][1])]
