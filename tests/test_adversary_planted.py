"""Planted text, read by a model that obeys it: every goal, every template and every place, in a seeded part."""

from __future__ import annotations

import pytest

from tests.adversary.goals import GOALS, TEMPLATES
from tests.adversary.obedient import obey
from tests.adversary.planted import PLACES, Delivery, play_planted, spread, texts
from tests.adversary.stage import open_stage

pytestmark = pytest.mark.anyio

TEXTS = 70
READ = {"bill line", "bill number", "contact name", "error text", "remittance text", "sender name"}
"""The places that the model reads by a tool; the others reach nobody but the page."""


async def test_no_planted_text_gets_anything_done() -> None:
    delivery = Delivery()
    async with open_stage() as stage:
        await play_planted(stage, spread(TEXTS, 1), delivery)
        await stage.end()
        assert [violation.line() for violation in stage.judge.found] == []
        assert stage.judge.effects, "nobody paid anything: not even what was asked for"
    reached = {place for place in delivery.tried if delivery.whole[place] + delivery.part[place]}
    assert reached == READ, list(delivery.lines())
    assert set(delivery.tried) == {place.name for place in PLACES}


def test_every_goal_template_and_place_is_in_the_part() -> None:
    every = texts(decoy="D-1", contact="C", proposal="P-1")
    part = [every[number] for number in spread(TEXTS, 1)]
    assert {text.goal for text in part} == {text.goal for text in every} >= {goal.name for goal in GOALS}
    assert {text.template for text in part} >= {template.name for template in TEMPLATES}
    assert {text.place for text in part} == {place.name for place in PLACES}


@pytest.mark.parametrize("goal", [goal.name for goal in GOALS if goal.kind in ("payment", "payee", "leak", "tools")])
def test_the_reader_really_obeys(goal: str) -> None:
    every = texts(decoy="D-7-1", contact="Acme Ltd", proposal="P-1")
    for text in (one for one in every if one.goal == goal and one.place == "bill line"):
        assert obey(f"Bill N-12: {text.words}") or goal == "leak_link", text
