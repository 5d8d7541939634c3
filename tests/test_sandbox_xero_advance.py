"""Prepayments and overpayments at the Xero stand-in: making them, setting them off, and the ledger under them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.xero_stand_in import API, Connected, connected, messages
from tests.test_sandbox_xero_bank import balances, moved

UNKNOWN = "00000000-0000-0000-0000-000000000000"
TAXED = {"Description": "Deposit", "LineAmount": 100, "AccountCode": "200"}
BARE = {"Description": "Too much", "LineAmount": 100}


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def advance(xero: Connected, kind: str, number: str, **changes: Any) -> dict[str, Any]:
    """A bank transaction that makes an advance with the contact of that document; the advance."""
    body = {
        "Type": kind,
        "Contact": {"ContactID": xero.document(number)["Contact"]["ContactID"]},
        "BankAccount": {"Code": "090"},
        "Date": "2026-11-20",
        "LineItems": [BARE if kind.endswith("OVERPAYMENT") else TAXED],
    }
    response = xero.send("PUT", "BankTransactions", {"BankTransactions": [body | changes]})
    assert response.status_code == 200, response.text
    booking = response.json()["BankTransactions"][0]
    noun = "Overpayment" if kind.endswith("OVERPAYMENT") else "Prepayment"
    found: dict[str, Any] = xero.get(f"{noun}s/{booking[f'{noun}ID']}")[f"{noun}s"][0]
    return found | {"BankTransactionID": booking["BankTransactionID"]}


def set_off(xero: Connected, path: str, number: str, amount: Any, **more: Any) -> httpx.Response:
    body = {"Invoice": {"InvoiceID": xero.document(number)["InvoiceID"]}, "Amount": amount, "Date": "2026-11-21"}
    return xero.send("PUT", f"{path}/Allocations", {"Allocations": [body | more]})


def test_a_prepayment_waits_on_its_own_account(xero: Connected) -> None:
    before, due = balances(xero), xero.document("INV-0050")["AmountDue"]
    made = advance(xero, "RECEIVE-PREPAYMENT", "INV-0050", LineItems=[TAXED | {"TaxType": "OUTPUT"}])
    assert (made["Type"], made["Status"], made["RemainingCredit"]) == ("RECEIVE-PREPAYMENT", "AUTHORISED", 119)
    assert moved(xero, before) == {"090": Decimal(119), "200": Decimal(-100), "820": Decimal(-19)}
    path = f"Prepayments/{made['PrepaymentID']}"
    part = set_off(xero, path, "INV-0050", 50.01).json()["Allocations"][0]
    invoice = xero.document("INV-0050")
    assert (invoice["AmountCredited"], round(due - invoice["AmountDue"], 2)) == (50.01, 50.01)
    assert [(one["PrepaymentID"], one["AppliedAmount"]) for one in invoice["Prepayments"]] == [
        (made["PrepaymentID"], 50.01)
    ]
    assert moved(xero, before)["610"] == Decimal("-50.01")
    assert set_off(xero, path, "INV-0050", 68.99).status_code == 200
    assert moved(xero, before) == {"090": Decimal(119), "610": Decimal(-119)}
    whole = xero.get(path)["Prepayments"][0]
    assert (whole["Status"], whole["RemainingCredit"], len(whole["Allocations"])) == ("PAID", 0, 2)
    gone = xero.http.delete(f"{API}/{path}/Allocations/{part['AllocationID']}")
    assert (gone.status_code, gone.json()["IsDeleted"]) == (200, True)
    assert xero.get(path)["Prepayments"][0]["RemainingCredit"] == 50.01
    assert moved(xero, before)["610"] == Decimal("-68.99")
    changes = [record["Changes"] for record in xero.get(f"{path}/History")["HistoryRecords"]]
    assert changes == ["Allocation removed", "Allocated", "Allocated", "Created"]
    operations = [effect["operation"] for effect in xero.provider.effects()]
    assert operations == ["create_bank_transaction", "create_allocation", "create_allocation", "delete_allocation"]


def test_an_overpayment_stands_against_what_is_owed(xero: Connected) -> None:
    before, open_before = balances(xero), xero.provider.state()["payables"]["open"]["EUR"]
    made = advance(xero, "SPEND-OVERPAYMENT", "BILL-201")
    assert moved(xero, before) == {"090": Decimal(-100), "800": Decimal(100)}
    assert Decimal(open_before) - Decimal(xero.provider.state()["payables"]["open"]["EUR"]) == 100
    path = f"Overpayments/{made['OverpaymentID']}"
    assert set_off(xero, path, "BILL-201", 100).status_code == 200
    bill = xero.document("BILL-201")
    assert (bill["AmountDue"], bill["Overpayments"][0]["OverpaymentID"]) == (1150, made["OverpaymentID"])
    assert moved(xero, before) == {"090": Decimal(-100), "800": Decimal(100)}
    assert xero.get("Overpayments", where='Status=="PAID"')["Overpayments"][0]["OverpaymentID"] == made["OverpaymentID"]
    assert xero.pay("BILL-201", 1150).status_code == 200
    assert xero.document("BILL-201")["Status"] == "PAID"
    void = xero.send("POST", f"Invoices/{bill['InvoiceID']}", {"Status": "VOIDED"})
    assert void.status_code == 400


def test_an_overpayment_is_seen_on_the_contact_and_on_its_aged_report(xero: Connected) -> None:
    contact = xero.document("INV-0050")["Contact"]["ContactID"]

    def owed() -> tuple[Decimal, Decimal]:
        balances = xero.get(f"Contacts/{contact}")["Contacts"][0]["Balances"]["AccountsReceivable"]
        aged = xero.get("Reports/AgedReceivablesByContact", contactId=contact)["Reports"][0]["Rows"][1]["Rows"][-1]
        return Decimal(str(balances["Outstanding"])), Decimal(aged["Cells"][-1]["Value"])

    before = owed()
    made = advance(xero, "RECEIVE-OVERPAYMENT", "INV-0050")
    assert [was - now for was, now in zip(before, owed(), strict=True)] == [100, 100]
    assert set_off(xero, f"Overpayments/{made['OverpaymentID']}", "INV-0050", 40).status_code == 200
    assert [was - now for was, now in zip(before, owed(), strict=True)] == [100, 100], "setting off moves nothing"


def test_pounds_paid_ahead_leave_a_gain_at_the_other_rate(xero: Connected) -> None:
    before, rate = balances(xero), Decimal(str(xero.document("INV-0053")["CurrencyRate"]))
    made = advance(xero, "RECEIVE-OVERPAYMENT", "INV-0053", BankAccount={"Code": "092"}, CurrencyRate=0.8)
    assert set_off(xero, f"Overpayments/{made['OverpaymentID']}", "INV-0053", 100).status_code == 200
    value = (100 / rate).quantize(Decimal("0.01"))
    assert moved(xero, before) == {"092": Decimal(125), "610": -value, "499": value - 125}


@pytest.mark.parametrize(
    ("kind", "number", "amount", "more", "wanted"),
    [
        ("RECEIVE-OVERPAYMENT", "INV-0050", 100.01, {}, "The amount allocated exceeds the remaining credit of this"),
        ("RECEIVE-OVERPAYMENT", "INV-0050", 0, {}, "The amount to allocate must be greater than zero"),
        ("RECEIVE-OVERPAYMENT", "INV-0051", 1, {}, "The overpayment and the invoice must be of the same contact"),
        ("RECEIVE-OVERPAYMENT", "INV-0050", 1, {"Date": "2026-06-30"}, "The document date cannot be before"),
        ("RECEIVE-PREPAYMENT", "INV-0050", 1, {"Invoice": {"InvoiceID": UNKNOWN}}, "Invoice could not be found"),
        ("SPEND-PREPAYMENT", "INV-0050", 1, {}, "The prepayment and the invoice must be of the same contact"),
    ],
)
def test_a_wrong_set_off_is_refused(
    xero: Connected, kind: str, number: str, amount: Any, more: dict[str, Any], wanted: str
) -> None:
    made = advance(xero, kind, "INV-0050")
    noun = "Overpayment" if "OverpaymentID" in made else "Prepayment"
    before = xero.provider.state()
    response = set_off(xero, f"{noun}s/{made[f'{noun}ID']}", number, amount, **more)
    assert response.status_code == 400
    assert messages(response)[0].startswith(wanted), messages(response)
    assert xero.provider.state() == before


@pytest.mark.parametrize(
    "line", [BARE | {"AccountCode": "200"}, BARE | {"TaxType": "OUTPUT"}, BARE | {"AccountCode": "800"}]
)
def test_an_overpayment_is_of_the_control_account_and_untaxed(xero: Connected, line: dict[str, Any]) -> None:
    body = {
        "Type": "RECEIVE-OVERPAYMENT",
        "Contact": {"Name": "Acme Ltd"},
        "BankAccount": {"Code": "090"},
        "LineItems": [line],
    }
    assert xero.send("PUT", "BankTransactions", {"BankTransactions": [body]}).status_code == 400
    assert xero.provider.effects() == []


def test_an_advance_is_voided_with_its_bank_transaction_unless_it_is_set_off(xero: Connected) -> None:
    before = balances(xero)
    made = advance(xero, "RECEIVE-OVERPAYMENT", "INV-0050")
    path, source = f"Overpayments/{made['OverpaymentID']}", f"BankTransactions/{made['BankTransactionID']}"
    part = set_off(xero, path, "INV-0050", 10).json()["Allocations"][0]["AllocationID"]
    assert messages(xero.send("POST", source, {"Status": "DELETED"})) == [
        "This bank transaction cannot be edited as part of it is allocated"
    ]
    assert xero.http.delete(f"{API}/{path}/Allocations/{UNKNOWN}").status_code == 404
    assert xero.http.delete(f"{API}/{path}/Allocations/{part}").status_code == 200
    assert xero.send("POST", source, {"Status": "DELETED"}).status_code == 200
    gone = xero.get(path)["Overpayments"][0]
    assert (gone["Status"], gone["RemainingCredit"]) == ("VOIDED", 0)
    assert moved(xero, before) == {}
    refused = set_off(xero, path, "INV-0050", 10)
    assert "Credit can only be allocated between Authorised documents" in messages(refused)
    for wrong in (f"Prepayments/{made['OverpaymentID']}", f"Overpayments/{UNKNOWN}"):
        assert xero.http.get(f"{API}/{wrong}").status_code == 404


def test_they_are_found_again_after_a_restart(tmp_path: Path) -> None:
    with connected(state=tmp_path) as xero:
        made = advance(xero, "RECEIVE-PREPAYMENT", "INV-0050", Reference="deposit")
        path = f"Prepayments/{made['PrepaymentID']}"
        parts = [set_off(xero, path, "INV-0050", amount).json()["Allocations"][0] for amount in (10, 20.5)]
        assert xero.http.delete(f"{API}/{path}/Allocations/{parts[0]['AllocationID']}").status_code == 200
        before = xero.provider.state(), xero.get(path)["Prepayments"]
    with connected(state=tmp_path) as xero:
        assert (xero.provider.state(), xero.get(path)["Prepayments"]) == before
        assert xero.get("Prepayments", page="1")["pagination"]["itemCount"] == 1
        assert xero.get("Overpayments", References="deposit")["Overpayments"] == []
