"""Which tools the model is told of: those that every conversation needs, and the families that this one asks for.

What is offered is chosen by code from the person's own words and from what was called before; the model can have
another family laid out by calling `offer_tools`. What a person may do is decided elsewhere: the shelf holds only what
is permitted, and a permitted tool runs whether it lies there or not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from tools.base import Tool, Toolset
from tools.families import Family

OFFER_TOOLS = "offer_tools"
BUDGET = 24_000
"""Characters of all definitions of one request; about 6,000 tokens (English JSON has about four characters a token)."""
_LOOKED_AT = 3
"""So many of the person's last messages say what is needed."""
_ABOUT = (
    "Have more tools offered for the next step. Call this when none of the tools that you see fits; then call the "
    "right one. The groups: "
)


@lru_cache(maxsize=256)
def definition(tool: Tool) -> dict[str, Any]:
    """One tool as the model is told of it; made once, since building a schema takes half a millisecond."""
    (found,) = Toolset([tool]).definitions()
    return found


@lru_cache(maxsize=256)
def size(tool: Tool) -> int:
    """Characters of its definition as it is sent."""
    return len(json.dumps(definition(tool), ensure_ascii=False, separators=(",", ":")))


class Shelf:
    """The families that one person may use, and which of them lie open in this turn."""

    def __init__(self, families: Sequence[Family], permitted: Toolset) -> None:
        self._families = [
            (family, tuple(tool for tool in family.tools if permitted.get(tool.name) is not None))
            for family in families
        ]
        self._families = [(family, tools) for family, tools in self._families if tools]
        self._open: list[str] = []
        """Families that are offered besides those that always are, the newest last."""

    def choose(self, said: Sequence[str], called: Sequence[str]) -> None:
        """Open what the last messages of the person name, and what was called before, as far as the budget goes."""
        last = said[-_LOOKED_AT:]
        before = {family.name for family, tools in self._families if any(tool.name in called for tool in tools)}
        scored = [
            (family.hinted(last[-1:]), family.hinted(last), family.name in before, -place, family.name)
            for place, (family, _) in enumerate(self._families)
            if not family.always
        ]
        self._open = []
        for *score, _place, name in sorted(scored):  # the best last: it is the newest
            if any(score):
                self.open(name)

    def open(self, name: str) -> tuple[Tool, ...]:
        """Offer a family from now on; the ones opened first give way when it is too much. Empty for an unknown name."""
        tools = next((tools for family, tools in self._families if family.name == name), ())
        if tools:
            self._open = [*(other for other in self._open if other != name), name]
            while len(self._open) > 1 and self.characters() > BUDGET:
                self._open.pop(0)
        return tools

    def open_for(self, tool_name: str) -> None:
        """Offer the family of a tool that was called without being offered."""
        for family, tools in self._families:
            if not family.always and any(tool.name == tool_name for tool in tools):
                self.open(family.name)

    def offered(self) -> list[Tool]:
        """The tools that the model is told of now, in the order of the catalogue."""
        return [
            tool for family, tools in self._families if family.always or family.name in self._open for tool in tools
        ]

    def definitions(self) -> list[dict[str, Any]]:
        """What the request carries, with `offer_tools` while something is left that could be offered."""
        shut = self._shut()
        found = [definition(tool) for tool in self.offered()]
        return [*found, _offer(shut)] if shut else found

    def characters(self) -> int:
        """The size of what the request would carry."""
        shut = self._shut()
        offer = len(json.dumps(_offer(shut), ensure_ascii=False, separators=(",", ":"))) if shut else 0
        return sum(size(tool) for tool in self.offered()) + offer

    def _shut(self) -> list[tuple[Family, tuple[Tool, ...]]]:
        return [
            (family, tools) for family, tools in self._families if not family.always and family.name not in self._open
        ]

    def put_out(self, arguments: str) -> tuple[bool, dict[str, Any]]:
        """Carry out a call of `offer_tools`: whether it did anything, and the result for the model."""
        try:
            group = json.loads(arguments or "{}").get("group", "")
        except (ValueError, AttributeError):
            group = ""
        tools = self.open(group) if isinstance(group, str) else ()
        if not tools:
            names = ", ".join(family.name for family, _ in self._families if not family.always)
            return False, {"error": {"kind": "retry", "message": f"There is no such group. The groups are: {names}."}}
        names = ", ".join(tool.name for tool in tools)
        return True, {"answer": f"These tools are offered now: {names}. Call the one that fits."}


def _offer(shut: Sequence[tuple[Family, tuple[Tool, ...]]]) -> dict[str, Any]:
    lines = "; ".join(
        f"{family.name}: {family.about} ({', '.join(tool.name for tool in tools)})" for family, tools in shut
    )
    return {
        "type": "function",
        "function": {
            "name": OFFER_TOOLS,
            "description": f"{_ABOUT}{lines}.",
            "parameters": {
                "type": "object",
                "properties": {"group": {"type": "string", "enum": [family.name for family, _ in shut]}},
                "required": ["group"],
                "additionalProperties": False,
            },
        },
    }
