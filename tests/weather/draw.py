"""What a seed draws: faults of the provider, moments of death, jumps of the clock."""

from __future__ import annotations

import random
from typing import Any

from tests.support.paying import CrashNow
from tests.weather import LATEST, STALEST

WRITE = "PUT /api.xro/2.0/Payments"
READS = ("GET /api.xro/2.0/Payments", "GET /api.xro/2.0/Invoices", "GET /api.xro/2.0/Organisation", "GET /api.xro")
TOKEN = "POST /connect/token"
JUMPS = (0, 0, 0, 1, 20, 20, 61, 130, 290, 370, 700)
"""Seconds: nothing, a sweep, over the lease, over the follow-up, before and over the end of the key, and settled."""

_ON_WRITE = (
    "drop_before", "drop_after", "drop_after", "error_500", "error_500_kept", "error_500_after", "unavailable",
    "rate_limit", "slow", "truncate", "nonsense", "unauthorized", "refuse", "duplicate", "late", "late", "expire_token",
)  # fmt: skip
_ON_READ = (
    "drop_before", "drop_after", "error_500", "unavailable", "rate_limit", "slow", "truncate", "nonsense",
    "unauthorized", "expire_token", "stale", "stale", "duplicate",
)  # fmt: skip
_ON_TOKEN = ("drop_before", "error_500", "unavailable")
_NOT_OFTEN = {"slow": 0.3}


def fault(dice: random.Random, *, write: str = WRITE) -> dict[str, Any]:
    """One fault, as the sandbox's control surface takes it; `write`: which request is the write."""
    where = dice.choice(("write", "write", "write", "read", "read", "token"))
    match where:
        case "write":
            match_, kind = write, dice.choice(_ON_WRITE)
        case "read":
            match_, kind = dice.choice(READS), dice.choice(_ON_READ)
        case _:
            match_, kind = TOKEN, dice.choice(_ON_TOKEN)
    if dice.random() > _NOT_OFTEN.get(kind, 1):
        kind = "drop_after"
    drawn: dict[str, Any] = {"match": match_, "kind": kind, "times": dice.choice((1, 1, 2, 4))}
    match kind:
        case "slow":
            drawn |= {"seconds": 0.5, "times": 1}
        case "late":
            drawn |= {"seconds": dice.choice((5, 30, 65, 150, LATEST))}
        case "duplicate" if dice.random() < 0.7:
            drawn |= {"seconds": dice.choice((1, 45, 200, LATEST))}
        case "stale":
            drawn |= {"seconds": dice.choice((30, 120, STALEST)), "times": -1}
        case "rate_limit":
            drawn |= {"retry_after": dice.choice((1, 2, 30))}
        case "refuse":
            drawn |= {"text": "Payments cannot be made at the moment"}
    return drawn


class Deaths:
    """Where one process dies: drawn at every point that it reaches, and once dead it gets no further."""

    def __init__(self, seed: str, likely: float) -> None:
        self._dice, self._likely = random.Random(seed), likely
        self.dead = False
        self.reached: list[str] = []

    def __call__(self, point: str) -> None:
        if not self.dead:
            self.reached.append(point)
            # There are many more commits than checkpoints on the way.
            self.dead = self._dice.random() < (self._likely / 3 if point.startswith("commit") else self._likely)
        if self.dead:
            raise CrashNow(point)
