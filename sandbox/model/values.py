"""What a wish holds: its slots, names as typed, and what was typed but leaves an amount or a day open."""

from datetime import date
from decimal import Decimal

Value = str | int | Decimal | date
Slots = dict[str, Value]
UNSURE_AMOUNT, UNSURE_DAY = "amount?", "date?"
"""Slots that hold what was typed for an amount or a day and cannot be used: it has to be asked about."""
DATES = frozenset({"date", "date_from", "date_to", "due_date", "due_from", "due_to"})


class Name(str):
    """A contact or a number as it shall be called, with what the person typed beside it."""

    typed: str
    weak: bool
    """Words that may be no name at all: only for tools that look the name up and say what they found."""

    def __new__(cls, full: str, typed: str, *, weak: bool = False) -> "Name":
        """`full` is the mended name, `typed` the person's own writing."""
        made = super().__new__(cls, full)
        made.typed, made.weak = typed, weak
        return made


def merged(slots: Slots, more: Slots) -> Slots:
    """The slots with what was said since; an amount or a day that is said now is no longer unsure."""
    both = {**slots, **more}
    if "amount" in more:
        both.pop(UNSURE_AMOUNT, None)
    if UNSURE_AMOUNT in more:
        both.pop("amount", None)
    if DATES & more.keys():
        both.pop(UNSURE_DAY, None)
    if UNSURE_DAY in more:
        both = {slot: value for slot, value in both.items() if slot not in DATES}
    return both
