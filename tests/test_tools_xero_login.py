"""Being let in to Xero over real HTTP: tokens, rotation, revocation, and what is said when it fails."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.sandbox import RunningProvider, run_sandbox
from tests.support.xero_stand_in import REDIRECT, authorize
from tools.errors import ConnectionLost, ProviderBusy, ProviderRefused, ProviderUnavailable, ToolError
from tools.xero import login

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
SCOPES = "accounting.invoices.read accounting.payments"
VERIFIER = "v" * 64


@pytest.fixture
def xero() -> Iterator[RunningProvider]:
    """A stand-in of its own."""
    with run_sandbox("xero", today="2026-11-22", limits=False) as provider:
        yield provider


def app(provider: RunningProvider, secret: str = "sandbox-xero-secret") -> login.XeroApp:
    """The demo app."""
    url = provider.url
    return login.XeroApp("sandbox-xero", secret, identity_url=url, login_url=url, api_url=url)


def consent(provider: RunningProvider) -> str:
    """The code that a person's consent gives, at the address that we send the person to."""
    address = login.authorize_url(app(provider), redirect_uri=REDIRECT, scopes=SCOPES, state="s-1", verifier=VERIFIER)
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert query["code_challenge_method"] == "S256" and VERIFIER not in address
    with httpx.Client(base_url=provider.url) as http:
        answer = authorize(http, **query)
    assert answer["state"] == "s-1"
    return answer["code"]


async def test_a_custom_connection_opens_its_organisation(xero: RunningProvider) -> None:
    tokens = await login.client_credentials(app(xero), scopes=SCOPES, now=NOW)
    assert tokens.expires_at == NOW + timedelta(minutes=30)
    (connection,) = await login.connections(app(xero), tokens.access_token)
    assert connection.tenantName == "Lindenhof Studio GmbH"


async def test_a_person_s_consent_gives_tokens_that_rotate(xero: RunningProvider) -> None:
    code = consent(xero)
    first = await login.exchange(app(xero), code=code, redirect_uri=REDIRECT, verifier=VERIFIER, now=NOW)
    second = await login.refresh(app(xero), refresh_token=first.refresh_token, now=NOW)
    assert second.refresh_token not in ("", first.refresh_token)
    assert len(await login.connections(app(xero), second.access_token)) == 1
    with pytest.raises(ConnectionLost):  # a code works once
        await login.exchange(app(xero), code=code, redirect_uri=REDIRECT, verifier=VERIFIER, now=NOW)


async def test_another_s_verifier_gets_nothing(xero: RunningProvider) -> None:
    code = consent(xero)
    with pytest.raises(ConnectionLost):
        await login.exchange(app(xero), code=code, redirect_uri=REDIRECT, verifier="w" * 64, now=NOW)


async def test_what_was_revoked_is_a_lost_connection(xero: RunningProvider) -> None:
    tokens = await login.exchange(app(xero), code=consent(xero), redirect_uri=REDIRECT, verifier=VERIFIER, now=NOW)
    await login.revoke(app(xero), refresh_token=tokens.refresh_token)
    with pytest.raises(ConnectionLost):
        await login.refresh(app(xero), refresh_token=tokens.refresh_token, now=NOW)
    with pytest.raises(ConnectionLost):
        await login.connections(app(xero), tokens.access_token)


async def test_a_wrong_secret_is_refused_and_not_repeated(xero: RunningProvider) -> None:
    with pytest.raises(ProviderRefused, match="client id or secret is not accepted") as refused:
        await login.client_credentials(app(xero, "not-the-secret"), scopes=SCOPES, now=NOW)
    assert "not-the-secret" not in str(refused.value) + repr(app(xero, "not-the-secret"))


async def test_a_broad_scope_is_refused_in_xero_s_word(xero: RunningProvider) -> None:
    with pytest.raises(ProviderRefused, match="invalid_scope"):
        await login.client_credentials(app(xero), scopes="accounting.transactions", now=NOW)


async def test_tokens_are_not_in_a_repr(xero: RunningProvider) -> None:
    tokens = await login.client_credentials(app(xero), scopes=SCOPES, now=NOW)
    assert tokens.access_token not in repr(tokens)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("drop_before", ProviderUnavailable),
        ("error_500", ProviderUnavailable),
        ("nonsense", ProviderUnavailable),
        ("truncate", ProviderUnavailable),
        ("rate_limit", ProviderBusy),
    ],
)
async def test_a_failed_sign_in_says_what_to_do(xero: RunningProvider, kind: str, error: type[ToolError]) -> None:
    xero.fault("POST /connect/token", kind)
    with pytest.raises(error):
        await login.client_credentials(app(xero), scopes=SCOPES, now=NOW)
    xero.clear_faults()
    assert (await login.client_credentials(app(xero), scopes=SCOPES, now=NOW)).access_token
