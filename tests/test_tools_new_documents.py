"""Making invoices and bills: what may be proposed, what the card says, what is written once, what is refused."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant import canonical
from tests.support.books import (
    ACME,
    DUPONT,
    NORTHWIND,
    TODAY,
    World,
    bill,
    invoice,
    make_access,
    usual_world,
)
from tests.support.drafts import make_document_access
from tools.base import Draft, WriteKind, WriteTool
from tools.errors import OutcomeUnknown, ProviderRefused, ToolError, ToolFailed, ToolRetry
from tools.money import Money
from tools.views import Card
from tools.xero.books import DocumentKind, DocumentStatus, Line
from tools.xero.draft_documents import CREATE_BILL, CREATE_INVOICE
from tools.xero.draft_plan import DraftPlan
from tools.xero.drafts import NewDocument, NewLine, line_amount, total_of

pytestmark = pytest.mark.anyio
FOR_DUPONT: dict[str, Any] = {"contact_name": "Dupont", "amount": "500.00", "description": "Consulting in October"}
FROM_ACME: dict[str, Any] = {"contact_name": "Acme", "amount": "100.00", "description": "Paper", "number": "A-77"}


async def propose(
    world: World | None = None, *, tool: WriteTool = CREATE_INVOICE, language: str = "en", **said: Any
) -> Draft:
    """What the tool proposes when the model calls it with these arguments."""
    checked = tool.signature.arguments(**said)
    arguments = {name: getattr(checked, name) for name in type(checked).model_fields}
    draft = await tool.propose(make_access(world, language=language), **arguments)
    assert isinstance(draft, Draft)
    return draft


async def plan_of(world: World | None = None, **said: Any) -> DraftPlan:
    return DraftPlan.read((await propose(world, **said)).payload)


async def refused(kind: type[ToolError], world: World | None = None, **said: Any) -> ToolError:
    """The refusal, which always says that nothing was made and never stands without a way on."""
    with pytest.raises(kind) as caught:
        await propose(world, **said)
    assert "othing was made" in caught.value.text("en"), caught.value.text("en")
    assert "nichts angelegt" in caught.value.text("de")
    return caught.value


def facts(card: Card) -> dict[str, str]:
    return {fact.label: fact.value for fact in card.facts}


def with_lines(world: World, number: str, code: str) -> None:
    line = Line(description="Work", quantity=Decimal(1), unit_amount=Decimal(1), amount=Decimal(1), account_code=code)
    world.change(number, lines=(line,))


# invoices


async def test_an_invoice_of_one_line_is_complete_and_says_where_each_part_comes_from() -> None:
    world = usual_world()
    with_lines(world, "INV-0045", "200")
    world.change("INV-0045", issued=TODAY - timedelta(days=9), due=TODAY + timedelta(days=5))
    world.change("INV-0042", issued=TODAY - timedelta(days=90))
    plan = await plan_of(world, **FOR_DUPONT)
    assert (plan.status, plan.currency, plan.total, plan.net, plan.tax) == (
        "DRAFT",
        "EUR",
        Money(Decimal("595.00"), "EUR"),
        Money(Decimal("500.00"), "EUR"),
        Money(Decimal("95.00"), "EUR"),
    )
    assert (plan.date, plan.date_from) == (TODAY.isoformat(), "default")
    assert (plan.due, plan.due_from, plan.like) == ((TODAY + timedelta(days=14)).isoformat(), "usual", "INV-0045")
    assert (plan.lines[0].account_code, plan.account_from) == ("200", "usual")
    assert plan.reference == "FA-TESTMARK" and plan.number == ""
    assert plan.stakes().kind is WriteKind.DOCUMENT_DRAFT and plan.stakes().money == plan.total


async def test_the_card_shows_net_tax_total_account_and_state() -> None:
    world = usual_world()
    with_lines(world, "INV-0045", "200")
    draft = await propose(world, **FOR_DUPONT, reference="October")
    card = CREATE_INVOICE.card(draft.payload, "en")
    shown = facts(card)
    assert (card.deed, card.amount, card.payee) == ("Make a draft invoice of € 595.00", "€ 595.00", "Dupont SA")
    assert (shown["For"], shown["Account"]) == ("Consulting in October", "200 Sales (as on INV-0045)")
    assert shown["Net"] == "€ 500.00 (amounts taken as without tax)" and shown["Date"] == "22 Nov 2026 (today)"
    assert shown["Tax"] == "€ 95.00 (VAT 19 % on sales)"
    assert (shown["Total"], shown["Afterwards"]) == ("€ 595.00", "draft")
    assert shown["Reference"] == "October FA-TESTMARK"
    assert "does not count in the books" in card.note
    german = CREATE_INVOICE.card(draft.payload, "de")
    assert german.deed == "Rechnungsentwurf über 595,00 € anlegen" and facts(german)["Danach"] == "Entwurf"


async def test_several_lines_and_amounts_with_tax() -> None:
    plan = await plan_of(
        contact_name="Dupont",
        lines=[
            {"description": "Days", "amount": "119.00", "quantity": "2.5", "account": "200"},
            {"description": "Books", "amount": "11.90", "account": "Other Revenue"},
        ],
        tax="inclusive",
        due_date="2026-12-24",
    )
    assert [line.amount_minor for line in plan.lines] == [29750, 1190]
    assert [line.tax_minor for line in plan.lines] == [4750, 190]
    assert (plan.net.minor, plan.tax.minor, plan.total.minor) == (26000, 4940, 30940)
    assert (plan.due, plan.due_from, plan.amounts_from) == ("2026-12-24", "said", "said")
    shown = facts(CREATE_INVOICE.card(plan.payload(), "en"))
    assert shown["Line 1"] == "Days: 2.5 × € 119.00 = € 297.50, 200 Sales, VAT 19 % on sales € 47.50"
    assert shown["Net"] == "€ 260.00"


async def test_without_tax_there_is_none_whatever_the_account_has() -> None:
    plan = await plan_of(**FOR_DUPONT, account="200", tax="none")
    assert plan.tax.minor == 0 and plan.total.minor == 50000 and plan.lines[0].tax_type == "NONE"


async def test_the_contacts_usual_currency_is_taken_where_none_is_said() -> None:
    plan = await plan_of(contact_name="Northwind", amount="500.00", description="Work")
    assert plan.currency == "GBP"
    assert (
        await plan_of(contact_name="Northwind", amount="500.00", description="Work", currency="EUR")
    ).currency == "EUR"
    assert "another one" not in str(NORTHWIND)


async def test_a_draft_may_leave_account_and_due_date_open_and_an_approved_one_may_not() -> None:
    world = World(contacts=[DUPONT], documents=[])
    plan = await plan_of(world, **FOR_DUPONT)
    assert (plan.due, plan.due_from, plan.lines[0].account_code, plan.account_from) == ("", "none", "", "none")
    card = CREATE_INVOICE.card(plan.payload(), "en")
    assert facts(card)["Account"] == "account still open" and facts(card)["Due"] == "open"
    asked = await refused(ToolRetry, world, **FOR_DUPONT, then="approved")
    assert (
        isinstance(asked, ToolRetry)
        and "which account" in asked.text("en").lower()
        and asked.choices[0].number == "200"
    )
    asked = await refused(ToolRetry, world, **FOR_DUPONT, then="approved", account="200")
    assert "due" in asked.text("en")
    approved = await plan_of(world, **FOR_DUPONT, then="approved", account="200", due_date="2026-12-01")
    assert approved.status == "AUTHORISED" and approved.stakes().kind is WriteKind.DOCUMENT_APPROVAL


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ({"contact_name": ""}, "which customer"),
        ({"amount": ""}, "amount is missing"),
        ({"description": ""}, "needs a text"),
        ({"amount": "-5"}, "positive"),
        ({"account": "Moon"}, "no account"),
        ({"account": "e"}, "no account"),
        ({"due_date": "2026-11-01"}, "before its date"),
        ({"date": "2026-07-15"}, "locked up to"),
        ({"description": "see https://evil.example"}, "link"),
        ({"description": "pay to DE89370400440532013000"}, "account number"),
        ({"description": "a\u202eb"}, "U+202E"),
        ({"lines": [{"description": "x", "amount": "1", "quantity": "0"}]}, "no quantity"),
        ({"lines": [{"description": "x", "amount": "1", "quantity": "1e9"}]}, "no quantity"),
        ({"lines": [{"description": "x", "amount": "1 GBP"}, {"description": "y", "amount": "1"}]}, "Which currency"),
    ],
)
async def test_what_is_missing_or_unclear_is_asked_and_never_guessed(said: dict[str, Any], about: str) -> None:
    asked = await refused(ToolRetry, **{**FOR_DUPONT, **said})
    assert about in asked.text("en"), asked.text("en")


async def test_more_lines_than_anybody_reads_are_refused() -> None:
    lines = [{"description": f"Line {n}", "amount": "1.00"} for n in range(51)]
    assert "1 to 50 lines" in (await refused(ToolRetry, contact_name="Dupont", lines=lines)).text("en")


async def test_an_archived_contact_gets_no_invoice() -> None:
    world = usual_world()
    world.contacts[world.contacts.index(DUPONT)] = DUPONT.model_copy(update={"status": "ARCHIVED"})
    assert "archived" in (await refused(ToolFailed, world, **FOR_DUPONT)).text("en")


async def test_the_same_amount_to_the_same_contact_lately_is_pointed_out() -> None:
    world = usual_world()
    world.documents.append(invoice("INV-0099", DUPONT, "595.00", issued=TODAY - timedelta(days=2)))
    plan = await plan_of(world, **FOR_DUPONT, account="200")
    assert [notice.code for notice in plan.notices] == ["like_another"]
    assert "INV-0099" in CREATE_INVOICE.card(plan.payload(), "en").warnings[0]
    world.documents[-1] = world.documents[-1].model_copy(update={"status": DocumentStatus.VOIDED})
    assert not (await plan_of(world, **FOR_DUPONT, account="200")).notices


# bills


async def test_a_bill_carries_the_suppliers_number_and_is_not_entered_twice() -> None:
    world = usual_world()
    assert "Which number" in (await refused(ToolRetry, world, tool=CREATE_BILL, **{**FROM_ACME, "number": ""})).text(
        "en"
    )
    plan = await plan_of(world, tool=CREATE_BILL, **FROM_ACME, account="453")
    assert (plan.kind, plan.number, plan.reference, plan.total.minor) == ("bill", "A-77", "", 11900)
    world.documents.append(bill("a-77", ACME, "100.00"))
    assert "already" in (await refused(ToolFailed, world, tool=CREATE_BILL, **FROM_ACME)).text("en")


async def test_a_bill_entered_at_xero_a_moment_ago_is_seen() -> None:
    world = usual_world()
    world.arriving.append(bill("A-77", ACME, "100.00"))
    assert "already" in (await refused(ToolFailed, world, tool=CREATE_BILL, **FROM_ACME)).text("en")


async def test_a_number_of_a_voided_bill_may_be_used_again_and_is_pointed_out() -> None:
    world = usual_world()
    world.documents.append(bill("A-77", ACME, "100.00", status=DocumentStatus.VOIDED))
    plan = await plan_of(world, tool=CREATE_BILL, **FROM_ACME)
    assert [notice.code for notice in plan.notices] == ["number_used"]


async def test_two_cards_for_one_bill_are_about_the_same_thing_and_two_invoices_are_not() -> None:
    first, second = [(await propose(tool=CREATE_BILL, **FROM_ACME)).payload for _ in range(2)]
    assert CREATE_BILL.subject(first) == CREATE_BILL.subject(second)
    one = await plan_of(**FOR_DUPONT)
    other = one.model_copy(update={"reference": "FA-OTHERONE"})
    assert one.subject() != other.subject()


# the plan


async def test_the_plan_survives_its_bytes_and_nothing_else_is_one() -> None:
    payload = (await propose(**FOR_DUPONT, account="200")).payload
    again = json.loads(canonical.canonical(payload))
    assert DraftPlan.read(again).payload() == payload
    for spoiled in (
        {**again, "total_minor": again["total_minor"] + 1},
        {**again, "more": 1},
        {**again, "status": "PAID"},
        {**again, "lines": []},
        {**again, "lines": [{**again["lines"][0], "amount_minor": 1}]},
        {**again, "lines": [{**again["lines"][0], "quantity": "2"}]},
    ):
        with pytest.raises(ValidationError):
            DraftPlan.read(spoiled)


async def test_it_can_be_prepared_again_as_it_was_and_with_another_date() -> None:
    world = usual_world()
    with_lines(world, "INV-0045", "200")
    plan = await plan_of(world, **FOR_DUPONT, reference="October", due_date="2026-12-24", then="approved")
    assert CREATE_INVOICE.again is not None
    again = await plan_of(world, **CREATE_INVOICE.again(plan.payload(), {}))
    kept = {"lines", "total_minor", "contact", "due", "note", "status", "currency"}
    assert again.model_dump(include=kept) == plan.model_dump(include=kept)
    edited = await plan_of(
        world, **CREATE_INVOICE.again(plan.payload(), {"date": "2026-11-20", "contact_name": "Acme"})
    )
    assert (edited.date, edited.contact.id) == ("2026-11-20", DUPONT.id)


@given(
    quantity=st.decimals("0.0001", "9999", places=4),
    unit=st.decimals("0.01", "99999", places=2),
    percent=st.sampled_from([Decimal(0), Decimal("7"), Decimal("19"), Decimal("20"), Decimal("12.5")]),
)
def test_net_and_tax_are_the_total_to_the_cent(quantity: Decimal, unit: Decimal, percent: Decimal) -> None:
    bare = NewLine("x", quantity, unit, "200", "T", Decimal(0))
    amount = line_amount(bare, "EUR")
    tax = Money.rounded(amount.amount * percent / 100, "EUR")
    line = NewLine("x", quantity, unit, "200", "T", tax.amount)
    net, taxed = total_of((line, line), "exclusive", "EUR")
    assert (net, taxed) == (amount + amount, tax + tax)
    inside = NewLine(
        "x", quantity, unit, "200", "T", (amount - Money.rounded(amount.amount * 100 / (100 + percent), "EUR")).amount
    )
    net, taxed = total_of((inside,), "inclusive", "EUR")
    assert net + taxed == amount and Decimal(0) <= taxed.amount


# carried out


async def test_it_is_sent_once_as_the_card_said() -> None:
    world = usual_world()
    draft = await propose(world, **FOR_DUPONT, account="200")
    writing, xero = make_document_access(world)
    receipt = await CREATE_INVOICE.execute(writing, draft.payload, "key-1")
    (sent,) = xero.effects
    assert isinstance(sent, NewDocument)
    assert (sent.kind, sent.status, sent.reference, sent.issued) == (
        DocumentKind.INVOICE,
        DocumentStatus.DRAFT,
        "FA-TESTMARK",
        date(2026, 11, 22),
    )
    assert [(line.unit_amount, line.tax_amount, line.account_code, line.tax_type) for line in sent.lines] == [
        (Decimal("500.00"), Decimal("95.00"), "200", "OUTPUT")
    ]
    assert str(receipt.facts["document_number"]) in receipt.summary["en"] and "€ 595.00" in receipt.summary["en"]
    assert xero.keys == ["key-1"]


async def test_an_answer_that_is_another_document_is_no_success() -> None:
    world = usual_world()
    draft = await propose(world, **FOR_DUPONT, account="200")
    writing, _ = make_document_access(world, "other")
    with pytest.raises(OutcomeUnknown, match="another document"):
        await CREATE_INVOICE.execute(writing, draft.payload, "key-1")


async def test_a_lost_answer_is_looked_up_by_our_mark_and_a_lost_request_is_not_there() -> None:
    world = usual_world()
    draft = await propose(world, **FOR_DUPONT, account="200")
    writing, xero = make_document_access(world, "lost_before", "lost_after")
    with pytest.raises(OutcomeUnknown):
        await CREATE_INVOICE.execute(writing, draft.payload, "key-1")
    assert await CREATE_INVOICE.look_up(writing, draft.payload, "key-1") is None
    with pytest.raises(OutcomeUnknown):
        await CREATE_INVOICE.execute(writing, draft.payload, "key-1")
    found = await CREATE_INVOICE.look_up(writing, draft.payload, "key-1")
    assert found is not None and found.reference == world.documents[-1].id and len(xero.effects) == 1


async def test_another_invoice_of_the_same_amount_is_not_taken_for_ours() -> None:
    world = usual_world()
    draft = await propose(world, **FOR_DUPONT, account="200")
    world.documents.append(invoice("INV-0100", DUPONT, "595.00", reference="FA-SOMEBODY"))
    writing, _ = make_document_access(world)
    assert await CREATE_INVOICE.look_up(writing, draft.payload, "key-1") is None


async def test_a_bill_is_looked_up_by_its_number() -> None:
    world = usual_world()
    draft = await propose(world, tool=CREATE_BILL, **FROM_ACME, account="453")
    writing, _ = make_document_access(world, "lost_after")
    with pytest.raises(OutcomeUnknown):
        await CREATE_BILL.execute(writing, draft.payload, "key-1")
    found = await CREATE_BILL.look_up(writing, draft.payload, "key-1")
    assert found is not None and found.facts["document_number"] == "A-77"


async def test_what_xero_says_against_it_reaches_the_person() -> None:
    world = usual_world()
    draft = await propose(world, **FOR_DUPONT, account="200")
    writing, _ = make_document_access(world, "refuse")
    with pytest.raises(ProviderRefused, match="validation"):
        await CREATE_INVOICE.execute(writing, draft.payload, "key-1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda world: world.posting_accounts.pop(0), "200 Sales"),
        (
            lambda world: world.tax_rates.__setitem__(0, world.tax_rates[0].model_copy(update={"percent": Decimal(7)})),
            "VAT 19",
        ),
        (
            lambda world: world.contacts.__setitem__(
                world.contacts.index(DUPONT), DUPONT.model_copy(update={"name": "Dupont Ltd"})
            ),
            "Dupont Ltd",
        ),
        (
            lambda world: world.contacts.__setitem__(
                world.contacts.index(DUPONT), DUPONT.model_copy(update={"status": "ARCHIVED"})
            ),
            "archived",
        ),
        (
            lambda world: setattr(
                world, "details", world.details.model_copy(update={"period_lock_date": date(2026, 11, 30)})
            ),
            "locked",
        ),
    ],
)
async def test_what_changed_since_the_card_stops_it(change: Any, said: str) -> None:
    world = usual_world()
    draft = await propose(world, **FOR_DUPONT, account="200")
    assert await CREATE_INVOICE.changed(make_access(world), draft.payload) is None
    change(world)
    why = await CREATE_INVOICE.changed(make_access(world), draft.payload)
    assert why is not None and said in why["en"] and why["en"].startswith("Nothing was made")
    assert "nichts angelegt" in why["de"]


async def test_a_bill_that_somebody_entered_meanwhile_stops_it() -> None:
    world = usual_world()
    draft = await propose(world, tool=CREATE_BILL, **FROM_ACME)
    world.arriving.append(bill("A-77", ACME, "119.00"))
    why = await CREATE_BILL.changed(make_access(world), draft.payload)
    assert why is not None and "A-77 was entered meanwhile" in why["en"]


async def test_a_bill_that_was_entered_and_deleted_meanwhile_stops_it() -> None:
    world = usual_world()
    draft = await propose(world, tool=CREATE_BILL, **FROM_ACME)
    world.arriving.append(bill("A-77", ACME, "119.00", status=DocumentStatus.DELETED))
    why = await CREATE_BILL.changed(make_access(world), draft.payload)
    assert why is not None and "A-77 was entered and deleted" in why["en"]


async def test_a_bill_deleted_before_the_look_up_was_entered_all_the_same_and_an_older_dead_one_is_another() -> None:
    world = usual_world()
    world.documents.append(bill("A-77", ACME, "119.00", status=DocumentStatus.VOIDED))
    draft = await propose(world, tool=CREATE_BILL, **FROM_ACME)
    writing, _ = make_document_access(world, "lost_before", "lost_after")
    with pytest.raises(OutcomeUnknown):
        await CREATE_BILL.execute(writing, draft.payload, "key-1")
    assert await CREATE_BILL.look_up(writing, draft.payload, "key-1") is None, "the voided one was there before"
    with pytest.raises(OutcomeUnknown):
        await CREATE_BILL.execute(writing, draft.payload, "key-1")
    made = world.documents[-1]
    world.documents[-1] = made.model_copy(update={"status": DocumentStatus.DELETED})
    receipt = await CREATE_BILL.look_up(writing, draft.payload, "key-1")
    assert receipt is not None and receipt.reference == made.id, "it would be entered a second time"
    assert "voided or deleted in Xero" in receipt.summary["en"] and "gelöscht" in receipt.summary["de"]
