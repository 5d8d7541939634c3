"""A turn that goes wrong: the model breaks, the person stops it, we have a fault; and what is left of it afterwards."""

from __future__ import annotations

import asyncio
import json

import pytest

from assistant.history import REMARK, from_steps, step_metadata
from assistant.model import CallRequest, Finish
from assistant.model_errors import ModelError, ModelProblem
from tests.support.conversation import WITH_A_FAULT, KeepsProposals, Talk
from tests.support.model import Breaks, Hangs, Says, ScriptedModel, call, calls, says

pytestmark = pytest.mark.anyio


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
    await talk.screen.started.wait()
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
    await talk.screen.started.wait()
    await asyncio.sleep(0.02)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert len(proposals.kept) == 1
    assert [label for label, _ in talk.screen.of("card")] == ["P-1"]
    assert "waits for a decision" in talk.screen.words
    await talk.say("Is it there?")
    model.finished()


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


async def test_a_remark_of_code_on_the_models_words_is_not_told_to_the_model_after_a_restart() -> None:
    for metadata in ({REMARK: True}, json.dumps({REMARK: True})):
        steps: list[dict[str, object]] = [
            {"type": "user_message", "output": "Pay B-1"},
            {"type": "assistant_message", "output": "I have paid it."},
            {"type": "assistant_message", "output": "Not proven: …", "metadata": metadata},
            {"type": "assistant_message", "output": "P-1 waits.", "metadata": {}},
        ]
        contents = [message["content"] for message in from_steps(steps).messages()]
        assert contents == ["Pay B-1", "I have paid it.", "P-1 waits."]


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
