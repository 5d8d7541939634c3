"""Xero, reading papers: PDF, attachments and online address of invoices and bills."""

from __future__ import annotations

from tools.errors import NO_SUCH_RECORD, ProviderRefused
from tools.xero import decoding
from tools.xero.allowance import Urgency
from tools.xero.client import XeroCalls, read
from tools.xero.decoding import Unreadable, Wire, text
from tools.xero.papers import AttachedFile, Holder, Sending
from tools.xero.reader import decoded, known_id, read_one
from tools.xero.setup_shapes import HistoryRecord, history_record

_EMAILED = "invoice sent"
"""How Xero's history names an e-mail of an invoice."""
_IN_THE_SDK: dict[Holder, str] = {
    "invoice": "invoice",
    "bill": "invoice",
    "credit_note": "credit_note",
    "quote": "quote",
    "purchase_order": "purchase_order",
}


class XeroPapers:
    """The papers of one organisation."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls
        self._tenant = calls.tenant_id

    async def files_on(self, document_id: str, holder: Holder = "invoice") -> list[AttachedFile]:
        """GET /Invoices/{InvoiceID}/Attachments, or the same of another noun."""
        return await files_of(self._calls, document_id, holder, "read")

    async def online_address(self, document_id: str) -> str:
        """GET /Invoices/{InvoiceID}/OnlineInvoice; approved invoices have one."""
        known = known_id(document_id)
        found = await read_one(
            self._calls,
            lambda api: api.get_online_invoice(self._tenant, known, _preload_content=False),
            "OnlineInvoices",
            lambda record: text(record.get("OnlineInvoiceUrl")),
            "read",
        )
        if not found.startswith("https://"):
            raise ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404)
        return found

    async def printed(self, document_id: str) -> bytes:
        """GET /Invoices/{InvoiceID} as application/pdf."""
        known = known_id(document_id)
        return await read(
            self._calls, lambda api: api.get_invoice_as_pdf(self._tenant, known, _preload_content=False), "read"
        )

    async def content(self, document_id: str, file: AttachedFile, holder: Holder = "invoice") -> bytes:
        """GET /Invoices/{InvoiceID}/Attachments/{AttachmentID}, or the same of another noun."""
        return await content_of(self._calls, document_id, file, holder, "read")

    async def sending(self, document_id: str) -> Sending:
        """SentToContact of the invoice and the e-mails of its history."""
        return await sending_now(self._calls, document_id, "read")


async def files_of(calls: XeroCalls, document_id: str, holder: Holder, urgency: Urgency) -> list[AttachedFile]:
    """The files on a document, in Xero's order. Raises ToolFailed kinds."""
    known, named = known_id(document_id), f"get_{_IN_THE_SDK[holder]}_attachments"
    body = await read(calls, lambda api: getattr(api, named)(calls.tenant_id, known, _preload_content=False), urgency)
    return decoded(lambda: decoding.elements(decoding.body_of(body), "Attachments", attached_file))


async def content_of(calls: XeroCalls, document_id: str, file: AttachedFile, holder: Holder, urgency: Urgency) -> bytes:
    """What is in a file on a document. Raises ToolFailed kinds."""
    document, known = known_id(document_id), known_id(file.id)
    named = f"get_{_IN_THE_SDK[holder]}_attachment_by_id"
    return await read(
        calls,
        lambda api: getattr(api, named)(calls.tenant_id, document, known, file.media_type, _preload_content=False),
        urgency,
    )


async def sending_now(calls: XeroCalls, document_id: str, urgency: Urgency) -> Sending:
    """Whether the invoice went out, as it is now: two reads. Raises ToolFailed kinds."""
    known = known_id(document_id)
    sent = await read_one(
        calls,
        lambda api: api.get_invoice(calls.tenant_id, known, _preload_content=False),
        "Invoices",
        lambda record: record.get("SentToContact") is True,
        urgency,
    )
    history = await history_now(calls, document_id, urgency)
    return Sending(sent=sent, times=sum(_EMAILED in record.changes.casefold() for record in history))


async def history_now(calls: XeroCalls, document_id: str, urgency: Urgency) -> list[HistoryRecord]:
    """GET /Invoices/{InvoiceID}/History. Raises ToolFailed kinds."""
    known = known_id(document_id)
    body = await read(
        calls, lambda api: api.get_invoice_history(calls.tenant_id, known, _preload_content=False), urgency
    )
    return decoded(lambda: decoding.elements(decoding.body_of(body), "HistoryRecords", history_record))


def attached_file(record: Wire) -> AttachedFile:
    """A file on a document. Raises Unreadable."""
    size = record.get("ContentLength")
    if not isinstance(size, int) or isinstance(size, bool):
        raise Unreadable("a file's size that is not a number")
    return AttachedFile(
        id=record["AttachmentID"],
        name=text(record.get("FileName")),
        media_type=text(record.get("MimeType")) or "application/octet-stream",
        size=size,
    )
