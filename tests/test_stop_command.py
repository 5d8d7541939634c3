"""`assistant stop` and `assistant allow` as they are typed, in a process and a home of their own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.proposal import Proposal
from assistant.stores import migrate, organisations
from assistant.stores.database import Database
from assistant.stores.proposals import State
from tests.support.assistant import clean_environment
from tests.support.database import run_sql
from tests.support.paying import DEMO, OTHER, Core


def typed(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`assistant WORDS`"""
    command = [sys.executable, "-m", "assistant", *words]
    return subprocess.run(
        command, env=clean_environment(home), cwd=home, capture_output=True, text=True, timeout=120, check=False
    )


def address(home: Path) -> str:
    return f"sqlite:///{home / 'state' / 'assistant.db'}"


async def _fill(home: Path) -> None:
    database = Database(address(home))
    await migrate.upgrade(database)
    async with database.work() as work:
        for each in (DEMO, OTHER):
            await organisations.put(work, each, tenant_id=f"tenant of {each.id}", now="now")
    await database.close()


async def _stopped(home: Path) -> dict[str, str]:
    """Why each organisation is stopped, by its name."""
    core = Core(Database(address(home)))
    states = {each.name: await core.switch.state(each.id) for each in (DEMO, OTHER)}
    await core.database.close()
    return {name: state.why for name, state in states.items() if state is not None}


async def _proposed(home: Path) -> Proposal:
    core = Core(Database(address(home)))
    made = await core.propose()
    await core.database.close()
    return made


async def _trail(home: Path) -> list[tuple[object, ...]]:
    core = Core(Database(address(home)))
    rows = await run_sql(core.database, "SELECT tag, actor_id, subject FROM audit_event ORDER BY seq")
    assert (await core.audit.verify()).ok
    await core.database.close()
    return rows


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    asyncio.run(_fill(tmp_path))
    return tmp_path


def test_all_are_stopped_and_allowed_again(home: Path) -> None:
    done = typed(home, "stop", "--why", "strange bills")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["Demo GmbH: all writes are stopped.", "Other Ltd: all writes are stopped."]
    assert asyncio.run(_stopped(home)) == {"Demo GmbH": "strange bills", "Other Ltd": "strange bills"}
    blocked = asyncio.run(_proposed(home))
    assert blocked.state is State.BLOCKED and blocked.problem is not None
    assert "The command line stopped all writes" in blocked.problem["en"] and "strange bills" in blocked.problem["de"]
    assert typed(home, "allow").stdout.splitlines() == [
        "Demo GmbH: writes are allowed.",
        "Other Ltd: writes are allowed.",
    ]
    assert asyncio.run(_stopped(home)) == {}
    assert asyncio.run(_proposed(home)).state is State.AWAITING
    assert [row for row in asyncio.run(_trail(home)) if str(row[0]).startswith("writes:")] == [
        ("writes:stopped", "house", DEMO.id),
        ("writes:stopped", "house", OTHER.id),
        ("writes:allowed", "house", DEMO.id),
        ("writes:allowed", "house", OTHER.id),
    ]


def test_one_organisation_by_its_name_and_none_by_a_wrong_one(home: Path) -> None:
    done = typed(home, "stop", "--organisation", "other ltd")
    assert (done.returncode, done.stdout) == (0, "Other Ltd: all writes are stopped.\n")
    unknown = typed(home, "stop", "--organisation", "Nobody Inc")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "There is no such organisation here. Nothing was changed.\n"
    assert set(asyncio.run(_stopped(home))) == {"Other Ltd"}


def test_before_anybody_signed_in_there_is_nothing_to_stop_and_it_says_so(tmp_path: Path) -> None:
    done = typed(tmp_path, "stop")
    assert done.returncode == 1 and "no such organisation" in done.stderr
