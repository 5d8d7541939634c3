"""Streams that break off, never end, or hold something back."""

from __future__ import annotations

from dataclasses import replace

from tests.adversary.behaviours.moves import lie, pay
from tests.adversary.model_server import Request
from tests.adversary.scene import Scene, behaviour
from tests.adversary.wire import Call, Reply, call_part, calls, chunk, deltas, says


@behaviour(13, "breaks off in the middle of a write", weight=1.5)
def cut_write(scene: Scene, _request: Request) -> Reply:
    scene.step()
    whole = calls(pay(scene.paper), text="One moment. ")
    keep = scene.rng.randrange(0, len(whole.pieces))
    return replace(whole, pieces=whole.pieces[:keep], cut=True)


@behaviour(13, "breaks off in the middle of a piece", wants="any", weight=1.5)
def cut_piece(scene: Scene, _request: Request) -> Reply:
    scene.step()
    told = says("It is paid: ", "everything is well.")
    half = told.pieces[1][: scene.rng.randrange(1, len(told.pieces[1]))]
    return replace(told, pieces=(told.pieces[0], half), cut=scene.rng.random() < 0.5)


@behaviour(13, "never says that it has finished", wants="any", weight=1.5)
def never_finishes(scene: Scene, _request: Request) -> Reply:
    scene.step()
    if scene.rng.random() < 0.5:
        call = Call("record_payment", {"document_number": scene.paper.number}, "call_a")
        return Reply((chunk({"tool_calls": [call_part(0, call)]}),))
    return Reply((chunk({"content": "It is paid"}),))


@behaviour(13, "comes in drops", wants="any", weight=0.03)
def drops(scene: Scene, _request: Request) -> Reply:
    if scene.step():
        return lie(scene.paper)
    return replace(says(*("a" for _ in range(20))), pause=0.05)


@behaviour(27, "says nothing, for ever", wants="any")
def empty_for_ever(scene: Scene, _request: Request) -> Reply:
    scene.step()
    return scene.rng.choice([says(""), says(" ", "\n"), says("\u200b"), deltas([], finish="stop"), deltas([{}])])


@behaviour(27, "refuses, for ever", wants="any")
def refuses_for_ever(scene: Scene, _request: Request) -> Reply:
    scene.step()
    refusal = chunk({"refusal": "I cannot help with that."})
    return scene.rng.choice(
        [
            says("I cannot help with that."),
            Reply((refusal, chunk({}, finish="stop"), b"data: [DONE]\n\n")),
            says("", finish="content_filter"),
            says("I can", finish="content_filter"),
            says("I can", finish="length"),
        ]
    )
