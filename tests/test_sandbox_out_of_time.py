"""The sandbox's faults of time: requests that arrive twice or late, reads that lag, tokens that run out in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.support.sandbox import RunningProvider, run_sandbox
from tests.support.xero_stand_in import Connected, connected

PUT = "PUT /api.xro/2.0/Payments"


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


@pytest.fixture
def inbox() -> Iterator[RunningProvider]:
    with run_sandbox("inbox", limits=False) as provider:
        yield provider


def send(provider: RunningProvider, text: str = "hello") -> httpx.Response:
    return httpx.post(f"{provider.url}/discord/webhook/1/secret?wait=true", json={"content": text})


def paid(xero: Connected) -> list[dict[str, Any]]:
    return [effect for effect in xero.provider.effects() if effect["operation"] == "create_payment"]


def due(xero: Connected, number: str = "BILL-201") -> float:
    left: float = xero.document(number)["AmountDue"]
    return left


def test_a_duplicate_is_handled_twice_and_answered_once(inbox: RunningProvider) -> None:
    inbox.fault("POST /discord", "duplicate")
    assert send(inbox).json()["content"] == "hello"
    assert [effect["body"]["text"] for effect in inbox.effects()] == ["hello", "hello"]


def test_a_late_request_is_dropped_at_once_and_handled_when_its_time_has_come(inbox: RunningProvider) -> None:
    inbox.fault("POST /discord", "late", seconds=60)
    with pytest.raises(httpx.TransportError):
        send(inbox, "late")
    assert inbox.effects() == []
    send(inbox, "in time")
    inbox.advance(59)
    assert [effect["body"]["text"] for effect in inbox.effects()] == ["in time"]
    inbox.advance(1)
    assert [effect["body"]["text"] for effect in inbox.effects()] == ["in time", "late"]


def test_late_requests_are_delivered_on_demand_in_the_order_of_their_times(inbox: RunningProvider) -> None:
    for text, seconds in (("second", 90), ("first", 30)):
        inbox.fault("POST /discord", "late", seconds=seconds)
        with pytest.raises(httpx.TransportError):
            send(inbox, text)
    assert httpx.post(f"{inbox.url}/_sandbox/faults/deliver").json() == {"delivered": 2}
    assert [effect["body"]["text"] for effect in inbox.effects()] == ["first", "second"]
    assert httpx.post(f"{inbox.url}/_sandbox/faults/deliver").json() == {"delivered": 0}


def test_a_late_request_is_handled_with_the_clock_at_its_own_time(xero: Connected) -> None:
    xero.provider.fault(PUT, "late", seconds=100)
    with pytest.raises(httpx.TransportError):
        xero.pay("BILL-201", 100, key="k")
    before = xero.provider.advance(0)
    xero.provider.advance(10_000)
    (effect,) = paid(xero)
    assert 99 <= (_moment(effect["at"]) - _moment(before)) <= 101


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_what_arrives_twice_under_one_key_pays_once_while_the_key_is_kept_and_twice_after(xero: Connected) -> None:
    xero.provider.fault(PUT, "duplicate")
    assert xero.pay("BILL-201", 100, key="at once").status_code == 200
    assert len(paid(xero)) == 1
    xero.provider.fault(PUT, "duplicate", seconds=359)
    assert xero.pay("BILL-201", 100, key="in time").status_code == 200
    xero.provider.advance(359)
    assert len(paid(xero)) == 2
    xero.provider.fault(PUT, "duplicate", seconds=362)
    assert xero.pay("BILL-201", 100, key="too late").status_code == 200
    xero.provider.advance(363)
    assert len(paid(xero)) == 4
    assert due(xero) == 850


@pytest.mark.parametrize(("kind", "status"), [("refuse", 400), ("error_500_kept", 500)])
def test_an_ordered_error_is_kept_under_the_key_for_six_minutes(xero: Connected, kind: str, status: int) -> None:
    if kind == "refuse":
        xero.provider.fault(PUT, kind, text="The books are closed today")
    else:
        xero.provider.fault(PUT, kind)
    first = xero.pay("BILL-201", 100, key="k")
    assert first.status_code == status and paid(xero) == []
    if kind == "refuse":
        assert first.json()["Elements"][0]["ValidationErrors"] == [{"Message": "The books are closed today"}]
    xero.provider.advance(300)
    assert xero.pay("BILL-201", 100, key="k").content == first.content
    assert xero.pay("BILL-201", 100, key="another").status_code == 200
    xero.provider.advance(61)
    assert xero.pay("BILL-201", 100, key="k").status_code == 200
    assert [effect["idempotency_key"] for effect in paid(xero)] == ["another", "k"]


def test_an_ordered_error_does_not_take_the_place_of_an_answer_that_is_kept(xero: Connected) -> None:
    done = xero.pay("BILL-201", 100, key="k")
    xero.provider.fault(PUT, "refuse")
    assert xero.pay("BILL-201", 100, key="k").content == done.content


def test_a_gateway_error_is_not_kept_under_the_key(xero: Connected) -> None:
    xero.provider.fault(PUT, "error_500")
    assert xero.pay("BILL-201", 100, key="k").status_code == 500
    assert xero.pay("BILL-201", 100, key="k").status_code == 200


def test_stale_reads_do_not_show_what_was_written_since_and_writes_go_through(xero: Connected) -> None:
    xero.provider.fault("*", "stale", times=-1)
    assert xero.pay("BILL-201", 100, key="k").status_code == 200
    assert due(xero) == 1250
    where = {"where": f'Invoice.InvoiceID==guid("{xero.document("BILL-201")["InvoiceID"]}")'}
    assert xero.get("Payments", **where)["Payments"] == []
    xero.provider.clear_faults()
    assert due(xero) == 1150
    assert len(xero.get("Payments", **where)["Payments"]) == 1


def test_stale_reads_end_by_the_providers_clock_or_when_they_are_used_up(xero: Connected) -> None:
    xero.provider.fault("GET /api.xro/2.0/Invoices", "stale", times=-1, seconds=60)
    xero.pay("BILL-201", 100, key="k")
    xero.provider.advance(50)
    assert due(xero) == 1250
    xero.provider.advance(11)
    assert due(xero) == 1150
    xero.provider.fault("GET /api.xro/2.0/Invoices", "stale", times=2)
    xero.pay("BILL-201", 100, key="k2")  # looks the bill up first
    assert due(xero) == 1150
    assert due(xero) == 1050


def test_a_token_that_runs_out_in_between_is_refused_until_there_is_a_fresh_one(xero: Connected) -> None:
    xero.provider.fault(PUT, "expire_token")
    refused = xero.pay("BILL-201", 100, key="k")
    assert refused.status_code == 401 and refused.json()["Detail"].startswith("TokenExpired")
    assert xero.http.get("/api.xro/2.0/Invoices").status_code == 401
    assert paid(xero) == []
    assert Connected(xero.provider).pay("BILL-201", 100, key="k").status_code == 200


@pytest.mark.parametrize("body", [{"kind": "stale"}, {"kind": "expire_token"}, {"kind": "late", "text": "no"}])
def test_a_fault_that_this_provider_cannot_commit_is_refused(inbox: RunningProvider, body: Any) -> None:
    assert httpx.post(f"{inbox.url}/_sandbox/faults", json=body).status_code == 400
    assert httpx.get(f"{inbox.url}/_sandbox/faults").json() == []


def test_a_refusal_of_a_provider_without_keys_says_the_ordered_words(inbox: RunningProvider) -> None:
    inbox.fault("POST /discord", "refuse", text="no")
    answer = send(inbox)
    assert answer.status_code == 400 and "no" in answer.text and inbox.effects() == []


def test_effects_can_be_read_from_where_one_left_off(inbox: RunningProvider) -> None:
    for text in ("one", "two", "three"):
        send(inbox, text)
    later = httpx.get(f"{inbox.url}/_sandbox/effects", params={"after": 2}).json()
    assert [effect["seq"] for effect in later] == [3]
