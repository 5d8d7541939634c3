"""Fakes of quotes and purchase orders; one world shared by the reading and the writing side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tools.errors import NO_SUCH_RECORD, OutcomeUnknown, ProviderRefused
from tools.trouble import BROKE_OFF
from tools.xero.books import Line
from tools.xero.drafts import line_amount, total_of
from tools.xero.trade import Form, NewPaper, TradePaper

_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def paper(form: Form, number: str, total: str | Decimal = "500.00", **more: Any) -> TradePaper:
    """One with a single line, in euros, as a draft."""
    line = Line(
        description="Layout",
        quantity=Decimal(1),
        unit_amount=Decimal(total),
        amount=Decimal(total),
        account_code="200" if form == "quote" else "453",
        tax_type="NONE",
    )
    usual = {
        "id": f"00000000-0000-4000-8000-{sum(map(ord, number)):012d}",
        "form": form,
        "number": number,
        "status": "DRAFT",
        "contact_id": "c-1",
        "contact_name": "Dupont SA",
        "on": date(2026, 11, 10),
        "until": date(2026, 12, 10),
        "reference": "",
        "currency": "EUR",
        "total": Decimal(total),
        "line_amounts": "exclusive",
        "lines": (line,),
        "updated_at": _AT,
    }
    return TradePaper(**{**usual, **more})


@dataclass
class TradeWorld:
    """Every quote and order, and how a test wants the next writes to be answered: "ok", "lost" (done, no answer) or
    "nothing" (not done, no answer)."""

    papers: list[TradePaper] = field(default_factory=lambda: [paper("quote", "QU-0001"), paper("order", "PO-0001")])
    answers: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    made: list[NewPaper] = field(default_factory=list)

    def find(self, form: Form, paper_id: str) -> TradePaper:
        """The one with that id. Raises ProviderRefused."""
        for one in self.papers:
            if (one.form, one.id) == (form, paper_id):
                return one
        raise ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404)

    def change(self, number: str, **fields: Any) -> None:
        """As somebody else would in Xero."""
        (old,) = [one for one in self.papers if one.number == number]
        self.papers[self.papers.index(old)] = old.model_copy(update=fields)


class FakeTrade:
    """The reading side."""

    def __init__(self, world: TradeWorld | None = None) -> None:
        self.world = world or TradeWorld()

    async def papers(
        self, form: Form, *, first: date | None = None, last: date | None = None, deleted: bool = False
    ) -> Sequence[TradePaper]:
        every = [one for one in self.world.papers if one.form == form and one.on]
        found = [one for one in every if (one.status == "DELETED") is deleted]
        return [one for one in found if (first or date.min) <= (one.on or date.min) <= (last or date.max)]

    async def numbered(self, form: Form, number: str) -> Sequence[TradePaper]:
        return [one for one in self.world.papers if (one.form, one.number.casefold()) == (form, number.casefold())]

    async def paper(self, form: Form, paper_id: str) -> TradePaper:
        return self.world.find(form, paper_id)


class FakeTradeWriter:
    """The writing side; a key that was used already makes nothing more."""

    def __init__(self, world: TradeWorld | None = None) -> None:
        self.world = world or TradeWorld()
        self._by_key: dict[str, TradePaper] = {}

    async def create_paper(self, new: NewPaper, *, key: str) -> TradePaper:
        return self._write(key, lambda: self._made(new))

    async def move_paper(self, form: Form, paper_id: str, status: str, *, key: str) -> TradePaper:
        def move() -> TradePaper:
            old = self.world.find(form, paper_id)
            moved = old.model_copy(update={"status": status, "updated_at": old.updated_at + timedelta(minutes=1)})
            self.world.papers[self.world.papers.index(old)] = moved
            return moved

        return self._write(key, move)

    async def paper_now(self, form: Form, paper_id: str) -> TradePaper:
        return self.world.find(form, paper_id)

    async def papers_with(self, form: Form, contact_id: str, reference: str) -> list[TradePaper]:
        return [
            one
            for one in self.world.papers
            if (one.form, one.contact_id, one.reference) == (form, contact_id, reference)
        ]

    def _made(self, new: NewPaper) -> TradePaper:
        net, tax = total_of(new.lines, new.amounts, new.currency)
        self.world.made.append(new)
        made = paper(
            new.form,
            f"{'QU' if new.form == 'quote' else 'PO'}-{len(self.world.papers) + 1:04d}",
            status=new.status,
            contact_id=new.contact_id,
            on=new.on,
            until=new.until,
            reference=new.reference,
            title=new.title,
            terms=new.terms,
            currency=new.currency,
            total=(net + tax).amount,
            lines=tuple(
                Line(description=one.description, amount=line_amount(one, new.currency).amount) for one in new.lines
            ),
        )
        self.world.papers.append(made)
        return made

    def _write(self, key: str, write: Any) -> TradePaper:
        self.world.keys.append(key)
        answer = self.world.answers.pop(0) if self.world.answers else "ok"
        if answer != "nothing" and key not in self._by_key:
            self._by_key[key] = write()
        if answer != "ok":
            raise OutcomeUnknown("Xero", trouble=BROKE_OFF)
        return self._by_key[key]
