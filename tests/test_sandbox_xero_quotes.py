"""Quotes at the Xero stand-in: which there are, making them, their moves, what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.xero_stand_in import API, Connected, connected, messages

NOT_CHANGEABLE = "Quote not of valid status for modification"
LINE = {"Description": "Design", "Quantity": 10, "UnitAmount": 98, "AccountCode": "200"}


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def quote(**changes: Any) -> dict[str, Any]:
    whole = {"Contact": {"Name": "Hooli"}, "Date": "2026-11-20", "ExpiryDate": "2026-12-20", "LineItems": [LINE]}
    return {name: value for name, value in (whole | changes).items() if value is not None}


def put(xero: Connected, **changes: Any) -> httpx.Response:
    return xero.send("PUT", "Quotes", {"Quotes": [quote(**changes)]})


def one(xero: Connected, number: str) -> dict[str, Any]:
    found: dict[str, Any] = xero.get("Quotes", QuoteNumber=number)["Quotes"][0]
    return found


def test_the_studio_has_quotes_in_every_state_but_deleted(xero: Connected) -> None:
    quotes = xero.get("Quotes", order="QuoteNumber")["Quotes"]
    assert [row["QuoteNumber"] for row in quotes] == [f"QU-{n:04d}" for n in range(1, 13)]
    assert Counter(row["Status"] for row in quotes) == {
        "INVOICED": 3, "SENT": 3, "ACCEPTED": 2, "DECLINED": 2, "DRAFT": 2,
    }  # fmt: skip
    for row in quotes:
        assert round(sum(line["LineAmount"] for line in row["LineItems"]), 2) == row["SubTotal"]
        assert round(row["SubTotal"] + row["TotalTax"], 2) == row["Total"]
        assert row["DateString"] <= row["ExpiryDateString"]


def test_the_filters_of_the_list(xero: Connected) -> None:
    def numbers(**query: str) -> list[str]:
        return sorted(row["QuoteNumber"][-2:] for row in xero.get("Quotes", **query)["Quotes"])

    contact = one(xero, "QU-0001")["Contact"]["ContactID"]
    assert numbers(Status="ACCEPTED") == ["07", "08"]
    assert numbers(ContactID=contact) == ["01"]
    assert numbers(DateFrom="2026-10-27", DateTo="2026-11-05") == ["08", "09"]
    assert numbers(ExpiryDateTo="2026-09-08") == ["01", "02"]
    assert numbers(page="2") == []
    assert len(numbers(page="1")) == 12
    newest = xero.get("Quotes", order="Date DESC")["Quotes"][0]
    assert newest["QuoteNumber"] == "QU-0012"
    assert xero.http.get(f"{API}/Quotes", params={"where": 'Status=="SENT"'}).status_code == 400
    assert xero.http.get(f"{API}/Quotes", params={"DateFrom": "soon"}).status_code == 400
    assert xero.http.get(f"{API}/Quotes/QU-0001").status_code == 404, "a quote is found by its id alone"


def test_a_quote_is_reckoned_as_an_invoice_is_and_numbered(xero: Connected) -> None:
    lines = [
        LINE | {"DiscountRate": 10},
        {"Description": "Books", "Quantity": 3, "UnitAmount": 0.35, "TaxType": "TAX001"},
    ]
    made = put(xero, LineItems=lines, Title="Offer", LineAmountTypes="EXCLUSIVE").json()["Quotes"][0]
    assert (made["QuoteNumber"], made["Status"], made["LineAmountTypes"]) == ("QU-0013", "DRAFT", "EXCLUSIVE")
    assert [line["LineAmount"] for line in made["LineItems"]] == [882, 1.05]
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (883.05, 167.65, 1050.7)
    assert (made["TotalDiscount"], made["LineItems"][0]["DiscountRate"]) == (98, 10)
    inclusive = put(xero, LineAmountTypes="INCLUSIVE").json()["Quotes"][0]
    assert (inclusive["QuoteNumber"], inclusive["Total"], inclusive["TotalTax"]) == ("QU-0014", 980, 156.47)
    assert [effect["operation"] for effect in xero.provider.effects()] == ["create_quote", "create_quote"]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"Status": "ACCEPTED"}, "Invalid status for a new quote"),
        ({"Status": "SENT", "LineItems": None}, "One or more line items must be specified"),
        ({"QuoteNumber": "qu-0003"}, "Quote number must be unique"),
        ({"CurrencyCode": "USD"}, "Organisation is not subscribed to currency USD"),
        ({"Title": "x" * 101}, "The Title must not be longer than 100 characters"),
        ({"ExpiryDate": "2026-11-19"}, "The expiry date must not be before the date of the quote"),
        ({"ExpiryDate": "soon"}, "Invalid isoformat string: 'soon'"),
        ({"QuoteID": "1"}, "QuoteID must not be sent"),
        ({"LineItems": [LINE | {"AccountCode": "090"}]}, "Account code '090' is not a valid code for this document."),
        (
            {"LineItems": [LINE | {"DiscountAmount": 5}]},
            "DiscountAmount is not available in this sandbox: send DiscountRate",
        ),
    ],
)
def test_a_wrong_quote_is_refused_and_nothing_is_made(xero: Connected, changes: dict[str, Any], wanted: str) -> None:
    before = xero.provider.state()
    response = put(xero, **changes)
    assert response.status_code == 400
    assert wanted in messages(response)
    assert (xero.provider.state(), xero.provider.effects()) == (before, [])


@pytest.mark.parametrize(
    ("number", "status", "allowed"),
    [
        ("QU-0011", "SENT", True),
        ("QU-0011", "DELETED", True),
        ("QU-0011", "ACCEPTED", False),
        ("QU-0011", "DECLINED", False),
        ("QU-0006", "ACCEPTED", True),
        ("QU-0006", "DECLINED", True),
        ("QU-0006", "INVOICED", False),
        ("QU-0006", "DRAFT", False),
        ("QU-0007", "INVOICED", True),
        ("QU-0007", "SENT", True),
        ("QU-0007", "DECLINED", False),
        ("QU-0003", "SENT", True),
        ("QU-0003", "ACCEPTED", False),
        ("QU-0001", "SENT", True),
        ("QU-0001", "INVOICED", False),
        ("QU-0001", "NONSENSE", False),
    ],
)
def test_the_moves_of_a_quote(xero: Connected, number: str, status: str, allowed: bool) -> None:
    before = one(xero, number)
    response = xero.send("POST", f"Quotes/{before['QuoteID']}", {"Status": status})
    after = one(xero, number)
    if allowed:
        assert response.status_code == 200, response.text
        assert (after["Status"], after["Total"], after["LineItems"]) == (status, before["Total"], before["LineItems"])
    else:
        assert (response.status_code, messages(response)) == (400, [NOT_CHANGEABLE])
        assert after == before


def test_a_deleted_quote_stays_so_and_leaves_its_number_free(xero: Connected) -> None:
    path = f"Quotes/{one(xero, 'QU-0012')['QuoteID']}"
    assert xero.send("POST", path, {"Status": "DELETED"}).status_code == 200
    assert len(xero.get("Quotes")["Quotes"]) == 11
    assert [row["QuoteNumber"] for row in xero.get("Quotes", Status="DELETED")["Quotes"]] == ["QU-0012"]
    assert messages(xero.send("POST", path, {"Status": "SENT"})) == [NOT_CHANGEABLE]
    assert put(xero, QuoteNumber="QU-0012").status_code == 200
    assert put(xero).json()["Quotes"][0]["QuoteNumber"] == "QU-0013"


def test_what_a_change_leaves_out(xero: Connected) -> None:
    before = one(xero, "QU-0009")
    changed = xero.send("POST", "Quotes", {"QuoteID": before["QuoteID"], "Title": "Shop", "ExpiryDate": "2026-12-31"})
    after = changed.json()["Quotes"][0]
    assert (after["Title"], after["Summary"], after["Terms"]) == ("Shop", "", ""), "texts left out are cleared"
    assert (after["LineItems"], after["Date"], after["Total"]) == (before["LineItems"], before["Date"], before["Total"])
    assert after["ExpiryDateString"] == "2026-12-31T00:00:00"
    unknown = xero.send("POST", "Quotes", {"QuoteID": "00000000-0000-0000-0000-000000000000"})
    assert messages(unknown) == ["Quote could not be found"]


def test_several_quotes_are_made_together_or_not_at_all(xero: Connected) -> None:
    wrong = {"Quotes": [quote(), quote(Contact=None)]}
    assert xero.send("PUT", "Quotes", wrong).status_code == 400
    assert len(xero.get("Quotes")["Quotes"]) == 12
    assert messages(xero.send("PUT", "Quotes", {"Quotes": [quote(QuoteNumber="A"), quote(QuoteNumber="a")]})) == [
        "Quote number must be unique"
    ]
    twice = [{"QuoteID": one(xero, "QU-0011")["QuoteID"], "Status": status} for status in ("DELETED", "SENT")]
    assert messages(xero.send("POST", "Quotes", {"Quotes": twice})) == ["The quote is named twice in this request"]
    assert one(xero, "QU-0011")["Status"] == "DRAFT"
    answer = xero.send("PUT", "Quotes", wrong, summarizeErrors="false").json()["Quotes"]
    assert [row["StatusAttributeString"] for row in answer] == ["OK", "ERROR"]


def test_a_quote_is_made_once_under_one_key_and_moves_no_money(xero: Connected) -> None:
    before = xero.provider.state()
    made = [xero.send("PUT", "Quotes", {"Quotes": [quote()]}, key="q-1").json()["Quotes"][0] for _ in range(2)]
    assert made[0] == made[1]
    after = xero.provider.state()
    assert len(after.pop("quotes")) == len(before.pop("quotes")) + 1
    assert after == before
    assert [effect["idempotency_key"] for effect in xero.provider.effects()] == ["q-1"]
    history = xero.get(f"Quotes/{made[0]['QuoteID']}/History")["HistoryRecords"]
    assert [record["Changes"] for record in history] == ["Created"]


def test_quotes_are_found_again_after_a_restart(tmp_path: Path) -> None:
    with connected(state=tmp_path) as xero:
        made = put(xero, Contact={"Name": "Vega Print"}).json()["Quotes"][0]
        sent = xero.send("POST", f"Quotes/{made['QuoteID']}", {"Status": "SENT"})
        assert sent.status_code == 200
        before = xero.get("Quotes")["Quotes"]
    with connected(state=tmp_path) as xero:
        assert xero.get("Quotes")["Quotes"] == before
        assert one(xero, "QU-0013")["Status"] == "SENT"


def test_the_scope_of_invoices_opens_quotes_and_orders() -> None:
    with connected(scope="accounting.contacts") as xero:
        for noun in ("Quotes", "PurchaseOrders", "RepeatingInvoices"):
            assert xero.http.get(f"{API}/{noun}").status_code == 401
        assert xero.http.get(f"{API}/ContactGroups").status_code == 200
    with connected(scope="accounting.invoices.read") as xero:
        assert xero.get("Quotes")["Quotes"]
        assert put(xero).status_code == 401
