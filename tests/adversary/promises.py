"""What the judge holds the product to beyond the guarantees that hold always; an integrator states it in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promises:
    """Limits in minor units of euros; None or False where nothing is promised."""

    second_person_above: int | None = None
    """What one person prepares and confirms alone in a day is no more than this, all together."""
    step_up_above: int | None = None
    """Nothing larger is confirmed without a second factor."""
    person_in_a_day: int | None = None
    """What one person confirms in a day is no more than this."""
    removals_alone: int | None = None
    """What one person takes back alone in a day is no more than this, all together."""
    payees_verified: bool = False
    """No payment to a contact that somebody has only just entered."""
