"""`assistant disconnect`: a connection to Xero is ended by whoever may start processes on the machine."""

from __future__ import annotations

from assistant.settings import Settings
from tools.errors import ToolFailed

ENDED, NOT_ENDED = 0, 1
"""Exit codes: the connection has ended; nothing has, and why."""


async def disconnect(settings: Settings, organisation: str) -> tuple[int, str]:
    """The exit code and what happened, in words. `organisation` is its whole name or short code: never picked."""
    from assistant.wiring import open_disconnecting

    if settings.xero_grant != "authorization_code":
        return NOT_ENDED, (
            "The organisation is joined by a custom connection, which is ended in Xero (Settings, Connected apps) and "
            "by taking XERO_CLIENT_SECRET out of the settings. Nothing was changed."
        )
    async with open_disconnecting(settings) as (disconnecting, known):
        wanted = organisation.casefold()
        meant = [each for each in known if wanted in (each.name.casefold(), each.short_code.casefold() or None)]
        if len(meant) != 1:
            names = ", ".join(each.name for each in known) or "none"
            return NOT_ENDED, f"No one organisation of that name is connected ({names}). Nothing was changed."
        try:
            await disconnecting.end(meant[0], None)
        except ToolFailed as problem:
            return NOT_ENDED, problem.text("en")
        return ENDED, (
            f"{meant[0].name} is disconnected from Xero: nothing of it can be read or written here. Its audit trail "
            "stays. An admin can connect it again."
        )
