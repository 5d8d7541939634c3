"""The model adapter against a real server on loopback that speaks (and misspeaks) Chat Completions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from assistant.model import Delta, Finish, OpenAIModel, StepEnd, TextDelta
from assistant.model_errors import ModelError, ModelProblem

pytestmark = pytest.mark.anyio

Reply = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]
TOOLS = [{"type": "function", "function": {"name": "t", "description": "d", "parameters": {"type": "object"}}}]


def head(status: str = "200 OK", kind: str = "text/event-stream") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode()


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m-1", "choices": choices, **more}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def tool(index: int, identity: str | None = None, name: str | None = None, arguments: str = "") -> dict[str, Any]:
    return {
        "tool_calls": [
            {"index": index, "id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}
        ]
    }


DONE = b"data: [DONE]\n\n"


@asynccontextmanager
async def served(reply: Reply) -> AsyncIterator[str]:
    """A server on a free port that reads one request and then does what the test says."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in request.split(b"\r\n") if line.lower().startswith(b"content-length")),
            0,
        )
        body = await reader.readexactly(length)
        try:
            await reply(reader, writer, request + body)
        except ConnectionError:
            pass  # the client has gone, as it may
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


def streams(*parts: bytes) -> Reply:
    async def reply(_: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
        writer.write(head())
        for part in parts:
            writer.write(part)
            await writer.drain()

    return reply


def answers(status: str, body: str, kind: str = "application/json") -> Reply:
    async def reply(_: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
        writer.write(head(status, kind) + body.encode())
        await writer.drain()

    return reply


ASKED: list[dict[str, Any]] = [{"role": "user", "content": "hi"}]


async def step(reply: Reply, *, timeout: float = 5) -> list[Delta]:
    async with served(reply) as url:
        model = OpenAIModel(api_key="key", base_url=url, model="m-1", timeout=timeout)
        try:
            return [delta async for delta in model.stream(ASKED, TOOLS)]
        finally:
            await model.close()


async def problem(reply: Reply, *, timeout: float = 5) -> ModelProblem:
    with pytest.raises(ModelError) as caught:
        await step(reply, timeout=timeout)
    return caught.value.problem


async def test_text_comes_in_pieces_with_usage_at_the_end() -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
    deltas = await step(
        streams(chunk({"content": "Hel"}), chunk({"content": "lo"}, "stop"), chunk(None, usage=usage), DONE)
    )
    assert deltas[:2] == [TextDelta("Hel"), TextDelta("lo")]
    end = deltas[2]
    assert isinstance(end, StepEnd)
    assert (end.finish, end.calls, end.model) == (Finish.STOP, (), "m-1")
    assert end.usage is not None
    assert (end.usage.prompt, end.usage.answer) == (7, 2)


async def test_parallel_calls_are_put_together_by_index() -> None:
    deltas = await step(
        streams(
            chunk(tool(0, "a", "list", '{"x"')),
            chunk(tool(1, "b", "get", "{}")),
            chunk(tool(0, None, None, ": 1}")),
            chunk({}, "tool_calls"),
            DONE,
        )
    )
    (end,) = deltas
    assert isinstance(end, StepEnd)
    assert [(c.id, c.name, c.arguments) for c in end.calls] == [("a", "list", '{"x": 1}'), ("b", "get", "{}")]


async def test_servers_that_number_every_call_zero_are_understood() -> None:
    (end,) = await step(
        streams(
            chunk(tool(0, "a", "list", "{}")), chunk(tool(0, "b", "get", '{"n": 2}')), chunk({}, "tool_calls"), DONE
        )
    )
    assert isinstance(end, StepEnd)
    assert [(c.id, c.arguments) for c in end.calls] == [("a", "{}"), ("b", '{"n": 2}')]


async def test_ids_that_are_missing_or_strange_become_unique() -> None:
    (end,) = await step(
        streams(
            chunk(tool(0, "", "list", "{}")), chunk(tool(1, "a b\n", "get", "{}")), chunk(tool(2, "call_1", "x", "{}")),
            chunk({}, "tool_calls"), DONE,
        )
    )  # fmt: skip
    assert isinstance(end, StepEnd)
    ids = [c.id for c in end.calls]
    assert len(set(ids)) == 3
    assert all(" " not in identity and identity for identity in ids)


async def test_the_request_carries_tools_and_asks_for_usage() -> None:
    seen: list[dict[str, Any]] = []

    async def reply(_: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
        seen.append(json.loads(request.partition(b"\r\n\r\n")[2]))
        assert b"Bearer key" in request
        writer.write(head() + chunk({"content": "x"}, "stop") + DONE)
        await writer.drain()

    await step(reply)
    assert seen[0]["tools"] == TOOLS
    assert seen[0]["stream_options"] == {"include_usage": True}
    assert seen[0]["model"] == "m-1"
    assert seen[0]["stream"] is True
    assert seen[0]["messages"] == ASKED


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        ("401 Unauthorized", "{}", ModelProblem.UNAUTHORISED),
        ("403 Forbidden", "{}", ModelProblem.UNAUTHORISED),
        ("404 Not Found", "{}", ModelProblem.UNKNOWN_MODEL),
        ("429 Too Many Requests", '{"error": {"code": "insufficient_quota"}}', ModelProblem.QUOTA),
        ("429 Too Many Requests", "{}", ModelProblem.BUSY),
        ("500 Internal Server Error", "oops", ModelProblem.UNAVAILABLE),
        ("503 Service Unavailable", "<html>", ModelProblem.UNAVAILABLE),
        ("400 Bad Request", '{"error": {"code": "context_length_exceeded"}}', ModelProblem.TOO_LONG),
        ("400 Bad Request", '{"error": {"message": "no"}}', ModelProblem.REFUSED),
    ],
)
async def test_what_a_status_means(status: str, body: str, expected: ModelProblem) -> None:
    assert await problem(answers(status, body)) is expected


async def test_a_stream_that_is_cut_is_not_an_answer() -> None:
    assert await problem(streams(chunk({"content": "Hel"}))) is ModelProblem.BROKEN_OFF


async def test_a_connection_that_breaks_in_the_middle() -> None:
    async def reply(_: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 5000\r\n\r\n")
        writer.write(chunk({"content": "Hel"}))
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.transport.abort()

    assert await problem(reply) is ModelProblem.BROKEN_OFF


async def test_calls_that_were_cut_are_never_carried_out() -> None:
    assert await problem(streams(chunk(tool(0, "a", "pay", '{"amount": "1')))) is ModelProblem.BROKEN_OFF


@pytest.mark.parametrize(
    "junk",
    [
        b"data: {not json\n\n",
        b"data: [1, 2]\n\n",
        b"data: 7\n\n",
        b'data: {"choices": [{}]}\n\n',
        b'data: {"choices": "x"}\n\n',
        chunk({"content": 7}, "stop"),
        chunk({"tool_calls": "x"}, "stop"),
        chunk({"tool_calls": [7]}, "stop"),
        chunk({"tool_calls": [{"index": 0, "id": "a", "function": {"name": ["pay"], "arguments": "{}"}}]}, "stop"),
        chunk({"tool_calls": [{"index": 0, "id": {"a": 1}, "function": {"name": "pay", "arguments": "{}"}}]}, "stop"),
        chunk({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "pay", "arguments": {"a": 1}}}]}, "stop"),
        b'data: {"choices": [], "usage": {"prompt_tokens": "many", "completion_tokens": 1}}\n\n',
    ],
)
async def test_what_is_not_the_format_is_nonsense(junk: bytes) -> None:
    assert await problem(streams(junk, DONE)) in (ModelProblem.NONSENSE, ModelProblem.BROKEN_OFF)


async def test_a_page_instead_of_a_stream() -> None:
    assert await problem(answers("200 OK", "<html>hello</html>", "text/html")) in (
        ModelProblem.NONSENSE,
        ModelProblem.BROKEN_OFF,
    )


async def test_a_name_that_changes_in_the_middle_of_a_call() -> None:
    reply = streams(
        chunk(tool(0, "a", "list", "{")), chunk(tool(0, "a", "record_payment", "}")), chunk({}, "tool_calls"), DONE
    )
    assert await problem(reply) is ModelProblem.NONSENSE


async def test_a_server_that_is_silent() -> None:
    async def reply(_: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
        await asyncio.sleep(3)

    assert await problem(reply, timeout=0.2) is ModelProblem.TIMEOUT


async def test_a_server_that_drips_for_ever() -> None:
    async def reply(_: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
        writer.write(head())
        while True:
            writer.write(chunk({"content": "."}))
            await writer.drain()
            await asyncio.sleep(0.05)

    assert await problem(reply, timeout=0.3) is ModelProblem.TIMEOUT


async def test_a_flood_of_text_is_stopped() -> None:
    assert await problem(streams(*[chunk({"content": "x" * 10_000})] * 8)) is ModelProblem.TOO_MUCH


async def test_a_flood_of_arguments_is_stopped() -> None:
    parts = [chunk(tool(0, "a", "list", "x" * 10_000))] * 8
    assert await problem(streams(*parts)) is ModelProblem.TOO_MUCH


async def test_a_flood_of_calls_is_stopped() -> None:
    parts = [chunk(tool(n, f"c{n}", "list", "{}")) for n in range(100)]
    assert await problem(streams(*parts)) is ModelProblem.TOO_MUCH


async def test_nobody_listens() -> None:
    async with served(streams()) as url:
        pass
    model = OpenAIModel(api_key="key", base_url=url, model="m-1", timeout=2)
    with pytest.raises(ModelError) as caught:
        [delta async for delta in model.stream([], [])]
    assert caught.value.problem is ModelProblem.UNREACHABLE


async def test_a_slow_reader_is_not_taken_for_a_slow_model() -> None:
    async with served(streams(chunk({"content": "a"}), chunk({"content": "b"}, "stop"), DONE)) as url:
        model = OpenAIModel(api_key="key", base_url=url, model="m-1", timeout=0.2)
        pieces = []
        async for delta in model.stream([], []):
            pieces.append(delta)
            await asyncio.sleep(0.25)
        await model.close()
    assert pieces[:2] == [TextDelta("a"), TextDelta("b")]
