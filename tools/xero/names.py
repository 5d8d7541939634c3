"""How names and numbers are compared: what two spellings of one customer or one invoice have in common."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_FORMS = (
    "gmbh ggmbh mbh ag kg kgaa ohg gbr ug gug eg ev ek se co cie company ltd limited llc llp lp plc inc incorporated "
    "corp corporation sa sas sarl sasu eurl srl spa snc sapa bv nv oy oyj ab as asa aps sl slu lda ltda sro doo kft "
    "haftungsbeschränkt pty pte the"
)
LEGAL_FORMS = frozenset(_FORMS.split())
JOINERS = frozenset(("and", "und", "et", "e", "y", "&"))
_TRANSLITERATED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa"})


_KEPT = 100_000
"""Names whose spellings are remembered: a large address book is compared with again and again."""


@lru_cache(_KEPT)
def folded(name: str) -> str:
    """The name without case, accents and punctuation: "Café Lumière" → "cafe lumiere", "O'Brien" → "obrien"."""
    text = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = re.sub(r"['’`´.]", "", text)
    return " ".join(word for word in re.split(r"[^\w&]+", text) if word and word not in JOINERS)


def transliterated(name: str) -> str:
    """The same with umlauts written out, as on a foreign keyboard: "Müller" → "mueller"."""
    return folded(unicodedata.normalize("NFC", name).casefold().translate(_TRANSLITERATED))


@lru_cache(_KEPT)
def spellings(name: str) -> frozenset[str]:
    """The ways in which a name is commonly typed."""
    return frozenset((folded(name), transliterated(name)))


def core(folded_name: str) -> str:
    """The name without its legal form: "globex corporation" → "globex"; itself when nothing else is left."""
    words = [word for word in folded_name.split() if word not in LEGAL_FORMS]
    return " ".join(words) or folded_name


@lru_cache(_KEPT)
def cores(name: str) -> frozenset[str]:
    """The spellings of a name without its legal form."""
    return frozenset(core(spelling) for spelling in spellings(name))


def number_key(number: str) -> tuple[str, ...]:
    """What makes a document's number: "INV-0045", "inv 45" and "Inv45" have the same key."""
    parts = re.findall(r"\d+|[^\W\d_]+", unicodedata.normalize("NFKC", number).casefold())
    return tuple(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)


def joined_key(number: str) -> str:
    """The same as one text, by which a database finds it: "INV-0045" → "inv-45"."""
    return "-".join(number_key(number))


def key_prefixes(typed: str) -> list[str]:
    """Every key that a number at the beginning of the text may have: "RE-100 Alpha" → "re", "re-100", ..."""
    parts = number_key(typed[:120])
    return ["-".join(parts[:length]) for length in range(1, len(parts) + 1)]


def bare_digits(number: str) -> str:
    """Its digits in one piece, without leading zeros: "RE-2026-017" → "2026017"; empty when there are none."""
    return "".join(re.findall(r"\d", number)).lstrip("0")


def digits_alike(bare: str) -> set[str]:
    """These digits, and those with one of them wrong, missing, too many, or two neighbours exchanged."""
    places = range(len(bare) + 1)
    found = {bare, *(bare[:at] + bare[at + 1 :] for at in places)}
    found |= {bare[:at] + bare[at + 1 : at + 2] + bare[at : at + 1] + bare[at + 2 :] for at in places}
    found |= {
        bare[:at] + digit + rest for at in places for digit in "0123456789" for rest in (bare[at + 1 :], bare[at:])
    }
    return {one.lstrip("0") for one in found} - {""}
