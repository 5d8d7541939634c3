"""The folder of checkpoints outside the database: small files that are written once and never changed.

For a trail of 42 events it gets `checkpoint-000000000042.txt`, the signed note, and `checkpoint-000000000042.hashes`,
the hashes of the events since the checkpoint before it (its first line is the number of the first). The note is enough
to see that something was changed; with the hashes, which the signed root covers, the first changed event is named.

The folder is worth what its distance from the database is worth: copy it, all the time, to where nobody who can write
to the database can write.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assistant.audit.note import (
    Checkpoint,
    CheckpointKey,
    NotACheckpoint,
    public_pem,
    public_vkey,
    read_checkpoint,
    read_public_key,
)
from assistant.audit.tree import Tree

PUBLIC_KEY = "audit-public-key.pem"
_FIRST_LINES = """These are signed checkpoints of the audit trail of the Finance assistant for Xero.

Copy this folder, all the time, to a place where nobody who can write to the database can write. Keep a copy of
audit-public-key.pem where nobody can replace it.

To check the trail against them:
    assistant audit verify --checkpoints FOLDER --public-key audit-public-key.pem
To check one signature without our code: save the lines of a checkpoint above its empty line (with the last newline)
as text, and the base64 of its last line without its first four bytes, decoded, as signature; then
    openssl pkeyutl -verify -pubin -inkey audit-public-key.pem -rawin -in text -sigfile signature
The form is that of C2SP tlog-checkpoint and signed-note; the root is that of RFC 6962 over the 32 bytes of each hash.
"""


class FolderProblem(Exception):
    """The checkpoints cannot be read or written; the words say why and what to do."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about the trail from outside the database."""

    checkpoints: tuple[Checkpoint, ...] = ()
    """With a valid signature, shortest trail first."""
    hashes: tuple[str, ...] = ()
    """The hash of each event from the first on, as far as a signed root covers them."""
    problems: tuple[str, ...] = ()
    """Files that do not say what they should, in words."""
    _by_size: dict[int, list[Checkpoint]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_size: dict[int, list[Checkpoint]] = {}
        for checkpoint in self.checkpoints:
            by_size.setdefault(checkpoint.size, []).append(checkpoint)
        object.__setattr__(self, "_by_size", by_size)

    @property
    def last(self) -> Checkpoint | None:
        """The one that covers most."""
        return self.checkpoints[-1] if self.checkpoints else None

    @property
    def size(self) -> int:
        """How many events are covered."""
        return self.last.size if self.last else 0

    def at(self, size: int) -> Sequence[Checkpoint]:
        """The checkpoints of a trail of that length; more than one only where somebody signed twice."""
        return self._by_size.get(size, ())

    def first_over(self, number: int) -> Checkpoint | None:
        """The earliest checkpoint that covers the event of that number."""
        return next((each for each in self.checkpoints if each.size >= number), None)


def read_folder(folder: Path, public: Ed25519PublicKey) -> Evidence:
    """Everything that the folder proves; a file that proves nothing is named in `problems`, never passed over.

    Raises FolderProblem when the folder itself cannot be read.
    """
    checkpoints, hashes, problems = list[Checkpoint](), dict[int, str](), list[str]()
    try:
        notes = sorted(folder.glob("checkpoint-*.txt"))
        for path in notes:
            try:
                checkpoint = read_checkpoint(path.read_bytes().decode(), public)
            except (NotACheckpoint, UnicodeDecodeError) as problem:
                why = problem if isinstance(problem, NotACheckpoint) else "it is not text"
                problems.append(f"{path.name} cannot be relied on: {why}.")
                continue
            checkpoints.append(checkpoint)
            hashes.update(_hashes(path.with_suffix(".hashes")))
    except OSError as problem:
        raise FolderProblem(f"The folder {folder} cannot be read: {problem.strerror}.") from problem
    checkpoints.sort(key=lambda each: (each.size, each.at))
    return Evidence(tuple(checkpoints), _covered(hashes, checkpoints), tuple(problems))


def _hashes(path: Path) -> dict[int, str]:
    """The hashes of one file by the events' numbers; none where it is gone or damaged: then the roots have to do."""
    try:
        first, *lines = path.read_text(encoding="ascii").split()
        return {int(first) + place: line for place, line in enumerate(lines) if len(bytes.fromhex(line)) == 32}
    except (OSError, ValueError):
        return {}


def _covered(hashes: dict[int, str], checkpoints: Sequence[Checkpoint]) -> tuple[str, ...]:
    """The longest beginning of the hashes that has a signed root."""
    tree, known, covered = Tree(), list[str](), 0
    roots = {(each.size, each.root) for each in checkpoints}
    while (following := hashes.get(len(known) + 1)) is not None:
        tree.append(bytes.fromhex(following))
        known.append(following)
        if (tree.size, tree.root()) in roots:
            covered = tree.size
    return tuple(known[:covered])


def read_key_file(path: Path) -> Ed25519PublicKey:
    """The public key in that file. Raises FolderProblem."""
    try:
        return read_public_key(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise FolderProblem(f"The public key {path} cannot be read: {problem.strerror}.") from problem
    except ValueError as problem:
        raise FolderProblem(f"The public key {path} cannot be used. {problem}") from problem


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[bool]:
    """Whether nobody else writes checkpoints into that folder meanwhile; makes the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def write_key(folder: Path, key: CheckpointKey) -> None:
    """Put the public key beside the checkpoints. Raises FolderProblem when another one is there already."""
    path, pem = folder / PUBLIC_KEY, public_pem(key.public())
    if path.exists():
        if path.read_text(encoding="ascii", errors="replace") != pem:
            raise FolderProblem(
                f"{path} is not the key that signs now. If the key was changed on purpose, begin a new folder and keep "
                "the old one; if it was not, somebody has been at the folder or at the key."
            )
        return
    _put(folder / "README.txt", _FIRST_LINES)
    _put(path.with_suffix(".vkey"), public_vkey(key.public()))
    _put(path, pem)


def write_checkpoint(folder: Path, note: str, size: int, first: int, hashes: Sequence[str]) -> Path:
    """Put a signed note and the new hashes there for good: the hashes first, so that every note has its own."""
    path = folder / f"checkpoint-{size:012}.txt"
    _put(path.with_suffix(".hashes"), "".join(f"{line}\n" for line in (str(first), *hashes)))
    _put(path, note)
    return path


def _put(path: Path, text: str) -> None:
    """A whole file or none, on the disk before this returns."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
