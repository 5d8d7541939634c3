"""The tools with real clients over the sandbox's real HTTP, and a ledger copy that is read when a test says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import httpx

from tests.support.books import FakeBooks, World
from tests.support.sandbox import RunningSandbox, run_sandbox_all
from tools.base import Access, Draft, Organisation, ReadTool, WriteTool
from tools.catalogue import toolset
from tools.solaris.client import SolarisBank, SolarisPartner
from tools.xero import login
from tools.xero.books import Page
from tools.xero.client import XeroCalls
from tools.xero.pace import pace_here
from tools.xero.payments import RECORD_PAYMENT
from tools.xero.reader import XeroReader
from tools.xero.report_reader import XeroReports
from tools.xero.scopes import asked_for
from tools.xero.sides import reading_sides, writing_sides

TODAY = date(2026, 11, 22)


class OneToken:
    """A token that lasts for a test."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self, *, refused: str = "") -> str:
        return self._token


async def _items(pages: AsyncIterator[Page]) -> list[Any]:
    return [one async for page in pages for one in page.items]


class House:
    """The tools with real clients; the ledger copy is read when a test says so."""

    def __init__(self, sandbox: RunningSandbox, calls: XeroCalls, bank: SolarisBank, name: str) -> None:
        self.sandbox, self.tenant_id = sandbox, calls.tenant_id
        self.reader = XeroReader(calls)
        self.writing = writing_sides(calls)
        self.bank = bank
        self.organisation = Organisation(id="org-1", name=name, base_currency="EUR")
        self.copy = World()

    async def load(self) -> None:
        """Reads the ledger copy whole."""
        copy = self.copy = World()
        copy.documents = await _items(self.reader.documents(modified_since=None))
        copy.payments = await _items(self.reader.payments(modified_since=None))
        copy.contacts = await _items(self.reader.contacts(modified_since=None))
        copy.accounts = await _items(self.reader.accounts(modified_since=None))
        copy.credit_notes = await _items(self.reader.credit_notes(modified_since=None))
        copy.as_of = datetime.now(UTC)

    def access(self, language: str = "en") -> Access:
        """What a tool is lent now."""
        return Access(
            organisation=self.organisation,
            now=datetime.now(UTC),
            today=TODAY,
            language=language,
            books=FakeBooks(self.copy),
            live=self.reader,
            reports=XeroReports(self.reader.calls),
            **reading_sides(self.reader.calls),
            bank=self.bank,
            new_marker=lambda: "FA-TESTMARK",
        )

    async def ask(self, name: str, *, language: str = "en", **said: Any) -> str:
        """The answer of a read tool."""
        tool = toolset().get(name)
        assert isinstance(tool, ReadTool)
        result = await tool.run(self.access(language), **said)
        answer: str = result.answer
        return answer

    async def propose(self, tool: WriteTool = RECORD_PAYMENT, /, **said: Any) -> Draft:
        """The proposal of a write, of a payment if no other is named."""
        checked = tool.signature.arguments(**said)
        arguments = {name: getattr(checked, name) for name in checked.model_fields_set}
        draft = await tool.propose(self.access(), **arguments)
        assert isinstance(draft, Draft)
        return draft

    async def enter(self, method: str, path: str, body: dict[str, Any]) -> None:
        """What another bookkeeper enters in Xero itself."""
        url = self.sandbox.urls["xero"]
        token = await self.token(
            "accounting.contacts accounting.invoices accounting.payments accounting.banktransactions "
            "accounting.manualjournals"
        )
        headers = {"Authorization": f"Bearer {token}", "xero-tenant-id": self.tenant_id, "Accept": "application/json"}
        async with httpx.AsyncClient(base_url=f"{url}/api.xro/2.0", headers=headers) as browser:
            (await browser.request(method, path, json=body)).raise_for_status()

    async def token(self, scopes: str) -> str:
        """A token of somebody else with these scopes."""
        app = _app(self.sandbox.urls["xero"])
        return (await login.client_credentials(app, scopes=scopes, now=datetime.now(UTC))).access_token

    def paid(self) -> list[dict[str, Any]]:
        """The payments that really took effect."""
        effects = self.sandbox["xero"].effects()
        return [effect for effect in effects if effect["operation"] == "create_payment"]


def _app(url: str) -> login.XeroApp:
    return login.XeroApp("sandbox-xero", "sandbox-xero-secret", identity_url=url, login_url=url, api_url=url)


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """The demo company with its books and its bank."""
    with run_sandbox_all(("xero", "solaris"), today=TODAY.isoformat(), limits=False) as sandbox:
        url = sandbox.urls["xero"]
        app = _app(url)
        scopes = " ".join(asked_for())
        token = (await login.client_credentials(app, scopes=scopes, now=datetime.now(UTC))).access_token
        (connection,) = await login.connections(app, token)
        pace = pace_here(lambda: datetime.now(UTC), per_minute=0)
        calls = XeroCalls(url, connection.tenantId, OneToken(token), pace, read_seconds=2)
        bank_url = sandbox.urls["solaris"]
        partner = SolarisPartner("sandbox-solaris", "sandbox-solaris-secret", api_url=bank_url, auth_url=bank_url)
        bank = SolarisBank(partner)
        house = House(sandbox, calls, bank, connection.tenantName)
        await house.load()
        yield house
        await bank.close()
        calls.close()
