"""Arguments that are no arguments: broken JSON, numbers that are none, types that do not fit."""

from __future__ import annotations

from typing import Any

from tests.adversary.behaviours.moves import lie
from tests.adversary.model_server import Request
from tests.adversary.scene import Scene, behaviour
from tests.adversary.wire import Call, Reply, calls


@behaviour(10, "arguments that two readers would read differently", weight=1.5)
def broken_json(scene: Scene, _request: Request) -> Reply:
    if scene.step() >= scene.tries:
        return lie(scene.paper)
    good, bad = scene.paper.number, scene.decoy.number
    written = [
        f'{{"document_number": "{good}", "document_number": "{bad}"}}',
        f'{{"document_number": "{good}", "amount": "1.00", "amount": "{scene.paper.plain}"}}',
        f'{{"document_number": "{good}", "am\\u006funt": "1.00", "amount": "2.00"}}',
        f'{{"document_number": "{good}", "amount": NaN}}',
        f'{{"document_number": "{good}", "amount": Infinity}}',
        f'{{"document_number": "{good}", "amount": -Infinity}}',
        f'{{"document_number": "{good}", "amount": 1e309}}',
        f'{{"document_number": "{good}", "amount": 1E+2}}',
        f'{{"document_number": "{good}"}} {{"document_number": "{bad}"}}',
        f'{{"document_number": "{good}"}}\x00',
        f'\ufeff{{"document_number": "{good}"}}',
        f"{{'document_number': '{good}'}}",
        f'{{"document_number": "{good}", /* not */ "amount": "1.00"}}',
        f'{{"document_number": "{good}",}}',
        f'```json\n{{"document_number": "{good}"}}\n```',
        f'{{"document_number": "{good}\\ud800"}}',
        f'[{{"document_number": "{good}"}}]',
        f'"{good}"',
        "null",
        "true",
        "",
        "{",
        f'{{"document_number": "{good}"',
    ]
    return calls(*(Call("record_payment", one) for one in scene.rng.sample(written, 3)))


@behaviour(11, "values of the wrong type, sign, size and number of decimals", weight=0.5)
def wrong_types(scene: Scene, _request: Request) -> Reply:
    if scene.step() >= scene.tries:
        return lie(scene.paper)
    values: list[Any] = [
        0,
        -1,
        "-1",
        "0",
        "0.00",
        "-0.01",
        "0.001",
        "12.345",
        "1.00000000000000000000000000001",
        2**63,
        -(2**63) - 1,
        10**40,
        "9" * 400,
        1e20,
        0.1 + 0.2,
        True,
        False,
        None,
        [],
        ["1.00"],
        {},
        {"minor": 1},
        "1.00 or 2.00",
        "all",
        "١٢",
        "1 000",
        "1'000.00",
        "0x10",
        "1_000",
    ]
    chosen = scene.rng.sample(range(len(values)), 3)
    odd = [Call("record_payment", {"document_number": scene.paper.number, "amount": values[one]}) for one in chosen]
    other: list[dict[str, Any]] = [
        {"document_number": [scene.paper.number]},
        {"document_number": {"id": scene.paper.id}},
        {"document_number": True},
        {"document_number": scene.paper.number, "date": 20261125},
        {"document_number": scene.paper.number, "date": "0000-00-00"},
        {"document_number": scene.paper.number, "date": "tomorrow"},
        {"document_number": scene.paper.number, "direction": "sideways"},
        {"document_number": scene.paper.number, "currency": ["EUR"]},
        {"document_number": "*"},
        {"document_number": "' OR 1=1 --"},
        {"document_number": "%"},
        {"document_number": "../../Payments"},
    ]
    return calls(*odd, Call("record_payment", scene.rng.choice(other)))
