"""Journeys over HTTP: people of each role sign in and ask; what they are told is what the sandbox itself reckons."""

from __future__ import annotations

import re
from contextlib import aclosing
from decimal import Decimal

import httpx
import pytest
import socketio.exceptions  # type: ignore[import-untyped]  # ships no types

from tests.support.assistant import RunningAssistant
from tests.support.chat import Chat, NotSignedIn, chat_as, open_chat, sign_in
from tests.support.reckoning import Ledger, english, german

pytestmark = pytest.mark.anyio

EVERYBODY = {
    "Vera Vogel": ["viewer"],
    "Paul Peters": ["preparer"],
    "Anna Albrecht": ["approver"],
    "Max Maurer": ["approver", "preparer"],
    "Ada Adler": ["admin"],
}


@pytest.fixture
def ledger(assistant: RunningAssistant) -> Ledger:
    return Ledger(assistant.sandbox["xero"])


def figures(text: str) -> list[str]:
    """Every amount in a text, as written."""
    return re.findall(r"\d[\d.,]*[.,]\d\d\b", text)


@pytest.mark.parametrize("person", EVERYBODY)
async def test_everybody_with_a_role_is_told_what_is_overdue(
    assistant: RunningAssistant, ledger: Ledger, person: str
) -> None:
    euros, count = ledger.due("ACCREC", "EUR", before=ledger.today())
    async with chat_as(assistant.url, person) as chat:
        me = (await chat.browser.get("/api/me")).json()
        assert (me["name"], sorted(me["roles"])) == (person, EVERYBODY[person])
        answer = await chat.ask("What is overdue?")
    assert english(euros) in answer.text, f"{count} invoices, {euros} EUR"
    assert "Lindenhof Studio GmbH" in answer.text
    assert re.search(r"as of \d\d:\d\d", answer.text)


async def test_overdue_by_currency_with_every_invoice_in_the_table(assistant: RunningAssistant, ledger: Ledger) -> None:
    today = ledger.today()
    expected = {d.number for d in ledger.documents("ACCREC") if d.open and d.due_date and d.due_date < today}
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        answer = await chat.ask("What is overdue?")
    for currency in {d.currency for d in ledger.documents("ACCREC") if d.number in expected}:
        assert english(ledger.due("ACCREC", currency, before=today)[0]) in answer.text
    assert {row["number"] for row in answer.table["rows"]} == expected


async def test_open_bills_are_all_there_and_add_up(assistant: RunningAssistant, ledger: Ledger) -> None:
    expected = {document.number: document for document in ledger.documents("ACCPAY") if document.open}
    async with chat_as(assistant.url, "Paul Peters") as chat:
        answer = await chat.ask("List all open bills")
    assert {row["number"] for row in answer.table["rows"]} == set(expected)
    for currency in {document.currency for document in expected.values()}:
        total, _ = ledger.due("ACCPAY", currency)
        assert english(total) in answer.text
        assert {"minor": int(total * 100), "currency": currency} in answer.table["totals"]


async def test_the_same_question_in_german_is_answered_in_german(assistant: RunningAssistant, ledger: Ledger) -> None:
    euros, _ = ledger.due("ACCREC", "EUR", before=ledger.today())
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        answer = await chat.ask("Was ist überfällig?")
    assert german(euros) in answer.text
    assert "überfällig" in answer.text


async def test_the_balance_is_the_banks_own(assistant: RunningAssistant) -> None:
    account = assistant.sandbox["solaris"].state()
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        answer = await chat.ask("What is our balance?")
    assert english(Decimal(account["balance_cents"]) / 100) in answer.text
    assert english(Decimal(account["available_cents"]) / 100) in answer.text


async def test_one_invoice_with_what_was_paid_and_what_is_left(assistant: RunningAssistant, ledger: Ledger) -> None:
    invoice = ledger.numbered("INV-0047")
    assert 0 < invoice.amount_due < invoice.total
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        answer = await chat.ask("Show invoice INV-0047")
    assert invoice.contact in answer.text
    assert english(invoice.amount_due) in answer.text
    assert english(invoice.total) in answer.text + str(answer.elements)


async def test_when_and_from_where_an_invoice_was_paid(assistant: RunningAssistant, ledger: Ledger) -> None:
    invoice = ledger.numbered("INV-0058")
    (payment,) = ledger.payments_of(invoice.id)
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        answer = await chat.ask("Was INV-0058 paid?")
    assert english(Decimal(payment["amount"])) in answer.text
    assert str(int(payment["date"][8:])) in answer.text


async def test_an_entry_made_in_xero_meanwhile_is_in_the_next_answer(
    assistant: RunningAssistant, ledger: Ledger
) -> None:
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        await chat.ask("List all open bills")
        bill = ledger.new_bill("77.35")
        answer = await chat.ask("List all open bills")
    assert bill.number in {row["number"] for row in answer.table["rows"]}


async def test_the_offline_model_introduces_itself_once(assistant: RunningAssistant) -> None:
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        first = await chat.ask("What is our balance?")
        second = await chat.ask("What is overdue?")
    assert "offline model" in first.text.lower()
    assert "offline model" not in second.text.lower()


async def test_tool_steps_say_who_was_asked_and_how_long_it_took(assistant: RunningAssistant) -> None:
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        answer = await chat.ask("What is our balance?")
    shown = " ".join(f"{step['name']} {step.get('input')} {step.get('output')}" for step in answer.steps)
    assert "Solaris" in shown
    assert re.search(r"\d\s*(ms|s)\b", shown)


async def test_a_conversation_comes_back_and_goes_on(assistant: RunningAssistant) -> None:
    async with aclosing(await sign_in(assistant.url, "Vera Vogel")) as browser:
        async with open_chat(assistant.url, browser) as chat:
            first = await chat.ask("List all open bills")
            thread = chat.thread_id
        async with open_chat(assistant.url, browser, thread_id=thread) as again:
            said = [(m["type"], m["output"]) for m in again.messages.values() if m["type"].endswith("message")]
            assert ("user_message", "List all open bills") in said
            assert first.table["rows"] == again.named("DataTable")[0]["rows"]
            second = await again.ask("Show the second one")
            rows = first.table["rows"]
            assert rows[1]["number"] in second.text, f"the second of {[row['number'] for row in rows[:3]]}"


async def test_a_conversation_of_somebody_else_stays_closed(assistant: RunningAssistant) -> None:
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        await chat.ask("What is our balance?")
        thread = chat.thread_id
    async with aclosing(await sign_in(assistant.url, "Paul Peters")) as browser:
        with pytest.raises(socketio.exceptions.ConnectionError):
            await Chat(assistant.url, browser, thread).connect()
        answer = await browser.get(f"/project/thread/{thread}")
        assert answer.status_code in (401, 403, 404)


async def test_every_starter_works(assistant: RunningAssistant) -> None:
    async with chat_as(assistant.url, "Anna Albrecht") as chat:
        settings = (await chat.browser.get("/project/settings")).json()
        starters = settings["starters"] or [s for c in settings["starterCategories"] for s in c["starters"]]
        assert len(starters) >= 6
        for starter in starters:
            answer = await chat.ask(starter["message"], command=starter.get("command"))
            assert answer.text or answer.elements, starter
            assert "did you mean" not in answer.text.lower(), (starter, answer.text)
            assert "cannot" not in answer.text.lower().replace("it cannot", ""), (starter, answer.text)


async def test_nobody_without_a_role_gets_in(assistant: RunningAssistant) -> None:
    with pytest.raises(NotSignedIn) as refusal:
        await sign_in(assistant.url, "Nora Niemand")
    assert "Nora Niemand" in str(refusal.value), "the page does not say who is signed in"
    assert "role" in str(refusal.value)


async def test_without_a_login_there_is_neither_page_nor_socket(assistant: RunningAssistant) -> None:
    async with httpx.AsyncClient(base_url=assistant.url) as stranger:
        front = await stranger.get("/")
        assert front.is_redirect
        assert "login" in front.headers["location"]
        assert (await stranger.get("/api/me")).status_code == 401
        with pytest.raises(socketio.exceptions.ConnectionError):
            await Chat(assistant.url, stranger).connect()


async def test_log_out_ends_the_login_and_closes_the_open_chat(assistant: RunningAssistant) -> None:
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        cookies = dict(chat.browser.cookies)
        await chat.browser.post("/logout", headers={"Origin": assistant.url})
        await chat.until(lambda: chat.lost, "the open chat goes on after the logout", patience=15)
        async with httpx.AsyncClient(base_url=assistant.url, cookies=cookies) as thief:
            assert (await thief.get("/api/me")).status_code == 401


BAD_MESSAGES = {
    "empty": ("", "empty"),
    "only blanks": ("  \n\t ", "empty"),
    "100 kB": ("please pay everything " * 4600, "101,200 characters"),
}


@pytest.mark.parametrize("name", BAD_MESSAGES)
async def test_messages_that_cannot_be_read_get_a_clear_answer(assistant: RunningAssistant, name: str) -> None:
    message, word = BAD_MESSAGES[name]
    before = assistant.sandbox["xero"].effects()
    async with chat_as(assistant.url, "Max Maurer") as chat:
        answer = await chat.ask(message)
        assert word in answer.text, answer.text
        assert not answer.elements
        assert figures((await chat.ask("What is our balance?")).text), "the chat does not go on afterwards"
    assert assistant.sandbox["xero"].effects() == before


async def test_control_characters_and_markup_do_no_harm(assistant: RunningAssistant) -> None:
    async with chat_as(assistant.url, "Vera Vogel") as chat:
        answer = await chat.ask(
            "show bill \u202e102-LLIB\u0000\u0007 <img src=x onerror=alert(1)> ![x](http://evil.example/)"
        )
    assert answer.text
    assert "](http" not in answer.text
