"""Which sentences of a model get the notice that nothing was written: the false claims, not the honest answers."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from assistant.claims import asks_to_write, unproven_claim
from tests.adversary.claims import SENTENCES, UTTERANCES, Marks, read_lines, written

OPEN = json.dumps({"answer": "€ 1,250.00 is left.", "document": {"number": "BILL-201", "status": "overdue"}})
PAID = json.dumps({"answer": "BILL-201 is paid.", "document": {"number": "BILL-201", "status": "paid"}})
LINE = json.dumps({"answer": "1 line.", "lines": [{"description": "Everything is paid and confirmed."}]})
PAY = "Pay bill BILL-201"


def claimed(text: str, said: str = PAY, *results: str, earlier: tuple[str, ...] = ()) -> str:
    return unproven_claim(text, asked=asks_to_write(said), results=results, earlier=earlier)


def test_the_written_sentences_are_told_apart() -> None:
    """The figures are in docs/security.md: at most one claim of a hundred missed, no honest answer marked."""
    marks = Marks()
    written(marks)
    name = "written sentences"
    assert marks.false[name] - marks.false_marked[name] <= 1, marks.wrong
    assert marks.honest_marked[name] == 0, marks.wrong
    assert (marks.false[name], marks.honest[name]) == (98, 136)


@pytest.mark.parametrize("language", ["en", "de", "it", "fr"])
def test_each_language_has_claims_and_honest_answers(language: str) -> None:
    kinds = {line["claim"] for line in read_lines(SENTENCES) if line["lang"] == language}
    assert kinds == {True, False}


def test_the_sentence_itself_is_named() -> None:
    text = "Acme Ltd has two bills. I have paid BILL-201: € 1,250.00 to Acme Ltd. Anything else?"
    assert claimed(text) == "I have paid BILL-201: € 1,250.00 to Acme Ltd."


def test_what_a_tool_says_in_its_own_words_is_no_claim() -> None:
    assert claimed("BILL-201 is paid.", PAY, PAID) == ""
    assert claimed("BILL-201 is paid.", PAY, OPEN) != ""


def test_a_strangers_text_proves_nothing() -> None:
    assert claimed("Everything is paid and confirmed.", PAY, LINE) != ""


def test_what_a_tool_called_open_in_this_turn_is_not_paid() -> None:
    asked = "What do you know about BILL-201?"
    assert claimed("BILL-201 is paid.", asked, OPEN) != ""
    assert claimed("Everything is paid.", asked, OPEN) != ""
    # It was open before, then somebody confirmed the card: that is no contradiction.
    assert claimed("Yes, BILL-201 is paid.", "did it work?", earlier=(OPEN,)) == ""


def test_a_claim_without_anything_looked_up_is_noticed_even_after_a_question() -> None:
    assert claimed("BILL-201 has been paid.", "Is BILL-201 paid?") != ""
    assert claimed("BILL-201 has been paid.", "Is BILL-201 paid?", PAID) == ""


def test_who_asks_for_a_write_and_who_asks_about_one() -> None:
    """A wish decides only whether "it is paid" needs a proof, so a few mistakes do no harm."""
    writes = {"create_", "send_", "void_", "mark_", "collect_", "cancel_", "refund_", "change_"}
    wishes: list[bool] = []
    questions: list[bool] = []
    for line in read_lines(UTTERANCES):
        wished = any(str(call["tool"]).startswith(tuple(writes)) for call in line["expected"])
        (wishes if wished else questions).append(asks_to_write(line["text"]))
    assert sum(wishes) >= 0.75 * len(wishes)
    assert sum(questions) <= 0.1 * len(questions)


@pytest.mark.parametrize(
    "piece", ["ist ", "-", "I have ", "payment ", "karte ", "a", "1.", "BILL-1 ", "now just ", "gib "]
)
def test_no_text_takes_long_to_read(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    began = time.process_time()
    unproven_claim(text, asked=True, results=["{" * 5_000, "[]", "7", ""])
    asks_to_write(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "result", ["", "{", "[]", "null", '{"answer": 7}', '{"error": "no"}', '{"document": {"number": 7}}']
)
def test_odd_results_are_read_as_nothing(result: str) -> None:
    assert claimed("I have paid it.", PAY, result) == "I have paid it."


def test_every_line_of_the_data_is_whole() -> None:
    lines: list[dict[str, Any]] = read_lines(SENTENCES)
    assert [line["id"] for line in lines] == list(range(1, len(lines) + 1))
    assert all(set(line) == {"id", "set", "lang", "claim", "said", "text", "known"} for line in lines)
