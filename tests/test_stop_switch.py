"""The stop switch: nothing is proposed, confirmed or sent after it, and nothing that was sent is lost by it."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from assistant.confirmation import Seat
from assistant.decisions import StepUp
from assistant.principal import Grant, Principal, Role
from assistant.proposal import Proposal
from assistant.refusals import Refusal, RefusalReason
from assistant.stores.database import Database, Work
from assistant.stores.moments import from_text
from assistant.stores.proposals import State, Verdict
from tests.support.database import run_sql
from tests.support.paying import ALEX, ANNA, DEMO, OTHER, OTTO, PAUL, Core, OpenTill, TickingClock, draft, person
from tests.support.refusing import codes

pytestmark = pytest.mark.anyio

ADA = person("ada", Grant(Role.ADMIN, DEMO.id))


@pytest.fixture
def core(database: Database) -> Core:
    return Core(database)


async def now(core: Core, proposal: Proposal) -> Proposal:
    found = await core.proposals.get(proposal.id)
    assert found is not None
    return found


async def attempts(core: Core) -> list[tuple[object, ...]]:
    return await run_sql(core.database, "SELECT proposal_id, started_at FROM execution_attempt ORDER BY started_at")


# what it stops


async def test_what_is_proposed_is_kept_as_blocked_with_who_stopped_it_and_why(core: Core) -> None:
    await core.switch.stop(DEMO, ADA, "strange bills")
    made = await core.propose()
    assert made.state is State.BLOCKED and made.problem is not None
    assert "Ada stopped all writes" in made.problem["en"] and "“strange bills”" in made.problem["en"]
    assert "Nothing was written" in made.problem["en"] and "Es wurde nichts geschrieben" in made.problem["de"]
    assert (await core.tags(made.id)) == ["proposal:requested", "proposal:blocked"]
    assert await core.proposals.waiting(organisation_id=DEMO.id) == []


async def test_what_waits_cannot_be_confirmed_but_cancelled(core: Core) -> None:
    one, other = await core.propose(), await core.propose(what=draft(bill="bill-205"))
    await core.switch.stop(DEMO, ADA, "")
    assert await codes(core, one) == ["stop_switch"]
    assert (await core.decide(other, PAUL, verdict=Verdict.CANCEL)).state is State.REJECTED
    assert (await now(core, one)).state is State.AWAITING


async def test_what_was_confirmed_before_is_not_sent(core: Core) -> None:
    made = await core.confirmed()
    await core.switch.stop(DEMO, ADA, "wait")
    done = await core.executor.execute(made.id)
    assert done.state is State.BLOCKED and done.problem is not None
    assert "may not be carried out now" in done.problem["en"] and "Ada" in done.problem["de"]
    assert core.till.sends == [] and await attempts(core) == []
    assert (await core.tags(made.id))[-1] == "execution:blocked"


async def test_the_sweep_of_another_process_sends_nothing_either(core: Core) -> None:
    made = await core.confirmed()
    await core.switch.stop(DEMO, None, "")
    await core.again().executor.sweep()
    assert core.till.sends == [] and (await now(core, made)).state is State.BLOCKED


async def test_another_organisation_goes_on(core: Core) -> None:
    made = await core.confirmed()
    await core.switch.stop(OTHER, None, "")
    assert (await core.executor.execute(made.id)).state is State.SUCCEEDED


# what it leaves alone


async def test_what_is_on_its_way_ends_as_it_ends(core: Core) -> None:
    made, gate, under_way = await core.confirmed(), asyncio.Event(), asyncio.Event()
    core.till.gates.append(gate)
    core.till.before_send = under_way.set
    sending = asyncio.create_task(core.executor.execute(made.id))
    await under_way.wait()
    await core.switch.stop(DEMO, ADA, "")
    gate.set()
    assert (await sending).state is State.SUCCEEDED
    assert core.till.times_paid(made.id) == 1


async def test_what_was_sent_without_an_answer_is_still_looked_up(core: Core) -> None:
    made = await core.confirmed()
    core.till.answers = ["lost_after"]
    assert (await core.executor.execute(made.id)).state is State.UNKNOWN
    await core.switch.stop(DEMO, ADA, "")
    core.clock.advance(seconds=30)
    await core.executor.sweep()
    assert (await now(core, made)).state is State.SUCCEEDED
    assert len(core.till.sends) == core.till.times_paid(made.id) == 1


async def test_what_never_arrived_is_not_sent_again_and_ends_once_that_is_certain(core: Core) -> None:
    made = await core.confirmed()
    core.till.answers = ["lost_before"]
    assert (await core.executor.execute(made.id)).state is State.UNKNOWN
    await core.switch.stop(DEMO, ADA, "")
    for state, minutes in ((State.UNKNOWN, 1), (State.UNKNOWN, 5), (State.BLOCKED, 6)):
        core.clock.advance(minutes=minutes)
        await core.executor.sweep()
        assert (await now(core, made)).state is state
    assert len(core.till.sends) == 1 and core.till.paid == []


# who may


@pytest.mark.parametrize("who", [PAUL, ANNA, OTTO, person("else", Grant(Role.ADMIN, OTHER.id))], ids=lambda p: p.name)
async def test_only_an_admin_of_the_organisation_moves_it(core: Core, who: Principal) -> None:
    for deed in (core.switch.stop, core.switch.allow):
        with pytest.raises(Refusal) as caught:
            await deed(DEMO, who, "I want it", f"session-{who.name}")
        assert caught.value.reason is RefusalReason.NOT_ALLOWED and "admin" in caught.value.text("de")
        assert (await core.tags())[-1] == "writes:switch_refused"
    assert await core.switch.state(DEMO.id) is None


async def test_who_stopped_and_allowed_is_in_the_trail(core: Core) -> None:
    await core.switch.stop(DEMO, ADA, "  strange\n bills  " + "x" * 400, "session-Ada")
    stopped = await core.switch.state(DEMO.id)
    assert stopped is not None and stopped.by == "Ada" and stopped.at == core.clock()
    assert stopped.why.startswith("strange bills x") and len(stopped.why) == 200
    await core.switch.allow(DEMO, None)
    assert await core.switch.state(DEMO.id) is None
    rows = await run_sql(
        core.database, "SELECT tag, actor_id, session_id, organisation_id FROM audit_event ORDER BY seq"
    )
    assert rows == [
        ("writes:stopped", ADA.id, "session-Ada", DEMO.id),
        ("writes:allowed", "house", "", DEMO.id),
    ]
    assert (await core.audit.verify()).ok


async def test_allowed_again_what_waited_can_be_confirmed_and_what_was_blocked_stays_so(core: Core) -> None:
    waits = await core.propose(what=draft(bill="bill-205"))
    await core.switch.stop(DEMO, ADA, "")
    blocked = await core.propose()
    await core.switch.allow(DEMO, ADA)
    assert (await now(core, blocked)).state is State.BLOCKED
    done = await core.decide(waits)
    assert (await core.executor.execute(done.id)).state is State.SUCCEEDED


# the race


class Signal:
    """Is given when so many executions have come to that point of the write path."""

    def __init__(self) -> None:
        self.given, self.missing, self.point = asyncio.Event(), 0, ""

    def wait_for(self, count: int, point: str) -> None:
        self.given, self.missing, self.point = asyncio.Event(), count, point
        self.count("")

    def count(self, checkpoint: str) -> None:
        self.missing -= checkpoint == self.point
        if self.missing <= 0:
            self.given.set()


async def _stop_at(core: Core, signal: asyncio.Event) -> datetime:
    await signal.wait()
    await core.switch.stop(DEMO, ADA, "now")
    stopped = await core.switch.state(DEMO.id)
    assert stopped is not None
    return stopped.at


async def test_no_attempt_begins_after_the_moment_of_the_stop_however_close(database: Database) -> None:
    """Two processes send, one stops, all at the same moment; who is first in the middle is the database's to say.

    The first round of six is stopped before it begins and the last one after an attempt has begun, so both orders
    are met on any machine; the four between are the race.
    """
    clock, signal = TickingClock(), Signal()
    core = Core(database, clock=clock, till=OpenTill(clock), checkpoint=signal.count)
    processes = [core, core.again(checkpoint=signal.count)]
    sent = kept = 0
    for number in range(18):
        cards = [await core.propose(what=draft(minor=100, bill=f"bill-{number}-{place}")) for place in range(4)]
        for card in cards:
            await core.decide(card, (ANNA, ALEX)[number % 2])
        before = len(await attempts(core))
        place_in_race = number % 6
        signal.wait_for(*((place_in_race, "checked") if place_in_race < 5 else (1, "after_claim")))
        stopping = asyncio.create_task(_stop_at(processes[number % 2], signal.given))
        if place_in_race == 0:
            await stopping
        await asyncio.gather(*(processes[place % 2].executor.execute(card.id) for place, card in enumerate(cards)))
        stopped = await stopping
        begun = (await attempts(core))[before:]
        assert [started for _, started in begun if from_text(str(started)) > stopped] == []
        for card in cards:
            state = (await now(core, card)).state
            assert state is (State.SUCCEEDED if card.id in {proposal for proposal, _ in begun} else State.BLOCKED)
        sent, kept = sent + len(begun), kept + len(cards) - len(begun)
        await core.switch.allow(DEMO, ADA)
    assert len(core.till.paid) == sent
    assert sent and kept, "the stop came always first or always last"


class HalfWay(Core):
    """Says when a confirmation is half way through its checks."""

    reached: asyncio.Event

    async def _step_up(self, work: Work, proposal: Proposal, seat: Seat) -> StepUp | None:
        self.reached.set()
        return await super()._step_up(work, proposal, seat)


async def test_no_confirmation_is_made_after_the_moment_of_the_stop(database: Database) -> None:
    clock = TickingClock()
    core = HalfWay(database, clock=clock, till=OpenTill(clock))
    second = core.again()
    for number in range(6):
        card = await core.propose(what=draft(minor=100, bill=f"bill-{number}"))
        core.reached = asyncio.Event()
        clicked, stopped = await asyncio.gather(
            core.decide(card), _stop_at(second, core.reached), return_exceptions=True
        )
        assert isinstance(stopped, datetime)
        if isinstance(clicked, Proposal):
            assert clicked.decided_at is not None and clicked.decided_at < stopped
        else:
            assert isinstance(clicked, Refusal) and "Ada" in clicked.text("en")
        await core.switch.allow(DEMO, ADA)
