"""Names that are made to be taken for others: unseen characters, mixed scripts, and what looks like another's name.

The letters that look alike are Unicode's own list (UTS 39, confusables.txt, as the package confusable-homoglyphs
carries it); which scripts may stand in one word follows its "highly restrictive" level.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from confusable_homoglyphs.categories import alias  # type: ignore[import-untyped]
from confusable_homoglyphs.confusables import is_confusable  # type: ignore[import-untyped]
from rapidfuzz import process
from rapidfuzz.distance import OSA

from tools import words
from tools.xero.names import JOINERS, LEGAL_FORMS

_TOGETHER = (
    frozenset(("LATIN", "HAN", "HIRAGANA", "KATAKANA")),
    frozenset(("LATIN", "HAN", "BOPOMOFO")),
    frozenset(("LATIN", "HAN", "HANGUL")),
)
_NO_SCRIPT = frozenset(("COMMON", "INHERITED", "Unknown"))
_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "þ": "th", "ð": "d"}
_PUNCTUATION = {char: " " for char in map(chr, range(0x21, 0x7F)) if not char.isalnum()}
_PUNCTUATION |= dict.fromkeys(".'`’´", "") | {"|": "l"}
_SHAPES = str.maketrans({"0": "o", "1": "l", "i": "l"})
_SHORTEST = 5
"""Names shorter than this have too many neighbours at one character's distance; a legal form may make up one letter."""


def unseen(text: str) -> tuple[str, ...]:
    """The characters in it that are not seen or reorder others, each once: ("U+202E", "U+200B")."""
    if text.isascii() and text.isprintable():
        return ()
    return tuple(dict.fromkeys(words.code_point(char) for char in text if words.hides(char)))


@dataclass(frozen=True, slots=True)
class MixedWord:
    """A word in which letters of scripts stand together that no language writes together."""

    word: str
    odd: tuple[str, ...]
    """Its letters that are not Latin (all of them where none is), each once."""


def mixed_words(text: str) -> tuple[MixedWord, ...]:
    """The words of a text that mix scripts, such as Latin with Cyrillic. Japanese and Korean do so by right."""
    if text.isascii():
        return ()
    found = []
    for word in _words(text):
        scripts = {char: str(alias(char)) for char in word if char.isalpha()}
        mixed = frozenset(scripts.values()) - _NO_SCRIPT
        if len(mixed) > 1 and not any(mixed <= together for together in _TOGETHER):
            odd = tuple(char for char, script in scripts.items() if script in mixed - {"LATIN"})
            found.append(MixedWord(word, odd))
    return tuple(found)


def _words(text: str) -> Iterator[str]:
    """Runs of letters and digits; marks and what is not seen do not end one."""
    word = ""
    for char in text:
        if char.isalnum() or (word and unicodedata.category(char).startswith("M")):
            word += char
        elif not words.hides(char) or char.isspace():
            if word:
                yield word
            word = ""
    if word:
        yield word


@lru_cache(maxsize=8192)
def latin(char: str) -> str:
    """The Latin letters or the digit that a character is or looks like: "é" → "e", Cyrillic "с" → "c", "３" → "3".

    Itself where there are none, and nothing for a character that is not seen.
    """
    if char.isascii():
        return char
    if words.hides(char):
        return ""
    if (digit := unicodedata.decimal(char, None)) is not None:
        return str(digit)
    plain = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    if not plain or plain.isascii():
        return plain
    if char.lower() in _LETTERS:
        return _LETTERS[char.lower()]
    for shape in (plain, plain.upper()):
        for found in is_confusable(shape, greedy=True, preferred_aliases=["latin"]) or ():
            for glyph in found["homoglyphs"]:
                if len(shape) == 1 and glyph["c"].isascii() and glyph["c"].isalpha():
                    return str(glyph["c"])
    return plain


class _Folding(dict[int, str]):
    """What each character folds to, worked out when it is first met: `str.translate` then runs in C."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = _PUNCTUATION[char] if char in _PUNCTUATION else latin(char).casefold()
        return self[code]


_folding = _Folding()


@dataclass(frozen=True, slots=True)
class _Shape:
    """What an eye takes from a name: case, accents, blanks and letters that look like others folded."""

    whole: str
    core: str
    """The same without its legal form."""
    blurred: str
    """The core with those letters joined that run into one another: "rn" is read as "m"."""


@lru_cache(maxsize=65_536)
def _shape(name: str) -> _Shape:
    parts = [word for word in name.translate(_folding).split() if word not in JOINERS]
    whole = "".join(parts).translate(_SHAPES)
    core = "".join([word for word in parts if word not in LEGAL_FORMS]).translate(_SHAPES) or whole
    return _Shape(whole, core, core.replace("rn", "m").replace("vv", "w"))


def look_alikes(name: str, others: Sequence[str]) -> list[int]:
    """Which of the other names look like this one, by their place in the list, the nearest first.

    Alike are names that are the same but for case, accents, blanks, letters that look like others and the legal form,
    and those one character away from it (one added, left out, replaced, or two swapped). Two names that differ in a
    digit only, such as branches with numbers, are not.
    """
    own = _shape(name)
    if not own.whole:
        return []
    shapes = [_shape(other) for other in others]
    found = dict.fromkeys(place for place, other in enumerate(shapes) if other.blurred == own.blurred)
    if len(own.whole) >= _SHORTEST and len(own.core) >= _SHORTEST - 1:
        found |= _near(name, own.whole, [other.whole for other in shapes], others)
    if len(own.core) >= _SHORTEST:
        found |= _near(name, own.core, [other.core for other in shapes], others)
    return list(found)


def _near(name: str, own: str, shapes: Sequence[str], others: Sequence[str]) -> dict[int, None]:
    near = process.extract(own, shapes, scorer=OSA.distance, score_cutoff=1, limit=None)
    return dict.fromkeys(place for _, _, place in near if not _numbered(name, others[place]))


def _numbered(one: str, other: str) -> bool:
    """Whether both have a number, and differ in nothing else."""
    first, second = (tuple(filter(str.isdigit, text)) for text in (one, other))
    rests = {"".join(char for char in text if not char.isdigit()).casefold() for text in (one, other)}
    return bool(first and second) and first != second and len(rests) == 1


def groups_alike(names: Sequence[str]) -> list[list[int]]:
    """The names that look like one another, in groups of two and more by their places, in the list's order.

    Two names that are one character apart have a variant with one character less in common, so that only such are
    compared; an address book of thousands takes a moment.
    """
    leader = list(range(len(names)))

    def lead(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    first: dict[_Shape, int] = {}
    for place, name in enumerate(names):
        shape = _shape(name)
        if shape.whole:
            leader[place] = lead(first.setdefault(shape, place))
    variants: dict[str, list[int]] = {}
    for shape, place in first.items():
        texts = {shape.whole, shape.core, shape.blurred}
        texts |= {text[:at] + text[at + 1 :] for text in texts for at in range(len(text))}
        for text in texts:
            variants.setdefault(text, []).append(place)
    for near in variants.values():
        for at, place in enumerate(near):
            for other in near[at + 1 :]:
                if lead(place) != lead(other) and look_alikes(names[place], [names[other]]):
                    leader[lead(other)] = lead(place)
    found: dict[int, list[int]] = {}
    for place in range(len(names)):
        found.setdefault(lead(place), []).append(place)
    return [places for places in found.values() if len(places) > 1]
