"""Xero, sending invoices, noting things, attaching files: each is sent once, and looked up when the answer was lost."""

from __future__ import annotations

from tools.errors import OutcomeUnknown
from tools.trouble import UNREADABLE
from tools.xero import decoding
from tools.xero.client import XeroCalls
from tools.xero.paper_reader import attached_file, content_of, files_of, history_now, sending_now
from tools.xero.papers import AttachedFile, Holder, NewAttachment, Sending
from tools.xero.reader import known_id
from tools.xero.setup_shapes import HistoryRecord
from tools.xero.wire import post_email, post_sent, put_file, put_note
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

    async def attach(self, new: NewAttachment, content: bytes, *, key: str) -> AttachedFile:
        """PUT /{noun}/{id}/Attachments/{FileName}; the file as Xero answers it."""
        check_key(key)
        known_id(new.document_id)
        body = await sent(self._calls, lambda api: put_file(api, self._tenant, new, content, key))
        try:
            (made,) = decoding.elements(decoding.body_of(body), "Attachments", attached_file)
        except ValueError as problem:
            raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem
        return made

    async def files_now(self, document_id: str, holder: Holder) -> list[AttachedFile]:
        """The files on a document, read live. Raises ToolFailed kinds."""
        return await files_of(self._calls, document_id, holder, "write")

    async def content_now(self, document_id: str, file: AttachedFile, holder: Holder) -> bytes:
        """What is in a file on a document, read live. Raises ToolFailed kinds."""
        return await content_of(self._calls, document_id, file, holder, "write")

    async def sending_now(self, document_id: str) -> Sending:
        """Whether the invoice went out, read live. Raises ToolFailed kinds."""
        return await sending_now(self._calls, document_id, "write")

    async def notes_now(self, document_id: str) -> list[HistoryRecord]:
        """The history of a document, read live. Raises ToolFailed kinds."""
        return await history_now(self._calls, document_id, "write")
