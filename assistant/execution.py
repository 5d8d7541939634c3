"""Execution: what a person confirmed is sent to the provider once, whatever crashes, times out or is clicked twice.

    confirmed → (another proposal has the document → waits its turn)
              → (the document changed → blocked, nothing written)
              → executing, committed with key and hash before the first byte → succeeded | failed | unknown
    unknown   → looked up by our own reference → succeeded, or certainly not done → executing again, same key and bytes
              → cannot be decided → waits for a person (assistant.settling)

The idempotency key is the proposal's id. Xero remembers a key for 6 minutes and answers a repetition from memory
(developer.xero.com, Idempotent requests), so a repetition is safe inside that time by the key, and long after it
because nothing can still be under way; in between we only look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from assistant import repeating
from assistant.audit import AuditTrail
from assistant.clock import Clock
from assistant.confirmation import Confirmations
from assistant.execution_records import ExecutionRecords, Forbidden
from assistant.feed import Feed
from assistant.policy.verdict import Verdict
from assistant.proposal_words import (
    another_under_way,
    blocked,
    for_a_person,
    never_arrived,
    not_sent_in_time,
    outcome_unknown,
    tool_gone,
    trying_again,
    unconfirmed,
    written_meanwhile,
)
from assistant.proposals import Proposal
from assistant.refusals import Refusal
from assistant.repeating import Patience
from assistant.rulings import Rulings
from assistant.settling import PrincipalOf, Settling, WriteAccessFor
from assistant.stores.database import Database, Work
from assistant.stores.holds import Held, Hold
from assistant.stores.moments import to_text
from assistant.stores.proposals import MOST_ATTEMPTS, AttemptOutcome, DecisionRow, State
from tools.base import Access, Receipt, Toolset, WriteAccess, WriteTool
from tools.errors import OutcomeUnknown, ProviderBusy, ProviderUnavailable, ToolError

__all__ = ["CHECKPOINTS", "Checkpoint", "Executor", "Patience"]

AccessFor = Callable[[str], Awaitable[Access]]
Checkpoint = Callable[[str], None]
NotNow = ProviderBusy | ProviderUnavailable
"""The provider cannot be asked at the moment; certainly nothing was written."""

CHECKPOINTS = (
    "loaded", "hold_taken", "checked", "after_claim", "before_send", "after_send", "after_record",
    "stands_by", "not_taken", "abandoned", "held", "looked_up", "hold_taken_again", "after_claim_again",
)  # fmt: skip
"""The places where a process may die; tests let it die at each."""


def no_checkpoint(_name: str) -> None:
    """No checkpoint: production."""


class Executor:
    """The only holder of what is needed to write to a provider."""

    def __init__(
        self,
        database: Database,
        toolset: Toolset,
        access_for: AccessFor,
        write_access_for: WriteAccessFor,
        feed: Feed,
        clock: Clock,
        audit: AuditTrail,
        rulings: Rulings,
        confirmations: Confirmations,
        principal_of: PrincipalOf,
        *,
        patience: Patience | None = None,
        checkpoint: Checkpoint = no_checkpoint,
    ) -> None:
        self._toolset, self._access_for, self._write_access_for = toolset, access_for, write_access_for
        self._clock, self._checkpoint = clock, checkpoint
        self._rulings, self._principal_of = rulings, principal_of
        self._patience = patience or Patience()
        self._records = ExecutionRecords(database, audit, feed, clock, confirmations)
        self._under_way: set[str] = set()
        self.settling = Settling(
            database, toolset, write_access_for, feed, clock, audit, self._records, principal_of, self._patience
        )
        """Where an admin says what looking up cannot decide."""

    async def execute(self, proposal_id: str) -> Proposal:
        """Carry out a confirmed proposal; the proposal as it is then. Anything but a confirmed one is left alone.

        Raises Refusal when there is no such proposal or its row was altered. Run it in a task of its own: it must
        not end because the person who confirmed has closed the chat.
        """
        if proposal_id in self._under_way:
            return await self._records.load(proposal_id)
        self._under_way.add(proposal_id)
        try:
            return await self._until_decided(proposal_id)
        finally:
            self._under_way.discard(proposal_id)

    async def _until_decided(self, proposal_id: str) -> Proposal:
        """Try again while it only has to wait a little: for its turn on the document, or for the provider."""
        stood_by = 0.0
        while True:
            proposal = await self._execute(proposal_id)
            if proposal.state is not State.CONFIRMED:
                return proposal
            wait = max(await self._records.seconds_to_wait(proposal), self._patience.next_in_line)
            if stood_by + wait > self._patience.stand_by:
                return proposal
            self._checkpoint("stands_by")
            await asyncio.sleep(wait)
            stood_by += wait

    async def sweep(self) -> list[Proposal]:
        """Finish what a dead process or a silent provider left; to be run at the start and every 20 seconds.

        Returns what it worked on, as it is now. One proposal that raises does not keep the others from their turn.
        """
        places = asyncio.Semaphore(4)

        async def one(proposal_id: str, state: State) -> Proposal | None:
            async with places:
                return await self._take_up(proposal_id, state)

        found = await self._records.unfinished()
        ended = await asyncio.gather(*(one(*each) for each in found), return_exceptions=True)
        errors = [each for each in ended if isinstance(each, BaseException) and not isinstance(each, Refusal)]
        if errors:
            raise BaseExceptionGroup("the sweep met errors", errors)
        return [each for each in ended if isinstance(each, Proposal)]

    async def _take_up(self, proposal_id: str, state: State) -> Proposal | None:
        if proposal_id in self._under_way:
            return None
        self._under_way.add(proposal_id)
        try:
            if state is State.CONFIRMED:
                return await self._execute(proposal_id)
            return await self._reconcile(await self._records.load(proposal_id))
        finally:
            self._under_way.discard(proposal_id)

    # the straight way

    async def _execute(self, proposal_id: str) -> Proposal:
        proposal = await self._records.load(proposal_id)
        self._checkpoint("loaded")
        if proposal.state is not State.CONFIRMED:
            return proposal
        tool = self._toolset.get(proposal.tool)
        if not isinstance(tool, WriteTool):
            return await self._records.blocked(proposal, State.CONFIRMED, tool_gone(proposal.tool))
        if not await self._records.confirmed_as_is(proposal):
            return await self._records.blocked(proposal, State.CONFIRMED, unconfirmed())
        if self._too_old(proposal):
            return await self._records.failed(proposal, State.CONFIRMED, not_sent_in_time({"en": "", "de": ""}))
        hold = await self._records.take_hold(proposal, tool.subject(proposal.payload), self._patience.hold)
        if isinstance(hold, Held):
            words = another_under_way(f"P-{hold.number}", hold.state)
            wait = timedelta(seconds=self._patience.next_in_line)
            return await self._records.put_back(proposal, State.CONFIRMED, again_in=wait, words=words)
        self._checkpoint("hold_taken")
        return await self._check_and_send(tool, proposal, hold)

    async def _check_and_send(self, tool: WriteTool, proposal: Proposal, hold: Hold) -> Proposal:
        """The document is ours: read it again, and send what was confirmed if the card still tells the truth."""
        try:
            async with asyncio.timeout(self._patience.read):
                writing = await self._write_access_for(proposal.organisation_id)
                changed = await tool.changed(await self._access_for(proposal.organisation_id), proposal.payload)
        except (ProviderUnavailable, ProviderBusy) as error:
            return await self._later_or_failed(proposal, error, hold)
        except TimeoutError:
            silent = ProviderUnavailable(tool.provider.capitalize(), reason="time-out")
            return await self._later_or_failed(proposal, silent, hold)
        except ToolError as error:
            return await self._records.failed(proposal, State.CONFIRMED, error.words)
        if changed is not None:
            return await self._records.blocked(proposal, State.CONFIRMED, blocked(dict(changed)))
        if (other := await self._records.written_since(proposal, hold)) is not None:
            # Our own records are surer than a reading that may lag behind what was just written.
            return await self._records.blocked(proposal, State.CONFIRMED, blocked(written_meanwhile(f"P-{other}")))
        self._checkpoint("checked")
        return await self._claim_and_send(tool, writing, proposal, State.CONFIRMED, hold)

    async def _later_or_failed(self, proposal: Proposal, error: NotNow, hold: Hold) -> Proposal:
        """Certainly nothing was written: as confirmed it waits for the provider, unless that takes too long."""
        again_in = self._again_in(proposal, error)
        if again_in is None:
            return await self._records.failed(proposal, proposal.state, not_sent_in_time(error.happened))
        words = trying_again(error.happened)
        if proposal.state is State.EXECUTING:
            return await self._records.not_taken(proposal, hold, again_in=again_in, words=words)
        return await self._records.put_back(proposal, State.CONFIRMED, again_in=again_in, words=words, hold=hold)

    def _again_in(self, proposal: Proposal, error: NotNow) -> timedelta | None:
        """When to try again; None when that would be too late for this confirmation."""
        now = self._clock()
        again_in = timedelta(seconds=self._patience.look_again / 2)
        if isinstance(error, ProviderBusy):
            again_in = max(error.until - now, timedelta(seconds=self._patience.next_in_line))
        given_up = (proposal.decided_at or proposal.created_at) + timedelta(seconds=self._patience.follow_up)
        return None if now + again_in > given_up or proposal.attempts >= MOST_ATTEMPTS else again_in

    async def _claim_and_send(
        self,
        tool: WriteTool,
        writing: WriteAccess,
        proposal: Proposal,
        expected: State,
        hold: Hold,
        *,
        certain: bool = True,
    ) -> Proposal:
        """Begin an attempt and send. `certain`: no earlier send can still come to be done."""
        try:
            claimed = await self._claim(proposal, expected, hold)
        except Forbidden as no:
            if not certain:
                return await self._look_later(proposal)
            return await self._records.blocked(proposal, expected, no.words, no.facts)
        if claimed is None:
            return await self._records.load(proposal.id)
        self._checkpoint("after_claim" if expected is State.CONFIRMED else "after_claim_again")
        if await self._records.lease_of(claimed) <= to_text(self._clock()):
            return claimed  # we slept too long: the sweep may be at it already, and nothing was sent by us
        self._checkpoint("before_send")
        ended = await self._send(tool, writing, claimed, hold)
        self._checkpoint("after_record")
        return ended

    async def _claim(self, proposal: Proposal, expected: State, hold: Hold) -> Proposal | None:
        """Begin an attempt if the rules still allow it to the person who confirmed, with the roles of this moment.

        Raises Forbidden.
        """
        decision = await self._records.decision(proposal)
        person = await self._principal_of(decision.person_id) if decision else None

        async def may(work: Work, decided: DecisionRow) -> Verdict | None:
            if person is None or person.id != decided.person_id:
                return None
            return await self._rulings.on_executing(work, proposal, decided, person)

        lease = timedelta(seconds=self._patience.lease)
        return await self._records.claim(proposal, expected=expected, lease=lease, hold=hold, may=may)

    async def _send(self, tool: WriteTool, writing: WriteAccess, proposal: Proposal, hold: Hold) -> Proposal:
        """Send what `claim` read from the stored bytes: nothing that a tool did to its copy before counts."""
        try:
            async with asyncio.timeout(self._patience.send):
                receipt = await tool.execute(writing, proposal.payload, proposal.id)
        except TimeoutError:
            return await self._records.unknown(proposal, outcome_unknown("time-out"), why="time-out")
        except OutcomeUnknown as error:
            return await self._records.unknown(proposal, error.words, why=error.reason)
        except (ProviderBusy, ProviderUnavailable) as error:
            return await self._not_taken(proposal, error, hold)
        except ToolError as error:
            return await self._refused(tool, writing, proposal, error)
        self._checkpoint("after_send")
        return await self._records.succeeded(proposal, receipt)

    async def _not_taken(self, proposal: Proposal, error: NotNow, hold: Hold) -> Proposal:
        """The provider took nothing this time. Only if that is certain of every earlier send too, it is as before."""
        self._checkpoint("not_taken")
        earlier = (await self._records.attempts(proposal))[:-1]
        if all(attempt.outcome == AttemptOutcome.FAILED for attempt in earlier):
            return await self._later_or_failed(proposal, error, hold)
        return await self._records.unknown(proposal, outcome_unknown(), why="an earlier send is not certain")

    async def _refused(self, tool: WriteTool, writing: WriteAccess, proposal: Proposal, refusal: ToolError) -> Proposal:
        """The provider said no. That is final where every earlier send is certain. Otherwise it may be refused
        *because* an earlier one was done after all (nothing is left to pay), or that one may still arrive: look
        before saying that nothing was written, and say so only when nothing can be under way any more."""
        earlier = repeating.uncertain((await self._records.attempts(proposal))[:-1])
        if not earlier:
            return await self._records.failed(proposal, State.EXECUTING, refusal.words)
        try:
            receipt = await self._look_up(tool, writing, proposal)
        except (ToolError, TimeoutError):
            why = "refused, and cannot be looked up"
            return await self._records.unknown(proposal, outcome_unknown(), why=why, refused=True)
        if receipt is not None:
            return await self._records.succeeded(proposal, receipt, found=True)
        if repeating.settled(earlier, self._patience, self._clock()):
            return await self._records.failed(proposal, State.EXECUTING, refusal.words)
        why = "refused, and an earlier send may still arrive"
        return await self._records.unknown(proposal, outcome_unknown(), why=why, refused=True)

    # what was left

    async def _reconcile(self, proposal: Proposal) -> Proposal | None:
        """Find out whether an earlier attempt was done, and finish it either way as soon as that is certain."""
        if proposal.state is State.EXECUTING:
            abandoned = await self._records.abandoned(proposal, outcome_unknown())
            if abandoned is None:
                return None
            proposal = abandoned
            self._checkpoint("abandoned")
        if proposal.state is not State.UNKNOWN:
            return None
        if not await self._records.hold_unknown(proposal, timedelta(seconds=self._patience.lease)):
            return None
        self._checkpoint("held")
        tool = self._toolset.get(proposal.tool)
        if not isinstance(tool, WriteTool):
            return await self._park(proposal, None)
        try:
            async with asyncio.timeout(self._patience.read):
                writing = await self._write_access_for(proposal.organisation_id)
            receipt = await self._look_up(tool, writing, proposal)
        except (ToolError, TimeoutError):
            return await self._look_later(proposal)
        self._checkpoint("looked_up")
        if receipt is not None:
            return await self._records.succeeded(proposal, receipt, found=True)
        return await self._certainly_not_done(tool, writing, proposal)

    async def _certainly_not_done(self, tool: WriteTool, writing: WriteAccess, proposal: Proposal) -> Proposal | None:
        """Looked up and not there: send again, but only where that cannot make it twice."""
        attempts = await self._records.attempts(proposal)
        same = all(each.key == proposal.id and each.body_hash == proposal.digest for each in attempts)
        if not attempts or not same:
            return await self._park(proposal, tool)
        settled = repeating.settled(repeating.uncertain(attempts), self._patience, self._clock())
        if not (settled or repeating.by_key(attempts, self._patience, self._clock())):
            return await self._look_later(proposal)
        hold = await self._records.take_hold(proposal, tool.subject(proposal.payload), self._patience.hold)
        if isinstance(hold, Held):
            return await self._look_later(proposal)
        self._checkpoint("hold_taken_again")
        try:
            async with asyncio.timeout(self._patience.read):
                changed = await tool.changed(await self._access_for(proposal.organisation_id), proposal.payload)
            # The change may be our own payment arriving late.
            receipt = await self._look_up(tool, writing, proposal) if changed is not None else None
        except (ToolError, TimeoutError):
            return await self._look_later(proposal)
        if receipt is not None:
            return await self._records.succeeded(proposal, receipt, found=True)
        if settled and changed is not None:
            return await self._records.blocked(proposal, State.UNKNOWN, blocked(dict(changed)))
        if settled and (len(attempts) >= MOST_ATTEMPTS or self._too_old(proposal)):
            words = never_arrived(tool.provider.capitalize(), len(attempts))
            return await self._records.failed(proposal, State.UNKNOWN, words)
        if changed is not None:
            return await self._look_later(proposal)
        return await self._claim_and_send(tool, writing, proposal, State.UNKNOWN, hold, certain=settled)

    def _too_old(self, proposal: Proposal) -> bool:
        """Whether a confirmation is from so long ago that nothing is sent on it any more."""
        since = self._clock() - (proposal.decided_at or proposal.created_at)
        return since > timedelta(seconds=self._patience.confirmation)

    async def _look_up(self, tool: WriteTool, writing: WriteAccess, proposal: Proposal) -> Receipt | None:
        async with asyncio.timeout(self._patience.read):
            return await tool.look_up(writing, proposal.payload, proposal.id)

    async def _look_later(self, proposal: Proposal) -> Proposal:
        words = proposal.problem or outcome_unknown()
        again_in = timedelta(seconds=self._patience.look_again)
        return await self._records.put_back(proposal, State.UNKNOWN, again_in=again_in, words=words)

    async def _park(self, proposal: Proposal, tool: WriteTool | None) -> Proposal:
        provider = tool.provider.capitalize() if tool else proposal.tool
        stakes, reference = tool.stakes(proposal.payload) if tool else None, proposal.payload.get("reference")
        by_id = tool is not None and tool.recognise is not None
        words = for_a_person(proposal.label, provider, stakes, str(reference or ""), by_id=by_id)
        again_in = timedelta(seconds=self._patience.settled)
        return await self._records.put_back(proposal, State.UNKNOWN, again_in=again_in, words=words)
