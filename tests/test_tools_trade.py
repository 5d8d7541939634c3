"""Quotes and purchase orders: listed, made as drafts, moved on as far as Xero allows, turned into drafts; each once."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from assistant.canonical import canonical
from tests.support.books import ACME, DUPONT, World, fake_writing, make_access, usual_world
from tests.support.drafts import make_document_access
from tests.support.trade import FakeTrade, FakeTradeWriter, TradeWorld, paper
from tools.base import Draft, ReadTool, ToolResult, WriteAccess, WriteKind, WriteTool
from tools.errors import OutcomeUnknown, ToolFailed, ToolRetry
from tools.xero.draft_plan import DraftPlan
from tools.xero.trade_find import paper_meant
from tools.xero.trade_list import get_purchase_order, get_quote, list_purchase_orders, list_quotes
from tools.xero.trade_make import CREATE_PURCHASE_ORDER, CREATE_QUOTE
from tools.xero.trade_plan import TradePlan
from tools.xero.trade_status import CHANGE_ORDER_STATUS, CHANGE_QUOTE_STATUS, MovePlan
from tools.xero.trade_turn import BILL_ORDER, INVOICE_QUOTE

pytestmark = pytest.mark.anyio
FOR_DUPONT: dict[str, Any] = {"contact_name": "Dupont", "amount": "500.00", "description": "Layout"}
TO_ACME: dict[str, Any] = {"contact_name": "Acme", "amount": "80.00", "description": "Paper"}


async def ask(tool: ReadTool, trade: TradeWorld | None = None, *, language: str = "en", **said: Any) -> ToolResult:
    arguments = tool.signature.arguments(**said).model_dump()
    result = await tool.run(make_access(language=language, trade=FakeTrade(trade)), **arguments)
    assert isinstance(result, ToolResult)
    return result


async def propose(tool: WriteTool, trade: TradeWorld | None = None, world: World | None = None, **said: Any) -> Draft:
    checked = tool.signature.arguments(**said)
    arguments = {name: getattr(checked, name) for name in type(checked).model_fields}
    draft = await tool.propose(make_access(world, trade=FakeTrade(trade)), **arguments)
    assert isinstance(draft, Draft)
    return draft


def writing(trade: TradeWorld, *answers: str) -> WriteAccess:
    trade.answers = list(answers)
    return fake_writing(usual_world(), trade=FakeTradeWriter(trade))


# reading


async def test_quotes_are_listed_by_state_with_their_sums() -> None:
    trade = TradeWorld(
        [
            paper("quote", "QU-0001", "500.00"),
            paper("quote", "QU-0002", "250.00", status="SENT", contact_id=DUPONT.id),
            paper("quote", "QU-0003", "10.00", status="ACCEPTED", currency="GBP"),
            paper("order", "PO-0001"),
        ]
    )
    result = await ask(list_quotes, trade)
    assert "€ 750.00 and £ 10.00 in 3 quotes" in result.answer
    assert "€ 250.00 in 1 quote (sent)" in (await ask(list_quotes, trade, status="sent")).answer
    assert "Dupont" in (await ask(list_quotes, trade, contact_name="Dupont")).answer
    assert "Es gibt keine Bestellungen" in (await ask(list_purchase_orders, TradeWorld([]), language="de")).answer
    assert (
        "1 purchase order (approved)"
        in (
            await ask(
                list_purchase_orders, TradeWorld([paper("order", "PO-1", status="AUTHORISED")]), status="approved"
            )
        ).answer
    )


async def test_one_is_found_in_whatever_spelling_or_offered() -> None:
    trade = TradeWorld([paper("quote", "QU-0001"), paper("quote", "QU-0002"), paper("order", "PO-0007")])
    for typed in ("QU-0001", "qu1", "qu 0001", "1"):
        assert "QU-0001" in (await ask(get_quote, trade, quote_number=typed)).answer, typed
    assert "PO-0007" in (await ask(get_purchase_order, trade, order_number="7")).answer
    with pytest.raises(ToolRetry, match="no quote numbered QU-0009") as near:
        await ask(get_quote, trade, quote_number="QU-0009")
    assert {choice.number for choice in near.value.choices} == {"QU-0001", "QU-0002"}


async def test_deleted_ones_are_listed_when_asked_for_and_never_else() -> None:
    trade = TradeWorld([paper("quote", "QU-0001"), paper("quote", "QU-0002", "70.00", status="DELETED")])
    assert "€ 500.00 in 1 quote" in (await ask(list_quotes, trade)).answer
    assert "€ 70.00 in 1 quote (deleted)" in (await ask(list_quotes, trade, status="deleted")).answer
    with pytest.raises(ToolRetry, match="no quote numbered QU-0002"):
        await ask(get_quote, trade, quote_number="QU-0002")


async def test_german_counts_them_in_the_dative() -> None:
    two = TradeWorld([paper("quote", "QU-0001"), paper("quote", "QU-0002")])
    assert "in 2 Angeboten" in (await ask(list_quotes, two, language="de")).answer
    assert "in 1 Bestellung" in (await ask(list_purchase_orders, TradeWorld(), language="de")).answer


async def test_a_whole_number_or_an_id_is_asked_for_by_itself() -> None:
    class Endless(FakeTrade):
        async def papers(self, form: Any, **days: Any) -> Any:
            raise AssertionError("every quote was read to find one")

    trade = Endless(TradeWorld([paper("quote", "QU-0001"), paper("order", "PO-0001")]))
    access = make_access(trade=trade)
    for form, typed in (("quote", "qu-0001"), ("order", "PO-0001"), ("quote", trade.world.papers[0].id)):
        assert (await paper_meant(access, form, typed)).form == form  # type: ignore[arg-type]  # the literal
    result = await get_quote.run(access, **get_quote.signature.arguments(quote_number="QU-0001").model_dump())
    assert isinstance(result, ToolResult) and result.tables[0].title == "Quote QU-0001 to Dupont SA"


# making


async def test_a_quote_is_made_as_a_draft_with_our_mark() -> None:
    draft = await propose(CREATE_QUOTE, **FOR_DUPONT, valid_until="2026-12-24", title="Autumn", reference="R-1")
    plan = TradePlan.read(draft.payload)
    assert (plan.status, plan.until, plan.title, plan.reference) == ("DRAFT", "2026-12-24", "Autumn", "R-1 FA-TESTMARK")
    terms = await propose(CREATE_QUOTE, **FOR_DUPONT, terms="Half on order, half on delivery")
    card = CREATE_QUOTE.card(terms.payload, "en")
    assert TradePlan.read(terms.payload).new().terms == "Half on order, half on delivery"
    assert [fact.value for fact in card.facts if fact.label == "Terms"] == ["Half on order, half on delivery"]
    card = CREATE_QUOTE.card(draft.payload, "en")
    assert not [fact for fact in card.facts if fact.label == "Terms"]
    assert card.deed == "Make a draft quote of € 500.00" and "Nothing counts" in card.note
    assert "Angebot" in CREATE_QUOTE.card(draft.payload, "de").deed
    assert CREATE_QUOTE.stakes(draft.payload).kind is WriteKind.DOCUMENT_DRAFT
    with pytest.raises(ValidationError, match="begins as a draft"):
        TradePlan.read({**draft.payload, "status": "AUTHORISED"})
    with pytest.raises(ValidationError, match="the total"):
        TradePlan.read({**draft.payload, "total_minor": 1})


@pytest.mark.parametrize(
    ("tool", "said", "about"),
    [
        (CREATE_QUOTE, {}, "which customer"),
        (CREATE_PURCHASE_ORDER, {}, "which supplier"),
        (CREATE_QUOTE, {**FOR_DUPONT, "valid_until": "2020-01-01"}, "before its date"),
        (CREATE_QUOTE, {**FOR_DUPONT, "title": "see www.evil.example"}, "link"),
        (CREATE_PURCHASE_ORDER, {**TO_ACME, "then": "approved"}, "which account"),
        (CREATE_PURCHASE_ORDER, {**TO_ACME, "amount": ""}, "For how much"),
    ],
)
async def test_what_is_missing_or_odd_is_asked(tool: WriteTool, said: dict[str, Any], about: str) -> None:
    with pytest.raises(ToolRetry) as asked:
        await propose(tool, **said)
    assert about in asked.value.text("en") and "othing was made" in asked.value.text("en")


@pytest.mark.parametrize(
    ("tool", "said"),
    [(CREATE_QUOTE, FOR_DUPONT), (CREATE_PURCHASE_ORDER, {**TO_ACME, "account": "453", "then": "approved"})],
)
async def test_it_is_made_once_and_found_again_by_its_mark(tool: WriteTool, said: dict[str, Any]) -> None:
    trade = TradeWorld([])
    draft = await propose(tool, trade, **said)
    access = writing(trade, "nothing", "lost")
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await tool.execute(access, draft.payload, "key-1")
        assert (await tool.look_up(access, draft.payload, "key-1") is not None) is found
    assert len(trade.made) == 1
    receipt = await tool.execute(access, draft.payload, "key-1")
    assert "Made:" in receipt.summary["en"] and "Angelegt:" in receipt.summary["de"]
    assert tool.again is not None
    assert tool.signature.arguments(**tool.again(draft.payload, {"date": "2026-11-25"}))
    assert await tool.changed(make_access(), draft.payload) is None


@pytest.mark.parametrize("tool", [CREATE_QUOTE, CREATE_PURCHASE_ORDER])
async def test_one_that_was_deleted_before_the_look_up_was_made_all_the_same(tool: WriteTool) -> None:
    trade = TradeWorld([])
    draft = await propose(tool, trade, **(FOR_DUPONT if tool is CREATE_QUOTE else TO_ACME))
    access = writing(trade, "lost")
    with pytest.raises(OutcomeUnknown):
        await tool.execute(access, draft.payload, "key-1")
    trade.change(trade.papers[0].number, status="DELETED")
    receipt = await tool.look_up(access, draft.payload, "key-1")
    assert receipt is not None and "it was deleted in Xero" in receipt.summary["en"]


async def test_a_contact_that_was_renamed_stops_it() -> None:
    world = usual_world()
    draft = await propose(CREATE_QUOTE, None, world, **FOR_DUPONT)
    world.contacts = [
        one.model_copy(update={"name": "Dupont & Fils"}) if one.id == DUPONT.id else one for one in world.contacts
    ]
    said = await CREATE_QUOTE.changed(make_access(world), draft.payload)
    assert said is not None and "Dupont & Fils" in said["en"]


# moving


@pytest.mark.parametrize(
    ("tool", "number", "was", "to", "becomes"),
    [
        (CHANGE_QUOTE_STATUS, "QU-0001", "DRAFT", "send", "SENT"),
        (CHANGE_QUOTE_STATUS, "QU-0001", "SENT", "accept", "ACCEPTED"),
        (CHANGE_QUOTE_STATUS, "QU-0001", "SENT", "decline", "DECLINED"),
        (CHANGE_QUOTE_STATUS, "QU-0001", "ACCEPTED", "invoiced", "INVOICED"),
        (CHANGE_ORDER_STATUS, "PO-0001", "DRAFT", "submit", "SUBMITTED"),
        (CHANGE_ORDER_STATUS, "PO-0001", "SUBMITTED", "approve", "AUTHORISED"),
        (CHANGE_ORDER_STATUS, "PO-0001", "AUTHORISED", "billed", "BILLED"),
        (CHANGE_ORDER_STATUS, "PO-0001", "DRAFT", "delete", "DELETED"),
    ],
)
async def test_it_is_moved_once_and_found_again(tool: WriteTool, number: str, was: str, to: str, becomes: str) -> None:
    trade = TradeWorld()
    trade.change(number, status=was)
    name = "quote_number" if tool is CHANGE_QUOTE_STATUS else "order_number"
    said: dict[str, Any] = {name: number, "to": to}
    draft = await propose(tool, trade, **said)
    assert MovePlan.read(draft.payload).becomes == becomes
    assert number in tool.card(draft.payload, "en").deed and number in tool.card(draft.payload, "de").deed
    assert await tool.changed(make_access(trade=FakeTrade(trade)), draft.payload) is None
    access = writing(trade, "nothing", "lost")
    for found in (False, True):
        with pytest.raises(OutcomeUnknown):
            await tool.execute(access, draft.payload, "key-1")
        assert (await tool.look_up(access, draft.payload, "key-1") is not None) is found
    told = await tool.changed(make_access(trade=FakeTrade(trade)), draft.payload)
    assert told is not None and "Nothing was changed" in told["en"]
    assert tool.again is not None and tool.signature.arguments(**tool.again(draft.payload, {}))


@pytest.mark.parametrize(
    ("was", "to", "about"),
    [("DRAFT", "accept", "only where it is: sent"), ("SENT", "send", "already"), ("DELETED", "send", "no quote")],
)
async def test_a_move_that_xero_does_not_allow_is_said(was: str, to: str, about: str) -> None:
    trade = TradeWorld()
    trade.change("QU-0001", status=was)
    with pytest.raises((ToolFailed, ToolRetry)) as refused:
        await propose(CHANGE_QUOTE_STATUS, trade, quote_number="QU-0001", to=to)
    said = refused.value.text("en")
    assert about in said and not said[0].islower()


async def test_what_can_be_done_is_said_in_words() -> None:
    with pytest.raises(ToolRetry) as asked:
        await propose(CHANGE_QUOTE_STATUS, quote_number="QU-0001")
    assert "mark as sent, mark as accepted" in asked.value.text("en")
    assert "als versandt vermerken" in asked.value.text("de")


async def test_an_answer_with_another_total_is_no_success() -> None:
    trade = TradeWorld()
    draft = await propose(CHANGE_QUOTE_STATUS, trade, quote_number="QU-0001", to="send")
    trade.change("QU-0001", total=paper("quote", "x", "1.00").total)
    with pytest.raises(OutcomeUnknown, match="another state"):
        await CHANGE_QUOTE_STATUS.execute(writing(trade), draft.payload, "key-1")


# turning


async def test_an_accepted_quote_becomes_a_draft_invoice_with_its_lines() -> None:
    trade = TradeWorld([paper("quote", "QU-0001", status="ACCEPTED", contact_id=DUPONT.id)])
    plan = DraftPlan.read((await propose(INVOICE_QUOTE, trade, quote_number="QU-0001")).payload)
    assert (plan.kind, plan.status, plan.like, plan.note) == ("invoice", "DRAFT", "QU-0001", "QU-0001")
    assert [line.description for line in plan.lines] == ["Layout"] and plan.total_minor == 50000
    with pytest.raises(ToolFailed, match="Only a sent or accepted one"):
        await propose(INVOICE_QUOTE, TradeWorld(), quote_number="QU-0001")
    assert canonical(plan.payload()), "every value has an exact form"
    assert INVOICE_QUOTE.again is not None
    assert INVOICE_QUOTE.signature.arguments(**INVOICE_QUOTE.again(plan.payload(), {}))


async def test_an_approved_order_becomes_a_draft_bill_with_the_suppliers_number() -> None:
    trade = TradeWorld([paper("order", "PO-0001", status="AUTHORISED", contact_id=ACME.id)])
    with pytest.raises(ToolRetry, match="Which number"):
        await propose(BILL_ORDER, trade, order_number="PO-0001")
    plan = DraftPlan.read((await propose(BILL_ORDER, trade, order_number="PO-0001", number="A-9")).payload)
    assert (plan.kind, plan.number, plan.like) == ("bill", "A-9", "PO-0001")
    with pytest.raises(ToolFailed, match="Approve it first"):
        await propose(BILL_ORDER, TradeWorld(), order_number="PO-0001", number="A-9")


async def from_quote(trade: TradeWorld, world: World) -> Draft:
    return await propose(INVOICE_QUOTE, trade, world, quote_number="QU-0001")


def accepted() -> TradeWorld:
    return TradeWorld([paper("quote", "QU-0001", status="ACCEPTED", contact_id=DUPONT.id)])


async def test_the_card_says_that_the_quote_stays_as_it_is() -> None:
    card = INVOICE_QUOTE.card((await from_quote(accepted(), usual_world())).payload, "en")
    assert "The quote stays as it is" in card.note
    assert [fact.value for fact in card.facts if fact.label == "Made from"] == ["quote QU-0001 (accepted)"]
    trade = TradeWorld([paper("order", "PO-0001", status="AUTHORISED", contact_id=ACME.id)])
    card = BILL_ORDER.card((await propose(BILL_ORDER, trade, order_number="PO-0001", number="A-9")).payload, "de")
    assert "Die Bestellung bleibt" in card.note


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"status": "DECLINED"}, "the quote QU-0001 is now declined"),
        ({"updated_at": datetime(2026, 11, 24, tzinfo=UTC)}, "the quote QU-0001 was changed"),
    ],
)
async def test_a_quote_that_is_no_longer_as_it_was_makes_no_invoice(change: dict[str, Any], about: str) -> None:
    trade, world = accepted(), usual_world()
    draft = await from_quote(trade, world)
    assert await INVOICE_QUOTE.changed(make_access(world, trade=FakeTrade(trade)), draft.payload) is None
    trade.change("QU-0001", **change)
    said = await INVOICE_QUOTE.changed(make_access(world, trade=FakeTrade(trade)), draft.payload)
    assert said is not None and said["en"] == f"Nothing was made. Since the card was made: {about}."


async def test_a_second_invoice_from_one_quote_is_warned_of_or_stopped() -> None:
    trade, world = accepted(), usual_world()
    early = await from_quote(trade, world)
    made = await INVOICE_QUOTE.execute(make_document_access(world)[0], early.payload, "key-1")
    late = await from_quote(trade, world)
    assert INVOICE_QUOTE.subject(early.payload) == INVOICE_QUOTE.subject(late.payload)
    (warning,) = INVOICE_QUOTE.card(late.payload, "en").warnings
    assert warning == f"{made.facts['document_number']} was made from this quote already. Is this another one?"
    access = make_access(world, trade=FakeTrade(trade))
    assert await INVOICE_QUOTE.changed(access, late.payload) is None, "the person was told of that one"
    said = await INVOICE_QUOTE.changed(access, early.payload)
    assert said is not None and "was made from it" in said["en"]
