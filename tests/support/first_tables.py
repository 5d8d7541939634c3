"""What a house may have in its database from before there were rules: the tables of revision 0001, filled by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import text

from assistant.audit import AuditTag, AuditTrail
from assistant.canonical import canonical, digest, facts
from assistant.stores.database import Database
from assistant.stores.moments import to_text
from assistant.stores.proposals import AttemptOutcome, State
from tests.support.paying import ANNA, DEMO, NOON, PAUL, HandClock, draft
from tools.base import Payload

Row = dict[str, object]

ATTEMPTED = {
    State.EXECUTING: AttemptOutcome.UNDER_WAY,
    State.SUCCEEDED: AttemptOutcome.SUCCEEDED,
    State.FAILED: AttemptOutcome.FAILED,
    State.UNKNOWN: AttemptOutcome.UNKNOWN,
}
DECIDED = (State.CONFIRMED, State.REJECTED, *ATTEMPTED)
OLD_TABLES = ("proposal", "decision", "execution_attempt", "execution_hold", "proposal_number", "audit_event")


@dataclass
class Filled:
    """What was put in, by table."""

    proposals: list[Row] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)

    def of(self, state: State) -> Row:
        """The first proposal of that state."""
        return next(row for row in self.proposals if row["state"] == state)


async def fill(database: Database) -> Filled:
    """One proposal of every state with its decision, attempts, hold and trail; and three of other shapes."""
    filled, clock = Filled(), HandClock()
    trail = AuditTrail(database, clock=clock)
    for number, state in enumerate(State, 1):
        filled.proposals.append(_proposal(number, state, _payment(f"INV-{number:04d}", "bill")))
    others: Sequence[Payload] = [_payment("INV 99", "invoice"), {"note": "nothing of money"}, {"amount": "text"}]
    for number, payload in enumerate(others, len(State) + 1):
        filled.proposals.append(_proposal(number, State.AWAITING, payload))
    for row in filled.proposals:
        await _insert(database, "proposal", row)
        if row["state"] in DECIDED:
            filled.decisions.append(_decision(row))
            await _insert(database, "decision", filled.decisions[-1])
        if outcome := ATTEMPTED.get(State(str(row["state"]))):
            await _insert(database, "execution_attempt", _attempt(row, outcome))
            await _insert(database, "execution_hold", _hold(row))
        created = {"number": row["number"], "digest": row["digest"]}
        await trail.note(
            tag=AuditTag.PROPOSAL_CREATED,
            organisation_id=DEMO.id,
            subject=str(row["id"]),
            facts=created,
            principal=PAUL,
        )
    await _insert(database, "proposal_number", {"organisation_id": DEMO.id, "last": len(filled.proposals)})
    return filled


def _payment(number: str, kind: str) -> Payload:
    payload = dict(draft(bill=f"document-{number}", number=number).payload)
    payload["document"] = {"id": f"document-{number}", "number": number, "kind": kind, "contact_id": "contact-acme"}
    return {**payload, "amount": {"minor": 98000, "currency": "EUR"}}


def _proposal(number: int, state: State, payload: Payload) -> Row:
    body = facts(organisation_id=DEMO.id, tool="pay_bill", payload=payload)
    decided = state in DECIDED
    by = PAUL if state is State.REJECTED else ANNA
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "organisation_id": DEMO.id,
        "number": number,
        "organisation_name": DEMO.name,
        "tool": "pay_bill",
        "body": body.decode(),
        "digest": digest(body),
        "summary": f"Payment {number}",
        "state": str(state),
        # some prepared and confirmed alone: there was no rule against it
        "proposer_id": ANNA.id if number % 2 and decided else PAUL.id,
        "proposer_name": "Paul",
        "conversation_id": f"talk-{number}",
        "subject": f"document-{number}",
        "replaces": "",
        "superseded_by": "00000000-0000-4000-8000-000000000001" if state is State.SUPERSEDED else "",
        "created_at": to_text(NOON),
        "expires_at": to_text(NOON + timedelta(minutes=30)),
        "decided_by_id": by.id if decided else "",
        "decided_by_name": by.name if decided else "",
        "decided_at": to_text(NOON) if decided else "",
        "receipt": _RECEIPT if state is State.SUCCEEDED else "",
        "problem": '{"en": "Why", "de": "Warum"}' if state in (State.FAILED, State.BLOCKED) else "",
        "link": "",
        "attempts": 1 if state in ATTEMPTED else 0,
        "lease_until": to_text(NOON + timedelta(minutes=1)) if state is State.EXECUTING else "",
    }


_RECEIPT = canonical(
    {"provider": "xero", "reference": "payment-1", "link": "", "facts": {}, "summary": {"en": "Paid", "de": "Bezahlt"}}
).decode()


def _decision(row: Row) -> Row:
    return {
        "proposal_id": row["id"],
        "verdict": "cancel" if row["state"] == State.REJECTED else "confirm",
        "digest": row["digest"],
        "person_id": row["decided_by_id"],
        "session_id": "a session of then",
        "organisation_id": DEMO.id,
        "at": row["decided_at"],
    }


def _attempt(row: Row, outcome: AttemptOutcome) -> Row:
    ended = "" if outcome is AttemptOutcome.UNDER_WAY else to_text(NOON)
    return {
        "proposal_id": row["id"],
        "number": 1,
        "key": row["id"],
        "body_hash": row["digest"],
        "started_at": to_text(NOON),
        "ended_at": ended,
        "outcome": str(outcome),
    }


def _hold(row: Row) -> Row:
    place = {"organisation_id": DEMO.id, "subject": row["subject"], "proposal_id": row["id"]}
    return {**place, "turn": 1, "until": to_text(NOON + timedelta(minutes=1))}


async def _insert(database: Database, table: str, row: Mapping[str, object]) -> None:
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    async with database.engine.begin() as connection:
        await connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


async def rows_of(database: Database, table: str, columns: Sequence[str] = ()) -> list[Row]:
    """Every row of a table (of those columns), in one order."""
    async with database.engine.begin() as connection:
        found = (await connection.execute(text(f"SELECT * FROM {table}"))).mappings().all()
    kept = [{name: value for name, value in row.items() if not columns or name in columns} for row in found]
    return sorted(kept, key=lambda row: str(sorted(row.items())))
