"""Closes what Chainlit leaves open on its socket: unknown events, foreign ids, other origins, long polling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from socketio.exceptions import ConnectionRefusedError as Refused  # type: ignore[import-untyped]

from assistant.file_kinds import LARGEST, accepted

MOST_FILES = 10
"""Files with one message."""
_EVENTS = ("connect", "connection_successful", "clear_session", "disconnect", "stop", "client_message")
"""What this product's page sends. Gone are: changing old messages, favourites, audio, window messages, settings."""


def configure(url: str, session_seconds: int) -> None:
    """Set in Chainlit's configuration what safety depends on, whatever the file says."""
    from chainlit.config import SpontaneousFileUploadFeature, config

    config.project.allow_origins = [url]
    config.project.transports = ["websocket"]
    config.project.user_session_timeout = session_seconds
    config.features.edit_message = False
    config.features.allow_thread_sharing = False
    config.features.favorites = False
    config.features.unsafe_allow_html = False
    config.features.mcp.enabled = False
    config.features.spontaneous_file_upload = SpontaneousFileUploadFeature(
        enabled=True, accept=accepted(), max_files=MOST_FILES, max_size_mb=LARGEST // (1024 * 1024)
    )


def harden_socket(url: str) -> None:
    """Leave only the events that are used, and let in only well-formed ids.

    Chainlit takes the chat's id from the browser and uses it as the name of a folder, which it deletes when the
    chat ends (session.py, files_dir): an id such as `../..` must never get that far.
    """
    from chainlit import socket
    from chainlit.config import config
    from chainlit.context import init_ws_context
    from chainlit.server import sio
    from chainlit.session import WebsocketSession

    sio.eio.cors_allowed_origins = [url]
    handlers: dict[str, Any] = sio.handlers["/"]
    for event in set(handlers) - set(_EVENTS):
        del handlers[event]

    async def connect(sid: str, environ: dict[str, Any], auth: object = None) -> bool:
        if not isinstance(auth, dict) or not _is_uuid(auth.get("sessionId")):
            raise Refused("malformed")
        if auth.get("threadId") and not _is_uuid(auth["threadId"]):
            raise Refused("malformed")
        own = {"sessionId": auth["sessionId"], "threadId": auth.get("threadId") or None, "clientType": "webapp"}
        return bool(await socket.connect(sid, environ, own))

    async def stop(sid: str) -> None:
        """The person pressed stop: as Chainlit does it, without its own English line; the chat says what was done."""
        if session := WebsocketSession.get(sid):
            init_ws_context(session)
            if session.current_task:
                session.current_task.cancel()
            if config.code.on_stop:
                await config.code.on_stop()

    async def connection_successful(sid: str) -> None:
        """Give a conversation back to the line that stays.

        The page opens its line twice in a row. When the first is gone before it was answered, Chainlit takes the
        second for one that has its conversation already, and the page stays empty.
        """
        session = WebsocketSession.get(sid)
        if session and session.thread_id_to_resume and not (session.has_first_interaction or session.chat_started):
            session.restored = False
        await socket.connection_successful(sid)

    sio.on("connect", handler=connect)
    sio.on("connection_successful", handler=connection_successful)
    sio.on("stop", handler=stop)


def _is_uuid(value: object) -> bool:
    """Written in the usual way only: a UUID in another notation could be a second name for the same chat."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False
