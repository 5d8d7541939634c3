"""The HTTP side of the offline model: OpenAI's paths, answers and errors."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.control import Control
from sandbox.faults import Fault
from sandbox.model.dialogue import Reply, Router
from sandbox.model.encoder import Encoder, SentenceEncoder
from sandbox.model.transcript import read_transcript
from sandbox.model.wire import MODEL, Asked, BadRequest, chunks, completion, error, read_request

_LARGEST = 20_000_000
"""Bytes of a request."""


class _Api:
    def __init__(self, control: Control, encoder: Encoder) -> None:
        self._control, self._encoder, self._router = control, encoder, Router(encoder)
        self._served = 0
        control.reckoning = self._state

    def _state(self) -> dict[str, Any]:
        return {"model": MODEL, "requests_served": self._served, "encoder": self._encoder.problem or "in use"}

    async def completions(self, request: Request) -> Response:
        """`POST /v1/chat/completions`."""
        if refused := _refused(request):
            return refused
        body = await request.body()
        if len(body) > _LARGEST:
            return JSONResponse(error(f"The request is larger than {_LARGEST} bytes."), status_code=413)
        try:
            asked = await asyncio.to_thread(read_request, body)
        except BadRequest as bad:
            return JSONResponse(error(str(bad), param=bad.param, code=bad.code), status_code=400)
        reply = await asyncio.to_thread(self._reply, asked)
        self._served += 1
        created = int(self._control.now().timestamp())
        headers = {"x-request-id": f"req_{asked.seed[:24]}", "openai-version": "2020-10-01"}
        if asked.stream:
            return StreamingResponse(
                _events(chunks(asked, reply, created)), media_type="text/event-stream", headers=headers
            )
        return JSONResponse(completion(asked, reply, created), headers=headers)

    def _reply(self, asked: Asked) -> Reply:
        transcript = read_transcript(asked.messages)
        today = transcript.today() or self._control.today()
        return self._router.reply(transcript, asked.offered, today, parallel=asked.parallel)

    async def models(self, request: Request) -> Response:
        """`GET /v1/models`."""
        return _refused(request) or JSONResponse({"object": "list", "data": [_model()]})

    async def model(self, request: Request) -> Response:
        """`GET /v1/models/{id}`."""
        if refused := _refused(request):
            return refused
        if request.path_params["name"] != MODEL:
            wrong = f"The model '{request.path_params['name'][:80]}' does not exist"
            return JSONResponse(error(wrong, param="model", code="model_not_found"), status_code=404)
        return JSONResponse(_model())


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 1790000000, "owned_by": "sandbox"}


def _refused(request: Request) -> Response | None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return None
    told = (
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
        "(i.e. Authorization: Bearer YOUR_KEY)."
    )
    return JSONResponse(error(told), status_code=401, headers={"www-authenticate": "Bearer"})


async def _events(pieces: list[dict[str, Any]]) -> AsyncIterator[str]:
    for piece in pieces:
        yield f"data: {json.dumps(piece, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"


async def _http_error(request: Request, raised: Exception) -> Response:
    status = raised.status_code if isinstance(raised, HTTPException) else 500
    if request.url.path.startswith("/_sandbox"):
        detail = raised.detail if isinstance(raised, HTTPException) else "internal error"
        return JSONResponse({"error": detail}, status_code=status)
    if status == 404:
        return JSONResponse(error(f"Invalid URL ({request.method} {request.url.path})"), status_code=404)
    if status == 405:
        return JSONResponse(error(f"Not allowed to {request.method} on {request.url.path}."), status_code=405)
    return JSONResponse(error("The server had an error while processing your request."), status_code=status)


def _answers(fault: Fault) -> Response:
    """A fault in OpenAI's own shape."""
    if fault.kind == "rate_limit":
        limited = error("Rate limit reached for requests", kind="requests", code="rate_limit_exceeded")
        return JSONResponse(limited, status_code=429, headers={"retry-after": f"{fault.seconds('retry_after', 2):g}"})
    if fault.kind == "unauthorized":
        return JSONResponse(error("Incorrect API key provided.", code="invalid_api_key"), status_code=401)
    status = 503 if fault.kind == "unavailable" else 500
    broken = (
        "The engine is currently overloaded, please try again later"
        if status == 503
        else "The server had an error while processing your request."
    )
    return JSONResponse(error(broken, kind="server_error"), status_code=status)


def application(control: Control, encoder: Encoder) -> Starlette:
    """The model server; the encoder begins to load with it, in a thread of its own."""
    api = _Api(control, encoder)
    for kind in ("rate_limit", "unauthorized", "unavailable", "error_500"):
        control.respond(kind, _answers)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if isinstance(encoder, SentenceEncoder):
            encoder.warm()
        yield

    routes = [
        *control.routes(),
        Route("/v1/chat/completions", api.completions, methods=["POST"]),
        Route("/v1/models", api.models, methods=["GET"]),
        Route("/v1/models/{name:path}", api.model, methods=["GET"]),
    ]
    return Starlette(
        routes=routes,
        middleware=control.middleware(),
        exception_handlers={HTTPException: _http_error},
        lifespan=lifespan,
    )
