"""Making and changing invoices, bills and credit notes under the vendor's rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sandbox.xero.batch import one_sent, write_all
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.drafting import Draft, Drafting, Form, not_unique
from sandbox.xero.finding import find_document
from sandbox.xero.history import noted
from sandbox.xero.locks import lock_messages
from sandbox.xero.records import Doc, DocumentStatus
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import Render
from sandbox.xero.wire import Json, Raw, text_of

HAS_PAYMENTS = "This document cannot be edited as it has a payment or credit note allocated to it."
DEAD = (DocumentStatus.VOIDED, DocumentStatus.DELETED)
_UNBOOKED = (DocumentStatus.DRAFT, DocumentStatus.SUBMITTED, DocumentStatus.AUTHORISED, DocumentStatus.DELETED)
_NEXT: dict[DocumentStatus, tuple[DocumentStatus, ...]] = {
    DocumentStatus.DRAFT: _UNBOOKED,
    DocumentStatus.SUBMITTED: _UNBOOKED,
    DocumentStatus.AUTHORISED: (DocumentStatus.AUTHORISED, DocumentStatus.VOIDED),
    DocumentStatus.PAID: (),
    DocumentStatus.VOIDED: (),
    DocumentStatus.DELETED: (),
}
_Prepared = tuple[Draft, Doc | None]


class Writing:
    """Writes one of the two families of documents; the rules are the same for both."""

    def __init__(self, books: Books, render: Render, form: Form) -> None:
        self._books = books
        self._render = render
        self._form = form
        self._drafting = Drafting(books, form)

    def create(self, call: Call) -> Json:
        """PUT: makes new documents."""
        return self._write_all(call, upsert=False)

    def upsert(self, call: Call) -> Json:
        """POST: makes new documents, or changes those named by id or (sales) number."""
        return self._write_all(call, upsert=True)

    def update(self, call: Call, wanted: str) -> Json:
        """POST to one document: changes it."""
        document = find_document(self._books, wanted, credit=self._form.credit)
        if document is None:
            raise NotFound
        plural = f"{self._form.name}s"
        sent = one_sent(call, plural)
        return {plural: [self._keep(call, sent, (self._changed(document, sent), document))]}

    def _write_all(self, call: Call, *, upsert: bool) -> Json:
        return write_all(
            call,
            f"{self._form.name}s",
            lambda body: self._prepared(body, upsert=upsert),
            lambda body, prepared: self._keep(call, body, prepared),
            self._same,
        )

    def _same(self, prepared: _Prepared) -> tuple[str, str]:
        """No two of one request may be the same document, or be given the same number of ours."""
        draft, before = prepared
        if before is not None:
            return before.document_id, f"{self._form.words} is named twice in this request"
        return (draft.document.number if draft.document.is_sales else ""), not_unique(self._form)

    def _prepared(self, body: Json, *, upsert: bool) -> _Prepared:
        """The document as it would be, and as it was. Raises Invalid."""
        form = self._form
        wanted, before = text_of(body, f"{form.name}ID"), None
        number = text_of(body, f"{form.name}Number")
        if wanted:
            before = find_document(self._books, wanted, credit=form.credit)
            if before is None or not upsert:
                raise Invalid(echo(body, form.not_found if upsert else f"{form.name}ID must not be sent"))
        elif upsert and text_of(body, "Type").upper() == form.sales and number:
            named = find_document(self._books, number, credit=form.credit)
            before = named if named is not None and named.is_sales else None
        if before is not None:
            return self._changed(before, body), before
        return self._drafting.new(body), None

    def _changed(self, before: Doc, body: Json) -> Draft:
        """The document with what the body changes. Raises Invalid."""
        echoed = {f"{self._form.name}ID": before.document_id, **body}
        status = _status(body, before.status)
        if status is None or status not in _NEXT[before.status]:
            raise Invalid(echo(echoed, f"{self._form.words} not of valid status for modification"))
        standing = self._books.standing(before)
        settled = bool(standing.paid or standing.credited)
        if status is DocumentStatus.VOIDED and settled:
            raise Invalid(echo(echoed, HAS_PAYMENTS))
        if before.is_booked and settled and "LineItems" in body:
            raise Invalid(echo(echoed, HAS_PAYMENTS))
        if status in DEAD:
            self._unlocked(echoed, before.date)
            return Draft(replace(before, status=status), None)
        return self._drafting.changed(before, body, status)

    def _unlocked(self, echoed: Json, on: date) -> None:
        messages = lock_messages(self._books, on)
        if messages:
            raise Invalid(echo(echoed, *messages))

    def _keep(self, call: Call, sent: Json, prepared: _Prepared) -> Raw:
        draft, before = prepared
        made = draft.document
        if before is None and not made.number and made.kind is self._form.sales:
            made = replace(made, number=self._drafting.next_number())
        made = replace(made, updated_at=self._books.control.now())
        if made.total == 0 and made.status is DocumentStatus.AUTHORISED:
            made = replace(made, status=DocumentStatus.PAID, fully_paid_on=made.date)
        if draft.contact is not None:
            self._books.apply(draft.contact)
            call.took_effect("create_contact", {"Name": draft.contact.name}, draft.contact.contact_id)
        changes = "Created" if before is None else _deed(before, made)
        name = self._books.contacts[made.contact_id].name
        text = f"{made.number} to {name} for {made.total:.2f}." if before is None else f"{made.number} {changes}"
        self._books.apply(made, noted(call, made.document_id, changes, text))
        call.took_effect(self._operation(before, made), sent, made.document_id)
        return self._render.document(made)

    def _operation(self, before: Doc | None, made: Doc) -> str:
        thing = self._form.words.lower().replace(" ", "_")
        if before is None:
            return f"create_{thing}"
        if made.status in DEAD:
            return f"void_{thing}" if made.status is DocumentStatus.VOIDED else f"delete_{thing}"
        return f"update_{thing}"


def _status(body: Json, usual: DocumentStatus) -> DocumentStatus | None:
    text = text_of(body, "Status").upper()
    if not text:
        return usual
    return DocumentStatus(text) if text in DocumentStatus.__members__ else None


def _deed(before: Doc, made: Doc) -> str:
    if before.status is made.status:
        return "Edited"
    return {"AUTHORISED": "Approved", "VOIDED": "Voided", "DELETED": "Deleted"}.get(made.status.value, "Edited")
