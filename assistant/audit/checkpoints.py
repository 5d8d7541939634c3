"""Signs how long the audit trail is and what is in it, and exports that outside the database, again and again.

Whoever rewrites the database afterwards, chain and head and all, cannot rewrite what was exported; and gets no new
signature either: before anything is signed, the whole trail is checked against everything that was exported before.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from assistant.audit import AuditTag, AuditTrail
from assistant.audit.check import Examined
from assistant.audit.folder import (
    Evidence,
    FolderProblem,
    alone_in,
    read_folder,
    write_checkpoint,
    write_key,
)
from assistant.audit.note import ORIGIN, Checkpoint, CheckpointKey, new_checkpoint_key
from assistant.audit.tree import consistency_proof, is_consistent, root_of
from assistant.clock import Clock, utc_now
from assistant.keys import kept_key

log = structlog.get_logger()

_KEEP = "Keep the database and the folder as they are, and run `assistant audit verify`."


class CheckpointRefused(Exception):
    """The trail is not what it was, or the folder is not; nothing was signed. The words say what was found."""


class Checkpoints:
    """Makes signed checkpoints of the trail in a folder outside the database."""

    def __init__(
        self, audit: AuditTrail, key: CheckpointKey, folder: Path, *, origin: str = ORIGIN, clock: Clock = utc_now
    ) -> None:
        self._audit, self._key, self._folder = audit, key, folder
        self._origin, self._clock = origin, clock

    async def make(self, *, begin: bool = False) -> Checkpoint | None:
        """Check the whole trail and sign it as it is now; None when nothing new was recorded since the last one.

        None also while another process makes one. `begin`: a person says that the folder is a new one (another key, a
        database brought back from a backup); else a trail that was signed before needs what was exported then. Raises
        CheckpointRefused, after saying it in the log as an error, when the trail does not verify, is not a
        continuation of what was exported, or the folder was tampered with.
        """
        try:
            with alone_in(self._folder) as alone:
                made = await self._make(begin) if alone else None
        except FolderProblem as problem:
            raise self._refused(str(problem)) from problem
        except OSError as problem:
            why = f"The folder {self._folder} cannot be written ({problem.strerror}): check its rights and its space."
            raise self._refused(why, "The trail itself goes on.") from problem
        if made is not None:
            await self._audit.note(
                tag=AuditTag.AUDIT_CHECKPOINTED,
                organisation_id="",
                subject=self._origin,
                facts={"size": made.size, "root": made.root.hex()},
            )
        return made

    async def _make(self, begin: bool) -> Checkpoint | None:
        await asyncio.to_thread(write_key, self._folder, self._key)
        evidence = await asyncio.to_thread(read_folder, self._folder, self._key.public())
        if evidence.problems:
            raise self._refused(" ".join(evidence.problems))
        if not begin and evidence.size < (signed := await self._audit.signed_before()):
            raise self._refused(
                f"The trail says that {signed} events were signed, but {self._folder} covers {evidence.size} of them. "
                "Bring the folder back, or begin a new one with `assistant audit checkpoint --begin`.",
            )
        examined = await self._audit.examine(evidence=evidence)
        if not examined.report.ok:
            raise self._refused(examined.report.what)
        if examined.report.events == evidence.size or not await self._audit.anything_but(
            AuditTag.AUDIT_CHECKPOINTED, after=evidence.size
        ):
            return None
        return await asyncio.to_thread(self._signed, examined, evidence)

    def _signed(self, examined: Examined, evidence: Evidence) -> Checkpoint:
        hashes, last = examined.hashes, evidence.last
        made = Checkpoint(len(hashes), root_of(hashes), self._clock(), self._origin)
        if last is not None:
            proof = consistency_proof(hashes, last.size)
            if not is_consistent(last.size, last.root, made.size, made.root, proof):
                raise self._refused(f"It does not continue the {last.size} events that were signed last.")
        first = last.size + 1 if last is not None and last.size == len(evidence.hashes) else 1
        new = [each.hex() for each in hashes[first - 1 :]]
        path = write_checkpoint(self._folder, self._key.sign(made), made.size, first, new)
        log.info("audit checkpoint", events=made.size, root=made.root.hex(), file=str(path))
        return made

    def _refused(self, why: str, then: str = _KEEP) -> CheckpointRefused:
        log.error("audit checkpoint refused", why=why, folder=str(self._folder))
        return CheckpointRefused(f"No checkpoint was signed. {why} {then}")


def checkpoint_key(home: Path, named: str = "") -> CheckpointKey:
    """The key that signs checkpoints: in the file that `named` names, else made once and kept in `home` (mode 0600).

    Raises ValueError for a key that cannot be used, OSError for a file that cannot be read.
    """
    text = Path(named).read_text(encoding="utf-8") if named else kept_key(home, "audit", new_checkpoint_key)
    return CheckpointKey.from_text(text)


def checkpoint_folder(home: Path) -> Path:
    """Where checkpoints go when nobody says otherwise; copy it elsewhere, all the time."""
    return home / "audit-checkpoints"
