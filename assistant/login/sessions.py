"""People and their login sessions: admitted with a role only, ended for good, read from the tables every time."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from assistant.audit import AuditTag, AuditTrail
from assistant.clock import Clock, NewId, new_uuid
from assistant.login.oidc import Identity
from assistant.login.sealing import Sealer
from assistant.principal import Grant, Principal, Role
from assistant.stores import people
from assistant.stores.database import Database, Work
from assistant.stores.moments import to_text
from assistant.stores.people import GrantRow, LoginSessionRow, PersonRow, Standing

OrganisationIds = Callable[[str], Awaitable[Sequence[str]]]
"""The ids of the organisations that go by this name or short code; none when the house has no such organisation."""

_KEPT_AFTER_END = timedelta(days=90)


class SessionOver(Exception):
    """The person is not signed in any more, or holds no role any more."""

    words = "Your session is over. Nothing was done. Sign in again to go on."


class NoRole(Exception):
    """Somebody proved who they are but holds no role here."""

    def __init__(self, identity: Identity) -> None:
        super().__init__(f"{identity.subject} holds no role")
        self.identity = identity


@dataclass(frozen=True, slots=True)
class Admission:
    """A new session: `secret` goes into the person's cookie and is kept nowhere else."""

    secret: str
    session_id: str
    principal: Principal
    expires_at: datetime


class Sessions:
    """Admits people, says who they are and what they may do now, and ends sessions."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sealer: Sealer,
        *,
        role_groups: Mapping[str, str],
        hours: float,
        organisation_ids: OrganisationIds,
        audit: AuditTrail | None = None,
        new_id: NewId = new_uuid,
    ) -> None:
        self._database, self._clock, self._sealer, self._new_id = database, clock, sealer, new_id
        self._audit = audit
        self._role_groups = dict(role_groups)
        self._life = timedelta(hours=hours)
        self._organisation_ids = organisation_ids

    async def admit(self, identity: Identity) -> Admission:
        """Let the person in: roles from this login's groups replace all earlier ones. Raises NoRole.

        Without a role the person's earlier roles are taken away too, and their other sessions end.
        """
        try:
            return await self._admit(identity)
        except IntegrityError:
            # The very first login of this person, twice at once: the other one has made the row by now.
            return await self._admit(identity)

    async def _admit(self, identity: Identity) -> Admission:
        roles = self._roles(identity.groups)
        now = self._clock()
        stamp = to_text(now)
        secret = secrets.token_urlsafe(32)
        expires = now + self._life
        async with self._database.work() as work:
            person = await people.person_by_identity(work, identity.issuer, identity.subject)
            if person is not None:
                await people.replace_grants(work, person.id, self._grants(person.id, roles, stamp))
            if roles:
                if person is None:
                    person = PersonRow(
                        id=self._new_id(),
                        issuer=identity.issuer,
                        subject=identity.subject,
                        name="",
                        email="",
                        created_at=stamp,
                        last_login_at=stamp,
                    )
                    work.add(person)
                    await work.flush()  # the rows below refer to it
                    work.add_all(self._grants(person.id, roles, stamp))
                person.name, person.email, person.last_login_at = identity.name, identity.email, stamp
                work.add(person)
                work.add(self._session(identity, person.id, session_id_of(secret), now, expires))
                await people.forget_ended(work, to_text(now - _KEPT_AFTER_END))
            await self._record(work, identity, person, roles, session_id_of(secret))
        if not roles or person is None:
            raise NoRole(identity)
        principal = await self.principal_of(person.id)
        return Admission(secret, session_id_of(secret), principal, expires)

    async def principal_of(self, person_id: str) -> Principal:
        """The person with the roles they hold at this moment. Raises SessionOver for somebody unknown."""
        async with self._database.reading() as reading:
            found = await people.standing(reading, person_id)
        if found is None:
            raise SessionOver
        return await self._principal(found)

    async def person_now(self, person_id: str) -> Principal | None:
        """The same for what is carried out in somebody's name after they have left; None for somebody unknown."""
        try:
            return await self.principal_of(person_id)
        except SessionOver:
            return None

    async def session_alive(self, session_id: str) -> Principal | None:
        """The person of that session, read from the tables now; None when it is over or no role is left."""
        async with self._database.reading() as reading:
            found = await people.standing_of_session(reading, session_id, to_text(self._clock()))
        return await self._principal(found) if found and found.grants else None

    async def would_hold(self, groups: Sequence[str], role: Role, organisation_id: str) -> bool:
        """Whether these groups would give that role there by now's settings. Asking grants and takes nothing."""
        grants = [grant for role_, name in self._roles(groups) for grant in await self._resolved(role_, name)]
        return Principal("", "", "", "", "", tuple(grants)).may(role, organisation_id)

    async def alive_among(self, session_ids: Sequence[str]) -> set[str]:
        """Those of the sessions that are not over."""
        async with self._database.reading() as reading:
            return await people.alive_among(reading, session_ids, to_text(self._clock()))

    async def seen(self, session_id: str) -> None:
        """Note that the session was used just now."""
        async with self._database.work() as work:
            await people.touch(work, session_id, to_text(self._clock()))

    async def end(self, session_id: str) -> str | None:
        """End the session everywhere; the ID token for the issuer's own logout, if the session was open."""
        async with self._database.work() as work:
            row = await people.session_row(work, session_id)
            if row is None or row.revoked_at is not None:
                return None
            hint = row.logout_hint
            await people.revoke(work, session_id, to_text(self._clock()))
            if self._audit:
                person = await people.person(work, row.person_id)
                await self._audit.record(
                    work,
                    tag=AuditTag.LOGIN_ENDED,
                    organisation_id="",
                    subject=row.person_id,
                    facts={"person": person.name if person else ""},
                    session_id=session_id,
                )
        note = self._sealer.open("logout-hint", hint, self._life + timedelta(days=1)) if hint else None
        return None if note is None else str(note["id_token"])

    async def end_all_of(self, person_id: str) -> int:
        """End every session of that person; how many there were."""
        async with self._database.work() as work:
            return await people.revoke_all(work, person_id, to_text(self._clock()))

    async def _record(
        self,
        work: Work,
        identity: Identity,
        person: PersonRow | None,
        roles: set[tuple[Role, str]],
        session_id: str,
    ) -> None:
        """Leave the login, or the refusal for want of a role, in the audit trail, together with what it changed."""
        if self._audit is None:
            return
        let_in = bool(roles) and person is not None
        await self._audit.record(
            work,
            tag=AuditTag.LOGIN_STARTED if let_in else AuditTag.LOGIN_REFUSED,
            organisation_id="",
            subject=person.id if person else identity.subject,
            facts={
                "issuer": identity.issuer,
                "subject": identity.subject,
                "person": identity.name,
                "checked": identity.acr,
                "roles": sorted(
                    f"{role}@{organisation}" if organisation else str(role) for role, organisation in roles
                ),
            },
            session_id=session_id if let_in else "",
        )

    def _roles(self, groups: Sequence[str]) -> set[tuple[Role, str]]:
        """Roles with the organisation each is limited to ("" for all)."""
        mapped = (self._role_groups[group] for group in groups if group in self._role_groups)
        return {(Role(role), organisation.strip()) for role, _, organisation in (m.partition("@") for m in mapped)}

    @staticmethod
    def _grants(person_id: str, roles: set[tuple[Role, str]], stamp: str) -> list[GrantRow]:
        return [
            GrantRow(person_id=person_id, role=role.value, organisation=organisation, granted_at=stamp)
            for role, organisation in sorted(roles)
        ]

    def _session(
        self, identity: Identity, person_id: str, session_id: str, now: datetime, expires: datetime
    ) -> LoginSessionRow:
        return LoginSessionRow(
            id=session_id,
            person_id=person_id,
            created_at=to_text(now),
            last_seen_at=to_text(now),
            expires_at=to_text(expires),
            acr=identity.acr,
            auth_time=to_text(identity.auth_time) if identity.auth_time else "",
            logout_hint=self._sealer.seal("logout-hint", {"id_token": identity.id_token}),
        )

    async def _principal(self, found: Standing) -> Principal:
        person = found.person
        grants = [grant for row in found.grants for grant in await self._resolved(Role(row.role), row.organisation)]
        return Principal(person.id, person.issuer, person.subject, person.name, person.email, tuple(grants))

    async def _resolved(self, role: Role, organisation: str) -> list[Grant]:
        if not organisation:
            return [Grant(role)]
        # A name that no organisation of this house bears stays a grant for that name: it matches no id.
        ids = await self._organisation_ids(organisation) or [f"name:{organisation}"]
        return [Grant(role, organisation_id) for organisation_id in ids]


def session_id_of(secret: str) -> str:
    """The name under which the session of that secret lies in the table; it opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
