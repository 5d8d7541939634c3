# ruff: noqa: E501  (sentences: one line a case)
"""What the offline model does over several turns: it asks, fills slots, corrects, and never guesses a write."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.model.bind import Call, Offered
from sandbox.model.dialogue import Reply, Router
from sandbox.model.encoder import NoEncoder, SentenceEncoder
from sandbox.model.measure import neutral_tools
from sandbox.model.transcript import read_transcript

TODAY = date(2026, 11, 22)
BILLS = "Here is what I found:\n1. BILL-201 Acme Ltd EUR 1250.00 due 2026-11-03\n2. BILL-202 Schneider Logistik EUR 480.50 due 2026-11-10"
INVOICES = "Open invoices:\n1. INV-0042 Globex Corporation EUR 3200.00 due 2026-10-15\n2. INV-0045 Dupont SA EUR 750.00 due 2026-10-30"
TEXT = {"type": "string"}
RECORD = Offered(
    {
        "record_payment": {"type": "object", "properties": {key: TEXT for key in ["document_number", "contact_name", "amount", "currency", "date", "account", "reference", "direction"]}},
        "list_bills": {"type": "object", "properties": {"status": {"enum": ["open", "overdue", "paid", "all"]}, "contact_name": TEXT}},
        "list_payments": {"type": "object", "properties": {"status": {"enum": ["recorded", "deleted"]}, "contact_name": TEXT}},
        "get_organisation": {"type": "object", "properties": {}},
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(SentenceEncoder())


def talk(router: Router, *lines: str, tools: Offered | None = None) -> Reply:
    """A conversation: lines of the person and of the assistant in turn; `> ` marks the assistant's."""
    messages: list[dict[str, Any]] = []
    for line in lines:
        role = "assistant" if line.startswith("> ") else "user"
        messages.append({"role": role, "content": line.removeprefix("> ")})
    return router.reply(read_transcript(messages), tools or neutral_tools(), TODAY)


def answer_to(router: Router, *lines: str, tools: Offered | None = None) -> Reply:
    """As `talk`, with the model's own words for every line that is `>`."""
    filled: list[str] = []
    for line in lines:
        filled.append("> " + talk(router, *filled, tools=tools).text if line == ">" else line)
    return talk(router, *filled, tools=tools)


@pytest.mark.parametrize(
    ("lines", "call"),
    [
        (("pay Müller", ">", "1.250,00 €"), Call("create_payment", {"contact_name": "Müller GmbH", "amount": 1250})),
        (("pay Müller", ">", "BILL-204"), Call("create_payment", {"contact_name": "Müller GmbH", "invoice_number": "BILL-204"})),
        (("pay 500 euros", ">", "to Hooli"), Call("create_payment", {"contact_name": "Hooli", "amount": 500})),
        (("Überweise Geld", ">", "an Dupont", ">", "300 Euro"), Call("create_payment", {"contact_name": "Dupont SA", "amount": 300})),
        (("create an invoice for Hooli", ">", "2.4k"), Call("create_invoice", {"contact_name": "Hooli", "amount": 2400})),
        (("send a reminder", ">", "Initech"), Call("send_invoice_reminder", {"contact_name": "Initech"})),
        (("refund the payment", ">", "PM000124"), Call("refund_payment", {"payment_id": "PM000124"})),
        (("add a new customer", ">", "Vega Print"), Call("create_contact", {"name": "Vega Print"})),
        (("void the invoice", ">", "INV-0051"), Call("void_invoice", {"invoice_number": "INV-0051"})),
        (("send 1.250 euros to Acme", ">", "the first"), Call("create_payment", {"contact_name": "Acme Ltd", "amount": 1250})),
        (("> " + BILLS, "pay the Schneider one"), Call("create_payment", {"invoice_number": "BILL-202", "contact_name": "Schneider Logistik"})),
        (("> " + INVOICES, "remind the second"), Call("send_invoice_reminder", {"invoice_number": "INV-0045", "contact_name": "Dupont SA"})),
        (("show bills", "> " + BILLS, "the second one"), Call("get_invoice", {"invoice_number": "BILL-202"})),
        (("open invoices of Hooli", "> None.", "and of Initech?"), Call("list_invoices", {"status": "open", "contact_name": "Initech"})),
        (("P&L for October", "> € 1", "and for September?"), Call("get_profit_and_loss", {"date_from": "2026-09-01", "date_to": "2026-09-30"})),
    ],
)  # fmt: skip
def test_slots_are_filled_over_turns(router: Router, lines: tuple[str, ...], call: Call) -> None:
    assert answer_to(router, *lines).calls == (call,)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("pay Müller", "Which bill of Müller, or how much?"),
        ("Zahle Müller", "Welche Rechnung von Müller, oder wie viel?"),
        ("pay 500 euros", "Which bill shall be paid, or whom?"),
        ("paga 500 euro", "Quale fattura va pagata, o a chi?"),
        ("paie 500 euros", "Quelle facture faut-il payer, ou à qui ?"),
        ("pay Acme 1.250 euros", "can be read in two ways"),
        ("Zahle Acme 1,250 Euro", "lässt sich auf zwei Arten lesen"),
        ("pay Acme 0.125 euros", "more than two decimals"),
        ("collect from Initech by direct debit", "What amount?"),
        ("create an invoice over 500 euros", "For which contact?"),
        ("cancel the payment", "Which payment?"),
        ("void the invoice", "Which invoice?"),
        ("pay Acme and Hooli 500", "Which bill shall be paid, or whom?"),
        ("pay INV-0042", "looks like a sales invoice of ours"),
    ],
)
def test_it_asks_and_calls_nothing_when_something_is_missing_or_ambiguous(
    router: Router, text: str, asked: str
) -> None:
    reply = talk(router, "> Hello.", text)
    assert reply.calls == ()
    assert asked in reply.text


@pytest.mark.parametrize(
    "text",
    [
        "should we pay Acme 500?", "how do I pay BILL-201?", "don't pay BILL-201", "can we pay Acme 500 euros?", "what happens if we pay BILL-201",
        "did we pay Acme 500?", "have we paid BILL-201?", "Haben wir BILL-201 bezahlt?", "Zahle BILL-201 nicht", "what would it cost to pay BILL-201",
        "the invoice of 500 euros from Acme", "Acme 500", "BILL-201", "500 euros", "payment of 500 to Acme?", "who paid 500 euros to Acme",
        "show the payment of 500 euros to Acme", "is it true that we pay Acme 500 a month", "show me the 500 euro invoice for Hooli", "was INV-0042 paid?",
        "why was INV-0042 voided?", "how do I void INV-0042", "when was Hooli reminded", "can I refund PM000124?", "never pay Acme 500",
    ],
)  # fmt: skip
def test_a_question_or_a_mention_never_becomes_a_write(router: Router, text: str) -> None:
    writes = {"create_payment", "collect_payment", "create_invoice", "void_invoice", "mark_invoice_paid", "refund_payment", "cancel_payment",
              "send_invoice_reminder", "create_contact"}  # fmt: skip
    assert not [call for call in talk(router, text).calls if call.tool in writes]


def test_a_correction_changes_only_what_was_said(router: Router) -> None:
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "pay Acme 400 euros"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "record_payment", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c", "content": '{"proposal": "P-7", "answer": "P-7 waits"}'},
        {"role": "assistant", "content": "P-7 waits for confirmation."},
    ]
    [call] = router.reply(read_transcript([*messages, {"role": "user", "content": "no, 500"}]), RECORD, TODAY).calls
    assert call == Call(
        "record_payment", {"contact_name": "Acme", "amount": "500.00", "currency": "EUR", "direction": "out"}
    )
    [call] = router.reply(
        read_transcript([*messages, {"role": "user", "content": "no, Hooli instead"}]), RECORD, TODAY
    ).calls
    assert (call.arguments["contact_name"], call.arguments["amount"]) == ("Hooli", "400.00")
    for words in ("yes", "confirm", "ja, bestätigen"):
        reply = router.reply(read_transcript([*messages, {"role": "user", "content": words}]), RECORD, TODAY)
        assert reply.calls == ()
        assert "card" in reply.text or "Karte" in reply.text


def test_record_payment_serves_both_directions(router: Router) -> None:
    assert talk(router, "pay bill R-2026-114 tomorrow from the savings account", tools=RECORD).calls == (
        Call(
            "record_payment",
            {"document_number": "R-2026-114", "date": "2026-11-23", "account": "savings account", "direction": "out"},
        ),
    )
    assert talk(router, "mark INV-0042 as paid", tools=RECORD).calls == (
        Call("record_payment", {"document_number": "INV-0042", "direction": "in"}),
    )
    [call] = talk(router, "record a payment of 320 euros for INV-0042", tools=RECORD).calls
    assert call.arguments["document_number"] == "INV-0042"
    assert call.arguments["amount"] == "320.00"


def test_a_state_that_the_tool_cannot_filter_by_is_not_left_out_silently(router: Router) -> None:
    reply = talk(router, "show failed payments", tools=RECORD)
    assert reply.calls == ()
    assert "cannot do that yet" in reply.text


def test_a_pending_question_can_be_dropped_or_left_for_another(router: Router) -> None:
    assert "nothing was done" in answer_to(router, "pay Müller please", ">", "never mind").text
    assert answer_to(router, "pay Müller", ">", "what's our balance?").calls == (Call("get_account_balance", {}),)


def test_the_first_answer_says_what_it_is_in_the_persons_language(router: Router) -> None:
    assert talk(router, "hello").text.startswith("I am the offline model")
    assert talk(router, "Guten Morgen").text.startswith("Ich bin das Offline-Modell")
    assert talk(router, "Buongiorno").text.startswith("Sono il modello offline")
    assert talk(router, "Bonjour").text.startswith("Je suis le modèle hors ligne")
    assert not talk(router, "hello", "> Hello.", "thanks").text.startswith("I am the offline model")


def test_unsure_it_offers_choices_and_takes_one(router: Router) -> None:
    lines = ("> Hello.", "something with the Hooli invoice money payment")
    reply = talk(router, *lines)
    if reply.calls:
        assert all(call.tool.startswith(("list_", "get_")) for call in reply.calls)
    else:
        assert "1. " in reply.text or "?" in reply.text


def test_without_the_encoder_the_rules_go_on_and_say_so(tmp_path: Path) -> None:
    absent = SentenceEncoder(package="no_such_encoder")
    assert talk(Router(absent), "show all open invoices").calls == (Call("list_invoices", {"status": "open"}),)
    assert absent.likeness("x") == {}
    assert absent.problem is not None
    assert "rules alone" in absent.problem
    broken = tmp_path / "weights.npz"
    broken.write_bytes(b"not weights")
    damaged = SentenceEncoder(weights=broken)
    assert damaged.likeness("x") == {}
    assert damaged.problem is not None
    assert talk(Router(NoEncoder()), "Zahle BILL-201").calls == (
        Call("create_payment", {"invoice_number": "BILL-201"}),
    )


PIECES = st.sampled_from(
    ["pay", "Acme", "INV-0042", "BILL-201", "1.250", "500 euros", "the second", "and", ",", "?", "since", "31.12.9999", "01.01.0001", "9" * 40, "last", "month",
     "no", "zahle", "Müller", "überfällig", "between", "1", "15", "November", "yes", "refund", "PM000123", "\u202e", "\x00", "€", "-", "k", "Q3", "in 999 years",
     "remind", "all", "both", "oldest", "@", "a@b.c", "DE89370400440532013000", "open", "«", "İ", "ß", "1e9", "0"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.lists(PIECES, max_size=12).map(" ".join), min_size=1, max_size=4), odd=st.text(max_size=80))
def test_no_conversation_breaks_it(turns: list[str], odd: str) -> None:
    lines = ["> " + BILLS, *[part for turn in turns for part in (turn, "> Which one?\n1. BILL-201\n2. BILL-202")], odd]
    reply = talk(Router(NoEncoder()), *lines)
    assert bool(reply.text) != bool(reply.calls)


def test_a_result_nested_without_end_is_told_as_text(router: Router) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "list_bills", "arguments": "[" * 100_000}}
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "show bills"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "[" * 100_000},
    ]
    assert router.reply(read_transcript(messages), RECORD, TODAY).text
