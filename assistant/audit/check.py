"""Whether the audit trail is what was written: the chain, its head, and what signed checkpoints say from outside.

The chain alone shows every change by somebody who does not make everything after it fit. Against somebody who can
write to the database and does, the checkpoints speak: nothing that one of them covers can be changed or cut off. What
was recorded after the last checkpoint is covered by the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from assistant.audit.chain import gives_its_hash
from assistant.audit.findings import Finding, Head, Link, Misfit, Wrong, explained
from assistant.audit.folder import Evidence
from assistant.audit.tree import Tree
from assistant.stores import audit as store
from assistant.stores.audit import GENESIS, StoredEvent
from assistant.stores.database import Work
from assistant.stores.moments import to_text


@dataclass(frozen=True, slots=True)
class Report:
    """What a check of the whole trail found; `first_bad` is the number of the first event that does not fit."""

    ok: bool
    events: int
    """How many events are in order, from the first on."""
    head: Head
    first_bad: int | None = None
    what: str = ""
    finding: Finding | None = None
    signed: int = 0
    """How many of them signed checkpoints cover."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A report, and the hashes of the events that are in order."""

    report: Report
    hashes: tuple[bytes, ...]


class _Walk:
    """Takes event after event as long as each follows the one before it and is what was signed."""

    def __init__(self, evidence: Evidence, known: Head | None) -> None:
        self.evidence, self.known = evidence, known
        self.previous, self.hashes = GENESIS, list[bytes]()
        self._tree, self._agreed = Tree(), 0
        self.wrong: Wrong | None = None
        """What a checkpoint or a noted head said against an event that fits otherwise."""

    def takes(self, event: StoredEvent) -> bool:
        """Whether the event is the next one; then it is counted."""
        number, hashes = len(self.hashes) + 1, self.evidence.hashes
        if type(event.seq) is not int or (event.seq, event.previous) != (number, self.previous):
            return False
        if not gives_its_hash(event) or (number <= len(hashes) and event.hash != hashes[number - 1]):
            return False
        hash_ = str(event.hash)
        self._tree.append(bytes.fromhex(hash_))
        self.wrong = self._against(number, hash_)
        if self.wrong is None:
            self.hashes.append(bytes.fromhex(hash_))
            self.previous = hash_
        return self.wrong is None

    def _against(self, number: int, hash_: str) -> Wrong | None:
        if self.known and number == self.known.seq and hash_ != self.known.hash:
            return Wrong(number, Finding.REWRITTEN, f"Event {number} was rewritten: it is not that of the noted head.")
        for checkpoint in self.evidence.at(number):
            if checkpoint.root != self._tree.root():
                first = self._agreed + 1
                some = f"Event {first}" if first == number else f"One of the events {first} to {number}"
                what = f"{some} was rewritten: the checkpoint of {to_text(checkpoint.at)} signed another."
                return Wrong(first, Finding.REWRITTEN, what)
            self._agreed = number
        return None

    def misfit(self, event: StoredEvent, rest: Sequence[Link], head: Head | None) -> Misfit:
        """The event that was not taken, with what stands around it."""
        return Misfit(
            event, len(self.hashes) + 1, self.previous, set(self.hashes), rest, head, len(self.evidence.hashes)
        )


async def examine(work: Work, *, evidence: Evidence | None = None, known: Head | None = None) -> Examined:
    """Check every event against the chain, the stored head, the checkpoints, and a head noted earlier.

    Everything is read as of one moment when `stores.audit.hold_still` was called first. Whatever the rows hold, it is
    reported and not raised.
    """
    walk, wrong = _Walk(evidence or Evidence(), known), None
    stored = await store.heads(work)
    head = _only(stored)
    async with aclosing(store.as_stored(work)) as events:
        async for event in events:
            if not walk.takes(event):
                rest = [Link(each.seq, each.previous, each.hash) async for each in events]
                wrong = walk.wrong or explained(walk.misfit(event, rest, head))
    count = len(walk.hashes)
    wrong = wrong or _cut_off(walk, count) or _misplaced(stored, head, walk, count)
    report = Report(True, count, head or Head(0, GENESIS), signed=min(count, walk.evidence.size))
    if wrong is not None:
        report = replace(report, ok=False, first_bad=wrong.number, what=wrong.what, finding=wrong.finding)
    return Examined(report, tuple(walk.hashes))


def _only(stored: Sequence[tuple[object, object]]) -> Head | None:
    """The head, where there is one and it could be one."""
    match stored:
        case [(int() as seq, str() as hash_)]:
            return Head(seq, hash_)
    return None


def _cut_off(walk: _Walk, count: int) -> Wrong | None:
    """What is known outside the database to have been there and is not."""
    if (checkpoint := walk.evidence.first_over(count + 1)) is not None:
        told, speaks = checkpoint.size, f"the checkpoint of {to_text(checkpoint.at)}"
    elif walk.known and walk.known.seq > count:
        told, speaks = walk.known.seq, "the noted head"
    else:
        return None
    return _gone(count, told, speaks)


def _gone(count: int, told: int, speaks: str) -> Wrong:
    some = f"Event {told} was" if told == count + 1 else f"The events {count + 1} to {told} were"
    return Wrong(count + 1, Finding.CUT_OFF, f"{some} cut off: {speaks} speaks of {told} events.")


def _misplaced(stored: Sequence[object], head: Head | None, walk: _Walk, count: int) -> Wrong | None:
    """What is wrong between the last event and the row that says where the trail ends."""
    last = max(count, 1)
    if head is None:
        if not stored and not count:
            return None
        said = "is gone" if not stored else "is not what was written"
        return Wrong(last, Finding.HEAD, f"The row that says that the trail ends at event {count} {said}.")
    if head.seq > count:
        return _gone(count, head.seq, "the row that says where the trail ends")
    at_head = walk.hashes[head.seq - 1].hex() if 0 < head.seq <= count else GENESIS
    if 0 <= head.seq < count and head.hash == at_head and walk.evidence.size <= head.seq:
        what = f"Event {head.seq + 1} was added: the row that says where the trail ends speaks of {head.seq} events."
        return Wrong(head.seq + 1, Finding.ADDED, what)
    if (head.seq, head.hash) != (count, walk.previous):
        what = f"The row that says where the trail ends was edited: it does not end at event {count} any more."
        return Wrong(last, Finding.HEAD, what)
    return None
