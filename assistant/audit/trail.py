"""The audit trail: who did what, when, about which proposal; append-only and chained so that tampering shows.

Each row's hash is SHA-256 over the hash before it and the row's canonical bytes (RFC 8785). An edit, a deletion, an
insertion or a swap breaks the chain at that row; a cut-off end shows against the head. Whoever makes all of that fit
again is found by the signed checkpoints outside the database (assistant.audit.checkpoints).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from enum import StrEnum

from assistant.audit.chain import event_hash
from assistant.audit.check import Examined, Report, examine
from assistant.audit.export import as_json, facts_of
from assistant.audit.findings import Finding, Head
from assistant.audit.folder import Evidence
from assistant.canonical import canonical
from assistant.clock import Clock, utc_now
from assistant.masking import names_of_secrets, without_ibans
from assistant.principal import Principal
from assistant.stores import audit as store
from assistant.stores.audit import AuditRow, StoredEvent
from assistant.stores.database import Database, Work
from assistant.stores.moments import to_text

__all__ = ["AuditTag", "AuditTrail", "Examined", "Finding", "Head", "Report"]


class AuditTag(StrEnum):
    """What happened, in the past tense: subject:event."""

    PROPOSAL_REQUESTED = "proposal:requested"
    """Before it is known whether it may be made; one of created and refused follows."""
    PROPOSAL_CREATED = "proposal:created"
    PROPOSAL_EXPIRED = "proposal:expired"
    PROPOSAL_SUPERSEDED = "proposal:superseded"
    PROPOSAL_REFUSED = "proposal:refused"
    PROPOSAL_FOUND_ALTERED = "proposal:found_altered"
    PROPOSAL_BLOCKED = "proposal:blocked"
    """Kept, but the rules do not allow it: nobody can confirm it."""
    DECISION_REQUESTED = "decision:requested"
    """A click arrived; one of confirmed, cancelled and refused follows."""
    DECISION_CONFIRMED = "decision:confirmed"
    DECISION_CANCELLED = "decision:cancelled"
    DECISION_REFUSED = "decision:refused"
    EXECUTION_BLOCKED = "execution:blocked"
    EXECUTION_POSTPONED = "execution:postponed"
    EXECUTION_STARTED = "execution:started"
    EXECUTION_SUCCEEDED = "execution:succeeded"
    EXECUTION_FAILED = "execution:failed"
    EXECUTION_BECAME_UNKNOWN = "execution:became_unknown"
    EXECUTION_LOOKUP_STARTED = "execution:lookup_started"
    """Before the provider is asked whether it was done; looked_up, succeeded or failed follows."""
    EXECUTION_LOOKED_UP = "execution:looked_up"
    EXECUTION_SETTLED_BY_PERSON = "execution:settled_by_person"
    """Looking up could not decide it; an admin said whether it was done, and said why."""
    EXECUTION_SETTLING_REFUSED = "execution:settling_refused"
    POLICY_LOADED = "policy:loaded"
    WRITES_STOPPED = "writes:stopped"
    WRITES_ALLOWED = "writes:allowed"
    SEALING_KEYS_CHANGED = "sealing_keys:changed"
    MODEL_CONSENT_GIVEN = "model_consent:given"
    MODEL_CONSENT_WITHDRAWN = "model_consent:withdrawn"
    MODEL_CONSENT_REFUSED = "model_consent:refused"
    TOOL_REFUSED = "tool:refused"
    """A tool was called for somebody who does not hold the right that it asks for; it read and did nothing."""
    WRITES_SWITCH_REFUSED = "writes:switch_refused"
    STEP_UP_PASSED = "step_up:passed"
    STEP_UP_REFUSED = "step_up:refused"
    LOGIN_STARTED = "login:started"
    LOGIN_REFUSED = "login:refused"
    LOGIN_ENDED = "login:ended"
    CONNECTION_MADE = "connection:made"
    CONNECTION_LOST = "connection:lost"
    CONNECTION_REMOVED = "connection:removed"
    PAYEE_SEEN = "payee:seen"
    PAYEE_CHANGED = "payee:changed"
    AUDIT_CHECKPOINTED = "audit:checkpointed"


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
        row.hash = event_hash(row)
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

    async def verify(self, *, known: Head | None = None, evidence: Evidence | None = None) -> Report:
        """Check every event against the chain, the stored head, a head noted earlier, and signed checkpoints."""
        return (await self.examine(known=known, evidence=evidence)).report

    async def examine(self, *, known: Head | None = None, evidence: Evidence | None = None) -> Examined:
        """The same with the hashes of the events that are in order."""
        async with self._database.reading() as work:
            await store.hold_still(work)
            return await examine(work, evidence=evidence, known=known)

    async def export(
        self, *, organisation_id: str | None = None, since: str = "", until: str = ""
    ) -> AsyncGenerator[str]:
        """The trail as JSON lines, with the hashes, oldest first: all of it, one organisation's, or of some time."""
        async with aclosing(self.stored(organisation_id=organisation_id, since=since, until=until)) as events:
            async for event in events:
                yield as_json(event)

    async def stored(
        self, *, organisation_id: str | None = None, since: str = "", until: str = ""
    ) -> AsyncGenerator[StoredEvent]:
        """The events as they are stored, oldest first; `since` and `until` (not included) are stored moments."""
        async with self._database.reading() as work:
            await store.hold_still(work)
            wanted = store.as_stored(work, organisation_id=organisation_id, since=since, until=until)
            async with aclosing(wanted) as events:
                async for event in events:
                    yield event

    async def anything_but(self, tag: AuditTag, *, after: int) -> bool:
        """Whether something else was recorded after the event of that number."""
        async with self._database.reading() as work:
            return await store.anything_but(work, tag, after)

    async def signed_before(self) -> int:
        """How many events the trail itself says were signed; 0 when it says nothing of it."""
        async with self._database.reading() as work:
            row = await store.newest(work, AuditTag.AUDIT_CHECKPOINTED)
        size = facts_of(row).get("size") if row else 0
        return size if isinstance(size, int) else 0

    async def of(self, subject: str) -> list[AuditRow]:
        """The whole life of one subject, e.g. of a proposal by its id."""
        async with self._database.reading() as work:
            return list(await store.of_subject(work, subject))

    async def of_number(self, organisation_id: str, number: int) -> list[AuditRow]:
        """The whole life of the proposal with that number ("P-7") in that organisation; empty when there is none."""
        async with self._database.reading() as work:
            for row in await store.numbered(work, organisation_id, number):
                if facts_of(row).get("number") == number:
                    return list(await store.of_subject(work, row.subject))
        return []
