"""Moments as text that sorts: ISO 8601 in UTC, always with microseconds, the same on every database."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """The moment as it is stored; refuses one without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be stored")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(text: str) -> datetime:
    """The stored moment again, aware, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
