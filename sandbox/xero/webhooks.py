"""Telling the product what changed in the books: signed webhooks to an address on this machine that somebody names.

`POST /_sandbox/webhooks {url, key}` names it and tries it as the vendor does (intent to receive: one POST signed
rightly, which must be answered 200, and some signed wrongly, which must be answered 401); `GET` shows each delivery and
its answers. The signature is `x-xero-signature: base64(HMAC-SHA256(key, body))`; anything but 200 is tried again.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.xero.books import Books

_TRIES = 3
_PAUSE = 0.3
"""Seconds between tries; the vendor goes on for a day."""
_SECONDS = 5.0
"""How long an answer may take."""
_LOOPBACK = ("localhost", "127.0.0.1")


class Webhooks:
    """Delivers what changed since the last time, in order."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._url = self._key = ""
        self._seen: dict[str, int] = {}
        self._number = 0
        self._deliveries: list[dict[str, Any]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    def routes(self) -> list[BaseRoute]:
        """Where the address is named and the deliveries are shown."""
        return [
            Route("/_sandbox/webhooks", self._configure, methods=["POST"]),
            Route("/_sandbox/webhooks", self._shown, methods=["GET"]),
        ]

    async def _configure(self, request: Request) -> Response:
        try:
            asked = json.loads(await request.body())
            url, key = str(asked["url"]), str(asked["key"])
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": "No address was set: give url and key."}, status_code=400)
        if urlsplit(url).hostname not in _LOOPBACK or not key:
            return JSONResponse({"error": "No address was set: it must be on localhost, with a key."}, status_code=400)
        self._url = ""
        answers = [await self._post(url, self._body([]), key), await self._post(url, self._body([]), "another key")]
        if answers != [200, 401]:
            words = f"The address did not pass: it answered {answers[0]} to a right signature, {answers[1]} to a wrong."
            return JSONResponse({"error": words, "answers": answers}, status_code=400)
        self._url, self._key, self._seen = url, key, dict(self._books.changed)
        return JSONResponse({"url": url}, status_code=201)

    async def _shown(self, request: Request) -> Response:
        return JSONResponse({"url": self._url, "deliveries": self._deliveries})

    def announce(self) -> None:
        """Send what changed since the last time, without waiting for it."""
        if not self._url:
            return
        events = [self._event(record_id) for record_id, version in self._books.changed.items()
                  if self._seen.get(record_id) != version]  # fmt: skip
        self._seen = dict(self._books.changed)
        if events:
            task = asyncio.create_task(self._deliver([event for event in events if event]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _event(self, record_id: str) -> dict[str, Any]:
        document = self._books.documents.get(record_id)
        category, noun = "CONTACT", "Contacts"
        if document is not None:
            category, noun = ("CREDITNOTE", "CreditNotes") if document.is_credit else ("INVOICE", "Invoices")
        return {
            "resourceUrl": f"https://api.xero.com/api.xro/2.0/{noun}/{record_id}",
            "resourceId": record_id,
            "eventDateUtc": self._books.control.now().replace(tzinfo=None).isoformat(timespec="milliseconds"),
            "eventType": "UPDATE" if record_id in self._seen else "CREATE",
            "eventCategory": category,
            "tenantId": self._books.company.organisation.tenant_id,
            "tenantType": "ORGANISATION",
        }

    def _body(self, events: list[dict[str, Any]]) -> bytes:
        first = self._number + 1 if events else 0
        self._number += len(events)
        return json.dumps(
            {
                "events": events,
                "firstEventSequence": first,
                "lastEventSequence": self._number if events else 0,
                "entropy": secrets.token_hex(10).upper(),
            }
        ).encode()

    async def _deliver(self, events: list[dict[str, Any]]) -> None:
        delivery: dict[str, Any] = {"events": [one["resourceId"] for one in events], "answers": []}
        self._deliveries.append(delivery)
        async with self._turn:
            body = self._body(events)
            for _ in range(_TRIES):
                delivery["answers"].append(await self._post(self._url, body, self._key))
                if delivery["answers"][-1] == 200:
                    return
                await asyncio.sleep(_PAUSE)

    async def _post(self, url: str, body: bytes, key: str) -> int | str:
        signature = base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()
        headers = {"Content-Type": "application/json", "x-xero-signature": signature}
        try:
            async with httpx.AsyncClient(timeout=_SECONDS) as client:
                return (await client.post(url, content=body, headers=headers)).status_code
        except httpx.HTTPError as error:
            return type(error).__name__
