"""What the chat needs of the rest of the house: lent to the handlers once, before Chainlit loads them.

Chainlit loads `app.py` as a file, so nobody can hand it anything; it takes the house from here. Knows nothing of
Chainlit itself and may be imported before it.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog

from assistant.audit import AuditTag
from assistant.clock import Clock, NewId, new_uuid, utc_now
from assistant.confirmation import Confirmations, Seat
from assistant.decisions import Wish
from assistant.dispatch import AccessFor
from assistant.feed import Feed
from assistant.ledger.reconcile import Reconciliation
from assistant.model import Model
from assistant.places import Places
from assistant.policy.verdict import Stopped
from assistant.principal import Principal
from assistant.proposals import Proposal
from assistant.sent_files import Coming, TakenIn
from assistant.settling import Outlook, Said, Settled
from assistant.stores.audit import AuditRow
from tools.base import Draft, Organisation, Toolset, WriteTool
from tools.families import Family
from tools.sent_files import SentFiles

log = structlog.get_logger()


class ProposalStore(Protocol):
    """assistant.proposals.Proposals, as far as the chat uses it."""

    async def propose(
        self,
        *,
        principal: Principal,
        organisation: Organisation,
        conversation_id: str,
        tool: WriteTool,
        draft: Draft,
        replaces: str | None = None,
        session_id: str = "",
    ) -> Proposal: ...

    async def get(self, proposal_id: str) -> Proposal | None: ...

    async def waiting(self, *, organisation_id: str) -> list[Proposal]: ...


class DecisionDoor(Protocol):
    """assistant.decisions.Decisions, as far as the chat uses it."""

    async def decide(self, wish: Wish, principal: Principal) -> Proposal: ...


class Executes(Protocol):
    """assistant.execution.Executor, as far as the chat uses it."""

    async def execute(self, proposal_id: str) -> Proposal: ...


class Notes(Protocol):
    """assistant.audit.AuditTrail, as far as the chat uses it."""

    async def note(
        self,
        *,
        tag: AuditTag,
        organisation_id: str,
        subject: str,
        facts: Mapping[str, object],
        principal: Principal | None = None,
        session_id: str = "",
    ) -> None: ...

    async def of_number(self, organisation_id: str, number: int) -> Sequence[AuditRow]: ...


class Errands:
    """Tasks that go on when the person who started them has closed the chat; ended in order with the house."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()

    def start(self, errand: Coroutine[Any, Any, object], *, name: str) -> None:
        """Begin it now; a fault in it is logged, and what it was about is in the tables."""
        task = asyncio.create_task(errand, name=name)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    async def finish(self, seconds: float = 5) -> None:
        """Wait a little for what is under way; what is not done then is taken up again at the next start."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            log.error("errand failed", errand=task.get_name(), exc_info=fault)


class Switch(Protocol):
    """assistant.stop_switch.StopSwitch, as far as the chat uses it."""

    async def stop(
        self, organisation: Organisation, principal: Principal | None, why: str, session_id: str = ""
    ) -> None: ...

    async def allow(
        self, organisation: Organisation, principal: Principal | None, why: str = "", session_id: str = ""
    ) -> None: ...

    async def state(self, organisation_id: str) -> Stopped | None: ...


class Consents(Protocol):
    """assistant.model_consent.ModelConsents, as far as the chat uses it."""

    host: str

    async def given(self, organisation_id: str) -> bool: ...

    async def give(self, organisation: Organisation, principal: Principal, session_id: str = "") -> None: ...

    async def withdraw(self, organisation: Organisation, principal: Principal, session_id: str = "") -> None: ...


class Settles(Protocol):
    """assistant.settling.Settling, as far as the chat uses it."""

    async def find(self, organisation_id: str, number: int) -> str: ...

    async def consider(
        self, proposal_id: str, principal: Principal | None, said: Said, session_id: str = ""
    ) -> Outlook | Settled: ...

    async def settle(
        self,
        proposal_id: str,
        principal: Principal | None,
        *,
        done: bool,
        payment_id: str = "",
        note: str,
        session_id: str = "",
    ) -> Settled: ...


class KeepsFiles(Protocol):
    """assistant.sent_files.SentFileRoom, as far as the chat uses it."""

    async def take_in(self, coming: Sequence[Coming], *, conversation_id: str, person_id: str) -> TakenIn: ...

    async def bind(self, *, conversation_id: str, person_id: str, organisation_id: str) -> None: ...

    def here(self, *, conversation_id: str, person_id: str, organisation_id: str) -> SentFiles: ...


SteppedUp = Callable[[Proposal, Seat], Awaitable[bool]]


async def _not_stepped_up(_proposal: Proposal, _seat: Seat) -> bool:
    return False


Compared = Callable[[str], Awaitable[tuple[datetime, Reconciliation] | None]]


async def _never_compared(_organisation_id: str) -> None:
    return None


async def _still_here(_organisation_id: str) -> bool:
    return False


Leave = Callable[[Organisation, Principal, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class House:
    """Everything the chat's handlers reach."""

    places: Places
    """Which organisation each conversation is about."""
    toolset: Toolset
    model: Model
    access_for: AccessFor
    proposals: ProposalStore
    decisions: DecisionDoor
    executor: Executes
    audit: Notes
    """Where a click is recorded that never came to a decision."""
    feed: Feed
    confirmations: Confirmations
    """Mints the code that a shown card carries."""
    switch: Switch
    """Stops everything that is written, and allows it again."""
    consents: Consents
    """Whether what the books say may go to the model that answers."""
    settling: Settles
    """Where an admin says how a send ended that nobody answered."""
    current: Callable[[], Awaitable[tuple[Principal, str]]]
    """Who is speaking (assistant.login.current.current); raises SessionOver."""
    sandboxed: bool
    """Whether any provider is the sandbox's: the ribbon says so."""
    stepped_up: SteppedUp = _not_stepped_up
    """Whether somebody has just signed in with a second factor for that proposal."""
    turn_steps: int = 8
    clock: Clock = utc_now
    new_id: NewId = new_uuid
    errands: Errands = field(default_factory=Errands)
    compared: Compared = _never_compared
    """When the copy of an organisation was last compared with Xero, and what that came to."""
    leave: Leave | None = None
    """Ends the connection of an organisation for good; None where that can only be done in Xero."""
    has_left: Callable[[str], Awaitable[bool]] = _still_here
    """Whether an organisation was connected once, and is not any more."""
    files: KeepsFiles | None = None
    """Keeps the files that people send into a conversation; None: none are taken."""
    families: Sequence[Family] = ()
    """The tools by what they are about: a model is told of those that a conversation needs. Empty: of all."""

    def local_now(self, organisation: Organisation) -> datetime:
        """The present moment on the organisation's wall clock."""
        return self.clock().astimezone(ZoneInfo(organisation.timezone))

    def today(self, organisation: Organisation) -> date:
        """The organisation's own calendar day."""
        return self.local_now(organisation).date()

    def fault(self, what: str, problem: BaseException) -> str:
        """Log a fault of ours; the short number under which it stands in the log, for the person."""
        number = f"{zlib.crc32(self.new_id().encode()):08x}"
        log.error("fault", what=what, number=number, exc_info=problem)
        return number


_house: House | None = None


def lend(house: House) -> None:
    """Lend the house to the handlers; the wiring calls it before the web application is built."""
    global _house
    _house = house


def lent() -> House:
    """The house. RuntimeError when the wiring has not lent one."""
    if _house is None:
        raise RuntimeError("the chat was loaded before the wiring lent it a house")
    return _house
