"""The GoCardless stand-in over real HTTP: mandates, payments, idempotency, simulators, events."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from sandbox.control import Control
from sandbox.gocardless.api import Gate
from sandbox.gocardless.problems import Problem
from tests.support.gocardless import HEADERS, Collector, problem_of
from tests.support.sandbox import RunningProvider, run_sandbox

TODAY = "2026-11-20"  # a Friday


@pytest.fixture
def gocardless() -> Iterator[RunningProvider]:
    with run_sandbox("gocardless", today=TODAY) as provider:
        yield provider


@pytest.fixture
def collector(gocardless: RunningProvider) -> Collector:
    return Collector(gocardless.url)


def test_payment_is_created_once_with_the_vendors_fields(gocardless: RunningProvider, collector: Collector) -> None:
    mandate = collector.mandate()
    answer = collector.pay(mandate["id"], key="k-1", metadata={"proposal": "P-7"})
    assert answer.status_code == 201
    payment = answer.json()["payments"]
    assert payment["id"].startswith("PM")
    assert payment["status"] == "pending_submission"
    assert (payment["amount"], payment["currency"], payment["scheme"]) == (98_000, "EUR", "sepa_core")
    assert payment["charge_date"] == mandate["next_possible_charge_date"] == "2026-11-25"
    assert payment["links"]["mandate"] == mandate["id"]
    assert payment["metadata"] == {"proposal": "P-7"}
    assert collector.payment(payment["id"]) == payment
    again = collector.pay(mandate["id"], key="k-1", amount=1)
    assert problem_of(again) == (409, "idempotent_creation_conflict")
    assert again.json()["error"]["errors"][0]["links"] == {"conflicting_resource_id": payment["id"]}
    [effect] = gocardless.effects()
    assert (effect["operation"], effect["idempotency_key"]) == ("create_payment", "k-1")
    assert (effect["result_id"], effect["body"]["amount"]) == (payment["id"], 98_000)
    assert gocardless.state()["payments"] == [
        {
            "id": payment["id"],
            "status": "pending_submission",
            "amount": 98_000,
            "currency": "EUR",
            "reference": "INV-0042",
            "idempotency_key": "k-1",
        }
    ]


def test_lost_answer_is_found_again_by_the_same_key(gocardless: RunningProvider, collector: Collector) -> None:
    gocardless.fault("POST /payments", "drop_after")
    mandate = collector.mandate()["id"]
    with pytest.raises(httpx.TransportError):
        collector.pay(mandate, key="k-2")
    assert problem_of(collector.pay(mandate, key="k-2")) == (409, "idempotent_creation_conflict")
    assert len(gocardless.effects()) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": True}, "amount"),
        ({"currency": "GBP"}, "currency"),
        ({"links": {}}, "mandate"),
        ({"links": {"mandate": "MD0"}}, "mandate"),
        ({"reference": "x" * 141}, "reference"),
        ({"charge_date": "2026-11-24"}, "charge_date"),
        ({"charge_date": "soon"}, "charge_date"),
        ({"metadata": {"a": "1", "b": "2", "c": "3", "d": "4"}}, "metadata"),
        ({"metadata": {"a": 1}}, "metadata"),
    ],
)
def test_wrong_payment_is_refused_by_field(
    gocardless: RunningProvider, collector: Collector, changed: dict[str, Any], field: str
) -> None:
    mandate = collector.mandate()["id"]
    assert problem_of(collector.pay(mandate, **changed)) == (422, field)
    assert gocardless.effects() == []


@pytest.mark.parametrize("status", ["cancelled", "failed", "expired"])
def test_inactive_mandate_collects_nothing(collector: Collector, status: str) -> None:
    mandate = collector.mandate(status)
    assert mandate["next_possible_charge_date"] is None
    assert problem_of(collector.pay(mandate["id"])) == (422, "mandate_is_inactive")


def test_pounds_are_collected_by_the_british_scheme(collector: Collector) -> None:
    mandate = collector.mandate(scheme="bacs")["id"]
    assert problem_of(collector.pay(mandate, reference="INV-1")) == (422, "currency")
    assert problem_of(collector.pay(mandate, currency="GBP", reference="x" * 11)) == (422, "reference")
    assert collector.pay(mandate, currency="GBP", reference="INV-1").status_code == 201


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("payment_submitted", ["submitted"]),
        ("payment_confirmed", ["submitted", "confirmed"]),
        ("payment_paid_out", ["submitted", "confirmed", "paid_out"]),
        ("payment_failed", ["submitted", "failed"]),
        ("payment_late_failure", ["submitted", "confirmed", "failed"]),
        ("payment_charged_back", ["submitted", "confirmed", "paid_out", "charged_back"]),
    ],
)
def test_simulator_moves_a_payment_through_its_statuses(collector: Collector, name: str, statuses: list[str]) -> None:
    number = collector.paid(collector.mandate()["id"])
    assert collector.simulate(name, number).json() == {"scenario_simulators": {"id": name}}
    payment = collector.payment(number)
    assert payment["status"] == statuses[-1]
    assert collector.actions(payment=number) == ["created", *statuses]
    assert problem_of(collector.simulate(name, number)) == (422, "simulator_not_applicable")
    if "paid_out" in statuses:
        payout = collector.http.get(f"/payouts/{payment['links']['payout']}").json()["payouts"]
        assert payout["amount"] + payout["deducted_fees"] == payment["amount"]
    else:
        assert "payout" not in payment["links"]


def test_cancel_only_before_submission_and_retry_only_after_failure(collector: Collector) -> None:
    mandate = collector.mandate()["id"]
    first, second = collector.paid(mandate), collector.paid(mandate)
    assert collector.http.post(f"/payments/{first}/actions/cancel").json()["payments"]["status"] == "cancelled"
    assert problem_of(collector.http.post(f"/payments/{first}/actions/retry")) == (422, "retry_failed")
    collector.simulate("payment_failed", second)
    assert problem_of(collector.http.post(f"/payments/{second}/actions/cancel")) == (422, "cancellation_failed")
    for _ in range(3):
        retried = collector.http.post(f"/payments/{second}/actions/retry").json()["payments"]
        assert retried["status"] == "pending_submission"
        collector.simulate("payment_failed", second)
    assert problem_of(collector.http.post(f"/payments/{second}/actions/retry")) == (422, "retry_failed")


def test_retry_needs_the_mandate_still(collector: Collector) -> None:
    mandate = collector.mandate()["id"]
    number = collector.paid(mandate)
    collector.simulate("payment_failed", number)
    collector.http.post(f"/mandates/{mandate}/actions/cancel")
    refused = collector.http.post(f"/payments/{number}/actions/retry")
    assert problem_of(refused) == (422, "mandate_is_inactive")


def test_settled_failures_are_told(collector: Collector) -> None:
    mandate = collector.mandate()["id"]
    late, back = collector.paid(mandate), collector.paid(mandate)
    collector.simulate("payment_late_failure_settled", late)
    collector.simulate("payment_chargeback_settled", back)
    assert collector.actions(payment=late)[-2:] == ["failed", "late_failure_settled"]
    assert collector.actions(payment=back)[-2:] == ["charged_back", "chargeback_settled"]
    assert collector.payment(back)["status"] == "charged_back"


def test_mandates_follow_their_scheme(collector: Collector) -> None:
    waiting = collector.mandate("pending_customer_approval")["id"]
    payment = collector.paid(waiting)
    assert collector.payment(payment)["status"] == "pending_customer_approval"
    assert problem_of(collector.simulate("payment_submitted", payment)) == (422, "simulator_not_applicable")
    collector.simulate("mandate_customer_approval_granted", waiting)
    assert collector.payment(payment)["status"] == "pending_submission"
    refused = collector.simulate("mandate_activated", waiting)
    assert problem_of(refused) == (422, "simulator_not_applicable"), "SEPA is activated by the first payment"
    collector.simulate("payment_confirmed", payment)
    assert collector.http.get(f"/mandates/{waiting}").json()["mandates"]["status"] == "active"
    assert collector.actions(mandate=waiting)[-2:] == ["submitted", "active"]


def test_cancelled_mandate_takes_its_pending_payments_with_it(collector: Collector) -> None:
    mandate = collector.mandate()["id"]
    pending, gone = collector.paid(mandate), collector.paid(mandate)
    collector.simulate("payment_submitted", gone)
    assert collector.http.post(f"/mandates/{mandate}/actions/cancel").json()["mandates"]["status"] == "cancelled"
    assert collector.payment(pending)["status"] == "cancelled"
    assert collector.payment(gone)["status"] == "submitted"
    assert problem_of(collector.pay(mandate)) == (422, "mandate_is_inactive")
    again = collector.http.post(f"/mandates/{mandate}/actions/cancel")
    assert problem_of(again) == (422, "cancellation_failed")


def test_lists_page_by_cursor_newest_first(collector: Collector) -> None:
    mandate = collector.mandate()["id"]
    made = [collector.paid(mandate, amount=100 + place) for place in range(7)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        answer = collector.http.get("/payments", params=query).json()
        seen += [row["id"] for row in answer["payments"]]
        assert answer["meta"]["limit"] == 3
        if answer["meta"]["cursors"]["after"] is None:
            break
        query["after"] = answer["meta"]["cursors"]["after"]
    assert seen == made[::-1]
    back = collector.http.get("/payments", params={"limit": 2, "before": seen[4]}).json()
    assert [row["id"] for row in back["payments"]] == seen[2:4]
    for wrong in ({"limit": "0"}, {"limit": "501"}, {"after": "PM0"}, {"created_at[gt]": "x"}):
        assert collector.http.get("/payments", params=wrong).status_code == 400


def test_filters_choose(collector: Collector) -> None:
    one, other = collector.mandate(), collector.mandate(scheme="bacs")
    euro = collector.paid(one["id"])
    pounds = collector.paid(other["id"], currency="GBP", reference="INV-2")

    def found(**query: str) -> list[str]:
        return [row["id"] for row in collector.http.get("/payments", params=query).json()["payments"]]

    assert found(mandate=one["id"]) == [euro]
    assert found(customer=other["links"]["customer"]) == [pounds]
    assert found(currency="GBP") == [pounds]
    assert found(status="paid_out") == []
    assert found(**{"charge_date[gte]": "2026-11-26"}) == []
    assert found(**{"created_at[gte]": f"{TODAY}T00:00:00Z"}) == [pounds, euro]
    assert found(**{"created_at[lt]": f"{TODAY}T00:00:00Z"}) == []


def test_customers_are_the_demo_companys(collector: Collector) -> None:
    customers = collector.http.get("/customers", params={"limit": 500}).json()["customers"]
    names = {customer["company_name"] for customer in customers}
    assert {"Müller GmbH", "Café Lumière", "Globex Corporation"} <= names
    mandates = collector.http.get("/mandates", params={"limit": 500}).json()["mandates"]
    owners = {mandate["links"]["customer"] for mandate in mandates}
    assert 0 < len(owners) < len(customers), "some customers have no mandate yet"
    account = mandates[0]["links"]["customer_bank_account"]
    shown = collector.http.get(f"/customer_bank_accounts/{account}").json()["customer_bank_accounts"]
    assert len(shown["account_number_ending"]) == 2 and "iban" not in shown


def test_update_changes_metadata_only(collector: Collector) -> None:
    number = collector.paid(collector.mandate()["id"])
    answer = collector.http.put(f"/payments/{number}", json={"payments": {"metadata": {"a": "b"}}})
    assert answer.json()["payments"]["metadata"] == {"a": "b"}
    refused = collector.http.put(f"/payments/{number}", json={"payments": {"amount": 1}})
    assert problem_of(refused) == (422, "amount")


def test_calls_need_token_version_and_envelope(gocardless: RunningProvider, collector: Collector) -> None:
    def get(**headers: str) -> tuple[int, str]:
        return problem_of(httpx.get(f"{gocardless.url}/payments", headers=headers))

    assert get() == (401, "access_token_not_found")
    assert get(Authorization="Bearer x") == (401, "access_token_not_found")
    token = HEADERS["Authorization"]
    assert get(Authorization=token) == (400, "missing_version_header")
    assert get(**{"Authorization": token, "GoCardless-Version": "2014"}) == (400, "version_not_found")
    assert problem_of(collector.http.post("/payments", content=b"{")) == (400, "malformed_request")
    assert problem_of(collector.http.post("/payments", json={"amount": 1})) == (400, "missing_envelope")
    assert problem_of(collector.http.get("/payments/PM0")) == (404, "resource_not_found")
    assert problem_of(collector.http.get("/subscriptions")) == (404, "path_not_found")
    assert problem_of(collector.simulate("payment_explodes", "PM0")) == (404, "resource_not_found")


def test_limit_headers_and_limit(gocardless: RunningProvider, collector: Collector) -> None:
    answer = collector.http.get("/payments")
    assert answer.headers["ratelimit-limit"] == "1000"
    assert int(answer.headers["ratelimit-remaining"]) < 1000
    assert answer.headers["ratelimit-reset"].endswith("GMT")
    gocardless.fault("*", "rate_limit")
    assert problem_of(collector.http.get("/payments")) == (429, "rate_limit_exceeded")


@pytest.mark.parametrize(("limits", "most"), [(True, 1000), (False, 2500)])
def test_limit_is_a_thousand_calls_a_minute(limits: bool, most: int) -> None:
    control = Control("gocardless")
    gate = Gate(control, limits)
    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": headers})
    passed = 0
    try:
        while passed < 2500:
            gate.enter(request)
            passed += 1
    except Problem as problem:
        assert problem.code == 429
        control.advance(60)
        gate.enter(request)
    assert most <= passed <= 2 * most, "the real minute may end while this counts"


def test_payments_and_keys_survive_a_restart(tmp_path: Path) -> None:
    with run_sandbox("gocardless", today=TODAY, state=tmp_path) as gocardless:
        collector = Collector(gocardless.url)
        mandate = collector.mandate()["id"]
        number = collector.pay(mandate, key="k").json()["payments"]["id"]
        collector.simulate("payment_paid_out", number)
    with run_sandbox("gocardless", today=TODAY, state=tmp_path) as gocardless:
        collector = Collector(gocardless.url)
        assert collector.payment(number)["status"] == "paid_out"
        assert problem_of(collector.pay(mandate, key="k")) == (409, "idempotent_creation_conflict")
        assert collector.actions(payment=number) == ["created", "submitted", "confirmed", "paid_out"]
        assert len(gocardless.effects()) == 2
