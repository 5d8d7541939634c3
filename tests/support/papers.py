"""Fakes of the papers of a small company: attached files, what was sent, notes; one world shared by both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tools.errors import NO_SUCH_RECORD, OutcomeUnknown, ProviderRefused
from tools.trouble import BROKE_OFF
from tools.xero.papers import AttachedFile, Holder, NewAttachment, Sending
from tools.xero.setup_shapes import HistoryRecord

_AT = datetime(2026, 11, 22, 13, 2, tzinfo=UTC)


@dataclass
class PaperWorld:
    """What there is beside the figures, by document."""

    files: dict[str, list[AttachedFile]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    online: dict[str, str] = field(default_factory=dict)
    sending: dict[str, Sending] = field(default_factory=dict)
    notes: dict[str, list[HistoryRecord]] = field(default_factory=dict)

    def of(self, document_id: str) -> Sending:
        """Whether it went out."""
        return self.sending.get(document_id, Sending(sent=False, times=0))


class FakePapers:
    """The reading side."""

    def __init__(self, world: PaperWorld | None = None) -> None:
        self.world = world or PaperWorld()

    async def files_on(self, document_id: str, holder: Holder = "invoice") -> list[AttachedFile]:
        return self.world.files.get(document_id, [])

    async def online_address(self, document_id: str) -> str:
        if document_id not in self.world.online:
            raise ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404)
        return self.world.online[document_id]

    async def printed(self, document_id: str) -> bytes:
        return b"%PDF-1.4 " + document_id.encode()

    async def content(self, document_id: str, file: AttachedFile, holder: Holder = "invoice") -> bytes:
        return self.world.contents[file.id]

    async def sending(self, document_id: str) -> Sending:
        return self.world.of(document_id)


class FakePaperWriter:
    """The writing side; `answers` says what comes of the next writes: "ok", "lost" (done, no answer) or "nothing"
    (not done, no answer)."""

    def __init__(self, world: PaperWorld | None = None, answers: Sequence[str] = ()) -> None:
        self.world, self.answers = world or PaperWorld(), list(answers)
        self.keys: list[str] = []
        self.attached: list[NewAttachment] = []

    async def email(self, document_id: str, *, key: str) -> None:
        before = self.world.of(document_id)
        self._write(key, lambda: self._send(document_id, before.times + 1))

    async def mark_sent(self, document_id: str, *, key: str) -> bool:
        self._write(key, lambda: self._send(document_id, self.world.of(document_id).times))
        return self.world.of(document_id).sent

    async def note(self, document_id: str, text: str, *, key: str) -> str:
        record = HistoryRecord(at=_AT, changes="Note", user="App", details=text)
        self._write(key, lambda: self.world.notes.setdefault(document_id, []).append(record))
        return text

    async def attach(self, new: NewAttachment, content: bytes, *, key: str) -> AttachedFile:
        files = self.world.files.setdefault(new.document_id, [])
        made = AttachedFile(
            id=f"00000000-0000-4000-8000-{len(self.world.contents) + 1:012d}",
            name=new.name,
            media_type=new.media_type,
            size=len(content),
        )

        def put() -> None:
            files[:] = [file for file in files if file.name != new.name] + [made]
            self.world.contents[made.id] = content
            self.attached.append(new)

        self._write(key, put)
        return made

    async def files_now(self, document_id: str, holder: Holder) -> list[AttachedFile]:
        return self.world.files.get(document_id, [])

    async def content_now(self, document_id: str, file: AttachedFile, holder: Holder) -> bytes:
        return self.world.contents[file.id]

    async def sending_now(self, document_id: str) -> Sending:
        return self.world.of(document_id)

    async def notes_now(self, document_id: str) -> list[HistoryRecord]:
        return self.world.notes.get(document_id, [])

    def _send(self, document_id: str, times: int) -> None:
        self.world.sending[document_id] = Sending(sent=True, times=times)

    def _write(self, key: str, done: object) -> None:
        assert callable(done)
        self.keys.append(key)
        answer = self.answers.pop(0) if self.answers else "ok"
        if answer != "nothing":
            done()
        if answer != "ok":
            raise OutcomeUnknown("Xero", trouble=BROKE_OFF)
