"""The ledger copy of one organisation as tools ask it: brought up to date first, whole sets, exact amounts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from assistant.ledger.kinds import CREDIT_NOTES
from assistant.ledger.progress import Progress, load_told
from assistant.ledger.shapes import (
    account_of,
    contact_of,
    contact_sum_of,
    credit_note_of,
    document_of,
    groups_of,
    payment_of,
    payment_sum_of,
)
from assistant.ledger.sync import Freshness, LedgerSync
from assistant.stores import ledger as store
from assistant.stores import ledger_query as ask
from assistant.stores.database import Database
from tools import words
from tools.errors import Language
from tools.xero.books import (
    Contact,
    Document,
    DocumentKind,
    DocumentQuery,
    LedgerAccount,
    Payment,
    PaymentQuery,
    PaymentSum,
)
from tools.xero.credit_notes import CreditNote
from tools.xero.names import bare_digits, digits_alike, key_prefixes, number_key
from tools.xero.tally import ContactSum, Tally

_MANY = 500
Record = TypeVar("Record")


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
        """The matching documents, without lines, in the order of the query."""
        await self._fresh()
        async with self._database.reading() as work:
            rows = await ask.documents(work, self._organisation_id, query, today)
        return await _made(document_of, rows)

    async def tally(self, query: DocumentQuery, *, today: date) -> Tally:
        """How many match and what they come to, by state and currency."""
        await self._fresh()
        async with self._database.reading() as work:
            rows = await ask.tally(work, self._organisation_id, query, today)
        return Tally(tuple(group for row in rows for group in groups_of(row)))

    async def contact_sums(self, query: DocumentQuery, *, today: date) -> list[ContactSum]:
        """What is left on those that match, by contact, currency and age on that day, in no order."""
        await self._fresh()
        async with self._database.reading() as work:
            rows = await ask.contact_sums(work, self._organisation_id, query, today)
        return await _made(contact_sum_of, rows)

    async def numbered(self, typed: str, *, contact_id: str = "") -> list[Document]:
        """Every document of whatever kind and state that the number may mean."""
        await self._fresh()
        text = words.without_invisible(typed)
        key = number_key(text)
        async with self._database.reading() as work:
            rows = await ask.numbered(
                work,
                self._organisation_id,
                ids=(text, text.casefold()),
                keys=key_prefixes(text),
                last=key[0] if len(key) == 1 and key[0].isdigit() else "",
                contact_id=contact_id,
            )
        return await _made(document_of, rows)

    async def numbered_alike(self, typed: str, *, contact_id: str = "") -> list[Document]:
        """Those whose digits are the same but for one."""
        await self._fresh()
        bare = bare_digits(typed[:60])
        if not bare:
            return []
        async with self._database.reading() as work:
            rows = await ask.numbered(
                work, self._organisation_id, digits=sorted(digits_alike(bare)), contact_id=contact_id
            )
        return await _made(document_of, rows)

    async def payments(self, query: PaymentQuery) -> list[Payment]:
        """The matching payments, newest first."""
        await self._fresh()
        async with self._database.reading() as work:
            rows = await ask.payments(work, self._organisation_id, query)
        return await _made(payment_of, rows)

    async def payment_sums(self, query: PaymentQuery) -> list[PaymentSum]:
        """How many payments match and what they come to, by way, state, currency and account."""
        await self._fresh()
        async with self._database.reading() as work:
            rows = await ask.payment_sums(work, self._organisation_id, query)
        return [payment_sum_of(row) for row in rows]

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
            version = await store.contacts_version(work, self._organisation_id)
            kept = self._sync.contacts_kept.get(self._organisation_id)
            if kept is not None and kept[0] == version:
                return list(kept[1])
            rows = await store.contacts(work, self._organisation_id)
        found = await _made(contact_of, rows)
        found.sort(key=lambda contact: (contact.name.casefold(), contact.id))
        self._sync.contacts_kept[self._organisation_id] = (version, tuple(found))
        return found

    async def accounts(self) -> list[LedgerAccount]:
        """The chart of accounts, by code."""
        await self._fresh()
        async with self._database.reading() as work:
            rows = await store.accounts(work, self._organisation_id)
        return sorted((account_of(row) for row in rows), key=lambda account: (account.code, account.name))

    async def _fresh(self) -> Freshness:
        self._freshness = await self._sync.fresh(self._organisation_id, self._told)
        return self._freshness


async def _made(make: Callable[[Any], Record], rows: Sequence[Any]) -> list[Record]:
    """The records of these rows; making thousands takes part of a second, in which other chats must go on."""
    if len(rows) <= _MANY:
        return [make(row) for row in rows]
    return await asyncio.to_thread(lambda: [make(row) for row in rows])
