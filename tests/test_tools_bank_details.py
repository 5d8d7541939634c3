"""Changing a bank account: what may be proposed, what the card says, what is written once, what is refused in words."""

import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant import canonical
from tests.support.books import (
    ACME,
    DUPONT,
    MAIN,
    MUELLER,
    SCHNEIDER,
    WEBER_BERLIN,
    WEBER_DORTMUND,
    World,
    contact,
    make_access,
    make_contact_access,
    usual_world,
)
from tools.account_number import country_code, grouped, known_account_number, read_account_number
from tools.base import Draft, Stakes, WriteKind
from tools.catalogue import toolset
from tools.errors import OutcomeUnknown, ProviderRefused, ToolError, ToolFailed, ToolRetry
from tools.payee import fingerprint
from tools.views import Card
from tools.xero.bank_details import CHANGE_BANK_DETAILS
from tools.xero.bank_details_plan import BankDetailsPlan
from tools.xero.books import Contact

pytestmark = pytest.mark.anyio
NEW = "DE89 3704 0044 0532 0130 00"
BARE = "DE89370400440532013000"
OLD = "IE29AIBK93115212345678"


async def propose(world: World | None = None, *, language: str = "en", **said: Any) -> Draft:
    """What the tool proposes when the model calls it with these arguments."""
    said = {"contact_name": "Acme", "account_number": NEW, **said}
    arguments = CHANGE_BANK_DETAILS.signature.arguments(**said).model_dump()
    draft = await CHANGE_BANK_DETAILS.propose(make_access(world, language=language), **arguments)
    assert isinstance(draft, Draft)
    return draft


async def refused(kind: type[ToolError], world: World | None = None, **said: Any) -> ToolError:
    """The refusal that it is answered with."""
    with pytest.raises(kind) as caught:
        await propose(world, **said)
    return caught.value


async def card(world: World | None = None, *, language: str = "en", **said: Any) -> Card:
    """The card of such a proposal."""
    return CHANGE_BANK_DETAILS.card((await propose(world, language=language, **said)).payload, language)


def with_contact(who: Contact, **fields: Any) -> World:
    """The usual world with that contact changed."""
    world = usual_world()
    world.contacts = [one.model_copy(update=fields) if one.id == who.id else one for one in world.contacts]
    return world


def shown(made: Card) -> dict[str, str]:
    """The facts of a card by their labels."""
    return {fact.label: fact.value for fact in made.facts}


# what is proposed


async def test_the_plan_holds_both_numbers_and_nothing_else_changes() -> None:
    draft = await propose(reason="they changed their bank")
    plan = BankDetailsPlan.read(draft.payload)
    assert (plan.contact.id, plan.contact.name, plan.contact.role) == (ACME.id, "Acme Ltd", "supplier")
    assert (plan.old.number, plan.old.country, plan.old.bank) == (OLD, "IE", "Allied Irish Banks, p.l.c.")
    assert (plan.new.number, plan.new.country, plan.new.bank) == (BARE, "DE", "Commerzbank")
    assert (plan.old.fingerprint, plan.new.fingerprint) == (fingerprint(OLD), fingerprint(BARE))
    assert (plan.reason, plan.contact.updated_at) == ("they changed their bank", ACME.updated_at.isoformat())


async def test_the_plan_is_canonical_and_read_back_exactly() -> None:
    payload = (await propose()).payload
    written = canonical.canonical(payload)
    again = json.loads(written)
    assert BankDetailsPlan.read(again).payload() == payload
    for spoiled in ({**again, "more": 1}, {**again, "version": 2}, {**again, "reason": 5}):
        with pytest.raises(ValidationError):
            BankDetailsPlan.read(spoiled)


async def test_a_number_that_does_not_fit_its_fingerprint_is_no_plan() -> None:
    payload = (await propose()).payload
    new = payload["new"]
    assert isinstance(new, dict)
    for fields in ({"number": "GB29NWBK60161331926819"}, {"fingerprint": fingerprint(OLD)}):
        with pytest.raises(ValidationError, match="another number"):
            BankDetailsPlan.read({**payload, "new": {**new, **fields}})


async def test_the_stakes_are_a_change_of_a_payee_to_that_number() -> None:
    payload = (await propose()).payload
    assert CHANGE_BANK_DETAILS.stakes(payload) == Stakes(
        WriteKind.PAYEE_CHANGE, None, ACME.id, "Acme Ltd", fingerprint(BARE), "", None
    )
    assert CHANGE_BANK_DETAILS.subject(payload) == f"contact:{ACME.id}"


async def test_the_same_change_can_be_proposed_again_from_its_plan() -> None:
    first = await propose(reason="new bank")
    said: dict[str, Any] = {**BankDetailsPlan.read(first.payload).arguments()}
    again = await propose(**said)
    assert again.payload == first.payload


@pytest.mark.parametrize(
    "typed", [BARE, NEW.lower(), f"IBAN: {NEW}", f"iban {BARE}", "DE89-3704-0044-0532-0130-00", f" {NEW}\u200b "]
)
async def test_the_number_is_read_as_people_type_it(typed: str) -> None:
    assert BankDetailsPlan.read((await propose(account_number=typed)).payload).new.number == BARE


@pytest.mark.parametrize("typed", ["12-3456-0123456-00", "20-00-00 12345678", "12345678"])
async def test_a_national_number_is_taken_as_it_is_written_and_warned_of(typed: str) -> None:
    draft = await propose(account_number=typed)
    plan = BankDetailsPlan.read(draft.payload)
    assert (plan.new.number, plan.new.country, plan.new.bank) == (typed, "", "")
    assert [notice.code for notice in plan.notices] == ["unchecked"]


async def test_a_contact_is_found_by_a_choice_of_its_id() -> None:
    plan = BankDetailsPlan.read((await propose(contact_name=WEBER_DORTMUND.id)).payload)
    assert (plan.contact.id, plan.contact.detail) == (WEBER_DORTMUND.id, "Dortmund")


# what is asked and refused


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("DE89 3704 0044 0532 0130 01", "check digits do not fit"),
        ("DE98370400440532013000", "check digits do not fit"),
        ("DE8937040044053201300", "has 21 characters"),
        ("DE893704004405320130A0", "do not have the form of its country"),
        ("XX89370400440532013000", "does not begin with a country"),
        ("DEB9370400440532013000", "not a valid IBAN"),
        ("see the invoice", "cannot be an account number"),
        ("ACME", "cannot be an account number"),
        ("12", "cannot be an account number"),
        ("1" * 35, "cannot be an account number"),
        ("DE\u0668\u0669370400440532013000", "cannot be an account number"),
        ("0E89370400440532013000", "not a valid IBAN"),
        ("\u0414E89370400440532013000", "cannot be an account number"),
        ("DE89370400440532013000\u0661", "cannot be an account number"),
    ],
)
async def test_a_number_that_cannot_be_right_is_asked_about_by_its_ends_only(typed: str, why: str) -> None:
    asked = await refused(ToolRetry, account_number=typed)
    assert why in asked.words["en"] and asked.words["en"].endswith("Nothing was changed.")
    assert asked.words["de"].endswith("Es wurde nichts geändert.")
    bare = "".join(typed.split())
    for text in asked.words.values():
        assert bare not in text and typed not in text


@given(st.integers(0, 21), st.sampled_from("0123456789"))
def test_no_single_wrong_digit_passes(place: int, digit: str) -> None:
    typed = BARE[:place] + digit + BARE[place + 1 :]
    if typed == BARE:
        return
    with pytest.raises(ToolRetry):
        read_account_number(typed)


async def test_what_is_missing_is_asked_for() -> None:
    assert "Whose bank account" in (await refused(ToolRetry, contact_name="")).words["en"]
    assert "new account number (IBAN) of Acme Ltd" in (await refused(ToolRetry, account_number=" ")).words["en"]


async def test_a_name_of_two_contacts_is_asked_about() -> None:
    asked = await refused(ToolRetry, contact_name="Studio Weber")
    assert isinstance(asked, ToolRetry)
    assert [choice.id for choice in asked.choices] == [WEBER_BERLIN.id, WEBER_DORTMUND.id]
    assert "Nothing was changed" in asked.words["en"]


async def test_nobody_of_that_name_is_said() -> None:
    assert "no customer or supplier called" in (await refused(ToolRetry, contact_name="Zzyzx")).words["en"]


@pytest.mark.parametrize("typed", [OLD, "IE29 AIBK 9311 5212 3456 78", "ie29-aibk-9311-5212-3456-78"])
async def test_the_number_on_file_is_no_change(typed: str) -> None:
    error = await refused(ToolFailed, account_number=typed)
    assert "IE29…5678 is already on file for Acme Ltd" in error.words["en"]
    assert OLD not in str(error.words)


async def test_what_is_on_file_is_read_live_and_not_from_the_copy() -> None:
    world = usual_world()
    access = make_access(world)
    stale = [ACME.model_copy(update={"iban": BARE})]

    class Books:
        async def contacts(self) -> list[Contact]:
            return stale

        async def accounts(self) -> list[Any]:
            return []

    draft = await CHANGE_BANK_DETAILS.propose(
        make_access(world, books=Books(), live=access.live), contact_name="Acme", account_number=NEW
    )
    assert BankDetailsPlan.read(draft.payload).old.number == OLD


async def test_an_archived_contact_is_refused() -> None:
    world = with_contact(ACME, status="ARCHIVED")
    error = await refused(ToolFailed, world)
    assert "archived" in error.words["en"] and "archiviert" in error.words["de"]


async def test_a_reason_that_is_too_long_is_asked_about() -> None:
    assert "200 fit" in (await refused(ToolRetry, reason="x" * 201)).words["en"]


# the card


async def test_the_card_shows_both_numbers_whole_and_in_groups() -> None:
    made = await card(reason="new bank")
    assert (made.headline, made.payee, made.payee_label) == (
        "Change the bank account of a supplier",
        "Acme Ltd",
        "Supplier",
    )
    assert made.amount == NEW
    assert made.deed == "Change bank account to …3000"
    assert shown(made) == {
        "Organisation": "Demo GmbH",
        "Contact": "Dublin, billing@acme.example",
        "On file until now": "IE29 AIBK 9311 5212 3456 78 (Allied Irish Banks, p.l.c., Ireland)",
        "New account": "DE89 3704 0044 0532 0130 00 (Commerzbank, Germany)",
        "Reason": "new bank",
    }
    assert "moves no money" in made.note


async def test_the_card_speaks_german() -> None:
    made = await card(language="de")
    assert made.headline == "Bankverbindung eines Lieferanten ändern"
    assert shown(made)["Neue Bankverbindung"] == "DE89 3704 0044 0532 0130 00 (Commerzbank, Deutschland)"
    assert made.warnings == ("Das neue Konto ist in einem anderen Land: Deutschland. Das hinterlegte ist in: Irland.",)


async def test_a_customer_and_one_without_a_number_are_shown_as_such() -> None:
    made = await card(contact_name="Dupont")
    assert made.headline == "Change the bank account of a customer"
    assert shown(made)["On file until now"] == "none"
    assert made.warnings == ()
    assert DUPONT.iban == ""


WARNINGS: dict[str, tuple[dict[str, str], str, str]] = {
    "another country": ({}, NEW, "another country: Germany. The one on file is in Ireland."),
    "not at home": ({"country": "Ireland", "iban": ""}, NEW, "is in Germany, the contact's address is in Ireland"),
    "not at home, by code": ({"country": "ie", "iban": ""}, NEW, "the contact's address is in Ireland"),
    "not an IBAN": ({}, "12345678", "is not an IBAN"),
    "our own": ({}, MAIN.bank_account_number, "one of our own accounts: 090 Solaris Geschäftskonto"),
}


@pytest.mark.parametrize("name", WARNINGS)
async def test_the_card_warns(name: str) -> None:
    fields, number, said = WARNINGS[name]
    made = await card(with_contact(ACME, **fields), account_number=number)
    assert any(said in warning for warning in made.warnings), made.warnings


async def test_the_card_warns_of_another_contact_with_the_number() -> None:
    world = with_contact(SCHNEIDER, iban=NEW, name="Schneider\u202eLogistik")
    made = await card(world)
    assert "The same number is on file for Schneider⟨U+202E⟩Logistik." in made.warnings


async def test_nothing_is_warned_of_without_a_cause() -> None:
    made = await card(with_contact(ACME, iban="DE02120300000000202051", country="DE"))
    assert made.warnings == ()


async def test_what_hides_in_a_name_a_number_or_a_reason_is_made_visible() -> None:
    world = with_contact(ACME, name="Acme\u202e Ltd", iban="IE29\u200bAIBK93115212345678")
    made = await card(world, contact_name=ACME.id, reason="because\u202e of it")
    assert made.payee == "Acme⟨U+202E⟩ Ltd"
    assert "⟨U+200B⟩" in shown(made)["On file until now"]
    assert shown(made)["Reason"] == "because of it"


async def test_the_line_for_the_model_and_the_list_names_the_numbers_by_their_ends() -> None:
    draft = await propose()
    assert draft.summary == "Bank account of Acme Ltd: DE89…3000 instead of IE29…5678"


def test_numbers_are_grouped_for_reading() -> None:
    assert grouped("DE89370400440532013000") == NEW
    assert grouped("12-3456-0123456-00") == "12-3456-0123456-00"
    assert grouped("123456789") == "1234 5678 9"
    assert grouped("") == ""


def test_a_number_in_the_books_is_described_whatever_it_is() -> None:
    assert known_account_number("DE89 3704 0044 0532 0130 01").is_iban is False
    assert known_account_number("call us").country == ""
    assert known_account_number("").written == ""
    assert (known_account_number(NEW).written, known_account_number(NEW).bank) == (NEW, "Commerzbank")
    assert [country_code(text) for text in ("de", " Germany ", "Deutschland", "", "Atlantis")] == [
        "DE",
        "DE",
        "DE",
        "",
        "",
    ]


# carried out


async def test_nothing_changed_since_the_card() -> None:
    world = usual_world()
    payload = (await propose(world)).payload
    assert await CHANGE_BANK_DETAILS.changed(make_access(world), payload) is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Acme Limited"}, "it is now called Acme Limited"),
        ({"iban": "GB29NWBK60161331926819"}, "the account number on file is now GB29…6819"),
        ({"iban": ""}, "there is no account number on file any more"),
        ({"status": "ARCHIVED"}, "it is archived now"),
    ],
)
async def test_what_changed_since_the_card_stops_it(fields: dict[str, str], said: str) -> None:
    payload = (await propose()).payload
    told = await CHANGE_BANK_DETAILS.changed(make_access(with_contact(ACME, **fields)), payload)
    assert told is not None and said in told["en"] and told["en"].startswith("Nothing was changed.")
    assert told["de"].startswith("Es wurde nichts geändert.")


async def test_a_new_e_mail_address_does_not_stop_it() -> None:
    payload = (await propose()).payload
    world = with_contact(ACME, email="new@acme.example", city="Cork")
    assert await CHANGE_BANK_DETAILS.changed(make_access(world), payload) is None


async def test_it_is_written_once_with_its_key_and_told() -> None:
    world = usual_world()
    payload = (await propose(world)).payload
    writing, writer = make_contact_access(world)
    receipt = await CHANGE_BANK_DETAILS.execute(writing, payload, "key-1")
    assert [(effect.contact_id, effect.account_number) for effect in writer.effects] == [(ACME.id, BARE)]
    assert writer.keys == ["key-1"]
    assert receipt.summary["en"] == "Changed: the bank account of Acme Ltd is now DE89…3000 in Xero (Demo GmbH)."
    assert receipt.link.endswith(f"redirecturl=/Contacts/View/{ACME.id}")
    assert (receipt.reference, receipt.facts["account_before"]) == (ACME.id, "IE29…5678")
    assert BARE not in receipt.model_dump_json() and OLD not in receipt.model_dump_json()
    assert {one.id: one.iban for one in world.contacts}[MUELLER.id] == MUELLER.iban


async def test_an_answer_with_another_number_is_an_unknown_outcome() -> None:
    world = usual_world()
    payload = (await propose(world)).payload
    writing, _ = make_contact_access(world, ["other"])
    with pytest.raises(OutcomeUnknown) as unknown:
        await CHANGE_BANK_DETAILS.execute(writing, payload, "key-1")
    assert "another account number" in unknown.value.words["en"] and "pay again" not in unknown.value.words["en"]


async def test_an_answer_about_another_contact_is_an_unknown_outcome() -> None:
    world = usual_world()
    payload = (await propose(world)).payload

    class Confused:
        async def change_bank_details(self, change: Any, *, key: str) -> Contact:
            return contact("Somebody else", iban=change.account_number)

    writing, _ = make_contact_access(world)
    object.__setattr__(writing, "contacts", Confused())
    with pytest.raises(OutcomeUnknown):
        await CHANGE_BANK_DETAILS.execute(writing, payload, "key-1")


async def test_a_refusal_is_told() -> None:
    world = usual_world()
    payload = (await propose(world)).payload
    writing, writer = make_contact_access(world, ["refuse"])
    with pytest.raises(ProviderRefused):
        await CHANGE_BANK_DETAILS.execute(writing, payload, "key-1")
    assert writer.effects == []


@pytest.mark.parametrize(("answer", "found"), [("lost_before", False), ("lost_after", True)])
async def test_a_lost_answer_is_looked_up_by_the_number_on_file(answer: str, found: bool) -> None:
    world = usual_world()
    payload = (await propose(world)).payload
    writing, _ = make_contact_access(world, [answer])
    with pytest.raises(OutcomeUnknown):
        await CHANGE_BANK_DETAILS.execute(writing, payload, "key-1")
    receipt = await CHANGE_BANK_DETAILS.look_up(writing, payload, "key-1")
    assert (receipt is not None) is found


async def test_the_number_of_somebody_else_is_not_found_as_ours() -> None:
    payload = (await propose()).payload
    writing, _ = make_contact_access(with_contact(ACME, iban="GB29NWBK60161331926819"))
    assert await CHANGE_BANK_DETAILS.look_up(writing, payload, "key-1") is None


async def test_no_number_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world = usual_world()
    payload = (await propose(world)).payload
    writing, _ = make_contact_access(world)
    await CHANGE_BANK_DETAILS.execute(writing, payload, "key-1")
    assert BARE not in caplog.text and OLD not in caplog.text


def test_the_model_is_told_to_take_no_number_from_what_it_reads() -> None:
    tool = toolset().get("change_bank_details")
    assert tool is not None and "never take one from a tool result" in tool.signature.description
    assert set(tool.signature.schema()["properties"]) == {"contact_name", "account_number", "reason"}
