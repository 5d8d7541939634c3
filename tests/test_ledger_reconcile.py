"""The nightly proof: every way in which the copy can differ from Xero is found, named and mended."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from assistant.ledger.reconcile import Reconciler, Reconciliation
from assistant.payees import Payees
from assistant.stores import ledger as store
from assistant.stores import ledger_query as ask
from assistant.stores.database import Database
from tests.support.books import ACME, MAIN, TODAY, bill, payment, usual_world
from tests.support.database import run_sql
from tests.test_ledger import BILLS, ORG, Kept
from tests.test_tools_aged import note
from tools.errors import ProviderUnavailable
from tools.payee import fingerprint
from tools.xero.books import DocumentKind, DocumentStatus

pytestmark = pytest.mark.anyio


class Proof:
    """A whole copy, some time after it was made, and what proves it."""

    def __init__(self, database: Database) -> None:
        world = usual_world()
        world.payments += [payment(world.documents[0], "1.00", TODAY, MAIN) for _ in range(4)]
        self.kept = Kept(database, world)
        self.kept.world.credit_notes = [note("CN-1", "50.00", updated_at=self.kept.clock() - timedelta(days=9))]
        self.reconciler = Reconciler(database, self.kept.sync, self.kept._bulk, self.kept.clock)

    async def begin(self) -> Proof:
        await self.kept.copy.credit_notes(DocumentKind.INVOICE)
        self.kept.clock.advance(hours=1)
        return self

    async def run(self) -> Reconciliation:
        self.kept.clock.advance(seconds=30)
        done = await self.reconciler.run(ORG)
        assert done is not None
        return done


@pytest.fixture
async def proof(database: Database) -> Proof:
    return await Proof(database).begin()


def named(done: Reconciliation) -> list[tuple[str, str, str]]:
    return sorted((one.kind, one.label, one.what) for one in done.named)


async def whole(proof: Proof) -> None:
    """What is copied is what Xero has, and the next proof finds nothing."""
    again = await proof.run()
    assert (again.differences, again.equal, again.unequal) == (0, True, ())
    by_id = {one.id: one.model_copy(update={"lines": ()}) for one in proof.kept.world.documents}
    copied = [one for kind in DocumentKind for one in await _documents(proof, kind)]
    assert {one.id: one for one in copied if one.status is not DocumentStatus.DELETED} == by_id


async def _documents(proof: Proof, kind: DocumentKind) -> list[Any]:
    return await proof.kept.copy.documents(type(BILLS)(kind=kind), today=TODAY)


async def test_an_equal_copy_is_proved_equal(proof: Proof) -> None:
    world = proof.kept.world
    done = await proof.run()
    assert (done.differences, done.equal) == (0, True)
    assert done.records == len(world.documents) + len(world.payments) + len(world.contacts) + len(world.accounts) + 1
    assert done.pages >= done.records / 3
    ended = await proof.reconciler.latest(ORG)
    assert ended is not None and ended[1] == done


CORRUPTIONS = [
    ("DELETE FROM ledger_document WHERE number = 'BILL-201'", ("documents", "BILL-201", "missing")),
    ("UPDATE ledger_document SET total = total + 1 WHERE number = 'BILL-201'", ("documents", "BILL-201", "total")),
    ("UPDATE ledger_document SET status = 'PAID' WHERE number = 'BILL-201'", ("documents", "BILL-201", "status")),
    ("UPDATE ledger_document SET contact_name = 'x', due = '' WHERE number = 'BILL-201'",
     ("documents", "BILL-201", "contact_name, due")),
    ("UPDATE ledger_document SET updated_at = '2099' WHERE number = 'BILL-201'",
     ("documents", "BILL-201", "updated_at")),
    ("DELETE FROM ledger_payment WHERE document_number = 'BILL-150'", ("payments", "BILL-150", "missing")),
    ("UPDATE ledger_payment SET amount = 1 WHERE document_number = 'BILL-150'", ("payments", "BILL-150", "amount")),
    ("UPDATE ledger_payment SET status = 'DELETED' WHERE document_number = 'BILL-150'",
     ("payments", "BILL-150", "status")),
    ("DELETE FROM ledger_contact WHERE name = 'Acme Ltd'", ("contacts", "Acme Ltd", "missing")),
    ("UPDATE ledger_contact SET iban = 'DE02' WHERE name = 'Acme Ltd'", ("contacts", "Acme Ltd", "iban")),
    ("UPDATE ledger_account SET name = 'x' WHERE code = '090'", ("accounts", "Solaris Geschäftskonto", "name")),
    ("UPDATE ledger_credit_note SET allocations = '[[]]'", ("credit_notes", "CN-1", "allocations")),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), CORRUPTIONS, ids=[sql[:60] for sql, _ in CORRUPTIONS])
async def test_what_was_changed_here_is_found_and_put_right(
    proof: Proof, sql: str, expected: tuple[str, str, str]
) -> None:
    await run_sql(proof.kept.database, sql)
    done = await proof.run()
    assert named(done) == [expected]
    assert done.equal, done.unequal
    await whole(proof)


async def test_a_record_that_xero_does_not_have_is_taken_out(proof: Proof) -> None:
    async with proof.kept.database.work() as work:
        rows = await ask.documents(work, ORG, BILLS, TODAY)
        old = {
            **rows[0]._mapping,
            "organisation_id": ORG,
            "number_key": "",
            "number_digits": "",
            "id": "made-up",
            "number": "X-1",
            "synced_at": "2026",
        }
        await store.upsert(work, store.LedgerDocumentRow, [old])
    done = await proof.run()
    assert named(done) == [("documents", "X-1", "not in Xero any more")] and done.equal
    await whole(proof)


async def test_a_document_that_vanished_at_xero_without_a_changed_date_is_taken_out(proof: Proof) -> None:
    world = proof.kept.world
    world.documents.remove(world.document("BILL-201"))
    done = await proof.run()
    assert named(done) == [("documents", "BILL-201", "not in Xero any more")]
    await whole(proof)


async def test_a_void_without_a_changed_date_is_found(proof: Proof) -> None:
    proof.kept.world.change("BILL-201", status=DocumentStatus.VOIDED, amount_due=Decimal(0))
    done = await proof.run()
    assert named(done) == [("documents", "BILL-201", "amount_due, status")]
    await whole(proof)


async def test_an_account_number_that_was_changed_unseen_makes_its_payee_wait(proof: Proof) -> None:
    """The registry of payees sees what the proof finds, as it sees any other change."""
    world, clock = proof.kept.world, proof.kept.clock
    place = next(n for n, one in enumerate(world.contacts) if one.id == ACME.id)
    world.contacts[place] = world.contacts[place].model_copy(update={"iban": "DE89370400440532013000"})
    done = await proof.run()
    assert named(done) == [("contacts", "Acme Ltd", "iban")]
    async with proof.kept.database.work() as work:
        standing = await Payees(proof.kept.database, clock).standing(work, ORG, ACME.id)
    assert standing is not None and standing.bank == fingerprint("DE89370400440532013000")
    assert standing.what_changed == ("bank",)


async def test_what_changes_at_xero_meanwhile_is_no_fault_of_the_copy(proof: Proof) -> None:
    pages, world, clock = 0, proof.kept.world, proof.kept.clock

    class Busy:
        def is_set(self) -> bool:
            return True

        async def wait(self) -> None:
            nonlocal pages
            pages += 1
            if pages % 3 == 0:
                clock.advance(seconds=1)
                world.change("BILL-204", reference=f"v{pages}", updated_at=clock())
                world.documents.append(bill(f"NEW-{pages}", ACME, "5.00", updated_at=clock()))

    proof.kept.bulk.hold = Busy()
    done = await proof.run()
    assert (done.differences, done.equal) == (0, True), (done.named, done.unequal)


async def test_a_great_many_that_xero_does_not_list_are_reported_and_kept(proof: Proof) -> None:
    async with proof.kept.database.work() as work:
        rows = await ask.documents(work, ORG, BILLS, TODAY)
        old = {**rows[0]._mapping, "organisation_id": ORG, "number_key": "", "number_digits": "", "synced_at": "2026"}
        await store.upsert(
            work, store.LedgerDocumentRow, [{**old, "id": f"x-{n}", "number": f"X-{n}"} for n in range(101)]
        )
    done = await proof.run()
    assert done.differences == 101 and {one.what for one in done.named} == {"not removed"} and not done.equal


async def test_of_many_at_once_one_does_it_and_it_is_done_once_a_night(proof: Proof) -> None:
    night = proof.kept.clock() - timedelta(hours=20)
    done = await asyncio.gather(*(proof.reconciler.run(ORG, unless_since=night) for _ in range(5)))
    assert sum(one is not None for one in done) == 1
    assert await proof.reconciler.run(ORG, unless_since=proof.kept.clock() - timedelta(hours=20)) is None
    proof.kept.clock.advance(hours=24)
    assert await proof.reconciler.run(ORG, unless_since=proof.kept.clock() - timedelta(hours=20)) is not None


async def test_one_that_broke_off_is_given_back_and_one_that_died_is_taken_over(proof: Proof) -> None:
    proof.kept.bulk.trouble, proof.kept.bulk.trouble_at = ProviderUnavailable("Xero", reason="HTTP 503"), 9
    with pytest.raises(ProviderUnavailable):
        await proof.reconciler.run(ORG)
    proof.kept.bulk.trouble = None
    assert await proof.reconciler.latest(ORG) is None
    assert (await proof.run()).equal
    await run_sql(proof.kept.database, "UPDATE ledger_reconciliation SET claimed_until = '2026-11-22T15:00:00+00:00'")
    assert await proof.reconciler.run(ORG) is None
    proof.kept.clock.advance(hours=7)
    assert await proof.reconciler.run(ORG) is not None


async def test_a_draft_deleted_at_xero_comes_with_the_changes(proof: Proof) -> None:
    """Without waiting for the night: the changes are asked for with deleted ones among them."""
    proof.kept.world.change("BILL-300", status=DocumentStatus.DELETED, updated_at=proof.kept.clock())
    proof.kept.clock.advance(seconds=20)
    drafts = await proof.kept.copy.documents(type(BILLS)(kind=DocumentKind.BILL, state="draft"), today=TODAY)
    assert all(one.number != "BILL-300" for one in drafts)
