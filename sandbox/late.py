"""Requests that arrive late: the caller has given up long ago, and the provider handles them all the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.types import ASGIApp, Message, Receive, Scope


@dataclass(frozen=True)
class Kept:
    """One request, read whole, that can be handled at any time and more than once."""

    scope: Scope
    body: bytes

    @classmethod
    async def of(cls, scope: Scope, receive: Receive) -> Kept:
        """Read the request to its end."""
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        return cls(scope, body)

    def receive(self) -> Receive:
        """The same request once more, for an application to read."""
        left = [self.body]

        async def read() -> Message:
            if left:
                return {"type": "http.request", "body": left.pop(), "more_body": False}
            return {"type": "http.disconnect"}

        return read

    def again(self) -> Scope:
        """A scope of its own: what one handling notes there does not reach the next."""
        return dict(self.scope)


class LatePost:
    """The requests that are still on their way, handled in the order in which they are due."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self._under_way: list[tuple[datetime, Kept]] = []

    def add(self, due: datetime, request: Kept) -> None:
        """It is handled as soon as the provider's clock has reached `due` and anything happens there."""
        self._under_way.append((due, request))
        self._under_way.sort(key=lambda one: one[0])

    def next_due(self) -> datetime | None:
        """When the next one is due; None when nothing is on its way."""
        return self._under_way[0][0] if self._under_way else None

    def clear(self) -> None:
        """What is on its way is lost for good."""
        self._under_way.clear()

    async def deliver(self, until: datetime | None = None) -> int:
        """Handle what is due by then, or everything; how many that were. Nobody gets the answers."""
        delivered = 0
        while self._under_way and self.app is not None and (until is None or self._under_way[0][0] <= until):
            _, request = self._under_way.pop(0)
            await self.app(request.again(), request.receive(), _nowhere)
            delivered += 1
        return delivered


async def _nowhere(message: Message) -> None:
    """The caller hung up."""
