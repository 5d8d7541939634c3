"""What was confirmed lately: the sums that limits are held against, and payments that a new one may repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from assistant.stores.ledger import LedgerPaymentRow
from assistant.stores.proposals import TAKEN, DecisionRow, ProposalRow, State, Verdict, valid_at


@dataclass(frozen=True, slots=True)
class Sums:
    """Minor units of one currency and of the kinds of write that count together, confirmed since some moment."""

    by_person: int
    in_organisation: int
    alone: int
    """By that person for what they had proposed themselves."""
    weakly: int
    """By that person without a second factor."""


async def sums(
    work: AsyncSession, *, organisation_id: str, kinds: Sequence[str], currency: str, person_id: str, since: str,
    without: str,
) -> Sums:  # fmt: skip
    """What was confirmed in that organisation since then and counts: done, under way, or perhaps done."""
    amount = col(ProposalRow.amount_minor)
    person = col(DecisionRow.person_id) == person_id

    def summed(*conditions: object) -> object:
        return func.coalesce(func.sum(case((and_(*conditions), amount), else_=0)), 0)  # type: ignore[arg-type]

    found = await work.exec(
        select(  # type: ignore[call-overload]
            summed(person),
            func.coalesce(func.sum(amount), 0),
            summed(person, col(ProposalRow.proposer_id) == person_id),
            summed(person, col(DecisionRow.step_up_id).is_(None)),
        )
        .select_from(ProposalRow)
        .join(DecisionRow, col(DecisionRow.proposal_id) == ProposalRow.id)
        .where(
            col(DecisionRow.organisation_id) == organisation_id,
            col(DecisionRow.verdict) == Verdict.CONFIRM,
            col(DecisionRow.at) > since,
            col(ProposalRow.kind).in_(kinds),
            col(ProposalRow.currency) == currency,
            col(ProposalRow.state).in_(TAKEN),
            col(ProposalRow.id) != without,
        )
    )
    by_person, in_organisation, alone, weakly = found.one()
    return Sums(int(by_person), int(in_organisation), int(alone), int(weakly))


async def alike(
    work: AsyncSession, *, organisation_id: str, kinds: Sequence[str], payee_id: str, reference: str, currency: str,
    minor: int, since: str, without: str,
) -> Sequence[ProposalRow]:  # fmt: skip
    """Confirmed proposals of the same payee, (folded) number and amount since then, newest first."""
    found = await work.exec(
        select(ProposalRow)
        .where(
            col(ProposalRow.organisation_id) == organisation_id,
            col(ProposalRow.payee_id) == payee_id,
            col(ProposalRow.reference) == reference,
            col(ProposalRow.created_at) > since,
            col(ProposalRow.kind).in_(kinds),
            col(ProposalRow.currency) == currency,
            col(ProposalRow.amount_minor) == minor,
            col(ProposalRow.state).in_(TAKEN),
            col(ProposalRow.id) != without,
        )
        .order_by(col(ProposalRow.decided_at).desc())
        .limit(20)
    )
    return found.all()


async def booked_alike(
    work: AsyncSession, *, organisation_id: str, direction: str, payee_id: str, currency: str, minor: int, since: str
) -> Sequence[LedgerPaymentRow]:
    """Payments in the ledger copy of the same contact and amount since that day, newest first; whatever their number,
    which is spelt there as in the books, so all of them."""
    found = await work.exec(
        select(LedgerPaymentRow)
        .where(
            col(LedgerPaymentRow.organisation_id) == organisation_id,
            col(LedgerPaymentRow.contact_id) == payee_id,
            col(LedgerPaymentRow.paid_on) >= since,
            col(LedgerPaymentRow.direction) == direction,
            col(LedgerPaymentRow.currency) == currency,
            col(LedgerPaymentRow.amount) == minor,
            col(LedgerPaymentRow.status) == "AUTHORISED",
        )
        .order_by(col(LedgerPaymentRow.paid_on).desc())
    )
    return found.all()


async def waiting_in(work: AsyncSession, conversation_id: str, now: str, *, without: Sequence[str] = ()) -> int:
    """How many cards of that conversation can still be confirmed."""
    found = await work.exec(
        select(func.count())
        .select_from(ProposalRow)
        .where(
            col(ProposalRow.conversation_id) == conversation_id,
            col(ProposalRow.state) == State.AWAITING,
            valid_at(now),
            col(ProposalRow.id).not_in(without),
        )
    )
    return int(found.one())
