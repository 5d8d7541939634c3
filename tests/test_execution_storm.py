"""Execution in bad weather: seeded sequences of crashes, lost answers, late deliveries, clock jumps and rivals."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import pytest

from assistant.execution import CHECKPOINTS, Patience
from assistant.proposals import Proposal, State
from assistant.stores.database import Database
from tests.support.paying import ALEX, ANNA, PAUL, Core, CrashNow, draft

pytestmark = pytest.mark.anyio

RUNS = 40
DUE, PART = 98000, 10000
_ENDS = (State.SUCCEEDED, State.FAILED, State.BLOCKED)


class Weather:
    """One run: everything that goes wrong follows from the seed."""

    def __init__(self, core: Core, seed: int) -> None:
        self.dice, self.fair, self.seed = random.Random(seed), False, seed
        self.core, till = core, core.till
        till.due, till.before_send = DUE, self._late_before_its_repetition
        till.sends.clear()
        till.lost.clear()

    def checkpoint(self, name: str) -> None:
        """Dies one time in six."""
        assert name in CHECKPOINTS
        if not self.fair and self.dice.random() < 1 / 6:
            raise CrashNow(name)

    def answers(self) -> list[str]:
        kinds = ("ok", "ok", "lost_after", "lost_before", "cut", "refuse", "busy", "away")
        return [self.dice.choice(kinds) for _ in range(self.dice.randint(0, 4))]

    def _late_before_its_repetition(self) -> None:
        if not self.fair and self.dice.random() < 0.2:
            self.core.till.deliver_late(self.core.till.sending)

    async def _late_at_any_time(self) -> None:
        """A request that was lost on the way arrives after all, while its outcome is not known yet."""
        for key in list(self.core.till.lost):
            found = await self.core.proposals.get(key)
            if found and found.state in (State.UNKNOWN, State.EXECUTING) and self.dice.random() < 0.3:
                self.core.till.deliver_late(key)

    async def blow(self, made: list[Proposal]) -> None:
        """A handful of things that happen, some of them at once."""
        self.core.till.answers = self.answers()
        rivals = [self.core.again(checkpoint=self.checkpoint) for _ in range(2)]
        for _ in range(self.dice.randint(1, 6)):
            what = self.dice.choice(["execute", "sweep", "both", "wait", "mute"])
            self.core.till.mute = what == "mute"
            self.core.clock.advance(seconds=self.dice.choice([0, 1, 20, 61, 290, 400, 700]))
            await self._late_at_any_time()
            doing: list[Coroutine[Any, Any, object]] = []
            if what in ("execute", "both"):
                doing += [rival.executor.execute(each.id) for rival in rivals for each in made]
            if what in ("sweep", "both", "mute"):
                doing += [rival.executor.sweep() for rival in rivals]
            for ended in await asyncio.gather(*doing, return_exceptions=True):
                if isinstance(ended, BaseException):
                    assert isinstance(ended, CrashNow | BaseExceptionGroup), ended

    async def heal(self, made: list[Proposal]) -> list[Proposal]:
        """From now on all is well: the house sweeps every 20 seconds."""
        self.fair, self.core.till.answers, self.core.till.mute = True, [], False
        calm = self.core.again(checkpoint=self.checkpoint)
        for _ in range(60):
            self.core.clock.advance(seconds=20)
            await calm.executor.sweep()
            found = [await self.core.proposals.get(each.id) or each for each in made]
            if all(each.state in _ENDS for each in found):
                return found
        raise AssertionError(f"seed {self.seed}: stuck in {[each.state for each in found]}")


async def test_never_twice_never_lost_never_stuck(sqlite: Database) -> None:
    core = Core(sqlite, patience=Patience(next_in_line=0.01, stand_by=0.03))
    ends: Counter[State] = Counter()
    for seed in range(RUNS):
        weather = Weather(core, seed)
        # Two people ask for a part of the same bill: either payment makes the other card untrue.
        asked = [await core.propose(who, draft(due=DUE, minor=PART), conversation_id=who.id) for who in (PAUL, ALEX)]
        made = [await core.decide(each, ANNA) for each in asked]
        await weather.blow(made)
        for ended in await weather.heal(made):
            paid = core.till.times_paid(ended.id)
            ends[ended.state] += 1
            assert paid == (ended.state is State.SUCCEEDED), f"seed {seed}: {ended.state}, paid {paid} times"
            assert len({body for key, body in core.till.sends if key == ended.id}) <= 1
            tags = [row.tag for row in await core.audit.of(ended.id)]
            assert not paid or tags.index("decision:confirmed") < tags.index("execution:started")
        assert sum(core.till.times_paid(each.id) for each in made) <= 1, f"seed {seed}: one bill was paid twice"
        assert {key for key, _ in core.till.sends} <= {each.id for each in made}
    assert (await core.audit.verify()).ok
    assert ends[State.SUCCEEDED] > RUNS / 2, ends
