"""Login at the Xero stand-in: consent, codes, tokens and their ends, scopes, organisation, limits."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sandbox.xero.consent import consent_page
from sandbox.xero.gate import Limits
from sandbox.xero.refusals import TooMany
from tests.support.sandbox import RunningProvider, run_sandbox
from tests.support.xero_stand_in import API, APP, REDIRECT, TODAY, authorize, connected, pkce


@pytest.fixture
def provider() -> Iterator[RunningProvider]:
    with run_sandbox("xero", today=TODAY, limits=False) as running:
        yield running


@pytest.fixture
def http(provider: RunningProvider) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=provider.url) as client:
        yield client


def exchange(http: httpx.Client, code: str, **form: str) -> httpx.Response:
    whole = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT} | form
    return http.post("/connect/token", data=whole, auth=APP)


def refresh(http: httpx.Client, token: str) -> httpx.Response:
    return http.post("/connect/token", data={"grant_type": "refresh_token", "refresh_token": token}, auth=APP)


def error(response: httpx.Response) -> str:
    assert response.status_code == 400
    word: str = response.json()["error"]
    return word


def headers(http: httpx.Client, access_token: str) -> dict[str, str]:
    bearer = {"Authorization": f"Bearer {access_token}"}
    return bearer | {"xero-tenant-id": http.get("/connections", headers=bearer).json()[0]["tenantId"]}


def test_the_code_flow_with_a_secret(http: httpx.Client) -> None:
    back = authorize(http, nonce="n-1")
    assert back["state"] == "s"
    token = exchange(http, back["code"]).json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 1800)
    assert "accounting.payments" in token["scope"].split()
    claims = json.loads(base64.urlsafe_b64decode(token["id_token"].split(".")[1] + "=="))
    assert (claims["nonce"], claims["aud"], claims["given_name"]) == ("n-1", APP[0], "Anna")
    (link,) = http.get("/connections", headers={"Authorization": f"Bearer {token['access_token']}"}).json()
    assert (link["tenantName"], link["tenantType"]) == ("Lindenhof Studio GmbH", "ORGANISATION")
    answer = http.get(f"{API}/Organisation", headers=headers(http, token["access_token"]))
    assert answer.json()["Organisations"][0]["Name"] == "Lindenhof Studio GmbH"


def test_the_consent_page_says_who_asks_for_what_and_may_be_cancelled(http: httpx.Client) -> None:
    query = {"response_type": "code", "client_id": APP[0], "redirect_uri": REDIRECT, "scope": "accounting.payments"}
    page = http.get("/identity/connect/authorize", params=query | {"state": '"><script>'})
    assert "Lindenhof Studio GmbH" in page.text and "accounting.payments" in page.text and "Sandbox" in page.text
    assert "<script>" not in page.text
    cancelled = http.post("/identity/connect/authorize", params=query | {"state": "s"}, data={"decision": "cancel"})
    assert cancelled.headers["location"] == f"{REDIRECT}?error=access_denied&state=s"


def test_the_code_flow_with_pkce_and_no_secret(http: httpx.Client) -> None:
    verifier, challenge = pkce()
    wish = {"code_challenge": challenge, "code_challenge_method": "S256"}
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "client_id": APP[0]}
    code = authorize(http, **wish)["code"]
    wrong = http.post("/connect/token", data=form | {"code": code, "code_verifier": "w" * 50})
    assert error(wrong) == "invalid_grant"
    right = http.post("/connect/token", data=form | {"code": code, "code_verifier": verifier})
    assert right.status_code == 200
    plain = authorize(http)["code"]
    assert error(http.post("/connect/token", data=form | {"code": plain})) == "invalid_client", "no proof at all"
    assert authorize(http, code_challenge=challenge, code_challenge_method="plain")["error"] == "invalid_request"


def test_a_code_is_used_once_soon_and_where_it_was_sent(provider: RunningProvider, http: httpx.Client) -> None:
    code = authorize(http)["code"]
    assert error(exchange(http, code, redirect_uri="http://localhost:9/other")) == "invalid_grant"
    assert exchange(http, code).status_code == 200
    assert error(exchange(http, code)) == "invalid_grant"
    late = authorize(http)["code"]
    provider.advance(301)
    assert error(exchange(http, late)) == "invalid_grant"
    assert error(exchange(http, "made-up")) == "invalid_grant"


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"redirect_uri": "http://127.0.0.1:8000/callback"}, 400),
        ({"redirect_uri": "http://evil.example/callback"}, 400),
        ({"client_id": "somebody"}, 400),
    ],
)
def test_nobody_is_sent_to_a_strange_address(http: httpx.Client, wish: dict[str, str], status: int) -> None:
    query = {"response_type": "code", "client_id": APP[0], "redirect_uri": REDIRECT, "scope": "openid"} | wish
    answer = http.get("/identity/connect/authorize", params=query)
    assert (answer.status_code, "location" in answer.headers) == (status, False)


@pytest.mark.parametrize("scope", ["accounting.transactions", "accounting.reports.read openid", "nonsense", ""])
def test_only_granular_scopes_are_given(http: httpx.Client, scope: str) -> None:
    assert authorize(http, scope=scope)["error"] == "invalid_scope"
    if scope:
        form = {"grant_type": "client_credentials", "scope": scope}
        assert error(http.post("/connect/token", data=form, auth=APP)) == "invalid_scope"


def test_a_refresh_token_rotates_and_the_old_one_has_half_an_hour(
    provider: RunningProvider, http: httpx.Client
) -> None:
    first = exchange(http, authorize(http)["code"]).json()["refresh_token"]
    second = refresh(http, first).json()["refresh_token"]
    assert second != first
    provider.advance(29 * 60)
    assert refresh(http, first).status_code == 200
    provider.advance(2 * 60)
    assert error(refresh(http, first)) == "invalid_grant"
    assert refresh(http, second).status_code == 200


def test_a_refresh_needs_a_refresh_token_and_the_right_secret(http: httpx.Client) -> None:
    token = exchange(http, authorize(http)["code"]).json()
    assert error(refresh(http, token["access_token"])) == "invalid_grant"
    form = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    assert error(http.post("/connect/token", data=form, auth=(APP[0], "wrong"))) == "invalid_client"
    assert error(http.post("/connect/token", data=form, auth=("somebody", APP[1]))) == "invalid_client"
    assert refresh(http, token["refresh_token"]).status_code == 200


def test_the_consent_page_cannot_be_broken_out_of() -> None:
    page = "".join(
        bytes(consent_page(names, "<i>", ("openid",), '"><script>').body).decode()
        for names in ({"": "<b>"}, {"": "<b>", '"><script>': "<b>"})
    )
    assert "<b>" not in page and "<i>" not in page and "<script>" not in page


def test_a_refresh_token_dies_unused_after_sixty_days(provider: RunningProvider, http: httpx.Client) -> None:
    token = exchange(http, authorize(http)["code"]).json()["refresh_token"]
    provider.advance(60 * 86400 + 1)
    assert error(refresh(http, token)) == "invalid_grant"


def test_an_access_token_lives_half_an_hour(provider: RunningProvider, http: httpx.Client) -> None:
    token = exchange(http, authorize(http)["code"]).json()
    sent = headers(http, token["access_token"])
    assert http.get(f"{API}/Organisation", headers=sent).status_code == 200
    provider.advance(1801)
    expired = http.get(f"{API}/Organisation", headers=sent)
    assert expired.status_code == 401
    assert expired.json()["Detail"].startswith("TokenExpired")
    fresh = refresh(http, token["refresh_token"]).json()["access_token"]
    assert http.get(f"{API}/Organisation", headers=headers(http, fresh)).status_code == 200


def test_wrong_client_secret_basic_or_form(http: httpx.Client) -> None:
    form = {"grant_type": "client_credentials"}
    assert error(http.post("/connect/token", data=form, auth=(APP[0], "wrong"))) == "invalid_client"
    assert error(http.post("/connect/token", data=form | {"client_id": APP[0]})) == "invalid_client"
    both = form | {"client_id": APP[0], "client_secret": APP[1]}
    assert http.post("/connect/token", data=both).status_code == 200
    assert error(http.post("/connect/token", data={"grant_type": "password"}, auth=APP)) == "unsupported_grant_type"


def test_revocation_ends_tokens_and_connections(http: httpx.Client) -> None:
    token = exchange(http, authorize(http)["code"]).json()
    sent = headers(http, token["access_token"])
    assert http.post("/connect/revocation", data={"token": token["refresh_token"]}, auth=APP).status_code == 200
    assert error(refresh(http, token["refresh_token"])) == "invalid_grant"
    assert http.get(f"{API}/Organisation", headers=sent).status_code == 401
    assert error(http.post("/connect/revocation", data={"token": "x"}, auth=(APP[0], "no"))) == "invalid_client"


@pytest.mark.parametrize("path", ["/connections", "/Connections"])
def test_a_connection_that_was_ended_opens_nothing(http: httpx.Client, path: str) -> None:
    token = exchange(http, authorize(http)["code"]).json()
    sent = headers(http, token["access_token"])
    link = http.get(path, headers=sent).json()[0]["id"]
    assert http.delete(f"{path}/{link}", headers=sent).status_code == 204
    assert http.get(path, headers=sent).json() == []
    refused = http.get(f"{API}/Organisation", headers=sent)
    assert (refused.status_code, refused.json()["Title"]) == (403, "Forbidden")
    assert http.delete(f"{path}/{link}", headers=sent).status_code == 404


def test_another_organisation_is_forbidden() -> None:
    with connected() as xero:
        for tenant in ("00000000-0000-0000-0000-000000000000", xero.tenant[:-1]):
            answer = xero.http.get(f"{API}/Organisation", headers={"xero-tenant-id": tenant})
            assert (answer.status_code, answer.json()["Detail"]) == (403, "AuthenticationUnsuccessful")
        del xero.http.headers["xero-tenant-id"]
        assert xero.http.get(f"{API}/Organisation").status_code == 200, "a custom connection knows its organisation"


def test_without_a_token_nothing_is_said(http: httpx.Client) -> None:
    for sent in ({}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic eDp5"}):
        for path in (f"{API}/Invoices", "/connections"):
            answer = http.get(path, headers=sent)
            assert (answer.status_code, answer.json()["Title"]) == (401, "Unauthorized")


@pytest.mark.parametrize(
    ("scope", "method", "path", "allowed"),
    [
        ("accounting.invoices.read", "GET", "Invoices", True),
        ("accounting.invoices", "GET", "CreditNotes", True),
        ("accounting.invoices.read", "PUT", "Invoices", False),
        ("accounting.invoices.read", "GET", "Payments", False),
        ("accounting.payments.read", "PUT", "Payments", False),
        ("accounting.contacts.read", "GET", "Contacts", True),
        ("accounting.contacts", "GET", "Contacts", True),
        ("accounting.contacts.read", "POST", "Contacts", False),
        ("accounting.contacts.read", "PUT", "Contacts", False),
        ("accounting.settings.read", "GET", "Accounts", True),
        ("accounting.contacts", "GET", "Accounts", False),
        ("accounting.banktransactions.read", "GET", "BankTransfers", True),
        ("accounting.reports.balancesheet.read", "GET", "Reports/BalanceSheet", True),
        ("accounting.reports.balancesheet.read", "GET", "Reports/ProfitAndLoss", False),
        ("accounting.reports.aged.read", "GET", "Reports/TrialBalance", False),
    ],
)
def test_scopes_open_only_their_routes(scope: str, method: str, path: str, allowed: bool) -> None:
    with connected(scope=scope) as xero:
        answer = xero.http.request(method, f"{API}/{path}", json={} if method in ("PUT", "POST") else None)
        if allowed:
            assert answer.status_code == 200
        else:
            assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")
            assert xero.provider.effects() == []


def test_sixty_calls_a_minute() -> None:
    with connected(limits=True) as xero:
        left = []
        for _ in range(60):
            answer = xero.http.get(f"{API}/Currencies")
            assert answer.status_code == 200
            left.append(int(answer.headers["X-MinLimit-Remaining"]))
        assert left == list(range(59, -1, -1))
        assert answer.headers["X-DayLimit-Remaining"] == "4940"
        refused = xero.http.get(f"{API}/Currencies")
        assert (refused.status_code, refused.headers["X-Rate-Limit-Problem"]) == (429, "minute")
        wait = int(refused.headers["Retry-After"])
        assert 50 <= wait <= 60
        xero.provider.advance(wait)
        assert xero.http.get(f"{API}/Currencies").status_code == 200


def test_a_replayed_write_counts_against_the_limit() -> None:
    with connected(limits=True) as xero:
        body = {"Name": "Vega Print"}
        left = [int(xero.send("PUT", "Contacts", body, "k").headers["X-MinLimit-Remaining"]) for _ in range(2)]
        assert left == [59, 58]
        assert len(xero.provider.effects()) == 1


def test_the_day_has_a_limit_too() -> None:
    limits, now = Limits(on=True), datetime(2026, 11, 22, tzinfo=UTC)
    for place in range(5000):
        limits.count("app", now + timedelta(seconds=place * 2))
    with pytest.raises(TooMany) as refused:
        limits.count("app", now + timedelta(hours=3))
    assert (refused.value.problem, refused.value.retry_after) == ("day", 21 * 3600)
    assert limits.headers("app")["X-DayLimit-Remaining"] == "0"
    limits.count("another app", now + timedelta(hours=3))
    limits.count("app", now + timedelta(days=1))


@pytest.mark.anyio
async def test_five_calls_at_a_time() -> None:
    with connected(limits=True) as xero:
        xero.provider.fault(f"GET {API}/Currencies", "slow", times=6, seconds=0.7)
        async with httpx.AsyncClient(base_url=xero.provider.url, headers=dict(xero.http.headers)) as http:
            answers = await asyncio.gather(*(http.get(f"{API}/Currencies") for _ in range(6)))
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [200] * 5 + [429]
        (refused,) = [answer for answer in answers if answer.status_code == 429]
        assert refused.headers["X-Rate-Limit-Problem"] == "concurrent"
        xero.provider.clear_faults()
        assert xero.http.get(f"{API}/Currencies").status_code == 200


def test_limits_can_be_lifted() -> None:
    with connected(limits=False) as xero:
        for _ in range(70):
            assert xero.http.get(f"{API}/Currencies").status_code == 200
