"""Advance payments, batch payments and postings by hand: the figures, the words, and what the stand-in serves."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.support.books import ACME, DUPONT, make_access
from tests.support.cash import FakeCash, advance, batch, by_hand
from tests.support.real_tools import House, open_house
from tools.base import ReadTool, ToolResult
from tools.xero.advance_list import list_advances, list_batch_payments
from tools.xero.cash_reader import advance as read_advance
from tools.xero.cash_reader import batch as read_batch
from tools.xero.decoding import Unreadable
from tools.xero.journal_list import list_manual_journals
from tools.xero.journal_reader import manual_journal

pytestmark = pytest.mark.anyio
EVER = (date(2000, 1, 1), date(2100, 1, 1))


async def ask(tool: ReadTool, cash: FakeCash, *, language: str = "en", **said: Any) -> ToolResult:
    arguments = tool.signature.arguments(**said).model_dump()
    result = await tool.run(make_access(language=language, cash=cash, journals=cash), **arguments)
    assert isinstance(result, ToolResult)
    return result


async def test_what_is_left_is_said_by_side_and_currency() -> None:
    cash = FakeCash(
        ahead=[
            advance(1, "100.00", "30.00", contact_id=DUPONT.id),
            advance(2, "80.00", "80.00", kind="overpayment", received=False, contact_id=ACME.id),
            advance(3, "10.00", "5.00", currency="GBP"),
            advance(4, "50.00", "0.00"),
        ]
    )
    result = await ask(list_advances, cash)
    assert "€ 30.00 and £ 5.00 from customers and € 80.00 with suppliers left of 3 advance payments" in result.answer
    assert result.facts["left_with_suppliers"] == [{"amount": "80.00", "currency": "EUR"}]
    (table,) = result.tables
    assert [(total.currency, total.minor) for total in table.totals] == [("EUR", -5000), ("GBP", 500)]
    assert (await ask(list_advances, cash, which="all")).facts["count"] == 4
    assert (await ask(list_advances, cash, contact_name="Acme")).facts["count"] == 1
    german = await ask(list_advances, cash, language="de")
    assert (
        "30,00 €" in german.answer and "von Kunden" in german.answer and "übrig aus 3 Vorauszahlungen" in german.answer
    )


async def test_nothing_left_and_nothing_there_are_told_apart() -> None:
    used = FakeCash(ahead=[advance(1, "50.00", "0.00")])
    assert "No advance payment is left" in (await ask(list_advances, used)).answer
    assert "Nothing is left of 1 advance payment" in (await ask(list_advances, used, which="all")).answer


async def test_batch_payments_say_what_they_pay() -> None:
    result = await ask(list_batch_payments, FakeCash(together=[batch(1, "80.00"), batch(2, "20.00", received=True)]))
    assert "2 batch payments" in result.answer
    assert result.tables[0].rows[0]["pays"] == "BILL-201, BILL-202"
    assert [(total.currency, total.minor) for total in result.tables[0].totals] == [("EUR", -6000)]
    nothing = await ask(list_batch_payments, FakeCash(together=[]), language="de")
    assert "Es gibt keine Sammelzahlung" in nothing.answer and not nothing.tables


async def test_a_posting_by_hand_shows_both_sides() -> None:
    cash = FakeCash(posted=[by_hand(1, "9.00"), by_hand(2, "4.00", status="DRAFT")])
    result = await ask(list_manual_journals, cash)
    assert "2 manual journals" in result.answer
    row = result.tables[0].rows[0]
    assert str(row["debit"]).startswith("469") and str(row["credit"]).startswith("090")
    assert row["amount"]["minor"] == 900  # type: ignore[index]  # a cell of money
    assert result.tables[0].rows[1]["status"] == {"word": "draft", "tone": "waiting"}
    assert "manuelle Buchungen" in (await ask(list_manual_journals, cash, language="de")).answer
    assert "no manual journal" in (await ask(list_manual_journals, FakeCash(posted=[]))).answer


async def test_a_record_without_a_day_is_unreadable() -> None:
    for read in (
        lambda: read_advance({"Type": "SPEND-PREPAYMENT"}, "prepayment"),
        lambda: read_batch({"Account": {}}),
        lambda: manual_journal({}),
    ):
        with pytest.raises(Unreadable):
            read()


# over HTTP


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        await opened.load()
        yield opened


async def test_they_come_from_the_stand_in_as_they_were_entered(house: House) -> None:
    dupont = next(one for one in house.copy.contacts if one.name.startswith("Dupont"))
    line = {"Description": "Ahead", "Quantity": 1, "UnitAmount": 100}
    booked = {"Contact": {"ContactID": dupont.id}, "BankAccount": {"Code": "090"}, "Date": "2026-11-20"}
    for kind, more in (("RECEIVE-PREPAYMENT", {"AccountCode": "200"}), ("SPEND-OVERPAYMENT", {})):
        await house.enter("PUT", "/BankTransactions", {"Type": kind, "LineItems": [{**line, **more}], **booked})
    found = await house.access().cash.advances()
    assert {(one.kind, one.received, one.contact_id) for one in found} == {
        ("prepayment", True, dupont.id),
        ("overpayment", False, dupont.id),
    }
    assert all(one.left == one.total >= 100 for one in found)
    assert "left of 2 advance payments" in await house.ask("list_advances", contact_name="Dupont")
    bill = next(one for one in house.copy.documents if one.number == "BILL-202")
    pays = [{"Invoice": {"InvoiceID": bill.id}, "Amount": "80.00"}]
    await house.enter("PUT", "/BatchPayments", {"Account": {"Code": "090"}, "Date": "2026-11-20", "Payments": pays})
    (made,) = await house.access().cash.batches(*EVER)
    assert (made.received, made.total, made.numbers, made.count) == (False, Decimal(80), ("BILL-202",), 1)
    assert not await house.access().cash.batches(date(2026, 11, 21), EVER[1])
    assert "1 batch payment" in await house.ask("list_batch_payments", date_from="2026-11-01")


async def test_postings_by_hand_come_with_their_lines(house: House) -> None:
    journals = await house.access().journals.manual_journals(*EVER)
    assert journals and all(sum(line.amount for line in one.lines) == 0 for one in journals)
    assert [one.on for one in journals] == sorted((one.on for one in journals), reverse=True)
    lines = [{"LineAmount": 9, "AccountCode": "469"}, {"LineAmount": -9, "AccountCode": "620"}]
    body = {"Narration": "by hand", "Date": "2026-11-20", "JournalLines": lines, "Status": "POSTED"}
    await house.enter("PUT", "/ManualJournals", body)
    (made,) = [one for one in await house.access().journals.manual_journals(*EVER) if one.narration == "by hand"]
    assert (made.status, made.debit, made.on) == ("POSTED", Decimal(9), date(2026, 11, 20))
    assert "manual journal" in await house.ask("list_manual_journals", date_from="2026-11-01")
