"""The ledger copy of one organisation as tools ask it: brought up to date first, whole sets, exact amounts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from assistant.ledger.kinds import CREDIT_NOTES
from assistant.ledger.progress import Progress, load_told
from assistant.ledger.shapes import account_of, contact_of, credit_note_of, document_of, payment_of
from assistant.ledger.sync import Freshness, LedgerSync
from assistant.stores import ledger as store
from assistant.stores.database import Database
from tools.errors import Language
from tools.xero.books import Contact, Document, DocumentKind, DocumentQuery, LedgerAccount, Payment, PaymentQuery
from tools.xero.credit_notes import CreditNote

_MANY = 500


class LedgerCopy:
    """The books (`tools.xero.books.Books`) of one organisation, from our own tables; made anew for each turn."""

    def __init__(
        self, database: Database, sync: LedgerSync, organisation_id: str, *, progress: Progress | None = None
    ) -> None:
        self._database, self._sync, self._organisation_id = database, sync, organisation_id
        self._progress = progress
        self._freshness: Freshness | None = None

    @property
    def _told(self) -> Progress | None:
        """Who hears how far a load has come: whoever was named, else whoever asks."""
        return self._progress or load_told.get()

    @property
    def stale_because(self) -> dict[Language, str] | None:
        """Why the last answer is older than it should be, in words; None when it is current."""
        return self._freshness.stale_because if self._freshness else None

    async def as_of(self) -> datetime:
        """When the copy was last known to equal Xero. Raises ToolFailed when there is no copy yet."""
        return (await self._fresh()).as_of

    async def renew(self) -> None:
        """Bring the copy up to date now, however young it is. When Xero cannot be asked it stays as it is."""
        self._sync.expire(self._organisation_id)
        self._freshness = None
        await self._fresh()

    async def documents(self, query: DocumentQuery, *, today: date) -> list[Document]:
        """Every matching document, without lines, oldest due date first."""
        await self._fresh()
        async with self._database.reading() as work:
            rows = await store.documents(work, self._organisation_id, query, today)
        if len(rows) <= _MANY:
            return _documents(rows)
        # Making thousands of documents takes part of a second, in which other chats must go on.
        return await asyncio.to_thread(_documents, rows)

    async def payments(self, query: PaymentQuery) -> list[Payment]:
        """Every matching payment, newest first."""
        await self._fresh()
        async with self._database.reading() as work:
            rows = await store.payments(work, self._organisation_id, query)
        found = [payment_of(row) for row in rows]
        return sorted(found, key=lambda one: (one.paid_on, one.updated_at, one.id), reverse=True)

    async def credit_notes(self, kind: DocumentKind) -> list[CreditNote]:
        """Every credit note of that side, newest first."""
        await self._fresh()
        beside = await self._sync.fresh_also(self._organisation_id, CREDIT_NOTES, self._told)
        if beside.stale_because:
            self._freshness = beside
        async with self._database.reading() as work:
            rows = await store.credit_notes(work, self._organisation_id, kind)
        return sorted(
            (credit_note_of(row) for row in rows), key=lambda one: (one.issued or date.min, one.number), reverse=True
        )

    async def contacts(self) -> list[Contact]:
        """Every contact that is not archived, by name."""
        await self._fresh()
        async with self._database.reading() as work:
            rows = await store.contacts(work, self._organisation_id)
        return sorted((contact_of(row) for row in rows), key=lambda contact: (contact.name.casefold(), contact.id))

    async def accounts(self) -> list[LedgerAccount]:
        """The chart of accounts, by code."""
        await self._fresh()
        async with self._database.reading() as work:
            rows = await store.accounts(work, self._organisation_id)
        return sorted((account_of(row) for row in rows), key=lambda account: (account.code, account.name))

    async def _fresh(self) -> Freshness:
        self._freshness = await self._sync.fresh(self._organisation_id, self._told)
        return self._freshness


def _documents(rows: Sequence[Any]) -> list[Document]:
    found = [document_of(row) for row in rows]
    return sorted(found, key=lambda one: (one.due or date.max, one.number, one.id))
