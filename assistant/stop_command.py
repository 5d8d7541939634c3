"""The stop switch from the command line, for whoever may start processes on the machine: no chat need run."""

from __future__ import annotations

from assistant.audit import AuditTrail
from assistant.settings import Settings
from assistant.stop_switch import StopSwitch
from assistant.stores import migrate, organisations
from assistant.stores.database import Database


async def switch(settings: Settings, *, stopped: bool, why: str, organisation: str) -> list[str]:
    """Stop or allow; the names of the organisations for which it was done."""
    settings.assistant_home.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        await migrate.upgrade(database)
        async with database.reading() as reading:
            known = [row.organisation() for row in await organisations.every(reading)]
        wanted = organisation.casefold()
        meant = [each for each in known if wanted in ("", each.name.casefold(), each.short_code.casefold())]
        desk = StopSwitch(database, AuditTrail(database))
        for each in meant:
            await (desk.stop if stopped else desk.allow)(each, None, why)
        return [each.name for each in meant]
    finally:
        await database.close()
