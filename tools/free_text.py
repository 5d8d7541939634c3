"""Text of a person that goes into a provider's books in our name: short, plain, and no way out for data.

What a model writes here could carry out what it read elsewhere (an account number, a link), or look on the card like
something else. So what is not plainly writing is refused, never silently dropped: the card shows the whole of it.
"""

from __future__ import annotations

import unicodedata

from tools import words
from tools.bank_text import account_numbers
from tools.errors import ToolRetry

LONGEST = 140
"""Characters of a reference together with our mark: as long as a SEPA remittance text (EPC125-05, AT-05); Xero's
Payment.Reference would take 255."""
_PUNCTUATION = frozenset(".,:;!?'\"()[]/&+-*#%@=_§°€$£¥–—‘’‚“”„«»‹›…·№¿¡、。・「」（）")
_MOST_MARKS = 4
"""Marks one upon another, more than any script needs (UTS 39, section 5.4)."""
_LINKS = ("://", "www.")


def payment_text(written: str, mark: str) -> str:
    """The text with which a payment is recorded, without our mark: in NFC, blanks made single.

    Raises ToolRetry, saying which character or what else does not belong there.
    """
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
            f"holds {words.listed(odd, 'en')}; letters, digits, spaces and ordinary punctuation are allowed",
            f"enthält {words.listed(odd, 'de')}; erlaubt sind Buchstaben, Ziffern, Leerzeichen und übliche Satzzeichen",
        )
    low = unicodedata.normalize("NFKC", text).casefold()
    for link in _LINKS:
        if link in low:
            raise _refused(
                f'holds a link ("{link}"), which has no business in a payment',
                f"enthält einen Link („{link}“), der in einer Zahlung nichts zu suchen hat",
            )
    if found := account_numbers(text):
        raise _refused(
            f"holds a bank account number ({found[0].masked}); whom is paid follows from the contact in Xero alone",
            f"enthält eine Kontonummer ({found[0].masked}); an wen gezahlt wird, folgt allein aus dem Kontakt in Xero",
        )
    fits = LONGEST - len(mark) - 1
    if len(text) > fits:
        raise _refused(f"has {len(text)} characters; {fits} fit", f"hat {len(text)} Zeichen; {fits} passen")
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


def _refused(en: str, de: str) -> ToolRetry:
    return ToolRetry(
        {
            "en": f"The reference {en}. Nothing was recorded. What should it say?",
            "de": f"Der Verwendungszweck {de}. Es wurde nichts erfasst. Wie soll er lauten?",
        }
    )
