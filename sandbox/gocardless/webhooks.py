"""Telling the product what happened: signed webhooks to an address on this machine that a tester names.

`POST /_sandbox/webhooks {url, secret}` names it, `GET` shows each delivery and its answer. The signature is
`Webhook-Signature: hex(HMAC-SHA256(secret, body))`; an answer that is not 2xx is tried again twice.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.gocardless.book import Book

_TRIES = 3
_PAUSE = 0.2  # seconds between tries; the vendor waits far longer


class Webhooks:
    """Delivers events that were not delivered yet."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._url = ""
        self._secret = ""
        self._told = len(book.records["events"])
        self._deliveries: list[dict[str, Any]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def configure(self, request: Request) -> Response:
        """Name the address; only this machine may be named."""
        try:
            asked = json.loads(await request.body())
            url, secret = str(asked["url"]), str(asked["secret"])
            host = urlsplit(url).hostname
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": "No address was set: give url and secret."}, status_code=400)
        if host not in ("localhost", "127.0.0.1") or not secret:
            words = "No address was set: it must be on localhost, with a secret."
            return JSONResponse({"error": words}, status_code=400)
        self._url, self._secret = url, secret
        return JSONResponse({"url": url}, status_code=201)

    async def deliveries(self, request: Request) -> Response:
        """Each delivery with its tries' answers."""
        return JSONResponse(self._deliveries)

    def announce(self) -> None:
        """Send what happened since the last time, without waiting for it."""
        events = list(self._book.records["events"].values())[self._told :]
        self._told += len(events)
        if events and self._url:
            task = asyncio.create_task(self._deliver(events))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, events: list[dict[str, Any]]) -> None:
        number = f"WB{secrets.token_hex(6).upper()}"
        body = json.dumps({"events": events, "meta": {"webhook_id": number}}).encode()
        signature = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "Webhook-Signature": signature,
            "User-Agent": "gocardless-webhook-service/1.1",
        }
        delivery: dict[str, Any] = {"webhook_id": number, "events": [one["id"] for one in events], "answers": []}
        self._deliveries.append(delivery)
        async with httpx.AsyncClient(timeout=10) as client:
            for _ in range(_TRIES):
                try:
                    answer = await client.post(self._url, content=body, headers=headers)
                    delivery["answers"].append(answer.status_code)
                    if answer.is_success:
                        return
                except httpx.TransportError as error:
                    delivery["answers"].append(type(error).__name__)
                await asyncio.sleep(_PAUSE)
