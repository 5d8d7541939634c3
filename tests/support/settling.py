"""Proposals whose outcome cannot be decided, people who may settle them, and a till that knows payments by their id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from assistant.audit import AuditTrail
from assistant.execution import Executor
from assistant.principal import Grant, Principal, Role
from assistant.proposals import Proposal
from assistant.settling import CannotSettle, Settled
from assistant.settling_words import Reason
from assistant.stores.database import Database
from assistant.stores.proposals import State
from tests.support.database import run_sql
from tests.support.paying import ANNA, DEMO, OTHER, QUICK, Core, HandClock, Till, paying_tool, person
from tools.base import Payload, Receipt, Toolset, WriteAccess, WriteTool
from tools.errors import Language, ProviderRefused, ProviderUnavailable

ADA = person("ada", Grant(Role.ADMIN, DEMO.id))
AXEL = person("axel", Grant(Role.ADMIN, DEMO.id))
BOTH = person("both", Grant(Role.ADMIN, DEMO.id), Grant(Role.APPROVER, DEMO.id))
"""Confirms and administers."""
ELSEWHERE = person("elsewhere", Grant(Role.ADMIN, OTHER.id))
NOTE = "Xero, bank account 090, statement of today"


@dataclass
class BookTill(Till):
    """A till whose books can be read by a payment's id, as people see it in the provider."""

    books: dict[str, tuple[str, int]] = field(default_factory=dict)
    """(bill, minor units) of every payment that was entered there by hand."""
    credulous: bool = False
    """Says of every payment that it is the one that was confirmed."""
    silent: bool = False
    """Reading one payment gives no answer."""

    async def recognise(self, payload: Payload, payment_id: str) -> Receipt | Mapping[Language, str]:
        """The payment with that id: its receipt if it is what was confirmed, else what differs."""
        if self.silent:
            raise ProviderUnavailable("Xero", reason="no answer")
        if payment_id not in self.books:
            raise ProviderRefused("Xero", said="no such record", status=404)
        bill, minor = self.books[payment_id]
        document = cast(dict[str, object], payload["document"])
        if (bill, minor) != (document["id"], payload["minor"]) and not self.credulous:
            return {"en": f"It is {minor / 100:.2f} on {bill}.", "de": f"Sie ist {minor / 100:.2f} zu {bill}."}
        return Receipt(
            provider="xero", reference=payment_id, link="", summary={"en": "Paid by hand", "de": "Von Hand bezahlt"}
        )


def recognising_tool(till: BookTill) -> WriteTool:
    """The write tool over that till, which knows a payment by its id."""

    async def recognise(_writing: WriteAccess, payload: Payload, payment_id: str) -> Receipt | Mapping[Language, str]:
        return await till.recognise(payload, payment_id)

    return replace(paying_tool(till), recognise=recognise)


class SettlingCore(Core):
    """The core over such a till, with admins who are signed in."""

    book_till: BookTill

    def __init__(self, database: Database, *, clock: HandClock | None = None, **more: Any) -> None:
        clock = clock or HandClock()
        self.book_till = more.pop("till", None) or BookTill(clock)
        more.setdefault("tool", recognising_tool(self.book_till))
        trail: AuditTrail | None = more.pop("trail", None)
        super().__init__(database, clock=clock, till=self.book_till, **more)
        if trail is not None:
            self.audit = trail
            self.executor = Executor(
                database,
                Toolset([self.tool]),
                self._access,
                self._write_access,
                self.feed,
                clock,
                trail,
                self.rulings,
                self.confirmations,
                self._of_person,
                patience=QUICK,
            )
        self.sessions |= {f"session-{who.name}": who for who in (ADA, AXEL, BOTH, ELSEWHERE)}

    async def unclear(self, *, who: Principal = ANNA, minutes: float = 11, **draft: Any) -> Proposal:
        """A payment that was sent, never answered, cannot be sent again, and is parked for a person since then."""
        made = await self.decide(await self.propose(**draft), who)
        self.till.answers.append("lost_before")
        await self.executor.execute(made.id)
        await run_sql(self.database, f"UPDATE execution_attempt SET body_hash = 'x' WHERE proposal_id = '{made.id}'")
        self.clock.advance(minutes=minutes)
        await self.executor.sweep()
        return await self.now(made)

    async def now(self, proposal: Proposal) -> Proposal:
        """The proposal as it is stored."""
        found = await self.proposals.get(proposal.id)
        assert found is not None
        return found

    async def refused(self, proposal: Proposal, who: Principal | None = ADA, **said: Any) -> CannotSettle:
        """Why that was not taken; nothing is changed by it, and the refusal is the last thing in the trail."""
        before = await self.row(proposal)
        with pytest.raises(CannotSettle) as caught:
            await self.settle(proposal, who, **said)
        assert await self.row(proposal) == before
        event = await self.last_event()
        assert (event["tag"], event["subject"]) == ("execution:settling_refused", proposal.id)
        assert event["actor_id"] == (who.id if who else "house")
        assert json.loads(event["facts"])["reason"] == caught.value.reason
        assert "Nothing was changed" in caught.value.text("en") and "nichts geändert" in caught.value.text("de")
        return caught.value

    async def settle(self, proposal: Proposal, who: Principal | None = ADA, **said: Any) -> Settled:
        """What an admin says of it; "not done" unless `done` is said."""
        said = {"done": False, "note": NOTE, "session_id": f"session-{who.name}" if who else "", **said}
        return await self.executor.settling.settle(proposal.id, who, **said)

    async def row(self, proposal: Proposal) -> tuple[object, ...]:
        """Everything of its row that may change."""
        names = "state, receipt, problem, link, attempts, lease_until, looking_until"
        (row,) = await run_sql(self.database, f"SELECT {names} FROM proposal WHERE id = '{proposal.id}'")
        return row

    async def last_event(self) -> dict[str, str]:
        """The newest row of the trail."""
        names = ("tag", "actor_id", "roles", "session_id", "organisation_id", "subject", "facts")
        (row,) = await run_sql(self.database, f"SELECT {', '.join(names)} FROM audit_event ORDER BY seq DESC LIMIT 1")
        return dict(zip(names, map(str, row), strict=True))


async def reason(core: SettlingCore, proposal: Proposal, who: Principal | None = ADA, **said: Any) -> Reason:
    """The same as `refused`, as its name in the trail."""
    return (await core.refused(proposal, who, **said)).reason


def is_unclear(proposal: Proposal) -> bool:
    """Whether it still waits for a person."""
    return proposal.state is State.UNKNOWN
