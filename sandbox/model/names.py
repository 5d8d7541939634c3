# ruff: noqa: E501  (word tables: one line a pattern)
"""Who is meant: the contact named in a sentence, as typed or mended against the names that are known."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from sandbox.model.lexicon import is_known, lexicon, mended
from sandbox.model.text import fold, words

DEMO_CONTACTS = (
    "Müller GmbH", "Acme Ltd", "Bianchi Srl", "Dupont SA", "Globex Corporation", "Initech", "Schneider Logistik",
    "Rossi & Figli", "Café Lumière", "Northwind Traders", "Hooli", "Office Depot",
)  # fmt: skip
"""Some contacts of the sandbox's own demo company; used to mend a name that was typed nearly right."""

_SUFFIX = [
    "gmbh",
    "ltd",
    "limited",
    "srl",
    "sa",
    "ag",
    "inc",
    "llc",
    "kg",
    "spa",
    "sarl",
    "bv",
    "plc",
    "corp",
    "corporation",
    "co",
    "company",
    "sas",
    "ug",
    "ohg",
    "gbr",
    "eurl",
    "oy",
    "ab",
    "nv",
    "e.v.",
    "mbh",
]
_GENERIC = frozenset(
    [
        "office",
        "cafe",
        "the",
        "and",
        "studio",
        "studios",
        "group",
        "services",
        "design",
        "media",
        "print",
        "works",
        "house",
        "bank",
        "hotel",
        "company",
    ]
)
_LEAD = re.compile(
    r"(?:^|[ (])(?:to|from|for|of|with|by|at|about|against|an|von|vom|fur|bei|mit|gegen|uber|zu|a|ad|da|di|del|dei|per|con|de|du|pour|chez|avec|contre|d'|l'|"
    r"pay|remind|chase|nudge|bill|invoice|charge|debit|refund|has|have|did|does|is|hat|haben|ist|supplier|customer|client|vendor|kunde|lieferant|firma|"
    r"uberweise|uberweis|zahl|zahlen|bezahl|begleiche|schicke?|sende|stelle?|belaste|transfer|wire|send|salda|bonifica|vire|regle|payez|mahn|erinner|rappelle|collect|settle|void|email|tell|rechnung|fattura|facture|called|named|namens|chiamato|nomme|paga|paie|payer|zahle|bezahle|mahne|erinnere|relance|sollecita|what|about|and|und|only|just|nur|solo|find|look up|such|suche|cerca|cherche|owe|ask|send|owes)\s*[\"']?$"
)


_MONEY_LEAD = re.compile(
    r"(?:(?:pay|remind|chase|bill|invoice|charge|debit|paga|paie|zahle|bezahle|mahne|relance|sollecita) |(?:pay|send|transfer|wire|uberweise|zahle|paga|bonifico|virement|collect|debit|invoice|bill)\b.*\d.* (?:to|from|for|an|von|bei|a|ad|da|pour|chez|per) |"
    r"(?:invoices?|bills?|payments?|transactions?|rechnung(?:en)?|buchungen|fatture|factures|mandates?|reminder) (?:for|from|of|to|with|von|an|fur|di|de|da) )$"
)


@dataclass(frozen=True)
class Named:
    """A contact in a sentence: where, as typed, and the known name it stands for (or None)."""

    start: int
    end: int
    typed: str
    full: str | None

    def said(self, *, as_typed: bool) -> str:
        """The name to hand on: the known one, or what the person wrote where the tool finds names itself."""
        return self.typed if as_typed or self.full is None else self.full


@lru_cache(maxsize=64)
def _aliases(known: tuple[str, ...]) -> tuple[tuple[str, str, int], ...]:
    """(folded form, full name, words) of each known contact: whole, without legal form, and its first word."""
    forms: dict[str, set[str]] = {}
    for full in known:
        pieces = [match.group() for match in words(fold(full))]
        short = [piece for piece in pieces if piece not in _SUFFIX]
        options = {" ".join(pieces), " ".join(short)}
        if short and len(short[0]) >= 4 and short[0] not in _GENERIC:
            options.add(short[0])
        for option in options - {""}:
            forms.setdefault(option, set()).add(full)
    # a form that two contacts share stands for neither
    unique = [(form, next(iter(full)), len(form.split())) for form, full in forms.items() if len(full) == 1]
    return tuple(sorted(unique, key=lambda item: (-item[2], -len(item[0]), item[0])))


def find_names(
    text: str, folded: str, known: tuple[str, ...], taken: list[tuple[int, int]], language: str
) -> list[Named]:
    """The contacts a sentence names, from left to right: known ones first, then words that look like a name."""
    pieces = [match for match in words(folded) if not _inside(match.start(), match.end(), taken)]
    found = _known_names(text, pieces, known)
    spots = [(name.start, name.end) for name in found]
    found += _free_names(
        text, [piece for piece in pieces if not _inside(piece.start(), piece.end(), spots)], folded, language
    )
    return sorted(found, key=lambda name: name.start)


def _inside(start: int, end: int, places: list[tuple[int, int]]) -> bool:
    return any(start < last and end > first for first, last in places)


def _bare(word: str) -> str:
    return re.sub(r"'s?$", "", word)


def _known_names(text: str, pieces: list[re.Match[str]], known: tuple[str, ...]) -> list[Named]:
    found: list[Named] = []
    used: set[int] = set()
    bare = [_bare(piece.group()) for piece in pieces]
    for form, full, size in _aliases(known):
        for at in range(len(pieces) - size + 1):
            window = pieces[at : at + size]
            if (
                used & set(range(at, at + size))
                or len(text[window[0].start() : window[-1].end()]) > len(form) + size + 6
            ):
                continue
            if not _alike(bare[at : at + size], form):
                continue
            last = at + size
            while last < len(pieces) and _legal_form(text, pieces[last], full):
                last += 1
            start, end = window[0].start(), pieces[last - 1].end()
            typed = re.sub(r"['’]s$", "", text[start:end])
            found.append(Named(start, end, typed, full))
            used |= set(range(at, last))
    return found


def _legal_form(text: str, piece: re.Match[str], full: str) -> bool:
    """Whether a word after a name belongs to it: its own last word, or a legal form written as one."""
    word = piece.group()
    return word == fold(full).split()[-1] or (word in _SUFFIX and (len(word) > 2 or text[piece.start()].isupper()))


def _alike(window: list[str], form: str) -> bool:
    typed = " ".join(window)
    if typed == form or typed == form + "s":
        return True
    plain = re.sub(r"([aou])e", r"\1", typed)
    if len(window) > 1 and plain == form:
        return True
    if len(window) == 1 and is_known(typed):
        return False
    if len(window) == 1 and mended(typed) != typed and OSA.distance(typed, form) > OSA.distance(typed, mended(typed)):
        return False
    if plain == form:
        return True
    if len(form) <= 5:
        return typed[0] == form[0] and OSA.distance(typed, form) <= 1 and len(typed) >= 4
    if typed[0] != form[0] and OSA.distance(typed, form) > 1:
        return False
    if len(window) > 1:
        parts = form.split()
        if any(is_known(word) and word != part and part not in _GENERIC | {"&"} and not _near(word, part)
               for word, part in zip(window, parts, strict=False)):  # fmt: skip
            return False
    return fuzz.ratio(typed, form) >= 82 and OSA.distance(typed, form) <= max(2, len(form) // 6)


def _near(word: str, part: str) -> bool:
    return len(word) >= 4 and OSA.distance(word, part) <= 1


def _free_names(text: str, pieces: list[re.Match[str]], folded: str, language: str) -> list[Named]:
    """Runs of words that are no ordinary words, standing where a name stands: `pay Kestrel Print 200`."""
    found: list[Named] = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        if not _name_like(text, piece, folded, language):
            at += 1
            continue
        last = at
        while last + 1 < len(pieces) and _continues(text, pieces[last], pieces[last + 1]):
            last += 1
        typed = text[piece.start() : pieces[last].end()]
        typed = re.sub(r"['’]s$", "", typed)
        found.append(Named(piece.start(), pieces[last].end(), typed, None))
        at = last + 1
    return found


def find_leftover(text: str, folded: str, taken: list[tuple[int, int]]) -> Named | None:
    """The one run of words that nothing else explains: `Rechnungen Bergmann`, `what do we owe studio weber`."""
    pieces = [match for match in words(folded) if not _inside(match.start(), match.end(), taken)]
    odd = [_odd(piece) for piece in pieces]
    if not any(odd):
        return None
    first = odd.index(True)
    last = first
    while (
        last + 1 < len(pieces) and odd[last + 1] and text[pieces[last].end() : pieces[last + 1].start()] in (" ", " & ")
    ):
        last += 1
    if any(odd[last + 1 :]):
        return None  # two such runs: more a sentence that is not understood than a name
    while (
        first
        and _bare(pieces[first - 1].group()) in _GENERIC
        and text[pieces[first - 1].end() : pieces[first].start()] == " "
    ):
        first -= 1
    while last + 1 < len(pieces) and pieces[last + 1].group() in _SUFFIX:
        last += 1
    typed = re.sub(r"['’]s$", "", text[pieces[first].start() : pieces[last].end()])
    return Named(pieces[first].start(), pieces[last].end(), typed, None)


def _odd(piece: re.Match[str]) -> bool:
    word = _bare(piece.group())
    return len(word) >= 4 and word.isalpha() and not is_known(word) and mended(word) == word


def _name_like(text: str, piece: re.Match[str], folded: str, language: str) -> bool:
    word = _bare(piece.group())
    if len(word) < 2 or not word[0].isalpha() or re.search(r"\d", word):
        return False
    capital = text[piece.start()].isupper()
    led = bool(_LEAD.search(folded[: piece.start()]))
    if word in lexicon().known:
        return False
    if is_known(word) or mended(word) != word:
        return capital and led and not is_known(word) and len(word) > 3 and mended(word) == word
    if not capital:
        return bool(_MONEY_LEAD.search(folded[: piece.start()]))
    return led or (piece.start() > 0 and language != "de")


def _continues(text: str, before: re.Match[str], piece: re.Match[str]) -> bool:
    gap = text[before.end() : piece.start()]
    word = piece.group()
    if gap not in (" ", " & ", " + ", ". ") or re.search(r"\d", word):
        return False
    if word in _SUFFIX or gap == " & ":
        return True
    capital = text[piece.start()].isupper()
    if capital and text[before.start()].isupper():
        return word not in ("EUR", "GBP", "USD", "CHF") and not re.fullmatch(
            r"eur|gbp|usd|chf|iban|per|via|sepa|gocardless", word
        )
    return not is_known(word) and mended(word) == word and not capital and not text[before.start()].isupper()
