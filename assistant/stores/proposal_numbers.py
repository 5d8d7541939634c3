"""The table of the numbers that people call proposals by, and whose row lets an organisation's proposals queue."""

from __future__ import annotations

from sqlalchemy import BigInteger, text
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


class ProposalNumberRow(SQLModel, table=True):
    """The last number given out in an organisation ("P-7")."""

    __tablename__ = "proposal_number"

    organisation_id: str = Field(primary_key=True)
    last: int = Field(sa_type=BigInteger)


async def next_number(work: AsyncSession, organisation_id: str) -> int:
    """The next proposal number of that organisation."""
    step = text(
        "INSERT INTO proposal_number (organisation_id, last) VALUES (:organisation_id, 1) "
        "ON CONFLICT (organisation_id) DO UPDATE SET last = proposal_number.last + 1 RETURNING last"
    )
    connection = await work.connection()
    return int((await connection.execute(step, {"organisation_id": organisation_id})).scalar_one())


async def in_turn(work: AsyncSession, organisation_id: str) -> None:
    """From here on the proposals of one organisation are made one after the other: each sees those before it."""
    step = text(
        "INSERT INTO proposal_number (organisation_id, last) VALUES (:organisation_id, 0) "
        "ON CONFLICT (organisation_id) DO UPDATE SET last = proposal_number.last"
    )
    await (await work.connection()).execute(step, {"organisation_id": organisation_id})
