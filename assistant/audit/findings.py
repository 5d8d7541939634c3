"""What was done to the audit trail, told from the first event that does not fit and from what stands around it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.audit.chain import event_hash, gives_its_hash
from assistant.stores.audit import StoredEvent

_FARTHEST = 10_000
"""How far beyond the rows that are there an event's own number is looked for."""


class Finding(StrEnum):
    """What was done to the trail."""

    EDITED = "edited"
    REWRITTEN = "rewritten"
    """Changed, and what follows made to fit."""
    REMOVED = "removed"
    REORDERED = "reordered"
    REPLAYED = "replayed"
    ADDED = "added"
    CUT_OFF = "cut off"
    HEAD = "head changed"


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong, from which event on, in words."""

    number: int
    finding: Finding
    what: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at some moment; noted outside the database it proves that nothing before it was cut off."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Link:
    """Of an event that follows: its number, the hash before it and its own, as stored."""

    seq: object
    previous: object
    hash: object


@dataclass(frozen=True, slots=True)
class Misfit:
    """The first event that does not fit, where it stands, and its surroundings."""

    event: StoredEvent
    number: int
    """The number that the event here should have."""
    previous: str
    """The hash that it should follow."""
    seen: Collection[bytes]
    """The hashes of all events before it, which are in order."""
    rest: Sequence[Link]
    head: Head | None
    signed: int
    """How many events have a hash that was exported."""

    @property
    def chained(self) -> bool:
        """Whether it follows the event before it."""
        return self.event.previous == self.previous


def explained(misfit: Misfit) -> Wrong:
    """What was done, as far as the rows themselves tell it."""
    seq, number = misfit.event.seq, misfit.number
    if type(seq) is not int or seq < 1:
        what = f"A row was added whose number ({_short(seq)}) no event has."
        wrong = Wrong(seq if type(seq) is int else number, Finding.ADDED, what)
    elif seq < number:
        wrong = Wrong(seq, Finding.REPLAYED, f"Event {seq} was replayed: there is a second row with its number.")
    elif seq > number:
        wrong = _gap(misfit, seq)
    elif gives_its_hash(misfit.event):
        wrong = _rewritten(misfit)
    else:
        wrong = _stranger(misfit)
    return wrong


def _gap(misfit: Misfit, seq: int) -> Wrong:
    number = misfit.number
    here = [Link(seq, misfit.event.previous, misfit.event.hash), *misfit.rest]
    moved = next((link.seq for link in here if link.previous == misfit.previous), None)
    if moved is not None:
        what = f"Event {number} was reordered: it is not in its place, but stands at number {_short(moved)}."
        return Wrong(number, Finding.REORDERED, what)
    gone = f"Event {number} was removed" if seq == number + 1 else f"The events {number} to {seq - 1} were removed"
    return Wrong(number, Finding.REMOVED, f"{gone}: the next one that is there has number {seq}.")


def _rewritten(misfit: Misfit) -> Wrong:
    """Its content gives its hash: it was written so by the house, or by somebody who made it fit."""
    number = misfit.number
    if misfit.chained:
        what = f"Event {number} was rewritten: it is not the event whose hash was exported with a checkpoint."
        return Wrong(number, Finding.REWRITTEN, what)
    follower = misfit.rest[0].previous if misfit.rest else misfit.head and misfit.head.hash
    before = number - 1
    if follower == misfit.event.hash and before > misfit.signed and before:
        what = (
            f"Event {before} was rewritten: event {number} follows another event {before} than the one that is there."
        )
        return Wrong(before, Finding.REWRITTEN, what)
    return Wrong(number, Finding.REWRITTEN, f"Event {number} was rewritten: it does not follow event {before}.")


def _stranger(misfit: Misfit) -> Wrong:
    """Its content does not give its hash under this number: perhaps it is another event, under that one's number."""
    number, event = misfit.number, misfit.event
    own = None if misfit.chained else _own_number(misfit)
    if own is None:
        return Wrong(number, Finding.EDITED, f"Event {number} was edited: its content does not give its hash.")
    copied = event.hash in {link.hash for link in misfit.rest} or bytes.fromhex(str(event.hash)) in misfit.seen
    if copied:
        what = f"Event {number} was replayed: the row is event {own}, copied again."
        return Wrong(number, Finding.REPLAYED, what)
    if any(link.previous == misfit.previous for link in misfit.rest):
        return Wrong(number, Finding.REORDERED, f"Event {number} was reordered: event {own} stands in its place.")
    return Wrong(number, Finding.REMOVED, f"Event {number} was removed: event {own} stands in its place.")


def _own_number(misfit: Misfit) -> int | None:
    """The number under which the row's content gives its hash."""
    try:
        event_hash(misfit.event)
    except (ValueError, TypeError):
        return None
    rows = misfit.number + len(misfit.rest)
    most = max(rows, min(misfit.head.seq if misfit.head else 0, rows + _FARTHEST), min(misfit.signed, rows + _FARTHEST))
    numbers = range(1, most + 1)
    return next((number for number in numbers if gives_its_hash(misfit.event, number=number)), None)


def _short(value: object) -> str:
    return ascii(value)[:40]
