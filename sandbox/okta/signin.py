"""Signing in: from the application's request, over the pages, back to the application with a code; and out again."""

import secrets
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.okta import page
from sandbox.okta.asked import CLIENT_ID, Asked, NotOurs, Refused, Return, checked, is_loopback, returning
from sandbox.okta.grants import CODE_LIFE, Code, Grant, Session
from sandbox.okta.issuer import Issuer
from sandbox.okta.people import Person, person_by_login, person_by_subject

COOKIE = "sandbox_okta_sid"
_COOKIE_PATH = "/oauth2"  # localhost's cookies are shared over ports: keep ours away from the application
_PENDING_LIFE = 600  # seconds
_TRIES = 5


@dataclass
class Pending:
    """A sign-in that has begun: what was asked, who was picked, the second factor's code and its wrong tries."""

    asked: Asked
    begun: int
    person: Person | None = None
    code: str = field(default_factory=lambda: f"{secrets.randbelow(1_000_000):06}")
    wrong: int = 0


class SignIn:
    """The pages and redirects between the application's request and its code."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._pending: dict[str, Pending] = {}

    async def authorize(self, request: Request) -> Response:
        """Begin: answer at once if the person is already signed in well enough, else show the page."""
        query = request.query_params if request.method == "GET" else await request.form()
        given = {name: value for name, value in query.items() if isinstance(value, str)}
        try:
            back = returning(given)
        except NotOurs as error:
            return page.told("This request was refused", str(error), 400)
        try:
            asked = checked(given, back)
            return self._answer(request, asked)
        except Refused as refused:
            return _send(back, error=refused.error, error_description=refused.description)

    def _answer(self, request: Request, asked: Asked) -> Response:
        number = request.cookies.get(COOKIE)
        session = self._issuer.grants.session(number, self._issuer.now())
        person: Person | None = None
        if session is not None and self._is_fresh(session, asked):
            person = person_by_subject(session.subject)
            if person is not None and (session.two_factors or not asked.asks_second_factor(person)):
                return self._finish(asked, session)
        if asked.prompt == "none":
            unmet = "The client specified not to prompt, but the user is not signed in as required."
            raise Refused("login_required", unmet)
        pending = Pending(asked, self._issuer.now(), person)
        oldest = self._issuer.now() - _PENDING_LIFE
        self._pending = {key: one for key, one in self._pending.items() if one.begun > oldest}
        key = secrets.token_urlsafe(24)
        self._pending[key] = pending
        return RedirectResponse(self._page_address(key), status_code=302, headers={"Cache-Control": "no-store"})

    def _is_fresh(self, session: Session, asked: Asked) -> bool:
        """Whether this session may answer without asking the person again."""
        if asked.prompt == "login":
            return False
        if asked.max_age is not None:
            age = self._issuer.now() - session.auth_time
            if age > asked.max_age or asked.max_age == 0:
                return False
        hinted = None if asked.login_hint is None else person_by_login(asked.login_hint)
        return hinted is None or hinted.subject == session.subject

    def _page_address(self, key: str) -> str:
        return f"{self._issuer.url}/signin/{key}"

    def _begun(self, key: str) -> Pending | None:
        pending = self._pending.get(key)
        if pending is None or self._issuer.now() - pending.begun > _PENDING_LIFE:
            return None
        return pending

    async def show(self, request: Request) -> Response:
        """The page that this sign-in has come to."""
        key: str = request.path_params["key"]
        pending = self._begun(key)
        if pending is None:
            return _expired()
        if pending.person is None:
            hint = None if pending.asked.login_hint is None else person_by_login(pending.asked.login_hint)
            return page.choose(self._page_address(key), hint)
        return page.second_factor(self._page_address(key), pending.person, pending.code)

    async def submit(self, request: Request) -> Response:
        """A person was picked, a code was typed, or the sign-in was cancelled."""
        key: str = request.path_params["key"]
        pending = self._begun(key)
        if pending is None:
            return _expired()
        form = await request.form()
        if "cancel" in form:
            del self._pending[key]
            return _send(pending.asked.back, error="access_denied", error_description="The sign-in was cancelled.")
        if pending.person is None:
            return self._picked(request, key, pending, str(form.get("person", "")))
        return self._typed(request, key, pending, str(form.get("code", "")))

    def _picked(self, request: Request, key: str, pending: Pending, login: str) -> Response:
        person = person_by_login(login)
        if person is None:
            return page.choose(self._page_address(key), None, "Nobody of that name is known here. Pick a person.")
        try:
            second = pending.asked.asks_second_factor(person)
        except Refused as refused:
            del self._pending[key]
            return _send(pending.asked.back, error=refused.error, error_description=refused.description)
        if second:
            pending.person = person
            return RedirectResponse(self._page_address(key), status_code=303)
        return self._sign_in(request, key, pending, person, two_factors=False)

    def _typed(self, request: Request, key: str, pending: Pending, code: str) -> Response:
        if pending.person is None:
            return _expired()
        if secrets.compare_digest(code.strip().encode(), pending.code.encode()):
            return self._sign_in(request, key, pending, pending.person, two_factors=True)
        pending.wrong += 1
        if pending.wrong >= _TRIES:
            del self._pending[key]
            return _send(pending.asked.back, error="access_denied", error_description="Too many wrong codes.")
        wrong = "That is not the code. Type the six digits shown above."
        return page.second_factor(self._page_address(key), pending.person, pending.code, wrong)

    def _sign_in(self, request: Request, key: str, pending: Pending, person: Person, *, two_factors: bool) -> Response:
        del self._pending[key]
        now = self._issuer.now()
        self._issuer.grants.close_session(request.cookies.get(COOKIE))
        session = Session(person.subject, now, two_factors, now)
        number = self._issuer.grants.open_session(session)
        facts = {"login": person.login, "two_factors": two_factors}
        self._issuer.control.record(
            operation="sign_in",
            method="POST",
            path="/oauth2/default/signin",
            idempotency_key=None,
            body=facts,
            result_id=person.subject,
        )
        response = self._finish(pending.asked, session)
        response.set_cookie(COOKIE, number, path=_COOKIE_PATH, httponly=True, samesite="lax")
        return response

    def _finish(self, asked: Asked, session: Session) -> Response:
        amr = ("mfa", "otp", "pwd") if session.two_factors else ("pwd",)
        grant = Grant(
            session.subject,
            CLIENT_ID,
            asked.scopes,
            session.auth_time,
            _level(asked, session),
            amr,
            secrets.token_hex(8),
        )
        expires = self._issuer.now() + CODE_LIFE
        code = Code(grant, asked.back.redirect_uri, asked.nonce, asked.challenge, expires)
        return _send(asked.back, code=self._issuer.grants.add_code(code))

    async def logout(self, request: Request) -> Response:
        """End the person's session at the issuer and send the browser back (RP-initiated logout)."""
        given = request.query_params if request.method == "GET" else await request.form()
        claims = self._issuer.keys.read(str(given.get("id_token_hint", "")))
        if claims is None or claims.get("iss") != self._issuer.url or claims.get("aud") != CLIENT_ID:
            return page.told("Nobody was signed out", "The id_token_hint is missing or not one of ours.", 400)
        address = given.get("post_logout_redirect_uri")
        if address is not None and not is_loopback(str(address)):
            words = "The post_logout_redirect_uri is not one of the application's."
            return page.told("Nobody was signed out", words, 400)
        number = request.cookies.get(COOKIE)
        session = self._issuer.grants.session(number, self._issuer.now())
        if session is not None and session.subject == claims.get("sub"):
            self._issuer.grants.close_session(number)
            self._issuer.control.record(
                operation="sign_out",
                method=request.method,
                path=request.url.path,
                idempotency_key=None,
                body={},
                result_id=session.subject,
            )
        response: Response
        if address is None:
            response = page.told("You are signed out", "You can close this window.")
        else:
            state = given.get("state")
            back = Return(str(address), None if state is None else str(state))
            response = _send(back)
        response.delete_cookie(COOKIE, path=_COOKIE_PATH, httponly=True, samesite="lax")
        return response


def _level(asked: Asked, session: Session) -> str:
    """The level of assurance that is told: the one asked for if it was met, else what the session has."""
    if asked.acr is not None and not asked.acr.endswith(":ifpossible"):
        return asked.acr
    return "urn:okta:loa:2fa:any" if session.two_factors else "urn:okta:loa:1fa:any"


def _send(back: Return, **answer: str) -> Response:
    return RedirectResponse(back.address(**answer), status_code=303, headers={"Cache-Control": "no-store"})


def _expired() -> Response:
    words = "It was finished already or is older than ten minutes. Go back to the application and sign in again."
    return page.told("This sign-in is over", words, 410)
