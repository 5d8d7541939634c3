"""What the rules say to one case: every limit at its edge, every need, and that silence allows nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.policy.judging import Circumstances, Confirming, judge_confirming, judge_proposing
from assistant.policy.rules import load_policy, read_policy
from assistant.policy.verdict import Earlier, Need, Stopped, Verdict
from assistant.principal import Principal, Role
from tests.support.conversation import person
from tests.support.paying import KnownPayee
from tools.base import Stakes, WriteKind
from tools.money import Money

POLICY = load_policy()
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAUL, ANNA = person(Role.PREPARER, name="Paul Peters", identity="paul"), person(Role.APPROVER, identity="anna")
MAX = person(Role.PREPARER, Role.APPROVER, name="Max Maurer", identity="max")
EARLIER = Earlier(label="P-3", number="BILL-1", minor=98000, currency="EUR", payee="Acme", day="2026-11-20")


def stakes(amount: str = "980.00", currency: str = "EUR", **more: Any) -> Stakes:
    what: dict[str, Any] = {
        "kind": WriteKind.PAYMENT_OUT,
        "money": Money(Decimal(amount), currency),
        "payee_id": "c-1",
        "payee_name": "Acme Ltd",
        "bank": "",
        "reference": "BILL-1",
        "day": NOW.date(),
    }
    return Stakes(**{**what, **more})


def case(**more: Any) -> Circumstances:
    return Circumstances(NOW, "org-1", "Demo GmbH", "Europe/Berlin", **{"payee": KnownPayee(), **more})


def proposing(what: Stakes, who: Principal = PAUL, **more: Any) -> Verdict:
    return judge_proposing(POLICY, what, who, case(**more))


def confirming(what: Stakes, who: Principal = ANNA, *, proposer: str = "paul", **more: Any) -> Verdict:
    brought = {name: more.pop(name) for name in ("stepped_up", "reason") if name in more}
    return judge_confirming(POLICY, what, Confirming(who, proposer, **brought), case(**more))


def codes(verdict: Verdict) -> list[str]:
    return [reason.code for reason in verdict.against]


def test_an_ordinary_payment_is_allowed_and_every_line_says_why() -> None:
    verdict = confirming(stakes())
    assert verdict.allowed and verdict.needs == frozenset()
    assert [reason.code for reason in verdict.reasons] == [
        "stop_switch", "confirm.role", "in_24_hours.person", "in_24_hours.organisation", "payee.settled",
        "second_person", "step_up", "duplicates",
    ]  # fmt: skip
    assert all(line.strip() for lines in verdict.explained().values() for line in lines)


def test_looking_at_nothing_allows_nothing() -> None:
    assert not Verdict(WriteKind.PAYMENT_OUT, "v", ()).allowed


@pytest.mark.parametrize(("amount", "allowed"), [("100000.00", True), ("100000.01", False)])
def test_the_most_that_a_preparer_may_propose(amount: str, allowed: bool) -> None:
    assert proposing(stakes(amount)).allowed is allowed


def test_what_nobody_may_confirm_makes_no_card() -> None:
    generous = read_policy(
        "version = 1\n[cards]\nopen_in_a_conversation = 3\nconfirm_minutes = 5\n[payment_in.propose]\n"
        'preparer = { EUR = "900.00" }\n[payment_in.confirm]\napprover = { EUR = "500.00" }\n'
        '[payment_in.in_24_hours]\nperson = { EUR = "9.00" }\norganisation = { EUR = "9.00" }\n'
    )
    verdict = judge_proposing(generous, stakes("600.00", kind=WriteKind.PAYMENT_IN), PAUL, case())
    assert codes(verdict) == ["confirm.limit"]


@pytest.mark.parametrize("kind", list(WriteKind))
@pytest.mark.parametrize("who", [person(Role.VIEWER), person(Role.ADMIN), person()], ids=["viewer", "admin", "nobody"])
def test_without_a_role_nothing_is_allowed(kind: WriteKind, who: Principal) -> None:
    what = stakes(kind=kind) if kind is not WriteKind.PAYEE_CHANGE else stakes(kind=kind, money=None)
    assert "propose.role" in codes(proposing(what, who)) and "confirm.role" in codes(confirming(what, who))


def test_a_role_in_another_organisation_counts_for_nothing_here() -> None:
    assert codes(confirming(stakes(), person(Role.APPROVER, organisation_id="org-2"))) == ["confirm.role"]


def test_a_currency_without_a_limit_is_not_allowed() -> None:
    assert "propose.currency" in codes(proposing(stakes("1.00", "SEK")))
    assert "confirm.currency" in codes(confirming(stakes("1.00", "SEK")))


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_nothing_and_less_than_nothing_are_not_payments(amount: str) -> None:
    assert not proposing(stakes(amount)).allowed and not confirming(stakes(amount)).allowed


def test_three_times_9999_is_29997() -> None:
    """Alone, one person gets to 5,000 in 24 hours and without a second factor to 10,000, in however many pieces."""
    piece = stakes("9999.00")
    assert codes(confirming(piece)) == []
    assert codes(confirming(piece, weakly_by_person=999900)) == ["step_up"]
    assert codes(confirming(stakes("2500.00"), MAX, proposer="max", alone_by_person=250000)) == []
    assert codes(confirming(stakes("2500.01"), MAX, proposer="max", alone_by_person=250000)) == ["second_person"]


@pytest.mark.parametrize(("whose", "sum_of"), [("person", 250_000_00), ("organisation", 500_000_00)])
def test_the_sums_of_24_hours_hold_at_their_edge(whose: str, sum_of: int) -> None:
    name = f"confirmed_{'by' if whose == 'person' else 'in'}_{whose}"
    inside: dict[str, Any] = {name: sum_of - 98000}
    above: dict[str, Any] = {name: sum_of - 97999}
    assert confirming(stakes(), **inside).allowed
    assert codes(confirming(stakes(), **above)) == [f"in_24_hours.{whose}"]


def test_above_its_limit_the_proposer_cannot_confirm_and_another_can() -> None:
    large = stakes("5000.01")
    assert codes(confirming(large, MAX, proposer="max")) == ["second_person"]
    assert confirming(large, ANNA, proposer="max").allowed
    assert Need.SECOND_PERSON in proposing(large, MAX).needs
    assert confirming(stakes("5000.00"), MAX, proposer="max").allowed


@pytest.mark.parametrize("amount", [None, Money(Decimal("0.01"), "EUR")])
def test_bank_details_are_never_changed_by_one_person(amount: Money | None) -> None:
    change = stakes(kind=WriteKind.PAYEE_CHANGE, money=None)
    assert codes(confirming(change, MAX, proposer="max", stepped_up=True)) == ["second_person"]
    assert confirming(change, ANNA, proposer="max", stepped_up=True).allowed
    assert codes(confirming(change, ANNA, proposer="max")) == ["step_up"]


def test_above_its_limit_a_second_factor_is_asked_for() -> None:
    large = stakes("10000.01")
    assert codes(confirming(large)) == ["step_up"]
    assert confirming(large, stepped_up=True).allowed
    assert Need.STEP_UP in proposing(large).needs


@pytest.mark.parametrize(
    ("payee", "code"),
    [
        (None, "payee.known"),
        (KnownPayee(active=False), "payee.active"),
        (KnownPayee(bank="another"), "payee.settled"),
        (KnownPayee(known_since=NOW - timedelta(hours=23, minutes=59)), "payee.settled"),
        (KnownPayee(changed_at=NOW - timedelta(hours=23), what_changed=("bank",)), "payee.settled"),
    ],
)
def test_only_a_payee_known_and_unchanged_for_a_day_is_paid(payee: KnownPayee | None, code: str) -> None:
    assert codes(proposing(stakes(), payee=payee)) == [code]
    assert codes(confirming(stakes(), payee=payee)) == [code]


def test_a_day_after_the_change_the_payee_can_be_paid() -> None:
    assert confirming(stakes(), payee=KnownPayee(changed_at=NOW - timedelta(hours=24))).allowed


def test_whoever_pays_us_needs_no_bank_details_of_ours() -> None:
    assert confirming(stakes(kind=WriteKind.PAYMENT_IN), payee=None).allowed


def test_a_likely_duplicate_needs_a_reason() -> None:
    assert codes(confirming(stakes(), earlier=(EARLIER,))) == ["duplicates"]
    assert confirming(stakes(), earlier=(EARLIER,), reason="the second instalment").allowed
    assert Need.REASON in proposing(stakes(), earlier=(EARLIER,)).needs


def test_a_stopped_organisation_allows_nothing() -> None:
    stop = Stopped("Ada Adler", NOW, "strange bills")
    assert codes(proposing(stakes(), stopped=stop)) == ["stop_switch"]
    verdict = confirming(stakes(), stopped=stop)
    assert codes(verdict) == ["stop_switch"] and "Ada Adler" in verdict.words()["en"]
    assert "strange bills" in verdict.words()["de"]


def test_so_many_cards_may_wait_in_a_conversation() -> None:
    assert proposing(stakes(), open_cards=9).allowed
    assert codes(proposing(stakes(), open_cards=10)) == ["cards.open"]


def test_a_kind_without_rules_is_refused() -> None:
    only_in = POLICY.model_copy(update={"payment_out": None})
    assert codes(judge_confirming(only_in, stakes(), Confirming(ANNA, "paul"), case())) == ["kind"]
    assert codes(judge_proposing(only_in, stakes(), PAUL, case())) == ["kind"]


@given(
    pieces=st.lists(st.integers(1, 1_500_000), min_size=1, max_size=30),
    alone=st.booleans(),
)
def test_however_an_amount_is_cut_up_the_sums_hold(pieces: list[int], alone: bool) -> None:
    """Confirmed one after the other, what one person gets through never exceeds a limit."""
    by_person = alone_sum = weakly = 0
    for minor in pieces:
        what = replace(stakes(), money=Money.from_minor(minor, "EUR"))
        verdict = confirming(
            what,
            MAX,
            proposer="max" if alone else "paul",
            confirmed_by_person=by_person,
            confirmed_in_organisation=by_person,
            alone_by_person=alone_sum,
            weakly_by_person=weakly,
        )
        if verdict.allowed:
            by_person, weakly = by_person + minor, weakly + minor
            alone_sum += minor if alone else 0
    assert by_person <= 250_000_00 and alone_sum <= 5_000_00 and weakly <= 10_000_00
