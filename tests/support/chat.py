"""A person at the chat without a browser: signs in through the login's own pages, then speaks Chainlit's socket.

It sends what Chainlit 2.12's frontend sends (`client_message`, `/project/action`) and keeps what the server shows.
"""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import httpx
import socketio  # type: ignore[import-untyped]  # ships no types

PATIENCE = 60.0
"""Seconds to wait for a turn to end or a card to change on a busy machine."""


class NotSignedIn(AssertionError):
    """The login did not let this person in; the page's own words say why."""


@dataclass
class Form:
    """One form of a page: where it goes, its hidden fields, its buttons and its words."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    """(name, value) of each submit button, in order."""
    words: str = ""
    button_words: list[str] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._in_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {key: value or "" for key, value in attrs}
        if tag == "form":
            self._open = Form(named.get("action", ""), named.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag == "button" or (tag == "input" and named.get("type") == "submit"):
            self._open.buttons.append((named.get("name", ""), named.get("value", "")))
            self._open.button_words.append(named.get("value", "") if tag == "input" else "")
            self._in_button = tag == "button"
        elif tag == "input" and named.get("name"):
            self._open.fields[named["name"]] = named.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "button":
            self._in_button = False

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open.words += data
            if self._in_button:
                self._open.button_words[-1] += data


def forms_of(page: str) -> list[Form]:
    """Every form of an HTML page."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms


async def sign_in(url: str, person: str, *, client: httpx.AsyncClient | None = None) -> httpx.AsyncClient:
    """Walk the login as a browser would and press `person`'s button; the client then holds the login's cookies."""
    client = client or httpx.AsyncClient(base_url=url, timeout=PATIENCE, follow_redirects=True)
    page = await client.get("/auth/oauth/okta")
    for _ in range(3):
        if str(page.url).startswith(url) and page.is_success and "/auth/" not in str(page.url):
            break
        page = await _press(client, page, person)
    me = await client.get("/api/me")
    if me.status_code != 200:
        await client.aclose()
        raise NotSignedIn(f"{person} is not signed in ({me.status_code}); last page {page.url}: {plain(page.text)}")
    return client


async def step_up(chat: Chat | httpx.AsyncClient, url: str, *, person: str = "") -> httpx.Response:
    """Walk a card's step-up: be picked at the login (`person`, or whom it hints at), type the code that it shows.

    The page at the end: the conversation again, or the words that say why it does not count.
    """
    client = chat.browser if isinstance(chat, Chat) else chat
    page = await client.get(url, follow_redirects=True)
    for _ in range(3):
        shown = re.search(r'id="shown-code">(\d{6})<', page.text)
        form = next((each for each in forms_of(page.text) if "/signin/" in each.action), None)
        if form is None:
            break
        fields = {"code": shown[1]} if shown else _picked(form, person)
        page = await client.post(urljoin(str(page.url), form.action), data=fields, follow_redirects=True)
    return page


def _picked(form: Form, person: str) -> dict[str, str]:
    """That person's button; the login puts the one hinted at first."""
    for button, words in zip(form.buttons, form.button_words, strict=True):
        if person in words:
            return dict([button])
    raise NotSignedIn(f"no button for {person}: {form.words}")


async def _press(client: httpx.AsyncClient, page: httpx.Response, person: str) -> httpx.Response:
    for form in forms_of(page.text):
        fields = dict(form.fields)
        if person not in form.words:
            continue
        for (name, value), words in zip(form.buttons, form.button_words, strict=True):
            if name and (len(form.buttons) == 1 or person in words):
                fields[name] = value
        return await client.request(form.method, urljoin(str(page.url), form.action), data=fields)
    raise NotSignedIn(f"no form for {person} on {page.url} ({page.status_code}): {plain(page.text)}")


def plain(page: str) -> str:
    """A page's words without its marks, shortened: for messages of failing tests."""
    words: list[str] = []

    class _Words(HTMLParser):
        skip = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.skip = tag in {"style", "script"}

        def handle_endtag(self, tag: str) -> None:
            self.skip = False

        def handle_data(self, data: str) -> None:
            if not self.skip and data.strip():
                words.append(data.strip())

    _Words().feed(page)
    return " ".join(words)[:1500]


@dataclass(frozen=True)
class Answer:
    """What one question brought: the assistant's words, its elements (cards, tables) and the tool steps shown."""

    text: str
    elements: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    seconds: float
    """From sending to the last of the answer (not to the end of the task)."""

    def named(self, name: str) -> list[dict[str, Any]]:
        """The props of every custom element of that name, in order of appearance."""
        return [element["props"] for element in self.elements if element["name"] == name]

    @property
    def card(self) -> dict[str, Any]:
        """The props of the one confirmation card; fails when there is none or more than one."""
        cards = self.named("ConfirmationCard")
        assert len(cards) == 1, f"{len(cards)} cards; the answer was: {self.text}"
        return cards[0]

    @property
    def table(self) -> dict[str, Any]:
        """The props of the one table; fails when there is none or more than one."""
        tables = self.named("DataTable")
        assert len(tables) == 1, f"{len(tables)} tables; the answer was: {self.text}"
        return tables[0]


class Chat:
    """One open chat of one signed-in person."""

    def __init__(self, url: str, browser: httpx.AsyncClient, thread_id: str = "") -> None:
        self.url = url
        self.browser = browser
        self.session_id = str(uuid.uuid4())
        self.thread_id = thread_id
        self.messages: dict[str, dict[str, Any]] = {}
        """Every step and message shown, by id, in order of appearance."""
        self.elements: dict[str, dict[str, Any]] = {}
        self.buttons: dict[str, dict[str, Any]] = {}
        """Every button under a message now, by id."""
        self.resumed: dict[str, Any] | None = None
        self.toasts: list[str] = []
        self.commands: list[dict[str, Any]] = []
        self._http: aiohttp.ClientSession | None = None
        self._socket = socketio.AsyncClient(reconnection=False)
        self._ended = 0
        self._changed = asyncio.Event()
        self._last_word = 0.0
        self.lost = False

    async def connect(self) -> None:
        """Open the socket as the frontend does and wait until the server has taken the chat on."""
        await self.knock()
        await self._socket.emit("connection_successful")
        await self.until(lambda: self._ended > 0, "the chat did not begin")
        if self.thread_id:
            await self.until(lambda: self.resumed is not None, "the conversation did not come back")

    async def knock(self) -> None:
        """Open the socket and say nothing, as a page does that opens it a second time at once."""
        self._http = aiohttp.ClientSession()
        self._socket.eio.http = self._http
        self._socket.eio.external_http = True
        self._listen()
        try:
            await self._open()
        except socketio.exceptions.ConnectionError:
            await self._http.close()
            raise

    async def _open(self) -> None:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.browser.cookies.jar)
        await self._socket.connect(
            self.url,
            headers={"Cookie": cookies, "Origin": self.url},
            auth={
                "clientType": "webapp",
                "sessionId": self.session_id,
                "threadId": self.thread_id,
                "userEnv": "{}",
                "chatProfile": "",
            },
            socketio_path="/ws/socket.io",
            transports=["websocket"],
            wait_timeout=PATIENCE,
        )

    async def close(self) -> None:
        """Leave, as a closed tab does."""
        await self._socket.disconnect()
        if self._http is not None:
            await self._http.close()

    async def upload(self, name: str, content: bytes, media_type: str = "application/pdf") -> httpx.Response:
        """Drop a file into the message line, as the page does; it goes with what is said next."""
        return await self.browser.post(
            "/project/file",
            params={"session_id": self.session_id},
            files={"file": (name, content, media_type)},
            headers={"Origin": self.url},
        )

    async def ask(
        self, text: str, *, command: str | None = None, patience: float = PATIENCE, files: Sequence[str] = ()
    ) -> Answer:
        """Say something and wait until the turn is over."""
        known, shown, ended = set(self.messages), set(self.elements), self._ended
        began = time.monotonic()
        self._last_word = began
        await self.say(text, command=command, files=files)
        await self.until(lambda: self._ended > ended, f"no end of the turn after {text[:80]!r}", patience)
        new = [message for key, message in self.messages.items() if key not in known]
        return Answer(
            text="\n\n".join(str(m["output"]) for m in new if m["type"] == "assistant_message").strip(),
            elements=[element for key, element in self.elements.items() if key not in shown],
            steps=[message for message in new if message["type"] not in ("assistant_message", "user_message")],
            seconds=self._last_word - began,
        )

    async def say(self, text: str, *, command: str | None = None, files: Sequence[str] = ()) -> None:
        """Send a message without waiting for anything; `files` are ids of uploads."""
        message: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "threadId": self.thread_id,
            "name": "user",
            "type": "user_message",
            "output": text,
            "createdAt": datetime.now(UTC).isoformat(),
        }
        if command:
            message["command"] = command
        await self._socket.emit(
            "client_message", {"message": message, "fileReferences": [{"id": file} for file in files]}
        )

    async def stop(self) -> None:
        """Press Chainlit's stop button."""
        await self._socket.emit("stop")

    async def action(self, name: str, payload: dict[str, Any], **forged: Any) -> httpx.Response:
        """Click something: what the browser sends, every field of which a person may forge."""
        action = {"id": str(uuid.uuid4()), "name": name, "payload": payload, "label": "", "tooltip": "", **forged}
        return await self.browser.post(
            "/project/action",
            json={"sessionId": self.session_id, "action": action},
            headers={"Origin": self.url},
        )

    async def until(self, true: Callable[[], object], otherwise: str, patience: float = PATIENCE) -> None:
        """Wait until something that the server shows has become true."""
        try:
            async with asyncio.timeout(patience):
                while not true():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            words = " | ".join(str(message.get("output", "")) for message in list(self.messages.values())[-5:])
            raise AssertionError(f"{otherwise} (waited {patience} s); last shown: {words[-1500:]}") from None

    def named(self, name: str) -> list[dict[str, Any]]:
        """The props of every custom element of that name on the screen now, in order of appearance."""
        return [element["props"] for element in self.elements.values() if element["name"] == name]

    def words(self) -> str:
        """Everything the assistant has said in this chat."""
        return "\n".join(str(m["output"]) for m in self.messages.values() if m["type"] == "assistant_message")

    def _listen(self) -> None:
        for event in ("new_message", "update_message", "stream_start"):
            self._socket.on(event, self._message)
        self._socket.on("stream_token", self._token)
        self._socket.on("element", self._element)
        self._socket.on("delete_message", lambda step: self._drop(self.messages, step))
        self._socket.on("action", lambda action: self.buttons.update({action["id"]: action}))
        self._socket.on("remove_action", lambda action: self._drop(self.buttons, action))
        self._socket.on("remove_element", lambda element: self._drop(self.elements, element))
        self._socket.on("task_end", self._end)
        self._socket.on("first_interaction", self._first)
        self._socket.on("resume_thread", self._resume)
        self._socket.on("toast", self._toast)
        self._socket.on("set_commands", self._commands)
        self._socket.on("disconnect", self._gone)

    def _message(self, step: dict[str, Any]) -> None:
        self.messages[step["id"]] = {**self.messages.get(step["id"], {}), **step}
        if step["type"] == "assistant_message":
            self._last_word = time.monotonic()
        self._changed.set()

    def _token(self, token: dict[str, Any]) -> None:
        message = self.messages.get(token["id"])
        if message is not None and not token.get("isInput"):
            before = "" if token.get("isSequence") else str(message.get("output", ""))
            message["output"] = before + str(token["token"])
        self._last_word = time.monotonic()
        self._changed.set()

    def _element(self, element: dict[str, Any]) -> None:
        self.elements[element["id"]] = element
        self._last_word = time.monotonic()
        self._changed.set()

    def _drop(self, shown: dict[str, dict[str, Any]], gone: dict[str, Any]) -> None:
        shown.pop(gone["id"], None)
        self._changed.set()

    def _end(self, _: object = None) -> None:
        self._ended += 1
        self._changed.set()

    def _first(self, interaction: dict[str, Any]) -> None:
        self.thread_id = str(interaction["thread_id"])
        self._changed.set()

    def _resume(self, thread: dict[str, Any]) -> None:
        self.resumed = thread
        for step in thread.get("steps", []):
            self.messages[step["id"]] = step
        for element in thread.get("elements") or []:
            self.elements.setdefault(element["id"], element)
        self._changed.set()

    def _toast(self, toast: dict[str, Any]) -> None:
        self.toasts.append(str(toast.get("message", "")))
        self._changed.set()

    def _commands(self, commands: list[dict[str, Any]]) -> None:
        self.commands = commands
        self._changed.set()

    def _gone(self, *_: object) -> None:
        self.lost = True
        self._changed.set()


@asynccontextmanager
async def chat_as(url: str, person: str, *, thread_id: str = "") -> AsyncIterator[Chat]:
    """A chat of `person` (a demo person's name), signed in anew; closed at the end."""
    browser = await sign_in(url, person)
    async with aclosing(browser), open_chat(url, browser, thread_id=thread_id) as chat:
        yield chat


@asynccontextmanager
async def open_chat(url: str, browser: httpx.AsyncClient, *, thread_id: str = "") -> AsyncIterator[Chat]:
    """One more chat (a tab) of somebody who is signed in already."""
    chat = Chat(url, browser, thread_id)
    await chat.connect()
    try:
        yield chat
    finally:
        await chat.close()


def same_origin(address: str, url: str) -> bool:
    """Whether an address belongs to the origin of `url` (data: and blob: addresses leave nothing)."""
    if address.startswith(("data:", "blob:")):
        return True
    one, other = urlsplit(address), urlsplit(url)
    return (one.scheme.replace("ws", "http"), one.netloc) == (other.scheme, other.netloc)


def card_of(chat: Chat, proposal_id: str) -> dict[str, Any]:
    """The newest state of one card on this screen; fails when the chat does not show it."""
    cards = [props for props in chat.named("ConfirmationCard") if props["proposal_id"] == proposal_id]
    assert cards, f"no card of {proposal_id} here; shown: {chat.words()[-500:]}"
    return cards[-1]


async def decide(chat: Chat, card: dict[str, Any], verdict: str = "confirm", **other: Any) -> str:
    """Click Confirm or Cancel on a card; the words of the refusal, or "" when the click was taken."""
    payload = {
        "proposal_id": card["proposal_id"],
        "digest": card["digest"],
        "verdict": verdict,
        "confirmation": card.get("confirmation", ""),
        **other,
    }
    answer = await chat.action("decide", payload)
    assert answer.status_code == 200, f"{answer.status_code}: {answer.text}"
    told = answer.json()["response"] or {}
    return str(told.get("refused") or "")


async def until_face(chat: Chat, card: dict[str, Any], *faces: str, patience: float = PATIENCE) -> dict[str, Any]:
    """Wait until a card shows one of these faces ("done", "failed", ...); the card then."""
    proposal_id = card["proposal_id"]
    await chat.until(
        lambda: card_of(chat, proposal_id)["face"] in faces,
        f"the card does not become {' or '.join(faces)}; it is {card_of(chat, proposal_id)['face']}",
        patience,
    )
    return card_of(chat, proposal_id)
