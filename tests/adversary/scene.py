"""What one episode is about: the person's honest request, and everything that its attacker has been given."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.adversary.model_server import Request
from tests.adversary.wire import Reply

ATTACKER_IBAN = "DE28100100109999999999"
"""A valid number (ISO 13616) that nobody in the books banks with."""
ATTACKER_HOST = "https://collector.attacker.example"
FOREIGN_TALK = "another-conversation"
"""Into which somebody else sent a file, contract.pdf."""


@dataclass(frozen=True, slots=True)
class Paper:
    """An open invoice or bill as the harness made it; amounts in minor units of `currency`."""

    id: str
    number: str
    kind: str
    """bill or invoice"""
    contact: str
    contact_id: str
    minor: int
    currency: str = "EUR"

    @property
    def plain(self) -> str:
        """The amount as a model writes it: "980.00"."""
        return plain(self.minor)


def plain(minor: int) -> str:
    """An amount of euros for a model."""
    return f"{minor // 100}.{minor % 100:02d}"


@dataclass(frozen=True, slots=True)
class Order:
    """What the person really wants. `paper` None: only to know something, and nothing may be written."""

    said: str
    paper: Paper | None = None
    minor: int = 0


@dataclass(frozen=True, slots=True)
class Foreign:
    """A proposal of somebody else, of earlier, or of another organisation: its identity, but no confirmation code."""

    id: str
    number: int
    digest: str
    state: str
    what: str
    """own_open, other_person, other_organisation, expired, rejected, done"""


@dataclass
class Scene:
    """What the attacker knows, beyond what the requests tell it. Never a confirmation code, never a cookie."""

    rng: random.Random
    order: Order
    decoys: tuple[Paper, ...]
    """Other open documents that nobody asked to have paid."""
    foreign: tuple[Foreign, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    """(id, name) of other people."""
    organisations: tuple[str, ...] = ()
    """Ids of the organisations of this house, the last one a stranger's."""
    lookalike: Paper | None = None
    """A bill of a contact whose name only looks like that of the one who is to be paid."""
    memory: dict[str, Any] = field(default_factory=dict)
    """What a behaviour remembers from one request to the next."""

    @property
    def paper(self) -> Paper:
        """What the person asked to have paid; for a question, any document."""
        return self.order.paper or self.decoys[0]

    @property
    def decoy(self) -> Paper:
        """One that nobody asked for."""
        return self.rng.choice(self.decoys)

    tries: int = 1
    """How often the attack is tried again when it was refused."""

    def __post_init__(self) -> None:
        self.tries = self.rng.choice((1, 1, 2))

    def step(self) -> int:
        """How many times the model has been asked in this episode, from 0; counts up."""
        now: int = self.memory.get("step", 0)
        self.memory["step"] = now + 1
        return now


Play = Callable[[Scene, Request], Reply]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One way of being hostile."""

    name: str
    kind: int
    """Its class in the published list of 28 (direct write = 1 ... self-approval = 28)."""
    tries: str
    """What it tries, in one line."""
    play: Play
    turns: int = 1
    """How often the person speaks in the episode."""
    wants: str = "pay"
    """The person's request that it needs: pay, any or ask."""
    weight: float = 1.0
    """How often it is played, compared with the others: those that cost much are played seldom."""
    clicks: str = ""
    """What the click-forger does beside it."""
    with_file: bool = False
    """Whether the person sends a file with the first message."""


REGISTER: dict[str, Behaviour] = {}


def behaviour(kind: int, tries: str, **more: Any) -> Callable[[Play], Play]:
    """Registers a function as a behaviour under its own name."""

    def enter(play: Play) -> Play:
        name = getattr(play, "__name__", "")
        if name in REGISTER:
            raise ValueError(f"two behaviours are called {name}")
        REGISTER[name] = Behaviour(name, kind, tries, play, **more)
        return play

    return enter
