"""Xero page by page, over the World of tests.support.books: counts its calls and breaks off when told to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.books import World
from tools.errors import ToolFailed
from tools.xero.books import Page


@dataclass
class FakeBulk:
    """The reading side of Xero that the copy is made from, oldest change first."""

    world: World
    page_size: int = 3
    calls: list[tuple[str, int, datetime | None]] = field(default_factory=list)
    """(kind, page, modified since) of every page that was asked for."""
    trouble: ToolFailed | None = None
    trouble_at: int = 0
    """How many more pages come before the trouble."""
    hold: Any = None
    """An event that every page waits for."""

    def documents(self, *, modified_since: datetime | None) -> AsyncIterator[Page]:
        return self._pages("documents", self.world.documents, modified_since)

    def payments(self, *, modified_since: datetime | None) -> AsyncIterator[Page]:
        return self._pages("payments", self.world.payments, modified_since)

    def contacts(self, *, modified_since: datetime | None) -> AsyncIterator[Page]:
        return self._pages("contacts", self.world.contacts, modified_since)

    def accounts(self, *, modified_since: datetime | None) -> AsyncIterator[Page]:
        return self._pages("accounts", self.world.accounts, modified_since)

    def credit_notes(self, *, modified_since: datetime | None) -> AsyncIterator[Page]:
        return self._pages("credit_notes", self.world.credit_notes, modified_since)

    async def _pages(self, kind: str, items: Sequence[Any], since: datetime | None) -> AsyncIterator[Page]:
        found = sorted((i for i in items if since is None or i.updated_at >= since), key=lambda i: i.updated_at)
        pages = max(1, -(-len(found) // self.page_size))
        for number in range(1, pages + 1):
            self.calls.append((kind, number, since))
            if self.hold is not None:
                await self.hold.wait()
            if self.trouble is not None:
                if self.trouble_at <= 0:
                    raise self.trouble
                self.trouble_at -= 1
            part = found[(number - 1) * self.page_size : number * self.page_size]
            yield Page(items=part, number=number, pages=pages, total=len(found))

    def asked(self, kind: str) -> int:
        """How many pages of that kind were asked for."""
        return sum(1 for name, _, _ in self.calls if name == kind)
