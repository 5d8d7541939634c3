"""What the documents name exists: tests, files, commands of the assistant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.__main__ import cli
from assistant.tool_catalogue import page
from tools.catalogue import toolset
from tools.xero.scopes import NEEDED, asked_for

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
_FILE = re.compile(r"`((?:assistant|tools|tests|sandbox|prompts|public)/[\w./-]+)`")
_COMMAND = re.compile(
    r"^assistant ((?:policy|audit) \w+|stop|allow|settle|run|doctor|migrate|reconcile|tools)", re.MULTILINE
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_named_is_there(document: Path) -> None:
    named = set(_FILE.findall(document.read_text(encoding="utf-8")))
    assert [name for name in sorted(named) if not (ROOT / name.rstrip("/")).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_is_named_is_there(document: Path) -> None:
    for command in _COMMAND.findall(document.read_text(encoding="utf-8")):
        done = CliRunner().invoke(cli, [*command.split(), "--help"])
        assert done.exit_code == 0, command


def test_the_page_of_tools_is_that_of_the_code() -> None:
    kept = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
    assert kept == page(), "renew it: assistant tools > docs/tools.md"


def test_every_tool_of_xero_says_which_scopes_it_needs_and_the_readme_names_each() -> None:
    tools = {tool.name for tool in toolset() if tool.provider == "xero"}
    assert tools == set(NEEDED)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [scope for scope in asked_for() if f"| `{scope}` |" not in readme] == []
    named = set(re.findall(r"^\| `(accounting\.[\w.]+)` \|", readme, re.MULTILINE))
    assert named == set(asked_for())
