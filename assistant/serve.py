"""Runs the product: the sandbox where it is needed, the tables, the house, the web server, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from assistant.settings import Settings
from assistant.stand_in import SandboxDidNotStart, name_webhooks, sandbox_beside

if TYPE_CHECKING:
    import uvicorn

Say = Callable[..., None]


async def serve(settings: Settings, *, say: Say) -> int:
    """Serve until interrupted. 0 after an orderly end, 2 when it could not start (with the reason said)."""
    try:
        listener = _listen(settings)
    except OSError as problem:
        say(
            f"The chat does not start: port {settings.port} on {settings.host} cannot be used ({problem.strerror}). "
            "End what listens there or set PORT.",
            error=True,
        )
        return 2
    with contextlib.closing(listener):
        try:
            async with sandbox_beside(settings) as sandbox:
                await _run(settings, listener, sandbox, say)
        except SandboxDidNotStart as problem:
            say(f"{problem}", error=True)
            if _taken(settings):
                say(
                    f"The sandbox needs ports {settings.sandbox_port} to {settings.sandbox_port + 5}: end what listens "
                    "there or set SANDBOX_PORT.",
                    error=True,
                )
            return 2
    say("Stopped.")
    return 0


def _taken(settings: Settings) -> bool:
    """Whether something listens on one of the sandbox's ports."""
    for port in range(settings.sandbox_port, settings.sandbox_port + 6):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
    return False


def _listen(settings: Settings) -> socket.socket:
    """Take the port first: a second start says so at once, before anything else is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError:
        listener.close()
        raise
    return listener


async def _run(settings: Settings, listener: socket.socket, sandbox: Awaitable[list[str]], say: Say) -> None:
    import uvicorn

    from assistant.wiring import open_house

    class Server(uvicorn.Server):
        """uvicorn that announces itself when it answers, and leaves signals to us."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            _announce(settings, addresses, say)
            if addresses:
                self.naming = asyncio.create_task(name_webhooks(settings), name="naming webhooks")

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            with _until_signalled(self):
                yield

    async with open_house(settings) as house:
        from assistant.web import build_web

        config = uvicorn.Config(
            build_web(house),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=settings.secure,
            timeout_graceful_shutdown=3,
            ws_max_size=2**20,
        )
        addresses = await sandbox
        await Server(config).serve(sockets=[listener])


@contextlib.contextmanager
def _until_signalled(server: uvicorn.Server) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the server in order; what was started beside it is ended by its own block."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, server.handle_exit, number, None)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _announce(settings: Settings, sandbox: list[str], say: Say) -> None:
    say("", f"Finance assistant   {settings.url}", "")
    for line in sandbox:
        name, _, url = line.partition(" ")
        say(f"  sandbox {name:<11} {url}")
    if sandbox:
        say("", "The sandbox stands in for what is not configured: no real money moves. Stop with Ctrl-C.", "")
