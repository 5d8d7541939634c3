"""Making an invoice or entering a bill: proposed here, confirmed by a person, executed elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from tools import words
from tools.base import Access, Draft, write_tool
from tools.errors import ToolFailed, ToolRetry
from tools.free_text import document_text
from tools.inputs import Amount, ContactName, Day, Text, read_currency, read_day
from tools.money import Money
from tools.xero.books import Contact, Document, DocumentKind, DocumentQuery, DocumentStatus
from tools.xero.documents import contact_of
from tools.xero.draft_card import draft_card, draft_line
from tools.xero.draft_lines import Chart, LineInput, check_sendable, copied_lines, planned_lines
from tools.xero.draft_notices import dead_numbered, notices
from tools.xero.draft_plan import DraftPlan, PlannedCustomer, PlannedSource, Source
from tools.xero.draft_run import draft_changed, look_up_document, make_document, there_already
from tools.xero.drafts import LineAmounts
from tools.xero.matching import told_apart
from tools.xero.payment_account import locked_until
from tools.xero.payment_plan import PlannedOrganisation
from tools.xero.posting_changes import NOTHING_MADE

_LATEST = 200
"""How many of a contact's documents are looked at for what is usual with it."""
_LONGEST_NUMBER = 60


def _empty(value: object) -> object:
    return value or ""


Tax = Annotated[
    Literal["exclusive", "inclusive", "none", ""],
    BeforeValidator(_empty),
    Field(description="Whether the amounts are without tax (exclusive), with it, or free of it; only if said"),
]
Then = Annotated[
    Literal["draft", "submitted", "approved", ""],
    BeforeValidator(_empty),
    Field(description="draft unless the person asked to submit or approve it at once"),
]
Lines = Annotated[list[LineInput], Field(description="Several lines; for a single one use amount and description")]
_STATUS: dict[str, Literal["DRAFT", "SUBMITTED", "AUTHORISED"]] = {
    "": "DRAFT",
    "draft": "DRAFT",
    "submitted": "SUBMITTED",
    "approved": "AUTHORISED",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What the person said of a new document."""

    kind: DocumentKind
    contact_name: str
    number: str
    lines: Sequence[LineInput]
    currency: str
    date: str
    due_date: str
    reference: str
    tax: str
    then: str
    copied: Document | None = None
    """The document, read live, whose contact, lines and taxes it gets; lines and tax are not said then."""
    source: PlannedSource | None = None
    """The quote or purchase order that `copied` is."""
    is_credit: bool = False
    """A credit note instead."""


async def create_invoice(
    access: Access,
    contact_name: ContactName = "",
    amount: Annotated[Amount, Field(description="Only what the person said, e.g. 500.00")] = "",
    description: Annotated[Text, Field(description="What it is for, in the person's words")] = "",
    lines: Lines = [],  # noqa: B006  (a schema's default, never changed)
    currency: Annotated[Text, Field(description="Only if said")] = "",
    date: Annotated[Day, Field(description="Issue date; empty means today")] = "",
    due_date: Annotated[Day, Field(description="Only if said")] = "",
    reference: Annotated[Text, Field(description="Only if said")] = "",
    account: Annotated[Text, Field(description="Revenue account, only if said: code or name")] = "",
    tax: Tax = "",
    then: Then = "",
) -> Draft:
    """Propose to make a sales invoice to a customer in Xero; a draft unless said otherwise.

    Nothing is written: a person confirms on a card. Pass what the person said and nothing else: never invent or
    compute an amount, a tax or a text. If the answer asks for something, ask the person.
    """
    said = Said(
        kind=DocumentKind.INVOICE,
        contact_name=contact_name,
        number="",
        lines=said_lines(lines, amount, description, account),
        currency=currency,
        date=date,
        due_date=due_date,
        reference=reference,
        tax=tax,
        then=then,
    )
    return await proposed(access, said)


async def create_bill(
    access: Access,
    contact_name: ContactName = "",
    number: Annotated[Text, Field(description="The supplier's own number on the bill")] = "",
    amount: Annotated[Amount, Field(description="Only what the person said, e.g. 500.00")] = "",
    description: Annotated[Text, Field(description="What it is for, in the person's words")] = "",
    lines: Lines = [],  # noqa: B006  (a schema's default, never changed)
    currency: Annotated[Text, Field(description="Only if said")] = "",
    date: Annotated[Day, Field(description="Date on the bill; empty means today")] = "",
    due_date: Annotated[Day, Field(description="Only if said")] = "",
    account: Annotated[Text, Field(description="Expense account, only if said: code or name")] = "",
    tax: Tax = "",
    then: Then = "",
) -> Draft:
    """Propose to enter a supplier's bill in Xero; a draft unless said otherwise. It pays nothing.

    Nothing is written: a person confirms on a card. Pass what the person said and nothing else: never invent or
    compute an amount, a tax or a number. If the answer asks for something, ask the person.
    """
    said = Said(
        kind=DocumentKind.BILL,
        contact_name=contact_name,
        number=number,
        lines=said_lines(lines, amount, description, account),
        currency=currency,
        date=date,
        due_date=due_date,
        reference="",
        tax=tax,
        then=then,
    )
    return await proposed(access, said)


def said_lines(lines: Sequence[LineInput], amount: str, description: str, account: str) -> list[LineInput]:
    """One line of amount and text, or the lines; the account said once holds for those that name none."""
    if not lines:
        return [LineInput(description=description, amount=amount, account=account)]
    return [line if line.account else line.model_copy(update={"account": account}) for line in lines]


async def proposed(access: Access, said: Said) -> Draft:
    """The proposal of a new document. Raises ToolRetry for what is missing, and says that nothing was made."""
    try:
        plan = await _plan(access, said)
    except ToolRetry as asked:
        raise asked.saying(NOTHING_MADE) from None
    return Draft(payload=plan.payload(), summary=draft_line(plan, access.language))


async def _plan(access: Access, said: Said) -> DraftPlan:
    contact = await _contact(access, said)
    number = await _number(access, said, contact)
    last = said.copied or await _last(access, contact, said.kind)
    details, accounts, taxes, full = await asyncio.gather(
        access.live.organisation(),
        access.live.posting_accounts(),
        access.live.tax_rates(),
        access.live.document(last.id) if last and not said.copied else _none(),
    )
    status = _STATUS[said.then]
    amounts = _amounts(said)
    currency = read_currency(said.currency) or (last.currency if last else access.organisation.base_currency)
    if said.copied:
        currency = said.copied.currency
    usual = next((line.account_code for line in full.lines if line.account_code), "") if full else ""
    chart = Chart(accounts, taxes)
    lines = (
        copied_lines(said.copied, chart, amounts)
        if said.copied
        else planned_lines(
            access,
            said.lines,
            chart,
            kind=said.kind,
            currency=currency,
            amounts=amounts,
            usual_account=usual,
            account_needed=status != "DRAFT",
        )
    )
    check_sendable(lines, currency)
    issued = read_day(said.date, today=access.today) or access.today
    _check_lock(issued, locked_until(details))
    due, due_from = (None, "none") if said.is_credit else _due(access, said, issued, last, needed=status != "DRAFT")
    mark = access.new_marker() if said.kind is DocumentKind.INVOICE else ""
    note = document_text(said.reference, mark) if mark else ""
    total = sum(line.amount_minor + (0 if amounts == "inclusive" else line.tax_minor) for line in lines)
    contacts = await access.books.contacts()
    planned = DraftPlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        kind="invoice" if said.kind is DocumentKind.INVOICE else "bill",
        contact=PlannedCustomer(
            id=contact.id, name=contact.name, detail=told_apart(contacts, contact.id, contact.name)
        ),
        number=number,
        status=status,
        currency=currency,
        amounts=amounts,
        amounts_from="usual" if said.copied else "said" if said.tax else "default",
        lines=lines,
        total_minor=total,
        date=issued.isoformat(),
        date_from="said" if said.date.strip() else "default",
        due=due.isoformat() if due else "",
        due_from=due_from,
        account_from="usual" if said.copied else _account_from(said, usual, lines[0].account_code),
        like=last.number if last else "",
        note=note,
        reference=f"{note} {mark}".strip(),
        notices=(),
        source=said.source,
        is_credit=said.is_credit,
    )
    planned = planned.model_copy(update={"dead": await dead_numbered(access, planned)})
    return planned.model_copy(update={"notices": tuple(await notices(access, planned, due))})


def _amounts(said: Said) -> LineAmounts:
    if said.copied:
        return said.copied.line_amounts or "exclusive"
    return said.tax or "exclusive"  # type: ignore[return-value]  # the literal without ""


async def _none() -> None:
    return None


async def _contact(access: Access, said: Said) -> Contact:
    known = said.copied or await contact_of(access, said.contact_name, said.kind)
    if known is None:
        raise ToolRetry(
            {"en": "For which customer?", "de": "Für welchen Kunden?"}
            if said.kind is DocumentKind.INVOICE
            else {"en": "From which supplier?", "de": "Von welchem Lieferanten?"}
        )
    contact = await access.live.contact(known.contact_id if isinstance(known, Document) else known.id)
    if contact.status not in ("ACTIVE", ""):
        name = words.visible(contact.name)
        raise ToolFailed(
            {
                "en": f"{name} is archived in Xero. Nothing was made. Restore the contact in Xero first.",
                "de": f"{name} ist in Xero archiviert. Es wurde nichts angelegt. Den Kontakt zuerst in Xero "
                "wiederherstellen.",
            }
        )
    return contact


async def _number(access: Access, said: Said, contact: Contact) -> str:
    """The supplier's number, by which a bill is not entered twice."""
    if said.kind is DocumentKind.INVOICE:
        return ""
    number = words.without_invisible(said.number)[:_LONGEST_NUMBER]
    if not number:
        raise ToolRetry(
            {
                "en": f"Which number did the supplier give the {'credit note' if said.is_credit else 'bill'}? "
                "By it none is entered twice.",
                "de": f"Welche Nummer hat der Lieferant der {'Gutschrift' if said.is_credit else 'Rechnung'} gegeben? "
                "Daran wird erkannt, ob sie schon da ist.",
            }
        )
    there = await there_already(access, contact.id, number, is_credit=said.is_credit)
    if there is not None:
        total = Money(there.total, there.currency)
        shown, name = words.visible(there.number), words.visible(contact.name)
        raise ToolFailed(
            {
                "en": f"{'Credit note' if said.is_credit else 'Bill'} {shown} of {name} over "
                f"{words.money(total, 'en')} is in Xero already. Nothing was made.",
                "de": f"Die {'Gutschrift' if said.is_credit else 'Eingangsrechnung'} {shown} von {name} über "
                f"{words.money(total, 'de')} ist schon in Xero. Es wurde nichts angelegt.",
            }
        )
    return number


async def _last(access: Access, contact: Contact, kind: DocumentKind) -> Document | None:
    """The contact's newest document of that kind that counts."""
    query = DocumentQuery(kind=kind, contact_ids=(contact.id,), order="newest", most=_LATEST)
    found = await access.books.documents(query, today=access.today)
    counting = [doc for doc in found if doc.status in (DocumentStatus.AUTHORISED, DocumentStatus.PAID) and doc.issued]
    return max(counting, key=lambda doc: (doc.issued or Date.min, doc.number), default=None)


def _check_lock(issued: Date, locked: Date | None) -> None:
    if locked and issued <= locked:
        raise ToolRetry(
            {
                "en": f"The books are locked up to {words.day(locked, 'en')}. Which later date should it have?",
                "de": f"Die Bücher sind bis {words.day(locked, 'de')} gesperrt. Welches spätere Datum soll sie haben?",
            }
        )


def _due(
    access: Access, said: Said, issued: Date, last: Document | None, *, needed: bool
) -> tuple[Date | None, Source]:
    """The day that was said, else as long after the date as on the contact's last document, else open in a draft."""
    day = read_day(said.due_date, today=access.today)
    if day is not None:
        if day < issued:
            raise ToolRetry(
                {
                    "en": f"It would be due on {words.day(day, 'en')}, before its date {words.day(issued, 'en')}. "
                    "When is it due?",
                    "de": f"Sie wäre am {words.day(day, 'de')} fällig, vor ihrem Datum {words.day(issued, 'de')}. "
                    "Wann ist sie fällig?",
                }
            )
        return day, "said"
    if last and last.due and last.issued and last.due >= last.issued:
        return issued + (last.due - last.issued), "usual"
    if needed:
        raise ToolRetry({"en": "When is it due?", "de": "Wann ist sie fällig?"})
    return None, "none"


def _account_from(said: Said, usual: str, code: str) -> Source:
    if said.lines[0].account.strip():
        return "said"
    return "usual" if code and code == usual else "none"


CREATE_INVOICE = write_tool(
    "xero",
    propose=create_invoice,
    changed=draft_changed,
    execute=make_document,
    look_up=look_up_document,
    card=draft_card,
    subject=lambda payload: DraftPlan.read(payload).subject(),
    stakes=lambda payload: DraftPlan.read(payload).stakes(),
    again=lambda payload, fields: DraftPlan.read(payload).arguments(fields),
)
CREATE_BILL = write_tool(
    "xero",
    propose=create_bill,
    changed=draft_changed,
    execute=make_document,
    look_up=look_up_document,
    card=draft_card,
    subject=lambda payload: DraftPlan.read(payload).subject(),
    stakes=lambda payload: DraftPlan.read(payload).stakes(),
    again=lambda payload, fields: DraftPlan.read(payload).arguments(fields),
)
