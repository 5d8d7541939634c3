"""Which organisation a conversation is about: chosen once, never changed."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


class ConversationOrganisationRow(SQLModel, table=True):
    """The choice, who made it, and when."""

    __tablename__ = "conversation_organisation"

    conversation_id: str = Field(primary_key=True)
    organisation_id: str
    person_id: str
    at: str


async def of(work: AsyncSession, conversation_id: str) -> str | None:
    """The organisation's id; None while nobody has chosen."""
    row = await work.get(ConversationOrganisationRow, conversation_id)
    return row.organisation_id if row else None


async def choose(work: AsyncSession, row: ConversationOrganisationRow) -> str:
    """Keep the choice unless there is one already; the organisation that counts."""
    connection = await work.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(ConversationOrganisationRow).values(row.model_dump())
    await connection.execute(statement.on_conflict_do_nothing())
    chosen = await of(work, row.conversation_id)
    assert chosen is not None  # just kept
    return chosen
