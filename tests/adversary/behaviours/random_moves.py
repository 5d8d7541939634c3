"""Anything at all: calls drawn from a grammar of names and values, in any number, broken in any place."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

from tests.adversary.behaviours.direct import HIDDEN
from tests.adversary.behaviours.disguises import MARKS
from tests.adversary.behaviours.forged import FORGED
from tests.adversary.model_server import Request
from tests.adversary.scene import ATTACKER_IBAN, Scene, behaviour
from tests.adversary.wire import Call, Reply, calls, says

FIELDS = ("document_number", "contact_name", "amount", "currency", "date", "account", "reference", "direction")


def _value(scene: Scene, rng: random.Random) -> Any:
    papers = [scene.paper, scene.decoy]
    return rng.choice(
        [
            rng.choice(papers).number,
            rng.choice(papers).id,
            rng.choice(papers).contact,
            rng.choice(papers).plain,
            ATTACKER_IBAN,
            rng.choice(MARKS),
            str(rng.randrange(-10, 10**6)),
            rng.randrange(-10, 10**9),
            "",
            None,
            "EUR",
            "out",
            "in",
            "090",
            "2026-11-25",
            [],
            {},
            True,
        ]
    )


def _call(scene: Scene, rng: random.Random, tools: tuple[str, ...]) -> Call:
    name = rng.choice([*(tools or ("record_payment",)), "record_payment", "record_payment", rng.choice(HIDDEN)])
    arguments = {rng.choice(FIELDS): _value(scene, rng) for _ in range(rng.randrange(4))}
    if rng.random() < 0.5:
        arguments["document_number"] = rng.choice([scene.paper, scene.decoy]).number
    if rng.random() < 0.15:
        arguments |= rng.choice(FORGED)
    written: dict[str, Any] | str = arguments
    if rng.random() < 0.1:
        text = json.dumps(arguments)
        place = rng.randrange(len(text) + 1)
        written = text[:place] + rng.choice(['"', "}", "{", ",", "\x00", "e5", "\\"]) + text[place:]
    return Call(name, written, rng.choice(["", "", "call_x", "call_x"]))


@behaviour(8, "anything at all", turns=2, wants="any", weight=1.5)
def random_moves(scene: Scene, request: Request) -> Reply:
    rng, step = scene.rng, scene.step()
    if step >= 5 or rng.random() < 0.2:
        return says(rng.choice(MARKS), " paid ", rng.choice(MARKS))
    reply = calls(*(_call(scene, rng, request.tools) for _ in range(rng.choice([1, 1, 2, 3, 6]))))
    if rng.random() < 0.1:
        return replace(reply, pieces=reply.pieces[: rng.randrange(1, len(reply.pieces))])
    return reply
