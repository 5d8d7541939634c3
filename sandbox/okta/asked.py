"""What an application asks for at the authorize endpoint, checked as Okta checks it."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from sandbox.okta.people import Person

CLIENT_ID = "sandbox-okta"
CLIENT_SECRET = "sandbox-okta-secret"  # noqa: S105 the sandbox's published demo secret
SCOPES = ("openid", "profile", "email", "groups", "offline_access", "address", "phone")
ONE_FACTOR = ("urn:okta:loa:1fa:any", "urn:okta:loa:1fa:pwd")
TWO_FACTORS = ("urn:okta:loa:2fa:any", "urn:okta:loa:2fa:any:ifpossible")
UNMEETABLE = ("phr", "phrh")
"""Phishing-resistant sign-in: these demo people have no such key."""

_UNMET = "The authentication requirements for this authentication cannot be met."
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class NotOurs(Exception):
    """The application or its address is unknown, so nothing may be sent there: an error page is shown."""


class Refused(Exception):
    """The request is answered at the application's address with an error (RFC 6749, 4.1.2.1)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@dataclass(frozen=True)
class Return:
    """Where the answer goes, and the application's own mark on it."""

    redirect_uri: str
    state: str | None

    def address(self, **answer: str) -> str:
        """The full address with this answer in its query."""
        query = {**answer, **({} if self.state is None else {"state": self.state})}
        joint = "&" if urlsplit(self.redirect_uri).query else "?"
        return f"{self.redirect_uri}{joint}{urlencode(query)}"


@dataclass(frozen=True)
class Asked:
    """A checked request for a sign-in."""

    back: Return
    scopes: tuple[str, ...]
    nonce: str | None
    challenge: str
    prompt: str | None
    max_age: int | None
    acr: str | None
    login_hint: str | None

    def asks_second_factor(self, person: Person) -> bool:
        """Whether this person has to give a second factor. Raises Refused when they must and have none."""
        if self.acr not in TWO_FACTORS or person.second_factor:
            return self.acr in TWO_FACTORS
        if self.acr.endswith(":ifpossible"):
            return False
        raise Refused("unmet_authentication_requirements", _UNMET)


def is_loopback(address: str) -> bool:
    """Whether this is an absolute http address on this machine, the only ones that the demo application may have."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    plain = not parts.fragment and parts.username is None and parts.password is None and port != 0
    return parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1") and plain


def returning(query: Mapping[str, str]) -> Return:
    """Where to answer. Raises NotOurs when that cannot be trusted."""
    if query.get("client_id") != CLIENT_ID:
        raise NotOurs("The application is not known here: client_id is missing or wrong.")
    address = query.get("redirect_uri", "")
    if not is_loopback(address):
        raise NotOurs("The redirect_uri is not one of the application's: only http://localhost is allowed.")
    return Return(address, query.get("state"))


def checked(query: Mapping[str, str], back: Return) -> Asked:
    """The rest of the request. Raises Refused, with Okta's error codes."""
    if query.get("response_type") != "code":
        raise Refused("unsupported_response_type", "The response type is not supported; use 'code'.")
    if query.get("response_mode", "query") != "query":
        raise Refused("invalid_request", "The response mode is not supported; use 'query'.")
    if not back.state:
        raise Refused("invalid_request", "The authentication request has an invalid 'state' parameter.")
    scopes = tuple(dict.fromkeys(query.get("scope", "").split()))
    if "openid" not in scopes or not set(scopes) <= set(SCOPES):
        wrong = "One or more scopes are not configured for the authorization server resource."
        raise Refused("invalid_scope", wrong)
    if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(query.get("code_challenge", "")):
        raise Refused("invalid_request", "PKCE code challenge (S256) is required by the application.")
    prompt = query.get("prompt")
    if prompt not in (None, "none", "login", "consent"):
        raise Refused("invalid_request", "The 'prompt' parameter is invalid.")
    acr = _acr(query.get("acr_values", ""))
    return Asked(
        back,
        scopes,
        query.get("nonce"),
        query["code_challenge"],
        prompt,
        _max_age(query.get("max_age")),
        acr,
        query.get("login_hint"),
    )


def _max_age(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Refused("invalid_request", "The 'max_age' parameter must be a whole number of seconds.")
    return int(text)


def _acr(text: str) -> str | None:
    """The first level that is known; unknown ones are ignored, as Okta does, so a client must check the answer."""
    known = [value for value in text.split() if value in ONE_FACTOR + TWO_FACTORS + UNMEETABLE]
    if known and known[0] in UNMEETABLE:
        raise Refused("unmet_authentication_requirements", _UNMET)
    return known[0] if known else None


def is_client(client_id: str, secret: str) -> bool:
    """Whether these are the demo application's credentials."""
    same_id = secrets.compare_digest(client_id.encode(), CLIENT_ID.encode())
    return secrets.compare_digest(secret.encode(), CLIENT_SECRET.encode()) and same_id
