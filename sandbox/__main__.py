"""`python -m sandbox`: start the stand-ins for the vendors and print where each one is."""

import argparse
import asyncio
import os
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sandbox.ports import DEFAULT_PORT, PROVIDERS
from sandbox.serve import Provider, Wishes, prepare, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until interrupted; 0 when ended by a signal, 2 when it could not start."""
    chosen = _parser().parse_args(arguments)
    names = PROVIDERS if chosen.provider == "all" else (chosen.provider,)
    wishes = Wishes(chosen.seed, chosen.today, chosen.scale, chosen.state, not chosen.no_limits, chosen.organisations)
    try:
        providers = prepare(names, chosen.port, wishes)
    except OSError as error:
        last = chosen.port + len(names) - 1
        where = f"port {chosen.port}" if len(names) == 1 else f"ports {chosen.port} to {last}"
        sys.stderr.write(f"The sandbox did not start: {error.strerror or error}. Needed: {where} on 127.0.0.1")
        sys.stderr.write(" and, if --state was given, a folder that can be written. Try another --port.\n")
        return 2
    asyncio.run(_run(providers, until_stdin_ends=chosen.until_stdin_ends))
    return 0


async def _run(providers: Sequence[Provider], *, until_stdin_ends: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if until_stdin_ends:
        threading.Thread(target=_watch_stdin, args=(loop, stop), daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)

    def ready() -> None:
        for provider in providers:
            sys.stdout.write(f"sandbox {provider.name} {provider.url}\n")
        sys.stdout.flush()

    await serve(providers, ready=ready, stop=stop)


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Whoever started us holds the other end: when they are gone, however they went, so are we."""
    while os.read(0, 1024):
        pass
    loop.call_soon_threadsafe(stop.set)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("provider", nargs="?", default="all", choices=("all", *PROVIDERS))
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help="first port (0: any free ones)")
    parser.add_argument("--seed", type=int, default=1, help="another number, another company")
    parser.add_argument("--today", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the sandbox's date")
    parser.add_argument("--scale", type=_scale, default=1, help="multiplies the number of documents")
    parser.add_argument("--organisations", type=int, choices=(1, 2, 3, 4), default=1, help="behind Xero's login")
    parser.add_argument("--state", type=Path, metavar="DIR", help="keep state here over restarts")
    parser.add_argument("--until-stdin-ends", action="store_true", help="stop when standard input is closed")
    parser.add_argument("--no-limits", action="store_true", help="without the vendors' rate limits")
    return parser


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535 - len(PROVIDERS) + 1:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65530")
    return number


def _scale(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError("the scale is a whole number from 1 to 1000")
    return number


if __name__ == "__main__":
    sys.exit(main())
