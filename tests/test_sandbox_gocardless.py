"""The GoCardless stand-in over real HTTP: mandates, payments, idempotency, simulators, events, signed webhooks."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.sandbox import RunningProvider, run_sandbox

TODAY = "2026-11-20"  # a Friday
HEADERS = {"Authorization": "Bearer sandbox-gocardless-token", "GoCardless-Version": "2015-07-06"}


@pytest.fixture
def gocardless() -> Iterator[RunningProvider]:
    with run_sandbox("gocardless", today=TODAY) as provider:
        yield provider


class Collector:
    """A caller with the right headers."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, headers=HEADERS)

    def mandate(self, status: str = "active", scheme: str = "sepa_core") -> dict[str, Any]:
        rows = self.http.get("/mandates", params={"status": status, "scheme": scheme}).json()["mandates"]
        found: dict[str, Any] = rows[0]
        return found

    def pay(self, mandate: str, key: str | None = None, **changed: Any) -> httpx.Response:
        body = {"amount": 98_000, "currency": "EUR", "reference": "INV-0042", "links": {"mandate": mandate}}
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.http.post("/payments", json={"payments": body | changed}, headers=headers)

    def paid(self, mandate: str, **changed: Any) -> str:
        answer = self.pay(mandate, **changed)
        assert answer.status_code == 201, answer.text
        number: str = answer.json()["payments"]["id"]
        return number

    def payment(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/payments/{number}").json()["payments"]
        return found

    def simulate(self, name: str, number: str) -> httpx.Response:
        body = {"data": {"links": {"resource": number}}}
        return self.http.post(f"/scenario_simulators/{name}/actions/run", json=body)

    def actions(self, **query: str) -> list[str]:
        rows = self.http.get("/events", params=query).json()["events"]
        return [row["action"] for row in reversed(rows)]


@pytest.fixture
def collector(gocardless: RunningProvider) -> Collector:
    return Collector(gocardless.url)


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and first reason (or wrong field), having checked the vendor's shape."""
    error = answer.json()["error"]
    assert set(error) == {"message", "errors", "documentation_url", "type", "request_id", "code"}
    assert error["code"] == answer.status_code
    first = error["errors"][0]
    if "field" in first:
        assert "request_pointer" in first, "the vendor's library fails without it"
        return answer.status_code, first["field"]
    return answer.status_code, first["reason"]


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
    statuses = {200}
    for _ in range(2_100):  # twice the limit, since a minute may end in between
        statuses.add(collector.http.get("/customers?limit=1").status_code)
        if 429 in statuses:
            break
    assert statuses == {200, 429}
    gocardless.advance(60)
    assert collector.http.get("/payments").status_code == 200
    gocardless.fault("*", "rate_limit")
    assert problem_of(collector.http.get("/payments")) == (429, "rate_limit_exceeded")


@contextmanager
def receiver(answers: list[int]) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A product's webhook address that gives these answers in turn and keeps what came."""
    came: list[tuple[str, bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((self.headers["Webhook-Signature"], body))
            self.send_response(answers[min(len(came), len(answers)) - 1])
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the screen."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/webhooks/gocardless", came
    finally:
        server.shutdown()
        server.server_close()


def wait_for(count: int, came: list[tuple[str, bytes]]) -> None:
    end = time.monotonic() + 5
    while len(came) < count and time.monotonic() < end:
        time.sleep(0.01)
    assert len(came) == count


def test_webhooks_are_signed_and_tried_again(gocardless: RunningProvider, collector: Collector) -> None:
    with receiver([500, 204]) as (url, came):
        named = {"url": url, "secret": "s3cret"}
        assert httpx.post(f"{gocardless.url}/_sandbox/webhooks", json=named).status_code == 201
        number = collector.paid(collector.mandate()["id"])
        wait_for(2, came)
        assert came[0] == came[1], "the same delivery, tried again after the 500"
        signature, body = came[0]
        assert hmac.compare_digest(signature, hmac.new(b"s3cret", body, hashlib.sha256).hexdigest())
        delivered = json.loads(body)
        [event] = delivered["events"]
        assert (event["resource_type"], event["action"]) == ("payments", "created")
        assert event["links"] == {"payment": number}
        assert {"origin", "cause", "description", "scheme"} <= event["details"].keys()
        assert delivered["meta"]["webhook_id"].startswith("WB")
        collector.simulate("payment_paid_out", number)
        wait_for(3, came)
        told = [event["action"] for event in json.loads(came[2][1])["events"]]
        assert told == ["submitted", "confirmed", "paid", "paid_out"]
    shown = httpx.get(f"{gocardless.url}/_sandbox/webhooks").json()
    assert shown[0]["answers"] == [500, 204]


@pytest.mark.parametrize("named", [{"url": "https://evil.example/", "secret": "s"}, {"url": "http://localhost:1/"}, []])
def test_webhooks_go_only_to_this_machine(gocardless: RunningProvider, named: Any) -> None:
    assert httpx.post(f"{gocardless.url}/_sandbox/webhooks", json=named).status_code == 400


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
