"""The weather of the writes that are no payments, in small; a protection that is taken away has to be noticed."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import date

import pytest

from tests.weather.house import Line
from tests.weather.others import WISHES
from tests.weather.soak import Kind, blown, databases
from tools.money import Money
from tools.xero.books import Document, DocumentKind
from tools.xero.credit_notes import Allocation, CreditNote
from tools.xero.drafts import Deed, DocumentWriter, DraftChange, NewDocument

RUNS = 110


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_each_write_is_made_once_or_not_at_all_and_said_so(kind: Kind) -> None:
    with databases(kind) as given:
        figures = asyncio.run(blown(given.fresh(), 1, RUNS, writes="others"))
    assert [f"seed {each.seed}: {each.kind}: {each.what}" for each in figures.violations] == []
    assert figures.runs == RUNS and figures.deaths > 5 and figures.kinds.total() > RUNS
    done = {what for what in WISHES if figures.ends[f"{what} succeeded"]}
    assert len(done) >= len(WISHES) - 4, figures.ends


class _Spoiled:
    """The writing of documents with one fault of ours in it."""

    def __init__(self, right: DocumentWriter, what: str) -> None:
        self._right, self._what = right, what

    async def create_document(self, new: NewDocument, *, key: str) -> Document:
        match self._what:
            case "key":
                key = str(uuid.uuid4())
            case "reference":
                new = replace(new, reference="of somebody else", number=f"{new.number}X" if new.number else "")
        return await self._right.create_document(new, key=key)

    async def change_draft(self, change: DraftChange, *, key: str) -> Document:
        return await self._right.change_draft(change, key=key)

    async def change_status(self, document_id: str, deed: Deed, *, key: str, is_credit: bool = False) -> Document:
        if self._what == "deed" and deed is Deed.APPROVE:
            deed = Deed.DELETE
        key = str(uuid.uuid4()) if self._what == "key" else key
        return await self._right.change_status(document_id, deed, key=key, is_credit=is_credit)

    async def document_now(self, document_id: str, *, is_credit: bool = False) -> Document:
        return await self._right.document_now(document_id, is_credit=is_credit)

    async def allocate(self, credit_note_id: str, document_id: str, money: Money, on: date, *, key: str) -> Allocation:
        return await self._right.allocate(credit_note_id, document_id, money, on, key=key)

    async def credit_note_now(self, credit_note_id: str) -> CreditNote:
        return await self._right.credit_note_now(credit_note_id)

    async def documents_of(
        self, contact_id: str, kind: DocumentKind, *, number: str, reference: str, is_credit: bool = False
    ) -> list[Document]:
        if self._what == "look_up":
            return []
        return await self._right.documents_of(contact_id, kind, number=number, reference=reference, is_credit=is_credit)


def _noticed(seeds: range, what: str) -> set[str]:
    def spoil(line: Line) -> None:
        line.writing = replace(line.writing, documents=_Spoiled(line.writing.documents, what))

    with databases("sqlite") as given:
        figures = asyncio.run(blown(given.fresh(), seeds.start, len(seeds), spoil=spoil, writes="others"))
    return {each.kind for each in figures.violations}


@pytest.mark.parametrize(
    ("what", "kinds", "seeds"),
    [
        ("key", {"unconfirmed"}, range(1, 21)),
        ("reference", {"altered"}, range(1, 21)),
        ("deed", {"altered"}, range(1, 31)),
        # seldom: the answer of a document that is made is lost, and the key is forgotten before anybody asks again
        ("look_up", {"lost", "duplicate"}, range(50, 130)),
    ],
)
def test_a_protection_taken_away_is_noticed(what: str, kinds: set[str], seeds: range) -> None:
    assert kinds & _noticed(seeds, what)
