"""Batch payments at the Xero stand-in: several documents paid as one total, and taken back as one."""

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


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def batch(xero: Connected, *parts: tuple[str, Any], **changes: Any) -> dict[str, Any]:
    """A batch that pays so much of each document, named by its number."""
    payments = [
        {"Invoice": {"InvoiceID": xero.document(number)["InvoiceID"]}, "Amount": amount} for number, amount in parts
    ]
    whole = {"Account": {"Code": "090"}, "Date": "2026-11-20", "Reference": "run", "Payments": payments}
    return {name: value for name, value in (whole | changes).items() if value is not None}


def put(xero: Connected, *batches: dict[str, Any], key: str = "", **query: str) -> httpx.Response:
    return xero.send("PUT", "BatchPayments", {"BatchPayments": list(batches)}, key, **query)


def made(xero: Connected, *parts: tuple[str, Any]) -> dict[str, Any]:
    response = put(xero, batch(xero, *parts))
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()["BatchPayments"][0]
    return answer


BILLS = (("BILL-201", 1250), ("BILL-202", 480.5))


def test_a_batch_pays_its_bills_as_one_total(xero: Connected) -> None:
    before = balances(xero)
    answer = made(xero, *BILLS)
    assert (answer["Type"], answer["Status"], answer["TotalAmount"]) == ("PAYBATCH", "AUTHORISED", 1730.5)
    assert (answer["Account"]["Code"], answer["Reference"], answer["IsReconciled"]) == ("090", "run", False)
    assert [part["Invoice"]["InvoiceNumber"] for part in answer["Payments"]] == ["BILL-201", "BILL-202"]
    assert moved(xero, before) == {"090": Decimal("-1730.50"), "800": Decimal("1730.50")}
    for (number, amount), part in zip(BILLS, answer["Payments"], strict=True):
        assert xero.document(number)["Status"] == "PAID"
        payment = xero.get(f"Payments/{part['PaymentID']}")["Payments"][0]
        assert (payment["BatchPaymentID"], payment["Amount"]) == (answer["BatchPaymentID"], amount)
    assert xero.get(f"BatchPayments/{answer['BatchPaymentID']}")["BatchPayments"] == [answer]
    assert xero.get("BatchPayments", where='Type=="PAYBATCH"', order="Date")["BatchPayments"] == [answer]
    assert [effect["operation"] for effect in xero.provider.effects()] == ["create_batch_payment"]
    other = xero.pay("INV-0050", 1).json()["Payments"][0]
    assert "BatchPaymentID" not in other


def test_a_batch_receives_for_invoices(xero: Connected) -> None:
    before = balances(xero)
    answer = made(xero, ("INV-0050", 10), ("INV-0051", 20))
    assert (answer["Type"], answer["TotalAmount"]) == ("RECBATCH", 30)
    assert moved(xero, before) == {"090": Decimal(30), "610": Decimal(-30)}


def test_a_batch_is_taken_back_as_a_whole(xero: Connected) -> None:
    before = balances(xero)
    answer = made(xero, *BILLS)
    alone = xero.send("POST", f"Payments/{answer['Payments'][0]['PaymentID']}", {"Status": "DELETED"})
    assert messages(alone) == ["This payment is part of a batch payment and can only be deleted together with it"]
    path = f"BatchPayments/{answer['BatchPaymentID']}"
    assert messages(xero.send("POST", path, {"Status": "AUTHORISED"})) == [
        "Batch payment not of valid status for modification"
    ]
    gone = xero.send("POST", path, {"Status": "DELETED"}).json()["BatchPayments"][0]
    assert (gone["Status"], gone["Payments"]) == ("DELETED", [])
    assert moved(xero, before) == {}
    assert {xero.document(number)["Status"] for number, _ in BILLS} == {"AUTHORISED"}
    assert xero.send("POST", path, {"Status": "DELETED"}).status_code == 400
    assert [effect["operation"] for effect in xero.provider.effects()][1:] == ["delete_batch_payment"]
    changes = [record["Changes"] for record in xero.get(f"{path}/History")["HistoryRecords"]]
    assert changes == ["Deleted", "Created"]


def test_a_batch_is_deleted_by_its_id_in_the_body_too(xero: Connected) -> None:
    answer = made(xero, *BILLS)
    body = {"BatchPaymentID": answer["BatchPaymentID"], "Status": "DELETED"}
    assert xero.send("POST", "BatchPayments", body).json()["BatchPayments"][0]["Status"] == "DELETED"
    unknown = xero.send("POST", "BatchPayments", body | {"BatchPaymentID": UNKNOWN})
    assert messages(unknown) == ["Batch payment could not be found"]
    assert xero.http.get(f"{API}/BatchPayments/{UNKNOWN}").status_code == 404


@pytest.mark.parametrize(
    ("parts", "changes", "wanted"),
    [
        (BILLS, {"Account": {"Code": "850"}}, "The BankAccount must be an active account of type BANK"),
        (BILLS, {"Account": None}, "The BankAccount must be an active account of type BANK"),
        ((), {}, "A batch payment must have at least one payment"),
        (BILLS, {"Payments": None}, "A batch payment must have at least one payment"),
        (BILLS, {"Payments": ["x"]}, "Invoice could not be found"),
        (BILLS, {"Date": "2026-06-30"}, "The document date cannot be before the period lock date"),
        ((("BILL-201", 1), ("INV-0050", 1)), {}, "The payments of a batch must all be for invoices or all for bills"),
        ((("BILL-201", 1), ("NWT-2231", 1)), {}, "The payments of a batch must all be for invoices or all for bills"),
        ((("BILL-201", 1000), ("BILL-201", 1000)), {}, "Payment amount exceeds the amount outstanding"),
        ((("BILL-201", 0),), {}, "Payment amount must be greater than zero"),
    ],
)
def test_a_wrong_batch_pays_nothing(
    xero: Connected, parts: tuple[tuple[str, Any], ...], changes: dict[str, Any], wanted: str
) -> None:
    before = xero.provider.state()
    response = put(xero, batch(xero, *parts, **changes))
    assert response.status_code == 400, response.text
    assert any(message.startswith(wanted) for message in messages(response)), messages(response)
    assert (xero.provider.state(), xero.provider.effects()) == (before, [])
    assert xero.get("BatchPayments")["BatchPayments"] == []


def test_two_batches_of_one_request_do_not_pay_the_same_twice(xero: Connected) -> None:
    both = [batch(xero, ("BILL-201", 1250)), batch(xero, ("BILL-201", 1250))]
    assert put(xero, *both).status_code == 400
    assert xero.provider.effects() == []
    answer = put(xero, *both, summarizeErrors="false").json()["BatchPayments"]
    assert [row["StatusAttributeString"] for row in answer] == ["OK", "ERROR"]
    apart = [batch(xero, ("BILL-202", 80.5)), batch(xero, ("BILL-202", 400))]
    assert put(xero, *apart).status_code == 200
    assert xero.document("BILL-202")["Status"] == "PAID"


def test_a_batch_is_made_once_under_one_key_and_kept(tmp_path: Path) -> None:
    with connected(state=tmp_path) as xero:
        answers = [put(xero, batch(xero, *BILLS), key="b-1").json()["BatchPayments"] for _ in range(2)]
        assert answers[0] == answers[1]
        before = xero.provider.state()
    with connected(state=tmp_path) as xero:
        assert xero.provider.state() == before
        assert xero.get("BatchPayments")["BatchPayments"] == answers[0]
        gone = xero.send("POST", f"BatchPayments/{answers[0][0]['BatchPaymentID']}", {"Status": "DELETED"})
        assert gone.status_code == 200
        assert [effect["idempotency_key"] for effect in xero.provider.effects()] == ["b-1", None]
