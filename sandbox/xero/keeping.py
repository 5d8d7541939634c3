"""Keeps what was written over restarts: one line a write in `books.jsonl`, all of its records or none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from sandbox.company.wages import Sheet
from sandbox.xero.cash import Batch, Booking, Manual, Transfer
from sandbox.xero.records import (
    Allocation,
    Attached,
    Contact,
    Doc,
    Grant,
    Group,
    Link,
    Note,
    Order,
    Pay,
    Quote,
    Record,
    Removed,
    Replay,
    Token,
    Ware,
)

_KINDS: tuple[type[Record], ...] = (
    Doc,
    Pay,
    Contact,
    Allocation,
    Attached,
    Note,
    Removed,
    Replay,
    Grant,
    Token,
    Link,
    Quote,
    Order,
    Ware,
    Group,
    Booking,
    Transfer,
    Manual,
    Batch,
    Sheet,
)


class Keeping:
    """The file behind the books; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / "books.jsonl"
        self._forms: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in _KINDS}

    def write(self, records: Sequence[Record]) -> None:
        """Appends one write; it is in the file before the answer is sent."""
        if self._path is None:
            return
        kept = [
            [type(record).__name__, self._forms[type(record).__name__].dump_python(record, mode="json")]
            for record in records
        ]
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(kept, ensure_ascii=False) + "\n")

    def read(self) -> Iterator[list[Record]]:
        """Every write kept so far, oldest first; a line cut off by a kill was never answered and is dropped."""
        if self._path is None or not self._path.exists():
            return
        whole, _, rest = self._path.read_text(encoding="utf-8").rpartition("\n")
        if rest:
            self._path.write_text(whole + "\n" if whole else "", encoding="utf-8")
        for line in whole.splitlines():
            yield [self._forms[name].validate_python(fields) for name, fields in json.loads(line)]
