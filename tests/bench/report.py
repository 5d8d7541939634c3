"""The bench's table: the product's figures beside the echo app's, with their ratios."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.servers import Kind
from tests.bench.turns import Figures

_COLUMNS: tuple[Kind, ...] = ("assistant", "echo with SQLite", "echo")


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which `part` of them lie (nearest rank): one that was really measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def report(found: Mapping[Kind, Figures]) -> str:
    """A plain table (Markdown) with the ratios to the echo app of the same storage."""
    ms, mb = 1000.0, 1 / 2**20
    rows = [
        _row("start to healthy, s (median)", found, lambda f: statistics.median(f.starts)),
        _row("memory idle, MiB", found, lambda f: statistics.median(f.idle) * mb),
        _row("memory for each further chat, KiB", found, lambda f: statistics.median(f.per_chat) / 1024),
        _row("turn, 1 chat, p50, ms", found, lambda f: percentile(f.alone, 0.5) * ms),
        _row("turn, 1 chat, p99, ms", found, lambda f: percentile(f.alone, 0.99) * ms),
        _row("turn, all chats, p50, ms", found, lambda f: percentile(f.together, 0.5) * ms),
        _row("turn, all chats, p99, ms", found, lambda f: percentile(f.together, 0.99) * ms),
        _row("processor for a turn, all chats, ms", found, lambda f: statistics.mean(f.processor) * ms),
        _row("turns measured, 1 chat / all", found, lambda f: f"{len(f.alone)} / {len(f.together)}"),
    ]
    head = ["", "assistant", "echo, stock SQLite", "echo, no storage", "assistant / echo with SQLite"]
    lines = [head, ["---", *["---:"] * 4], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n" + _below(found)


def _row(name: str, found: Mapping[Kind, Figures], figure: object) -> list[str]:
    assert callable(figure)
    values = [figure(found[kind]) for kind in _COLUMNS]
    if isinstance(values[0], str):
        return [name, *values, ""]
    return [name, *(f"{value:,.1f}" for value in values), f"{values[0] / values[1]:.2f}"]


def _below(found: Mapping[Kind, Figures]) -> str:
    ours = found["assistant"]
    lines = [
        "",
        f"The whole `assistant run` with the sandbox beside it: {statistics.median(found['whole run'].starts):.1f} s "
        "from start to healthy.",
        f"The model's own time, not in the turns above: p50 {percentile(ours.model_alone, 0.5) * 1000:.0f} ms and "
        f"p99 {percentile(ours.model_alone, 0.99) * 1000:.0f} ms with 1 chat, "
        f"p50 {percentile(ours.model_together, 0.5) * 1000:.0f} ms and "
        f"p99 {percentile(ours.model_together, 0.99) * 1000:.0f} ms with all.",
        f"Machine: {machine()}",
    ]
    for kind, figures in found.items():
        for wrong in figures.wrong[:5]:
            lines.append(f"NOT AN ANSWER ({kind}): {wrong}")
        if len(figures.wrong) > 5:
            lines.append(f"NOT AN ANSWER ({kind}): {len(figures.wrong) - 5} more")
    return "\n".join(lines) + "\n"


def machine() -> str:
    """What it was measured on, and how busy that was."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, {processor}, {platform.system()}, Python {platform.python_version()}; "
        f"load averages at the end {busy}; server, sandbox and all chats on this one machine."
    )
