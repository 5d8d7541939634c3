"""Many runs on several processes, each block of them with a sandbox and a database of its own, and the figures."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from assistant.audit import AuditTrail
from assistant.stores.database import Database
from tests.support.database import PostgresForTests, make_tables
from tests.support.sandbox import run_sandbox
from tests.weather.company import Company
from tests.weather.house import Line
from tests.weather.judged import Violation
from tests.weather.others import OtherRun
from tests.weather.run import Outcome, Place, Run

Kind = Literal["sqlite", "postgres"]
Writes = Literal["payments", "others"]
RUNS: Mapping[Writes, Callable[[Place, int], Run | OtherRun]] = {"payments": Run, "others": OtherRun}
BLOCK = 100
"""Runs that share a sandbox and a database: short, so that neither grows slow."""


@dataclass
class Figures:
    """What some runs came to."""

    runs: int = 0
    violations: list[Violation] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    deaths: int = 0
    attempts: int = 0
    stories: dict[int, list[str]] = field(default_factory=dict)

    def add(self, seed: int, outcome: Outcome) -> None:
        """Count one run."""
        self.runs += 1
        self.violations += outcome.violations
        self.ends += outcome.ends
        self.kinds += outcome.kinds
        self.rules += outcome.rules
        self.deaths += outcome.deaths
        self.attempts += outcome.attempts
        if outcome.violations:
            self.stories[seed] = outcome.story

    def join(self, other: Figures) -> None:
        """Count those of another block."""
        self.runs += other.runs
        self.violations += other.violations
        self.ends += other.ends
        self.kinds += other.kinds
        self.rules += other.rules
        self.deaths += other.deaths
        self.attempts += other.attempts
        self.stories |= other.stories

    def lines(self, seconds: float, database: Kind) -> Iterator[str]:
        """The figures as plain lines."""
        by_kind = Counter(violation.kind for violation in self.violations)
        rate = self.runs / max(seconds, 0.001)
        yield f"weather runs {self.runs} ({database}) in {seconds:.0f} s, {rate:.1f} a second"
        yield f"weather faults ordered {sum(self.kinds.values())}: {_counted(self.kinds)}"
        yield f"weather processes that died {self.deaths}, sends {self.attempts}"
        yield f"weather proposals {sum(self.ends.values())}: {_counted(self.ends)}"
        yield f"weather rules: {_counted(self.rules)}"
        yield f"weather duplicates {by_kind['duplicate']}"
        yield f"weather lost {by_kind['lost']}"
        yield f"weather stuck {by_kind['stuck']}"
        others = by_kind - Counter({kind: by_kind[kind] for kind in ("duplicate", "lost", "stuck")})
        yield f"weather other violations {sum(others.values())}{': ' + _counted(others) if others else ''}"
        for violation in self.violations:
            yield f"weather seed {violation.seed}: {violation.kind}: {violation.what}"


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())


def quick_folder() -> Path:
    """A folder for databases, in memory where the machine has one: commits wait for no disk then."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="weather-", dir=memory if memory.is_dir() else None))


async def blown(
    url: str, first: int, count: int, *, spoil: Callable[[Line], None] | None = None, writes: Writes = "payments"
) -> Figures:
    """Runs of these seeds on one database, and at the end the whole audit trail checked.

    `spoil` takes a protection of the product away, to see that it is missed.
    """
    logging.disable(logging.CRITICAL)  # the pool reports every connection that closes under a process that dies
    figures, database = Figures(), Database(url)
    with run_sandbox("xero", limits=False) as provider:
        company = Company(provider.url)
        company.enter_bills(2 * count)
        place = await Place.open(company, database)
        for line in (*place.storm, place.calm):
            if spoil is not None:
                spoil(line)
        try:
            for seed in range(first, first + count):
                figures.add(seed, await _one(RUNS[writes](place, seed)))
            report = await AuditTrail(database).verify()
            if not report.ok:
                what = f"the trail does not verify at {report.first_bad}: {report.what}"
                figures.violations.append(Violation(first, "audit", f"seeds {first} to {first + count - 1}: {what}"))
        finally:
            place.close()
            company.close()
            await database.close()
    return figures


async def _one(run: Run | OtherRun) -> Outcome:
    try:
        return await run.outcome()
    except Exception as problem:  # noqa: BLE001 - one run that breaks is a finding, and the others go on
        told = "".join(traceback.format_exception(problem)[-3:])
        return Outcome([Violation(run.seed, "error", f"{problem!r}: {told}")], story=run.story)


def block(url: str, first: int, count: int, writes: Writes) -> Figures:
    """The same in a process of its own."""
    return asyncio.run(blown(url, first, count, writes=writes))


class Databases:
    """Gives each block a fresh database of the wanted kind."""

    def __init__(self, kind: Kind, folder: Path) -> None:
        self.folder, self._count = folder, 0
        self._server = None
        if kind == "postgres":
            (folder / "pg").mkdir(mode=0o755)
            self._server = PostgresForTests(folder / "pg")

    def fresh(self) -> str:
        """The address of a new one with our tables."""
        if self._server is not None:
            return asyncio.run(self._server.fresh())
        template = self.folder / "template.db"
        if not template.exists():
            asyncio.run(make_tables(f"sqlite:///{template}"))
        self._count += 1
        shutil.copy(template, self.folder / f"{self._count}.db")
        return f"sqlite:///{self.folder}/{self._count}.db"

    def stop(self) -> None:
        """Ends the server, if there is one."""
        if self._server is not None:
            self._server.stop()


@contextmanager
def databases(kind: Kind) -> Iterator[Databases]:
    """Fresh databases in memory, gone afterwards."""
    folder = quick_folder()
    folder.chmod(0o755)  # the embedded server may run as a user of its own
    given = Databases(kind, folder)
    try:
        yield given
    finally:
        given.stop()
        shutil.rmtree(folder, ignore_errors=True)


def soak(runs: int, *, workers: int, seed: int, kind: Kind, writes: Writes) -> tuple[Figures, float]:
    """That many runs from that seed on; the figures, and how long it took."""
    begun, figures, left = time.monotonic(), Figures(), list(range(seed, seed + runs, BLOCK))
    spawning = multiprocessing.get_context("spawn")
    with databases(kind) as given, ProcessPoolExecutor(workers, mp_context=spawning) as pool:
        running: set[Future[Figures]] = set()
        while left or running:
            while left and len(running) < workers:
                first = left.pop(0)
                running.add(pool.submit(block, given.fresh(), first, min(BLOCK, seed + runs - first), writes))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for each in done:
                found = each.result()
                figures.join(found)
                for violation in found.violations:  # now: a long soak that is cut off has still said what it found
                    tell(f"weather seed {violation.seed}: {violation.kind}: {violation.what}")
                tell(f"… {figures.runs} of {runs} runs, {len(figures.violations)} violations")
    return figures, time.monotonic() - begun


def tell(line: str) -> None:
    """How far a long run is, beside its figures."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
