"""Quotes, orders, items, groups, templates and credit notes: every answer is held against the vendor's OpenAPI file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openapi_core import OpenAPI
from openapi_core.validation.response.exceptions import InvalidData

from tests.support.xero_spec import check, needs_specs, spec
from tests.support.xero_stand_in import API, Connected, connected

pytestmark = needs_specs
LINE = {"Description": "Design", "Quantity": 2, "UnitAmount": 98, "AccountCode": "200"}
COST = {"Description": "Paper", "Quantity": 10, "UnitAmount": 4.5, "AccountCode": "311"}
CREDIT = {"Type": "ACCRECCREDIT", "Contact": {"Name": "Hooli"}, "Status": "AUTHORISED", "LineItems": [LINE]}


@pytest.fixture(scope="module")
def accounting() -> OpenAPI:
    return spec("xero_accounting.yaml")


@pytest.fixture(scope="module")
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def first(xero: Connected, noun: str, id_name: str) -> str:
    found: str = xero.get(noun)[noun][0][id_name]
    return found


LISTS = [
    ("Quotes", {}),
    ("Quotes", {"Status": "SENT", "page": "1", "order": "Date DESC"}),
    ("Quotes", {"DateFrom": "2026-09-01", "DateTo": "2026-10-31", "ExpiryDateFrom": "2026-10-01"}),
    ("PurchaseOrders", {}),
    ("PurchaseOrders", {"Status": "AUTHORISED", "page": "1", "pageSize": "2"}),
    ("Items", {"where": "IsSold==true", "order": "Code DESC"}),
    ("ContactGroups", {}),
    ("ContactGroups", {"where": 'Status=="ACTIVE"', "order": "Name ASC"}),
    ("RepeatingInvoices", {}),
    ("RepeatingInvoices", {"where": 'Status=="DRAFT"', "order": "Total ASC"}),
    ("Contacts", {"page": "1"}),
]


@pytest.mark.parametrize(("path", "query"), LISTS, ids=[f"{path} {query}" for path, query in LISTS])
def test_lists_have_the_vendors_shape(accounting: OpenAPI, xero: Connected, path: str, query: dict[str, str]) -> None:
    response = xero.http.get(f"{API}/{path}", params=query)
    assert response.status_code == 200, response.text
    assert response.json()[path]
    check(accounting, response, path=f"{API}/{path}")


SINGLE = [
    ("Quotes", "QuoteID"),
    ("PurchaseOrders", "PurchaseOrderID"),
    ("PurchaseOrders", "PurchaseOrderNumber"),
    ("Items", "ItemID"),
    ("Items", "Code"),
    ("ContactGroups", "ContactGroupID"),
    ("RepeatingInvoices", "RepeatingInvoiceID"),
]


@pytest.mark.parametrize(("noun", "id_name"), SINGLE)
def test_single_records_have_the_vendors_shape(accounting: OpenAPI, xero: Connected, noun: str, id_name: str) -> None:
    path = f"{noun}/{first(xero, noun, id_name)}"
    response = xero.http.get(f"{API}/{path}")
    assert response.status_code == 200
    assert len(response.json()[noun]) == 1
    check(accounting, response, path=f"{API}/{path}")


@pytest.mark.parametrize(
    ("noun", "id_name"),
    [
        ("Quotes", "QuoteID"),
        ("PurchaseOrders", "PurchaseOrderID"),
        ("Items", "ItemID"),
        ("RepeatingInvoices", "RepeatingInvoiceID"),
        ("CreditNotes", "CreditNoteID"),
    ],
)
def test_histories_have_the_vendors_shape(accounting: OpenAPI, xero: Connected, noun: str, id_name: str) -> None:
    path = f"{noun}/{first(xero, noun, id_name)}/History"
    read = xero.http.get(f"{API}/{path}")
    written = xero.send("PUT", path, {"HistoryRecords": [{"Details": "called them"}]})
    for response in (read, written):
        assert response.status_code == 200, response.text
        check(accounting, response, path=f"{API}/{path}")
    refused = xero.send("PUT", path, {"HistoryRecords": [{}]})
    assert refused.status_code == 400
    if noun != "Items":  # the file knows no refusal there
        check(accounting, refused, path=f"{API}/{path}")
    assert xero.get(path)["HistoryRecords"][0]["Details"] == "called them"


WRITES: list[tuple[str, str, dict[str, Any], int]] = [
    ("PUT", "Quotes", {"Contact": {"Name": "Hooli"}, "Date": "2026-11-20", "LineItems": [LINE]}, 200),
    ("POST", "Quotes", {"Contact": {"Name": "Hooli"}, "Status": "SENT", "LineItems": [LINE]}, 200),
    ("PUT", "Quotes", {"QuoteNumber": "QU-0001"}, 400),
    ("POST", "Quotes", {"QuoteID": "00000000-0000-0000-0000-000000000000"}, 400),
    (
        "PUT",
        "PurchaseOrders",
        {"Contact": {"Name": "Rossi & Figli"}, "DeliveryDate": "2026-12-01", "LineItems": [COST]},
        200,
    ),
    ("POST", "PurchaseOrders", {"Contact": {"Name": "Hooli"}, "SentToContact": True, "LineItems": [COST]}, 200),
    ("PUT", "PurchaseOrders", {"PurchaseOrderNumber": "PO-0001"}, 400),
    ("POST", "PurchaseOrders", {"Contact": {"Name": "Hooli"}, "Status": "BILLED"}, 400),
    ("PUT", "Items", {"Code": "LOGO", "Name": "Logo", "SalesDetails": {"UnitPrice": 1200, "AccountCode": "200"}}, 200),
    ("POST", "Items", {"Code": "DESIGN-H", "Name": "Design, an hour"}, 200),
    ("PUT", "Items", {"Code": "DESIGN-H"}, 400),
    ("POST", "Items", {"Code": "STOCK", "InventoryAssetAccountCode": "630"}, 400),
    ("PUT", "ContactGroups", {"Name": "VIPs"}, 200),
    ("PUT", "ContactGroups", {"Name": "Printers"}, 400),
    ("PUT", "CreditNotes", CREDIT, 200),
    ("POST", "CreditNotes", CREDIT | {"Status": "DRAFT"}, 200),
    ("PUT", "CreditNotes", {"Type": "ACCREC"}, 400),
    ("POST", "CreditNotes", {"CreditNoteID": "00000000-0000-0000-0000-000000000000"}, 400),
]


@pytest.mark.parametrize(("method", "noun", "body", "status"), WRITES)
def test_writes_and_their_refusals_have_the_vendors_shape(
    accounting: OpenAPI, xero: Connected, method: str, noun: str, body: dict[str, Any], status: int
) -> None:
    response = xero.send(method, noun, {noun: [body]}, key=f"{method} {noun} {body}"[:120])
    assert response.status_code == status, response.text
    check(accounting, response, path=f"{API}/{noun}")


def both(accounting: OpenAPI, xero: Connected, path: str, noun: str, good: dict[str, Any], bad: dict[str, Any]) -> None:
    for body, status in ((good, 200), (bad, 400)):
        response = xero.send("POST", path, {noun: [body]})
        assert response.status_code == status, response.text
        check(accounting, response, path=f"{API}/{path}")


def test_changes_to_one_record_have_the_vendors_shape(accounting: OpenAPI, xero: Connected) -> None:
    quote = xero.get("Quotes", Status="SENT")["Quotes"][0]["QuoteID"]
    both(accounting, xero, f"Quotes/{quote}", "Quotes", {"Status": "ACCEPTED"}, {"Status": "DRAFT"})
    order = xero.get("PurchaseOrders", Status="SUBMITTED")["PurchaseOrders"][0]["PurchaseOrderID"]
    good, bad = {"Status": "AUTHORISED", "SentToContact": True}, {"Status": "DRAFT"}
    both(accounting, xero, f"PurchaseOrders/{order}", "PurchaseOrders", good, bad)
    item = first(xero, "Items", "ItemID")
    both(accounting, xero, f"Items/{item}", "Items", {"Code": "W", "Name": "Work"}, {"Code": "x" * 31})
    note = xero.send("PUT", "CreditNotes", {"CreditNotes": [CREDIT]}).json()["CreditNotes"][0]["CreditNoteID"]
    both(accounting, xero, f"CreditNotes/{note}", "CreditNotes", {"Status": "VOIDED"}, {"Status": "DRAFT"})
    group = first(xero, "ContactGroups", "ContactGroupID")
    both(accounting, xero, f"ContactGroups/{group}", "ContactGroups", {"Name": "New"}, {"Name": ""})


def test_the_contacts_of_a_group_have_the_vendors_shape(accounting: OpenAPI, xero: Connected) -> None:
    group = xero.get("ContactGroups")["ContactGroups"][0]["ContactGroupID"]
    contact = xero.document("INV-0042")["Contact"]["ContactID"]
    path = f"ContactGroups/{group}/Contacts"
    for body, status in (({"ContactID": contact}, 200), ({"ContactID": "00000000-0000-0000-0000-000000000000"}, 400)):
        response = xero.send("PUT", path, {"Contacts": [body]})
        assert response.status_code == status, response.text
        check(accounting, response, path=f"{API}/{path}")
    for gone in (f"{path}/{contact}", path):
        response = xero.http.delete(f"{API}/{gone}")
        assert (response.status_code, response.content) == (204, b"")
        check(accounting, response, path=f"{API}/{gone}")


def test_the_file_would_notice_a_wrong_status(accounting: OpenAPI, xero: Connected) -> None:
    response = xero.http.get(f"{API}/Quotes")
    spoiled = httpx.Response(
        200,
        request=response.request,
        headers={"content-type": "application/json"},
        content=response.content.replace(b'"INVOICED"', b'"BILLED"', 1),
    )
    with pytest.raises(InvalidData):
        check(accounting, spoiled, path=f"{API}/Quotes")
