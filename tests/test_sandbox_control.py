"""The sandbox's frame: what an outside tester sees, the faults it can order, the clock, and the command line."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.control import Control
from sandbox.ports import PROVIDERS, Ports
from tests.support.sandbox import RunningProvider, run_sandbox, run_sandbox_all

HOOK = "/discord/webhook/1/secret?wait=true"
ROOT = Path(__file__).parent.parent


@pytest.fixture
def inbox() -> Iterator[RunningProvider]:
    with run_sandbox("inbox", limits=False) as provider:
        yield provider


def send(provider: RunningProvider, text: str = "hello", timeout: float = 5) -> httpx.Response:
    return httpx.post(f"{provider.url}{HOOK}", json={"content": text}, timeout=timeout)


def test_effects_lists_only_writes_that_took_effect_oldest_first(inbox: RunningProvider) -> None:
    assert inbox.effects() == []
    assert send(inbox, "one").status_code == 200
    assert send(inbox, "").status_code == 400
    assert send(inbox, "two").status_code == 200
    effects = inbox.effects()
    fields = "seq at provider operation method path idempotency_key body result_id"
    assert [list(effect) for effect in effects] == [fields.split()] * 2
    assert [effect["seq"] for effect in effects] == [1, 2]
    assert [effect["body"]["text"] for effect in effects] == ["one", "two"]
    assert {effect["provider"] for effect in effects} == {"inbox"}
    assert datetime.fromisoformat(effects[0]["at"]).tzinfo is not None


@pytest.mark.parametrize(("kind", "handled"), [("drop_before", 0), ("drop_after", 1)])
def test_dropped_connection_gives_no_answer(inbox: RunningProvider, kind: str, handled: int) -> None:
    inbox.fault("POST /discord", kind)
    with pytest.raises(httpx.TransportError):
        send(inbox)
    assert len(inbox.effects()) == handled
    assert send(inbox).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "handled"),
    [
        ("error_500", 500, 0),
        ("error_500_after", 500, 1),
        ("unavailable", 503, 0),
        ("rate_limit", 429, 0),
        ("unauthorized", 401, 0),
        ("nonsense", 200, 0),
        ("truncate", 200, 1),
    ],
)
def test_fault_answers_wrongly_once(inbox: RunningProvider, kind: str, status: int, handled: int) -> None:
    inbox.fault("/discord", kind)
    answer = send(inbox)
    assert answer.status_code == status
    assert len(inbox.effects()) == handled
    match kind:
        case "rate_limit":
            assert answer.headers["retry-after"] == "2"
            assert answer.json()["retry_after"] == 2.0
        case "nonsense":
            assert answer.headers["content-type"].startswith("text/html")
        case "truncate":
            assert answer.text.startswith('{"id"')
            with pytest.raises(json.JSONDecodeError):
                answer.json()
    assert send(inbox).json()["content"] == "hello"


def test_retry_after_of_a_fault_is_chosen(inbox: RunningProvider) -> None:
    inbox.fault("*", "rate_limit", retry_after=7)
    assert send(inbox).headers["retry-after"] == "7"


def test_slow_answer_has_taken_effect_when_the_caller_gives_up(inbox: RunningProvider) -> None:
    inbox.fault("*", "slow", seconds=0.6)
    with pytest.raises(httpx.ReadTimeout):
        send(inbox, timeout=0.2)
    assert len(inbox.effects()) == 1
    inbox.fault("*", "slow", seconds=0.2)
    begun = time.monotonic()
    assert send(inbox).status_code == 200
    assert time.monotonic() - begun >= 0.2


def test_fault_meets_only_what_it_matches(inbox: RunningProvider) -> None:
    inbox.fault("GET /discord", "error_500")
    inbox.fault("POST /slack", "error_500", times=-1)
    assert send(inbox).status_code == 200
    for _ in range(3):
        assert httpx.post(f"{inbox.url}/slack/webhook/T/B/x", json={"text": "a"}).status_code == 500
    inbox.clear_faults()
    assert httpx.post(f"{inbox.url}/slack/webhook/T/B/x", json={"text": "a"}).status_code == 200


def test_faults_never_meet_the_control_surface(inbox: RunningProvider) -> None:
    inbox.fault("*", "drop_before", times=-1)
    assert inbox.effects() == []
    assert httpx.get(f"{inbox.url}/_sandbox/healthz").json()["ok"] is True


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "explode"},
        {"kind": "slow", "times": 0},
        {"kind": "slow", "times": 1.5},
        {"kind": "slow", "match": "discord"},
        {"kind": "slow", "match": "FETCH /discord"},
        {"kind": "slow", "second": 1},
        {"kind": "slow", "seconds": -1},
        [],
    ],
)
def test_fault_that_could_never_happen_is_refused(inbox: RunningProvider, body: Any) -> None:
    answer = httpx.post(f"{inbox.url}/_sandbox/faults", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("No fault was set: ")
    assert httpx.get(f"{inbox.url}/_sandbox/faults").json() == []


def test_clock_shows_the_chosen_day_and_moves_forward_only() -> None:
    with run_sandbox("inbox", today="2025-02-28") as inbox:
        before = datetime.fromisoformat(httpx.get(f"{inbox.url}/_sandbox/clock").json()["now"])
        assert before.date() == date(2025, 2, 28)
        after = datetime.fromisoformat(inbox.advance(86_400))
        assert after.date() == date(2025, 3, 1)
        for wrong in (-1, "60", None, True, 1e12):
            answer = httpx.post(f"{inbox.url}/_sandbox/clock", json={"advance_seconds": wrong})
            assert answer.status_code == 400
        assert send(inbox).json()["timestamp"].startswith("2025-03-01")


def test_wall_clock_keeps_the_real_date_so_that_tokens_verify() -> None:
    control = Control("okta", today=date(2020, 1, 1))
    assert control.now().year == 2020
    assert abs(control.wall() - datetime.now(UTC)) < timedelta(seconds=5)
    control.advance(60)
    assert control.wall() - datetime.now(UTC) > timedelta(seconds=55)


def test_effects_and_clock_survive_a_restart(tmp_path: Path) -> None:
    with run_sandbox("inbox", state=tmp_path) as inbox:
        send(inbox, "kept: € 1")
        inbox.advance(3_600)
    with run_sandbox("inbox", state=tmp_path) as inbox:
        assert [effect["body"]["text"] for effect in inbox.effects()] == ["kept: € 1"]
        assert httpx.get(f"{inbox.url}/_sandbox/clock").json()["advanced_seconds"] == 3_600
        send(inbox, "later")
        assert [effect["seq"] for effect in inbox.effects()] == [1, 2]


def test_a_record_cut_off_by_a_kill_is_dropped_and_the_next_is_whole(tmp_path: Path) -> None:
    control = Control("inbox", state=tmp_path)
    one: dict[str, Any] = {"method": "POST", "path": "/", "idempotency_key": None, "body": {}, "result_id": "1"}
    control.record(operation="first", **one)
    with (tmp_path / "effects.jsonl").open("a") as file:
        file.write('{"seq": 2, "opera')
    Control("inbox", state=tmp_path).record(operation="second", **one)
    assert [effect["operation"] for effect in Control("inbox", state=tmp_path).effects()] == ["first", "second"]


def test_a_recorded_body_does_not_change_with_what_the_caller_does_later() -> None:
    control = Control("inbox")
    body = {"amount": "1.00"}
    control.record(operation="pay", method="POST", path="/", idempotency_key="k", body=body, result_id=None)
    body["amount"] = "2.00"
    assert control.effects()[0]["body"] == {"amount": "1.00"}


def test_ports_of_absent_providers_are_the_usual_ones() -> None:
    ports = Ports.of({"okta": 9})
    assert ports.okta == "http://localhost:9"
    assert (ports.xero, ports.inbox) == ("http://localhost:8101", "http://localhost:8106")


def test_providers_run_side_by_side_each_with_its_own_effects(tmp_path: Path) -> None:
    with run_sandbox_all(("okta", "inbox"), state=tmp_path) as sandbox:
        assert len(set(sandbox.urls.values())) == 2
        send(sandbox["inbox"])
        assert len(sandbox["inbox"].effects()) == 1
        assert sandbox["okta"].effects() == []


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sandbox", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_prints_its_address_and_ends_within_a_second(number: signal.Signals) -> None:
    process = start("inbox", "--port", "0")
    assert process.stdout is not None
    words = process.stdout.readline().split()
    assert words[:2] == ["sandbox", "inbox"]
    httpx.post(f"{words[2]}/_sandbox/faults", json={"kind": "slow", "seconds": 30})
    with httpx.Client() as client, pytest.raises(httpx.ReadTimeout):
        client.get(words[2], timeout=0.3)
    begun = time.monotonic()
    process.send_signal(number)
    assert process.wait(5) == 0
    assert time.monotonic() - begun < 1.5
    assert process.communicate()[1] == ""


def test_command_says_plainly_that_a_port_is_taken() -> None:
    with run_sandbox("inbox") as inbox:
        process = start("inbox", "--port", inbox.url.rsplit(":", 1)[1])
        _, complaint = process.communicate(timeout=10)
    assert process.returncode == 2
    assert complaint.startswith("The sandbox did not start: Address already in use.")


def test_command_starts_all_providers_quickly_on_consecutive_ports() -> None:
    for _ in range(5):  # six free ports in a row are likely, not certain
        with run_sandbox("inbox") as probe:
            first = int(probe.url.rsplit(":", 1)[1]) + 1
        begun = time.monotonic()
        process = start("--port", str(first))
        assert process.stdout is not None
        lines = [process.stdout.readline().split() for _ in PROVIDERS]
        taken = time.monotonic() - begun
        if lines[0]:
            break
        assert "Address already in use" in process.communicate(timeout=10)[1]
    names = {name: url for _, name, url in lines}
    assert names == {name: f"http://localhost:{first + place}" for place, name in enumerate(PROVIDERS)}
    assert [name for _, name, _ in lines] == list(PROVIDERS)
    for name, url in names.items():
        assert httpx.get(f"{url}/_sandbox/healthz").json()["provider"] == name
    process.terminate()
    assert process.wait(5) == 0
    assert process.communicate()[1] == ""
    assert taken < 6, "about a second on a free machine; 6 s allows for a busy one"
