"""Money in the ledger without an invoice or bill: every one of it, summed by currency, asked of Xero as narrowly as
it was said."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from tests.support.books import ACME, TODAY, make_access
from tests.support.cash import FakeCash, transaction
from tests.support.real_tools import House, open_house
from tools.base import ReadTool, ToolResult
from tools.errors import ToolRetry
from tools.xero.bank_lists import list_bank_transactions, list_bank_transfers
from tools.xero.cash import TransactionQuery
from tools.xero.cash_reader import transaction as read_transaction
from tools.xero.decoding import Unreadable

pytestmark = pytest.mark.anyio


async def ask(tool: ReadTool, cash: FakeCash | None = None, *, language: str = "en", **said: Any) -> ToolResult:
    arguments = tool.signature.arguments(**said).model_dump()
    result = await tool.run(make_access(language=language, cash=cash or FakeCash()), **arguments)
    assert isinstance(result, ToolResult)
    return result


async def test_what_came_and_went_is_summed_by_currency() -> None:
    cash = FakeCash(
        [
            transaction(1, "12.50"),
            transaction(2, "100.00", received=True),
            transaction(3, "20.00", currency="GBP"),
            transaction(4, "7.50", reconciled=False),
        ]
    )
    result = await ask(list_bank_transactions, cash)
    assert "€ 100.00 received and € 20.00 and £ 20.00 spent in 4 bank transactions" in result.answer
    (table,) = result.tables
    assert {(total.minor, total.currency) for total in table.totals} == {(8000, "EUR"), (-2000, "GBP")}
    assert [row["status"]["word"] for row in table.rows][-1] == "not reconciled"  # type: ignore[index]
    german = await ask(list_bank_transactions, cash, language="de")
    assert "eingenommen" in german.answer and "Bankbuchungen" in german.answer


async def test_it_is_asked_as_it_was_said_and_for_ninety_days_otherwise() -> None:
    cash = FakeCash()
    await ask(list_bank_transactions, cash, direction="in", contact_name="Acme", date_from="2026-10-01")
    await ask(list_bank_transactions, cash)
    first, second = cash.asked
    assert first == TransactionQuery(date(2026, 10, 1), TODAY, received=True, contact_id=ACME.id)
    assert (TODAY - second.first).days == 90 and second.received is None


async def test_an_account_that_is_none_is_asked_about() -> None:
    with pytest.raises(ToolRetry, match="no bank account") as asked:
        await ask(list_bank_transactions, account="petty cash")
    assert asked.value.choices


async def test_nothing_is_said_as_nothing() -> None:
    result = await ask(list_bank_transactions, FakeCash([]))
    assert "Nothing was spent or received directly" in result.answer and result.tables == ()


async def test_transfers_are_listed_with_both_accounts() -> None:
    result = await ask(list_bank_transfers)
    assert result.answer.startswith("1 transfer between own accounts")
    assert result.tables[0].rows[0]["to"] == "Savings"
    assert "Es gibt keine Umbuchung" in (await ask(list_bank_transfers, FakeCash(moved=[]), language="de")).answer


def test_a_record_without_a_day_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read_transaction({"BankAccount": {}, "Type": "SPEND"})


# over HTTP


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        await opened.load()
        yield opened


async def test_every_page_of_the_stand_in_is_read_and_adds_up(house: House) -> None:
    cash = house.access().cash
    everything = await cash.transactions(TransactionQuery(date(2000, 1, 1), date(2100, 1, 1)))
    ids = {one.id for one in everything}
    assert len(ids) == len(everything) > 20
    assert [one.on for one in everything] == sorted((one.on for one in everything), reverse=True)
    came = await cash.transactions(TransactionQuery(date(2000, 1, 1), date(2100, 1, 1), received=True))
    went = await cash.transactions(TransactionQuery(date(2000, 1, 1), date(2100, 1, 1), received=False))
    assert {one.id for one in came} | {one.id for one in went} == ids and not {o.id for o in came} & {
        o.id for o in went
    }
    some = everything[0]
    assert {one.on for one in await cash.transactions(TransactionQuery(some.on, some.on))} == {some.on}
    of_account = await cash.transactions(
        TransactionQuery(date(2000, 1, 1), date(2100, 1, 1), account_id=some.account_id)
    )
    assert {one.account_id for one in of_account} == {some.account_id}
    if some.contact_id:
        query = TransactionQuery(date(2000, 1, 1), date(2100, 1, 1), contact_id=some.contact_id)
        assert {one.contact_id for one in await cash.transactions(query)} == {some.contact_id}
    assert await cash.transfers(date(2000, 1, 1), date(2100, 1, 1))


async def test_the_tools_answer_from_the_stand_in(house: House) -> None:
    assert "bank transaction" in await house.ask("list_bank_transactions", date_from="2026-01-01")
    assert "own accounts" in await house.ask("list_bank_transfers", date_from="2026-01-01")
