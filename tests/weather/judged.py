"""What the judge is shown of a run: what was ordered and recorded, and everything stored about each proposal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import col, select

from assistant.stores import audit as audit_store
from assistant.stores import proposals as store
from assistant.stores.audit import AuditRow
from assistant.stores.database import Database, Work
from assistant.stores.moments import from_text
from assistant.stores.proposals import AttemptRow, DecisionRow, ProposalRow, State
from assistant.stores.step_ups import StepUpRow
from tests.weather.company import Bill
from tests.weather.meddling import Window
from tests.weather.rules import Promised
from tools.xero.payment_plan import PaymentPlan

OPEN = (State.CONFIRMED, State.EXECUTING, State.UNKNOWN)


@dataclass
class Case:
    """What the judge is shown of one run."""

    seed: int
    bills: list[Bill]
    effects: list[dict[str, Any]]
    paid_on: dict[str, Decimal]
    """What Xero says was paid of each bill."""
    outside: dict[str, Decimal] = field(default_factory=dict)
    """What others paid of it."""
    kinds: set[str] = field(default_factory=set)
    """The kinds of faults that were ordered."""
    windows: list[Window] = field(default_factory=list)
    """When nothing might be written, or not on somebody's word."""
    promised: Promised | None = None
    """The sums of the day, where the rules of the run are tight."""
    story: list[str] = field(default_factory=list)
    """What happened, for a person who looks into it."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One invariant that did not hold."""

    seed: int
    kind: str
    what: str


@dataclass
class Life:
    """Everything stored about one proposal."""

    row: ProposalRow
    decision: DecisionRow | None
    attempts: Sequence[AttemptRow]
    trail: Sequence[AuditRow]
    stepped_up: bool = False
    """Whether who decided had signed in with a second factor for exactly this."""

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.row.state)

    @property
    def payload(self) -> dict[str, Any]:
        """What was confirmed, as its bytes say."""
        found: dict[str, Any] = json.loads(self.row.body)["payload"]
        return found

    @property
    def plan(self) -> PaymentPlan:
        """The same, of a payment."""
        return PaymentPlan.read(self.payload)

    def at(self, tag: str) -> datetime | None:
        """When that was first recorded."""
        return next((from_text(row.at) for row in self.trail if row.tag == tag), None)


async def lives_on(database: Database, bills: Sequence[Bill]) -> list[Life]:
    """Every proposal on those bills, with what is stored about it."""
    async with database.reading() as work:
        wanted = select(ProposalRow).where(col(ProposalRow.subject).in_([bill.id for bill in bills]))
        rows = (await work.exec(wanted.order_by(col(ProposalRow.number)))).all()
        return [await _life(work, row) for row in rows]


async def lives_of(database: Database, proposal_ids: Sequence[str]) -> list[Life]:
    """Those proposals, with what is stored about each."""
    async with database.reading() as work:
        wanted = select(ProposalRow).where(col(ProposalRow.id).in_(proposal_ids))
        rows = (await work.exec(wanted.order_by(col(ProposalRow.number)))).all()
        return [await _life(work, row) for row in rows]


async def any_open(database: Database, bills: Sequence[Bill]) -> bool:
    """Whether something confirmed on those bills is not finished."""
    subject, state = col(ProposalRow.subject), col(ProposalRow.state)
    async with database.reading() as work:
        wanted = select(ProposalRow.id).where(subject.in_([bill.id for bill in bills]), state.in_(OPEN))
        return (await work.exec(wanted.limit(1))).first() is not None


async def _life(work: Work, row: ProposalRow) -> Life:
    decision = await store.decision(work, row.id)
    sign_ins = (await work.exec(select(StepUpRow).where(col(StepUpRow.proposal_id) == row.id))).all()
    return Life(
        row,
        decision,
        await store.attempts(work, row.id),
        await audit_store.of_subject(work, row.id),
        any(decision and (one.person_id, one.digest) == (decision.person_id, row.digest) for one in sign_ins),
    )
