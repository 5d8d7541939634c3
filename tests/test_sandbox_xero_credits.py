"""Credit notes that are made at the Xero stand-in: rules, moves, set-off, and a ledger that goes on tying."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.xero_stand_in import Connected, connected, messages
from tests.test_sandbox_xero_ledger import check_ties

NOT_CHANGEABLE = "Credit Note not of valid status for modification"
HAS_PAYMENTS = "This document cannot be edited as it has a payment or credit note allocated to it."
SALE = {"Description": "Goodwill", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200"}
COST = {"Description": "Returned", "Quantity": 2, "UnitAmount": 25, "AccountCode": "311"}


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def put(xero: Connected, key: str = "", **changes: Any) -> httpx.Response:
    whole = {"Type": "ACCRECCREDIT", "Contact": {"Name": "Hooli"}, "Date": "2026-11-20", "LineItems": [SALE]}
    body = {name: value for name, value in (whole | changes).items() if value is not None}
    return xero.send("PUT", "CreditNotes", {"CreditNotes": [body]}, key)


def made(xero: Connected, **changes: Any) -> dict[str, Any]:
    response = put(xero, **changes)
    assert response.status_code == 200, response.text
    note: dict[str, Any] = response.json()["CreditNotes"][0]
    return note


def owed(xero: Connected, side: str) -> Decimal:
    return Decimal(xero.provider.state()[side]["ledger"])


def test_sales_credit_is_numbered_and_booked_once_approved(xero: Connected) -> None:
    before = owed(xero, "receivables")
    numbers = {note["CreditNoteNumber"] for note in xero.get("CreditNotes")["CreditNotes"]}
    note = made(xero)
    assert (note["Status"], note["Total"], note["RemainingCredit"]) == ("DRAFT", 119, 119)
    assert note["CreditNoteNumber"].startswith("CN-") and note["CreditNoteNumber"] not in numbers
    assert owed(xero, "receivables") == before, "a draft is not booked"
    path = f"CreditNotes/{note['CreditNoteID']}"
    assert xero.send("POST", path, {"Status": "AUTHORISED"}).status_code == 200
    assert owed(xero, "receivables") == before - 119
    check_ties(xero)
    assert xero.send("POST", path, {"Status": "VOIDED"}).json()["CreditNotes"][0]["Status"] == "VOIDED"
    assert owed(xero, "receivables") == before
    check_ties(xero)
    operations = [effect["operation"] for effect in xero.provider.effects()]
    assert operations == ["create_credit_note", "update_credit_note", "void_credit_note"]
    history = xero.get(f"{path}/History")["HistoryRecords"]
    assert [record["Changes"] for record in history] == ["Voided", "Approved", "Created"]


def test_purchase_credit_needs_the_suppliers_number_once_it_counts(xero: Connected) -> None:
    before = owed(xero, "payables")
    wish: dict[str, Any] = {"Type": "ACCPAYCREDIT", "Contact": {"Name": "Rossi & Figli"}, "LineItems": [COST]}
    draft = made(xero, **wish)
    assert draft["CreditNoteNumber"] == "", "a supplier's number is never invented"
    needed = "Credit Note # is required for suppliers' credit notes that are submitted or approved"
    assert messages(put(xero, Status="AUTHORISED", **wish)) == [needed]
    path = f"CreditNotes/{draft['CreditNoteID']}"
    assert messages(xero.send("POST", path, {"Status": "AUTHORISED"})) == [needed]
    approved = xero.send("POST", path, {"Status": "AUTHORISED", "CreditNoteNumber": "NC 7"}).json()["CreditNotes"][0]
    assert owed(xero, "payables") == before - Decimal(str(approved["Total"]))
    assert made(xero, Status="AUTHORISED", CreditNoteNumber="NC 7", **wish), "two suppliers may use one number"
    check_ties(xero)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"Type": "ACCREC"}, "Credit Note Type must be ACCRECCREDIT or ACCPAYCREDIT"),
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"Status": "PAID"}, "Invalid status for a new credit note"),
        ({"Status": "SUBMITTED", "LineItems": None}, "One or more line items must be specified"),
        ({"CreditNoteID": "1"}, "CreditNoteID must not be sent"),
        ({"LineItems": [SALE | {"AccountCode": "610"}]}, "Account code '610' is not a valid code for this document."),
        (
            {"Date": "2026-07-31"},
            "The document date cannot be before the period lock date, currently set at 31 Jul 2026",
        ),
        ({"CurrencyRate": "much"}, "'much' is not a number"),
    ],
)
def test_a_wrong_credit_note_is_refused_and_nothing_is_made(
    xero: Connected, changes: dict[str, Any], wanted: str
) -> None:
    before = xero.provider.state()
    response = put(xero, **changes)
    assert response.status_code == 400
    assert wanted in messages(response)
    assert (xero.provider.state(), xero.provider.effects()) == (before, [])


def test_our_own_number_is_unique_and_post_finds_it(xero: Connected) -> None:
    note = made(xero, CreditNoteNumber="CN-0900")
    assert messages(put(xero, CreditNoteNumber="CN-0900")) == ["Credit Note # must be unique."]
    assert made(xero)["CreditNoteNumber"] == "CN-0901"
    body = {"Type": "ACCRECCREDIT", "CreditNoteNumber": "CN-0900", "Reference": "by number"}
    changed = xero.send("POST", "CreditNotes", {"CreditNotes": [body]}).json()["CreditNotes"][0]
    assert (changed["CreditNoteID"], changed["Reference"]) == (note["CreditNoteID"], "by number")
    unknown = {"CreditNoteID": "00000000-0000-0000-0000-000000000000"}
    assert messages(xero.send("POST", "CreditNotes", unknown)) == [
        "An existing Credit Note with the specified CreditNoteID could not be found"
    ]


@pytest.mark.parametrize(
    ("begun", "status", "allowed"),
    [
        ("DRAFT", "SUBMITTED", True),
        ("DRAFT", "DELETED", True),
        ("DRAFT", "VOIDED", False),
        ("SUBMITTED", "AUTHORISED", True),
        ("SUBMITTED", "DRAFT", True),
        ("AUTHORISED", "VOIDED", True),
        ("AUTHORISED", "DELETED", False),
        ("AUTHORISED", "DRAFT", False),
        ("AUTHORISED", "PAID", False),
    ],
)
def test_the_moves_of_a_credit_note(xero: Connected, begun: str, status: str, allowed: bool) -> None:
    path = f"CreditNotes/{made(xero, Status=begun)['CreditNoteID']}"
    response = xero.send("POST", path, {"Status": status})
    after = xero.get(path)["CreditNotes"][0]["Status"]
    if allowed:
        assert (response.status_code, after) == (200, status)
    else:
        assert (messages(response), after) == ([NOT_CHANGEABLE], begun)
    check_ties(xero)


def test_credit_that_was_used_is_not_voided_until_it_is_taken_back(xero: Connected) -> None:
    note = made(xero, Status="AUTHORISED")
    path = f"CreditNotes/{note['CreditNoteID']}"
    invoice = {"InvoiceID": xero.document("INV-0054")["InvoiceID"]}
    part = {"Allocations": [{"Invoice": invoice, "Amount": 19, "Date": "2026-11-22"}]}
    allocation = xero.send("PUT", f"{path}/Allocations", part).json()["Allocations"][0]["AllocationID"]
    check_ties(xero)
    assert messages(xero.send("POST", path, {"Status": "VOIDED"})) == [HAS_PAYMENTS]
    assert messages(xero.send("POST", path, {"LineItems": [SALE]})) == [HAS_PAYMENTS]
    assert xero.http.delete(f"/api.xro/2.0/{path}/Allocations/{allocation}").status_code == 200
    paid = {"CreditNote": {"CreditNoteID": note["CreditNoteID"]}, "Account": {"Code": "090"}, "Amount": 119}
    payment = xero.send("PUT", "Payments", {"Payments": [paid]})
    assert payment.status_code == 200, payment.text
    assert messages(xero.send("POST", path, {"Status": "VOIDED"})) == [NOT_CHANGEABLE], "it is PAID"
    check_ties(xero)
    gone = f"Payments/{payment.json()['Payments'][0]['PaymentID']}"
    assert xero.send("POST", gone, {"Status": "DELETED"}).status_code == 200
    assert xero.send("POST", path, {"Status": "VOIDED"}).status_code == 200
    check_ties(xero)


def test_an_approved_credit_note_is_changed_until_it_is_used(xero: Connected) -> None:
    note = made(xero, Status="AUTHORISED")
    before = owed(xero, "receivables")
    lines = [SALE | {"UnitAmount": 50}]
    changed = xero.send("POST", f"CreditNotes/{note['CreditNoteID']}", {"LineItems": lines}).json()["CreditNotes"][0]
    assert (changed["Total"], changed["RemainingCredit"]) == (59.5, 59.5)
    assert owed(xero, "receivables") == before + Decimal("59.5")
    for amounts in ("Inclusive", "NoTax"):
        for kind, line in (("ACCRECCREDIT", SALE), ("ACCPAYCREDIT", COST)):
            made(xero, Type=kind, LineAmountTypes=amounts, Status="AUTHORISED", CreditNoteNumber=f"{kind}{amounts}",
                 LineItems=[line | {"UnitAmount": 33.33}])  # fmt: skip
    check_ties(xero)


def test_a_credit_note_in_pounds_ties_too(xero: Connected) -> None:
    contact = {"Name": "Northwind Traders"}
    note = made(xero, Contact=contact, CurrencyCode="GBP", Status="AUTHORISED", LineItems=[SALE | {"TaxType": "NONE"}])
    assert 0.8 < note["CurrencyRate"] < 0.92
    check_ties(xero)


def test_a_credit_note_is_made_once_under_one_key_and_kept(tmp_path: Path) -> None:
    with connected(state=tmp_path) as xero:
        answers = [put(xero, "c-1", Status="AUTHORISED").json()["CreditNotes"] for _ in range(2)]
        assert answers[0] == answers[1]
        assert len(xero.provider.effects()) == 1
        before = xero.provider.state()
    with connected(state=tmp_path) as xero:
        assert xero.provider.state() == before
        assert xero.get(f"CreditNotes/{answers[0][0]['CreditNoteID']}")["CreditNotes"] == answers[0]
        check_ties(xero)
