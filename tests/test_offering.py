"""Which tools a model is told of: within a budget, by the person's words, never more than is permitted."""

import json
from typing import Any

import pytest

from assistant.offering import BUDGET, OFFER_TOOLS, Shelf, size
from tests.test_offline_model_documents import CASES
from tools.base import Effect, Toolset
from tools.catalogue import families, toolset
from tools.families import Family

EVERYTHING = toolset()
READS = toolset().only(Effect.READ)


def shelf(permitted: Toolset = EVERYTHING, *said: str, called: tuple[str, ...] = ()) -> Shelf:
    laid = Shelf(families(), permitted)
    laid.choose(said, called)
    return laid


def names(laid: Shelf) -> set[str]:
    return {one["function"]["name"] for one in laid.definitions()}


def test_what_every_conversation_is_told_is_a_third_of_the_budget_at_most() -> None:
    always = [tool for family in families() if family.always for tool in family.tools]
    assert sum(size(tool) for tool in always) < BUDGET / 2


@pytest.mark.parametrize("family", [family for family in families() if not family.always], ids=lambda each: each.name)
def test_each_family_fits_beside_it(family: Family) -> None:
    laid = shelf()
    assert laid.open(family.name) == family.tools
    assert {tool.name for tool in family.tools} <= names(laid)
    assert laid.characters() <= BUDGET


def test_no_order_of_wishes_is_too_much() -> None:
    laid = shelf()
    for family in [*families(), *reversed(families())]:
        laid.open(family.name)
        sent = json.dumps(laid.definitions(), ensure_ascii=False, separators=(",", ":"))
        assert len(sent) <= BUDGET + 100


def test_every_tool_is_in_exactly_one_family() -> None:
    listed = [tool.name for family in families() for tool in family.tools]
    assert len(listed) == len(set(listed)) and set(listed) == {tool.name for tool in EVERYTHING}


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_the_persons_words_bring_out_what_they_ask_for(text: str, expected: tuple[str, dict[str, Any]]) -> None:
    assert expected[0] in names(shelf(EVERYTHING, text)), text


def test_a_question_of_every_day_brings_out_nothing_more() -> None:
    assert names(shelf(EVERYTHING, "What is overdue?")) == names(shelf(EVERYTHING))
    assert OFFER_TOOLS in names(shelf(EVERYTHING))


def test_what_is_not_permitted_is_neither_offered_nor_named() -> None:
    laid = shelf(READS, "Approve invoice INV-1 and change the IBAN of Acme", called=("create_invoice",))
    told = json.dumps(laid.definitions())
    for tool in EVERYTHING:
        assert (tool.name in told) is (READS.get(tool.name) is not None), tool.name
    assert laid.put_out('{"group": "documents"}')[0] is False


def test_what_was_called_before_stays_within_reach() -> None:
    assert "remove_payment" in names(shelf(EVERYTHING, "and the second one", called=("remove_payment",)))
    assert "remove_payment" not in names(shelf(EVERYTHING, "and the second one"))


def test_the_model_can_ask_for_a_family_and_gets_it_for_the_next_step() -> None:
    laid = shelf()
    assert "create_invoice" not in names(laid)
    ok, result = laid.put_out('{"group": "documents"}')
    assert ok and "create_invoice" in result["answer"] and "create_invoice" in names(laid)
    for nonsense in ("", "[]", "null", '{"group": 5}', '{"group": "no such"}', "not json", '{"group": "every_day"} x'):
        ok, result = laid.put_out(nonsense)
        assert not ok and result["error"]["kind"] == "retry"


def test_accents_and_case_do_not_matter_and_the_middle_of_a_word_does_not_count() -> None:
    family = Family("x", "", (), hints="losch new_account")
    assert family.hinted(["LÖSCHE das"]) == 5 and family.hinted(["a new  account"]) == 11
    assert family.hinted(["verlöscht", "renew account"]) == 0
