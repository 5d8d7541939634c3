"""The table of the stop switch: one row an organisation that was ever stopped, and whether it is now."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar


class WriteStopRow(SQLModel, table=True):
    """Whether everything that is written for an organisation is stopped, by whom and why."""

    __tablename__ = "write_stop"

    organisation_id: str = Field(primary_key=True)
    stopped: bool
    by_id: str
    by_name: str
    why: str = ""
    at: str


async def get(work: AsyncSession, organisation_id: str) -> WriteStopRow | None:
    """The switch of that organisation as it is now; None when nobody ever touched it."""
    return await work.get(WriteStopRow, organisation_id, populate_existing=True)


async def held(work: AsyncSession, organisation_id: str) -> WriteStopRow:
    """The same, and nobody changes it until this unit of work ends: for what is about to be written."""
    await _be_there(work, organisation_id)
    found = await work.exec(_of(organisation_id).with_for_update(read=True))
    return found.one()


async def taken(work: AsyncSession, organisation_id: str) -> WriteStopRow:
    """The same for moving it: waits until nobody holds it, and from then on nobody does until this ends."""
    await _be_there(work, organisation_id)
    found = await work.exec(_of(organisation_id).with_for_update())
    return found.one()


def _of(organisation_id: str) -> SelectOfScalar[WriteStopRow]:
    return (
        select(WriteStopRow)
        .where(col(WriteStopRow.organisation_id) == organisation_id)
        .execution_options(populate_existing=True)
    )


async def _be_there(work: AsyncSession, organisation_id: str) -> None:
    """A row that is not there cannot be held."""
    step = text(
        "INSERT INTO write_stop (organisation_id, stopped, by_id, by_name, why, at) "
        "VALUES (:organisation_id, false, '', '', '', '') ON CONFLICT (organisation_id) DO NOTHING"
    )
    await (await work.connection()).execute(step, {"organisation_id": organisation_id})
