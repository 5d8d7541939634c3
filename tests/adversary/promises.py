"""What the judge holds the product to beyond the guarantees that hold always; an integrator states it in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promises:
    """Limits in minor units of euros; None or False where this version does not promise it yet."""

    second_person_above: int | None = None
    """Above this amount whoever confirms is not whoever proposed."""
    payees_verified: bool = False
    """No payment to a contact that somebody has only just entered."""
    confirmation_codes: bool = False
    """A click without the code that this person's own card carried decides nothing."""
