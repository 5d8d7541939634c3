"""Every way of being hostile, one function each, gathered in `REGISTER` when `load` is called."""

from __future__ import annotations

from importlib import import_module

from tests.adversary.scene import REGISTER, Behaviour

FILES = (
    "direct",
    "forged",
    "deltas",
    "repeats",
    "malformed",
    "floods",
    "streams",
    "disguises",
    "strangers",
    "leaks",
    "servers",
    "random_moves",
    "documents",
    "letters",
)


def load() -> dict[str, Behaviour]:
    """All of them by name, in a stable order."""
    for name in FILES:
        import_module(f"{__name__}.{name}")
    return dict(sorted(REGISTER.items()))
