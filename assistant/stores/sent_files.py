"""The table of files that people sent into conversations: sealed bytes, bound to conversation, person, organisation."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint, func, update
from sqlalchemy.orm import defer
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class SentFileRow(SQLModel, table=True):
    """One file. When it is removed the row stays without its bytes and without the key that opened them."""

    __tablename__ = "sent_file"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number", name="uq_sent_file_number"),
        Index("ix_sent_file_keep_until", "keep_until"),
    )

    id: str = Field(primary_key=True)
    conversation_id: str
    person_id: str
    organisation_id: str = ""
    """Empty until it is known about which organisation the conversation is; then never another."""
    number: int
    message: int
    """Of which message of the conversation; those of one came together."""
    name: str
    media_type: str
    size: int
    digest: str
    """SHA-256 of the bytes."""
    sent_at: str
    keep_until: str
    """When its bytes are removed; empty once they are."""
    sealed_key: str = ""
    """What opens the bytes, itself sealed with the house's keys."""
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


async def add(work: AsyncSession, row: SentFileRow) -> None:
    """Keep one more."""
    work.add(row)


async def get(work: AsyncSession, file_id: str) -> SentFileRow | None:
    """That file, with its bytes where they are kept."""
    return await work.get(SentFileRow, file_id, populate_existing=True)


async def last_of(work: AsyncSession, conversation_id: str) -> tuple[int, int]:
    """The highest number and message of the conversation's files, removed ones too; zeros where there are none."""
    found = await work.exec(
        select(func.max(SentFileRow.number), func.max(SentFileRow.message)).where(
            col(SentFileRow.conversation_id) == conversation_id
        )
    )
    number, message = found.one()
    return number or 0, message or 0


async def kept_by(work: AsyncSession, person_id: str, now: str) -> int:
    """How many files of that person are kept, in all conversations."""
    found = await work.exec(
        select(func.count())
        .select_from(SentFileRow)
        .where(col(SentFileRow.person_id) == person_id, col(SentFileRow.keep_until) > now)
    )
    return int(found.one())


async def of_conversation(
    work: AsyncSession, *, conversation_id: str, person_id: str, organisation_id: str, now: str
) -> Sequence[SentFileRow]:
    """What that person sent in that conversation about that organisation and is still kept, as it came."""
    found = await work.exec(
        select(SentFileRow)
        .where(
            col(SentFileRow.conversation_id) == conversation_id,
            col(SentFileRow.person_id) == person_id,
            col(SentFileRow.organisation_id) == organisation_id,
            col(SentFileRow.keep_until) > now,
        )
        .order_by(col(SentFileRow.number))
        .options(defer(SentFileRow.sealed))  # type: ignore[arg-type]  # the bytes are fetched one file at a time
    )
    return found.all()


async def bind(work: AsyncSession, *, conversation_id: str, person_id: str, organisation_id: str) -> None:
    """It is known now about which organisation they are; what is bound already stays as it is."""
    await work.exec(
        update(SentFileRow)
        .where(
            col(SentFileRow.conversation_id) == conversation_id,
            col(SentFileRow.person_id) == person_id,
            col(SentFileRow.organisation_id) == "",
        )
        .values(organisation_id=organisation_id)
    )


async def keep_no_longer_than(work: AsyncSession, file_id: str, until: str) -> None:
    """Remove its bytes at that moment, unless they go earlier anyway."""
    await work.exec(
        update(SentFileRow)
        .where(col(SentFileRow.id) == file_id, col(SentFileRow.keep_until) > until)
        .values(keep_until=until)
    )


async def remove_due(work: AsyncSession, now: str) -> int:
    """Take the bytes and keys of those whose time is over; how many."""
    ended = await work.exec(
        update(SentFileRow)
        .where(col(SentFileRow.keep_until) != "", col(SentFileRow.keep_until) <= now)
        .values(keep_until="", sealed_key="", sealed=None)
    )
    return int(ended.rowcount)


async def remove_of_conversation(work: AsyncSession, conversation_id: str) -> None:
    """Take the bytes and keys of a conversation that its owner deletes."""
    await work.exec(
        update(SentFileRow)
        .where(col(SentFileRow.conversation_id) == conversation_id)
        .values(keep_until="", sealed_key="", sealed=None)
    )


async def sealed_keys(work: AsyncSession) -> Sequence[tuple[str, str]]:
    """The id and sealed key of every file that is kept."""
    found = await work.exec(select(SentFileRow.id, SentFileRow.sealed_key).where(col(SentFileRow.sealed_key) != ""))
    return found.all()


async def reseal(work: AsyncSession, file_id: str, before: str, after: str) -> bool:
    """Put another sealed key in the place of that one; False when it is not there any more."""
    ended = await work.exec(
        update(SentFileRow)
        .where(col(SentFileRow.id) == file_id, col(SentFileRow.sealed_key) == before)
        .values(sealed_key=after)
    )
    return int(ended.rowcount) == 1
