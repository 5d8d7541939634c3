"""The organisations of the house: learnt from Xero once, however many ask at the first moment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from assistant.clock import new_uuid, utc_now
from assistant.connections import CustomConnection
from assistant.organisations import Organisations, iana_zone
from assistant.stores import organisations as store
from assistant.stores.database import Database
from tests.support.sandbox import RunningProvider, run_sandbox
from tools.xero.books import OrganisationDetails
from tools.xero.login import XeroApp

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def xero() -> Iterator[RunningProvider]:
    with run_sandbox("xero") as running:
        yield running


class Details:
    """Xero's reading side, as far as an organisation's own facts go."""

    async def organisation(self) -> OrganisationDetails:
        await asyncio.sleep(0.05)
        return OrganisationDetails(
            name="Lindenhof Studio GmbH",
            legal_name="Lindenhof Studio GmbH",
            base_currency="EUR",
            country="DE",
            short_code="!lind",
            timezone="WEUROPESTANDARDTIME",
        )


def house(xero: RunningProvider, database: Database) -> Organisations:
    """One process's knowledge."""
    app = XeroApp("sandbox-xero", "sandbox-xero-secret", identity_url=xero.url, login_url=xero.url, api_url=xero.url)
    tokens = CustomConnection(app, "accounting.settings.read", utc_now)
    return Organisations(
        database,
        app,
        tokens,
        lambda _tenant: Details(),  # type: ignore[arg-type, return-value]  # the rest is not asked here
        clock=utc_now,
        new_id=new_uuid,
        deep_links=False,
    )


async def test_many_first_questions_and_two_processes_learn_one_organisation(
    xero: RunningProvider, database: Database
) -> None:
    one, other = house(xero, database), house(xero, database)
    found = await asyncio.gather(*(each.every() for each in (one, other) * 4))
    async with database.reading() as reading:
        rows = await store.every(reading)
    assert [row.name for row in rows] == ["Lindenhof Studio GmbH"]
    assert {organisation.id for names in found for organisation in names} == {rows[0].id}
    assert rows[0].timezone == "Europe/Berlin"
    assert await one.ids_of("lindenhof studio gmbh") == [rows[0].id]
    assert await one.ids_of("Ost Handel GmbH") == []


def test_xeros_names_of_time_zones() -> None:
    assert iana_zone("WEUROPESTANDARDTIME") == "Europe/Berlin"
    assert iana_zone("Europe/Paris") == "Europe/Paris"
    assert iana_zone("MARSSTANDARDTIME") == "Etc/UTC"
