"""Starting and ending the product as people do it: addresses printed, Ctrl-C, a second start, a port that is taken."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.assistant import PROVIDERS, RunningAssistant
from tests.support.chat import sign_in


def refused(home: Path, **settings: str) -> tuple[int, str]:
    """The exit code and the words of a start that has to fail."""
    product = RunningAssistant(home, **settings)
    code = product.launch().wait(30)
    return code, product.output()


@contextmanager
def taken(port: int) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", port)):
        yield


def assert_silent(*urls: str) -> None:
    """Nobody listens there any more."""
    for url in urls:
        with pytest.raises(httpx.TransportError):
            httpx.get(url, timeout=2)


def test_start_prints_where_the_chat_and_every_sandbox_provider_is(assistant: RunningAssistant) -> None:
    assert assistant.url in assistant.output()
    assert assistant.addresses() == assistant.sandbox.urls
    for name, url in assistant.sandbox.urls.items():
        health = httpx.get(f"{url}/_sandbox/healthz").raise_for_status().json()
        assert health["provider"] == name


def test_healthz_and_readyz_answer_without_a_login(assistant: RunningAssistant) -> None:
    assert httpx.get(f"{assistant.url}/healthz").status_code == 200
    ready = httpx.get(f"{assistant.url}/readyz", timeout=20)
    assert ready.status_code == 200, ready.text


def test_readyz_says_which_part_is_missing(assistant: RunningAssistant) -> None:
    assistant.sandbox["xero"].fault("*", "unavailable", times=-1)
    try:
        deadline = time.monotonic() + 40
        while (ready := httpx.get(f"{assistant.url}/readyz", timeout=30)).status_code == 200:
            assert time.monotonic() < deadline, f"Xero is down, and it still says that it is ready: {ready.text}"
            time.sleep(1)
    finally:
        assistant.sandbox["xero"].clear_faults()
    assert ready.status_code == 503
    assert "xero" in ready.text.lower()
    assert httpx.get(f"{assistant.url}/healthz").status_code == 200


def test_only_loopback_listens(assistant: RunningAssistant) -> None:
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in others - {"127.0.0.1", "127.0.1.1"}:
        for port in (assistant.port, assistant.sandbox_port):
            with socket.socket() as probe:
                probe.settimeout(2)
                assert probe.connect_ex((str(address), port)) != 0, f"{address}:{port} answers"


@pytest.mark.anyio
async def test_ctrl_c_ends_everything_and_a_second_start_finds_the_state(own_assistant: RunningAssistant) -> None:
    product = own_assistant
    async with aclosing(await sign_in(product.url, "Anna Albrecht")) as browser:
        before = product.sandbox["xero"].state()
        began = time.monotonic()
        assert product.stop() == 0, product.output()
        assert time.monotonic() - began < 10
        assert "Stopped." in product.output()
        assert "Traceback" not in product.output()
        assert_silent(product.url, *product.sandbox.urls.values())
        product.start()
        me = await browser.get("/api/me")
        assert me.status_code == 200, "the login did not survive the restart"
        assert me.json()["name"] == "Anna Albrecht"
        assert product.sandbox["xero"].state() == before


def test_a_killed_product_leaves_no_sandbox_behind(own_assistant: RunningAssistant) -> None:
    own_assistant.kill()
    assert_silent(*own_assistant.sandbox.urls.values())


def test_sigterm_ends_it_in_order(own_assistant: RunningAssistant) -> None:
    assert own_assistant.process is not None
    own_assistant.process.send_signal(signal.SIGTERM)
    assert own_assistant.process.wait(10) == 0, own_assistant.output()
    assert "Stopped." in own_assistant.output()


def test_a_taken_port_is_said_plainly(tmp_path: Path) -> None:
    product = RunningAssistant(tmp_path)
    with taken(product.port):
        code = product.launch().wait(30)
    assert code == 2
    assert str(product.port) in product.output()
    assert "PORT" in product.output()
    assert "Traceback" not in product.output()


def test_a_taken_sandbox_port_is_said_plainly(tmp_path: Path) -> None:
    product = RunningAssistant(tmp_path)
    with taken(product.sandbox_port + PROVIDERS.index("solaris")):
        code = product.launch().wait(60)
    assert code == 2
    assert "sandbox" in product.output().lower()
    assert str(product.sandbox_port) in product.output()
    assert "SANDBOX_PORT" in product.output(), "it does not say which setting helps"
    assert "Traceback" not in product.output()


def test_real_books_behind_the_sandbox_login_are_refused(tmp_path: Path) -> None:
    code, words = refused(tmp_path, XERO_CLIENT_ID="real", XERO_CLIENT_SECRET="real")
    assert code == 2
    assert "OKTA_ISSUER" in words
    assert "anybody can pick any person" in words


def test_a_setting_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    code, words = refused(tmp_path, CARD_MINUTES="soon")
    assert code == 2
    assert "CARD_MINUTES" in words
    assert "Traceback" not in words


def test_nothing_is_written_outside_the_home(assistant: RunningAssistant) -> None:
    elsewhere = list((assistant.home / "cwd").rglob("*"))
    assert elsewhere == [], "the start wrote into the folder it was started from"
