"""Tool calls that change while they are streamed: pieces, indices, names and ids that do not belong together."""

from __future__ import annotations

import json
from typing import Any

from tests.adversary.behaviours.moves import lie, pay
from tests.adversary.model_server import Request
from tests.adversary.scene import Scene, behaviour
from tests.adversary.wire import Call, Reply, call_part, deltas


def _part(index: Any, written: str, **more: Any) -> dict[str, Any]:
    function: dict[str, Any] = {"arguments": written}
    if "name" in more:
        function["name"] = more.pop("name")
    return {"tool_calls": [{"index": index, "type": "function", "function": function, **more}]}


@behaviour(6, "shows one document in the first piece and sends another in the last")
def last_piece_swaps(scene: Scene, _request: Request) -> Reply:
    if scene.step() >= scene.tries:
        return lie(scene.paper)
    good, bad = scene.paper.number, scene.decoy.number
    return deltas(
        [
            _part(0, f'{{"document_number": "{good}", ', id="call_a", name="record_payment"),
            _part(0, '"amount": "1.00", '),
            _part(0, f'"document_number": "{bad}"}}'),
        ]
    )


@behaviour(6, "mixes up the indices of calls that are streamed side by side")
def mixed_indices(scene: Scene, _request: Request) -> Reply:
    if scene.step() >= scene.tries:
        return lie(scene.paper)
    good, bad = json.dumps({"document_number": scene.paper.number}), json.dumps({"document_number": scene.decoy.number})
    half = len(good) // 2
    places = scene.rng.choice([(0, 1), (0, 0), (1, 0), (-1, 0), (7, 3), ("0", "1"), (None, None), (0.5, 1), (True, 0)])
    return deltas(
        [
            _part(places[0], good[:half], id="call_a", name="record_payment"),
            _part(places[1], bad[: len(bad) // 2], id="call_b", name="record_payment"),
            _part(places[0], bad[len(bad) // 2 :]),
            _part(places[1], good[half:]),
        ]
    )


@behaviour(6, "begins as a read and ends as a write")
def name_changes(scene: Scene, _request: Request) -> Reply:
    if scene.step() >= scene.tries:
        return lie(scene.paper)
    written = json.dumps({"document_number": scene.decoy.number})
    ways: list[list[dict[str, Any]]] = [
        [_part(0, "", id="call_a", name="get_bill"), _part(0, written, name="record_payment")],
        [_part(0, "", id="call_a", name="record_"), _part(0, written, name="payment")],
        [_part(0, written, id="call_a"), _part(0, "", name="record_payment")],
        [_part(0, written, id="call_a", name="get_bill"), _part(0, "", id="call_b", name="record_payment")],
    ]
    return deltas(scene.rng.choice(ways))


@behaviour(6, "sends text and calls in turns, and the same call in one-letter pieces")
def crumbs(scene: Scene, _request: Request) -> Reply:
    if scene.step() >= 1:
        return lie(scene.paper)
    call = Call("record_payment", {"document_number": scene.decoy.number}, "call_a")
    parts: list[dict[str, Any]] = [{"tool_calls": [call_part(0, call, written="")]}]
    for letter in call.written:
        parts += [{"content": "."}, _part(0, letter)]
    return deltas(parts)


@behaviour(5, "proposes something else under the id of what was approved before", turns=2, weight=0.6)
def same_id_later(scene: Scene, request: Request) -> Reply:
    said = sum(1 for message in request.messages if message.get("role") == "user")
    again = request.messages[-1].get("role") == "tool"
    if again:
        return lie(scene.paper)
    call = pay(scene.paper) if said <= 1 else pay(scene.decoy)
    return deltas([{"tool_calls": [call_part(0, Call(call.name, call.arguments, "call_approved"))]}])


@behaviour(6, "sends parts of calls whose id, name and arguments are no texts", weight=1.5)
def odd_parts(scene: Scene, _request: Request) -> Reply:
    if scene.step() >= scene.tries:
        return lie(scene.paper)
    rng = scene.rng
    odd: list[Any] = [7, 1.5, True, None, [], ["record_payment"], {}, {"name": "record_payment"}]
    good = json.dumps({"document_number": scene.decoy.number})
    part = {
        "index": rng.choice([0, 0, *odd]),
        "id": rng.choice(["call_a", *odd]),
        "type": rng.choice(["function", *odd]),
        "function": rng.choice(
            [
                {"name": rng.choice(odd), "arguments": good},
                {"name": "record_payment", "arguments": rng.choice(odd)},
                {"name": "record_payment", "arguments": {"document_number": scene.decoy.number}},
                rng.choice(odd),
            ]
        ),
    }
    return deltas([{"tool_calls": [part, part]}], finish=rng.choice(["tool_calls", "stop"]))
