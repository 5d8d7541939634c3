"""The product's write path over one database and the sandbox's Xero: wired as `assistant.wiring` does, and no more.

Everything that knows how proposals are made and decided on is here, so that a change of theirs is followed in one file.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import cast

from assistant.audit import AuditTrail
from assistant.clock import Clock
from assistant.confirmation import Confirmations, Seat
from assistant.connections import CustomConnection
from assistant.decisions import Decisions, Wish
from assistant.execution import Executor, Patience
from assistant.feed import Feed
from assistant.policy.rules import PACKAGED, Policy, read_policy
from assistant.principal import Principal
from assistant.proposals import Proposal, Proposals
from assistant.rulings import Rulings
from assistant.stores.database import Database, Work
from assistant.stores.proposals import Verdict
from tests.support.books import FakeBooks, World
from tests.support.paying import ALEX, ANNA, DEMO, PAUL, CrashNow, KnownPayee
from tests.weather.company import Bill, Company
from tools.base import Access, Toolset, WriteAccess
from tools.marker import marker
from tools.payee import fingerprint
from tools.solaris.bank import Bank
from tools.xero.books import Contact, ContactWriter, LedgerAccount, PaymentWriter
from tools.xero.client import XeroCalls
from tools.xero.pace import CallPace
from tools.xero.payments import RECORD_PAYMENT
from tools.xero.reader import XeroReader
from tools.xero.writer import XeroWriter

SCOPES = "accounting.invoices.read accounting.payments accounting.contacts.read accounting.settings.read"
PEOPLE = {f"session-{person.name}": person for person in (PAUL, ANNA, ALEX)}
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
        pace = CallPace(clock, per_minute=1_000_000)
        self._calls = XeroCalls(company.url, company.tenant, tokens, pace, read_seconds=read_seconds, clock=clock)
        self.reader = XeroReader(self._calls)
        writer = XeroWriter(self._calls)
        self.writer: PaymentWriter = writer
        self.contacts: ContactWriter = writer

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
    ) -> None:
        self._line, self._world, self._clock = line, world, clock
        database = CrashingDatabase(database, point)
        feed = Feed()
        self.audit = AuditTrail(database, clock=clock)
        tools, policy = Toolset([RECORD_PAYMENT]), roomy()
        rulings = Rulings(policy, tools, _Settled(world), clock)
        self.confirmations = Confirmations("weather " * 4, minutes=policy.cards.confirm_minutes, clock=clock)
        self.proposals = Proposals(database, self.audit, feed, rulings, card_minutes=30, clock=clock)
        self.decisions = Decisions(database, self.audit, feed, _of_session, rulings, self.confirmations, clock=clock)
        self.executor = Executor(
            database,
            tools,
            self._access,
            self._write_access,
            feed,
            clock,
            self.audit,
            rulings,
            self.confirmations,
            _of_person,
            patience=patience or Patience(next_in_line=0.01, stand_by=0.02),
            checkpoint=point,
        )

    async def propose(
        self, bill: Bill, amount: Decimal | None, who: Principal, *, replaces: str | None = None
    ) -> Proposal:
        """What the write tool makes of "pay that bill", kept as a proposal. Raises the tool's errors, and Refusal."""
        self._world.documents = [await self._line.reader.document(bill.id)]
        said = {"account": "090"} | ({} if amount is None else {"amount": str(amount)})
        draft = await RECORD_PAYMENT.propose(await self._access(DEMO.id), document_number=bill.number, **said)
        return await self.proposals.propose(
            principal=who,
            organisation=DEMO,
            conversation_id=f"talk-{who.name}",
            tool=RECORD_PAYMENT,
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
            bank=cast(Bank, None),
            new_marker=lambda: marker(secrets.token_bytes(5)),
        )

    async def _write_access(self, _organisation_id: str) -> WriteAccess:
        return WriteAccess(payments=self._line.writer, contacts=self._line.contacts)


class _Settled:
    """Stands where the registry of payees stands: every contact of the copy is known for long."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def standing(self, _work: Work, _organisation_id: str, contact_id: str) -> KnownPayee | None:
        known = next((contact for contact in self._world.contacts if contact.id == contact_id), None)
        return KnownPayee(bank=fingerprint(known.iban)) if known else None


@cache
def roomy() -> Policy:
    """The product's own rules with amounts that no weather reaches: limits are not what is tried here."""
    return read_policy(re.sub(r'"[\d.]+"', '"90000000.00"', PACKAGED.read_text(encoding="utf-8")))


async def _of_person(person_id: str) -> Principal | None:
    return next((person for person in PEOPLE.values() if person.id == person_id), None)


async def _of_session(session_id: str) -> Principal | None:
    return PEOPLE.get(session_id)


def died(problem: BaseException) -> bool:
    """Whether a process died here, alone or among what a sweep met."""
    if isinstance(problem, BaseExceptionGroup):
        return problem.subgroup(CrashNow) is not None
    return isinstance(problem, CrashNow)
