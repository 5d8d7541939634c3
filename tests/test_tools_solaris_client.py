"""The Solaris client over real HTTP against the stand-in: every page, exact cents, every failure told apart."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.support.sandbox import RunningProvider, run_sandbox
from tools.errors import ConnectionLost, ProviderBusy, ProviderRefused, ProviderUnavailable, ToolError
from tools.solaris.client import SolarisBank, SolarisPartner

pytestmark = pytest.mark.anyio


@pytest.fixture
def solaris() -> Iterator[RunningProvider]:
    """A stand-in of its own."""
    with run_sandbox("solaris", today="2026-11-22") as provider:
        yield provider


def partner(provider: RunningProvider, secret: str = "sandbox-solaris-secret", business: str = "") -> SolarisPartner:
    """The demo partner's credentials."""
    return SolarisPartner("sandbox-solaris", secret, business, api_url=provider.url, auth_url=provider.url)


@pytest.fixture
async def bank(solaris: RunningProvider) -> AsyncIterator[SolarisBank]:
    """A client of the stand-in with a short time limit."""
    client = SolarisBank(partner(solaris), read_seconds=1)
    yield client
    await client.close()


async def test_every_booking_is_fetched_and_ties_with_the_balance(solaris: RunningProvider, bank: SolarisBank) -> None:
    (account,) = await bank.accounts()
    bookings = await bank.bookings(account.id, since=None, until=None)
    state = solaris.state()
    assert len(bookings) == state["bookings"] > 200
    assert sum(one.amount.minor for one in bookings) == account.booked.minor == state["balance_cents"]
    assert account.available.minor == state["available_cents"] < account.booked.minor
    assert bookings == sorted(bookings, key=lambda one: (one.booked_on, one.id), reverse=True)
    assert len({one.id for one in bookings}) == len(bookings)
    assert solaris.state()["ignored_parameters"] == []


async def test_both_days_of_a_range_are_included_and_no_others(solaris: RunningProvider, bank: SolarisBank) -> None:
    (account,) = await bank.accounts()
    whole = await bank.bookings(account.id, since=None, until=None)
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    part = await bank.bookings(account.id, since=first, until=last)
    assert part == [one for one in whole if first <= one.booked_on <= last] != []


async def test_the_other_party_is_the_recipient_of_money_out_and_the_sender_of_money_in(bank: SolarisBank) -> None:
    (account,) = await bank.accounts()
    bookings = await bank.bookings(account.id, since=date(2026, 9, 1), until=None)
    named = [one for one in bookings if one.counterparty_iban]
    assert {one.amount.amount > 0 for one in named} == {True, False}
    assert all(one.counterparty_iban != account.iban for one in named)
    assert all(one.amount.amount == one.amount.amount.quantize(Decimal("0.01")) for one in bookings)


async def test_the_accounts_of_one_business_only(solaris: RunningProvider) -> None:
    client = SolarisBank(partner(solaris, business=solaris.state()["business_id"]))
    assert len(await client.accounts()) == 1
    other = SolarisBank(partner(solaris, business="someoneelse"))
    with pytest.raises(ProviderRefused, match="someoneelse"):
        await other.accounts()
    await client.close()
    await other.close()


async def test_wrong_credentials_are_told_without_repeating_them(solaris: RunningProvider) -> None:
    client = SolarisBank(partner(solaris, secret="not-the-secret"))
    with pytest.raises(ProviderRefused, match=r"client id or secret is not accepted.*Tell an admin") as refused:
        await client.accounts()
    assert "not-the-secret" not in str(refused.value) + repr(partner(solaris, secret="not-the-secret"))
    await client.close()


async def test_a_token_is_kept_for_its_hour_and_renewed_after_it(solaris: RunningProvider) -> None:
    now = datetime.now(UTC)
    client = SolarisBank(partner(solaris), clock=lambda: now)
    await client.accounts()
    first = client._token
    await client.accounts()
    assert client._token == first
    now += timedelta(minutes=59, seconds=30)
    await client.accounts()
    assert client._token != first
    await client.close()


async def test_a_token_that_the_bank_does_not_take_is_renewed_once(solaris: RunningProvider, bank: SolarisBank) -> None:
    await bank.accounts()
    bank._token = "from-before-a-restart"
    assert len(await bank.accounts()) == 1
    solaris.fault("GET /v1/accounts", "unauthorized", times=-1)
    with pytest.raises(ConnectionLost):
        await bank.accounts()


SAID = {
    "drop_before": "broke off the connection",
    "drop_after": "broke off the connection",
    "error_500": "answered with an error (500)",
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
        ("truncate", ProviderUnavailable),
        ("nonsense", ProviderUnavailable),
        ("rate_limit", ProviderBusy),
    ],
)
async def test_a_failed_read_says_what_to_do(
    solaris: RunningProvider, bank: SolarisBank, kind: str, error: type[ToolError]
) -> None:
    solaris.fault("GET /v1/accounts", kind)
    with pytest.raises(error) as failed:
        await bank.accounts()
    assert SAID[kind] in failed.value.text("en") and "Error" not in failed.value.text("en")
    assert "Solaris" in failed.value.text("de") and "nichts geändert" in failed.value.text("de")
    assert len(await bank.accounts()) == 1


async def test_a_slow_bank_ends_at_the_time_limit(solaris: RunningProvider, bank: SolarisBank) -> None:
    solaris.fault("GET /v1/accounts", "slow", seconds=5)
    with pytest.raises(ProviderUnavailable, match="Solaris did not answer within 1 second"):
        await bank.accounts()


@pytest.mark.parametrize("wrong", ["../v1/persons", "a/b", "a?b=c", "", "ä"])
async def test_an_account_id_never_changes_the_address(bank: SolarisBank, wrong: str) -> None:
    with pytest.raises(ProviderRefused, match="no such record"):
        await bank.bookings(wrong, since=None, until=None)
