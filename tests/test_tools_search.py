"""Finding anything by a few words: names, numbers, amounts and references, in both languages, whatever the spelling."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.books import ACME, DUPONT, MAIN, TODAY, World, bill, invoice, make_access, payment, usual_world
from tools.base import ToolResult
from tools.errors import ToolRetry
from tools.xero.search import search_ledger

pytestmark = pytest.mark.anyio


@pytest.fixture
def world() -> World:
    world = usual_world()
    world.documents = [
        invoice("INV-0071", DUPONT, "1250.00", reference="Wartung Oktober"),
        bill("B-4711", ACME, "99.50", reference="PO 77"),
        bill("B-4712", ACME, "500.00", left="250.00"),
    ]
    paid = payment(world.documents[1], "99.50", TODAY - timedelta(days=3), MAIN, reference="Oktober FA-7K2M9X")
    world.payments = [paid, payment(world.documents[2], "250.00", TODAY, MAIN, status="DELETED", reference="FA-GONE11")]
    return world


async def look(world: World, text: str, language: str = "en") -> ToolResult:
    return await search_ledger.run(make_access(world, language=language), text=text)


def what(result: ToolResult) -> list[tuple[Any, Any]]:
    rows: Any = result.facts["rows"]
    return [(row["kind"], row.get("number") or row["contact_name"]) for row in rows]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4711", [("bill", "B-4711")]),
        ("b 4711", [("bill", "B-4711")]),
        ("inv71", [("invoice", "INV-0071")]),
        ("wartung", [("invoice", "INV-0071")]),
        ("1,250.00", [("invoice", "INV-0071")]),
        ("€ 250", [("bill", "B-4712")]),
        ("fa-7k2m9x", [("payment", "B-4711")]),
        ("FA-GONE11", [("payment", "B-4712")]),
        ("oktober", [("invoice", "INV-0071"), ("payment", "B-4711")]),
        ("Dupont", [("contact", DUPONT.name)]),
        ("Dupnt", [("contact", DUPONT.name)]),
    ],
)
async def test_what_is_typed_finds_it(world: World, text: str, found: list[tuple[str, str]]) -> None:
    result = await look(world, text)
    assert what(result) == found
    assert result.facts["count"] == len(found)
    (table,) = result.tables
    assert len(table.rows) == len(found)
    assert result.answer.endswith("(Demo GmbH, as of 14:02).")


async def test_the_sentence_counts_by_kind(world: World) -> None:
    assert (await look(world, "oktober")).answer.startswith("1 invoice and 1 payment match “oktober”")
    assert (await look(world, "oktober", "de")).answer.startswith("Zu „oktober“: 1 Rechnung und 1 Zahlung")
    assert (await look(world, "Dupont")).answer.startswith("1 contact matches “Dupont”")


async def test_a_deleted_payment_is_named_as_one(world: World) -> None:
    rows: Any = (await look(world, "FA-GONE11")).facts["rows"]
    assert rows[0]["status"] == "deleted"


async def test_nothing_found_says_so_and_offers_the_nearest_numbers(world: World) -> None:
    result = await look(world, "B-4713")
    assert result.answer.startswith("Nothing in the books matches “B-4713”; the nearest numbers are B-4712 and B-4711")
    assert result.facts["count"] == 0
    assert (await look(world, "quux 9 z", "de")).answer.startswith("In den Büchern passt nichts zu „quux 9 z“")


async def test_nothing_to_look_for_is_asked_about(world: World) -> None:
    with pytest.raises(ToolRetry, match="What should be looked for"):
        await look(world, " \u200b ")


async def test_a_currency_that_was_said_counts(world: World) -> None:
    assert (await look(world, "1,250.00 GBP")).facts["count"] == 0
