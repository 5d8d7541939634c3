"""The place where the product's notifications arrive: chat webhooks in the vendors' shapes, and a page to read them.

Every message that was accepted is an effect of this provider, so what the product sent can be counted and read.
"""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.control import Control
from sandbox.faults import Fault
from sandbox.inbox import discord, slack
from sandbox.inbox.messages import Messages
from sandbox.inbox.page import render
from sandbox.ports import Ports


def build(control: Control, *, ports: Ports, scale: int, limits: bool = True) -> Starlette:
    """The inbox as a web application (`ports` and `scale` change nothing here)."""
    messages = Messages(control)
    to_discord = discord.Discord(control, messages, limits)
    to_slack = slack.Slack(control, messages, limits)
    control.reckoning = messages.reckoning
    control.respond("rate_limit", _rate_limited)

    async def inbox(request: Request) -> Response:
        return JSONResponse(messages.of(request.query_params.get("channel")))

    async def page(request: Request) -> Response:
        return HTMLResponse(render(messages.of(None)))

    routes = [
        *control.routes(),
        Route("/", page, methods=["GET"]),
        Route("/inbox", inbox, methods=["GET"]),
        Route("/discord/webhook/{webhook:path}", to_discord.post, methods=["POST"]),
        Route("/slack/webhook/{webhook:path}", to_slack.post, methods=["POST"]),
    ]
    handlers = {HTTPException: _refused}
    return Starlette(routes=routes, middleware=control.middleware(), exception_handlers=handlers)


def _rate_limited(fault: Fault) -> Response:
    if fault.path.startswith("/discord/"):
        return discord.rate_limited(fault)
    return slack.rate_limited(fault)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if request.url.path.startswith("/discord/") and error.status_code == 404:
        return JSONResponse({"message": "404: Not Found", "code": 0}, status_code=404)
    return PlainTextResponse(error.detail, status_code=error.status_code, headers=error.headers)
