"""One run: drawn from one integer, blown through, healed, and judged."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assistant.execution import Patience
from assistant.principal import Principal
from assistant.proposals import Proposal, State
from assistant.refusals import Refusal, RefusalReason
from assistant.stores.database import Database
from assistant.stores.proposals import Verdict
from tests.support.books import World
from tests.support.paying import ALEX, ANNA, PAUL, CrashNow
from tests.weather.company import TOTAL, Bill, Company
from tests.weather.draw import JUMPS, Deaths, fault
from tests.weather.house import House, Line, accounts_of, died, no_point
from tests.weather.judge import judge
from tests.weather.judged import Case, Life, Violation, any_open, lives_on
from tests.weather.meddling import Meddling
from tests.weather.rules import PEOPLE, PROMISED, People, roomy, tight
from tools.errors import ToolError

PATIENCE = Patience(next_in_line=0.01, stand_by=0.02)
"""Waiting in real time is short; everything else goes by the moved clock."""
PART = Decimal("100.00")
MOST_SWEEPS = 150
"""Fifty minutes of fair weather; what is not finished then is stuck."""


@dataclass
class Place:
    """What the runs of one worker share: the company, the database, and three lines to Xero."""

    company: Company
    database: Database
    storm: tuple[Line, Line]
    calm: Line
    world: World

    @classmethod
    async def open(cls, company: Company, database: Database) -> Place:
        """Connected, with the chart of accounts read."""
        storm = Line(company, read_seconds=0.25), Line(company, read_seconds=0.25)
        calm = Line(company, read_seconds=20)
        return cls(company, database, storm, calm, await accounts_of(calm))

    def close(self) -> None:
        """Lets the threads end."""
        for line in (*self.storm, self.calm):
            line.close()


@dataclass
class Outcome:
    """What one run came to."""

    violations: list[Violation]
    ends: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    deaths: int = 0
    attempts: int = 0
    story: list[str] = field(default_factory=list)
    rules: Counter[str] = field(default_factory=Counter)
    """How often the rules had something to say."""


class Run:
    """Everything that goes wrong in it follows from the seed."""

    def __init__(self, place: Place, seed: int) -> None:
        self._place, self._company, self.seed = place, place.company, seed
        self._dice = random.Random(seed)
        self._likely = self._dice.choice((0.0, 0.03, 0.1, 0.25))
        self._births = 0
        self._kinds: Counter[str] = Counter()
        self._all_deaths: list[Deaths] = []
        self.story: list[str] = []
        self._outside: dict[str, Decimal] = {}
        self._before = len(self._company.effects())
        self._strict = self._dice.random() < 0.5
        same = self._dice.random() < (0.4 if self._strict else 0.7)
        self._bills = [self._company.next_bill() for _ in range(1 if same else 2)]
        many = self._dice.choice((1, 2, 2) if self._strict else (1, 1, 2))
        self._asked = [(self._bills[0], PAUL), (self._bills[-1], ALEX)][:many]
        self._people = People()
        self._meddling = Meddling(self._people, self._company.clock)
        self._rules: Counter[str] = Counter()

    async def outcome(self) -> Outcome:
        """Blow, heal, judge."""
        try:
            return await self._outcome()
        finally:  # the next run begins with writes allowed
            await self._meddling.end(self._house(self._place.calm))

    async def _outcome(self) -> Outcome:
        self._company.clear()
        if self._strict:
            self._company.clock.advance(86_400)  # the sums of earlier runs are of yesterday
            self._rules["strict runs"] += 1
        made = [proposal for bill, who in self._asked if (proposal := await self._proposed(bill, who))]
        await self._decided(made)
        for _ in range(self._dice.randint(1, 5)):
            await self._blow(made)
        lives = await self._heal()
        effects = self._company.payments(self._before)
        paid = {bill.id: self._company.paid_on(bill) for bill in self._bills}
        case = Case(
            self.seed,
            self._bills,
            effects,
            paid,
            self._outside,
            set(self._kinds),
            self._meddling.windows,
            PROMISED if self._strict else None,
            self.story,
        )
        self._rules.update(window.what for window in self._meddling.windows)
        self._rules["blocked by a rule"] += sum(_ruled_out(life) for life in lives)
        return Outcome(
            judge(case, lives),
            Counter(str(life.state) for life in lives),
            self._kinds,
            sum(deaths.dead for deaths in self._all_deaths),
            sum(len(life.attempts) for life in lives),
            self.story,
            self._rules,
        )

    def _house(self, line: Line, deaths: Deaths | None = None) -> House:
        """A process of the product, just started."""
        place = self._place
        return House(
            place.database,
            line,
            place.world,
            place.company.clock,
            point=deaths or no_point,
            patience=PATIENCE,
            policy=tight() if self._strict else roomy(),
            people=self._people,
        )

    def _started(self, slot: int) -> House:
        """A process of that slot, which may die at any point."""
        self._births += 1
        deaths = Deaths(f"{self.seed}/{self._births}", self._likely)
        self._all_deaths.append(deaths)
        return self._house(self._place.storm[slot], deaths)

    def _order(self, count: int) -> None:
        for _ in range(count):
            drawn = fault(self._dice)
            if drawn["kind"] == "stale" and self._outside:
                continue  # what others pay cannot be known to us while reads lag: nothing to be judged
            self._kinds[drawn["kind"]] += 1
            self._company.order(drawn)
            self.story.append(f"fault {drawn}")

    async def _proposed(self, bill: Bill, who: Any) -> Proposal | None:
        """Asked for, and asked for again when it fails."""
        amount = self._dice.choice((None, None, PART) if self._strict else (None, PART, PART))
        self._order(self._dice.choice((0, 0, 0, 1)))
        for _ in range(4):
            try:
                made = await self._started(0).propose(bill, amount, who)
            except (CrashNow, ToolError, Refusal) as problem:
                self.story.append(f"propose: {problem!r}")
                continue
            self.story.append(f"P-{made.number} {made.id}: {amount} of {bill.number}, by {who.name}")
            if self._dice.random() < 0.1:
                return await self._edited(made, bill, who)
            return made
        return None

    async def _edited(self, made: Proposal, bill: Bill, who: Any) -> Proposal:
        try:
            return await self._started(0).propose(bill, PART + 1, who, replaces=made.id)
        except (CrashNow, ToolError, Refusal) as problem:
            self.story.append(f"edit: {problem!r}")
            return made

    async def _decided(self, made: list[Proposal]) -> None:
        """Clicks: one, in two tabs, of two approvers, one's own, against a Cancel, or too late; again after a death."""
        hows = ("once", "once", "tabs", "approvers", "cancel", "late") + (("own", "own") if self._strict else ())
        for proposal in made:
            how = self._dice.choice(hows)
            if how == "late":
                self._jump(self._dice.choice((1700, 1850)))
            own = next(who for who in PEOPLE.values() if who.id == proposal.proposer_id)
            clicks = {
                "tabs": [(ANNA, Verdict.CONFIRM), (ANNA, Verdict.CONFIRM)],
                "approvers": [(ANNA, Verdict.CONFIRM), (ALEX, Verdict.CONFIRM)],
                "cancel": [(ANNA, Verdict.CONFIRM), (PAUL, Verdict.CANCEL)],
                "own": [(own, Verdict.CONFIRM)],
            }.get(how, [(ANNA, Verdict.CONFIRM)])
            doing = [
                self._clicked(self._started(slot % 2), proposal, who, verdict)
                for slot, (who, verdict) in enumerate(clicks)
            ]
            self._tell(how, await asyncio.gather(*doing, return_exceptions=True))
            if self._all_deaths[-1].dead:
                again = self._started(0).decide(proposal, ANNA)
                self._tell("again", await asyncio.gather(again, return_exceptions=True))

    async def _clicked(self, house: House, proposal: Proposal, who: Principal, verdict: Verdict) -> Proposal:
        """A click, mostly after the second factor that tight rules may ask for."""
        if self._strict and self._dice.random() < 0.7:
            await house.step_up(proposal, who)
        return await house.decide(proposal, who, verdict=verdict)

    def _tell(self, what: str, ended: Sequence[object]) -> None:
        for each in ended:
            if isinstance(each, BaseException):
                if not isinstance(each, Refusal | ToolError | asyncio.CancelledError) and not died(each):
                    raise each
                if isinstance(each, Refusal) and each.reason is RefusalReason.POLICY:
                    self._rules["refused by a rule"] += 1
                self.story.append(f"{what}: {each!r}"[:300])

    def _jump(self, seconds: float) -> None:
        self.story.append(f"+{seconds} s")
        self._company.clock.advance(seconds)

    async def _blow(self, made: list[Proposal]) -> None:
        """Some faults, and two processes that work at the same time."""
        self._order(self._dice.choice((0, 1, 1, 2, 3)))
        self._jump(self._dice.choice(JUMPS))
        what = self._dice.choice(("execute", "execute", "sweep", "both", "stopped", "outside"))
        if what == "outside":
            self._pay_outside()
            return
        if self._meddling.windows and self._dice.random() < 0.4:
            await self._meddling.end(self._house(self._place.calm))
        rivals = [self._started(slot) for slot in range(2)]
        meddles = self._strict and self._dice.random() < 0.3
        doing: list[Coroutine[Any, Any, object]] = []
        if what != "sweep":
            doing += [rival.executor.execute(each.id) for rival in rivals for each in made]
        if what in ("sweep", "both"):
            doing += [rival.sweep() for rival in rivals]
        if meddles:
            # Roles and payees change before the others begin: where they are read is not inside the claim.
            doing = [self._meddling.begin(rivals[0], self._dice), *doing]
        tasks = [asyncio.ensure_future(each) for each in doing]
        if what == "stopped":
            await asyncio.sleep(self._dice.choice((0.001, 0.005, 0.01, 0.02)))
            for task in tasks:
                task.cancel()
        self._tell(what, await asyncio.gather(*tasks, return_exceptions=True))

    def _pay_outside(self) -> None:
        """Somebody pays a part of the bill in Xero itself; only while reads do not lag."""
        bill = self._bills[0]
        if self._kinds["stale"] or self._outside:
            return
        self._company.clear()
        if TOTAL - self._company.paid_on(bill) < 2:
            return
        self._company.pay_outside(bill, Decimal("1.00"))
        self._outside[bill.id] = Decimal("1.00")
        self.story.append(f"1.00 of {bill.number} is paid by others")

    async def _heal(self) -> list[Life]:
        """Fair weather: what is under way arrives, what lags catches up, one process sweeps every 20 seconds."""
        self._company.clear(keep="stale")
        self.story.append("fair weather")
        calm = self._house(self._place.calm)
        for _ in range(MOST_SWEEPS):
            self._company.clock.advance(20)
            await calm.sweep()
            if not await any_open(self._place.database, self._bills):
                break
        self._company.clock.advance(600)  # what is under way for longer than anything must not do harm either
        self._company.clear()
        return await lives_on(self._place.database, self._bills)


def _ruled_out(life: Life) -> bool:
    """Confirmed, and then not allowed when it was about to be sent."""
    return life.state is State.BLOCKED and "may not be carried out" in life.row.problem
