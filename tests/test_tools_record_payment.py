"""Recording a payment: what may be proposed, what the card says, what is written once, and what is refused in words."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support import books
from tests.support.books import (
    ACME,
    MAIN,
    MUELLER,
    SAVINGS,
    TODAY,
    World,
    account,
    bill,
    contact,
    invoice,
    make_access,
    make_write_access,
    markers,
    payment,
    usual_world,
)
from tools.base import Draft, Receipt
from tools.catalogue import toolset
from tools.errors import OutcomeUnknown, ProviderRefused, ToolError, ToolFailed, ToolRetry
from tools.money import Money
from tools.xero.books import Contact, DocumentStatus
from tools.xero.payments import RECORD_PAYMENT

pytestmark = pytest.mark.anyio


def edited(plan: dict[str, Any], fields: dict[str, str]) -> dict[str, Any]:
    """What a click on Edit proposes again."""
    assert RECORD_PAYMENT.again is not None
    return dict(RECORD_PAYMENT.again(plan, fields))


async def plan_of(world: World | None = None, **said: Any) -> dict[str, Any]:
    """The payload of such a proposal."""
    return dict((await propose(world, **said)).payload)


async def propose(world: World | None = None, *, language: str = "en", **said: Any) -> Draft:
    """What the tool proposes when the model calls it with these arguments."""
    arguments = RECORD_PAYMENT.signature.arguments(**said).model_dump()
    draft = await RECORD_PAYMENT.propose(make_access(world, language=language), **arguments)
    assert isinstance(draft, Draft)
    return draft


async def asked_which(world: World | None = None, **said: Any) -> ToolRetry:
    """The question that it is answered with."""
    asked = await refused(ToolRetry, world, **said)
    assert isinstance(asked, ToolRetry)
    return asked


async def refused(kind: type[ToolError], world: World | None = None, **said: Any) -> ToolError:
    """The error with which it is refused, which in both languages says that nothing was recorded."""
    with pytest.raises(ToolError) as caught:
        await propose(world, **said)
    assert type(caught.value) is kind, caught.value
    assert "othing was recorded" in caught.value.text("en")
    assert "nichts erfasst" in caught.value.text("de")
    return caught.value


# what is proposed


async def test_a_bill_number_alone_proposes_all_that_is_left_today() -> None:
    plan = await plan_of(document_number="bill 201")
    assert plan["amount"] == {"minor": 125000, "currency": "EUR"}
    assert plan["amount_chosen"] == "all_left"
    assert plan["date"] == TODAY.isoformat()
    assert plan["left_after_minor"] == 0
    assert plan["party"] == "Acme Ltd"


async def test_the_payload_is_complete_and_made_of_strings_and_integers_only() -> None:
    plan = await plan_of(document_number="BILL-202", amount="80.50", reference="Freight")

    def check(value: object) -> None:
        assert isinstance(value, (str, int, dict, list)) and not isinstance(value, bool), value
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(inner)

    check(plan)
    assert plan["reference"] == "Freight FA-TESTMARK"
    assert plan["note"] == "Freight"
    assert json.loads(json.dumps(plan)) == plan


async def test_every_proposal_has_a_mark_of_its_own() -> None:
    access = make_access(new_marker=markers(("FA-AAAAAAAA", "FA-BBBBBBBB")))
    first = await RECORD_PAYMENT.propose(access, document_number="BILL-202")
    second = await RECORD_PAYMENT.propose(access, document_number="BILL-202")
    assert (first.payload["reference"], second.payload["reference"]) == ("FA-AAAAAAAA", "FA-BBBBBBBB")


async def test_a_contact_with_one_open_bill_is_enough() -> None:
    assert (await plan_of(contact_name="schneider"))["document"]["number"] == "BILL-202"


async def test_a_contact_with_several_open_bills_is_asked_about_with_amounts_and_due_dates() -> None:
    asked = await asked_which(contact_name="Acme", direction="out")
    assert [choice.number for choice in asked.choices] == ["BILL-201", "BILL-204"]
    assert asked.choices[0].label == "BILL-201 · Acme Ltd · € 1,250.00 · due 3 Nov 2026"


async def test_pay_somebody_who_only_owes_us_is_asked_about_not_turned_round() -> None:
    asked = await asked_which(contact_name="Dupont", amount="250")
    assert "paid to us" in asked.text("en")
    assert [choice.number for choice in asked.choices] == ["INV-0042", "INV-0045"]
    plan = await plan_of(contact_name="Dupont", amount="250", direction="in")
    assert plan["document"]["number"] == "INV-0045"


async def test_the_amount_decides_when_exactly_one_bill_has_it() -> None:
    plan = await plan_of(contact_name="Acme", amount="980")
    assert plan["document"]["number"] == "BILL-204"
    world = usual_world()
    world.documents.append(bill("BILL-205", ACME, "980.00"))
    assert (await asked_which(world, contact_name="Acme", amount="980")).choices


async def test_an_amount_that_fits_no_bill_is_not_put_on_one_of_several() -> None:
    await refused(ToolRetry, contact_name="Acme", amount="12.00")


async def test_a_choice_is_understood_by_its_id_number_and_contact() -> None:
    asked = await asked_which(document_number="2026-001")
    for choice in asked.choices:
        for said in (choice.id, choice.number):
            assert (await plan_of(document_number=said))["document"]["id"] == choice.id
    by_contact = await propose(document_number="2026-001", contact_name="Müller")
    assert by_contact.payload["party"] == "Müller GmbH"


async def test_two_contacts_of_the_same_name_are_told_apart() -> None:
    asked = await asked_which(contact_name="Studio Weber")
    assert [choice.label for choice in asked.choices] == [
        "Studio Weber · Berlin · rechnung@weber-b.example · 1 open",
        "Studio Weber · Dortmund · rechnung@weber-d.example · 0 open",
    ]
    for said in (asked.choices[0].id, asked.choices[0].label):
        assert (await plan_of(contact_name=said))["document"]["number"] == "2026-001"


async def test_a_part_payment_says_what_is_left() -> None:
    plan = await plan_of(document_number="INV-45", amount="100,00", language="de")
    assert plan["left_after_minor"] == 15000


async def test_an_amount_may_come_as_a_json_number() -> None:
    assert (await plan_of(document_number="BILL-202", amount=80.5))["amount"] == {
        "minor": 8050,
        "currency": "EUR",
    }
    assert "more decimals" in str(await refused(ToolRetry, document_number="BILL-202", amount=1.234))


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("written", ["100,555", "10,555", "1.500", "1,500", "12.345", "480.500", "0.001"])
async def test_an_amount_in_doubt_is_asked_about_wherever_it_was_written(written: str, language: str) -> None:
    world = usual_world()
    world.documents.append(bill("BILL-900", ACME, "200000.00"))
    with pytest.raises(ToolRetry) as asked:
        await propose(world, language=language, document_number="BILL-900", amount=written)
    assert "Which amount" in asked.value.text("en") and "Nothing was recorded" in asked.value.text("en")
    assert "Welcher Betrag" in asked.value.text("de") and "nichts erfasst" in asked.value.text("de")


async def test_an_edit_of_a_card_asks_in_the_same_cases_as_the_chat() -> None:
    """What a click on Edit passes on (assistant.cards): the document's id and the field as it was typed."""
    world = usual_world()
    world.documents.append(bill("BILL-900", ACME, "14280.00"))
    plan = await plan_of(world, document_number="BILL-900")
    arguments = edited(plan, {"amount": "10,555"})
    with pytest.raises(ToolRetry, match="two ways"):
        await propose(world, language="de", **arguments)
    again = await propose(world, language="de", **edited(plan, {"amount": "10.555,00"}))
    assert again.payload["amount"] == {"minor": 1055500, "currency": "EUR"}
    unchanged = await propose(world, language="de", **edited(plan, {"reference": "x"}))
    assert unchanged.payload["amount"] == plan["amount"]


async def test_an_edit_changes_only_what_was_edited_and_never_the_document() -> None:
    plan = await plan_of(document_number="BILL-204")
    assert edited(plan, {"amount": "500"}) == {
        "document_number": plan["document"]["id"],
        "amount": "500",
        "date": plan["date"],
        "account": plan["account"]["id"],
        "reference": plan["note"],
    }
    assert edited(plan, {"account": "Savings"})["account"] == "Savings"
    smuggled = edited(plan, {"document_number": "BILL-201", "contact_name": "Evil"})
    assert smuggled["document_number"] == plan["document"]["id"]
    assert "contact_name" not in smuggled


# the account


async def test_the_only_account_of_a_currency_is_taken_and_named() -> None:
    plan = await plan_of(document_number="NWT-7")
    assert (plan["account"]["code"], plan["account"]["chosen"]) == ("092", "only")


async def test_of_several_accounts_the_most_used_of_the_year_is_taken_and_called_usual() -> None:
    world = usual_world()
    old = world.document("BILL-150")
    world.payments += [payment(old, "1.00", TODAY - timedelta(days=400), SAVINGS) for _ in range(5)]
    plan = await plan_of(world, document_number="BILL-202")
    assert (plan["account"]["code"], plan["account"]["chosen"]) == ("090", "usual")
    card = RECORD_PAYMENT.card(plan, "en")
    assert "090 Solaris Geschäftskonto (usual account)" in [fact.value for fact in card.facts]


async def test_accounts_used_alike_are_asked_about_not_guessed() -> None:
    world = usual_world()
    world.payments.append(payment(world.document("BILL-150"), "1.00", TODAY, SAVINGS))
    asked = await asked_which(world, document_number="BILL-202")
    assert [choice.number for choice in asked.choices] == ["090", "091"]
    plan = await plan_of(world, document_number="BILL-202", account=asked.choices[1].id)
    assert plan["account"]["code"] == "091"


@pytest.mark.parametrize(
    "said", ["090", "Solaris", "solaris geschaftskonto", "account 2051", "090 Solaris Geschäftskonto"]
)
async def test_an_account_is_understood_by_code_name_or_last_digits(said: str) -> None:
    plan = await plan_of(document_number="BILL-202", account=said)
    assert (plan["account"]["code"], plan["account"]["chosen"]) == ("090", "said")


@pytest.mark.parametrize(
    ("said", "words"), [("Miete", "cannot pay"), ("092", "kept in GBP"), ("Postbank", "no account")]
)
async def test_an_account_that_cannot_pay_this_is_refused_with_those_that_can(said: str, words: str) -> None:
    asked = await asked_which(document_number="BILL-202", account=said)
    assert words in asked.text("en")
    assert [choice.number for choice in asked.choices] == ["090", "091"]


async def test_a_currency_without_an_account_cannot_be_recorded() -> None:
    world = usual_world()
    world.accounts = [MAIN]
    assert "no bank account in GBP" in str(await refused(ToolFailed, world, document_number="NWT-0007"))


# what is refused


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ({}, ToolRetry, "number or the contact is missing"),
        ({"document_number": "INV-9999"}, ToolRetry, "no invoice or bill numbered INV-9999"),
        ({"contact_name": "Amazon"}, ToolRetry, "no customer or supplier called"),
        ({"document_number": "BILL-300"}, ToolFailed, "still a draft"),
        ({"document_number": "BILL-301"}, ToolFailed, "not approved yet"),
        ({"document_number": "BILL-302"}, ToolFailed, "voided"),
        ({"document_number": "BILL-150"}, ToolFailed, "already paid in full (last € 500.00 on 19 Oct 2026)"),
        ({"document_number": "BILL-202", "amount": "480.51"}, ToolRetry, "more than the € 480.50 left"),
        ({"document_number": "BILL-202", "amount": "0"}, ToolRetry, "more than zero"),
        ({"document_number": "BILL-202", "amount": "-5"}, ToolRetry, "negative"),
        ({"document_number": "BILL-202", "amount": "12.345"}, ToolRetry, "two ways"),
        ({"document_number": "BILL-202", "amount": "0.001"}, ToolRetry, "more decimals"),
        ({"document_number": "BILL-202", "amount": "all of it"}, ToolRetry, "not an amount"),
        ({"document_number": "BILL-202", "currency": "USD"}, ToolRetry, "in EUR, not in USD"),
        ({"document_number": "BILL-202", "amount": "£ 5"}, ToolRetry, "in EUR, not in GBP"),
        ({"document_number": "BILL-202", "amount": "£ 5", "currency": "EUR"}, ToolRetry, "in EUR, not in GBP"),
        ({"document_number": "BILL-202", "currency": "Bitcoin"}, ToolRetry, "not a currency"),
        ({"document_number": "BILL-202", "date": "2026-11-23"}, ToolRetry, "still to come"),
        ({"document_number": "BILL-202", "date": "2026-07-31"}, ToolRetry, "locked up to 31 Jul 2026"),
        ({"document_number": "BILL-202", "date": "01/02/2026"}, ToolRetry, "not a date"),
        ({"document_number": "BILL-202", "reference": "x" * 200}, ToolRetry, "has 200 characters; 128 fit"),
        ({"document_number": "INV-0042", "direction": "out"}, ToolRetry, "the customer pays us"),
        ({"document_number": "BILL-201", "direction": "in"}, ToolRetry, "no money comes in"),
        ({"document_number": "BILL-201", "contact_name": "Müller"}, ToolRetry, "belongs to Acme Ltd"),
        ({"contact_name": "Dupont", "direction": "out"}, ToolFailed, "no open bill"),
        ({"contact_name": "Müller", "direction": "out", "amount": "60"}, ToolRetry, "more than"),
    ],
)
async def test_what_cannot_be_recorded_is_refused_with_its_reason(
    said: dict[str, Any], kind: type[ToolError], words: str
) -> None:
    if said.get("contact_name") == "Müller" and said.get("direction") == "out":
        world = usual_world()
        world.documents = [doc for doc in world.documents if doc.number != "2026-001" or doc.contact_id != MUELLER.id]
        world.documents.append(bill("MG-1", MUELLER, "50.00"))
        assert words in (await refused(kind, world, **said)).text("en")
        return
    assert words in (await refused(kind, **said)).text("en")


async def test_a_contact_with_drafts_only_hears_what_has_to_be_approved() -> None:
    world = usual_world()
    vega = contact("Vega Print")
    world.contacts.append(vega)
    world.documents.append(bill("VP-1", vega, "10.00", status=DocumentStatus.DRAFT))
    assert "VP-1 must be approved in Xero first" in str(await refused(ToolFailed, world, contact_name="Vega"))


async def test_what_is_left_is_read_live_not_from_the_copy() -> None:
    world = usual_world()
    access = make_access(world)
    copy = usual_world()
    world.change("BILL-202", amount_due=Decimal("80.00"))
    access = make_access(world, books=books.FakeBooks(copy))
    draft = await RECORD_PAYMENT.propose(access, document_number="BILL-202")
    assert draft.payload["amount"] == {"minor": 8000, "currency": "EUR"}


async def test_proposing_writes_nothing() -> None:
    world = usual_world()
    before = (list(world.documents), list(world.payments))
    await propose(world, document_number="BILL-202")
    assert (world.documents, world.payments) == before


# the card


async def test_the_card_says_what_will_happen_to_whom_how_much_from_where_when_and_what_is_left() -> None:
    plan = await plan_of(document_number="BILL-202", amount="80.50", reference="Freight")
    card = RECORD_PAYMENT.card(plan, "en")
    assert (card.deed, card.amount, card.payee) == ("Record payment of € 80.50", "€ 80.50", "Schneider Logistik")
    facts = {fact.label: fact.value for fact in card.facts}
    assert facts == {
        "Organisation": "Demo GmbH",
        "Payee's account": "none on file in Xero",
        "Bill": "BILL-202",
        "Due": "29 Nov 2026",
        "Left before": "€ 480.50",
        "Amount": "€ 80.50",
        "Left after": "€ 400.00",
        "From account": "090 Solaris Geschäftskonto (usual account)",
        "Date": "22 Nov 2026 (today)",
        "Reference": "Freight FA-TESTMARK",
    }
    assert "no money at the bank" in card.note
    german = RECORD_PAYMENT.card(plan, "de")
    assert german.deed == "Zahlung von 80,50 € erfassen"
    assert {fact.label: fact.value for fact in german.facts}["Danach offen"] == "400,00 €"


@pytest.mark.parametrize(("weber", "city"), [(books.WEBER_BERLIN, "Berlin"), (books.WEBER_DORTMUND, "Dortmund")])
async def test_a_payee_whose_name_another_has_is_told_apart_on_card_and_in_answer(weber: Contact, city: str) -> None:
    world = usual_world()
    world.documents.append(bill("W-207", weber, "50.00"))
    draft = await propose(world, document_number="W-207")
    assert draft.payload["party_detail"] == city
    assert RECORD_PAYMENT.card(draft.payload, "de").payee == f"Studio Weber ({city})"
    assert draft.summary == f"Payment of € 50.00 to Studio Weber ({city}) for bill W-207"
    writing, _ = make_write_access(world)
    receipt = await RECORD_PAYMENT.execute(writing, draft.payload, "key-1")
    assert f"€ 50.00 to Studio Weber ({city}) for W-207" in receipt.summary["en"]
    assert RECORD_PAYMENT.card(await plan_of(document_number="BILL-202"), "en").payee == "Schneider Logistik"


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"city": "Berlin", "email": "a@x.example"}, {"city": "Berlin", "email": "b@x.example"}, "a@x.example"),
        ({"city": "Berlin"}, {"city": "Berlin"}, books.uid("twin-a")[:8]),
        ({}, {"city": "Berlin"}, books.uid("twin-a")[:8]),
    ],
)
async def test_the_e_mail_address_or_the_id_tells_contacts_of_one_town_apart(
    one: dict[str, str], other: dict[str, str], told: str
) -> None:
    world = usual_world()
    first = contact("Twin GmbH", id=books.uid("twin-a"), **one)
    world.contacts += [first, contact("TWIN GmbH", id=books.uid("twin-b"), **other)]
    world.documents.append(bill("T-1", first, "5.00"))
    assert (await plan_of(world, document_number="T-1"))["party_detail"] == told


async def test_a_card_made_before_payees_were_told_apart_is_still_read() -> None:
    plan = {**await plan_of(document_number="BILL-202"), "version": 1}
    del plan["party_detail"], plan["payee"]
    assert RECORD_PAYMENT.card(plan, "en").payee == "Schneider Logistik"


async def test_instead_of_an_unknown_number_only_what_can_be_paid_is_offered() -> None:
    for typed, offered in (("BILL-151", []), ("BILL-203", ["BILL-202", "BILL-204", "BILL-201"]), ("GS-0005", [])):
        asked = await asked_which(document_number=typed, direction="out")
        assert [choice.number for choice in asked.choices] == offered, typed
    asked = await asked_which(document_number="GS-0005")
    assert "If it is a credit note" in asked.text("en") and "Gutschrift" in asked.text("de")
    assert "INV-0045" not in [c.number for c in (await asked_which(document_number="BILL-45", direction="out")).choices]


async def test_money_received_has_its_own_words() -> None:
    card = RECORD_PAYMENT.card(await plan_of(document_number="INV-0051", direction="in"), "en")
    assert (card.payee_label, card.payee) == ("Received from", "Müller GmbH")
    assert {fact.label for fact in card.facts} >= {"Invoice", "To account"}


async def test_characters_that_hide_or_reorder_are_shown_on_the_card() -> None:
    world = usual_world()
    spoof = contact("Acme\u202e dtL\u200b", id=books.uid("spoof"))
    world.contacts.append(spoof)
    world.documents.append(bill("B\u200b-9", spoof, "5.00"))
    plan = await plan_of(world, document_number="B-9")
    card = RECORD_PAYMENT.card(plan, "en")
    assert card.payee == "Acme⟨U+202E⟩ dtL⟨U+200B⟩"
    assert "B⟨U+200B⟩-9" in [fact.value for fact in card.facts]


async def test_the_same_amount_lately_and_a_day_before_the_bill_are_pointed_out() -> None:
    world = usual_world()
    world.payments.append(
        payment(world.document("BILL-150"), "480.50", TODAY - timedelta(days=2), MAIN, contact_id=books.SCHNEIDER.id)
    )
    plan = await plan_of(world, document_number="BILL-202", date="2026-10-30")
    warnings = RECORD_PAYMENT.card(plan, "en").warnings
    assert "already recorded with Schneider Logistik on 20 Nov 2026 for BILL-150" in warnings[0]
    assert "dated before BILL-202 itself" in warnings[1]
    assert len(RECORD_PAYMENT.card(plan, "de").warnings) == 2


async def test_a_card_is_made_from_a_whole_plan_only() -> None:
    plan = await plan_of(document_number="BILL-202")
    for broken in ({**plan, "confirmed": True}, {k: v for k, v in plan.items() if k != "party"}, {**plan, "amount": 5}):
        with pytest.raises(ValidationError):
            RECORD_PAYMENT.card(broken, "en")


# checked again, executed, looked up


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount_due": Decimal("980.00")}, "it is now € 980.00 that is left to pay (it was € 1,250.00)"),
        ({"status": DocumentStatus.PAID, "amount_due": Decimal(0)}, "it is now paid"),
        ({"status": DocumentStatus.VOIDED}, "it is now voided"),
        ({"contact_name": "Acme Holding Ltd"}, "the contact is now Acme Holding Ltd"),
        ({"number": "BILL-999"}, "its number is now BILL-999"),
        ({"currency": "GBP"}, "it is now in GBP"),
    ],
)
async def test_a_change_since_the_card_is_told(change: dict[str, Any], words: str) -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-201")
    assert await RECORD_PAYMENT.changed(make_access(world), plan) is None
    world.change("BILL-201", **change)
    told = await RECORD_PAYMENT.changed(make_access(world), plan)
    assert told is not None and words in told["en"]
    assert told["en"].startswith("Nothing was recorded. BILL-201 changed since the card was made")
    assert told["de"].startswith("Es wurde nichts erfasst. BILL-201 hat sich geändert")


async def test_a_touch_that_changes_nothing_on_the_card_is_no_change() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-201")
    world.change("BILL-201", updated_at=books.NOW + timedelta(hours=1), reference="sent by e-mail")
    assert await RECORD_PAYMENT.changed(make_access(world), plan) is None


async def test_an_account_or_a_lock_date_changed_since_is_told() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-201")
    world.accounts = [account("090", "Solaris Geschäftskonto", status="ARCHIVED"), SAVINGS]
    told = await RECORD_PAYMENT.changed(make_access(world), plan)
    assert told is not None and "takes no payments any more" in told["en"]
    world.accounts = [account("090", "Other name"), SAVINGS]
    told = await RECORD_PAYMENT.changed(make_access(world), plan)
    assert told is not None and "now called 090 Other name" in told["en"]
    world.accounts = [MAIN]
    world.details = world.details.model_copy(update={"period_lock_date": date(2026, 11, 30)})
    told = await RECORD_PAYMENT.changed(make_access(world), plan)
    assert told is not None and "locked up to 30 Nov 2026" in told["en"]


async def test_execution_sends_exactly_the_plan_with_its_key() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-202", amount="80.50")
    writing, writer = make_write_access(world)
    receipt = await RECORD_PAYMENT.execute(writing, plan, "key-1")
    (sent,) = writer.effects
    assert (sent.money, sent.account_id, sent.paid_on) == (Money(Decimal("80.50"), "EUR"), MAIN.id, TODAY)
    assert (sent.reference, writer.keys) == ("FA-TESTMARK", ["key-1"])
    assert receipt.summary["en"] == (
        "Paid: € 80.50 to Schneider Logistik for BILL-202 from 090 Solaris Geschäftskonto on 22 Nov 2026, recorded in "
        "Xero; € 400.00 is left to pay (Demo GmbH)."
    )
    assert receipt.summary["de"].startswith("Bezahlt: 80,50 € an Schneider Logistik")
    assert receipt.link.startswith(
        "https://go.xero.com/organisationlogin/default.aspx?shortcode=!demo1&redirecturl=/AccountsPayable/"
    )
    assert receipt.reference == world.payments[-1].id


async def test_what_is_left_is_what_xero_says_not_what_the_card_expected() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-201", amount="31.00")
    world.change("BILL-201", amount_due=Decimal("50.00"))  # another payment came between
    writing, _ = make_write_access(world)
    receipt = await RECORD_PAYMENT.execute(writing, plan, "key-1")
    assert "; € 19.00 is left to pay (" in receipt.summary["en"]
    assert "; 19,00 € bleiben offen (" in receipt.summary["de"]
    assert receipt.facts["left_after"] == "19.00"


async def test_what_is_left_is_read_again_where_the_answer_does_not_say_it() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-201", amount="31.00")
    writing, writer = make_write_access(world)
    writer.says_left = False
    assert "; € 1,219.00 is left to pay (" in (await RECORD_PAYMENT.execute(writing, plan, "key-1")).summary["en"]
    world.change("BILL-201", amount_due=Decimal("7.00"))
    found = await RECORD_PAYMENT.look_up(writing, plan, "key-1")
    assert found is not None and "; € 7.00 is left to pay (" in found.summary["en"]


async def test_what_is_left_is_left_out_where_it_cannot_be_read_and_the_payment_stands() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-201", amount="31.00")
    writing, writer = make_write_access(world)
    writer.says_left, writer.reads_fail = False, True
    receipt = await RECORD_PAYMENT.execute(writing, plan, "key-1")
    assert receipt.summary["en"].endswith("recorded in Xero (Demo GmbH).")
    assert receipt.summary["de"].endswith("in Xero erfasst (Demo GmbH).")
    assert "left_after" not in receipt.facts
    assert receipt.reference == world.payments[-1].id


async def test_a_refused_and_an_unanswered_write_are_told_apart() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-202")
    writing, writer = make_write_access(world, ["refuse", "lost_before", "lost_after"])
    with pytest.raises(ProviderRefused):
        await RECORD_PAYMENT.execute(writing, plan, "key-1")
    assert await RECORD_PAYMENT.look_up(writing, plan, "key-1") is None
    with pytest.raises(OutcomeUnknown):
        await RECORD_PAYMENT.execute(writing, plan, "key-1")
    assert await RECORD_PAYMENT.look_up(writing, plan, "key-1") is None
    with pytest.raises(OutcomeUnknown):
        await RECORD_PAYMENT.execute(writing, plan, "key-1")
    found = await RECORD_PAYMENT.look_up(writing, plan, "key-1")
    assert found is not None and found.reference == world.payments[-1].id
    assert len(writer.effects) == 1


async def test_an_answer_about_another_payment_is_an_unknown_outcome() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-202")
    writing, writer = make_write_access(world)
    await RECORD_PAYMENT.execute(writing, plan, "key-1")
    writer._by_key["key-1"] = writer._by_key["key-1"].model_copy(update={"amount": Decimal(1)})
    with pytest.raises(OutcomeUnknown):
        await RECORD_PAYMENT.execute(writing, plan, "key-1")


async def test_a_payment_of_the_same_amount_by_somebody_else_is_not_taken_for_ours() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-202")
    world.payments.append(payment(world.document("BILL-202"), "480.50", TODAY, MAIN, reference="BILL-202"))
    writing, _ = make_write_access(world)
    assert await RECORD_PAYMENT.look_up(writing, plan, "key-1") is None


@given(minor=st.integers(min_value=1, max_value=10**13), share=st.integers(min_value=1, max_value=100))
async def test_what_is_paid_and_what_is_left_always_add_up(minor: int, share: int) -> None:
    total = Decimal(minor).scaleb(-2)
    part = max(Decimal("0.01"), (total * share / 100).quantize(Decimal("0.01")))
    world = usual_world()
    world.documents.append(invoice("INV-7777", MUELLER, str(total)))
    plan = await plan_of(world, document_number="INV-7777", amount=f"{part:f}")
    assert plan["amount"]["minor"] + plan["left_after_minor"] == minor


def test_no_argument_lets_a_model_confirm_or_choose_the_organisation() -> None:
    tool = toolset().get("record_payment")
    assert tool is not None
    assert set(tool.signature.schema()["properties"]) == {
        "document_number", "contact_name", "amount", "currency", "date", "account", "reference", "direction",
    }  # fmt: skip
    with pytest.raises(ValidationError):
        RECORD_PAYMENT.signature.arguments(document_number="BILL-201", confirmed=True)


# a payment that a person names after the answer was lost


async def named_payment(**more: Any) -> tuple[World, dict[str, Any], str]:
    """The books, what was confirmed of BILL-201, and the id of a payment that somebody entered by hand since."""
    world, number = usual_world(), more.pop("on", "BILL-201")
    plan = await plan_of(world, document_number="BILL-201", amount="31.00")
    doc = next(each for each in world.documents if each.number == number)
    entered = payment(
        doc, more.pop("amount", "31.00"), more.pop("paid_on", TODAY), MAIN, **{"updated_at": books.NOW, **more}
    )
    world.payments.append(entered)
    return world, plan, entered.id


async def told_apart_as(world: World, plan: dict[str, Any], payment_id: str) -> dict[str, str]:
    writing, _ = make_write_access(world)
    assert RECORD_PAYMENT.recognise is not None
    said = await RECORD_PAYMENT.recognise(writing, plan, payment_id)
    assert not isinstance(said, Receipt), "it was taken for the one that was confirmed"
    return dict(said)


async def test_a_named_payment_is_the_one_by_document_amount_and_time_and_its_own_day_and_account_are_told() -> None:
    yesterday = TODAY - timedelta(days=1)
    world, plan, named = await named_payment(
        paid_on=yesterday, reference="by hand", account_id=SAVINGS.id, account_code=SAVINGS.code
    )
    writing, _ = make_write_access(world)
    assert RECORD_PAYMENT.recognise is not None
    receipt = await RECORD_PAYMENT.recognise(writing, plan, named)
    assert isinstance(receipt, Receipt) and receipt.reference == named
    assert receipt.summary["en"].startswith(
        f"Paid: € 31.00 to Acme Ltd for BILL-201 from {SAVINGS.code} on 21 Nov 2026"
    )
    told = {name: receipt.facts[name] for name in ("paid_on", "reference", "account_id")}
    assert told == {"paid_on": "2026-11-21", "reference": "by hand", "account_id": SAVINGS.id}


@pytest.mark.parametrize(
    ("more", "en", "de"),
    [
        ({"amount": "31.01"}, "it is of € 31.01, not of € 31.00", "sie lautet über 31,01 €, nicht über 31,00 €"),
        ({"currency": "GBP"}, "it is of £ 31.00, not of € 31.00", "sie lautet über 31,00 £, nicht über 31,00 €"),
        ({"status": "DELETED"}, "it was deleted there", "sie wurde dort gelöscht"),
        ({"on": "BILL-202"}, "it is on BILL-202, not on BILL-201", "sie gehört zu BILL-202, nicht zu BILL-201"),
        ({"updated_at": books.NOW - timedelta(days=30)}, "it was there before the card was made", "sie war schon da"),
    ],
)  # fmt: skip
async def test_another_payment_is_not_taken_for_it_and_what_differs_is_said(
    more: dict[str, Any], en: str, de: str
) -> None:
    world, plan, named = await named_payment(**more)
    said = await told_apart_as(world, plan, named)
    assert said["en"].startswith(f"The payment {named} in Xero is not this one: ") and en in said["en"]
    assert de in said["de"]


async def test_a_payment_that_xero_does_not_have_is_said_to_be_none() -> None:
    world, plan, _ = await named_payment()
    with pytest.raises(ProviderRefused, match="no such record"):
        await told_apart_as(world, plan, "pay-9999")
