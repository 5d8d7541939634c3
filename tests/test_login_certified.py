"""The same sign-in against an issuer that nobody here wrote: the certified `oidc-provider` from npm.

Where node or npm is missing, or the packages cannot be had, these tests say so and are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.web import Served, browser, follow, free_port, serve_echo, submit

SOURCE = Path(__file__).parent / "oidc_provider"


@dataclass
class Certified:
    """The running issuer and the port at which it expects the application."""

    url: str
    port: int


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The issuer with exactly the packages of the lock file, outside the checkout."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed: the certified issuer cannot run")
    folder = tmp_path_factory.mktemp("oidc_provider")
    for name in ("package.json", "package-lock.json", "issuer.mjs"):
        shutil.copy(SOURCE / name, folder)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not bring the certified issuer within two minutes")
    if done.returncode != 0:
        pytest.skip(f"npm cannot bring the certified issuer here: {done.stderr.strip()[-300:]}")
    return folder


@pytest.fixture(scope="module")
def issuer(packages: Path) -> Iterator[Certified]:
    port, ours = free_port(), free_port()
    back, out = f"http://localhost:{ours}/auth/oauth/okta/callback", f"http://localhost:{ours}/login"
    with (packages / "said.txt").open("wb") as said:
        node = subprocess.Popen(
            ["node", "issuer.mjs", str(port), back, out], cwd=packages, stdout=subprocess.PIPE, stderr=said
        )
        assert node.stdout
        if b"ready" not in node.stdout.readline():
            node.wait(10)
            pytest.fail((packages / "said.txt").read_text())
        yield Certified(f"http://localhost:{port}", ours)
        node.terminate()
        node.wait(10)


@pytest.fixture(scope="module")
def served(issuer: Certified, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("certified")
    with serve_echo(home, issuer.url, port=issuer.port, client="certified") as web:
        yield web


def come_back(served: Served, client: httpx.Client, person: str) -> httpx.Response:
    """The issuer's way back to us after that person signed in and agreed, not followed yet."""
    ours = f"{served.url}/auth/oauth/okta/callback"
    page = follow(client, client.get("/auth/oauth/okta"), until=ours)
    page = follow(client, submit(client, page, "Sign-in", login=person, password="any"), until=ours)
    return page if page.is_redirect else follow(client, submit(client, page, "Continue"), until=ours)


def test_people_come_in_with_the_roles_of_their_groups(served: Served) -> None:
    for person, name, roles in (("alice", "Alice Approver", ["approver"]), ("bob", "Bob Viewer", ["viewer"])):
        client = browser(served.url)
        assert client.get(come_back(served, client, person).headers["location"]).status_code == 303
        me = client.get("/api/me").json()
        assert (me["name"], me["email"], me["roles"]) == (name, f"{person}@example.test", roles)


def test_who_is_in_none_of_the_groups_stays_out(served: Served) -> None:
    client = browser(served.url)
    answer = client.get(come_back(served, client, "carol").headers["location"])
    assert answer.status_code == 403 and "Carol Nobody" in answer.text
    assert client.get("/api/me").status_code == 401


def test_a_changed_state_code_or_issuer_lets_nobody_in(served: Served) -> None:
    for name in ("state", "code", "iss"):
        client = browser(served.url)
        address = come_back(served, client, "alice").headers["location"]
        value = parse_qs(urlsplit(address).query)[name][0]
        changed = (
            address.replace(f"{name}=", f"{name}=x", 1) if name != "iss" else f"{address}&iss=https://evil.example"
        )
        assert value and client.get(changed).status_code == 400, name
        assert client.get("/api/me").status_code == 401


def test_the_issuer_itself_insists_on_the_verifier(served: Served, issuer: Certified) -> None:
    """Two sign-ins of one browser, codes exchanged: our notes are genuine, the verifiers do not fit."""
    client = browser(served.url)
    first = come_back(served, client, "alice").headers["location"]
    ours = f"{served.url}/auth/oauth/okta/callback"
    second = follow(client, client.get("/auth/oauth/okta"), until=ours).headers["location"]
    codes = [parse_qs(urlsplit(address).query)["code"][0] for address in (first, second)]
    assert client.get(second.replace(codes[1], codes[0])).status_code == 400
    metadata = httpx.get(f"{issuer.url}/.well-known/openid-configuration").json()
    bare = {"grant_type": "authorization_code", "code": codes[1], "redirect_uri": ours}
    refused = httpx.post(metadata["token_endpoint"], data=bare, auth=("certified", "certified-secret"))
    assert refused.status_code == 400


def test_a_code_serves_once(served: Served) -> None:
    client = browser(served.url)
    address = come_back(served, client, "alice").headers["location"]
    thief = browser(served.url)
    for cookie in client.cookies.jar:
        thief.cookies.jar.set_cookie(cookie)
    assert client.get(address).status_code == 303
    assert thief.get(address).status_code == 400


def test_signing_out_asks_the_issuer_and_comes_back(served: Served, issuer: Certified) -> None:
    client = browser(served.url)
    client.get(come_back(served, client, "alice").headers["location"])
    client.post("/logout")
    away = client.get("/login")
    assert away.headers["location"].startswith(f"{issuer.url}/session/end?")
    asks = follow(client, away)
    assert asks.status_code == 200 and "Do you want to sign-out" in asks.text
    last = follow(client, submit(client, asks, "op.logoutForm", logout="yes"))
    assert str(last.url).startswith(f"{served.url}/login") and "You are signed out" in last.text


def test_a_public_client_needs_no_secret(packages: Path, issuer: Certified, served: Served, tmp_path: Path) -> None:
    served.stop()
    with serve_echo(tmp_path, issuer.url, port=issuer.port, client="public", OKTA_CLIENT_SECRET="") as web:
        client = browser(web.url)
        assert client.get(come_back(web, client, "bob").headers["location"]).status_code == 303
        assert client.get("/api/me").json()["roles"] == ["viewer"]
