"""Lists of invoices or bills: what was asked for, looked up in the books, answered with the figure first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from tools import words
from tools.base import Access, ToolResult
from tools.errors import Choice
from tools.inputs import read_bounds, read_range
from tools.xero.books import Contact, Document, DocumentKind, DocumentQuery, State
from tools.xero.document_table import MOST_ROWS, document_table, rows
from tools.xero.document_words import amounts_for_model, list_answer
from tools.xero.finding import BOTH, document_choices, nearest, numbered
from tools.xero.matching import MOST_CANDIDATES, contact_meant, match_contact
from tools.xero.tally import Tally


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
    choices: tuple[Choice, ...] = ()
    if wish.number.strip():
        shown, choices = await _numbered(access, query, wish.number)
        found = Tally.of(shown, access.today)
        query = replace(query, number=words.without_invisible(wish.number)[:40])
        shown = shown[: wish.limit or MOST_ROWS]
    else:
        found = await access.books.tally(query, today=access.today)
        most = min(wish.limit or MOST_ROWS, MOST_ROWS)
        shown = await access.books.documents(replace(query, most=most), today=access.today)
    as_of = await access.books.as_of()
    answer = f"{list_answer(access, found, query, contact, len(shown))} {words.as_of(access, as_of)}."
    whole = None if wish.limit and wish.limit <= MOST_ROWS else found
    return ToolResult(
        answer=answer,
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, as_of).isoformat(timespec="seconds"),
            "count": found.count,
            "counted_in_totals": found.counted(wish.state).count,
            "totals": amounts_for_model(found, wish.state),
            "rows": rows(shown, access.today),
        },
        tables=(document_table(access, shown, wish.kind, as_of=as_of, state=wish.state, whole=whole),) if shown else (),
        choices=choices,
    )


async def _numbered(access: Access, query: DocumentQuery, typed: str) -> tuple[list[Document], tuple[Choice, ...]]:
    """Those of the list with that number; where there is none, the nearest numbers of all to choose from."""
    meant = {doc.id for doc in await access.books.numbered(typed)}
    fitting = (
        await access.books.documents(replace(query, ids=tuple(sorted(meant))), today=access.today) if meant else []
    )
    if found := numbered(fitting, typed):
        return found, ()
    near = nearest(await access.books.numbered_alike(typed), typed)
    return [], document_choices(near, access.language)


async def contact_of(access: Access, typed: str, kind: DocumentKind | None = None) -> Contact | None:
    """The contact meant by a name, None when no name was said."""
    if not typed.strip():
        return None
    contacts = await access.books.contacts()
    match = match_contact(contacts, typed)
    if match is not None and match.sure:
        return match.contact
    opened: Counter[str] = Counter()
    if match is not None:
        asked = tuple(one.id for one in (match.contact, *match.others)[:MOST_CANDIDATES])
        for one in BOTH if kind is None else (kind,):
            query = DocumentQuery(kind=one, state="open", contact_ids=asked)
            for contact in await access.books.contact_sums(query, today=access.today):
                opened[contact.contact_id] += contact.count
    return contact_meant(
        contacts,
        typed,
        organisation=words.visible(access.organisation.name),
        language=access.language,
        open_documents=lambda contact: opened[contact.id],
        match=match,
    )


def local(access: Access, moment: datetime) -> datetime:
    """A moment on the organisation's wall clock."""
    return moment.astimezone(ZoneInfo(access.organisation.timezone))
