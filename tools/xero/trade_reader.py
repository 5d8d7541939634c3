"""Xero, reading quotes and purchase orders, page by page until there are no more."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from tools.errors import NO_SUCH_RECORD, ProviderRefused, ProviderUnavailable
from tools.trouble import TOO_LARGE
from tools.xero import decoding
from tools.xero.allowance import Urgency
from tools.xero.client import XeroCalls, read
from tools.xero.decoding import Wire, decimal, text
from tools.xero.reader import decoded, known_id, read_one
from tools.xero.trade import Form, TradePaper

_PAGE = {"quote": 100, "order": 1000}
"""Quotes come a hundred to the page, and Xero takes no other size."""
_MOST_PAGES = 30
_SENDABLE = re.compile(r"\w[\w.-]{0,59}", re.ASCII)
"""A number that can be a part of an address as it is."""
NAMES: dict[Form, str] = {"quote": "Quotes", "order": "PurchaseOrders"}
_AMOUNTS = {"EXCLUSIVE": "exclusive", "INCLUSIVE": "inclusive", "NOTAX": "none"}


class XeroTrade:
    """The quotes and purchase orders of one organisation."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls

    async def papers(
        self, form: Form, *, first: date | None = None, last: date | None = None, deleted: bool = False
    ) -> list[TradePaper]:
        """GET /Quotes or /PurchaseOrders."""
        return await every_paper(self._calls, form, "read", first=first, last=last, deleted=deleted)

    async def numbered(self, form: Form, number: str) -> list[TradePaper]:
        """GET /Quotes?QuoteNumber= or /PurchaseOrders/{PurchaseOrderNumber}."""
        if not _SENDABLE.fullmatch(number):
            return []
        if form == "quote":
            found = await _page(self._calls, form, {"quote_number": number, "_preload_content": False}, "read")
        else:
            found = await self._order_numbered(number)
        return [one for one in found if one.number.casefold() == number.casefold()]

    async def _order_numbered(self, number: str) -> list[TradePaper]:
        try:
            one = await read_one(
                self._calls,
                lambda api: api.get_purchase_order_by_number(self._calls.tenant_id, number, _preload_content=False),
                NAMES["order"],
                SHAPES["order"],
                "read",
            )
        except ProviderRefused as refused:
            if refused.status != 404:
                raise
            return []
        return [one]

    async def paper(self, form: Form, paper_id: str) -> TradePaper:
        """GET /Quotes/{QuoteID} or /PurchaseOrders/{PurchaseOrderID}."""
        return await paper_now(self._calls, form, paper_id, "read")


async def every_paper(
    calls: XeroCalls,
    form: Form,
    urgency: Urgency,
    *,
    first: date | None = None,
    last: date | None = None,
    contact_id: str = "",
    deleted: bool = False,
) -> list[TradePaper]:
    """All of them that are not deleted, or all that are, latest first. Raises ToolFailed kinds."""
    asked: dict[str, Any] = {"order": "Date DESC", "_preload_content": False}
    asked |= {name: day for name, day in (("date_from", first), ("date_to", last)) if day is not None}
    if deleted:
        asked["status"] = "DELETED"
    if form == "order":
        # The SDK wants text here, and days for quotes.
        asked |= {name: str(asked[name]) for name in ("date_from", "date_to") if name in asked}
        asked["page_size"] = _PAGE["order"]
    elif contact_id:
        asked["contact_id"] = contact_id
    found: list[TradePaper] = []
    for number in range(1, _MOST_PAGES + 1):
        some = await _page(calls, form, {**asked, "page": number}, urgency)
        found += [one for one in some if not contact_id or one.contact_id.casefold() == contact_id.casefold()]
        if len(some) < _PAGE[form]:
            return found
    raise ProviderUnavailable("Xero", trouble=TOO_LARGE)


async def _page(calls: XeroCalls, form: Form, asked: dict[str, Any], urgency: Urgency) -> list[TradePaper]:
    body = await read(
        calls,
        lambda api: (api.get_quotes if form == "quote" else api.get_purchase_orders)(calls.tenant_id, **asked),
        urgency,
    )
    return decoded(lambda: decoding.elements(decoding.body_of(body), NAMES[form], SHAPES[form]))


async def paper_now(calls: XeroCalls, form: Form, paper_id: str, urgency: Urgency) -> TradePaper:
    """One with its lines, as it is now. Raises ToolFailed when there is none."""
    known = known_id(paper_id)
    found = await read_one(
        calls,
        lambda api: (api.get_quote if form == "quote" else api.get_purchase_order)(
            calls.tenant_id, known, _preload_content=False
        ),
        NAMES[form],
        SHAPES[form],
        urgency,
    )
    if found.id.casefold() != known:
        raise ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404)
    return found


async def quote_as_it_is(calls: XeroCalls, quote_id: str) -> Wire:
    """The whole record of a quote: what an update leaves out, Xero clears."""
    known = known_id(quote_id)
    return await read_one(
        calls,
        lambda api: api.get_quote(calls.tenant_id, known, _preload_content=False),
        "Quotes",
        lambda record: record,
        "write",
    )


def quote(record: Wire) -> TradePaper:
    """A quote of an answer. Raises Unreadable."""
    return _paper(record, "quote", record["QuoteID"], record.get("QuoteNumber"), record.get("ExpiryDate"))


def order(record: Wire) -> TradePaper:
    """A purchase order of an answer. Raises Unreadable."""
    return _paper(
        record, "order", record["PurchaseOrderID"], record.get("PurchaseOrderNumber"), record.get("DeliveryDate")
    )


def _paper(record: Wire, form: Form, paper_id: str, number: object, until: object) -> TradePaper:
    contact = record.get("Contact") or {}
    return TradePaper(
        id=paper_id,
        form=form,
        number=text(number),
        status=text(record["Status"]).upper(),
        contact_id=text(contact.get("ContactID")),
        contact_name=text(contact.get("Name")),
        on=decoding.day(record.get("Date")),
        until=decoding.day(until),
        reference=text(record.get("Reference")),
        title=text(record.get("Title")),
        terms=text(record.get("Terms")),
        currency=record["CurrencyCode"],
        total=decimal(record.get("Total"), Decimal(0)),
        line_amounts=_AMOUNTS.get(text(record.get("LineAmountTypes")).upper(), "exclusive"),
        lines=tuple(decoding.line(one) for one in record.get("LineItems") or ()),
        updated_at=decoding.moment(record["UpdatedDateUTC"]),
    )


SHAPES = {"quote": quote, "order": order}
"""How each form is read."""
