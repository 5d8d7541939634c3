"""Changing a draft invoice or bill: proposed here, confirmed by a person; what was not named stays as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from tools import words
from tools.base import Access, Draft, Payload, Receipt, WriteAccess, write_tool
from tools.errors import Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.free_text import document_text
from tools.inputs import Amount, ContactName, Day, Text, read_day
from tools.trouble import Trouble
from tools.xero.books import Document, DocumentKind, DocumentStatus
from tools.xero.document_view import titled
from tools.xero.documents import contact_of
from tools.xero.draft_documents import Lines
from tools.xero.draft_edit_card import changed_line, edit_card, edit_line
from tools.xero.draft_edit_plan import DraftValues, EditPlan, values_of
from tools.xero.draft_lines import Chart, LineInput, check_sendable, copied_lines, planned_lines
from tools.xero.draft_plan import PlannedLine
from tools.xero.drafts import LineAmounts
from tools.xero.finding import document_meant
from tools.xero.links import document_link
from tools.xero.payment_account import locked_until
from tools.xero.payment_plan import PlannedOrganisation
from tools.xero.status_change import planned_document

_ANOTHER = Trouble("answered with other values than were sent", "hat mit anderen Werten geantwortet")
_LONGEST_NUMBER = 60


async def change_draft(
    access: Access,
    document_number: Annotated[Text, Field(description="Number of the draft, as typed (or a choice's id)")] = "",
    date: Annotated[Day, Field(description="New date, only if said")] = "",
    due_date: Annotated[Day, Field(description="New due date, only if said")] = "",
    reference: Annotated[Text, Field(description="New reference, only if said")] = "",
    number: Annotated[Text, Field(description="New supplier's number of a bill, only if said")] = "",
    amount: Annotated[Amount, Field(description="New price of its only line, only if said")] = "",
    description: Annotated[Text, Field(description="New text of its only line, only if said")] = "",
    account: Annotated[Text, Field(description="New account of its only line, only if said: code or name")] = "",
    lines: Lines = [],  # noqa: B006  (a schema's default, never changed)
    contact_name: ContactName = "",
) -> Draft:
    """Propose to change a draft invoice or bill in Xero. `lines` replaces all its lines; what is not said stays.

    Nothing is written: a person confirms on a card. An approved document is not changed here: void it and make another.
    """
    try:
        if not document_number.strip():
            raise ToolRetry({"en": "Which draft? Its number is missing.", "de": "Welcher Entwurf? Die Nummer fehlt."})
        known = await document_meant(access, document_number, contact=await contact_of(access, contact_name))
        document, details, accounts, taxes = await asyncio.gather(
            access.live.document(known.id),
            access.live.organisation(),
            access.live.posting_accounts(),
            access.live.tax_rates(),
        )
        chart = Chart(accounts, taxes)
        _check(document)
        said = [LineInput(description=description, amount=amount, account=account)] if amount or description else []
        if account and not said:
            said = [LineInput(description="", amount="", account=account)]
        plan = _plan(access, document, chart, (date, due_date, reference, number), lines, said)
        _check_lock(plan, locked_until(details))
    except ToolRetry as asked:
        nothing = {"en": "Nothing was changed", "de": "Es wurde nichts geändert"}
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}." for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None
    return Draft(payload=plan.payload(), summary=edit_line(plan, access.language))


def _check(document: Document) -> None:
    en, de = titled(document, "en"), titled(document, "de")
    if document.status not in (DocumentStatus.DRAFT, DocumentStatus.SUBMITTED):
        raise ToolFailed(
            {
                "en": f"{en} is not a draft any more. Nothing was changed. Void it and make another one.",
                "de": f"{de} ist kein Entwurf mehr. Es wurde nichts geändert. Stornieren und neu anlegen.",
            }
        )


def _plan(
    access: Access,
    document: Document,
    chart: Chart,
    said: tuple[str, str, str, str],
    lines: Sequence[LineInput],
    only: Sequence[LineInput],
) -> EditPlan:
    amounts: LineAmounts = document.line_amounts or "exclusive"
    before = values_of(document)
    lines_before = copied_lines(document, chart, amounts) if document.lines else ()
    after = _values(access, document, before, said)
    if lines:
        planned = _planned(access, document, chart, amounts, lines)
    elif only:
        planned = _planned(access, document, chart, amounts, [_only(document, only[0])])
    else:
        planned = lines_before
    if (before, lines_before) == (after, planned):
        raise ToolRetry({"en": "What should be changed?", "de": "Was soll geändert werden?"})
    total = sum(line.amount_minor + (0 if amounts == "inclusive" else line.tax_minor) for line in planned)
    return EditPlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        document=planned_document(document),
        was=document.status.value,  # type: ignore[arg-type]  # checked: one of the two
        amounts=amounts,
        before=before,
        after=after,
        lines_before=lines_before,
        lines=planned,
        total_minor=total,
    )


def _values(access: Access, document: Document, before: DraftValues, said: tuple[str, str, str, str]) -> DraftValues:
    date, due_date, reference, number = said
    day, due = read_day(date, today=access.today), read_day(due_date, today=access.today)
    is_bill = document.kind is DocumentKind.BILL
    if reference and is_bill:
        raise ToolRetry({"en": "A bill has no reference in Xero.", "de": "Eingangsrechnungen haben keine Referenz."})
    if number and not is_bill:
        raise ToolRetry({"en": "Xero numbers invoices itself.", "de": "Rechnungen nummeriert Xero selbst."})
    after = DraftValues(
        date=day.isoformat() if day else before.date,
        due=due.isoformat() if due else before.due,
        reference=document_text(reference, "") if reference else before.reference,
        number=words.without_invisible(number)[:_LONGEST_NUMBER] if number else before.number,
    )
    if after.due and after.date and after.due < after.date:
        raise ToolRetry(
            {"en": "It would be due before its date. When is it due?", "de": "Sie wäre vor ihrem Datum fällig. Wann?"}
        )
    return after


def _planned(
    access: Access, document: Document, chart: Chart, amounts: LineAmounts, lines: Sequence[LineInput]
) -> tuple[PlannedLine, ...]:
    usual = next((line.account_code for line in document.lines if line.account_code), "")
    planned = planned_lines(
        access,
        lines,
        chart,
        kind=document.kind,
        currency=document.currency,
        amounts=amounts,
        usual_account=usual,
        account_needed=document.status is DocumentStatus.SUBMITTED,
    )
    check_sendable(planned, document.currency)
    return planned


def _only(document: Document, said: LineInput) -> LineInput:
    """The document's only line with what was said of it in its place."""
    if len(document.lines) != 1:
        raise ToolRetry(
            {
                "en": f"It has {len(document.lines)} lines. What should all of them say?",
                "de": f"Er hat {len(document.lines)} Positionen. Wie sollen sie alle lauten?",
            }
        )
    (line,) = document.lines
    return LineInput(
        description=said.description or line.description,
        amount=said.amount or f"{line.unit_amount or 0:f}",
        quantity="" if said.amount else f"{line.quantity or 1:f}",
        account=said.account or line.account_code,
    )


def _check_lock(plan: EditPlan, locked: object) -> None:
    if locked and plan.after.date and plan.after.date <= str(locked):
        raise ToolRetry(
            {
                "en": f"The books are locked up to {locked}. Which later date should it have?",
                "de": f"Die Bücher sind bis {locked} gesperrt. Welches spätere Datum soll er haben?",
            }
        )


async def edit_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads the draft again: None while it is as on the card, to the moment of its last change."""
    plan = EditPlan.read(payload)
    now = await access.live.document(plan.document.id)
    if now.status.value == plan.was and planned_document(now) == plan.document:
        return None
    number = words.visible(plan.document.number)
    return {
        "en": f"Nothing was changed. {number} was changed in Xero since the card was made.",
        "de": f"Es wurde nichts geändert. {number} wurde in Xero geändert, seit die Karte entstand.",
    }


async def edit_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends what is different once with that key; what Xero answers must be what was to come of it."""
    plan = EditPlan.read(payload)
    made = await writing.documents.change_draft(plan.change(), key=key)
    if made.id.casefold() != plan.document.id.casefold() or not plan.is_done(made):
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan)


async def look_up_edit(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether the document says now what it was to say; nothing tells our change from the same one of somebody else."""
    plan = EditPlan.read(payload)
    now = await writing.documents.document_now(plan.document.id)
    return _receipt(plan) if plan.is_done(now) else None


def _receipt(plan: EditPlan) -> Receipt:
    return Receipt(
        provider="Xero",
        reference=plan.document.id,
        link=document_link(plan.organisation.short_code, plan.kind, plan.document.id),
        facts={
            "document_id": plan.document.id,
            "document_number": plan.after.number or plan.document.number,
            "total": words.plain(plan.total.amount, plan.total.currency),
            "currency": plan.total.currency,
        },
        summary={language: changed_line(plan, language) for language in words.LANGUAGES},
    )


def _again(payload: Payload, fields: Mapping[str, str]) -> Mapping[str, object]:
    plan = EditPlan.read(payload)
    before, after = plan.before, plan.after
    said: dict[str, object] = {"document_number": plan.document.id}
    for name, was, now in (
        ("date", before.date, after.date),
        ("due_date", before.due, after.due),
        ("reference", before.reference, after.reference),
        ("number", before.number, after.number),
    ):
        if was != now or name in fields:
            said[name] = fields.get(name, now)
    return {**said, "lines": [line.said() for line in plan.lines]} if plan.lines_change else said


CHANGE_DRAFT = write_tool(
    "xero",
    propose=change_draft,
    changed=edit_changed,
    execute=edit_once,
    look_up=look_up_edit,
    card=edit_card,
    subject=lambda payload: EditPlan.read(payload).document.id,
    stakes=lambda payload: EditPlan.read(payload).stakes(),
    again=_again,
)
