"""The first minute: the greeting, the starters, and what waits for whom; and conversations kept in memory."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from assistant.chat.admin import COMMANDS, asked, by_command
from assistant.chat.talks import Talks
from assistant.chat.waiting_list import asked_card, asks_for_more, waiting_table
from assistant.chat.welcome import WAITING, Waits, asks_what_waits, commands, greeting, starters
from assistant.principal import Role
from assistant.proposals import Proposal
from tests.support.conversation import NOW, ORGANISATION, TOOLSET, person, proposal
from tools.base import WriteKind

MORNING = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def several(count: int, proposer: str = "p-2") -> list[Proposal]:
    return [proposal(id=f"11111111-1111-4111-8111-{n:012d}", number=n + 1, proposer_id=proposer) for n in range(count)]


@pytest.mark.parametrize(
    "text",
    [
        "Waiting for me", "waiting for me?", "/waiting", "What is waiting for me?", "what's waiting for me",
        "What waits for me?", "Wartet auf mich", "Was wartet auf mich?", "was wartet hier auf mich", "/wartet",
        "pending approvals",
    ],
)  # fmt: skip
def test_asking_what_waits(text: str) -> None:
    assert asks_what_waits(text, None)


@pytest.mark.parametrize(
    "text", ["Which invoices are waiting for payment?", "waiting for me to pay Acme 500", "wait", "", "x" * 5000]
)
def test_not_asking_what_waits(text: str) -> None:
    assert not asks_what_waits(text, None)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_command_asks_what_waits_without_any_words(language: str) -> None:
    assert asks_what_waits("", WAITING[language])
    assert not asks_what_waits("hello", "another command")


def test_an_approver_is_shown_everything_that_waits() -> None:
    waits = Waits.of(several(2), person(Role.APPROVER), ORGANISATION)
    assert len(waits.shown()) == 2
    assert waits.said("en") == "2 payments wait for your decision in Demo GmbH, oldest first:"
    assert waits.said("de").startswith("2 Zahlungen warten in Demo GmbH auf Ihre Entscheidung")


def test_one_is_said_as_one() -> None:
    assert Waits.of(several(1), person(Role.APPROVER), ORGANISATION).said("en").startswith("One payment waits")


def test_a_preparer_is_shown_only_their_own() -> None:
    waiting = [*several(2, "p-2"), *several(1, "p-9")]
    waits = Waits.of(waiting, person(Role.PREPARER, identity="p-2"), ORGANISATION)
    assert [one.proposer_id for one in waits.shown()] == ["p-2", "p-2"]
    assert "wait for an approver" in waits.said("en")


def test_a_viewer_is_told_which_role_decides() -> None:
    waits = Waits.of(several(2), person(Role.VIEWER), ORGANISATION)
    assert waits.shown() == []
    assert "only an approver can confirm" in waits.said("en")
    assert "Freigaberecht" in waits.said("de")


def test_many_cards_are_shown_in_parts() -> None:
    waits = Waits.of(several(14), person(Role.APPROVER), ORGANISATION)
    assert [one.number for one in waits.shown()] == [one.number for one in waits.everything[:3]]
    assert "the 3 oldest stand below it as cards" in waits.said("en")
    assert len(Waits.of(several(10), person(Role.APPROVER), ORGANISATION).shown()) == 10


@pytest.mark.parametrize(
    ("text", "number"),
    [("Show card P-12", 12), ("Zeige Karte P-12", 12), ("show me p7.", 7), ("Show bill P-12", None), ("P-12", None)],
)
def test_a_card_is_asked_for_by_its_number(text: str, number: int | None) -> None:
    assert asked_card(text) == number


@pytest.mark.parametrize(
    ("text", "asks"),
    [("show more", True), ("mehr zeigen", True), ("More", True), ("show more bills", False), ("", False)],
)
def test_more_is_asked_for(text: str, asks: bool) -> None:
    assert asks_for_more(text) is asks


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_list_of_many_says_amount_payee_document_who_and_when(language: str) -> None:
    waiting = several(14)
    table = waiting_table(waiting, ORGANISATION, TOOLSET, NOW, language)
    assert len(table.rows) == 14
    row = table.rows[3]
    assert row["amount"] == {"minor": 98000, "currency": "EUR"}
    assert (row["payee"], row["document"], row["who"]) == ("Papierwerk GmbH", "B-1", "Paul Peters")
    assert (row["since"], row["until"]) == ("2026-11-22", "14:27")
    assert asked_card(str(row["_ask"])) == waiting[3].number


def test_the_greeting_names_person_role_organisation_and_what_waits() -> None:
    waits = Waits.of(several(2), person(Role.APPROVER, Role.PREPARER), ORGANISATION)
    page = greeting(person(Role.APPROVER, Role.PREPARER), waits, MORNING, "en")
    assert page == {
        "greeting": "Good morning, Anna",
        "place": "Approver, Preparer · Demo GmbH",
        "waiting": "2 payments wait for your decision",
        "waiting_count": 2,
    }
    assert greeting(person(Role.VIEWER), Waits.of([], person(Role.VIEWER), ORGANISATION), MORNING, "de")[
        "greeting"
    ] == ("Guten Morgen, Anna")


def test_somebody_without_a_role_here_is_told_so() -> None:
    assert "no role" in greeting(person(), None, MORNING, "en")["place"]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("may_prepare", [True, False])
def test_six_starters_the_first_of_them_what_waits(language: str, may_prepare: bool) -> None:
    offered = starters(language, may_prepare=may_prepare)
    assert len({start.label for start in offered}) == 6
    assert asks_what_waits(offered[0].message, None)
    pays = [start for start in offered if start.label in ("Pay a bill", "Rechnung bezahlen")]
    assert bool(pays) is may_prepare


# conversations in memory


def test_a_line_that_comes_during_a_turn_is_put_behind_it() -> None:
    talk = Talks().of("t-1")
    talk.history.asked("Pay")
    talk.told("P-1: Paid.")
    assert len(talk.history) == 2


@pytest.mark.anyio
async def test_a_line_during_a_turn_waits_for_its_end() -> None:
    talk = Talks().of("t-1")
    async with talk.lock:
        talk.told("P-1: Paid.")
        assert len(talk.history) == 0
    talk.catch_up()
    assert talk.history.messages() == [{"role": "assistant", "content": "P-1: Paid."}]


def test_a_conversation_comes_back_with_its_language() -> None:
    stored = {
        "id": "t-1",
        "steps": [
            {"type": "user_message", "output": "Welche Rechnungen sind offen?"},
            {"type": "assistant_message", "output": "Keine."},
        ],
    }
    talk = Talks().resumed(stored, language="en")
    assert talk.language == "de"
    assert len(talk.history) == 2


def test_what_is_in_memory_is_newer_than_what_is_stored() -> None:
    talks = Talks()
    talks.of("t-1").history.asked("new")
    assert talks.resumed({"id": "t-1", "steps": []}, language="en").history.messages()[0]["content"] == "new"


def test_only_so_many_conversations_are_kept() -> None:
    talks = Talks()
    for n in range(600):
        talks.of(f"t-{n}")
    assert talks.known("t-0") is None
    assert talks.known("t-599") is not None


def test_admins_are_told_their_words_and_have_the_commands_for_them() -> None:
    waits = Waits.of([], person(Role.ADMIN), ORGANISATION)
    for language in ("en", "de"):
        hint = greeting(person(Role.ADMIN), waits, MORNING, language)["hint"]
        quoted = re.findall(r"[“„]([^”“]+)[”“]", hint)
        assert [asked(words) is not None for words in quoted] == [True, True, True], quoted
        for name in COMMANDS[language]:
            command = asked(by_command("a mailbox", name))
            assert command is not None and command.rest == "a mailbox"
            assert asked(by_command("", name)) is not None
        assert [row["id"] for row in commands(language, admin=True)][1:] == list(COMMANDS[language])
        assert len(commands(language)) == 1
    assert by_command("stop", None) == "stop" and by_command("hello", "Waiting for me") == "hello"


def test_what_waits_is_called_what_it_is() -> None:
    pay, change = several(2), [proposal(kind=WriteKind.PAYEE_CHANGE, proposer_id="p-9")]
    approver = person(Role.APPROVER)
    assert Waits.of(change, approver, ORGANISATION).said("en").startswith("One change of bank details waits for your")
    assert Waits.of([*pay, *change], approver, ORGANISATION).said("en").startswith("3 cards wait for your decision")
    assert Waits.of(change, approver, ORGANISATION).said("de").startswith("Eine Änderung einer Bankverbindung wartet")
