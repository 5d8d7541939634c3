"""One protection taken out: which lines say something else, and which machine must notice it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("assistant", "tools", "prompts", "sandbox", "tests", "public", ".chainlit")
FILES = ("pyproject.toml", "chainlit.md", "README.md")
SECONDS = 600


@dataclass(frozen=True, slots=True)
class Edit:
    """`old` must stand in `file` exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """A protection taken out. Where two layers hold the same thing, the edits take out both: a machine can only notice
    what nothing holds any more. The machine is a command after `python -m`."""

    name: str
    edits: tuple[Edit, ...]
    machine: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the machine said of the source with that protection taken out."""

    mutation: Mutation
    code: int
    said: str

    @property
    def caught(self) -> bool:
        """Red because something was found: a machine that could not run has noticed nothing."""
        return self.code == 1 and any(word in self.said for word in ("violations: ", "story of seed", "FAILED tests/"))


def copied(folder: Path) -> Path:
    """The whole source in that folder, to be changed at will."""
    for name in ROOMS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "bench", "shots"))
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    return folder


def apply(edit: Edit, folder: Path) -> str:
    """Make one edit there; the text of the file as it was. Raises ValueError when the source has moved on."""
    path = folder / edit.file
    before = path.read_text(encoding="utf-8")
    if before.count(edit.old) != 1:
        raise ValueError(f"{edit.file}: {before.count(edit.old)} places read {edit.old!r}, expected one")
    path.write_text(before.replace(edit.old, edit.new), encoding="utf-8")
    return before


def attack(machine: Sequence[str], folder: Path) -> tuple[int, str]:
    """Run the machine on that copy of the source; its exit code and what it said."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", *machine],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return 124, f"no end within {SECONDS} s: {late.stdout!r}"
    return done.returncode, done.stdout + done.stderr


def notices(mutation: Mutation, folder: Path) -> Noticed:
    """Take the protection out, attack, and put it back."""
    before = {edit.file: (folder / edit.file).read_text(encoding="utf-8") for edit in mutation.edits}
    try:
        for edit in mutation.edits:
            apply(edit, folder)
        code, said = attack(mutation.machine, folder)
    finally:
        for name, text in before.items():
            (folder / name).write_text(text, encoding="utf-8")
    return Noticed(mutation, code, said)
