"""Xero, reading: one document live, and everything page by page for the ledger copy."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from tools.errors import NO_SUCH_RECORD, ProviderRefused, ProviderUnavailable
from tools.trouble import UNREADABLE
from tools.xero import decoding, setup_shapes
from tools.xero.allowance import Urgency
from tools.xero.books import Contact, Document, DocumentStatus, OrganisationDetails, Page, Payment
from tools.xero.client import Call, XeroCalls, read
from tools.xero.credit_notes import CreditNote
from tools.xero.decoding import Unreadable, Wire
from tools.xero.drafts import PostingAccount, TaxRate
from tools.xero.setup_shapes import Currency, HistoryRecord, TrackingCategory, XeroUser

T = TypeVar("T")
_STATES = [state.value for state in DocumentStatus if state is not DocumentStatus.OTHER]
_PAGE_SIZE = 1000
"""Xero's largest."""


class XeroReader:
    """Xero, reading: one organisation's documents live, and all of them page by page for the ledger copy."""

    def __init__(self, calls: XeroCalls) -> None:
        self.calls = self._calls = calls
        self._tenant = calls.tenant_id

    def close(self) -> None:
        """Lets its threads end."""
        self._calls.close()

    async def document(self, document_id: str) -> Document:
        """One invoice or bill with its lines, as it is now. Raises ToolFailed when there is none."""
        return await document_now(self._calls, document_id, "read")

    async def payments_of(self, document_id: str) -> list[Payment]:
        """The payments recorded against a document, as they are now, newest first, deleted ones left out."""
        found = await payments_of(self._calls, document_id, "read")
        return [one for one in found if one.status == "AUTHORISED"]

    async def contact(self, contact_id: str) -> Contact:
        """One contact with the bank details on file."""
        return await contact_now(self._calls, contact_id, "read")

    async def organisation(self) -> OrganisationDetails:
        """The organisation's details with its lock dates, as they are now."""
        return await self._one(
            lambda api: api.get_organisations(self._tenant, _preload_content=False),
            "Organisations",
            decoding.organisation,
        )

    async def credit_note(self, credit_note_id: str) -> CreditNote:
        """One credit note with its set-offs, as it is now. Raises ToolFailed when there is none."""
        return await credit_note_now(self._calls, credit_note_id, "read")

    async def credit_document(self, credit_note_id: str) -> Document:
        """The same with its lines, in the shape of a document."""
        return await credit_document_now(self._calls, credit_note_id, "read")

    async def posting_accounts(self) -> list[PostingAccount]:
        """The accounts that lines can be booked to, as they are now, by code."""
        body = await read(self._calls, lambda api: api.get_accounts(self._tenant, _preload_content=False), "read")
        found = decoded(lambda: decoding.elements(decoding.body_of(body), "Accounts", decoding.posting_account))
        return sorted(found, key=lambda one: one.code)

    async def tax_rates(self) -> list[TaxRate]:
        """The taxes of the organisation, as they are now."""
        return await self._several(
            lambda api: api.get_tax_rates(self._tenant, _preload_content=False), "TaxRates", decoding.tax_rate
        )

    async def tracking_categories(self) -> list[TrackingCategory]:
        """How income and costs are divided beside the accounts, as it is now."""
        return await self._several(
            lambda api: api.get_tracking_categories(self._tenant, _preload_content=False),
            "TrackingCategories",
            setup_shapes.tracking_category,
        )

    async def currencies(self) -> list[Currency]:
        """The currencies that documents can be in."""
        return await self._several(
            lambda api: api.get_currencies(self._tenant, _preload_content=False), "Currencies", setup_shapes.currency
        )

    async def users(self) -> list[XeroUser]:
        """Who works in the organisation's Xero."""
        return await self._several(
            lambda api: api.get_users(self._tenant, _preload_content=False), "Users", setup_shapes.user
        )

    async def history_of(self, document_id: str) -> list[HistoryRecord]:
        """What happened to an invoice or bill, and the notes on it (GET /Invoices/{InvoiceID}/History)."""
        known = known_id(document_id)
        return await self._several(
            lambda api: api.get_invoice_history(self._tenant, known, _preload_content=False),
            "HistoryRecords",
            setup_shapes.history_record,
        )

    async def _several(self, call: Call, name: str, shape: Callable[[Wire], T | None]) -> list[T]:
        body = await read(self._calls, call, "read")
        return decoded(lambda: decoding.elements(decoding.body_of(body), name, shape))

    async def _one(self, call: Call, name: str, shape: Callable[[Wire], T | None]) -> T:
        return await read_one(self._calls, call, name, shape, "read")

    def documents(self, *, modified_since: datetime | None) -> AsyncIterator[Page]:
        """Every invoice and bill, of every state, without lines, oldest change first.

        Xero leaves deleted ones out unless they are asked for, and a draft that was deleted since must be seen.
        """
        states = {} if modified_since is None else {"statuses": _STATES}
        return self._pages(
            lambda api, more: api.get_invoices(self._tenant, summary_only=True, **states, **more),
            "Invoices",
            decoding.document,
            modified_since,
        )

    def payments(self, *, modified_since: datetime | None) -> AsyncIterator[Page]:
        """Every payment, deleted ones included, oldest change first."""
        return self._pages(
            lambda api, more: api.get_payments(self._tenant, **more), "Payments", decoding.payment, modified_since
        )

    def contacts(self, *, modified_since: datetime | None) -> AsyncIterator[Page]:
        """Every contact, archived ones included, oldest change first."""
        return self._pages(
            lambda api, more: api.get_contacts(self._tenant, include_archived=True, **more),
            "Contacts",
            decoding.contact,
            modified_since,
        )

    def credit_notes(self, *, modified_since: datetime | None) -> AsyncIterator[Page]:
        """Every credit note, of every state, with what it was set off against, oldest change first."""
        return self._pages(
            lambda api, more: api.get_credit_notes(self._tenant, **more),
            "CreditNotes",
            decoding.credit_note,
            modified_since,
        )

    async def accounts(self, *, modified_since: datetime | None) -> AsyncIterator[Page]:
        """The chart of accounts, which Xero gives in one piece."""
        more = {} if modified_since is None else {"if_modified_since": _since(modified_since)}
        body = await read(
            self._calls, lambda api: api.get_accounts(self._tenant, _preload_content=False, **more), "bulk"
        )
        found = decoded(lambda: decoding.elements(decoding.body_of(body), "Accounts", decoding.account))
        yield Page(items=found, number=1, pages=1, total=len(found))

    async def _pages(
        self,
        call: Callable[[Any, dict[str, Any]], Any],
        name: str,
        shape: Callable[[Wire], Any],
        modified_since: datetime | None,
    ) -> AsyncIterator[Page]:
        """Page after page. A record changed meanwhile moves to the end, which shifts one past the page's edge
        unseen; when fewer different records came than Xero counts, all are read once more."""
        more: dict[str, Any] = {"order": "UpdatedDateUTC ASC", "page_size": _PAGE_SIZE, "_preload_content": False}
        if modified_since is not None:
            more["if_modified_since"] = _since(modified_since)
        for _ in range(2):
            seen: set[str] = set()
            number, pages, total = 0, 1, 0
            while number < pages:
                number += 1
                items, ids, pages, total = await self._page(call, name, shape, {**more, "page": number})
                seen |= ids
                yield Page(items=items, number=number, pages=pages, total=total)
            if len(seen) >= total:
                return

    async def _page(
        self, call: Callable[[Any, dict[str, Any]], Any], name: str, shape: Callable[[Wire], Any], asked: dict[str, Any]
    ) -> tuple[list[Any], set[str], int, int]:
        body = await read(self._calls, lambda api: call(api, asked), "bulk")
        return await self._calls.in_thread(lambda: _page(body, name, shape))


def _page(body: bytes, name: str, shape: Callable[[Wire], Any]) -> tuple[list[Any], set[str], int, int]:
    """The readable records of a page, the ids of all of them, and how many pages and records there are."""
    try:
        wire = decoding.body_of(body)
        items = decoding.elements(wire, name, shape)
        ids = set(decoding.elements(wire, name, lambda record: record[f"{name.removesuffix('s')}ID"]))
        pages, total = decoding.paging(wire, len(ids))
    except Unreadable as problem:
        raise ProviderUnavailable("Xero", trouble=UNREADABLE) from problem
    return items, ids, pages, total


def decoded(work: Callable[[], T]) -> T:
    """What was read; raises ProviderUnavailable when the answer is not in Xero's format."""
    try:
        return work()
    except Unreadable as problem:
        raise ProviderUnavailable("Xero", trouble=UNREADABLE) from problem


def _since(moment: datetime) -> datetime:
    """Whole seconds, rounded down: Xero's clock has no finer ones here."""
    return moment.astimezone(UTC).replace(microsecond=0)


def known_id(text: str) -> str:
    """An id that may stand in an address or a filter. Raises ProviderRefused for anything but a UUID."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404) from None


async def document_now(calls: XeroCalls, document_id: str, urgency: Urgency) -> Document:
    """One invoice or bill with its lines, as it is now. Raises ToolFailed when there is none."""
    known = known_id(document_id)
    return await read_one(
        calls,
        lambda api: api.get_invoice(calls.tenant_id, known, unitdp=4, _preload_content=False),
        "Invoices",
        decoding.document,
        urgency,
    )


async def credit_note_now(calls: XeroCalls, credit_note_id: str, urgency: Urgency) -> CreditNote:
    """One credit note with its set-offs, as it is now. Raises ToolFailed when there is none."""
    known = known_id(credit_note_id)
    return await read_one(
        calls,
        lambda api: api.get_credit_note(calls.tenant_id, known, unitdp=4, _preload_content=False),
        "CreditNotes",
        decoding.credit_note,
        urgency,
    )


async def credit_document_now(calls: XeroCalls, credit_note_id: str, urgency: Urgency) -> Document:
    """One credit note with its lines, in the shape of a document. Raises ToolFailed when there is none."""
    known = known_id(credit_note_id)
    return await read_one(
        calls,
        lambda api: api.get_credit_note(calls.tenant_id, known, unitdp=4, _preload_content=False),
        "CreditNotes",
        decoding.credit_document,
        urgency,
    )


async def contact_now(calls: XeroCalls, contact_id: str, urgency: Urgency) -> Contact:
    """One contact with the bank details on file, as it is now. Raises ToolFailed when there is none."""
    known = known_id(contact_id)
    return await read_one(
        calls,
        lambda api: api.get_contact(calls.tenant_id, known, _preload_content=False),
        "Contacts",
        decoding.contact,
        urgency,
    )


async def payment_now(calls: XeroCalls, payment_id: str, urgency: Urgency) -> Payment:
    """One payment by Xero's id, deleted or not, as it is now. Raises ToolFailed when there is none."""
    known = known_id(payment_id)
    return await read_one(
        calls,
        lambda api: api.get_payment(calls.tenant_id, known, _preload_content=False),
        "Payments",
        decoding.payment,
        urgency,
    )


async def read_one(calls: XeroCalls, call: Call, name: str, shape: Callable[[Wire], T | None], urgency: Urgency) -> T:
    """The only record of an answer. Raises ToolFailed kinds."""
    body = await read(calls, call, urgency)
    found = decoded(lambda: decoding.elements(decoding.body_of(body), name, shape))
    if not found:
        raise ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404)
    return found[0]


async def payments_of(calls: XeroCalls, document_id: str, urgency: Urgency) -> list[Payment]:
    """Every payment of a document, deleted ones included, newest first."""
    where = f'Invoice.InvoiceID==guid("{known_id(document_id)}")'
    body = await read(
        calls,
        lambda api: api.get_payments(
            calls.tenant_id, where=where, page=1, page_size=_PAGE_SIZE, _preload_content=False
        ),
        urgency,
    )
    found = decoded(lambda: decoding.elements(decoding.body_of(body), "Payments", decoding.payment))
    return sorted(found, key=lambda one: (one.paid_on, one.updated_at), reverse=True)
