"""Who owes by age, for everybody at once from the copy: equal to Xero's own reports of one contact, to the cent."""

import random
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.support.books import (
    ACME,
    DUPONT,
    MAIN,
    NOW,
    TODAY,
    World,
    invoice,
    make_access,
    payment,
    uid,
    usual_world,
)
from tests.support.real_tools import House, open_house
from tools.base import ReadTool, ToolResult
from tools.errors import ToolRetry
from tools.xero.aged import get_aged_payables, get_aged_receivables, owed_by_age
from tools.xero.books import DocumentKind, DocumentStatus
from tools.xero.credit_notes import Allocation, CreditNote

pytestmark = pytest.mark.anyio


def note(number: str, total: str, *, remaining: str | None = None, **more: Any) -> CreditNote:
    """A credit note to Dupont of ten days ago."""
    return CreditNote(
        **{
            "id": uid(f"note{number}"),
            "kind": DocumentKind.INVOICE,
            "number": number,
            "status": DocumentStatus.AUTHORISED,
            "contact_id": DUPONT.id,
            "contact_name": DUPONT.name,
            "issued": TODAY - timedelta(days=10),
            "currency": "EUR",
            "total": Decimal(total),
            "remaining": Decimal(remaining or total),
            "updated_at": NOW,
            **more,
        }
    )


async def ask(world: World, tool: ReadTool = get_aged_receivables, *, language: str = "en", **said: str) -> ToolResult:
    result = await tool.run(make_access(world, language=language), **said)
    assert isinstance(result, ToolResult)
    return result


def late(number: str, amount: str, days: int) -> Any:
    return invoice(number, DUPONT, amount, issued=TODAY - timedelta(days=200), due=TODAY - timedelta(days=days))


async def test_every_age_has_its_column_and_its_edges() -> None:
    world = World(documents=[late(f"I-{days}", str(days + 1000), days) for days in (-1, 0, 1, 30, 31, 60, 61, 90, 91)])
    (row,) = (await ask(world)).tables[0].rows
    amounts = {key: row[key]["minor"] // 100 for key in ("current", "d30", "d60", "d90", "older")}  # type: ignore[index]
    assert amounts == {"current": 999 + 1000, "d30": 1001 + 1030, "d60": 1031 + 1060, "d90": 1061 + 1090, "older": 1091}
    assert row["credit"] is None


async def test_the_answer_names_the_whole_and_what_is_overdue_by_currency() -> None:
    result = await ask(usual_world())
    assert result.answer == (
        "€ 5,449.00 and £ 640.00 is owed to us by 3 customers; € 5,199.00 and £ 640.00 of it is overdue "
        "(Demo GmbH, as of 14:02)."
    )
    assert [row["contact"] for row in result.tables[0].rows] == ["Dupont SA", "Müller GmbH", "Northwind Traders"]
    assert "schulden uns 3 Kunden" in (await ask(usual_world(), language="de")).answer
    payables = (await ask(usual_world(), get_aged_payables)).answer
    assert "is owed by us to 5 suppliers" in payables
    assert "Nobody owes us anything" in (await ask(World())).answer


async def test_credit_is_subtracted_and_stands_in_its_own_column() -> None:
    world = World(documents=[late("I-1", "100.00", 5)])
    world.credit_notes = [note("CN-1", "50.00", remaining="30.00"), note("CN-2", "9.00", status=DocumentStatus.VOIDED)]
    world.credit_notes.append(note("CN-3", "7.00", kind=DocumentKind.BILL))
    (row,) = (await ask(world)).tables[0].rows
    assert (row["credit"], row["total"]) == (
        {"minor": -3000, "currency": "EUR"},
        {"minor": 7000, "currency": "EUR"},
    )


async def test_an_earlier_day_is_reckoned_without_what_came_after_it() -> None:
    document = invoice("I-1", DUPONT, "100.00", left="20.00", issued=TODAY - timedelta(days=20), due=TODAY)
    document = document.model_copy(update={"amount_credited": Decimal("30.00"), "amount_paid": Decimal("50.00")})
    world = World(documents=[document, invoice("I-2", DUPONT, "7.00", issued=TODAY)])
    world.payments = [payment(document, "50.00", TODAY - timedelta(days=3), MAIN)]
    set_off = Allocation(document_id=document.id, amount=Decimal("30.00"), on=TODAY - timedelta(days=6))
    world.credit_notes = [note("CN-1", "40.00", remaining="10.00", allocations=(set_off,))]
    stood = {2: "10.00", 4: "60.00", 7: "60.00", 12: "100.00", 21: None}
    for days, expected in stood.items():
        owed, unsure = await owed_by_age(make_access(world), DocumentKind.INVOICE, TODAY - timedelta(days=days))
        assert ([one.total for one in owed], unsure) == ([Decimal(expected)] if expected else [], 0), days
    assert "at the end of 20 Nov 2026" in (await ask(world, date="2026-11-20")).answer


async def test_a_credit_whose_day_the_copy_does_not_know_is_said() -> None:
    document = invoice("I-1", DUPONT, "100.00", left="70.00", issued=TODAY - timedelta(days=20))
    world = World(
        documents=[document.model_copy(update={"amount_credited": Decimal("30.00"), "amount_paid": Decimal(0)})]
    )
    result = await ask(world, date="2026-11-10")
    assert "€ 70.00" in result.answer and "on 1 document a credit has no day" in result.answer


async def test_a_day_to_come_is_asked_about() -> None:
    with pytest.raises(ToolRetry, match="still to come"):
        await ask(usual_world(), date="2026-12-24")


# against the sandbox's own reports


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


async def by_xero(house: House, browser: httpx.AsyncClient, name: str, contact_id: str, day: date) -> Decimal:
    """What Xero's report of one contact says is left."""
    answer = await browser.get(f"Reports/{name}", params={"contactId": contact_id, "date": day.isoformat()})
    (report,) = answer.raise_for_status().json()["Reports"]
    for section in report["Rows"]:
        for row in section.get("Rows", ()):
            if row["RowType"] == "SummaryRow":
                return Decimal(row["Cells"][7]["Value"])
    return Decimal(0)


async def write_at_random(house: House, chance: random.Random) -> None:
    """Other bookkeepers pay, void, credit and enter documents in Xero itself."""
    opened = [doc for doc in house.copy.documents if doc.status is DocumentStatus.AUTHORISED and doc.currency == "EUR"]
    for document in chance.sample(opened, 12):
        part = (document.amount_due / chance.choice((1, 2, 3))).quantize(Decimal("0.01"))
        day = document.issued + timedelta(days=1) if document.issued else TODAY
        if chance.random() < 0.7 and part > 0 and day > date(2026, 8, 1):
            body = {"Invoice": {"InvoiceID": document.id}, "Account": {"Code": "090"}, "Amount": str(part)}
            await house.enter("PUT", "Payments", {**body, "Date": min(day, TODAY).isoformat()})
        elif not document.amount_paid and not document.amount_credited and day > date(2026, 8, 1):
            await house.enter("POST", f"Invoices/{document.id}", {"InvoiceID": document.id, "Status": "VOIDED"})


@pytest.mark.parametrize("seed", [1, 2])
async def test_each_contacts_total_is_that_of_xeros_own_report_after_any_writes(house: House, seed: int) -> None:
    chance = random.Random(seed)
    await write_at_random(house, chance)
    await house.load()
    headers = {"xero-tenant-id": house.tenant_id, "Accept": "application/json"}
    token = await house.token("accounting.reports.aged.read")
    url = f"{house.sandbox.urls['xero']}/api.xro/2.0/"
    async with httpx.AsyncClient(base_url=url, headers={**headers, "Authorization": f"Bearer {token}"}) as browser:
        for kind, name in ((DocumentKind.INVOICE, "Receivables"), (DocumentKind.BILL, "Payables")):
            for day in (TODAY, TODAY - timedelta(days=chance.randrange(1, 80))):
                owed, unsure = await owed_by_age(house.access(), kind, day)
                assert unsure == 0
                ours: dict[str, Decimal] = {}
                for one in owed:
                    ours[one.contact_id] = ours.get(one.contact_id, Decimal(0)) + one.total
                assert len(ours) > 3, "nothing to compare"
                for contact in house.copy.contacts:
                    theirs = await by_xero(house, browser, f"Aged{name}ByContact", contact.id, day)
                    assert ours.get(contact.id, Decimal(0)) == theirs, (contact.name, kind, day)


async def test_the_sandbox_has_credit_that_is_set_off_and_credit_that_is_not(house: House) -> None:
    notes = house.copy.credit_notes
    assert any(one.allocations for one in notes) and any(one.remaining for one in notes), ACME.name
