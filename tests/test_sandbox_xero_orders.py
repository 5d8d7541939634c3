"""Purchase orders and repeating invoices at the Xero stand-in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.xero_stand_in import API, Connected, connected, messages

NOT_CHANGEABLE = "Purchase Order not of valid status for modification"
LINE = {"Description": "Paper", "Quantity": 20, "UnitAmount": 47.8, "AccountCode": "311"}


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def put(xero: Connected, **changes: Any) -> httpx.Response:
    whole = {"Contact": {"Name": "Rossi & Figli"}, "Date": "2026-11-20", "LineItems": [LINE]}
    body = {name: value for name, value in (whole | changes).items() if value is not None}
    return xero.send("PUT", "PurchaseOrders", {"PurchaseOrders": [body]})


def one(xero: Connected, wanted: str) -> dict[str, Any]:
    found: dict[str, Any] = xero.get(f"PurchaseOrders/{wanted}")["PurchaseOrders"][0]
    return found


def test_the_studio_has_orders_of_every_state_but_deleted(xero: Connected) -> None:
    orders = xero.get("PurchaseOrders", order="PurchaseOrderNumber")["PurchaseOrders"]
    assert [row["PurchaseOrderNumber"] for row in orders] == [f"PO-{n:04d}" for n in range(1, 11)]
    assert Counter(row["Status"] for row in orders) == {"BILLED": 3, "AUTHORISED": 3, "SUBMITTED": 2, "DRAFT": 2}
    assert all(row["DeliveryDate"] and row["DeliveryAddress"] and row["AttentionTo"] for row in orders)
    page = xero.get("PurchaseOrders", page="2", pageSize="4")
    assert (len(page["PurchaseOrders"]), page["pagination"]["itemCount"]) == (4, 10)
    dated = xero.get("PurchaseOrders", DateFrom="2026-11-10", DateTo="2026-11-17", Status="SUBMITTED")
    assert {row["PurchaseOrderNumber"] for row in dated["PurchaseOrders"]} == {"PO-0007", "PO-0008"}
    assert xero.http.get(f"{API}/PurchaseOrders", params={"where": 'Status=="DRAFT"'}).status_code == 400
    assert xero.http.get(f"{API}/PurchaseOrders/PO-9999").status_code == 404


def test_an_order_is_numbered_and_keeps_where_it_is_to_be_delivered(xero: Connected) -> None:
    where = {"DeliveryAddress": "Lindenhof 7", "AttentionTo": "Max", "Telephone": "030", "DeliveryInstructions": "ring"}
    days = {"DeliveryDate": "2026-12-04", "ExpectedArrivalDate": "2026-12-03"}
    made = put(xero, Contact={"Name": "Depot Nord"}, LineItems=[LINE | {"TaxType": "INPUT"}], **where, **days).json()
    order = made["PurchaseOrders"][0]
    assert (order["PurchaseOrderNumber"], order["Status"]) == ("PO-0011", "DRAFT")
    assert (order["SubTotal"], order["TotalTax"], order["Total"]) == (956, 181.64, 1137.64)
    assert {name: order[name] for name in where} == where
    assert (order["DeliveryDateString"], order["ExpectedArrivalDateString"]) == (
        "2026-12-04T00:00:00",
        "2026-12-03T00:00:00",
    )
    changed = xero.send("POST", "PurchaseOrders", {"PurchaseOrderID": order["PurchaseOrderID"], "Telephone": "031"})
    after = changed.json()["PurchaseOrders"][0]
    assert (after["Telephone"], after["AttentionTo"], after["Total"]) == ("031", "Max", 1137.64)
    assert one(xero, "PO-0011") == after == one(xero, order["PurchaseOrderID"])
    operations = [effect["operation"] for effect in xero.provider.effects()]
    assert operations == ["create_contact", "create_purchase_order", "update_purchase_order"]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"Status": "BILLED"}, "Invalid status for a new purchase order"),
        ({"Status": "SUBMITTED", "LineItems": None}, "One or more line items must be specified"),
        ({"Status": "AUTHORISED", "LineItems": [{"UnitAmount": 5}]}, "Account code must be specified"),
        ({"PurchaseOrderNumber": "po-0003"}, "Order number must be unique"),
        ({"CurrencyCode": "USD"}, "Organisation is not subscribed to currency USD"),
        ({"DeliveryInstructions": "x" * 501}, "The DeliveryInstructions must not be longer than 500 characters"),
        ({"DeliveryDate": "soon"}, "Invalid isoformat string: 'soon'"),
        ({"PurchaseOrderID": "1"}, "PurchaseOrderID must not be sent"),
    ],
)
def test_a_wrong_order_is_refused_and_nothing_is_made(xero: Connected, changes: dict[str, Any], wanted: str) -> None:
    before = xero.provider.state()
    response = put(xero, **changes)
    assert response.status_code == 400
    assert wanted in messages(response)
    assert (xero.provider.state(), xero.provider.effects()) == (before, [])


@pytest.mark.parametrize(
    ("number", "status", "allowed"),
    [
        ("PO-0009", "SUBMITTED", True),
        ("PO-0009", "BILLED", True),
        ("PO-0009", "DELETED", True),
        ("PO-0007", "AUTHORISED", True),
        ("PO-0007", "DRAFT", False),
        ("PO-0004", "BILLED", True),
        ("PO-0004", "SUBMITTED", False),
        ("PO-0004", "DELETED", True),
        ("PO-0001", "AUTHORISED", True),
        ("PO-0001", "DRAFT", False),
        ("PO-0001", "NONSENSE", False),
    ],
)
def test_the_moves_of_an_order(xero: Connected, number: str, status: str, allowed: bool) -> None:
    before = one(xero, number)
    response = xero.send("POST", f"PurchaseOrders/{before['PurchaseOrderID']}", {"Status": status})
    after = one(xero, number)
    if allowed:
        assert response.status_code == 200, response.text
        assert (after["Status"], after["LineItems"]) == (status, before["LineItems"])
    else:
        assert (response.status_code, messages(response)) == (400, [NOT_CHANGEABLE])
        assert after == before


def test_a_billed_order_keeps_its_lines_and_a_deleted_one_is_done_with(xero: Connected) -> None:
    assert messages(xero.send("POST", "PurchaseOrders/PO-0001", {"LineItems": [LINE]})) == [NOT_CHANGEABLE]
    assert xero.send("POST", "PurchaseOrders/PO-0001", {"Reference": "seen"}).status_code == 200
    assert xero.send("POST", "PurchaseOrders/PO-0010", {"Status": "DELETED"}).status_code == 200
    assert messages(xero.send("POST", "PurchaseOrders/PO-0010", {"Status": "DRAFT"})) == [NOT_CHANGEABLE]
    assert len(xero.get("PurchaseOrders")["PurchaseOrders"]) == 9
    assert len(xero.get("PurchaseOrders", Status="DELETED")["PurchaseOrders"]) == 1
    again = put(xero, PurchaseOrderNumber="PO-0010").json()["PurchaseOrders"][0]
    assert one(xero, "PO-0010")["PurchaseOrderID"] == again["PurchaseOrderID"]


def test_only_an_approved_order_is_marked_as_sent(xero: Connected) -> None:
    warned = put(xero, SentToContact=True).json()["PurchaseOrders"][0]
    assert warned["SentToContact"] is False
    assert warned["Warnings"] == [
        {"Message": "Only AUTHORISED and BILLED purchase orders may have SentToContact updated."}
    ]
    path = f"PurchaseOrders/{warned['PurchaseOrderID']}"
    sent = xero.send("POST", path, {"Status": "AUTHORISED", "SentToContact": True}).json()["PurchaseOrders"][0]
    assert sent["SentToContact"] is True
    assert "Warnings" not in sent


def test_an_order_is_made_once_under_one_key_moves_no_money_and_is_kept(tmp_path: Path) -> None:
    body = {"PurchaseOrders": [{"Contact": {"Name": "Acme Ltd"}, "Status": "AUTHORISED", "LineItems": [LINE]}]}
    with connected(state=tmp_path) as xero:
        before = xero.provider.state()
        made = [xero.send("PUT", "PurchaseOrders", body, key="po-1").json()["PurchaseOrders"] for _ in range(2)]
        assert made[0] == made[1]
        note = {"HistoryRecords": [{"Details": "confirmed by telephone"}]}
        path = f"PurchaseOrders/{made[0][0]['PurchaseOrderID']}/History"
        assert xero.send("PUT", path, note).status_code == 200
        after = xero.provider.state()
        assert len(after.pop("purchase_orders")) == len(before.pop("purchase_orders")) + 1
        assert after == before
    with connected(state=tmp_path) as xero:
        assert one(xero, "PO-0011") == made[0][0]
        assert [record["Changes"] for record in xero.get(path)["HistoryRecords"]] == ["Note", "Created"]


def test_repeating_invoices_are_read(xero: Connected) -> None:
    templates = xero.get("RepeatingInvoices", order="Total")["RepeatingInvoices"]
    assert Counter(row["Type"] for row in templates) == {"ACCREC": 3, "ACCPAY": 3}
    rent = xero.get("RepeatingInvoices", where='Contact.Name=="Hofgarten Immobilien KG"')["RepeatingInvoices"]
    assert (rent[0]["SubTotal"], rent[0]["Schedule"]["Unit"], rent[0]["Status"]) == (2650, "MONTHLY", "AUTHORISED")
    assert xero.get(f"RepeatingInvoices/{rent[0]['ID']}")["RepeatingInvoices"] == rent
    assert xero.http.get(f"{API}/RepeatingInvoices/x").status_code == 404
    assert xero.send("PUT", "RepeatingInvoices", {}).status_code == 404, "templates are read only here"
