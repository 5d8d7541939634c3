"""What every request to the accounting API passes: token, organisation, scope, limits, idempotency key."""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from datetime import datetime, timedelta

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.xero import scopes
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.identity import Identity
from sandbox.xero.records import Replay, Token
from sandbox.xero.refusals import BadRequest, Forbidden, Refusal, TooMany, Unauthorised

MINUTE_LIMIT, DAY_LIMIT, APP_MINUTE_LIMIT, CONCURRENT_LIMIT = 60, 5_000, 10_000, 5
KEPT = timedelta(minutes=6)
LONGEST_KEY = 128


class Limits:
    """Sixty calls in any minute and five thousand in any day for each organisation and app."""

    def __init__(self, *, on: bool) -> None:
        self.on = on
        self._minute: dict[str, deque[datetime]] = defaultdict(deque)
        self._day: dict[str, deque[datetime]] = defaultdict(deque)

    def count(self, key: str, now: datetime) -> dict[str, str]:
        """Counts one call; the headers that tell how many are left. Raises TooMany, which is counted by no limit."""
        minute, day = self._minute[key], self._day[key]
        _forget(minute, now - timedelta(minutes=1))
        _forget(day, now - timedelta(days=1))
        if self.on and len(day) >= DAY_LIMIT:
            raise TooMany("day", _seconds(day[0] + timedelta(days=1) - now))
        if self.on and len(minute) >= MINUTE_LIMIT:
            raise TooMany("minute", _seconds(minute[0] + timedelta(minutes=1) - now))
        minute.append(now)
        day.append(now)
        return self.headers(key)

    def headers(self, key: str) -> dict[str, str]:
        """How many calls are left."""
        used = len(self._minute[key])
        return {
            "X-MinLimit-Remaining": str(max(0, MINUTE_LIMIT - used)),
            "X-DayLimit-Remaining": str(max(0, DAY_LIMIT - len(self._day[key]))),
            "X-AppMinLimit-Remaining": str(max(0, APP_MINUTE_LIMIT - used)),
        }


def _forget(moments: deque[datetime], before: datetime) -> None:
    while moments and moments[0] <= before:
        moments.popleft()


def _seconds(wait: timedelta) -> int:
    return max(1, -int(-wait.total_seconds() // 1))


class Gate:
    """Lets a request through to the books, or refuses it before anything is read."""

    def __init__(self, books: Books, identity: Identity, limits: Limits, *, first: bool = True) -> None:
        self._books = books
        self._link_tenant = "" if first else books.company.organisation.tenant_id
        self._identity = identity
        self._limits = limits

    def admit(self, authorization: str, tenant: str | None, method: str, noun: str, report: str) -> Token:
        """The token, if it is valid, connected to the organisation and has the scope. Raises Refusal."""
        token = self._identity.bearer(authorization)
        if token is None:
            raise Unauthorised
        if token.expires_at < self._books.control.now():
            raise Unauthorised(f"TokenExpired: token expired at {token.expires_at:%m/%d/%Y %H:%M:%S}")
        mine = self._books.company.organisation.tenant_id
        custom = not token.event_id
        if (tenant or "").lower() != mine and not (custom and not tenant):
            raise Forbidden
        links = self._identity.links(token.client_id)
        if not any(bool(link.event_id) != custom and link.tenant_id == self._link_tenant for link in links):
            raise Forbidden
        wanted = scopes.needed(method, noun, report)
        if wanted and not scopes.opens(token.scopes, wanted):
            raise Unauthorised("AuthorizationUnsuccessful")
        return token

    def count(self, token: Token) -> dict[str, str]:
        """Counts the call against the limits. Raises TooMany."""
        return self._limits.count(token.client_id, self._books.control.now())

    def replayed(self, call: Call) -> Replay | None:
        """The answer already given under this key, while it is kept. Raises BadRequest for another request's key."""
        if not call.key or call.method not in ("PUT", "POST"):
            return None
        if len(call.key) > LONGEST_KEY:
            raise BadRequest(f"Idempotency Key must not be longer than {LONGEST_KEY} characters")
        known = self._books.replays.get(_replay_key(call))
        if known is None or known.at + KEPT < self._books.control.now():
            return None
        if known.fingerprint != _fingerprint(call):
            raise BadRequest(f"Idempotency Key '{call.key}' is used with a different request")
        return known

    def keep(self, call: Call, answer: Response) -> None:
        """Keeps the answer under the request's key, refusals of the request's content included."""
        if call.key and len(call.key) <= LONGEST_KEY and call.method in ("PUT", "POST"):
            body = bytes(answer.body).decode()
            now = self._books.control.now()
            self._books.apply(Replay(_replay_key(call), _fingerprint(call), answer.status_code, body, now))

    def refused(self, refusal: Refusal, headers: dict[str, str]) -> Response:
        """The refusal as an answer, with the limit headers."""
        answer = refusal.answer()
        answer.headers.update(headers)
        return answer


def _replay_key(call: Call) -> str:
    return f"{call.token.client_id}:{call.key}"


def _fingerprint(call: Call) -> str:
    parts = (call.method, call.path, repr(sorted(call.query.items())))
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + call.body).hexdigest()


class Concurrency:
    """At most five requests of one app at the accounting API at a time, counted until the answer is sent."""

    def __init__(self, app: ASGIApp, on: bool) -> None:
        self.app = app
        self.on = on
        self._running: dict[str, int] = defaultdict(int)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or answers 429 when five are already being answered."""
        if not self.on or scope["type"] != "http" or not scope["path"].startswith(("/api.xro", "/payroll.xro")):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        key = headers.get(b"authorization", b"").decode("latin-1")
        if self._running[key] >= CONCURRENT_LIMIT:
            await TooMany("concurrent", 1).answer()(scope, receive, send)
            return
        self._running[key] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._running[key] -= 1
            if not self._running[key]:
                del self._running[key]
