"""Every sentence about a change of bank details: nobody is told of payments, documents or figures that it has not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from assistant.card_changes import changed_by
from assistant.cards import Looking, about, card_props, outcome_words
from assistant.chat.waiting_list import waiting_table
from assistant.chat.welcome import Waits
from assistant.policy.judging import Circumstances, Confirming, judge_confirming, judge_proposing
from assistant.policy.rules import load_policy
from assistant.policy.verdict import Need
from assistant.principal import Principal, Role
from assistant.proposal_words import (
    altered,
    altered_under_way,
    another_under_way,
    blocked,
    cancelled_by,
    cancelled_in_favour,
    corrected_by,
    never_arrived,
    not_allowed,
    not_allowed_any_more,
    not_sent_in_time,
    outcome_unknown,
    sending_again,
    state_words,
    tool_gone,
    trying_again,
    unconfirmed,
    written_meanwhile,
)
from assistant.proposals import Proposal, State
from assistant.refusals import RefusalReason, refusal_words
from assistant.sentences import sentence
from tests.support.books import make_access
from tests.support.conversation import NOW, ORGANISATION, person, proposal
from tools.base import Payload, Receipt, WriteKind
from tools.catalogue import toolset
from tools.errors import OutcomeUnknown, ProviderBusy, ProviderRefused, ProviderUnavailable
from tools.xero.bank_details import CHANGE_BANK_DETAILS
from tools.xero.bank_details_card import outcome
from tools.xero.bank_details_plan import BankDetailsPlan

pytestmark = pytest.mark.anyio
LANGUAGES = ("en", "de")
BORROWED = re.compile(
    r"\b(pay|pays|paid|payments?|payee|amount|bills?|invoices?|documents?|figures|recorded)\b"
    r"|zahl|\b(beleg\w*|betrag|rechnung\w*|gebucht|erfasst|zahlen|empfänger)\b",
    re.IGNORECASE,
)
"""What only a payment has."""
PROVIDERS = (
    ProviderUnavailable("Xero", reason="time-out").happened,
    ProviderBusy("Xero", until=NOW, timezone="Europe/Berlin").happened,
)


@pytest.fixture
async def payload() -> Payload:
    draft = await CHANGE_BANK_DETAILS.propose(
        make_access(), contact_name="Acme", account_number="DE89 3704 0044 0532 0130 00", reason="new bank"
    )
    return dict(draft.payload)


def change(payload: Payload, state: State = State.AWAITING, **more: Any) -> Proposal:
    """A stored change of bank details in that state."""
    values: dict[str, Any] = {
        "tool": CHANGE_BANK_DETAILS.name,
        "kind": WriteKind.PAYEE_CHANGE,
        "second_person": True,
        "needs": frozenset({Need.STEP_UP}),
        "summary": "Bank account of Acme Ltd: DE89…3000 instead of IE29…5678",
    }
    return proposal(state, **{**values, "payload": payload, **more})


def problems(state: State) -> Iterator[dict[str, str] | None]:
    """Every sentence that the product can have stored with that state."""
    yield None
    changed = {"en": "Nothing was changed. It is archived now.", "de": "Es wurde nichts geändert. Er ist archiviert."}
    match state:
        case State.CONFIRMED:
            yield from (trying_again(happened) for happened in PROVIDERS)
            yield another_under_way("P-3", State.EXECUTING)
            yield another_under_way("P-3", State.UNKNOWN)
        case State.EXECUTING:
            yield sending_again()
            yield altered_under_way(WriteKind.PAYEE_CHANGE)
        case State.UNKNOWN:
            yield outcome_unknown("time-out")
            yield dict(OutcomeUnknown("Xero", reason="lost").words)
            yield altered_under_way(WriteKind.PAYEE_CHANGE)
        case State.FAILED:
            yield from (not_sent_in_time(happened) for happened in PROVIDERS)
            yield never_arrived("Xero", 2)
            yield dict(ProviderRefused("Xero", said="A validation exception occurred", status=400).words)
        case State.BLOCKED:
            yield from (altered(), unconfirmed(), tool_gone("change_bank_details"))
            yield blocked(changed)
            yield blocked(written_meanwhile("P-3"))
            yield not_allowed({"en": "Writing is stopped.", "de": "Schreiben ist angehalten."})
            yield not_allowed_any_more({"en": "Writing is stopped.", "de": "Schreiben ist angehalten."})
        case State.REJECTED:
            yield cancelled_by("Anna")
        case State.SUPERSEDED:
            yield cancelled_in_favour("Anna")
            yield corrected_by("P-8", WriteKind.PAYEE_CHANGE)
        case _:
            return


def receipt(payload: Payload) -> Receipt:
    plan = BankDetailsPlan.read(payload)
    summary = {language: outcome(plan, language) for language in LANGUAGES}
    return Receipt(provider="Xero", reference=plan.contact.id, link="https://go.xero.com/x", summary=summary)


VIEWERS = (
    person(Role.APPROVER),
    person(Role.PREPARER, Role.APPROVER, identity="p-2"),
    person(Role.PREPARER, identity="p-2"),
    person(Role.VIEWER),
)
_NOT_SAID = ("proposal_id", "digest", "language", "face", "needs", "edit", "can", "now", "confirmation")


def said(props: dict[str, Any]) -> list[str]:
    """Every text that a person reads on such a card: what the page puts in for duplicates is for payments only."""
    words = {name: text for name, text in props["words"].items() if not name.startswith("duplicate")}
    return list(texts({**{key: value for key, value in props.items() if key not in _NOT_SAID}, "words": words}))


def texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from texts(inner)
        case list() | tuple():
            for inner in value:
                yield from texts(inner)
        case _:
            return


def borrowed(lines: list[str]) -> list[str]:
    return [line for line in lines if BORROWED.search(line)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", list(State))
async def test_no_face_of_its_card_and_no_outcome_line_speaks_of_a_payment(
    state: State, language: str, payload: Payload
) -> None:
    for problem in problems(state):
        made = receipt(payload) if state is State.SUCCEEDED else None
        one = change(payload, state, problem=problem, receipt=made, decided_by_name="Max", decided_at=NOW)
        for viewer in VIEWERS:
            card = card_props(one, CHANGE_BANK_DETAILS, Looking(viewer, language, NOW, "Europe/Berlin"))
            assert borrowed(said(card)) == []
        if state is not State.AWAITING:
            line = outcome_words(one, "Xero", language, face=card["face"])
            assert borrowed([f"{about(one, CHANGE_BANK_DETAILS, language)}: {line}"]) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_while_its_outcome_is_unknown_nobody_shall_change_it_again(language: str, payload: Payload) -> None:
    again = {"en": "not change it again", "de": "nicht noch einmal ändern"}[language]
    for problem in problems(State.UNKNOWN):
        one = change(payload, State.UNKNOWN, problem=problem)
        card = card_props(one, CHANGE_BANK_DETAILS, Looking(VIEWERS[0], language, NOW, "Europe/Berlin"))
        assert again in card["status"] and again in card["word"]
    for kind, words in (
        (WriteKind.PAYMENT_OUT, {"en": "not pay again", "de": "nicht noch einmal zahlen"}),
        (WriteKind.PAYMENT_IN, {"en": "not record it again", "de": "nicht noch einmal erfassen"}),
    ):
        line = outcome_words(proposal(State.UNKNOWN, kind=kind), "Xero", language, face="unclear")
        assert words[language] in line


def test_what_was_not_done_is_said_once() -> None:
    for problem in problems(State.BLOCKED):
        for language in LANGUAGES if problem else ():
            assert problem is not None
            assert len(re.findall(r"othing was|wurde nichts", problem[language])) <= 1, problem[language]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_lines_of_the_conversation_are_its_own(language: str, payload: Payload) -> None:
    one = change(payload)
    kind, line = WriteKind.PAYEE_CHANGE, about(one, CHANGE_BANK_DETAILS, language)
    lines = [
        sentence(name, language, kind, summary=one.summary)
        for name in ("card_for_me", "card_for_others", "card_for_another", "card_blocked")
    ]
    lines += [
        sentence("card_here", language, kind, about=line),
        sentence("card_not_waiting", language, kind, label="P-7", organisation="Demo GmbH"),
        sentence("click_fault", language, id="1"),
        changed_by(one, change(payload, number=8), language),
        *(state_words(state, "Anna")[language] for state in State),
        *(refusal_words(reason, "P-7", {})[language] for reason in RefusalReason),
    ]
    assert borrowed(lines) == []
    assert "DE89 3704" not in line and "0130" not in line
    assert "Änderungen" in sentence("may_not_prepare", "de", person="Vera")
    assert "changes" in sentence("may_not_prepare", "en", person="Vera")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_card_warns_of_another_one_for_the_same_contact(language: str, payload: Payload) -> None:
    for state in (State.AWAITING, State.EXECUTING):
        other = change(payload, state, number=3, id="22222222-2222-4222-8222-222222222222")
        one = change(payload, others=(other,))
        card = card_props(one, CHANGE_BANK_DETAILS, Looking(VIEWERS[0], language, NOW, "Europe/Berlin"))
        (warning,) = [each for each in card["warnings"] if "P-3" in each]
        assert borrowed([warning]) == []
        assert {"en": "for this contact", "de": "für diesen Kontakt"}[language] in warning


@pytest.mark.parametrize(
    ("kinds", "titles", "labels"),
    [
        ((True,), ("Waiting changes of bank details", "Wartende Änderungen von Bankverbindungen"), "New account"),
        ((False,), ("Waiting payments", "Wartende Zahlungen"), "Document"),
        ((True, False), ("Waiting cards", "Wartende Karten"), "Document or new account"),
    ],
)
async def test_the_list_is_called_what_waits_in_it(
    kinds: tuple[bool, ...], titles: tuple[str, str], labels: str, payload: Payload
) -> None:
    pay = proposal(tool="record_payment", payload={"document": {"number": "B-1"}})
    waiting = [change(payload) if each else pay for each in kinds]
    tools = toolset()
    if not all(kinds):
        waiting = [each if each.kind is WriteKind.PAYEE_CHANGE else change(payload, kind=pay.kind) for each in waiting]
    for language, title in zip(LANGUAGES, titles, strict=True):
        table = waiting_table(waiting, ORGANISATION, tools, NOW, language)
        assert table.title == title
        if all(kinds):
            assert borrowed([table.title, *(column.label for column in table.columns)]) == []
            assert table.rows[0]["document"] == "DE89…3000"
    table = waiting_table(waiting, ORGANISATION, tools, NOW, "en")
    assert table.columns[1].label == labels
    assert ("amount" in [column.key for column in table.columns]) is not all(kinds)


@pytest.mark.parametrize("viewer", VIEWERS, ids=("approver", "both", "preparer", "viewer"))
async def test_what_waits_is_said_without_payments(viewer: Principal, payload: Payload) -> None:
    waits = Waits.of([change(payload)], viewer, ORGANISATION)
    assert borrowed([waits.said(language) for language in LANGUAGES]) == []


async def test_the_rules_speak_of_changes_of_bank_details(payload: Payload) -> None:
    stakes, policy = CHANGE_BANK_DETAILS.stakes(payload), load_policy()
    circumstances = Circumstances(NOW, ORGANISATION.id, ORGANISATION.name, "Europe/Berlin")
    for who in VIEWERS:
        confirming = Confirming(who, "p-2")
        verdicts = (
            judge_proposing(policy, stakes, who, circumstances),
            judge_confirming(policy, stakes, confirming, circumstances),
        )
        lines = [line for verdict in verdicts for each in verdict.explained().values() for line in each]
        assert borrowed(lines) == []


async def test_a_time_that_ends_before_the_eyes_of_the_person_says_the_same(payload: Payload) -> None:
    over = change(payload, expires_at=NOW - timedelta(seconds=1))
    card = card_props(over, CHANGE_BANK_DETAILS, Looking(VIEWERS[0], "en", NOW, "Europe/Berlin"))
    assert card["status"] == card["words"]["status_expired"] == "Expired: nothing was changed"
    assert card["word"] == card["words"]["expired"] == "Nobody confirmed it in time. Nothing was changed."
