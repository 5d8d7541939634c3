"""The commands for an auditor: `assistant audit verify`, `export`, `checkpoint`, `prove`, `life`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from assistant.audit import AuditTrail, Report
from assistant.audit.checkpoints import CheckpointRefused, Checkpoints, checkpoint_folder, checkpoint_key
from assistant.audit.export import FORMATS, as_json
from assistant.audit.folder import PUBLIC_KEY, Evidence, FolderProblem, read_folder, read_key_file
from assistant.audit.life import life_table
from assistant.audit.tree import inclusion_proof
from assistant.clock import utc_now
from assistant.settings import Settings
from assistant.stores import organisations
from assistant.stores.database import Database
from assistant.stores.moments import to_text
from tools.base import Organisation
from tools.views import Table

_MARKS = ("session", "digest")
SOUND, NOT_SOUND, CANNOT_BE_CHECKED = 0, 1, 2

audit = typer.Typer(
    no_args_is_help=True, help="Check the audit trail, export it, sign it, and read the life of a proposal."
)

_Folder = Annotated[
    Path | None, typer.Option("--checkpoints", help="The folder of checkpoints; best a copy that was kept elsewhere.")
]
_Key = Annotated[
    Path | None, typer.Option("--public-key", help="The key that signed them; best a copy that was kept elsewhere.")
]
_OrganisationName = Annotated[str, typer.Option("--organisation", help="Its name, short code or id.")]


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    JSON = "json"


class _CannotBeDone(Exception):
    """Why nothing can be said, in words."""


@audit.command()
def verify(checkpoints: _Folder = None, public_key: _Key = None) -> None:
    """Check every event: 0 when the trail is sound, 1 when it is not (the first bad event is named), 2 when it cannot
    be checked.

    Without signed checkpoints only the chain is checked: somebody who rewrote the whole database is not found then.
    """

    async def go(settings: Settings) -> int:
        evidence = _evidence(settings, checkpoints, public_key)
        async with _trail(settings) as (trail, _):
            report = await trail.verify(evidence=evidence)
            signed = 0 if evidence.last or evidence.problems else await trail.signed_before()
        if report.ok and signed:
            raise _CannotBeDone(
                f"The chain is in order, but the trail says that {signed} events were signed and no checkpoint is "
                "here. Name the folder with --checkpoints: without it a rewritten trail would not be seen."
            )
        return _told(report, evidence, own_key=public_key is not None)

    _run(go)


@audit.command()
def export(
    format: Annotated[Format, typer.Option(help="csv or json")] = Format.CSV,
    organisation: _OrganisationName = "",
    since: Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD.")] = "",
    until: Annotated[str, typer.Option("--to", help="The last day, YYYY-MM-DD.")] = "",
    out: Annotated[Path | None, typer.Option(help="A file; otherwise it is printed.")] = None,
) -> None:
    """Give an auditor the events with their hashes, oldest first; days are those of the organisation named, else UTC.

    To recompute a hash: take seq, at, tag, actor_id, actor_name, roles, session_id, organisation_id, subject and facts
    (as the text of its canonical JSON) as one JSON object, write it as canonical JSON (RFC 8785), and take SHA-256 over
    the 32 bytes of `previous` followed by it. `previous` is the hash of the event before, 64 zeros for the first. In
    CSV drop one apostrophe from each cell that begins with one: it keeps spreadsheets from reading a formula.
    """

    async def go(settings: Settings) -> int:
        async with _trail(settings) as (trail, database):
            chosen = await _organisation(database, organisation) if organisation else None
            zone = ZoneInfo(chosen.timezone) if chosen else UTC
            events = trail.stored(
                organisation_id=chosen.id if chosen else None,
                since=_midnight(since, zone, 0),
                until=_midnight(until, zone, 1),
            )
            async with aclosing(events):
                await _write(FORMATS[format](events), out)
        return SOUND

    _run(go)


@audit.command()
def checkpoint(
    checkpoints: _Folder = None,
    key: Annotated[
        str, typer.Option(envvar="AUDIT_KEY", help="The file of the signing key; otherwise the one of ASSISTANT_HOME.")
    ] = "",
    begin: Annotated[bool, typer.Option("--begin", help="The folder is a new one: keep the one before it.")] = False,
) -> None:
    """Check the whole trail and sign it as it is now; 1 when it is refused because the trail is not what it was."""

    async def go(settings: Settings) -> int:
        folder = checkpoints or settings.audit_folder or checkpoint_folder(settings.assistant_home)
        try:
            signing = checkpoint_key(settings.assistant_home, key or settings.audit_key)
        except (ValueError, OSError) as problem:
            raise _CannotBeDone(f"The signing key cannot be used: {problem}") from problem
        async with _trail(settings) as (trail, _):
            try:
                made = await Checkpoints(trail, signing, folder).make(begin=begin)
            except CheckpointRefused as problem:
                _say(str(problem), error=True)
                return NOT_SOUND
        if made is None:
            _say("Nothing new was recorded since the last checkpoint.")
        else:
            _say(f"Signed: {made.size} events, in {folder}. Copy this folder to another place.")
        return SOUND

    _run(go)


@audit.command()
def prove(number: int, checkpoints: _Folder = None, public_key: _Key = None) -> None:
    """Show that one event is in what the last checkpoint signed, without the other events (RFC 6962), as JSON."""

    async def go(settings: Settings) -> int:
        evidence = _evidence(settings, checkpoints, public_key)
        if evidence.last is None or not 1 <= number <= evidence.size:
            raise _CannotBeDone(f"No checkpoint covers event {number}.")
        async with _trail(settings) as (trail, _):
            examined = await trail.examine(evidence=evidence)
            async with aclosing(trail.stored()) as events:
                event = [as_json(each) async for each in events if each.seq == number]
        if not examined.report.ok or not event:
            return _told(examined.report, evidence, own_key=True)
        proof = inclusion_proof(examined.hashes[: evidence.size], number - 1)
        shown = {
            "event": json.loads(event[0]),
            "checkpoint": evidence.last.text(),
            "place": number - 1,
            "proof": [step.hex() for step in proof],
        }
        _say(json.dumps(shown, ensure_ascii=False, indent=2))
        return SOUND

    _run(go)


@audit.command()
def life(
    proposal: Annotated[str, typer.Argument(help="Its number, as on the card: P-7.")],
    organisation: _OrganisationName = "",
    language: Annotated[str, typer.Option(help="en or de")] = "en",
) -> None:
    """Tell everything that happened to one proposal, in order; 1 when there is none with that number."""

    async def go(settings: Settings) -> int:
        digits = proposal.strip().upper().removeprefix("P-")
        if not (digits.isascii() and digits.isdigit()):
            raise _CannotBeDone(f"“{proposal}” is not the number of a proposal. It looks like P-7.")
        async with _trail(settings) as (trail, database):
            chosen = await _organisation(database, organisation)
            rows = await trail.of_number(chosen.id, int(digits))
        if not rows:
            _say(f"There is no P-{digits} in {chosen.name}.", error=True)
            return NOT_SOUND
        _say(*_lines(life_table(rows, f"P-{digits}", chosen, language, utc_now())))
        return SOUND

    _run(go)


def _run(go: Callable[[Settings], Awaitable[int]]) -> None:
    try:
        settings = Settings()
    except ValidationError:
        _say("The settings cannot be used; `assistant doctor` says why.", error=True)
        raise typer.Exit(CANNOT_BE_CHECKED) from None

    async def whole() -> int:
        return await go(settings)

    try:
        code = asyncio.run(whole())
    except (_CannotBeDone, FolderProblem) as problem:
        _say(str(problem), error=True)
        code = CANNOT_BE_CHECKED
    except (SQLAlchemyError, OSError) as problem:
        _say(
            f"The trail cannot be read ({type(problem).__name__}). Check DATABASE_URL, and that the tables are there "
            "(`assistant migrate`). Nothing was checked.",
            error=True,
        )
        code = CANNOT_BE_CHECKED
    raise typer.Exit(code)


@asynccontextmanager
async def _trail(settings: Settings) -> AsyncIterator[tuple[AuditTrail, Database]]:
    """The trail of the database that is there; none is made."""
    database = Database(settings.database)
    file = make_url(database.url).database if database.is_sqlite else None
    if file and not _there(file):
        raise _CannotBeDone(f"There is no database at {file}. Set DATABASE_URL or ASSISTANT_HOME. Nothing was checked.")
    try:
        yield AuditTrail(database), database
    finally:
        await database.close()


def _there(file: str) -> bool:
    return Path(file).exists()


def _evidence(settings: Settings, folder: Path | None, public_key: Path | None) -> Evidence:
    """What the checkpoints prove; nothing when none were named and none were made."""
    place = folder or settings.audit_folder or checkpoint_folder(settings.assistant_home)
    if folder is None and public_key is None and not (place / PUBLIC_KEY).exists():
        return Evidence()
    found = read_folder(place, read_key_file(public_key or place / PUBLIC_KEY))
    if not found.checkpoints and not found.problems:
        raise FolderProblem(f"There is no checkpoint in {place}.")
    return found


def _told(report: Report, evidence: Evidence, *, own_key: bool) -> int:
    """Say what was found; the exit code."""
    if not report.ok:
        _say("NOT SOUND", report.what, f"First bad event: {report.first_bad}. In order before it: {report.events}.")
        return NOT_SOUND
    if evidence.problems:
        _say(*evidence.problems, "The chain itself is in order, but not everything could be checked.", error=True)
        return CANNOT_BE_CHECKED
    _say(f"Sound: {report.events} events, each following the one before it.")
    if evidence.last is None:
        _say(
            "There are no checkpoints: what somebody with access to the database rewrote or cut off as a whole would "
            "not be seen. Make them with `assistant audit checkpoint`."
        )
        return SOUND
    last = f"{to_text(evidence.last.at)} ({len(evidence.checkpoints)} checkpoints)"
    _say(f"Signed: {report.signed} of them, last at {last}.")
    if not own_key:
        _say("The public key was read from beside the checkpoints; --public-key takes a copy that was kept elsewhere.")
    return SOUND


async def _organisation(database: Database, name: str) -> Organisation:
    async with database.reading() as work:
        every = [row.organisation() for row in await organisations.every(work)]
    wanted = name.casefold()
    chosen = [
        each
        for each in every
        if not wanted or wanted in (each.id.casefold(), each.name.casefold(), each.short_code.casefold())
    ]
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(each.name for each in every) or "none yet"
    raise _CannotBeDone(f"Name one organisation with --organisation. There are: {names}.")


def _midnight(day: str, zone: tzinfo, later: int) -> str:
    """The stored moment at which that day begins, `later` days on; empty for no day."""
    if not day:
        return ""
    try:
        begins = datetime.combine(date.fromisoformat(day) + timedelta(days=later), time(), zone)
    except (ValueError, OverflowError):
        raise _CannotBeDone(f"“{day}” is no day. Write it as 2026-11-22.") from None
    return to_text(begins)


async def _write(lines: AsyncIterator[str], out: Path | None) -> None:
    if out is None:
        await _into(lines, sys.stdout)
        return
    with _opened(out) as file:
        await _into(lines, file)


def _opened(out: Path) -> TextIO:
    return out.open("w", encoding="utf-8", newline="")


async def _into(lines: AsyncIterator[str], file: TextIO) -> None:
    async for line in lines:
        file.write(line)
    file.flush()


def _lines(table: Table) -> list[str]:
    """A table as lines for a terminal: a step, and below it what was shown and decided."""
    lines = [f"{table.title} · {table.organisation}", ""]
    for row in table.rows:
        step = row["step"]
        word = step["word"] if isinstance(step, dict) else step
        who = f"{row['who']} ({row['role']})" if row["role"] else f"{row['who']}"
        lines.append(f"{row['event']:>6}  {row['when']}  {who}: {word}")
        lines += [f"        {part}" for part in str(row["details"]).split("; ") if part]
        marks = [f"{each.label} {row[each.key]}" for each in table.columns if each.key in _MARKS and row[each.key]]
        lines += ["        " + " · ".join(marks)] if marks else []
    return lines


def _say(*lines: str, error: bool = False) -> None:
    stream = sys.stderr if error else sys.stdout
    for line in lines:
        stream.write(line + "\n")
    stream.flush()
