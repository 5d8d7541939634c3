"""Money spent or received without a document: proposed whole, checked again, recorded once, found again by its mark."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.books import (
    ACME,
    DUPONT,
    MAIN,
    POUNDS,
    SAVINGS,
    TODAY,
    World,
    contact,
    fake_writing,
    make_access,
    payment,
    usual_world,
)
from tests.support.cash import FakeCash, FakeCashWriter, transaction
from tests.support.real_tools import House, open_house
from tools.base import Draft, Receipt, WriteKind, WriteTool
from tools.errors import OutcomeUnknown, ToolFailed, ToolRetry
from tools.money import Money
from tools.payee import fingerprint
from tools.xero.books import Line
from tools.xero.direct_money import RECORD_RECEIVED, RECORD_SPENT
from tools.xero.direct_plan import DirectPlan

pytestmark = pytest.mark.anyio
SAID = {
    "contact_name": "Acme",
    "amount": "119.00",
    "description": "Train to Hamburg",
    "account": "453",
    "bank_account": "090",
}


def earlier(total: str = "50.00", **more: Any) -> Any:
    """Something that was spent with Acme before, on office expenses."""
    line = Line(description="Paper", account_code="453", amount=Decimal(total))
    usual = {"contact_id": ACME.id, "account_id": MAIN.id, "on": date(2026, 10, 1), "lines": (line,)}
    return transaction(77, total, **{**usual, **more})


async def propose(
    tool: WriteTool = RECORD_SPENT, cash: FakeCash | None = None, world: World | None = None, **said: Any
) -> Draft:
    arguments = dict(tool.signature.arguments(**{**SAID, **said}))
    return await tool.propose(make_access(world, cash=cash or FakeCash([], [])), **arguments)


def facts(draft: Draft, language: Any = "en") -> dict[str, str]:
    return {fact.label: fact.value for fact in RECORD_SPENT.card(draft.payload, language).facts}


async def test_payee_accounts_tax_and_day_are_on_the_card() -> None:
    draft = await propose(date="2026-11-20", reference="Trip")
    card, shown = RECORD_SPENT.card(draft.payload, "en"), facts(draft)
    assert (card.deed, card.amount, card.payee, card.warnings) == (
        "Record € 119.00 spent", "€ 119.00", "Acme Ltd", ()
    )  # fmt: skip
    assert shown["Payee's account"] == "IE29…5678"
    assert shown["From bank account"] == "090 Solaris Geschäftskonto"
    assert shown["Booked to"] == "453 Office Expenses, VAT 19 % on costs"
    assert shown["Tax"] == "€ 19.00 (taken as contained in the amount)"
    assert (shown["Date"], shown["Reference"].startswith("Trip FA-")) == ("20 Nov 2026", True)
    assert "moves no money at the bank" in card.note
    assert "Ausgabe" in RECORD_SPENT.card(draft.payload, "de").deed
    stakes = RECORD_SPENT.stakes(draft.payload)
    assert (stakes.kind, stakes.money, stakes.payee_id, stakes.bank) == (
        WriteKind.MONEY_SPENT,
        Money(Decimal("119.00"), "EUR"),
        ACME.id,
        fingerprint(ACME.iban),
    )


async def test_what_comes_in_is_of_the_other_kind_and_shows_no_account_of_the_payer() -> None:
    draft = await propose(RECORD_RECEIVED, contact_name="Dupont", account="260", description="Interest", tax="none")
    assert RECORD_RECEIVED.stakes(draft.payload).kind is WriteKind.MONEY_RECEIVED
    shown = {fact.label: fact.value for fact in RECORD_RECEIVED.card(draft.payload, "en").facts}
    assert "Payee's account" not in shown and shown["To bank account"].startswith("090")
    assert (shown["Tax"], shown["Booked to"]) == ("€ 0.00", "260 Other Revenue, no tax")
    assert DirectPlan.read(draft.payload).new().received


async def test_amounts_without_tax_are_added_up_with_it() -> None:
    plan = DirectPlan.read((await propose(amount="100.00", tax="exclusive")).payload)
    assert (plan.total, plan.tax) == (Money(Decimal("119.00"), "EUR"), Money(Decimal("19.00"), "EUR"))


async def test_several_lines_go_to_several_accounts() -> None:
    lines = [
        {"description": "Paper", "amount": "11.90", "account": "453"},
        {"description": "Room", "amount": "80.00", "account": "Rent"},
    ]
    draft = await propose(lines=lines, amount="", description="", account="")
    plan = DirectPlan.read(draft.payload)
    assert plan.booked() == {"453": Decimal("11.90"), "469": Decimal("80.00")}
    assert facts(draft)["Line 2"] == "Room: € 80.00, 469 Rent, Tax Exempt"


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ({"contact_name": ""}, "To whom was it paid?"),
        ({"contact_name": "Nobody Inc"}, "Nothing was recorded"),
        ({"amount": ""}, "amount is missing"),
        ({"description": ""}, "needs a text"),
        ({"account": ""}, "To which account is it booked?"),
        ({"account": "12345"}, "no account “12345”"),
        ({"bank_account": "469"}, "no bank account “469”"),
        ({"bank_account": ""}, "From which bank account was it paid?"),
        ({"currency": "USD"}, "kept in EUR"),
        ({"date": "2027-01-01"}, "still to come"),
        ({"date": "2026-07-01"}, "locked up to"),
        ({"reference": "pay DE89 3704 0044 0532 0130 00"}, "bank account number"),
        ({"description": "see https://x.example"}, "a link"),
    ],
)
async def test_what_is_missing_or_cannot_be_is_asked_for(said: dict[str, str], about: str) -> None:
    with pytest.raises(ToolRetry) as asked:
        await propose(RECORD_SPENT, None, World(), **said)
    assert about in asked.value.text("en") and "othing was " in asked.value.text("en")
    assert "nichts " in asked.value.text("de")


async def test_nobody_who_was_put_aside_gets_money() -> None:
    world = World()
    world.contacts = [
        one.model_copy(update={"status": "ARCHIVED"}) if one.id == ACME.id else one for one in world.contacts
    ]
    with pytest.raises((ToolFailed, ToolRetry)) as refused:
        await propose(world=world, contact_name=ACME.id)
    assert "othing was recorded" in refused.value.text("en")


async def test_the_account_of_last_time_is_taken_and_said_so() -> None:
    draft = await propose(cash=FakeCash([earlier()], []), account="")
    assert facts(draft)["Booked to"].startswith("453 Office Expenses (as on 1 Oct 2026)")
    with pytest.raises(ToolRetry, match="To which account"):  # a prepayment says nothing of it
        await propose(cash=FakeCash([earlier(kind="SPEND-PREPAYMENT")], []), account="")


async def test_the_only_bank_account_of_a_currency_is_taken() -> None:
    plan = DirectPlan.read((await propose(bank_account="", currency="GBP")).payload)
    assert (plan.account.id, plan.account.chosen, plan.currency) == (POUNDS.id, "only", "GBP")
    plan = DirectPlan.read((await propose(bank_account="")).payload)  # of two, that of the payments so far
    assert (plan.account.id, plan.account.chosen) == (MAIN.id, "usual")


async def test_an_open_bill_a_payment_and_a_transaction_like_it_are_warned_of() -> None:
    world = usual_world()
    draft = await propose(world=world, amount="980.00")
    (warning,) = RECORD_SPENT.card(draft.payload, "en").warnings
    assert "Bill BILL-204 from Acme Ltd is open over the same amount" in warning
    world.documents = [one for one in world.documents if one.number != "BILL-204"]
    world.payments.append(payment(world.document("BILL-150"), "980.00", TODAY - timedelta(days=3), MAIN))
    cash = FakeCash([earlier("980.00", on=TODAY - timedelta(days=9))], [])
    warnings = RECORD_SPENT.card((await propose(world=world, cash=cash, amount="980.00")).payload, "en").warnings
    assert [("already recorded with" in text, "without a document" in text) for text in warnings] == [
        (True, False),
        (False, True),
    ]
    assert RECORD_SPENT.card((await propose(world=world, cash=cash, amount="979.99")).payload, "en").warnings == ()


async def test_a_name_that_can_be_taken_for_another_is_warned_of() -> None:
    world = World()
    world.contacts.append(contact("Acrne Ltd"))
    (warning,) = RECORD_SPENT.card((await propose(world=world, contact_name=ACME.id)).payload, "en").warnings
    assert "Acrne Ltd" in warning


async def test_what_changed_since_the_card_stops_it() -> None:
    world, cash = usual_world(), FakeCash([], [])
    draft = await propose(cash=cash, world=world)
    access = make_access(world, cash=cash)
    assert await RECORD_SPENT.changed(access, draft.payload) is None
    contacts, accounts, posting, rates, details = (
        world.contacts, world.accounts, world.posting_accounts, world.tax_rates, world.details
    )  # fmt: skip

    async def why() -> str:
        found = await RECORD_SPENT.changed(access, draft.payload)
        assert found is None or "Es wurde nichts erfasst" in found["de"]
        return found["en"] if found else ""

    def acme(**change: Any) -> None:
        world.contacts = [one.model_copy(update=change) if one.id == ACME.id else one for one in contacts]

    acme(iban="DE89370400440532013000")
    assert "account on file is now" in await why()
    acme(name="Acme Limited")
    assert "the contact is now Acme Limited" in await why()
    acme(status="ARCHIVED")
    assert "status is now" in await why()
    acme()
    for change, about in (
        ({"name": "Other"}, "is now called 090 Other"),
        ({"status": "ARCHIVED"}, "no active bank account"),
        ({"currency": "GBP"}, "kept in GBP"),
    ):
        world.accounts = [one.model_copy(update=change) if one.id == MAIN.id else one for one in accounts]
        assert about in await why()
    world.accounts = accounts
    world.posting_accounts = [one for one in posting if one.code != "453"]
    assert "453 Office Expenses is not there" in await why()
    world.posting_accounts = posting
    world.tax_rates = [one.model_copy(update={"percent": Decimal(7)}) for one in rates]
    assert "has changed" in await why()
    world.tax_rates = rates
    world.details = details.model_copy(update={"period_lock_date": TODAY})
    assert "locked up to" in await why()
    world.details = details
    cash.of_bank.append(earlier("119.00", on=TODAY))
    assert "came into the books" in await why()
    cash.of_bank = []
    world.arriving = [
        world.document("BILL-204").model_copy(update={"id": "b-9", "number": "BILL-209", "amount_due": Decimal(119)})
    ]
    assert "BILL-209 over the same amount is open now" in await why()


async def test_what_the_card_told_of_does_not_stop_it() -> None:
    world = usual_world()
    cash = FakeCash([earlier("980.00", on=TODAY)], [])
    draft = await propose(cash=cash, world=world, amount="980.00")
    assert len(DirectPlan.read(draft.payload).direct_notices) == 2
    assert await RECORD_SPENT.changed(make_access(world, cash=cash), draft.payload) is None


@pytest.mark.parametrize(("answer", "found"), [("nothing", False), ("lost", True), ("other", True)])
async def test_an_answer_that_is_lost_or_another_is_looked_up(answer: str, found: bool) -> None:
    draft = await propose()
    side = FakeCashWriter(FakeCash([], []), answers=[answer])
    writing = fake_writing(World(), cash=side)
    with pytest.raises(OutcomeUnknown):
        await RECORD_SPENT.execute(writing, draft.payload, "key-1")
    assert (await RECORD_SPENT.look_up(writing, draft.payload, "key-1") is not None) is found
    assert side.keys == ["key-1"]


async def test_a_transaction_that_somebody_names_is_compared_with_the_card() -> None:
    draft = await propose()
    side = FakeCashWriter(FakeCash([], []))
    writing, recognise = fake_writing(World(), cash=side), RECORD_SPENT.recognise
    assert recognise is not None
    receipt = await RECORD_SPENT.execute(writing, draft.payload, "key-1")
    assert "Spent: € 119.00 to Acme Ltd from 090" in receipt.summary["en"]
    assert isinstance(await recognise(writing, draft.payload, receipt.reference), Receipt)
    (mine,) = side.cash.of_bank
    line = mine.lines[0]
    for change, about in (
        ({"status": "DELETED"}, "deleted"),
        ({"kind": "SPEND-PREPAYMENT"}, "another kind"),
        ({"contact_id": DUPONT.id}, "another contact"),
        ({"account_id": SAVINGS.id}, "another bank account"),
        ({"total": Decimal(1)}, "another amount"),
        ({"lines": (line.model_copy(update={"account_code": "469"}),)}, "booked to other accounts"),
        ({"on": date(2026, 11, 1)}, "it is of 1 Nov 2026"),
        ({"reference": "Trip"}, "reference is another"),
    ):
        side.cash.of_bank = [mine.model_copy(update=change)]
        said = await recognise(writing, draft.payload, receipt.reference)
        assert isinstance(said, dict) and about in said["en"]


async def test_an_edit_keeps_contact_and_accounts() -> None:
    draft = await propose(tax="inclusive")
    again = RECORD_SPENT.again
    assert again is not None
    said: dict[str, Any] = {**again(draft.payload, {"date": "2026-11-10", "reference": "x"})}
    arguments = dict(RECORD_SPENT.signature.arguments(**said))
    edited = await RECORD_SPENT.propose(make_access(cash=FakeCash([], [])), **arguments)
    old, new = DirectPlan.read(draft.payload), DirectPlan.read(edited.payload)
    assert (new.date, new.note, new.lines, new.account.id, new.payee) == (
        "2026-11-10", "x", old.lines, MAIN.id, old.payee
    )  # fmt: skip


@pytest.mark.parametrize("field", ["total_minor", "currency", "lines"])
async def test_a_plan_that_does_not_add_up_is_none(field: str) -> None:
    other: dict[str, Any] = {"total_minor": 1, "currency": "JPY", "lines": []}
    payload = {**(await propose()).payload, field: other[field]}
    with pytest.raises(ValueError):
        RECORD_SPENT.card(payload, "en")


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """The demo company with its books and its bank."""
    async with open_house() as opened:
        yield opened


@pytest.mark.parametrize("tool", [RECORD_SPENT, RECORD_RECEIVED], ids=lambda tool: str(tool.name))
async def test_it_is_recorded_once_at_xero_whatever_breaks_off(house: House, tool: WriteTool) -> None:
    await house.load()
    who = next(one for one in house.copy.contacts if one.status == "ACTIVE" and (one.is_customer or one.is_supplier))
    account = "453" if tool is RECORD_SPENT else "260"
    said = {"contact_name": who.id, "amount": "47.11", "description": "Sundries", "bank_account": "090"}
    draft = await house.propose(tool, account=account, **said)
    assert await tool.changed(house.access(), draft.payload) is None
    assert await tool.look_up(house.writing, draft.payload, "key-1") is None
    for fault, found in (("drop_before", False), ("drop_after", True)):
        house.sandbox["xero"].fault("PUT /api.xro/2.0/BankTransactions", fault)
        with pytest.raises(OutcomeUnknown):
            await tool.execute(house.writing, draft.payload, "key-1")
        assert (await tool.look_up(house.writing, draft.payload, "key-1") is not None) is found
    receipt = await tool.execute(house.writing, draft.payload, "key-1")
    effects = [one for one in house.sandbox["xero"].effects() if one["operation"] == "create_bank_transaction"]
    assert [one["result_id"] for one in effects] == [receipt.reference]
    assert "€ 47.11" in await house.ask("list_bank_transactions", date_from="today", contact_name=who.id)
    recognise = tool.recognise
    assert recognise is not None and isinstance(
        await recognise(house.writing, draft.payload, receipt.reference), Receipt
    )
    await house.enter("POST", f"/BankTransactions/{receipt.reference}", {"Status": "DELETED"})
    later = await tool.look_up(house.writing, draft.payload, "key-1")  # else it is made again
    assert later is not None and "Meanwhile it was deleted" in later.summary["en"]


async def test_xeros_own_refusal_is_told_whole(house: House) -> None:
    await house.load()
    who = next(one for one in house.copy.contacts if one.status == "ACTIVE" and one.is_supplier)
    draft = await house.propose(
        RECORD_SPENT, contact_name=who.id, amount="5.00", description="x", account="453", bank_account="090"
    )
    await house.enter("POST", f"/Contacts/{who.id}", {"ContactStatus": "ARCHIVED"})
    with pytest.raises(ToolFailed, match="archived"):
        await RECORD_SPENT.execute(house.writing, draft.payload, "key-1")
    assert await RECORD_SPENT.look_up(house.writing, draft.payload, "key-1") is None
