"""A provider that behaves like a bank counter, a write tool over it, people, and the core wired around them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from assistant.audit import AuditTrail
from assistant.confirmation import Seat
from assistant.decisions import StepUp, Wish
from assistant.execution import Patience
from assistant.policy.rules import Policy, load_policy
from assistant.principal import Grant, Principal, Role
from assistant.proposals import Proposal
from assistant.stores.database import Database, Work
from assistant.stores.proposals import Verdict
from assistant.write_path import Surroundings, write_path
from tools.base import (
    Access,
    Draft,
    Organisation,
    Payload,
    Receipt,
    Stakes,
    Toolset,
    WriteAccess,
    WriteKind,
    WriteTool,
    write_tool,
)
from tools.errors import Language, OutcomeUnknown, ProviderBusy, ProviderRefused, ProviderUnavailable
from tools.money import Money
from tools.views import Card

DEMO = Organisation("org-demo", "Demo GmbH", "EUR")
OTHER = Organisation("org-other", "Other Ltd", "GBP")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


QUICK = Patience(next_in_line=0.02, stand_by=1)
"""Waiting in real time is short in tests; everything else goes by the clock that the test moves."""


class CrashNow(BaseException):
    """The process dies here."""


class HandClock:
    """Time that a test moves by hand."""

    def __init__(self, now: datetime = NOON) -> None:
        self.began = self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Later."""
        self.now += timedelta(**by)


class TickingClock(HandClock):
    """Time that passes by itself, a little at each look: no two moments are the same."""

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


def person(name: str, *grants: Grant) -> Principal:
    """A signed-in person."""
    return Principal(f"id-{name}", "https://login.example", name, name.capitalize(), f"{name}@demo.example", grants)


VERA = person("vera", Grant(Role.VIEWER))
PAUL = person("paul", Grant(Role.PREPARER))
ANNA = person("anna", Grant(Role.APPROVER, DEMO.id))
ALEX = person("alex", Grant(Role.APPROVER, DEMO.id))
OTTO = person("otto", Grant(Role.APPROVER, OTHER.id))


@dataclass
class Till:
    """What the provider has, and how it will answer the next writes."""

    clock: HandClock
    paid: list[tuple[str, int]] = field(default_factory=list)
    """(idempotency key, amount in minor units) of every payment that took effect."""
    due: int = 98000
    answers: list[str] = field(default_factory=list)
    """How the next writes go: ok, lost_after, lost_before, refuse, slow_after, cut (the process dies after it),
    busy (the call limit is used up for a moment), away (no connection: nothing was sent), remember_error (nothing
    happens, and an error is answered and remembered under the key)."""
    sends: list[tuple[str, str]] = field(default_factory=list)
    """(key, body) of everything that arrived, as text."""
    looks: int = 0
    down: bool = False
    mute: bool = False
    """Looking up gives no answer."""
    before_send: Callable[[], None] = lambda: None
    before_read: Callable[[Payload], None] = lambda _payload: None
    gates: list[asyncio.Event] = field(default_factory=list)
    """Each of the next writes waits for one of these."""
    read_gates: list[asyncio.Event] = field(default_factory=list)
    """Each of the next readings has read, and waits for one of these before it answers."""
    busy_seconds: float = 0.02
    sending: str = ""
    """The key that arrives now."""
    lost: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    """What was lost on the way, when, and its amount: it may still arrive for a minute."""
    reads: int = 0
    waiting_for: asyncio.Future[Any] | None = None
    """The provider takes that long before it does anything."""
    remembered: dict[str, datetime] = field(default_factory=dict)
    errors: dict[str, datetime] = field(default_factory=dict)
    """Since when an error is remembered under a key."""

    async def write(self, payload: Payload, key: str) -> Receipt:
        self.sending = key
        self.before_send()
        self.sends.append((key, repr(payload)))
        how = self.answers.pop(0) if self.answers else "ok"
        await (self.waiting_for or asyncio.sleep(0))
        if self.gates:
            await self.gates.pop(0).wait()
        minor = int(str(payload["minor"]))
        if how == "busy":
            raise ProviderBusy("Xero", until=self.clock() + timedelta(seconds=self.busy_seconds))
        if how == "away":
            raise ProviderUnavailable("Xero", reason="no connection")
        if how == "remember_error":
            self.errors[key] = self.clock()
        if key in self.errors and self.clock() - self.errors[key] < timedelta(minutes=6):
            raise OutcomeUnknown("Xero", reason="HTTP 500")
        if how == "lost_before":
            self.lost[key] = self.clock(), minor
            raise OutcomeUnknown("Xero", reason="connection lost")
        if self._is_new(key) and (how == "refuse" or minor > self.due):
            raise ProviderRefused("Xero", said="Payment amount exceeds the amount outstanding.", status=400)
        self.take(key, minor)
        if how == "slow_after":
            await asyncio.sleep(30)
        if how == "cut":
            raise CrashNow
        if how == "lost_after":
            raise OutcomeUnknown("Xero", reason="connection lost")
        return self.receipt(key)

    def _is_new(self, key: str) -> bool:
        known = self.remembered.get(key)
        return known is None or self.clock() - known >= timedelta(minutes=6)

    def take(self, key: str, minor: int) -> None:
        """The payment takes effect, unless that key is remembered (six minutes, as at Xero)."""
        if self._is_new(key):
            self.remembered[key] = self.clock()
            self.paid.append((key, minor))
            self.due -= minor

    def deliver_late(self, key: str) -> None:
        """What was lost on the way arrives after all, within the minute, as TCP may do."""
        at, minor = self.lost.pop(key, (self.clock(), 0))
        if minor and self.clock() - at <= timedelta(minutes=1) and minor <= self.due:
            self.take(key, minor)

    async def find(self, key: str) -> Receipt | None:
        self.looks += 1
        if self.mute:
            raise ProviderUnavailable("Xero", reason="no answer")
        return self.receipt(key) if any(key == paid for paid, _ in self.paid) else None

    def receipt(self, key: str) -> Receipt:
        place = [paid for paid, _ in self.paid].index(key)
        return Receipt(
            provider="xero",
            reference=f"payment-{place}",
            link=f"https://xero.example/{place}",
            summary={"en": "Paid: € 980.00", "de": "Bezahlt: 980,00 €"},
        )

    def times_paid(self, key: str) -> int:
        return Counter(paid for paid, _ in self.paid)[key]


class OpenTill(Till):
    """However much is taken, as much is left: many bills are paid at once and none of their cards becomes untrue."""

    def take(self, key: str, minor: int) -> None:
        due = self.due
        super().take(key, minor)
        self.due = due


def paying_tool(till: Till) -> WriteTool:
    """A write tool over that till."""

    async def pay_bill(access: Access, bill: str) -> Draft:
        """Pays a bill."""
        return draft(due=till.due)

    async def changed(_access: Access, payload: Payload) -> Mapping[Language, str] | None:
        till.reads += 1
        till.before_read(payload)
        if till.down:
            raise ProviderUnavailable("Xero", reason="no answer")
        same = payload["due"] == till.due
        if till.read_gates:
            await till.read_gates.pop(0).wait()
        await asyncio.sleep(0)
        if not same:
            left = f"{till.due / 100:.2f}"
            return {"en": f"It is now € {left}.", "de": f"Es sind jetzt {left} €."}
        return None

    async def execute(_access: WriteAccess, payload: Payload, key: str) -> Receipt:
        return await till.write(payload, key)

    async def look_up(_access: WriteAccess, _payload: Payload, key: str) -> Receipt | None:
        return await till.find(key)

    def card(payload: Payload, _language: Language) -> Card:
        amount = f"€ {int(str(payload['minor'])) / 100:.2f}"
        return Card(deed="Pay", headline="Pay", amount=amount, payee="Acme", payee_label="To", facts=())

    return write_tool(
        "xero",
        propose=pay_bill,
        changed=changed,
        execute=execute,
        look_up=look_up,
        card=card,
        subject=lambda payload: str(cast(dict[str, object], payload["document"])["id"]),
        stakes=stakes_of,
    )


def stakes_of(payload: Payload) -> Stakes:
    """A bill of Acme, paid today."""
    document = cast(dict[str, object], payload["document"])
    money = Money.from_minor(int(str(payload["minor"])), str(payload["currency"]))
    kind = WriteKind(str(payload.get("deed", WriteKind.PAYMENT_OUT)))
    at_stake = None if kind is WriteKind.PAYEE_CHANGE else money
    payee = str(payload.get("payee", "acme"))
    number = str(document["number"])
    return Stakes(kind, at_stake, f"contact-{payee}", payee.capitalize(), "", number, NOON.date())


def draft(*, due: int = 98000, minor: int = 98000, bill: str = "bill-204", number: str = "", **more: str) -> Draft:
    """A payment of € 980.00 for a bill with that much left; `more` may say `deed`, `payee` and `currency`."""
    payload: Payload = {
        "minor": minor,
        "due": due,
        "currency": "EUR",
        "document": {"id": bill, "number": number or bill.upper(), "kind": "bill"},
        "reference": "FA-TESTMARK",
        "notices": ["first", "second"],
        **more,
    }
    return Draft(payload, "Payment of € 980.00 for bill BILL-204")


@dataclass
class KnownPayee:
    """A contact as the registry knows it."""

    bank: str = ""
    active: bool = True
    known_since: datetime = NOON - timedelta(days=400)
    changed_at: datetime | None = None
    what_changed: tuple[str, ...] = ()


class KnownPayees:
    """Stands where the registry of payees stands: everybody is known for long unless a test says otherwise."""

    def __init__(self) -> None:
        self.known: dict[str, KnownPayee | None] = {}

    async def standing(self, _work: Work, _organisation_id: str, contact_id: str) -> KnownPayee | None:
        return self.known.get(contact_id, KnownPayee())


class Core:
    """Proposals, decisions, execution and the audit trail around one till."""

    def __init__(
        self,
        database: Database,
        *,
        clock: HandClock | None = None,
        till: Till | None = None,
        checkpoint: Callable[[str], None] = lambda _name: None,
        patience: Patience | None = None,
        policy: Policy | None = None,
        payees: KnownPayees | None = None,
        tool: WriteTool | None = None,
    ) -> None:
        self.database = database
        self.clock = clock or HandClock()
        self.till = till or Till(self.clock)
        self.tool = tool or paying_tool(self.till)
        self.audit = AuditTrail(database, clock=self.clock)
        self.sessions: dict[str, Principal] = {f"session-{p.name}": p for p in (VERA, PAUL, ANNA, ALEX, OTTO)}
        self.policy = policy or load_policy()
        self.payees = payees or KnownPayees()
        self.stepped_up: dict[tuple[str, str, str], StepUp] = {}
        """Strict sign-ins by (proposal, person, session)."""
        way = write_path(
            database,
            self.audit,
            Surroundings(
                clock=self.clock,
                policy=self.policy,
                toolset=Toolset([self.tool]),
                person_of_session=self._of_session,
                person_now=self._of_person,
                payees=self.payees,
                step_up_for=self._step_up,
                access_for=self._access,
                write_access_for=self._write_access,
                confirmation_key="k" * 32,
            ),
            patience=patience or QUICK,
            checkpoint=checkpoint,
        )
        self.feed, self.rulings, self.confirmations, self.switch = way.feed, way.rulings, way.confirmations, way.switch
        self.proposals, self.decisions, self.executor = way.proposals, way.decisions, way.executor

    async def _of_session(self, session_id: str) -> Principal | None:
        return self.sessions.get(session_id)

    async def _of_person(self, person_id: str) -> Principal | None:
        return next((person for person in self.sessions.values() if person.id == person_id), None)

    async def _step_up(self, _work: Work, proposal: Proposal, seat: Seat) -> StepUp | None:
        return self.stepped_up.get((proposal.id, seat.person_id, seat.session_id))

    async def _access(self, _organisation_id: str) -> Access:
        return cast(Access, None)

    async def _write_access(self, _organisation_id: str) -> WriteAccess:
        return cast(WriteAccess, None)

    def again(self, **more: Any) -> Core:
        """The same database, provider and clock in another process, or in this one after a restart."""
        more = {"policy": self.policy, "payees": self.payees, **more}
        core = Core(self.database, clock=self.clock, till=self.till, **more)
        core.sessions, core.stepped_up = self.sessions, self.stepped_up
        return core

    async def propose(self, who: Principal = PAUL, what: Draft | None = None, **more: Any) -> Proposal:
        """A proposal that waits."""
        return await self.proposals.propose(
            principal=who,
            organisation=DEMO,
            conversation_id=more.pop("conversation_id", "talk-1"),
            tool=self.tool,
            draft=what or draft(due=self.till.due),
            **more,
        )

    async def decide(self, proposal: Proposal, who: Principal = ANNA, **more: Any) -> Proposal:
        """A click on the card."""
        session_id = str(more.pop("session_id", f"session-{who.name}"))
        wish: dict[str, Any] = {
            "proposal_id": proposal.id,
            "digest": proposal.digest,
            "verdict": Verdict.CONFIRM,
            "session_id": session_id,
            "organisation_id": proposal.organisation_id,
            "confirmation": self.confirmations.mint(proposal, Seat(who.id, session_id)),
            "reason": "it is another part of it",
            **more,
        }
        principal = wish.pop("principal", who)
        return await self.decisions.decide(Wish(**wish), principal)

    async def confirmed(self) -> Proposal:
        """A proposal that somebody has confirmed."""
        return await self.decide(await self.propose())

    async def tags(self, subject: str = "") -> list[str]:
        """The audit trail's tags, of one subject or all, oldest first."""
        lines = [line async for line in self.audit.export()]
        rows = [json.loads(line) for line in lines]
        return [row["tag"] for row in rows if not subject or row["subject"] == subject]
