"""Xero, reading manual journals, page by page until there are no more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tools.errors import ProviderUnavailable
from tools.trouble import TOO_LARGE
from tools.xero import decoding
from tools.xero.cash_reader import between
from tools.xero.client import XeroCalls, read
from tools.xero.decoding import Unreadable, Wire, decimal, text
from tools.xero.journals import JournalLine, ManualJournal
from tools.xero.reader import decoded

_PAGE = 1000
_MOST_PAGES = 20
_LIVING = ("DRAFT", "POSTED")


class XeroJournals:
    """The manual journals of one organisation."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls

    async def manual_journals(self, first: date, last: date) -> list[ManualJournal]:
        """GET /ManualJournals; lines come with a page only."""
        found: list[ManualJournal] = []
        for number in range(1, _MOST_PAGES + 1):
            some, pages = await self._page(" AND ".join(between(first, last)), number)
            found += [one for one in some if one.status in _LIVING]
            if number >= pages:
                return found
        raise ProviderUnavailable("Xero", trouble=TOO_LARGE)

    async def _page(self, where: str, number: int) -> tuple[list[ManualJournal], int]:
        body = await read(
            self._calls,
            lambda api: api.get_manual_journals(
                self._calls.tenant_id,
                where=where,
                order="Date DESC",
                page=number,
                page_size=_PAGE,
                _preload_content=False,
            ),
            "read",
        )
        wire = decoded(lambda: decoding.body_of(body))
        some = decoded(lambda: decoding.elements(wire, "ManualJournals", manual_journal))
        return some, decoded(lambda: decoding.paging(wire, len(some)))[0]


def manual_journal(record: Wire) -> ManualJournal:
    """A manual journal of an answer. Raises Unreadable."""
    on = decoding.day(record.get("Date"))
    if on is None:
        raise Unreadable("a manual journal without a day")
    return ManualJournal(
        id=record["ManualJournalID"],
        narration=text(record.get("Narration")),
        status=text(record["Status"]),
        on=on,
        lines=tuple(
            JournalLine(
                description=text(line.get("Description")),
                account_code=text(line.get("AccountCode")),
                amount=decimal(line["LineAmount"]),
                tax=decimal(line.get("TaxAmount"), Decimal(0)),
            )
            for line in record.get("JournalLines") or ()
        ),
    )
