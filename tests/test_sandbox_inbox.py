"""The inbox stand-in over real HTTP: what Discord and Slack would take, refuse and limit, and what a reader sees."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.sandbox import RunningProvider, run_sandbox

DISCORD = "/discord/webhook/123/secret-token"
SLACK = "/slack/webhook/T01/B01/secret-token"


@pytest.fixture
def inbox() -> Iterator[RunningProvider]:
    with run_sandbox("inbox", limits=False) as provider:
        yield provider


def post(provider: RunningProvider, path: str, body: Any) -> httpx.Response:
    return httpx.post(f"{provider.url}{path}", json=body)


def texts(provider: RunningProvider, channel: str = "") -> list[str]:
    query = {"channel": channel} if channel else {}
    return [message["text"] for message in httpx.get(f"{provider.url}/inbox", params=query).json()]


def test_discord_takes_content_and_embeds(inbox: RunningProvider) -> None:
    answer = post(inbox, DISCORD, {"content": "Sync failed"})
    assert (answer.status_code, answer.content) == (204, b"")
    embed = {"title": "Daily log", "fields": [{"name": "Errors", "value": "3"}]}
    waited = post(inbox, f"{DISCORD}?wait=true", {"embeds": [embed]})
    assert waited.status_code == 200
    assert (waited.json()["webhook_id"], waited.json()["embeds"]) == ("123", [embed])
    assert texts(inbox) == ["Sync failed", "Daily log\nErrors\n3"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 50006),
        ({"content": "  "}, 50006),
        ({"content": "x" * 2001}, 50035),
        ({"content": 5}, 50035),
        ({"embeds": "x"}, 50035),
        ({"embeds": [{"title": "x"}] * 11}, 50035),
        ({"embeds": [{"description": "x" * 3001}] * 2}, 50035),
        ({"embeds": [{"fields": [{"name": "n", "value": "x" * 1025}]}]}, 50035),
        ([], 50109),
    ],
)
def test_discord_refuses_what_discord_refuses(inbox: RunningProvider, body: Any, code: int) -> None:
    answer = post(inbox, DISCORD, body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert texts(inbox) == []


def test_longest_allowed_messages_pass(inbox: RunningProvider) -> None:
    assert post(inbox, DISCORD, {"content": "x" * 2000}).status_code == 204
    assert post(inbox, DISCORD, {"embeds": [{"description": "x" * 3000}] * 2}).status_code == 204
    assert post(inbox, SLACK, {"text": "a", "blocks": [{"type": "divider"}] * 50}).status_code == 200


def test_slack_takes_json_and_form(inbox: RunningProvider) -> None:
    answer = post(inbox, SLACK, {"text": "Rossi &amp; Figli &lt;late&gt;"})
    assert (answer.status_code, answer.text) == (200, "ok")
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Sync* failed"}}]
    form = {"payload": json.dumps({"text": "fallback", "blocks": blocks})}
    assert httpx.post(f"{inbox.url}{SLACK}", data=form).text == "ok"
    assert texts(inbox, "slack") == ["Rossi & Figli <late>", "fallback\n*Sync* failed"]
    assert texts(inbox, "discord") == []


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "no_text"),
        ({"text": " "}, "no_text"),
        ({"text": 5}, "invalid_payload"),
        ([], "invalid_payload"),
        ({"text": "a", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"text": "a", "blocks": ["divider"]}, "invalid_blocks"),
    ],
)
def test_slack_refuses_in_one_word(inbox: RunningProvider, body: Any, word: str) -> None:
    answer = post(inbox, SLACK, body)
    assert (answer.status_code, answer.text) == (400, word)
    assert texts(inbox) == []


def test_unknown_webhooks_and_broken_bodies(inbox: RunningProvider) -> None:
    unknown = post(inbox, "/discord/webhook/123", {"content": "a"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, 10015)
    assert post(inbox, "/slack/webhook/T01", {"text": "a"}).text == "no_service"
    assert httpx.post(f"{inbox.url}{DISCORD}", content=b"{").json()["code"] == 50109
    assert httpx.post(f"{inbox.url}{SLACK}", content=b"{").text == "invalid_payload"
    assert httpx.get(f"{inbox.url}/nowhere").status_code == 404


def test_limits_are_the_vendors_and_pass_with_time() -> None:
    with run_sandbox("inbox") as inbox:
        statuses = [post(inbox, DISCORD, {"content": "a"}).status_code for _ in range(6)]
        assert statuses == [204] * 5 + [429]
        limited = post(inbox, DISCORD, {"content": "a"})
        assert 0 < limited.json()["retry_after"] <= 2
        assert int(limited.headers["retry-after"]) >= 1
        assert post(inbox, "/discord/webhook/other/x", {"content": "a"}).status_code == 204
        assert post(inbox, SLACK, {"text": "a"}).status_code == 200
        slow_down = post(inbox, SLACK, {"text": "a"})
        assert (slow_down.status_code, slow_down.headers["retry-after"]) == (429, "1")
        assert len(inbox.effects()) == 7, "a limited message did not arrive"
        inbox.advance(2)
        assert post(inbox, DISCORD, {"content": "a"}).status_code == 204
        assert post(inbox, SLACK, {"text": "a"}).status_code == 200


def test_ordered_limit_has_the_shape_of_the_vendor_it_meets(inbox: RunningProvider) -> None:
    inbox.fault("*", "rate_limit", times=2, retry_after=3)
    assert post(inbox, DISCORD, {"content": "a"}).json()["retry_after"] == 3
    assert post(inbox, SLACK, {"text": "a"}).text == "rate_limited"


def test_page_shows_words_as_text_and_no_secret_is_kept(inbox: RunningProvider) -> None:
    assert "Nothing has arrived yet" in httpx.get(inbox.url).text
    post(inbox, DISCORD, {"content": "<script>alert(1)</script>"})
    page = httpx.get(inbox.url)
    assert "&lt;script&gt;alert(1)" in page.text and "<script" not in page.text
    assert "secret-token" not in page.text + json.dumps(inbox.effects())
    assert inbox.state() == {"messages": {"discord": 1}}
