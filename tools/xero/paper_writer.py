"""Xero, sending invoices and noting things on documents: each is sent once, and looked up when the answer was lost."""

from __future__ import annotations

from tools.errors import OutcomeUnknown
from tools.trouble import UNREADABLE
from tools.xero import decoding
from tools.xero.client import XeroCalls
from tools.xero.paper_reader import history_now, sending_now
from tools.xero.papers import Sending
from tools.xero.reader import known_id
from tools.xero.setup_shapes import HistoryRecord
from tools.xero.wire import post_email, post_sent, put_note
from tools.xero.writer import check_key, sent


class XeroPaperWriter:
    """Xero, sending and noting; only the executor holds one."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls
        self._tenant = calls.tenant_id

    async def email(self, document_id: str, *, key: str) -> None:
        """POST /Invoices/{InvoiceID}/Email, answered with 204 and nothing more."""
        check_key(key)
        known = known_id(document_id)
        await sent(self._calls, lambda api: post_email(api, self._tenant, known, key))

    async def mark_sent(self, document_id: str, *, key: str) -> bool:
        """POST /Invoices/{InvoiceID} with the id and SentToContact only: what is not sent stays as it is."""
        check_key(key)
        known = known_id(document_id)
        body = await sent(self._calls, lambda api: post_sent(api, self._tenant, known, key))
        try:
            (marked,) = decoding.elements(
                decoding.body_of(body), "Invoices", lambda record: record.get("SentToContact") is True
            )
        except ValueError as problem:
            raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem
        return marked

    async def note(self, document_id: str, text: str, *, key: str) -> str:
        """PUT /Invoices/{InvoiceID}/History with one note; the text as Xero answers it."""
        check_key(key)
        known = known_id(document_id)
        body = await sent(self._calls, lambda api: put_note(api, self._tenant, known, text, key))
        try:
            (noted,) = decoding.elements(
                decoding.body_of(body), "HistoryRecords", lambda record: decoding.text(record.get("Details"))
            )
        except ValueError as problem:
            raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem
        return noted

    async def sending_now(self, document_id: str) -> Sending:
        """Whether the invoice went out, read live. Raises ToolFailed kinds."""
        return await sending_now(self._calls, document_id, "write")

    async def notes_now(self, document_id: str) -> list[HistoryRecord]:
        """The history of a document, read live. Raises ToolFailed kinds."""
        return await history_now(self._calls, document_id, "write")
