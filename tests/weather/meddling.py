"""What people do to the rules while payments are under way: stop all writes, take a role away, change the payee."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime

from assistant.clock import Clock
from tests.support.paying import ALEX, ANNA, DEMO
from tests.weather.house import House, died
from tests.weather.rules import ADA, People

WHATS = ("stop", "stop", "role", "payee")


@dataclass
class Window:
    """A time in which no attempt may begin: for everybody, or for what one person confirmed."""

    what: str
    person_id: str = ""
    begun: datetime | None = None
    """When it certainly held; None while it is not certain that it was written down (the process died at it)."""
    ended: datetime | None = None
    """When it may have ended; None: it still holds."""

    def holds_at(self, moment: datetime) -> bool:
        """Whether an attempt that begins then is against the rules for certain."""
        return self.begun is not None and self.begun < moment and (self.ended is None or moment < self.ended)


class Meddling:
    """Begins and ends them, and remembers when."""

    def __init__(self, people: People, clock: Clock) -> None:
        self._people, self._clock = people, clock
        self.windows: list[Window] = []

    async def begin(self, house: House, dice: random.Random) -> Window:
        """One of them; the switch is thrown at a moment of its own, while other processes work."""
        window = Window(dice.choice(WHATS))
        self.windows.append(window)
        match window.what:
            case "stop":
                await asyncio.sleep(dice.choice((0.0, 0.002, 0.01)))
                try:
                    await house.switch.stop(DEMO, ADA, "weather")
                except BaseException as problem:
                    if not died(problem):
                        raise
                    return window
            case "role":
                window.person_id = dice.choice((ANNA, ALEX)).id
                self._people.withdrawn.add(window.person_id)
            case _:
                self._people.payee_changed = self._clock()
        window.begun = self._clock()
        return window

    async def end(self, house: House) -> None:
        """Writes are allowed again and roles are given back; a changed payee stays changed."""
        open_ = [window for window in self.windows if window.what != "payee" and window.ended is None]
        for window in open_:
            window.ended = self._clock()
        if any(window.what == "stop" for window in open_):
            await house.switch.allow(DEMO, ADA)
        self._people.withdrawn.clear()
