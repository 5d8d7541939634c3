"""The web application around the chat: health, the page without foreign addresses, files, start and end."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.settings import Settings
from assistant.web import _no_real_money, _part, registration
from tests.support.sandbox import RunningProvider, run_sandbox
from tests.support.web import ROOT, Served, browser, serve_echo, sign_in


@pytest.fixture(scope="module")
def okta() -> Iterator[RunningProvider]:
    with run_sandbox("okta") as running:
        yield running


@pytest.fixture(scope="module")
def served(okta: RunningProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve_echo(tmp_path_factory.mktemp("web"), f"{okta.url}/oauth2/default") as web:
        yield web


@pytest.fixture(scope="module")
def anna(served: Served) -> httpx.Client:
    return sign_in(served.url, "Anna Albrecht")


def test_health_says_up_and_readiness_names_each_part(served: Served, okta: RunningProvider) -> None:
    assert httpx.get(f"{served.url}/healthz").json() == {"status": "up"}
    ready = readiness(served, 200)
    assert ready["ready"] and set(ready["parts"]) == {"database", "login"}
    okta.fault("*", "unavailable", times=-1)
    try:
        not_ready = readiness(served, 503)
    finally:
        okta.clear_faults()
    assert not_ready["parts"]["login"]["ok"] is False and not_ready["parts"]["database"]["ok"]
    readiness(served, 200)


def readiness(served: Served, expected: int) -> Any:
    """What /readyz says as soon as it answers so; it asks the parts at most every few seconds."""
    until = time.monotonic() + 15
    while (answer := httpx.get(f"{served.url}/readyz")).status_code != expected:
        assert time.monotonic() < until, answer.text
        time.sleep(0.2)
    return answer.json()


def test_a_part_that_hangs_or_breaks_is_named_without_its_secrets() -> None:
    assert _part(TimeoutError()) == {"ok": False, "problem": "no answer within 3 seconds"}
    assert _part(ValueError("password=hunter2")) == {"ok": False, "problem": "ValueError"}
    assert _part(0.0123) == {"ok": True, "ms": 12.3}


def test_the_page_names_no_foreign_address_and_its_policy_allows_none(served: Served, anna: httpx.Client) -> None:
    page = anna.get("/")
    assert page.status_code == 200 and '<div id="root">' in page.text
    assert re.findall(r"https?://[^\"'\s)]+", page.text) == []
    policy = dict(part.strip().partition(" ")[::2] for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    hosts = re.findall(r"(?:https?|wss?)://[^\s;]+", page.headers["content-security-policy"])
    assert hosts == [served.url.replace("http:", "ws:")], "its own socket only"
    assert "'unsafe-inline'" not in policy["script-src"] and "*" not in page.headers["content-security-policy"]
    inline = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy["script-src"]


def test_the_page_asks_for_real_sockets_only(anna: httpx.Client) -> None:
    assert 'window.transports = ["websocket"]' in anna.get("/").text


def test_the_chats_settings_offer_nothing_that_is_switched_off(anna: httpx.Client) -> None:
    settings = anna.get("/project/settings").json()
    features: dict[str, Any] = settings["features"]
    assert features["edit_message"] is False and features["mcp"]["enabled"] is False
    assert features["allow_thread_sharing"] is False and features["unsafe_allow_html"] is False
    upload = features["spontaneous_file_upload"]
    assert (upload["enabled"], upload["max_files"], upload["max_size_mb"]) == (True, 10, 10)
    assert upload["accept"]["application/pdf"] == [".pdf"] and not any("exe" in kind for kind in upload["accept"])
    assert settings["dataPersistence"] and settings["threadResumable"] and not settings["threadSharing"]
    config = anna.get("/auth/config").json()
    assert config["requireLogin"] is True and not config["passwordAuth"] and not config["headerAuth"]


def test_scripts_are_sent_packed_and_kept_by_browsers(served: Served, anna: httpx.Client) -> None:
    name = re.search(r'src="(/assets/[^"]+\.js)"', anna.get("/").text)
    assert name
    with httpx.stream("GET", f"{served.url}{name[1]}", headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip" and answer.headers["vary"] == "accept-encoding"
        assert "immutable" in answer.headers["cache-control"]
    plain = httpx.get(f"{served.url}{name[1]}", headers={"accept-encoding": "identity"})
    assert gzip.decompress(raw) == plain.content and len(raw) < len(plain.content) / 2
    assert "content-encoding" not in plain.headers
    assert httpx.get(f"{served.url}{name[1]}.map").status_code == 404
    assert httpx.get(f"{served.url}/assets/nothing.js").status_code == 404


def test_the_load_balancers_cookie_takes_ids_only(anna: httpx.Client) -> None:
    good = anna.post("/set-session-cookie", json={"session_id": "0b0c2ed0-8c10-4ff0-a5d5-8f1f6f1f0001"})
    assert good.status_code == 200 and "SameSite=lax" in good.headers["set-cookie"]
    broken: list[Any] = [{"session_id": "x; Domain=evil"}, {}, [], "x"]
    for bad in broken:
        assert anna.post("/set-session-cookie", json=bad).status_code == 422


def test_who_is_signed_in(anna: httpx.Client) -> None:
    assert anna.get("/api/me").json() == {
        "name": "Anna Albrecht",
        "email": "anna.albrecht@lindenhof.example",
        "roles": ["approver"],
        "organisation": None,
        "sandbox": True,
    }


def test_starting_leaves_the_checkout_as_it_was(okta: RunningProvider, tmp_path: Path) -> None:
    def files() -> set[str]:
        skipped = {".git", ".venv", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
        return {str(path) for path in ROOT.iterdir() if path.name not in skipped} | {
            str(path) for folder in (".chainlit", "public") for path in (ROOT / folder).rglob("*") if path.is_file()
        }

    before = files()
    with serve_echo(tmp_path, f"{okta.url}/oauth2/default") as web:
        assert browser(web.url).get("/login").status_code == 200
    assert files() == before
    assert (tmp_path / "chainlit" / ".chainlit" / "config.toml").is_file()


def test_it_ends_quickly_and_in_order(okta: RunningProvider, tmp_path: Path) -> None:
    with serve_echo(tmp_path, f"{okta.url}/oauth2/default") as web:
        sign_in(web.url, "Anna Albrecht")
        began = time.monotonic()
        web.stop(signal.SIGTERM)
        assert time.monotonic() - began < 8
    assert "Traceback" not in (tmp_path / "said.txt").read_text()


def test_the_ribbon_is_shown_only_where_it_is_true(tmp_path: Path) -> None:
    sandbox = Settings(_env_file=None, assistant_home=tmp_path)
    real = Settings(_env_file=None, assistant_home=tmp_path, xero_client_id="x", okta_issuer="https://a.example")
    assert _no_real_money(sandbox) and not _no_real_money(real)
    assert registration(sandbox).issuer == "http://localhost:8102/oauth2/default"
    assert registration(real).issuer == "https://a.example" and registration(real).called == "Okta"


def test_the_lock_file_of_the_certified_issuer_names_no_registry() -> None:
    text = (ROOT / "tests" / "oidc_provider" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text and '"integrity"' in text


def test_nothing_of_the_front_door_imports_chainlit_by_itself() -> None:
    script = "import sys, assistant.web, assistant.login.routes; print('chainlit' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False", done.stderr
