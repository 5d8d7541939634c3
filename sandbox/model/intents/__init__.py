"""The catalogue of intents: what a person can want, which tools serve it, which slots it has, how it is recognised."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sandbox.model.lexicon import lexicon

_HERE = Path(__file__).parent
FEATURES = frozenset(
    [
        "#amount",
        "#contact",
        "#inv",
        "#bill",
        "#doc",
        "#pay",
        "#iban",
        "#email",
        "#ref",
        "#L_inv",
        "#L_bill",
        "#L_pay",
        "#L_doc",
        "#period",
        "#limit",
        "#bound",
        "#days",
        "#write",
        "#wants_pay",
        "#question",
        "#can_we",
        "#short",
        "#domain",
        "#hard",
        "#asks",
    ]
)


@dataclass(frozen=True)
class Rule:
    """When all of `needs` (each any of several) hold and none of `bars`, the intent is meant with this weight (0–1)."""

    weight: float
    needs: tuple[frozenset[str], ...]
    bars: frozenset[str]

    def holds(self, seen: frozenset[str]) -> bool:
        """Whether the concepts and features of a sentence satisfy it."""
        return not (self.bars & seen) and all(need & seen for need in self.needs)


@dataclass(frozen=True)
class Intent:
    """One thing a person can want."""

    name: str
    effect: str
    """`read`, `write` or `talk`."""
    tools: tuple[str, ...]
    """Tools that can serve it, the best first."""
    slots: tuple[str, ...]
    need: tuple[frozenset[str], ...]
    """Slots without which it is asked for: each entry is any one of several."""
    label: dict[str, str]
    rules: tuple[Rule, ...]
    direction: str | None
    given: dict[str, str]
    """Arguments that the intent itself says, e.g. that a document is to be approved."""

    def weight(self, seen: frozenset[str]) -> float:
        """How surely the rules see this intent."""
        return max((rule.weight for rule in self.rules if rule.holds(seen)), default=0.0)


def _rule(text: str) -> Rule:
    first, *terms = text.split()
    known = FEATURES | lexicon().patterns.keys()
    needs: list[frozenset[str]] = []
    bars: set[str] = set()
    for term in terms:
        names = frozenset(term.lstrip("!").split("|"))
        if names - known:
            raise ValueError(f"rule {text!r} names unknown concepts {sorted(names - known)}")
        if term.startswith("!"):
            bars |= names
        else:
            needs.append(names)
    return Rule(int(first) / 100, tuple(needs), frozenset(bars))


def _intent(name: str, table: dict[str, Any]) -> Intent:
    return Intent(
        name=name,
        effect=table["effect"],
        tools=tuple(table.get("tools", ())),
        slots=tuple(table.get("slots", ())),
        need=tuple(frozenset(re.split(r"\|", need)) for need in table.get("need", ())),
        label=table.get("label", {}),
        rules=tuple(_rule(rule) for rule in table["rules"]),
        direction=table.get("direction"),
        given=table.get("given", {}),
    )


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Intent]:
    """Every intent by name, read once."""
    found: dict[str, Intent] = {}
    for path in sorted(_HERE.glob("*.toml")):
        for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[name] = _intent(name, table)
    return found
