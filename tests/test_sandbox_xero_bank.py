"""Bank transactions and transfers at the Xero stand-in: making, changing, deleting, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.xero_stand_in import API, Connected, connected, messages

LINE = {"Description": "Stamps", "Quantity": 2, "UnitAmount": 50, "AccountCode": "453"}
UNKNOWN = "00000000-0000-0000-0000-000000000000"
RECONCILED = (
    "This bank transaction is reconciled: its account, date and amounts cannot be changed, nor can it be deleted"
)


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def spend(**changes: Any) -> dict[str, Any]:
    whole = {
        "Type": "SPEND",
        "Contact": {"Name": "Acme Ltd"},
        "BankAccount": {"Code": "090"},
        "Date": "2026-11-20",
        "LineItems": [LINE],
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def put(xero: Connected, **changes: Any) -> httpx.Response:
    return xero.send("PUT", "BankTransactions", {"BankTransactions": [spend(**changes)]})


def made(xero: Connected, **changes: Any) -> dict[str, Any]:
    response = put(xero, **changes)
    assert response.status_code == 200, response.text
    booking: dict[str, Any] = response.json()["BankTransactions"][0]
    return booking


def move(xero: Connected, **changes: Any) -> httpx.Response:
    whole = {"FromBankAccount": {"Code": "090"}, "ToBankAccount": {"Code": "091"}, "Amount": 250, "Date": "2026-11-20"}
    body = {name: value for name, value in (whole | changes).items() if value is not None}
    return xero.send("PUT", "BankTransfers", {"BankTransfers": [body]})


def balances(xero: Connected) -> dict[str, Decimal]:
    state = xero.provider.state()
    assert state["trial_balance"]["sum"] == "0.00"
    return {code: Decimal(amount) for code, amount in state["trial_balance"]["accounts"].items()}


def moved(xero: Connected, before: dict[str, Decimal]) -> dict[str, Decimal]:
    after = balances(xero)
    changes = {code: after.get(code, Decimal(0)) - before.get(code, Decimal(0)) for code in after.keys() | before}
    return {code: change for code, change in changes.items() if change}


@pytest.mark.parametrize(
    ("amounts", "net", "tax", "total"),
    [("Exclusive", 100, 19, 119), ("Inclusive", "84.03", "15.97", 100), ("NoTax", 100, 0, 100)],
)
def test_money_spent_is_posted_with_its_tax(xero: Connected, amounts: str, net: Any, tax: Any, total: Any) -> None:
    before = balances(xero)
    booking = made(xero, LineAmountTypes=amounts, Reference="till")
    assert (booking["Type"], booking["Status"], booking["IsReconciled"]) == ("SPEND", "AUTHORISED", False)
    assert [Decimal(str(booking[name])) for name in ("SubTotal", "TotalTax", "Total")] == [
        *map(Decimal, (net, tax, total))
    ]
    wanted = {"453": Decimal(net), "820": Decimal(tax), "090": -Decimal(total)}
    assert moved(xero, before) == {code: amount for code, amount in wanted.items() if amount}
    assert xero.get(f"BankTransactions/{booking['BankTransactionID']}")["BankTransactions"] == [booking]
    assert booking in xero.get("BankTransactions", where='Reference=="till"')["BankTransactions"]


def test_money_received_in_pounds_is_worth_its_rate(xero: Connected) -> None:
    before = balances(xero)
    line = LINE | {"AccountCode": "260", "TaxType": "NONE"}
    booking = made(xero, Type="RECEIVE", BankAccount={"Code": "092"}, LineItems=[line], CurrencyRate=0.8)
    assert (booking["CurrencyCode"], booking["Total"], booking["CurrencyRate"]) == ("GBP", 100, 0.8)
    assert moved(xero, before) == {"092": Decimal(125), "260": Decimal(-125)}


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"Type": None}, "The Type of a bank transaction must be one of"),
        ({"Type": "SPEND-TRANSFER"}, "The Type of a bank transaction must be one of"),
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"BankAccount": None}, "The BankAccount must be an active account of type BANK"),
        ({"BankAccount": {"Code": "453"}}, "The BankAccount must be an active account of type BANK"),
        ({"BankAccount": {"AccountID": UNKNOWN}}, "The BankAccount must be an active account of type BANK"),
        ({"CurrencyCode": "GBP"}, "The currency of the transaction must be that of the bank account, EUR"),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"LineItems": [LINE | {"UnitAmount": -1}]}, "The document total cannot be negative"),
        ({"LineItems": [LINE | {"UnitAmount": 0}]}, "The total of a bank transaction must be greater than zero"),
        ({"LineItems": [LINE | {"AccountCode": "090"}]}, "Account code '090' is not a valid code for this document."),
        ({"LineItems": [LINE | {"AccountCode": None}]}, "Account code must be specified"),
        ({"LineItems": [LINE | {"TaxType": "X"}]}, "The TaxType code 'X' does not exist"),
        ({"Date": "2026-06-30"}, "The document date cannot be before the period lock date"),
        ({"Date": "soon"}, "Invalid isoformat string: 'soon'"),
        ({"Status": "DELETED"}, "Invalid status for a new bank transaction"),
        ({"BankTransactionID": UNKNOWN}, "BankTransactionID must not be sent"),
    ],
)
def test_a_wrong_bank_transaction_is_refused_and_nothing_is_made(
    xero: Connected, changes: dict[str, Any], wanted: str
) -> None:
    before = xero.provider.state()
    response = put(xero, **changes)
    assert response.status_code == 400, response.text
    assert any(message.startswith(wanted) for message in messages(response)), messages(response)
    assert (xero.provider.state(), xero.provider.effects()) == (before, [])


def test_an_archived_contact_is_refused(xero: Connected) -> None:
    contact = xero.get("Contacts", where='Name=="Acme Ltd"')["Contacts"][0]["ContactID"]
    assert xero.send("POST", f"Contacts/{contact}", {"ContactStatus": "ARCHIVED"}).status_code == 200
    for named in ({"ContactID": contact}, {"Name": "Acme Ltd"}):
        assert messages(put(xero, Contact=named)) == ["The contact is archived and cannot be used"]


def test_a_bank_transaction_is_changed_and_deleted(xero: Connected) -> None:
    before = balances(xero)
    path = f"BankTransactions/{made(xero)['BankTransactionID']}"
    body = {"Reference": "new", "LineItems": [LINE | {"UnitAmount": 20}]}
    changed = xero.send("POST", path, body).json()["BankTransactions"][0]
    assert (changed["Reference"], changed["Total"], changed["DateString"]) == ("new", 47.6, "2026-11-20T00:00:00")
    assert moved(xero, before)["090"] == Decimal("-47.60")
    assert messages(xero.send("POST", path, {"Type": "RECEIVE"})) == [
        "The Type of a bank transaction cannot be changed"
    ]
    named = {"BankTransactionID": changed["BankTransactionID"], "Status": "DELETED"}
    gone = xero.send("POST", "BankTransactions", {"BankTransactions": [named]}).json()["BankTransactions"][0]
    assert gone["Status"] == "DELETED"
    assert moved(xero, before) == {}
    again = xero.send("POST", path, {"Status": "DELETED"})
    assert messages(again) == ["Bank transaction not of valid status for modification"]
    history = xero.get(f"{path}/History")["HistoryRecords"]
    assert [record["Changes"] for record in history] == ["Deleted", "Edited", "Created"]
    assert [effect["operation"] for effect in xero.provider.effects()] == [
        "create_bank_transaction", "update_bank_transaction", "delete_bank_transaction",
    ]  # fmt: skip
    assert xero.http.get(f"{API}/BankTransactions/{UNKNOWN}").status_code == 404


def test_what_is_reconciled_stays(xero: Connected) -> None:
    path = f"BankTransactions/{made(xero, IsReconciled=True)['BankTransactionID']}"
    for body in ({"Status": "DELETED"}, {"Date": "2026-11-21"}, {"LineItems": [LINE | {"UnitAmount": 1}]}):
        assert messages(xero.send("POST", path, body)) == [RECONCILED]
    recoded = xero.send("POST", path, {"LineItems": [LINE | {"AccountCode": "455"}], "Reference": "software"})
    assert recoded.json()["BankTransactions"][0]["LineItems"][0]["AccountCode"] == "455"
    known = xero.get("BankTransactions", where="IsReconciled==true", page="1")["BankTransactions"][0]
    response = xero.send("POST", f"BankTransactions/{known['BankTransactionID']}", {"Status": "DELETED"})
    assert response.status_code == 400, "the company's own are reconciled or before the lock date"


def test_several_are_made_together_or_not_at_all(xero: Connected) -> None:
    wrong = {"BankTransactions": [spend(), spend(Contact=None)]}
    count = len(xero.get("BankTransactions")["BankTransactions"])
    assert xero.send("PUT", "BankTransactions", wrong).status_code == 400
    assert len(xero.get("BankTransactions")["BankTransactions"]) == count
    answer = xero.send("PUT", "BankTransactions", wrong, summarizeErrors="false").json()["BankTransactions"]
    assert [row["StatusAttributeString"] for row in answer] == ["OK", "ERROR"]
    twice = [{"BankTransactionID": answer[0]["BankTransactionID"], "Reference": text} for text in "ab"]
    response = xero.send("POST", "BankTransactions", {"BankTransactions": twice})
    assert messages(response) == ["The bank transaction is named twice in this request"]
    unknown = xero.send("POST", "BankTransactions", {"BankTransactions": [{"BankTransactionID": UNKNOWN}]})
    assert messages(unknown) == ["Bank transaction could not be found"]


@pytest.mark.parametrize("noun", ["BankTransactions", "BankTransfers"])
def test_made_once_under_one_key(xero: Connected, noun: str) -> None:
    transfer = {"FromBankAccount": {"Code": "090"}, "ToBankAccount": {"Code": "091"}, "Amount": 250}
    body = {noun: [spend() if noun == "BankTransactions" else transfer]}
    answers = [xero.send("PUT", noun, body, key="k-1").json()[noun] for _ in range(2)]
    assert answers[0] == answers[1]
    assert [effect["idempotency_key"] for effect in xero.provider.effects()] == ["k-1"]


def test_money_is_moved_between_our_own_accounts(xero: Connected) -> None:
    before, ids = balances(xero), {row["Code"]: row["AccountID"] for row in xero.get("Accounts")["Accounts"]}
    answer = move(xero, FromBankAccount={"AccountID": ids["090"]}, Reference="Rücklage").json()["BankTransfers"][0]
    assert (answer["FromBankAccount"]["Code"], answer["ToBankAccount"]["AccountID"]) == ("090", ids["091"])
    assert (answer["Amount"], answer["Reference"], answer["Status"]) == (250, "Rücklage", "AUTHORISED")
    assert answer["FromBankTransactionID"] != answer["ToBankTransactionID"]
    assert moved(xero, before) == {"090": Decimal(-250), "091": Decimal(250)}
    assert xero.get(f"BankTransfers/{answer['BankTransferID']}")["BankTransfers"] == [answer]
    assert xero.http.get(f"{API}/BankTransfers/{UNKNOWN}").status_code == 404


def test_pounds_are_exchanged_at_the_newest_rate(xero: Connected) -> None:
    before, native = balances(xero), xero.provider.state()["banks"]["092"]["balance"]
    out = move(xero, FromBankAccount={"Code": "092"}, ToBankAccount={"Code": "090"}).json()["BankTransfers"][0]
    worth = (250 / Decimal(str(out["CurrencyRate"]))).quantize(Decimal("0.01"))
    assert moved(xero, before) == {"092": -worth, "090": worth}
    assert move(xero, ToBankAccount={"Code": "092"}).status_code == 200
    assert moved(xero, before) == {"092": 250 - worth, "090": worth - 250}
    pounds = (250 * Decimal(str(out["CurrencyRate"]))).quantize(Decimal("0.01")) - 250
    assert Decimal(xero.provider.state()["banks"]["092"]["balance"]) - Decimal(native) == pounds


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"ToBankAccount": {"Code": "453"}}, "FromBankAccount and ToBankAccount must be active accounts of type BANK"),
        ({"FromBankAccount": None}, "FromBankAccount and ToBankAccount must be active accounts of type BANK"),
        ({"ToBankAccount": {"Code": "090"}}, "A bank transfer must be between two different bank accounts"),
        ({"Amount": 0}, "The amount of a bank transfer must be greater than zero, with 2 decimal places at most"),
        ({"Amount": 1.005}, "The amount of a bank transfer must be greater than zero, with 2 decimal places at most"),
        ({"Amount": "much"}, "'much' is not a number"),
        ({"Date": "2026-06-30"}, "The document date cannot be before the period lock date"),
    ],
)
def test_a_wrong_transfer_is_refused_and_nothing_is_moved(
    xero: Connected, changes: dict[str, Any], wanted: str
) -> None:
    before = xero.provider.state()
    response = move(xero, **changes)
    assert response.status_code == 400
    assert messages(response)[0].startswith(wanted), messages(response)
    assert (xero.provider.state(), xero.provider.effects()) == (before, [])


def test_a_transfer_is_deleted_unless_it_is_reconciled(xero: Connected) -> None:
    before = balances(xero)
    path = f"BankTransfers/{move(xero).json()['BankTransfers'][0]['BankTransferID']}"
    assert xero.send("POST", path, {"Status": "AUTHORISED"}).status_code == 400
    assert xero.send("POST", path, {"Status": "DELETED"}).json()["BankTransfers"][0]["Status"] == "DELETED"
    assert moved(xero, before) == {}
    assert messages(xero.send("POST", path, {"Status": "DELETED"})) == [
        "Bank transfer not of valid status for modification"
    ]
    shown = [row["Status"] for row in xero.get("BankTransfers", includeDeleted="true")["BankTransfers"]]
    assert shown.count("DELETED") == 1
    assert all(row["Status"] == "AUTHORISED" for row in xero.get("BankTransfers")["BankTransfers"])
    kept = move(xero, ToIsReconciled=True).json()["BankTransfers"][0]["BankTransferID"]
    named = {"BankTransfers": [{"BankTransferID": kept, "Status": "DELETED"}]}
    assert messages(xero.send("POST", "BankTransfers", named)) == [
        "This bank transfer is reconciled and cannot be deleted"
    ]


def test_they_are_found_again_after_a_restart(tmp_path: Path) -> None:
    with connected(state=tmp_path) as xero:
        booking = made(xero)
        assert move(xero).status_code == 200
        path = f"BankTransactions/{made(xero)['BankTransactionID']}"
        assert xero.send("POST", path, {"Status": "DELETED"}).status_code == 200
        before = xero.provider.state(), xero.get("BankTransactions"), xero.get("BankTransfers")
    with connected(state=tmp_path) as xero:
        assert xero.provider.state() == before[0]
        assert xero.get("BankTransactions")["BankTransactions"] == before[1]["BankTransactions"]
        assert xero.get("BankTransfers")["BankTransfers"] == before[2]["BankTransfers"]
        assert booking in before[1]["BankTransactions"]


def test_the_scope_of_bank_transactions_opens_them() -> None:
    with connected(scope="accounting.banktransactions.read accounting.contacts") as xero:
        assert xero.get("BankTransactions")["BankTransactions"]
        assert put(xero).status_code == 401
