"""Text that a model or another company wrote, made harmless for a page that renders Markdown.

A model that follows a planted instruction can try to carry data out in the address of an image (loaded without a
click) or of a link (OWASP LLM05, "markdown image exfiltration"). No address in such a text is ever live: images,
links, references, bare addresses, raw HTML and directives are broken up, visibly readable but without effect. A bare
e-mail address is left whole, so that it can be copied: nothing leaves by it unless a person writes and sends a mail. It
works on a stream: what could still become one of these is held back until it is decided.
"""

from __future__ import annotations

import re

_JOINER = "\u2060"
"""WORD JOINER: not visible, not a place to break a line, but no longer the syntax."""
_PATTERN = re.compile(
    r"(?P<html><(?=[A-Za-z/!?]))"
    r"|(?P<inline>\](?=[(\[:]))"
    r"|(?P<scheme>:(?=//))"
    r"|(?P<www>(?i:www)(?=\.))"
    r"|(?P<directive>:(?=[A-Za-z]))"
    r"|(?P<fence>:::+)"
)
_HIDDEN = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u061c\ufeff]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Taken out before anything else is looked for: what stands around it may be an address once it is gone."""
_HELD = re.compile(r"[<\]:wW]+/?\Z")
"""What, at the end of a piece, the next piece could turn into one of them."""


def harmless(text: str) -> str:
    """The whole text without any live address, HTML, directive or hidden character."""
    return _PATTERN.sub(_replace, _HIDDEN.sub("", text))


def _replace(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "html":
            return "&lt;"
        case "fence":
            return _JOINER.join(found[0])
        case _:
            return found[0] + _JOINER


class HarmlessStream:
    """The same for text that comes in pieces, however they are cut."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """The part that can be shown now."""
        text = self._held + _HIDDEN.sub("", piece)
        held = _HELD.search(text)
        self._held = held[0] if held else ""
        return harmless(text[: len(text) - len(self._held)] if self._held else text)

    def finish(self) -> str:
        """What was still held back."""
        rest, self._held = self._held, ""
        return harmless(rest)
