"""The guard by itself, before an application that only notes what reaches it: what the chat never gets to see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from assistant.clock import utc_now
from assistant.login.current import speaking_person
from assistant.login.doorkeeper import Doorkeeper
from assistant.login.guard import LARGEST_BODY, LARGEST_UPLOAD, Guard
from assistant.login.oidc import Identity
from assistant.login.sealing import Sealer
from assistant.login.sessions import Sessions
from assistant.stores.database import Database

pytestmark = pytest.mark.anyio
URL = "http://localhost:8000"


class Behind:
    """Notes the scope, the speaker and every message; answers requests with 200 and accepts sockets."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.speakers: list[str | None] = []
        self.received: list[Message] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        self.speakers.append(speaking_person())
        while True:
            message = await receive()
            self.received.append(message)
            if message["type"] == "websocket.connect":
                await send({"type": "websocket.accept"})
            elif message["type"] == "websocket.disconnect":
                return
            elif message["type"] == "http.request" and not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


class House:
    """A guard with a person signed in."""

    def __init__(self, behind: Behind, guard: Guard, keeper: Doorkeeper, session_id: str, token: str) -> None:
        self.behind, self.guard, self.keeper, self.session_id, self.token = behind, guard, keeper, session_id, token
        self.sent: list[Message] = []

    async def ask(
        self, kind: str, path: str, headers: list[tuple[bytes, bytes]], messages: list[Message], **more: Any
    ) -> None:
        scope = {"type": kind, "path": path, "headers": headers, "query_string": b"", "method": "POST", **more}
        waiting = iter(messages)

        async def receive() -> Message:
            return next(waiting)

        async def send(message: Message) -> None:
            self.sent.append(message)

        await self.guard(scope, receive, send)

    @property
    def status(self) -> int:
        status: int = next(m["status"] for m in self.sent if m["type"] == "http.response.start")
        return status


@pytest.fixture
async def house(sqlite: Database) -> AsyncIterator[House]:
    sealer = Sealer("a secret that only tests know, long enough", utc_now)

    async def none(_name: str) -> list[str]:
        return []

    sessions = Sessions(sqlite, utc_now, sealer, role_groups={"v": "viewer"}, hours=8, organisation_ids=none)
    admitted = await sessions.admit(Identity("https://i", "anna", "Anna", "", ("v",), "", datetime.now(UTC), "t"))
    keeper = Doorkeeper(sessions, sealer, utc_now, secure=False)
    token = keeper.cookie_header(admitted).partition(";")[0].partition("=")[2]
    behind = Behind()
    yield House(behind, Guard(behind, keeper, url=URL, headers={"x-test": "1"}), keeper, admitted.session_id, token)


def cookies(house: House, more: str = "") -> list[tuple[bytes, bytes]]:
    return [(b"cookie", f"assistant_session={house.token}{more}".encode()), (b"host", b"localhost:8000")]


EMPTY: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]
SOCKET = {"query_string": b"EIO=4&transport=websocket"}


async def test_only_the_cookie_that_was_checked_goes_through(house: House) -> None:
    headers = [
        *cookies(house, "; assistant_session_0=other; theme=dark"),
        (b"cookie", b"assistant_session=another"),
        (b"authorization", b"Bearer another"),
        (b"content-type", b"application/json"),
    ]
    await house.ask("http", "/project/threads", headers, EMPTY)
    assert house.status == 200
    passed = house.behind.scopes[0]["headers"]
    assert [value for name, value in passed if name == b"cookie"] == [f"assistant_session={house.token}".encode()]
    assert b"authorization" not in dict(passed) and dict(passed)[b"content-type"] == b"application/json"
    assert house.behind.speakers == [(await house.keeper.sessions.session_alive(house.session_id)).id]  # type: ignore[union-attr]
    assert speaking_person() is None, "and nobody speaks afterwards"


async def test_a_stream_without_end_is_cut_off(house: House) -> None:
    piece: Message = {"type": "http.request", "body": b"x" * 100_000, "more_body": True}
    await house.ask("http", "/project/threads", cookies(house), [piece] * 1000)
    assert house.status == 413
    assert sum(len(m["body"]) for m in house.behind.received) <= LARGEST_BODY


async def test_a_file_may_be_larger_than_everything_else_and_is_cut_off_too(house: House) -> None:
    piece: Message = {"type": "http.request", "body": b"x" * 1_000_000, "more_body": True}
    last: Message = {"type": "http.request", "body": b"", "more_body": False}
    await house.ask("http", "/project/file", cookies(house), [piece] * 9 + [last], method="POST")
    assert house.status == 200
    house.sent.clear()
    house.behind.received.clear()
    await house.ask("http", "/project/file", cookies(house), [piece] * 100, method="POST")
    assert house.status == 413
    assert sum(len(m["body"]) for m in house.behind.received) <= LARGEST_UPLOAD


async def test_a_declared_size_is_believed(house: House) -> None:
    for declared in (b"1000001", b"-1", b"1e9", b""):
        house.sent.clear()
        await house.ask("http", "/project/threads", [*cookies(house), (b"content-length", declared)], EMPTY)
        assert house.status == 413, declared
    assert house.behind.scopes == []


async def test_a_socket_message_that_is_too_big_never_arrives(house: House) -> None:
    messages: list[Message] = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "small"},
        {"type": "websocket.receive", "text": "x" * (LARGEST_BODY + 1)},
    ]
    await house.ask("websocket", "/ws/socket.io/", cookies(house), messages, **SOCKET)
    assert [m.get("text") for m in house.behind.received] == [None, "small", None]
    assert house.sent[-1] == {"type": "websocket.close", "code": 1009, "reason": "too large"}


async def test_a_socket_says_nothing_more_once_the_session_is_over(house: House) -> None:
    """Not even what was on its way already: neither in nor out."""
    guard, keeper, behind = house.guard, house.keeper, house.behind

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        behind.received += [await receive(), await receive()]
        await keeper.sessions.end(house.session_id)
        keeper._known.clear()  # as a second or two later
        behind.received.append(await receive())
        await send({"type": "websocket.send", "text": "a figure"})

    guard._app = app
    said: Message = {"type": "websocket.receive", "text": "hi"}
    messages: list[Message] = [{"type": "websocket.connect"}, said, said]
    await house.ask("websocket", "/ws/socket.io/", cookies(house), messages, **SOCKET)
    assert [m["type"] for m in behind.received] == ["websocket.connect", "websocket.receive", "websocket.disconnect"]
    assert [m["type"] for m in house.sent] == ["websocket.close"] and house.sent[0]["code"] == 4401


@pytest.mark.parametrize(
    ("path", "query", "origin", "code"),
    [
        ("/ws/socket.io/", b"transport=websocket", b"https://evil.example", 1008),
        ("/ws/socket.io/", b"transport=polling", None, 1008),
        ("/ws/socket.io/", b"", None, 1008),
        ("/other", b"transport=websocket", None, 1008),
    ],
)
async def test_sockets_of_other_sites_other_kinds_and_other_places_are_refused(
    house: House, path: str, query: bytes, origin: bytes | None, code: int
) -> None:
    headers = cookies(house) + ([(b"origin", origin)] if origin else [])
    await house.ask("websocket", path, headers, [{"type": "websocket.connect"}], query_string=query)
    assert house.sent == [{"type": "websocket.close", "code": code}] and house.behind.scopes == []


async def test_a_socket_without_a_session_is_refused(house: House) -> None:
    await house.ask("websocket", "/ws/socket.io/", [(b"host", b"x")], [{"type": "websocket.connect"}], **SOCKET)
    assert house.sent == [{"type": "websocket.close", "code": 4401}] and house.behind.scopes == []


async def test_an_answers_own_headers_are_kept(house: House) -> None:
    await house.ask("http", "/project/threads", cookies(house), EMPTY)
    headers = dict(next(m["headers"] for m in house.sent if m["type"] == "http.response.start"))
    assert headers[b"x-test"] == b"1" and headers[b"cache-control"] == b"no-store"
