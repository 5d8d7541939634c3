"""The tables of proposals: the proposal with its canonical bytes, its one decision, and each attempt to execute it.

Every change of state goes through `move`: an UPDATE that names the state it expects and must meet exactly one row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    and_,
    or_,
    update,
)
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tools.base import WriteKind

MOST_ATTEMPTS = 8
"""After so many sends of one proposal a person has to look."""


class State(StrEnum):
    """Where a proposal stands."""

    AWAITING = "awaiting_confirmation"
    CONFIRMED = "confirmed"
    EXECUTING = "executing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Certainly nothing was written."""
    UNKNOWN = "unknown"
    """It was sent and nobody said whether it was done; being looked up."""
    EXPIRED = "expired"
    REJECTED = "rejected"
    """Cancelled by a person."""
    SUPERSEDED = "superseded"
    BLOCKED = "blocked"
    """Confirmed or waiting, but it may not be executed (the document changed); nothing was written."""


class Verdict(StrEnum):
    """What a person said."""

    CONFIRM = "confirm"
    CANCEL = "cancel"


class AttemptOutcome(StrEnum):
    """How one send ended."""

    UNDER_WAY = "under_way"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


def _one_of(column: str, members: Iterable[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(str(member)) for member in members)})"


TAKEN = (State.CONFIRMED, State.EXECUTING, State.SUCCEEDED, State.UNKNOWN)
"""Somebody has confirmed it, and it counts: done, under way, or perhaps done."""


class ProposalRow(SQLModel, table=True):
    """A write as it was proposed. `body` is the canonical text that the card shows and the digest covers."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint(_one_of("state", State), name="ck_proposal_state"),
        CheckConstraint(f"attempts BETWEEN 0 AND {MOST_ATTEMPTS}", name="ck_proposal_attempts"),
        CheckConstraint("length(digest) = 64", name="ck_proposal_digest"),
        CheckConstraint("state <> 'succeeded' OR receipt <> ''", name="ck_proposal_succeeded_has_receipt"),
        CheckConstraint(_one_of("kind", WriteKind), name="ck_proposal_kind"),
        CheckConstraint("amount_minor >= 0", name="ck_proposal_amount"),
        # Four eyes, held by the database whatever the code above it does.
        CheckConstraint("kind <> 'payee_change' OR second_person", name="ck_proposal_payee_change_by_two"),
        CheckConstraint(
            f"NOT second_person OR NOT {_one_of('state', TAKEN)} OR decided_by_id <> proposer_id",
            name="ck_proposal_second_person",
        ),
        Index("ix_proposal_as_decided", "id", "proposer_id", "second_person", "digest", unique=True),
        Index("ix_proposal_alike", "organisation_id", "payee_id", "created_at"),
    )

    id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True)
    number: int
    organisation_name: str
    tool: str
    body: str
    digest: str
    summary: str
    state: str = Field(index=True)
    proposer_id: str
    proposer_name: str
    conversation_id: str = Field(index=True)
    kind: str
    """What it does to money (tools.base.WriteKind); with the next four, what the rules and their sums go by."""
    amount_minor: int = Field(default=0, sa_type=BigInteger)
    currency: str = ""
    payee_id: str = ""
    reference: str = ""
    """The number of the invoice or bill, folded, for recognising the same payment again."""
    policy_version: str
    """Digest of the rules by which it was judged last."""
    second_person: bool
    """Somebody else than the proposer has to confirm it; once it is so, it stays so."""
    ruling: str = "{}"
    """What the rules said last, for the card: needs, lines, earlier payments like it (assistant.policy)."""
    subject: str = Field(index=True)
    """The id of the document that it is about, for finding the others on it; execution asks the tool itself."""
    replaces: str = ""
    superseded_by: str = ""
    created_at: str
    expires_at: str
    decided_by_id: str = ""
    decided_by_name: str = ""
    decided_at: str = ""
    receipt: str = ""
    problem: str = ""
    link: str = ""
    attempts: int = 0
    lease_until: str = ""
    """Until when somebody works on it, or it waits to be taken up again; empty or past: it is anybody's."""
    looking_until: str = ""
    """Until when somebody is looking up its outcome; empty or past: nobody is, however long it waits."""


class DecisionRow(SQLModel, table=True):
    """What a person decided, once: the proposal is the key, so that a second decision cannot be stored.

    Proposer, digest and the need of a second person are the proposal's own (a foreign key holds them together), so
    that neither can be changed afterwards on one side only.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(_one_of("verdict", Verdict), name="ck_decision_verdict"),
        CheckConstraint(
            "verdict <> 'confirm' OR NOT second_person OR person_id <> proposer_id", name="ck_decision_second_person"
        ),
        CheckConstraint("verdict <> 'confirm' OR confirmation IS NOT NULL", name="ck_decision_confirmation"),
        ForeignKeyConstraint(
            ["proposal_id", "proposer_id", "second_person", "digest"],
            ["proposal.id", "proposal.proposer_id", "proposal.second_person", "proposal.digest"],
            name="fk_decision_as_proposed",
        ),
        Index("ix_decision_person", "person_id", "at"),
        Index("ix_decision_organisation", "organisation_id", "at"),
    )

    proposal_id: str = Field(primary_key=True)
    verdict: str
    digest: str
    person_id: str
    proposer_id: str
    second_person: bool
    session_id: str
    organisation_id: str
    policy_version: str
    confirmation: str | None = Field(default=None, unique=True)
    """SHA-256 of the single-use code that came with the click; None for a cancellation."""
    step_up_id: str | None = Field(default=None, unique=True)
    """The strict sign-in that was made for exactly this."""
    reason: str = ""
    """Why it is not a duplicate, in the approver's words."""
    at: str
    seal: str = ""
    """HMAC over all of it by the house's key: a decision that was written by hand does not carry it."""


class AttemptRow(SQLModel, table=True):
    """One send to the provider, committed before its first byte leaves."""

    __tablename__ = "execution_attempt"
    __table_args__ = (
        CheckConstraint(_one_of("outcome", AttemptOutcome), name="ck_execution_attempt_outcome"),
        CheckConstraint(f"number BETWEEN 1 AND {MOST_ATTEMPTS}", name="ck_execution_attempt_number"),
    )

    proposal_id: str = Field(primary_key=True, foreign_key="proposal.id")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    key: str
    """The provider's idempotency key: the proposal's id, the same for every attempt."""
    body_hash: str
    started_at: str
    ended_at: str = ""
    outcome: str = AttemptOutcome.UNDER_WAY


def has_digest(digest: str) -> ColumnElement[bool]:
    """Condition: what would be decided on is exactly this."""
    return col(ProposalRow.digest) == digest


def valid_at(now: str) -> ColumnElement[bool]:
    """Condition: its time is not over."""
    return col(ProposalRow.expires_at) > now


def over_at(now: str) -> ColumnElement[bool]:
    """Condition: its time is over."""
    return col(ProposalRow.expires_at) <= now


def under_rules(policy_version: str) -> ColumnElement[bool]:
    """Condition: it was judged last by these rules."""
    return col(ProposalRow.policy_version) == policy_version


def not_replaced() -> ColumnElement[bool]:
    """Condition: no edited proposal has taken its place."""
    return col(ProposalRow.superseded_by) == ""


def problem_is_not(words: str) -> ColumnElement[bool]:
    """Condition: this has not been said about it before."""
    return col(ProposalRow.problem) != words


def nobody_works_on_it(now: str) -> ColumnElement[bool]:
    """Condition: no lease, or one that ran out."""
    return col(ProposalRow.lease_until) <= now


def nobody_looks(now: str) -> ColumnElement[bool]:
    """Condition: nobody is looking up its outcome at this moment."""
    return col(ProposalRow.looking_until) <= now


def looked_up_by(lease: str) -> ColumnElement[bool]:
    """Condition: whoever took that lease to look it up has it still."""
    return col(ProposalRow.looking_until) == lease


def at_attempt(number: int) -> ColumnElement[bool]:
    """Condition: nobody has begun a later attempt."""
    return col(ProposalRow.attempts) == number


async def get(work: AsyncSession, proposal_id: str) -> ProposalRow | None:
    """The proposal's row as it is now."""
    return await work.get(ProposalRow, proposal_id, populate_existing=True)


async def numbered(work: AsyncSession, organisation_id: str, number: int) -> ProposalRow | None:
    """The proposal that people call P-`number` in that organisation."""
    found = await work.exec(
        select(ProposalRow).where(
            col(ProposalRow.organisation_id) == organisation_id, col(ProposalRow.number) == number
        )
    )
    return found.first()


async def with_receipt(work: AsyncSession, organisation_id: str, text: str, *, without: str) -> Sequence[ProposalRow]:
    """The other proposals that were done and whose receipt has that text in it, in any case of letters."""
    found = await work.exec(
        select(ProposalRow).where(
            col(ProposalRow.organisation_id) == organisation_id,
            col(ProposalRow.state) == State.SUCCEEDED,
            col(ProposalRow.id) != without,
            col(ProposalRow.receipt).icontains(text, autoescape=True),
        )
    )
    return found.all()


async def move(
    work: AsyncSession,
    proposal_id: str,
    *,
    expected: Sequence[State],
    to: State,
    only_if: Sequence[ColumnElement[bool]] = (),
    **values: object,
) -> bool:
    """Change the state if it is still one of those expected (and the rest holds); whether this call did it."""
    change = (
        update(ProposalRow)
        .where(col(ProposalRow.id) == proposal_id, col(ProposalRow.state).in_(expected), *only_if)
        .values(state=to, **values)
        .execution_options(synchronize_session=False)
    )
    return (await work.exec(change)).rowcount == 1


async def waiting(work: AsyncSession, organisation_id: str, now: str) -> Sequence[ProposalRow]:
    """The proposals that can still be confirmed, oldest first."""
    found = await work.exec(
        select(ProposalRow)
        .where(
            col(ProposalRow.organisation_id) == organisation_id,
            col(ProposalRow.state) == State.AWAITING,
            col(ProposalRow.expires_at) > now,
        )
        .order_by(col(ProposalRow.number))
    )
    return found.all()


async def open_on(
    work: AsyncSession, organisation_id: str, subjects: Collection[str], now: str
) -> Sequence[ProposalRow]:
    """What waits for a decision or is being carried out on any of these documents, oldest first."""
    under_way = col(ProposalRow.state).in_((State.CONFIRMED, State.EXECUTING, State.UNKNOWN))
    waits = and_(col(ProposalRow.state) == State.AWAITING, valid_at(now))
    found = await work.exec(
        select(ProposalRow)
        .where(
            col(ProposalRow.organisation_id) == organisation_id,
            col(ProposalRow.subject).in_(subjects),
            or_(waits, under_way),
        )
        .order_by(col(ProposalRow.number))
        .execution_options(populate_existing=True)
    )
    return found.all()


async def of_conversation(work: AsyncSession, conversation_id: str) -> Sequence[ProposalRow]:
    """Every proposal made in that conversation, oldest first."""
    found = await work.exec(
        select(ProposalRow)
        .where(col(ProposalRow.conversation_id) == conversation_id)
        .order_by(col(ProposalRow.created_at), col(ProposalRow.number))
    )
    return found.all()


async def due_to_expire(work: AsyncSession, now: str) -> Sequence[str]:
    """The ids of waiting proposals whose time is over."""
    found = await work.exec(
        select(ProposalRow.id).where(col(ProposalRow.state) == State.AWAITING, col(ProposalRow.expires_at) <= now)
    )
    return found.all()


async def unfinished(work: AsyncSession, now: str) -> Sequence[tuple[str, str]]:
    """Ids and states of what somebody confirmed and nobody works on: never sent, left by a dead process, unknown."""
    found = await work.exec(
        select(ProposalRow.id, ProposalRow.state)
        .where(
            col(ProposalRow.state).in_((State.CONFIRMED, State.EXECUTING, State.UNKNOWN)),
            col(ProposalRow.lease_until) <= now,
        )
        .order_by(col(ProposalRow.decided_at))
    )
    return [(proposal_id, state) for proposal_id, state in found.all()]


async def decision(work: AsyncSession, proposal_id: str) -> DecisionRow | None:
    """The one decision on the proposal."""
    return await work.get(DecisionRow, proposal_id)


async def attempts(work: AsyncSession, proposal_id: str) -> Sequence[AttemptRow]:
    """Every send of the proposal, first to last."""
    found = await work.exec(
        select(AttemptRow).where(col(AttemptRow.proposal_id) == proposal_id).order_by(col(AttemptRow.number))
    )
    return found.all()


async def end_attempt(work: AsyncSession, proposal_id: str, number: int, outcome: AttemptOutcome, now: str) -> None:
    """Write down how a send ended."""
    change = update(AttemptRow).where(col(AttemptRow.proposal_id) == proposal_id, col(AttemptRow.number) == number)
    await work.exec(change.values(outcome=outcome, ended_at=now).execution_options(synchronize_session=False))
