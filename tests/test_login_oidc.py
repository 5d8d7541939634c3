"""Signing in at an issuer: nothing but a genuine, fresh ID token made for this very sign-in lets somebody in."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import OctKey

from assistant.clock import utc_now
from assistant.login.issuer import Registration
from assistant.login.oidc import Attempt, Identity, OpenIdClient
from assistant.login.problems import SignInProblem, Trouble
from tests.support.forging_issuer import CLIENT, ForgingIssuer, Nonce, another_key, run_issuer

pytestmark = pytest.mark.anyio
BACK = "http://localhost:8000/auth/oauth/okta/callback"


@pytest.fixture
def issuer() -> Iterator[tuple[ForgingIssuer, Nonce]]:
    with run_issuer() as both:
        yield both


@pytest.fixture
async def client(issuer: tuple[ForgingIssuer, Nonce]) -> AsyncIterator[OpenIdClient]:
    yield OpenIdClient(Registration(issuer[0].url, CLIENT, "top-secret"), utc_now, seconds=2)


async def sign_in(client: OpenIdClient, nonce: Nonce, **asked: Any) -> Identity:
    address, attempt = await client.begin(BACK, **asked)
    nonce.note(address)
    return await client.finish(attempt, BACK, {"state": attempt.state, "code": "c0de"})


async def test_a_genuine_sign_in_gives_the_person(issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient) -> None:
    them, nonce = issuer
    address, attempt = await client.begin(BACK)
    nonce.note(address)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{them.url}/authorize?")
    assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
    assert "groups" in asked["scope"].split() and asked["redirect_uri"] == BACK
    challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
    assert asked["code_challenge"] == challenge and len(attempt.verifier) >= 43
    person = await client.finish(attempt, BACK, {"state": attempt.state, "code": "c0de"})
    assert (person.issuer, person.subject, person.name) == (them.url, "anna", "Anna Albrecht")
    assert person.groups == ("finance-approvers",) and person.acr == "urn:okta:loa:1fa:any"
    assert person.auth_time and abs(person.auth_time - utc_now()) < timedelta(minutes=1)
    assert them.redeemed[0]["code_verifier"] == attempt.verifier
    assert them.authorization == "Basic " + base64.b64encode(f"{CLIENT}:top-secret".encode()).decode()


async def test_two_sign_ins_never_share_state_nonce_or_verifier(client: OpenIdClient) -> None:
    (_, one), (_, two) = await client.begin(BACK), await client.begin(BACK)
    assert not {one.state, one.nonce, one.verifier} & {two.state, two.nonce, two.verifier}


async def test_a_public_client_sends_no_secret(issuer: tuple[ForgingIssuer, Nonce]) -> None:
    them, nonce = issuer
    await sign_in(OpenIdClient(Registration(them.url, CLIENT), utc_now), nonce)
    assert them.authorization is None and them.redeemed[0]["client_id"] == CLIENT


NOW = int(time.time())
FORGERIES: list[tuple[str, dict[str, Any]]] = [
    ("another issuer", {"claims": {"iss": "https://evil.example"}}),
    ("another audience", {"claims": {"aud": "somebody-else"}}),
    ("several audiences, no party", {"claims": {"aud": [CLIENT, "other"]}}),
    ("another party", {"claims": {"aud": [CLIENT, "other"], "azp": "other"}}),
    ("single audience, another party", {"claims": {"azp": "other"}}),
    ("expired", {"claims": {"exp": NOW - 120, "iat": NOW - 200}}),
    ("no expiry", {"drop": ("exp",)}),
    ("expiry as text", {"claims": {"exp": "tomorrow"}}),
    ("made in the future", {"claims": {"iat": NOW + 4000, "exp": NOW + 8000}}),
    ("made long ago", {"claims": {"iat": NOW - 7200}}),
    ("no time of making", {"drop": ("iat",)}),
    ("another nonce", {"claims": {"nonce": "other"}}),
    ("no nonce", {"drop": ("nonce",)}),
    ("about nobody", {"claims": {"sub": ""}}),
    ("another access token", {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}}),
    ("a key that is not published", {"sign_with": another_key("k9")}),
    ("a foreign key under a known id", {"sign_with": another_key("k1")}),
    ("no key id", {"header": {"kid": None}}),
    (
        "signed with the shared secret",
        {"sign_with": OctKey.import_key("top-secret" * 4), "header": {"alg": "HS256", "kid": "k1"}},
    ),
    ("another algorithm", {"header": {"alg": "RS384"}}),
]


@pytest.mark.parametrize(("what", "change"), FORGERIES, ids=[name for name, _ in FORGERIES])
async def test_a_forged_id_token_lets_nobody_in(
    issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient, what: str, change: dict[str, Any]
) -> None:
    them, nonce = issuer
    for name, value in change.items():
        setattr(them, name, value)
    with pytest.raises(SignInProblem) as refused:
        await sign_in(client, nonce)
    assert "not signed in" in refused.value.text("en") and refused.value.detail, what


async def test_an_unsigned_id_token_lets_nobody_in(issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient) -> None:
    them, nonce = issuer
    address, attempt = await client.begin(BACK)
    nonce.note(address)
    parts = ({"alg": "none", "kid": "k1"}, them.good_claims(attempt.nonce))
    text = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    for token in (f"{text[0]}.{text[1]}.", "not.a.token", "", f"{text[0]}.{text[1]}"):
        them.raw_token = token or "."
        with pytest.raises(SignInProblem):
            await client.finish(attempt, BACK, {"state": attempt.state, "code": "c0de"})


async def test_a_fitting_access_token_hash_is_accepted(
    issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient
) -> None:
    half = hashlib.sha256(b"at-1").digest()[:16]
    issuer[0].claims = {"at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode()}
    assert (await sign_in(client, issuer[1])).subject == "anna"


async def test_a_foreign_state_is_refused_before_anything_is_redeemed(
    issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient
) -> None:
    _, attempt = await client.begin(BACK)
    for known, state in ((attempt, "other"), (attempt, ""), (None, attempt.state)):
        with pytest.raises(SignInProblem, match="did not start in this browser"):
            await client.finish(known, BACK, {"state": state, "code": "c0de"})
    assert issuer[0].redeemed == []


async def test_an_answer_of_another_issuer_is_refused(
    issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient
) -> None:
    _, attempt = await client.begin(BACK)
    with pytest.raises(SignInProblem):
        await client.finish(attempt, BACK, {"state": attempt.state, "code": "c", "iss": "https://evil.example"})
    assert issuer[0].redeemed == []


async def test_a_new_key_is_fetched_and_a_withdrawn_one_no_longer_serves(
    issuer: tuple[ForgingIssuer, Nonce],
) -> None:
    them, nonce = issuer
    later = [timedelta(0)]
    client = OpenIdClient(Registration(them.url, CLIENT, "top-secret"), lambda: utc_now() + later[0])
    await sign_in(client, nonce)
    await sign_in(client, nonce)
    assert them.key_calls == 1, "keys are kept as long as the issuer allows"
    later[0] = timedelta(seconds=10)  # beyond the guard against floods of unknown keys
    old = them.keys[0]
    them.keys = [another_key("k2")]
    assert (await sign_in(client, nonce)).subject == "anna"
    assert them.key_calls == 2
    them.sign_with = old
    with pytest.raises(SignInProblem):
        await sign_in(client, nonce)


async def test_keys_that_may_not_be_kept_are_fetched_each_time(
    issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient
) -> None:
    issuer[0].cache_control = "no-store"
    await sign_in(client, issuer[1])
    await sign_in(client, issuer[1])
    assert issuer[0].key_calls == 2


async def test_many_unknown_keys_do_not_become_many_calls(
    issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient
) -> None:
    them, nonce = issuer
    them.sign_with = another_key("k9")
    for _ in range(5):
        with pytest.raises(SignInProblem):
            await sign_in(client, nonce)
    assert them.key_calls == 1


async def test_thin_id_tokens_are_filled_from_userinfo_of_the_same_person_only(
    issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient
) -> None:
    them, nonce = issuer
    them.drop = ("name", "email", "groups")
    them.userinfo = {"sub": "anna", "name": "Anna A.", "email": "a@example.test", "groups": ["finance-viewers"]}
    person = await sign_in(client, nonce)
    assert (person.name, person.email, person.groups) == ("Anna A.", "a@example.test", ("finance-viewers",))
    them.userinfo["sub"] = "bob"
    with pytest.raises(SignInProblem):
        await sign_in(client, nonce)


async def test_userinfo_cannot_widen_the_groups_of_the_id_token(
    issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient
) -> None:
    them, nonce = issuer
    them.drop = ("email",)
    them.claims = {"groups": ["finance-viewers"]}
    them.userinfo = {"sub": "anna", "email": "a@example.test", "groups": ["finance-approvers"]}
    assert (await sign_in(client, nonce)).groups == ("finance-viewers",)


async def test_step_up_is_asked_for_and_checked(issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient) -> None:
    them, nonce = issuer
    address, _ = await client.begin(BACK, acr_values="urn:okta:loa:2fa:any", max_age=60)
    asked = parse_qs(urlsplit(address).query)
    assert asked["acr_values"] == ["urn:okta:loa:2fa:any"] and asked["max_age"] == ["60"]
    them.claims = {"acr": "urn:okta:loa:2fa:any"}
    assert (await sign_in(client, nonce, max_age=60)).acr == "urn:okta:loa:2fa:any"
    them.claims = {"auth_time": int(time.time()) - 600}
    with pytest.raises(SignInProblem, match="prove who you are again"):
        await sign_in(client, nonce, max_age=60)
    them.claims = {"auth_time": int(time.time()) + 600}
    with pytest.raises(SignInProblem, match="did not pass the checks"):
        await sign_in(client, nonce, max_age=60)
    them.drop = ("auth_time",)
    with pytest.raises(SignInProblem, match="prove who you are again"):
        await sign_in(client, nonce, max_age=60)


async def test_how_old_a_proof_may_be_is_counted_from_the_request(
    issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient
) -> None:
    them, nonce = issuer
    address, attempt = await client.begin(BACK, max_age=0)
    nonce.note(address)
    assert parse_qs(urlsplit(address).query)["max_age"] == ["0"]
    them.claims = {"auth_time": int(time.time()) - 100}
    answer = {"state": attempt.state, "code": "c0de"}
    with pytest.raises(SignInProblem, match="prove who you are again"):
        await client.finish(attempt, BACK, answer)
    earlier = replace(attempt, begun=attempt.begun - 110)  # the person took two minutes at the issuer
    assert (await client.finish(earlier, BACK, answer)).auth_time


async def test_how_somebody_was_checked_counts_in_the_id_token_only(
    issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient
) -> None:
    them, nonce = issuer
    them.drop = ("acr", "auth_time", "email")
    them.userinfo = {"sub": "anna", "email": "a@example.test", "acr": "phrh", "auth_time": int(time.time())}
    person = await sign_in(client, nonce)
    assert (person.email, person.acr, person.auth_time) == ("a@example.test", "", None)


async def test_a_nonce_and_a_mark_of_the_callers_own(client: OpenIdClient) -> None:
    address, attempt = await client.begin(BACK, nonce="bound", mark="step-up.")
    asked = parse_qs(urlsplit(address).query)
    assert asked["nonce"] == ["bound"] == [attempt.nonce] and asked["state"] == [attempt.state]
    assert attempt.state.startswith("step-up.") and len(attempt.state) > 50


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("access_denied", "refused the sign-in"),
        ("invalid_grant", "used already or took too long"),
        ("invalid_client", "OKTA_CLIENT_SECRET"),
        ("temporarily_unavailable", "problem of its own"),
        ("something_new", "refused the sign-in"),
    ],
)
async def test_the_issuers_refusals_are_told_in_words(
    issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient, code: str, words: str
) -> None:
    them, nonce = issuer
    _, attempt = await client.begin(BACK)
    with pytest.raises(SignInProblem, match=words):
        await client.finish(attempt, BACK, {"state": attempt.state, "error": code})
    them.token_answer = (400, {"error": code, "error_description": "whatever"})
    with pytest.raises(SignInProblem, match=words):
        await sign_in(client, nonce)


async def test_an_issuer_that_is_slow_gone_or_talks_nonsense_is_told_in_words(
    issuer: tuple[ForgingIssuer, Nonce],
) -> None:
    them, nonce = issuer
    slow = OpenIdClient(Registration(them.url, CLIENT, "s"), utc_now, seconds=0.2)
    them.slow = 1.0
    with pytest.raises(SignInProblem, match="did not answer in time"):
        await slow.begin(BACK)
    them.slow = 0.0
    for answer in ("<html>hello</html>", "[]", "{" + '"a":"' + "x" * 600_000 + '"}'):
        them.token_answer = (200, answer)
        with pytest.raises(SignInProblem, match="cannot be used"):
            await sign_in(OpenIdClient(Registration(them.url, CLIENT, "s"), utc_now), nonce)
    with pytest.raises(SignInProblem, match="cannot be reached"):
        await OpenIdClient(Registration("http://127.0.0.1:9", CLIENT), utc_now).begin(BACK)


async def test_discovery_must_name_the_configured_issuer_and_safe_addresses(
    issuer: tuple[ForgingIssuer, Nonce],
) -> None:
    them, _ = issuer
    for change in (
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": 7},
    ):
        them.metadata = change
        with pytest.raises(SignInProblem):
            await OpenIdClient(Registration(them.url, CLIENT), utc_now).begin(BACK)


@pytest.mark.parametrize("address", ["http://okta.example/oauth2/default", "ftp://localhost/x", "okta.example", ""])
async def test_plain_http_serves_on_this_machine_only(address: str) -> None:
    with pytest.raises(SignInProblem, match="https://"):
        OpenIdClient(Registration(address, CLIENT), utc_now)


async def test_logout_goes_by_the_issuers_own_page(issuer: tuple[ForgingIssuer, Nonce], client: OpenIdClient) -> None:
    address = await client.logout_url("the-id-token", "http://localhost:8000/login")
    assert address and address.startswith(f"{issuer[0].url}/logout?")
    asked = parse_qs(urlsplit(address).query)
    assert asked["id_token_hint"] == ["the-id-token"]
    assert asked["post_logout_redirect_uri"] == ["http://localhost:8000/login"]


async def test_an_attempt_is_plain_data(client: OpenIdClient) -> None:
    _, attempt = await client.begin(BACK, max_age=5)
    assert Attempt(**json.loads(json.dumps({s: getattr(attempt, s) for s in Attempt.__slots__}))) == attempt


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_is_told_in_both_languages(trouble: Trouble) -> None:
    problem = SignInProblem(trouble, "Okta", detail="x")
    english, german = problem.text("en"), problem.text("de")
    assert english != german and "{" not in english + german
    assert "not signed in" in english or "Nobody can sign in" in english, "says what is not"
    assert "nicht angemeldet" in german or "Niemand kann sich anmelden" in german
