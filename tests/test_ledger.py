"""The ledger copy: equal to Xero after every update, quick, and honest about how old it is."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assistant.ledger.copy import LedgerCopy
from assistant.ledger.sync import LedgerSync
from assistant.stores.database import Database
from assistant.stores.ledger import from_units, to_units
from tests.support.books import (
    ACME,
    DUPONT,
    MAIN,
    TODAY,
    FakeBooks,
    FakeLive,
    World,
    bill,
    contact,
    payment,
    usual_world,
)
from tests.support.database import run_sql
from tests.support.ledger import FakeBulk
from tests.support.paying import HandClock
from tools.errors import ConnectionLost, ProviderBusy, ProviderUnavailable
from tools.xero.books import Document, DocumentKind, DocumentQuery, DocumentStatus, PaymentQuery

pytestmark = pytest.mark.anyio

ORG = "org-demo"
BILLS = DocumentQuery(kind=DocumentKind.BILL)


class Kept:
    """A copy over a World, with the clock and Xero in the test's hands."""

    def __init__(self, database: Database, world: World | None = None, page_size: int = 3) -> None:
        self.database, self.world, self.clock = database, world or usual_world(), HandClock()
        self._spread_changes()
        self.bulk, self.live = FakeBulk(self.world, page_size), FakeLive(self.world)
        self.told: list[tuple[str, int, int]] = []
        self.sync = LedgerSync(database, self._bulk, self._live, fresh_seconds=15, clock=self.clock)
        self.copy = self.another_copy()

    def another_copy(self, organisation_id: str = ORG) -> LedgerCopy:
        return LedgerCopy(self.database, self.sync, organisation_id, progress=self._tell)

    def _spread_changes(self) -> None:
        """Every record was changed at its own moment, as in life."""
        moment = self.clock() - timedelta(days=10)
        for items in (self.world.documents, self.world.payments, self.world.contacts, self.world.accounts):
            many: Any = items
            many[:] = [
                one.model_copy(update={"updated_at": moment + timedelta(minutes=place)})
                for place, one in enumerate(many)
            ]

    async def _bulk(self, _organisation_id: str) -> FakeBulk:
        return self.bulk

    async def _live(self, _organisation_id: str) -> FakeLive:
        return self.live

    async def _tell(self, kind: str, done: int, total: int) -> None:
        self.told.append((kind, done, total))


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


def numbers(documents: list[Document]) -> list[str]:
    return [document.number for document in documents]


async def test_the_first_question_loads_everything_page_by_page_and_says_how_far_it_is(kept: Kept) -> None:
    bills = await kept.copy.documents(BILLS, today=TODAY)
    assert len(bills) == sum(one.kind is DocumentKind.BILL for one in kept.world.documents) == 10
    assert kept.bulk.asked("documents") == 5
    documents = [told[1:] for told in kept.told if told[0] == "documents"]
    assert documents == [(3, 15), (6, 15), (9, 15), (12, 15), (15, 15)]
    assert await kept.copy.as_of() == kept.clock()
    assert kept.copy.stale_because is None


async def test_what_comes_back_is_what_xero_has(kept: Kept) -> None:
    by_id = {one.id: one for one in kept.world.documents}
    copied = await kept.copy.documents(BILLS, today=TODAY)
    assert copied == [by_id[one.id].model_copy(update={"lines": ()}) for one in copied]
    assert sorted(await kept.copy.payments(PaymentQuery()), key=lambda one: one.id) == kept.world.payments
    assert {one.id: one for one in await kept.copy.contacts()} == {one.id: one for one in kept.world.contacts}
    assert await kept.copy.accounts() == sorted(kept.world.accounts, key=lambda one: one.code)


QUERIES: list[DocumentQuery] = [
    *(DocumentQuery(kind=kind, state=state) for kind in DocumentKind for state in (
        "open", "overdue", "paid", "draft", "submitted", "voided", "all")),
    DocumentQuery(kind=DocumentKind.BILL, contact_ids=(ACME.id, "nobody")),
    DocumentQuery(kind=DocumentKind.BILL, number="2026-001"),
    DocumentQuery(kind=DocumentKind.BILL, number="2026-00"),
    DocumentQuery(kind=DocumentKind.BILL, currency="GBP"),
    DocumentQuery(kind=DocumentKind.BILL, due_from=date(2026, 11, 3), due_to=date(2026, 11, 29)),
    DocumentQuery(kind=DocumentKind.INVOICE, issued_from=date(2026, 11, 2)),
    DocumentQuery(kind=DocumentKind.INVOICE, issued_to=date(2026, 11, 1)),
    DocumentQuery(kind=DocumentKind.INVOICE, min_amount=Decimal("250")),
    DocumentQuery(kind=DocumentKind.INVOICE, max_amount=Decimal("250.00")),
    DocumentQuery(kind=DocumentKind.BILL, state="open", min_amount=Decimal("480.50"), max_amount=Decimal("980")),
]  # fmt: skip


async def test_every_question_is_answered_as_by_a_reckoning_in_memory(kept: Kept) -> None:
    kept.world.documents.append(bill("BILL-400", ACME, "10.00", due=None, issued=None))
    reckoned = FakeBooks(kept.world)
    for query in QUERIES:
        copied = await kept.copy.documents(query, today=TODAY)
        expected = await reckoned.documents(query, today=TODAY)
        assert numbers(copied) == numbers(expected), query
        assert sorted(copied, key=lambda one: one.id) == sorted(expected, key=lambda one: one.id), query


PAYMENTS: list[PaymentQuery] = [
    PaymentQuery(),
    PaymentQuery(direction="in"),
    PaymentQuery(direction="out"),
    PaymentQuery(contact_ids=(ACME.id,)),
    PaymentQuery(reference="BILL-150 FA-OLDMARK1"),
    PaymentQuery(paid_from=date(2026, 10, 20), paid_to=date(2026, 11, 1)),
    PaymentQuery(include_deleted=True),
    PaymentQuery(payment_id="pay-none"),
]


async def test_every_question_about_payments_too(kept: Kept) -> None:
    first = kept.world.documents[0]
    deleted = payment(first, "1.00", date(2026, 11, 5), MAIN, status="DELETED", updated_at=kept.clock())
    kept.world.payments.append(deleted)
    reckoned = FakeBooks(kept.world)
    for query in [*PAYMENTS, PaymentQuery(document_id=kept.world.payments[0].document_id)]:
        copied, expected = await kept.copy.payments(query), await reckoned.payments(query)
        assert [one.paid_on for one in copied] == [one.paid_on for one in expected], query
        assert sorted(copied, key=lambda one: one.id) == sorted(expected, key=lambda one: one.id), query


async def test_a_young_copy_answers_without_asking_xero(kept: Kept) -> None:
    await kept.copy.documents(BILLS, today=TODAY)
    asked = len(kept.bulk.calls)
    kept.clock.advance(seconds=14)
    await kept.copy.documents(BILLS, today=TODAY)
    await kept.copy.contacts()
    assert len(kept.bulk.calls) == asked


async def test_an_older_copy_asks_only_for_what_changed(kept: Kept) -> None:
    await kept.copy.documents(BILLS, today=TODAY)
    kept.bulk.calls.clear()
    kept.clock.advance(seconds=16)
    kept.world.change("BILL-204", amount_due=Decimal("80.00"), updated_at=kept.clock())
    kept.world.documents.append(bill("BILL-999", ACME, "5.00", updated_at=kept.clock()))
    (changed,) = await kept.copy.documents(DocumentQuery(kind=DocumentKind.BILL, number="BILL-204"), today=TODAY)
    assert changed.amount_due == Decimal("80.00")
    assert "BILL-999" in numbers(await kept.copy.documents(BILLS, today=TODAY))
    assert {kind for kind, _, _ in kept.bulk.calls} == {"payments", "documents"}
    assert kept.bulk.asked("documents") <= 2
    assert all(since is not None for _, _, since in kept.bulk.calls)
    assert await kept.copy.as_of() == kept.clock()


async def test_contacts_are_asked_for_seldom_but_at_once_when_a_stranger_turns_up(kept: Kept) -> None:
    await kept.copy.contacts()
    stranger = contact("Neue Firma GmbH", updated_at=kept.clock())
    kept.clock.advance(seconds=20)
    kept.world.contacts.append(stranger)
    assert stranger not in await kept.copy.contacts()
    kept.clock.advance(seconds=20)
    kept.world.documents.append(bill("N-1", stranger, "5.00", updated_at=kept.clock()))
    assert stranger in await kept.copy.contacts()
    assert kept.bulk.calls[-1][0] == "contacts"


async def test_archived_contacts_are_left_out(kept: Kept) -> None:
    kept.world.contacts.append(contact("Alt AG", status="ARCHIVED", updated_at=kept.clock()))
    assert "Alt AG" not in [one.name for one in await kept.copy.contacts()]


async def test_many_questions_at_once_cause_one_load(kept: Kept) -> None:
    kept.bulk.hold = asyncio.Event()
    questions = [asyncio.ensure_future(kept.another_copy().documents(BILLS, today=TODAY)) for _ in range(8)]
    await asyncio.sleep(0.1)
    kept.bulk.hold.set()
    answers = await asyncio.gather(*questions)
    assert all(answer == answers[0] and len(answer) == 10 for answer in answers)
    assert kept.bulk.asked("documents") == 5 and kept.bulk.asked("accounts") == 2


async def test_the_load_goes_on_when_the_one_who_asked_has_left(kept: Kept) -> None:
    kept.bulk.hold = asyncio.Event()
    question = asyncio.ensure_future(kept.copy.documents(BILLS, today=TODAY))
    await asyncio.sleep(0.1)
    question.cancel()
    await asyncio.gather(question, return_exceptions=True)
    kept.bulk.hold.set()
    assert len(await kept.another_copy().documents(BILLS, today=TODAY)) == 10
    assert kept.bulk.asked("documents") == 5 and kept.bulk.asked("accounts") == 2


async def test_without_any_copy_a_xero_that_is_down_is_told(kept: Kept) -> None:
    kept.bulk.trouble = ProviderUnavailable("Xero", reason="no answer")
    with pytest.raises(ProviderUnavailable):
        await kept.copy.documents(BILLS, today=TODAY)


TROUBLES = {
    "down": ProviderUnavailable("Xero", reason="no answer"),
    "busy": ProviderBusy("Xero", until=datetime(2026, 11, 22, 12, 30, tzinfo=UTC)),
    "revoked": ConnectionLost("Xero"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_when_xero_cannot_be_asked_the_copy_answers_and_says_how_old_it_is(kept: Kept, trouble: str) -> None:
    before = await kept.copy.documents(BILLS, today=TODAY)
    loaded_at = kept.clock()
    kept.clock.advance(minutes=20)
    kept.bulk.trouble = TROUBLES[trouble]
    assert await kept.copy.documents(BILLS, today=TODAY) == before
    assert await kept.copy.as_of() == loaded_at
    words = kept.copy.stale_because
    assert words and "last copy" in words["en"] and "letzten Kopie" in words["de"]
    asked = len(kept.bulk.calls)
    await kept.copy.documents(BILLS, today=TODAY)
    assert len(kept.bulk.calls) == asked, "Xero is left in peace for a while"
    kept.bulk.trouble = None
    kept.clock.advance(minutes=11)
    assert await kept.copy.as_of() == kept.clock()
    assert kept.copy.stale_because is None


async def test_a_first_load_that_breaks_off_goes_on_where_it_stopped(kept: Kept) -> None:
    kept.bulk.trouble, kept.bulk.trouble_at = ProviderUnavailable("Xero"), 9
    with pytest.raises(ProviderUnavailable):
        await kept.copy.documents(BILLS, today=TODAY)
    before = kept.bulk.asked("documents")
    kept.bulk.trouble = None
    kept.clock.advance(seconds=20)
    assert len(await kept.another_copy().documents(BILLS, today=TODAY)) == 10
    resumed = [since for kind, page, since in kept.bulk.calls[9:] if kind == "documents" and page == 1]
    assert before == 4 and resumed[0] is not None


async def test_a_record_that_moved_between_the_halves_of_a_broken_load_is_not_lost(kept: Kept) -> None:
    kept.bulk.trouble, kept.bulk.trouble_at = ProviderUnavailable("Xero"), 9
    with pytest.raises(ProviderUnavailable):
        await kept.copy.documents(BILLS, today=TODAY)
    # As if a page had shifted meanwhile: a record with an old date that no page kept has shown.
    kept.world.documents.insert(0, bill("LATE-1", ACME, "5.00", updated_at=kept.clock() - timedelta(days=30)))
    kept.bulk.trouble = None
    kept.clock.advance(seconds=20)
    assert "LATE-1" in numbers(await kept.copy.documents(BILLS, today=TODAY))


async def test_a_document_just_paid_is_read_again_at_once(kept: Kept) -> None:
    await kept.copy.documents(BILLS, today=TODAY)
    target = kept.world.document("BILL-204")
    kept.world.payments.append(payment(target, "980.00", TODAY, MAIN, updated_at=kept.clock()))
    kept.world.change(
        "BILL-204",
        status=DocumentStatus.PAID,
        amount_due=Decimal("0.00"),
        amount_paid=Decimal("980.00"),
        updated_at=kept.clock(),
    )
    await kept.sync.touch(ORG, target.id)
    kept.bulk.trouble = ProviderUnavailable("Xero")
    (paid,) = await kept.copy.documents(DocumentQuery(kind=DocumentKind.BILL, number="BILL-204"), today=TODAY)
    assert paid.status is DocumentStatus.PAID and paid.amount_due == 0
    assert len(await kept.copy.payments(PaymentQuery(document_id=target.id))) == 1
    kept.world.payments.pop()
    await kept.sync.touch(ORG, target.id)
    assert await kept.copy.payments(PaymentQuery(document_id=target.id)) == []


async def test_an_older_answer_does_not_overwrite_a_newer_one(kept: Kept) -> None:
    await kept.copy.documents(BILLS, today=TODAY)
    old = kept.world.document("BILL-204")
    kept.world.change("BILL-204", amount_due=Decimal("1.00"), updated_at=kept.clock())
    await kept.sync.touch(ORG, old.id)
    kept.world.change("BILL-204", amount_due=old.amount_due, updated_at=old.updated_at)
    await kept.sync.touch(ORG, old.id)
    kept.bulk.trouble = ProviderUnavailable("Xero")
    (copied,) = await kept.copy.documents(DocumentQuery(kind=DocumentKind.BILL, number="BILL-204"), today=TODAY)
    assert copied.amount_due == Decimal("1.00")


async def test_a_change_that_xero_announced_is_read_however_young_the_copy_is(kept: Kept) -> None:
    await kept.copy.documents(BILLS, today=TODAY)
    kept.world.documents.append(bill("BILL-999", ACME, "5.00", updated_at=kept.clock()))
    assert "BILL-999" not in numbers(await kept.copy.documents(BILLS, today=TODAY))
    kept.sync.expire(ORG)
    assert "BILL-999" in numbers(await kept.copy.documents(BILLS, today=TODAY))


async def test_loading_everything_again_takes_out_what_is_gone(kept: Kept) -> None:
    await kept.copy.documents(BILLS, today=TODAY)
    kept.world.documents.remove(kept.world.document("BILL-202"))
    kept.clock.advance(minutes=1)
    await kept.sync.reload(ORG)
    assert "BILL-202" not in numbers(await kept.copy.documents(BILLS, today=TODAY))


async def test_organisations_never_mix(kept: Kept) -> None:
    await kept.copy.documents(BILLS, today=TODAY)
    other = kept.another_copy("org-other")
    kept.bulk.trouble = ProviderUnavailable("Xero")
    with pytest.raises(ProviderUnavailable):
        await other.documents(BILLS, today=TODAY)
    assert await run_sql(kept.database, "SELECT DISTINCT organisation_id FROM ledger_document") == [(ORG,)]


@pytest.mark.parametrize("written", ["0.00", "980.10", "-12.34", "0.0001", "9999999999999.99", "1234.5678"])
def test_amounts_come_back_exactly(written: str) -> None:
    amount = Decimal(written)
    assert from_units(to_units(amount)) == amount


def test_an_amount_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="four decimals"):
        to_units(Decimal("0.00001"))


async def test_twenty_thousand_documents_are_asked_quickly(database: Database) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    world = World(contacts=[ACME, DUPONT])
    template = bill("B-0", ACME, "100.00")
    world.documents = [
        template.model_copy(
            update={
                "id": f"doc-{place:06d}",
                "number": f"B-{place}",
                "due": TODAY + timedelta(days=place % 90 - 60),
                "contact_id": (ACME if place % 2 else DUPONT).id,
                "updated_at": start + timedelta(seconds=place),
            }
        )
        for place in range(20_000)
    ]
    kept = Kept(database, world, page_size=1000)
    began = time.perf_counter()
    await kept.copy.as_of()
    loaded = time.perf_counter() - began
    one = DocumentQuery(kind=DocumentKind.BILL, number="B-777")
    overdue = DocumentQuery(
        kind=DocumentKind.BILL, state="overdue", contact_ids=(ACME.id,), due_from=TODAY - timedelta(3)
    )
    timings = {}
    for name, query in {"one": one, "overdue": overdue, "all": BILLS}.items():
        began = time.perf_counter()
        found = await kept.copy.documents(query, today=TODAY)
        timings[name] = (time.perf_counter() - began, len(found))
    print(f"\n20,000 documents: loaded in {loaded:.2f} s; {timings}")  # noqa: T201
    assert {name: count for name, (_, count) in timings.items()} == {"one": 1, "overdue": 444, "all": 20_000}
    assert loaded < 120 and timings["one"][0] < 2 and timings["overdue"][0] < 2 and timings["all"][0] < 15, timings
