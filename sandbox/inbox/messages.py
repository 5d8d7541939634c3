"""The messages that arrived, as an outside reader sees them: oldest first, whatever channel they came by."""

from collections import Counter, deque
from datetime import datetime, timedelta
from typing import Any

from sandbox.control import Control


class Messages:
    """What arrived. The provider's effects are the store, so a restart with the same state finds them again."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def add(self, channel: str, path: str, text: str, body: Any) -> str:
        """Keep one message that was accepted; its id. `path` loses the webhook's secret, its last part."""
        number = f"{channel}-{len(self._control.effects()) + 1}"
        kept = {"channel": channel, "text": text, "payload": body}
        secret_free = path.rsplit("/", 1)[0] + "/…"
        self._control.record(
            operation=f"{channel}_message",
            method="POST",
            path=secret_free,
            idempotency_key=None,
            body=kept,
            result_id=number,
        )
        return number

    def of(self, channel: str | None) -> list[dict[str, Any]]:
        """All messages, or those of one channel, oldest first."""
        found = [
            {"id": effect["result_id"], "at": effect["at"], "to": effect["path"], **effect["body"]}
            for effect in self._control.effects()
        ]
        return [message for message in found if channel in (None, message["channel"])]

    def reckoning(self) -> dict[str, Any]:
        """How many arrived by each channel."""
        return {"messages": dict(Counter(message["channel"] for message in self.of(None)))}


class Window:
    """A vendor's limit: so many calls within so many seconds, for each webhook."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._length = timedelta(seconds=seconds)
        self._seen: dict[str, deque[datetime]] = {}

    def wait(self, webhook: str, now: datetime) -> float:
        """0 when the call is allowed (and counted), else the seconds until the next one is."""
        seen = self._seen.setdefault(webhook, deque())
        while seen and now - seen[0] >= self._length:
            seen.popleft()
        if len(seen) < self._calls:
            seen.append(now)
            return 0.0
        return (seen[0] + self._length - now).total_seconds()
