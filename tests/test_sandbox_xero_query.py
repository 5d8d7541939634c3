"""Lists at the Xero stand-in: where, order, paging, changed since, and the other filters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.xero.query import compile_where
from sandbox.xero.refusals import BadQuery
from tests.support.xero_stand_in import API, Connected, connected


@pytest.fixture(scope="module")
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def found(xero: Connected, where: str, **parameters: str) -> list[dict[str, Any]]:
    invoices: list[dict[str, Any]] = xero.get("Invoices", where=where, **parameters)["Invoices"]
    return invoices


def test_where_by_type_status_date_and_amount(xero: Connected) -> None:
    every = xero.get("Invoices")["Invoices"]
    day = "2026-10-01T00:00:00"
    wanted = {
        invoice["InvoiceID"]
        for invoice in every
        if invoice["Type"] == "ACCREC" and invoice["Status"] == "AUTHORISED" and invoice["DateString"] >= day
    }
    where = 'Type=="ACCREC" AND Status=="AUTHORISED" AND Date>=DateTime(2026,10,01)'
    assert {invoice["InvoiceID"] for invoice in found(xero, where)} == wanted != set()
    assert all(invoice["AmountDue"] > 1000 for invoice in found(xero, "AmountDue > 1000"))
    late = found(xero, 'AmountDue>0 && DueDate<DateTime(2026, 11, 22) && !(Status=="DRAFT")')
    assert {"INV-0042", "BILL-201"} <= {invoice["InvoiceNumber"] for invoice in late}
    assert "BILL-204" not in {invoice["InvoiceNumber"] for invoice in late}


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ('InvoiceNumber="inv-0042"', {"INV-0042"}),
        ('Contact.Name.ToLower().Contains("globex") AND InvoiceNumber.StartsWith("INV-004")', {"INV-0042"}),
        ('InvoiceNumber=="INV-0042" OR InvoiceNumber=="INV-0045"', {"INV-0042", "INV-0045"}),
        ('(InvoiceNumber=="INV-0042" OR InvoiceNumber=="INV-0045") AND Total<1000', {"INV-0045"}),
        ('InvoiceNumber.EndsWith("2231")', {"NWT-2231"}),
        ('CurrencyCode=="GBP" AND Type=="ACCPAY" AND Status!="PAID" AND Status<>"VOIDED"', {"NWT-2231"}),
        ('FullyPaidOnDate!=null AND InvoiceNumber=="INV-0058"', {"INV-0058"}),
        ('FullyPaidOnDate==null AND InvoiceNumber=="INV-0042"', {"INV-0042"}),
        ('DueDate==DateTime.Parse("2026-11-22") AND Type=="ACCPAY" AND InvoiceNumber.StartsWith("BILL")', {"BILL-204"}),
        ('SentToContact==true AND InvoiceNumber=="INV-0042"', {"INV-0042"}),
    ],
)
def test_where(xero: Connected, where: str, wanted: set[str]) -> None:
    assert {invoice["InvoiceNumber"] for invoice in found(xero, where)} == wanted


def test_where_by_guid(xero: Connected) -> None:
    invoice = xero.document("BILL-201")
    contact = invoice["Contact"]["ContactID"]
    same = found(xero, f'Contact.ContactID==Guid("{contact.upper()}")')
    assert {other["Contact"]["Name"] for other in same} == {"Acme Ltd"}


@pytest.mark.parametrize(
    "where",
    [
        'Nonsense=="x"',
        "Type==",
        'Type=="ACCREC',
        "Date>=DateTime(2026,13,1)",
        "Date>=DateTime(2026)",
        'Total=="a" AND Total>"b"',
        "(" * 500 + "Total>1" + ")" * 500,
        "Type.Explode()",
        "x" * 30_000,
    ],
)
def test_a_where_that_means_nothing_is_refused(xero: Connected, where: str) -> None:
    response = xero.http.get(f"{API}/Invoices", params={"where": where})
    assert response.status_code == 400
    assert (response.json()["ErrorNumber"], response.json()["Type"]) == (16, "QueryParseException")


def test_order_and_its_default(xero: Connected) -> None:
    dated = [invoice["DateString"] for invoice in xero.get("Invoices", order="Date DESC")["Invoices"]]
    assert dated == sorted(dated, reverse=True)
    two = [(i["Status"], i["Total"]) for i in xero.get("Invoices", order="Status, Total DESC")["Invoices"]]
    assert two == sorted(two, key=lambda pair: (pair[0], -pair[1]))
    usual = [payment["UpdatedDateUTC"] for payment in xero.get("Payments")["Payments"]]
    assert usual == sorted(usual, key=lambda text: int(text[6:-7]))
    assert xero.http.get(f"{API}/Invoices", params={"order": "Nonsense"}).status_code == 400


def test_paging_counts_and_never_repeats(xero: Connected) -> None:
    first = xero.get("Payments", page="1", pageSize="150")
    total = first["pagination"]["itemCount"]
    assert first["pagination"] == {"page": 1, "pageSize": 150, "pageCount": -(-total // 150), "itemCount": total}
    seen = [payment["PaymentID"] for payment in first["Payments"]]
    for page in range(2, first["pagination"]["pageCount"] + 1):
        seen += [p["PaymentID"] for p in xero.get("Payments", page=str(page), pageSize="150")["Payments"]]
    assert len(seen) == len(set(seen)) == total
    assert xero.get("Payments", page="99", pageSize="150")["Payments"] == []
    assert len(xero.get("Invoices", page="1")["Invoices"]) == 100
    assert "pagination" not in xero.get("Invoices")
    for wrong in ({"page": "0"}, {"page": "1", "pageSize": "1001"}, {"page": "x"}):
        assert xero.http.get(f"{API}/Invoices", params=wrong).status_code == 400


def test_lines_come_with_pages_and_single_documents_only(xero: Connected) -> None:
    assert xero.get("Invoices", InvoiceNumbers="INV-0042")["Invoices"][0]["LineItems"] == []
    assert xero.get("Invoices", InvoiceNumbers="INV-0042", page="1")["Invoices"][0]["LineItems"] != []
    short = xero.get("Invoices", InvoiceNumbers="INV-0047", page="1", summaryOnly="True")["Invoices"][0]
    assert "Payments" not in short and short["AmountPaid"] == 952


def test_filters_by_list(xero: Connected) -> None:
    drafts = xero.get("Invoices", Statuses="DRAFT,SUBMITTED")["Invoices"]
    assert {invoice["Status"] for invoice in drafts} == {"DRAFT", "SUBMITTED"}
    some = xero.get("Invoices", InvoiceNumbers="INV-0042,BILL-201")["Invoices"]
    assert {invoice["InvoiceNumber"] for invoice in some} == {"INV-0042", "BILL-201"}
    ids = ",".join(invoice["InvoiceID"] for invoice in some)
    assert len(xero.get("Invoices", IDs=ids)["Invoices"]) == 2
    contact = some[0]["Contact"]["ContactID"]
    assert {i["Contact"]["ContactID"] for i in xero.get("Invoices", ContactIDs=contact)["Invoices"]} == {contact}
    term = xero.get("Invoices", searchTerm="globex", page="1")["Invoices"]
    assert {invoice["Contact"]["Name"] for invoice in term} == {"Globex Corporation"}
    assert "DELETED" not in {invoice["Status"] for invoice in xero.get("Invoices")["Invoices"]}
    assert xero.get("Invoices", Statuses="DELETED")["Invoices"] != []


@pytest.mark.parametrize("stamp", ["2026-11-22T00:05:00", "2026-11-22T00:05:00+00:00", "Sun, 22 Nov 2026 00:05:00 GMT"])
def test_only_what_changed_since(stamp: str) -> None:
    with connected() as xero:
        xero.http.headers["If-Modified-Since"] = stamp
        if xero.get("Invoices")["Invoices"]:
            pytest.fail("nothing has been written yet")
        del xero.http.headers["If-Modified-Since"]
        # The books' own records of today end at 00:01; this write carries the time of day of the test.
        xero.provider.advance(600)
        assert xero.pay("BILL-201", 1).status_code == 200
        xero.http.headers["If-Modified-Since"] = stamp
        assert [i["InvoiceNumber"] for i in xero.get("Invoices")["Invoices"]] == ["BILL-201"]
        assert len(xero.get("Payments")["Payments"]) == 1
        assert xero.get("Contacts")["Contacts"] == []


def test_a_date_that_is_none_is_refused(xero: Connected) -> None:
    response = xero.http.get(f"{API}/Invoices", headers={"If-Modified-Since": "yesterday"})
    assert response.status_code == 400


def test_no_list_is_ever_null(xero: Connected) -> None:
    for path in ("Invoices?page=1", "Payments?page=1", "CreditNotes", "Contacts", "BankTransactions"):
        text = xero.http.get(f"{API}/{path}").text
        assert "null" not in text, path


_TEXT = 'Type Status Total Date Contact.Name .Contains ( ) == AND OR NOT ! > "x" 1 null true DateTime Guid , . % "'
_WORDS = st.sampled_from(_TEXT.split())


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=12).map(" ".join))
def test_no_where_whatever_breaks_the_server(where: str) -> None:
    rows = [{"Type": "ACCREC", "Status": "PAID", "Total": Decimal(1), "Date": date(2026, 1, 1), "Name": ""}]
    fields = {name: itemgetter(name) for name in ("Type", "Status", "Total", "Date")}
    fields["Contact.Name"] = itemgetter("Name")
    try:
        test = compile_where(where, fields, "Invoice")
        assert all(test(row) is not NotImplemented for row in rows)
    except BadQuery as refusal:
        assert str(refusal)
