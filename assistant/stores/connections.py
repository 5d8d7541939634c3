"""The house's authorised links to providers: sealed tokens, and which login attempts are under way."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class ConnectionRow(SQLModel, table=True):
    """One authorisation at a provider; `sealed` is the token set, encrypted and bound to this row's id."""

    __tablename__ = "connection"

    id: str = Field(primary_key=True)
    provider: str
    sealed: str
    version: int = 1
    """Counts the token sets: a refresh replaces exactly the set it read."""
    alive: bool = True
    connected_by: str
    connected_at: str
    updated_at: str
    renewing_until: str = ""
    """Until when one process renews the token set; nobody else spends its refresh token before that."""


class ConnectAttemptRow(SQLModel, table=True):
    """A "Connect Xero" that was begun: its state value (hashed) and PKCE verifier, used once, for ten minutes."""

    __tablename__ = "connect_attempt"

    state_hash: str = Field(primary_key=True)
    person_id: str
    verifier: str
    begun_at: str


async def take_renewal(work: AsyncSession, row: ConnectionRow, now: str, until: str) -> bool:
    """Renewing this very token set is ours until then; False when another process is at it or has done it."""
    done = await work.exec(
        update(ConnectionRow)
        .where(
            col(ConnectionRow.id) == row.id,
            col(ConnectionRow.version) == row.version,
            col(ConnectionRow.renewing_until) <= now,
        )
        .values(renewing_until=until)
    )
    return bool(done.rowcount)


async def give_renewal_up(work: AsyncSession, row: ConnectionRow) -> None:
    """It came to nothing: others may try."""
    await work.exec(
        update(ConnectionRow)
        .where(col(ConnectionRow.id) == row.id, col(ConnectionRow.version) == row.version)
        .values(renewing_until="")
    )


async def replace_tokens(work: AsyncSession, row: ConnectionRow, sealed: str, now: str) -> bool:
    """Put the next token set in the place of the one that was read; False when another process was first."""
    done = await work.exec(
        update(ConnectionRow)
        .where(col(ConnectionRow.id) == row.id, col(ConnectionRow.version) == row.version)
        .values(sealed=sealed, version=row.version + 1, alive=True, updated_at=now, renewing_until="")
    )
    return bool(done.rowcount)


async def every(work: AsyncSession) -> Sequence[ConnectionRow]:
    """All of them."""
    return (await work.exec(select(ConnectionRow))).all()


async def reseal(work: AsyncSession, row: ConnectionRow, sealed: str) -> bool:
    """The same token set under another key; False when it was renewed meanwhile."""
    done = await work.exec(
        update(ConnectionRow)
        .where(
            col(ConnectionRow.id) == row.id,
            col(ConnectionRow.version) == row.version,
            col(ConnectionRow.sealed) == row.sealed,
        )
        .values(sealed=sealed)
    )
    return bool(done.rowcount)


async def mark_dead(work: AsyncSession, row: ConnectionRow, now: str) -> None:
    """Note that the provider no longer accepts this authorisation."""
    await work.exec(
        update(ConnectionRow)
        .where(col(ConnectionRow.id) == row.id, col(ConnectionRow.version) == row.version)
        .values(alive=False, updated_at=now)
    )


async def forget(work: AsyncSession, row: ConnectionRow, now: str) -> None:
    """No token of it is kept, and nobody uses one that was read before."""
    await work.exec(
        update(ConnectionRow)
        .where(col(ConnectionRow.id) == row.id, col(ConnectionRow.version) == row.version)
        .values(sealed="", version=row.version + 1, alive=False, updated_at=now, renewing_until="")
    )


async def take_attempt(work: AsyncSession, state_hash: str) -> ConnectAttemptRow | None:
    """The attempt with that state, taken: a second callback finds nothing."""
    row = await work.get(ConnectAttemptRow, state_hash)
    if row is None:
        return None
    done = await work.exec(delete(ConnectAttemptRow).where(col(ConnectAttemptRow.state_hash) == state_hash))
    return row if done.rowcount else None
