"""The file of rules: what it may say, what it must say, and that anything else is refused with the place named."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.policy.rules import PACKAGED, BadPolicy, load_policy, read_policy
from assistant.principal import Role
from tools.base import WriteKind

TEXT = PACKAGED.read_text(encoding="utf-8")


def test_the_rules_that_come_with_the_product_can_be_used() -> None:
    policy = load_policy()
    assert set(policy.kinds) == set(WriteKind)
    assert policy.payment_out and policy.payment_out.confirm[Role.APPROVER] != "any"


def test_the_digest_is_of_what_the_rules_say_not_of_how_they_are_written() -> None:
    respaced = "\n".join(line for line in TEXT.splitlines() if not line.startswith("#")).replace(" = ", "=")
    assert read_policy(respaced).digest == load_policy().digest
    assert read_policy(TEXT.replace('EUR = "5000.00"', 'EUR = "5000.01"')).digest != load_policy().digest


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("version = 1", "version = 2", "version"),
        ("confirm_minutes = 10 ", "confirm_minutes = 0 ", "cards.confirm_minutes"),
        ("open_in_a_conversation = 10 ", "open_in_a_conversation = true ", "cards.open_in_a_conversation"),
        ('preparer = { EUR = "100000.00"', "preparer = { EUR = 100000.00", "payment_out.propose.preparer"),
        ('preparer = { EUR = "100000.00"', 'preparer = { EUR = "1e5"', "payment_out.propose.preparer"),
        ('preparer = { EUR = "100000.00"', 'preparer = { EUR = "-5.00"', "payment_out.propose.preparer"),
        ('preparer = { EUR = "100000.00"', 'preparer = { EUR = "5.001"', "payment_out.propose.preparer"),
        ('preparer = { EUR = "100000.00"', 'preparer = { XXQ = "5.00"', "payment_out.propose.preparer"),
        ('preparer = { EUR = "100000.00"', 'boss = { EUR = "100000.00"', "payment_out.propose.boss"),
        ('preparer = { EUR = "100000.00"', 'viewer = { EUR = "100000.00"', "a viewer only reads"),
        ("[payment_out.payee]", "[payment_out.payees]", "payment_out"),
        ("always = true\n\n[payee_change.step_up]", "always = false\n\n[payee_change.step_up]", "second_person"),
        ('[payee_change.second_person]\nalways = true', "", "payee_change.second_person"),
        ('approver = "any"', 'approver = { EUR = "1.00" }', "payee_change"),
        ("days = 14", "days = 0", "duplicates.days"),
        ("[payment_in.in_24_hours]", "[payment_in.in_a_day]", "payment_in"),
    ],
)  # fmt: skip
def test_what_is_not_a_rule_is_refused_and_the_place_is_named(old: str, new: str, place: str) -> None:
    assert old in TEXT
    with pytest.raises(BadPolicy, match=place):
        read_policy(TEXT.replace(old, new, 1))


def test_a_payment_out_needs_all_of_its_protections() -> None:
    for table in ("second_person", "payee", "in_24_hours"):
        start = TEXT.index(f"[payment_out.{table}]")
        end = TEXT.index("[", start + 1)
        with pytest.raises(BadPolicy):
            read_policy(TEXT[:start] + TEXT[end:])


def test_a_kind_that_is_left_out_is_not_allowed_at_all() -> None:
    policy = read_policy(TEXT[: TEXT.index("# Whom we pay")])
    assert WriteKind.PAYEE_CHANGE not in policy.kinds


def test_a_file_that_is_missing_or_no_toml_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadPolicy, match="cannot be read"):
        load_policy(tmp_path / "none.toml")
    with pytest.raises(BadPolicy, match="is not TOML"):
        read_policy("version = ")
