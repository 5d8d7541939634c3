"""The Okta stand-in over real HTTP: the whole sign-in, verified with another library than the one that signs."""

import hashlib
import re
from collections.abc import Iterator

import httpx
import pytest
from joserfc import jwt

from tests.support.okta import BACK, CLIENT, SCOPE, Browser, answered, b64
from tests.support.sandbox import RunningProvider, run_sandbox


@pytest.fixture(scope="module")
def okta() -> Iterator[RunningProvider]:
    with run_sandbox("okta") as provider:
        yield provider


@pytest.fixture
def browser(okta: RunningProvider) -> Browser:
    return Browser(okta.url)


def test_discovery_names_this_issuer_and_its_endpoints(browser: Browser) -> None:
    found = browser.http.get("/oauth2/default/.well-known/openid-configuration").json()
    assert found["issuer"] == browser.issuer
    ends = ("authorization", "token", "userinfo", "introspection", "revocation", "end_session")
    for name in ends:
        assert found[f"{name}_endpoint"].startswith(f"{browser.issuer}/v1/")
    assert found["jwks_uri"] == f"{browser.issuer}/v1/keys"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["id_token_signing_alg_values_supported"] == ["RS256"]


def test_sign_in_page_lists_every_person_with_a_button_and_says_it_is_the_sandbox(browser: Browser) -> None:
    page = browser.page(browser.authorize())
    assert page.status_code == 200
    assert re.findall(r'name="person" value="([^"]+)"', page.text) == [
        *("vera.vogel", "paul.peters", "anna.albrecht", "max.maurer"),
        *("ada.adler", "nora.niemand", "emil.engel", "petra.paulsen", "pia.pohl", "otto.ost"),
    ]
    assert "no real money" in page.text
    assert "<script" not in page.text
    assert "://" not in page.text.replace(browser.issuer, ""), "nothing is fetched from elsewhere"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_whole_sign_in_gives_an_id_token_with_okta_claims(okta: RunningProvider, browser: Browser) -> None:
    back = browser.sign_in("anna.albrecht")
    assert back["state"] == "st&te"
    answer = browser.exchange(back["code"])
    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 3600, SCOPE)
    claims = browser.claims(tokens["id_token"])
    registry = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": browser.issuer},
        aud={"essential": True, "value": CLIENT[0]},
        nonce={"essential": True, "value": "n-1"},
        exp={"essential": True},
    )
    registry.validate(claims)
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["ver"] == 1 and claims["jti"].startswith("ID.") and claims["idp"].startswith("00o")
    assert claims["amr"] == ["pwd"] and claims["acr"] == "urn:okta:loa:1fa:any"
    assert abs(claims["auth_time"] - claims["iat"]) <= 2
    assert claims["at_hash"] == b64(hashlib.sha256(tokens["access_token"].encode()).digest()[:16])
    assert re.fullmatch(r"00u[0-9a-f]{17}", claims["sub"])
    assert claims["name"] == "Anna Albrecht"
    assert claims["email"] == claims["preferred_username"] == "anna.albrecht@lindenhof.example"
    assert claims["groups"] == ["finance-approvers"]
    access = browser.claims(tokens["access_token"])
    assert (access["aud"], access["cid"], access["uid"]) == ("api://default", CLIENT[0], claims["sub"])
    assert [effect["operation"] for effect in okta.effects()][-2:] == ["sign_in", "tokens_issued"]
    assert not any(secret in str(okta.effects()) for secret in (back["code"], tokens["refresh_token"]))


@pytest.mark.parametrize(
    ("person", "groups"),
    [
        ("vera.vogel", ["finance-viewers"]),
        ("paul.peters", ["finance-preparers"]),
        ("max.maurer", ["finance-preparers", "finance-approvers"]),
        ("ada.adler", ["finance-admins"]),
        ("nora.niemand", []),
        ("petra.paulsen", ["finance-preparers", "finance-payroll"]),
        ("pia.pohl", ["finance-approvers", "finance-payroll"]),
        ("otto.ost", ["finance-approvers-ost"]),
    ],
)
def test_each_person_has_the_groups_of_the_role(browser: Browser, person: str, groups: list[str]) -> None:
    tokens = browser.exchange(browser.sign_in(person)["code"]).json()
    assert browser.claims(tokens["id_token"])["groups"] == groups


def test_scopes_decide_what_is_told(browser: Browser) -> None:
    tokens = browser.exchange(browser.sign_in("ada.adler", scope="openid")["code"]).json()
    assert "refresh_token" not in tokens
    told = browser.claims(tokens["id_token"])
    assert not {"name", "email", "groups"} & told.keys()


def test_userinfo_answers_the_bearer_only(browser: Browser) -> None:
    tokens = browser.exchange(browser.sign_in("paul.peters")["code"]).json()
    path = "/oauth2/default/v1/userinfo"
    found = browser.http.get(path, headers={"Authorization": f"Bearer {tokens['access_token']}"}).json()
    assert found["sub"] == browser.claims(tokens["id_token"])["sub"]
    assert (found["given_name"], found["groups"]) == ("Paul", ["finance-preparers"])
    for wrong in (tokens["id_token"], tokens["access_token"][:-6] + "AAAAAA", "x"):
        refused = browser.http.get(path, headers={"Authorization": f"Bearer {wrong}"})
        assert refused.status_code == 401
        assert "invalid_token" in refused.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"code_verifier": "a" * 64}, 400, "invalid_grant"),
        ({"code_verifier": ""}, 400, "invalid_grant"),
        ({"redirect_uri": "http://localhost:8000/other"}, 400, "invalid_grant"),
        ({"code": "made-up"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_wrong_exchange_is_refused(browser: Browser, changed: dict[str, str], status: int, error: str) -> None:
    code = browser.sign_in("vera.vogel")["code"]
    refused = browser.exchange(**{"code": code, **changed})
    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert browser.exchange(code).status_code == 200, "a wrong try does not use the code up"


def test_code_used_twice_takes_back_what_the_first_use_gave(browser: Browser) -> None:
    code = browser.sign_in("vera.vogel")["code"]
    tokens = browser.exchange(code).json()
    assert browser.exchange(code).json()["error"] == "invalid_grant"
    assert browser.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert browser.http.get("/oauth2/default/v1/userinfo", headers=bearer).status_code == 401


def test_code_is_refused_after_a_minute_and_tokens_after_an_hour() -> None:
    with run_sandbox("okta") as okta:
        browser = Browser(okta.url)
        tokens = browser.exchange(browser.sign_in("vera.vogel")["code"]).json()
        in_time = answered(browser.authorize())["code"]
        okta.advance(50)
        assert browser.exchange(in_time).status_code == 200
        too_late = answered(browser.authorize())["code"]
        okta.advance(61)
        assert browser.exchange(too_late).json()["error"] == "invalid_grant"
        okta.advance(3600)
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert browser.http.get("/oauth2/default/v1/userinfo", headers=bearer).status_code == 401
        assert browser.refresh(tokens["refresh_token"]).status_code == 200
        okta.advance(8 * 24 * 3600)
        assert browser.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("auth", [None, httpx.BasicAuth(CLIENT[0], "wrong"), httpx.BasicAuth("other", CLIENT[1])])
def test_client_must_prove_itself(browser: Browser, auth: httpx.BasicAuth | None) -> None:
    for path in ("token", "introspect", "revoke"):
        refused = httpx.post(f"{browser.issuer}/v1/{path}", data={"token": "x"}, auth=auth)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def test_client_may_prove_itself_in_the_form(browser: Browser) -> None:
    code = browser.sign_in("vera.vogel")["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    form |= {"code_verifier": browser.verifier, "client_id": CLIENT[0], "client_secret": CLIENT[1]}
    assert browser.http.post("/oauth2/default/v1/token", data=form).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "other"},
        {"client_id": None},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://localhost.evil.example/callback"},
        {"redirect_uri": "http://localhost@evil.example/"},
        {"redirect_uri": "http://user@localhost:8000/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "http://localhost:8000/#fragment"},
        {"redirect_uri": None},
    ],
)
def test_unknown_application_or_address_gets_a_page_and_never_a_redirect(
    browser: Browser, changed: dict[str, str | None]
) -> None:
    answer = browser.authorize(**changed)
    assert answer.status_code == 400
    assert "refused" in answer.text
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openid payments"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"acr_values": "phr"}, "unmet_authentication_requirements"),
    ],
)
def test_wrong_request_is_told_to_the_application_with_its_state(
    browser: Browser, changed: dict[str, str | None], error: str
) -> None:
    back = answered(browser.authorize(**changed))
    assert (back["error"], back["state"]) == (error, "st&te")
    assert back["error_description"]


def test_state_is_required(browser: Browser) -> None:
    assert answered(browser.authorize(state=None))["error"] == "invalid_request"


def test_login_hint_comes_first(browser: Browser) -> None:
    page = browser.page(browser.authorize(login_hint="Otto.Ost@lindenhof.example"))
    assert re.findall(r'name="person" value="([^"]+)"', page.text)[0] == "otto.ost"


def test_cancel_and_unknown_person(browser: Browser) -> None:
    page = browser.page(browser.authorize())
    assert browser.press(page, person="mallory").status_code == 400
    assert answered(browser.press(page, cancel="1"))["error"] == "access_denied"
    assert browser.press(page, person="vera.vogel").status_code == 410


def test_unknown_path_and_faults_answer_in_the_vendor_shape(okta: RunningProvider, browser: Browser) -> None:
    assert browser.http.get("/api/v1/users").json()["errorCode"] == "E0000007"
    assert browser.http.put("/oauth2/default/v1/token").json()["errorCode"] == "E0000022"
    okta.fault("/oauth2/default/v1/keys", "unauthorized")
    refused = browser.http.get("/oauth2/default/v1/keys")
    assert (refused.status_code, refused.json()["errorCode"]) == (401, "E0000011")
    okta.fault("/oauth2/default/v1/keys", "rate_limit")
    assert browser.http.get("/oauth2/default/v1/keys").json()["errorCode"] == "E0000047"
