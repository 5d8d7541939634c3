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
class Mutation:
    """`old` must stand in `file` exactly once; the machine is a command after `python -m`."""

    name: str
    file: str
    old: str
    new: str
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
        return self.code == 1 and any(word in self.said for word in ("violations: ", "FAILED ", " failed"))


def copied(folder: Path) -> Path:
    """The whole source in that folder, to be changed at will."""
    for name in ROOMS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "bench", "shots"))
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    return folder


def apply(mutation: Mutation, folder: Path) -> str:
    """Take the protection out there; the text of the file as it was. Raises ValueError when the source has moved on."""
    path = folder / mutation.file
    before = path.read_text(encoding="utf-8")
    if before.count(mutation.old) != 1:
        raise ValueError(f"{mutation.name}: {before.count(mutation.old)} places in {mutation.file}, expected one")
    path.write_text(before.replace(mutation.old, mutation.new), encoding="utf-8")
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
    before = apply(mutation, folder)
    try:
        code, said = attack(mutation.machine, folder)
    finally:
        (folder / mutation.file).write_text(before, encoding="utf-8")
    return Noticed(mutation, code, said)
