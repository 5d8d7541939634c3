"""Conversations as people see them again: their messages, steps, elements and feedback.

All columns are text or whole numbers, so that SQLite and PostgreSQL keep the very same; what a step or an element
carries beyond the columns lies whole in one JSON text.
"""

from __future__ import annotations

import json

from sqlalchemy import BigInteger, Index, delete, exists, or_, tuple_
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from assistant.stores.rows import Json, clean, upsert


class ConversationRow(SQLModel, table=True):
    """One conversation of one person."""

    __tablename__ = "conversation"
    __table_args__ = (Index("ix_conversation_person", "person_id", "active_at", "id"),)

    id: str = Field(primary_key=True)
    person_id: str
    name: str | None = None
    created_at: str
    active_at: str
    facts: str = "{}"
    tags: str = "null"


class StepRow(SQLModel, table=True):
    """One message, or one thing done on the way to it."""

    __tablename__ = "conversation_step"
    __table_args__ = (Index("ix_conversation_step", "conversation_id", "created_at", "position"),)

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", ondelete="CASCADE")
    kind: str
    created_at: str
    position: int = Field(sa_type=BigInteger)
    """Order of writing within the same moment."""
    output: str
    rest: str


class ElementRow(SQLModel, table=True):
    """Something shown with a message: a card, a table."""

    __tablename__ = "conversation_element"

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", ondelete="CASCADE", index=True)
    position: int = Field(sa_type=BigInteger)
    body: str


class FeedbackRow(SQLModel, table=True):
    """What the person thought of an answer; one for each answer."""

    __tablename__ = "conversation_feedback"

    id: str = Field(primary_key=True)
    step_id: str = Field(foreign_key="conversation_step.id", ondelete="CASCADE", unique=True)
    value: int
    comment: str | None = None


async def conversation(reading: AsyncSession, conversation_id: str) -> ConversationRow | None:
    """The conversation itself."""
    return await reading.get(ConversationRow, conversation_id)


async def steps_of(reading: AsyncSession, conversation_id: str) -> list[Json]:
    """Its steps in the order in which they happened, each with its feedback."""
    rows = await reading.exec(
        select(StepRow, FeedbackRow)
        .join(FeedbackRow, col(FeedbackRow.step_id) == col(StepRow.id), isouter=True)
        .where(col(StepRow.conversation_id) == conversation_id)
        .order_by(col(StepRow.created_at), col(StepRow.position))
    )
    return [_step(step, feedback) for step, feedback in rows.all()]


async def elements_of(reading: AsyncSession, conversation_id: str) -> list[Json]:
    """Its elements in the order in which they were first shown."""
    rows = await reading.exec(
        select(ElementRow).where(col(ElementRow.conversation_id) == conversation_id).order_by(col(ElementRow.position))
    )
    return [json.loads(row.body) for row in rows.all()]


async def element(reading: AsyncSession, conversation_id: str, element_id: str) -> Json | None:
    """One element of that conversation."""
    row = await reading.get(ElementRow, element_id)
    return json.loads(row.body) if row and row.conversation_id == conversation_id else None


async def page(
    reading: AsyncSession, person_id: str, *, first: int, after: str | None, search: str | None, liked: int | None
) -> list[ConversationRow]:
    """Up to `first` + 1 conversations of that person, the last used one first, beginning after the one named."""
    query = select(ConversationRow).where(col(ConversationRow.person_id) == person_id)
    if after:
        place = (
            select(ConversationRow.active_at, ConversationRow.id)
            .where(col(ConversationRow.id) == after, col(ConversationRow.person_id) == person_id)
            .subquery()
        )
        query = query.join(place, tuple_(col(ConversationRow.active_at), col(ConversationRow.id)) < tuple_(*place.c))
    if search:
        pattern = f"%{_escaped(search)}%"
        said = exists().where(
            col(StepRow.conversation_id) == col(ConversationRow.id),
            col(StepRow.kind).in_(("user_message", "assistant_message")),
            col(StepRow.output).ilike(pattern, escape="\\"),
        )
        query = query.where(or_(col(ConversationRow.name).ilike(pattern, escape="\\"), said))
    if liked is not None:
        query = query.where(
            exists().where(
                col(FeedbackRow.step_id) == col(StepRow.id),
                col(StepRow.conversation_id) == col(ConversationRow.id),
                col(FeedbackRow.value) == liked,
            )
        )
    order = (col(ConversationRow.active_at).desc(), col(ConversationRow.id).desc())
    return list((await reading.exec(query.order_by(*order).limit(first + 1))).all())


async def drop(work: AsyncSession, conversation_id: str) -> None:
    """Forget the conversation with all that hangs on it."""
    await work.exec(delete(ConversationRow).where(col(ConversationRow.id) == conversation_id))


async def owner_of_step(reading: AsyncSession, step_id: str) -> str | None:
    """Whose conversation that step belongs to."""
    rows = await reading.exec(
        select(ConversationRow.person_id)
        .join(StepRow, col(StepRow.conversation_id) == col(ConversationRow.id))
        .where(col(StepRow.id) == step_id)
    )
    return rows.first()


async def owner_of_feedback(reading: AsyncSession, feedback_id: str) -> str | None:
    """Whose conversation the answer belongs to that was judged."""
    row = await reading.get(FeedbackRow, feedback_id)
    return await owner_of_step(reading, row.step_id) if row else None


async def judge(work: AsyncSession, feedback: FeedbackRow) -> str:
    """Keep what the person thought of an answer; the id under which it is kept."""
    await upsert(work, FeedbackRow, [feedback.model_dump()], keep=("id", "step_id"), key="step_id")
    rows = await work.exec(select(FeedbackRow.id).where(col(FeedbackRow.step_id) == feedback.step_id))
    return rows.one()


async def unjudge(work: AsyncSession, feedback_id: str) -> None:
    """Forget what the person thought of an answer."""
    await work.exec(delete(FeedbackRow).where(col(FeedbackRow.id) == feedback_id))


def _step(row: StepRow, feedback: FeedbackRow | None) -> Json:
    judged = feedback and {
        "forId": row.id,
        "id": feedback.id,
        "value": feedback.value,
        "comment": feedback.comment,
    }
    return {**json.loads(row.rest), "output": row.output, "feedback": judged}


def _escaped(search: str) -> str:
    return clean(search).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
