"""`python -m tests.weather soak --runs 10000 --workers 2 --seed 1 --database sqlite`: exit code 1 on any violation."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.weather.kills import SCENES, all_kills
from tests.weather.kills import Figures as Kills
from tests.weather.soak import RUNS, soak


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 0 when nothing was violated."""
    chosen = _parser().parse_args(arguments)
    if chosen.what == "kills":
        return _told_kills(all_kills(chosen.database, chosen.scenes, double=chosen.double), chosen.database)
    figures, seconds = soak(
        chosen.runs, workers=chosen.workers, seed=chosen.seed, kind=chosen.database, writes=chosen.writes
    )
    for line in figures.lines(seconds, chosen.database):
        _say(line)
    for seed, story in figures.stories.items():
        _say(f"weather story of seed {seed}:")
        for line in story:
            _say(f"    {line}")
    return 1 if figures.violations else 0


def _told_kills(figures: Kills, kind: str) -> int:
    for line in figures.lines(kind):
        _say(line)
    return 1 if figures.violations else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.weather", description=__doc__)
    parts = parser.add_subparsers(dest="what", required=True)
    many = parts.add_parser("soak", help="many seeded runs; --seed N --runs 1 repeats one and tells its story")
    many.add_argument("--runs", type=int, default=1000)
    many.add_argument("--workers", type=int, default=2)
    many.add_argument("--seed", type=int, default=1, help="of the first run; the others follow")
    many.add_argument("--writes", choices=tuple(RUNS), default="payments", help="payments, or all the other writes")
    kills = parts.add_parser("kills", help="SIGKILL at every point of the write path, once or twice in a row")
    kills.add_argument("--double", action="store_true", help="and again at every point that the restarted one reaches")
    kills.add_argument("--scenes", nargs="+", choices=tuple(SCENES), default=tuple(SCENES), metavar="SCENE")
    for part in (many, kills):
        part.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    return parser


if __name__ == "__main__":
    sys.exit(main())
