"""Consent: what an organisation's books say goes to a language model somewhere else only after an admin has said so.

Xero's terms ask for it (developer.xero.com, "Terms and conditions": no passing on to third parties without consent, and
no training), and so does any sensible customer. A model on this very machine needs none, and neither do the sandbox's
invented books.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from assistant.audit import AuditTag, AuditTrail
from assistant.clock import Clock, utc_now
from assistant.principal import Principal, Role
from assistant.proposal_words import needs_role
from assistant.refusals import Refusal, RefusalReason
from assistant.stores import model_consents as store
from assistant.stores.database import Database
from assistant.stores.model_consents import ModelConsentRow
from assistant.stores.moments import to_text
from tools.base import Organisation

OPENAI = "api.openai.com"


def host_of(base_url: str) -> str:
    """The host that the model's texts go to, in lower case; "" for this very machine. OpenAI's where none is named."""
    host = (urlsplit(base_url).hostname or "").lower() if base_url else OPENAI
    if host == "localhost":
        return ""
    try:
        return "" if ipaddress.ip_address(host).is_loopback else host
    except ValueError:
        return host


class ModelConsents:
    """Asks and keeps, for the one host that this house uses; "" where none is needed."""

    def __init__(self, database: Database, audit: AuditTrail, host: str, *, clock: Clock = utc_now) -> None:
        self._database, self._audit, self._clock = database, audit, clock
        self.host = host

    async def given(self, organisation_id: str) -> bool:
        """Whether that organisation's texts may go there now."""
        if not self.host:
            return True
        async with self._database.reading() as work:
            row = await store.get(work, organisation_id, self.host)
        return row is not None and row.given

    async def give(self, organisation: Organisation, principal: Principal, session_id: str = "") -> None:
        """An admin says yes. Raises Refusal."""
        await self._say(organisation, principal, session_id, given=True)

    async def withdraw(self, organisation: Organisation, principal: Principal, session_id: str = "") -> None:
        """An admin says no more: the next question is not sent. Raises Refusal."""
        await self._say(organisation, principal, session_id, given=False)

    async def _say(self, organisation: Organisation, principal: Principal, session_id: str, *, given: bool) -> None:
        allowed = principal.may(Role.ADMIN, organisation.id)
        tag = AuditTag.MODEL_CONSENT_GIVEN if given else AuditTag.MODEL_CONSENT_WITHDRAWN
        async with self._database.work() as work:
            if allowed:
                row = ModelConsentRow(
                    organisation_id=organisation.id,
                    host=self.host,
                    given=given,
                    by_id=principal.id,
                    by_name=principal.name,
                    at=to_text(self._clock()),
                )
                await store.put(work, row)
            await self._audit.record(
                work,
                tag=tag if allowed else AuditTag.MODEL_CONSENT_REFUSED,
                organisation_id=organisation.id,
                subject=organisation.id,
                facts={"host": self.host, "wanted": "given" if given else "withdrawn"},
                principal=principal,
                session_id=session_id,
            )
        if not allowed:
            raise Refusal(RefusalReason.NOT_ALLOWED, detail=needs_role(Role.ADMIN, organisation.name))
