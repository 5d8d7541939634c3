"""Payments at the Xero stand-in: what is paid, what is refused and in which words, and once only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.xero_stand_in import API, TODAY, Connected, connected, messages

NOT_AUTHORISED = "Payments can only be made against Authorised documents"
TOO_MUCH = "Payment amount exceeds the amount outstanding on this document"
WRONG_ACCOUNT = "Account type is invalid for making a payment to/from"


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def paid_effects(xero: Connected) -> list[dict[str, Any]]:
    return [effect for effect in xero.provider.effects() if effect["operation"] == "create_payment"]


def test_a_payment_in_full_makes_the_bill_paid(xero: Connected) -> None:
    before = xero.document("BILL-201")
    response = xero.pay("BILL-201", 1250, key="k-1", on="2026-11-20")
    assert response.status_code == 200
    payment = response.json()["Payments"][0]
    assert payment["PaymentType"] == "ACCPAYPAYMENT"
    assert payment["Invoice"]["Status"] == "PAID"
    after = xero.document("BILL-201")
    assert (after["Status"], after["AmountDue"], after["AmountPaid"]) == ("PAID", 0, 1250)
    assert after["FullyPaidOnDate"] == "/Date(1795132800000+0000)/"
    assert after["UpdatedDateUTC"] > before["UpdatedDateUTC"]
    assert [item["PaymentID"] for item in after["Payments"]] == [payment["PaymentID"]]
    (effect,) = paid_effects(xero)
    assert effect["idempotency_key"] == "k-1"
    assert effect["result_id"] == payment["PaymentID"]
    assert effect["body"]["Amount"] == 1250
    (kept,) = [p for p in xero.provider.state()["payments"] if p["idempotency_key"] == "k-1"]
    assert (kept["document_number"], kept["amount"], kept["status"]) == ("BILL-201", "1250.00", "AUTHORISED")


def test_a_part_payment_leaves_the_rest_open(xero: Connected) -> None:
    assert xero.pay("INV-0042", 1000.5).status_code == 200
    invoice = xero.document("INV-0042")
    assert (invoice["Status"], invoice["AmountDue"], invoice["AmountPaid"]) == ("AUTHORISED", 2199.5, 1000.5)
    assert "FullyPaidOnDate" not in invoice
    assert xero.pay("INV-0042", "2199.50").status_code == 200
    assert xero.document("INV-0042")["Status"] == "PAID"


@pytest.mark.parametrize(
    ("number", "amount", "account", "on", "wanted"),
    [
        ("BILL-201", 1250.01, "090", TODAY, [TOO_MUCH]),
        ("BILL-201", 0, "090", TODAY, ["Payment amount must be greater than zero"]),
        ("BILL-201", -5, "090", TODAY, ["Payment amount must be greater than zero"]),
        ("BILL-201", 10.005, "090", TODAY, ["Payment amount must not have more than 2 decimal places"]),
        ("BILL-200", 1, "090", TODAY, [NOT_AUTHORISED, TOO_MUCH]),
        ("BILL-207", 1, "090", TODAY, [NOT_AUTHORISED]),
        ("BILL-208", 1, "090", TODAY, [NOT_AUTHORISED]),
        ("BILL-209", 1, "090", TODAY, [NOT_AUTHORISED]),
        ("BILL-201", 1250, "200", TODAY, [WRONG_ACCOUNT]),
        ("BILL-201", 1250, "610", TODAY, [WRONG_ACCOUNT]),
        ("BILL-201", 1250, "999", TODAY, ["Account could not be found"]),
        (
            "BILL-201",
            1250,
            "092",
            TODAY,
            ["The payment account must be in the organisation's base currency or the document's currency"],
        ),
        (
            "BILL-201",
            1250,
            "090",
            "2026-07-31",
            ["The document date cannot be before the period lock date, currently set at 31 Jul 2026"],
        ),
    ],
)
def test_a_refused_payment_changes_nothing(
    xero: Connected, number: str, amount: float, account: str, on: str, wanted: list[str]
) -> None:
    before = xero.document(number)
    response = xero.pay(number, amount, account=account, on=on)
    assert response.status_code == 400
    body = response.json()
    assert (body["ErrorNumber"], body["Type"]) == (10, "ValidationException")
    assert messages(response) == wanted
    assert body["Elements"][0]["Account"] == {"Code": account}, "what was sent is echoed"
    assert xero.document(number) == before
    assert paid_effects(xero) == []


def test_a_rate_of_exchange_is_positive(xero: Connected) -> None:
    invoice = {"InvoiceID": xero.document("NWT-2231")["InvoiceID"]}
    body = {"Invoice": invoice, "Account": {"Code": "090"}, "Date": TODAY, "Amount": 100}
    for rate in (0, -0.8):
        refused = xero.send("PUT", "Payments", body | {"CurrencyRate": rate})
        assert messages(refused) == ["CurrencyRate must be greater than zero"]
    made = xero.send("PUT", "Payments", body | {"CurrencyRate": 0.8}).json()["Payments"][0]
    assert (made["Amount"], made["BankAmount"]) == (100, 125)


def test_the_day_after_the_lock_date_is_open(xero: Connected) -> None:
    assert xero.pay("BILL-201", 1250, on="2026-08-01").status_code == 200


def test_an_account_that_takes_payments_need_not_be_a_bank(xero: Connected) -> None:
    assert xero.pay("BILL-201", 1250, account="880").status_code == 200


def test_all_or_none_of_many_payments(xero: Connected) -> None:
    def one(number: str, amount: float) -> dict[str, Any]:
        invoice = {"InvoiceID": xero.document(number)["InvoiceID"]}
        return {"Invoice": invoice, "Account": {"Code": "090"}, "Date": TODAY, "Amount": amount}

    refused = xero.send("PUT", "Payments", {"Payments": [one("BILL-201", 1250), one("BILL-202", 999)]})
    assert (refused.status_code, messages(refused)) == (400, [TOO_MUCH])
    twice = xero.send("PUT", "Payments", {"Payments": [one("BILL-201", 1250), one("BILL-201", 1250)]})
    assert (twice.status_code, messages(twice)) == (400, [TOO_MUCH])
    assert paid_effects(xero) == []
    each = {"Payments": [one("BILL-201", 1250), one("BILL-202", 999)]}
    mixed = xero.send("PUT", "Payments", each, summarizeErrors="False")
    assert mixed.status_code == 200
    assert [item["StatusAttributeString"] for item in mixed.json()["Payments"]] == ["OK", "ERROR"]
    assert len(paid_effects(xero)) == 1


def test_both_date_forms_and_a_single_object_are_taken(xero: Connected) -> None:
    invoice = xero.document("BILL-202")["InvoiceID"]
    body = {
        "Invoice": {"InvoiceID": invoice},
        "Account": {"AccountID": xero.get("Accounts", where='Code=="090"')["Accounts"][0]["AccountID"]},
        "Date": "/Date(1795305600000)/",
        "Amount": 100,
    }
    made = xero.send("POST", "Payments", body)
    assert made.status_code == 200
    assert made.json()["Payments"][0]["Date"] == "/Date(1795305600000+0000)/"
    assert xero.send("PUT", "Payments", body | {"Date": "2026-11-22T10:00:00"}).status_code == 200


def test_taking_a_payment_back_reopens_the_bill(xero: Connected) -> None:
    payment = xero.pay("BILL-201", 1250).json()["Payments"][0]["PaymentID"]
    deleted = xero.send("POST", f"Payments/{payment}", {"Status": "DELETED"})
    assert deleted.status_code == 200
    assert deleted.json()["Payments"][0]["Status"] == "DELETED"
    bill = xero.document("BILL-201")
    assert (bill["Status"], bill["AmountDue"], bill["Payments"]) == ("AUTHORISED", 1250, [])
    again = xero.send("POST", f"Payments/{payment}", {"Status": "DELETED"})
    assert messages(again) == ["Payment not of valid status for modification"]
    changed = xero.send("POST", f"Payments/{payment}", {"Amount": 5})
    assert messages(changed) == ["Payment not of valid status for modification"]
    assert [effect["operation"] for effect in xero.provider.effects()] == ["create_payment", "delete_payment"]


def test_a_repeat_under_the_same_key_pays_once(xero: Connected) -> None:
    first = xero.pay("INV-0042", 100, key="once")
    second = xero.pay("INV-0042", 100, key="once")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert len(paid_effects(xero)) == 1
    assert xero.document("INV-0042")["AmountPaid"] == 100


def test_after_six_minutes_the_key_is_forgotten(xero: Connected) -> None:
    first = xero.pay("INV-0042", 100, key="once").json()["Payments"][0]["PaymentID"]
    xero.provider.advance(5 * 60 + 55)
    assert xero.pay("INV-0042", 100, key="once").json()["Payments"][0]["PaymentID"] == first
    xero.provider.advance(10)
    assert xero.pay("INV-0042", 100, key="once").json()["Payments"][0]["PaymentID"] != first
    assert xero.document("INV-0042")["AmountPaid"] == 200
    assert xero.pay("BILL-201", 1250, key="full").status_code == 200
    xero.provider.advance(361)
    assert messages(xero.pay("BILL-201", 1250, key="full")) == [NOT_AUTHORISED, TOO_MUCH]


def test_a_refusal_is_kept_under_its_key_too(xero: Connected) -> None:
    refused = xero.pay("BILL-201", 2000, key="no")
    again = xero.pay("BILL-201", 2000, key="no")
    assert (refused.status_code, again.content) == (400, refused.content)


def test_a_key_belongs_to_one_request(xero: Connected) -> None:
    assert xero.pay("INV-0042", 100, key="mine").status_code == 200
    other = xero.pay("INV-0042", 101, key="mine")
    assert other.status_code == 400
    assert "'mine' is used with a different request" in other.json()["Message"]
    assert xero.pay("INV-0042", 5, key="x" * 129).status_code == 400
    assert xero.document("INV-0042")["AmountPaid"] == 100


def test_an_answer_lost_after_the_write_is_found_again_under_its_key(xero: Connected) -> None:
    xero.provider.fault(f"PUT {API}/Payments", "drop_after")
    with pytest.raises(httpx.TransportError):
        xero.pay("BILL-201", 1250, key="lost")
    assert xero.document("BILL-201")["Status"] == "PAID"
    assert xero.pay("BILL-201", 1250, key="lost").status_code == 200
    assert len(paid_effects(xero)) == 1


_LEAF: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("2026-11-22"), st.just("090")
)
_NAMES = ("Payments", "Invoice", "InvoiceID", "Account", "Code", "Date", "Amount", "CreditNote", "CurrencyRate")
_ANY: st.SearchStrategy[Any] = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(_NAMES),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def long_lived() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_ANY, noun=st.sampled_from(["Payments", "Invoices", "Contacts"]))
def test_no_body_whatever_breaks_the_server(long_lived: Connected, body: Any, noun: str) -> None:
    response = long_lived.http.put(f"{API}/{noun}", content=json.dumps(body))
    assert response.status_code in (200, 400), response.text
    if response.status_code == 400:
        assert response.json()["ErrorNumber"] in (10, 14, 17)
