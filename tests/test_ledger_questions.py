"""What the database filters, orders, counts and adds is what the plain reading of every record gives."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rapidfuzz.distance import OSA

from assistant.ledger.copy import LedgerCopy
from assistant.stores.database import Database
from tests.support.books import MAIN, SAVINGS, TODAY, FakeBooks, World, bill, contact, invoice, payment
from tests.test_ledger import Kept
from tools.xero.books import Document, DocumentKind, DocumentQuery, DocumentStatus, Payment, PaymentQuery, State
from tools.xero.finding import numbered
from tools.xero.names import bare_digits
from tools.xero.tally import ContactSum, Tally

pytestmark = pytest.mark.anyio

NAMES = ["Acme Ltd", "Müller & Söhne GmbH", "Dupont SA", "Çelik", "alpha", "Zeta"]
STATES: tuple[State, ...] = ("open", "overdue", "paid", "draft", "submitted", "voided", "all")


def random_world(dice: random.Random) -> World:
    """A ledger with every state, currency and shape of number, and with things that are missing."""
    people = [contact(name) for name in NAMES]
    world = World(documents=[], payments=[])
    world.contacts, world.accounts = people, [MAIN, SAVINGS]
    for place in range(240):
        make = dice.choice((bill, invoice))
        number = dice.choice(
            (f"INV-{place:04d}", f"RE 2026/{place}", f"{place}", f"b-{place}a", f"Ä{place}", "INV-7", "", "007", "---")
        )
        status = dice.choice(list(DocumentStatus))
        issued = TODAY - timedelta(days=dice.randrange(200))
        more: dict[str, Any] = {
            "id": f"00000000-0000-4000-8000-{place:012d}",
            "status": status,
            "issued": issued if dice.random() < 0.95 else None,
            "due": issued + timedelta(days=dice.choice((0, 14, 30, 120))) if dice.random() < 0.9 else None,
            "currency": dice.choice(("EUR", "EUR", "GBP")),
            "reference": dice.choice(("", "PO 7", "Äpfel", "a_b_c")),
            "left": dice.choice(("0", "10.00", "99.9999", "100.00")),
        }
        world.documents.append(make(number, dice.choice(people), "100.00", **more))
    for place in range(150):
        document = dice.choice(world.documents)
        world.payments.append(
            payment(
                document,
                dice.choice(("1.00", "99.50", "0.3333")),
                TODAY - timedelta(days=dice.randrange(90)),
                dice.choice((MAIN, SAVINGS)),
                id=f"pay-{place:03d}",
                status=dice.choice(("AUTHORISED", "AUTHORISED", "DELETED")),
                reference=dice.choice(("", "FA-ABC", "Oktober FA-ABC", "100% sure", "ÄPFEL", "a_b")),
            )
        )
    return world


def random_query(dice: random.Random) -> DocumentQuery:
    def day() -> date | None:
        return TODAY - timedelta(days=dice.randrange(-40, 200)) if dice.random() < 0.2 else None

    people = [contact(name).id for name in NAMES]
    return DocumentQuery(
        kind=dice.choice(list(DocumentKind)),
        state=dice.choice(STATES),
        contact_ids=tuple(dice.sample(people, dice.choice((1, 2)))) if dice.random() < 0.4 else (),
        number="INV-7" if dice.random() < 0.1 else "",
        issued_from=day(),
        issued_to=day(),
        due_from=day(),
        due_to=day(),
        min_amount=Decimal("50") if dice.random() < 0.1 else None,
        max_amount=Decimal("99.9999") if dice.random() < 0.1 else None,
        amount=Decimal(dice.choice(("10", "99.9999", "100"))) if dice.random() < 0.1 else None,
        reference_part=dice.choice(("po", "ÄPFEL", "b_")) if dice.random() < 0.1 else "",
        currency="GBP" if dice.random() < 0.1 else "",
        order=dice.choice(("due", "newest")),
        most=dice.choice((0, 0, 1, 7)),
    )


class Both:
    """The copy in the database, and every record read plainly."""

    def __init__(self, database: Database, seed: int) -> None:
        self.dice = random.Random(seed)
        kept = Kept(database, random_world(self.dice), page_size=100)
        self.copy: LedgerCopy = kept.copy
        self.plain = FakeBooks(kept.world)


@pytest.fixture(params=[1, 2])
def both(database: Database, request: pytest.FixtureRequest) -> Both:
    return Both(database, request.param)


def shape(tally: Tally) -> list[tuple[Any, ...]]:
    """The groups, sorted; the first due date counts where something is left to pay."""
    found = []
    for one in tally.groups:
        first = (one.first_due or date.max) if one.left else date.max
        found.append((one.status.value, one.currency, one.late, one.left, one.count, one.total, one.amount_due, first))
    return sorted(found)


def by_contact(sums: list[ContactSum]) -> list[tuple[Any, ...]]:
    return sorted((one.contact_id, one.contact_name, one.currency, one.count, one.by_age) for one in sums)


async def test_documents_and_their_sums(both: Both) -> None:
    met: Counter[bool] = Counter()
    for _ in range(150):
        query = random_query(both.dice)
        found = await both.copy.documents(query, today=TODAY)
        plain = await both.plain.documents(query, today=TODAY)
        key = "due" if query.order == "due" else "issued"
        assert [(getattr(doc, key), doc.number) for doc in found] == [(getattr(doc, key), doc.number) for doc in plain]
        if not query.most:
            assert {doc.id: doc for doc in found} == {doc.id: doc for doc in plain}
        whole = replace(query, most=0)
        assert shape(await both.copy.tally(query, today=TODAY)) == shape(await both.plain.tally(whole, today=TODAY))
        sums = await both.copy.contact_sums(query, today=TODAY)
        assert by_contact(sums) == by_contact(await both.plain.contact_sums(whole, today=TODAY))
        met[bool(found)] += 1
    assert min(met[True], met[False]) > 10


def ids(records: list[Document] | list[Payment]) -> list[str]:
    return sorted(one.id for one in records)


async def test_a_number_finds_what_reading_every_document_finds(both: Both) -> None:
    typed = [doc.number for doc in both.plain.world.documents]
    typed += ["inv 7", "7", "re2026 31", "INV-7 Acme Ltd", "INV-7, müller", "007", "ä9", "12345", "", "-", "b 9 a"]
    typed += [doc.id for doc in both.plain.world.documents[:3]] + [both.plain.world.documents[0].id.upper()]
    everything = both.plain.world.documents
    for text in typed:
        assert ids(numbered(await both.copy.numbered(text), text)) == ids(numbered(everything, text)), text
    people = {doc.contact_id for doc in everything}
    for one in people:
        own = [doc for doc in everything if doc.contact_id == one]
        for text in ("INV-7", "7", "007"):
            assert ids(numbered(await both.copy.numbered(text, contact_id=one), text)) == ids(numbered(own, text))


@pytest.mark.parametrize("typed", ["INV-0046", "INV-046", "INV-00467", "RE 2026/13", "INV-0064", "1", "R2026-0150"])
async def test_a_number_with_one_wrong_digit_is_offered(both: Both, typed: str) -> None:
    alike = {doc.id for doc in await both.copy.numbered_alike(typed)}
    wanted = bare_digits(typed)
    near = {
        doc.id
        for doc in both.plain.world.documents
        if (bare := bare_digits(doc.number)) and OSA.distance(bare, wanted) <= 1
    }
    assert near <= alike


async def test_payments_and_their_sums(both: Both) -> None:
    people = [contact(name).id for name in NAMES]
    for _ in range(120):
        dice = both.dice
        query = PaymentQuery(
            direction=dice.choice(("", "in", "out")),
            contact_ids=(dice.choice(people),) if dice.random() < 0.3 else (),
            paid_from=TODAY - timedelta(days=dice.randrange(90)) if dice.random() < 0.3 else None,
            paid_to=TODAY - timedelta(days=dice.randrange(90)) if dice.random() < 0.2 else None,
            include_deleted=dice.random() < 0.5,
            only_deleted=dice.random() < 0.1,
            reference="FA-ABC" if dice.random() < 0.1 else "",
            reference_part=dice.choice(("", "", "fa-a", "0% S", "äpfel", "A_B", "october")),
        )
        assert ids(await both.copy.payments(query)) == ids(await both.plain.payments(query)), query
        newest = await both.copy.payments(replace(query, most=5))
        assert [one.paid_on for one in newest] == [one.paid_on for one in (await both.plain.payments(query))[:5]]
        sums: list[Counter[tuple[Any, ...]]] = []
        for books in (both.copy, both.plain):
            counted: Counter[tuple[Any, ...]] = Counter()
            for one in await books.payment_sums(query):
                key = (one.comes_in, one.deleted, one.currency, one.account_id)
                counted[(*key, "count")] += one.count
                counted[(*key, "units")] += int(one.amount * 10_000)
            sums.append(counted)
        assert sums[0] == sums[1], query
