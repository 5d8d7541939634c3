"""A conversation into which files were sent, and an executor that finds their bytes: both sides of one fake."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tools.sent_files import SentFile, gone

PAPER = b"%PDF-1.4 delivery note"


@dataclass
class Sent:
    """What was sent into a conversation, and what the executor finds of it."""

    files: list[SentFile] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str = "note.pdf", content: bytes = PAPER, message: int = 1) -> SentFile:
        """One more file."""
        number = len(self.files) + 1
        media_type = "application/pdf" if name.endswith("pdf") else "text/csv"
        file = SentFile(
            id=f"f{number}",
            number=number,
            name=name,
            media_type=media_type,
            size=len(content),
            digest=hashlib.sha256(content).hexdigest(),
            sent_at=datetime(2026, 11, 22, 13, 0, tzinfo=UTC),
            message=message,
        )
        self.files.append(file)
        self.contents[file.id] = content
        return file

    async def every(self) -> Sequence[SentFile]:
        """Of this conversation."""
        return self.files

    async def content(self, file_id: str) -> bytes:
        """Raises ToolFailed when it is gone."""
        if file_id not in self.contents:
            raise gone()
        return self.contents[file_id]
