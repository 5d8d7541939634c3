# ruff: noqa: E402
"""Files sent into a conversation: only what is what it says, sealed, for its own conversation, and not for long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.support import chainlit_here

chainlit_here.ready()  # before what imports it, as the product does

from assistant.chat.data_layer import Conversations
from assistant.file_kinds import KINDS, LARGEST, harmless_name, kind_of
from assistant.keys import TokenCipher, new_token_key
from assistant.sent_files import MOST_KEPT, Coming, SentFileRoom, TakenIn
from assistant.stores.database import Database
from tests.support.database import run_sql
from tools.errors import ToolFailed
from tools.sent_files import SentFile

pytestmark = pytest.mark.anyio
PDF = b"%PDF-1.4 the fine print"
HERE = {"conversation_id": "c-1", "person_id": "anna", "organisation_id": "org-1"}


class Room:
    """The room over a fresh database, with a clock that stands still."""

    def __init__(self, database: Database) -> None:
        self.now = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
        self.database = database
        self.keys = new_token_key()
        self.room = SentFileRoom(database, TokenCipher(lambda: self.keys), lambda: self.now, hours=24)

    async def take_in(self, *coming: Coming, conversation: str = "c-1", person: str = "anna") -> TakenIn:
        return await self.room.take_in(coming, conversation_id=conversation, person_id=person)

    async def sent(self, name: str = "note.pdf", content: bytes = PDF) -> SentFile:
        """One file of Anna's in c-1 about org-1."""
        taken = await self.take_in(Coming(name, content))
        await self.room.bind(**HERE)
        (file,) = taken.files
        return file


@pytest.fixture
async def room(database: Database) -> Room:
    return Room(database)


async def test_a_file_is_there_for_its_own_conversation_only(room: Room) -> None:
    file = await room.sent()
    assert [one.id for one in await room.room.here(**HERE).every()] == [file.id]
    for other in ({"conversation_id": "c-2"}, {"person_id": "paul"}, {"organisation_id": "org-2"}):
        assert await room.room.here(**{**HERE, **other}).every() == []
    assert await room.room.held("org-1").content(file.id) == PDF
    with pytest.raises(ToolFailed, match="not kept here any more"):
        await room.room.held("org-2").content(file.id)
    assert await room.room.opened(file.id, person_id="anna") == (file, PDF)
    assert await room.room.opened(file.id, person_id="paul") is None


async def test_a_file_belongs_to_no_organisation_until_it_is_known_and_then_to_no_other(room: Room) -> None:
    (file,) = (await room.take_in(Coming("a.pdf", PDF))).files
    assert await room.room.here(**HERE).every() == []
    with pytest.raises(ToolFailed):
        await room.room.held("org-1").content(file.id)
    await room.room.bind(**HERE)
    await room.room.bind(**{**HERE, "organisation_id": "org-2"})
    assert await room.room.held("org-1").content(file.id) == PDF
    assert await room.room.here(**{**HERE, "organisation_id": "org-2"}).every() == []


async def test_bytes_and_key_lie_sealed_and_open_for_no_other_file(room: Room) -> None:
    first, second = await room.sent(), await room.sent("other.pdf", PDF + b"2")
    for row in await run_sql(room.database, "SELECT sealed, sealed_key FROM sent_file"):
        assert b"fine print" not in bytes(row[0]) and str(row[1]).startswith("gAAA")  # type: ignore[call-overload]
    await run_sql(
        room.database,
        f"UPDATE sent_file SET sealed = (SELECT sealed FROM sent_file WHERE id = '{second.id}'), sealed_key = "
        f"(SELECT sealed_key FROM sent_file WHERE id = '{second.id}') WHERE id = '{first.id}'",
    )
    with pytest.raises(ToolFailed):
        await room.room.held("org-1").content(first.id)
    room.keys = new_token_key()
    with pytest.raises(ToolFailed):
        await room.room.held("org-1").content(second.id)


async def test_it_goes_by_its_time_and_an_hour_after_it_was_attached(room: Room) -> None:
    first, second = await room.sent(), await room.sent("other.pdf")
    await room.room.used(first.id)
    room.now += timedelta(hours=1)
    assert await room.room.sweep() == 1
    assert [one.id for one in await room.room.here(**HERE).every()] == [second.id]
    room.now += timedelta(hours=23)
    assert await room.room.here(**HERE).every() == [], "its time is over even before anybody sweeps"
    with pytest.raises(ToolFailed):
        await room.room.held("org-1").content(second.id)
    assert await room.room.sweep() == 1
    rows = await run_sql(room.database, "SELECT sealed, sealed_key FROM sent_file")
    assert rows == [(None, ""), (None, "")]
    (third,) = (await room.take_in(Coming("c.pdf", PDF))).files
    assert (third.number, third.message) == (3, 3), "a number never means another file"


async def test_it_goes_with_its_conversation(room: Room) -> None:
    file = await room.sent()
    await Conversations(room.database, lambda: room.now).delete_thread("c-1")
    with pytest.raises(ToolFailed):
        await room.room.held("org-1").content(file.id)
    assert await run_sql(room.database, "SELECT sealed, sealed_key FROM sent_file") == [(None, "")]


async def test_what_is_not_what_it_says_is_not_kept_and_is_said(room: Room) -> None:
    taken = await room.take_in(
        Coming("invoice.pdf", b"MZ\x90 a programme"),
        Coming("run.exe", b"MZ"),
        Coming("empty.pdf", b""),
        Coming("big.pdf", PDF + bytes(LARGEST)),
        Coming("table.csv", b"a;b\n1;2"),
        Coming("binary.csv", b"a\x00b"),
    )
    assert [file.name for file in taken.files] == ["table.csv"]
    assert [sum(name in one["en"] for one in taken.problems) for name in ("invoice.pdf", "run.exe", "binary.csv")] == [
        1, 1, 1,
    ]  # fmt: skip
    assert any("empty" in one["en"] and "leer" in one["de"] for one in taken.problems)
    assert any("10 MB" in one["en"] for one in taken.problems) and len(taken.problems) == 5


async def test_files_of_one_message_came_together(room: Room) -> None:
    taken = await room.take_in(Coming("a.pdf", PDF), Coming("b.pdf", PDF))
    assert [(file.number, file.message) for file in taken.files] == [(1, 1), (2, 1)]
    (third,) = (await room.take_in(Coming("c.pdf", PDF))).files
    assert (third.number, third.message) == (3, 2)


async def test_nobody_fills_the_house(room: Room) -> None:
    for number in range(MOST_KEPT):
        await room.take_in(Coming("a.pdf", PDF), conversation=f"c-{number}")
    taken = await room.take_in(Coming("a.pdf", PDF))
    assert taken.files == () and "one too many" in taken.problems[0]["en"]
    assert (await room.take_in(Coming("a.pdf", PDF), person="paul")).files


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "etc-passwd.pdf"),
        ("C:\\Users\\anna\\scan.pdf", "C-Users-anna-scan.pdf"),
        ("in\u202efdp.exe\u202c.pdf", "infdp.exe.pdf"),
        ("a\r\nb\x00c.pdf", "a bc.pdf"),
        ("![x](https://evil.example/?q=1).pdf", "!-x-(https-evil.example-q=1).pdf"),
        ("<script>.pdf", "script.pdf"),
        (" .pdf", "pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
        ("Größe (2) – März.pdf", "Größe (2) – März.pdf"),
    ],
)
def test_a_name_is_made_harmless(name: str, kept: str) -> None:
    assert harmless_name(name) == kept
    assert harmless_name(kept) == kept


def test_every_kind_is_told_by_its_first_bytes() -> None:
    for ending, kind in KINDS.items():
        for begins in kind.begins or (b"plain",):
            assert kind_of(f"a.{ending.upper()}", begins + b" more") is kind
        assert kind_of(f"a.{ending}", b"\x00\x01\x02") is None
    assert kind_of("pdf", PDF) is None and kind_of("a.html", b"<html>") is None
