"""Settling at the same moment, by a process that dies, and what is said before and after: one wins, all or nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from assistant.audit import AuditTag, AuditTrail
from assistant.audit.life import life_table
from assistant.settling import CannotSettle, Outlook, Said, Settled
from assistant.settling_words import Reason
from assistant.stores.database import Database, Work
from assistant.stores.proposals import State
from tests.support.database import run_sql
from tests.support.paying import ALEX, DEMO, draft
from tests.support.settling import ADA, AXEL, NOTE, SettlingCore, is_unclear, reason
from tools.base import Payload, Receipt, WriteAccess

pytestmark = pytest.mark.anyio


@pytest.fixture
def core(database: Database) -> SettlingCore:
    return SettlingCore(database)


# at the same moment


async def test_of_two_admins_at_once_one_wins_and_the_other_is_told(core: SettlingCore) -> None:
    unclear = await core.unclear()
    core.book_till.books["PAY-77"] = ("bill-204", 98000)
    other = core.again(tool=core.tool)
    ended = await asyncio.gather(
        core.settle(unclear),
        other.executor.settling.settle(unclear.id, AXEL, done=True, payment_id="PAY-77", note=NOTE),
        return_exceptions=True,
    )
    (won,) = [each for each in ended if isinstance(each, Settled)]
    (lost,) = [each for each in ended if isinstance(each, CannotSettle)]
    assert lost.reason in (Reason.BEING_LOOKED_UP, Reason.QUICKER, Reason.NOT_UNKNOWN)
    assert (await core.now(unclear)) == won.proposal
    tags = await core.tags(unclear.id)
    assert tags.count("execution:settled_by_person") == tags.count("execution:settling_refused") == 1


async def test_one_whose_lease_ran_out_while_looking_does_not_end_it_under_another(core: SettlingCore) -> None:
    """The first looks for too long, the second takes over and is still at it: only the second may end it."""
    unclear = await core.unclear()
    slow, late = Slowly(core), Slowly(core)
    first = asyncio.ensure_future(slow.core.settle(unclear))
    await slow.looking.wait()
    core.clock.advance(seconds=61)
    second = asyncio.ensure_future(late.core.settle(unclear, AXEL))
    await late.looking.wait()
    slow.go_on.set()
    with pytest.raises(CannotSettle) as caught:
        await first
    assert caught.value.reason is Reason.QUICKER and is_unclear(await core.now(unclear))
    late.go_on.set()
    assert (await second).proposal.state is State.FAILED


async def test_while_somebody_looks_it_up_nobody_settles_it(core: SettlingCore) -> None:
    unclear = await core.unclear()
    core.clock.advance(minutes=11)
    slow = Slowly(core)
    sweeping = asyncio.ensure_future(slow.core.executor.sweep())
    await slow.looking.wait()
    assert await reason(core, unclear) is Reason.BEING_LOOKED_UP
    slow.go_on.set()
    await sweeping
    assert (await core.settle(unclear)).proposal.state is State.FAILED


async def test_what_ended_otherwise_while_it_was_looked_at_stays_as_it_ended(core: SettlingCore) -> None:
    unclear = await core.unclear()
    slow = Slowly(core)
    settling = asyncio.ensure_future(slow.core.settle(unclear))
    await slow.looking.wait()
    await run_sql(core.database, "UPDATE proposal SET state = 'failed'")
    slow.go_on.set()
    with pytest.raises(CannotSettle) as caught:
        await settling
    assert caught.value.reason is Reason.QUICKER and "confirmed by Anna and failed" in caught.value.text("en")
    assert "execution:settled_by_person" not in await core.tags(unclear.id)


async def test_while_it_is_being_settled_the_sweep_leaves_it_alone(core: SettlingCore) -> None:
    unclear = await core.unclear()
    core.clock.advance(minutes=11)
    slow = Slowly(core)
    settling = asyncio.ensure_future(slow.core.settle(unclear))
    await slow.looking.wait()
    assert await core.executor.sweep() == []
    slow.go_on.set()
    assert (await settling).proposal.state is State.FAILED


class Slowly:
    """Another process whose look at the provider takes until it is told to go on."""

    def __init__(self, core: SettlingCore) -> None:
        self.looking, self.go_on = asyncio.Event(), asyncio.Event()
        look_up = core.tool.look_up

        async def slowly(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
            self.looking.set()
            await self.go_on.wait()
            return await look_up(writing, payload, key)

        tool = replace(core.tool, look_up=slowly)
        self.core = SettlingCore(core.database, clock=core.clock, till=core.book_till, tool=tool)


class SlowTrail(AuditTrail):
    """Takes until it is told to go on to record a settlement, in the middle of its unit of work."""

    def __init__(self, core: SettlingCore) -> None:
        super().__init__(core.database, clock=core.clock)
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    async def record(self, work: Work, *, tag: AuditTag, **more: Any) -> None:
        if tag is AuditTag.EXECUTION_SETTLED_BY_PERSON:
            self.reached.set()
            await self.go_on.wait()
        await super().record(work, tag=tag, **more)


async def test_a_payment_that_is_just_becoming_the_receipt_of_one_cannot_become_that_of_another(
    core: SettlingCore,
) -> None:
    one = await core.unclear()
    two = await core.unclear(what=draft(bill="bill-205"), who=ALEX)
    core.book_till.books["PAY-77"], core.book_till.credulous = ("bill-204", 98000), True
    trail = SlowTrail(core)
    slow = SettlingCore(core.database, clock=core.clock, till=core.book_till, tool=core.tool, trail=trail)
    first = asyncio.ensure_future(slow.settle(one, done=True, payment_id="PAY-77"))
    await trail.reached.wait()
    second = asyncio.ensure_future(core.settle(two, AXEL, done=True, payment_id="PAY-77"))
    await asyncio.wait([second], timeout=0.5)
    trail.go_on.set()
    assert (await first).proposal.state is State.SUCCEEDED
    with pytest.raises(CannotSettle) as caught:
        await second
    assert caught.value.reason is Reason.OTHERS_RECEIPT and is_unclear(await core.now(two))


# death


class CutTrail(AuditTrail):
    """The process dies while this is recorded."""

    cut: AuditTag | None = None

    async def record(self, work: Work, *, tag: AuditTag, **more: Any) -> None:
        await super().record(work, tag=tag, **more)
        if tag is self.cut:
            raise RuntimeError("cut")


@pytest.mark.parametrize("done", [True, False])
async def test_state_attempt_and_event_are_kept_together_or_not_at_all(core: SettlingCore, done: bool) -> None:
    unclear = await core.unclear()
    core.book_till.books["PAY-77"] = ("bill-204", 98000)
    said: dict[str, Any] = {"done": done, "payment_id": "PAY-77" if done else ""}
    before = await core.row(unclear)
    dying = dying_core(core)
    with pytest.raises(RuntimeError, match="cut"):
        await dying.settle(unclear, **said)
    assert await core.row(unclear) == before
    assert await run_sql(core.database, "SELECT outcome FROM execution_attempt") == [("unknown",)]
    assert "execution:settled_by_person" not in await core.tags(unclear.id)
    ended = (await core.settle(unclear, **said)).proposal
    assert ended.state is (State.SUCCEEDED if done else State.FAILED)
    assert await run_sql(core.database, "SELECT outcome FROM execution_attempt") == [(str(ended.state),)]
    assert (await core.audit.verify()).ok


def dying_core(core: SettlingCore) -> SettlingCore:
    trail = CutTrail(core.database, clock=core.clock)
    trail.cut = AuditTag.EXECUTION_SETTLED_BY_PERSON
    return SettlingCore(core.database, clock=core.clock, till=core.book_till, tool=core.tool, trail=trail)


# before it is said


async def test_considering_says_what_was_found_and_would_be_recorded_and_records_nothing(core: SettlingCore) -> None:
    unclear = await core.unclear()
    core.book_till.books["PAY-77"] = ("bill-204", 98000)
    before = await core.row(unclear)
    seen = await core.executor.settling.consider(unclear.id, ADA, Said(False, NOTE), "session-Ada")
    assert isinstance(seen, Outlook) and await core.row(unclear) == before
    assert seen.words["en"] == (
        "P-1 (€ 980.00, Acme): Xero was asked once more by our own reference and does not have it. With the button "
        f"you say that it was not done (“{NOTE}”): it ends as failed, and the document is free to be paid again. "
        "Nothing is recorded yet."
    )
    named = await core.executor.settling.consider(unclear.id, ADA, Said(True, NOTE, "PAY-77"))
    assert isinstance(named, Outlook) and "It has the payment that you named. Paid by hand" in named.words["en"]
    assert await core.row(unclear) == before
    with pytest.raises(CannotSettle):
        await core.executor.settling.consider(unclear.id, ALEX, Said(False, NOTE))
    core.till.paid.append((unclear.id, 98000))
    found = await core.executor.settling.consider(unclear.id, ADA, Said(False, NOTE))
    assert isinstance(found, Settled) and found.found and (await core.now(unclear)).state is State.SUCCEEDED


# its life


@pytest.mark.parametrize(
    ("language", "step", "details"),
    [
        ("en", "Settled by a person", ("said: it was not done", f"note: {NOTE}", "looked up once more: not there")),
        ("de", "Von einer Person geklärt", ("gesagt: es wurde nicht ausgeführt", f"Notiz: {NOTE}", "nicht vorhanden")),
    ],
)
async def test_its_life_says_it_in_words(sqlite: Database, language: str, step: str, details: tuple[str, ...]) -> None:
    core = SettlingCore(sqlite)
    unclear = await core.unclear()
    await core.refused(unclear, ALEX)
    await core.settle(unclear)
    rows = await core.audit.of_number(DEMO.id, unclear.number)
    table = life_table(rows, unclear.label, DEMO, language, core.clock())
    last, refused = table.rows[-1], table.rows[-3]
    assert isinstance(last["step"], dict) and last["step"]["word"] == step
    assert (last["who"], last["role"]) == ("Ada", "admin")
    assert all(each in str(last["details"]) for each in details), last["details"]
    assert refused["who"] == "Alex" and "admin" in str(refused["details"])
    assert not any("no outcome" in str(row["details"]) for row in table.rows)
