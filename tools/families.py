"""The tools by what they are about, so that a model is told only of those that a conversation needs.

Each tool's schema costs a few hundred tokens in every request, and a model that sees a hundred of them chooses worse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from tools.base import Tool


@dataclass(frozen=True)
class Family:
    """Tools that are needed together."""

    name: str
    about: str
    """What they are for, in a few words, for the model."""
    tools: tuple[Tool, ...]
    hints: str = ""
    """How words begin by which a message needs them, folded, in the languages that people write here; "" where they
    are offered always."""

    @property
    def always(self) -> bool:
        """Whether every conversation is offered them."""
        return not self.hints

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        beginnings = "|".join(re.escape(hint.replace("_", " ")) for hint in self.hints.split())
        return re.compile(rf"(?<!\w)(?:{beginnings})")

    def hinted(self, said: Iterable[str]) -> int:
        """How much of the messages are hints of it, each once, in characters: a longer hint says more."""
        found = {hint for text in said for hint in self._pattern.findall(folded(text))} if not self.always else set()
        return sum(map(len, found))


def folded(text: str) -> str:
    """The text as hints are written: small letters without accents, blanks single."""
    plain = unicodedata.normalize("NFKD", text[:4000].casefold())
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def every_tool(families: Sequence[Family]) -> list[Tool]:
    """The tools of all families in their order."""
    return [tool for family in families for tool in family.tools]
