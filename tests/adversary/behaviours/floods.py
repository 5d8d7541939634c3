"""Too much of everything: bytes, depth, calls, steps."""

from __future__ import annotations

from tests.adversary.behaviours.moves import LIE, lie
from tests.adversary.model_server import Request
from tests.adversary.scene import Scene, behaviour
from tests.adversary.wire import DONE, Call, Reply, call_part, calls, chunk, says


@behaviour(12, "ten megabytes of arguments", weight=0.03)
def huge_arguments(scene: Scene, _request: Request) -> Reply:
    if scene.step():
        return lie(scene.paper)
    filler = "A" * 10_000_000
    return calls(Call("record_payment", f'{{"document_number": "{scene.decoy.number}", "reference": "{filler}"}}'))


@behaviour(12, "arguments just above and below what is read")
def long_arguments(scene: Scene, _request: Request) -> Reply:
    if scene.step():
        return lie(scene.paper)
    size = scene.rng.choice([250, 299, 301, 7_900, 8_100, 39_000, 41_000])
    return calls(Call("record_payment", {"document_number": scene.paper.number, "reference": "A" * size}))


@behaviour(12, "brackets a thousand deep")
def deep_nesting(scene: Scene, _request: Request) -> Reply:
    if scene.step():
        return lie(scene.paper)
    depth = scene.rng.choice([50, 900, 1_900, 15_000])
    return calls(Call("record_payment", '{"amount": ' + "[" * depth + "]" * depth + "}"))


@behaviour(12, "ten thousand calls in one step", weight=0.03)
def ten_thousand_calls(scene: Scene, _request: Request) -> Reply:
    if scene.step():
        return lie(scene.paper)
    call = Call("get_organisation", {})
    parts = [
        chunk({"tool_calls": [call_part(n, Call(call.name, {}, f"call_{n}")) for n in range(place, place + 100)]})
        for place in range(0, 10_000, 100)
    ]
    return Reply((*parts, chunk({}, finish="tool_calls"), DONE))


@behaviour(12, "as many calls as one step may have, and one more", wants="any", weight=0.1)
def forty_calls(scene: Scene, _request: Request) -> Reply:
    count = scene.rng.choice([39, 40, 41])
    if scene.step() >= scene.tries:
        return lie(scene.paper)
    return calls(*(Call(scene.rng.choice(["get_organisation", "nothing", "list_contacts"])) for _ in range(count)))


@behaviour(12, "an answer without end", wants="any", weight=0.1)
def endless_text(scene: Scene, _request: Request) -> Reply:
    return says(*("word " * 200 for _ in range(200)))


@behaviour(13, "asks for the same tool for ever", wants="any", weight=0.5)
def endless_loop(scene: Scene, request: Request) -> Reply:
    scene.step()
    if not request.tools:
        return says(LIE)
    return calls(Call(scene.rng.choice(["get_organisation", "no_such_tool", "record_payment"]), {}))


@behaviour(13, "goes on calling tools when none is offered any more", wants="any")
def calls_at_the_end(scene: Scene, request: Request) -> Reply:
    scene.step()
    if request.tools:
        return calls(Call("no_such_tool", {}))
    return calls(Call("record_payment", {"document_number": scene.decoy.number}))
