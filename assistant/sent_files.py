"""Files that people send into a conversation: taken in, kept sealed for a while, given out only where they belong.

Each file is encrypted with a key of its own (AES-256-GCM, its id as associated data), and that key is sealed by the
house's cipher like a provider's token (`assistant.keys`): rotating keys never touches the bytes, and taking the sealed
key removes the file for good. A file is bound to its conversation, its person and its organisation: tools see those of
their own conversation by `here`, the executor fetches bytes by `held`, the person opens their own by `opened`. What
reads files for another purpose builds upon `opened` and `here` too.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.clock import Clock, NewId, new_uuid
from assistant.file_kinds import LARGEST, harmless_name, kind_of
from assistant.keys import Cipher, CipherError
from assistant.stores import sent_files as store
from assistant.stores.database import Database
from assistant.stores.moments import from_text, to_text
from assistant.stores.sent_files import SentFileRow
from tools.errors import Language
from tools.sent_files import SentFile, gone

log = structlog.get_logger()

MOST_KEPT = 40
"""Files of one person kept at a time."""
_AFTER_USE = timedelta(hours=1)
"""How long a file stays after it was attached: long enough to attach it to a second document."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A file as it came from the page."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of the files of one message."""

    files: tuple[SentFile, ...]
    problems: tuple[dict[Language, str], ...]
    """Why others were not taken, in words."""


class SentFileRoom:
    """Every file that was sent."""

    def __init__(
        self, database: Database, cipher: Cipher, clock: Clock, *, hours: float, new_id: NewId = new_uuid
    ) -> None:
        self._database, self._cipher, self._clock, self._new_id = database, cipher, clock, new_id
        self._hours = timedelta(hours=hours)

    async def take_in(self, coming: Sequence[Coming], *, conversation_id: str, person_id: str) -> TakenIn:
        """Keep the files of one message of that person in that conversation; what cannot be kept is said."""
        files: list[SentFile] = []
        problems: list[dict[Language, str]] = []
        for one in coming:
            name = harmless_name(one.name)
            kind = kind_of(name, one.content)
            if not one.content:
                problems.append(_not_taken(name, "is empty", "ist leer"))
            elif len(one.content) > LARGEST:
                problems.append(_not_taken(name, "is larger than 10 MB", "ist größer als 10 MB"))
            elif kind is None:
                problems.append(
                    _not_taken(
                        name,
                        "is not what its ending says, or of a kind that is not taken here",
                        "ist nicht, was die Endung sagt, oder von einer Art, die hier nicht angenommen wird",
                    )
                )
            elif (row := await self._keep(one, name, kind.media_type, conversation_id, person_id, files)) is None:
                problems.append(
                    _not_taken(
                        name,
                        f"would be one too many: {MOST_KEPT} are kept for you already. They go by themselves",
                        f"wäre eine zu viel: {MOST_KEPT} liegen schon für Sie hier. Sie verschwinden von selbst",
                    )
                )
            else:
                files.append(_file(row))
        return TakenIn(tuple(files), tuple(problems))

    async def _keep(
        self,
        one: Coming,
        name: str,
        media_type: str,
        conversation_id: str,
        person_id: str,
        together: Sequence[SentFile],
    ) -> SentFileRow | None:
        file_id, now = self._new_id(), self._clock()
        sealed_key, sealed = await self._seal(file_id, one.content)
        async with self._database.work() as work:
            if await store.kept_by(work, person_id, to_text(now)) >= MOST_KEPT:
                return None
            number, message = await store.last_of(work, conversation_id)
            row = SentFileRow(
                id=file_id,
                conversation_id=conversation_id,
                person_id=person_id,
                number=number + 1,
                message=message if together else message + 1,
                name=name,
                media_type=media_type,
                size=len(one.content),
                digest=hashlib.sha256(one.content).hexdigest(),
                sent_at=to_text(now),
                keep_until=to_text(now + self._hours),
                sealed_key=sealed_key,
                sealed=sealed,
            )
            await store.add(work, row)
        return row

    async def bind(self, *, conversation_id: str, person_id: str, organisation_id: str) -> None:
        """It is known about which organisation the conversation is."""
        async with self._database.work() as work:
            await store.bind(
                work, conversation_id=conversation_id, person_id=person_id, organisation_id=organisation_id
            )

    def here(self, *, conversation_id: str, person_id: str, organisation_id: str) -> FilesHere:
        """What a tool may know of in that conversation."""
        return FilesHere(self._database, self._clock, conversation_id, person_id, organisation_id)

    def held(self, organisation_id: str) -> FilesHeld:
        """What the executor fetches bytes from, in that organisation."""
        return FilesHeld(self, organisation_id)

    async def opened(self, file_id: str, *, person_id: str) -> tuple[SentFile, bytes] | None:
        """A file for whoever sent it; None for everybody else, and when it is not kept any more."""
        row = await self._row(file_id)
        if row is None or row.person_id != person_id:
            return None
        content = await self._open(row)
        return None if content is None else (_file(row), content)

    async def content(self, file_id: str, *, organisation_id: str) -> bytes | None:
        """The bytes of a file of that organisation's conversations; None when they are not kept any more."""
        row = await self._row(file_id)
        return await self._open(row) if row is not None and row.organisation_id == organisation_id else None

    async def used(self, file_id: str) -> None:
        """It was attached: it stays a little longer only."""
        async with self._database.work() as work:
            await store.keep_no_longer_than(work, file_id, to_text(self._clock() + _AFTER_USE))

    async def sweep(self) -> int:
        """Remove what has been kept long enough; how many files."""
        async with self._database.work() as work:
            removed = await store.remove_due(work, to_text(self._clock()))
        if removed:
            log.info("sent files removed", count=removed)
        return removed

    async def _row(self, file_id: str) -> SentFileRow | None:
        async with self._database.reading() as reading:
            row = await store.get(reading, file_id)
        return row if row is not None and row.keep_until > to_text(self._clock()) else None

    async def _seal(self, file_id: str, content: bytes) -> tuple[str, bytes]:
        key, nonce = AESGCM.generate_key(256), secrets.token_bytes(12)
        sealed_key = await self._cipher.seal(owner_of(file_id), base64.b64encode(key).decode("ascii"))
        return sealed_key, nonce + AESGCM(key).encrypt(nonce, content, file_id.encode())

    async def _open(self, row: SentFileRow) -> bytes | None:
        if not row.sealed:
            return None
        try:
            key = base64.b64decode(await self._cipher.open(owner_of(row.id), row.sealed_key))
            return AESGCM(key).decrypt(row.sealed[:12], row.sealed[12:], row.id.encode())
        except (CipherError, InvalidTag, ValueError) as problem:
            log.error("a sent file cannot be opened", file=row.id, problem=type(problem).__name__)
            return None


@dataclass(frozen=True, slots=True)
class FilesHere:
    """The files of one conversation of one person in one organisation (`tools.sent_files.SentFiles`)."""

    _database: Database
    _clock: Clock
    _conversation_id: str
    _person_id: str
    _organisation_id: str

    async def every(self) -> Sequence[SentFile]:
        """Those that are still kept, in the order in which they came."""
        async with self._database.reading() as reading:
            rows = await store.of_conversation(
                reading,
                conversation_id=self._conversation_id,
                person_id=self._person_id,
                organisation_id=self._organisation_id,
                now=to_text(self._clock()),
            )
        return [_file(row) for row in rows]


@dataclass(frozen=True, slots=True)
class FilesHeld:
    """The bytes of one organisation's files (`tools.sent_files.HeldContents`)."""

    _room: SentFileRoom
    _organisation_id: str

    async def content(self, file_id: str) -> bytes:
        """The bytes as they came. Raises ToolFailed when they are not kept any more."""
        content = await self._room.content(file_id, organisation_id=self._organisation_id)
        if content is None:
            raise gone()
        return content


def owner_of(file_id: str) -> str:
    """To whom the sealed key of a file belongs: it opens no other."""
    return f"sent file {file_id}"


def _file(row: SentFileRow) -> SentFile:
    return SentFile(
        id=row.id,
        number=row.number,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        digest=row.digest,
        sent_at=from_text(row.sent_at),
        message=row.message,
    )


def _not_taken(name: str, en: str, de: str) -> dict[Language, str]:
    return {
        "en": f"{name} {en}. It was not kept.",
        "de": f"{name} {de}. Die Datei wurde nicht behalten.",
    }
