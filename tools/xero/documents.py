"""Lists of invoices or bills: what was asked for, looked up in the books, answered with the figure first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from tools import words
from tools.base import Access, ToolResult
from tools.errors import Choice
from tools.inputs import read_bounds, read_range
from tools.xero.books import Contact, DocumentKind, DocumentQuery, State
from tools.xero.document_table import document_table, rows
from tools.xero.document_words import amounts_for_model, counted, list_answer
from tools.xero.finding import BOTH, document_choices, every_document, nearest, numbered
from tools.xero.matching import contact_meant, match_contact


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list was asked for, as it was written."""

    kind: DocumentKind
    state: State
    contact_name: str
    number: str
    date_from: str
    date_to: str
    due_from: str
    due_to: str
    min_amount: str
    max_amount: str
    currency: str
    limit: int


async def list_documents(access: Access, wish: Wish) -> ToolResult:
    """Every document that fits, with totals by currency. Raises ToolRetry for what cannot be read or is ambiguous."""
    issued_from, issued_to = read_range(wish.date_from, wish.date_to, today=access.today)
    due_from, due_to = read_range(wish.due_from, wish.due_to, today=access.today)
    contact = await contact_of(access, wish.contact_name, wish.kind)
    bounds = read_bounds(wish.min_amount, wish.max_amount, wish.currency, language=access.language)
    query = DocumentQuery(
        kind=wish.kind,
        state=wish.state,
        contact_ids=(contact.id,) if contact else (),
        issued_from=issued_from,
        issued_to=issued_to,
        due_from=due_from,
        due_to=due_to,
        min_amount=bounds.least,
        max_amount=bounds.most,
        currency=bounds.currency,
    )
    found = await access.books.documents(query, today=access.today)
    if wish.number.strip():
        found = numbered(found, wish.number)
        query = replace(query, number=words.without_invisible(wish.number)[:40])
    as_of = await access.books.as_of()
    choices: tuple[Choice, ...] = ()
    if wish.number.strip() and not found:
        choices = document_choices(nearest(await every_document(access, BOTH), wish.number), access.language)
    shown = found[: wish.limit] if wish.limit else found
    answer = f"{list_answer(access, found, query, contact, len(shown))} {words.as_of(access, as_of)}."
    return ToolResult(
        answer=answer,
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, as_of).isoformat(timespec="seconds"),
            "count": len(found),
            "counted_in_totals": len(counted(found, wish.state)),
            "totals": amounts_for_model(found, wish.state),
            "rows": rows(shown, access.today),
        },
        tables=(document_table(access, shown, wish.kind, as_of=as_of, state=wish.state),) if shown else (),
        choices=choices,
    )


async def contact_of(access: Access, typed: str, kind: DocumentKind | None = None) -> Contact | None:
    """The contact meant by a name, None when no name was said."""
    if not typed.strip():
        return None
    contacts = await access.books.contacts()
    match = match_contact(contacts, typed)
    if match is not None and match.sure:
        return match.contact
    kinds = BOTH if kind is None else (kind,)
    opened: list[str] = []
    for one in kinds:
        documents = await access.books.documents(DocumentQuery(kind=one, state="open"), today=access.today)
        opened += [doc.contact_id for doc in documents]
    return contact_meant(
        contacts,
        typed,
        organisation=words.visible(access.organisation.name),
        language=access.language,
        open_documents=lambda contact: opened.count(contact.id),
    )


def local(access: Access, moment: datetime) -> datetime:
    """A moment on the organisation's wall clock."""
    return moment.astimezone(ZoneInfo(access.organisation.timezone))
