"""A contact's details, who is entered twice, and what of a contact is changed once after a confirmation."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.books import (
    ACME,
    DUPONT,
    SCHNEIDER,
    WEBER_BERLIN,
    World,
    contact,
    fake_writing,
    make_access,
    usual_world,
)
from tests.support.masters import FakeMasters, FakeMasterWriter, MasterWorld, template
from tools.base import Access, Draft, WriteAccess, WriteKind, WriteTool
from tools.errors import OutcomeUnknown, ToolFailed, ToolRetry
from tools.lookalike import groups_alike
from tools.xero.contact_archive import ARCHIVE_CONTACT, ArchivePlan
from tools.xero.contact_change import CHANGE_CONTACT
from tools.xero.contact_change_plan import ContactChangePlan
from tools.xero.contact_view import get_contact
from tools.xero.duplicate_contacts import duplicates, find_duplicate_contacts
from tools.xero.master_data import Phone, Place, SentContact

pytestmark = pytest.mark.anyio


class Company:
    """The usual books with their master data."""

    def __init__(self) -> None:
        self.books: World = usual_world()
        self.masters = MasterWorld(contacts=lambda: self.books.contacts)

    def access(self, language: str = "en") -> Access:
        return make_access(self.books, language=language, masters=FakeMasters(self.masters))

    def writing(self, *answers: str) -> tuple[WriteAccess, FakeMasterWriter]:
        writer = FakeMasterWriter(self.masters, answers)
        return fake_writing(self.books, masters=writer), writer

    async def propose(self, tool: WriteTool, **said: Any) -> Draft:
        draft = await tool.propose(self.access(), **tool.signature.arguments(**said).model_dump())
        assert isinstance(draft, Draft)
        return draft


def facts(tool: WriteTool, draft: Draft, language: str = "en") -> dict[str, str]:
    return {fact.label: fact.value for fact in tool.card(draft.payload, language).facts}


# reading


async def test_a_contacts_details_are_told_and_its_bank_account_only_masked() -> None:
    company = Company()
    company.masters.join("VIP", ACME)
    result = await get_contact.run(company.access(), contact_name="Acme")
    assert result.answer.startswith(
        "Acme Ltd: supplier, billing@acme.example, +49 30 1234, Weg 1, Dublin, we owe € 2,230.00 ("
    )
    shown = {row["what"]: row["value"] for row in result.tables[0].rows}
    assert (shown["Groups"], shown["Bills are due"], shown["We owe"]) == ("VIP", "14 days after the date", "€ 2,230.00")
    assert shown["Bank account"] == "IE29…5678" and "/Contacts/View/" in str(result.tables[0].rows[0]["_link"])
    assert "93115212345678" not in result.model_dump_json()
    german = await get_contact.run(company.access("de"), contact_name="Acme")
    assert "wir schulden 2.230,00 €" in german.answer
    with pytest.raises(ToolRetry, match="Which contact"):
        await get_contact.run(company.access(), contact_name=" ")


async def test_contacts_that_may_be_the_same_are_found_by_name_address_and_account() -> None:
    company = Company()
    company.books.contacts += [
        contact("ACME Limited", iban="IE29 AIBK 9311 5212 3456 78"),
        contact("Someone Else", email="Billing@Acme.example"),
        contact("Dupomt SA"),
    ]
    result = await find_duplicate_contacts.run(company.access())
    why = {str(row["name"]): set[str]() for row in result.tables[0].rows}
    for row in result.tables[0].rows:
        why[str(row["name"])].add(str(row["why"]))
    assert why["ACME Limited"] == {"alike names and same bank account"}
    assert why["Someone Else"] == {"same e-mail address"}
    assert why["Dupont SA"] == why["Dupomt SA"] == why["Studio Weber"] == {"alike names"}
    assert "4 groups of contacts that may be the same, among 10" in result.answer
    assert "93115212345678" not in result.model_dump_json() and "IE29…5678" in result.model_dump_json()
    alone = make_access(World(contacts=[ACME, SCHNEIDER]), language="de")
    assert "Keiner der 2 Kontakte" in (await find_duplicate_contacts.run(alone)).answer
    assert duplicates([]) == []


def test_alike_names_are_grouped_as_each_pair_would_be_found() -> None:
    names = ["Müller GmbH", "Mueller", "Muller Ltd", "Branch 1", "Branch 2", "Globex", "Glodex", "Golbex", "Other", ""]
    assert groups_alike(names) == [[0, 1, 2], [5, 6, 7]]


def test_thousands_of_names_take_a_moment() -> None:
    names = [f"Kunde {n:05d} Handel" for n in range(3000)] + ["Acme Ltd", "Acme"]
    assert groups_alike(names) == [[3000, 3001]]


# changing


async def test_a_new_address_is_pointed_out_with_old_and_new_side_by_side() -> None:
    company = Company()
    draft = await company.propose(CHANGE_CONTACT, contact_name="Acme", email="new@acme.example")
    card = CHANGE_CONTACT.card(draft.payload, "en")
    assert facts(CHANGE_CONTACT, draft)["E-mail"] == "billing@acme.example → new@acme.example"
    assert "so far billing@acme.example, from then on new@acme.example" in card.warnings[0]
    assert "bisher billing@acme.example" in CHANGE_CONTACT.card(draft.payload, "de").warnings[0]
    assert "bank details stay" in card.note
    stakes = CHANGE_CONTACT.stakes(draft.payload)
    assert (stakes.kind, stakes.payee_id, stakes.bank) == (WriteKind.CONTACT_CHANGE, ACME.id, "")
    assert CHANGE_CONTACT.typed == ("email",) and CHANGE_CONTACT.subject(draft.payload) == f"contact:{ACME.id}"


def test_nothing_of_it_can_hold_bank_details() -> None:
    arguments = set(CHANGE_CONTACT.signature.schema()["properties"])
    held = {*arguments, *SentContact.__dataclass_fields__, *ContactChangePlan.model_fields}
    assert not [name for name in held if "bank" in name or "iban" in name]


async def test_only_what_was_said_is_sent_and_phones_and_addresses_go_whole() -> None:
    company = Company()
    company.masters.change_contact(
        ACME.id,
        phones=(Phone(kind="DEFAULT", number="1"), Phone(kind="MOBILE", number="2")),
        places=(Place(kind="STREET", line1="Weg 1", line2="Hinterhof", city="Dublin", country="IE"),),
    )
    draft = await company.propose(
        CHANGE_CONTACT, contact_name="Acme", phone="+353 (1) 555-0100", city="Cork", account_number="K-4711"
    )
    shown = facts(CHANGE_CONTACT, draft)
    assert shown["Address"] == "Weg 1, Hinterhof, Dublin, IE → Weg 1, Hinterhof, Cork, IE"
    assert shown["Account number"] == "empty → K-4711"
    assert CHANGE_CONTACT.card(draft.payload, "en").warnings == ()
    side, writer = company.writing()
    receipt = await CHANGE_CONTACT.execute(side, draft.payload, "key-1")
    (sent,) = writer.sent
    assert isinstance(sent, SentContact) and (sent.name, sent.email, sent.account_number) == (None, None, "K-4711")
    assert sent.phones == (Phone(kind="DEFAULT", number="+353 (1) 555-0100"), Phone(kind="MOBILE", number="2"))
    assert sent.places == (Place(kind="STREET", line1="Weg 1", line2="Hinterhof", city="Cork", country="IE"),)
    assert "Phone 1, 2 → +353 (1) 555-0100, 2" in receipt.summary["en"] and "Anschrift" in receipt.summary["de"]


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ({}, "Which contact"),
        ({"contact_name": "Acme"}, "What should be changed"),
        ({"contact_name": "Acme", "email": "not an address"}, "no e-mail"),
        ({"contact_name": "Acme", "phone": "DE89370400440532013000"}, "no phone number"),
        ({"contact_name": "Acme", "phone": "1234 5678 9012 3456 7890"}, "no phone number"),
        ({"contact_name": "Acme", "account_number": "DE89370400440532013000"}, "account number"),
        ({"contact_name": "Acme", "street": "see https://evil.example"}, "link"),
        ({"contact_name": "Acme", "country": "Österreich"}, "A to Z"),
        ({"contact_name": "Acme", "name": "A\u202ecme"}, "U+202E"),
    ],
)
async def test_what_cannot_be_changed_is_asked_again(said: dict[str, str], about: str) -> None:
    with pytest.raises(ToolRetry) as asked:
        await Company().propose(CHANGE_CONTACT, **said)
    assert about in asked.value.text("en") and "Nothing was" in asked.value.text("en")


async def test_of_two_addresses_the_one_that_is_meant_is_asked_for() -> None:
    company = Company()
    both = (Place(kind="POBOX", line1="Postfach 1"), Place(kind="STREET", line1="Weg 1"))
    company.masters.change_contact(ACME.id, places=both)
    with pytest.raises(ToolRetry, match="two addresses"):
        await company.propose(CHANGE_CONTACT, contact_name="Acme", city="Cork")
    draft = await company.propose(CHANGE_CONTACT, contact_name="Acme", city="Cork", which_address="postal")
    assert "Postal address: Postfach 1, Cork; Street address: Weg 1" in facts(CHANGE_CONTACT, draft)["Address"]


async def test_a_name_that_is_taken_is_refused_and_one_like_it_or_a_shared_address_pointed_out() -> None:
    company = Company()
    with pytest.raises(ToolFailed, match="another contact called Müller GmbH"):
        await company.propose(CHANGE_CONTACT, contact_name="Acme", name="MÜLLER GmbH")
    draft = await company.propose(CHANGE_CONTACT, contact_name="Acme", name="Dupomt SA", email=WEBER_BERLIN.email)
    warnings = " ".join(CHANGE_CONTACT.card(draft.payload, "en").warnings)
    assert "similar name: Dupont SA" in warnings and "Studio Weber has the same e-mail" in warnings
    with pytest.raises(ToolFailed, match="like that already"):
        await company.propose(CHANGE_CONTACT, contact_name="Acme", email=ACME.email)


async def test_a_contact_that_somebody_changed_meanwhile_stops_it() -> None:
    company = Company()
    draft = await company.propose(CHANGE_CONTACT, contact_name="Acme", name="Acme Europe Ltd")
    assert await CHANGE_CONTACT.changed(company.access(), draft.payload) is None
    company.masters.change_contact(ACME.id, email="other@evil.example", status="ARCHIVED")
    company.books.contacts.append(contact("acme europe ltd"))
    why = await CHANGE_CONTACT.changed(company.access(), draft.payload)
    assert why is not None
    for words in ("E-mail is now other@evil.example", "archived", "another contact is called"):
        assert words in why["en"]
    assert "Es wurde nichts geändert" in why["de"]


async def test_it_is_changed_once_and_found_when_the_answer_is_lost() -> None:
    company = Company()
    draft = await company.propose(CHANGE_CONTACT, contact_name="Acme", phone="030 99")
    side, writer = company.writing("nothing", "lost", "other")
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await CHANGE_CONTACT.execute(side, draft.payload, "key-1")
        assert (await CHANGE_CONTACT.look_up(side, draft.payload, "key-1") is not None) is found
    assert writer.keys == ["key-1", "key-1"] and len(writer.sent) == 1
    company = Company()
    side, _ = company.writing("other")
    with pytest.raises(OutcomeUnknown, match="another contact"):
        await CHANGE_CONTACT.execute(side, draft.payload, "key-1")


async def test_a_change_is_exactly_one_and_can_be_prepared_again() -> None:
    company = Company()
    said = {"contact_name": "Acme", "name": "Acme Europe", "email": "a@b.example", "phone": "030 1", "city": "Cork"}
    payload = (await company.propose(CHANGE_CONTACT, **said)).payload
    assert CHANGE_CONTACT.again is not None
    assert (await company.propose(CHANGE_CONTACT, **dict(CHANGE_CONTACT.again(payload, {})))).payload == payload
    for wrong in ({"iban": "DE89370400440532013000"}, {"new": payload["old"]}):
        with pytest.raises(ValidationError):
            ContactChangePlan.read({**payload, **wrong})


# archiving


async def test_one_with_which_nothing_is_open_is_archived_once() -> None:
    company = Company()
    quiet = contact("Quiet Ltd")
    company.books.contacts.append(quiet)
    draft = await company.propose(ARCHIVE_CONTACT, contact_name="Quiet Ltd")
    card = ARCHIVE_CONTACT.card(draft.payload, "en")
    assert facts(ARCHIVE_CONTACT, draft)["Status"] == "active → archived" and "disappears" in card.warnings[0]
    assert "archivieren" in ARCHIVE_CONTACT.card(draft.payload, "de").deed
    assert await ARCHIVE_CONTACT.changed(company.access(), draft.payload) is None
    side, writer = company.writing("nothing", "lost")
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await ARCHIVE_CONTACT.execute(side, draft.payload, "key-1")
        assert (await ARCHIVE_CONTACT.look_up(side, draft.payload, "key-1") is not None) is found
    assert len(writer.sent) == 1
    why = await ARCHIVE_CONTACT.changed(company.access(), draft.payload)
    assert why is not None and "archived already" in why["en"]
    again = ARCHIVE_CONTACT.again
    assert again is not None and again(draft.payload, {}) == {"contact_name": quiet.id}
    with pytest.raises(ValidationError):
        ArchivePlan.read({**draft.payload, "new_status": "GDPRREQUEST"})


async def test_one_with_which_something_is_open_is_not() -> None:
    company = Company()
    with pytest.raises(ToolFailed) as refused:
        await company.propose(ARCHIVE_CONTACT, contact_name="Acme")
    assert "2 open bills and 1 draft bill" in refused.value.text("en")
    assert "2 offene Eingangsrechnungen" in refused.value.text("de")
    quiet = contact("Quiet Ltd")
    company.books.contacts.append(quiet)
    draft = await company.propose(ARCHIVE_CONTACT, contact_name="Quiet Ltd")
    company.masters.repeating = [template(quiet.id, quiet.name, "5.00")]
    why = await ARCHIVE_CONTACT.changed(company.access(), draft.payload)
    assert why is not None and "1 invoice or bill that repeats" in why["en"]
    with pytest.raises(ToolRetry, match="Which contact"):
        await company.propose(ARCHIVE_CONTACT)
    side, _ = company.writing("other")
    with pytest.raises(OutcomeUnknown, match="without archiving"):
        await ARCHIVE_CONTACT.execute(side, draft.payload, "key-1")
    assert DUPONT.status == "ACTIVE"
