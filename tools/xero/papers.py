"""What belongs to an invoice or bill beside its figures: PDF, attached files, online address, e-mail, notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from tools.xero.books import Shape
from tools.xero.setup_shapes import HistoryRecord

Holder = Literal["invoice", "bill", "credit_note", "quote", "purchase_order"]
"""What a file can be attached to here. Xero takes files on bank transactions, journals and contacts as well."""


class AttachedFile(Shape):
    """A file on a document in Xero."""

    id: str
    name: str
    media_type: str
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file as it is attached, without its bytes."""

    holder: Holder
    document_id: str
    name: str
    media_type: str
    online: bool
    """Whether the customer sees it beside the online invoice (sales invoices only)."""


class Sending(Shape):
    """Whether an invoice went to its customer."""

    sent: bool
    """Xero's SentToContact: by e-mail, or marked by somebody who sent it otherwise."""
    times: int
    """How many e-mails its history tells of."""


class Papers(Protocol):
    """Xero, reading papers; each call counts against Xero's limits."""

    async def files_on(self, document_id: str, holder: Holder = "invoice") -> list[AttachedFile]:
        """The files on a document, in Xero's order; invoices and bills are the same to Xero."""
        ...

    async def online_address(self, document_id: str) -> str:
        """Where the customer looks at an approved invoice. Raises ProviderRefused when it has no such address."""
        ...

    async def printed(self, document_id: str) -> bytes:
        """The document as Xero prints it, a PDF."""
        ...

    async def content(self, document_id: str, file: AttachedFile, holder: Holder = "invoice") -> bytes:
        """What is in a file on a document."""
        ...

    async def sending(self, document_id: str) -> Sending:
        """Whether an invoice went to its customer, as it is now."""
        ...


class PaperWriter(Protocol):
    """Xero, sending invoices and noting things on documents: held by the executor only. Every write raises like
    `PaymentWriter.create_payment`."""

    async def email(self, document_id: str, *, key: str) -> None:
        """Have Xero send the invoice to its contact's address, once, with `key` as Idempotency-Key."""
        ...

    async def mark_sent(self, document_id: str, *, key: str) -> bool:
        """Note that the invoice was sent; whether Xero's answer says so."""
        ...

    async def note(self, document_id: str, text: str, *, key: str) -> str:
        """Leave a note in the history of an invoice or bill, once; the text as Xero answers it."""
        ...

    async def attach(self, new: NewAttachment, content: bytes, *, key: str) -> AttachedFile:
        """Attach a file, once; as Xero answers it. One of the same name on the document is overwritten by Xero."""
        ...

    async def files_now(self, document_id: str, holder: Holder) -> list[AttachedFile]:
        """The files on a document, read live. Raises ToolFailed kinds."""
        ...

    async def content_now(self, document_id: str, file: AttachedFile, holder: Holder) -> bytes:
        """What is in a file on a document, read live. Raises ToolFailed kinds."""
        ...

    async def sending_now(self, document_id: str) -> Sending:
        """Whether the invoice went out, read live. Raises ToolFailed kinds."""
        ...

    async def notes_now(self, document_id: str) -> list[HistoryRecord]:
        """The history of a document, read live. Raises ToolFailed kinds."""
        ...
