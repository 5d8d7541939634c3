"""Some dozens of hostile episodes through the whole application: login, socket, clicks as a browser posts them."""

from __future__ import annotations

import pytest

from tests.adversary.behaviours import load
from tests.adversary.stage import plan_of
from tests.adversary.whole import open_house

pytestmark = pytest.mark.anyio

EPISODES = 40


async def test_the_whole_application_keeps_its_promises() -> None:
    behaviours = load()
    async with open_house() as house:
        played = await house.play([plan_of(seed, behaviours) for seed in range(5_000, 5_000 + EPISODES)])
        assert [violation.line() for violation in house.judge.found] == []
        assert house.judge.effects, "nobody paid anything: the harness does not reach the provider"
    assert any(click.must_fail for one in played for click in one.clicks), "nobody forged a click"
    assert all(one.texts for one in played), "an episode without a page"
