"""Starts the sandbox for a test: real HTTP servers on free ports of loopback, in a thread."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from sandbox.ports import PROVIDERS
from sandbox.serve import Provider, Wishes, prepare, serve


class RunningProvider:
    """One provider as a test sees it from outside: its address and its control surface."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url

    def effects(self) -> list[dict[str, Any]]:
        """Every write that took effect, oldest first."""
        effects: list[dict[str, Any]] = self._get("/_sandbox/effects")
        return effects

    def fault(self, match: str, kind: str, times: int = 1, **extra: float | str) -> None:
        """Order a fault (`seconds`, `retry_after` and `text` as `sandbox.faults` says)."""
        body = {"match": match, "kind": kind, "times": times, **extra}
        httpx.post(f"{self.url}/_sandbox/faults", json=body).raise_for_status()

    def clear_faults(self) -> None:
        """Take all faults back."""
        httpx.delete(f"{self.url}/_sandbox/faults").raise_for_status()

    def advance(self, seconds: float) -> str:
        """Move this provider's clock forward; its new time."""
        answer = httpx.post(f"{self.url}/_sandbox/clock", json={"advance_seconds": seconds}).raise_for_status()
        now: str = answer.json()["now"]
        return now

    def state(self) -> dict[str, Any]:
        """The provider's own reckoning."""
        state: dict[str, Any] = self._get("/_sandbox/state")
        return state

    def _get(self, path: str) -> Any:
        return httpx.get(f"{self.url}{path}", timeout=30).raise_for_status().json()


class RunningSandbox:
    """Several providers that know each other's addresses."""

    def __init__(self, providers: Sequence[RunningProvider]) -> None:
        self.providers = {provider.name: provider for provider in providers}
        self.urls = {provider.name: provider.url for provider in providers}

    def __getitem__(self, name: str) -> RunningProvider:
        return self.providers[name]


@contextmanager
def run_sandbox(
    provider: str,
    *,
    seed: int = 1,
    today: str | None = None,
    scale: int = 1,
    state: Path | None = None,
    limits: bool = True,
    port: int = 0,
) -> Iterator[RunningProvider]:
    """One provider alone, on a free port unless one is named."""
    wishes = Wishes(seed, None if today is None else date.fromisoformat(today), scale, state, limits)
    with _running([provider], port, wishes) as sandbox:
        yield sandbox[provider]


@contextmanager
def run_sandbox_all(
    names: Sequence[str] = PROVIDERS,
    *,
    seed: int = 1,
    today: str | None = None,
    scale: int = 1,
    state: Path | None = None,
    limits: bool = True,
    port: int = 0,
) -> Iterator[RunningSandbox]:
    """All providers (or those named) together, on free ports unless a first one is named."""
    wishes = Wishes(seed, None if today is None else date.fromisoformat(today), scale, state, limits)
    with _running(names, port, wishes) as sandbox:
        yield sandbox


@contextmanager
def _running(names: Sequence[str], port: int, wishes: Wishes) -> Iterator[RunningSandbox]:
    providers = prepare(names, port, wishes)
    thread = _ServingThread(providers)
    thread.start()
    if not thread.ready.wait(30):
        raise RuntimeError(f"The sandbox ({', '.join(names)}) did not answer within 30 seconds.")
    if thread.error is not None:
        raise thread.error
    try:
        yield RunningSandbox([RunningProvider(provider.name, provider.url) for provider in providers])
    finally:
        thread.end()


class _ServingThread(threading.Thread):
    def __init__(self, providers: Sequence[Provider]) -> None:
        super().__init__(name="sandbox", daemon=True)
        self.providers = providers
        self.ready = threading.Event()
        self.error: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except (OSError, RuntimeError, SystemExit) as error:
            self.error = error
        finally:
            self.ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ending = asyncio.Event()
        await serve(self.providers, ready=self.ready.set, stop=self._ending)

    def end(self) -> None:
        if self._loop is not None and self._ending is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._ending.set)
        self.join(10)
