"""Makes Chainlit start quickly and tidily: before it is imported, because it reads, writes and sleeps at import.

Chainlit 2.12.0 imports literalai, which imports traceloop and some forty OpenTelemetry instrumentors, and mcp; this
product uses none of them, and they are a third to a half of Chainlit's import. It also writes its configuration,
translations and a folder for files below its root the moment it is imported.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

_COPIED = (".chainlit", "public", "chainlit.md")


def lay_out(project: Path, root: Path) -> None:
    """Put the product's Chainlit files (configuration, words, public files) where Chainlit may write beside them.

    The project itself can be read-only and stays as it was checked out. Files that are the same are left alone;
    files of an earlier version that are gone from the project go here too.
    """
    root.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(root / ".files", ignore_errors=True)  # of chats of an earlier start
    for name in _COPIED:
        source = project / name
        if source.is_file():
            _copy(source, root / name)
        elif source.is_dir():
            wanted = {path.relative_to(project) for path in source.rglob("*") if path.is_file()}
            for path in wanted:
                _copy(project / path, root / path)
            if name == "public":
                for path in (root / name).rglob("*"):
                    if path.is_file() and path.relative_to(root) not in wanted:
                        path.unlink()


def prepare(root: Path, *, token_key: str, cookie: str, configure: Callable[[], None]) -> None:
    """Import Chainlit with what it reads from the environment set, and configured before its server is built.

    Call it before anything else imports Chainlit.
    """
    if "chainlit" in sys.modules and os.environ.get("CHAINLIT_APP_ROOT") != str(root):
        raise RuntimeError("Chainlit was imported before its place was prepared")
    os.environ["CHAINLIT_APP_ROOT"] = str(root)
    os.environ["CHAINLIT_ENV_FILE"] = os.devnull  # our own settings module reads .env, and only what it knows
    os.environ["CHAINLIT_AUTH_SECRET"] = token_key
    os.environ["CHAINLIT_AUTH_COOKIE_NAME"] = cookie
    os.environ["CHAINLIT_CUSTOM_AUTH"] = "true"  # people come by our own login only
    with _without_unused():
        import_module("chainlit")
        configure()
        import_module("chainlit.server")
    for name in ("chainlit.message", "chainlit.step"):  # the attribute chainlit.step is a decorator, not the module
        _without_sleep(sys.modules[name])


@contextmanager
def _without_unused() -> Iterator[None]:
    """While Chainlit is imported, packages that it names but this product never calls are empty shells.

    `traceloop.sdk`: telemetry, wanted by literalai. `mcp`: tool servers, which are switched off (hardening.py).
    The shells are gone afterwards: who imports one of these gets the real one.
    """
    shells = {"traceloop": (), "traceloop.sdk": ("Traceloop",), "mcp": ("ClientSession",)}
    made: list[str] = []
    for name, classes in shells.items():
        if name not in sys.modules:
            shell = ModuleType(name)
            shell.__path__ = []
            vars(shell).update({class_name: type(class_name, (), {}) for class_name in classes})
            sys.modules[name] = shell
            made.append(name)
    try:
        yield
    finally:
        for name in made:
            del sys.modules[name]


def _without_sleep(module: Any) -> None:
    """Take out the `time.sleep(0.001)` in every message and step, which stops all chats at once.

    Upstream: Chainlit pull request 1374, closed unmerged. The sleep is there to give rows distinct times; our
    tables keep the order by a number of their own. The modules use `time` for nothing else (a test looks).
    """
    module.time = SimpleNamespace(sleep=lambda _seconds: None)


def _copy(source: Path, target: Path) -> None:
    content = source.read_bytes()
    if not target.is_file() or target.read_bytes() != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
