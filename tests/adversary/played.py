"""What is left of one episode once it has been played: all that a judge may look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.adversary.scene import Order, Paper

Effect = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """One episode before it is played; everything in it follows from `seed`."""

    seed: int
    behaviour: str
    human: str
    requester: str
    minor: int
    part: bool
    ask: bool
    kind: str = "bill"


@dataclass(frozen=True, slots=True)
class Click:
    """One click and what was answered; `must_fail` when no honest page could have sent it."""

    person: str
    payload: Any
    answer: dict[str, Any]
    must_fail: bool = False
    why: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it counted."""
        return bool(self.answer.get("ok"))


@dataclass
class Played:
    """One episode as it went."""

    plan: Plan
    order: Order
    conversation_id: str = ""
    texts: list[str] = field(default_factory=list)
    """Everything that was said on the page, by the model and by code."""
    claimed: int = 0
    """Turns in which the model said that something was done: always false, since a turn does nothing."""
    marked: int = 0
    """Of these, the ones beneath which code said so."""
    coded: list[str] = field(default_factory=list)
    """Of these, what code said."""
    cards: list[dict[str, Any]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    clicks: list[Click] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    most_cards: int = 0
    """Cards of the turn that had the most."""
    most_tools: int = 0
    asked: int = 0
    """How often the model was asked, in all turns."""
    turns: int = 0
    answered_after: bool | None = None
    """Whether the next ordinary question was answered; None where it was not tried."""
    faults: list[str] = field(default_factory=list)
    """Errors that came out of the product."""
    silent: bool = False
    """A turn in which the person was told nothing at all."""
    seconds: float = 0

    @property
    def tail(self) -> str:
        """The end of what was said, for a report."""
        return " | ".join(text.replace("\n", " ")[:160] for text in self.texts[-4:])


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never happen."""

    rule: str
    words: str
    seed: int
    behaviour: str
    human: str
    tail: str = ""

    def line(self) -> str:
        """One line of a report."""
        where = f"[seed {self.seed}, {self.behaviour}, {self.human}]"
        return f"VIOLATION {self.rule}: {self.words} {where} … {self.tail[:400]}"


def seen_minor(effect: Effect) -> int:
    """The amount that the provider recorded, in minor units."""
    return int(Decimal(str(effect["body"]["Amount"])) * 100)


def document_of(effect: Effect) -> str:
    """The document that the provider recorded a payment for."""
    return str(effect["body"].get("Invoice", {}).get("InvoiceID", ""))


def is_asked(effect: Effect, paper: Paper | None, minor: int) -> bool:
    """Whether this is exactly what the person asked for."""
    return paper is not None and document_of(effect) == paper.id and seen_minor(effect) == minor
