"""What Xero allows, and who gives way to whom: pure counting, with the time as an argument."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tools.xero.allowance import AT_ONCE, PER_MINUTE, Allowance, Urgency, Wait

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=60)


def used(
    urgency: Urgency, times: int, allowance: Allowance | None = None, now: datetime = NOW
) -> tuple[Allowance, int]:
    """So many calls, one after the other, each given back; how many went through."""
    found, through = allowance or Allowance(), 0
    for number in range(times):
        taken = found.take(f"c{number}", urgency, now, now + timedelta(seconds=60))
        if isinstance(taken, Allowance):
            through += 1
            found = taken.give(f"c{number}", now)
    return found, through


def test_copying_leaves_room_for_questions_and_they_for_writes() -> None:
    copied = used("bulk", 100)
    asked = used("read", 100, copied[0])
    written = used("write", 100, asked[0])
    assert copied[1] < copied[1] + asked[1] < PER_MINUTE
    assert copied[1] + asked[1] + written[1] == PER_MINUTE


def test_a_minute_later_calls_go_through_again_and_the_wait_says_when() -> None:
    full, through = used("write", 61)
    assert through == 60
    assert full.take("c", "write", NOW, LATER) == Wait(NOW + timedelta(minutes=1), "minute")
    assert used("write", 1, full, NOW + timedelta(minutes=1))[1] == 1


@pytest.mark.parametrize(("urgency", "at_once"), [("write", AT_ONCE), ("read", AT_ONCE - 1), ("bulk", AT_ONCE - 2)])
def test_places_at_once_with_some_left_to_the_more_urgent(urgency: Urgency, at_once: int) -> None:
    found: Allowance | Wait = Allowance()
    for number in range(at_once):
        assert isinstance(found, Allowance)
        found = found.take(f"c{number}", urgency, NOW, LATER)
    assert isinstance(found, Allowance)
    full = found.take("one more", urgency, NOW, LATER)
    assert full == Wait(LATER, "concurrent")
    assert isinstance(found.give("c0", NOW).take("one more", urgency, NOW, LATER), Allowance)


def test_a_place_whose_holder_died_comes_back() -> None:
    found: Allowance | Wait = Allowance()
    for number in range(AT_ONCE):
        assert isinstance(found, Allowance)
        found = found.take(f"c{number}", "write", NOW, LATER)
    assert isinstance(found, Allowance)
    assert isinstance(found.take("c", "write", LATER, LATER + timedelta(seconds=60)), Allowance)


def test_the_last_calls_of_the_day_are_kept_for_writes() -> None:
    told = Allowance().give("c", NOW, left_today=500)
    again = NOW + timedelta(minutes=15)
    assert told.take("c", "bulk", NOW, LATER) == Wait(again, "day")
    assert isinstance(told.take("c", "read", NOW, LATER), Allowance)
    last = Allowance().give("c", NOW, left_today=100)
    assert last.take("c", "read", NOW, LATER) == Wait(again, "day")
    assert isinstance(last.take("c", "write", NOW, LATER), Allowance)
    none = Allowance().give("c", NOW, left_today=0)
    assert none.take("c", "write", NOW, LATER) == Wait(again, "day")
    assert isinstance(none.take("c", "bulk", again, again + timedelta(seconds=60)), Allowance)


def test_our_own_calls_count_until_xero_says_the_number_again() -> None:
    found: Allowance | Wait = Allowance().give("c", NOW, left_today=102)
    for number in range(2):
        assert isinstance(found, Allowance)
        found = found.take(f"c{number}", "read", NOW, LATER)
    assert isinstance(found, Allowance)
    assert isinstance(found.take("c", "read", NOW, LATER), Wait)


def test_on_the_starter_tier_the_day_is_shorter() -> None:
    told = Allowance().give("c", NOW, left_today=90)
    assert isinstance(told.take("c", "read", NOW, LATER, per_day=1_000), Allowance)
    assert isinstance(told.take("c", "bulk", NOW, LATER, per_day=1_000), Wait)


def test_after_a_429_nobody_calls_before_the_time_that_xero_named() -> None:
    hours = NOW + timedelta(hours=10)
    closed = Allowance().close(hours, "day").close(NOW + timedelta(seconds=5), "minute")
    for urgency in ("bulk", "read", "write"):
        assert closed.take("c", urgency, NOW, LATER) == Wait(hours, "day")
    assert isinstance(closed.take("c", "read", hours, hours + timedelta(seconds=60)), Allowance)


def test_without_a_limit_a_minute_nothing_of_it_is_kept() -> None:
    found = Allowance().take("c", "bulk", NOW, LATER, per_minute=0)
    assert isinstance(found, Allowance) and found.calls == () and "c" in found.places
