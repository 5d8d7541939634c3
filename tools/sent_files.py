"""Files that a person sent into a conversation: what a tool may know of them, and where their bytes come from.

A tool that reads or proposes sees what a file is called, what it is and how large, never its bytes; only the executor
fetches those, by the file that a confirmed payload names. A name is made harmless where the file comes in, and is still
somebody else's text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tools.errors import ToolFailed


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file of a conversation."""

    id: str
    number: int
    """Its place among the files of the conversation, from 1: what people and models call it by."""
    name: str
    media_type: str
    """Told by its ending and its first bytes, never by what the browser said."""
    size: int
    """In bytes."""
    digest: str
    """SHA-256 of its bytes, 64 hexadecimal digits."""
    sent_at: datetime
    message: int = 0
    """Files that came with one message have the same number here."""


class SentFiles(Protocol):
    """The files of one conversation of one person in one organisation; those of others do not exist here."""

    async def every(self) -> Sequence[SentFile]:
        """Those that are still kept, in the order in which they came."""
        ...


class HeldContents(Protocol):
    """The bytes of files sent to one organisation's conversations: held by the executor only."""

    async def content(self, file_id: str) -> bytes:
        """The bytes as they came. Raises ToolFailed when they are not kept any more."""
        ...


class NothingSent:
    """A conversation without files, and an executor that holds none."""

    async def every(self) -> Sequence[SentFile]:
        """None."""
        return ()

    async def content(self, file_id: str) -> bytes:
        """Never there."""
        raise gone()


NOTHING_SENT = NothingSent()


def gone() -> ToolFailed:
    """The file was removed, by its time or because its conversation was."""
    return ToolFailed(
        {
            "en": "The file is not kept here any more, so it could not be sent. Nothing was attached. Send it into the "
            "chat once more.",
            "de": "Die Datei liegt hier nicht mehr und konnte nicht gesendet werden. Es wurde nichts angehängt. Bitte "
            "noch einmal in den Chat geben.",
        }
    )
