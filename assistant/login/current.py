"""Who is speaking: the person behind the request or socket that the guard let through, read anew at every call."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from assistant.login.sessions import SessionOver, Sessions
from assistant.principal import Principal

__all__ = ["SessionOver", "current", "speaking", "speaking_person", "speaking_session"]


@dataclass(frozen=True, slots=True)
class Speaker:
    """What the guard found out about a request: which session, whose, and where sessions are kept."""

    session_id: str
    person_id: str
    sessions: Sessions


speaking: ContextVar[Speaker | None] = ContextVar("speaking", default=None)
"""Set by the guard for each request and each socket; tasks that they start inherit it."""


async def current() -> tuple[Principal, str]:
    """The person who is speaking, with the roles of this very moment, and the session's id.

    Raises SessionOver when the session was ended, has expired, or no role is left.
    """
    speaker = speaking.get()
    principal = await speaker.sessions.session_alive(speaker.session_id) if speaker else None
    if speaker is None or principal is None:
        raise SessionOver(SessionOver.words)
    return principal, speaker.session_id


def speaking_person() -> str | None:
    """The id of the person who is speaking, as the guard found it when the request or socket came in."""
    speaker = speaking.get()
    return speaker.person_id if speaker else None


def speaking_session() -> str | None:
    """The id of the session that is speaking."""
    speaker = speaking.get()
    return speaker.session_id if speaker else None
