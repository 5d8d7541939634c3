"""The audit trail: who did what, when, about which proposal; append-only and chained so that tampering shows.

Each row's hash is SHA-256 over the hash before it and the row's canonical bytes (RFC 8785). An edit, a deletion, an
insertion or a swap breaks the chain at that row; a cut-off end shows against the head, and against any head that
somebody noted elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.canonical import NotCanonical, canonical, read
from assistant.clock import Clock, utc_now
from assistant.masking import names_of_secrets, without_ibans
from assistant.principal import Principal
from assistant.stores import audit as store
from assistant.stores.audit import GENESIS, AuditRow
from assistant.stores.database import Database, Work
from assistant.stores.moments import to_text

_CHUNK = 500


class AuditTag(StrEnum):
    """What happened, in the past tense: subject:event."""

    PROPOSAL_CREATED = "proposal:created"
    PROPOSAL_EXPIRED = "proposal:expired"
    PROPOSAL_SUPERSEDED = "proposal:superseded"
    PROPOSAL_REFUSED = "proposal:refused"
    PROPOSAL_FOUND_ALTERED = "proposal:found_altered"
    PROPOSAL_BLOCKED = "proposal:blocked"
    DECISION_ASKED = "decision:asked"
    DECISION_CONFIRMED = "decision:confirmed"
    DECISION_CANCELLED = "decision:cancelled"
    DECISION_REFUSED = "decision:refused"
    EXECUTION_BLOCKED = "execution:blocked"
    EXECUTION_POSTPONED = "execution:postponed"
    EXECUTION_STARTED = "execution:started"
    EXECUTION_SUCCEEDED = "execution:succeeded"
    EXECUTION_FAILED = "execution:failed"
    EXECUTION_BECAME_UNKNOWN = "execution:became_unknown"
    EXECUTION_LOOKED_UP = "execution:looked_up"
    POLICY_LOADED = "policy:loaded"
    WRITES_STOPPED = "writes:stopped"
    WRITES_ALLOWED = "writes:allowed"
    WRITES_SWITCH_REFUSED = "writes:switch_refused"
    STEP_UP_PASSED = "step_up:passed"
    STEP_UP_REFUSED = "step_up:refused"
    LOGIN_STARTED = "login:started"
    LOGIN_REFUSED = "login:refused"
    LOGIN_ENDED = "login:ended"
    STEP_UP_PASSED = "step_up:passed"
    STEP_UP_REFUSED = "step_up:refused"
    CONNECTION_MADE = "connection:made"
    CONNECTION_LOST = "connection:lost"
    CONNECTION_REMOVED = "connection:removed"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at some moment; noted outside the database it proves that nothing before it was cut off."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a check of the whole trail found; `first_bad` is the number of the first event that does not fit."""

    ok: bool
    events: int
    head: Head
    first_bad: int | None = None
    what: str = ""


class AuditTrail:
    """Appends events inside the unit of work that changes the state, and checks the chain."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database, self._clock = database, clock

    async def record(
        self,
        work: Work,
        *,
        tag: AuditTag,
        organisation_id: str,
        subject: str,
        facts: Mapping[str, object],
        principal: Principal | None = None,
        session_id: str = "",
    ) -> None:
        """Append one event; it is kept exactly when the rest of `work` is. Without a principal the house itself acted.

        Bank account numbers are masked. Raises ValueError when a name in `facts` speaks of a secret. Call it last in
        a unit of work: it holds the chain's end until that unit is over.
        """
        if secrets := list(names_of_secrets(facts)):
            raise ValueError(f"{tag}: {', '.join(secrets)} must not be recorded")
        seq, previous = await store.next_place(work)
        row = AuditRow(
            seq=seq,
            at=to_text(self._clock()),
            tag=tag,
            actor_id=principal.id if principal else "house",
            actor_name=principal.name if principal else "",
            roles=",".join(principal.roles_in(organisation_id)) if principal else "",
            session_id=session_id,
            organisation_id=organisation_id,
            subject=subject,
            facts=canonical(without_ibans(dict(facts))).decode(),
            previous=previous,
            hash="",
        )
        row.hash = _hash(row)
        await store.append(work, row)

    async def note(
        self,
        *,
        tag: AuditTag,
        organisation_id: str,
        subject: str,
        facts: Mapping[str, object],
        principal: Principal | None = None,
        session_id: str = "",
    ) -> None:
        """Append one event on its own, where nothing else changes (a refusal, a login)."""
        async with self._database.work() as work:
            await self.record(
                work,
                tag=tag,
                organisation_id=organisation_id,
                subject=subject,
                facts=facts,
                principal=principal,
                session_id=session_id,
            )

    async def head(self) -> Head:
        """The end of the chain now."""
        async with self._database.reading() as work:
            return Head(*await store.head(work))

    async def verify(self, *, known: Head | None = None) -> Report:
        """Check every event against the chain, the stored head, and a head noted earlier where one is given."""
        previous, count = GENESIS, 0
        async with self._database.reading() as work:
            head = Head(*await store.head(work))
            while rows := await store.after(work, count, _CHUNK):
                for row in rows:
                    if wrong := _wrong(row, count + 1, previous):
                        return Report(False, count, head, first_bad=count + 1, what=wrong)
                    if known and row.seq == known.seq and row.hash != known.hash:
                        return Report(False, count, head, row.seq, "rewritten: not the event of the noted head")
                    previous, count = row.hash, count + 1
                work.expunge_all()
        if (count, previous) != (head.seq, head.hash):
            return Report(False, count, head, count + 1, f"cut off: the head speaks of {head.seq} events")
        if known and known.seq > count:
            return Report(False, count, head, count + 1, f"cut off: the noted head speaks of {known.seq} events")
        return Report(True, count, head)

    async def export(self) -> AsyncIterator[str]:
        """The whole trail as JSON lines, with the hashes, oldest first."""
        seq = 0
        while True:
            async with self._database.reading() as work:
                rows = await store.after(work, seq, _CHUNK)
            if not rows:
                return
            for row in rows:
                yield canonical(
                    {**_fields(row), "previous": row.previous, "hash": row.hash, "facts": read(row.facts)}
                ).decode()
            seq = rows[-1].seq

    async def of(self, subject: str) -> list[AuditRow]:
        """The whole life of one subject, e.g. of a proposal by its id."""
        async with self._database.reading() as work:
            return list(await store.of_subject(work, subject))


def _fields(row: AuditRow) -> dict[str, object]:
    return {
        "seq": row.seq,
        "at": row.at,
        "tag": str(row.tag),
        "actor_id": row.actor_id,
        "actor_name": row.actor_name,
        "roles": row.roles,
        "session_id": row.session_id,
        "organisation_id": row.organisation_id,
        "subject": row.subject,
        "facts": row.facts,
    }


def _hash(row: AuditRow) -> str:
    return hashlib.sha256(bytes.fromhex(row.previous) + canonical(_fields(row))).hexdigest()


def _wrong(row: AuditRow, seq: int, previous: str) -> str:
    if row.seq != seq:
        return f"missing: the next event has the number {row.seq}"
    if row.previous != previous:
        return "out of place: it does not follow the event before it"
    try:
        if _hash(row) != row.hash:
            return "edited: its content does not give its hash"
    except NotCanonical:
        return "edited: its content is not what was written"
    return ""
