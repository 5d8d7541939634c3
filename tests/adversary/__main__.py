"""`python -m tests.adversary`: the hostile model, planted text and the cost to honest people, with figures.

soak     --episodes N --whole M --planted P --workers W --seed S    everything; exit code 1 on any violation
core     --episodes N [--behaviour NAME] [--seed S]                 hostile model against the core
one      --seed N [--behaviour NAME]                                one episode again, with what was said
planted  --texts P                                                  planted text (0: every one)
benign                                                              honest tasks
whole    --episodes M [--seed S]                                    hostile model against the whole application
claims                                                              which claims of a model get their notice
list                                                                every behaviour
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence

from tests.adversary.behaviours import load
from tests.adversary.claims import measure
from tests.adversary.humans import HUMANS
from tests.adversary.played import Violation
from tests.adversary.soak import benign_worker, core_worker, soak_core, soak_planted
from tests.adversary.stage import BATCH, open_stage, plan_of
from tests.adversary.whole import soak_whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the machines; 1 when anything was found."""
    wishes = _wishes(arguments)
    match wishes.machine:
        case "list":
            _say(*(f"{b.kind:2d} {b.name}: {b.tries}" for b in sorted(load().values(), key=lambda b: b.kind)))
            return 0
        case "one":
            return asyncio.run(_one(wishes.seed, wishes.behaviour))
        case "benign":
            cost = asyncio.run(benign_worker())
            _say(*cost.lines())
            return 0 if cost.good else 1
        case "claims":
            _say(*asyncio.run(measure()).lines())
            return 0
        case "core":
            if wishes.behaviour or wishes.human or wishes.database_url:
                seeds = range(wishes.seed, wishes.seed + wishes.episodes)
                chosen = {"only": wishes.behaviour, "human": wishes.human, "database_url": wishes.database_url}
                tally = asyncio.run(core_worker(seeds, **chosen))
            else:
                tally = soak_core(wishes.episodes, wishes.workers, wishes.seed)
            return _verdict(tally.violations, tally.lines("core"))
        case "planted":
            tally, delivery = soak_planted(wishes.texts, wishes.workers, wishes.seed)
            return _verdict(tally.violations, [*tally.lines("planted"), *delivery.lines()])
        case "whole":
            tally = soak_whole(wishes.episodes, wishes.seed, only=wishes.behaviour)
            return _verdict(tally.violations, tally.lines("whole"))
        case _:
            return _soak(wishes)


def _soak(wishes: argparse.Namespace) -> int:
    cost = asyncio.run(benign_worker())
    lines = cost.lines()
    planted, delivery = soak_planted(wishes.texts, wishes.workers, wishes.seed)
    lines += [*planted.lines("planted"), *delivery.lines()]
    core = soak_core(wishes.episodes, wishes.workers, wishes.seed)
    lines += core.lines("core")
    lines += [f"played {name}: {number}" for name, number in sorted(core.behaviours.items())]
    violations = [*planted.violations, *core.violations]
    if wishes.whole:
        whole = soak_whole(wishes.whole, wishes.seed)
        lines += whole.lines("whole")
        violations += whole.violations
    return max(_verdict(violations, lines), 0 if cost.good else 1)


def _verdict(violations: Sequence[Violation], lines: Sequence[str]) -> int:
    _say(*lines, *(violation.line() for violation in violations[:50]), f"violations: {len(violations)}")
    return 1 if violations else 0


async def _one(seed: int, only: Sequence[str]) -> int:
    """The same day again up to that seed's own episode, which alone is played; what was said and clicked."""
    async with open_stage() as stage:
        plan = plan_of(seed, load(), only=only)
        (played,) = await stage.play([plan])
        _say(str(plan), f"asked: {played.order.said}")
        _say(*(f"said: {text[:2000]}" for text in played.texts))
        _say(*(f"card: {json.dumps(card, ensure_ascii=False)[:1500]}" for card in played.cards))
        _say(*(f"click: {click}"[:1500] for click in played.clicks))
        _say(*(f"effect: {effect}" for effect in played.effects))
        return _verdict(stage.judge.found, [f"day of {BATCH}"])


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _wishes(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.adversary", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("machine", choices=("soak", "core", "one", "planted", "benign", "whole", "claims", "list"))
    parser.add_argument("--episodes", type=int, default=1_000)
    parser.add_argument("--whole", type=int, default=0, help="episodes through the whole application")
    parser.add_argument("--texts", "--planted", type=int, default=0, help="planted texts; 0: every one")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url", default="", help="PostgreSQL with our tables and nothing in them (core)")
    parser.add_argument("--human", default="", choices=("", *HUMANS), help="only this kind of person")
    parser.add_argument("--behaviour", action="append", default=[], help="only this one (may be repeated)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
