"""SIGKILL on the write path: a process that is killed at any point, and its successor too, leaves one payment."""

from __future__ import annotations

import pytest

from assistant.execution import CHECKPOINTS
from tests.weather.kills import Figures, every_kill
from tests.weather.soak import Kind

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_one_payment_remains_whoever_is_killed_where(kind: Kind) -> None:
    lost = await every_kill(kind, scenes=["drop_before"], twice=["before_send"])
    busy = await every_kill(kind, scenes=["rate_limit"], twice=[])
    assert lost.violations + busy.violations == []
    assert lost.kills > 50 and busy.kills > 25, "each point was really reached and died at"
    _every_point_was_died_at(lost, busy)


def _every_point_was_died_at(*figures: Figures) -> None:
    points = {point for each in figures for point in each.points}
    assert points == {*CHECKPOINTS, "commit", "committed", "under way"}
