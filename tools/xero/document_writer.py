"""Xero, writing invoices and bills: each is sent once, and looked up when the answer was lost."""

from __future__ import annotations

from datetime import date

from tools.errors import OutcomeUnknown
from tools.money import Money
from tools.trouble import UNREADABLE
from tools.xero import decoding
from tools.xero.books import Document, DocumentKind
from tools.xero.client import XeroCalls, read
from tools.xero.credit_notes import Allocation, CreditNote
from tools.xero.drafts import Deed, DraftChange, NewDocument
from tools.xero.reader import credit_document_now, credit_note_now, decoded, document_now, known_id
from tools.xero.wire import post_change, post_credit_status, post_status, put_allocation, put_credit_note, put_document
from tools.xero.writer import check_exact, check_key, sent

_EVERY_STATUS = ("DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED")
_MOST = 1000
"""Xero's largest page; documents of one contact with one reference or number are a handful."""


class XeroDocumentWriter:
    """Xero, writing invoices and bills; only the executor holds one."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls
        self._tenant = calls.tenant_id

    async def create_document(self, new: NewDocument, *, key: str) -> Document:
        """Sends it once with `key` as Idempotency-Key (PUT /Invoices); raises like `XeroWriter.create_payment`."""
        check_key(key)
        known_id(new.contact_id)
        put = put_credit_note if new.is_credit else put_document
        return _only(await sent(self._calls, lambda api: put(api, self._tenant, new, key)), is_credit=new.is_credit)

    async def change_draft(self, change: DraftChange, *, key: str) -> Document:
        """Sends what is different once (POST /Invoices/{InvoiceID}); raises like `XeroWriter.create_payment`."""
        check_key(key)
        known_id(change.document_id)
        body = await sent(self._calls, lambda api: post_change(api, self._tenant, change, key))
        return _only(body, is_credit=False)

    async def change_status(self, document_id: str, deed: Deed, *, key: str, is_credit: bool = False) -> Document:
        """Sends the new status once (POST /Invoices/{InvoiceID} or /CreditNotes/{CreditNoteID}); raises like
        `XeroWriter.create_payment`."""
        check_key(key)
        known, post = known_id(document_id), post_credit_status if is_credit else post_status
        body = await sent(self._calls, lambda api: post(api, self._tenant, known, deed, key))
        return _only(body, is_credit=is_credit)

    async def allocate(self, credit_note_id: str, document_id: str, money: Money, on: date, *, key: str) -> Allocation:
        """Sends the set-off once (PUT /CreditNotes/{CreditNoteID}/Allocations); raises like
        `XeroWriter.create_payment`."""
        check_key(key)
        check_exact(money)
        credit, document = known_id(credit_note_id), known_id(document_id)
        body = await sent(self._calls, lambda api: put_allocation(api, self._tenant, credit, document, money, on, key))
        try:
            (made,) = decoding.elements(decoding.body_of(body), "Allocations", decoding.allocation)
        except ValueError as problem:
            raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem
        return made

    async def credit_note_now(self, credit_note_id: str) -> CreditNote:
        """One credit note with its set-offs, read live. Raises ToolFailed kinds."""
        return await credit_note_now(self._calls, credit_note_id, "write")

    async def document_now(self, document_id: str, *, is_credit: bool = False) -> Document:
        """One invoice, bill or credit note, read live. Raises ToolFailed kinds."""
        now = credit_document_now if is_credit else document_now
        return await now(self._calls, document_id, "write")

    async def documents_of(
        self, contact_id: str, kind: DocumentKind, *, number: str, reference: str, is_credit: bool = False
    ) -> list[Document]:
        """The contact's documents (or credit notes) with exactly that number or reference, of every state, read live.

        Asked for by contact and newest first, and compared here: a filter on text would have to quote what people
        typed. Voided and deleted ones are named, since Xero leaves deleted ones out otherwise.
        """
        known = known_id(contact_id)
        every = " OR ".join(f'Status=="{status}"' for status in _EVERY_STATUS)
        newest = {"order": "UpdatedDateUTC DESC", "page": 1, "page_size": _MOST, "_preload_content": False}
        body = await read(
            self._calls,
            lambda api: (
                api.get_credit_notes(self._tenant, where=f'Contact.ContactID==guid("{known}") AND ({every})', **newest)
                if is_credit
                else api.get_invoices(
                    self._tenant,
                    contact_i_ds=[known],
                    statuses=list(_EVERY_STATUS),
                    **newest,
                )
            ),
            "write",
        )
        name, shape = _ANSWER[is_credit]
        found = decoded(lambda: decoding.elements(decoding.body_of(body), name, shape))
        return [
            one
            for one in found
            if one.kind is kind and ((reference and one.reference == reference) or (number and one.number == number))
        ]


_ANSWER = {False: ("Invoices", decoding.document), True: ("CreditNotes", decoding.credit_document)}
"""Under which name documents and credit notes come, and how they are read."""


def _only(body: bytes, *, is_credit: bool) -> Document:
    """The document that Xero says it wrote. Raises OutcomeUnknown when that cannot be read for certain."""
    try:
        (made,) = decoding.elements(decoding.body_of(body), *_ANSWER[is_credit])
    except ValueError as problem:
        raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem
    return made
