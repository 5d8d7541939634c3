"""Processes that can really be killed: a warm process that forks one for each life, and tells how it ended.

Reads one job a line (JSON) and answers with one line: `done`, `killed`, or what else happened. It has no threads and
no connections of its own, so that a fork is safe. Everything that a child holds dies with it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import threading
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

import xero_python.accounting  # type: ignore[import-untyped]  # noqa: F401 - half a second that no child pays for
from pydantic import TypeAdapter

from assistant.execution import Patience
from assistant.stores.database import Database
from tests.support.books import World
from tests.weather.company import Bill, Company
from tests.weather.house import House, Line
from tests.weather.life import live

PATIENCE = Patience(next_in_line=0.01, stand_by=0.05)
LONGEST_LIFE = 60
"""Seconds; a child that takes longer is ended by its alarm."""


@dataclass(frozen=True, slots=True)
class Job:
    """One life: which bill, and where it ends."""

    sandbox: str
    tenant: str
    database: str
    world: str
    """The file with the part of the ledger copy."""
    log: str
    """The file to which every point reached is written, also by who is killed there."""
    bill_id: str
    bill_number: str
    kill: int
    """The number of the point at which it kills itself; 0: it lives on."""
    under_way: float = 0
    """Seconds after `before_send` at which it kills itself, while the request is under way; 0: it does not."""

    def line(self) -> str:
        """As it is sent."""
        return json.dumps(asdict(self))


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Killing:
    """Notes every point and dies at one: not an exception that something might catch, but SIGKILL."""

    def __init__(self, job: Job) -> None:
        self._job, self._count = job, 0
        self._log = os.open(job.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def __call__(self, point: str) -> None:
        self._count += 1
        os.write(self._log, f"{point}\n".encode())
        if self._count == self._job.kill:
            _kill()
        if point == "before_send" and self._job.under_way:
            threading.Timer(self._job.under_way, _kill).start()


def _world(job: Job) -> World:
    return TypeAdapter(World).validate_json(Path(job.world).read_bytes())


async def _life(job: Job) -> None:
    company, database = Company(job.sandbox, tenant=job.tenant), Database(job.database)
    line = Line(company, read_seconds=10)
    house = House(database, line, _world(job), company.clock, point=Killing(job), patience=PATIENCE)
    await live(house, company, database, Bill(job.bill_id, job.bill_number))
    await database.close()


def _forked(job: Job) -> str:
    child = os.fork()
    if child == 0:
        signal.alarm(LONGEST_LIFE)
        code = 1
        try:
            asyncio.run(_life(job))
            code = 0
        except BaseException:  # noqa: BLE001 - the outermost of this process
            traceback.print_exc()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return "killed" if number == signal.SIGKILL else f"ended by signal {number}"
    return "done" if os.WEXITSTATUS(status) == 0 else "failed"


def main() -> None:
    """One job after the other until the standard input ends."""
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        sys.stdout.write(f"{_forked(Job(**json.loads(line)))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
