"""Transfers between our own accounts at the stand-in: written down, taken back, and the ledger ties."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.xero_spec import check, needs_specs, spec
from tests.support.xero_stand_in import API, Connected, connected

SCOPE = (
    "accounting.settings accounting.banktransactions accounting.reports.trialbalance.read "
    "accounting.reports.banksummary.read"
)


@pytest.fixture(scope="module")
def xero() -> Iterator[Connected]:
    with connected(scope=SCOPE) as connection:
        yield connection


def banks(xero: Connected, currency: str = "EUR") -> list[dict[str, Any]]:
    found = xero.get("Accounts", where='Type=="BANK"')["Accounts"]
    return [account for account in found if account["CurrencyCode"] == currency]


def transfer(xero: Connected, **more: Any) -> dict[str, Any]:
    first, second = banks(xero)[:2]
    usual = {
        "FromBankAccount": {"AccountID": first["AccountID"]},
        "ToBankAccount": {"Code": second["Code"]},
        "Amount": 250,
        "Date": "2026-11-20",
        "Reference": "float FA-1",
    }
    return {**usual, **more}


def held(xero: Connected) -> dict[str, Decimal]:
    rows = xero.get("Reports/BankSummary", fromDate="2026-11-01", toDate="2026-11-30")["Reports"][0]["Rows"][1]["Rows"]
    return {row["Cells"][0]["Value"]: Decimal(row["Cells"][4]["Value"]) for row in rows}


def test_money_leaves_one_account_and_comes_to_the_other_and_back(xero: Connected) -> None:
    first, second = banks(xero)[:2]
    before = held(xero)
    answer = xero.send("PUT", "BankTransfers", transfer(xero), key="t-1")
    assert answer.status_code == 200, answer.text
    made = answer.json()["BankTransfers"][0]
    assert (made["Status"], made["FromIsReconciled"], made["Reference"]) == ("AUTHORISED", False, "float FA-1")
    again = xero.send("PUT", "BankTransfers", transfer(xero), key="t-1")
    assert again.json()["BankTransfers"][0]["BankTransferID"] == made["BankTransferID"]
    after = held(xero)
    assert after[first["Name"]] - before[first["Name"]] == -250
    assert after[second["Name"]] - before[second["Name"]] == 250
    assert sum(after.values()) == sum(before.values())
    listed = xero.get("BankTransfers", order="Date DESC")["BankTransfers"]
    assert made["BankTransferID"] in {one["BankTransferID"] for one in listed}
    history = xero.get(f"BankTransfers/{made['BankTransferID']}/History")["HistoryRecords"]
    assert history[0]["Changes"] == "Created"
    gone = xero.send("POST", f"BankTransfers/{made['BankTransferID']}", {"Status": "DELETED"})
    assert gone.json()["BankTransfers"][0]["Status"] == "DELETED" and held(xero) == before
    assert xero.send("POST", f"BankTransfers/{made['BankTransferID']}", {"Status": "DELETED"}).status_code == 400


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"Amount": 0}, "greater than zero"),
        ({"Amount": "1.005"}, "2 decimal places"),
        ({"ToBankAccount": {"Code": "200"}}, "must be a bank account"),
        ({"FromBankAccount": {}}, "must be a bank account"),
        ({"Date": "2020-01-01"}, "lock"),
        ({"Date": "soon"}, "soon"),
    ],
)
def test_what_makes_no_transfer_is_refused(xero: Connected, change: dict[str, Any], about: str) -> None:
    answer = xero.send("PUT", "BankTransfers", transfer(xero, **change))
    assert answer.status_code == 400 and about in answer.text


def test_the_same_account_another_currency_and_a_reconciled_one(xero: Connected) -> None:
    first = banks(xero)[0]
    same = xero.send("PUT", "BankTransfers", transfer(xero, ToBankAccount={"Code": first["Code"]}))
    assert same.status_code == 400 and "must be different" in same.text
    if foreign := banks(xero, "GBP"):
        other = xero.send("PUT", "BankTransfers", transfer(xero, ToBankAccount={"Code": foreign[0]["Code"]}))
        assert other.status_code == 400 and "between currencies" in other.text
    old = xero.get("BankTransfers", order="Date ASC")["BankTransfers"][0]
    refused = xero.send("POST", f"BankTransfers/{old['BankTransferID']}", {"Status": "DELETED"})
    assert refused.status_code == 400 and "reconciled" in refused.text


def test_a_transfer_is_found_again_after_a_restart(tmp_path: Path) -> None:
    with connected(scope=SCOPE, state=tmp_path) as xero:
        made = xero.send("PUT", "BankTransfers", transfer(xero)).json()["BankTransfers"][0]
        before = held(xero)
    with connected(scope=SCOPE, state=tmp_path) as xero:
        assert xero.get(f"BankTransfers/{made['BankTransferID']}")["BankTransfers"][0]["Amount"] == 250
        assert held(xero) == before


@needs_specs
def test_they_have_the_vendors_shape(xero: Connected) -> None:
    files = spec("xero_accounting.yaml")
    made = xero.send("PUT", "BankTransfers", {"BankTransfers": [transfer(xero)]})
    check(files, made, path=f"{API}/BankTransfers")
    one = f"BankTransfers/{made.json()['BankTransfers'][0]['BankTransferID']}"
    for path in ("BankTransfers", one, f"{one}/History"):
        response = xero.http.get(f"{API}/{path}")
        assert response.status_code == 200
        check(files, response, path=f"{API}/{path}")
    check(files, xero.send("PUT", "BankTransfers", transfer(xero, Amount=0)), path=f"{API}/BankTransfers")
