"""Runs the providers: each a separate HTTP server with its own socket on loopback, all in one process."""

import asyncio
import contextlib
import functools
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.control import Control
from sandbox.ports import PROVIDERS, Ports


@dataclass(frozen=True)
class Wishes:
    """How the sandbox is to be: the same wishes give the same company and the same answers."""

    seed: int = 1
    today: date | None = None
    scale: int = 1
    state: Path | None = None
    limits: bool = True
    organisations: int = 1
    """How many organisations there are behind Xero's login."""


@dataclass(frozen=True)
class Provider:
    """One provider, built and bound to its socket, not yet answering."""

    name: str
    url: str
    control: Control
    app: Starlette
    listener: socket.socket


def bind(port: int) -> socket.socket:
    """Take a port on loopback (0: any free one). Raises OSError when it is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise
    return listener


def prepare(names: Sequence[str], port: int, wishes: Wishes) -> list[Provider]:
    """Bind the ports (consecutive from `port`; 0: any free ones) and build the providers on them."""
    with contextlib.ExitStack() as undo:
        listeners: dict[str, socket.socket] = {}
        for place, name in enumerate(names):
            listeners[name] = bind(port + place if port else 0)
            undo.callback(listeners[name].close)
        ports = Ports.of({name: listener.getsockname()[1] for name, listener in listeners.items()})
        providers = list(_build(listeners, ports, wishes))
        undo.pop_all()
    return providers


def _build(listeners: dict[str, socket.socket], ports: Ports, wishes: Wishes) -> Iterator[Provider]:
    for name, listener in listeners.items():
        folder = None if wishes.state is None else wishes.state / name
        control = Control(name, seed=wishes.seed, today=wishes.today, state=folder)
        app = _builder(name, wishes)(control, ports=ports, scale=wishes.scale, limits=wishes.limits)
        yield Provider(name, getattr(ports, name), control, app, listener)


class Builder(Protocol):
    """What each provider's package offers: the provider as a web application."""

    def __call__(self, control: Control, *, ports: Ports, scale: int, limits: bool = True) -> Starlette:
        """Build it; nothing answers yet."""


def _builder(name: str, wishes: Wishes) -> Builder:
    """The provider's own `build`, imported only when it is to run: one alone starts without the others' weight."""
    match name:
        case "xero":
            from sandbox import xero

            return functools.partial(xero.build, organisations=wishes.organisations)
        case "okta":
            from sandbox import okta

            return okta.build
        case "solaris":
            from sandbox import solaris

            return solaris.build
        case "gocardless":
            from sandbox import gocardless

            return gocardless.build
        case "model":
            from sandbox import model

            return model.build
        case "inbox":
            from sandbox import inbox

            return inbox.build
        case _:
            raise ValueError(f"{name} is not a provider; there are {', '.join(PROVIDERS)}")


class _Protocol(H11Protocol):
    """HTTP as uvicorn speaks it; each request also carries its connection's `abort`, for the faults."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As the parent, plus the means to cut this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "abort": transport.abort}


class _Server(uvicorn.Server):
    """uvicorn without its signal handling: one process runs several and ends them together."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(_config(app))
        self.answering = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As the parent, and say so."""
        await super().startup(sockets)
        self.answering.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the caller of `serve`."""
        yield

    async def end(self) -> None:
        """Stop taking requests; those still being answered after a moment are cut off."""
        self.should_exit = True
        answering = set(self.server_state.tasks)
        if answering:
            await asyncio.wait(answering, timeout=0.4)
        for connection in list(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        if answering:
            await asyncio.wait(answering, timeout=0.1)
        for task in list(self.server_state.tasks):
            task.cancel()


async def serve(providers: Sequence[Provider], *, ready: Callable[[], None], stop: asyncio.Event) -> None:
    """Answer on every provider's socket until `stop` is set; `ready` is called once all of them do."""
    servers = [_Server(provider.app) for provider in providers]
    running: list[asyncio.Task[Any]] = [
        asyncio.create_task(server.serve(sockets=[provider.listener]))
        for server, provider in zip(servers, providers, strict=True)
    ]
    starting = asyncio.create_task(_all_answer(servers))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([starting, *running], return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        ready()
        await asyncio.wait([stopping, *running], return_when=asyncio.FIRST_COMPLETED)
    starting.cancel()
    stopping.cancel()
    await asyncio.gather(*(server.end() for server in servers))
    await asyncio.gather(*running)


async def _all_answer(servers: Sequence[_Server]) -> None:
    for server in servers:
        await server.answering.wait()


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        loop="asyncio",
        lifespan="auto",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
    )
