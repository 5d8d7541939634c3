"""Who is told how far a first load of the ledger has come: whoever asked the question that waits for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

Progress = Callable[[str, int, int], Awaitable[None]]
"""Told while a kind is loaded whole: its name, how many of them are here, how many there are."""

load_told: ContextVar[Progress | None] = ContextVar("load_told", default=None)
"""Set around a tool call by whoever shows it."""
