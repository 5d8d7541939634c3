"""What the issuer remembers: who is signed in, which codes and refresh tokens are out, what was revoked."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox.okta.keys import KeyRing

CODE_LIFE = 60  # seconds, as Okta's authorization codes
SESSION_LIFE = 2 * 3600  # seconds without use, Okta's default
REFRESH_IDLE = 7 * 24 * 3600  # seconds without use, Okta's default
REFRESH_GRACE = 30  # seconds in which a rotated refresh token is still taken, Okta's default


@dataclass
class Session:
    """A person who is signed in at the issuer in one browser. Times are Unix seconds."""

    subject: str
    auth_time: int
    two_factors: bool
    used_at: int


@dataclass(frozen=True)
class Grant:
    """What a person allowed an application at one sign-in; every token of it repeats these facts."""

    subject: str
    client_id: str
    scopes: tuple[str, ...]
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    family: str
    """Ties all tokens of one sign-in together, so that a replay can take them all back."""


@dataclass
class Code:
    """An authorization code: for one exchange by the same application, address and PKCE verifier."""

    grant: Grant
    redirect_uri: str
    nonce: str | None
    challenge: str
    expires_at: int
    used: bool = False


@dataclass
class Refresh:
    """A refresh token: replaced at each use."""

    grant: Grant
    used_at: int
    replaced_at: int | None = None


class Grants:
    """The issuer's memory; with a folder it survives a restart (codes do not: they live a minute)."""

    def __init__(self, keys: KeyRing, folder: Path | None) -> None:
        self.keys = keys
        self.sessions: dict[str, Session] = {}
        self.codes: dict[str, Code] = {}
        self.refreshes: dict[str, Refresh] = {}
        self.revoked: set[str] = set()
        """Ids of revoked access tokens, and families that were taken back whole."""
        self._file = None if folder is None else folder / "okta.json"
        if self._file is not None and self._file.exists():
            self._load(json.loads(self._file.read_text(encoding="utf-8")))

    def open_session(self, session: Session) -> str:
        """Sign somebody in; the cookie's value."""
        number = secrets.token_urlsafe(24)
        self.sessions[number] = session
        self.save()
        return number

    def session(self, number: str | None, now: int) -> Session | None:
        """Who is signed in by this cookie, if it still holds."""
        session = self.sessions.get(number or "")
        if session is None or now - session.used_at > SESSION_LIFE:
            return None
        session.used_at = now
        return session

    def close_session(self, number: str | None) -> bool:
        """Sign out; whether anybody was signed in."""
        closed = self.sessions.pop(number or "", None) is not None
        self.save()
        return closed

    def add_code(self, code: Code) -> str:
        """A new code; those long expired are forgotten."""
        oldest = code.expires_at - 3600
        self.codes = {number: kept for number, kept in self.codes.items() if kept.expires_at > oldest}
        number = secrets.token_urlsafe(32)
        self.codes[number] = code
        return number

    def add_refresh(self, grant: Grant, now: int) -> str:
        """A new refresh token."""
        number = secrets.token_urlsafe(32)
        self.refreshes[number] = Refresh(grant, now)
        self.save()
        return number

    def revoke_family(self, family: str) -> None:
        """Take back every token of one sign-in."""
        self.revoked.add(family)
        kept = {number: one for number, one in self.refreshes.items() if one.grant.family != family}
        self.refreshes = kept
        self.save()

    def revoke_access(self, token_id: str) -> None:
        """Take one access token back."""
        self.revoked.add(token_id)
        self.save()

    def save(self) -> None:
        """Keep everything for the next start; the file holds secrets, so only its owner reads it."""
        if self._file is None:
            return
        kept = {
            "sessions": {number: asdict(one) for number, one in self.sessions.items()},
            "refreshes": {number: asdict(one) for number, one in self.refreshes.items()},
            "revoked": sorted(self.revoked),
            "keys": self.keys.pems(),
        }
        new = self._file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(kept), encoding="utf-8")
        new.replace(self._file)

    def _load(self, kept: dict[str, Any]) -> None:
        self.sessions = {number: Session(**one) for number, one in kept["sessions"].items()}
        self.revoked = set(kept["revoked"])
        self.keys.restore(kept["keys"])
        for number, one in kept["refreshes"].items():
            grant = one["grant"]
            grant |= {"scopes": tuple(grant["scopes"]), "amr": tuple(grant["amr"])}
            self.refreshes[number] = Refresh(Grant(**grant), one["used_at"], one["replaced_at"])
