"""The few things of Chainlit that come without types, each under one name that has them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, cast

import chainlit as cl
import chainlit.data
import chainlit.utils
from chainlit.context import context
from chainlit.data.base import BaseDataLayer
from chainlit.session import ws_sessions_id

from assistant.language import of_browser
from tools.errors import Language


def browser_language() -> Language:
    """The language of the browser whose chat this is."""
    environ = getattr(context.session, "environ", None) or {}
    return of_browser(str(environ.get("HTTP_ACCEPT_LANGUAGE", "")))


async def show(
    content: str,
    elements: Sequence[Any] = (),
    *,
    message: cl.Message | None = None,
    buttons: Sequence[cl.Action] = (),
) -> None:
    """Send one message to the chat that is being served, and keep it; buttons are shown and not kept."""
    sent: Any = message or cl.Message(content=content)
    sent.elements, sent.actions = list(elements), list(buttons)
    await sent.send()


def button(name: str, label: str, token: str) -> cl.Action:
    """A button under a message; what it stands for stays here, under that token."""
    return cl.Action(name=name, payload={"token": token}, label=label)


async def take_away(pressed: cl.Action) -> None:
    """The button is gone from the page on which it was pressed."""
    gone: Any = pressed
    await gone.remove()


async def send_step(step: cl.Step) -> None:
    """Show and keep a step."""
    sent: Any = step
    await sent.send()


def now() -> str:
    """The present moment as Chainlit writes it."""
    moment: Any = chainlit.utils.utc_now
    return str(moment())


def store() -> BaseDataLayer | None:
    """Where conversations are kept."""
    layer: Any = chainlit.data.get_data_layer
    return cast("BaseDataLayer | None", layer())


async def tell_pages(pages: Collection[str], told: Callable[[Language], dict[str, Any]]) -> None:
    """Say something to these open pages of this process, each in its browser's language; it is not kept."""
    for session in [session for session in ws_sessions_id.values() if session.id in pages]:
        environ: Any = getattr(session, "environ", None) or {}
        emit: Any = session.emit
        await emit("window_message", told(of_browser(str(environ.get("HTTP_ACCEPT_LANGUAGE", "")))))
