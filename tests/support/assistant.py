"""Starts the whole product as people do: `python -m assistant run`, in a process of its own, on free ports."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.sandbox import RunningProvider, RunningSandbox

ROOT = Path(__file__).parent.parent.parent
PROVIDERS = ("xero", "okta", "solaris", "gocardless", "model", "inbox")
START_SECONDS = 90
END_SECONDS = 15
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "SYSTEMROOT")


QUICK = {
    "LEDGER_FRESH_SECONDS": "0",  # what another bookkeeper has just entered is found at once
    "XERO_CALLS_A_MINUTE": "100000",
    "SANDBOX_LIMITS": "false",
    "SWEEP_SECONDS": "2",
    "LEASE_SECONDS": "4",
    "COMPARE_BY_NIGHT": "false",  # a suite that runs at night shall see what one sees by day
}
"""Settings of a product whose journeys shall not wait for each other."""


class DidNotStart(AssertionError):
    """The product did not come up; what it printed says why."""


def free_ports(count: int) -> int:
    """The first of `count` consecutive ports of loopback that are free now, below those that the system hands out."""
    for _ in range(200):
        first = random.SystemRandom().randrange(15000, 29000)
        held: list[socket.socket] = []
        try:
            for number in range(first, first + count):
                held.append(socket.create_server(("127.0.0.1", number)))
        except OSError:
            continue
        finally:
            for one in held:
                one.close()
        return first
    raise RuntimeError(f"found no {count} consecutive free ports")


def clean_environment(home: Path, **settings: str) -> dict[str, str]:
    """An environment with nothing of this machine's settings in it; the product finds its code by PYTHONPATH."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(home),
        "ASSISTANT_HOME": str(home / "state"),
        **settings,
    }


class RunningAssistant:
    """The product as a test sees it from outside: its address, the sandbox beside it, its output, its end."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.settings = settings
        first = free_ports(1 + len(PROVIDERS))
        self.port = int(settings.get("PORT", first))
        self.sandbox_port = int(settings.get("SANDBOX_PORT", first + 1))
        self.url = f"http://localhost:{self.port}"
        self.sandbox = RunningSandbox(
            [
                RunningProvider(name, f"http://localhost:{self.sandbox_port + place}")
                for place, name in enumerate(PROVIDERS)
            ]
        )
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self.seconds_to_healthy = 0.0

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process without waiting for it."""
        self.starts += 1
        (self.home / "cwd").mkdir(parents=True, exist_ok=True)  # an empty folder: no .env of a developer is read
        ports = {"PORT": str(self.port), "SANDBOX_PORT": str(self.sandbox_port)}
        with self._log().open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "assistant", "run"],
                cwd=self.home / "cwd",
                env=clean_environment(self.home, **ports, **self.settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.process

    def start(self) -> RunningAssistant:
        """Start and wait until it says that it is up."""
        began = time.monotonic()
        process = self.launch()
        while time.monotonic() - began < START_SECONDS:
            if process.poll() is not None:
                raise DidNotStart(f"it ended with {process.returncode}:\n{self.output()[-4000:]}")
            if _answers(f"{self.url}/healthz"):
                self.seconds_to_healthy = time.monotonic() - began
                return self
            time.sleep(0.05)
        said = self.output()[-4000:]
        self.kill()
        raise DidNotStart(f"it was not healthy after {START_SECONDS} s:\n{said}")

    def stop(self) -> int:
        """Press Ctrl-C and wait for the end; its exit code. Kills it (and fails) when it does not end."""
        process = self.process
        assert process is not None, "it was not started"
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            code = process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it did not end within {END_SECONDS} s of Ctrl-C:\n{self.output()[-3000:]}") from None
        self._wait_for_ports()
        return code

    def kill(self) -> None:
        """End it as a power cut does (SIGKILL); the sandbox beside it notices and stops too."""
        process = self.process
        assert process is not None, "it was not started"
        process.kill()
        process.wait(END_SECONDS)
        self._wait_for_ports()

    def restart(self) -> RunningAssistant:
        """Ctrl-C and start again on the same ports and the same state."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        return self.start()

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self.process is not None and self.process.poll() is None

    def output(self) -> str:
        """What the present run has printed, both streams."""
        return self._log().read_text(encoding="utf-8", errors="replace")

    def addresses(self) -> dict[str, str]:
        """The sandbox's addresses as printed."""
        return dict(re.findall(r"sandbox\s+(\w+)\s+(http://\S+)", self.output()))

    def _log(self) -> Path:
        return self.home / f"run-{self.starts}.log"

    def _wait_for_ports(self) -> None:
        deadline = time.monotonic() + END_SECONDS
        for port in (self.port, *range(self.sandbox_port, self.sandbox_port + len(PROVIDERS))):
            while time.monotonic() < deadline and _listening(port):
                time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def _listening(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def run_assistant(settings: Mapping[str, str] | None = None) -> Iterator[RunningAssistant]:
    """The product with a new, empty home; ended (and its home removed) afterwards."""
    with tempfile.TemporaryDirectory(prefix="assistant-", ignore_cleanup_errors=True) as folder:
        product = RunningAssistant(Path(folder), **(settings or {}))
        try:
            yield product.start()
        finally:
            if product.running:
                product.stop()


@pytest.fixture(scope="session")
def shared_assistant() -> Iterator[RunningAssistant]:
    """One product for all journeys that leave it usable for the others."""
    with run_assistant(QUICK) as product:
        yield product


@pytest.fixture
def assistant(shared_assistant: RunningAssistant) -> Iterator[RunningAssistant]:
    """The shared product with no fault left over from another journey."""
    before = len(shared_assistant.output())
    yield shared_assistant
    sys.stdout.write(shared_assistant.output()[before:][-4000:])  # pytest shows it where the journey failed
    for provider in shared_assistant.sandbox.providers.values():
        provider.clear_faults()


@pytest.fixture(scope="module")
def module_assistant() -> Iterator[RunningAssistant]:
    """A product of one module's own: starting takes seconds."""
    with run_assistant(QUICK) as product:
        yield product


@pytest.fixture
def own_assistant(module_assistant: RunningAssistant) -> RunningAssistant:
    """The module's own product, up and without faults, to be stopped, killed and restarted at will."""
    if not module_assistant.running:
        module_assistant.start()
    for provider in module_assistant.sandbox.providers.values():
        provider.clear_faults()
    return module_assistant
