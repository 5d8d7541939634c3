"""The GoCardless stand-in's webhooks: signed, tried again, and sent to this machine only."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from tests.support.gocardless import Collector
from tests.support.sandbox import RunningProvider, run_sandbox


@pytest.fixture
def gocardless() -> Iterator[RunningProvider]:
    with run_sandbox("gocardless", today="2026-11-20") as provider:
        yield provider


@pytest.fixture
def collector(gocardless: RunningProvider) -> Collector:
    return Collector(gocardless.url)


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
