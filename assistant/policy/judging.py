"""Judges one write by the rules: pure functions of the rules, what is at stake, the person and the circumstances.

Every check is a line of the verdict, passed or not; nothing is decided that is not in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from assistant.policy import need_words, payee_words, words
from assistant.policy.rules import KindRules, Most, Policy, Threshold
from assistant.policy.verdict import Earlier, Need, Reason, Stopped, Verdict
from assistant.principal import Principal, Role
from tools.base import Stakes
from tools.money import Money


class Standing(Protocol):
    """What the registry of payees knows of a contact (assistant.payees.PayeeStanding)."""

    @property
    def bank(self) -> str: ...
    @property
    def active(self) -> bool: ...
    @property
    def known_since(self) -> datetime: ...
    @property
    def changed_at(self) -> datetime | None: ...
    @property
    def what_changed(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else counts, read from the tables at this moment. Sums are minor units of the write's own currency, of
    its kind, over 24 hours, without the write itself."""

    now: datetime
    organisation_id: str
    organisation_name: str
    timezone: str
    stopped: Stopped | None = None
    open_cards: int = 0
    payee: Standing | None = None
    earlier: tuple[Earlier, ...] = ()
    confirmed_by_person: int = 0
    confirmed_in_organisation: int = 0
    alone_by_person: int = 0
    """What this person both prepared and confirmed."""
    weakly_by_person: int = 0
    """What this person confirmed without a second factor."""


@dataclass(frozen=True, slots=True)
class Confirming:
    """Who confirms what somebody proposed, and what they bring with them."""

    person: Principal
    proposer_id: str
    stepped_up: bool = False
    reason: str = ""
    """Why it is not a duplicate, in the approver's words."""
    asked_for_two: bool = False
    """It has needed a second person before; that stays, whatever became of the sums and the rules since."""


def judge_proposing(
    policy: Policy, stakes: Stakes, person: Principal, circumstances: Circumstances, *, counts_cards: bool = True
) -> Verdict:
    """May this person propose it, and what will its confirmation need?"""
    rules = policy.kinds.get(stakes.kind)
    if rules is None:
        return Verdict(stakes.kind, policy.digest, (words.kind_not_allowed(stakes.kind),))
    reasons = [
        _stop_switch(circumstances),
        *_right("propose", stakes, person, circumstances),
        *_within_limit("propose", rules.propose, stakes, person, circumstances),
        *_payee(rules, stakes, circumstances),
    ]
    if counts_cards:
        reasons.append(words.cards_open(circumstances.open_cards, policy.cards.open_in_a_conversation))
    if stakes.money is not None and not _anybody_may_confirm(rules, stakes.money):
        reasons.append(_highest(rules, stakes.money))
    return Verdict(
        stakes.kind, policy.digest, tuple(reasons), _needs(rules, stakes, circumstances), circumstances.earlier
    )


def judge_confirming(policy: Policy, stakes: Stakes, confirming: Confirming, circumstances: Circumstances) -> Verdict:
    """May this person confirm it, now, with what they bring? Asked at the decision and again at the execution."""
    rules = policy.kinds.get(stakes.kind)
    if rules is None:
        return Verdict(stakes.kind, policy.digest, (words.kind_not_allowed(stakes.kind),))
    reasons = (
        _stop_switch(circumstances),
        *_right("confirm", stakes, confirming.person, circumstances),
        *_within_limit("confirm", rules.confirm, stakes, confirming.person, circumstances),
        *_sums(rules, stakes, confirming, circumstances),
        *_payee(rules, stakes, circumstances),
        *_two_people(rules, stakes, confirming, circumstances),
        *_second_factor(rules, stakes, confirming, circumstances),
        *_duplicates(rules, confirming, circumstances),
    )
    needs = _needs(rules, stakes, circumstances)
    if confirming.asked_for_two:
        needs |= {Need.SECOND_PERSON}
    return Verdict(stakes.kind, policy.digest, reasons, needs, circumstances.earlier)


def _stop_switch(circumstances: Circumstances) -> Reason:
    if circumstances.stopped is None:
        return words.not_stopped()
    return words.stopped(circumstances.stopped, circumstances.timezone)


def _right(deed: str, stakes: Stakes, person: Principal, circumstances: Circumstances) -> Iterator[Reason]:
    """What the kind of write asks for beside a role; no rule of a house can do without it."""
    right = stakes.kind.right
    if right is None:
        return
    if person.holds(right, circumstances.organisation_id):
        yield words.has_right(deed, stakes.kind, person.name, right)
    else:
        yield words.no_right(deed, stakes.kind, person.name, right)


def _within_limit(
    deed: str, limits: dict[Role, Most], stakes: Stakes, person: Principal, circumstances: Circumstances
) -> Iterator[Reason]:
    """The most generous of the person's roles counts; each role counts for itself, none includes another here."""
    held = [role for role in limits if role in person.roles_in(circumstances.organisation_id)]
    if not held:
        yield words.no_role(deed, stakes.kind, person.name, limits)
        return
    money = stakes.money
    if money is None:
        free = [role for role in held if limits[role] == "any"]
        if free:
            yield words.has_role(deed, stakes.kind, person.name, free[0], None)
        else:
            yield words.no_role(deed, stakes.kind, person.name, limits)
        return
    most = {
        role: table[money.currency] for role in held if (table := limits[role]) != "any" and money.currency in table
    }
    if not most:
        yield words.no_currency(deed, stakes.kind, money.currency)
        return
    role = max(most, key=lambda each: most[each])
    limit = Money.from_minor(most[role], money.currency)
    if money <= limit and money.minor > 0:
        yield words.has_role(deed, stakes.kind, person.name, role, limit)
    else:
        yield words.above_limit(deed, money, limit, role)


def _most_confirmable(rules: KindRules, currency: str) -> int:
    return max(
        (table[currency] for table in rules.confirm.values() if table != "any" and currency in table), default=-1
    )


def _anybody_may_confirm(rules: KindRules, money: Money) -> bool:
    return money.minor <= _most_confirmable(rules, money.currency)


def _highest(rules: KindRules, money: Money) -> Reason:
    """A card that nobody could confirm is not made."""
    most = _most_confirmable(rules, money.currency)
    return words.nobody_may_confirm(
        money, Money.from_minor(most, money.currency) if most >= 0 else None, next(iter(rules.confirm))
    )


def _sums(rules: KindRules, stakes: Stakes, confirming: Confirming, circumstances: Circumstances) -> Iterator[Reason]:
    money, limits = stakes.money, rules.in_24_hours
    if money is None or limits is None:
        return
    for whose, table, so_far, name in (
        ("person", limits.person, circumstances.confirmed_by_person, confirming.person.name),
        ("organisation", limits.organisation, circumstances.confirmed_in_organisation, circumstances.organisation_name),
    ):
        most = table.get(money.currency)
        if most is None:
            yield words.no_currency("confirm", stakes.kind, money.currency)
            continue
        total = Money.from_minor(so_far + money.minor, money.currency)
        yield words.in_a_day(whose, name, total, Money.from_minor(most, money.currency))


def _payee(rules: KindRules, stakes: Stakes, circumstances: Circumstances) -> Iterator[Reason]:
    if rules.payee is None:
        return
    payee = circumstances.payee
    if payee is None:
        yield payee_words.payee_unknown(stakes.payee_name)
        return
    if not payee.active:
        yield payee_words.payee_not_active(stakes.payee_name)
        return
    if payee.bank != stakes.bank:
        yield payee_words.payee_changed_now(stakes.payee_name)
        return
    changed = payee.changed_at or payee.known_since
    until = max(payee.known_since, changed) + rules.payee.cooling_off
    if circumstances.now < until:
        what = payee.what_changed if payee.changed_at is not None and payee.changed_at >= payee.known_since else ()
        yield payee_words.payee_cooling(stakes.payee_name, what, until, circumstances.timezone)
    else:
        yield payee_words.payee_settled(stakes.payee_name)


def _limit_of(threshold: Threshold, money: Money | None) -> Money | None:
    if threshold.always or money is None or money.currency not in threshold.above:
        return None
    return Money.from_minor(threshold.above[money.currency], money.currency)


def _with(so_far: int, money: Money | None) -> Money | None:
    return None if money is None else Money.from_minor(so_far + money.minor, money.currency)


def _two_people(
    rules: KindRules, stakes: Stakes, confirming: Confirming, circumstances: Circumstances
) -> Iterator[Reason]:
    threshold = rules.second_person
    if threshold is None and not confirming.asked_for_two:
        return
    if confirming.person.id != confirming.proposer_id:
        yield need_words.by_two()
    elif threshold is not None and threshold.over(_with(circumstances.alone_by_person, stakes.money)):
        yield need_words.second_person(_limit_of(threshold, stakes.money))
    elif threshold is None or confirming.asked_for_two:
        yield need_words.asked_for_two()
    else:
        so_far = _with(circumstances.alone_by_person, stakes.money)
        yield need_words.alone(so_far, _limit_of(threshold, stakes.money))


def _second_factor(
    rules: KindRules, stakes: Stakes, confirming: Confirming, circumstances: Circumstances
) -> Iterator[Reason]:
    threshold = rules.step_up
    if threshold is None:
        return
    if confirming.stepped_up:
        yield need_words.stepped_up()
    elif threshold.over(_with(circumstances.weakly_by_person, stakes.money)):
        yield need_words.step_up(_limit_of(threshold, stakes.money))
    else:
        yield need_words.no_step_up_needed()


def _duplicates(rules: KindRules, confirming: Confirming, circumstances: Circumstances) -> Iterator[Reason]:
    if rules.duplicates is None:
        return
    if not circumstances.earlier:
        yield need_words.no_duplicate()
    elif confirming.reason:
        yield need_words.explained_duplicate(confirming.reason)
    else:
        yield need_words.duplicate(circumstances.earlier[0])


def _needs(rules: KindRules, stakes: Stakes, circumstances: Circumstances) -> frozenset[Need]:
    """What the card announces; sums that belong to whoever confirms are added when they do."""
    needs: set[Need] = set()
    if rules.second_person and rules.second_person.over(_with(circumstances.alone_by_person, stakes.money)):
        needs.add(Need.SECOND_PERSON)
    if rules.step_up and rules.step_up.over(_with(circumstances.weakly_by_person, stakes.money)):
        needs.add(Need.STEP_UP)
    if rules.duplicates and circumstances.earlier:
        needs.add(Need.REASON)
    return frozenset(needs)
