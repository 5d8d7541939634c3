"""A state machine that draws moves of people, processes and the provider in any order, and checks after each.

The provider is the till of `tests.support.paying`: thousands of moves in seconds. `tests.weather` plays against the
sandbox over HTTP.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assistant.execution import CHECKPOINTS, Patience
from assistant.proposals import Proposal, State
from assistant.refusals import Refusal
from assistant.stores.database import Database
from assistant.stores.proposals import Verdict
from tests.support.database import run_sql
from tests.support.paying import ALEX, ANNA, PAUL, VERA, Core, CrashNow, draft
from tests.weather.soak import Databases, databases

T = TypeVar("T")
DUE, PART = 98000, 10000
ENDS = {State.SUCCEEDED, State.FAILED, State.BLOCKED, State.EXPIRED, State.REJECTED, State.SUPERSEDED}
ANSWERS = ("lost_after", "lost_before", "refuse", "cut", "remember_error", "busy", "away", "ok")
"""The worst first: Hypothesis likes what comes first."""
_OPEN = "SELECT id FROM proposal WHERE state IN ('awaiting_confirmation', 'confirmed', 'executing', 'unknown') LIMIT 1"
_given: list[Databases] = []


@dataclass(frozen=True)
class Weather:
    """What happens while some processes work."""

    what: str
    rivals: int
    answers: tuple[str, ...]
    dies_at: str
    later: int
    late: bool
    """What was lost on the way arrives first."""
    mute: bool
    down: bool


_SELDOM = st.integers(0, 5).map(lambda drawn: drawn == 3)
WEATHER = st.builds(
    Weather,
    what=st.sampled_from(["both", "execute", "sweep"]),
    rivals=st.sampled_from([2, 1]),
    answers=st.tuples(st.sampled_from(ANSWERS)) | st.tuples(st.sampled_from(ANSWERS), st.sampled_from(ANSWERS)),
    dies_at=st.sampled_from(["", "", *CHECKPOINTS]),
    later=st.sampled_from([20, 30, 61, 130, 290, 370, 700, 0]),
    late=st.booleans(),
    mute=_SELDOM,
    down=_SELDOM,
)


class WritePath(RuleBasedStateMachine):
    """One bill, two people who ask, two who decide, two processes, and everything that may go wrong."""

    cards = Bundle("cards")

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._database = Database(_given[0].fresh())
        self._die_at = ""
        self._core = Core(self._database, checkpoint=self._point, patience=Patience(next_in_line=0.01, stand_by=0.02))
        self._core.till.due = DUE
        self._made: dict[str, Proposal] = {}
        self._ended: dict[str, State] = {}
        self._outside = 0

    def _point(self, name: str) -> None:
        if name == self._die_at:
            self._die_at = ""
            raise CrashNow(name)

    def _do(self, doing: Coroutine[Any, Any, T]) -> T | None:
        """Run it; None when the process died under it or it was refused."""
        try:
            return self._runner.run(doing)
        except (CrashNow, Refusal):
            return None
        except BaseExceptionGroup as errors:
            if errors.subgroup(CrashNow) is None:
                raise
            return None

    def _house(self) -> Core:
        """A process that has just been started."""
        return self._core.again(checkpoint=self._point, patience=Patience(next_in_line=0.01, stand_by=0.02))

    @initialize(target=cards)
    def two_are_confirmed(self) -> Any:
        for who in (PAUL, ALEX):
            self._asked(self._do(self._core.propose(who, draft(due=DUE, minor=PART), conversation_id=who.id)))
        for card in self._made.values():
            self._do(self._core.decide(card, ANNA))
        return multiple(*self._made.values())

    def _asked(self, made: Proposal | None) -> Any:
        if made is None:
            return multiple()
        self._made[made.id] = made
        return made

    @precondition(lambda self: len(self._made) < 4)
    @rule(target=cards, who=st.sampled_from([PAUL, ALEX]), minor=st.sampled_from([PART, PART + 1]))
    def propose(self, who: Any, minor: int) -> Any:
        what = draft(due=self._core.till.due, minor=minor)
        return self._asked(self._do(self._house().propose(who, what, conversation_id=who.id)))

    @precondition(lambda self: len(self._made) < 4)
    @rule(target=cards, old=consumes(cards))
    def edit(self, old: Proposal) -> Any:
        what = draft(due=self._core.till.due, minor=PART + 2)
        made = self._do(self._house().propose(PAUL, what, replaces=old.id))
        return old if made is None else self._asked(made)

    @rule(card=cards, who=st.sampled_from([ANNA, ALEX, VERA]), tabs=st.sampled_from([1, 2]))
    def confirm(self, card: Proposal, who: Any, tabs: int) -> None:
        async def click() -> None:
            clicks = [self._house().decide(card, who) for _ in range(tabs)]
            for ended in await asyncio.gather(*clicks, return_exceptions=True):
                assert isinstance(ended, Proposal | Refusal), ended

        self._do(click())

    @rule(card=cards, who=st.sampled_from([PAUL, ANNA]))
    def cancel(self, card: Proposal, who: Any) -> None:
        self._do(self._house().decide(card, who, verdict=Verdict.CANCEL))

    @rule(weather=WEATHER)
    def work(self, weather: Weather) -> None:
        """One or two processes carry out everything that was confirmed, and one of them may die."""
        self._blow(weather)

    @rule(first=WEATHER, then=WEATHER, last=WEATHER)
    def work_for_long(self, first: Weather, then: Weather, last: Weather) -> None:
        """The same some times in a row: what takes a time-out, a repetition and a jump of the clock."""
        for weather in (first, then, last):
            self._blow(weather)

    def _blow(self, weather: Weather) -> None:
        till = self._core.till
        self._core.clock.advance(seconds=weather.later)
        for key in list(till.lost) if weather.late else []:
            till.deliver_late(key)
        till.answers, till.mute, till.down = list(weather.answers), weather.mute, weather.down
        self._die_at = weather.dies_at

        async def all_of_it() -> None:
            houses = [self._house() for _ in range(weather.rivals)]
            doing: list[Coroutine[Any, Any, object]] = []
            if weather.what != "sweep":
                doing += [house.executor.execute(key) for house in houses for key in self._made]
            if weather.what != "execute":
                doing += [house.executor.sweep() for house in houses]
            for ended in await asyncio.gather(*doing, return_exceptions=True):
                if isinstance(ended, BaseException):
                    assert isinstance(ended, CrashNow | BaseExceptionGroup), ended

        self._do(all_of_it())
        self._do(self._house().proposals.expire_due())

    @precondition(lambda self: not self._outside and not self._core.till.lost and self._core.till.sends)
    @rule()
    def somebody_pays_a_part_in_xero(self) -> None:
        self._core.till.due -= 100
        self._outside = 100

    @invariant()
    def nothing_is_paid_twice_or_without_a_confirmation(self) -> None:
        paid = Counter(key for key, _ in self._core.till.paid)
        for key, times in paid.items():
            now = self._now(key)
            assert times == 1, f"{now.label} was paid {times} times"
            assert now.state in (State.EXECUTING, State.UNKNOWN, State.SUCCEEDED), (
                f"{now.label} is {now.state} and paid"
            )
            assert now.decided_by_name in (ANNA.name, ALEX.name)
        assert len({(key, body) for key, body in self._core.till.sends}) == len({k for k, _ in self._core.till.sends})

    @invariant()
    def every_payment_found_what_its_card_showed(self) -> None:
        left = DUE
        for key, minor in [] if self._outside else self._core.till.paid:
            assert self._now(key).payload["due"] == left, f"{self._now(key).label} was paid though {left} was left"
            left -= minor

    @invariant()
    def what_has_ended_stays_ended(self) -> None:
        for key in self._made:
            now = self._now(key)
            if key in self._ended:
                assert now.state is self._ended[key]
            elif now.state in ENDS:
                self._ended[key] = now.state
            if now.state in ENDS - {State.SUCCEEDED}:
                assert self._core.till.times_paid(key) == 0, f"{now.label} says {now.state}"
            elif now.state is State.SUCCEEDED:
                assert self._core.till.times_paid(key) == 1, f"{now.label} says done"

    def _now(self, key: str) -> Proposal:
        found = self._runner.run(self._core.proposals.get(key))
        assert found is not None, f"{key} was sent and is no proposal"
        return found

    def teardown(self) -> None:
        """Fair weather: sweeps every twenty seconds; then nothing is unfinished and the books agree."""
        try:
            self._heal()
        finally:
            self._runner.run(self._database.close())
            self._runner.close()

    def _heal(self) -> None:
        till = self._core.till
        self._die_at, till.answers, till.mute, till.down = "", [], False, False
        for _ in range(160):
            self._core.clock.advance(seconds=20)
            self._runner.run(self._house().executor.sweep())
            self._runner.run(self._house().proposals.expire_due())
            if not self._runner.run(run_sql(self._database, _OPEN)):
                break
        self.every_payment_found_what_its_card_showed()
        self.nothing_is_paid_twice_or_without_a_confirmation()
        self.what_has_ended_stays_ended()
        left = {now.label: now.state for key in self._made if (now := self._now(key)).state not in ENDS}
        assert not left, f"stuck: {left}"
        assert till.due == DUE - self._outside - sum(minor for _, minor in till.paid)
        assert self._runner.run(self._core.audit.verify()).ok


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_no_order_of_moves_pays_twice_loses_or_sticks() -> None:
    chosen = settings(
        max_examples=60,
        stateful_step_count=8,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    with databases("sqlite") as given:
        _given[:] = [given]
        run_state_machine_as_test(WritePath, settings=chosen)
