"""Execution in bad weather: seeded sequences of crashes, lost answers, late deliveries, clock jumps and rivals."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import pytest

from assistant.execution import CHECKPOINTS
from assistant.proposals import Proposal, State
from assistant.stores.database import Database
from tests.support.paying import ANNA, Core, CrashNow

pytestmark = pytest.mark.anyio

RUNS = 40
_ENDS = (State.SUCCEEDED, State.FAILED, State.BLOCKED)


class Weather:
    """One run: everything that goes wrong follows from the seed."""

    def __init__(self, core: Core, seed: int) -> None:
        self.dice, self.fair, self.seed = random.Random(seed), False, seed
        self.core = core
        core.till.due, core.till.before_send = 98000, self._deliver_late

    def checkpoint(self, name: str) -> None:
        """Dies one time in six."""
        assert name in CHECKPOINTS
        if not self.fair and self.dice.random() < 1 / 6:
            raise CrashNow(name)

    def answers(self) -> list[str]:
        kinds = ("ok", "ok", "lost_after", "lost_before", "cut", "refuse")
        return [self.dice.choice(kinds) for _ in range(self.dice.randint(0, 4))]

    def _deliver_late(self) -> None:
        """A request that was lost on the way arrives after all, within the minute (once, as TCP would)."""
        key = self.core.till.sends[-1][0] if self.core.till.sends else ""
        known = self.core.till.remembered.get(key)
        recent = known is not None and (self.core.clock() - known).total_seconds() < 360
        if key and not self.fair and not recent and self.dice.random() < 0.2 and self.core.till.due >= 98000:
            self.core.till.remembered[key] = self.core.clock()
            self.core.till.paid.append((key, 98000))
            self.core.till.due = 0

    async def blow(self, made: Proposal) -> None:
        """A handful of things that happen, some of them at once."""
        self.core.till.answers = self.answers()
        rivals = [self.core.again(checkpoint=self.checkpoint) for _ in range(2)]
        for _ in range(self.dice.randint(1, 6)):
            what = self.dice.choice(["execute", "sweep", "both", "wait", "mute"])
            self.core.till.mute = what == "mute"
            self.core.clock.advance(seconds=self.dice.choice([0, 1, 20, 61, 290, 400, 700]))
            doing: list[Coroutine[Any, Any, object]] = []
            if what in ("execute", "both"):
                doing += [rival.executor.execute(made.id) for rival in rivals]
            if what in ("sweep", "both", "mute"):
                doing += [rival.executor.sweep() for rival in rivals]
            for ended in await asyncio.gather(*doing, return_exceptions=True):
                if isinstance(ended, BaseException):
                    assert isinstance(ended, CrashNow | BaseExceptionGroup), ended

    async def heal(self, made: Proposal) -> Proposal:
        """From now on all is well: the house sweeps every 20 seconds."""
        self.fair, self.core.till.answers, self.core.till.mute = True, [], False
        calm = self.core.again(checkpoint=self.checkpoint)
        for _ in range(60):
            self.core.clock.advance(seconds=20)
            await calm.executor.sweep()
            found = await self.core.proposals.get(made.id) or made
            if found.state in _ENDS:
                return found
        raise AssertionError(f"seed {self.seed}: stuck in {found.state}")


async def test_never_twice_never_lost_never_stuck(sqlite: Database) -> None:
    core = Core(sqlite)
    ends: Counter[State] = Counter()
    for seed in range(RUNS):
        weather = Weather(core, seed)
        made = await core.decide(await core.propose(), ANNA)
        await weather.blow(made)
        ended = await weather.heal(made)
        paid = core.till.times_paid(made.id)
        ends[ended.state] += 1
        assert paid == (1 if ended.state is State.SUCCEEDED else 0), f"seed {seed}: {ended.state}, paid {paid} times"
        assert {key for key, _ in core.till.sends} <= {made.id}
        assert len({body for _, body in core.till.sends}) <= 1
        tags = [row.tag for row in await core.audit.of(made.id)]
        assert not paid or tags.index("decision:confirmed") < tags.index("execution:started")
        core.till.sends.clear()
    assert (await core.audit.verify()).ok
    assert ends[State.SUCCEEDED] > RUNS / 2, ends
