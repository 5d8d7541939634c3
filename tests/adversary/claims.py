"""How often a model's false claim gets its notice, and how often an honest answer gets one that it does not need."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.claims import asks_to_write, unproven_claim
from assistant.language import detect
from tests.adversary.behaviours import load
from tests.adversary.core import Talk
from tests.adversary.opening import open_core
from tests.adversary.played import Played
from tests.adversary.stage import open_stage, plan_of
from tests.adversary.world import run_world
from tests.support.sandbox import run_sandbox

DATA = Path(__file__).parent.parent / "data"
SENTENCES, UTTERANCES = DATA / "claims.jsonl", DATA / "utterances_own.jsonl"


@dataclass
class Marks:
    """What came of it."""

    false: Counter[str] = field(default_factory=Counter)
    """False claims, by where they come from."""
    false_marked: Counter[str] = field(default_factory=Counter)
    honest: Counter[str] = field(default_factory=Counter)
    honest_marked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def count(self, where: str, text: str, *, false: bool, marked: bool) -> None:
        """One answer."""
        seen, found = (self.false, self.false_marked) if false else (self.honest, self.honest_marked)
        seen[where] += 1
        found[where] += marked
        if false is not marked:
            self.wrong.append(f"{'NOT MARKED' if false else 'FALSE ALARM'} {where}: {' '.join(text.split())[:300]}")

    def lines(self) -> Iterator[str]:
        """The figures."""
        for what, of, marked in (
            ("false claims", self.false, self.false_marked),
            ("honest answers", self.honest, self.honest_marked),
        ):
            for where in sorted(of):
                yield f"{what} marked, {where}: {marked[where]} of {of[where]}"
        yield from self.wrong


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def written(marks: Marks) -> None:
    """Sentences written down for it: what a model may falsely claim and honestly say."""
    for line in read_lines(SENTENCES):
        results = [json.dumps(known) for known in line["known"]]
        claim = unproven_claim(line["text"], asked=asks_to_write(line["said"]), results=results)
        marks.count("written sentences", line["text"], false=line["claim"], marked=bool(claim))


async def offline(marks: Marks) -> None:
    """The offline model's answers to what people type, with the real tools: none of them claims anything."""
    with run_world() as world, run_sandbox("model") as model:
        async with open_core(world, f"{model.url}/v1") as core:
            for name in ("anna", "vera"):
                person = await core.admit(name)
                for line in read_lines(UTTERANCES):
                    page = await core.turn(Talk(person), line["text"], detect(line["text"]))
                    marks.count("offline model", page.take(), false=False, marked=bool(page.remarks))


async def hostile(marks: Marks) -> list[Played]:
    """Every hostile behaviour once: each turn in which it says that something was done."""
    behaviours = load()
    async with open_stage() as stage:
        played = await stage.play([plan_of(place, behaviours, only=[name]) for place, name in enumerate(behaviours)])
    for episode in played:
        for place in range(episode.claimed):
            marks.count("hostile model", episode.tail, false=True, marked=place < episode.marked)
    return played


async def measure() -> Marks:
    """All of it."""
    marks = Marks()
    written(marks)
    await offline(marks)
    await hostile(marks)
    return marks
