"""The auditor's commands, as they are typed: what they say, what they write, and with which code they end."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import rfc8785
from typer.testing import CliRunner, Result

from assistant.__main__ import cli
from assistant.audit import AuditTag, AuditTrail
from assistant.audit.export import harmless
from assistant.stores import organisations
from assistant.stores.database import Database
from tests.support.database import make_tables
from tests.support.paying import DEMO, OTHER, HandClock
from tests.support.tampering import realistic


class Desk:
    """An auditor's desk: a home folder with a database in it, and the commands."""

    def __init__(self, home: Path) -> None:
        self.home, self.file = home, home / "assistant.db"

    def type(self, *words: str, **env: str) -> Result:
        """`assistant audit WORDS`"""
        environment = {"ASSISTANT_HOME": str(self.home), "COLUMNS": "200", **env}
        return CliRunner().invoke(cli, ["audit", *words], env=environment)

    def sql(self, statement: str) -> None:
        connection = sqlite3.connect(self.file)
        with connection:
            connection.execute(statement)
        connection.close()

    async def fill(self) -> None:
        """The trail of an afternoon, and one event of another organisation on the next day."""
        await make_tables(f"sqlite:///{self.file}")
        database, clock = Database(f"sqlite:///{self.file}"), HandClock()
        trail = AuditTrail(database, clock=clock)
        async with database.work() as work:
            for each in (DEMO, OTHER):
                await organisations.put(work, each, tenant_id=f"tenant of {each.id}", now="now")
        await realistic(trail, clock)
        clock.advance(days=1)
        await trail.note(tag=AuditTag.PAYEE_SEEN, organisation_id=OTHER.id, subject="+49", facts={"name": "@cmd"})
        await database.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "home")
    desk.home.mkdir()
    asyncio.run(desk.fill())
    with contextlib.chdir(tmp_path):  # no .env of somebody's
        yield desk


# verify and checkpoint


def test_a_sound_trail_ends_with_0_and_says_what_was_not_checked(desk: Desk) -> None:
    done = desk.type("verify")
    assert done.exit_code == 0 and "Sound: 15 events" in done.output and "There are no checkpoints" in done.output


def test_a_signed_trail_ends_with_0_and_says_how_far(desk: Desk) -> None:
    done = desk.type("checkpoint")
    assert done.exit_code == 0 and "Signed: 15 events" in done.output
    assert (desk.home / "audit.key").stat().st_mode & 0o777 == 0o600
    assert "Nothing new" in desk.type("checkpoint").output
    done = desk.type("verify")
    assert done.exit_code == 0 and "Signed: 15 of them" in done.output and "kept elsewhere" in done.output
    kept = desk.home / "audit-checkpoints"
    done = desk.type("verify", "--checkpoints", str(kept), "--public-key", str(kept / "audit-public-key.vkey"))
    assert done.exit_code == 0 and "Sound: 16 events" in done.output and "kept elsewhere" not in done.output


def test_an_edited_event_ends_with_1_and_is_named(desk: Desk) -> None:
    desk.sql("UPDATE audit_event SET actor_name = 'Eve' WHERE seq = 6")
    done = desk.type("verify")
    assert done.exit_code == 1
    assert "NOT SOUND\nEvent 6 was edited: its content does not give its hash." in done.output
    assert "First bad event: 6. In order before it: 5." in done.output
    done = desk.type("checkpoint")
    assert done.exit_code == 1 and "No checkpoint was signed. Event 6 was edited" in done.output


def test_a_cut_off_end_with_the_head_set_back_ends_with_1_where_there_are_checkpoints(desk: Desk) -> None:
    desk.type("checkpoint")
    desk.sql("DELETE FROM audit_event WHERE seq > 9")
    desk.sql("UPDATE audit_head SET seq = 9, hash = (SELECT hash FROM audit_event WHERE seq = 9)")
    done = desk.type("verify")
    assert done.exit_code == 1 and "The events 10 to 15 were cut off: the checkpoint of" in done.output


def test_what_cannot_be_checked_ends_with_2(desk: Desk, tmp_path: Path) -> None:
    nothing = str(tmp_path / "nothing")
    for words, said in (
        (("verify", "--checkpoints", nothing), "cannot be read"),
        (("verify", "--public-key", nothing), "cannot be read"),
        (("life", "seven"), "is not the number of a proposal"),
        (("life", "P-7"), "Name one organisation with --organisation. There are: Demo GmbH, Other Ltd."),
        (("export", "--from", "yesterday"), "is no day"),
        (("export", "--to", "9999-12-31"), "is no day"),
        (("export", "--organisation", "Nobody"), "Name one organisation"),
        (("prove", "3"), "No checkpoint covers event 3"),
    ):
        done = desk.type(*words)
        assert done.exit_code == 2 and said in done.output, (words, done.output)
    for env, said in (
        ({"DATABASE_URL": f"sqlite:///{nothing}.db"}, "There is no database at"),
        ({"DATABASE_URL": f"sqlite:///{_empty(tmp_path)}"}, "The trail cannot be read"),
        ({"PORT": "many"}, "The settings cannot be used"),
    ):
        done = desk.type("verify", **env)
        assert done.exit_code == 2 and said in done.output, done.output
    assert not Path(f"{nothing}.db").exists(), "no database is made by looking for one"


def _empty(folder: Path) -> Path:
    (folder / "empty.db").touch()
    return folder / "empty.db"


def test_checkpoints_that_are_gone_or_damaged_end_with_2(desk: Desk, tmp_path: Path) -> None:
    desk.type("checkpoint")
    folder = desk.home / "audit-checkpoints"
    note = folder / "checkpoint-000000000015.txt"
    note.write_text(note.read_text().replace("15", "14", 1))
    done = desk.type("verify")
    assert done.exit_code == 2 and "its signature does not fit its text" in done.output
    note.unlink()
    assert desk.type("verify").exit_code == 2, "an empty folder"
    folder.rename(tmp_path / "elsewhere")
    done = desk.type("verify")
    assert done.exit_code == 2 and "says that 15 events were signed and no checkpoint is here" in done.output


def test_a_named_key_signs_and_a_useless_one_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("useless")
    done = desk.type("checkpoint", "--key", str(tmp_path / "key"))
    assert done.exit_code == 2 and "no Ed25519 private key" in done.output
    assert "useless" not in done.output.replace(str(tmp_path), "")
    assert desk.type("checkpoint", AUDIT_KEY=str(tmp_path / "none")).exit_code == 2


def test_a_new_folder_is_begun_only_when_told_so(desk: Desk, tmp_path: Path) -> None:
    desk.type("checkpoint")
    new = str(tmp_path / "new")
    done = desk.type("checkpoint", "--checkpoints", new)
    assert done.exit_code == 1 and "assistant audit checkpoint --begin" in done.output
    assert desk.type("checkpoint", "--checkpoints", new, "--begin").exit_code == 0


def test_one_event_can_be_shown_without_the_others(desk: Desk) -> None:
    desk.type("checkpoint")
    done = desk.type("prove", "6")
    assert done.exit_code == 0
    shown = json.loads(done.output)
    # checked here by RFC 6962's own words, from the top down
    node = naive_climb(bytes.fromhex(shown["event"]["hash"]), shown["place"], 15, map(bytes.fromhex, shown["proof"]))
    assert base64.b64encode(node).decode() == shown["checkpoint"].splitlines()[2]
    desk.sql("UPDATE audit_event SET actor_name = 'Eve' WHERE seq = 6")
    assert desk.type("prove", "6").exit_code == 1


def naive_climb(leaf: bytes, place: int, size: int, steps: Iterable[bytes]) -> bytes:
    proof = list(steps)
    if size == 1:
        return hashlib.sha256(b"\x00" + leaf).digest()
    k = 1
    while k * 2 < size:
        k *= 2
    if place < k:
        return hashlib.sha256(b"\x01" + naive_climb(leaf, place, k, proof[:-1]) + proof[-1]).digest()
    return hashlib.sha256(b"\x01" + proof[-1] + naive_climb(leaf, place - k, size - k, proof[:-1])).digest()


# export


def recomputed(row: dict[str, object], facts: str) -> str:
    """The hash as the help of the command says that it is computed, by another library's canonical JSON alone."""
    names = ["seq", "at", "tag", "actor_id", "actor_name", "roles", "session_id", "organisation_id", "subject"]
    fields = {**{name: row[name] for name in names}, "facts": facts}
    return hashlib.sha256(bytes.fromhex(str(row["previous"])) + rfc8785.dumps(fields)).hexdigest()  # type: ignore[arg-type]


def test_the_chain_can_be_recomputed_from_the_json(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "trail.json"
    assert desk.type("export", "--format", "json", "--out", str(out)).exit_code == 0
    rows = json.loads(out.read_text(encoding="utf-8"))
    previous = "0" * 64
    assert len(rows) == 15
    for row in rows:
        assert row["previous"] == previous
        previous = recomputed(row, rfc8785.dumps(row["facts"]).decode())
        assert row["hash"] == previous


def test_the_chain_can_be_recomputed_from_the_csv(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "trail.csv"
    assert desk.type("export", "--out", str(out)).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"), newline="")))
    previous = "0" * 64
    assert len(rows) == 15
    for cells in rows:
        row: dict[str, object] = {name: cell[1:] if cell.startswith("'") else cell for name, cell in cells.items()}
        row["seq"] = int(str(row["seq"]))
        assert row["previous"] == previous
        previous = recomputed(row, str(row["facts"]))
        assert row["hash"] == previous
    assert rows[14]["subject"] == "'+49"


@pytest.mark.parametrize("text", ["=1+1", "+49", "-3", "@SUM(A1)", "\tx", "\rx", "\nx", "'quoted"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}" and harmless(f"a{text}") == f"a{text}"


def test_an_export_can_be_limited(desk: Desk) -> None:
    def numbers(*words: str) -> list[int]:
        done = desk.type("export", "--format", "json", *words)
        assert done.exit_code == 0, done.output
        return [row["seq"] for row in json.loads(done.output)]

    assert numbers("--organisation", "other ltd") == [15]
    assert numbers("--organisation", DEMO.id) == list(range(3, 15))
    assert numbers("--to", "2026-11-22") == list(range(1, 15))
    assert numbers("--from", "2026-11-23", "--to", "2026-11-23") == [15]
    assert numbers("--from", "2026-11-24") == []


def test_an_export_of_a_tampered_trail_shows_what_is_there(desk: Desk) -> None:
    desk.sql("UPDATE audit_event SET facts = '{not json', tag = CAST(x'ff' AS TEXT), at = x'00' WHERE seq = 6")
    for format in ("json", "csv"):
        done = desk.type("export", "--format", format)
        assert done.exit_code == 0 and "{not json" in done.output and "\\udcff" in done.output


# life


def test_the_life_of_a_proposal_is_told(desk: Desk) -> None:
    done = desk.type("life", "P-7", "--organisation", "Demo GmbH")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "The life of P-7 · Demo GmbH"
    assert "     6  22 Nov 2026, 13:00:42  Anna (approver): Confirmed" in lines
    assert "        Session session-anna · Digest abababababab" in lines
    assert desk.type("life", "7", "--organisation", DEMO.id, "--language", "de").output.startswith(
        "Der Verlauf von P-7"
    )
    done = desk.type("life", "P-99", "--organisation", DEMO.id)
    assert done.exit_code == 1 and "There is no P-99 in Demo GmbH." in done.output
