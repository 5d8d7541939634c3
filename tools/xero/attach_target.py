"""What a file can be attached to: an invoice, bill, credit note, quote or purchase order, found and read live."""

from __future__ import annotations

from typing import Literal

from tools import words
from tools.base import Access
from tools.errors import Choice, Language, ToolRetry
from tools.xero.books import Contact, DocumentKind
from tools.xero.credit_list import every_credit_note
from tools.xero.documents import contact_of
from tools.xero.finding import document_meant, numbered
from tools.xero.links import document_link, trade_link
from tools.xero.names import number_key
from tools.xero.papers import Holder
from tools.xero.payment_plan import Part
from tools.xero.trade import Form
from tools.xero.trade_find import paper_meant

Kind = Literal["invoice", "bill", "credit_note", "quote", "purchase_order"]
DEAD = ("VOIDED", "DELETED")
_FORMS: dict[str, Form] = {"quote": "quote", "purchase_order": "order"}
_NOUNS: dict[Kind, tuple[str, str]] = {
    "invoice": ("invoice", "Rechnung"),
    "bill": ("bill", "Eingangsrechnung"),
    "credit_note": ("credit note", "Gutschrift"),
    "quote": ("quote", "Angebot"),
    "purchase_order": ("purchase order", "Bestellung"),
}
_CREDIT_PAGES = {"sales": DocumentKind.INVOICE, "purchase": DocumentKind.BILL, "": DocumentKind.INVOICE}


class Target(Part):
    """The document as it was read live when the card was made."""

    id: str
    kind: Kind
    number: str
    contact_id: str
    contact_name: str
    status: str
    side: Literal["sales", "purchase", ""] = ""
    """Whose credit note it is, for its page in Xero."""

    @property
    def holder(self) -> Holder:
        """How the papers call it."""
        return self.kind

    def title(self, language: Language) -> str:
        """The document as people call it: "bill BILL-201"."""
        number = words.visible(self.number) or words.say(language, "without a number", "ohne Nummer")
        return f"{words.say(language, *_NOUNS[self.kind])} {number}"

    def link(self, short_code: str) -> str:
        """Its page in Xero; empty without a short code."""
        if self.kind in _FORMS:
            return trade_link(short_code, _FORMS[self.kind], self.id)
        if self.kind == "credit_note":
            return document_link(short_code, _CREDIT_PAGES[self.side], self.id, is_credit=True)
        return document_link(short_code, DocumentKind(self.kind), self.id)


async def target_meant(access: Access, number: str, kind: str, contact_name: str) -> Target:
    """The one document with that number, of that kind where it was said. Raises ToolRetry."""
    if not number.strip():
        raise ToolRetry(
            {
                "en": "To which invoice, bill, credit note, quote or purchase order? Its number is missing.",
                "de": "An welche Rechnung, Gutschrift, welches Angebot oder welche Bestellung? Die Nummer fehlt.",
            }
        )
    contact = await contact_of(access, contact_name)
    if kind in _FORMS:
        paper = await paper_meant(access, _FORMS[kind], number, contact)
        return await target_now(access, "quote" if kind == "quote" else "purchase_order", paper.id)
    if kind == "credit_note":
        return await _credit_note(access, number, contact)
    first = DocumentKind(kind) if kind in ("invoice", "bill") else None
    in_the_books = first is not None or numbered(await access.books.numbered(number), number)
    if not in_the_books and (other := await _of_another_kind(access, number, contact)):
        return other
    known = await document_meant(access, number, first=first, contact=contact)
    return await target_now(access, "invoice" if known.kind is DocumentKind.INVOICE else "bill", known.id)


async def _of_another_kind(access: Access, number: str, contact: Contact | None) -> Target | None:
    """A credit note, quote or purchase order with exactly that number, where no invoice or bill has it."""
    key = number_key(number)
    for note in await every_credit_note(access):
        if key and number_key(note.number) == key and (contact is None or note.contact_id == contact.id):
            return await target_now(access, "credit_note", note.id)
    for kind, form in _FORMS.items():
        found = [one for one in await access.trade.numbered(form, number) if one.status not in DEAD]
        found = [one for one in found if contact is None or one.contact_id == contact.id]
        if len(found) == 1:
            return await target_now(access, "quote" if kind == "quote" else "purchase_order", found[0].id)
    return None


async def _credit_note(access: Access, number: str, contact: Contact | None) -> Target:
    every = [note for note in await every_credit_note(access) if contact is None or note.contact_id == contact.id]
    text, key = number.strip().casefold(), number_key(number)
    found = [note for note in every if note.id.casefold() == text] or [
        note for note in every if number_key(note.number) == key
    ]
    if len(found) == 1:
        return await target_now(access, "credit_note", found[0].id)
    shown = words.visible(words.without_invisible(number)[:40])
    raise ToolRetry(
        {
            "en": f"{len(found) or 'No'} credit notes are numbered {shown}. Which one is meant?",
            "de": f"{len(found) or 'Keine'} Gutschriften haben die Nummer {shown}. Welche ist gemeint?",
        },
        choices=tuple(
            Choice(f"{words.visible(note.number)} · {words.visible(note.contact_name)}", number=note.number, id=note.id)
            for note in (found or every)[:10]
        ),
    )


async def target_now(access: Access, kind: Kind, record_id: str) -> Target:
    """The document as it is now, read live. Raises ToolFailed kinds."""
    if kind in _FORMS:
        paper = await access.trade.paper(_FORMS[kind], record_id)
        return Target(
            id=paper.id,
            kind=kind,
            number=paper.number,
            contact_id=paper.contact_id,
            contact_name=paper.contact_name,
            status=paper.status,
        )
    if kind == "credit_note":
        note = await access.live.credit_note(record_id)
        return Target(
            id=note.id,
            kind=kind,
            number=note.number,
            contact_id=note.contact_id,
            contact_name=note.contact_name,
            status=note.status.value,
            side="sales" if note.kind is DocumentKind.INVOICE else "purchase",
        )
    document = await access.live.document(record_id)
    return Target(
        id=document.id,
        kind="invoice" if document.kind is DocumentKind.INVOICE else "bill",
        number=document.number,
        contact_id=document.contact_id,
        contact_name=document.contact_name,
        status=document.status.value,
    )
