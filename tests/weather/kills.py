"""SIGKILL at every point of the write path, enumerated: once, twice at the same, and at every one that comes after.

The points are the executor's checkpoints and the moments before and after each commit, from the proposal on. Which
there are is not listed but counted: a life that nobody ends writes them down, and so does each restarted one.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from assistant.audit import AuditTrail
from assistant.execution import CHECKPOINTS
from assistant.stores.database import Database
from tests.support.books import World
from tests.support.sandbox import run_sandbox
from tests.weather.child import PATIENCE, Job
from tests.weather.company import Bill, Company
from tests.weather.draw import WRITE
from tests.weather.house import House, Line, accounts_of
from tests.weather.judge import judge
from tests.weather.judged import Case, Violation, lives_on
from tests.weather.life import live
from tests.weather.soak import Kind, databases, tell

SCENES: dict[str, list[dict[str, Any]]] = {
    "ok": [],
    "drop_after": [{"match": WRITE, "kind": "drop_after"}],
    "drop_before": [{"match": WRITE, "kind": "drop_before"}],
    "late": [{"match": WRITE, "kind": "late", "seconds": 65}],
    "rate_limit": [{"match": WRITE, "kind": "rate_limit", "retry_after": 0}],
}
"""How the provider answers the first send."""


@dataclass
class Figures:
    """What the kills came to."""

    lives: int = 0
    kills: int = 0
    chains: int = 0
    """Payments during which somebody was killed, once or more often."""
    points: Counter[str] = field(default_factory=Counter)
    """At which kinds of points."""
    violations: list[str] = field(default_factory=list)

    def lines(self, kind: str) -> Iterator[str]:
        """The figures as plain lines."""
        yield f"weather kills {self.kills} in {self.chains} payments ({kind}), {self.lives} processes"
        yield f"weather kills at {', '.join(f'{name} {count}' for name, count in sorted(self.points.items()))}"
        missing = sorted(set(CHECKPOINTS) - set(self.points))
        yield f"weather checkpoints without a kill: {', '.join(missing) or 'none'}"
        yield f"weather violations after kills {len(self.violations)}"
        yield from (f"weather {violation}" for violation in self.violations)


class Killer:
    """Starts processes that die where they are told to, and judges what is left when one has lived to the end."""

    def __init__(self, company: Company, database: Database, line: Line, world: World, folder: Path) -> None:
        self._company, self._database, self._line, self._world, self._folder = company, database, line, world, folder
        self._names = itertools.count(1)
        self.figures = Figures()
        (folder / "world").write_bytes(TypeAdapter(World).dump_json(world))
        self._warm = subprocess.Popen(
            [sys.executable, "-m", "tests.weather.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def close(self) -> None:
        """Ends the warm process."""
        self._warm.communicate()

    async def chain(self, scene: str, kills: Sequence[int], *, under_way: float = 0) -> list[str]:
        """One payment: a process that is killed at that point, one that is killed at the next, and one that is not.

        Returns the points of the one that lived to the end: where the next one can be killed.
        """
        bill, before = self._company.next_bill(), len(self._company.effects())
        self._company.clear()
        for fault in SCENES[scene]:
            self._company.order(fault)
        reached: list[str] = []
        for kill in kills:
            reached = await self._life(scene, bill, kill, under_way)
        self._company.clear()
        rest = await self._heal(bill)
        self.figures.chains += 1
        await self._judge(f"{scene} {list(kills)}", scene, bill, before)
        return rest if any(kills) or under_way else reached

    async def _life(self, scene: str, bill: Bill, kill: int, under_way: float) -> list[str]:
        log = self._folder / f"log-{next(self._names)}"
        company, world = self._company, str(self._folder / "world")
        job = Job(
            company.url, company.tenant, self._database.url, world, str(log), bill.id, bill.number, kill, under_way
        )
        ended = await asyncio.to_thread(self._run, job)
        company.catch_up()
        reached = log.read_text().split()
        self.figures.lives += 1
        if ended == "killed":
            self.figures.kills += 1
            self.figures.points["under way" if under_way else reached[-1]] += 1
        elif ended != "done" or (kill and len(reached) >= kill):
            self.figures.violations.append(f"{scene}, point {kill}: the process {ended} at {reached[-1:]}")
        return reached

    def _run(self, job: Job) -> str:
        assert self._warm.stdin is not None
        assert self._warm.stdout is not None
        self._warm.stdin.write(f"{job.line()}\n")
        self._warm.stdin.flush()
        return self._warm.stdout.readline().strip()

    async def _heal(self, bill: Bill) -> list[str]:
        """A process that nobody kills; the points that it reached."""
        reached: list[str] = []
        house = House(
            self._database, self._line, self._world, self._company.clock, point=reached.append, patience=PATIENCE
        )
        await live(house, self._company, self._database, bill)
        self._company.clock.advance(600)
        return reached

    async def _judge(self, name: str, scene: str, bill: Bill, before: int) -> None:
        effects = self._company.payments(before)
        case = Case(0, [bill], effects, {bill.id: self._company.paid_on(bill)}, kinds={scene})
        lives = await lives_on(self._database, [bill])
        found = judge(case, lives)
        if len(effects) != 1:
            found.append(Violation(0, "lost" if not effects else "duplicate", f"{len(effects)} payments"))
        self.figures.violations += [f"{name}: {each.kind}: {each.what}" for each in found]


@asynccontextmanager
async def killer(kind: Kind) -> AsyncIterator[Killer]:
    """A company, a database and a warm process; at the end the whole audit trail is checked."""
    logging.disable(logging.CRITICAL)
    with databases(kind) as given, run_sandbox("xero", limits=False) as provider:
        url = await asyncio.to_thread(given.fresh)
        company, database = Company(provider.url), Database(url)
        line = Line(company, read_seconds=20)
        killing = Killer(company, database, line, await accounts_of(line), given.folder)
        try:
            yield killing
            report = await AuditTrail(database).verify()
            if not report.ok:
                killing.figures.violations.append(f"the trail does not verify at {report.first_bad}: {report.what}")
        finally:
            killing.close()
            line.close()
            company.close()
            await database.close()
            logging.disable(logging.NOTSET)


async def every_kill(
    kind: Kind,
    *,
    scenes: Sequence[str] = tuple(SCENES),
    twice: Collection[str] | None = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> Figures:
    """Each point once, and the request under way; then again at every point that the restarted process reaches.

    `twice`: after which points only a second one is killed; None: after each of them. `tell` hears how far it is.
    """
    async with killer(kind) as killing:
        for scene in scenes:
            points = await killing.chain(scene, [0])
            for kill, point in enumerate(points, start=1):
                after = await killing.chain(scene, [kill])
                if twice is None or point in twice:
                    for second in range(1, len(after) + 1):
                        await killing.chain(scene, [kill, second])
                done = killing.figures
                tell(f"… {scene}: point {kill} of {len(points)}, {done.kills} kills, {len(done.violations)} violations")
            await killing.chain(scene, [0], under_way=0.002)
        return killing.figures


def all_kills(kind: Kind, scenes: Sequence[str], *, double: bool) -> Figures:
    """The whole matrix, for the command line."""
    return asyncio.run(every_kill(kind, scenes=scenes, twice=None if double else (), tell=tell))
