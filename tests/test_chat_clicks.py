"""Clicks on a card: what the browser sends is trusted with nothing, and only a confirmation starts an execution."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from assistant.audit import AuditTag
from assistant.chat.clicks import Clicking, Clicks
from assistant.chat.house import House
from assistant.confirmation import Confirmations
from assistant.decisions import Verdict, Wish
from assistant.feed import Feed
from assistant.places import Places
from assistant.principal import Principal, Role
from assistant.proposals import Proposal, State
from assistant.refusals import Refusal, RefusalReason
from assistant.settling import Settled
from assistant.stores.audit import AuditRow
from tests.support.books import make_access
from tests.support.conversation import ORGANISATION, TOOLSET, KeepsProposals, person, proposal
from tests.support.model import ScriptedModel
from tools.base import Access, Organisation

pytestmark = pytest.mark.anyio

OPEN = proposal()
NOBODYS = "22222222-2222-4222-8222-222222222222"
"""Looks like a proposal's id, and is none's."""


@dataclass
class Door:
    """Stands where Decisions stands; keeps what it was asked."""

    refuses: Refusal | None = None
    asked: list[tuple[Wish, Principal]] = field(default_factory=list)

    async def decide(self, wish: Wish, principal: Principal) -> Proposal:
        self.asked.append((wish, principal))
        if self.refuses:
            raise self.refuses
        return replace(OPEN, state=State.CONFIRMED if wish.verdict is Verdict.CONFIRM else State.REJECTED)


class Switch:
    """Stands where the stop switch stands, and is never touched by a click on a card."""

    async def stop(self, *_: Any, **__: Any) -> None:
        raise AssertionError("a card does not stop the house")

    allow = stop

    async def state(self, organisation_id: str) -> None:
        return None


class Consents:
    """A model on this machine: nobody has to be asked."""

    host = ""

    async def given(self, organisation_id: str) -> bool:
        return True

    async def give(self, organisation: Organisation, principal: Principal, session_id: str = "") -> None:
        raise AssertionError("a click gives no consent")

    async def withdraw(self, organisation: Organisation, principal: Principal, session_id: str = "") -> None:
        raise AssertionError("a click takes none back")


class Settles:
    """Stands where an admin settles, and is never touched by a click on a card."""

    async def find(self, *_: Any) -> str:
        raise AssertionError("a card settles nothing")

    async def consider(self, *_: Any) -> Settled:
        raise AssertionError("a card settles nothing")

    async def settle(self, *_: Any, **__: Any) -> Settled:
        raise AssertionError("a card settles nothing")


@dataclass
class Runs:
    """Stands where the Executor stands."""

    executed: list[str] = field(default_factory=list)

    async def execute(self, proposal_id: str) -> Proposal:
        await asyncio.sleep(0)
        self.executed.append(proposal_id)
        return OPEN


class Stored(KeepsProposals):
    """Proposals that can be found again."""

    def __init__(self, *known: Proposal) -> None:
        super().__init__()
        self._known = {one.id: one for one in known}

    async def get(self, proposal_id: str) -> Proposal | None:
        return self._known.get(proposal_id)

    async def waiting(self, *, organisation_id: str) -> list[Proposal]:
        return [one for one in self._known.values() if one.organisation_id == organisation_id]


@dataclass
class Shown:
    refreshed: list[str] = field(default_factory=list)

    async def refresh(self, proposal_id: str) -> None:
        self.refreshed.append(proposal_id)


@dataclass
class Trail:
    """Stands where the audit trail stands."""

    noted: list[dict[str, Any]] = field(default_factory=list)

    async def note(self, **event: Any) -> None:
        self.noted.append(event)

    async def of_number(self, organisation_id: str, number: int) -> list[AuditRow]:
        return []


@dataclass
class Room:
    door: Door = field(default_factory=Door)
    runs: Runs = field(default_factory=Runs)
    stored: Stored = field(default_factory=lambda: Stored(OPEN))
    shown: Shown = field(default_factory=Shown)
    trail: Trail = field(default_factory=Trail)

    def __post_init__(self) -> None:
        async def access(organisation: Organisation, language: str) -> Access:
            return make_access(language=language)

        async def nobody() -> tuple[Principal, str]:
            raise AssertionError("a click is handed who clicked")

        self.house = House(
            places=cast(Places, None),
            toolset=TOOLSET,
            model=ScriptedModel(),
            access_for=access,
            proposals=self.stored,
            decisions=self.door,
            executor=self.runs,
            audit=self.trail,
            feed=Feed(),
            confirmations=Confirmations("k" * 32, minutes=10),
            switch=Switch(),
            consents=Consents(),
            settling=Settles(),
            current=nobody,
            sandboxed=True,
        )
        self.clicks = Clicks(self.house, self.shown)

    async def settled(self) -> None:
        await self.house.errands.finish()


def by(principal: Principal | None = None, language: str = "en", organisation: Organisation = ORGANISATION) -> Clicking:
    return Clicking(principal or person(Role.APPROVER), "s-1", organisation, "c-9", language)


def click(**more: Any) -> dict[str, Any]:
    return {"proposal_id": OPEN.id, "digest": OPEN.digest, **more}


async def test_confirm_goes_through_the_door_and_is_executed() -> None:
    room = Room()
    brought = click(verdict="confirm", confirmation="code", reason="the second half")
    assert await room.clicks.decide(brought, by()) == {"ok": True}
    await room.settled()
    assert room.runs.executed == [OPEN.id]
    wish = Wish(
        proposal_id=OPEN.id,
        digest=OPEN.digest,
        verdict=Verdict.CONFIRM,
        session_id="s-1",
        organisation_id="org-1",
        confirmation="code",
        reason="the second half",
        language="en",
    )
    assert room.door.asked == [(wish, person(Role.APPROVER))]


async def test_cancel_executes_nothing() -> None:
    room = Room()
    assert await room.clicks.decide(click(verdict="cancel"), by()) == {"ok": True}
    await room.settled()
    assert room.runs.executed == []


@pytest.mark.parametrize("language", ["en", "de"])
async def test_a_refusal_is_told_executes_nothing_and_shows_the_card_anew(language: str) -> None:
    room = Room(door=Door(refuses=Refusal(RefusalReason.EXPIRED, label="P-7")))
    answer = await room.clicks.decide(click(verdict="confirm"), by(language=language))
    await room.settled()
    assert answer["reason"] == "expired"
    assert ("expired" if language == "en" else "abgelaufen") in answer["refused"]
    assert room.runs.executed == []
    assert room.shown.refreshed == [OPEN.id]


FORGED: list[object] = [
    None,
    [],
    "confirm",
    {},
    {"proposal_id": OPEN.id, "verdict": "confirm"},
    click(verdict="execute"),
    click(verdict=True),
    click(verdict="confirm", amount="1"),
    click(verdict="confirm", principal="p-9"),
    {**click(verdict="confirm"), "proposal_id": "../../etc"},
    {**click(verdict="confirm"), "proposal_id": 7},
    {**click(verdict="confirm"), "digest": "D" * 64},
    {**click(verdict="confirm"), "digest": ["d" * 64]},
    {**click(verdict="confirm"), "digest": "d" * 64 + "\n"},
]


@pytest.mark.parametrize("payload", FORGED)
async def test_a_forged_click_never_reaches_the_door(payload: object) -> None:
    room = Room()
    answer = await room.clicks.decide(payload, by())
    assert "refused" in answer
    assert "no such proposal" not in answer["refused"]
    assert room.door.asked == []
    assert_recorded(room, AuditTag.DECISION_REFUSED)


def assert_recorded(room: Room, tag: AuditTag) -> dict[str, Any]:
    """One line in the trail: who, in which session, why; nothing of what was sent but the name of a proposal."""
    (event,) = room.trail.noted
    assert (event["tag"], event["session_id"], event["organisation_id"]) == (tag, "s-1", "org-1")
    assert event["principal"].id == "p-1"
    assert event["subject"] in ("", OPEN.id, NOBODYS)
    assert event["facts"]["reason"]
    return event


@pytest.mark.parametrize(("language", "words"), [("en", "confirmed or cancelled"), ("de", "bestätigen oder abbrechen")])
async def test_a_verdict_that_does_not_exist_is_called_that(language: str, words: str) -> None:
    room = Room()
    answer = await room.clicks.decide(click(verdict="approve"), by(language=language))
    assert words in answer["refused"]
    event = assert_recorded(room, AuditTag.DECISION_REFUSED)
    assert (event["subject"], event["facts"]["reason"]) == (OPEN.id, "ill_formed:verdict")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Reference: at most 200 characters are possible, this has 5,000."),
        ("de", "Verwendungszweck: Höchstens 200 Zeichen sind möglich, das sind 5.000."),
    ],
)
async def test_a_text_that_is_too_long_is_told_how_long_it_may_be(language: str, words: str) -> None:
    room = Room()
    answer = await room.clicks.edit(click(fields={"reference": "x" * 5000}), by(language=language))
    assert isinstance(answer, dict)
    assert words in answer["refused"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"payee": "Evil Ltd"}, "Only the amount, the date, the account and the reference"),
        ({"amount": 500}, "Amount: this is not a text"),
        (["amount"], "cannot be read"),
    ],
)
async def test_what_cannot_be_edited_is_said(fields: object, words: str) -> None:
    room = Room()
    answer = await room.clicks.edit(click(fields=fields), by())
    assert isinstance(answer, dict)
    assert words in answer["refused"]
    assert "Evil" not in answer["refused"]


async def test_a_click_that_no_page_has_is_refused_and_recorded() -> None:
    room = Room()
    answer = await room.clicks.unknown(click(verdict="confirm"), by())
    assert "no such button" in answer["refused"]
    assert assert_recorded(room, AuditTag.DECISION_REFUSED)["subject"] == OPEN.id
    assert room.door.asked == []


async def test_an_edit_makes_a_new_proposal_of_the_same_document() -> None:
    room = Room()
    made = await room.clicks.edit(click(fields={"amount": "500,00", "reference": "part 1"}), by())
    assert isinstance(made, Proposal)
    assert made.replaces == OPEN.id
    assert made.conversation_id == "c-9"
    assert made.payload["said"] == "500,00"
    assert made.summary.endswith("id-B-1")


async def test_an_edit_with_nothing_changed_prepares_the_same_again() -> None:
    room = Room()
    made = await room.clicks.edit(click(), by())
    assert isinstance(made, Proposal)
    assert made.payload["said"] == "980.00"


@pytest.mark.parametrize(
    "payload",
    [
        click(fields={"document_number": "B-2"}),
        click(fields={"amount": 500}),
        click(fields={"amount": "9" * 300}),
        click(fields=[]),
        click(fields={}, organisation_id="org-2"),
        {**click(), "proposal_id": NOBODYS},
        {**click(), "digest": "e" * 64},
    ],
)
async def test_a_forged_edit_makes_nothing(payload: object) -> None:
    room = Room()
    answer = await room.clicks.edit(payload, by())
    assert isinstance(answer, dict)
    assert "refused" in answer
    assert room.stored.kept == []
    assert_recorded(room, AuditTag.PROPOSAL_REFUSED)


async def test_a_card_of_another_organisation_cannot_be_edited() -> None:
    other = Organisation(id="org-2", name="Other GmbH", base_currency="EUR")
    room = Room()
    answer = await room.clicks.edit(click(), by(organisation=other))
    assert isinstance(answer, dict)
    assert "refused" in answer
    assert room.stored.kept == []


async def test_a_fault_in_an_errand_is_logged_and_hurts_nobody() -> None:
    room = Room()

    async def faulty() -> None:
        raise ZeroDivisionError

    room.house.errands.start(faulty(), name="faulty")
    await room.settled()
    assert await room.clicks.decide(click(verdict="cancel"), by()) == {"ok": True}


async def test_looking_shows_the_card_anew_and_changes_nothing() -> None:
    room = Room()
    assert await room.clicks.look(click()) == {"ok": True}
    assert room.shown.refreshed == [OPEN.id]
    assert await room.clicks.look({"proposal_id": "x"}) == {"ok": False}
    assert room.door.asked == []
    assert room.runs.executed == []
