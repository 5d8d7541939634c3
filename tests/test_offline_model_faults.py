# ruff: noqa: E501  (sentences: one line a case)
"""Sentences on which the offline model once went wrong: never a wrong write, nothing dropped, no frame lost.

`PRODUCT` is what the assistant really offers; `NEUTRAL` is the tool set of the development sentences.
"""

import json
from datetime import date
from typing import Any

import pytest

from sandbox.model.bind import Offered
from sandbox.model.dialogue import Reply, Router
from sandbox.model.encoder import SentenceEncoder
from sandbox.model.measure import neutral_tools
from sandbox.model.transcript import read_transcript
from tools.catalogue import toolset

TODAY = date(2026, 11, 23)
PRODUCT = Offered({tool["function"]["name"]: tool["function"]["parameters"] for tool in toolset().definitions()})
NEUTRAL = neutral_tools()
Line = str | list[dict[str, Any]]
LIST = "Which one?\n1. R-4711 · Bergmann Druck · € 1,059.10\n2. R-4711 · Linh Nguyen · € 761.60"


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(SentenceEncoder())


def called(tool: str, arguments: dict[str, Any], result: dict[str, Any]) -> list[dict[str, Any]]:
    call = {"id": f"c-{tool}", "type": "function", "function": {"name": tool, "arguments": json.dumps(arguments)}}
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": f"c-{tool}", "content": json.dumps(result)},
    ]


def talk(router: Router, *lines: Line, tools: Offered = PRODUCT, system: str = "") -> Reply:
    """A conversation: `> …` is the assistant's line, `>` its own answer to what came before."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}, {"role": "assistant", "content": "Hello."}]
    for line in lines:
        if isinstance(line, list):
            messages += line
        elif line == ">":
            answer = router.reply(read_transcript(messages), tools, TODAY)
            assert answer.calls == (), messages[-1]
            messages.append({"role": "assistant", "content": answer.text})
        elif line.startswith("> "):
            messages.append({"role": "assistant", "content": line[2:]})
        else:
            messages.append({"role": "user", "content": line})
    return router.reply(read_transcript(messages), tools, TODAY)


def the_call(reply: Reply) -> tuple[str, dict[str, Any]]:
    assert len(reply.calls) == 1, reply
    arguments = {key: value for key, value in reply.calls[0].arguments.items() if key != "direction"}
    return reply.calls[0].tool, arguments


# what is no day and what is no amount


@pytest.mark.parametrize("tools", [PRODUCT, NEUTRAL], ids=["product", "neutral"])
@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("pay BILL-201 on 31 Feb", "“31 Feb” is not a day"), ("pay BILL-201 on Feb 31", "is not a day"), ("Zahle BILL-201 am 31.02.", "kein Tag"),
        ("pay BILL-201 on 31/02/2026", "is not a day"), ("Bitte zahle BILL-201 am 31.02.2026", "kein Tag"), ("pay BILL-201 2026-02-31", "is not a day"),
        ("paie BILL-201 le 31 février", "n'est pas un jour"), ("pay BILL-201 on the 31st", "does not name one day"), ("pay BILL-201 on the 32nd", "is not a day"),
        ("pay BILL-201 next month", "does not name one day"), ("pay BILL-201 in December", "does not name one day"), ("pay BILL-201 on 3 Nov and 5 Dec", "does not name one day"),
        ("pay half of BILL-201", "leaves the amount open"), ("pay 50% of BILL-201", "leaves the amount open"), ("pay 50 % of BILL-201", "leaves the amount open"),
        ("Bitte zahle die Hälfte von BILL-201", "lässt den Betrag offen"), ("Bitte zahle 1/2 von BILL-201", "lässt den Betrag offen"), ("Zahle bitte einen Teil von BILL-201", "lässt den Betrag offen"),
        ("pay a quarter of BILL-201", "leaves the amount open"), ("pay part of BILL-201", "leaves the amount open"), ("pay BILL-201 less 2% discount", "leaves the amount open"),
        ("pay BILL-201 minus 50 euros", "leaves the amount open"), ("Zahle bitte BILL-201 abzüglich Skonto", "lässt den Betrag offen"), ("paga metà di BILL-201", "lascia aperto"),
        ("paie la moitié de BILL-201", "laisse le montant ouvert"), ("pay double of BILL-201", "leaves the amount open"), ("pay BILL-201 500 or 600", "several amounts"),
        ("pay BILL-201 up to 500", "What amount?"), ("pay BILL-201 with 1.000.00", "two ways"), ("pay twenty percent of BILL-201", "leaves the amount open"), ("pay BILL-201 2 times", "leaves the amount open"),
        ("Zahle bitte BILL-201 am Ultimo", "kein Tag"), ("pay BILL-201 on 31.02", "is not a day"), ("pay BILL-201 and BILL-202 500", "BILL-201: What amount?"), ("mark INV-0042 as paid on 30 Feb", "is not a day" ),
    ],
)  # fmt: skip
def test_it_asks_about_what_is_no_day_or_no_amount(router: Router, tools: Offered, text: str, asked: str) -> None:
    if text.startswith("mark") and tools is NEUTRAL:
        tools = PRODUCT  # the neutral tool takes no day
    reply = talk(router, text, tools=tools)
    assert reply.calls == ()
    assert asked in reply.text


@pytest.mark.parametrize(
    "text", ["invoices since 31 Feb", "Rechnungen seit dem 31.02.2026", "payments after 30 February"]
)
def test_a_filter_that_is_no_day_is_asked_about_too(router: Router, text: str) -> None:
    assert talk(router, text).calls == ()


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("pay KW09999 on the 15th", {"date": "2026-11-15"}), ("Zahle KW09999 am 15.", {"date": "2026-11-15"}), ("paga KW09999 il 15", {"date": "2026-11-15"}),
        ("pay KW09999 am 15.11.", {"date": "2026-11-15"}), ("pay KW09999 last Friday", {"date": "2026-11-20"}), ("pay the rest of KW09999", {}),
        ("pay part of KW09999: 20 euros", {"amount": "20.00", "currency": "EUR"}), ("pay 20 not 30 for KW09999", {"amount": "20.00"}),
        ("Pay KW09999 from 091", {"account": "091"}), ("pay KW09999 31", {"amount": "31.00"}), ("pay KW09999 on 20.11", {"date": "2026-11-20"}), ("pay KW09999 20.11", {"amount": "20.11"}), ("pay KW09999 on 15-nov-2026", {"date": "2026-11-15"}),
    ],
)  # fmt: skip
def test_what_can_be_read_is_used(router: Router, text: str, arguments: dict[str, str]) -> None:
    assert the_call(talk(router, text)) == ("record_payment", {"document_number": "KW09999", **arguments})


def test_what_was_unsure_stays_so_until_it_is_said(router: Router) -> None:
    assert the_call(talk(router, "pay half of BILL-201 on 31 Feb", ">", "625", ">", "20 Nov")) == (
        "record_payment", {"document_number": "BILL-201", "amount": "625.00", "date": "2026-11-20"},
    )  # fmt: skip
    assert talk(router, "pay half of BILL-201 on 31 Feb", ">", "20 Nov").calls == ()
    assert talk(router, "pay BILL-201 1.250", ">", "on 20 Nov").calls == ()
    assert (
        the_call(talk(router, "pay Acme 500 on the 15th", ">", "the second", tools=NEUTRAL))[1]["date"] == "2026-12-15"
    )
    pairs = talk(router, "pay BILL-201 500 and BILL-202 300").calls
    assert [call.arguments["amount"] for call in pairs] == ["500.00", "300.00"]


def test_a_rounded_amount_is_never_offered(router: Router) -> None:
    asked = talk(router, "pay BILL-201 10.555").text
    assert "three decimals" in asked
    assert "10,555.00" in asked
    assert "10.56" not in asked
    assert the_call(talk(router, "pay BILL-201 10.555", ">", "yes"))[1]["amount"] == "10555.00"


def test_an_ordinal_points_at_nothing_older_than_the_last_question(router: Router) -> None:
    old = ("Pay R-4711", "> " + LIST, "the first", "> Card P-51 waits.")
    assert talk(router, *old, "Pay someone", "> Which bill, or how much?", "die zweite").calls == ()
    asked = ("Pay Kopierwerk Süd", "> Which bill of Kopierwerk Süd, or how much?")
    assert talk(router, *old, *asked, "the second one", tools=NEUTRAL).calls == ()


# numbers and names as typed


@pytest.mark.parametrize(
    ("text", "tool", "number"),
    [
        ("Show bill TO25010", "get_bill", "TO25010"), ("Show bill 2026-118", "get_bill", "2026-118"), ("Show bill BD/26/0999", "get_bill", "BD/26/0999"),
        ("pay 2026-118", "record_payment", "2026-118"), ("pay W-207", "record_payment", "W-207"), ("pay SW0207", "record_payment", "SW0207"),
        ("Zeige die Lieferantenrechnung SL000015", "get_bill", "SL000015"), ("show bill NWT-2231", "get_bill", "NWT-2231"), ('show bill "X 12"', "get_bill", "X 12"),
        ("show bill 20251", "get_bill", "20251"), ("show bill 24-A-017", "get_bill", "24-A-017"),
    ],
)  # fmt: skip
def test_a_number_of_any_shape_is_handed_on_as_typed(router: Router, text: str, tool: str, number: str) -> None:
    name, arguments = the_call(talk(router, text))
    assert name == tool
    assert list(arguments.values()) == [number]


def test_a_number_stands_beside_an_amount(router: Router) -> None:
    for text in ("pay 2026-118 14.280,00 €", "Zahle 14.280,00 Euro auf 2026-118"):
        assert the_call(talk(router, text)) == (
            "record_payment",
            {"document_number": "2026-118", "amount": "14280.00", "currency": "EUR"},
        )
    assert "“1.500” can be read in two ways" in talk(router, "pay 2026-118 with 1.500").text


@pytest.mark.parametrize("text", ["P&L for Q3-2026", "a 30-day summary", "EUR500", "invoices from 2025-2026", "15-20 euros", "24/7"])  # fmt: skip
def test_what_carries_digits_and_is_no_number(router: Router, text: str) -> None:
    reply = talk(router, f"show {text}")
    assert not [call for call in reply.calls if call.tool in ("get_bill", "get_invoice", "record_payment")]


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("was schulden wir Studio Weber", "list_bills", {"status": "open", "contact_name": "Studio Weber"}),
        ("what do we owe studio weber", "list_bills", {"status": "open", "contact_name": "studio weber"}),
        ("Rechnungen Bergmann", "list_invoices", {"contact_name": "Bergmann"}), ("bills kopierwerk", "list_bills", {"contact_name": "kopierwerk"}),
        ("open bills in pounds", "list_bills", {"status": "open", "currency": "GBP"}), ("total of GBP invoices", "list_invoices", {"status": "open", "currency": "GBP"}),
        ("How much does Hooli owe us?", "list_invoices", {"status": "open", "contact_name": "Hooli"}), ("Overdue from Hooli?", "get_overdue_summary", {"contact_name": "Hooli"}),
        ("What is overdue from customers over 60 days", "list_invoices", {"status": "overdue", "due_to": "2026-09-23"}),
        ("Show bill R-4711 from Linh", "list_bills", {"number": "R-4711", "contact_name": "Linh"}), ("which bills can I pay", "list_bills", {"status": "open"}),
        ("Entwürfe", "list_invoices", {"status": "draft"}), ("Pay Studio Weber", "record_payment", {"contact_name": "Studio Weber"}),
        ("Zeige sämtliche Rechnungen", "list_invoices", {}), ("derzeit offene Rechnungen, schnellstmöglich", "list_invoices", {"status": "open"}),
    ],
)  # fmt: skip
def test_every_word_of_a_question_counts(router: Router, text: str, tool: str, arguments: dict[str, str]) -> None:
    assert the_call(talk(router, text)) == (tool, arguments)


def test_a_word_that_may_be_no_name_is_no_payee_for_tools_that_look_nothing_up(router: Router) -> None:
    assert talk(router, "Bezahle 500 Euro Stromkosten", tools=NEUTRAL).calls == ()


def test_customers_alone_cannot_be_listed_and_that_is_said(router: Router) -> None:
    told = called("list_contacts", {}, {"answer": "50 contacts"})
    assert "cannot tell customers from suppliers" in talk(router, "list customers", told).text
    assert "cannot tell" not in talk(router, "list all contacts", told).text


def test_the_tools_own_question_lists_the_candidates(router: Router) -> None:
    choices = [
        {"label": "W-207 · Studio Weber", "number": "W-207", "id": "a1"},
        {"label": "SW0207 · Studio Weber", "number": "SW0207", "id": "b2"},
    ]
    error = {"error": {"kind": "retry", "message": "Which one?", "choices": choices}}
    asked = called("record_payment", {"contact_name": "Studio Weber"}, error)
    said = talk(router, "Pay Studio Weber", asked).text
    assert "2. SW0207 · Studio Weber" in said
    chosen = the_call(talk(router, "Pay Studio Weber", asked, "> " + said, "the second one"))
    assert chosen[1]["document_number"] == "b2"


# follow-ups

OVERDUE: tuple[Line, ...] = (
    "What is overdue?",
    called("get_overdue_summary", {}, {"answer": "€ 9 is overdue"}),
    "> € 9 is overdue.",
)
ROWS = [
    {"n": 1, "number": "TO25010", "contact": "Tobias Okafor", "amount_due": "1948.74", "currency": "EUR"},
    {"n": 2, "number": "BILL-201", "contact": "Acme Ltd", "amount_due": "1250.00", "currency": "EUR"},
]
BILLS: tuple[Line, ...] = (
    *OVERDUE,
    "and the bills?",
    called("list_bills", {"status": "overdue"}, {"answer": "2 bills", "rows": ROWS}),
    "> 2 bills.",
)
PAID = {
    "answer": "TO25010 is paid",
    "rows": [
        {
            "n": 1,
            "payment_id": "260cd240-1111-4111-8111-260cd2401111",
            "contact": "Tobias Okafor",
            "amount": "1948.74",
            "account": "090 Solaris account",
        }
    ],
}
ONE: tuple[Line, ...] = (
    *BILLS,
    "the first one",
    called("get_bill", {"bill_number": "TO25010"}, PAID),
    "> TO25010 is paid.",
)


@pytest.mark.parametrize(
    ("before", "text", "tool", "arguments"),
    [
        (OVERDUE, "and the bills?", "list_bills", {"status": "overdue"}), (OVERDUE, "und die Rechnungen von Lieferanten?", "list_bills", {"status": "overdue"}),
        (BILLS, "nur die überfälligen", "list_bills", {"status": "overdue"}), (BILLS, "only those over 1000 euros", "list_bills", {"status": "overdue", "min_amount": "1000.00"}),
        (BILLS, "nur GBP", "list_bills", {"status": "overdue", "currency": "GBP"}), (BILLS, "and from Bianchi?", "list_bills", {"status": "overdue", "contact_name": "Bianchi"}),
        (BILLS, "the first one", "get_bill", {"bill_number": "TO25010"}), (BILLS, "and invoices?", "list_invoices", {"status": "overdue"}),
        (ONE, "Show all open bills", "list_bills", {"status": "open"}), (ONE, "What is on the Solaris account?", "get_account_balance", {}),
        (ONE, "what is overdue?", "get_overdue_summary", {}), (ONE, "show invoices of Hooli", "list_invoices", {"contact_name": "Hooli"}),
        (ONE, "und ist die bezahlt?", "get_bill", {"bill_number": "TO25010"}), (ONE, "und wie viel?", "get_bill", {"bill_number": "TO25010"}),
        (ONE, "pay it", "record_payment", {"document_number": "TO25010"}), (ONE, "Wie hoch ist die Bilanz auf dem Konto?", "", {}),
    ],
)  # fmt: skip
def test_a_follow_up_keeps_its_frame_and_a_new_question_leaves_it(
    router: Router, before: tuple[Line, ...], text: str, tool: str, arguments: dict[str, str]
) -> None:
    reply = talk(router, *before, text)
    if tool:
        assert the_call(reply) == (tool, arguments)
    else:
        assert not [call for call in reply.calls if "TO25010" in json.dumps(call.arguments)]


def test_it_cannot_sort_and_says_what_can(router: Router) -> None:
    for text in ("sort by amount", "sortiere nach Betrag"):
        reply = talk(router, *BILLS, text)
        assert reply.calls == ()
        assert "table" in reply.text or "Tabelle" in reply.text


# telling of money, and cards


@pytest.mark.parametrize("tools", [PRODUCT, NEUTRAL], ids=["product", "neutral"])
@pytest.mark.parametrize(
    ("text", "yes", "amount"),
    [
        ("Zahlung erhalten 1.075,00 für INV-0033", "ja", 1075), ("Globex hat INV-0033 bezahlt", "ja", None), ("Kunde hat 750 Euro für INV-0033 gezahlt", "ja bitte", 750),
        ("INV-0033 wurde heute mit 428 EUR bezahlt", "1", 428), ("Globex paid INV-0033", "yes", None),
    ],
)  # fmt: skip
def test_money_that_came_in_is_asked_about_and_recorded_only_then(
    router: Router, tools: Offered, text: str, yes: str, amount: int | None
) -> None:
    assert "INV-0033" in talk(router, text, tools=tools).text
    tool, arguments = the_call(talk(router, text, ">", yes, tools=tools))
    assert tool == ("record_payment" if tools is PRODUCT else "mark_invoice_paid")
    assert "INV-0033" in arguments.values()
    if tools is PRODUCT:
        assert arguments.get("amount") == (f"{amount}.00" if amount else None)
    assert talk(router, text, ">", "nein", tools=tools).calls == ()


@pytest.mark.parametrize(
    "text",
    [
        "Hat Globex INV-0033 bezahlt?",
        "Globex hat INV-0033 bezahlt?",
        "check whether INV-0033 was paid",
        "INV-0033 ist noch nicht bezahlt",
    ],
)
def test_asking_whether_it_was_paid_is_no_such_statement(router: Router, text: str) -> None:
    assert talk(router, text).calls[0].tool.startswith(("get_", "list_"))


CARD: tuple[Line, ...] = (
    "Zahle BILL-202 mit 100",
    called("record_payment", {"document_number": "BILL-202"}, {"answer": "€ 100", "proposal": "P-46"}),
    "> P-46: wartet.",
)


@pytest.mark.parametrize(
    "text",
    [
        "ja, bestätigen",
        "yes",
        "sì, conferma",
        "ok mach das",
        "oui",
        "doch nicht, abbrechen",
        "nein",
        "annulla",
        "no, cancel that",
        "stopp",
    ],
)
def test_only_the_cards_buttons_decide(router: Router, text: str) -> None:
    for before in (CARD, (*CARD, "ja", "> Bitte die Knöpfe nutzen.")):
        reply = talk(router, *before, text)
        assert reply.calls == ()
        assert any(word in reply.text for word in ("card", "Karte", "scheda", "carte"))


@pytest.mark.parametrize(
    ("text", "changed"),
    [("ich meinte 120", {"amount": "120.00"}), ("und mit Datum 20.11.", {"date": "2026-11-20"}), ("nein, 250 Euro", {"amount": "250.00", "currency": "EUR"})],
)  # fmt: skip
def test_a_card_is_corrected_in_words(router: Router, text: str, changed: dict[str, str]) -> None:
    assert the_call(talk(router, *CARD, text)) == (
        "record_payment",
        {"document_number": "BILL-202", "amount": "100.00", **changed},
    )
    assert talk(router, *CARD, "nein, die Hälfte").calls == ()


# what it says of itself


def first(router: Router, *lines: Line) -> Reply:
    messages: list[dict[str, Any]] = []
    for line in lines:
        messages += line if isinstance(line, list) else [{"role": "user", "content": line}]
    return router.reply(read_transcript(messages), PRODUCT, TODAY)


def test_the_notice_is_in_the_language_of_the_answer(router: Router) -> None:
    told = called("list_invoices", {"status": "overdue"}, {"answer": "€ 41,601.99 is overdue in 19 invoices."})
    assert first(router, "Quali fatture sono scadute?", told).text.startswith("I am the offline model")
    assert first(router, "Zahle").text.startswith("Ich bin das Offline-Modell")


def test_the_notice_comes_beside_a_call_that_ends_in_a_card(router: Router) -> None:
    reply = first(router, "Zahle BILL-201")
    assert reply.text.startswith("Ich bin das Offline-Modell")
    assert the_call(reply) == ("record_payment", {"document_number": "BILL-201"})
    assert first(router, "What is overdue?").text == ""


def test_its_abilities_are_sentences_that_it_understands(router: Router) -> None:
    for text, opening, closing in (("help", "“", "”"), ("hilfe", "„", "“"), ("aiuto", "«", "»")):
        said = talk(router, text).text
        examples = [piece.split(closing)[0] for piece in said.split(opening)[1:]]
        assert len(examples) >= 5
        for example in examples:
            assert talk(router, example).calls, example


def test_who_may_only_read_is_told_so(router: Router) -> None:
    reads = Offered({name: schema for name, schema in PRODUCT.schemas.items() if name != "record_payment"})
    reply = talk(router, "Pay bill BILL-201", tools=reads, system="This person may read but not prepare payments.")
    assert reply.calls == ()
    assert "not prepare payments" in reply.text
    assert "cannot do that yet" in talk(router, "Pay bill BILL-201", tools=reads).text
