"""Signed checkpoints: others' tools can read them, and a trail that was changed gets none."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from assistant.audit import AuditTag, AuditTrail, Finding
from assistant.audit.check import Examined, Report
from assistant.audit.checkpoints import CheckpointRefused, Checkpoints, checkpoint_key
from assistant.audit.findings import Head
from assistant.audit.folder import Evidence, FolderProblem, alone_in, read_folder, read_key_file
from assistant.audit.note import (
    Checkpoint,
    CheckpointKey,
    NotACheckpoint,
    new_checkpoint_key,
    opened,
    public_pem,
    public_vkey,
    read_checkpoint,
    read_public_key,
)
from assistant.audit.tree import root_of
from assistant.stores.database import Database
from tests.support.database import run_sql
from tests.support.paying import NOON, CrashNow, HandClock
from tests.support.tampering import realistic

pytestmark = pytest.mark.anyio


class Signing:
    """A trail, its folder of checkpoints and the key."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.clock, self.folder, self.database = HandClock(), folder, database
        self.trail = AuditTrail(database, clock=self.clock)
        self.key = CheckpointKey.from_text(new_checkpoint_key())
        self.checkpoints = Checkpoints(self.trail, self.key, folder, clock=self.clock)

    async def note(self, facts: int = 1) -> None:
        await self.trail.note(
            tag=AuditTag.PROPOSAL_CREATED, organisation_id="org", subject="p", facts={"number": facts}
        )

    def evidence(self) -> Evidence:
        return read_folder(self.folder, self.key.public())

    async def rewrite(self, number: int) -> None:
        """Change one event and make everything in the database fit again."""
        kept = [event async for event in self.trail.stored()]
        await run_sql(self.database, "DELETE FROM audit_event")
        await run_sql(self.database, f"UPDATE audit_head SET seq = 0, hash = '{'0' * 64}'")
        for event in kept:
            changed = event.seq == number
            self.clock.now = NOON
            await self.trail.note(
                tag=AuditTag(str(event.tag)),
                organisation_id=str(event.organisation_id),
                subject="forged" if changed else str(event.subject),
                facts={},
            )


@pytest.fixture
async def signing(database: Database, tmp_path: Path) -> AsyncIterator[Signing]:
    signing = Signing(database, tmp_path / "checkpoints")
    await realistic(signing.trail, signing.clock)
    yield signing


# the note


def test_a_note_is_read_as_the_other_implementations_write_it() -> None:
    # The example of golang.org/x/mod/sumdb/note, which the C2SP format comes from.
    public = read_public_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    seal = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    note = f"{text}\n— PeterNeumann {seal}\n"
    assert opened(note, public) == (text, "PeterNeumann")
    secret = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    key = CheckpointKey.from_text(base64.b64encode(base64.b64decode(secret)[1:]).decode())
    assert key.sign_text(text, "PeterNeumann") == note
    assert public_vkey(key.public(), "PeterNeumann").strip().endswith("+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    with pytest.raises(NotACheckpoint, match="no checkpoint"):
        read_checkpoint(note, public)


def test_a_checkpoint_says_whose_how_long_what_and_when() -> None:
    key = CheckpointKey.from_text(new_checkpoint_key())
    made = Checkpoint(7, bytes(range(32)), NOON)
    note = key.sign(made)
    assert note.splitlines()[:5] == [
        "finance-assistant/audit-trail",
        "7",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "signed 2026-11-22T12:00:00.000000+00:00",
        "",
    ]
    assert read_checkpoint(note, key.public()) == made


def test_every_change_of_a_note_shows() -> None:
    key = CheckpointKey.from_text(new_checkpoint_key())
    note = key.sign(Checkpoint(7, bytes(range(32)), NOON))
    for place, letter in enumerate(note[:-1]):
        bent = note[:place] + ("2" if letter != "2" else "3") + note[place + 1 :]
        with pytest.raises(NotACheckpoint):
            read_checkpoint(bent, key.public())
    for other in ("", note.replace("\n\n", "\n"), note.split("\n\n")[0] + "\n", note.replace("7\n", "07\n")):
        with pytest.raises(NotACheckpoint):
            read_checkpoint(other, key.public())
    with pytest.raises(NotACheckpoint, match="not signed by this key"):
        read_checkpoint(note, CheckpointKey.from_text(new_checkpoint_key()).public())


ROOT = base64.b64encode(bytes(32)).decode()
SIGNED = "signed 2026-11-22T12:00:00.000000+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "x\n",
        f"o\n7\nAAAA\n{SIGNED}\n",
        f"o\n0\n{ROOT}\n{SIGNED}\n",
        f"o\n07\n{ROOT}\n{SIGNED}\n",
        f"o\n-7\n{ROOT}\n{SIGNED}\n",
        f"o\n7\n{ROOT}\n",
        f"o\n7\n{ROOT}\n{SIGNED}\n{SIGNED}\n",
        f"o\n7\n{ROOT}\nmore\n{SIGNED}\n",
        f"o\n7\n{ROOT}\nsigned at noon\n",
        f"another origin\n7\n{ROOT}\n{SIGNED}\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_none(text: str) -> None:
    key = CheckpointKey.from_text(new_checkpoint_key())
    assert read_checkpoint(key.sign_text(f"o\n7\n{ROOT}\n{SIGNED}\n", "o"), key.public()).size == 7
    with pytest.raises(NotACheckpoint, match="is signed, but"):
        read_checkpoint(key.sign_text(text, "o"), key.public())


def test_a_signature_is_written_in_one_way_only() -> None:
    key = CheckpointKey.from_text(new_checkpoint_key())
    note = key.sign(Checkpoint(7, bytes(32), NOON))
    last = note[-3]  # of its six bits the last two are always zero
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = note[:-3] + letters[letters.index(last) + 1] + note[-2:]
    assert note.endswith("=\n") and base64.b64decode(other.split()[-1]) == base64.b64decode(note.split()[-1])
    with pytest.raises(NotACheckpoint):
        read_checkpoint(other, key.public())


def test_keys_are_read_from_pem_and_from_one_line_and_from_nothing_else(tmp_path: Path) -> None:
    key = CheckpointKey.from_text(new_checkpoint_key())
    for text in (public_pem(key.public()), public_vkey(key.public())):
        assert read_public_key(text) == key.public()
    for text in ("", "x", "-----BEGIN PUBLIC KEY-----", "a+b+c", "a+b+AAAA"):
        with pytest.raises(ValueError, match="no Ed25519"):
            read_public_key(text)
        with pytest.raises(ValueError, match="no Ed25519"):
            CheckpointKey.from_text(text)
        (tmp_path / "key").write_text(text)
        with pytest.raises(FolderProblem, match="cannot be used"):
            read_key_file(tmp_path / "key")
    with pytest.raises(FolderProblem, match="cannot be read"):
        read_key_file(tmp_path / "no such key")


def test_the_signing_key_is_kept_for_its_owner_only_or_named(tmp_path: Path) -> None:
    kept = checkpoint_key(tmp_path)
    assert (tmp_path / "audit.key").stat().st_mode & 0o777 == 0o600
    assert checkpoint_key(tmp_path).public() == kept.public()
    (tmp_path / "other").write_text(new_checkpoint_key())
    assert checkpoint_key(tmp_path, str(tmp_path / "other")).public() != kept.public()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")
def test_openssl_alone_can_check_a_checkpoint_as_the_readme_of_the_folder_says(tmp_path: Path) -> None:
    key = CheckpointKey.from_text(new_checkpoint_key())
    text, _, line = key.sign(Checkpoint(7, bytes(range(32)), NOON)).rpartition("\n\n")
    (tmp_path / "text").write_text(text + "\n")
    (tmp_path / "signature").write_bytes(base64.b64decode(line.split()[2])[4:])
    (tmp_path / "key.pem").write_text(public_pem(key.public()))
    command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in text -sigfile signature"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# making them


async def test_a_checkpoint_is_exported_logged_and_recorded(signing: Signing) -> None:
    with capture_logs() as logs:
        made = await signing.checkpoints.make()
    assert made is not None and made.size == 14 and made.at == signing.clock()
    hashes = [bytes.fromhex(str(event.hash)) async for event in signing.trail.stored()]
    assert made.root == root_of(hashes[:14])
    names = sorted(path.name for path in signing.folder.iterdir() if not path.name.startswith("."))
    assert names == [
        "README.txt",
        "audit-public-key.pem",
        "audit-public-key.vkey",
        "checkpoint-000000000014.hashes",
        "checkpoint-000000000014.txt",
    ]
    evidence = read_folder(signing.folder, read_key_file(signing.folder / "audit-public-key.pem"))
    assert evidence.checkpoints == (made,) and len(evidence.hashes) == 14 and evidence.problems == ()
    assert [(log["event"], log["events"]) for log in logs] == [("audit checkpoint", 14)]
    (row,) = await signing.trail.of("finance-assistant/audit-trail")
    assert row.tag == "audit:checkpointed" and made.root.hex() in row.facts
    report = await signing.trail.verify(evidence=evidence)
    assert report.ok and (report.events, report.signed) == (15, 14)


async def test_the_next_one_continues_and_nothing_new_makes_none(signing: Signing) -> None:
    assert await signing.checkpoints.make()
    assert await signing.checkpoints.make() is None, "that it was signed is nothing new"
    await signing.note()
    again = await signing.checkpoints.make()
    assert again is not None and again.size == 16
    evidence = signing.evidence()
    assert [each.size for each in evidence.checkpoints] == [14, 16] and len(evidence.hashes) == 16
    assert (signing.folder / "checkpoint-000000000016.hashes").read_text().splitlines()[0] == "15"
    assert (await signing.trail.verify(evidence=evidence)).ok


async def test_an_empty_trail_is_not_signed(database: Database, tmp_path: Path) -> None:
    assert await Signing(database, tmp_path).checkpoints.make() is None


async def refused(signing: Signing, why: str) -> None:
    """No checkpoint is signed, and the log says so as an error."""
    before = sorted(path.name for path in signing.folder.glob("checkpoint-*.txt"))
    events = (await signing.trail.head()).seq
    with capture_logs() as logs, pytest.raises(CheckpointRefused, match=why):
        await signing.checkpoints.make()
    assert [(log["event"], log["log_level"]) for log in logs] == [("audit checkpoint refused", "error")]
    assert sorted(path.name for path in signing.folder.glob("checkpoint-*.txt")) == before
    assert (await signing.trail.head()).seq == events


async def test_a_trail_with_an_edited_event_is_not_signed(signing: Signing) -> None:
    await run_sql(signing.database, "UPDATE audit_event SET actor_name = 'Eve' WHERE seq = 5")
    await refused(signing, "Event 5 was edited")


async def test_a_rewritten_trail_gets_no_fresh_signature(signing: Signing) -> None:
    await signing.checkpoints.make()
    await signing.rewrite(5)
    assert (await signing.trail.verify()).ok, "inside the database nothing is wrong"
    await signing.note()
    await refused(signing, "Event 1 was rewritten")


async def test_a_cut_off_trail_gets_no_fresh_signature(signing: Signing) -> None:
    await signing.checkpoints.make()
    await run_sql(signing.database, "DELETE FROM audit_event WHERE seq > 9")
    await run_sql(
        signing.database, "UPDATE audit_head SET seq = 9, hash = (SELECT hash FROM audit_event WHERE seq = 9)"
    )
    await signing.note()
    await refused(signing, "The events 11 to 14 were cut off|Event 10 was rewritten")


async def test_a_folder_that_lost_its_checkpoints_gets_no_fresh_signature(signing: Signing) -> None:
    await signing.checkpoints.make()
    shutil.rmtree(signing.folder)
    await signing.note()
    await refused(signing, "says that 14 events were signed")
    assert await signing.checkpoints.make(begin=True), "a person may begin a new folder"
    assert len(signing.evidence().hashes) == 16


async def test_a_folder_in_which_a_checkpoint_was_forged_gets_no_fresh_signature(signing: Signing) -> None:
    await signing.checkpoints.make()
    forged = CheckpointKey.from_text(new_checkpoint_key()).sign(Checkpoint(14, bytes(32), NOON))
    (signing.folder / "checkpoint-000000000014.txt").write_text(forged)
    await signing.note()
    await refused(signing, "not signed by this key")


async def test_another_key_needs_another_folder(signing: Signing) -> None:
    await signing.checkpoints.make()
    await signing.note()
    other = CheckpointKey.from_text(new_checkpoint_key())
    signing.checkpoints = Checkpoints(signing.trail, other, signing.folder, clock=signing.clock)
    await refused(signing, "is not the key that signs now")


async def test_a_folder_that_cannot_be_written_is_said(signing: Signing, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    signing.checkpoints = Checkpoints(signing.trail, signing.key, tmp_path / "file", clock=signing.clock)
    await refused(signing, "cannot be written")


async def test_only_one_process_at_a_time_makes_one(signing: Signing) -> None:
    with alone_in(signing.folder) as alone:
        assert alone
        assert await signing.checkpoints.make() is None
    assert await signing.checkpoints.make()


class Dying(AuditTrail):
    """Its process dies before it can record that it signed."""

    async def note(self, *, tag: AuditTag, **more: Any) -> None:
        if tag is AuditTag.AUDIT_CHECKPOINTED:
            raise CrashNow
        await super().note(tag=tag, **more)


class Busy(AuditTrail):
    """Something is recorded between its check and the question whether there is anything new."""

    async def anything_but(self, tag: AuditTag, *, after: int) -> bool:
        await self.note(tag=AuditTag.PROPOSAL_CREATED, organisation_id="org", subject="p", facts={})
        return await super().anything_but(tag, after=after)


async def test_what_was_signed_before_a_crash_is_not_written_over(signing: Signing) -> None:
    dying = Checkpoints(Dying(signing.database, clock=signing.clock), signing.key, signing.folder, clock=signing.clock)
    with pytest.raises(CrashNow):
        await dying.make()
    written = (signing.folder / "checkpoint-000000000014.txt").read_text()
    signing.clock.advance(minutes=1)
    busy = Busy(signing.database, clock=signing.clock)
    assert await Checkpoints(busy, signing.key, signing.folder, clock=signing.clock).make() is None
    assert (signing.folder / "checkpoint-000000000014.txt").read_text() == written
    await signing.note()
    made = await signing.checkpoints.make()
    assert made is not None and made.size == 15


async def test_what_does_not_continue_the_last_one_is_not_signed(signing: Signing) -> None:
    # the last door before the signature, should an examination ever say yes to this
    hashes = tuple(bytes([place]) * 32 for place in range(9))
    evidence = Evidence((Checkpoint(5, root_of([*hashes[:4], b"another"]), NOON),))
    examined = Examined(Report(True, 9, Head(9, "")), hashes)
    with pytest.raises(CheckpointRefused, match="does not continue the 5 events"):
        signing.checkpoints._signed(examined, evidence)
    assert not list(signing.folder.glob("checkpoint-*"))


# reading them


async def test_without_exported_hashes_the_roots_say_between_which_events(signing: Signing) -> None:
    await signing.checkpoints.make()
    await signing.note()
    await signing.checkpoints.make()
    for path in signing.folder.glob("*.hashes"):
        path.unlink()
    evidence = signing.evidence()
    assert evidence.hashes == () and (await signing.trail.verify(evidence=evidence)).ok
    await signing.rewrite(15)
    report = await signing.trail.verify(evidence=evidence)
    assert not report.ok and report.finding is Finding.REWRITTEN and report.first_bad == 1
    assert report.what.startswith("One of the events 1 to 14 was rewritten")


@pytest.mark.parametrize("damage", ["other", "short", "text", "first"])
async def test_damaged_hashes_are_not_believed(signing: Signing, damage: str) -> None:
    await signing.checkpoints.make()
    path = signing.folder / "checkpoint-000000000014.hashes"
    lines = path.read_text().splitlines()
    match damage:
        case "other":
            lines[3] = "ab" * 32
        case "short":
            lines = lines[:-1]
        case "text":
            lines[3] = "nonsense"
        case "first":
            lines[0] = "3"
    path.write_text("\n".join(lines))
    evidence = signing.evidence()
    assert evidence.hashes == () and evidence.size == 14
    assert (await signing.trail.verify(evidence=evidence)).ok, "the signed root is enough"
    await signing.note()
    assert await signing.checkpoints.make()
    assert len(signing.evidence().hashes) == 16, "the next checkpoint brings all hashes again"


async def test_two_checkpoints_that_contradict_each_other_cannot_both_hold(signing: Signing) -> None:
    await signing.checkpoints.make()
    double = Checkpoint(14, bytes(32), NOON)
    (signing.folder / "checkpoint-000000000014-b.txt").write_text(signing.key.sign(double))
    report = await signing.trail.verify(evidence=signing.evidence())
    assert not report.ok and "the checkpoint of 2026-11-22T12:00:00" in report.what


async def test_a_file_that_is_no_note_is_named(signing: Signing) -> None:
    await signing.checkpoints.make()
    (signing.folder / "checkpoint-x.txt").write_bytes(b"\xff")
    assert signing.evidence().problems == ("checkpoint-x.txt cannot be relied on: it is not text.",)
