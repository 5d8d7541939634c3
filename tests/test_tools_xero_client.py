"""The Xero client over real HTTP against the stand-in: exact reads, one write, every failure told apart."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.sandbox import RunningProvider, run_sandbox
from tools.errors import (
    ConnectionLost,
    OutcomeUnknown,
    ProviderBusy,
    ProviderRefused,
    ProviderUnavailable,
    ToolError,
    ToolFailed,
)
from tools.money import Money
from tools.xero import login
from tools.xero.allowance import Urgency
from tools.xero.books import Document, DocumentKind, DocumentStatus, Page
from tools.xero.client import XeroCalls
from tools.xero.pace import WaitingPace, pace_here
from tools.xero.reader import XeroReader
from tools.xero.writer import XeroWriter
from tools.xero.writing import NewPayment

pytestmark = pytest.mark.anyio
TODAY = "2026-11-22"
PAID_ON = date(2026, 11, 20)
SCOPES = "accounting.invoices.read accounting.payments accounting.contacts.read accounting.settings.read"


def now() -> datetime:
    """The real time, in UTC."""
    return datetime.now(UTC)


@pytest.fixture
def xero() -> Iterator[RunningProvider]:
    """A stand-in of its own, without the call limits."""
    with run_sandbox("xero", today=TODAY, limits=False) as provider:
        yield provider


@dataclass
class Tokens:
    """A source of tokens that counts how often it was asked for a fresh one."""

    app: login.XeroApp
    scopes: str = SCOPES
    current: str = ""
    fresh: int = 0
    given: list[str] = field(default_factory=list)

    async def token(self, *, refused: str = "") -> str:
        self.fresh += bool(refused)
        if refused or not self.current:
            found = await login.client_credentials(self.app, scopes=self.scopes, now=now())
            self.current = found.access_token
        self.given.append(self.current)
        return self.current


@dataclass
class Connected:
    """A reader and a writer of one organisation."""

    provider: RunningProvider
    tokens: Tokens
    reader: XeroReader
    writer: XeroWriter

    async def bill(self) -> Document:
        """An approved euro bill with more than 100.00 left, and its supplier."""
        for page in [page async for page in self.reader.documents(modified_since=None)]:
            for doc in page.items:
                assert isinstance(doc, Document)
                payable = doc.status is DocumentStatus.AUTHORISED and doc.amount_due > 101
                if doc.kind is DocumentKind.BILL and doc.currency == "EUR" and payable:
                    return doc
        raise AssertionError("the demo company has an open bill")

    async def new_payment(self, amount: str = "100.10", reference: str = "FA-TESTMARK") -> NewPayment:
        """A payment that Xero will take."""
        bank = next(one for one in (await everything(self.reader.accounts(modified_since=None))) if one.code == "090")
        bill = await self.bill()
        return NewPayment(bill.id, bank.id, PAID_ON, Money(Decimal(amount), "EUR"), reference)

    def payments_made(self) -> list[dict[str, Any]]:
        """What really took effect."""
        return [effect for effect in self.provider.effects() if effect["operation"] == "create_payment"]


UNWILLING_TO_WAIT: Mapping[Urgency, timedelta] = dict.fromkeys(("write", "read", "bulk"), timedelta(0))


async def everything(pages: AsyncIterator[Page]) -> list[Any]:
    """All items of all pages."""
    return [item async for page in pages for item in page.items]


async def connect(
    provider: RunningProvider, *, scopes: str = SCOPES, read_seconds: float = 5.0, pace: WaitingPace | None = None
) -> Connected:
    """The app let in, its tenant found, both sides built."""
    app = login.XeroApp(
        "sandbox-xero", "sandbox-xero-secret", identity_url=provider.url, login_url=provider.url, api_url=provider.url
    )
    tokens = Tokens(app, scopes)
    (connection,) = await login.connections(app, await tokens.token())
    pace = pace or pace_here(now, patience=UNWILLING_TO_WAIT)

    def calls() -> XeroCalls:
        return XeroCalls(provider.url, connection.tenantId, tokens, pace, connect_seconds=2, read_seconds=read_seconds)

    return Connected(provider, tokens, XeroReader(calls()), XeroWriter(calls()))


async def test_bulk_reads_give_every_record_with_exact_amounts(xero: RunningProvider) -> None:
    reader = (await connect(xero)).reader
    documents: list[Document] = await everything(reader.documents(modified_since=None))
    payments = await everything(reader.payments(modified_since=None))
    contacts = await everything(reader.contacts(modified_since=None))
    accounts = await everything(reader.accounts(modified_since=None))
    assert {doc.kind for doc in documents} == {DocumentKind.INVOICE, DocumentKind.BILL}
    assert {doc.status for doc in documents} >= {
        DocumentStatus.DRAFT, DocumentStatus.SUBMITTED, DocumentStatus.AUTHORISED,
        DocumentStatus.PAID, DocumentStatus.VOIDED,
    }  # fmt: skip
    for doc in documents:
        if doc.status in (DocumentStatus.AUTHORISED, DocumentStatus.PAID):
            assert doc.total == doc.amount_due + doc.amount_paid + doc.amount_credited, doc.number
    paid_by_document: dict[str, Decimal] = {}
    for payment in payments:
        if payment.document_kind and payment.status == "AUTHORISED":
            so_far = paid_by_document.get(payment.document_id, Decimal(0))
            paid_by_document[payment.document_id] = so_far + payment.amount
    assert paid_by_document == {doc.id: doc.amount_paid for doc in documents if doc.amount_paid}
    assert sum(contact.name == "Studio Weber" for contact in contacts) == 2
    assert all(contact.city for contact in contacts)
    assert {account.code for account in accounts if account.type == "BANK"} >= {"090", "091"}


async def test_pages_are_all_fetched(xero: RunningProvider) -> None:
    with run_sandbox("xero", today=TODAY, limits=False, scale=3) as large:
        pages = [page async for page in (await connect(large)).reader.documents(modified_since=None)]
    assert len(pages) > 1
    assert sum(len(page.items) for page in pages) == pages[0].total
    assert len({item.id for page in pages for item in page.items}) == pages[0].total


async def test_a_later_read_gives_only_what_changed(xero: RunningProvider) -> None:
    connected = await connect(xero)
    new = await connected.new_payment()
    before = datetime.fromisoformat(xero.advance(3600))
    await connected.writer.create_payment(new, key="key-1")
    changed = await everything(connected.reader.documents(modified_since=before))
    assert [doc.id for doc in changed] == [new.document_id]


async def test_one_document_is_read_with_its_lines_and_payments(xero: RunningProvider) -> None:
    connected = await connect(xero)
    bill = await connected.bill()
    live = await connected.reader.document(bill.id)
    assert live.lines
    assert live.total == sum(((line.amount or 0) + (line.tax_amount or 0) for line in live.lines), Decimal(0))
    assert (await connected.reader.contact(bill.contact_id)).name == bill.contact_name
    assert (await connected.reader.organisation()).period_lock_date == date(2026, 7, 31)


@pytest.mark.parametrize("wrong", ["00000000-0000-4000-8000-000000000000", '") OR ("1"=="1', "../Contacts"])
async def test_a_document_that_is_not_there_is_refused_and_no_id_reaches_the_filter(
    xero: RunningProvider, wrong: str
) -> None:
    reader = (await connect(xero)).reader
    with pytest.raises(ProviderRefused, match="no such record"):
        await reader.document(wrong)
    if not wrong.startswith("0000"):
        with pytest.raises(ProviderRefused):
            await reader.payments_of(wrong)


async def test_a_payment_is_written_once_exactly_and_found_again(xero: RunningProvider) -> None:
    connected = await connect(xero)
    new = await connected.new_payment("980.10" if (await connected.bill()).amount_due > 981 else "100.10")
    made = await connected.writer.create_payment(new, key="key-1")
    left = await connected.writer.left_to_pay(new.document_id)
    assert made.left_on_document == left.amount == (await connected.reader.document(new.document_id)).amount_due
    assert (made.document_id, made.amount, made.paid_on) == (new.document_id, new.money.amount, PAID_ON)
    (effect,) = connected.payments_made()
    assert effect["idempotency_key"] == "key-1"
    assert Decimal(str(effect["body"]["Amount"])) == new.money.amount
    assert effect["body"]["Reference"] == "FA-TESTMARK"
    (found,) = await connected.writer.find_payments(document_id=new.document_id, reference="FA-TESTMARK")
    assert found.id == made.id
    assert await connected.writer.find_payments(document_id=new.document_id, reference="FA-TEST") == []
    assert (await connected.reader.payments_of(new.document_id))[0].id == made.id


async def test_the_same_key_again_within_minutes_makes_no_second_payment(xero: RunningProvider) -> None:
    connected = await connect(xero)
    new = await connected.new_payment()
    first = await connected.writer.create_payment(new, key="key-1")
    second = await connected.writer.create_payment(new, key="key-1")
    assert first.id == second.id
    assert len(connected.payments_made()) == 1


async def test_a_refusal_carries_every_message_of_xero(xero: RunningProvider) -> None:
    connected = await connect(xero)
    good = await connected.new_payment()
    wrong = NewPayment(good.document_id, good.account_id, date(2026, 1, 5), Money(Decimal("9999999"), "EUR"), "x")
    with pytest.raises(ProviderRefused) as refused:
        await connected.writer.create_payment(wrong, key="key-1")
    assert "exceeds the amount outstanding" in refused.value.said
    assert "lock date" in refused.value.said
    assert connected.payments_made() == []


@pytest.mark.parametrize("kind", ["drop_after", "error_500_after", "truncate", "nonsense"])
async def test_a_write_whose_answer_is_lost_is_unknown_and_took_effect_at_most_once(
    xero: RunningProvider, kind: str
) -> None:
    connected = await connect(xero)
    new = await connected.new_payment()
    xero.fault("PUT /api.xro/2.0/Payments", kind)
    with pytest.raises(OutcomeUnknown):
        await connected.writer.create_payment(new, key="key-1")
    effects = len(connected.payments_made())
    assert effects <= 1
    found = await connected.writer.find_payments(document_id=new.document_id, reference=new.reference)
    assert len(found) == effects
    if kind != "nonsense":
        assert effects == 1


@pytest.mark.parametrize("kind", ["drop_before", "error_500", "unavailable"])
async def test_a_write_that_was_sent_and_not_answered_is_never_called_failed(xero: RunningProvider, kind: str) -> None:
    connected = await connect(xero)
    new = await connected.new_payment()
    xero.fault("PUT /api.xro/2.0/Payments", kind)
    with pytest.raises(OutcomeUnknown):
        await connected.writer.create_payment(new, key="key-1")
    assert connected.payments_made() == []


async def test_a_slow_write_is_unknown_after_the_time_limit(xero: RunningProvider) -> None:
    connected = await connect(xero, read_seconds=0.5)
    new = await connected.new_payment()
    xero.fault("PUT /api.xro/2.0/Payments", "slow", seconds=3)
    with pytest.raises(OutcomeUnknown):
        await connected.writer.create_payment(new, key="key-1")


async def test_a_write_is_not_repeated_when_the_limit_is_used_up(xero: RunningProvider) -> None:
    connected = await connect(xero)
    new = await connected.new_payment()
    xero.fault("PUT /api.xro/2.0/Payments", "rate_limit", retry_after=30)
    with pytest.raises(ProviderBusy) as busy:
        await connected.writer.create_payment(new, key="key-1")
    assert timedelta(seconds=20) < busy.value.until - now() <= timedelta(seconds=30)
    assert connected.payments_made() == []
    with pytest.raises(ProviderBusy):  # nobody asks again before that time
        await connected.reader.organisation()


async def test_no_connection_at_all_means_that_nothing_was_written() -> None:
    with run_sandbox("xero", today=TODAY, limits=False) as gone:
        connected = await connect(gone)
        new = await connected.new_payment()
    calls = XeroCalls(gone.url, connected.writer._tenant, connected.tokens, pace_here(now), connect_seconds=1)
    with pytest.raises(ProviderUnavailable, match="Xero cannot be reached"):
        await XeroWriter(calls).create_payment(new, key="key-1")


SAID = {
    "drop_before": "broke off the connection",
    "drop_after": "broke off the connection",
    "error_500": "answered with an error (500)",
    "unavailable": "answered with an error (503)",
    "truncate": "gave an answer that cannot be read",
    "nonsense": "gave an answer that cannot be read",
    "rate_limit": "allows no more calls until",
}


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("drop_before", ProviderUnavailable),
        ("drop_after", ProviderUnavailable),
        ("error_500", ProviderUnavailable),
        ("unavailable", ProviderUnavailable),
        ("truncate", ProviderUnavailable),
        ("nonsense", ProviderUnavailable),
        ("rate_limit", ProviderBusy),
    ],
)
async def test_a_failed_read_says_what_to_do(xero: RunningProvider, kind: str, error: type[ToolError]) -> None:
    connected = await connect(xero)
    bill = await connected.bill()
    xero.fault("GET /api.xro/2.0/Invoices", kind)
    with pytest.raises(error) as failed:
        await connected.reader.document(bill.id)
    assert SAID[kind] in failed.value.text("en") and "Error" not in failed.value.text("en")
    for language in ("en", "de"):
        assert "Xero" in failed.value.text(language)
        assert ("Nothing was changed" in failed.value.text("en")) and ("nichts geändert" in failed.value.text("de"))


async def test_a_read_that_was_one_too_many_waits_for_its_turn(xero: RunningProvider) -> None:
    connected = await connect(xero, pace=pace_here(now))
    xero.fault("GET /api.xro/2.0/Organisation", "rate_limit", times=2, retry_after=1)
    began = now()
    assert (await connected.reader.organisation()).name
    assert now() - began >= timedelta(seconds=2)


async def test_a_slow_read_ends_at_the_time_limit(xero: RunningProvider) -> None:
    connected = await connect(xero, read_seconds=0.3)
    xero.fault("GET /api.xro/2.0/Organisation", "slow", seconds=5)
    async with asyncio.timeout(3):
        with pytest.raises(ProviderUnavailable, match=r"Xero did not answer within 0\.3 seconds") as slow:
            await connected.reader.organisation()
    assert slow.value.__cause__ is not None, "the log shows what the library said"


async def test_a_token_that_ended_is_renewed_once_and_the_write_is_sent_again(xero: RunningProvider) -> None:
    connected = await connect(xero)
    new = await connected.new_payment()
    xero.advance(1900)
    await connected.writer.create_payment(new, key="key-1")
    assert connected.tokens.fresh == 1
    assert len(connected.payments_made()) == 1


async def test_a_connection_that_stays_refused_is_lost_after_one_fresh_token(xero: RunningProvider) -> None:
    connected = await connect(xero)
    xero.fault("GET /api.xro/2.0/Organisation", "unauthorized", times=5)
    with pytest.raises(ConnectionLost):
        await connected.reader.organisation()
    assert connected.tokens.fresh == 1


async def test_another_organisation_is_a_lost_connection(xero: RunningProvider) -> None:
    connected = await connect(xero)
    calls = XeroCalls(xero.url, "00000000-0000-4000-8000-000000000000", connected.tokens, pace_here(now))
    with pytest.raises(ConnectionLost):
        await XeroReader(calls).organisation()


async def test_a_missing_scope_is_told_and_not_mistaken_for_an_old_token(xero: RunningProvider) -> None:
    whole = await connect(xero)
    new = await whole.new_payment()
    narrow = await connect(xero, scopes="accounting.invoices.read accounting.settings.read")
    with pytest.raises(ProviderRefused, match="scope"):
        await narrow.writer.create_payment(new, key="key-1")
    assert narrow.tokens.fresh == 0


async def test_an_amount_that_a_float_cannot_hold_is_not_sent(xero: RunningProvider) -> None:
    connected = await connect(xero)
    good = await connected.new_payment()
    amount = Money(Decimal("90071992547409.93"), "EUR")
    with pytest.raises(ToolFailed, match="cannot be sent"):
        await connected.writer.create_payment(
            NewPayment(good.document_id, good.account_id, PAID_ON, amount, "x"), key="key-1"
        )
    assert connected.payments_made() == []


async def test_two_organisations_in_one_process_keep_their_own_tokens(xero: RunningProvider) -> None:
    with run_sandbox("xero", today=TODAY, limits=False, seed=2) as other:
        first, second = await connect(xero), await connect(other)
        names = await asyncio.gather(
            *(side.reader.contacts(modified_since=None).__anext__() for side in (first, second))
        )
        assert [page.total for page in names] == [names[0].total, names[1].total]
        found: Sequence[Document] = await asyncio.gather(first.bill(), second.bill())
        assert found[0].id != found[1].id


async def test_twelve_reads_at_once_stay_within_five_calls_at_a_time() -> None:
    with run_sandbox("xero", today=TODAY, limits=True) as strict:
        connected = await connect(strict)
        bill = await connected.bill()
        strict.fault("GET /api.xro/2.0/Invoices/", "slow", times=12, seconds=0.1)
        found = await asyncio.gather(*(connected.reader.document(bill.id) for _ in range(12)))
    assert {doc.id for doc in found} == {bill.id}
