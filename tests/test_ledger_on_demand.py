"""What is copied only when a question needs it: it costs others no calls, and is as fresh and as safe as the rest."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from assistant.ledger.copy import LedgerCopy
from assistant.ledger.progress import load_told
from assistant.stores.database import Database
from tests.support.books import ACME, DUPONT, TODAY
from tests.test_ledger import ORG, Kept
from tests.test_tools_aged import note
from tools.errors import ProviderUnavailable
from tools.xero.books import DocumentKind
from tools.xero.credit_notes import Allocation, CreditNote

pytestmark = pytest.mark.anyio
SALES = DocumentKind.INVOICE


@pytest.fixture
def kept(database: Database) -> Kept:
    made = Kept(database)
    made.world.credit_notes = [
        note("CN-1", "50.00", remaining="30.00", allocations=(part("0.0125"), part("19.99"))),
        note("CN-2", "9.00", issued=None),
        note("CN-3", "7.00", kind=DocumentKind.BILL, contact_id=ACME.id, contact_name=ACME.name),
        *(note(f"CN-{n}", "1.00", issued=TODAY - timedelta(days=n)) for n in range(20, 27)),
    ]
    began = made.clock() - timedelta(days=9)
    for place, one in enumerate(made.world.credit_notes):
        made.world.credit_notes[place] = one.model_copy(update={"updated_at": began + timedelta(minutes=place)})
    return made


def part(amount: str) -> Allocation:
    return Allocation(document_id="doc-1", amount=Decimal(amount), on=date(2026, 11, 3))


def by_id(notes: list[CreditNote]) -> dict[str, CreditNote]:
    return {one.id: one for one in notes}


async def test_other_questions_do_not_ask_for_it(kept: Kept) -> None:
    await kept.copy.contacts()
    assert kept.bulk.asked("credit_notes") == 0


async def test_what_comes_back_is_what_xero_has(kept: Kept) -> None:
    sales = by_id(await kept.copy.credit_notes(SALES))
    assert sales == by_id([one for one in kept.world.credit_notes if one.kind is SALES])
    assert len(await kept.copy.credit_notes(DocumentKind.BILL)) == 1
    assert kept.bulk.asked("credit_notes") == 4


async def test_any_number_of_questions_at_once_cause_one_load(kept: Kept) -> None:
    await asyncio.gather(*(kept.another_copy().credit_notes(SALES) for _ in range(8)))
    assert kept.bulk.asked("credit_notes") == 4


async def test_later_only_what_changed_is_asked_for_and_nothing_while_it_is_young(kept: Kept) -> None:
    await kept.copy.credit_notes(SALES)
    kept.clock.advance(seconds=10)
    await kept.copy.credit_notes(SALES)
    assert kept.bulk.asked("credit_notes") == 4
    kept.clock.advance(seconds=10)
    changed = kept.world.credit_notes[0].model_copy(update={"remaining": Decimal("1.00"), "updated_at": kept.clock()})
    kept.world.credit_notes[0] = changed
    assert by_id(await kept.copy.credit_notes(SALES))[changed.id].remaining == Decimal("1.00")
    later = [since for kind, _, since in kept.bulk.calls if kind == "credit_notes"][4:]
    assert later and all(since is not None for since in later)


async def test_what_we_have_just_changed_is_asked_for_however_young_it_is(kept: Kept) -> None:
    await kept.copy.credit_notes(SALES)
    kept.clock.advance(seconds=1)
    kept.sync.expire(ORG)
    await kept.copy.credit_notes(SALES)
    assert kept.bulk.asked("credit_notes") == 5


async def test_a_load_that_broke_off_goes_on_where_it_stopped(kept: Kept) -> None:
    await kept.copy.contacts()
    kept.bulk.trouble, kept.bulk.trouble_at = ProviderUnavailable("Xero", reason="HTTP 503"), 2
    with pytest.raises(ProviderUnavailable):
        await kept.copy.credit_notes(SALES)
    kept.bulk.trouble = None
    before = kept.bulk.asked("credit_notes")
    assert len(await kept.copy.credit_notes(SALES)) == 9
    assert kept.bulk.asked("credit_notes") - before < 4 + 1, "it began again"


async def test_an_old_copy_says_why_it_is_old(kept: Kept) -> None:
    await kept.copy.credit_notes(SALES)
    kept.clock.advance(seconds=20)
    await kept.copy.contacts()
    kept.bulk.trouble = ProviderUnavailable("Xero", reason="HTTP 503")
    assert len(await kept.copy.credit_notes(SALES)) == 9
    assert kept.copy.stale_because is not None and "cannot be reached" in kept.copy.stale_because["en"]


async def test_a_reload_takes_out_what_xero_does_not_have_any_more(kept: Kept) -> None:
    await kept.copy.credit_notes(SALES)
    gone = kept.world.credit_notes.pop(1)
    kept.clock.advance(seconds=20)
    await kept.sync.reload(ORG)
    assert gone.id not in by_id(await kept.copy.credit_notes(SALES)) and DUPONT.id == gone.contact_id


async def test_organisations_do_not_mix(kept: Kept) -> None:
    await kept.copy.credit_notes(SALES)
    kept.world.credit_notes = []
    assert await kept.another_copy("org-other").credit_notes(SALES) == []
    assert len(await kept.copy.credit_notes(SALES)) == 9


async def test_whoever_asks_is_told_how_far_it_has_come(kept: Kept) -> None:
    told: list[tuple[str, int, int]] = []

    async def hear(kind: str, done: int, total: int) -> None:
        told.append((kind, done, total))

    before = load_told.set(hear)
    try:
        await LedgerCopy(kept.database, kept.sync, ORG).credit_notes(SALES)
    finally:
        load_told.reset(before)
    assert {kind for kind, _, _ in told} == {"accounts", "contacts", "payments", "documents", "credit_notes"}
    notes = [(done, total) for kind, done, total in told if kind == "credit_notes"]
    assert notes == [(3, 10), (6, 10), (9, 10), (10, 10)]
