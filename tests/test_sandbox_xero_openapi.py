"""Every answer of the Xero stand-in is held against the vendor's own OpenAPI files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openapi_core import OpenAPI
from openapi_core.validation.response.exceptions import InvalidData

from tests.support.xero_spec import check, needs_specs, spec
from tests.support.xero_stand_in import API, Connected, connected

pytestmark = needs_specs


@pytest.fixture(scope="module")
def accounting() -> OpenAPI:
    return spec("xero_accounting.yaml")


@pytest.fixture(scope="module")
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


LISTS = [
    ("Organisation", {}),
    ("Accounts", {}),
    ("Accounts", {"where": 'Type=="BANK"'}),
    ("TaxRates", {}),
    ("Currencies", {}),
    ("Items", {}),
    ("TrackingCategories", {}),
    ("Users", {}),
    ("Contacts", {"page": "1", "pageSize": "1000"}),
    ("Contacts", {"summaryOnly": "True"}),
    ("Invoices", {"page": "1", "pageSize": "1000"}),
    ("Invoices", {"Statuses": "PAID"}),
    ("Invoices", {"summaryOnly": "True", "page": "1"}),
    ("Payments", {"page": "1", "pageSize": "1000"}),
    ("CreditNotes", {"page": "1"}),
    ("BankTransactions", {"page": "1", "pageSize": "1000"}),
    ("BankTransfers", {}),
    ("Reports/BalanceSheet", {"periods": "3", "timeframe": "MONTH"}),
    ("Reports/ProfitAndLoss", {"fromDate": "2026-07-01", "toDate": "2026-09-30"}),
    ("Reports/TrialBalance", {"date": "2026-10-31"}),
    ("Reports/BankSummary", {"fromDate": "2026-10-01", "toDate": "2026-10-31"}),
    ("Reports/ExecutiveSummary", {"date": "2026-10-31"}),
]


@pytest.mark.parametrize(("path", "query"), LISTS, ids=[f"{path} {query}" for path, query in LISTS])
def test_lists_and_reports_have_the_vendors_shape(
    accounting: OpenAPI, xero: Connected, path: str, query: dict[str, str]
) -> None:
    response = xero.http.get(f"{API}/{path}", params=query)
    assert response.status_code == 200
    check(accounting, response, path=f"{API}/{path}")


def test_single_records_have_the_vendors_shape(accounting: OpenAPI, xero: Connected) -> None:
    invoice = xero.document("INV-0042")
    payment = xero.get("Payments", page="1")["Payments"][0]["PaymentID"]
    note = xero.get("CreditNotes", page="1")["CreditNotes"][0]["CreditNoteID"]
    booking = xero.get("BankTransactions", page="1")["BankTransactions"][0]["BankTransactionID"]
    paths = [
        f"Invoices/{invoice['InvoiceID']}",
        f"Invoices/{invoice['InvoiceID']}/History",
        f"Contacts/{invoice['Contact']['ContactID']}",
        f"Contacts/{invoice['Contact']['ContactID']}/History",
        f"Payments/{payment}",
        f"CreditNotes/{note}",
        f"BankTransactions/{booking}",
        f"Accounts/{xero.get('Accounts')['Accounts'][0]['AccountID']}",
    ]
    for path in paths:
        response = xero.http.get(f"{API}/{path}")
        assert response.status_code == 200, path
        check(accounting, response, path=f"{API}/{path}")
    for report, number in (("Receivables", "INV-0042"), ("Payables", "BILL-201")):
        contact = xero.document(number)["Contact"]["ContactID"]
        response = xero.http.get(f"{API}/Reports/Aged{report}ByContact", params={"contactId": contact})
        assert any(number in str(row) for row in response.json()["Reports"][0]["Rows"])
        check(accounting, response, path=f"{API}/Reports/Aged{report}ByContact")


WRITES: list[tuple[str, str, Any, int]] = [
    ("PUT", "Contacts", {"Contacts": [{"Name": "Vega Print", "EmailAddress": "office@vegaprint.example"}]}, 200),
    ("PUT", "Contacts", {"Contacts": [{"Name": "Acme Ltd"}]}, 400),
    ("POST", "Contacts", {"Contacts": [{"Name": "Vega Press"}]}, 200),
    (
        "PUT",
        "Invoices",
        {
            "Invoices": [
                {
                    "Type": "ACCREC",
                    "Contact": {"Name": "Globex Corporation"},
                    "Date": "2026-11-20",
                    "DueDate": "2026-12-20",
                    "Status": "AUTHORISED",
                    "LineItems": [{"Description": "Support", "Quantity": 2, "UnitAmount": 99.5, "AccountCode": "205"}],
                }
            ]
        },
        200,
    ),
    ("PUT", "Invoices", {"Invoices": [{"Type": "ACCREC"}]}, 400),
    ("POST", "Invoices", {"Invoices": [{"Type": "ACCPAY", "Contact": {"Name": "Acme Ltd"}}]}, 200),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), WRITES)
def test_writes_and_their_refusals_have_the_vendors_shape(
    accounting: OpenAPI, xero: Connected, method: str, path: str, body: Any, status: int
) -> None:
    response = xero.send(method, path, body)
    assert response.status_code == status, response.text
    check(accounting, response, path=f"{API}/{path}")


def test_payments_have_the_vendors_shape(accounting: OpenAPI, xero: Connected) -> None:
    made = xero.pay("BILL-203", 89.9, key="shape-1")
    assert made.status_code == 200, made.text
    check(accounting, made, path=f"{API}/Payments")
    refused = xero.pay("BILL-203", 89.9)
    assert refused.status_code == 400
    check(accounting, refused, path=f"{API}/Payments")
    payment = made.json()["Payments"][0]["PaymentID"]
    deleted = xero.send("POST", f"Payments/{payment}", {"Status": "DELETED"})
    assert deleted.status_code == 200
    check(accounting, deleted, path=f"{API}/Payments/{payment}")


def test_changes_to_one_document_have_the_vendors_shape(accounting: OpenAPI, xero: Connected) -> None:
    invoice = xero.document("INV-0055")["InvoiceID"]
    response = xero.send("POST", f"Invoices/{invoice}", {"Status": "AUTHORISED"})
    assert response.status_code == 200, response.text
    check(accounting, response, path=f"{API}/Invoices/{invoice}")
    response = xero.send("PUT", f"Invoices/{invoice}/History", {"HistoryRecords": [{"Details": "called them"}]})
    assert response.status_code == 200
    check(accounting, response, path=f"{API}/Invoices/{invoice}/History")


def test_an_allocation_has_the_vendors_shape(accounting: OpenAPI, xero: Connected) -> None:
    notes = xero.get("CreditNotes", where='Status=="AUTHORISED" AND Type=="ACCRECCREDIT"')["CreditNotes"]
    note = notes[0]
    where = f'Contact.ContactID==guid("{note["Contact"]["ContactID"]}") AND Type=="ACCREC" AND Status=="AUTHORISED"'
    invoice = xero.get("Invoices", where=where, page="1")["Invoices"][0]
    amount = min(note["RemainingCredit"], invoice["AmountDue"], 10)
    body = {"Allocations": [{"Invoice": {"InvoiceID": invoice["InvoiceID"]}, "Amount": amount, "Date": "2026-11-22"}]}
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    response = xero.send("PUT", path, body)
    assert response.status_code == 200, response.text
    check(accounting, response, path=f"{API}/{path}")


def test_connections_have_the_vendors_shape(xero: Connected) -> None:
    identity = spec("xero-identity.yaml")
    for path in ("/Connections", "/connections"):
        response = xero.http.get(path)
        assert response.status_code == 200
        # The vendor's moments have no zone, in its own example too, which its own format forbids.
        zoned = re.sub(rb'(Utc":"[^"]+)"', rb'\1Z"', response.content)
        answer = httpx.Response(200, request=response.request, headers=response.headers, content=zoned)
        check(identity, answer, path="/Connections")
        assert b"tenantName" in zoned


def test_the_files_would_notice_a_wrong_amount(accounting: OpenAPI, xero: Connected) -> None:
    response = xero.http.get(f"{API}/Invoices", params={"page": "1"})
    spoiled = httpx.Response(
        200,
        request=response.request,
        headers={"content-type": "application/json"},
        content=response.content.replace(b'"Total":', b'"Total":"x","Was":', 1),
    )
    with pytest.raises(InvalidData):
        check(accounting, spoiled, path=f"{API}/Invoices")


def test_a_contact_that_was_changed_has_the_vendors_shape(accounting: OpenAPI, xero: Connected) -> None:
    path = f"Contacts/{xero.document('BILL-201')['Contact']['ContactID']}"
    for body, status in (({"BankAccountDetails": "DE02120300000000202051"}, 200), ({"Name": ""}, 400)):
        response = xero.send("POST", path, {"Contacts": [body]})
        assert response.status_code == status, response.text
        check(accounting, response, path=f"{API}/{path}")
