"""Which addresses exist from outside, and who may ask for them. What is not listed here does not exist.

The chat is Chainlit's; it brings many more routes than this product uses, among them ways to sign in, to renew a
session, to share conversations, and to start processes. None of those is listed.
"""

from __future__ import annotations

import re
from enum import Enum, auto


class Door(Enum):
    """Who may ask."""

    OPEN = auto()
    """Anybody."""
    PAGE = auto()
    """Signed-in people; others are sent to the sign-in page."""
    INSIDE = auto()
    """Signed-in people; others are told that they are not."""


_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_READ = ("GET", "HEAD")

UPLOAD = "/project/file"
"""Where the page puts a file that goes with the next message."""

_RULES: tuple[tuple[tuple[str, ...], str, Door], ...] = (
    # ours
    (_READ, "/healthz|/readyz", Door.OPEN),
    (_READ, "/login|/login/(style.css|theme.js)", Door.OPEN),
    (("GET",), "/auth/oauth/okta(/callback)?", Door.OPEN),
    (("GET", "POST"), "/logout", Door.OPEN),
    (("GET",), "/api/me", Door.INSIDE),
    (("GET",), "/connect/xero(/callback)?", Door.PAGE),
    (("GET",), f"/step-up/{_UUID}", Door.PAGE),
    (("GET",), f"/papers/{_UUID}/{_UUID}(/{_UUID})?", Door.INSIDE),
    (("GET",), f"/sent/{_UUID}", Door.INSIDE),
    (("POST",), "/webhooks/xero", Door.OPEN),  # signed by Xero
    # the chat's page and what it is made of
    (_READ, f"/|/thread/{_UUID}|/element/{_UUID}", Door.PAGE),
    (_READ, r"/assets/[\w.-]+|/public/[\w./-]+|/favicon|/logo|/avatars/[\w .%-]+", Door.OPEN),
    # what the page asks for
    (("GET",), "/auth/config|/user|/project/translations|/project/settings", Door.INSIDE),
    (("POST",), "/set-session-cookie|/project/action|/project/threads", Door.INSIDE),
    (("GET",), f"/project/thread/{_UUID}(/element/{_UUID})?", Door.INSIDE),
    (("PUT", "DELETE"), "/project/thread|/feedback", Door.INSIDE),
    (("GET",), f"/project/file/{_UUID}", Door.INSIDE),
    (("POST",), UPLOAD, Door.INSIDE),
)
_COMPILED = tuple((methods, re.compile(pattern), door) for methods, pattern, door in _RULES)

SOCKET = re.compile("/ws/socket.io/?")
"""The chat's socket. Only real websockets: long polling would outlive the session it began with."""


def door(method: str, path: str) -> Door | None:
    """Who may ask for this; None when it does not exist."""
    return next((d for methods, p, d in _COMPILED if method in methods and p.fullmatch(path)), None)
