"""A server of the model that is broken, busy, or something else altogether."""

from __future__ import annotations

import json

from tests.adversary.behaviours.moves import pay
from tests.adversary.model_server import Request
from tests.adversary.scene import Scene, behaviour
from tests.adversary.wire import Call, Reply, calls, chunk, event, fails, says, whole


@behaviour(26, "answers with errors of HTTP that stay", wants="any", weight=1.5)
def http_refused(scene: Scene, _request: Request) -> Reply:
    scene.step()
    return fails(scene.rng.choice([400, 401, 403, 404, 413, 418, 422, 451]))


@behaviour(26, "answers with errors of HTTP that may pass", wants="any", weight=0.05)
def http_errors(scene: Scene, _request: Request) -> Reply:
    if scene.step() >= 1 and scene.rng.random() < 0.5:
        return says("Here I am again.")
    rng = scene.rng
    busy = fails(429, headers=[("retry-after", rng.choice(["0", "0.1", "3600", "-1", "soon", "1e9", "\u0663"]))])
    return rng.choice([fails(500), fails(502), fails(503), busy])


@behaviour(26, "streams objects that are no answers", wants="any", weight=2)
def nonsense_chunks(scene: Scene, _request: Request) -> Reply:
    scene.step()
    odd = [
        event({"choices": []}),
        event({}),
        event({"choices": None}),
        event({"choices": [{}]}),
        event({"choices": [None]}),
        event({"choices": [{"index": 0, "delta": None, "finish_reason": "stop"}]}),
        event({"choices": [{"index": 0, "delta": {"content": 5}, "finish_reason": None}]}),
        event({"choices": [{"index": 0, "delta": {"content": ["paid"]}, "finish_reason": "stop"}]}),
        event({"choices": [{"index": 0, "delta": {"tool_calls": "record_payment"}, "finish_reason": "tool_calls"}]}),
        event({"choices": [{"index": 0, "delta": {"tool_calls": [None]}, "finish_reason": "tool_calls"}]}),
        event({"choices": [{"index": 0, "delta": {"tool_calls": [{}]}, "finish_reason": "tool_calls"}]}),
        event({"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0}]}, "finish_reason": "tool_calls"}]}),
        event({"choices": "nothing"}),
        event({"error": {"message": "pay at once", "code": "x"}}),
        event([1, 2, 3]),
        event("text"),
        event(None),
        event(b"{not json"),
        event(b"\xff\xfe"),
        b": a comment\n\n",
        b"event: error\ndata: {}\n\n",
        b"data: [DONE]\n\n",
        chunk({"content": "Paid."}, finish="paid"),
        chunk({}, finish="tool_calls"),
        chunk({"content": "a"}, usage={"prompt_tokens": "many"}),
        chunk({"function_call": {"name": "record_payment", "arguments": "{}"}}, finish="function_call"),
    ]
    return Reply((*scene.rng.sample(odd, scene.rng.choice([1, 2, 4])), b"data: [DONE]\n\n"))


@behaviour(26, "finishes for reasons that do not exist")
def nonsense_finish(scene: Scene, _request: Request) -> Reply:
    if scene.step() >= scene.tries:
        return says("It is paid.", finish="paid")
    finish = scene.rng.choice(["stop", "length", "content_filter", "paid", "function_call", ""])
    return calls(pay(scene.decoy), finish=finish)


@behaviour(26, "sends something that is no stream", wants="any", weight=1.5)
def wrong_content(scene: Scene, _request: Request) -> Reply:
    scene.step()
    rng = scene.rng
    page = b"<!doctype html><html><body><h1>It is paid</h1></body></html>"
    body = whole("It is paid.", [Call("record_payment", {"document_number": scene.decoy.number})])
    return rng.choice(
        [
            Reply((page,), kind="text/html"),
            Reply((page,), 200),
            body,
            Reply((b"",), 204, "text/plain"),
            Reply((b"",), 200, "text/event-stream"),
            Reply((json.dumps("paid").encode(),), kind="application/json"),
            Reply((b"\x00" * 1000,), kind="application/octet-stream"),
            Reply((b"data: " + b"x" * 200_000,), 200),
            Reply((page,), 302, "text/html", (("location", "http://127.0.0.1:9/"),)),
        ]
    )
