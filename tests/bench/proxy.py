"""Stands between the assistant and its model and notes how long the model itself took for each request.

`python -m tests.bench.proxy --upstream PORT`: listens on a free port of loopback (printed), passes bytes on unread but
for the first words of the conversation, which tell the bench whose turn a request belongs to. `GET /_recorded` gives
the notes as JSON and forgets them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Note:
    """One request to the model: the conversation's opening words and when it went out and was answered in full."""

    opening: str
    began: float
    """Seconds of the machine's monotonic clock, which is the same for every process."""
    ended: float


class Proxy:
    """Relays HTTP/1.1 requests one after another on each connection."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._notes: list[Note] = []

    async def serve(self) -> None:
        """Listen until the process is ended."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, limit=2**22)
        sys.stdout.write(f"proxy {server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        async with server:
            await server.serve_forever()

    async def _connection(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        model_out: asyncio.StreamWriter | None = None
        try:
            while True:
                head = await client.readuntil(b"\r\n\r\n")
                body = await client.readexactly(_length(head) or 0)
                if head.startswith(b"GET /_recorded"):
                    await self._tell(answer)
                    continue
                if model_out is None:
                    model_in, model_out = await asyncio.open_connection("127.0.0.1", self._upstream, limit=2**22)
                opening, began = _opening(body), time.monotonic()
                model_out.write(head + body)
                await _relay(model_in, answer)
                self._notes.append(Note(opening, began, time.monotonic()))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # somebody hung up: a cancelled turn, or the end of a kept-alive connection
        finally:
            answer.close()
            if model_out is not None:
                model_out.close()

    async def _tell(self, answer: asyncio.StreamWriter) -> None:
        notes, self._notes = self._notes, []
        text = json.dumps([asdict(note) for note in notes]).encode()
        answer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(text))
        answer.write(text)
        await answer.drain()


async def _relay(model: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
    head = await model.readuntil(b"\r\n\r\n")
    answer.write(head)
    length = _length(head)
    if length is not None:
        answer.write(await model.readexactly(length))
    else:
        while True:
            size = await model.readuntil(b"\r\n")
            chunk = await model.readexactly(int(size.split(b";")[0], 16) + 2)
            answer.write(size + chunk)
            if len(chunk) == 2:
                break
    await answer.drain()


def _length(head: bytes) -> int | None:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return None


def _opening(body: bytes) -> str:
    try:
        request: dict[str, Any] = json.loads(body)
        return next(str(m["content"]) for m in request["messages"] if m["role"] == "user")
    except (ValueError, KeyError, TypeError, StopIteration):
        return ""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upstream", type=int, required=True)
    asyncio.run(Proxy(parser.parse_args().upstream).serve())
