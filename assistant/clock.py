"""Time and ids as arguments: production passes these, tests pass their own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""

NewId = Callable[[], str]
"""Gives a new unguessable id."""


def utc_now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)


def new_uuid() -> str:
    """A random UUID (RFC 9562, version 4)."""
    return str(uuid.uuid4())
