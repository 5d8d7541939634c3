"""Each test is a promise of Xero's that the product builds on; the package's docstring says how to run them."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from assistant.organisations import iana_zone
from tests.support.real_tools import OneToken
from tests.support.sandbox import run_sandbox
from tools.errors import ProviderRefused
from tools.xero import login
from tools.xero.books import Document, DocumentKind, DocumentStatus
from tools.xero.client import XeroCalls
from tools.xero.document_writer import XeroDocumentWriter
from tools.xero.drafts import Deed, NewDocument, NewLine
from tools.xero.login import TokenSet, XeroApp, XeroConnection
from tools.xero.pace import pace_here
from tools.xero.reader import XeroReader
from tools.xero.report_reader import XeroReports
from tools.xero.scopes import asked_for
from tools.xero.writer import XeroWriter
from tools.xero.writing import NewContact

pytestmark = pytest.mark.anyio
CLIENT, SECRET = (os.environ.get(f"XERO_CONTRACT_CLIENT_{part}", "") for part in ("ID", "SECRET"))


@dataclass
class Xero:
    """The real one or the sandbox, through the product's own clients, and bare."""

    app: XeroApp
    token: TokenSet
    connections: list[XeroConnection]
    reader: XeroReader
    writer: XeroWriter
    documents: XeroDocumentWriter
    bare: httpx.AsyncClient

    async def get(self, path: str, **asked: str | int) -> httpx.Response:
        return await self.bare.get(path, params=asked)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def xero() -> AsyncIterator[Xero]:
    if CLIENT:
        async with _opened(XeroApp(CLIENT, SECRET)) as found:
            yield found
        return
    with run_sandbox("xero", limits=False) as sandbox:
        app = XeroApp("sandbox-xero", "sandbox-xero-secret", sandbox.url, sandbox.url, sandbox.url)
        async with _opened(app) as found:
            yield found


@asynccontextmanager
async def _opened(app: XeroApp) -> AsyncIterator[Xero]:
    now = datetime.now(UTC)
    token = await login.client_credentials(app, scopes=" ".join(asked_for()), now=now)
    found = await login.connections(app, token.access_token)
    tenant = found[0].tenantId
    calls = XeroCalls(app.api_url, tenant, OneToken(token.access_token), pace_here(lambda: datetime.now(UTC)))
    headers = {"Authorization": f"Bearer {token.access_token}", "xero-tenant-id": tenant, "Accept": "application/json"}
    async with httpx.AsyncClient(base_url=f"{app.api_url}/api.xro/2.0", headers=headers, timeout=30) as bare:
        reader, writer = XeroReader(calls), XeroWriter(calls)
        yield Xero(app, token, found, reader, writer, XeroDocumentWriter(calls), bare)
    calls.close()


@pytest.fixture(scope="module")
async def contact_id(xero: Xero) -> AsyncIterator[str]:
    """A contact of ours, archived at the end."""
    name = f"Contract {uuid.uuid4().hex[:12]}"
    made = await xero.writer.create_contact(NewContact(name=name, email=""), key=uuid.uuid4().hex)
    yield made.id
    body = {"Contacts": [{"ContactID": made.id, "ContactStatus": "ARCHIVED"}]}
    (await xero.bare.post(f"/Contacts/{made.id}", json=body)).raise_for_status()


def today() -> date:
    return datetime.now(UTC).date()


def draft_for(contact_id: str, reference: str, currency: str) -> NewDocument:
    line = NewLine("Contract test", Decimal(2), Decimal("12.50"), "", "", Decimal(0))
    return NewDocument(
        kind=DocumentKind.INVOICE,
        contact_id=contact_id,
        number="",
        reference=reference,
        issued=today(),
        due=today() + timedelta(days=14),
        currency=currency,
        amounts="none",
        status=DocumentStatus.DRAFT,
        lines=(line,),
    )


@pytest.fixture
async def draft(xero: Xero, contact_id: str) -> AsyncIterator[tuple[Document, Document]]:
    """A draft invoice that was sent twice with one key; deleted at the end."""
    currency = (await xero.reader.organisation()).base_currency
    new, key = draft_for(contact_id, f"FA-{uuid.uuid4().hex[:8].upper()}", currency), uuid.uuid4().hex
    made = [await xero.documents.create_document(new, key=key) for _ in range(2)]
    yield made[0], made[1]
    await xero.documents.change_status(made[0].id, Deed.DELETE, key=uuid.uuid4().hex)


async def test_a_token_lives_half_an_hour_and_opens_one_organisation(xero: Xero) -> None:
    left = xero.token.expires_at - datetime.now(UTC)
    assert timedelta(minutes=25) < left <= timedelta(minutes=31)
    assert len(xero.connections) == 1 and uuid.UUID(xero.connections[0].tenantId)


async def test_the_organisation_tells_currency_and_a_time_zone_that_we_know(xero: Xero) -> None:
    details = await xero.reader.organisation()
    assert len(details.base_currency) == 3 and details.name
    assert iana_zone(details.timezone) != "Etc/UTC" or "UTC" in details.timezone.upper()


async def test_what_is_set_up_can_be_read(xero: Xero) -> None:
    accounts = [one async for page in xero.reader.accounts(modified_since=None) for one in page.items]
    assert any(getattr(one, "type", "") == "BANK" for one in accounts)
    assert await xero.reader.tax_rates() and await xero.reader.currencies() and await xero.reader.users()
    await xero.reader.tracking_categories()


@pytest.mark.parametrize("kind", ["contacts", "documents", "payments", "credit_notes"])
async def test_every_page_together_is_as_many_as_xero_counts(xero: Xero, kind: str) -> None:
    seen, total = set(), 0
    async for page in getattr(xero.reader, kind)(modified_since=None):
        seen |= {one.id for one in page.items}
        total = page.total
    assert len(seen) == total
    later = datetime.now(UTC) + timedelta(hours=1)
    assert [one async for page in getattr(xero.reader, kind)(modified_since=later) for one in page.items] == []


async def test_a_page_says_how_many_there_are(xero: Xero) -> None:
    answer = (await xero.get("/Invoices", page=1, pageSize=1)).raise_for_status().json()
    paging = answer["pagination"]
    assert (paging["page"], paging["pageSize"]) == (1, 1)
    assert paging["itemCount"] == paging["pageCount"] and len(answer["Invoices"]) == min(1, paging["itemCount"])


async def test_one_key_makes_one_document_and_gives_the_same_answer(
    xero: Xero, draft: tuple[Document, Document], contact_id: str
) -> None:
    first, second = draft
    assert first.id == second.id and first.status is DocumentStatus.DRAFT and first.total == Decimal(25)
    found = await xero.documents.documents_of(contact_id, DocumentKind.INVOICE, number="", reference=first.reference)
    assert [one.id for one in found] == [first.id]
    assert (await xero.reader.document(first.id)).lines[0].quantity == Decimal(2)


async def test_a_note_is_in_the_history_afterwards(xero: Xero, draft: tuple[Document, Document]) -> None:
    text = f"Contract {uuid.uuid4().hex[:8]}"
    body = {"HistoryRecords": [{"Details": text}]}
    (await xero.bare.put(f"/Invoices/{draft[0].id}/History", json=body)).raise_for_status()
    assert any(text in one.details for one in await xero.reader.history_of(draft[0].id))


async def test_a_refusal_says_why_in_words(xero: Xero, contact_id: str) -> None:
    currency = (await xero.reader.organisation()).base_currency
    new = draft_for(contact_id, "FA-REFUSED", currency)
    line = NewLine("Contract test", Decimal(1), Decimal(10), "NOSUCH", "", Decimal(0))
    wrong = replace(new, lines=(line,))
    with pytest.raises(ProviderRefused) as refused:
        await xero.documents.create_document(wrong, key=uuid.uuid4().hex)
    assert "NOSUCH" in refused.value.text("en") or "ccount" in refused.value.text("en")


async def test_what_is_not_there_is_404_and_said_so(xero: Xero) -> None:
    with pytest.raises(ProviderRefused) as refused:
        await xero.reader.document(str(uuid.uuid4()))
    assert refused.value.status == 404


async def test_every_answer_says_what_is_left_of_the_limits(xero: Xero) -> None:
    answer = await xero.get("/Organisation")
    for name in ("X-DayLimit-Remaining", "X-MinLimit-Remaining", "X-AppMinLimit-Remaining"):
        assert answer.headers[name].isdigit(), name


async def test_without_the_tenant_or_a_token_nothing_is_said(xero: Xero) -> None:
    no_token = await xero.bare.get("/Organisation", headers={"Authorization": "Bearer nothing"})
    assert no_token.status_code == 401
    other = await xero.bare.get("/Organisation", headers={"xero-tenant-id": str(uuid.uuid4())})
    assert other.status_code in (401, 403)


async def test_the_reports_are_in_the_shape_that_we_read(xero: Xero) -> None:
    reports = XeroReports(xero.reader.calls)
    day = today()
    for report in (
        await reports.balance_sheet(day),
        await reports.trial_balance(day),
        await reports.profit_and_loss(day.replace(day=1), day),
        await reports.executive_summary(day),
    ):
        assert report.titles and report.lines
