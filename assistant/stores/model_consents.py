"""The table of consents: that an organisation's figures and texts may go to a language model somewhere else."""

from __future__ import annotations

from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


class ModelConsentRow(SQLModel, table=True):
    """What an admin said last about one organisation and one host."""

    __tablename__ = "model_consent"

    organisation_id: str = Field(primary_key=True)
    host: str = Field(primary_key=True)
    """The host name of the model's server, in lower case."""
    given: bool
    by_id: str
    by_name: str
    at: str


async def get(work: AsyncSession, organisation_id: str, host: str) -> ModelConsentRow | None:
    """What was said last; None where nobody was ever asked."""
    return await work.get(ModelConsentRow, (organisation_id, host), populate_existing=True)


async def put(work: AsyncSession, row: ModelConsentRow) -> None:
    """What is said now."""
    await work.merge(row)
