"""A person settles what looking up cannot decide: whether a send that was never answered was done.

    unknown → (not an admin, a send may still arrive, somebody is looking → refused, and recorded)
            → looked up once more by our own reference → there: succeeded, whatever the person says
            → "done": the payment that they name is read at the provider and compared → succeeded | refused
            → "not done": failed on their word, and the document is free again

Nothing is sent from here. Whoever confirmed it may not say alone that it was not done: that would let one person pay
twice. State, attempt and audit event are one unit of work, and a compare-and-set lets one of two admins through.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from assistant import repeating, settling_words
from assistant.audit import AuditTrail
from assistant.clock import Clock
from assistant.execution_records import ExecutionRecords
from assistant.feed import Feed
from assistant.principal import Principal, Role
from assistant.proposal import Proposal
from assistant.proposal_words import Words, altered_under_way
from assistant.refusals import Refusal, RefusalReason
from assistant.repeating import Patience
from assistant.settling_records import Said, SettlingRecords, Speaker, Taken, stands
from assistant.settling_words import CannotSettle, Reason
from assistant.stores.database import Database
from assistant.stores.moments import from_text
from assistant.stores.proposals import AttemptRow, State
from tools.base import Receipt, Toolset, WriteAccess, WriteTool
from tools.errors import ProviderBusy, ProviderRefused, ProviderUnavailable, ToolError

__all__ = ["CannotSettle", "Outlook", "PrincipalOf", "Said", "Settled", "Settling", "WriteAccessFor"]

WriteAccessFor = Callable[[str], Awaitable[WriteAccess]]
PrincipalOf = Callable[[str], Awaitable[Principal | None]]
"""A person with the roles of this moment, by our id; None for somebody unknown."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How it ended."""

    proposal: Proposal
    found: bool
    """Looking up found it: it is done, whatever the person said."""
    words: Words


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would be recorded, after one more look; nothing is yet."""

    proposal: Proposal
    words: Words


@dataclass(frozen=True, slots=True)
class _Examined:
    """What the look-up said: `receipt` of what was found, or of the payment that was named; None for neither."""

    found: bool
    receipt: Receipt | None


class Settling:
    """Where an admin says how a send ended that nobody answered."""

    def __init__(
        self,
        database: Database,
        toolset: Toolset,
        write_access_for: WriteAccessFor,
        feed: Feed,
        clock: Clock,
        audit: AuditTrail,
        records: ExecutionRecords,
        principal_of: PrincipalOf,
        patience: Patience,
    ) -> None:
        self._toolset, self._write_access_for, self._clock = toolset, write_access_for, clock
        self._executions, self._records = records, SettlingRecords(database, audit, feed, clock)
        self._principal_of, self._patience = principal_of, patience

    async def find(self, organisation_id: str, number: int) -> str:
        """The id of the proposal that people call P-`number` there; empty when there is none."""
        return await self._records.find(organisation_id, number)

    async def settle(
        self,
        proposal_id: str,
        principal: Principal | None,
        *,
        done: bool,
        payment_id: str = "",
        note: str,
        session_id: str = "",
    ) -> Settled:
        """End it as that person says, unless looking up knows better. Only an admin may; None is the command line.

        The roles are read again now. Raises CannotSettle, recorded, and then nothing has changed.
        """
        said, speaker = Said(done, note, payment_id).cleaned(), Speaker(principal, session_id)
        try:
            taken, speaker = await self._take(proposal_id, said, speaker)
            async with self._held(taken, said, speaker) as examined:
                if examined.found:
                    return await self._found(taken, examined)
                looked_up = self._tool(taken.proposal) is not None
                ended = await self._records.end(taken, examined.receipt, said, speaker, looked_up=looked_up)
            done = examined.receipt is not None
            return Settled(ended, found=False, words=settling_words.settled(ended.label, self._what(ended), done=done))
        except CannotSettle as no:
            await self._records.refused(proposal_id, said, speaker, no)
            raise

    async def consider(
        self, proposal_id: str, principal: Principal | None, said: Said, session_id: str = ""
    ) -> Outlook | Settled:
        """The same up to the end: what would be recorded, after the same checks and the same look. Where looking up
        finds it, it is done at once. Raises CannotSettle, recorded."""
        said, speaker = said.cleaned(), Speaker(principal, session_id)
        try:
            taken, speaker = await self._take(proposal_id, said, speaker)
            async with self._held(taken, said, speaker) as examined:
                if examined.found:
                    return await self._found(taken, examined)
                await self._records.is_nobodys(taken.proposal, examined.receipt)
            summary = dict(examined.receipt.summary) if examined.receipt else None
            provider, what = self._provider(taken.proposal), self._what(taken.proposal)
            words = settling_words.would_be_recorded(
                taken.proposal.label,
                what,
                provider,
                said.note,
                summary,
                looked_up=self._tool(taken.proposal) is not None,
            )
            return Outlook(taken.proposal, words)
        except CannotSettle as no:
            await self._records.refused(proposal_id, said, speaker, no)
            raise

    # before anybody is asked

    async def _take(self, proposal_id: str, said: Said, speaker: Speaker) -> tuple[Taken, Speaker]:
        """Every check that needs no provider, and then the lease: nobody else looks it up until it is over."""
        proposal = await self._load(proposal_id)
        speaker = replace(speaker, person=await self._admin(proposal, speaker.person))
        provider = self._provider(proposal)
        if not said.note:
            raise CannotSettle(Reason.NO_NOTE)
        if said.done and not said.payment_id:
            raise CannotSettle(Reason.NO_PAYMENT, label=proposal.label, provider=provider)
        if proposal.state is not State.UNKNOWN:
            raise CannotSettle(Reason.NOT_UNKNOWN, label=proposal.label, detail=stands(proposal))
        if not said.done and speaker.person and speaker.person.id in await self._who_confirmed(proposal):
            raise CannotSettle(Reason.OWN_CONFIRMATION, label=proposal.label)
        tool = self._tool(proposal)
        if said.done and (tool is None or tool.recognise is None):
            if tool is None:
                raise CannotSettle(Reason.TOOL_GONE, label=proposal.label)
            raise CannotSettle(Reason.NOT_BY_NAME, label=proposal.label, provider=provider)
        attempts = await self._executions.attempts(proposal)
        if (seconds := self._may_arrive_for(proposal, attempts)) > 0:
            detail = settling_words.in_minutes(math.ceil(seconds / 60))
            raise CannotSettle(Reason.MAY_ARRIVE, label=proposal.label, detail=detail)
        return await self._records.take(proposal, said, speaker, self._patience.lease), speaker

    async def _load(self, proposal_id: str) -> Proposal:
        try:
            return await self._executions.load(proposal_id)
        except Refusal as no:
            if no.reason is RefusalReason.UNKNOWN_PROPOSAL:
                raise CannotSettle(Reason.NO_SUCH) from no
            raise CannotSettle(Reason.ALTERED, detail=altered_under_way()) from no

    async def _admin(self, proposal: Proposal, person: Principal | None) -> Principal | None:
        """That person with the roles of now."""
        if person is None:
            return None
        present = await self._principal_of(person.id)
        if present is None or present.id != person.id or not present.may(Role.ADMIN, proposal.organisation_id):
            raise CannotSettle(Reason.NOT_AN_ADMIN, detail=settling_words.only_an_admin(proposal.organisation_name))
        tool = self._tool(proposal)
        rights = (proposal.kind.right, tool.right if tool else None)
        if not all(present.holds(right, proposal.organisation_id) for right in rights):
            raise CannotSettle(Reason.NO_RIGHT, detail=settling_words.also_payroll(proposal.organisation_name))
        return present

    async def _who_confirmed(self, proposal: Proposal) -> set[str]:
        """By the proposal and by its sealed decision, which cannot be changed by hand unseen."""
        decision = await self._executions.decision(proposal)
        return {proposal.decided_by_id or "", decision.person_id if decision else ""} - {""}

    def _may_arrive_for(self, proposal: Proposal, attempts: Sequence[AttemptRow]) -> float:
        """Seconds until no send can still be under way; 0 or less when none can."""
        now, settled = self._clock(), timedelta(seconds=self._patience.settled)
        if not attempts or len(attempts) != proposal.attempts:
            # Rows are missing: nothing was sent later than a confirmation is followed up.
            last = (proposal.decided_at or proposal.created_at) + timedelta(seconds=self._patience.confirmation)
            return (last + settled - now).total_seconds()
        sends = repeating.uncertain(attempts)
        if repeating.settled(sends, self._patience, now):
            return 0
        return max(1.0, (max(from_text(each.started_at) for each in sends) + settled - now).total_seconds())

    # the look

    @asynccontextmanager
    async def _held(self, taken: Taken, said: Said, speaker: Speaker) -> AsyncIterator[_Examined]:
        """What the look says, while the lease is ours; whatever comes of it, the lease does not outlast this."""
        try:
            yield await self._examine(taken, said)
        finally:
            await self._records.give_back(taken, speaker)

    async def _examine(self, taken: Taken, said: Said) -> _Examined:
        """One more look by our own reference; then at the payment that was named."""
        proposal, tool = taken.proposal, self._tool(taken.proposal)
        if tool is None:
            return _Examined(found=False, receipt=None)
        try:
            async with asyncio.timeout(self._patience.read):
                writing = await self._write_access_for(proposal.organisation_id)
                if (found := await tool.look_up(writing, proposal.payload, proposal.id)) is not None:
                    return _Examined(found=True, receipt=found)
            if not said.done:
                return _Examined(found=False, receipt=None)
            async with asyncio.timeout(self._patience.read):
                return _Examined(found=False, receipt=await self._named(tool, writing, proposal, said))
        except (ToolError, TimeoutError) as error:
            detail = dict(error.words) if isinstance(error, ToolError) else {}
            if isinstance(error, ProviderBusy | ProviderUnavailable):
                detail = dict(error.happened)
            raise CannotSettle(Reason.CANNOT_BE_ASKED, provider=self._provider(proposal), detail=detail) from error

    async def _named(self, tool: WriteTool, writing: WriteAccess, proposal: Proposal, said: Said) -> Receipt:
        assert tool.recognise is not None  # else it was refused before
        try:
            seen = await tool.recognise(writing, proposal.payload, said.payment_id)
        except ProviderRefused as no:
            if no.status != 404:
                raise
            detail = settling_words.no_such_payment(self._provider(proposal), said.payment_id)
            raise CannotSettle(Reason.ANOTHER_PAYMENT, detail=detail) from no
        if isinstance(seen, Receipt):
            return seen
        raise CannotSettle(Reason.ANOTHER_PAYMENT, detail=dict(seen))

    # the end

    async def _found(self, taken: Taken, examined: _Examined) -> Settled:
        assert examined.receipt is not None
        ended = await self._executions.succeeded(taken.proposal, examined.receipt, found=True)
        if ended.state is not State.SUCCEEDED:
            raise CannotSettle(Reason.QUICKER, detail=stands(ended))
        words = settling_words.found_after_all(ended.label, dict(examined.receipt.summary))
        return Settled(ended, found=True, words=words)

    # what it is about

    def _tool(self, proposal: Proposal) -> WriteTool | None:
        tool = self._toolset.get(proposal.tool)
        return tool if isinstance(tool, WriteTool) else None

    def _provider(self, proposal: Proposal) -> str:
        tool = self._tool(proposal)
        return tool.provider.capitalize() if tool else proposal.tool

    def _what(self, proposal: Proposal) -> Words:
        tool = self._tool(proposal)
        if tool is None:
            return {"en": proposal.tool, "de": proposal.tool}
        cards = {language: tool.card(proposal.payload, language) for language in ("en", "de")}
        return {language: f"{card.amount}, {card.payee}" for language, card in cards.items()}
