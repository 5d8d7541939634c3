"""The rules of the house that a machine can hold the code to, beyond the import contracts of `pyproject.toml`."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.settings import Settings

ROOT = Path(__file__).parent.parent
ROOMS = ("assistant", "tools", "prompts", "sandbox")


def modules(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name.upper() for name in Settings.model_fields if f"`{name.upper()}`" not in readme]
    assert missing == []


@pytest.mark.parametrize("folder", ["assistant", "assistant/chat"])
def test_no_module_hides_one_of_pythons_own(folder: str) -> None:
    # Chainlit puts the folder of its target first on the path, so `secrets.py` there would be everybody's `secrets`.
    names = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__", "__main__"}
    assert names & set(sys.stdlib_module_names) == set()


def test_nobody_imports_the_chat_target() -> None:
    # Chainlit loads it under another name; an import would run it a second time.
    assert [str(path) for path in modules(*ROOMS) if "assistant.chat.app" in imports(path)] == []


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("openai", {"assistant/model.py"}),
        (
            "xero_python",
            {f"tools/xero/{name}.py" for name in ("client", "wire", "wire_cash", "wire_masters", "wire_trade")},
        ),
        ("sqlmodel", {"assistant/stores", "assistant/migrations"}),
        ("authlib", {"assistant/login"}),
        ("joserfc", {"assistant/login"}),
    ],
)
def test_a_foreign_library_has_one_room(library: str, allowed: set[str]) -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in modules("assistant", "tools", "prompts")
        if any(name.split(".")[0] == library for name in imports(path))
    }
    strangers = {user for user in users if not any(user == room or user.startswith(room + "/") for room in allowed)}
    assert strangers == set()
    assert users, f"{library} is not used any more: drop it"


def test_nothing_happens_at_import(tmp_path: Path) -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in modules(*ROOMS)
        if "migrations" not in path.parts and path.name != "__main__.py" and not _knows_chainlit(path)
    ]
    script = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint('imported')"
    done = subprocess.run(
        [sys.executable, "-c", script, *names],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "imported\n", done.stderr
    assert list(tmp_path.iterdir()) == []


def _knows_chainlit(path: Path) -> bool:
    """Chainlit itself makes folders at its import: who imports it is loaded by the wiring, at its place."""
    return any(name.split(".")[0] == "chainlit" for name in imports(path)) or "chat" in path.parts
