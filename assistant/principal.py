"""Who is asking: the signed-in person, and what they may do in which organisation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tools.base import Right


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
    PAYROLL = "payroll"
    """Opens payroll to whoever holds another role beside it; by itself it opens nothing, and no role includes it."""


_RIGHTS = {Right.PAYROLL: Role.PAYROLL}
_INCLUDES: dict[Role, frozenset[Role]] = {
    Role.VIEWER: frozenset({Role.VIEWER}),
    Role.PREPARER: frozenset({Role.PREPARER, Role.VIEWER}),
    Role.APPROVER: frozenset({Role.APPROVER, Role.PREPARER, Role.VIEWER}),
    Role.ADMIN: frozenset({Role.ADMIN, Role.VIEWER}),
    Role.PAYROLL: frozenset({Role.PAYROLL}),
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

    def holds(self, right: Right | None, organisation_id: str) -> bool:
        """Whether this person holds what a tool or a kind of write asks for beside a role; None asks for nothing."""
        return right is None or self.may(_RIGHTS[right], organisation_id)

    def roles_in(self, organisation_id: str) -> tuple[Role, ...]:
        """The roles as granted (not the included ones), for showing."""
        return tuple(sorted({g.role for g in self.grants if g.organisation_id in (None, organisation_id)}))
