"""One turn of the conversation, with a model that is told what to do, honest or hostile."""

from __future__ import annotations

import pytest

from assistant.principal import Role
from assistant.turn import MAX_MESSAGE
from tests.support.conversation import Talk, person
from tests.support.model import EndlessModel, ScriptedModel, call, calls, says

pytestmark = pytest.mark.anyio


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


# what a model claims


async def test_a_claim_of_the_model_gets_a_notice_beneath_it_that_the_model_is_never_told() -> None:
    model = ScriptedModel(says("I have ", "paid B-1."), says("€ 10.00 is open."))
    talk = Talk(model)
    screen = await talk.say("Pay B-1")
    assert [name for name, _ in screen.shown] == ["answer", "remark"]
    (remark,) = screen.of("remark")
    assert "“I have paid B-1.”" in remark and "has paid, recorded and changed nothing" in remark
    await talk.say("What is open?")
    assert [name for name, _ in screen.shown] == ["answer", "remark", "answer"]
    told = "".join(str(message["content"]) for message in model.seen[-1].messages)
    assert "I have paid B-1." in told and "Not proven" not in told


async def test_the_notice_comes_in_the_language_of_the_conversation() -> None:
    screen = await Talk(ScriptedModel(says("Erledigt, die Zahlung ist gebucht.")), language="de").say("Zahle B-1")
    (remark,) = screen.of("remark")
    assert remark.startswith("**Nicht belegt.** „Erledigt, die Zahlung ist gebucht.“")


async def test_a_claim_beside_a_card_gets_the_notice_behind_the_card() -> None:
    screen = await Talk(ScriptedModel(calls(call("pay_thing", {"number": "B-1"}), text="I have paid it."))).say(
        "Pay B-1"
    )
    assert [name for name, _ in screen.shown] == ["answer", "tool", "card", "remark"]


async def test_a_claim_after_a_write_that_failed_gets_the_notice_whatever_was_asked() -> None:
    model = ScriptedModel(calls(call("pay_thing", {})), says("It is paid."))
    assert len((await Talk(model).say("B-1 now")).of("remark")) == 1


async def test_an_honest_answer_gets_no_notice() -> None:
    for asked, answer in (
        ("Is B-1 paid?", "B-1 was paid on 3 October 2026."),
        ("Pay B-1", "Nothing was paid: which account shall it be?"),
        ("What is open?", "€ 10.00 is open."),
    ):
        model = ScriptedModel(calls(call("list_things")), says(answer))
        assert (await Talk(model).say(asked)).of("remark") == []


async def test_a_long_claim_is_quoted_in_part() -> None:
    screen = await Talk(ScriptedModel(says("I have paid " + "very " * 200 + "much."))).say("Pay B-1")
    (remark,) = screen.of("remark")
    assert len(remark) < 500 and "…”" in remark


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
