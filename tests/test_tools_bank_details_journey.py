"""Changing a bank account over the sandbox's real HTTP: from the proposal to Xero's books and our registry."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from assistant.ledger.sync import LedgerSync
from assistant.payees import Payees, PayeeStanding
from assistant.settings import Settings
from assistant.stores.database import Database
from tests.support.books import FakeBooks, World
from tests.support.sandbox import RunningProvider, run_sandbox
from tests.support.xero_stand_in import API
from tools.base import Access, Draft, Organisation
from tools.errors import OutcomeUnknown, ProviderRefused
from tools.payee import fingerprint
from tools.solaris.client import SolarisBank, SolarisPartner
from tools.xero import login
from tools.xero.bank_details import CHANGE_BANK_DETAILS
from tools.xero.books import Contact, Page
from tools.xero.client import XeroCalls
from tools.xero.pace import pace_here
from tools.xero.reader import XeroReader
from tools.xero.report_reader import XeroReports
from tools.xero.sides import reading_sides, writing_sides

pytestmark = pytest.mark.anyio
TODAY = date(2026, 11, 22)
NEW = "DE89370400440532013000"
OTHER = "GB29NWBK60161331926819"
ORG = "org-1"
SCOPES: str = Settings.model_fields["xero_scopes"].default
"""Those that the product asks for unless it is told otherwise."""


class OneToken:
    """A token that lasts for a test."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self, *, refused: str = "") -> str:
        return self._token


async def _items(pages: AsyncIterator[Page]) -> list[Any]:
    return [item async for page in pages for item in page.items]


class House:
    """The tool with real clients and the ledger copy with its registry."""

    def __init__(self, xero: RunningProvider, calls: XeroCalls, name: str, database: Database) -> None:
        self.xero, self.reader, self.database = xero, XeroReader(calls), database
        self.writing = writing_sides(calls)
        self.organisation = Organisation(id=ORG, name=name, base_currency="EUR")
        self.sync = LedgerSync(database, self._reading, self._reading, fresh_seconds=15)
        self.payees = Payees(database, lambda: datetime.now(UTC))
        self.copy = World()

    async def _reading(self, _organisation_id: str) -> XeroReader:
        return self.reader

    def access(self, bank: SolarisBank) -> Access:
        """What the tool is lent now."""
        return Access(
            organisation=self.organisation,
            now=datetime.now(UTC),
            today=TODAY,
            language="en",
            books=FakeBooks(self.copy),
            live=self.reader,
            reports=XeroReports(self.reader.calls),
            **reading_sides(self.reader.calls),
            bank=bank,
            new_marker=lambda: "FA-TESTMARK",
        )

    async def propose(self, number: str = NEW) -> Draft:
        """The proposal for Acme."""
        self.copy.contacts = await _items(self.reader.contacts(modified_since=None))
        self.copy.accounts = await _items(self.reader.accounts(modified_since=None))
        draft = await CHANGE_BANK_DETAILS.propose(
            self.access(self.bank()), contact_name="Acme Ltd", account_number=number, reason="new bank"
        )
        assert isinstance(draft, Draft)
        return draft

    def bank(self) -> SolarisBank:
        """Never asked."""
        return SolarisBank(SolarisPartner("x", "x", api_url="http://localhost:1", auth_url="http://localhost:1"))

    async def changed(self, draft: Draft) -> Any:
        """What the executor is told before it sends."""
        return await CHANGE_BANK_DETAILS.changed(self.access(self.bank()), draft.payload)

    async def acme(self) -> Contact:
        """The contact as Xero has it now."""
        contacts = await _items(self.reader.contacts(modified_since=None))
        return await self.reader.contact(next(one.id for one in contacts if one.name == "Acme Ltd"))

    async def standing(self, contact_id: str) -> PayeeStanding:
        """What the registry knows of it."""
        async with self.database.reading() as work:
            found = await self.payees.standing(work, ORG, contact_id)
        assert found is not None
        return found

    def effects(self) -> list[dict[str, Any]]:
        """The changes that really took effect."""
        return [effect for effect in self.xero.effects() if effect["operation"] == "update_contact"]


async def _house(xero: RunningProvider, database: Database, scopes: str = SCOPES) -> House:
    url = xero.url
    app = login.XeroApp("sandbox-xero", "sandbox-xero-secret", identity_url=url, login_url=url, api_url=url)
    token = (await login.client_credentials(app, scopes=scopes, now=datetime.now(UTC))).access_token
    (connection,) = await login.connections(app, token)
    pace = pace_here(lambda: datetime.now(UTC))
    calls = XeroCalls(url, connection.tenantId, OneToken(token), pace, read_seconds=5)
    return House(xero, calls, connection.tenantName, database)


@pytest.fixture
async def house(sqlite: Database) -> AsyncIterator[House]:
    """The demo company and an empty database of ours."""
    with run_sandbox("xero", today=TODAY.isoformat(), limits=False) as xero:
        house = await _house(xero, sqlite)
        yield house
        house.reader.close()


async def test_a_number_is_changed_from_the_proposal_to_the_registry(house: House) -> None:
    await house.sync.fresh(ORG)
    before = await house.acme()
    draft = await house.propose()
    assert house.effects() == []
    assert await house.changed(draft) is None
    receipt = await CHANGE_BANK_DETAILS.execute(house.writing, draft.payload, "key-1")
    (effect,) = house.effects()
    assert (effect["method"], effect["path"], effect["idempotency_key"]) == (
        "POST",
        f"{API}/Contacts/{before.id}",
        "key-1",
    )
    sent = effect["body"]
    assert {name: value for name, value in sent.items() if value is not False} == {
        "ContactID": before.id,
        "BankAccountDetails": NEW,
    }
    after = await house.acme()
    assert after == before.model_copy(update={"iban": NEW, "updated_at": after.updated_at})
    assert receipt.reference == before.id
    assert (await house.standing(before.id)).changed_at is None
    touched = datetime.now(UTC)
    await house.sync.touch_contact(ORG, before.id)
    standing = await house.standing(before.id)
    assert (standing.bank, standing.what_changed) == (fingerprint(NEW), ("bank",))
    assert standing.settled_at(timedelta(hours=72)) >= touched + timedelta(hours=72)
    told = await house.changed(draft)
    assert told is not None and "is now DE89…3000" in told["en"]


async def test_without_a_touch_the_next_update_begins_the_cooling_off(house: House) -> None:
    await house.sync.fresh(ORG)
    draft = await house.propose()
    receipt = await CHANGE_BANK_DETAILS.execute(house.writing, draft.payload, "key-1")
    await house.sync.reload(ORG)
    assert (await house.standing(receipt.reference)).what_changed == ("bank",)


async def test_an_answer_lost_on_the_way_is_found_again_and_changed_once(house: House) -> None:
    draft = await house.propose()
    house.xero.fault(f"POST {API}/Contacts", "drop_after")
    with pytest.raises(OutcomeUnknown) as unknown:
        await CHANGE_BANK_DETAILS.execute(house.writing, draft.payload, "key-1")
    assert "pay" not in unknown.value.words["en"]
    found = await CHANGE_BANK_DETAILS.look_up(house.writing, draft.payload, "key-1")
    assert found is not None and found.summary["en"].startswith("Changed: the bank account of Acme Ltd is now DE89…")
    await CHANGE_BANK_DETAILS.execute(house.writing, draft.payload, "key-1")
    assert len(house.effects()) == 1


@pytest.mark.parametrize("fault", ["drop_before", "error_500", "unavailable"])
async def test_a_request_that_came_to_nothing_is_not_found_and_may_be_sent_again(house: House, fault: str) -> None:
    draft = await house.propose()
    house.xero.fault(f"POST {API}/Contacts", fault)
    with pytest.raises(OutcomeUnknown):
        await CHANGE_BANK_DETAILS.execute(house.writing, draft.payload, "key-1")
    assert await CHANGE_BANK_DETAILS.look_up(house.writing, draft.payload, "key-1") is None
    assert await house.changed(draft) is None
    await CHANGE_BANK_DETAILS.execute(house.writing, draft.payload, "key-1")
    assert [effect["idempotency_key"] for effect in house.effects()] == ["key-1"]


async def test_a_number_that_somebody_else_changed_meanwhile_stops_it(house: House) -> None:
    draft, other = await house.propose(), await house.propose(OTHER)
    await CHANGE_BANK_DETAILS.execute(house.writing, other.payload, "key-other")
    told = await house.changed(draft)
    assert told is not None and "is now GB29…6819" in told["en"]
    assert await CHANGE_BANK_DETAILS.look_up(house.writing, draft.payload, "key-1") is None


async def test_a_connection_that_may_only_read_contacts_says_so(sqlite: Database) -> None:
    with run_sandbox("xero", today=TODAY.isoformat(), limits=False) as xero:
        house = await _house(xero, sqlite, SCOPES.replace("accounting.contacts", "accounting.contacts.read"))
        draft = await house.propose()
        with pytest.raises(ProviderRefused, match="lacks the permission"):
            await CHANGE_BANK_DETAILS.execute(house.writing, draft.payload, "key-1")
        assert house.effects() == []
        house.reader.close()


async def test_the_demo_company_has_no_two_suppliers_with_one_number(house: House) -> None:
    contacts = await _items(house.reader.contacts(modified_since=None))
    numbers = [fingerprint(one.iban) for one in contacts if one.iban]
    assert len(numbers) == len(set(numbers)) > 5
