"""The concepts in a sentence: which words it uses for invoices, paying, overdue and so on, typing errors forgiven."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from sandbox.model.text import fold, words

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Lexicon:
    """The compiled word tables: a pattern for each concept, the known words, and those a typing error is mended to."""

    patterns: dict[str, re.Pattern[str]]
    nouns: frozenset[str]
    known: frozenset[str]
    menders: dict[str, tuple[str, ...]]
    """Concept words by first letter."""


def _pattern(entries: list[str]) -> re.Pattern[str]:
    plain, special = [], []
    for entry in entries:
        if entry.startswith("re:"):
            special.append(entry[3:])
        else:
            plain.append(re.escape(fold(entry)).replace(r"\*", r"\w*").replace(r"\ ", r"[ -]"))
    parts = []
    if plain:
        parts.append(r"(?<![\w])(?:" + "|".join(sorted(plain, key=len, reverse=True)) + r")(?!\w)")
    parts += [rf"(?<![\w])(?:{piece})" if not piece.startswith(("^", r"\b")) else piece for piece in special]
    return re.compile("|".join(parts))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The word tables, read once."""
    tables = tomllib.loads((_HERE / "concepts.toml").read_text(encoding="utf-8"))
    patterns = {name: _pattern(entries) for table in tables.values() for name, entries in table.items()}
    single = set()
    for group in ("nouns", "states", "verbs"):
        for entries in tables[group].values():
            for entry in entries:
                if not entry.startswith("re:") and " " not in entry:
                    single.add(fold(entry.rstrip("*")))
    known = set(single)
    for entries in tables["other"].values():
        known |= {fold(word) for entry in entries if not entry.startswith("re:") for word in entry.split()}
    for group in ("nouns", "states", "verbs"):
        for entries in tables[group].values():
            known |= {
                fold(piece) for entry in entries if not entry.startswith("re:") for piece in entry.rstrip("*").split()
            }
    common = (_HERE / "common_words.txt").read_text(encoding="utf-8")
    known |= {fold(word) for word in common.split()}
    for path in sorted((_HERE / "examples").glob("*.toml")):
        for sentences in tomllib.loads(path.read_text(encoding="utf-8")).values():
            known |= {
                match.group()
                for sentence in sentences
                for match in words(fold(sentence))
                if match.start() == 0 or not sentence[match.start()].isupper()  # capitals within may be names
            } - {"acme"}
    menders: dict[str, list[str]] = {}
    for word in sorted(single | {fold(word) for word in common.split("\n", 1)[0].split()}):
        if len(word) >= 4:
            menders.setdefault(word[0], []).append(word)
    return Lexicon(
        patterns, frozenset(tables["nouns"]), frozenset(known), {key: tuple(value) for key, value in menders.items()}
    )


def is_known(word: str) -> bool:
    """Whether a folded word is an ordinary one (not a name and not a typing error)."""
    table = lexicon()
    if word in table.known or word.isdigit():
        return True
    stems = (word[:-1], word[:-2]) if len(word) > 4 else (word[:-1],)
    return word.endswith(("s", "e", "en", "n", "r", "er", "es", "i", "a", "ed", "m")) and any(
        stem in table.known for stem in stems
    )


@lru_cache(maxsize=2048)
def mended(word: str) -> str:
    """The concept word that a mistyped word stands for, or the word itself."""
    if len(word) < 4 or not word.isalpha() or is_known(word):
        return word
    choices = lexicon().menders.get(word[0], ())
    allowed = 1 if len(word) <= 8 else 2
    best = process.extractOne(word, choices, scorer=OSA.distance, score_cutoff=allowed)
    if best is None:
        return word
    near = str(best[0])
    if abs(len(near) - len(word)) > 2 or (len(word) == 4 and sorted(near) != sorted(word) and len(near) == len(word)):
        return word
    return near


def concepts(folded: str, skip: list[tuple[int, int]] | None = None) -> frozenset[str]:
    """The concepts that a folded sentence mentions; places in `skip` (names) are read as a blank name."""
    text = blanked(folded, skip or [])
    found = {name for name, pattern in lexicon().patterns.items() if pattern.search(text)}
    mend = "".join(_mended_pieces(text))
    if mend != text:
        found |= {name for name, pattern in lexicon().patterns.items() if pattern.search(mend)}
    return frozenset(found)


def blanked(folded: str, skip: list[tuple[int, int]]) -> str:
    """The sentence with the given places replaced by a word that means nothing."""
    out, at = [], 0
    for start, end in sorted(skip):
        if start >= at:
            out += [folded[at:start], "xname"]
            at = end
    return "".join([*out, folded[at:]])


def _mended_pieces(text: str) -> list[str]:
    pieces, at = [], 0
    for match in words(text):
        pieces += [text[at : match.start()], mended(match.group())]
        at = match.end()
    return [*pieces, text[at:]]
