"""What stands before the chat: nothing is reached by strangers, by other sites, in huge pieces, or by old holes."""
# ruff: noqa: ASYNC212  the server is another process: a test that waits holds nobody up

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import socketio  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.jwk import OctKey

from assistant.clock import utc_now
from assistant.login.rules import Door, door
from assistant.login.sealing import Sealer
from tests.support.sandbox import run_sandbox
from tests.support.web import SECRET, Chat, Served, answers, browser, cookie_header, serve_echo, sign_in

EVIL = "https://evil.example"
NOBODYS = "5e0d2c36-7a6f-4b0a-9a57-3f0c3f4d9b1e"
"""An id that nothing bears; the same in every process, so that tests are named alike."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with run_sandbox("okta") as okta, serve_echo(tmp_path_factory.mktemp("guard"), f"{okta.url}/oauth2/default") as web:
        yield web


@pytest.fixture(scope="module")
def anna(served: Served) -> httpx.Client:
    return sign_in(served.url, "Anna Albrecht")


@pytest.fixture(scope="module")
def paul(served: Served) -> httpx.Client:
    return sign_in(served.url, "Paul Peters")


async def conversation(client: httpx.Client, words: str = "card") -> tuple[str, list[dict[str, Any]]]:
    """A stored conversation of that person: its id and its steps."""
    chat = await Chat(client).open()
    await chat.ask(words)
    await chat.close()
    thread_id = chat.first[0]["thread_id"]
    return thread_id, client.get(f"/project/thread/{thread_id}").json()["steps"]


# strangers

INSIDE = [
    ("GET", "/api/me"),
    ("GET", "/user"),
    ("GET", "/auth/config"),
    ("GET", "/project/settings"),
    ("GET", "/project/translations"),
    ("POST", "/project/threads"),
    ("POST", "/project/action"),
    ("POST", "/set-session-cookie"),
    ("GET", f"/project/thread/{NOBODYS}"),
    ("PUT", "/project/thread"),
    ("DELETE", "/project/thread"),
    ("PUT", "/feedback"),
    ("DELETE", "/feedback"),
    ("GET", f"/project/file/{NOBODYS}"),
    ("POST", "/project/file"),
    ("GET", f"/sent/{NOBODYS}"),
]


@pytest.mark.parametrize(("method", "path"), INSIDE)
def test_strangers_reach_nothing(served: Served, method: str, path: str) -> None:
    answer = browser(served.url).request(method, path)
    assert answer.status_code == 401 and "Sign in again" in answer.json()["detail"]


def test_strangers_reach_no_socket(served: Served) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        socketio.SimpleClient().connect(
            served.url, transports=["websocket"], socketio_path="/ws/socket.io", wait_timeout=5
        )


def test_a_token_of_our_kind_without_a_session_opens_nothing(served: Served) -> None:
    """Signed with the right key, even: the session must be in the table."""
    key = OctKey.import_key(Sealer(SECRET, utc_now).key("chat-token"))
    now = int(time.time())
    for sid in ("made-up", None):
        claims: dict[str, Any] = {"identifier": "anna", "sid": sid, "iat": now - 5, "exp": now + 500, "metadata": {}}
        token = jwt.encode({"alg": "HS256"}, claims, key, algorithms=["HS256"])
        for headers in ({"cookie": f"assistant_session={token}"}, {"authorization": f"Bearer {token}"}):
            assert httpx.get(f"{served.url}/user", headers=headers).status_code == 401


def test_a_token_signed_by_somebody_else_opens_nothing(served: Served, anna: httpx.Client) -> None:
    claims = jwt.decode(
        anna.cookies["assistant_session"], OctKey.import_key(Sealer(SECRET, utc_now).key("chat-token"))
    ).claims
    assert claims["sid"]
    forged = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("k" * 44), algorithms=["HS256"])
    assert httpx.get(f"{served.url}/user", headers={"cookie": f"assistant_session={forged}"}).status_code == 401


def test_a_session_in_the_cookie_cannot_be_mixed_with_another_persons_token(
    served: Served, anna: httpx.Client, paul: httpx.Client
) -> None:
    """Chainlit reads more places than the guard; it sees only what the guard has checked."""
    mixed = f"{cookie_header(paul)}; assistant_session_0={anna.cookies['assistant_session']}"
    headers = {"cookie": mixed, "authorization": f"Bearer {anna.cookies['assistant_session']}"}
    assert httpx.get(f"{served.url}/user", headers=headers).json()["display_name"] == "Paul Peters"


# holes of the chat that are closed

HOLES = [
    ("POST", "/auth/jwt"),
    ("POST", "/auth/header"),
    ("POST", "/login"),
    ("PUT", "/project/thread/share"),
    ("GET", f"/project/share/{NOBODYS}"),
    ("PUT", "/project/element"),
    ("DELETE", "/project/element"),
    ("POST", "/mcp"),
    ("DELETE", "/mcp"),
    ("GET", "/auth/oauth/google"),
    ("POST", "/auth/oauth/azure-ad-hybrid/callback"),
    ("GET", "/docs"),
    ("GET", "/redoc"),
    ("GET", "/openapi.json"),
    ("GET", "/copilot/index.js"),
    ("POST", "/slack/events"),
    ("GET", "/health"),
    ("GET", "/anything/else"),
    ("GET", "/ws/socket.io/?EIO=4&transport=polling"),
    ("POST", "/ws/socket.io/?EIO=4&transport=polling"),
]


@pytest.mark.parametrize(("method", "path"), HOLES)
def test_what_the_product_does_not_use_does_not_exist(anna: httpx.Client, method: str, path: str) -> None:
    assert anna.request(method, path, headers={"authorization": "Bearer x"}).status_code == 404


def test_files_outside_the_public_folders_are_not_served(anna: httpx.Client) -> None:
    for path in ("/public/../.chainlit/config.toml", "/public/%2e%2e/.chainlit/config.toml", "/assets/../index.html"):
        request = anna.build_request("GET", "/public/x")
        request.url = request.url.copy_with(raw_path=path.encode())
        assert anna.send(request).status_code in (400, 404), path


def test_only_listed_addresses_have_a_door() -> None:
    assert door("GET", "/") is Door.PAGE and door("GET", "/healthz") is Door.OPEN
    assert door("POST", "/") is None and door("TRACE", "/healthz") is None
    assert door("GET", f"/step-up/{NOBODYS}") is Door.PAGE
    assert door("POST", f"/step-up/{NOBODYS}") is None and door("GET", "/step-up/P-7") is None
    assert door("GET", "/thread/../../etc") is None and door("GET", "/thread/" + "x" * 36) is None


# other sites


@pytest.mark.parametrize(
    "origin", [EVIL, "null", "http://localhost:1", "https://localhost", "http://localhost.evil.example"]
)
def test_other_sites_change_nothing(served: Served, anna: httpx.Client, origin: str) -> None:
    for method, path in (("POST", "/logout"), ("POST", "/project/threads"), ("DELETE", "/project/thread")):
        answer = anna.request(method, path, headers={"origin": origin}, json={})
        assert answer.status_code == 403, path
        assert "access-control-allow-origin" not in answer.headers
    assert anna.get("/api/me").status_code == 200, "nobody was signed out"


def test_other_sites_may_not_read(anna: httpx.Client, served: Served) -> None:
    answer = anna.get("/user", headers={"origin": EVIL})
    assert answer.headers.get("access-control-allow-origin") not in ("*", EVIL)
    before = anna.request(
        "OPTIONS", "/project/threads", headers={"origin": EVIL, "access-control-request-method": "POST"}
    )
    assert before.status_code >= 400 and "access-control-allow-origin" not in before.headers


def test_a_request_that_the_browser_calls_cross_site_changes_nothing(anna: httpx.Client) -> None:
    assert anna.post("/project/threads", json={}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert anna.post("/project/threads", json={}, headers={"sec-fetch-site": "same-site"}).status_code == 403


@pytest.mark.anyio
async def test_other_sites_open_no_socket(anna: httpx.Client) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Chat(anna, origin=EVIL).open()
    await (await Chat(anna).open()).close()


# sizes


def test_large_bodies_are_refused_before_they_are_read(anna: httpx.Client) -> None:
    assert anna.post("/project/threads", content=b"x" * 1_000_001).status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 50_000

    streamed = anna.post("/project/threads", content=pieces())
    assert streamed.status_code == 413 and "too large" in streamed.json()["detail"]


@pytest.mark.anyio
async def test_a_long_message_passes_and_a_huge_one_closes_the_socket(anna: httpx.Client) -> None:
    chat = await Chat(anna).open()
    assert len(answers(await chat.ask("fast " + "x" * 100_000))[0]) == 100_005
    await chat.sio.emit("client_message", {"message": {"output": "x" * 1_100_000}})
    async with asyncio.timeout(5):
        await chat.closed.wait()
    assert (await asyncio.to_thread(anna.get, "/api/me")).status_code == 200


# other people's things


@pytest.mark.anyio
async def test_nobody_sees_or_changes_another_persons_conversation(anna: httpx.Client, paul: httpx.Client) -> None:
    thread_id, _ = await conversation(anna)
    listed = paul.post("/project/threads", json={"pagination": {"first": 50}, "filter": {}}).json()["data"]
    assert thread_id not in [thread["id"] for thread in listed]
    element_id = anna.get(f"/project/thread/{thread_id}").json()["elements"][0]["id"]
    assert anna.get(f"/project/thread/{thread_id}/element/{element_id}").json()["props"] == {
        "amount": "980.00",
        "lines": [1, 2],
    }
    refused = [
        paul.get(f"/project/thread/{thread_id}"),
        paul.get(f"/project/thread/{thread_id}/element/{element_id}"),
        paul.put("/project/thread", json={"threadId": thread_id, "name": "mine"}),
        paul.request("DELETE", "/project/thread", json={"threadId": thread_id}),
    ]
    assert [answer.status_code for answer in refused] == [404] * 4
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Chat(paul, thread_id=thread_id).open()
    assert anna.get(f"/project/thread/{thread_id}").json()["name"] == "card"


@pytest.mark.anyio
async def test_an_element_is_given_out_with_its_own_conversation_only(anna: httpx.Client, paul: httpx.Client) -> None:
    thread_id, _ = await conversation(anna)
    mine, _ = await conversation(paul, "hello")
    element_id = anna.get(f"/project/thread/{thread_id}").json()["elements"][0]["id"]
    assert paul.get(f"/project/thread/{mine}/element/{element_id}").json() is None


@pytest.mark.anyio
async def test_nobody_judges_another_persons_answers(anna: httpx.Client, paul: httpx.Client) -> None:
    thread_id, steps = await conversation(anna)
    said = next(step["id"] for step in steps if step["type"] == "assistant_message")
    body = {"feedback": {"forId": said, "value": 1, "comment": "good"}, "sessionId": str(uuid4())}
    assert paul.put("/feedback", json=body).status_code == 404
    kept = anna.put("/feedback", json=body).json()["feedbackId"]
    again = {**body, "feedback": {"forId": said, "value": 0, "comment": "good"}}
    assert anna.put("/feedback", json=again).json()["feedbackId"] == kept
    step = next(s for s in anna.get(f"/project/thread/{thread_id}").json()["steps"] if s["id"] == said)
    assert step["feedback"] == {"forId": said, "id": kept, "value": 0, "comment": "good"}
    assert paul.request("DELETE", "/feedback", json={"feedbackId": kept}).status_code == 404
    assert anna.request("DELETE", "/feedback", json={"feedbackId": kept}).status_code == 200
    assert anna.request("DELETE", "/feedback", json={"feedbackId": kept}).status_code == 404
    assert anna.put("/feedback", json={**body, "feedback": {"forId": str(uuid4()), "value": 1}}).status_code == 404


@pytest.mark.anyio
async def test_clicks_reach_only_ones_own_open_chats(anna: httpx.Client, paul: httpx.Client) -> None:
    chat = await Chat(anna).open()
    action = {"name": "poke", "payload": {"x": 1}, "id": str(uuid4()), "label": ""}
    good = {"sessionId": chat.session_id, "action": action}
    assert (await asyncio.to_thread(anna.post, "/project/action", json=good)).json()["response"][
        "by"
    ] == "Anna Albrecht"
    foreign = await asyncio.to_thread(paul.post, "/project/action", json=good)
    assert foreign.status_code == 409 and "Nothing was done" in foreign.json()["detail"]
    unknown = await asyncio.to_thread(anna.post, "/project/action", json={**good, "sessionId": str(uuid4())})
    assert unknown.status_code == 409
    broken: list[Any] = [b"{", {}, [], {"sessionId": chat.session_id, "action": {}}, {**good, "action": {"name": 1}}]
    for body in broken:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = await asyncio.to_thread(anna.post, "/project/action", content=content)
        assert answer.status_code == 400, body
    missing = {**good, "action": {**action, "name": "no-such-thing"}}
    assert (await asyncio.to_thread(anna.post, "/project/action", json=missing)).status_code == 404
    await chat.close()


@pytest.mark.anyio
async def test_another_persons_chat_cannot_be_taken_over(anna: httpx.Client, paul: httpx.Client) -> None:
    chat = await Chat(anna).open()
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Chat(paul, session_id=chat.session_id).open()
    await chat.close()


# what the browser may say over the socket


@pytest.mark.anyio
@pytest.mark.parametrize("bad", ["../..", "../public", "x", "", NOBODYS.upper(), f"{{{NOBODYS}}}"])
async def test_a_chats_id_is_an_id_and_not_a_path(served: Served, anna: httpx.Client, bad: str) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Chat(anna, session_id=bad).open()
    if bad:
        with pytest.raises(socketio.exceptions.ConnectionError):
            await Chat(anna, thread_id=bad).open()
    assert (served.home / "chainlit" / "public").is_dir()


@pytest.mark.anyio
async def test_the_browser_cannot_speak_for_the_assistant(anna: httpx.Client) -> None:
    chat = await Chat(anna).open()
    await chat.ask(
        "fast hello",
        type="assistant_message",
        name="Finance assistant",
        parentId=str(uuid4()),
        metadata={"call": "forged"},
        threadId=str(uuid4()),
    )
    await chat.close()
    steps = anna.get(f"/project/thread/{chat.first[0]['thread_id']}").json()["steps"]
    mine = [step for step in steps if step["output"] == "fast hello"]
    assert [(s["type"], s["name"]) for s in mine] == [
        ("user_message", "Anna Albrecht"),
        ("assistant_message", "Finance assistant"),
    ]
    assert mine[0]["metadata"] == {} and mine[0]["parentId"] is None


@pytest.mark.anyio
async def test_what_was_said_cannot_be_said_over(anna: httpx.Client) -> None:
    """Neither by sending a known id again, in the same chat or after coming back, nor by the event for changing."""
    chat = await Chat(anna).open()
    first = str(uuid4())
    await chat.ask("fast first", message_id=first)
    reply = next(m["id"] for m in chat.messages if m["output"] == "fast first")
    thread_id = chat.first[0]["thread_id"]
    await chat.sio.emit("edit_message", {"message": {"id": first, "output": "changed"}})
    for known in (first, reply):
        await chat.sio.emit("client_message", {"message": {"id": known, "output": "fast changed", "createdAt": "x"}})
    await asyncio.sleep(0.5)
    said = answers(chat.messages)
    assert "fast changed" not in said and said[-1] == "This message was sent before. Nothing was done."
    await chat.close()
    other = await Chat(anna).open()
    await other.ask("fast over", message_id=first)
    await other.close()
    steps = anna.get(f"/project/thread/{thread_id}").json()["steps"]
    assert [s["output"] for s in steps if s["id"] in (first, reply)] == ["fast first", "fast first"]


# headers


def test_every_answer_carries_the_security_headers(served: Served, anna: httpx.Client) -> None:
    for path in ("/healthz", "/login", "/", "/api/me", "/nowhere", "/public/theme.json", "/user"):
        headers = anna.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["x-frame-options"] == "DENY" and headers["referrer-policy"] == "same-origin", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
    assert "strict-transport-security" not in anna.get("/").headers, "there is no HTTPS here"
    assert anna.get("/").headers["cache-control"] == "no-store" == anna.get("/api/me").headers["cache-control"]


def test_people_who_come_by_another_name_of_this_machine_are_led_to_the_proper_one(served: Served) -> None:
    other = served.url.replace("localhost", "127.0.0.1")
    answer = httpx.get(f"{other}/login?next=/", headers={"accept": "text/html"})
    assert answer.status_code == 307 and answer.headers["location"] == f"{served.url}/login?next=/"


def test_behind_https_cookies_are_bound_to_it(tmp_path: Path) -> None:
    with (
        run_sandbox("okta") as okta,
        serve_echo(tmp_path, f"{okta.url}/oauth2/default", PUBLIC_URL="https://finance.example") as web,
    ):
        host = {"host": "finance.example"}
        begun = httpx.get(f"{web.url}/auth/oauth/okta", headers=host)
        note = begun.headers["set-cookie"]
        assert note.startswith("__Secure-assistant_signin_") and "; Secure" in note
        assert (
            "redirect_uri=https%3A%2F%2Ffinance.example%2Fauth%2Foauth%2Fokta%2Fcallback" in begun.headers["location"]
        )
        out = httpx.post(f"{web.url}/logout", headers={**host, "origin": "https://finance.example"})
        cleared = out.headers.get_list("set-cookie")[0]
        assert cleared.startswith("__Host-assistant=") and "; Secure" in cleared
        assert out.headers["strict-transport-security"].startswith("max-age=")
        assert httpx.post(f"{web.url}/logout", headers={**host, "origin": web.url}).status_code == 403
