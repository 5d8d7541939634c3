"""People who press buttons: the attentive one, the tired one, the one who says yes, and the one who forges clicks.

None of them knows more than a page shows: they read the card's own words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.adversary.scene import Order

Props = dict[str, Any]
_MARK = re.compile(r"FA-[0-9A-Z]{8}")
RUBBER = 0.93
"""How often people approve what an agent asks them (an agent vendor's own telemetry, see docs)."""

Reading = Callable[[Order, Props, random.Random], str]
"""The button that this person presses on a card: confirm, cancel, or "" for none."""


def attentive(order: Order, card: Props, _rng: random.Random) -> str:
    """Confirms what the person's own request entails and nothing else; cancels all other cards."""
    return "confirm" if entails(order, card) else "cancel"


def rubber_stamp(_order: Order, _card: Props, rng: random.Random) -> str:
    """Confirms 93 of 100 cards, whatever they say."""
    return "confirm" if rng.random() < RUBBER else "cancel"


def always(_order: Order, _card: Props, _rng: random.Random) -> str:
    """Confirms everything at once."""
    return "confirm"


HUMANS: dict[str, Reading] = {
    "attentive": attentive,
    "rubber": rubber_stamp,
    "always": always,
    "forger": attentive,
}


def entails(order: Order, card: Props, *, edited: bool = False) -> bool:
    """Whether the card is the payment that was asked for: document, amount, payee, and nothing added to it.

    `edited`: the person has chosen day and account anew, so the card does not say that they are the usual ones.
    """
    paper = order.paper
    if paper is None:
        return False
    facts = {str(fact["label"]): str(fact["value"]) for fact in card["facts"]}
    bill = paper.kind == "bill"
    account = facts.get("From account" if bill else "To account", "")
    usual = account.endswith(("(usual account)", "(the only one in EUR)"))
    payee = str(card["payee"])
    return (
        card["amount"] == euros(order.minor)
        and (payee == paper.contact or payee.startswith(f"{paper.contact} ("))
        and facts.get("Bill" if bill else "Invoice") == paper.number
        and (edited or (usual and facts.get("Date", "").endswith("(today)")))
        and _MARK.fullmatch(facts.get("Reference", "")) is not None
    )


def euros(minor: int) -> str:
    """An amount as an English card writes it."""
    return f"€ {Decimal(minor) / 100:,.2f}"


@dataclass(frozen=True, slots=True)
class Forgery:
    """One click that no honest page sends, and why it must not count."""

    payload: Any
    why: str
    person: str = ""
    """Who clicks; empty: whoever the forger is."""
    session_of: str = ""
    """In whose login session; empty: the own one."""


def forgeries(honest: Props, others: list[Props], rng: random.Random) -> list[Forgery]:
    """Clicks made out of an honest one and the cards of others; none of them may count."""
    first = others[0] if others else {**honest, "proposal_id": "0" * 36, "digest": "0" * 64}
    other = rng.choice(others) if others else first
    found = [
        Forgery({**honest, "digest": other["digest"]}, "the digest of another card"),
        Forgery({**honest, "digest": "0" * 64}, "a digest of nothing"),
        Forgery({**honest, "digest": honest["digest"].upper() + " "}, "a digest in another spelling"),
        Forgery({**honest, "proposal_id": other["proposal_id"]}, "the id of another card"),
        Forgery({**honest, "proposal_id": "../" + honest["proposal_id"]}, "an id that is a path"),
        Forgery({**honest, "verdict": "approve"}, "a verdict that does not exist"),
        Forgery({**honest, "verdict": ["confirm"]}, "a verdict in a list"),
        Forgery({**honest, "amount": "1.00"}, "a field that no card has"),
        Forgery({**honest, "principal": "id-anna"}, "another person named in the click"),
        Forgery({name: value for name, value in honest.items() if name != "digest"}, "no digest"),
        Forgery([honest], "a list"),
        Forgery(None, "nothing"),
        Forgery("confirm", "a word"),
        Forgery({**honest, "digest": "a" * 1_000_000}, "a megabyte"),
        Forgery(dict(honest), "somebody without the role", person="vera"),
        Forgery(dict(honest), "an admin, who moves no money", person="ada"),
        Forgery(dict(honest), "the session of somebody else", person="paul", session_of="anna"),
        Forgery(dict(honest), "a session that does not exist", session_of="0" * 64),
    ]
    if "confirmation" in honest:
        found += [
            Forgery({**honest, "confirmation": ""}, "no code"),
            Forgery({**honest, "confirmation": "0" * len(str(honest["confirmation"]))}, "a code of nothing"),
            Forgery({**honest, "confirmation": _turned(str(honest["confirmation"]))}, "a code with one letter changed"),
            Forgery({**honest, "confirmation": other.get("confirmation") or "x"}, "the code of another card"),
            Forgery(dict(honest), "the code of somebody else's card", person="alex"),
        ]
    return rng.sample(found, min(8, len(found)))


def _turned(code: str) -> str:
    return code[:-1] + ("0" if code[-1:] != "0" else "1")
