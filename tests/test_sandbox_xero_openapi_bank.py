"""Bank, manual journals, batches and advances: every answer is held against the vendor's OpenAPI file."""

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
UNKNOWN = "00000000-0000-0000-0000-000000000000"
LINE = {"Description": "Stamps", "Quantity": 2, "UnitAmount": 50, "AccountCode": "453"}
SPEND = {"Type": "SPEND", "Contact": {"Name": "Acme Ltd"}, "BankAccount": {"Code": "090"}, "LineItems": [LINE]}
MOVE = {"FromBankAccount": {"Code": "090"}, "ToBankAccount": {"Code": "091"}, "Amount": 250}
JOURNAL = {
    "Narration": "Accrual",
    "JournalLines": [
        {"AccountCode": "469", "LineAmount": 100, "Tracking": [{"Name": "Team", "Option": "Web"}]},
        {"AccountCode": "620", "LineAmount": -100},
    ],
}
SCOPE = (
    "accounting.banktransactions accounting.payments accounting.manualjournals accounting.invoices accounting.contacts"
)


@pytest.fixture(scope="module")
def accounting() -> OpenAPI:
    return spec("xero_accounting.yaml")


@pytest.fixture(scope="module")
def xero() -> Iterator[Connected]:
    with connected(scope=SCOPE) as connection:
        bill = connection.document("BILL-202")["InvoiceID"]
        batch = {"Account": {"Code": "090"}, "Payments": [{"Invoice": {"InvoiceID": bill}, "Amount": 1}]}
        assert connection.send("PUT", "BatchPayments", {"BatchPayments": [batch]}).status_code == 200
        for kind in ("PREPAYMENT", "OVERPAYMENT"):
            advance(connection, kind)
        yield connection


def advance(xero: Connected, kind: str) -> dict[str, Any]:
    """A bank transaction that makes an advance of 100 with the contact of INV-0050."""
    line: dict[str, Any] = {"Description": "Ahead", "LineAmount": 100}
    body = {
        "Type": f"RECEIVE-{kind}",
        "Contact": {"ContactID": xero.document("INV-0050")["Contact"]["ContactID"]},
        "BankAccount": {"Code": "090"},
        "LineItems": [line if kind == "OVERPAYMENT" else line | {"AccountCode": "200"}],
    }
    response = xero.send("PUT", "BankTransactions", {"BankTransactions": [body]})
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()["BankTransactions"][0]
    return made


def held(accounting: OpenAPI, response: httpx.Response, path: str, status: int = 200) -> Any:
    """The body of an answer of that status, once the file has nothing against it."""
    assert response.status_code == status, response.text
    check(accounting, response, path=f"{API}/{path}")
    return response.json()


LISTS = [
    ("BankTransactions", {}),
    ("BankTransactions", {"page": "1", "pageSize": "3", "where": 'Type=="SPEND"', "order": "Date DESC"}),
    ("BankTransfers", {}),
    ("BankTransfers", {"includeDeleted": "true", "order": "Amount"}),
    ("ManualJournals", {}),
    ("ManualJournals", {"page": "1", "where": 'Status=="POSTED"'}),
    ("BatchPayments", {}),
    ("BatchPayments", {"where": 'Status=="AUTHORISED"', "order": "TotalAmount"}),
    ("Prepayments", {}),
    ("Prepayments", {"page": "1", "where": 'Status=="AUTHORISED"'}),
    ("Overpayments", {}),
    ("Overpayments", {"page": "1", "order": "Total"}),
]
NOUNS = ("BankTransactions", "BankTransfers", "ManualJournals", "BatchPayments", "Prepayments", "Overpayments")


@pytest.mark.parametrize(("path", "query"), LISTS, ids=[f"{path} {query}" for path, query in LISTS])
def test_lists_have_the_vendors_shape(accounting: OpenAPI, xero: Connected, path: str, query: dict[str, str]) -> None:
    assert held(accounting, xero.http.get(f"{API}/{path}", params=query), path)[path]


@pytest.mark.parametrize("noun", NOUNS)
def test_one_and_its_history_have_the_vendors_shape(accounting: OpenAPI, xero: Connected, noun: str) -> None:
    path = f"{noun}/{xero.get(noun)[noun][0][f'{noun[:-1]}ID']}"
    assert len(held(accounting, xero.http.get(f"{API}/{path}"), path)[noun]) == 1
    history = f"{path}/History"
    held(accounting, xero.send("PUT", history, {"HistoryRecords": [{"Details": "called them"}]}), history)
    records = held(accounting, xero.http.get(f"{API}/{history}"), history)["HistoryRecords"]
    assert records[0]["Details"] == "called them"
    held(accounting, xero.send("PUT", history, {"HistoryRecords": [{}]}), history, 400)


WRITES: list[tuple[str, str, dict[str, Any], int]] = [
    ("PUT", "BankTransactions", SPEND, 200),
    ("POST", "BankTransactions", SPEND | {"Type": "RECEIVE", "Url": "https://example.com/1"}, 200),
    ("PUT", "BankTransactions", SPEND | {"LineItems": []}, 400),
    ("POST", "BankTransactions", SPEND | {"BankTransactionID": UNKNOWN}, 400),
    ("PUT", "BankTransfers", MOVE, 200),
    ("PUT", "BankTransfers", MOVE | {"Amount": 0}, 400),
    ("PUT", "ManualJournals", JOURNAL, 200),
    ("POST", "ManualJournals", JOURNAL | {"Status": "POSTED", "Url": "https://example.com/1"}, 200),
    ("PUT", "ManualJournals", JOURNAL | {"JournalLines": JOURNAL["JournalLines"][:1]}, 400),
    ("POST", "ManualJournals", JOURNAL | {"ManualJournalID": UNKNOWN}, 400),
    ("PUT", "BatchPayments", {"Account": {"Code": "453"}, "Payments": []}, 400),
]


@pytest.mark.parametrize(("method", "noun", "body", "status"), WRITES)
def test_writes_and_their_refusals_have_the_vendors_shape(
    accounting: OpenAPI, xero: Connected, method: str, noun: str, body: dict[str, Any], status: int
) -> None:
    response = xero.send(method, noun, {noun: [body]}, key=f"write {WRITES.index((method, noun, body, status))}")
    held(accounting, response, noun, status)


@pytest.mark.parametrize(
    ("noun", "body", "good", "bad"),
    [
        ("BankTransactions", SPEND, {"Reference": "x"}, {"Status": "VOIDED"}),
        ("BankTransactions", SPEND, {"Status": "DELETED"}, {"Status": "DELETED"}),
        ("BankTransfers", MOVE, {"Status": "DELETED"}, {"Status": "DELETED"}),
        ("ManualJournals", JOURNAL, {"Status": "POSTED"}, {"Status": "DRAFT"}),
        ("ManualJournals", JOURNAL, {"Status": "DELETED"}, {"Status": "DELETED"}),
    ],
)
def test_changes_to_one_record_have_the_vendors_shape(
    accounting: OpenAPI, xero: Connected, noun: str, body: dict[str, Any], good: dict[str, Any], bad: dict[str, Any]
) -> None:
    required: dict[str, dict[str, Any]] = {"BankTransactions": SPEND, "ManualJournals": {"Narration": "Accrual"}}
    needed = required.get(noun, {})
    made = xero.send("PUT", noun, {noun: [body]}).json()[noun][0]
    path = f"{noun}/{made[f'{noun[:-1]}ID']}"
    one = noun == "BankTransfers"  # whose address takes the one bare object
    for sent, status in ((good, 200), (bad, 400)):
        held(accounting, xero.send("POST", path, sent if one else {noun: [needed | sent]}), path, status)


def test_deleting_transfers_and_batches_by_name_has_the_vendors_shape(accounting: OpenAPI, xero: Connected) -> None:
    made = xero.send("PUT", "BankTransfers", {"BankTransfers": [MOVE]}).json()["BankTransfers"][0]
    body = {"BankTransfers": [{"BankTransferID": made["BankTransferID"], "Status": "DELETED"}]}
    for status in (200, 400):
        held(accounting, xero.send("POST", "BankTransfers", body), "BankTransfers", status)


def test_batches_have_the_vendors_shape(accounting: OpenAPI, xero: Connected) -> None:
    bill = xero.document("BILL-201")["InvoiceID"]
    for address in ("path", "body"):
        payment = {"Invoice": {"InvoiceID": bill}, "Amount": 100, "Date": "2026-11-20", "Account": {"Code": "090"}}
        body = {"Account": {"Code": "090"}, "Date": "2026-11-20", "Details": "run", "Payments": [payment]}
        answer = xero.send("PUT", "BatchPayments", {"BatchPayments": [body]}, key=f"batch {address}")
        made = held(accounting, answer, "BatchPayments")["BatchPayments"][0]
        paid = f"Payments/{made['Payments'][0]['PaymentID']}"
        assert held(accounting, xero.http.get(f"{API}/{paid}"), paid)["Payments"][0]["BatchPaymentID"]
        for status in (200, 400):
            gone: dict[str, Any] = {"Status": "DELETED"}
            path = "BatchPayments"
            if address == "path":
                path += f"/{made['BatchPaymentID']}"
            else:
                gone["BatchPaymentID"] = made["BatchPaymentID"]
            held(accounting, xero.send("POST", path, gone), path, status)


@pytest.mark.parametrize("kind", ["Prepayment", "Overpayment"])
def test_setting_off_has_the_vendors_shape(accounting: OpenAPI, xero: Connected, kind: str) -> None:
    made = advance(xero, kind.upper())[f"{kind}ID"]
    path, invoice = f"{kind}s/{made}/Allocations", xero.document("INV-0050")["InvoiceID"]
    body = {"Amount": 5, "Date": "2026-11-20", "Invoice": {"InvoiceID": invoice}}
    answer = held(accounting, xero.send("PUT", path, {"Allocations": [body]}, key=f"off {kind}"), path)
    held(accounting, xero.send("PUT", path, {"Allocations": [body | {"Amount": 500}]}), path, 400)
    one = f"{kind}s/{made}"
    assert held(accounting, xero.http.get(f"{API}/{one}"), one)[f"{kind}s"][0]["RemainingCredit"] < 119
    paid = f"Invoices/{invoice}"
    assert held(accounting, xero.http.get(f"{API}/{paid}"), paid)["Invoices"][0][f"{kind}s"]
    gone = f"{path}/{answer['Allocations'][0]['AllocationID']}"
    assert held(accounting, xero.http.delete(f"{API}/{gone}"), gone)["IsDeleted"] is True


def test_the_file_would_notice_a_wrong_status(accounting: OpenAPI, xero: Connected) -> None:
    response = xero.http.get(f"{API}/ManualJournals")
    spoiled = httpx.Response(
        200,
        request=response.request,
        headers={"content-type": "application/json"},
        content=response.content.replace(b'"POSTED"', b'"BOOKED"', 1),
    )
    with pytest.raises(InvalidData):
        check(accounting, spoiled, path=f"{API}/ManualJournals")
