"""Every step of a settlement as one unit of work: the state, the attempt and the audit event, all or none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from assistant import settling_words
from assistant.audit import AuditTag, AuditTrail
from assistant.clock import Clock
from assistant.feed import Feed
from assistant.masking import without_ibans
from assistant.principal import Principal
from assistant.proposal import Proposal, from_row, words_to_text
from assistant.proposal_words import Words, state_words
from assistant.settling_words import CannotSettle, Reason
from assistant.stores import proposal_numbers
from assistant.stores import proposals as store
from assistant.stores.database import Database, Work
from assistant.stores.moments import to_text
from assistant.stores.proposals import AttemptOutcome, State
from tools.base import Receipt
from tools.words import without_invisible

LONGEST_NOTE = 200
"""Characters of what the person found."""
LONGEST_ID = 64
"""Characters of a payment's id as somebody types it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of an outcome; nothing in it is trusted yet. The note is one line, account numbers masked."""

    done: bool
    note: str
    payment_id: str = ""
    """The provider's id of the payment that it is; for "done" only."""

    def cleaned(self) -> Said:
        """The same as it is kept."""
        note = str(without_ibans(without_invisible(self.note)))[:LONGEST_NOTE].strip()
        return replace(self, note=note, payment_id=without_invisible(self.payment_id)[:LONGEST_ID])

    def facts(self) -> dict[str, object]:
        """The same for the audit trail."""
        named = {"payment_id": self.payment_id} if self.payment_id else {}
        return {"said": "done" if self.done else "not_done", "note": self.note, **named}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says it, with the roles of now; None is the command line: whoever may start processes on the machine."""

    person: Principal | None
    session_id: str

    def facts(self) -> dict[str, object]:
        return {} if self.person else {"by": "command_line"}


@dataclass(frozen=True, slots=True)
class Taken:
    """An unknown proposal that nobody else looks up while this lease is ours."""

    proposal: Proposal
    lease: str
    before: str
    """When it would have been taken up again."""


class SettlingRecords:
    """Takes an unknown proposal for a look, and ends it or gives it back; tells the feed after the commit."""

    def __init__(self, database: Database, audit: AuditTrail, feed: Feed, clock: Clock) -> None:
        self._database, self._audit, self._feed, self._clock = database, audit, feed, clock

    async def find(self, organisation_id: str, number: int) -> str:
        """The id of P-`number` in that organisation; empty when there is none."""
        async with self._database.reading() as work:
            row = await store.numbered(work, organisation_id, number)
        return row.id if row else ""

    async def take(self, proposal: Proposal, said: Said, speaker: Speaker, seconds: float) -> Taken:
        """From now until the lease is over nobody else looks it up; waiting to be looked up again is not looking.

        Raises CannotSettle when somebody is at it.
        """
        now = self._clock()
        lease = to_text(now + timedelta(seconds=seconds))
        async with self._database.work() as work:
            row = await store.get(work, proposal.id)
            before = row.lease_until if row else ""
            if not await store.move(
                work,
                proposal.id,
                expected=(State.UNKNOWN,),
                to=State.UNKNOWN,
                only_if=(store.nobody_looks(to_text(now)), store.at_attempt(proposal.attempts)),
                lease_until=lease,
                looking_until=lease,
            ):
                raise CannotSettle(Reason.BEING_LOOKED_UP, label=proposal.label)
            facts = {"attempt": proposal.attempts, **said.facts()}
            await self._record(work, proposal, AuditTag.EXECUTION_LOOKUP_STARTED, facts, speaker)
        return Taken(proposal, lease, before)

    async def give_back(self, taken: Taken, speaker: Speaker) -> None:
        """What has not ended stays unknown and is taken up again when it would have been; the look has its end."""
        async with self._database.work() as work:
            if await store.move(
                work,
                taken.proposal.id,
                expected=(State.UNKNOWN,),
                to=State.UNKNOWN,
                only_if=(store.looked_up_by(taken.lease),),
                lease_until=taken.before,
                looking_until="",
            ):
                facts = {"state": str(State.UNKNOWN), "attempt": taken.proposal.attempts}
                await self._record(work, taken.proposal, AuditTag.EXECUTION_LOOKED_UP, facts, speaker)

    async def is_nobodys(self, proposal: Proposal, receipt: Receipt | None) -> None:
        """Raises CannotSettle when that payment is what another proposal did."""
        async with self._database.reading() as work:
            await _not_of_another(work, proposal, receipt)

    async def end(
        self, taken: Taken, receipt: Receipt | None, said: Said, speaker: Speaker, *, looked_up: bool
    ) -> Proposal:
        """As the person says: done with that receipt, or (None) not done. Only while the lease is still ours.

        Raises CannotSettle when somebody was quicker, or the payment is another proposal's.
        """
        proposal = taken.proposal
        name = speaker.person.name if speaker.person else ""
        values = {"problem": words_to_text(settling_words.was_not_done(name, said.note, looked_up=looked_up))}
        if receipt is not None:
            values = {"problem": "", "receipt": receipt.model_dump_json(), "link": receipt.link}
        async with self._database.work() as work:
            # One after the other: two proposals that are settled by the same payment must see each other.
            await proposal_numbers.in_turn(work, proposal.organisation_id)
            await _not_of_another(work, proposal, receipt)
            moved = await store.move(
                work,
                proposal.id,
                expected=(State.UNKNOWN,),
                to=State.SUCCEEDED if receipt is not None else State.FAILED,
                only_if=(store.looked_up_by(taken.lease), store.at_attempt(proposal.attempts)),
                lease_until="",
                looking_until="",
                **values,
            )
            row = await store.get(work, proposal.id)
            if not moved or row is None:
                raise CannotSettle(Reason.QUICKER, detail=stands(from_row(row)) if row else {})
            outcome = AttemptOutcome.SUCCEEDED if receipt is not None else AttemptOutcome.FAILED
            await store.end_attempt(work, proposal.id, proposal.attempts, outcome, to_text(self._clock()))
            facts = {
                "attempt": proposal.attempts,
                "state": row.state,
                "look_up": "not_found" if looked_up else "impossible",
                **({"provider": receipt.provider, "reference": receipt.reference} if receipt is not None else {}),
                **said.facts(),
            }
            await self._record(work, proposal, AuditTag.EXECUTION_SETTLED_BY_PERSON, facts, speaker)
        ended = from_row(row)
        self._feed.publish(ended)
        return ended

    async def refused(self, proposal_id: str, said: Said, speaker: Speaker, no: CannotSettle) -> None:
        """Record that somebody's word was not taken, and why."""
        async with self._database.work() as work:
            row = await store.get(work, proposal_id)
            await self._audit.record(
                work,
                tag=AuditTag.EXECUTION_SETTLING_REFUSED,
                organisation_id=row.organisation_id if row else "",
                subject=proposal_id[:64],
                facts={"reason": str(no.reason), "words": no.words["en"], **said.facts(), **speaker.facts()},
                principal=speaker.person,
                session_id=speaker.session_id,
            )

    async def _record(
        self, work: Work, proposal: Proposal, tag: AuditTag, facts: Mapping[str, object], speaker: Speaker
    ) -> None:
        await self._audit.record(
            work,
            tag=tag,
            organisation_id=proposal.organisation_id,
            subject=proposal.id,
            facts={"digest": proposal.digest, **facts, **speaker.facts()},
            principal=speaker.person,
            session_id=speaker.session_id,
        )


def stands(proposal: Proposal) -> Words:
    """Where it stands now, for somebody who came too late."""
    return state_words(proposal.state, proposal.decided_by_name or "")


async def _not_of_another(work: Work, proposal: Proposal, receipt: Receipt | None) -> None:
    if receipt is None:
        return
    for row in await store.with_receipt(work, proposal.organisation_id, receipt.reference, without=proposal.id):
        if Receipt.model_validate_json(row.receipt).reference.casefold() == receipt.reference.casefold():
            other = f"P-{row.number}"
            raise CannotSettle(Reason.OTHERS_RECEIPT, detail={"en": other, "de": other})
