"""`python -m tests.bench`: start, memory and turn times of the product beside a bare Chainlit echo app.

The servers are measured in turns (product, echo, echo with storage, and again), so that a busy neighbour hurts all.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.report import report
from tests.bench.servers import Beside, Kind, beside, server
from tests.bench.turns import Figures, Load, measure

_STARTED: tuple[Kind, ...] = ("echo", "assistant", "echo with SQLite", "whole run")
_MEASURED: tuple[Kind, ...] = ("assistant", "echo with SQLite", "echo")


def main() -> int:
    """Run the bench and print its table; 1 when an answer was not an answer."""
    wishes = _wishes()
    load = Load(wishes.turns, wishes.chats, wishes.seconds, wishes.every)
    found: dict[Kind, Figures] = {kind: Figures() for kind in (*_MEASURED, "whole run")}
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder,
        beside(Path(folder) / "beside") as neighbours,
    ):
        for number in range(wishes.starts):
            for kind in _STARTED:
                _start(kind, Path(folder) / f"start-{number}-{kind.replace(' ', '-')}", neighbours, found)
        for number in range(wishes.rounds):
            for kind in _MEASURED:
                place = Path(folder) / f"round-{number}-{kind.replace(' ', '-')}"
                with server(kind, place, neighbours) as running:
                    _say(f"round {number + 1}: {kind}")
                    asyncio.run(measure(running, load, found[kind], neighbours))
                    found[kind].starts.append(running.seconds)
    _say(f"took {time.monotonic() - began:.0f} s: {wishes}")
    sys.stdout.write(report(found))
    return 1 if any(figures.wrong for figures in found.values()) else 0


def _start(kind: Kind, folder: Path, neighbours: Beside, found: dict[Kind, Figures]) -> None:
    with server(kind, folder, neighbours) as running:
        found[kind].starts.append(running.seconds)
    _say(f"start: {kind} {running.seconds:.1f} s")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _wishes() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--starts", type=int, default=3, help="starts of each program, besides the rounds'")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--turns", type=int, default=30, help="turns with one chat, in each round")
    parser.add_argument("--chats", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=15.0, help="how long all chats are busy, in each round")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two questions of a chat")
    parser.add_argument("--quick", action="store_true", help="a small run, to see that it works")
    wishes = parser.parse_args()
    if wishes.quick:
        wishes.starts, wishes.rounds, wishes.turns, wishes.chats, wishes.seconds = 1, 1, 10, 5, 5.0
    if wishes.chats < 2:
        parser.error("--chats must be at least 2")
    return wishes


if __name__ == "__main__":
    sys.exit(main())
