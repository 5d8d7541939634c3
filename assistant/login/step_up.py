"""A step-up: before a large payment a person proves once more who they are, with a second factor, for that card only.

It goes the way of a sign-in and makes none: no session begins or lasts longer, no role comes or goes, and nothing is
confirmed. What comes of it is one row that says who proved it, when and how strictly, for exactly these bytes, in this
login session; `assistant.stores.step_ups.fresh` finds it when the person confirms.

Sources: OpenID Connect Core 1.0 §3.1.2.1 (`acr_values`, `max_age`) and §2 (`acr`, `auth_time`), Okta's guide on
step-up authentication (an unsupported `acr_values` is ignored, so only the returned `acr` counts), RTS (EU) 2018/389
article 5 (the code is specific to the amount and the payee).
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.audit import AuditTag, AuditTrail
from assistant.clock import Clock
from assistant.login.current import SessionOver, current
from assistant.login.doorkeeper import Doorkeeper, attempt_cookie, set_cookie
from assistant.login.oidc import Attempt, Identity, OpenIdClient
from assistant.login.pages import Pages, language_of
from assistant.login.problems import SignInProblem
from assistant.login.sealing import Sealer
from assistant.login.step_up_words import StepUpProblem, StepUpTrouble, from_sign_in, step_up_address, step_up_problem
from assistant.principal import Principal, Role
from assistant.stores import proposals, step_ups
from assistant.stores.database import Database, Work
from assistant.stores.moments import to_text
from assistant.stores.proposals import ProposalRow, State
from assistant.stores.step_ups import StepUpRow

log = structlog.get_logger()

SECOND_FACTOR = "urn:okta:loa:2fa:any"
"""Okta's name for any two factors."""

_STRICTER = {SECOND_FACTOR: ("phr", "phrh"), "phr": ("phrh",)}
"""Phishing-resistant sign-ins (OpenID Connect EAP ACR Values 1.0) are stricter than what was asked for."""
_PURPOSE = "step-up"
_MARK = "step-up."
"""Begins the `state`, so that the one address where browsers come back knows which purpose's note to look for."""
_COOKIE_PATH = "/auth/oauth/okta"
_LIFE = timedelta(minutes=10)
_REMEMBERED = timedelta(hours=1)
"""A note this old does not count any more, but still says which card it was for."""
_DIGEST = re.compile("[0-9a-f]{64}")
_THREAD = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def accepted_levels(asked: str) -> frozenset[str]:
    """The `acr` values that count when that level was asked for: it and the stricter ones.

    Raises ValueError for a level that one factor meets, or for more than one level.
    """
    if asked.split() != [asked] or "1fa" in asked or "ifpossible" in asked:
        raise ValueError(f"{asked!r} is no single level that always takes a second factor; use {SECOND_FACTOR}")
    return frozenset((asked, *_STRICTER.get(asked, ())))


@dataclass(frozen=True, slots=True)
class _Card:
    """Which card of which conversation the person came from."""

    proposal_id: str
    digest: str
    thread: str

    @property
    def back(self) -> str:
        return f"/thread/{self.thread}" if self.thread else "/"

    @property
    def again(self) -> str:
        return step_up_address(self.proposal_id, self.digest, self.thread)


@dataclass(frozen=True, slots=True)
class _Note:
    """What the browser keeps, sealed, until it comes back from the issuer."""

    card: _Card
    session_id: str
    salt: str
    state: str
    verifier: str
    begun: int

    @property
    def attempt(self) -> Attempt:
        """What has to come back; the nonce is reckoned anew, so that it fits this card and session only."""
        nonce = _nonce(self.salt, self.card, self.session_id)
        return Attempt(self.state, nonce, self.verifier, self.begun, max_age=0)


@dataclass(frozen=True, slots=True)
class StepUp:
    """Begins step-ups and takes them in at the return."""

    client: OpenIdClient
    keeper: Doorkeeper
    sealer: Sealer
    pages: Pages
    database: Database
    audit: AuditTrail
    clock: Clock
    redirect_uri: str
    """Where the issuer sends the browser back to: the same address as for any sign-in."""
    secure: bool
    level: str = SECOND_FACTOR
    _accepted: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Refuse a level that would not need a second factor."""
        object.__setattr__(self, "_accepted", accepted_levels(self.level))

    async def begin(self, request: Request) -> Response:
        """Off to the issuer, which has to check the person anew; they are still signed in here as before."""
        asked = request.query_params
        thread = asked.get("thread", "")
        card = _Card(
            request.path_params["proposal_id"], asked.get("digest", ""), thread if _THREAD.fullmatch(thread) else ""
        )
        try:
            person, session_id = await current()
        except SessionOver:
            return RedirectResponse("/login", 303)
        salt = secrets.token_urlsafe(32)
        try:
            if not _DIGEST.fullmatch(card.digest):
                raise self._problem(StepUpTrouble.INCOMPLETE)
            async with self.database.reading() as work:
                await self._waiting(work, card, person)
            address, attempt = await self.client.begin(
                self.redirect_uri,
                acr_values=self.level,
                max_age=0,
                login_hint=person.email,
                nonce=_nonce(salt, card, session_id),
                mark=_MARK,
            )
        except SignInProblem as problem:
            return await self._refused(request, card, from_sign_in(problem))
        except StepUpProblem as problem:
            return await self._refused(request, card, problem)
        note = _Note(card, session_id, salt, attempt.state, attempt.verifier, attempt.begun)
        response = RedirectResponse(address, 303)
        self._keep_note(response, attempt.state, self.sealer.seal(_PURPOSE, asdict(note)), _REMEMBERED)
        return response

    def is_for(self, answer: Mapping[str, str]) -> bool:
        """Whether what came back from the issuer belongs to a step-up, and so can never begin a session."""
        return answer.get("state", "").startswith(_MARK)

    async def finish(self, request: Request, answer: Mapping[str, str]) -> Response:
        """Back from the issuer: one row if everything holds, else words that say why not and that nothing happened."""
        state = answer["state"]
        sealed = request.cookies.get(attempt_cookie("stepup", state, secure=self.secure), "")
        note, old = self._opened(sealed, _LIFE), self._opened(sealed, _REMEMBERED)
        card = old.card if old else None
        response: Response
        try:
            if note is None:
                raise self._problem(StepUpTrouble.LATE if old else StepUpTrouble.LOST)
            identity = await self.client.finish(note.attempt, self.redirect_uri, answer)
            person = await self._same_session(request, note)
            self._strictly_the_same(person, identity)
            await self._store(note, person, identity)
        except SignInProblem as problem:
            response = await self._refused(request, card, from_sign_in(problem), old)
        except StepUpProblem as problem:
            response = await self._refused(request, card, problem, old)
        else:
            response = RedirectResponse(note.card.back, 303)
        if sealed:
            self._keep_note(response, state, "", timedelta(0))
        return response

    def _strictly_the_same(self, person: Principal, identity: Identity) -> None:
        """The person here is the one whom the issuer has just checked, and it checked as strictly as asked."""
        if (identity.issuer, identity.subject) != (person.issuer, person.subject):
            detail = f"{identity.subject} signed in at the issuer"
            raise self._problem(StepUpTrouble.OTHER_PERSON, detail, other=identity.name, you=person.name)
        if identity.acr not in self._accepted:
            raise self._problem(StepUpTrouble.NOT_STRICT, f"acr {identity.acr!r}, asked for {self.level!r}")

    async def _same_session(self, request: Request, note: _Note) -> Principal:
        """The person of the session that began this, if it lives and is the one in this browser."""
        found = await self._here(request)
        if found is None:
            raise self._problem(StepUpTrouble.SESSION_OVER)
        person, session_id = found
        if session_id != note.session_id:
            raise self._problem(StepUpTrouble.OTHER_SESSION)
        return person

    async def _store(self, note: _Note, person: Principal, identity: Identity) -> None:
        """Keep the row and its record, both or neither; the card is looked at once more in the same unit of work."""
        if identity.auth_time is None:  # `max_age` was asked for, so the ID token had to say it
            raise self._problem(StepUpTrouble.NOT_STRICT, "no auth_time")
        card = note.card
        row = StepUpRow(
            id=hashlib.sha256(note.state.encode()).hexdigest(),
            proposal_id=card.proposal_id,
            digest=card.digest,
            person_id=person.id,
            session_id=note.session_id,
            acr=identity.acr,
            auth_time=to_text(identity.auth_time),
            at=to_text(self.clock()),
        )
        async with self.database.work() as work:
            proposal = await self._waiting(work, card, person)
            groups = identity.groups
            if not await self.keeper.sessions.would_hold(groups, Role.APPROVER, proposal.organisation_id):
                raise self._problem(StepUpTrouble.ROLE_GONE, f"groups {', '.join(groups)}"[:300])
            if not await step_ups.add(work, row):
                raise self._problem(StepUpTrouble.USED)
            await self.audit.record(
                work,
                tag=AuditTag.STEP_UP_PASSED,
                organisation_id=proposal.organisation_id,
                subject=card.proposal_id,
                facts={"digest": card.digest, "checked": row.acr, "asked": self.level, "proved_at": row.auth_time},
                principal=person,
                session_id=note.session_id,
            )
        log.info("step-up passed", person=person.id, proposal=card.proposal_id, acr=identity.acr)

    async def _waiting(self, work: Work, card: _Card, person: Principal) -> ProposalRow:
        """The proposal, if it waits for this person just as the card showed it."""
        row = await proposals.get(work, card.proposal_id)
        if (
            row is None
            or row.digest != card.digest
            or row.state != State.AWAITING
            or row.expires_at <= to_text(self.clock())
            or not person.may(Role.APPROVER, row.organisation_id)
        ):
            raise self._problem(StepUpTrouble.NOT_WAITING)
        return row

    async def _here(self, request: Request) -> tuple[Principal, str] | None:
        """Who is signed in in this browser at this moment, read from the tables, and in which session."""
        found = self.keeper.read(request.headers.getlist("cookie"))
        person = await self.keeper.sessions.session_alive(found[1]) if found else None
        return (person, found[1]) if found and person else None

    async def _refused(
        self, request: Request, card: _Card | None, problem: StepUpProblem, note: _Note | None = None
    ) -> Response:
        """The page with the words, and the record of it; strangers without a note leave no record."""
        log.warning("step-up refused", reason=problem.reason, detail=problem.detail)
        found = await self._here(request)
        person, session_id = found or (None, note.session_id if note else "")
        if card or person:
            await self.audit.note(
                tag=AuditTag.STEP_UP_REFUSED,
                organisation_id=await self._organisation_of(card),
                subject=card.proposal_id if card else person.id if person else "",
                facts={
                    "digest": card.digest if card and _DIGEST.fullmatch(card.digest) else "",
                    "reason": problem.reason,
                    "detail": problem.detail[:300],
                },
                principal=person,
                session_id=session_id,
            )
        language = language_of(request.headers.get("accept-language", ""))
        again = card.again if card and problem.again else None
        back = card.back if card else "/"
        return HTMLResponse(self.pages.step_up_refused(language, problem.text(language), again=again, back=back), 400)

    async def _organisation_of(self, card: _Card | None) -> str:
        if card is None:
            return ""
        async with self.database.reading() as work:
            row = await proposals.get(work, card.proposal_id)
        return row.organisation_id if row else ""

    def _opened(self, sealed: str, life: timedelta) -> _Note | None:
        note: dict[str, Any] | None = self.sealer.open(_PURPOSE, sealed, life)
        return _Note(**{**note, "card": _Card(**note["card"])}) if note else None

    def _keep_note(self, response: Response, state: str, sealed: str, life: timedelta) -> None:
        name = attempt_cookie("stepup", state, secure=self.secure)
        header = set_cookie(name, sealed, life, secure=self.secure, path=_COOKIE_PATH)
        response.headers.append("set-cookie", header)

    def _problem(self, trouble: StepUpTrouble, detail: str = "", *, other: str = "", you: str = "") -> StepUpProblem:
        return step_up_problem(trouble, self.client.registration.called, detail=detail, other=other, you=you)


def _nonce(salt: str, card: _Card, session_id: str) -> str:
    """What the issuer signs into the ID token: unguessable by the salt, and for this card in this session only."""
    bound = "\n".join((_PURPOSE, salt, card.proposal_id, card.digest, session_id))
    return base64.urlsafe_b64encode(hashlib.sha256(bound.encode()).digest()).decode().rstrip("=")
