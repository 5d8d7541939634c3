"""What the rules say to people: in both languages, with what would help, and nothing of the other language in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.__main__ import cli
from assistant.policy import need_words, payee_words, words
from assistant.policy.rules import PACKAGED, load_policy
from assistant.policy.verdict import Earlier, Reason, Stopped
from assistant.principal import Role
from assistant.refusals import RefusalReason, refusal_words
from tools.base import Right, WriteKind
from tools.money import Money

NOW = datetime(2026, 11, 22, 12, 2, tzinfo=UTC)
SOME, MORE = Money(Decimal("980.00"), "EUR"), Money(Decimal("5000.00"), "EUR")
BERLIN = "Europe/Berlin"
OURS = Earlier(label="P-7", number="B-1", minor=98000, currency="EUR", payee="Acme", day="2026-11-20", who="Anna")
BOOKED = Earlier(label="", number="B-1", minor=98000, currency="EUR", payee="Acme", day="2026-11-20")
NOT_DONE = OURS.model_copy(update={"done": False})


def every_reason() -> Iterator[tuple[str, Reason]]:
    """Each reason that there is, in each of its forms."""
    for kind in WriteKind:
        yield f"kind {kind}", words.kind_not_allowed(kind)
        for deed in ("propose", "confirm"):
            yield f"{deed} {kind} allowed", words.has_role(deed, kind, "Max", Role.APPROVER, SOME)
            yield f"{deed} {kind} allowed, no limit", words.has_role(deed, kind, "Max", Role.APPROVER, None)
            yield f"{deed} {kind} no role", words.no_role(deed, kind, "Max", [Role.APPROVER, Role.PREPARER])
            yield f"{deed} {kind} right", words.has_right(deed, kind, "Max", Right.PAYROLL)
            yield f"{deed} {kind} no right", words.no_right(deed, kind, "Max", Right.PAYROLL)
            yield f"{deed} {kind} no currency", words.no_currency(deed, kind, "SEK")
    for deed in ("propose", "confirm"):
        yield f"{deed} above", words.above_limit(deed, MORE, SOME, Role.APPROVER)
    yield "not stopped", words.not_stopped()
    yield "stopped", words.stopped(Stopped("Max", NOW, "B-1"), BERLIN)
    yield "stopped without a reason", words.stopped(Stopped("Max", NOW, ""), BERLIN)
    yield "nobody", words.nobody_may_confirm(MORE, SOME, Role.APPROVER)
    yield "nobody in that currency", words.nobody_may_confirm(MORE, None, Role.APPROVER)
    for whose in ("person", "organisation"):
        yield f"sum of {whose}", words.in_a_day(whose, "Max", SOME, MORE)
        yield f"sum of {whose} too high", words.in_a_day(whose, "Max", MORE, SOME)
    yield "cards", words.cards_open(2, 10)
    yield "cards, too many", words.cards_open(10, 10)
    yield "payee unknown", payee_words.payee_unknown("Acme")
    yield "payee archived", payee_words.payee_not_active("Acme")
    yield "payee changed now", payee_words.payee_changed_now("Acme")
    yield "payee settled", payee_words.payee_settled("Acme")
    for what in ((), ("bank",), ("name", "bank", "status")):
        yield f"payee cooling {what}", payee_words.payee_cooling("Acme", what, NOW + timedelta(days=1), BERLIN)
    yield "alone", need_words.alone(SOME, MORE)
    yield "by two", need_words.by_two()
    yield "second person", need_words.second_person(MORE)
    yield "second person always", need_words.second_person(None)
    yield "asked for two", need_words.asked_for_two()
    yield "stepped up", need_words.stepped_up()
    yield "no step-up", need_words.no_step_up_needed()
    yield "step-up", need_words.step_up(MORE)
    yield "step-up always", need_words.step_up(None)
    yield "no duplicate", need_words.no_duplicate()
    yield "explained", need_words.explained_duplicate("B-1")
    for earlier in (OURS, BOOKED, NOT_DONE):
        yield f"duplicate {earlier.label} {earlier.done}", need_words.duplicate(earlier)


REASONS = dict(every_reason())
ENGLISH = re.compile(
    r"\b(the|this|that|is|are|was|may|not|with|and|or|of|for|above|hours?|payments?|confirm(ed)?|by|an?|needs?|changed?"
    r"|again|another|person|on|has|have)\b"
)
GERMAN = re.compile(
    r"\b(der|die|das|ist|sind|wird|darf|nicht|mit|und|oder|von|für|über|Stunden|Zahlung(en)?|bestätigen|eine[rmns]?"
    r"|braucht|nötig|Person|kann|noch|wieder|auf|dem|den|Sie)\b"
)
LOAN_WORDS = {"in", "an", "so", "was", "die", "war", "Person", "person", "Rolle", "admin", "approver", "preparer"}
HELPS = {
    "en": ("ask", "an admin", "another approver", "tomorrow", "when the 24 hours", "first", "check", "restore", "needs",
           "has to", "button", "from", "until", "that needs"),
    "de": ("fragen", "Regeldatei", "andere Person", "morgen", "wieder", "zuerst", "prüfen", "nötig", "lassen Sie",
           "bestätigen", "Knopf", "ab ", "Rolle admin", "muss", "Limit", "bis die"),
}  # fmt: skip


def test_a_word_of_the_other_language_would_be_seen() -> None:
    """The two lists of words tell the languages apart in every sentence that there is."""
    for name, reason in REASONS.items():
        assert ENGLISH.search(reason.words["en"]), name
        assert GERMAN.search(reason.words["de"]), name


@pytest.mark.parametrize("name", REASONS)
def test_it_is_said_in_both_languages_with_nothing_left_open(name: str) -> None:
    reason = REASONS[name]
    assert set(reason.words) == {"en", "de"} and re.fullmatch(r"[a-z_0-9]+(\.[a-z_]+)?", reason.code)
    for language, text in reason.words.items():
        assert text == text.strip() and text[-1] in ".“", (language, text)
        assert not re.search(r"[{}<>]|None|\bTrue\b|\bFalse\b|  |\.\.|WriteKind|Role\.|\d{6,}", text), (language, text)
        assert text[0].isupper() or text[0] in "€0123456789", (language, text)
    english = [found[0] for found in GERMAN.finditer(reason.words["en"]) if found[0] not in LOAN_WORDS]
    german = [found[0] for found in ENGLISH.finditer(reason.words["de"]) if found[0] not in LOAN_WORDS]
    assert english == [] and german == [], (english, german)
    assert reason.words["en"] != reason.words["de"]


@pytest.mark.parametrize("name", [name for name, reason in REASONS.items() if not reason.passed])
def test_a_refusal_says_what_would_help(name: str) -> None:
    for language, helps in HELPS.items():
        text = REASONS[name].words[language]
        assert any(word.casefold() in text.casefold() for word in helps), (language, text)


def test_amounts_and_times_are_written_as_people_of_that_language_write_them() -> None:
    above = REASONS["propose above"].words
    assert "€ 5,000.00" in above["en"] and "5.000,00 €" in above["de"]
    stopped = REASONS["stopped"].words
    assert "22 Nov 2026, 13:02" in stopped["en"] and "22. Nov. 2026, 13:02" in stopped["de"]


def test_every_form_of_every_sentence_is_looked_at() -> None:
    """A new sentence that nobody adds here would be held by nothing."""
    made = [
        name
        for module in (words, need_words, payee_words)
        for name, found in vars(module).items()
        if getattr(found, "__annotations__", {}).get("return") == "Reason"
    ]
    source = Path(__file__).read_text(encoding="utf-8")
    assert len(made) > 20 and [name for name in made if f"words.{name}(" not in source] == []


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_a_refused_click_is_told_what_was_not_done(reason: RefusalReason) -> None:
    for label in ("P-7", ""):
        told = refusal_words(reason, label, {"en": "MORE.", "de": "MORE."})
        for language, text in told.items():
            assert not re.search(r"[{}]|  |None", text), (language, text)
            assert text[0].isupper(), (language, text)
        nothing = reason is RefusalReason.ALREADY_DECIDED
        assert ("changed nothing" if nothing else "Nothing was written") in told["en"]
        assert ("nichts geändert" if nothing else "nichts geschrieben") in told["de"]


# the commands


def typed(*said: str, **env: str) -> Result:
    """`assistant policy SAID`"""
    return CliRunner().invoke(cli, ["policy", *said], env={"COLUMNS": "200", **env})


def test_show_prints_the_rules_with_their_version() -> None:
    done = typed("show")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Rules {load_policy().digest}\n")
    for line in (
        "A card can be confirmed within 10 minutes after it was shown.",
        "  another person than the proposer confirms above € 5,000.00",
        "  another person than the proposer confirms always",
        "  a new or changed payee waits 24 hours",
    ):
        assert line in done.stdout


def test_check_names_what_is_wrong_and_ends_with_2(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(PACKAGED.read_text(encoding="utf-8").replace('"5000.00"', '"1.00"'), encoding="utf-8")
    bad.write_text(good.read_text(encoding="utf-8").replace("always = true", "always = false", 1), encoding="utf-8")
    done = typed("check", "--file", str(good))
    assert done.exit_code == 0 and "can be used" in done.stdout and load_policy(good).digest in done.stdout
    refused = typed("check", POLICY_FILE=str(bad))
    assert refused.exit_code == 2 and "payee_change" in refused.stderr and str(bad) in refused.stderr


@pytest.mark.parametrize(
    ("said", "code", "line"),
    [
        (["payment_out", "980.00 EUR"], 0, "yes  Prepared by one person, confirmed by another."),
        (["payment_out", "5000.01 EUR", "--same-person"], 1, "NO   One person alone may prepare and confirm up to"),
        (["payment_out", "2500.01 EUR", "--same-person", "--before", "2500.00"], 1, "NO   One person alone"),
        (["payment_out", "10000.01 EUR"], 1, "NO   What is above € 10,000.00 in 24 hours needs a fresh sign-in"),
        (["payment_out", "10000.01 EUR", "--second-factor"], 0, "yes  Confirmed after a fresh sign-in"),
        (["payment_out", "1.00 SEK"], 1, "NO   The rules set no limit for payments out in SEK"),
        (["payment_out", "1.00 EUR", "--role", "viewer"], 1, "NO   This person may not confirm payments out"),
        (["payment_out", "1.00 EUR", "--payee-known-hours", "23"], 1, "NO   The payee is new among the contacts"),
        (["payee_change", "--same-person", "--second-factor"], 1, "NO   Bank details are never changed by one person"),
        (["payee_change", "--second-factor"], 0, "yes  This person may confirm changes of bank details as approver."),
        (["payment_in", "980.00 EUR", "--language", "de"], 0, "yes  This person darf Zahlungseingänge bis"),
    ],
)
def test_explain_prints_every_line_and_ends_with_the_verdict(said: list[str], code: int, line: str) -> None:
    done = typed("explain", *said)
    assert done.exit_code == code, done.output
    assert line in done.stdout and "To propose it:" in done.stdout and "To confirm it:" in done.stdout
    assert done.stdout.rstrip().endswith(f"Rules: {load_policy().digest}")


@pytest.mark.parametrize(
    "said", [["payment_out", "ten euros"], ["payment_out", "1e9999 EUR"], ["nonsense", "1.00 EUR"]]
)
def test_explain_refuses_what_it_cannot_read(said: list[str]) -> None:
    done = typed("explain", *said)
    assert done.exit_code == 2 and "Traceback" not in done.output
