"""The Okta stand-in over real HTTP: sessions, step-up, refresh, revocation, logout, key rotation, restart."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError

from tests.support.okta import BACK, CLIENT, Browser, answered, shown_code
from tests.support.sandbox import RunningProvider, run_sandbox

TWO = "urn:okta:loa:2fa:any"


@pytest.fixture(scope="module")
def okta() -> Iterator[RunningProvider]:
    with run_sandbox("okta") as provider:
        yield provider


@pytest.fixture
def browser(okta: RunningProvider) -> Browser:
    return Browser(okta.url)


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


def acr_told(browser: Browser, back: dict[str, str]) -> str:
    acr: str = browser.claims(browser.exchange(back["code"]).json()["id_token"])["acr"]
    return acr


def test_who_has_no_second_factor_cannot_meet_a_level_that_needs_one(okta: RunningProvider, browser: Browser) -> None:
    page = browser.page(browser.authorize(acr_values=TWO, max_age="0", login_hint="emil.engel@lindenhof.example"))
    before = len(okta.effects())
    unmet = answered(browser.press(page, person="emil.engel"))
    assert (unmet["error"], unmet["state"]) == ("unmet_authentication_requirements", "st&te")
    assert len(okta.effects()) == before and "emil.engel" not in okta.state()["sessions"], "nobody was signed in"
    assert browser.http.get(page.url).status_code == 410, "and that sign-in is over"
    browser.sign_in("emil.engel")
    assert answered(browser.authorize(acr_values=TWO))["error"] == "unmet_authentication_requirements"
    assert acr_told(browser, answered(browser.authorize(acr_values=f"{TWO}:ifpossible"))) == "urn:okta:loa:1fa:any"


def test_if_possible_asks_those_who_have_a_second_factor(browser: Browser) -> None:
    page = browser.page(browser.authorize(acr_values=f"{TWO}:ifpossible"))
    page = browser.page(browser.press(page, person="anna.albrecht"))
    assert acr_told(browser, answered(browser.press(page, code=shown_code(page)))) == TWO


def test_the_level_told_is_the_one_asked_for_or_what_the_session_has(browser: Browser) -> None:
    page = browser.page(browser.authorize(acr_values=TWO))
    page = browser.page(browser.press(page, person="anna.albrecht"))
    answered(browser.press(page, code=shown_code(page)))
    for asked, told in ((None, TWO), ("urn:okta:loa:1fa:pwd", "urn:okta:loa:1fa:pwd"), ("urn:example:gold", TWO)):
        assert acr_told(browser, answered(browser.authorize(acr_values=asked))) == told


def test_the_person_hinted_at_stands_first_and_may_be_another(browser: Browser) -> None:
    page = browser.page(browser.authorize(max_age="0", login_hint="Otto.Ost@lindenhof.example"))
    assert page.text.index('value="otto.ost"') < page.text.index('value="vera.vogel"')
    back = answered(browser.press(page, person="vera.vogel"))
    assert browser.claims(browser.exchange(back["code"]).json()["id_token"])["name"] == "Vera Vogel"


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
