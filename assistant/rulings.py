"""Asks the rules about one write with all that counts at that moment, inside the unit of work that acts on it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from assistant import stop_switch
from assistant.clock import Clock
from assistant.policy.judging import Circumstances, Confirming, Standing, judge_confirming, judge_proposing
from assistant.policy.rules import Policy
from assistant.policy.verdict import Earlier, Verdict
from assistant.principal import Principal
from assistant.proposal import Proposal
from assistant.stores import organisations, spending
from assistant.stores.database import Work
from assistant.stores.moments import from_text, to_text
from assistant.stores.proposals import DecisionRow, ProposalRow, State
from tools.base import Organisation, Stakes, Toolset, WriteTool

_DAY = timedelta(hours=24)


class PayeeRegistry(Protocol):
    """What is known of a payee (assistant.payees.Payees)."""

    async def standing(self, work: Work, organisation_id: str, contact_id: str) -> Standing | None: ...


class Rulings:
    """The rules of the house, applied. Reads what counts from the tables; what is not there is not allowed."""

    def __init__(self, policy: Policy, toolset: Toolset, payees: PayeeRegistry, clock: Clock) -> None:
        self.policy, self._toolset, self._payees, self._clock = policy, toolset, payees, clock

    def stakes_of(self, proposal: Proposal) -> Stakes | None:
        """What is at stake, from the stored bytes; None when this version does not know the tool any more."""
        tool = self._toolset.get(proposal.tool)
        return tool.stakes(proposal.payload) if isinstance(tool, WriteTool) else None

    async def on_proposing(
        self,
        work: Work,
        stakes: Stakes,
        principal: Principal,
        organisation: Organisation,
        conversation_id: str,
        *,
        without: Sequence[str],
    ) -> Verdict:
        """May this person propose it? `without`: proposals that it takes the place of."""
        base = Circumstances(self._clock(), organisation.id, organisation.name, organisation.timezone)
        now = to_text(base.now)
        full = await self._circumstances(work, base, stakes, principal.id, without=without[0] if without else "")
        waiting = await spending.waiting_in(work, conversation_id, now, without=without)
        return judge_proposing(self.policy, stakes, principal, replace(full, open_cards=waiting))

    async def on_confirming(
        self, work: Work, proposal: Proposal, stakes: Stakes, confirming: Confirming, *, executing: bool = False
    ) -> Verdict:
        """May this person confirm it now? `executing`: it was confirmed and is about to be sent; what may repeat it
        was looked at when it was confirmed, one confirmation after the other."""
        row = await organisations.get(work, proposal.organisation_id)
        base = Circumstances(
            self._clock(),
            proposal.organisation_id,
            proposal.organisation_name,
            row.timezone if row else "UTC",
        )
        full = await self._circumstances(work, base, stakes, confirming.person.id, without=proposal.id)
        if executing:
            full = replace(full, earlier=())
        return judge_confirming(self.policy, stakes, confirming, full)

    async def on_executing(
        self, work: Work, proposal: Proposal, decision: DecisionRow, person: Principal
    ) -> Verdict | None:
        """The same question once more, for the person who confirmed, with the roles of this moment; None without a
        tool that could be asked."""
        stakes = self.stakes_of(proposal)
        if stakes is None:
            return None
        confirming = Confirming(
            person,
            proposal.proposer_id,
            decision.step_up_id is not None,
            decision.reason,
            asked_for_two=proposal.second_person or decision.second_person,
        )
        return await self.on_confirming(work, proposal, stakes, confirming, executing=True)

    async def _circumstances(
        self, work: Work, base: Circumstances, stakes: Stakes, person_id: str, *, without: str
    ) -> Circumstances:
        stopped = await stop_switch.held(work, base.organisation_id)
        payee = await self._payees.standing(work, base.organisation_id, stakes.payee_id) if stakes.payee_id else None
        sums = spending.Sums(0, 0, 0, 0)
        if stakes.money is not None:
            sums = await spending.sums(
                work,
                organisation_id=base.organisation_id,
                kinds=stakes.kind.counted_with,
                currency=stakes.money.currency,
                person_id=person_id,
                since=to_text(base.now - _DAY),
                without=without,
            )
        return replace(
            base,
            stopped=stopped,
            payee=payee,
            earlier=await self._earlier(work, base, stakes, without=without),
            confirmed_by_person=sums.by_person,
            confirmed_in_organisation=sums.in_organisation,
            alone_by_person=sums.alone,
            weakly_by_person=sums.weakly,
        )

    async def _earlier(self, work: Work, base: Circumstances, stakes: Stakes, *, without: str) -> tuple[Earlier, ...]:
        """Payments that this one may repeat: same payee and amount, the same number, within the days of the rules."""
        rules = self.policy.kinds.get(stakes.kind)
        if rules is None or rules.duplicates is None or stakes.money is None:
            return ()
        money, number = stakes.money, folded(stakes.reference)
        since = base.now - timedelta(days=rules.duplicates.days)
        ours = await spending.alike(
            work,
            organisation_id=base.organisation_id,
            kinds=stakes.kind.counted_with,
            payee_id=stakes.payee_id,
            reference=number,
            currency=money.currency,
            minor=money.minor,
            since=to_text(since),
            without=without,
        )
        booked = await spending.booked_alike(
            work,
            organisation_id=base.organisation_id,
            direction="out" if stakes.kind.is_out else "in",
            payee_id=stakes.payee_id,
            currency=money.currency,
            minor=money.minor,
            since=since.date().isoformat(),
        )
        found = [_ours(row, stakes, base.timezone) for row in ours]
        known = len(found)
        for payment in booked:
            if folded(payment.document_number) == number:
                if known:  # one of ours, seen in the books too
                    known -= 1
                    continue
                found.append(
                    Earlier(
                        label="",
                        number=payment.document_number,
                        minor=payment.amount,
                        currency=payment.currency,
                        payee=payment.contact_name,
                        day=payment.paid_on,
                    )
                )
        return tuple(found[:5])


def folded(number: str) -> str:
    """A document's number without what people write differently: case, width, blanks, dashes, leading zeros."""
    plain = unicodedata.normalize("NFKC", number).casefold()
    return re.sub(r"[\W_]", "", re.sub(r"(?<![0-9])0+(?=[0-9])", "", plain))


def _ours(row: ProposalRow, stakes: Stakes, timezone: str) -> Earlier:
    return Earlier(
        label=f"P-{row.number}",
        number=stakes.reference,
        minor=row.amount_minor,
        currency=row.currency,
        payee=stakes.payee_name,
        day=from_text(row.decided_at).astimezone(ZoneInfo(timezone)).date().isoformat(),
        who=row.decided_by_name,
        done=row.state == State.SUCCEEDED,
    )
