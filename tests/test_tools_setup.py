"""What is set up in Xero and what happened to a document: with fakes, and against the sandbox over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.model.bind import Offered
from sandbox.model.dialogue import Router
from sandbox.model.encoder import SentenceEncoder
from sandbox.model.transcript import read_transcript
from tests.support.books import ACME, TODAY, bill, make_access, usual_world
from tests.support.real_tools import House, open_house
from tools.base import Effect, ReadTool, ToolResult
from tools.catalogue import toolset
from tools.errors import ToolRetry
from tools.xero.decoding import Unreadable
from tools.xero.setup_shapes import HistoryRecord, history_record, tracking_category

pytestmark = pytest.mark.anyio


async def ask(tool: str, language: str = "en", world: Any = None, **said: Any) -> ToolResult:
    found = toolset().get(tool)
    assert isinstance(found, ReadTool)
    return await found.run(make_access(world, language=language), **said)


@pytest.mark.parametrize(
    ("tool", "en", "de"),
    [
        ("list_tax_rates", "tax rates (Demo GmbH, as of", "Steuersätze (Demo GmbH, Stand"),
        ("list_tracking_categories", "1 tracking category: Team (Demo GmbH", "1 Tracking-Kategorie: Team (Demo GmbH"),
        (
            "list_currencies",
            "2 currencies: EUR, GBP; the base currency is EUR",
            "2 Währungen: EUR, GBP; Basiswährung ist",
        ),
        ("list_users", "2 people have access in Xero", "2 Personen haben Zugang in Xero"),
        ("list_accounts", "accounts in use", "Konten in Gebrauch"),
    ],
)
async def test_each_list_says_how_many_and_of_whom(tool: str, en: str, de: str) -> None:
    assert en in (await ask(tool)).answer
    assert de in (await ask(tool, "de")).answer


async def test_bank_accounts_are_masked_and_kinds_are_kept_apart() -> None:
    world = usual_world()
    told = await ask("list_accounts", world=world, kind="bank")
    numbers = [one.bank_account_number for one in world.accounts if one.bank_account_number]
    assert numbers and not any(number in str(told) for number in numbers)
    rows: Any = told.facts["rows"]
    assert rows and {row["type"] for row in rows} == {"bank"}
    assert (await ask("list_accounts", world=world, kind="income")).facts["count"] == 0


async def test_the_history_of_a_document_is_told_newest_first() -> None:
    world = usual_world()
    document = bill("H-77", ACME, "10.00", issued=TODAY)
    world.documents.append(document)
    world.history[document.id] = [
        HistoryRecord(at=datetime(2026, 11, 3, 9, 5, tzinfo=UTC), changes="Created", user="Anna Albrecht", details=""),
        HistoryRecord(
            at=datetime(2026, 11, 4, 9, 5, tzinfo=UTC), changes="Approved", user="Max \u202eMaurer", details="ok"
        ),
    ]
    told = await ask("get_document_history", world=world, document_number="h77")
    assert told.answer.startswith("H-77 from Acme Ltd: 2 entries, the last on 4 Nov 2026: Approved by Max")
    assert "\u202e" not in str(told.facts) + told.answer
    rows: Any = told.facts["rows"]
    assert [(row["changes"], row["time"]) for row in rows] == [("Approved", "10:05"), ("Created", "10:05")]
    world.history[document.id] = []
    assert "keinen Verlauf" in (await ask("get_document_history", "de", world, document_number="H-77")).answer


async def test_without_a_number_it_is_asked_for() -> None:
    with pytest.raises(ToolRetry, match="history of which"):
        await ask("get_document_history", document_number=" ")


def test_what_is_not_in_use_is_left_out_and_a_time_must_be_there() -> None:
    assert tracking_category({"Name": "Old", "Status": "ARCHIVED", "Options": []}) is None
    options = [{"Name": "A", "Status": "ACTIVE"}, {"Name": "B", "Status": "DELETED"}, {"Name": "C"}]
    found = tracking_category({"Name": "Team", "Options": options})
    assert found and found.options == ("A", "C")
    assert history_record({"DateUTCString": "2026-11-03T09:05:00", "Changes": "X"}).at == datetime(
        2026, 11, 3, 9, 5, tzinfo=UTC
    )
    with pytest.raises(Unreadable):
        history_record({"Changes": "X"})


# over real HTTP


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


async def test_the_sandbox_tells_them_all(house: House) -> None:
    assert "Umsatzsteuer 19" in str(await house.ask("list_tax_rates")) or "tax rates" in await house.ask(
        "list_tax_rates"
    )
    assert "tracking categor" in await house.ask("list_tracking_categories")
    assert "the base currency is EUR" in await house.ask("list_currencies")
    assert "access in Xero" in await house.ask("list_users")
    assert "accounts in use" in await house.ask("list_accounts")
    number = house.copy.documents[0].number
    assert "entr" in await house.ask("get_document_history", document_number=house.copy.documents[0].id), number


# by a sentence


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(SentenceEncoder())


READS = Offered(
    {tool["function"]["name"]: tool["function"]["parameters"] for tool in toolset().only(Effect.READ).definitions()}
)


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("Show the chart of accounts", "list_accounts", {}),
        ("Zeig mir den Kontenplan", "list_accounts", {}),
        ("Which tax rates do we have?", "list_tax_rates", {}),
        ("Welche Steuersätze gibt es?", "list_tax_rates", {}),
        ("List the tracking categories", "list_tracking_categories", {}),
        ("Welche Kostenstellen gibt es?", "list_tracking_categories", {}),
        ("Which currencies can we use?", "list_currencies", {}),
        ("Who has access to Xero?", "list_users", {}),
        ("Wer hat Zugang zu Xero?", "list_users", {}),
        ("What happened to INV-0045?", "get_document_history", {"document_number": "INV-0045"}),
        ("Show the history of bill BILL-201", "get_document_history", {"document_number": "BILL-201"}),
        ("Verlauf von INV-0045", "get_document_history", {"document_number": "INV-0045"}),
    ],
)
async def test_they_are_understood(router: Router, text: str, tool: str, arguments: dict[str, Any]) -> None:
    messages: list[dict[str, Any]] = [{"role": "system", "content": ""}, {"role": "user", "content": text}]
    [called] = router.reply(read_transcript(messages), READS, TODAY).calls
    assert (called.tool, called.arguments) == (tool, arguments)
