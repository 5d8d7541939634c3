"""Text of a person that goes into a provider's books in our name: short, plain, and no way out for data.

What a model writes here could carry out what it read elsewhere (an account number, a link), or look on the card like
something else. So what is not plainly writing is refused, never silently dropped: the card shows the whole of it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from tools import words
from tools.bank_text import account_numbers
from tools.errors import ToolRetry

LONGEST = 140
"""Characters of a reference together with our mark: as long as a SEPA remittance text (EPC125-05, AT-05); Xero's
Payment.Reference would take 255."""
LONGEST_LINE = 500
"""Characters of a line's description here; Xero takes 4,000, which nobody reads on a card."""
_LONGEST_NAME = 100
"""Characters of a contact's name here; Xero takes 255."""
_PUNCTUATION = frozenset(".,:;!?'\"()[]/&+-*#%@=_§°€$£¥–—‘’‚“”„«»‹›…·№¿¡、。・「」（）")
_MOST_MARKS = 4
"""Marks one upon another, more than any script needs (UTS 39, section 5.4)."""
_LINKS = ("://", "www.")


def payment_text(written: str, mark: str) -> str:
    """The text with which a payment is recorded, without our mark: in NFC, blanks made single.

    Raises ToolRetry, saying which character or what else does not belong there.
    """
    return _plain_text(written, LONGEST - len(mark) - 1, _REFERENCE)


def document_text(written: str, mark: str) -> str:
    """The reference of an invoice, without our mark; the same rules and refusals as for a payment's."""
    return _plain_text(written, LONGEST - len(mark) - 1, _DOCUMENT_REFERENCE)


def line_text(written: str) -> str:
    """What a line of an invoice or bill says; longer, under the same rules."""
    return _plain_text(written, LONGEST_LINE, _LINE)


def note_text(written: str, mark: str) -> str:
    """What a note in a document's history says, without our mark; the same rules."""
    return _plain_text(written, LONGEST_LINE - len(mark) - 1, _NOTE)


def contact_text(written: str) -> str:
    """A contact's name, under the same rules."""
    return _plain_text(written, _LONGEST_NAME, _NAME)


def master_text(written: str, label: tuple[str, str], fits: int) -> str:
    """A field of an item or contact, under the same rules; `label` names it with its article in both languages."""
    return _plain_text(written, fits, _Place(*label, "changed", "geändert"))


@dataclass(frozen=True, slots=True)
class _Place:
    """How a text is called, and what was not done when it is refused."""

    en: str
    de: str
    nothing_en: str
    nothing_de: str


_REFERENCE = _Place("The reference", "Der Verwendungszweck", "recorded", "erfasst")
_DOCUMENT_REFERENCE = _Place("The reference", "Die Referenz", "made", "angelegt")
_NAME = _Place("The name", "Der Name", "added", "angelegt")
_NOTE = _Place("The note", "Die Notiz", "noted", "notiert")
_LINE = _Place("The line's text", "Der Text der Position", "made", "angelegt")


def _plain_text(written: str, fits: int, place: _Place) -> str:
    text = " ".join(
        part
        for part in "".join(
            " " if unicodedata.category(char) == "Zs" else char for char in unicodedata.normalize("NFC", written)
        ).split(" ")
        if part
    )
    odd = _not_allowed(text)
    if odd:
        raise _refused(
            place,
            f"holds {words.listed(odd, 'en')}; letters, digits, spaces and ordinary punctuation are allowed",
            f"enthält {words.listed(odd, 'de')}; erlaubt sind Buchstaben, Ziffern, Leerzeichen und übliche Satzzeichen",
        )
    low = unicodedata.normalize("NFKC", text).casefold()
    for link in _LINKS:
        if link in low:
            raise _refused(
                place,
                f'holds a link ("{link}"), which has no business there',
                f"enthält einen Link („{link}“), der dort nichts zu suchen hat",
            )
    if found := account_numbers(text):
        raise _refused(
            place,
            f"holds a bank account number ({found[0].masked}); whom is paid follows from the contact in Xero alone",
            f"enthält eine Kontonummer ({found[0].masked}); an wen gezahlt wird, folgt allein aus dem Kontakt in Xero",
        )
    if len(text) > fits:
        raise _refused(place, f"has {len(text)} characters; {fits} fit", f"hat {len(text)} Zeichen; {fits} passen")
    return text


def _not_allowed(text: str) -> list[str]:
    """The first characters that are not allowed, as they can be told on a screen: "😀 (U+1F600)", "U+200B"."""
    odd: dict[str, None] = {}
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Mc") else 0
        writing = char == " " or category[0] == "L" or category in ("Mn", "Mc", "Nd") or char in _PUNCTUATION
        if words.hides(char) or not writing or marks > _MOST_MARKS:
            shown = "" if words.hides(char) or category[0] in "MZ" else f"{char} "
            odd[f"{shown}({words.code_point(char)})" if shown else words.code_point(char)] = None
    return list(odd)[:3]


def _refused(place: _Place, en: str, de: str) -> ToolRetry:
    return ToolRetry(
        {
            "en": f"{place.en} {en}. Nothing was {place.nothing_en}. What should it say?",
            "de": f"{place.de} {de}. Es wurde nichts {place.nothing_de}. Wie soll der Text lauten?",
        }
    )
