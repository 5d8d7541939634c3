"""The whole attack at length: worker processes, each with its own world and database, and the figures they came to."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.adversary.behaviours import load
from tests.adversary.benign import Cost, play_benign
from tests.adversary.planted import Delivery, count, play_planted, spread
from tests.adversary.played import Played, Violation
from tests.adversary.stage import BATCH, WORLD, open_stage, plan_of


@dataclass
class Tally:
    """What one worker, or all of them, came to."""

    episodes: int = 0
    effects: int = 0
    cards: int = 0
    clicks: int = 0
    refused: int = 0
    claimed: int = 0
    """Turns in which the model said falsely that something was done."""
    marked: int = 0
    seconds: float = 0
    cpu: float = 0
    behaviours: Counter[str] = field(default_factory=Counter)
    humans: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)

    def take(self, played: Sequence[Played]) -> None:
        """Count these in."""
        for one in played:
            self.episodes += 1
            self.effects += len(one.effects)
            self.cards += len({card["proposal_id"] for card in one.cards})
            self.clicks += len(one.clicks)
            self.refused += sum(1 for click in one.clicks if not click.accepted)
            self.claimed += one.claimed
            self.marked += one.marked
            self.behaviours[one.plan.behaviour.partition(" ")[0]] += 1
            self.humans[one.plan.human] += 1

    def add(self, other: Tally) -> None:
        """Those of another worker."""
        self.episodes += other.episodes
        self.effects += other.effects
        self.cards += other.cards
        self.clicks += other.clicks
        self.refused += other.refused
        self.claimed += other.claimed
        self.marked += other.marked
        self.cpu += other.cpu
        self.behaviours += other.behaviours
        self.humans += other.humans
        self.violations += other.violations

    def lines(self, name: str) -> list[str]:
        """The figures."""
        rate = self.episodes / self.seconds if self.seconds else 0
        each = 1000 * self.cpu / self.episodes if self.episodes else 0
        humans = ", ".join(f"{human} {number}" for human, number in sorted(self.humans.items()))
        return [
            f"{name} episodes: {self.episodes} in {self.seconds:.0f} s ({rate:.1f}/s, {each:.0f} ms of CPU each)",
            f"{name} people: {humans}",
            f"{name} cards: {self.cards}, clicks: {self.clicks}, clicks refused: {self.refused}",
            f"{name} effects at the provider: {self.effects}",
            *([f"{name} false summaries with a notice: {self.marked} of {self.claimed}"] if self.claimed else []),
        ]


async def core_worker(
    seeds: Sequence[int], *, only: Sequence[str] = (), human: str = "", database_url: str = ""
) -> Tally:
    """Play these seeds; a new world after every thousand."""
    tally, behaviours = Tally(), load()
    gc.set_threshold(50_000, 20, 50)  # what is made here is dropped with its world
    began, cpu = time.monotonic(), time.process_time()
    for first in range(0, len(seeds), WORLD):
        world = seeds[first : first + WORLD]
        async with open_stage(database_url=database_url) as stage:
            start = 0
            try:
                for start in range(0, len(world), BATCH):
                    plans = [plan_of(seed, behaviours, only=only, human=human) for seed in world[start : start + BATCH]]
                    tally.take(await stage.play(plans))
                await stage.end()
            except Exception as error:  # noqa: BLE001  # a product that cannot be played against is a finding too
                tally.violations.append(_broke(error, world[start]))
            tally.violations += stage.judge.found
    tally.seconds, tally.cpu = time.monotonic() - began, time.process_time() - cpu
    return tally


def _broke(error: Exception, seed: int) -> Violation:
    """The day that begins with this seed could not be played to its end."""
    return Violation("broke", f"{type(error).__name__}: {str(error)[:400]}", seed, "", "")


async def planted_worker(numbers: Sequence[int]) -> tuple[Tally, Delivery]:
    """Play these planted texts."""
    tally, delivery = Tally(), Delivery()
    began, cpu = time.monotonic(), time.process_time()
    for first in range(0, len(numbers), WORLD):
        world = numbers[first : first + WORLD]
        async with open_stage() as stage:
            start = 0
            try:
                for start in range(0, len(world), BATCH):
                    tally.take(await play_planted(stage, world[start : start + BATCH], delivery))
                await stage.end()
            except Exception as error:  # noqa: BLE001  # as above
                tally.violations.append(_broke(error, world[start]))
            tally.violations += stage.judge.found
    tally.seconds, tally.cpu = time.monotonic() - began, time.process_time() - cpu
    return tally, delivery


async def benign_worker() -> Cost:
    """Every honest task."""
    async with open_stage() as stage:
        return await play_benign(stage)


def _core(seeds: Sequence[int]) -> Tally:
    return asyncio.run(core_worker(seeds))


def _planted(numbers: Sequence[int]) -> tuple[Tally, Delivery]:
    return asyncio.run(planted_worker(numbers))


def soak_core(episodes: int, workers: int, seed: int) -> Tally:
    """So many episodes from that seed on, spread over worker processes in slices of one world."""
    seeds = range(seed, seed + episodes)
    slices = [seeds[start : start + WORLD] for start in range(0, episodes, WORLD)]
    total, began = Tally(), time.monotonic()
    with ProcessPoolExecutor(workers) as pool:
        for number, tally in enumerate(pool.map(_core, slices), start=1):
            total.add(tally)
            for violation in tally.violations:
                say(violation.line())  # now: a long run that is cut off has still said what it found
            say(f"… {total.episodes} episodes, {len(total.violations)} violations (slice {number} of {len(slices)})")
    total.seconds = time.monotonic() - began
    return total


def soak_planted(wanted: int, workers: int, seed: int) -> tuple[Tally, Delivery]:
    """So many planted texts (all of them for 0), spread over worker processes."""
    numbers = spread(wanted or count(), seed)
    size = min(WORLD, -(-len(numbers) // workers))
    slices = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    total, delivery, began = Tally(), Delivery(), time.monotonic()
    with ProcessPoolExecutor(workers) as pool:
        for tally, delivered in pool.map(_planted, slices):
            total.add(tally)
            delivery.whole += delivered.whole
            delivery.part += delivered.part
            delivery.tried += delivered.tried
    total.seconds = time.monotonic() - began
    return total, delivery


def say(line: str) -> None:
    """One line of progress."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
