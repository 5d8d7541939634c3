"""`python -m tests.soak`: every machine that attacks the product, at full length, with the figures of docs/security.md.

    --quick           a few minutes: shows that each machine works, not what the figures are
    --seed N          another seed, other runs
    --only WORD       only the parts whose name has this word

Each part is a command of its own and can be run alone; exit code 1 when any found something.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.stores.database import Database
from tests.support.database import make_tables
from tests.support.mutations import mutate_everything
from tests.support.tampering import tamper_with_everything


@dataclass(frozen=True, slots=True)
class Part:
    """One machine as a command after `python -m`, at full length and short."""

    name: str
    full: tuple[str, ...]
    quick: tuple[str, ...]


def _parts(seed: int) -> tuple[Part, ...]:
    at = ("--seed", str(seed))
    core, planted, whole = (("tests.adversary", machine) for machine in ("core", "planted", "whole"))
    weather, kills = ("tests.weather", "soak", *at), ("tests.weather", "kills")
    return (
        Part("honest people", ("tests.adversary", "benign"), ("tests.adversary", "benign")),
        Part("hostile core", (*core, "--episodes", "100000", *at), (*core, "--episodes", "200", *at)),
        Part("planted text", (*planted, "--texts", "0"), (*planted, "--texts", "60")),
        Part("hostile whole", (*whole, "--episodes", "2000", *at), (*whole, "--episodes", "30", *at)),
        Part("weather sqlite", (*weather, "--runs", "10000"), (*weather, "--runs", "60")),
        Part(
            "weather postgres",
            (*weather, "--runs", "10000", "--database", "postgres"),
            (*weather, "--runs", "40", "--database", "postgres"),
        ),
        Part(
            "weather of the other writes",
            (*weather, "--runs", "10000", "--writes", "others"),
            (*weather, "--runs", "60", "--writes", "others"),
        ),
        Part("kills sqlite", (*kills, "--double"), kills),
        Part("kills postgres", (*kills, "--double", "--database", "postgres"), (*kills, "--database", "postgres")),
        Part("mutations", ("tests.soak", "--mutations"), ("tests.soak", "--mutations", "--quick")),
        Part("tampering", ("tests.soak", "--tampering"), ("tests.soak", "--tampering", "--quick")),
        Part("protections", ("tests.protections",), ("tests.protections", "--only", "code")),
    )


def main() -> int:
    """Run them one after the other; 1 when any of them found something."""
    wishes = _wishes()
    if wishes.mutations:
        return asyncio.run(_with_tables(lambda database: _mutations(database, 40 if wishes.quick else 1)))
    if wishes.tampering:
        return asyncio.run(_with_tables(lambda database: _tampering(database, thorough=not wishes.quick)))
    found: list[str] = []
    for part in _parts(wishes.seed):
        if wishes.only not in part.name:
            continue
        began = time.monotonic()
        code = _run(part.quick if wishes.quick else part.full)
        ended = "nothing found" if code == 0 else f"FOUND (exit {code})"
        _say(f"== {part.name}: {ended}, {time.monotonic() - began:.0f} s")
        if code:
            found.append(part.name)
    _say(f"soak: {'nothing was found' if not found else 'found something in ' + ', '.join(found)}")
    return 1 if found else 0


def _run(command: Sequence[str]) -> int:
    _say(f"== python -m {' '.join(command)}")
    return subprocess.run([sys.executable, "-m", *command], check=False).returncode


async def _mutations(database: Database, share: int) -> int:
    counts = await mutate_everything(database, share=share)
    _say(*counts.lines())
    return 1 if counts.missed or counts.sent_as_it_was != 1 else 0


async def _tampering(database: Database, *, thorough: bool) -> int:
    counts = await tamper_with_everything(database, thorough=thorough)
    _say(*counts.lines())
    return 1 if counts.missed else 0


async def _with_tables(work: Callable[[Database], Awaitable[int]]) -> int:
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        url = f"sqlite:///{Path(folder) / 'soak.db'}"
        await make_tables(url)
        database = Database(url)
        try:
            return await work(database)
        finally:
            await database.close()


def _wishes() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--mutations", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--tampering", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
