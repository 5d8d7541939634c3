"""Starts the web application as a process of its own, with the echo chat, and signs people in as browsers do."""

from __future__ import annotations

import asyncio
import html
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import httpx
import socketio  # type: ignore[import-untyped]

ROOT = Path(__file__).parent.parent.parent
SECRET = "a secret that only tests know, long enough"


@dataclass
class Served:
    """The application under test: its address, its database, its process."""

    url: str
    database: str
    home: Path
    process: subprocess.Popen[bytes]

    def stop(self, how: int = signal.SIGTERM) -> int:
        """End it; its exit code."""
        self.process.send_signal(how)
        return self.process.wait(15)


def holds_a_token(text: str) -> bool:
    """Whether a signed token (JWT, RFC 7519) can be read in it; sealed text never has the dot between two parts."""
    return re.search(r"eyJ[\w-]+\.[\w-]+\.", text) is not None


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serve_echo(
    home: Path, issuer: str, *, database: str = "", port: int = 0, client: str = "sandbox-okta", **more: str
) -> Iterator[Served]:
    """The web application with the echo chat, ready to answer, ended afterwards."""
    port = port or free_port()
    url = f"http://localhost:{port}"
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("CHAINLIT_", "OKTA_"))},
        "ASSISTANT_HOME": str(home),
        "PORT": str(port),
        "DATABASE_URL": database,
        "OKTA_ISSUER": issuer,
        "OKTA_CLIENT_ID": client,
        "OKTA_CLIENT_SECRET": f"{client}-secret",
        **more,
    }
    home.mkdir(parents=True, exist_ok=True)
    said = (home / "said.txt").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.web"], cwd=ROOT, env=env, stdout=said, stderr=subprocess.STDOUT
    )
    served = Served(url, database or f"sqlite:///{home / 'assistant.db'}", home, process)
    try:
        _wait_until_up(served)
        yield served
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def _wait_until_up(served: Served) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if served.process.poll() is not None:
            raise RuntimeError((served.home / "said.txt").read_text()[-3000:])
        try:
            if httpx.get(f"{served.url}/healthz", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise RuntimeError("The web application did not answer within 60 seconds.")


def browser(url: str, **more: Any) -> httpx.Client:
    """A client that keeps cookies and asks for pages like a browser; it follows nothing by itself."""
    headers = {"accept": "text/html,application/xhtml+xml", "accept-language": "en"}
    return httpx.Client(base_url=url, headers=headers, timeout=20, **more)


def follow(client: httpx.Client, response: httpx.Response, *, until: str = "") -> httpx.Response:
    """Follow redirects; stop before an address that begins with `until`."""
    while response.is_redirect:
        target = urljoin(str(response.url), response.headers["location"])
        if until and target.startswith(until):
            return response
        response = client.get(target)
    return response


def submit(client: httpx.Client, page: httpx.Response, button: str, **typed: str) -> httpx.Response:
    """Type into the form on the page whose text holds `button`, and press that button."""
    for form in re.findall(r"<form\b.*?</form>", page.text, re.DOTALL):
        if button in html.unescape(form):
            opening = re.search(r"<form\b[^>]*>", form)
            assert opening
            action = html.unescape(_attribute(opening[0], "action") or str(page.url))
            fields = _fields(re.findall(r"<input\b[^>]*>", form))
            for whole in re.findall(r"<button\b.*?</button>", form, re.DOTALL):
                if button in html.unescape(whole):
                    fields |= _fields([whole[: whole.index(">") + 1]])
                    break
            return client.post(urljoin(str(page.url), action), data={**fields, **typed})
    raise AssertionError(f"no form with {button!r} on {page.url}:\n{page.text[:2000]}")


def _fields(tags: list[str]) -> dict[str, str]:
    names = {html.unescape(_attribute(t, "name")): html.unescape(_attribute(t, "value")) for t in tags}
    return {name: value for name, value in names.items() if name}


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"\b{name}=(?:\"([^\"]*)\"|'([^']*)')", tag)
    return (found[1] or found[2] or "") if found else ""


def sign_in(url: str, person: str, *, client: httpx.Client | None = None, wanted: str = "/") -> httpx.Client:
    """Walk the sandbox's sign-in as that demo person; the client then holds the session."""
    client = client or browser(url)
    last = sign_in_page(client, person, wanted=wanted)
    assert last.status_code == 303, f"{last.status_code}: {last.text[:500]}"
    return client


def sign_in_page(client: httpx.Client, person: str, *, wanted: str = "/") -> httpx.Response:
    """The answer of our own callback after that person signed in at the sandbox."""
    return client.get(callback_address(client, person, wanted=wanted))


def callback_address(client: httpx.Client, person: str, *, wanted: str = "/") -> str:
    """The address with which the issuer sends that person back to us, not opened yet."""
    ours = f"{client.base_url}".rstrip("/") + "/auth/oauth/okta/callback"
    begun = client.get("/auth/oauth/okta", params={"next": wanted, "prompt": "login"})
    assert begun.status_code == 303, begun.text[:500]
    page = follow(client, begun, until=ours)
    if not page.is_redirect:
        page = follow(client, submit(client, page, person), until=ours)
    assert page.is_redirect, page.text[:1000]
    return urljoin(str(page.url), page.headers["location"])


def cookie_header(client: httpx.Client) -> str:
    """Our session cookie as a header."""
    return f"assistant_session={client.cookies['assistant_session']}"


@dataclass
class Chat:
    """One open chat, speaking to the socket as Chainlit's page does."""

    client: httpx.Client
    thread_id: str | None = None
    session_id: str = field(default_factory=lambda: str(uuid4()))
    origin: str | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    elements: list[dict[str, Any]] = field(default_factory=list)
    threads: list[dict[str, Any]] = field(default_factory=list)
    first: list[dict[str, Any]] = field(default_factory=list)

    async def open(self) -> Chat:
        """Connect; raises socketio's ConnectionError when refused."""
        url = str(self.client.base_url).rstrip("/")
        self.sio = socketio.AsyncClient(reconnection=False)
        self.closed = asyncio.Event()
        self._ended: asyncio.Queue[None] = asyncio.Queue()
        self.sio.on("new_message", self.messages.append)
        self.sio.on("update_message", self.messages.append)
        self.sio.on("element", self.elements.append)
        self.sio.on("resume_thread", self.threads.append)
        self.sio.on("first_interaction", self.first.append)
        self.sio.on("task_end", lambda _data: self._ended.put_nowait(None))
        self.sio.on("disconnect", lambda *_: self.closed.set())
        headers = {"Cookie": cookie_header(self.client), "Origin": self.origin or url}
        auth = {
            "clientType": "webapp",
            "sessionId": self.session_id,
            "threadId": self.thread_id or "",
            "userEnv": "{}",
            "chatProfile": "",
        }
        await self.sio.connect(
            url, headers=headers, auth=auth, transports=["websocket"], socketio_path="/ws/socket.io", wait_timeout=10
        )
        await self.sio.emit("connection_successful")
        async with asyncio.timeout(10):
            await self._ended.get()
        await asyncio.sleep(0.1)
        return self

    async def ask(self, words: str, *, message_id: str | None = None, **more: Any) -> list[dict[str, Any]]:
        """Say something and wait for the end of the turn; the messages that came."""
        while not self._ended.empty():
            self._ended.get_nowait()
        before = len(self.messages)
        message = {"id": message_id or str(uuid4()), "name": "me", "type": "user_message", "output": words, **more}
        await self.sio.emit("client_message", {"message": {"createdAt": "2026-01-01T00:00:00Z", **message}})
        async with asyncio.timeout(15):
            await self._ended.get()
        return self.messages[before:]

    async def close(self) -> None:
        """Disconnect."""
        await self.sio.disconnect()


def answers(messages: list[dict[str, Any]]) -> list[str]:
    """The words of the assistant's messages."""
    return [m["output"] for m in messages if m["type"] == "assistant_message"]


def host_of(url: str) -> str:
    """Host and port."""
    return urlsplit(url).netloc


async def _main() -> None:
    import uvicorn
    from sqlmodel import SQLModel

    from assistant.clock import utc_now
    from assistant.settings import Settings
    from assistant.stores.database import Database
    from assistant.stores.migrate import load_tables
    from assistant.web import Front, build_web

    load_tables()
    settings = Settings()
    database = Database(settings.database)
    async with database.engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)

    async def organisation_ids(name: str) -> list[str]:
        return ["org-nord"] if name in ("Nord", "NORD") else []

    web = build_web(
        Front(
            settings=settings,
            database=database,
            clock=utc_now,
            secret=SECRET,
            chat=Path(__file__).parent / "echo_chat.py",
            organisation_ids=organisation_ids,
        )
    )
    server = uvicorn.Server(
        uvicorn.Config(web, host="127.0.0.1", port=settings.port, log_level="warning", timeout_graceful_shutdown=3)
    )
    await server.serve()
    await database.close()


if __name__ == "__main__":
    asyncio.run(_main())
