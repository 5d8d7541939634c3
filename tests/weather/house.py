"""The product's write path over one database and the sandbox's Xero: one process of it, with a hand on its people.

Everything that knows how proposals are made and decided on is here, so that a change of theirs is followed in one file.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from assistant.audit import AuditTrail
from assistant.clock import Clock
from assistant.confirmation import Seat
from assistant.connections import CustomConnection
from assistant.decisions import Wish
from assistant.execution import Patience
from assistant.policy.rules import Policy
from assistant.principal import Principal
from assistant.proposals import Proposal
from assistant.stores import step_ups
from assistant.stores.database import Database, Work
from assistant.stores.moments import to_text
from assistant.stores.proposals import Verdict
from assistant.stores.step_ups import StepUpRow
from assistant.strict_sign_ins import StrictSignIns
from assistant.write_path import Surroundings, write_path
from tests.support.books import FakeBooks, World
from tests.support.paying import DEMO, CrashNow
from tests.support.reports import NoReports
from tests.support.sent import Sent
from tests.weather.company import Bill, Company
from tests.weather.rules import KnownPayees, People, roomy
from tools.base import Access, Effect, WriteAccess, WriteTool
from tools.catalogue import toolset
from tools.marker import marker
from tools.solaris.bank import Bank
from tools.xero.books import Contact, LedgerAccount
from tools.xero.client import XeroCalls
from tools.xero.pace import pace_here
from tools.xero.payments import RECORD_PAYMENT
from tools.xero.reader import XeroReader
from tools.xero.sides import reading_sides, writing_sides

SCOPES = "accounting.invoices accounting.payments accounting.contacts accounting.settings.read accounting.attachments"
Point = Callable[[str], None]


def no_point(_name: str) -> None:
    """Nothing happens here."""


class CrashingDatabase(Database):
    """The same database, in which a process may die before and after each commit."""

    def __init__(self, shared: Database, point: Point) -> None:
        self.url, self.is_sqlite, self.engine = shared.url, shared.is_sqlite, shared.engine
        self._reading, self._point = shared._reading, point

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """One unit of work, with the two places around its commit."""
        async with super().work() as work:
            yield work
            self._point("commit")
        self._point("committed")


class Line:
    """One process's line to Xero: the SDK's client, its threads and its tokens; kept over many runs for speed."""

    def __init__(self, company: Company, *, read_seconds: float) -> None:
        clock = company.clock
        tokens = CustomConnection(company.app, SCOPES, clock)
        pace = pace_here(clock, per_minute=1_000_000)
        self._calls = XeroCalls(company.url, company.tenant, tokens, pace, read_seconds=read_seconds, clock=clock)
        self.reader = XeroReader(self._calls)
        self.reading, self.writing = reading_sides(self._calls), writing_sides(self._calls)

    def close(self) -> None:
        """Lets its threads end."""
        self._calls.close()


async def accounts_of(line: Line) -> World:
    """The part of the ledger copy that a payment needs."""
    world = World(documents=[], payments=[])
    async for page in line.reader.accounts(modified_since=None):
        world.accounts = list(cast(Sequence[LedgerAccount], page.items))
    world.contacts = []
    async for page in line.reader.contacts(modified_since=None):
        world.contacts += cast(Sequence[Contact], page.items)
    return world


class House:
    """One process of the product."""

    def __init__(
        self,
        database: Database,
        line: Line,
        world: World,
        clock: Clock,
        *,
        point: Point = no_point,
        patience: Patience | None = None,
        policy: Policy | None = None,
        people: People | None = None,
        sent: Sent | None = None,
    ) -> None:
        """`sent`: the files of the conversation, as every process of the house finds them."""
        self._sent = sent or Sent()
        self._line, self._world, self._clock = line, world, clock
        self._people = people or People()
        database = CrashingDatabase(database, point)
        self._database, self.audit = database, AuditTrail(database, clock=clock)
        way = write_path(
            database,
            self.audit,
            Surroundings(
                clock=clock,
                policy=policy or roomy(),
                toolset=toolset().only(Effect.WRITE),
                person_of_session=self._people.of_session,
                person_now=self._people.by_id,
                payees=KnownPayees(world, self._people),
                step_up_for=StrictSignIns(database, clock, minutes=5).made_for,
                access_for=self._access,
                write_access_for=self._write_access,
                confirmation_key="weather " * 4,
            ),
            patience=patience or Patience(next_in_line=0.01, stand_by=0.02),
            checkpoint=point,
        )
        self.confirmations, self.switch = way.confirmations, way.switch
        self.proposals, self.decisions, self.executor = way.proposals, way.decisions, way.executor

    async def propose(
        self, bill: Bill, amount: Decimal | None, who: Principal, *, replaces: str | None = None
    ) -> Proposal:
        """What the write tool makes of "pay that bill", kept as a proposal. Raises the tool's errors, and Refusal."""
        said = {"account": "090"} | ({} if amount is None else {"amount": str(amount)})
        return await self.propose_with(
            RECORD_PAYMENT, {"document_number": bill.number, **said}, who, about=bill.id, replaces=replaces
        )

    async def propose_with(
        self,
        tool: WriteTool,
        said: Mapping[str, Any],
        who: Principal,
        *,
        about: str = "",
        credit: str = "",
        replaces: str | None = None,
    ) -> Proposal:
        """The same of any write tool; `about` and `credit`: the ids of the document and credit note it is about."""
        reader = self._line.reader
        self._world.documents = [await reader.document(about)] if about else []
        self._world.credit_notes = [await reader.credit_note(credit)] if credit else []
        checked = tool.signature.arguments(**said)
        arguments = {name: getattr(checked, name) for name in checked.model_fields_set}
        draft = await tool.propose(await self._access(DEMO.id), **arguments)
        return await self.proposals.propose(
            principal=who,
            organisation=DEMO,
            conversation_id=f"talk-{who.name}",
            tool=tool,
            draft=draft,
            replaces=replaces,
            session_id=f"session-{who.name}",
        )

    async def decide(self, proposal: Proposal, who: Principal, *, verdict: Verdict = Verdict.CONFIRM) -> Proposal:
        """A click on the card. Raises Refusal."""
        session_id = f"session-{who.name}"
        wish = Wish(
            proposal_id=proposal.id,
            digest=proposal.digest,
            verdict=verdict,
            session_id=session_id,
            organisation_id=proposal.organisation_id,
            confirmation=self.confirmations.mint(proposal, Seat(who.id, session_id)),
            reason="it is another part of it",
        )
        return await self.decisions.decide(wish, who)

    async def step_up(self, proposal: Proposal, who: Principal) -> None:
        """A fresh sign-in with a second factor for that card, as it is written down when it is over."""
        now = to_text(self._clock())
        async with self._database.work() as work:
            await step_ups.add(
                work,
                StepUpRow(
                    id=uuid.uuid4().hex,
                    proposal_id=proposal.id,
                    digest=proposal.digest,
                    person_id=who.id,
                    session_id=f"session-{who.name}",
                    acr="urn:okta:loa:2fa:any",
                    auth_time=now,
                    at=now,
                ),
            )

    async def sweep(self) -> None:
        """What the house does every twenty seconds."""
        await self.executor.sweep()
        await self.proposals.expire_due()

    async def _access(self, _organisation_id: str) -> Access:
        now: datetime = self._clock()
        return Access(
            organisation=DEMO,
            now=now,
            today=now.date(),
            language="en",
            books=FakeBooks(self._world),
            live=self._line.reader,
            reports=NoReports(),
            **self._line.reading,
            bank=cast(Bank, None),
            new_marker=lambda: marker(secrets.token_bytes(5)),
            sent=self._sent,
        )

    async def _write_access(self, _organisation_id: str) -> WriteAccess:
        return replace(self._line.writing, contents=self._sent)


def died(problem: BaseException) -> bool:
    """Whether a process died here, alone or among what a sweep met."""
    if isinstance(problem, BaseExceptionGroup):
        return problem.subgroup(CrashNow) is not None
    return isinstance(problem, CrashNow)
