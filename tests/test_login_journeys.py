"""Signing in and out over HTTP, against the sandbox's Okta, as browsers do it."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from assistant.login.routes import page_or_home
from tests.support.sandbox import RunningProvider, run_sandbox
from tests.support.web import (
    Chat,
    Served,
    answers,
    browser,
    callback_address,
    cookie_header,
    follow,
    holds_a_token,
    serve_echo,
    sign_in,
    sign_in_page,
    submit,
)

THREAD = "0b0c2ed0-8c10-4ff0-a5d5-8f1f6f1f0001"


@pytest.fixture(scope="module")
def okta() -> Iterator[RunningProvider]:
    with run_sandbox("okta") as running:
        yield running


@pytest.fixture(scope="module")
def served(okta: RunningProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    groups = (
        "finance-viewers=viewer,finance-preparers=preparer,finance-approvers=approver,finance-admins=admin,"
        "finance-approvers-ost=approver@Ost"
    )
    home = tmp_path_factory.mktemp("journeys")
    with serve_echo(home, f"{okta.url}/oauth2/default", ROLE_GROUPS=groups) as running:
        yield running


def table(served: Served, sql: str, *values: str) -> list[tuple[str, ...]]:
    """Look into the application's tables, or change them, from outside."""
    with sqlite3.connect(served.home / "assistant.db", timeout=30) as connection:
        return connection.execute(sql, values).fetchall()


def test_strangers_are_led_to_the_sign_in_page(served: Served) -> None:
    client = browser(served.url)
    sent = client.get(f"/thread/{THREAD}")
    assert sent.status_code == 303 and sent.headers["location"] == f"/login?next=/thread/{THREAD}"
    page = client.get(sent.headers["location"])
    assert page.status_code == 200 and "Sign in with Okta" in page.text
    assert f'href="/auth/oauth/okta?next=%2Fthread%2F{THREAD}"' in page.text
    assert "<script" not in page.text and not re.search(r'(src|href)="(https?:)?//', page.text)
    german = client.get("/login", headers={"accept-language": "de-DE,de;q=0.9"})
    assert "Mit Okta anmelden" in german.text and 'lang="de"' in german.text


@pytest.mark.parametrize(
    ("person", "roles"),
    [
        ("Vera Vogel", ["viewer"]),
        ("Paul Peters", ["preparer"]),
        ("Anna Albrecht", ["approver"]),
        ("Max Maurer", ["approver", "preparer"]),
        ("Ada Adler", ["admin"]),
        ("Otto Ost", ["approver"]),
    ],
)
def test_each_person_comes_in_with_their_roles(served: Served, person: str, roles: list[str]) -> None:
    client = sign_in(served.url, person)
    me = client.get("/api/me").json()
    assert (me["name"], me["roles"]) == (person, roles)
    assert client.get("/").status_code == 200
    assert client.get("/login").headers["location"] == "/", "who is signed in needs no sign-in page"


def test_after_signing_in_people_are_where_they_wanted(served: Served) -> None:
    client = browser(served.url)
    answer = sign_in_page(client, "Vera Vogel", wanted=f"/thread/{THREAD}")
    assert answer.status_code == 303 and answer.headers["location"] == f"/thread/{THREAD}"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/logout", "javascript:alert(1)", "/x\r\n"],
)
def test_nobody_is_sent_to_another_site(served: Served, address: str) -> None:
    assert page_or_home(address) == "/"
    answer = sign_in_page(browser(served.url), "Vera Vogel", wanted=address)
    assert answer.headers["location"] == "/"


def test_who_has_no_role_is_told_who_they_are_and_whom_to_ask(served: Served) -> None:
    client = browser(served.url)
    answer = sign_in_page(client, "Nora Niemand")
    assert answer.status_code == 403
    assert "Nora Niemand" in answer.text and "finance-viewers" in answer.text and "Okta" in answer.text
    assert "assistant_session" not in client.cookies
    assert client.get("/api/me").status_code == 401
    assert table(served, "select * from person where name like 'Nora%'") == []


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(served: Served) -> None:
    client = browser(served.url)
    answer = sign_in_page(client, "Vera Vogel")
    mine = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("assistant_session="))
    assert "HttpOnly" in mine and "SameSite=Lax" in mine and "Path=/" in mine and "Domain" not in mine
    assert re.search(r"Max-Age=28(79\d|800)\b", mine), "eight hours"


def test_a_changed_state_is_refused(served: Served) -> None:
    client = browser(served.url)
    address = callback_address(client, "Anna Albrecht")
    state = parse_qs(urlsplit(address).query)["state"][0]
    for other in ("x" * 43, state[:-1] + ("A" if state[-1] != "A" else "B"), ""):
        answer = client.get(address.replace(state, other))
        assert answer.status_code == 400 and "not signed in" in answer.text
    assert client.get("/api/me").status_code == 401


def test_an_answer_meant_for_another_browser_is_refused(served: Served) -> None:
    address = callback_address(browser(served.url), "Anna Albrecht")
    victim = browser(served.url)
    assert victim.get(address).status_code == 400
    callback_address(victim, "Vera Vogel")  # a sign-in of their own under way changes nothing
    assert victim.get(address).status_code == 400
    assert victim.get("/api/me").status_code == 401


def test_a_code_serves_once(served: Served) -> None:
    client = browser(served.url)
    address = callback_address(client, "Anna Albrecht")
    kept = dict(client.cookies)
    assert client.get(address).status_code == 303
    again = browser(served.url)
    again.cookies.update(kept)
    answer = again.get(address)
    assert answer.status_code == 400 and "used already" in answer.text
    assert client.get(address).status_code == 400, "and the note in the first browser is gone"


def test_another_verifier_is_refused_by_the_issuer(served: Served) -> None:
    """The sealed note of one sign-in with the code of another: the issuer's check of PKCE speaks."""
    client = browser(served.url)
    first, second = callback_address(client, "Anna Albrecht"), callback_address(client, "Anna Albrecht")
    code = parse_qs(urlsplit(first).query)["code"][0]
    other = parse_qs(urlsplit(second).query)["code"][0]
    answer = client.get(second.replace(other, code))
    assert answer.status_code == 400
    assert client.get("/api/me").status_code == 401


def test_a_nonce_of_another_sign_in_is_refused(served: Served) -> None:
    """The nonce is changed on the way to the issuer, so the ID token carries another one than the browser's note."""
    client = browser(served.url)
    begun = client.get("/auth/oauth/okta", params={"prompt": "login"})
    away = begun.headers["location"]
    nonce = parse_qs(urlsplit(away).query)["nonce"][0]
    ours = f"{served.url}/auth/oauth/okta/callback"
    picker = follow(client, client.get(away.replace(nonce, "another")))
    page = follow(client, submit(client, picker, "Anna Albrecht"), until=ours)
    answer = client.get(page.headers["location"])
    assert answer.status_code == 400 and "did not pass the checks" in answer.text


def test_two_tabs_can_sign_in_side_by_side(served: Served) -> None:
    client = browser(served.url)
    first, second = callback_address(client, "Vera Vogel"), callback_address(client, "Vera Vogel")
    assert client.get(first).status_code == 303
    assert client.get(second).status_code == 303


def test_signing_in_again_ends_the_browsers_earlier_session(served: Served) -> None:
    client = sign_in(served.url, "Anna Albrecht")
    before = cookie_header(client)
    sign_in(served.url, "Vera Vogel", client=client)
    assert client.get("/api/me").json()["name"] == "Vera Vogel"
    assert browser(served.url).get("/api/me", headers={"cookie": before}).status_code == 401


def test_people_are_known_by_issuer_and_subject_not_by_address(served: Served) -> None:
    sign_in(served.url, "Paul Peters")
    sign_in(served.url, "Paul Peters")
    rows = table(served, "select issuer, subject, email from person where name = 'Paul Peters'")
    assert len(rows) == 1 and rows[0][1] != rows[0][2]


def test_the_roles_of_the_last_sign_in_hold(served: Served) -> None:
    client = sign_in(served.url, "Max Maurer")
    person = table(served, "select id from person where name = 'Max Maurer'")[0][0]
    table(served, "insert into role_grant values (?, 'admin', '', 'x')", person)
    assert "admin" in client.get("/api/me").json()["roles"]
    sign_in(served.url, "Max Maurer")
    assert "admin" not in client.get("/api/me").json()["roles"]


def test_a_role_taken_away_in_the_table_is_gone_at_once(served: Served) -> None:
    client = sign_in(served.url, "Max Maurer")
    table(
        served,
        "delete from role_grant where role = 'approver' and person_id in "
        "(select id from person where name = 'Max Maurer')",
    )
    assert client.get("/api/me").json()["roles"] == ["preparer"]
    table(served, "delete from role_grant where person_id in (select id from person where name like 'Max%')")
    assert client.get("/api/me").status_code == 401


def test_signing_out_ends_the_session_here_and_at_the_issuer(served: Served, okta: RunningProvider) -> None:
    client = sign_in(served.url, "Anna Albrecht")
    cookie = cookie_header(client)
    out = client.post("/logout")
    assert out.status_code == 303 and out.headers["location"] == "/login"
    to_issuer = client.get("/login")
    assert to_issuer.status_code == 303 and to_issuer.headers["location"].startswith(
        f"{okta.url}/oauth2/default/v1/logout?"
    )
    asked = parse_qs(urlsplit(to_issuer.headers["location"]).query)
    assert asked["id_token_hint"] and asked["post_logout_redirect_uri"] == [f"{served.url}/login"]
    last = follow(client, to_issuer)
    assert last.status_code == 200 and str(last.url).startswith(f"{served.url}/login")
    assert "You are signed out" in last.text
    assert "signed out" not in client.get("/login").text, "said once"
    for headers in ({"cookie": cookie}, {"authorization": f"Bearer {cookie.partition('=')[2]}"}):
        assert browser(served.url).get("/api/me", headers=headers).status_code == 401, "the token is worth nothing now"
        assert browser(served.url).get("/user", headers=headers).status_code == 401
    # The issuer forgot the person too: the next sign-in asks again instead of coming straight back.
    begun = client.get("/auth/oauth/okta")
    assert not follow(client, begun, until=f"{served.url}/auth").is_redirect


def test_the_chats_own_button_signs_out_at_the_issuer_as_well(served: Served) -> None:
    client = sign_in(served.url, "Anna Albrecht")
    by_script = client.post("/logout", json={}, headers={"accept": "*/*", "origin": served.url})
    assert by_script.json() == {"success": True}
    page = client.get("/")
    assert page.headers["location"] == "/login?next=/"
    assert "/v1/logout?" in client.get(page.headers["location"]).headers["location"]


def test_a_foreign_link_does_not_sign_people_out_unasked(served: Served) -> None:
    client = sign_in(served.url, "Anna Albrecht")
    asked = client.get("/logout", headers={"sec-fetch-site": "cross-site"})
    assert asked.status_code == 200 and "Sign out?" in asked.text
    assert client.get("/api/me").status_code == 200
    assert client.get("/logout", headers={"sec-fetch-site": "same-origin"}).status_code == 303
    assert client.get("/api/me").status_code == 401


def test_a_session_ends_after_its_hours(served: Served) -> None:
    client = sign_in(served.url, "Ada Adler")
    table(
        served,
        "update login_session set expires_at = '2020-01-01T00:00:00.000000+00:00' where person_id in "
        "(select id from person where name = 'Ada Adler')",
    )
    time.sleep(2)
    assert client.get("/api/me").status_code == 401
    assert client.get("/").headers["location"].startswith("/login")


def test_secrets_lie_in_the_tables_hashed_or_sealed(served: Served) -> None:
    client = sign_in(served.url, "Anna Albrecht")
    dump = " ".join(str(row) for row in table(served, "select * from login_session"))
    token = client.cookies["assistant_session"]
    assert token not in dump and not holds_a_token(dump), "neither our token nor the ID token can be read there"
    body = token.split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["sid"] not in dump


def test_an_issuer_that_is_down_is_told_in_words(tmp_path: Path) -> None:
    with serve_echo(tmp_path, "http://localhost:9/oauth2/default") as alone:
        client = browser(alone.url)
        answer = client.get("/auth/oauth/okta")
        assert answer.status_code == 400 and "cannot be reached" in answer.text
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["parts"]["database"]["ok"] and not ready.json()["parts"]["login"]["ok"]
        assert client.get("/healthz").status_code == 200


@pytest.mark.anyio
async def test_a_chat_knows_who_speaks_and_ends_with_the_session(served: Served) -> None:
    client = sign_in(served.url, "Anna Albrecht")
    chat = await Chat(client).open()
    assert answers(chat.messages) == ["Hello Anna Albrecht"]
    assert answers(await chat.ask("hello"))[0].startswith("approver")
    client.post("/logout")
    async with asyncio.timeout(2):
        await chat.closed.wait()


@pytest.mark.anyio
async def test_a_chat_ends_soon_when_the_session_is_revoked_in_the_table(served: Served) -> None:
    client = sign_in(served.url, "Vera Vogel")
    chat = await Chat(client).open()
    table(
        served,
        "update login_session set revoked_at = 'now' where revoked_at is null and person_id in "
        "(select id from person where name = 'Vera Vogel')",
    )
    async with asyncio.timeout(5):
        await chat.closed.wait()


@pytest.mark.anyio
async def test_a_role_taken_away_acts_at_the_next_message(served: Served) -> None:
    client = sign_in(served.url, "Max Maurer")
    chat = await Chat(client).open()
    assert answers(await chat.ask("one"))[0].startswith("approver,preparer")
    table(
        served,
        "delete from role_grant where role = 'approver' and person_id in "
        "(select id from person where name = 'Max Maurer')",
    )
    assert answers(await chat.ask("two"))[0].startswith("preparer ")
    table(served, "delete from role_grant where person_id in (select id from person where name like 'Max%')")
    said = answers(await chat.ask("three")) if not chat.closed.is_set() else []
    assert said in ([], ["Your session is over. Nothing was done. Sign in again to go on."])
