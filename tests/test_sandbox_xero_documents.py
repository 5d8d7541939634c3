"""Invoices, bills, contacts and credit notes at the Xero stand-in: finding, making, changing, refusing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.xero_stand_in import API, Connected, connected, messages

NOT_CHANGEABLE = "Invoice not of valid status for modification"
HAS_PAYMENTS = "This document cannot be edited as it has a payment or credit note allocated to it."


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def bill(**changes: Any) -> dict[str, Any]:
    line = {"Description": "Hosting", "Quantity": 1, "UnitAmount": 100, "AccountCode": "313"}
    whole = {
        "Type": "ACCPAY",
        "Contact": {"Name": "Acme Ltd"},
        "InvoiceNumber": "A-1",
        "Date": "2026-11-20",
        "DueDate": "2026-12-20",
        "Status": "AUTHORISED",
        "LineItems": [line],
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def put(xero: Connected, **changes: Any) -> httpx.Response:
    return xero.send("PUT", "Invoices", {"Invoices": [bill(**changes)]})


def test_lines_tax_and_totals_are_reckoned_line_by_line(xero: Connected) -> None:
    lines = [
        {"Description": "a", "Quantity": 3, "UnitAmount": 0.35, "AccountCode": "453", "TaxType": "INPUT"},
        {"Description": "b", "Quantity": 1, "UnitAmount": 0.35, "AccountCode": "485", "TaxType": "TAX002"},
        {"Description": "c", "Quantity": 2, "UnitAmount": 10, "DiscountRate": 10, "AccountCode": "404"},
    ]
    made = put(xero, LineItems=lines).json()["Invoices"][0]
    assert [line["LineAmount"] for line in made["LineItems"]] == [1.05, 0.35, 18]
    assert [line["TaxAmount"] for line in made["LineItems"]] == [0.2, 0.02, 0]
    assert (made["SubTotal"], made["TotalTax"], made["Total"], made["AmountDue"]) == (19.4, 0.22, 19.62, 19.62)
    inclusive = put(xero, LineItems=lines[:1], LineAmountTypes="Inclusive").json()["Invoices"][0]
    assert (inclusive["SubTotal"], inclusive["TotalTax"], inclusive["Total"]) == (0.88, 0.17, 1.05)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"Type": "RECEIVE"}, "Invoice Type must be ACCREC or ACCPAY"),
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"Contact": {"ContactID": "1" * 8}}, "The contact with ContactID 11111111 could not be found"),
        ({"LineItems": None}, "One or more line items must be specified"),
        ({"DueDate": None}, "Due Date cannot be empty"),
        ({"Status": "PAID"}, "Invalid status for a new invoice"),
        ({"CurrencyCode": "USD"}, "Organisation is not subscribed to currency USD"),
        (
            {"Date": "2026-07-31"},
            "The document date cannot be before the period lock date, currently set at 31 Jul 2026",
        ),
        ({"Type": "ACCREC", "InvoiceNumber": "INV-0042"}, "Invoice # must be unique."),
        (
            {"LineItems": [{"Description": "x", "UnitAmount": 1, "AccountCode": "090"}]},
            "Account code '090' is not a valid code for this document.",
        ),
        (
            {"LineItems": [{"Description": "x", "UnitAmount": 1, "AccountCode": "313", "TaxType": "GST"}]},
            "The TaxType code 'GST' does not exist or cannot be used for this type of transaction.",
        ),
        (
            {"LineItems": [{"Quantity": 2, "UnitAmount": 5, "LineAmount": 11, "AccountCode": "313"}]},
            "The line total 11 does not match the expected line total 10.00",
        ),
        ({"Date": "soon"}, "Invalid isoformat string: 'soon'"),
    ],
)
def test_a_wrong_invoice_is_refused_and_nothing_is_made(xero: Connected, changes: dict[str, Any], wanted: str) -> None:
    before = xero.get("Invoices", page="1")["pagination"]["itemCount"]
    response = put(xero, **changes)
    assert response.status_code == 400
    assert wanted in messages(response)
    assert xero.get("Invoices", page="1")["pagination"]["itemCount"] == before
    assert xero.provider.effects() == []


def test_two_suppliers_may_use_the_same_number(xero: Connected) -> None:
    assert put(xero, InvoiceNumber="R-4711").status_code == 200
    assert len(xero.get("Invoices", InvoiceNumbers="R-4711", page="1")["Invoices"]) == 3


def test_a_new_name_makes_a_new_contact(xero: Connected) -> None:
    made = put(xero, Contact={"Name": "Vega Print"}).json()["Invoices"][0]
    assert xero.get(f"Contacts/{made['Contact']['ContactID']}")["Contacts"][0]["Name"] == "Vega Print"
    assert [effect["operation"] for effect in xero.provider.effects()] == ["create_contact", "create_invoice"]


@pytest.mark.parametrize(
    ("number", "status", "refusal"),
    [
        ("INV-0055", "SUBMITTED", None),
        ("INV-0055", "AUTHORISED", None),
        ("INV-0055", "DELETED", None),
        ("INV-0055", "VOIDED", NOT_CHANGEABLE),
        ("INV-0055", "PAID", NOT_CHANGEABLE),
        ("INV-0056", "DRAFT", None),
        ("INV-0056", "DELETED", None),
        ("INV-0042", "VOIDED", None),
        ("INV-0042", "DELETED", NOT_CHANGEABLE),
        ("INV-0042", "DRAFT", NOT_CHANGEABLE),
        ("INV-0047", "VOIDED", HAS_PAYMENTS),
        ("INV-0058", "VOIDED", NOT_CHANGEABLE),
        ("INV-0057", "AUTHORISED", NOT_CHANGEABLE),
        ("INV-0042", "NONSENSE", NOT_CHANGEABLE),
    ],
)
def test_the_state_machine(xero: Connected, number: str, status: str, refusal: str | None) -> None:
    before = xero.document(number)
    response = xero.send("POST", f"Invoices/{before['InvoiceID']}", {"Status": status})
    after = xero.get(f"Invoices/{before['InvoiceID']}")["Invoices"][0]
    assert after.pop("Attachments") == []  # given with one document alone
    if refusal is None:
        assert response.status_code == 200, response.text
        assert after["Status"] == status
        assert after["AmountDue"] == (0 if status in ("VOIDED", "DELETED") else before["AmountDue"])
    else:
        assert (response.status_code, messages(response)) == (400, [refusal])
        assert after == before


def test_an_approved_bill_is_changed_until_something_is_paid(xero: Connected) -> None:
    lines = [{"Description": "More", "Quantity": 1, "UnitAmount": 1300, "AccountCode": "313"}]
    path = f"Invoices/{xero.document('BILL-201')['InvoiceID']}"
    assert xero.send("POST", path, {"LineItems": lines, "Reference": "new"}).status_code == 200
    assert xero.document("BILL-201")["AmountDue"] == 1547, "the account's own tax of 19 % is added"
    assert xero.pay("BILL-201", 500).status_code == 200
    assert messages(xero.send("POST", path, {"LineItems": lines})) == [HAS_PAYMENTS]
    assert xero.send("POST", path, {"Reference": "newer", "DueDate": "2026-12-31"}).status_code == 200
    assert xero.document("BILL-201")["Reference"] == "newer"


def test_post_changes_by_sales_number_and_by_id(xero: Connected) -> None:
    body = {"Invoices": [{"Type": "ACCREC", "InvoiceNumber": "INV-0055", "Reference": "by number"}]}
    assert xero.send("POST", "Invoices", body).status_code == 200
    assert xero.document("INV-0055")["Reference"] == "by number"
    invoice = xero.document("INV-0055")["InvoiceID"]
    assert xero.send("POST", "Invoices", {"InvoiceID": invoice, "Reference": "by id"}).status_code == 200
    assert xero.document("INV-0055")["Reference"] == "by id"
    unknown = xero.send("POST", "Invoices", {"InvoiceID": "00000000-0000-0000-0000-000000000000"})
    assert messages(unknown) == ["Invoice could not be found"]


def test_each_invoice_has_its_own_outcome_without_summarised_errors(xero: Connected) -> None:
    body = {"Invoices": [bill(), bill(DueDate=None)]}
    answer = xero.send("PUT", "Invoices", body, summarizeErrors="false").json()["Invoices"]
    assert [invoice["StatusAttributeString"] for invoice in answer] == ["OK", "ERROR"]
    assert answer[1]["ValidationErrors"] == [{"Message": "Due Date cannot be empty"}]


def test_an_unknown_invoice_is_not_found_in_plain_text(xero: Connected) -> None:
    response = xero.http.get(f"{API}/Invoices/INV-9999")
    assert (response.status_code, response.text) == (404, "The resource you're looking for cannot be found")
    assert response.headers["content-type"].startswith("text/plain")


def test_contacts_are_searched_and_their_debts_shown(xero: Connected) -> None:
    found = xero.get("Contacts", searchTerm="bergmann")["Contacts"]
    assert {contact["Name"] for contact in found} == {"Bergmann Druck", "Bergmann Druckerei GmbH"}
    globex = xero.get("Contacts", where='Name=="Globex Corporation"')["Contacts"][0]
    owed = globex["Balances"]["AccountsReceivable"]
    assert owed["Outstanding"] >= owed["Overdue"] >= 3200
    acme = xero.get("Contacts", where='Name=="Acme Ltd"')["Contacts"][0]
    assert acme["BankAccountDetails"].startswith("IE")


def test_contacts_names_are_unique_when_made_or_renamed(xero: Connected) -> None:
    taken = "is already assigned to another contact. The contact name must be unique across all active contacts."
    assert messages(xero.send("PUT", "Contacts", {"Name": "hooli"})) == [f"The contact name hooli {taken}"]
    made = xero.send("PUT", "Contacts", {"Name": "Vega Print", "BankAccountDetails": "DE02120300000000202051"})
    contact = made.json()["Contacts"][0]["ContactID"]
    renamed = xero.send("POST", f"Contacts/{contact}", {"Name": "Hooli"})
    assert messages(renamed) == [f"The contact name Hooli {taken}"]
    archived = xero.send("POST", f"Contacts/{contact}", {"ContactStatus": "ARCHIVED"})
    assert archived.status_code == 200
    assert not xero.get("Contacts", searchTerm="vega")["Contacts"]
    assert xero.get("Contacts", searchTerm="vega", includeArchived="true")["Contacts"]
    assert messages(xero.send("PUT", "Contacts", {"EmailAddress": "a@b.example"})) == [
        "The contact name must be specified"
    ]


def _open_credit(xero: Connected) -> tuple[dict[str, Any], dict[str, Any]]:
    note = xero.get("CreditNotes", where='Status=="AUTHORISED" AND Type=="ACCRECCREDIT"')["CreditNotes"][0]
    contact = note["Contact"]["ContactID"]
    lines = [{"Description": "x", "Quantity": 1, "UnitAmount": note["RemainingCredit"], "AccountCode": "205"}]
    body = bill(
        Type="ACCREC", InvoiceNumber=None, Contact={"ContactID": contact}, LineItems=lines, LineAmountTypes="NoTax"
    )
    body["CurrencyCode"] = note["CurrencyCode"]
    return note, xero.send("PUT", "Invoices", body).json()["Invoices"][0]


def test_credit_is_set_off_and_taken_back(xero: Connected) -> None:
    note, invoice = _open_credit(xero)
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    whole = {"Amount": note["RemainingCredit"], "Invoice": {"InvoiceID": invoice["InvoiceID"]}, "Date": "2026-11-22"}
    made = xero.send("PUT", path, {"Allocations": [whole]})
    assert made.status_code == 200, made.text
    after = xero.get(f"Invoices/{invoice['InvoiceID']}")["Invoices"][0]
    assert (after["Status"], after["AmountDue"], after["AmountCredited"]) == ("PAID", 0, note["RemainingCredit"])
    assert xero.get(f"CreditNotes/{note['CreditNoteID']}")["CreditNotes"][0]["Status"] == "PAID"
    allocation = made.json()["Allocations"][0]["AllocationID"]
    undone = xero.http.delete(f"{API}/{path}/{allocation}")
    assert undone.status_code == 200
    assert xero.get(f"Invoices/{invoice['InvoiceID']}")["Invoices"][0]["AmountDue"] == note["RemainingCredit"]
    assert xero.http.delete(f"{API}/{path}/{allocation}").status_code == 404


def test_credit_is_not_given_twice_nor_to_a_stranger(xero: Connected) -> None:
    note, invoice = _open_credit(xero)
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    half = {"Amount": note["RemainingCredit"], "Invoice": {"InvoiceID": invoice["InvoiceID"]}}
    twice = xero.send("PUT", path, {"Allocations": [half, half]})
    assert twice.status_code == 400
    lines = [{"Description": "x", "Quantity": 1, "UnitAmount": invoice["Total"] + 50, "AccountCode": "205"}]
    bigger = {"LineItems": lines, "LineAmountTypes": "NoTax"}
    assert xero.send("POST", f"Invoices/{invoice['InvoiceID']}", bigger).status_code == 200
    more = messages(xero.send("PUT", path, {"Allocations": [half | {"Amount": note["RemainingCredit"] + 1}]}))
    assert more == ["The amount allocated exceeds the remaining credit of this credit note"]
    stranger = {"Amount": 1, "Invoice": {"InvoiceNumber": "BILL-201"}}
    refused = messages(xero.send("PUT", path, {"Allocations": [stranger]}))
    assert refused == ["The credit note and the invoice must be of the same contact, kind and currency"]
    assert (
        xero.get(f"CreditNotes/{note['CreditNoteID']}")["CreditNotes"][0]["RemainingCredit"] == note["RemainingCredit"]
    )


def test_history_tells_what_was_done_and_keeps_notes(xero: Connected) -> None:
    bill_id = xero.document("BILL-201")["InvoiceID"]
    assert xero.pay("BILL-201", 250).status_code == 200
    note = {"HistoryRecords": [{"Details": "Asked for a copy"}]}
    assert xero.send("PUT", f"Invoices/{bill_id}/History", note).status_code == 200
    records = xero.get(f"Invoices/{bill_id}/History")["HistoryRecords"]
    assert [record["Changes"] for record in records] == ["Note", "Paid", "Created"]
    assert "There is 1000.00 outstanding" in records[1]["Details"]
    assert xero.send("PUT", f"Invoices/{bill_id}/History", {"HistoryRecords": [{}]}).status_code == 400


def test_the_locked_period_holds_for_every_kind_of_write(xero: Connected) -> None:
    locked = "The document date cannot be before the period lock date, currently set at 31 Jul 2026"
    where = "Date<=DateTime(2026,7,31)"
    payment = xero.get("Payments", where=where)["Payments"][0]["PaymentID"]
    assert messages(xero.send("POST", f"Payments/{payment}", {"Status": "DELETED"})) == [locked]
    old = xero.get("Invoices", where=f'{where} AND Status=="AUTHORISED" AND AmountPaid==0 AND AmountCredited==0')
    invoice = old["Invoices"][0]["InvoiceID"]
    assert messages(xero.send("POST", f"Invoices/{invoice}", {"Status": "VOIDED"})) == [locked]
    note, target = _open_credit(xero)
    effects = len(xero.provider.effects())
    credit = {"Amount": 1, "Invoice": {"InvoiceID": target["InvoiceID"]}, "Date": "2026-07-31"}
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    assert messages(xero.send("PUT", path, {"Allocations": [credit]})) == [locked]
    used = xero.get("CreditNotes", where=f'{where} AND Status=="PAID"')["CreditNotes"][0]
    old_path = f"CreditNotes/{used['CreditNoteID']}/Allocations/{used['Allocations'][0]['AllocationID']}"
    assert messages(xero.http.delete(f"{API}/{old_path}")) == [locked]
    assert len(xero.provider.effects()) == effects
