"""The proof of the copy as people meet it: by command, by an admin's words in the chat, and by itself at night."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from assistant.books_room import BooksRoom
from assistant.ledger.reconcile import Difference, Reconciliation
from assistant.ledger.reconcile_words import differences_table, told
from assistant.wiring import compare_by_night
from tests.support.assistant import QUICK, RunningAssistant, clean_environment, run_assistant
from tests.support.chat import chat_as
from tools.base import Organisation

pytestmark = pytest.mark.anyio
BERLIN = Organisation("org-1", "Demo GmbH", "EUR", timezone="Europe/Berlin")
AUCKLAND = Organisation("org-2", "Kiwi Ltd", "NZD", timezone="Pacific/Auckland")


@pytest.fixture(scope="module")
def product() -> Iterator[RunningAssistant]:
    with run_assistant({**QUICK, "LEDGER_FRESH_SECONDS": "3600"}) as running:
        yield running


def typed(product: RunningAssistant, *words: str) -> subprocess.CompletedProcess[str]:
    """`assistant reconcile WORDS`, in the same home."""
    ports = {"PORT": str(product.port), "SANDBOX_PORT": str(product.sandbox_port)}
    return subprocess.run(
        [sys.executable, "-m", "assistant", "reconcile", *words],
        env=clean_environment(product.home, **ports, **product.settings),
        cwd=product.home / "cwd",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def spoil(product: RunningAssistant) -> None:
    with closing(sqlite3.connect(product.home / "state" / "assistant.db", timeout=20)) as database, database:
        database.execute("UPDATE ledger_document SET amount_due = amount_due + 100 WHERE number = 'BILL-201'")


async def test_an_admin_sees_it_and_the_command_mends_it_while_the_chat_goes_on(product: RunningAssistant) -> None:
    async with chat_as(product.url, "Ada Adler") as chat, chat_as(product.url, "Vera Vogel") as viewer:
        assert "has not been compared" in (await chat.ask("check the copy")).text
        assert "role admin" in (await viewer.ask("check the copy")).text
        before = (await viewer.ask("Show bill BILL-201")).text
        spoil(product)
        done = typed(product)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 record differed; all counts and totals are equal now" in done.stdout
        assert "documents BILL-201: amount_due" in done.stdout
        answer = await chat.ask("Kopie prüfen")
        assert "1 record differed" in answer.text and answer.table["rows"][0]["label"] == "BILL-201"
        assert (await viewer.ask("Show bill BILL-201")).text.split("(")[0] == before.split("(")[0]
    again = typed(product, "--organisation", "Lindenhof Studio GmbH")
    assert again.returncode == 0 and "every record was the same" in again.stdout


def test_an_organisation_that_is_not_here_is_said(product: RunningAssistant) -> None:
    done = typed(product, "--organisation", "Nobody Ltd")
    assert done.returncode == 2 and "no such organisation" in done.stderr


# words

FOUND = Reconciliation(
    began_at=datetime(2026, 11, 22, 2, 0, tzinfo=UTC),
    records=12_345,
    pages=13,
    differences=2,
    named=(
        Difference(kind="payments", id="p", label="BILL-1", what="missing"),
        Difference(kind="documents", id="d", label="INV-1", what="amount_due, status"),
    ),
    equal=True,
)
ENDED = datetime(2026, 11, 22, 2, 5, tzinfo=UTC)


def test_the_result_is_said_in_both_languages() -> None:
    assert told((ENDED, FOUND), BERLIN, "en") == (
        "Demo GmbH: 12,345 records compared with Xero on 22 Nov 2026, 03:05 (13 calls); 2 records differed; "
        "all counts and totals are equal now."
    )
    german = told((ENDED, FOUND), BERLIN, "de")
    assert "2 Einträge wichen ab; alle Anzahlen und Summen sind jetzt gleich" in german
    bad = FOUND.model_copy(
        update={"equal": False, "unequal": ("documents, PAID 2026-10 EUR, count: 1 here, 2 at Xero",)}
    )
    assert "1 sum is not equal: documents, PAID" in told((ENDED, bad), BERLIN, "en")
    assert "1 Summe ist nicht gleich" in told((ENDED, bad), BERLIN, "de")
    assert "noch nicht mit Xero verglichen" in told(None, BERLIN, "de")


def test_what_differed_is_a_table() -> None:
    rows = differences_table(FOUND, BERLIN, ENDED, "en").rows
    assert [row["what"] for row in rows] == [
        "was missing here; added",
        "differed, put right: amount_due, status",
    ]
    assert differences_table(FOUND, BERLIN, ENDED, "de").rows[0]["kind"] == "Zahlung"


# by night


@dataclass
class FakeRoom:
    """Organisations, and which were compared since when."""

    organisations: Any
    done: list[tuple[str, datetime]] = field(default_factory=list)

    async def every(self) -> list[Organisation]:
        return [BERLIN, AUCKLAND]

    @property
    def reconciler(self) -> FakeRoom:
        return self

    async def run(self, organisation_id: str, *, unless_since: datetime) -> None:
        self.done.append((organisation_id, unless_since))


@pytest.mark.parametrize(
    ("hour", "expected"), [(0, []), (1, ["org-1"]), (3, ["org-1"]), (4, []), (12, []), (13, ["org-2"]), (16, [])]
)
async def test_each_organisation_is_compared_in_its_own_night(hour: int, expected: list[str]) -> None:
    room = FakeRoom(None)
    room.organisations = room
    now = datetime(2026, 11, 22, hour, 30, tzinfo=UTC)
    await compare_by_night(cast(BooksRoom, room), now)
    assert [organisation for organisation, _ in room.done] == expected
    assert all(since == now - timedelta(hours=20) for _, since in room.done)
