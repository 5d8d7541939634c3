"""Who is asking: the signed-in person, and what they may do in which organisation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do; each is mapped from Okta groups and includes the ones it names in `_INCLUDES`."""

    VIEWER = "viewer"
    """Reads and asks."""
    PREPARER = "preparer"
    """Proposes writes."""
    APPROVER = "approver"
    """Confirms writes."""
    ADMIN = "admin"
    """Connects providers and sees the settings; moves no money."""


_INCLUDES: dict[Role, frozenset[Role]] = {
    Role.VIEWER: frozenset({Role.VIEWER}),
    Role.PREPARER: frozenset({Role.PREPARER, Role.VIEWER}),
    Role.APPROVER: frozenset({Role.APPROVER, Role.PREPARER, Role.VIEWER}),
    Role.ADMIN: frozenset({Role.ADMIN, Role.VIEWER}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One role; `organisation_id` limits it to that organisation, None means every organisation of this house."""

    role: Role
    organisation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person. Identity is (issuer, subject); name and e-mail are for showing only."""

    id: str
    """Our own id of the person."""
    issuer: str
    subject: str
    name: str
    email: str
    grants: tuple[Grant, ...]

    def may(self, role: Role, organisation_id: str) -> bool:
        """Whether this person has that role in that organisation, directly or by a role that includes it."""
        return any(
            role in _INCLUDES[grant.role] and grant.organisation_id in (None, organisation_id) for grant in self.grants
        )

    def roles_in(self, organisation_id: str) -> tuple[Role, ...]:
        """The roles as granted (not the included ones), for showing."""
        return tuple(sorted({g.role for g in self.grants if g.organisation_id in (None, organisation_id)}))
