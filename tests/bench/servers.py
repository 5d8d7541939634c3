"""The programs that the bench measures, each started as its users start it and ended again."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

from tests.support.assistant import ROOT, clean_environment, free_ports

Kind = Literal["assistant", "whole run", "echo", "echo with SQLite"]
START_SECONDS = 60


class DidNotStart(Exception):
    """A program of the bench did not come up; its log follows."""


@dataclass
class Server:
    """A running program: where it answers, its process, and how long it took to do so."""

    kind: Kind
    url: str
    process: subprocess.Popen[bytes]
    seconds: float

    def memory(self) -> int:
        """Bytes of memory that the process (without children) holds resident now."""
        status = Path(f"/proc/{self.process.pid}/status")
        if status.exists():
            found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
            assert found, "the kernel tells no VmRSS"
            return int(found[1]) * 1024
        said = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, check=True)
        return int(said.stdout) * 1024

    def processor_seconds(self) -> float:
        """Seconds of processor time used by the process so far (0 where the system does not tell)."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        if not stat.exists():
            return 0.0
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Beside:
    """What runs beside the product in the bench: the sandbox's first port and the recording proxy's."""

    sandbox: int
    proxy: int

    def settings(self) -> dict[str, str]:
        """Every provider named by settings, as with real accounts; the model is asked through the proxy."""
        xero, okta, solaris = (f"http://localhost:{self.sandbox + place}" for place in (0, 1, 2))
        return {
            "OKTA_ISSUER": f"{okta}/oauth2/default",
            "OKTA_CLIENT_ID": "sandbox-okta",
            "OKTA_CLIENT_SECRET": "sandbox-okta-secret",
            "XERO_CLIENT_ID": "sandbox-xero",
            "XERO_CLIENT_SECRET": "sandbox-xero-secret",
            "XERO_API_URL": xero,
            "XERO_IDENTITY_URL": xero,
            "XERO_LOGIN_URL": xero,
            "SOLARIS_CLIENT_ID": "sandbox-solaris",
            "SOLARIS_CLIENT_SECRET": "sandbox-solaris-secret",
            "SOLARIS_API_URL": solaris,
            "SOLARIS_AUTH_URL": solaris,
            "OPENAI_BASE_URL": f"http://127.0.0.1:{self.proxy}/v1",
            "OPENAI_API_KEY": "any",
        }


@contextlib.contextmanager
def beside(folder: Path) -> Iterator[Beside]:
    """The sandbox and the recording proxy, up for the whole bench."""
    port = free_ports(6)
    folder.mkdir(parents=True)
    environment = clean_environment(folder)
    with (
        _process(["-m", "sandbox", "--port", str(port)], folder, environment) as sandbox,
        _process(["-m", "tests.bench.proxy", "--upstream", str(port + 4)], folder, environment, "proxy") as proxy,
    ):
        for place in range(6):
            _wait_for(f"http://localhost:{port + place}/_sandbox/healthz", sandbox)
        assert proxy.stdout
        found = re.match(rb"proxy (\d+)", proxy.stdout.readline())
        assert found, "the proxy did not say its port"
        yield Beside(port, int(found[1]))


@contextlib.contextmanager
def server(kind: Kind, folder: Path, neighbours: Beside) -> Iterator[Server]:
    """One of the programs with a fresh, empty state, ended afterwards."""
    folder.mkdir(parents=True)
    port = free_ports(7)
    url = f"http://localhost:{port}"
    environment = clean_environment(folder)
    match kind:
        case "assistant":
            arguments, health = ["-m", "assistant", "run"], "/healthz"
            environment |= {"PORT": str(port)} | neighbours.settings()
        case "whole run":
            arguments, health = ["-m", "assistant", "run"], "/healthz"
            environment |= {"PORT": str(port), "SANDBOX_PORT": str(port + 1)}
        case "echo" | "echo with SQLite":
            program = str(ROOT / "tests" / "bench" / "echo.py")
            arguments, health = ["-m", "chainlit", "run", program, "--headless", "--port", str(port)], "/health"
            environment |= {
                "CHAINLIT_APP_ROOT": str(folder),
                "CHAINLIT_AUTH_SECRET": "only-for-the-bench-0123456789abcdef",
                "ECHO_STORAGE": "none" if kind == "echo" else "sqlite",
                "ECHO_DATABASE": str(folder / "echo.db"),
            }
    began = time.monotonic()
    with _process(arguments, folder, environment) as process:
        _wait_for(url + health, process)
        yield Server(kind, url, process, time.monotonic() - began)


@contextlib.contextmanager
def _process(
    arguments: list[str], folder: Path, environment: dict[str, str], listened: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    log = folder / f"log-{arguments[1].replace('.', '-')}.txt"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if listened else file,
            stderr=file,
            start_new_session=True,
        )
    try:
        yield process
    except DidNotStart as problem:
        raise DidNotStart(f"{problem}\n{log.read_text(errors='replace')[-3000:]}") from problem
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:  # `chainlit run` may linger after Ctrl-C
            process.kill()
            process.wait(10)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise DidNotStart(f"it ended with {process.returncode} before it answered at {url}")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=2).status_code == 200:
                return
        time.sleep(0.02)
    raise DidNotStart(f"no answer at {url} within {START_SECONDS} s")
