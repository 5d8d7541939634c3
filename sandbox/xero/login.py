"""The addresses of Xero's login: the consent page, tokens, revocation, connections."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.xero.books import Books
from sandbox.xero.consent import consent_page
from sandbox.xero.identity import Identity, OAuthRefusal, client_of, may_redirect_to, read_wish
from sandbox.xero.records import Link, Token
from sandbox.xero.refusals import NotFound, Unauthorised, json_answer


class Login:
    """Serves the login's addresses."""

    def __init__(self, books: Books, identity: Identity, others: Sequence[Books] = ()) -> None:
        self._books = books
        self._identity = identity
        self._organisations = {"": books.company.organisation}
        self._organisations |= {other.company.organisation.tenant_id: other.company.organisation for other in others}

    def routes(self) -> list[Route]:
        """The vendor's paths, from the root, and what a person of an organisation does in Xero itself."""
        return [
            Route("/_sandbox/connections", self.standing, methods=["GET"]),
            Route("/_sandbox/connections/{name}", self.taken_away, methods=["DELETE"]),
            Route("/identity/connect/authorize", self.authorize, methods=["GET", "POST"]),
            Route("/connect/token", self.token, methods=["POST"]),
            Route("/connect/revocation", self.revocation, methods=["POST"]),
            *(
                route
                for path in ("/connections", "/Connections")
                for route in (
                    Route(path, self.connections, methods=["GET"]),
                    Route(f"{path}/{{link_id}}", self.disconnect, methods=["DELETE"]),
                )
            ),
        ]

    async def authorize(self, request: Request) -> Response:
        """Shows what the app asks for; the buttons post back and the person is sent to the app."""
        query = dict(request.query_params)
        target = query.get("redirect_uri", "")
        if not may_redirect_to(query.get("client_id", ""), target):
            text = "Sorry, something went wrong. Error: unauthorized_client. Unknown client or invalid redirect_uri"
            return HTMLResponse(f"<p>{text}</p>", 400)
        state = {"state": query["state"]} if query.get("state") else {}
        try:
            wish = read_wish(query)
        except OAuthRefusal as refusal:
            answer = {"error": refusal.error, "error_description": refusal.description, **state}
            return _back(target, {name: value for name, value in answer.items() if value})
        if request.method == "GET":
            action = f"{request.url.path}?{request.url.query}"
            names = {tenant_id: organisation.name for tenant_id, organisation in self._organisations.items()}
            return consent_page(names, wish.client_id, wish.scopes, action)
        form = await request.form()
        if form.get("decision") != "allow":
            return _back(target, {"error": "access_denied", **state})
        chosen = str(form.get("organisation", ""))
        code = self._identity.consent(wish, chosen if chosen in self._organisations else "")
        self._books.commit()
        return _back(target, {"code": code, "scope": " ".join(wish.scopes), **state})

    async def token(self, request: Request) -> Response:
        """Issues tokens, or says in OAuth's words why not."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        client_id, secret = client_of(request.headers.get("authorization", ""), form)
        try:
            answer = self._identity.token(client_id, secret, form)
        except OAuthRefusal as refusal:
            return json_answer({"error": refusal.error}, 400)
        self._books.commit()
        return json_answer(answer, headers={"Cache-Control": "no-store"})

    async def revocation(self, request: Request) -> Response:
        """Ends a refresh token and the app's connections."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        client_id, secret = client_of(request.headers.get("authorization", ""), form)
        try:
            self._identity.revoke(client_id, secret, form.get("token", ""))
        except OAuthRefusal as refusal:
            return json_answer({"error": refusal.error}, 400)
        self._books.commit()
        return Response(status_code=200)

    async def connections(self, request: Request) -> Response:
        """The organisations that this token's app may use."""
        token = self._token(request)
        wanted = request.query_params.get("authEventId", "")
        return json_answer(
            [
                {
                    "id": link.link_id,
                    "authEventId": link.event_id or link.link_id,
                    "tenantId": self._organisations[link.tenant_id].tenant_id,
                    "tenantType": "ORGANISATION",
                    "tenantName": self._organisations[link.tenant_id].name,
                    "createdDateUtc": f"{link.created_at:%Y-%m-%dT%H:%M:%S.%f}0",
                    "updatedDateUtc": f"{link.updated_at:%Y-%m-%dT%H:%M:%S.%f}0",
                }
                for link in self._identity.links(token.client_id)
                if bool(link.event_id) == bool(token.event_id)
                and wanted in ("", link.event_id)
                and link.tenant_id in self._organisations
            ]
        )

    async def disconnect(self, request: Request) -> Response:
        """Ends one connection."""
        token = self._token(request)
        wanted = request.path_params["link_id"].lower()
        for link in self._identity.links(token.client_id):
            if link.link_id == wanted:
                self._identity.end(link)
                self._books.commit()
                return Response(status_code=204)
        raise NotFound

    async def standing(self, request: Request) -> Response:
        """The organisations that are connected by consent, and how many refresh tokens are good for something."""
        now = self._books.control.now()
        alive = [t for t in self._books.tokens.values() if t.use == "refresh" and not t.revoked and t.expires_at > now]
        names = [self._organisations[link.tenant_id].name for link in self._consented()]
        return json_answer({"organisations": sorted(names), "refresh_tokens": sum(not t.rotated_at for t in alive)})

    async def taken_away(self, request: Request) -> Response:
        """Somebody takes the app away in Xero (Settings, Connected apps)."""
        for link in self._consented():
            if self._organisations[link.tenant_id].name == request.path_params["name"]:
                self._identity.end(link)
                self._books.commit()
                return Response(status_code=204)
        raise NotFound

    def _consented(self) -> list[Link]:
        return [link for link in self._books.links.values() if link.event_id and not link.ended]

    def _token(self, request: Request) -> Token:
        token = self._identity.bearer(request.headers.get("authorization", ""))
        if token is None or token.expires_at < self._books.control.now():
            raise Unauthorised
        return token


def _back(target: str, answer: dict[str, str]) -> Response:
    joint = "&" if "?" in target else "?"
    return RedirectResponse(f"{target}{joint}{urlencode(answer)}", 302)
