"""Who may come in: people, the roles their last login granted, and their login sessions.

Everything that decides about a person reads these tables at that moment, so a role taken away or a session ended
here takes effect at the next message or click.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, UniqueConstraint, delete, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class PersonRow(SQLModel, table=True):
    """A person as the login provider knows them: (issuer, subject) is the identity, the rest is for showing."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: str = Field(primary_key=True)
    issuer: str
    subject: str
    name: str
    email: str
    created_at: str
    last_login_at: str


class GrantRow(SQLModel, table=True):
    """One role of a person; `organisation` is the name or short code it is limited to, empty for all."""

    __tablename__ = "role_grant"

    person_id: str = Field(foreign_key="person.id", primary_key=True)
    role: str = Field(primary_key=True)
    organisation: str = Field(default="", primary_key=True)
    granted_at: str


class LoginSessionRow(SQLModel, table=True):
    """One login of one person in one browser; only the hash of its secret is kept."""

    __tablename__ = "login_session"

    id: str = Field(primary_key=True)
    """SHA-256 of the secret in the person's cookie: names the session without opening it."""
    person_id: str = Field(foreign_key="person.id", index=True)
    created_at: str
    last_seen_at: str
    expires_at: str
    revoked_at: str | None = None
    acr: str = ""
    auth_time: str = ""
    logout_hint: str = ""
    """The ID token for the issuer's logout, encrypted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A person with the grants they hold at this moment."""

    person: PersonRow
    grants: tuple[GrantRow, ...]


async def person_by_identity(work: AsyncSession, issuer: str, subject: str) -> PersonRow | None:
    """The person whom that issuer calls `subject`."""
    found = await work.exec(
        select(PersonRow).where(col(PersonRow.issuer) == issuer, col(PersonRow.subject) == subject).with_for_update()
    )
    return found.first()


async def person(reading: AsyncSession, person_id: str) -> PersonRow | None:
    """The person of that id."""
    return await reading.get(PersonRow, person_id)


async def replace_grants(work: AsyncSession, person_id: str, grants: Sequence[GrantRow]) -> None:
    """Put these roles in the place of all that the person had."""
    await work.exec(delete(GrantRow).where(col(GrantRow.person_id) == person_id))
    work.add_all(grants)


async def standing(work: AsyncSession, person_id: str) -> Standing | None:
    """The person with their present roles."""
    rows = (
        await work.exec(
            select(PersonRow, GrantRow)
            .join(GrantRow, col(GrantRow.person_id) == PersonRow.id, isouter=True)
            .where(col(PersonRow.id) == person_id)
        )
    ).all()
    return _standing([(person, grant) for person, grant in rows])


async def standing_of_session(work: AsyncSession, session_id: str, now: str) -> Standing | None:
    """The person of that session with their present roles; None when the session is over or unknown."""
    rows = (
        await work.exec(
            select(PersonRow, GrantRow)
            .join(LoginSessionRow, col(LoginSessionRow.person_id) == PersonRow.id)
            .join(GrantRow, col(GrantRow.person_id) == PersonRow.id, isouter=True)
            .where(*_alive(now), col(LoginSessionRow.id) == session_id)
        )
    ).all()
    return _standing([(person, grant) for person, grant in rows])


async def alive_among(work: AsyncSession, session_ids: Sequence[str], now: str) -> set[str]:
    """Those of the sessions that are not over and whose person still holds a role."""
    if not session_ids:
        return set()
    rows = await work.exec(
        select(LoginSessionRow.id)
        .join(GrantRow, col(GrantRow.person_id) == LoginSessionRow.person_id)
        .where(*_alive(now), col(LoginSessionRow.id).in_(session_ids))
        .distinct()
    )
    return set(rows.all())


async def session_row(work: AsyncSession, session_id: str) -> LoginSessionRow | None:
    """The session as stored, over or not."""
    return await work.get(LoginSessionRow, session_id)


async def touch(work: AsyncSession, session_id: str, now: str) -> None:
    """Note that the session was used."""
    await work.exec(update(LoginSessionRow).where(col(LoginSessionRow.id) == session_id).values(last_seen_at=now))


async def revoke(work: AsyncSession, session_id: str, now: str) -> None:
    """End the session; ending it twice changes nothing. The logout hint has served and is forgotten."""
    await work.exec(
        update(LoginSessionRow)
        .where(col(LoginSessionRow.id) == session_id, col(LoginSessionRow.revoked_at).is_(None))
        .values(revoked_at=now, logout_hint="")
    )


async def revoke_all(work: AsyncSession, person_id: str, now: str) -> int:
    """End every open session of that person; how many there were."""
    open_ones = await work.exec(
        select(func.count())
        .select_from(LoginSessionRow)
        .where(*_alive(now), col(LoginSessionRow.person_id) == person_id)
    )
    count = open_ones.one()
    await work.exec(
        update(LoginSessionRow)
        .where(col(LoginSessionRow.person_id) == person_id, col(LoginSessionRow.revoked_at).is_(None))
        .values(revoked_at=now, logout_hint="")
    )
    return count


def _alive(now: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(LoginSessionRow.revoked_at).is_(None), col(LoginSessionRow.expires_at) > now


def _standing(rows: Sequence[tuple[PersonRow, GrantRow | None]]) -> Standing | None:
    if not rows:
        return None
    return Standing(rows[0][0], tuple(grant for _, grant in rows if grant is not None))


async def forget_ended(work: AsyncSession, before: str) -> None:
    """Drop sessions that ended before that moment."""
    await work.exec(delete(LoginSessionRow).where(col(LoginSessionRow.expires_at) < before))
