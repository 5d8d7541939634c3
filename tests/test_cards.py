"""The confirmation card: one face for each state and each person who looks, made from the stored proposal only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assistant.card_changes import changed_by
from assistant.cards import EDITABLE, Looking, Props, card_props
from assistant.policy.verdict import Earlier, Need
from assistant.principal import Principal, Role
from assistant.proposal_words import altered
from assistant.proposals import Proposal, State
from tests.support.conversation import NOW, PAY_THING, person, proposal
from tools.base import Payload, Receipt, WriteKind
from tools.errors import Language
from tools.views import Card, Fact

APPROVER = person(Role.APPROVER)
RECEIPT = Receipt(
    provider="xero",
    reference="pay-1",
    link="https://go.xero.com/x",
    summary={"en": "Paid: € 980.00.", "de": "Bezahlt."},
)


def shown(made: Proposal, viewer: Principal = APPROVER, language: str = "en", **more: Any) -> Props:
    return card_props(made, PAY_THING, Looking(viewer, language, NOW, "Europe/Berlin"), **more)


FACES = {
    State.AWAITING: "mine",
    State.CONFIRMED: "checking",
    State.EXECUTING: "executing",
    State.SUCCEEDED: "done",
    State.FAILED: "failed",
    State.UNKNOWN: "unclear",
    State.EXPIRED: "expired",
    State.REJECTED: "cancelled",
    State.SUPERSEDED: "replaced",
    State.BLOCKED: "blocked",
}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_state_has_its_own_face_and_words(state: State, language: str) -> None:
    card = shown(proposal(state, receipt=RECEIPT if state is State.SUCCEEDED else None), language=language)
    assert card["face"] == FACES[state]
    assert card["status"]
    assert bool(card["word"]) is (state is not State.AWAITING)
    assert "{" not in card["status"] + card["word"] + card["asked_by"] + card["valid_until"]


def test_all_faces_differ() -> None:
    statuses = {shown(proposal(state))["status"] for state in State}
    assert len(statuses) == len(State)


def test_amount_payee_deed_and_facts_are_the_tools_own() -> None:
    card = shown(proposal())
    assert (card["amount"], card["payee"], card["deed"]) == (
        "€ 980.00",
        "Papierwerk GmbH",
        "Record payment of € 980.00",
    )
    assert card["facts"] == [{"label": "Bill", "value": "B-1", "emphasis": False}]
    assert card["warnings"] == ["Recorded twice?"]
    assert (card["number"], card["digest"]) == ("P-7", "d" * 64)


def can(made: Proposal, viewer: Principal) -> set[str]:
    return {what for what, may in shown(made, viewer)["can"].items() if may}


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        (APPROVER, {"confirm", "cancel", "edit"}),
        (person(Role.APPROVER, organisation_id="org-2"), set()),
        (person(Role.PREPARER, identity="p-2"), {"cancel", "edit"}),
        (person(Role.PREPARER, identity="p-3"), set()),
        (person(Role.VIEWER, identity="p-2"), {"cancel"}),
        (person(Role.ADMIN), set()),
    ],
)
def test_who_is_offered_what_while_it_waits(viewer: Principal, expected: set[str]) -> None:
    assert can(proposal(), viewer) == expected


@pytest.mark.parametrize("state", [state for state in State if state is not State.AWAITING])
def test_nobody_is_offered_a_decision_that_is_over(state: State) -> None:
    assert not can(proposal(state), APPROVER) & {"confirm", "cancel", "edit"}


@pytest.mark.parametrize("state", [State.EXPIRED, State.FAILED, State.BLOCKED])
def test_what_came_to_nothing_can_be_prepared_again_once(state: State) -> None:
    assert can(proposal(state), APPROVER) == {"again"}
    assert can(proposal(state), person(Role.VIEWER)) == set()
    assert can(proposal(state, superseded_by="x"), APPROVER) == set()


def test_a_card_whose_time_is_over_offers_nothing_even_before_it_is_swept() -> None:
    over = proposal(expires_at=NOW - timedelta(seconds=1))
    card = shown(over)
    assert card["face"] == "expired"
    assert not card["can"]["confirm"]


def test_somebody_who_may_not_confirm_is_told_who_may() -> None:
    card = shown(proposal(), person(Role.PREPARER, identity="p-2"))
    assert card["face"] == "other"
    assert card["status"] == "Waiting for an approver"
    german = shown(proposal(), person(Role.PREPARER, identity="p-2"), language="de")
    assert german["status"] == "Wartet auf eine Person mit Freigaberecht"


def test_a_fact_that_only_repeats_the_headline_is_left_out() -> None:
    def facts(amount: str) -> tuple[Fact, ...]:
        return (
            Fact(label="Left before", value=amount),
            Fact(label="Amount", value=f"{amount} (all that is left)"),
            Fact(label="Left after", value=amount, emphasis=True),
            Fact(label="Bill", value="B-1"),
        )

    def card(payload: Payload, language: Language) -> Card:
        return PAY_THING.card(payload, language).model_copy(update={"facts": facts("€ 980.00")})

    tool = replace(PAY_THING, card=card)
    props = card_props(proposal(), tool, Looking(APPROVER, "en", NOW, "Europe/Berlin"))
    assert [fact["label"] for fact in props["facts"]] == ["Left after", "Bill"]


def test_done_shows_the_receipt_and_a_link() -> None:
    card = shown(proposal(State.SUCCEEDED, receipt=RECEIPT, decided_by_name="Anna", decided_at=NOW))
    assert card["word"] == "Paid: € 980.00."
    assert card["receipt"] == [{"label": "Receipt of Xero", "value": "pay-1", "emphasis": False}]
    assert card["link"] == {"label": "Open in Xero", "url": "https://go.xero.com/x"}
    assert card["decided_by"] == "Confirmed by Anna, 22 Nov 2026, 14:02"


@pytest.mark.parametrize("link", ["http://go.xero.com/x", "javascript:alert(1)", "//evil.example", ""])
def test_only_https_links_are_shown(link: str) -> None:
    assert shown(proposal(State.SUCCEEDED, receipt=RECEIPT.model_copy(update={"link": link})))["link"] is None


def test_the_problem_is_told_in_the_persons_language() -> None:
    words = {"en": "Nothing was paid.", "de": "Es wurde nichts gezahlt."}
    assert shown(proposal(State.BLOCKED, problem=words), language="de")["word"] == "Es wurde nichts gezahlt."
    assert shown(proposal(State.BLOCKED, problem=words), language="it")["word"] == "Nothing was paid."


def test_times_are_on_the_organisations_wall() -> None:
    assert shown(proposal())["asked_by"] == "Prepared by Paul Peters, 22 Nov 2026, 13:57"
    assert shown(proposal(), language="de")["valid_until"] == "Gültig bis 22. Nov. 2026, 14:27"


def test_names_cannot_hide_characters() -> None:
    assert "⟨U+202E⟩" in shown(proposal(proposer_name="Anna\u202eretep"))["asked_by"]


# conditions


def second(**more: Any) -> Proposal:
    return proposal(second_person=True, needs=frozenset({Need.STEP_UP}), **more)


def test_whoever_prepared_it_waits_for_a_second_person_and_is_told_why() -> None:
    own = shown(second(proposer_id="p-1"))
    assert (own["face"], own["status"]) == ("other", "Waiting for a second person")
    assert own["needs_words"][0].startswith("One person may not prepare and confirm this much alone")
    assert (own["confirmation"], own["step_up"], own["can"]["confirm"]) == ("", None, False)
    payee = shown(second(proposer_id="p-1", payload=BANK_DETAILS, kind=WriteKind.PAYEE_CHANGE))
    assert payee["needs_words"][0].startswith("Nobody changes bank details alone")


def test_the_second_person_is_told_who_prepared_it_and_gets_the_code() -> None:
    looking = Looking(APPROVER, "en", NOW, "Europe/Berlin", thread_id="t-1", confirmation="code")
    card = card_props(second(), PAY_THING, looking)
    assert card["needs_words"] == ["Two people are needed: Paul Peters prepared it, you confirm it."]
    assert (card["face"], card["confirmation"], card["needs"]) == ("mine", "code", ["second_person", "step_up"])
    assert card["step_up"]["url"] == f"/step-up/{proposal().id}?digest={'d' * 64}&thread=t-1"
    assert not card["step_up"]["done"]
    done = card_props(second(), PAY_THING, replace(looking, stepped_up=True))
    assert done["step_up"]["done"] and "signed in for this card" in done["step_up"]["why"]


@pytest.mark.parametrize("state", [state for state in State if state is not State.AWAITING])
def test_a_card_that_is_over_asks_for_nothing_and_carries_no_code(state: State) -> None:
    looking = Looking(APPROVER, "en", NOW, "Europe/Berlin", confirmation="code")
    card = card_props(second(state=state), PAY_THING, looking)
    assert (card["confirmation"], card["step_up"], card["needs"], card["needs_words"]) == ("", None, [], [])


def test_what_the_rules_forbid_has_its_own_words() -> None:
    rules: dict[Language, list[str]] = {"en": ["Too much."], "de": ["Zu viel."]}
    forbidden = shown(proposal(State.BLOCKED, rules=rules, problem={"en": "Too much.", "de": "Zu viel."}))
    assert (forbidden["by_rules"], forbidden["status"]) == (True, "Not allowed: nothing was recorded")
    assert (forbidden["rules"], forbidden["word"]) == (["Too much."], "Too much.")
    for other in (
        proposal(State.BLOCKED, rules=rules, problem=altered()),
        proposal(State.BLOCKED, rules=rules, decided_at=NOW, decided_by_name="Anna"),
        proposal(State.AWAITING, rules=rules),
    ):
        assert not shown(other)["by_rules"]


def test_a_payment_that_may_be_the_same_is_named_once() -> None:
    def notice(number: str) -> dict[str, str]:
        return {"code": "same_amount_recently", "number": number}

    def card(payload: Payload, language: Language) -> Card:
        notices = payload["notices"]
        assert isinstance(notices, list)
        return PAY_THING.card(payload, language).model_copy(update={"warnings": tuple(str(each) for each in notices)})

    payload = {**proposal().payload, "notices": [notice("B-1"), notice("B-2"), {"code": "before_its_date"}]}
    earlier = Earlier(label="P-3", number="B-1", minor=98000, currency="EUR", payee="Papierwerk", day="2026-11-20")
    looking = Looking(APPROVER, "en", NOW, "Europe/Berlin")
    tool = replace(PAY_THING, card=card)
    warned = card_props(proposal(payload=payload, earlier=(earlier,)), tool, looking)
    assert warned["warnings"] == [str(notice("B-2")), str({"code": "before_its_date"})]
    assert len(warned["duplicates"]) == 1 and "P-3" in warned["duplicates"][0]
    assert len(card_props(proposal(payload=payload), tool, looking)["warnings"]) == 3


# editing


BANK_DETAILS: Payload = {
    "document": {"number": "", "id": ""},
    "contact": {"id": "c-9", "name": "Acme Ltd"},
    "new": {"number": "DE89370400440532013000"},
    "reason": "moved",
}


def test_what_has_no_field_that_can_be_edited_is_not_edited() -> None:
    card = shown(proposal(payload=BANK_DETAILS))
    assert card["edit"]["fields"] == []
    assert not card["can"]["edit"] and card["can"]["cancel"]


def test_an_edit_starts_from_what_is_stored() -> None:
    edit = shown(proposal())["edit"]
    assert edit["values"] == {"amount": "980.00", "date": "2026-11-22", "account": "Main", "reference": "rent"}
    assert [field["name"] for field in edit["fields"]] == list(EDITABLE)
    assert edit["fields"][0]["label"] == "Amount (EUR)"


def test_a_fresh_card_asks_for_the_keyboard_and_a_reloaded_one_does_not() -> None:
    assert shown(proposal(), fresh=True)["fresh"] is True
    assert shown(proposal())["fresh"] is False


# a card that somebody else replaced


def test_whoever_asked_reads_what_was_changed() -> None:
    old = proposal()
    new = proposal(
        number=8,
        proposer_name="Max Maurer",
        payload={**old.payload, "amount": {"minor": 20000, "currency": "EUR"}, "date": "2026-11-20"},
    )
    assert changed_by(old, new, "en").startswith(
        "Max Maurer changed this payment: amount € 200.00 instead of € 980.00; date 20 Nov 2026 instead of 22 Nov 2026."
    )
    german = changed_by(old, new, "de")
    assert "Betrag 200,00 € statt 980,00 €" in german
    assert "Datum 20. Nov. 2026 statt 22. Nov. 2026" in german
    assert "with the same values" in changed_by(old, proposal(number=8), "en")
