"""Does to an audit trail everything that somebody with write access to the database could do, and counts what is found.

Each deed is done inside a transaction that is rolled back after the check, so that every deed meets the same trail. A
deed that the database itself refuses (its keys and constraints) is counted apart. A deed counts as named rightly when
the report's first bad event is the first one that is not what was written.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from assistant.audit import AuditTag, AuditTrail, Report
from assistant.audit.chain import event_hash
from assistant.audit.check import examine
from assistant.audit.checkpoints import Checkpoints
from assistant.audit.folder import Evidence, read_folder
from assistant.audit.note import CheckpointKey, new_checkpoint_key
from assistant.stores.audit import GENESIS, StoredEvent
from assistant.stores.database import Database, Work
from tests.support.paying import ALEX, ANNA, DEMO, PAUL, HandClock

COLUMNS = tuple(StoredEvent.__dataclass_fields__)
_CONTENT = tuple(name for name in COLUMNS if name not in ("seq", "previous", "hash"))

Values = dict[str, object]


@dataclass
class Counts:
    """What was tried, found and named rightly, by kind of deed."""

    tried: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    """Deeds that the database did not let through."""
    by_chain: Counter[str] = field(default_factory=Counter)
    """Found without any checkpoint."""
    missed: list[str] = field(default_factory=list)
    """Deeds that were not found, or whose first bad event was named wrongly."""

    def lines(self) -> list[str]:
        """For printing: one line a kind, and the sum."""
        kinds = [*self.tried, *(kind for kind in self.refused if kind not in self.tried)]
        rows = [
            f"  {kind:<34} {self.found[kind]}/{self.tried[kind]} found, {self.named[kind]} named rightly, "
            f"{self.by_chain[kind]} by the chain alone, {self.refused[kind]} refused by the database"
            for kind in kinds
        ]
        tried = self.tried.total()
        return [*rows, f"  {'all':<34} {self.found.total()}/{tried} found, {self.named.total()}/{tried} named rightly"]


@dataclass(frozen=True)
class Deed:
    """One thing to do to the table: statements with their values, and the number of the first event that is hurt."""

    kind: str
    name: str
    statements: Sequence[tuple[str, Mapping[str, object]]]
    first: int


class _Undo(Exception):
    """Takes a deed back."""


async def realistic(trail: AuditTrail, clock: HandClock) -> None:
    """The trail of an afternoon: a login, a payment that is confirmed and sent, another that is refused, the switch."""

    async def note(tag: AuditTag, subject: str, facts: Values, who: object = None, session: str = "") -> None:
        clock.advance(seconds=7)
        principal = {PAUL.id: PAUL, ANNA.id: ANNA, ALEX.id: ALEX}.get(str(who))
        organisation_id = "" if tag in (AuditTag.LOGIN_STARTED, AuditTag.POLICY_LOADED) else DEMO.id
        await trail.note(
            tag=tag,
            organisation_id=organisation_id,
            subject=subject,
            facts=facts,
            principal=principal,
            session_id=session,
        )

    first, second, digest = "0b1f6a52-7", "9c2e0d11-3", "ab" * 32
    shown: Values = {
        "headline": "Record a payment to a supplier",
        "amount": "€ 980.00",
        "payee": "Müller & Söhne GmbH",
        "facts": [["Bill", "BILL-204"], ["To", "DE89 3704 0044 0532 0130 00"]],
        "warnings": ["The bank details in the invoice differ from those on file."],
    }
    rules: Values = {"policy_version": "5f" * 32, "verdict": "allowed", "reasons": ["within_limit"], "needs": []}
    await note(AuditTag.POLICY_LOADED, "policy.toml", {"policy_version": "5f" * 32})
    await note(AuditTag.LOGIN_STARTED, PAUL.id, {"issuer": "https://login.example", "roles": ["preparer"]})
    await note(AuditTag.PROPOSAL_REQUESTED, first, {"tool": "record_payment"}, PAUL.id, "session-paul")
    created = {"number": 7, "digest": digest, "shown": shown, **rules}
    await note(AuditTag.PROPOSAL_CREATED, first, created, PAUL.id, "session-paul")
    await note(AuditTag.DECISION_REQUESTED, first, {"digest": digest}, ANNA.id, "session-anna")
    confirmed = {
        "digest": digest,
        "confirmation": "1f3a9c",
        "step_up": {"acr": "mfa", "auth_time": 1795348800},
        **rules,
    }
    await note(AuditTag.DECISION_CONFIRMED, first, confirmed, ANNA.id, "session-anna")
    await note(AuditTag.EXECUTION_STARTED, first, {"attempt": 1, "body_hash": digest, "digest": digest})
    await note(AuditTag.EXECUTION_BECAME_UNKNOWN, first, {"attempt": 1, "why": "time-out", "digest": digest})
    await note(AuditTag.EXECUTION_LOOKUP_STARTED, first, {"attempt": 1, "digest": digest})
    done = {"attempt": 1, "reference": "payment-0", "request_id": "7e1d-44", "found_by_looking_up": True}
    await note(AuditTag.EXECUTION_SUCCEEDED, first, done)
    await note(AuditTag.PROPOSAL_CREATED, second, {**created, "number": 8}, PAUL.id, "session-paul")
    await note(AuditTag.DECISION_REFUSED, second, {"reason": "digest_mismatch"}, ALEX.id, "session-alex")
    await note(AuditTag.PROPOSAL_EXPIRED, second, {"expires_at": "2026-11-22T12:30:00.000000+00:00"})
    await note(AuditTag.WRITES_STOPPED, DEMO.id, {"reason": '=HYPERLINK("x")'}, ALEX.id, "session-alex")


async def tamper_with_everything(database: Database, *, folder: Path | None = None, thorough: bool = True) -> Counts:
    """Make a trail in that (empty) database, sign it, and do every deed to it; the trail is left as it was made.

    `thorough`: many values for each column instead of a few, and every deed also checked without checkpoints.
    """
    clock, counts = HandClock(), Counts()
    trail = AuditTrail(database, clock=clock)
    await realistic(trail, clock)
    evidence = await _signed(trail, folder, clock)
    rows = [{name: getattr(event, name) for name in COLUMNS} async for event in trail.stored()]
    # the event that says that it was signed is not signed itself: the deeds are done to what a checkpoint covers
    async with database.work() as work:
        for statement, values in _set_back(rows[: evidence.size]):
            await _run(work, statement, values)
    rows = rows[: evidence.size]
    for deed in _deeds(rows, thorough):
        try:
            report, alone = await _done(database, deed, evidence, thorough)
        except DBAPIError:
            counts.refused[deed.kind] += 1
        else:
            _count(deed, report, alone, counts)
    assert (await trail.verify(evidence=evidence)).ok, "the deeds were not taken back"
    return counts


async def _signed(trail: AuditTrail, folder: Path | None, clock: HandClock) -> Evidence:
    with tempfile.TemporaryDirectory() as another:
        place = folder or Path(another)
        key = CheckpointKey.from_text(new_checkpoint_key())
        await Checkpoints(trail, key, place, clock=clock).make()
        return read_folder(place, key.public())


async def _done(database: Database, deed: Deed, evidence: Evidence, thorough: bool) -> tuple[Report, Report | None]:
    """What the check says after the deed, with the checkpoints and without them; the deed is taken back.

    Raises DBAPIError when the database does not let the deed through.
    """
    reports: list[Report] = []
    try:
        async with database.work() as work:
            for statement, values in deed.statements:
                await _run(work, statement, values)
            for each in (evidence, None) if thorough else (evidence,):
                reports.append((await examine(work, evidence=each)).report)
            raise _Undo
    except _Undo:
        return reports[0], reports[1] if thorough else None


def _count(deed: Deed, report: Report, alone: Report | None, counts: Counts) -> None:
    counts.tried[deed.kind] += 1
    counts.found[deed.kind] += not report.ok
    counts.named[deed.kind] += report.first_bad == deed.first
    counts.by_chain[deed.kind] += alone is not None and not alone.ok
    if report.ok or report.first_bad != deed.first:
        counts.missed.append(f"{deed.name}: expected {deed.first}, was {report.first_bad} {report.what!r}")


async def _run(work: Work, statement: str, values: Mapping[str, object]) -> None:
    await (await work.connection()).execute(text(statement), dict(values))


# the deeds


def _deeds(rows: Sequence[Values], thorough: bool) -> Iterator[Deed]:
    yield from _edits(rows, thorough)
    yield from _deletions(rows)
    yield from _swaps(rows)
    yield from _truncations(rows)
    yield from _replays(rows)
    yield from _rewrites(rows)
    yield from _head_edits(rows)


def _edits(rows: Sequence[Values], thorough: bool) -> Iterator[Deed]:
    """Every column of every row: another letter, one letter more, one less, another case, nothing, another row's."""
    for row in rows:
        number = _number(row)
        for column in COLUMNS:
            values = list(_other_values(row, column, rows))
            for new in values if thorough else values[:2]:
                yield Deed("edit", f"edit {column} of {number} to {new!r}", [_set(number, column, new)], number)
            if column != "seq":
                yield Deed("edit", f"edit {column} of {number} to NULL", [_set(number, column, None)], number)
        hashed = {**row, "facts": '{"forged":true}'}
        statements = [_update(_with_hash(hashed))]
        yield Deed("edit with its hash made to fit", f"edit {number} and its hash", statements, number)
        if number < len(rows):
            after = {**rows[number], "previous": _with_hash(hashed)["hash"]}
            both = [*statements, _update(after)]
            yield Deed("edit with its hash made to fit", f"edit {number}, its hash and the link", both, number)


def _other_values(row: Values, column: str, rows: Sequence[Values]) -> Iterator[object]:
    old = row[column]
    if column == "seq":
        yield from (len(rows) + 1, len(rows) + 1000, 0, -3, _number(row) % len(rows) + 1)
        return
    assert isinstance(old, str)
    for place in sorted({0, len(old) // 2, len(old) - 1}) if old else ():
        flipped = "1" if old[place] != "1" else "2"
        yield old[:place] + flipped + old[place + 1 :]
    others = [str(other[column]) for other in rows if other[column] != old]
    candidates = ["", f"{old} ", f"{old}x", old[:-1], old.upper(), old.lower(), "null", "{not json", *others[:2]]
    yield from sorted({new for new in candidates if new != old})


def _deletions(rows: Sequence[Values]) -> Iterator[Deed]:
    for row in rows:
        number = _number(row)
        gone: tuple[str, Values] = ("DELETE FROM audit_event WHERE seq = :seq", {"seq": number})
        yield Deed("deletion", f"delete {number}", [gone], number)
        closed = [gone, *_shift(number + 1, len(rows), -1)]
        yield Deed("deletion, gap closed", f"delete {number}, numbers closed", closed, number)
        end = [*closed, _head(len(rows) - 1, str(rows[-1]["hash"]))]
        yield Deed("deletion, gap closed, head set", f"delete {number}, numbers closed, head set", end, number)
        others = [each for each in rows if each is not row]
        fit = [*_replace(_chained(others, number)), _head_of(others, number)]
        yield Deed("deletion, chain made to fit", f"delete {number}, all made to fit", fit, number)


def _swaps(rows: Sequence[Values]) -> Iterator[Deed]:
    """Neighbours and far pairs: the numbers, and the whole contents."""
    for one, other in combinations(rows, 2):
        first, second = _number(one), _number(other)
        kind = "swap of neighbours" if second == first + 1 else "swap of a far pair"
        statements = [_move(first, 10_000), _move(second, first), _move(10_000, second)]
        yield Deed(kind, f"swap {first} and {second}", statements, first)
        content = [
            _update({**one, **{name: other[name] for name in _CONTENT}}),
            _update({**other, **{name: one[name] for name in _CONTENT}}),
        ]
        yield Deed(f"{kind}, contents only", f"swap the contents of {first} and {second}", content, first)


def _truncations(rows: Sequence[Values]) -> Iterator[Deed]:
    for left in range(len(rows)):
        cut: tuple[str, Values] = ("DELETE FROM audit_event WHERE seq > :left", {"left": left})
        yield Deed("truncation", f"cut to {left}", [cut], left + 1)
        head = _head(left, str(rows[left - 1]["hash"]) if left else GENESIS)
        yield Deed("truncation, head set", f"cut to {left}, head set", [cut, head], left + 1)
    nothing: tuple[str, Values] = ("DELETE FROM audit_head", {})
    yield Deed("truncation, head set", "cut to 0, head removed", [("DELETE FROM audit_event", {}), nothing], 1)


def _replays(rows: Sequence[Values]) -> Iterator[Deed]:
    """A row copied to the end, over another one, and between others."""
    last = len(rows)
    for row in rows:
        number = _number(row)
        copy = [_insert({**row, "seq": last + 1})]
        yield Deed("replay at the end", f"copy {number} to the end", copy, last + 1)
        moved = [*copy, _head(last + 1, str(row["hash"]))]
        yield Deed("replay at the end", f"copy {number} to the end, head set", moved, last + 1)
        for place in range(1, last + 1):
            if place != number:
                over = [_update({**row, "seq": place})]
                yield Deed("replay over another", f"copy {number} over {place}", over, place)
        for place in {1, (last + 1) // 2, last} - {number}:
            between = [*_shift(place, last, 1), _insert({**row, "seq": place}), _head(last + 1, str(rows[-1]["hash"]))]
            # a copy put before its original's neighbour: what stands at `place` now is the first that is not right
            yield Deed("replay between others", f"copy {number} to {place}, the rest moved", between, place)


def _rewrites(rows: Sequence[Values]) -> Iterator[Deed]:
    """The whole chain made anew from one event on, head and all: nothing inside the database is wrong afterwards."""
    for row in rows:
        number = _number(row)
        for column in _CONTENT:
            new = '{"forged":true}' if column == "facts" else "forged"
            forged = [{**each, column: new} if each is row else each for each in rows]
            statements = [*_replace(_chained(forged, number)), _head_of(forged, number)]
            yield Deed("rewrite of all that follows", f"rewrite {column} from {number} on", statements, number)
        doubled = [*rows[:number], row, *rows[number:]]
        if number < len(rows):
            fit = [*_replace(_chained(doubled, number + 1)), _head_of(doubled, number + 1)]
            yield Deed("replay, chain made to fit", f"copy {number} after itself, all made to fit", fit, number + 1)
            swapped = [*rows[: number - 1], rows[number], row, *rows[number + 1 :]]
            fit = [*_replace(_chained(swapped, number)), _head_of(swapped, number)]
            yield Deed("swap, chain made to fit", f"swap {number} with the next, all made to fit", fit, number)


def _head_edits(rows: Sequence[Values]) -> Iterator[Deed]:
    last, hash_ = len(rows), str(rows[-1]["hash"])
    for seq in range(last):
        yield Deed("head edit", f"head set back to {seq}", [_head(seq, hash_)], last)
        right = str(rows[seq - 1]["hash"]) if seq else GENESIS
        yield Deed("head edit", f"head set back to {seq} with its hash", [_head(seq, right)], last)
    yield Deed("head edit", "head set on", [_head(last + 1, hash_)], last + 1)
    for new in ("", "x", hash_.upper(), GENESIS):
        yield Deed("head edit", f"head's hash set to {new!r}", [_head(last, new)], last)
    yield Deed("head edit", "head removed", [("DELETE FROM audit_head", {})], last)


# statements


def _number(row: Values) -> int:
    number = row["seq"]
    assert isinstance(number, int)
    return number


def _with_hash(row: Values) -> Values:
    return {**row, "hash": event_hash(StoredEvent(**row))}


def _chained(rows: Sequence[Values], start: int) -> list[Values]:
    """The same contents from the event `start` on with numbers, links and hashes that fit."""
    done = [dict(row) for row in rows[: start - 1]]
    for number, row in enumerate(rows[start - 1 :], start):
        previous = done[-1]["hash"] if done else GENESIS
        done.append(_with_hash({**row, "seq": number, "previous": previous}))
    return done


def _replace(rows: Sequence[Values]) -> list[tuple[str, Values]]:
    return [("DELETE FROM audit_event", {}), *(_insert(row) for row in rows)]


def _head_of(rows: Sequence[Values], start: int) -> tuple[str, Values]:
    count = len(rows)
    fitting = _chained(rows, min(start, count + 1))
    return _head(len(fitting), str(fitting[-1]["hash"]) if fitting else GENESIS)


def _insert(row: Values) -> tuple[str, Values]:
    names = ", ".join(COLUMNS)
    return f"INSERT INTO audit_event ({names}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})", row


def _set(number: int, column: str, new: object) -> tuple[str, Values]:
    return f"UPDATE audit_event SET {column} = :new WHERE seq = :seq", {"new": new, "seq": number}


def _update(row: Values) -> tuple[str, Values]:
    changes = ", ".join(f"{name} = :{name}" for name in COLUMNS if name != "seq")
    return f"UPDATE audit_event SET {changes} WHERE seq = :seq", row


def _move(old: int, new: int) -> tuple[str, Values]:
    return "UPDATE audit_event SET seq = :new WHERE seq = :old", {"old": old, "new": new}


def _shift(first: int, last: int, by: int) -> list[tuple[str, Values]]:
    numbers = range(first, last + 1) if by < 0 else range(last, first - 1, -1)
    return [_move(number, number + by) for number in numbers]


def _head(seq: int, hash_: str) -> tuple[str, Values]:
    return "UPDATE audit_head SET seq = :seq, hash = :hash", {"seq": seq, "hash": hash_}


def _set_back(rows: Sequence[Values]) -> list[tuple[str, Values]]:
    cut: tuple[str, Values] = ("DELETE FROM audit_event WHERE seq > :left", {"left": len(rows)})
    return [cut, _head(len(rows), str(rows[-1]["hash"]))]
