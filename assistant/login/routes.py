"""The front door's addresses: sign in, come back from the issuer, sign out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse

from assistant.login.doorkeeper import Doorkeeper, attempt_cookie, set_cookie
from assistant.login.oidc import Attempt, OpenIdClient
from assistant.login.pages import STYLE, Pages, language_of
from assistant.login.problems import Language, SignInProblem
from assistant.login.rules import Door, door
from assistant.login.sealing import Sealer
from assistant.login.sessions import NoRole
from assistant.login.step_up import StepUp

log = structlog.get_logger()

BEGIN = "/auth/oauth/okta"
CALLBACK = "/auth/oauth/okta/callback"
_ATTEMPT_LIFE = timedelta(minutes=10)
_LEAVING_LIFE = timedelta(minutes=5)
_LEAVING = "assistant_leaving"


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """What the sign-in addresses need of the house."""

    client: OpenIdClient
    keeper: Doorkeeper
    step_up: StepUp
    """Comes back from the issuer by the same address, since only that one is registered there."""
    sealer: Sealer
    pages: Pages
    url: str
    secure: bool
    role_groups: Mapping[str, str]

    def router(self) -> APIRouter:
        """The addresses, to be included before the chat's."""
        router = APIRouter()
        router.add_api_route("/login", self.login, methods=["GET", "HEAD"])
        router.add_api_route("/login/style.css", self.style, methods=["GET", "HEAD"])
        router.add_api_route(BEGIN, self.begin, methods=["GET"])
        router.add_api_route(CALLBACK, self.callback, methods=["GET"])
        router.add_api_route("/step-up/{proposal_id}", self.step_up.begin, methods=["GET"])
        router.add_api_route("/logout", self.leave, methods=["GET", "POST"])
        return router

    async def style(self) -> Response:
        """The pages' looks."""
        return FileResponse(STYLE, media_type="text/css")

    async def login(self, request: Request) -> Response:
        """What this is, and the button; straight on for somebody who is signed in already."""
        wanted = page_or_home(request.query_params.get("next", ""))
        if leaving := self.sealer.open(_LEAVING, request.cookies.get(_LEAVING, ""), _LEAVING_LIFE):
            response = await self._leave_issuer(request, leaving)
        elif (found := self.keeper.read(request.headers.getlist("cookie"))) and await self.keeper.alive(found[1]):
            response = RedirectResponse(wanted, 303)
        else:
            response = HTMLResponse(self.pages.sign_in(_language(request), _begin_address(wanted)))
        return response

    async def begin(self, request: Request) -> Response:
        """Off to the issuer, with a sealed note in the browser of what has to come back."""
        wanted = page_or_home(request.query_params.get("next", ""))
        prompt = "login" if request.query_params.get("prompt") == "login" else ""
        try:
            address, attempt = await self.client.begin(f"{self.url}{CALLBACK}", prompt=prompt)
        except SignInProblem as problem:
            return self._problem(request, problem, wanted)
        sealed = self.sealer.seal("sign-in", {"next": wanted, **asdict(attempt)})
        response = RedirectResponse(address, 303)
        name = attempt_cookie("signin", attempt.state, secure=self.secure)
        response.headers.append("set-cookie", set_cookie(name, sealed, _ATTEMPT_LIFE, secure=self.secure, path=BEGIN))
        return response

    async def callback(self, request: Request) -> Response:
        """Back from the issuer: a session if everything fits, else words that say why not."""
        answer = dict(request.query_params)
        if self.step_up.is_for(answer):
            return await self.step_up.finish(request, answer)
        name = attempt_cookie("signin", answer.get("state", ""), secure=self.secure)
        note = self.sealer.open("sign-in", request.cookies.get(name, ""), _ATTEMPT_LIFE)
        wanted = page_or_home(str(note.pop("next")) if note else "")
        try:
            identity = await self.client.finish(Attempt(**note) if note else None, f"{self.url}{CALLBACK}", answer)
            admission = await self.keeper.sessions.admit(identity)
        except SignInProblem as problem:
            response: Response = self._problem(request, problem, wanted)
        except NoRole as refused:
            log.warning("sign-in refused: no role", subject=refused.identity.subject)
            who = refused.identity.name + (f" ({refused.identity.email})" if refused.identity.email else "")
            page = self.pages.no_role(
                _language(request), who, sorted(self.role_groups.items()), _begin_address(wanted, prompt="login")
            )
            response = HTMLResponse(page, 403)
        else:
            await self._end(request)  # a session that this browser had before, maybe somebody else's
            log.info("signed in", person=admission.principal.id, acr=identity.acr)
            response = RedirectResponse(wanted, 303)
            response.headers.append("set-cookie", self.keeper.cookie_header(admission))
        if note:
            done = set_cookie(name, "", timedelta(0), secure=self.secure, path=BEGIN)
            response.headers.append("set-cookie", done)
        return response

    async def leave(self, request: Request) -> Response:
        """End the session here, everywhere it is open, and at the issuer.

        The chat's own button asks by script and cannot follow to the issuer: the sealed note makes the sign-in
        page, which the chat opens next, go there.
        """
        if request.method == "GET" and request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return HTMLResponse(self.pages.leave(_language(request)))
        id_token = await self._end(request)
        leaving = {"id_token": id_token, "stage": "here"} if id_token else {"stage": "done"}
        by_script = "text/html" not in request.headers.get("accept", "")
        response: Response = JSONResponse({"success": True}) if by_script else RedirectResponse("/login", 303)
        response.headers.append("set-cookie", self.keeper.clearing_header())
        self._note_leaving(response, leaving)
        return response

    async def _leave_issuer(self, request: Request, leaving: dict[str, Any]) -> Response:
        """Somebody has just signed out here: on to the issuer once, then say how it went."""
        out: Literal["here", "everywhere"] = "everywhere"
        if leaving["stage"] == "here":
            try:
                address = await self.client.logout_url(leaving["id_token"], f"{self.url}/login")
            except SignInProblem as problem:
                log.warning("issuer's logout not reached", problem=problem.detail)
                out = "here"
            else:
                if address:
                    response: Response = RedirectResponse(address, 303)
                    self._note_leaving(response, {"stage": "done"})
                    return response
        response = HTMLResponse(self.pages.sign_in(_language(request), _begin_address("/"), out=out))
        response.headers.append("set-cookie", set_cookie(_LEAVING, "", timedelta(0), secure=self.secure))
        return response

    def _note_leaving(self, response: Response, note: dict[str, Any]) -> None:
        sealed = self.sealer.seal(_LEAVING, note)
        response.headers.append("set-cookie", set_cookie(_LEAVING, sealed, _LEAVING_LIFE, secure=self.secure))

    async def _end(self, request: Request) -> str | None:
        found = self.keeper.read(request.headers.getlist("cookie"))
        return await self.keeper.end(found[1]) if found else None

    def _problem(self, request: Request, problem: SignInProblem, wanted: str) -> HTMLResponse:
        log.warning("sign-in failed", problem=problem.detail)
        again = _begin_address(wanted) if problem.again else None
        language = _language(request)
        return HTMLResponse(self.pages.problem(language, problem.text(language), again), 400)


def page_or_home(wanted: str) -> str:
    """The page that somebody wanted, if it is one of ours; else the first page. Never another site's address."""
    parts = urlsplit(wanted)
    ours = not parts.scheme and not parts.netloc and door("GET", wanted) is Door.PAGE
    return wanted if ours else "/"


def _begin_address(wanted: str, *, prompt: str = "") -> str:
    asked = {"next": "" if wanted == "/" else wanted, "prompt": prompt}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{BEGIN}?{query}" if query else BEGIN


def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language", ""))
