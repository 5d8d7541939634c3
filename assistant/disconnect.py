"""An admin ends the access to an organisation: at Xero, and here. The last one takes the authorisation with it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from assistant.audit import AuditTag, AuditTrail
from assistant.clock import Clock
from assistant.connections import XERO, TokenSource, open_tokens
from assistant.keys import Cipher
from assistant.organisations import Organisations
from assistant.principal import Principal, Role
from assistant.proposal_words import needs_role
from assistant.refusals import Refusal, RefusalReason
from assistant.stores.connections import ConnectionRow, forget
from assistant.stores.database import Database
from assistant.stores.moments import to_text
from tools.base import Organisation
from tools.errors import ConnectionLost
from tools.xero.login import XeroApp, connections, disconnect, revoke


@dataclass(frozen=True, slots=True)
class Disconnecting:
    """Ends connections that an admin's authorisation made; a custom connection is ended in Xero alone."""

    app: XeroApp
    tokens: TokenSource
    organisations: Organisations
    database: Database
    cipher: Cipher
    audit: AuditTrail
    clock: Clock

    async def end(self, organisation: Organisation, principal: Principal | None, session_id: str = "") -> None:
        """From now on neither Xero nor this house opens its books to anybody; nothing of it can be written.

        Only an admin may; None is the command line. Raises Refusal for anybody else, and ToolFailed kinds when Xero
        does not answer: then nothing has ended.
        """
        if principal is not None and not principal.may(Role.ADMIN, organisation.id):
            raise Refusal(RefusalReason.NOT_ALLOWED, detail=needs_role(Role.ADMIN, organisation.name))
        tenant_id = await self.organisations.tenant_of(organisation.id)
        left = 0
        with suppress(ConnectionLost):  # Xero has ended it already: what is left is to forget it here
            token = await self.tokens.token()
            found = await connections(self.app, token)
            for connection in found:
                if connection.tenantId == tenant_id:
                    await disconnect(self.app, token, connection.id)
            left = sum(connection.tenantId != tenant_id for connection in found)
        if not left:
            await self._end_authorisation()
        await self.organisations.leave(organisation.id)
        async with self.database.work() as work:
            await self.audit.record(
                work,
                tag=AuditTag.CONNECTION_REMOVED,
                organisation_id=organisation.id,
                subject=XERO,
                facts={"organisation": organisation.name, "authorisation_ended": not left},
                principal=principal,
                session_id=session_id,
            )

    async def _end_authorisation(self) -> None:
        """Nothing is open any more: the refresh token is revoked at Xero and forgotten here."""
        async with self.database.reading() as work:
            row = await work.get(ConnectionRow, XERO)
        if row is None or not row.sealed:
            return
        with suppress(ConnectionLost):  # it was not good for anything any more
            held = await open_tokens(self.cipher, row.sealed)
            await revoke(self.app, refresh_token=held.refresh_token)
        async with self.database.work() as work:
            await forget(work, row, to_text(self.clock()))
