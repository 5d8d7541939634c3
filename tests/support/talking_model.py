"""A model server on loopback that says exactly what a test gives it, in pieces, whatever it is asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PIECE = 7
"""Letters of one piece: no address, tag or link comes whole."""


class TalkingModel(ThreadingHTTPServer):
    """Answers every chat completion with `words`, as OpenAI streams them (chat.completion.chunk events)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.words = "Hello."
        self.asked: list[str] = []
        """Everything that was asked of this server, "GET /x"."""

    @property
    def address(self) -> str:
        """The server's own, another host than the product's to a browser."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        """What OPENAI_BASE_URL is to be."""
        return f"{self.address}/v1"

    def events(self) -> Iterator[bytes]:
        """The stream."""
        pieces = [self.words[at : at + _PIECE] for at in range(0, len(self.words), _PIECE)]
        for piece in pieces:
            yield _event({"content": piece}, None)
        yield _event({}, "stop")
        yield b"data: [DONE]\n\n"


def _event(delta: dict[str, str], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
    chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n".encode()


class _Answers(BaseHTTPRequestHandler):
    server: TalkingModel

    def do_GET(self) -> None:
        """`GET /v1/models`: the doctor asks."""
        self._begin("application/json")
        self.wfile.write(b'{"object": "list", "data": []}')

    def do_POST(self) -> None:
        """`POST /v1/chat/completions`."""
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self._begin("text/event-stream")
        for event in self.server.events():
            self.wfile.write(event)

    def _begin(self, kind: str) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        self.send_response(200)
        self.send_header("content-type", kind)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the test says what it expects."""


@contextmanager
def talking_model() -> Iterator[TalkingModel]:
    """The server, for the time of a test."""
    with TalkingModel() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
