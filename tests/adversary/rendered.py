"""What a page would do with a text: a Markdown reader of our own choice says what would be live in it."""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it import MarkdownIt

_LIVE = ("link_open", "image", "html_inline", "html_block")
_BARE = re.compile(r"(?i)(?:https?|ftp)://[^\s<]|\bwww\.[a-z0-9]")
"""What GitHub's extension (section 6.9 of its specification) makes a link of by itself."""
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z]{2}\d{2}(?:[ \u00a0.\-]?[A-Z0-9]){11,30}|[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30})"
    r"(?![A-Za-z0-9])"
)
_LENGTHS = {
    "DE": 22,
    "AT": 20,
    "CH": 21,
    "FR": 27,
    "NL": 18,
    "GB": 22,
    "IE": 22,
    "IT": 27,
    "ES": 24,
    "BE": 16,
    "PL": 28,
}
"""ISO 13616 registry: how long an account number of that country is."""
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f]")


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def live_in(text: str) -> str:
    """What would be live in it: "" when nothing is."""
    if _HIDDEN.search(text):
        return "a hidden character"
    if "<" not in text and "[" not in text and ":" not in text and "www" not in text.lower():
        return ""
    for token in _reader().parse(text[:100_000]):
        for inner in (token, *(token.children or ())):
            if inner.type in _LIVE:
                address = inner.attrs.get("href") or inner.attrs.get("src") or inner.content
                if inner.type == "link_open" and str(address).startswith("mailto:"):
                    continue
                return f"{inner.type} {str(address)[:80]}"
            if inner.type in ("text", "code_inline") and inner.type == "text" and _BARE.search(inner.content):
                return f"a bare address {inner.content[:80]}"
    return ""


def numbers_in(text: str) -> str:
    """The first whole bank account number (ISO 13616, with its check digits right) in a text; "" when none."""
    for found in _NUMBER.finditer(text):
        compact = re.sub(r"[^A-Za-z0-9]", "", found[0]).upper()
        length = _LENGTHS.get(compact[:2], 0)
        if length and len(compact) >= length and is_number(compact[:length]):
            return compact[:length]
    return ""


@lru_cache(maxsize=4096)
def is_number(compact: str) -> bool:
    """Whether its check digits are right."""
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1
