"""What Xero allows an app at one organisation, and who may use it: counted here, waited for in `pace`.

Per organisation and app 5 calls at a time, 60 a minute and 5,000 a day (1,000 on the starter tier); per app 10,000 a
minute over all organisations (developer.xero.com, "API rate limits"). Each answer says how many of the day are left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

Urgency = Literal["write", "read", "bulk"]
"""A confirmed write goes before a person's question, and that before the copying of the ledger."""

AT_ONCE = 5
PER_MINUTE = 60
PER_DAY = 5_000
_MINUTE = timedelta(minutes=1)
_RESERVED: Mapping[Urgency, int] = {"write": 0, "read": 5, "bulk": 20}
"""How many of the minute's calls are left to the more urgent."""
_RESERVED_PLACES: Mapping[Urgency, int] = {"write": 0, "read": 1, "bulk": 2}
"""How many of the places are left to the more urgent."""
_KEPT_OF_THE_DAY: Mapping[Urgency, float] = {"write": 0, "read": 0.02, "bulk": 0.1}
"""The part of the day's calls that is left to the more urgent: the last hundred of 5,000 are for confirmed writes."""
_BELIEVED = timedelta(minutes=15)
"""How long Xero's word on the day counts: after that one call finds out what it is now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """No call may be made now."""

    until: datetime
    """When it is worth asking again (aware)."""
    limit: str
    """Which of Xero's limits: minute, day, concurrent, appminute."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What has been used of it; a value, so that a table can keep it for every process."""

    calls: tuple[datetime, ...] = ()
    """The calls of the last minute, oldest first."""
    places: Mapping[str, datetime] = field(default_factory=dict)
    """Who is calling now, and until when the place is theirs: whoever died gives it back by that."""
    left_today: int | None = None
    """What Xero said is left of the day, less what was called since."""
    said_at: datetime | None = None
    """When it said so."""
    closed_until: datetime | None = None
    closed_by: str = ""
    """After a 429: nobody calls before that, and why."""

    def take(
        self,
        caller: str,
        urgency: Urgency,
        now: datetime,
        until: datetime,
        *,
        per_minute: int = PER_MINUTE,
        per_day: int = PER_DAY,
    ) -> Allowance | Wait:
        """A place for one call by that caller, theirs until `until` at the latest; or how long to wait for one.

        `per_minute` 0: the minute is not counted (a provider of our own, in tests).
        """
        if self.closed_until is not None and now < self.closed_until:
            return Wait(self.closed_until, self.closed_by)
        calls = tuple(call for call in self.calls if call > now - _MINUTE)
        places = {name: end for name, end in self.places.items() if end > now}
        left = self._left(now)
        if left is not None and left <= round(per_day * _KEPT_OF_THE_DAY[urgency]):
            return Wait((self.said_at or now) + _BELIEVED, "day")
        allowed = max(1, per_minute - _RESERVED[urgency])
        if per_minute and len(calls) >= allowed:
            return Wait(calls[len(calls) - allowed] + _MINUTE, "minute")
        if len(places) >= AT_ONCE - _RESERVED_PLACES[urgency]:
            return Wait(min(places.values()), "concurrent")
        return replace(
            self,
            calls=(*calls, now) if per_minute else (),
            places={**places, caller: until},
            left_today=None if left is None else left - 1,
            said_at=None if left is None else self.said_at,
            closed_until=None,
            closed_by="",
        )

    def keep(self, caller: str, until: datetime) -> Allowance:
        """The call goes on: the place stays theirs until then, if it still is."""
        if caller not in self.places:
            return self
        return replace(self, places={**self.places, caller: until})

    def give(self, caller: str, now: datetime, left_today: int | None = None) -> Allowance:
        """The call has ended; `left_today` is what Xero said with its answer."""
        places = {name: end for name, end in self.places.items() if name != caller}
        if left_today is None:
            return replace(self, places=places)
        return replace(self, places=places, left_today=left_today, said_at=now)

    def close(self, until: datetime, limit: str) -> Allowance:
        """Xero said 429."""
        if self.closed_until is not None and self.closed_until >= until:
            return self
        return replace(self, closed_until=until, closed_by=limit)

    def _left(self, now: datetime) -> int | None:
        """Of the day, as far as it is known."""
        believed = self.said_at is not None and now < self.said_at + _BELIEVED
        return self.left_today if believed else None
