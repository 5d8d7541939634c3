"""Runs the sandbox beside the chat, as a process of its own that ends with it."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import structlog

from assistant.providers import xero_webhook_key
from assistant.settings import Settings
from assistant.xero_webhooks import ADDRESS as WEBHOOKS

log = structlog.get_logger()

_PROVIDERS = 6
_START_SECONDS = 60
_END_SECONDS = 5


class SandboxDidNotStart(Exception):
    """The sandbox could not be started; its own words say why."""


@asynccontextmanager
async def sandbox_beside(settings: Settings) -> AsyncIterator[Awaitable[list[str]]]:
    """The sandbox's addresses ("xero http://localhost:8101", ...), once it answers; none when every provider is real.

    They are awaited rather than given, so that the chat can be built while the sandbox starts.

    The sandbox is another program: it is never imported, so one misreading of a vendor cannot cancel itself out.
    Its standard input is a pipe from us: should we be killed, it reads the end and stops too.
    """
    if not settings.any_sandbox:
        yield _nowhere()
        return
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        "--port",
        str(settings.sandbox_port),
        "--state",
        str((settings.assistant_home / "sandbox").resolve()),
        "--seed",
        str(settings.sandbox_seed),
        "--scale",
        str(settings.sandbox_scale),
        "--organisations",
        str(settings.sandbox_organisations),
        *(("--today", settings.sandbox_today) if settings.sandbox_today else ()),
        *(() if settings.sandbox_limits else ("--no-limits",)),
        "--until-stdin-ends",
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        cwd=Path(__file__).parent.parent,
        start_new_session=True,
    )
    answering = asyncio.create_task(_addresses(process))
    try:
        yield answering
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        await _end(process)


async def name_webhooks(settings: Settings) -> None:
    """Tell the sandbox's Xero where we listen, as an app's owner does on the vendor's pages; it tries the address.

    Without it everything works as with an app that has no webhooks: questions ask for what changed.
    """
    if not settings.sandboxed("xero"):
        return
    host = settings.host if settings.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
    asked = {"url": f"http://{host}:{settings.port}{WEBHOOKS}", "key": xero_webhook_key(settings)}
    try:
        async with httpx.AsyncClient(timeout=15) as http:
            answer = await http.post(f"{settings.sandbox_url('xero')}/_sandbox/webhooks", json=asked)
    except httpx.HTTPError as problem:
        log.warning("the sandbox knows no address for its webhooks", problem=type(problem).__name__)
        return
    if answer.status_code != 201:
        log.warning("the sandbox knows no address for its webhooks", answered=answer.status_code)


async def _nowhere() -> list[str]:
    return []


async def _addresses(process: Process) -> list[str]:
    assert process.stdout and process.stderr
    found: list[str] = []
    try:
        async with asyncio.timeout(_START_SECONDS):
            while len(found) < _PROVIDERS:
                line = (await process.stdout.readline()).decode()
                if not line:
                    said = (await process.stderr.read()).decode().strip()
                    raise SandboxDidNotStart(said or "The sandbox ended without a word.")
                if line.startswith("sandbox "):
                    found.append(line.removeprefix("sandbox ").strip())
    except TimeoutError:
        raise SandboxDidNotStart(f"The sandbox was not ready after {_START_SECONDS} seconds.") from None
    return found


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(_END_SECONDS):
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
