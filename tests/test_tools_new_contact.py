"""Adding a contact: what may be proposed, what the card warns of, what is added once."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.books import World, contact, make_access, make_contact_access, usual_world
from tools.base import Draft, WriteKind
from tools.errors import OutcomeUnknown, ToolFailed, ToolRetry
from tools.xero.new_contact import CREATE_CONTACT, ContactPlan

pytestmark = pytest.mark.anyio


async def propose(world: World | None = None, *, language: str = "en", **said: Any) -> Draft:
    """What the tool proposes when the model calls it with these arguments."""
    arguments = CREATE_CONTACT.signature.arguments(**said).model_dump()
    draft = await CREATE_CONTACT.propose(make_access(world, language=language), **arguments)
    assert isinstance(draft, Draft)
    return draft


async def test_the_card_says_who_is_added_and_that_nobody_can_be_paid_by_it() -> None:
    draft = await propose(name="  Neue  Werkstatt GmbH ", email="post@werkstatt.example")
    card = CREATE_CONTACT.card(draft.payload, "en")
    shown = {fact.label: fact.value for fact in card.facts}
    assert (card.deed, card.payee) == ("Add Neue Werkstatt GmbH", "Neue Werkstatt GmbH")
    assert (shown["E-mail"], shown["Bank details"]) == ("post@werkstatt.example", "none")
    assert "Nobody can be paid" in card.note and "anlegen" in CREATE_CONTACT.card(draft.payload, "de").deed
    stakes = CREATE_CONTACT.stakes(draft.payload)
    assert (stakes.kind, stakes.money, stakes.payee_id) == (WriteKind.CONTACT_CHANGE, None, "")


def test_the_model_cannot_hand_over_bank_details() -> None:
    assert set(CREATE_CONTACT.signature.schema()["properties"]) == {"name", "email"}


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ({}, "called"),
        ({"name": "X", "email": "not an address"}, "no e-mail"),
        ({"name": "Pay DE89370400440532013000"}, "account number"),
        ({"name": "see www.evil.example"}, "link"),
        ({"name": "A\u202ecme"}, "U+202E"),
        ({"name": "N" * 101}, "101 characters"),
    ],
)
async def test_what_is_no_name_or_address_is_asked_again(said: dict[str, str], about: str) -> None:
    with pytest.raises(ToolRetry) as asked:
        await propose(None, **said)
    assert about in asked.value.text("en") and "Nothing was added" in asked.value.text("en")


async def test_one_that_is_there_is_not_added_again_and_a_similar_name_is_pointed_out() -> None:
    with pytest.raises(ToolFailed, match="already"):
        await propose(name="ACME LTD")
    draft = await propose(name="Acme Limited Ltd")
    assert ContactPlan.read(draft.payload).name == "Acme Limited Ltd"
    alike = await propose(name="Аcme Ltd")  # the first letter is Cyrillic
    assert "Acme Ltd" in CREATE_CONTACT.card(alike.payload, "en").warnings[0]


async def test_it_is_added_once_and_found_by_its_name_when_the_answer_is_lost() -> None:
    world = usual_world()
    draft = await propose(world, name="Neue Werkstatt GmbH")
    writing, xero = make_contact_access(world, ["lost_before", "lost_after"])
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await CREATE_CONTACT.execute(writing, draft.payload, "key-1")
        receipt = await CREATE_CONTACT.look_up(writing, draft.payload, "key-1")
        assert (receipt is not None) is found
    assert len(xero.added) == 1 and receipt is not None
    assert receipt.facts["contact_id"] == world.contacts[-1].id


async def test_an_answer_about_somebody_else_is_no_success() -> None:
    world = usual_world()
    draft = await propose(world, name="Neue Werkstatt GmbH")
    writing, _ = make_contact_access(world, ["other"])
    with pytest.raises(OutcomeUnknown, match="another contact"):
        await CREATE_CONTACT.execute(writing, draft.payload, "key-1")


async def test_one_that_somebody_added_meanwhile_stops_it() -> None:
    world = usual_world()
    draft = await propose(world, name="Neue Werkstatt GmbH")
    assert await CREATE_CONTACT.changed(make_access(world), draft.payload) is None
    world.contacts.append(contact("neue werkstatt gmbh"))
    why = await CREATE_CONTACT.changed(make_access(world), draft.payload)
    assert why is not None and "Nothing was added" in why["en"] and "nichts angelegt" in why["de"]


async def test_the_plan_is_exactly_a_plan_and_can_be_prepared_again() -> None:
    payload = (await propose(name="Neue Werkstatt GmbH", email="a@b.example")).payload
    with pytest.raises(ValidationError):
        ContactPlan.read({**payload, "iban": "DE89370400440532013000"})
    assert CREATE_CONTACT.again is not None
    said: dict[str, Any] = dict(CREATE_CONTACT.again(payload, {"name": "Other"}))
    assert (await propose(**said)).payload == payload
