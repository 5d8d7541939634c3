"""Faults that a tester orders and the sandbox commits, so that the product's answer to each can be shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.late import Kept, LatePost

KINDS = (
    "drop_before",  # the connection is closed before the request is handled
    "drop_after",  # handled and committed, then the connection is closed without an answer
    "error_500",  # not handled, answered 500
    "error_500_after",  # handled and committed, then answered 500
    "unavailable",  # not handled, answered 503
    "rate_limit",  # not handled, answered 429 with Retry-After (`retry_after`, seconds, default 2)
    "slow",  # handled and committed at once, answered after `seconds` (default 30)
    "truncate",  # handled, answered with half of the body
    "nonsense",  # not handled, answered 200 with an HTML page
    "unauthorized",  # not handled, answered 401 in the vendor's own shape
    "refuse",  # not handled, answered 400 in the vendor's own shape with `text`; kept under the idempotency key
    "error_500_kept",  # not handled, answered 500, and that answer is kept under the idempotency key (Xero: 6 minutes)
    "duplicate",  # handled twice, as behind a proxy that repeats, and answered with the second answer;
    #               with `seconds`: answered with the first, and handled again so much later
    "late",  # the connection is closed at once, and the request is handled `seconds` (default 30) later
    "stale",  # reads only: answered as everything was when this was ordered; until `seconds` later, if given
    "expire_token",  # the request's token has just run out: it is refused by the provider itself, until a fresh one
)
"""`seconds` of `late`, `duplicate` and `stale` go by the provider's clock. What is late is handled at the first request
or clock move at or after its time, in order and with the clock at its time where the clock is moved past it; and at
once on `POST /_sandbox/faults/deliver`."""
ORDERED_ANSWER = "sandbox.ordered_answer"
"""In a request's scope: the answer to give instead of carrying the request out, kept like one that was."""
_KEPT = ("refuse", "error_500_kept")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_NONSENSE = "<!doctype html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>"


@dataclass
class Fault:
    """One ordered misbehaviour: which requests, what happens, how often (`times` -1: until cleared)."""

    match: str
    kind: str
    times: int = 1
    extra: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    """The path of the request that it met last, for a provider whose answers differ by path."""
    until: datetime | None = None
    """When it ends by the provider's clock (`stale`)."""
    frozen: ASGIApp | None = None
    """What answers as everything was when this was ordered (`stale`)."""

    def fits(self, method: str, path: str) -> bool:
        """Whether this request is meant."""
        if self.kind == "stale" and method not in ("GET", "HEAD"):
            return False
        if self.match == "*":
            return True
        first, _, rest = self.match.partition(" ")
        if rest:
            return method == first and path.startswith(rest)
        return path.startswith(first)

    def seconds(self, name: str, default: float) -> float:
        """A figure among the extra fields, in seconds."""
        return float(self.extra.get(name, default))

    def text(self) -> str:
        """What the provider is to say (`refuse`)."""
        return str(self.extra.get("text", "The sandbox refuses this as ordered"))

    def shown(self) -> dict[str, Any]:
        """As the control surface shows it."""
        return {"match": self.match, "kind": self.kind, "times": self.times, **self.extra}


Responder = Callable[[Fault], Response]


class FaultPlan:
    """The faults still to come, in the order they were set; the first that fits a request is used up."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Order one more."""
        self._faults.append(fault)

    def clear(self, keep: str = "") -> None:
        """Take back all, or all but those of one kind."""
        self._faults = [fault for fault in self._faults if keep and fault.kind == keep]

    def pending(self) -> list[Fault]:
        """What is still to come."""
        return list(self._faults)

    def take(self, method: str, path: str, now: datetime) -> Fault | None:
        """The fault for this request, counted down; None when the request is to be served properly."""
        self._faults = [fault for fault in self._faults if fault.until is None or now < fault.until]
        for fault in self._faults:
            if fault.fits(method, path):
                fault.path = path
                if fault.times > 0:
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                return fault
        return None


def parse_fault(body: dict[str, Any]) -> Fault:
    """Read `{match, kind, times, ...}`. Raises ValueError: a fault that can never happen would hide a test."""
    match, kind, times = body.get("match", "*"), body.get("kind"), body.get("times", 1)
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    if isinstance(times, bool) or not isinstance(times, int) or (times < 1 and times != -1):
        raise ValueError("times must be a whole number from 1, or -1 for until cleared")
    if not isinstance(match, str) or not _is_match(match):
        raise ValueError('match must be "*", "/path/prefix" or "METHOD /path/prefix"')
    extra = {name: value for name, value in body.items() if name not in ("match", "kind", "times")}
    for name, value in extra.items():
        if name == "text":
            if not isinstance(value, str) or kind != "refuse":
                raise ValueError("text must be words, and goes with refuse only")
            continue
        if name not in ("seconds", "retry_after"):
            raise ValueError(f"{name} is not a field of a fault")
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise ValueError(f"{name} must be a number of seconds")
    return Fault(match, kind, times, extra)


def _is_match(match: str) -> bool:
    first, space, rest = match.partition(" ")
    if space:
        return first in _METHODS and rest.startswith("/")
    return match == "*" or match.startswith("/")


@dataclass
class Means:
    """What a provider lends for the faults that only it can commit; without it they cannot be ordered."""

    responders: dict[str, Responder] = field(default_factory=dict)
    """Answers in the vendor's own shape, by kind."""
    freeze: Callable[[], ASGIApp] | None = None
    """Gives an application that goes on answering reads as everything is at this moment."""
    expire: Callable[[str], None] | None = None
    """Lets the token of an Authorization header run out now."""
    keeps_answers: bool = False
    """It gives an `ORDERED_ANSWER` itself, and keeps it under the request's idempotency key."""

    def check(self, kind: str) -> None:
        """Raises ValueError for a fault that this provider cannot commit."""
        if (kind == "stale" and self.freeze is None) or (kind == "expire_token" and self.expire is None):
            raise ValueError(f"this provider cannot commit {kind}")

    def response(self, fault: Fault, kind: str) -> Response:
        """The answer of that kind, in the vendor's shape where there is one."""
        responder = self.responders.get(kind.removesuffix("_kept"))
        response = _plain(fault, kind) if responder is None else responder(fault)
        if kind == "rate_limit":
            response.headers["Retry-After"] = str(int(fault.seconds("retry_after", 2)))
        return response


class FaultMiddleware:
    """Commits the ordered faults; other requests, and everything under `/_sandbox/`, pass untouched."""

    def __init__(
        self, app: ASGIApp, plan: FaultPlan, means: Means, post: LatePost, now: Callable[[], datetime]
    ) -> None:
        self.app = app
        self.plan = plan
        self.means = means
        self.post = post
        self.now = now
        post.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_sandbox"):
            await self.app(scope, receive, send)
            return
        await self.post.deliver(self.now())
        fault = self.plan.take(scope["method"], scope["path"], self.now())
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.kind in ("duplicate", "late"):
            await self._out_of_time(fault, scope, receive, send)
        else:
            await self._commit(fault, scope, receive, send)

    async def _out_of_time(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """The request reaches the provider at another time, or more often, than its caller thinks."""
        request = await Kept.of(scope, receive)
        due = self.now() + timedelta(seconds=fault.seconds("seconds", 30))
        if fault.kind == "late":
            self.post.add(due, request)
            await _drop(scope, receive)
            return
        answer = await _Answer().take(self.app, request.again(), request.receive())
        if "seconds" in fault.extra:
            self.post.add(due, request)
        else:
            answer = await _Answer().take(self.app, request.again(), request.receive())
        await answer.give(send)

    async def _commit(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.kind:
            case "drop_before":
                await _drop(scope, receive)
            case "drop_after":
                await _Answer().take(self.app, scope, receive)
                await _drop(scope, receive)
            case "error_500_after":
                await _Answer().take(self.app, scope, receive)
                await self.means.response(fault, "error_500")(scope, receive, send)
            case "slow":
                answer = await _Answer().take(self.app, scope, receive)
                if not await _hung_up(receive, fault.seconds("seconds", 30)):
                    await answer.give(send)
            case "truncate":
                answer = await _Answer().take(self.app, scope, receive)
                await answer.halved().give(send)
            case kind:
                await self._instead(fault, kind)(scope, receive, send)

    def _instead(self, fault: Fault, kind: str) -> ASGIApp:
        """What answers in place of the provider as it is."""
        if kind == "stale" and fault.frozen is not None:
            return fault.frozen
        if kind == "expire_token" and self.means.expire is not None:
            return self._expired
        response = self.means.response(fault, kind)
        if kind not in _KEPT or not self.means.keeps_answers:
            return response

        async def kept(scope: Scope, receive: Receive, send: Send) -> None:
            await self.app({**scope, ORDERED_ANSWER: response}, receive, send)

        return kept

    async def _expired(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        if self.means.expire is not None:
            self.means.expire(headers.get(b"authorization", b"").decode("latin-1"))
        await self.app(scope, receive, send)


class _Answer:
    """An answer that was made but not yet sent."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.body = b""

    async def take(self, app: ASGIApp, scope: Scope, receive: Receive) -> _Answer:
        """Let the provider handle the request, so that its effect stands, and keep the answer back."""
        await app(scope, receive, self._keep)
        return self

    async def _keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def halved(self) -> _Answer:
        """The same answer with the first half of its body, and a Content-Length that fits it."""
        half = _Answer()
        half.body = self.body[: len(self.body) // 2]
        headers = [(key, value) for key, value in self.start["headers"] if key.lower() != b"content-length"]
        headers.append((b"content-length", str(len(half.body)).encode()))
        half.start = {**self.start, "headers": headers}
        return half

    async def give(self, send: Send) -> None:
        """Send it now."""
        await send(self.start)
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


async def _drop(scope: Scope, receive: Receive) -> None:
    """Close the connection without a byte of answer (`sandbox.serve` puts its abort into the scope)."""
    abort = scope.get("state", {}).get("abort")
    if abort is None:
        raise ConnectionAbortedError("the sandbox dropped this request as ordered")
    abort()
    await _disconnected(receive)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _hung_up(receive: Receive, seconds: float) -> bool:
    """Wait so long; true, and at once, when the caller has given up or the sandbox ends."""
    try:
        await asyncio.wait_for(_disconnected(receive), seconds)
    except TimeoutError:
        return False
    return True


def _plain(fault: Fault, kind: str) -> Response:
    match kind:
        case "refuse":
            return JSONResponse({"error": fault.text()}, status_code=400)
        case "error_500" | "error_500_kept":
            return JSONResponse({"error": "internal_server_error"}, status_code=500)
        case "unavailable":
            return JSONResponse({"error": "service_unavailable"}, status_code=503)
        case "rate_limit":
            return JSONResponse({"error": "too_many_requests"}, status_code=429)
        case "unauthorized":
            return JSONResponse({"error": "unauthorized"}, status_code=401)
        case _:
            return HTMLResponse(_NONSENSE)
