"""Whom a payment goes to: the contact as Xero has it, never what a text says; what deceives is pointed out."""

import asyncio
from typing import Any

import pytest

from tests.support import books
from tests.support.books import ACME, DUPONT, FakeLive, World, bill, contact, invoice, make_access, usual_world
from tools import payee
from tools.base import Draft
from tools.errors import ConnectionLost, ToolFailed
from tools.xero.books import Contact, Document, Line
from tools.xero.payment_plan import PaymentPlan
from tools.xero.payments import RECORD_PAYMENT

pytestmark = pytest.mark.anyio
PLANTED = "DE28 1001 0010 9999 9999 99"
ON_FILE = "IE29AIBK93115212345678"
COUSIN = "IE47AIBK93115212345679"


async def plan_of(world: World, **said: Any) -> dict[str, Any]:
    """The payload of such a proposal."""
    draft = await RECORD_PAYMENT.propose(make_access(world), **said)
    assert isinstance(draft, Draft)
    return dict(draft.payload)


async def warnings(world: World, *, language: str = "en", number: str = "BILL-201") -> tuple[str, ...]:
    """What the card warns of."""
    return RECORD_PAYMENT.card(await plan_of(world, document_number=number), language).warnings


def renew(world: World, who: Contact, **fields: Any) -> None:
    """Changes a contact as somebody else would in Xero."""
    world.contacts[world.contacts.index(who)] = who.model_copy(update=fields)


# who is paid


async def test_the_plan_holds_the_payee_as_xero_has_it_now_and_no_account_number() -> None:
    world = usual_world()
    copy = usual_world()
    renew(copy, ACME, iban=PLANTED)  # the ledger copy is not asked
    draft = await RECORD_PAYMENT.propose(make_access(world, books=books.FakeBooks(copy)), document_number="BILL-201")
    assert draft.payload["payee"] == {
        "contact_id": ACME.id,
        "name": "Acme Ltd",
        "bank_masked": "IE29…5678",
        "bank_fingerprint": payee.fingerprint(ON_FILE),
        "status": "ACTIVE",
    }
    assert ON_FILE[4:-4] not in str(draft)
    stakes = RECORD_PAYMENT.stakes(draft.payload)
    assert (stakes.payee_id, stakes.payee_name) == (ACME.id, "Acme Ltd")
    assert stakes.bank == payee.fingerprint(ON_FILE)


async def test_the_account_on_file_is_on_the_card() -> None:
    world = usual_world()
    card = RECORD_PAYMENT.card(await plan_of(world, document_number="BILL-201"), "en")
    assert {fact.label: fact.value for fact in card.facts}["Payee's account"] == "IE29…5678"
    german = RECORD_PAYMENT.card(await plan_of(world, document_number="BILL-202"), "de")
    assert {fact.label: fact.value for fact in german.facts}["Konto des Empfängers"] == "in Xero keines hinterlegt"
    assert card.warnings == german.warnings == ()


async def test_the_account_of_somebody_who_pays_us_is_not_kept() -> None:
    world = usual_world()
    renew(world, DUPONT, iban=PLANTED)
    plan = await plan_of(world, document_number="INV-0045")
    assert (plan["payee"]["bank_masked"], plan["payee"]["bank_fingerprint"]) == ("", "")
    assert RECORD_PAYMENT.stakes(plan).bank == ""
    assert "Payee's account" not in [fact.label for fact in RECORD_PAYMENT.card(plan, "en").facts]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "ARCHIVED"}, "archived in Xero (status ARCHIVED)"),
        ({"status": "GDPRREQUEST"}, "archived in Xero"),
        ({"name": "Acme Holding Ltd"}, "another contact for it now, Acme Holding Ltd"),
        ({"id": "gone"}, "there is no contact Acme Ltd in Xero"),
    ],
)
async def test_a_payee_that_is_not_the_bills_own_active_contact_is_refused(fields: dict[str, str], words: str) -> None:
    world = usual_world()
    renew(world, ACME, **fields)
    with pytest.raises(ToolFailed) as refused:
        await plan_of(world, document_number="BILL-201")
    assert words in refused.value.text("en") and "Nothing was recorded" in refused.value.text("en")
    assert "Es wurde nichts erfasst" in refused.value.text("de")


class MergedLive(FakeLive):
    """Xero answering with the contact into which the one asked for was merged."""

    async def contact(self, contact_id: str) -> Contact:
        return (await super().contact(contact_id)).model_copy(update={"id": books.uid("merged")})


async def test_a_contact_merged_into_another_is_refused_and_told_at_the_execution() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-201")
    merged = make_access(world, live=MergedLive(world))
    with pytest.raises(ToolFailed, match="merged or renamed"):
        await RECORD_PAYMENT.propose(merged, document_number="BILL-201")
    told = await RECORD_PAYMENT.changed(merged, plan)
    assert told is not None and "the contact Acme Ltd is gone in Xero" in told["en"]


async def test_a_bill_moved_to_another_contact_since_the_copy_pays_that_one_live() -> None:
    world, copy = usual_world(), usual_world()
    world.change("BILL-202", contact_id=ACME.id, contact_name=ACME.name)
    access = make_access(world, books=books.FakeBooks(copy))
    draft = await RECORD_PAYMENT.propose(access, document_number="BILL-202")
    assert RECORD_PAYMENT.stakes(draft.payload).bank == payee.fingerprint(ON_FILE)


async def test_money_from_an_archived_customer_is_recorded_from_a_missing_one_not() -> None:
    world = usual_world()
    renew(world, DUPONT, status="ARCHIVED")
    assert (await plan_of(world, document_number="INV-0045"))["payee"]["status"] == "ARCHIVED"
    world.contacts = [one for one in world.contacts if one.id != DUPONT.id]
    with pytest.raises(ToolFailed, match="no contact Dupont SA"):
        await plan_of(world, document_number="INV-0045")


class LostLive(FakeLive):
    """Xero that does not let us read contacts any more."""

    async def contact(self, contact_id: str) -> Contact:
        raise ConnectionLost("Xero")


async def test_a_payee_that_cannot_be_read_is_not_paid() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-201")
    with pytest.raises(ConnectionLost):
        await RECORD_PAYMENT.propose(make_access(world, live=LostLive(world)), document_number="BILL-201")
    with pytest.raises(ConnectionLost):
        await RECORD_PAYMENT.changed(make_access(world, live=LostLive(world)), plan)


class TogetherLive(FakeLive):
    """Xero that answers nobody until the document and its contact are both asked for."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._both = asyncio.Barrier(2)

    async def document(self, document_id: str) -> Document:
        await self._both.wait()
        return await super().document(document_id)

    async def contact(self, contact_id: str) -> Contact:
        await self._both.wait()
        return await super().contact(contact_id)


async def test_document_and_payee_are_read_at_the_same_time() -> None:
    world = usual_world()
    access = make_access(world, live=TogetherLive(world))
    async with asyncio.timeout(30):
        draft = await RECORD_PAYMENT.propose(access, document_number="BILL-201")
        assert await RECORD_PAYMENT.changed(access, draft.payload) is None


# checked again before anything is sent


@pytest.mark.parametrize(
    ("before", "fields", "en", "de"),
    [
        (ON_FILE, {"iban": PLANTED}, "on file is now DE28…9999 (it was IE29…5678)", "ist jetzt DE28…9999 (es war IE29"),
        (ON_FILE, {"iban": ""}, "account IE29…5678 is not on file any more", "IE29…5678 ist nicht mehr hinterlegt"),
        ("", {"iban": PLANTED}, "on file now, DE28…9999 (there was none)", "hinterlegt, DE28…9999 (vorher keines)"),
        (ON_FILE, {"iban": "IE29BOFI90001712345678"}, "with the same ends IE29…5678", "mit denselben Enden IE29…5678"),
        (ON_FILE, {"name": "Acme Holding"}, "the contact is now Acme Holding", "der Kontakt ist jetzt Acme Holding"),
        (ON_FILE, {"status": "ARCHIVED"}, "status is now ARCHIVED", "Status des Kontakts ist jetzt ARCHIVED"),
        (ON_FILE, {"id": "x"}, "the contact Acme Ltd is gone", "den Kontakt Acme Ltd gibt es in Xero nicht mehr"),
    ],
)
async def test_a_change_of_the_payee_since_the_card_is_told_in_masked_words(
    before: str, fields: dict[str, str], en: str, de: str
) -> None:
    world = usual_world()
    renew(world, ACME, iban=before)
    plan = await plan_of(world, document_number="BILL-201")
    assert await RECORD_PAYMENT.changed(make_access(world), plan) is None
    renew(world, next(one for one in world.contacts if one.id == ACME.id), **fields)
    told = await RECORD_PAYMENT.changed(make_access(world), plan)
    assert told is not None and en in told["en"] and de in told["de"]
    assert told["en"].startswith("Nothing was recorded.") and told["de"].startswith("Es wurde nichts erfasst.")
    assert "10010999" not in str(told) and "AIBK" not in str(told)


async def test_a_contact_renamed_is_told_once() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-201")
    renew(world, ACME, name="Acme Holding")
    world.change("BILL-201", contact_name="Acme Holding")
    told = await RECORD_PAYMENT.changed(make_access(world), plan)
    assert told is not None and told["en"].count("Acme Holding") == 1


async def test_the_same_account_written_otherwise_is_no_change() -> None:
    world = usual_world()
    plan = await plan_of(world, document_number="BILL-201")
    renew(world, ACME, iban="ie29 aibk 9311 5212 3456 78", city="Cork", email="new@acme.example")
    assert await RECORD_PAYMENT.changed(make_access(world), plan) is None
    incoming = await plan_of(world, document_number="INV-0045")
    renew(world, DUPONT, iban=PLANTED)
    assert await RECORD_PAYMENT.changed(make_access(world), incoming) is None


# plans of before


def of_version_1(plan: dict[str, Any]) -> dict[str, Any]:
    """The same as the version before wrote it."""
    return {**{name: value for name, value in plan.items() if name != "payee"}, "version": 1}


async def test_a_stored_plan_of_version_1_is_shown_and_looked_up_and_never_sent() -> None:
    world = usual_world()
    new = await plan_of(world, document_number="BILL-201")
    old = of_version_1(new)
    assert RECORD_PAYMENT.card(old, "en").payee == "Acme Ltd"
    assert "Payee's account" not in [fact.label for fact in RECORD_PAYMENT.card(old, "en").facts]
    assert RECORD_PAYMENT.subject(old) == RECORD_PAYMENT.subject(new)
    assert RECORD_PAYMENT.stakes(old).bank == ""
    writing, _ = books.make_write_access(world)
    assert await RECORD_PAYMENT.look_up(writing, old, "key-1") is None
    told = await RECORD_PAYMENT.changed(make_access(world), old)
    assert told is not None and "the payee was not checked when it was made" in told["en"]
    assert "der Empfänger wurde damals noch nicht geprüft" in told["de"]


async def test_a_plan_without_a_checked_payee_is_no_plan_of_this_version() -> None:
    plan = await plan_of(usual_world(), document_number="BILL-201")
    lacking = {name: value for name, value in plan.items() if name != "payee"}
    for broken in (lacking, {**plan, "version": 1}, {**plan, "version": 3}, {**plan, "payee": {}}):
        with pytest.raises(ValueError, match="PaymentPlan"):
            PaymentPlan.read(broken)


# a bank detail in the bill itself


@pytest.mark.parametrize(
    "fields",
    [
        {"reference": f"please use {PLANTED}"},
        {"lines": (Line(description="Work"), Line(description=f"New IBAN: {PLANTED.lower()}"))},
        {"url": f"https://acme.example/{PLANTED.replace(' ', '')}"},
        {"attachments": ("scan.pdf", f"new account {PLANTED}.pdf")},
    ],
)
async def test_another_account_in_any_text_of_the_bill_is_pointed_out_and_not_used(fields: dict[str, Any]) -> None:
    world = usual_world()
    world.change("BILL-201", **fields)
    assert await warnings(world) == (
        "The bill itself names another account (DE28…9999) than the one on file for Acme Ltd (IE29…5678). It is not "
        "used and cannot be paid here. Ask the supplier by a number you already know.",
    )
    (german,) = await warnings(world, language="de")
    assert german.startswith("Die Rechnung selbst nennt ein anderes Konto (DE28…9999) als das für Acme Ltd hinterlegte")
    plan = await plan_of(world, document_number="BILL-201")
    assert RECORD_PAYMENT.stakes(plan).bank == payee.fingerprint(ON_FILE)
    assert "10010999" not in str(plan)


async def test_an_account_in_the_number_or_the_contacts_name_is_pointed_out() -> None:
    world = usual_world()
    spoof = contact(f"Zeta {PLANTED}", iban=ON_FILE)
    world.contacts.append(spoof)
    world.documents += [bill("Z-1", spoof, "5.00"), bill(f"IBAN {PLANTED}", ACME, "6.00")]
    for number in ("Z-1", f"IBAN {PLANTED}"):
        assert "names another account (DE28…9999)" in (await warnings(world, number=number))[0]


async def test_an_account_named_where_none_is_on_file_is_pointed_out() -> None:
    world = usual_world()
    world.change("BILL-202", reference="Sort code 20-44-55, account number 12345678")
    (told,) = await warnings(world, number="BILL-202")
    assert told.startswith(
        "The bill itself names an account (…5678), and none is on file for Schneider Logistik. It is"
    )
    (german,) = await warnings(world, number="BILL-202", language="de")
    assert german.startswith("Die Rechnung selbst nennt ein Konto (…5678), und für Schneider Logistik ist keines")


async def test_the_account_on_file_named_in_the_bill_is_no_news() -> None:
    world = usual_world()
    world.change("BILL-201", reference="IBAN IE29 AIBK 9311 5212 3456 78")
    assert await warnings(world) == ()


async def test_a_bill_that_names_many_accounts_does_not_bury_the_card() -> None:
    world = usual_world()
    world.change("BILL-201", reference=" ".join(f"account number 1234{n:04d};" for n in range(50)))
    assert len(await warnings(world)) == 3


async def test_what_our_own_invoice_names_is_not_looked_at() -> None:
    world = usual_world()
    world.documents.append(invoice("INV-77", DUPONT, "10.00", reference=f"Please pay to {PLANTED}"))
    assert await warnings(world, number="INV-77") == ()


# names that deceive


async def test_unseen_characters_and_mixed_scripts_are_pointed_out() -> None:
    world = usual_world()
    hidden, mixed = contact("Zeta\u202e\u200b AG"), contact("Нordlicht AG")
    world.contacts += [hidden, mixed]
    world.documents += [bill("H-1", hidden, "5.00"), bill("M\u200b-1", mixed, "5.00")]
    (told,) = await warnings(world, number="H-1")
    assert told.startswith("“Zeta⟨U+202E⟩⟨U+200B⟩ AG” contains characters that cannot be seen") and "U+200B)" in told
    number, script = await warnings(world, number="M-1")
    assert number.startswith("“M⟨U+200B⟩-1” contains characters")
    assert script.startswith("The word “Нordlicht” in the payee's name mixes scripts: Н (U+041D).")
    german = await warnings(world, number="M-1", language="de")
    assert "Zeichen, die man nicht sieht" in german[0] and "mischt Schriften" in german[1]


@pytest.mark.parametrize("other", ["Acme Ldt", "Асme Ltd", "ACME GmbH"])
async def test_a_name_like_anothers_is_pointed_out_with_what_tells_them_apart(other: str) -> None:
    world = usual_world()
    twin = contact(other, city="Lagos", email="pay@acme-ltd.example")
    world.contacts.append(twin)
    world.documents.append(bill("T-1", twin, "5.00"))
    (told,) = await warnings(world)
    assert told == (
        f"Another contact has a name that looks like this one: {other} (Lagos). Is Acme Ltd (Dublin) the one that is "
        "meant?"
    )
    german = await warnings(world, number="T-1", language="de")
    assert f"Ein anderer Kontakt heißt sehr ähnlich: Acme Ltd (Dublin). Ist wirklich {other} (Lagos) gemeint?" in german
