"""Xero, writing quotes and purchase orders: each is sent once, and looked up when the answer was lost."""

from __future__ import annotations

from tools.errors import OutcomeUnknown
from tools.trouble import UNREADABLE
from tools.xero import decoding
from tools.xero.client import XeroCalls
from tools.xero.reader import known_id
from tools.xero.trade import Form, NewPaper, TradePaper
from tools.xero.trade_reader import NAMES, SHAPES, every_paper, paper_now, quote_as_it_is
from tools.xero.wire_trade import post_order_status, post_quote_status, put_paper
from tools.xero.writer import check_key, sent


class XeroTradeWriter:
    """Xero, writing quotes and purchase orders; only the executor holds one."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls
        self._tenant = calls.tenant_id

    async def create_paper(self, new: NewPaper, *, key: str) -> TradePaper:
        """Sends it once (PUT /Quotes or /PurchaseOrders); raises like `XeroWriter.create_payment`."""
        check_key(key)
        known_id(new.contact_id)
        return _only(await sent(self._calls, lambda api: put_paper(api, self._tenant, new, key)), new.form)

    async def move_paper(self, form: Form, paper_id: str, status: str, *, key: str) -> TradePaper:
        """Sends the new status once; of a quote everything else with it, since Xero clears what is left out."""
        check_key(key)
        known = known_id(paper_id)
        if form == "order":
            body = await sent(self._calls, lambda api: post_order_status(api, self._tenant, known, status, key))
            return _only(body, form)
        now = await quote_as_it_is(self._calls, known)
        body = await sent(self._calls, lambda api: post_quote_status(api, self._tenant, known, now, status, key))
        return _only(body, form)

    async def paper_now(self, form: Form, paper_id: str) -> TradePaper:
        """One as it is now, read live. Raises ToolFailed kinds."""
        return await paper_now(self._calls, form, paper_id, "write")

    async def papers_with(self, form: Form, contact_id: str, reference: str) -> list[TradePaper]:
        """The contact's papers with exactly that reference, read live; Xero shows deleted ones only when asked for."""
        known = known_id(contact_id)
        living = await every_paper(self._calls, form, "write", contact_id=known)
        gone = await every_paper(self._calls, form, "write", contact_id=known, deleted=True)
        return [one for one in (*living, *gone) if one.reference == reference]


def _only(body: bytes, form: Form) -> TradePaper:
    """The paper that Xero says it wrote. Raises OutcomeUnknown when that cannot be read for certain."""
    try:
        (made,) = decoding.elements(decoding.body_of(body), NAMES[form], SHAPES[form])
    except ValueError as problem:
        raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem
    return made
