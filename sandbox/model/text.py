"""What a person typed, made comparable: cleaned of control characters, bounded, folded letter by letter."""

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path

LONGEST = 1200
"""Characters of one message that are read as a request; a longer one is answered without being interpreted."""

_SPACES = re.compile(r"[ \t\u00a0\u2007\u2009\u202f]+")
_ONE_TO_ONE = {"ß": "s", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "’": "'", "‘": "'", "`": "'", "´": "'"}
_ONE_TO_ONE |= {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-", "‑": "-"}
_WORD = re.compile(r"(?:qu|d|l|dell|all|dall|nell|sull)'(?=\w)|[^\W_]+(?:['&.-][^\W_]+)*", re.UNICODE)


def clean(text: str) -> str:
    """The text without control or invisible characters and with single spaces; lines are kept."""
    kept = []
    for char in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")):
        category = unicodedata.category(char)
        if char == "\n":
            kept.append(char)
        elif category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category not in ("Cf", "Co", "Cs", "Cn"):
            kept.append(char)
    return "\n".join(_SPACES.sub(" ", line).strip() for line in "".join(kept).split("\n")).strip()


def fold(text: str) -> str:
    """The text in small letters without accents, of the same length, so that places in both agree."""
    return "".join(_fold_char(char) for char in text)


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char in _ONE_TO_ONE:
        return _ONE_TO_ONE[char]
    lower = char.lower()
    base = unicodedata.normalize("NFD", lower if len(lower) == 1 else char)[0]
    return _ONE_TO_ONE.get(base, base)


def words(text: str) -> list[re.Match[str]]:
    """The words of a (folded or plain) text with their places; `p&l`, `d'affaires` and `INV-7` are one each."""
    return list(_WORD.finditer(text))


LANGUAGES = ("en", "de", "it", "fr")


@lru_cache(maxsize=1)
def _signs() -> dict[str, frozenset[str]]:
    """The small words that tell a language."""
    tables = tomllib.loads((Path(__file__).parent / "languages.toml").read_text(encoding="utf-8"))
    return {code: frozenset(line.split()) for code, line in tables.items()}


def language_of(text: str, otherwise: str | None = None) -> str | None:
    """The language a person writes in (en, de, it, fr); `otherwise` when too little tells."""
    folded = fold(text[:LONGEST])
    plain = [match.group() for match in words(folded) if not any(char.isdigit() for char in match.group())]
    seen = {piece for word in plain for piece in re.split(r"['.-]", word)}  # "BILL-201" is no English word
    votes = {code: len(seen & signs) for code, signs in _signs().items()}
    votes["de"] += any(char in "äöüßÄÖÜ" for char in text if char.isalpha())
    best = max(votes.values())
    if best == 0:
        return otherwise
    winners = [code for code in LANGUAGES if votes[code] == best]
    if otherwise in winners:
        return otherwise
    return winners[0]
