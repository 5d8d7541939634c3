"""Which invoice or bill is meant by what somebody typed: certain, or asked about; a document is never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rapidfuzz import fuzz

from tools import words
from tools.base import Access
from tools.errors import Choice, Language, ToolRetry
from tools.money import Money
from tools.xero.books import Contact, Document, DocumentKind, DocumentStatus
from tools.xero.document_words import owed, status_word
from tools.xero.names import folded, number_key

BOTH = (DocumentKind.INVOICE, DocumentKind.BILL)
_MOST_CHOICES = 10
_CREDIT_NOTES = frozenset(["cn", "crn", "cr", "gs", "gu", "gut", "gutschrift", "credit", "creditnote", "nc", "av"])
"""Letters with which credit notes are commonly numbered; they are no invoices or bills."""


async def document_meant(
    access: Access,
    number: str,
    *,
    first: DocumentKind | None = None,
    contact: Contact | None = None,
    to_pay: bool = False,
) -> Document:
    """The one invoice or bill with that number (or id); raises ToolRetry with choices when it could be several.

    Documents of the kind `first` win over the others: "Rechnung" is said of invoices and bills alike. With `to_pay`
    only such documents are offered instead of an unknown number as can be paid.
    """
    contact_id = contact.id if contact else ""
    everywhere = await access.books.numbered(number)
    if not numbered(everywhere, number):
        # It may have been entered a moment ago: never say "there is none" from a copy that could be newer.
        await access.books.renew()
        everywhere = await access.books.numbered(number)
    of_contact = [doc for doc in everywhere if doc.contact_id == contact_id] if contact else everywhere
    found = numbered(of_contact, number)
    found = [doc for doc in found if doc.kind is first] or found
    if len(found) > 1:
        living = [doc for doc in found if doc.status not in (DocumentStatus.VOIDED, DocumentStatus.DELETED)]
        found = living if len(living) == 1 else found
    if len(found) == 1:
        return found[0]
    shown = words.visible(words.without_invisible(number)[:40])
    if found:
        raise ToolRetry(
            {
                "en": f"{len(found)} documents are numbered {shown}. Which one is meant?",
                "de": f"{len(found)} Belege haben die Nummer {shown}. Welcher ist gemeint?",
            },
            choices=document_choices(found, access.language),
        )
    if contact is not None and (elsewhere := numbered(everywhere, number)):
        raise _belongs_to_another(shown, contact, elsewhere, access.language)
    alike = await access.books.numbered_alike(number, contact_id=contact_id)
    offered = [doc for doc in alike if not to_pay or (doc.status is DocumentStatus.AUTHORISED and owed(doc) > 0)]
    offered = [doc for doc in offered if not to_pay or first is None or doc.kind is first]
    raise _unknown(access, shown, nearest(offered, number), first)


def _belongs_to_another(shown: str, contact: Contact, elsewhere: Sequence[Document], language: Language) -> ToolRetry:
    owner, asked = words.visible(elsewhere[0].contact_name), words.visible(contact.name)
    return ToolRetry(
        {
            "en": f"{shown} belongs to {owner}, not to {asked}. Which one is meant?",
            "de": f"{shown} gehört zu {owner}, nicht zu {asked}. Was ist gemeint?",
        },
        choices=document_choices(elsewhere, language),
    )


def _unknown(access: Access, shown: str, near: Sequence[Document], kind: DocumentKind | None) -> ToolRetry:
    organisation = words.visible(access.organisation.name)
    en, de = "invoice or bill", "keine Rechnung oder Eingangsrechnung"
    if kind is not None:
        en, de = (("bill", "keine Eingangsrechnung"), ("invoice", "keine Rechnung"))[kind is DocumentKind.INVOICE]
    tail_en, tail_de = " Which number is on the document?", " Welche Nummer steht auf dem Beleg?"
    if near:
        tail_en, tail_de = " The nearest numbers are below.", " Die ähnlichsten Nummern stehen unten."
        if len(near) == 1:
            tail_en, tail_de = " The nearest number is below.", " Die ähnlichste Nummer steht unten."
    elif _parts(shown)[0] in _CREDIT_NOTES:
        tail_en = " If it is a credit note: ask for the credit notes."
        tail_de = " Falls es eine Gutschrift ist: bitte nach den Gutschriften fragen."
    return ToolRetry(
        {
            "en": f"There is no {en} numbered {shown} in {organisation}.{tail_en}",
            "de": f"In {organisation} gibt es {de} mit der Nummer {shown}.{tail_de}",
        },
        choices=document_choices(near, access.language),
    )


def numbered(documents: Sequence[Document], typed: str) -> list[Document]:
    """The documents meant by a number: the id, the exact number, another spelling of it, or its last digits alone.

    "RE-100 Alpha GmbH" is the RE-100 of that contact, so that a choice between equal numbers can be answered.
    """
    text = words.without_invisible(typed)
    low, key = text.casefold(), number_key(text)
    if not key:
        return []
    for found in (
        [doc for doc in documents if doc.id.casefold() == low],
        [doc for doc in documents if doc.number.casefold() == low],
        [doc for doc in documents if number_key(doc.number) == key],
        _number_and_contact(documents, low),
    ):
        if found:
            return found
    if len(key) == 1 and key[0].isdigit():
        digits = [doc for doc in documents if (number_key(doc.number) or ("",))[-1] == key[0]]
        return digits if len(digits) == 1 else []
    return []


def _number_and_contact(documents: Sequence[Document], low: str) -> list[Document]:
    found = []
    for doc in documents:
        number = doc.number.casefold()
        if number and low.startswith(number) and re.match(r"[\s,;·(]", low[len(number) :]):
            rest = folded(low[len(number) :])
            if folded(doc.contact_name) in rest:
                found.append(doc)
    return found


def nearest(documents: Sequence[Document], typed: str, *, most: int = 3) -> list[Document]:
    """The documents whose numbers may have been meant, likeliest first; none rather than far-fetched ones.

    Either the letters are (nearly) the same and the digits alike ("INV-0046" for "INV-0045"), or the digits are the
    same and long enough to be telling ("INV-201" for "BILL-201").
    """
    letters, digits = _parts(typed[:60])
    if not digits:
        return []
    bare, found = digits.lstrip("0"), []
    for doc in documents:
        own_letters, own_digits = _parts(doc.number)
        own_bare = own_digits.lstrip("0")
        same = len(bare) >= 2 and bare == own_bare and letters not in _CREDIT_NOTES
        alike = fuzz.ratio(letters, own_letters) if letters or own_letters else 100.0
        near = max(fuzz.ratio(digits, own_digits), fuzz.ratio(bare, own_bare))
        if same or (alike >= _LETTERS_ALIKE and near >= _DIGITS_ALIKE):
            apart = abs(int(digits) - int(own_digits or 0))
            found.append((not same, -near, -alike, apart, doc.number, doc))
    return [hit[-1] for hit in sorted(found, key=lambda hit: hit[:-1])[:most]]


_LETTERS_ALIKE = 75.0
_DIGITS_ALIKE = 50.0
"""Two digits of which one is another: 50 of 100."""


def _parts(number: str) -> tuple[str, str]:
    """The letters of a number and its digits, each in one piece: "RE-2026-017" → ("re", "2026017")."""
    text = number.casefold()
    return "".join(re.findall(r"[^\W\d_]", text)), "".join(re.findall(r"\d", text))


def document_choices(documents: Sequence[Document], language: Language) -> tuple[Choice, ...]:
    """Documents as lines of a numbered list: number, contact, what is left, when it is due."""
    shown = documents[:_MOST_CHOICES]
    numbers = [doc.number.casefold() for doc in shown]
    return tuple(
        Choice(
            label=document_label(doc, language),
            number=doc.number if numbers.count(doc.number.casefold()) == 1 else f"{doc.number} {doc.contact_name}",
            id=doc.id,
        )
        for doc in shown
    )


def document_label(document: Document, language: Language) -> str:
    """One document in a line: "BILL-201 · Acme Ltd · € 1,250.00 · due 3 Nov 2026"."""
    left = document.amount_due if document.status is DocumentStatus.AUTHORISED else document.total
    parts = [
        words.visible(document.number or words.say(language, "without number", "ohne Nummer")),
        words.visible(document.contact_name),
        words.money(Money(left, document.currency), language),
    ]
    if document.status is not DocumentStatus.AUTHORISED:
        parts.append(status_word(document, document.due or date.min, language))
    elif document.due is not None:
        parts.append(words.say(language, "due ", "fällig ") + words.day(document.due, language))
    return " · ".join(parts)
