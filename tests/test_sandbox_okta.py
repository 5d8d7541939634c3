"""The Okta stand-in over real HTTP: the whole sign-in, verified with another library than the one that signs."""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import KeySet

from tests.support.sandbox import RunningProvider, run_sandbox

BACK = "http://localhost:8000/auth/callback"
CLIENT = ("sandbox-okta", "sandbox-okta-secret")
SCOPE = "openid profile email groups offline_access"
TWO = "urn:okta:loa:2fa:any"


@pytest.fixture(scope="module")
def okta() -> Iterator[RunningProvider]:
    with run_sandbox("okta") as provider:
        yield provider


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Browser:
    """A person's browser and the application behind it, as far as a sign-in needs them."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url)
        self.issuer = f"{url}/oauth2/default"
        self.verifier = ""

    def authorize(self, **changed: str | None) -> httpx.Response:
        self.verifier = secrets.token_urlsafe(48)
        query: dict[str, str | None] = {
            "client_id": CLIENT[0],
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": SCOPE,
            "state": "st&te",
            "nonce": "n-1",
            "code_challenge": b64(hashlib.sha256(self.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        query |= changed
        kept = {name: value for name, value in query.items() if value is not None}
        return self.http.get("/oauth2/default/v1/authorize", params=kept)

    def page(self, answer: httpx.Response) -> httpx.Response:
        assert answer.status_code in (302, 303), answer.text
        return self.http.get(answer.headers["location"])

    def press(self, page: httpx.Response, **fields: str) -> httpx.Response:
        action = re.search(r'<form method="post" action="([^"]+)"', page.text)
        assert action is not None, page.text
        return self.http.post(action[1], data=fields)

    def sign_in(self, person: str, **changed: str | None) -> dict[str, str]:
        page = self.page(self.authorize(**changed))
        return answered(self.press(page, person=person))

    def exchange(self, code: str, **changed: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        form |= {"code_verifier": self.verifier, **changed}
        return self.http.post("/oauth2/default/v1/token", data=form, auth=CLIENT)

    def refresh(self, token: str, **changed: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token, **changed}
        return self.http.post("/oauth2/default/v1/token", data=form, auth=CLIENT)

    def keys(self) -> KeySet:
        return KeySet.import_key_set(self.http.get("/oauth2/default/v1/keys").json())

    def claims(self, token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(token, self.keys(), algorithms=["RS256"]).claims
        return claims


def answered(answer: httpx.Response) -> dict[str, str]:
    """What came back to the application's address."""
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    assert where.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}


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
        *("ada.adler", "nora.niemand", "otto.ost"),
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


def test_second_sign_in_is_silent_until_asked_otherwise(browser: Browser) -> None:
    browser.sign_in("vera.vogel")
    again = browser.exchange(answered(browser.authorize(prompt="none"))["code"]).json()
    assert browser.claims(again["id_token"])["name"] == "Vera Vogel"
    assert "code" in answered(browser.authorize(max_age="300", login_hint="vera.vogel"))
    asking: list[dict[str, str | None]] = [
        {"prompt": "login"},
        {"max_age": "0"},
        {"login_hint": "otto.ost@lindenhof.example"},
    ]
    for changed in asking:
        assert "Who signs in?" in browser.page(browser.authorize(**changed)).text
    silent = {**asking[1], "prompt": "none"}
    assert answered(browser.authorize(**silent))["error"] == "login_required"


def test_max_age_and_auth_time_follow_the_clock() -> None:
    with run_sandbox("okta") as okta:
        browser = Browser(okta.url)
        browser.sign_in("vera.vogel")
        okta.advance(400)
        silent = browser.exchange(answered(browser.authorize(max_age="500"))["code"]).json()
        claims = browser.claims(silent["id_token"])
        assert 395 <= claims["iat"] - claims["auth_time"] <= 405
        assert "Who signs in?" in browser.page(browser.authorize(max_age="300")).text


def test_login_hint_comes_first(browser: Browser) -> None:
    page = browser.page(browser.authorize(login_hint="Otto.Ost@lindenhof.example"))
    assert re.findall(r'name="person" value="([^"]+)"', page.text)[0] == "otto.ost"


def shown_code(page: httpx.Response) -> str:
    found = re.search(r'id="shown-code">(\d{6})<', page.text)
    assert found is not None, page.text
    return found[1]


def test_second_factor_is_asked_for_and_told(browser: Browser) -> None:
    page = browser.page(browser.authorize(acr_values=TWO))
    page = browser.page(browser.press(page, person="anna.albrecht"))
    code = shown_code(page)
    wrong = browser.press(page, code="000000" if code != "000000" else "111111")
    assert wrong.status_code == 400 and "That is not the code" in wrong.text
    back = answered(browser.press(wrong, code=code))
    claims = browser.claims(browser.exchange(back["code"]).json()["id_token"])
    assert claims["acr"] == TWO
    assert claims["amr"] == ["mfa", "otp", "pwd"]


def test_step_up_of_a_session_asks_only_for_the_code(browser: Browser) -> None:
    browser.sign_in("anna.albrecht")
    assert answered(browser.authorize(acr_values=TWO, prompt="none"))["error"] == "login_required"
    page = browser.page(browser.authorize(acr_values=TWO))
    assert "it is you, Anna" in page.text
    answered(browser.press(page, code=shown_code(page)))
    silent = browser.exchange(answered(browser.authorize(acr_values=TWO))["code"]).json()
    assert browser.claims(silent["id_token"])["acr"] == TWO
    assert "Who signs in?" in browser.page(browser.authorize(acr_values=TWO, max_age="0")).text


def test_five_wrong_codes_end_the_sign_in(browser: Browser) -> None:
    page = browser.page(browser.authorize(acr_values=TWO))
    page = browser.page(browser.press(page, person="anna.albrecht"))
    wrong = "000000" if shown_code(page) != "000000" else "111111"
    for _ in range(4):
        assert browser.press(page, code=wrong).status_code == 400
    assert answered(browser.press(page, code=wrong))["error"] == "access_denied"
    assert browser.press(page, code=shown_code(page)).status_code == 410


def test_unknown_level_is_ignored_so_the_answer_must_be_checked(browser: Browser) -> None:
    back = browser.sign_in("anna.albrecht", acr_values="urn:example:gold")
    claims = browser.claims(browser.exchange(back["code"]).json()["id_token"])
    assert claims["acr"] == "urn:okta:loa:1fa:any"


def test_cancel_and_unknown_person(browser: Browser) -> None:
    page = browser.page(browser.authorize())
    assert browser.press(page, person="mallory").status_code == 400
    assert answered(browser.press(page, cancel="1"))["error"] == "access_denied"
    assert browser.press(page, person="vera.vogel").status_code == 410


def test_refresh_rotates_and_an_old_one_takes_all_back() -> None:
    with run_sandbox("okta") as okta:
        browser = Browser(okta.url)
        first = browser.exchange(browser.sign_in("anna.albrecht")["code"]).json()
        okta.advance(100)
        second = browser.refresh(first["refresh_token"]).json()
        assert second["refresh_token"] != first["refresh_token"]
        old, new = browser.claims(first["id_token"]), browser.claims(second["id_token"])
        assert (new["auth_time"], new["acr"], new["sub"]) == (old["auth_time"], old["acr"], old["sub"])
        assert new["iat"] > old["iat"]
        assert "nonce" not in new
        assert browser.refresh(first["refresh_token"]).status_code == 200, "within the grace of 30 s"
        assert browser.refresh(second["refresh_token"], scope="openid payments").status_code == 400
        okta.advance(31)
        assert browser.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
        assert browser.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"


def test_introspect_and_revoke(browser: Browser) -> None:
    tokens = browser.exchange(browser.sign_in("anna.albrecht")["code"]).json()

    def active(token: str) -> bool:
        answer = browser.http.post("/oauth2/default/v1/introspect", data={"token": token}, auth=CLIENT)
        known: bool = answer.json()["active"]
        return known

    def revoke(token: str) -> int:
        path = "/oauth2/default/v1/revoke"
        return browser.http.post(path, data={"token": token}, auth=CLIENT).status_code

    assert active(tokens["access_token"]) and active(tokens["refresh_token"])
    assert not active("x") and not active(tokens["id_token"])
    assert revoke("x") == 200
    assert revoke(tokens["access_token"]) == 200
    assert not active(tokens["access_token"]) and active(tokens["refresh_token"])
    newer = browser.refresh(tokens["refresh_token"]).json()
    assert revoke(newer["refresh_token"]) == 200
    assert not active(newer["refresh_token"]) and not active(newer["access_token"])
    assert browser.refresh(newer["refresh_token"]).status_code == 400


def test_logout_ends_the_session_and_returns_with_state(browser: Browser) -> None:
    tokens = browser.exchange(browser.sign_in("vera.vogel")["code"]).json()
    query = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": BACK, "state": "bye"}
    answer = browser.http.get("/oauth2/default/v1/logout", params=query)
    assert answered(answer) == {"state": "bye"}
    assert answered(browser.authorize(prompt="none"))["error"] == "login_required"


def test_logout_ends_only_the_session_of_the_person_named_by_the_hint() -> None:
    with run_sandbox("okta") as okta:
        anna, vera = Browser(okta.url), Browser(okta.url)
        hint = anna.exchange(anna.sign_in("anna.albrecht")["code"]).json()["id_token"]
        vera.sign_in("vera.vogel")
        path = "/oauth2/default/v1/logout"
        assert vera.http.get(path, params={"id_token_hint": hint}).status_code == 200
        assert okta.state()["sessions"] == ["anna.albrecht", "vera.vogel"]
        kept = dict(anna.http.cookies)
        assert anna.http.get(path, params={"id_token_hint": hint}).status_code == 200
        assert okta.state()["sessions"] == ["vera.vogel"]
        anna.http.cookies.update(kept)
        assert answered(anna.authorize(prompt="none"))["error"] == "login_required", "an old cookie opens nothing"


def test_session_ends_after_two_idle_hours_and_a_begun_sign_in_after_ten_minutes() -> None:
    with run_sandbox("okta") as okta:
        browser = Browser(okta.url)
        page = browser.page(browser.authorize())
        okta.advance(601)
        assert browser.press(page, person="vera.vogel").status_code == 410
        browser.sign_in("vera.vogel")
        okta.advance(7100)
        assert "code" in answered(browser.authorize(prompt="none"))
        okta.advance(7100)
        assert "code" in answered(browser.authorize(prompt="none")), "use keeps a session alive"
        okta.advance(7300)
        assert answered(browser.authorize(prompt="none"))["error"] == "login_required"


def test_logout_without_a_true_hint_or_to_elsewhere_ends_nothing(browser: Browser) -> None:
    tokens = browser.exchange(browser.sign_in("vera.vogel")["code"]).json()
    forged = tokens["id_token"][:-6] + "AAAAAA"
    elsewhere = "https://evil.example/"
    for query in (
        {},
        {"id_token_hint": forged},
        {"id_token_hint": tokens["access_token"]},
        {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": elsewhere},
    ):
        assert browser.http.get("/oauth2/default/v1/logout", params=query).status_code == 400
    assert "code" in answered(browser.authorize(prompt="none"))


def test_rotated_keys_sign_and_withdrawn_ones_verify_nothing() -> None:
    with run_sandbox("okta") as okta:
        browser = Browser(okta.url)
        before = browser.exchange(browser.sign_in("vera.vogel")["code"]).json()["id_token"]
        old_keys = browser.keys()
        httpx.post(f"{okta.url}/_sandbox/rotate-keys").raise_for_status()
        after = browser.exchange(answered(browser.authorize())["code"]).json()["id_token"]
        assert browser.claims(before)["sub"] == browser.claims(after)["sub"]
        with pytest.raises((InvalidKeyIdError, BadSignatureError, ValueError)):
            jwt.decode(after, old_keys, algorithms=["RS256"])
        httpx.post(f"{okta.url}/_sandbox/rotate-keys?keep_old=false").raise_for_status()
        with pytest.raises((InvalidKeyIdError, BadSignatureError, ValueError)):
            browser.claims(after)
        assert len(okta.state()["keys"]) == 1


def test_session_keys_and_refresh_tokens_survive_a_restart(tmp_path: Path) -> None:
    with run_sandbox("okta", state=tmp_path) as okta:
        browser = Browser(okta.url)
        tokens = browser.exchange(browser.sign_in("ada.adler")["code"]).json()
        port = int(okta.url.rsplit(":", 1)[1])
    assert (tmp_path / "okta" / "okta.json").stat().st_mode & 0o077 == 0
    with run_sandbox("okta", state=tmp_path, port=port) as okta:
        assert browser.claims(tokens["id_token"])["name"] == "Ada Adler"
        assert "code" in answered(browser.authorize(prompt="none"))
        assert browser.refresh(tokens["refresh_token"]).status_code == 200
        assert okta.state()["sessions"] == ["ada.adler"]


def test_unknown_path_and_faults_answer_in_the_vendor_shape(okta: RunningProvider, browser: Browser) -> None:
    assert browser.http.get("/api/v1/users").json()["errorCode"] == "E0000007"
    assert browser.http.put("/oauth2/default/v1/token").json()["errorCode"] == "E0000022"
    okta.fault("/oauth2/default/v1/keys", "unauthorized")
    refused = browser.http.get("/oauth2/default/v1/keys")
    assert (refused.status_code, refused.json()["errorCode"]) == (401, "E0000011")
    okta.fault("/oauth2/default/v1/keys", "rate_limit")
    assert browser.http.get("/oauth2/default/v1/keys").json()["errorCode"] == "E0000047"
