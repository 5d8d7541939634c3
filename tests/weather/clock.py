"""The time of a run: the real one, moved forward for the product and the provider together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class MovedClock:
    """The real time plus what was advanced; `moved` is told each step, so that the provider's clock goes along."""

    def __init__(self, moved: Callable[[float], object], *, advanced: float = 0) -> None:
        self._moved, self._advanced = moved, timedelta(seconds=advanced)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._advanced

    def show(self, advanced: float) -> None:
        """Another process has moved the provider's clock: go along."""
        self._advanced = timedelta(seconds=advanced)

    def advance(self, seconds: float) -> None:
        """Later, here and at the provider. What is due at the provider by then has happened when this returns."""
        if seconds:
            self._advanced += timedelta(seconds=seconds)
            self._moved(seconds)
