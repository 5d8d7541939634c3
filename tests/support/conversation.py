"""A conversation without a page: small tools, a proposer that keeps what it is given, and a screen that remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from assistant.dispatch import Asking, Dispatch, Outcome
from assistant.history import History
from assistant.model import Model
from assistant.principal import Grant, Principal, Role
from assistant.proposals import Proposal, State
from assistant.turn import Asked, Turn
from tests.support.books import make_access
from tools.base import (
    Access,
    Draft,
    Organisation,
    Payload,
    Receipt,
    Stakes,
    ToolResult,
    Toolset,
    WriteAccess,
    WriteKind,
    WriteTool,
    read_tool,
    write_tool,
)
from tools.errors import Choice, Language, ProviderUnavailable, ToolRetry
from tools.money import Money
from tools.views import Card, Column, Fact, File, Table
from tools.xero.allowance import Wait

NOW = datetime(2026, 11, 22, 13, 2, tzinfo=UTC)
ORGANISATION = Organisation(id="org-1", name="Demo GmbH", base_currency="EUR")


def person(
    *roles: Role, name: str = "Anna Albrecht", organisation_id: str | None = None, identity: str = "p-1"
) -> Principal:
    grants = tuple(Grant(role, organisation_id) for role in roles)
    return Principal(identity, "https://issuer.example", f"sub-{identity}", name, f"{identity}@example.com", grants)


def small_table(title: str = "Bills") -> Table:
    return Table(
        title=title,
        columns=(Column(key="number", label="Number"),),
        rows=({"number": "B-1"}, {"number": "B-2"}),
        organisation=ORGANISATION.name,
        as_of=NOW,
        source="Xero",
    )


@read_tool("xero")
async def list_things(access: Access, status: Literal["open", "paid"] = "open", limit: int = 5) -> ToolResult:
    """List things."""
    answer = f"€ 10.00 is {status}." if access.language == "en" else f"10,00 € sind {status}."
    return ToolResult(
        answer=answer, facts={"rows": [{"n": 1, "number": "B-1"}], "limit": limit}, tables=(small_table(),)
    )


@read_tool("solaris")
async def slow_thing(access: Access, seconds: float = 0.05) -> ToolResult:
    """Take a while."""
    await asyncio.sleep(seconds)
    return ToolResult(answer="It took a while.")


@read_tool("xero")
async def which_thing(access: Access, name: str = "") -> ToolResult:
    """Ask which one is meant."""
    raise ToolRetry(
        {"en": "Two are called that. Which one?", "de": "Zwei heißen so. Welche?"},
        choices=(
            Choice(label="Müller GmbH, Berlin", number="1", id="a"),
            Choice(label="Müller GmbH, Köln", number="2"),
        ),
    )


@read_tool("solaris")
async def broken_thing(access: Access) -> ToolResult:
    """Be down."""
    raise ProviderUnavailable("Solaris", reason="no answer")


@read_tool("xero")
async def many_things(access: Access) -> ToolResult:
    """Give far too many rows."""
    return ToolResult(answer="4,000 rows.", facts={"rows": [{"n": n, "name": "x" * 40} for n in range(4000)]})


@read_tool("xero")
async def faulty_thing(access: Access) -> ToolResult:
    """Be wrong in a way that nobody thought of."""
    raise ZeroDivisionError


async def pay_thing(
    access: Access,
    number: str = "",
    amount: str = "",
    document_number: str = "",
    date: str = "",
    account: str = "",
    reference: str = "",
) -> Draft:
    """Propose to pay a thing; nothing is written."""
    number = number or document_number
    if not number:
        raise ToolRetry("Which thing? Nothing was recorded.", choices=(Choice(label="B-1", number="1"),))
    payload: Payload = {
        "document": {"id": f"id-{number}", "number": number},
        "amount": {"minor": 98000, "currency": "EUR"},
        "account": {"id": "acc-1", "name": "Main", "code": "090"},
        "date": "2026-11-22",
        "note": "rent",
        "said": amount,
    }
    return Draft(payload=payload, summary=f"Payment of € 980.00 for {number}")


async def _unchanged(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    return None


async def _execute(access: WriteAccess, payload: Payload, key: str) -> Receipt:
    raise AssertionError("a turn must never execute anything")


async def _look_up(access: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    raise AssertionError("a turn must never look a payment up")


def pay_card(payload: Payload, language: Language) -> Card:
    document = payload["document"]
    assert isinstance(document, dict)
    return Card(
        deed="Record payment of € 980.00",
        headline="Record a payment",
        amount="€ 980.00",
        payee="Papierwerk GmbH",
        payee_label="Paid to",
        facts=(Fact(label="Bill", value=str(document["number"])),),
        warnings=("Recorded twice?",),
        note="No money moves at the bank.",
    )


def _document_id(payload: Payload) -> str:
    document = payload["document"]
    assert isinstance(document, dict)
    return str(document["id"])


def _stakes(payload: Payload) -> Stakes:
    document = payload["document"]
    assert isinstance(document, dict)
    money = Money.from_minor(98000, "EUR")
    return Stakes(WriteKind.PAYMENT_OUT, money, "c-1", "Papierwerk GmbH", "", str(document["number"]), NOW.date())


def _again(payload: Payload, fields: Mapping[str, str]) -> dict[str, object]:
    document, amount, account = payload["document"], payload["amount"], payload["account"]
    assert isinstance(document, dict) and isinstance(amount, dict) and isinstance(account, dict)
    before = {
        "amount": str(Money.from_minor(int(str(amount["minor"])), str(amount["currency"])).amount),
        "date": str(payload["date"]),
        "reference": str(payload["note"]),
        "account": str(account["id"]),
    }
    return {"document_number": str(document["id"]), **before, **fields}


PAY_THING = write_tool(
    "xero",
    propose=pay_thing,
    changed=_unchanged,
    execute=_execute,
    look_up=_look_up,
    card=pay_card,
    subject=_document_id,
    stakes=_stakes,
    again=_again,
)
TOOLSET = Toolset([list_things, slow_thing, which_thing, broken_thing, many_things, PAY_THING])
WITH_A_FAULT = Toolset([*TOOLSET, faulty_thing])


def proposal(state: State = State.AWAITING, **more: Any) -> Proposal:
    """A stored proposal of `pay_thing`, in any state."""
    values: dict[str, Any] = {
        "id": "11111111-1111-4111-8111-111111111111",
        "number": 7,
        "organisation_id": ORGANISATION.id,
        "organisation_name": ORGANISATION.name,
        "tool": "pay_thing",
        "kind": WriteKind.PAYMENT_OUT,
        "payload": {
            "document": {"id": "id-B-1", "number": "B-1"},
            "amount": {"minor": 98000, "currency": "EUR"},
            "account": {"id": "acc-1", "name": "Main", "code": "090"},
            "date": "2026-11-22",
            "note": "rent",
        },
        "digest": "d" * 64,
        "summary": "Payment of € 980.00 for B-1",
        "state": state,
        "proposer_id": "p-2",
        "proposer_name": "Paul Peters",
        "conversation_id": "c-1",
        "created_at": NOW - timedelta(minutes=5),
        "expires_at": NOW + timedelta(minutes=25),
        "decided_by_id": None,
        "decided_by_name": None,
        "decided_at": None,
        "replaces": None,
        "superseded_by": None,
        "receipt": None,
        "problem": None,
        "link": "",
        "attempts": 0,
        "policy_version": "p" * 64,
        "second_person": False,
    }
    return Proposal(**{**values, **more})


class KeepsProposals:
    """Stands where assistant.proposals.Proposals stands: numbers what it is given."""

    def __init__(self, *, slowly: float = 0) -> None:
        self.kept: list[Proposal] = []
        self._slowly = slowly

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
    ) -> Proposal:
        await asyncio.sleep(self._slowly)
        made = proposal(
            id=f"00000000-0000-4000-8000-{len(self.kept):012d}",
            number=len(self.kept) + 1,
            payload=draft.payload,
            summary=draft.summary,
            proposer_id=principal.id,
            proposer_name=principal.name,
            organisation_id=organisation.id,
            conversation_id=conversation_id,
            replaces=replaces,
        )
        self.kept.append(made)
        return made


@dataclass
class RememberedScreen:
    """What the person was shown, in order."""

    shown: list[tuple[str, Any]] = field(default_factory=list)
    running: int = 0
    most_running: int = 0
    thoughts: int = 0
    started: asyncio.Event = field(default_factory=asyncio.Event)
    _text: str = ""

    async def thinking(self) -> None:
        self.thoughts += 1

    async def text(self, piece: str) -> None:
        self._text += piece

    async def end_text(self) -> None:
        self.shown.append(("answer", self._text))
        self._text = ""

    async def notice(self, text: str) -> None:
        self.shown.append(("notice", text))

    async def remark(self, text: str) -> None:
        self.shown.append(("remark", text))

    async def tool_started(self, asked: Asked) -> None:
        self.started.set()
        self.running += 1
        self.most_running = max(self.running, self.most_running)

    async def tool_waits(self, asked: Asked, wait: Wait) -> None:
        self.shown.append(("waits", (asked.call.name, wait)))

    async def tool_loads(self, asked: Asked, kind: str, done: int, total: int) -> None:
        self.shown.append(("loads", (asked.call.name, kind, done, total)))

    async def tool_finished(self, asked: Asked, outcome: Outcome, milliseconds: int) -> None:
        self.running -= 1
        self.shown.append(("tool", (asked.provider, asked.call.name, outcome.ok)))

    async def table(self, table: Table) -> None:
        self.shown.append(("table", table.title))

    async def file(self, file: File) -> None:
        self.shown.append(("file", file.name))

    async def card(self, proposal: Proposal, words: str) -> None:
        self.shown.append(("card", (proposal.label, words)))

    def of(self, kind: str) -> list[Any]:
        return [what for name, what in self.shown if name == kind]

    @property
    def words(self) -> str:
        """All that was said, by the model and by code."""
        return "\n".join(str(what) for name, what in self.shown if name in ("answer", "notice"))


@dataclass
class Talk:
    """One conversation of one person with one model; each `say` is a turn."""

    model: Model
    principal: Principal = field(default_factory=lambda: person(Role.APPROVER))
    language: Language = "en"
    toolset: Toolset = TOOLSET
    steps: int = 8
    tool_seconds: float = 5
    screen: RememberedScreen = field(default_factory=RememberedScreen)
    proposals: KeepsProposals = field(default_factory=KeepsProposals)
    history: History = field(default_factory=History)

    async def say(self, text: str) -> RememberedScreen:
        await self.turn().run(text)
        return self.screen

    def turn(self) -> Turn:
        asking = Asking(self.principal, ORGANISATION, "c-1", self.language)

        async def access(organisation: Organisation, language: Language) -> Access:
            return make_access(language=language)

        dispatch = Dispatch(
            toolset=self.toolset,
            asking=asking,
            access_for=access,
            proposals=self.proposals,
            said=self.history.said,
            seconds=self.tool_seconds,
        )
        return Turn(
            asking=asking,
            history=self.history,
            model=self.model,
            dispatch=dispatch,
            screen=self.screen,
            today=date(2026, 11, 22),
            steps=self.steps,
            new_batch=_numbered(),
        )


def _numbered() -> Callable[[], str]:
    count = iter(range(10_000))
    return lambda: f"batch-{next(count)}"
