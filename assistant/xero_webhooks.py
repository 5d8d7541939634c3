"""What Xero tells by itself: something changed, so the copy is brought up to date before the next answer.

Only a mark is set, in the database, so that every process sees it and Xero has its answer within its five seconds. What
changed is read from Xero by the next question, so that a forged, repeated, late or lost event can at most cost a call.
Signature and intent to receive: developer.xero.com, "Webhooks: configuring your server".
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger()

ADDRESS = "/webhooks/xero"
_SECONDS = 4.0
"""Xero waits five, and asks again later for anything but 200."""
_CONTACT = "CONTACT"

Changed = Callable[[str, bool], Awaitable[None]]
"""Marks an organisation, by Xero's tenant id, as changed; and whether a contact was among it."""


@dataclass(frozen=True, slots=True)
class XeroWebhooks:
    """The address that Xero calls. Without a key there is none."""

    key: str
    changed: Changed

    def router(self) -> APIRouter:
        """The one address."""
        router = APIRouter()
        router.add_api_route(ADDRESS, self.take, methods=["POST"], include_in_schema=False)
        return router

    async def take(self, request: Request) -> Response:
        """200 with nothing for what is signed with our key, 401 with nothing for all else."""
        if not self.key:
            return Response(status_code=404)
        body = await request.body()
        if not _signed(self.key, body, request.headers.get("x-xero-signature", "")):
            return Response(status_code=401)
        try:
            async with asyncio.timeout(_SECONDS):
                for tenant_id, contacts in _tenants(body).items():
                    await self.changed(tenant_id, contacts)
        except (TimeoutError, SQLAlchemyError) as problem:
            # Not kept, so it must not be taken: Xero sends it again.
            log.warning("a webhook could not be kept", problem=type(problem).__name__)
            return Response(status_code=503)
        return Response(status_code=200)


def _signed(key: str, body: bytes, signature: str) -> bool:
    """Whether the signature is base64(HMAC-SHA256(key, body)), compared in constant time."""
    right = base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(right, signature.encode("ascii", "replace"))


def _tenants(body: bytes) -> Mapping[str, bool]:
    """The organisations of the events, and whether a contact changed there; what cannot be read names none."""
    try:
        events = json.loads(body).get("events")
    except (ValueError, RecursionError, AttributeError):
        return {}
    found: dict[str, bool] = {}
    for event in events if isinstance(events, list) else ():
        tenant_id = event.get("tenantId") if isinstance(event, dict) else None
        if isinstance(tenant_id, str) and event.get("tenantType") == "ORGANISATION":
            found[tenant_id] = found.get(tenant_id, False) or event.get("eventCategory") == _CONTACT
    return found
