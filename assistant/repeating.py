"""Whether a write may be sent again while its outcome is unknown: by the key, or once nothing is under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.stores.moments import from_text
from assistant.stores.proposals import MOST_ATTEMPTS, AttemptOutcome, AttemptRow


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds."""

    lease: float = 60
    """An attempt that has not ended by then is taken for dead."""
    send: float = 45
    """The provider's answer to a write; shorter than the lease, so that a live process ends its own attempt."""
    read: float = 30
    """The provider's answers to reading again."""
    follow_up: float = 120
    """A confirmation is tried again for so long while the provider cannot be read."""
    confirmation: float = 3600
    """A confirmation that nothing came of for so long is not executed any more."""
    key: float = 300
    """Inside this time after the first send the same key cannot pay twice (Xero: 6 minutes, less a margin)."""
    settled: float = 600
    """After this time a request cannot still be under way."""
    look_again: float = 20
    hold: float = 45
    """How long a document is kept for a proposal that is being checked; longer than `read`."""
    next_in_line: float = 1
    """After that a proposal that waits for another one on the same document tries again."""
    stand_by: float = 120
    """So long a confirmed proposal is tried again by who began it; after that only the sweep does."""

    @classmethod
    def of_lease(cls, seconds: float) -> Patience:
        """The usual one with another lease: a live process ends its own attempt before that is over."""
        return cls(lease=seconds, send=seconds * 0.75)


def uncertain(attempts: Sequence[AttemptRow]) -> list[AttemptRow]:
    """The sends that may have been done, or may still be."""
    return [each for each in attempts if each.outcome != AttemptOutcome.FAILED]


def settled(attempts: Sequence[AttemptRow], patience: Patience, now: datetime) -> bool:
    """Whether none of these sends can still be under way: looked up after that, what is not there was not done."""
    return all(_age(each, now) > timedelta(seconds=patience.settled) for each in attempts)


def by_key(attempts: Sequence[AttemptRow], patience: Patience, now: datetime) -> bool:
    """Whether the key protects a repetition now, and it is time for one.

    The provider answers a repetition from memory, errors too (Xero: for 6 minutes), so each waits twice as long as
    the one before: there must be attempts left for when the error is forgotten. After a refusal none is made.
    """
    last = attempts[-1]
    wait = timedelta(seconds=patience.look_again * 2 ** (len(attempts) - 1) if len(attempts) > 1 else 0)
    return (
        last.outcome != AttemptOutcome.FAILED
        and len(attempts) < MOST_ATTEMPTS
        and _age(last, now) >= wait
        and _age(attempts[0], now) < timedelta(seconds=patience.key)
    )


def _age(attempt: AttemptRow, now: datetime) -> timedelta:
    return now - from_text(attempt.started_at)
