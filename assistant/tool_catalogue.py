"""The catalogue of tools as a page: `assistant tools` prints it, docs/tools.md keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.offering import BUDGET, definition, size
from tools.base import ReadTool, Tool, WriteTool
from tools.catalogue import families
from tools.families import Family
from tools.xero.scopes import NEEDED, asked_for

_PROVIDERS = {"chat": "the conversation", "xero": "Xero", "solaris": "Solaris"}


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    count = sum(len(family.tools) for family in families())
    writes = sum(isinstance(tool, WriteTool) for family in families() for tool in family.tools)
    yield "# Tools"
    yield ""
    yield (
        f"Made by `assistant tools > docs/tools.md`; a test holds it to that. {count} tools: {count - writes} read, "
        f"{writes} propose a write, which a person confirms on a card. A model is told of the first family always, and "
        "of the others when the person's words ask for them or when it calls `offer_tools`; all that it is told "
        f"at once is at most {BUDGET:,} characters (about {BUDGET // 4:,} tokens)."
    )
    for family in families():
        yield from _family(family)
    yield ""
    yield "## Scopes"
    yield ""
    yield "What Xero is asked for, and the tools that need it (a writing scope opens reading as well):"
    yield ""
    yield "| scope | tools |"
    yield "|---|---|"
    for scope in asked_for():
        read = f"{scope}.read"
        tools = [name for name, scopes in NEEDED.items() if scope in scopes or read in scopes]
        yield f"| `{scope}` | {', '.join(tools)} |"


def _family(family: Family) -> Iterator[str]:
    characters = sum(size(tool) for tool in family.tools)
    yield ""
    yield f"## {family.name.replace('_', ' ').capitalize()}: {family.about}"
    yield ""
    yield f"{'Offered always' if family.always else 'Offered by need'}; about {characters // 4:,} tokens."
    for tool in family.tools:
        yield from _tool(tool)


def _tool(tool: Tool) -> Iterator[str]:
    provider = _PROVIDERS.get(tool.provider, tool.provider)
    yield ""
    yield f"### {tool.name}"
    yield ""
    yield f"{'Reads' if isinstance(tool, ReadTool) else 'Proposes a write to'} {provider}. {tool.signature.description}"
    arguments = definition(tool)["function"]["parameters"].get("properties", {})
    if arguments:
        yield ""
        yield "| argument | what |"
        yield "|---|---|"
        for name, spec in arguments.items():
            yield f"| `{name}` | {_argument(spec)} |"


def _argument(spec: dict[str, Any]) -> str:
    """What an argument is: its own words, and what it may be."""
    said = str(spec.get("description", "")).rstrip(".")
    choices = [str(value) for value in spec.get("enum", ()) if value != ""]
    parts = [said] if said else []
    if choices:
        parts.append(" / ".join(f"`{value}`" for value in choices))
    if not parts:
        parts.append(str(spec.get("type", "")))
    return "; ".join(parts).replace("|", "\\|").replace("\n", " ")
