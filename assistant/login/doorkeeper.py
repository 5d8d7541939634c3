"""Knows at every moment which sessions are open here, and closes their sockets the moment they end."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import cookie_parser

from assistant.clock import Clock
from assistant.login.sealing import Sealer
from assistant.login.sessions import Admission, Sessions, session_id_of
from assistant.principal import Principal

log = structlog.get_logger()

SESSION_OVER = 4401
"""The close code of a socket whose session ended."""

_CHECKED_FOR = 1.5
"""Seconds for which a session found alive is not looked up again. What decides (cards) never uses this."""
_SWEEP_EVERY = 2.0
_NOTE_USE_EVERY = 60.0

Close = Callable[[int, str], Awaitable[None]]


@dataclass(eq=False)
class Line:
    """One open socket of one session."""

    session_id: str
    close: Close
    over: bool = False


@dataclass
class _Known:
    principal: Principal
    checked: float
    noted: float = field(default=0.0)


class Doorkeeper:
    """Reads the session out of a cookie, says whether it is alive, and ends it."""

    def __init__(self, sessions: Sessions, sealer: Sealer, clock: Clock, *, secure: bool) -> None:
        self.sessions = sessions
        self.token_key = sealer.key("chat-token")
        """Chainlit checks the same token with the same key."""
        self.cookie = cookie_name(secure=secure)
        self._key = OctKey.import_key(self.token_key)
        self._secure, self._clock = secure, clock
        self._known: dict[str, _Known] = {}
        self._lines: set[Line] = set()

    def cookie_header(self, admission: Admission) -> str:
        """The Set-Cookie header that gives a person their session.

        The token is Chainlit's own kind (HS256, `identifier`), so that Chainlit knows the person too; `sid` is what
        the guard goes by.
        """
        now = self._clock()
        claims = {
            "identifier": admission.principal.id,
            "display_name": admission.principal.name,
            "metadata": {},
            "sid": admission.secret,
            "iat": int(now.timestamp()) - 1,
            "exp": int(admission.expires_at.timestamp()),
        }
        token = jwt.encode({"alg": "HS256"}, claims, self._key, algorithms=["HS256"])
        return set_cookie(self.cookie, token, admission.expires_at - now, secure=self._secure)

    def clearing_header(self) -> str:
        """The Set-Cookie header that takes the session away from the browser."""
        return set_cookie(self.cookie, "", timedelta(0), secure=self._secure)

    def read(self, cookie_headers: Iterable[str]) -> tuple[str, str] | None:
        """Token and session id in the request's cookies; None when there is none of ours."""
        token = next((t for h in cookie_headers if (t := cookie_parser(h).get(self.cookie))), None)
        if not token:
            return None
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"]).claims
        except (JoseError, ValueError):
            return None
        secret, expires = claims.get("sid"), claims.get("exp")
        if not isinstance(secret, str) or not isinstance(expires, int) or expires <= self._clock().timestamp():
            return None
        return token, session_id_of(secret)

    async def alive(self, session_id: str) -> Principal | None:
        """The person of that session, looked up at most every second or two; None when it is over."""
        moment = time.monotonic()
        known = self._known.get(session_id)
        if known and moment - known.checked < _CHECKED_FOR:
            return known.principal
        principal = await self.sessions.session_alive(session_id)
        if principal is None:
            self._known.pop(session_id, None)
            return None
        self._known[session_id] = _Known(principal, moment, known.noted if known else 0.0)
        return principal

    async def end(self, session_id: str) -> str | None:
        """End the session for every request and socket; the ID token for the issuer's own logout."""
        hint = await self.sessions.end(session_id)
        await self.close_lines(session_id)
        return hint

    def open_line(self, session_id: str, close: Close) -> Line:
        """A socket of that session opens."""
        line = Line(session_id, close)
        self._lines.add(line)
        return line

    def close_line(self, line: Line) -> None:
        """The socket is closed."""
        self._lines.discard(line)

    async def close_lines(self, session_id: str) -> None:
        """Close every socket of that session and forget what was known of it."""
        self._known.pop(session_id, None)
        for line in [line for line in self._lines if line.session_id == session_id]:
            line.over = True
            self._lines.discard(line)
            await line.close(SESSION_OVER, "session over")

    async def sweep(self) -> None:
        """Close the sockets of sessions that ended elsewhere: expired, revoked in the table, or without a role."""
        open_here = {line.session_id for line in self._lines}
        for session_id in open_here - await self.sessions.alive_among(sorted(open_here)):
            await self.close_lines(session_id)
        moment = time.monotonic()
        for session_id, known in list(self._known.items()):
            if moment - known.noted > _NOTE_USE_EVERY and moment - known.checked < _SWEEP_EVERY * 2:
                known.noted = moment
                await self.sessions.seen(session_id)
            elif moment - known.checked > _NOTE_USE_EVERY * 5:
                self._known.pop(session_id, None)

    async def keep_watch(self) -> None:
        """Sweep for as long as the house stands."""
        while True:
            await asyncio.sleep(_SWEEP_EVERY)
            try:
                await self.sweep()
            except (SQLAlchemyError, OSError) as error:
                # Requests are refused by the same failure; the next round looks again.
                log.warning("sessions cannot be checked", problem=type(error).__name__)


def cookie_name(*, secure: bool) -> str:
    """`__Host-` makes browsers refuse the cookie from another host, another path, or without HTTPS (RFC 6265bis)."""
    return "__Host-assistant" if secure else "assistant_session"


def set_cookie(name: str, value: str, life: timedelta, *, secure: bool, path: str = "/") -> str:
    """A Set-Cookie header: unreadable for scripts, not sent along by other sites' forms."""
    jar: SimpleCookie = SimpleCookie()
    jar[name] = value
    morsel = jar[name]
    morsel["path"], morsel["max-age"] = path, int(life.total_seconds())
    morsel["httponly"], morsel["samesite"] = True, "Lax"
    if secure:
        morsel["secure"] = True
    return morsel.OutputString()


def attempt_cookie(purpose: str, state: str, *, secure: bool) -> str:
    """One cookie for each sign-in under way, so that two tabs do not spoil each other's."""
    mark = hashlib.sha256(state.encode()).hexdigest()[:12]
    return f"{'__Secure-' if secure else ''}assistant_{purpose}_{mark}"
