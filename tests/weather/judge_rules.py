"""What the rules promise, held against what Xero recorded: sums of the day, two people, second factors, stops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from assistant.stores.moments import from_text
from tests.weather.judged import Case, Life
from tests.weather.rules import Promised


def of_rules(case: Case, lives: Sequence[Life]) -> list[tuple[str, str]]:
    """Every rule of this run that was broken; a run lies within one day, and its day begins with it."""
    found = [("rule", what) for life in lives for what in _in_windows(case, life)]
    if case.promised is not None:
        found += [("rule", what) for what in _sums(case, case.promised, lives)]
    return found


def _in_windows(case: Case, life: Life) -> list[str]:
    """Attempts that began while nothing might be written, or not on that person's word."""
    return [
        f"P-{life.row.number}: attempt {attempt.number} began while {window.what} {window.person_id}".strip()
        for window in case.windows
        for attempt in life.attempts
        if window.person_id in ("", life.decision.person_id if life.decision else "")
        and window.holds_at(from_text(attempt.started_at))
    ]


def _sums(case: Case, promised: Promised, lives: Sequence[Life]) -> list[str]:
    organisation = Decimal(0)
    person: defaultdict[str, Decimal] = defaultdict(Decimal)
    alone: defaultdict[str, Decimal] = defaultdict(Decimal)
    weakly: defaultdict[str, Decimal] = defaultdict(Decimal)
    for life in lives:
        mine = [effect for effect in case.effects if effect["idempotency_key"] == life.row.id]
        paid = sum((Decimal(str(effect["body"]["Amount"])) for effect in mine), Decimal(0))
        who = life.decision.person_id if life.decision else "nobody"
        organisation += paid
        person[who] += paid
        if who == life.row.proposer_id:
            alone[who] += paid
        if not life.stepped_up:
            weakly[who] += paid
    found = [f"{organisation} left the organisation"] if organisation > promised.organisation else []
    for name, sums, most in (
        ("on the word of", person, promised.person),
        ("prepared and confirmed by", alone, promised.alone),
        ("without a second factor of", weakly, promised.weakly),
    ):
        found += [f"{amount} {name} {who}" for who, amount in sums.items() if amount > most]
    return found
