"""Questions to the ledger copy: which records fit, in the order that people see, and what they come to.

The database filters, orders, counts and adds, so that a question costs what it shows and not what there is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, collate, func, literal, not_, or_, select, true, union
from sqlalchemy.orm import Mapped
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from assistant.stores.ledger import LedgerContactRow, LedgerDocumentRow, LedgerPaymentRow, to_units
from tools.xero.books import DocumentQuery, DocumentStatus, PaymentQuery
from tools.xero.tally import AGE_STEPS

MOST_NUMBERED = 500
"""Documents looked at for one number; a number that more of them may mean is asked about anyway."""
_DOCUMENT = LedgerDocumentRow
_PAYMENT = LedgerPaymentRow
_NOT_READ = ("organisation_id", "synced_at", "number_key", "number_digits", "direction")


async def _dialect(work: AsyncSession) -> str:
    return (await work.connection()).dialect.name


def _columns(table: type[LedgerDocumentRow] | type[LedgerPaymentRow]) -> list[Any]:
    return [column for column in table.__table__.c if column.name not in _NOT_READ]  # type: ignore[union-attr]


async def documents(work: AsyncSession, organisation_id: str, query: DocumentQuery, today: date) -> list[Row[Any]]:
    """The documents that fit, in the order of the query; those without a date come last."""
    connection = await work.connection()
    # Text is ordered as its bytes are, on every database.
    number: Any = col(_DOCUMENT.number)
    number = collate(number, "C") if connection.dialect.name == "postgresql" else number
    conditions = _documents(organisation_id, query, today, await _dialect(work))
    dated = col(_DOCUMENT.issued if query.order == "newest" else _DOCUMENT.due)
    # A few documents are found by what they are and put in order; many are read in order, by the index of due dates.
    few = query.contact_ids or query.number or _picked(query)
    by: Any = dated.concat("") if few else dated
    order = [by, number, col(_DOCUMENT.id)]
    if query.order == "newest":
        order = [by.desc(), number.desc(), col(_DOCUMENT.id)]
    found: list[Row[Any]] = []
    # Two questions, each of which the index answers in order; few are asked for at once.
    for part in (true(),) if few and query.order == "newest" else (dated > "", dated == ""):
        wanted = select(*_columns(_DOCUMENT)).where(*conditions, part).order_by(*order)
        if query.most:
            wanted = wanted.limit(query.most - len(found))
        found += (await connection.execute(wanted)).all()
        if query.most and len(found) >= query.most:
            break
    return found


async def tally(work: AsyncSession, organisation_id: str, query: DocumentQuery, today: date) -> Sequence[Row[Any]]:
    """(status, currency, then count, total and amount_due of all that fits, of what has something left to pay, and of
    what of that is past its due date, then the first due date that is past and the first that is not).

    Grouped in the order of an index, so that a quarter of a million entries are added up as they are read.
    """
    status, due, left = col(_DOCUMENT.status), col(_DOCUMENT.due), col(_DOCUMENT.amount_due) > 0
    past = and_(due != "", due < today.isoformat())
    sums: list[Any] = []
    for part in (None, left, and_(left, past)):
        for amount in (literal(1), col(_DOCUMENT.total), col(_DOCUMENT.amount_due)):
            sums.append(func.coalesce(func.sum(amount if part is None else case((part, amount))), 0))
    sums += [func.min(case((and_(left, past), due))), func.min(case((and_(left, not_(past), due != ""), due)))]
    wanted: Any = (
        select(status, col(_DOCUMENT.currency), *sums)
        .where(*_documents(organisation_id, query, today, await _dialect(work)))
        .group_by(status, col(_DOCUMENT.currency))
    )
    found: Sequence[Row[Any]] = (await (await work.connection()).execute(wanted)).all()
    return found


async def contact_sums(
    work: AsyncSession, organisation_id: str, query: DocumentQuery, today: date
) -> Sequence[Row[Any]]:
    """(contact_id, contact_name, currency, count, age0, age1, ...): what is left, by how late it is on that day."""
    due, left = col(_DOCUMENT.due), col(_DOCUMENT.amount_due)
    edges = [(today - timedelta(days=most)).isoformat() for most in AGE_STEPS]
    ages: list[ColumnElement[bool]] = [or_(due == "", due >= edges[0])]
    ages += [and_(due != "", due < later, due >= earlier) for later, earlier in pairwise(edges)]
    ages.append(and_(due != "", due < edges[-1]))
    sums = (
        select(
            col(_DOCUMENT.contact_id).label("contact_id"),
            col(_DOCUMENT.currency).label("currency"),
            func.count().label("count"),
            *(func.sum(case((age, left), else_=0)).label(f"age{place}") for place, age in enumerate(ages)),
        )
        .where(*_documents(organisation_id, query, today, await _dialect(work)))
        .group_by(col(_DOCUMENT.currency), col(_DOCUMENT.contact_id))
        .subquery()
    )
    who = LedgerContactRow
    name = func.coalesce(col(who.name), sums.c.contact_id).label("contact_name")
    named = and_(col(who.organisation_id) == organisation_id, col(who.id) == sums.c.contact_id)
    rest = [column for column in sums.c if column.name != "contact_id"]
    wanted: Any = select(sums.c.contact_id, name, *rest).outerjoin_from(sums, who, named)
    found: Sequence[Row[Any]] = (await (await work.connection()).execute(wanted)).all()
    return found


async def numbered(
    work: AsyncSession,
    organisation_id: str,
    *,
    ids: Collection[str] = (),
    keys: Collection[str] = (),
    last: str = "",
    digits: Collection[str] = (),
    contact_id: str = "",
) -> Sequence[Row[Any]]:
    """Documents with one of these ids, keys of numbers or digits, or whose key ends with `last`, in no order."""
    key = col(_DOCUMENT.number_key)
    fitting: list[ColumnElement[bool]] = []
    if ids:
        fitting.append(col(_DOCUMENT.id).in_(ids))
    if keys:
        fitting.append(key.in_(keys))
    if digits:
        fitting.append(col(_DOCUMENT.number_digits).in_(digits))
    found: dict[str, Row[Any]] = {}
    connection = await work.connection()
    for part in fitting:  # one question for each index
        found |= {row.id: row for row in await _some(connection, organisation_id, part, contact_id)}
    if last and not found:
        ending = or_(key == last, key.endswith(f"-{last}", autoescape=True))
        found = {row.id: row for row in await _some(connection, organisation_id, ending, contact_id)}
    return list(found.values())


async def _some(
    connection: Any, organisation_id: str, part: ColumnElement[bool], contact_id: str
) -> Sequence[Row[Any]]:
    wanted = select(*_columns(_DOCUMENT)).where(
        col(_DOCUMENT.organisation_id) == organisation_id,
        part,
        col(_DOCUMENT.contact_id) == contact_id if contact_id else true(),
    )
    found: Sequence[Row[Any]] = (await connection.execute(wanted.limit(MOST_NUMBERED))).all()
    return found


def _documents(organisation_id: str, query: DocumentQuery, today: date, dialect: str) -> list[ColumnElement[bool]]:
    row = _DOCUMENT
    left_or_total = case((col(row.amount_due) != 0, col(row.amount_due)), else_=col(row.total))
    return [
        col(row.organisation_id) == organisation_id,
        # Those that are found one by one are not looked for among all of their kind.
        (col(row.kind).concat("") if _picked(query) else col(row.kind)) == str(query.kind),
        _in_state(query, today),
        col(row.contact_id).in_(query.contact_ids) if query.contact_ids else true(),
        col(row.id).in_(query.ids) if query.ids else true(),
        col(row.number) == query.number if query.number else true(),
        col(row.currency) == query.currency if query.currency else true(),
        *_between(col(row.issued), query.issued_from, query.issued_to),
        *_between(col(row.due), query.due_from, query.due_to),
        left_or_total >= to_units(query.min_amount) if query.min_amount is not None else true(),
        left_or_total <= to_units(query.max_amount) if query.max_amount is not None else true(),
        _among(row, organisation_id, _holds(col(row.reference), query.reference_part, dialect))
        if query.reference_part
        else true(),
        _among(
            row,
            organisation_id,
            col(row.total) == to_units(query.amount),
            col(row.amount_due) == to_units(query.amount),
        )
        if query.amount is not None
        else true(),
    ]


def _picked(query: DocumentQuery) -> bool:
    return bool(query.ids or query.reference_part or query.amount is not None)


def _in_state(query: DocumentQuery, today: date) -> ColumnElement[bool]:
    row = _DOCUMENT
    status, left = col(row.status), col(row.amount_due) > 0
    is_open = (status == DocumentStatus.AUTHORISED.value) & left
    match query.state:
        case "open":
            return is_open
        case "overdue":
            return is_open & (col(row.due) != "") & (col(row.due) < today.isoformat())
        case "paid" | "draft" | "submitted" | "voided":
            return status == query.state.upper()
        case _:
            return true()


def _between(column: Mapped[str], start: date | None, end: date | None) -> list[ColumnElement[bool]]:
    if start is None and end is None:
        return []
    found: list[ColumnElement[bool]] = [column != ""]
    if start is not None:
        found.append(column >= start.isoformat())
    if end is not None:
        found.append(column <= end.isoformat())
    return found


async def payments(work: AsyncSession, organisation_id: str, query: PaymentQuery) -> Sequence[Row[Any]]:
    """The payments that fit, newest first."""
    row = _PAYMENT
    few = query.contact_ids or query.document_id or query.payment_id or query.reference or query.reference_part
    day: Any = col(row.paid_on).concat("") if few else col(row.paid_on)
    wanted = (
        select(*_columns(_PAYMENT))
        .where(*_payments(organisation_id, query, await _dialect(work)))
        .order_by(day.desc(), col(row.updated_at).desc(), col(row.id).desc())
    )
    wanted = wanted.limit(query.most) if query.most else wanted
    return (await (await work.connection()).execute(wanted)).all()


async def payment_sums(work: AsyncSession, organisation_id: str, query: PaymentQuery) -> Sequence[Row[Any]]:
    """(direction, status, currency, account_id, count, amount) of what fits, in groups."""
    row = _PAYMENT
    by: tuple[Any, ...] = (col(row.direction), col(row.status), col(row.currency), col(row.account_id))
    wanted: Any = (
        select(*by, func.count().label("count"), func.sum(col(row.amount)).label("amount"))
        .where(*_payments(organisation_id, query, await _dialect(work)))
        .group_by(*by)
    )
    found: Sequence[Row[Any]] = (await (await work.connection()).execute(wanted)).all()
    return found


def _payments(organisation_id: str, query: PaymentQuery, dialect: str) -> list[ColumnElement[bool]]:
    row = _PAYMENT
    return [
        col(row.organisation_id) == organisation_id,
        true() if query.include_deleted else col(row.status) == "AUTHORISED",
        col(row.status) == "DELETED" if query.only_deleted else true(),
        col(row.direction) == query.direction if query.direction else true(),
        col(row.contact_id).in_(query.contact_ids) if query.contact_ids else true(),
        col(row.document_id) == query.document_id if query.document_id else true(),
        col(row.id) == query.payment_id if query.payment_id else true(),
        col(row.reference) == query.reference if query.reference else true(),
        _among(row, organisation_id, _holds(col(row.reference), query.reference_part, dialect))
        if query.reference_part
        else true(),
        *_between(col(row.paid_on), query.paid_from, query.paid_to),
    ]


def _among(
    row: type[LedgerDocumentRow] | type[LedgerPaymentRow], organisation_id: str, *parts: ColumnElement[bool]
) -> ColumnElement[bool]:
    """One of those that any part says; each part is a question of its own, which its own index answers."""
    found = [select(col(row.id)).where(col(row.organisation_id) == organisation_id, part) for part in parts]
    return col(row.id).in_(union(*found) if len(found) > 1 else found[0])


def _holds(column: Mapped[str], part: str, dialect: str) -> ColumnElement[bool]:
    """Whatever its case; beyond ASCII, where databases differ, as it was typed or all small or all large.

    SQLite's own LIKE takes no heed of the case of ASCII letters, and without a function around the column it reads
    the index alone.
    """
    like = column.ilike if dialect == "postgresql" else column.like
    tried = {part} if part.isascii() else {part, part.casefold(), part.upper()}
    return or_(*(like(f"%{_LIKE.sub(_escaped, one)}%", escape="/") for one in sorted(tried)))


_LIKE = re.compile("[%_/]")


def _escaped(found: re.Match[str]) -> str:
    return f"/{found[0]}"
