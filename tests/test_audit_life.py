"""The life of a proposal in words: nothing left out, in both languages, by the organisation's clock."""

from __future__ import annotations

import dataclasses

import pytest

from assistant.audit import AuditTag, AuditTrail
from assistant.audit_life import life_table
from assistant.audit_steps import ENDS, without_end
from assistant.audit_words import step_words
from assistant.canonical import canonical
from assistant.stores.audit import AuditRow
from assistant.stores.database import Database
from assistant.tables import table_props
from tests.support.paying import ANNA, DEMO, NOON, Core, HandClock
from tests.support.tampering import realistic

pytestmark = pytest.mark.anyio

BERLIN = dataclasses.replace(DEMO, timezone="Europe/Berlin")


def event(seq: int, tag: str, facts: dict[str, object] | str = "{}", **more: str) -> AuditRow:
    written = facts if isinstance(facts, str) else canonical(facts).decode()
    values = {
        "at": f"2026-11-22T12:00:{seq:02}.000000+00:00",
        "actor_id": "id-anna",
        "actor_name": "Anna",
        "roles": "approver",
        "session_id": "session-of-anna-1",
        "organisation_id": "org-demo",
        "subject": "p",
        **more,
    }
    return AuditRow(seq=seq, tag=tag, facts=written, previous="", hash="", **values)


def only(row: AuditRow, language: str = "en") -> dict[str, object]:
    """The one line of a table."""
    (line,) = life_table([row], "P-7", BERLIN, language, NOON).rows
    return line


async def the_life(database: Database, language: str) -> list[dict[str, object]]:
    clock = HandClock()
    trail = AuditTrail(database, clock=clock)
    await realistic(trail, clock)
    table = life_table(await trail.of_number(DEMO.id, 7), "P-7", BERLIN, language, NOON)
    assert table_props(table, BERLIN.timezone)["rows"], "the chat can show it"
    return list(table.rows)


def word(row: dict[str, object]) -> str:
    step = row["step"]
    assert isinstance(step, dict)
    return str(step["word"])


async def test_a_whole_life_in_english(sqlite: Database) -> None:
    rows = await the_life(sqlite, "en")
    assert [(row["who"], row["role"], word(row)) for row in rows] == [
        ("Paul", "preparer", "Asked for"),
        ("Paul", "preparer", "Proposed"),
        ("Anna", "approver", "Clicked"),
        ("Anna", "approver", "Confirmed"),
        ("the assistant", "", "Being sent"),
        ("the assistant", "", "Outcome unclear"),
        ("the assistant", "", "Being looked up"),
        ("the assistant", "", "Done"),
    ]
    assert [row["when"] for row in rows][:2] == ["22 Nov 2026, 13:00:21", "22 Nov 2026, 13:00:28"]
    proposed, confirmed, done = str(rows[1]["details"]), str(rows[3]["details"]), str(rows[7]["details"])
    assert proposed == (
        "Record a payment to a supplier · € 980.00 · Müller & Söhne GmbH; Bill: BILL-204; To: DE89…3000; "
        "warning: The bank details in the invoice differ from those on file.; "
        "Rules: allowed; reasons: within_limit; rules’ version: 5f5f5f5f5f5f"
    )
    assert confirmed == (
        "Rules: allowed; reasons: within_limit; rules’ version: 5f5f5f5f5f5f; "
        "second sign-in: mfa, signed in 22 Nov 2026, 13:00:00; confirmation: 1f3a9c"
    )
    assert done == ("attempt: 1; found by looking it up: yes; receipt: payment-0; request at the provider: 7e1d-44")
    assert rows[3]["session"] == "session-anna" and rows[3]["digest"] == "abababababab"


async def test_a_whole_life_in_german(sqlite: Database) -> None:
    rows = await the_life(sqlite, "de")
    assert [word(row) for row in rows] == [
        "Angefordert",
        "Vorgeschlagen",
        "Geklickt",
        "Bestätigt",
        "Wird gesendet",
        "Ausgang unklar",
        "Wird nachgesehen",
        "Erledigt",
    ]
    assert rows[4]["who"] == "der Assistent" and rows[0]["when"] == "22. Nov. 2026, 13:00:21"
    assert str(rows[1]["details"]).endswith("Regeln: erlaubt; Gründe: within_limit; Stand der Regeln: 5f5f5f5f5f5f")


def test_what_the_rules_said_and_needed_and_why_it_is_no_duplicate_is_said() -> None:
    facts: dict[str, object] = {
        "verdict": "refused",
        "explained": ["€ 9,999.00 is above your limit of € 5,000.00.", "Today: € 19,998.00."],
        "reasons": ["above_limit", "day_limit"],
        "needs": ["second_person", "step_up", "reason"],
        "reason": "It is the second instalment",
    }
    assert only(event(1, "decision:confirmed", facts))["details"] == (
        "Rules: refused; € 9,999.00 is above your limit of € 5,000.00.; Today: € 19,998.00.; "
        "reasons: above_limit, day_limit; needs: a second person, a fresh sign-in, a reason; "
        "reason: It is the second instalment"
    )
    assert "nötig: eine zweite Person, eine neue Anmeldung, eine Begründung" in str(
        only(event(1, "decision:confirmed", facts), "de")["details"]
    )


def test_what_this_version_does_not_know_is_shown_as_it_is() -> None:
    row = only(event(1, "moon:landed", {"crater": "Tycho", "crew": {"size": 2}, "steps": [1, 2]}))
    assert row["step"] == {"word": "moon:landed", "tone": "neutral"}
    assert row["details"] == 'crater: Tycho; crew: {"size": 2}; steps: [1, 2]'


@pytest.mark.parametrize("facts", ["", "null", "[1]", "{not json", '{"a": 1}', '{"a":"\\ud800"}'])
def test_facts_that_were_tampered_with_do_not_hide_the_rest(facts: str) -> None:
    row = only(event(1, "decision:confirmed", facts, at="not a moment"))
    assert row["when"] == "not a moment" and row["who"] == "Anna"
    assert str(row["details"]).startswith("The facts cannot be read")


@pytest.mark.parametrize(
    "facts",
    [
        {"shown": "text"},
        {"shown": {"facts": "text", "warnings": {"a": 1}, "note": "x"}},
        {"shown": {"facts": [["only one"], "text", ["a", "b", "c"]]}},
        {"step_up": {"auth_time": 10**15}},
        {"step_up": {"auth_time": True}},
        {"step_up": []},
        {"needs": "text", "reasons": {"a": 1}, "verdict": 3, "explained": 4, "attempt": [], "expires_at": "x"},
    ],
)
def test_facts_of_another_shape_are_shown_somehow(facts: dict[str, object]) -> None:
    assert only(event(1, "decision:confirmed", facts))["details"]


def test_signs_that_hide_or_turn_others_are_made_visible() -> None:
    row = only(event(1, "decision:confirmed", {"reason": "a\u202eb"}, actor_name="Ann\u200ba"))
    assert row["who"] == "Ann⟨U+200B⟩a" and row["details"] == "reason: a⟨U+202E⟩b"


def test_a_long_value_of_an_unknown_kind_is_cut() -> None:
    details = str(only(event(1, "decision:confirmed", {"more": ["x" * 5_000]}))["details"])
    assert len(details) < 320 and details.endswith("…")


@pytest.mark.parametrize("tag", AuditTag)
def test_every_event_has_words_in_both_languages(tag: AuditTag) -> None:
    (english, tone), (german, same) = step_words(tag, "en"), step_words(tag, "de")
    assert english != tag and german != english and tone == same


# one row before and one after each step


def test_a_step_without_its_end_is_found_and_said() -> None:
    rows = [
        event(1, AuditTag.DECISION_REQUESTED),
        event(2, AuditTag.DECISION_CONFIRMED),
        event(3, AuditTag.EXECUTION_STARTED, {"attempt": 1}),
    ]
    assert [row.seq for row in without_end(rows)] == [3]
    table = life_table(rows, "P-7", BERLIN, "en", NOON)
    assert [row["details"] for row in table.rows] == ["", "", "attempt: 1; no outcome is recorded"]


def test_an_end_ends_one_beginning_of_the_same_subject() -> None:
    rows = [
        event(1, AuditTag.DECISION_REQUESTED),
        event(2, AuditTag.DECISION_REQUESTED),
        event(3, AuditTag.DECISION_REFUSED),
        event(4, AuditTag.DECISION_REQUESTED, subject="another"),
        event(5, AuditTag.EXECUTION_SUCCEEDED),
    ]
    assert [row.seq for row in without_end(rows)] == [2, 4]
    assert set(ENDS) == {tag for tag in AuditTag if tag.endswith((":requested", "execution:started", "lookup_started"))}


async def test_a_payment_as_the_product_records_it_has_a_life(sqlite: Database) -> None:
    core = Core(sqlite)
    proposal = await core.propose()
    confirmed = await core.decide(proposal, ANNA)
    await core.executor.execute(confirmed.id)
    rows = await core.audit.of_number(DEMO.id, proposal.number)
    table = life_table(rows, proposal.label, DEMO, "en", core.clock())
    words = [word(row) for row in table.rows]
    assert words == ["Proposed", "Clicked", "Confirmed", "Being sent", "Done"]
    assert table.title == "The life of P-1" and table.organisation == "Demo GmbH"
    assert "what was proposed: {" in str(table.rows[0]["details"])
    assert without_end(rows) == []
