"""A transfer between own accounts: proposed with both accounts resolved, recorded once, found again by its mark."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.support.books import MAIN, SAVINGS, World, fake_writing, make_access
from tests.support.cash import FakeCash, FakeCashWriter, transfer
from tests.support.real_tools import House, open_house
from tools.base import Draft, Receipt, WriteKind
from tools.errors import OutcomeUnknown, ToolFailed, ToolRetry
from tools.xero.own_transfer import RECORD_TRANSFER
from tools.xero.transfer_plan import TransferPlan

pytestmark = pytest.mark.anyio
SAID = {"from_account": "090", "to_account": "tagesgeld", "amount": "1,250.50", "reference": "Reserve"}


async def propose(cash: FakeCash | None = None, world: World | None = None, **said: Any) -> Draft:
    arguments = RECORD_TRANSFER.signature.arguments(**{**SAID, **said}).model_dump()
    return await RECORD_TRANSFER.propose(make_access(world, cash=cash or FakeCash([], [])), **arguments)


async def test_both_accounts_the_amount_and_the_day_are_on_the_card() -> None:
    draft = await propose(date="2026-11-20")
    card = RECORD_TRANSFER.card(draft.payload, "en")
    shown = {fact.label: fact.value for fact in card.facts}
    assert (card.amount, card.payee, card.warnings) == ("€ 1,250.50", "091 Tagesgeld", ())
    assert (shown["From account"], shown["Date"]) == ("090 Solaris Geschäftskonto", "20 Nov 2026")
    assert shown["Reference"].startswith("Reserve FA-") and "no money at the bank" in card.note
    assert "Umbuchung von" in RECORD_TRANSFER.card(draft.payload, "de").deed
    stakes = RECORD_TRANSFER.stakes(draft.payload)
    assert (stakes.kind, str(stakes.money and stakes.money.amount), stakes.payee_id) == (
        WriteKind.OWN_TRANSFER,
        "1250.50",
        SAVINGS.id,
    )


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ({"from_account": ""}, "From which account"),
        ({"to_account": ""}, "To which account"),
        ({"to_account": "DE89 3704 0044 0532 0130 00"}, "no bank account"),
        ({"to_account": "469"}, "no bank account"),
        ({"to_account": "090"}, "Both would be 090"),
        ({"to_account": "090 Solaris Geschäftskonto"}, "Both would be 090"),
        ({"amount": ""}, "How much"),
        ({"amount": "-5"}, "Nothing was recorded"),
        ({"amount": "500", "currency": "USD"}, "kept in EUR"),
        ({"date": "2027-01-01"}, "still to come"),
        ({"date": "2026-07-01"}, "locked up to"),
        ({"reference": "a\u202eb"}, "Nothing was recorded"),
    ],
)
async def test_what_is_missing_or_cannot_be_is_asked_for(said: dict[str, str], about: str) -> None:
    with pytest.raises(ToolRetry) as asked:
        await propose(None, None, **said)
    assert about in asked.value.text("en") and "othing was recorded" in asked.value.text("en")
    assert "nichts erfasst" in asked.value.text("de")


async def test_two_currencies_need_a_rate_and_are_refused() -> None:
    with pytest.raises(ToolFailed, match="needs a rate"):
        await propose(to_account="092")


async def test_one_that_is_in_the_books_already_is_warned_of() -> None:
    cash = FakeCash([], [transfer(7, "1250.50", from_id=MAIN.id, to_id=SAVINGS.id, on=date(2026, 11, 19))])
    draft = await propose(cash)
    (warning,) = RECORD_TRANSFER.card(draft.payload, "en").warnings
    assert "in the books on 19 Nov 2026 already" in warning
    assert await RECORD_TRANSFER.changed(make_access(cash=cash), draft.payload) is None


async def test_what_changed_since_the_card_stops_it() -> None:
    world, cash = World(), FakeCash([], [])
    draft = await propose(cash, world)
    access = make_access(world, cash=cash)
    assert await RECORD_TRANSFER.changed(access, draft.payload) is None
    accounts, details = world.accounts, world.details

    async def why() -> str:
        found = await RECORD_TRANSFER.changed(access, draft.payload)
        return found["en"] if found else ""

    for change, about in (
        ({"name": "Reserve"}, "is now called 091 Reserve"),
        ({"status": "ARCHIVED"}, "no active bank account"),
        ({"currency": "GBP"}, "kept in GBP"),
    ):
        world.accounts = [one.model_copy(update=change) if one.id == SAVINGS.id else one for one in accounts]
        assert about in await why()
    world.accounts = accounts
    world.details = details.model_copy(update={"period_lock_date": date(2026, 11, 30)})
    assert "locked up to" in await why()
    world.details = details
    cash.moved.append(transfer(8, "1250.50", from_id=MAIN.id, to_id=SAVINGS.id, on=date(2026, 11, 22)))
    assert "came into the books" in await why()


@pytest.mark.parametrize(("answer", "found"), [("nothing", False), ("lost", True), ("other", True)])
async def test_an_answer_that_is_lost_or_another_is_looked_up(answer: str, found: bool) -> None:
    draft = await propose()
    side = FakeCashWriter(answers=[answer])
    writing = fake_writing(World(), cash=side)
    with pytest.raises(OutcomeUnknown):
        await RECORD_TRANSFER.execute(writing, draft.payload, "key-1")
    assert (await RECORD_TRANSFER.look_up(writing, draft.payload, "key-1") is not None) is found
    assert side.keys == ["key-1"]


async def test_a_transfer_that_somebody_names_is_compared_with_the_card() -> None:
    draft = await propose()
    side = FakeCashWriter(FakeCash([], []))
    writing, recognise = fake_writing(World(), cash=side), RECORD_TRANSFER.recognise
    assert recognise is not None
    receipt = await RECORD_TRANSFER.execute(writing, draft.payload, "key-1")
    assert isinstance(await recognise(writing, draft.payload, receipt.reference), Receipt)
    (mine,) = side.cash.moved
    for change, about in (
        ({"deleted": True}, "deleted"),
        ({"amount": Decimal(1)}, "another amount"),
        ({"to_id": MAIN.id}, "between other accounts"),
        ({"on": date(2026, 11, 1)}, "it is of 1 Nov 2026"),
        ({"reference": "Reserve"}, "reference is another"),
    ):
        side.cash.moved = [mine.model_copy(update=change)]
        said = await recognise(writing, draft.payload, receipt.reference)
        assert isinstance(said, dict) and about in said["en"]


async def test_an_edit_keeps_the_accounts_by_their_ids() -> None:
    draft = await propose()
    again = RECORD_TRANSFER.again
    assert again is not None
    said = again(draft.payload, {"amount": "7.00", "reference": "x"})
    edited = TransferPlan.read(
        (await propose(None, None, **{name: str(value) for name, value in said.items()})).payload
    )
    assert (edited.source.id, edited.target.id, str(edited.money.amount)) == (MAIN.id, SAVINGS.id, "7.00")


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """The demo company with its books and its bank."""
    async with open_house() as opened:
        yield opened


async def test_it_is_recorded_once_at_xero_whatever_breaks_off(house: House) -> None:
    draft = await house.propose(RECORD_TRANSFER, from_account="090", to_account="091", amount="1,000.00")
    assert await RECORD_TRANSFER.look_up(house.writing, draft.payload, "key-1") is None
    for fault, found in (("drop_before", False), ("drop_after", True)):
        house.sandbox["xero"].fault("PUT /api.xro/2.0/BankTransfers", fault)
        with pytest.raises(OutcomeUnknown):
            await RECORD_TRANSFER.execute(house.writing, draft.payload, "key-1")
        assert (await RECORD_TRANSFER.look_up(house.writing, draft.payload, "key-1") is not None) is found
    receipt = await RECORD_TRANSFER.execute(house.writing, draft.payload, "key-1")
    effects = [one for one in house.sandbox["xero"].effects() if one["operation"] == "create_bank_transfer"]
    assert [one["result_id"] for one in effects] == [receipt.reference]
    assert "1 transfer between own accounts" in await house.ask("list_bank_transfers", date_from="today")
    recognise = RECORD_TRANSFER.recognise
    assert recognise is not None and isinstance(
        await recognise(house.writing, draft.payload, receipt.reference), Receipt
    )
    await house.enter("POST", f"/BankTransfers/{receipt.reference}", {"Status": "DELETED"})
    assert await RECORD_TRANSFER.look_up(house.writing, draft.payload, "key-1") is not None  # else it is made again
    assert "no transfer" in await house.ask("list_bank_transfers", date_from="today")
