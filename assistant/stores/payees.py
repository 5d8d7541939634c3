"""The tables of the payee registry: since when we know whom we pay, and what of it changed when.

The rows live apart from the ledger copy, so that loading the copy again makes nobody look older or younger.
Account numbers are kept as fingerprints only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, exists, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel, col
from sqlmodel import select as sqlmodel_select
from sqlmodel.ext.asyncio.session import AsyncSession

from assistant.stores.ledger import LedgerContactRow

GONE = "GONE"
"""The status of a payee that Xero does not have any more."""


class PayeeRow(SQLModel, table=True):
    """A contact as it was last seen, and the last change by which money could go somewhere else."""

    __tablename__ = "payee"

    organisation_id: str = Field(primary_key=True)
    contact_id: str = Field(primary_key=True)
    name: str
    bank: str
    """`tools.payee.fingerprint` of the account number on file; empty where there is none."""
    status: str
    """Xero's ContactStatus, or GONE."""
    known_since: str
    """When we first met it (moment as text); for what was there before us, Xero's own last change of it."""
    changed_at: str = ""
    """When we noticed the last change; empty while there was none."""
    what_changed: str = ""
    """The parts that the last change touched, with commas: name, bank, status."""
    previous_fingerprint: str = ""
    """Of the account number before the one on file."""


class PayeeRegistryRow(SQLModel, table=True):
    """Whether the contacts of an organisation were met whole once: who turns up after that is new."""

    __tablename__ = "payee_registry"

    organisation_id: str = Field(primary_key=True)
    whole_at: str = ""
    """When the first whole load of contacts was done; empty until then."""


_BEGIN = text(
    "INSERT INTO payee_registry (organisation_id, whole_at) VALUES (:organisation_id, '') ON CONFLICT DO NOTHING"
)


async def locked_registry(work: AsyncSession, organisation_id: str) -> PayeeRegistryRow:
    """The organisation's registry, made if there is none, and ours until this unit of work ends.

    Of two processes that bring the same contacts up to date the second sees what the first has written.
    """
    await (await work.connection()).execute(_BEGIN, {"organisation_id": organisation_id})
    found = await work.exec(
        sqlmodel_select(PayeeRegistryRow)
        .where(PayeeRegistryRow.organisation_id == organisation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one()


async def whole_at(work: AsyncSession, organisation_id: str) -> str:
    """When the contacts of the organisation were met whole for the first time; empty until then."""
    row = await work.get(PayeeRegistryRow, organisation_id, populate_existing=True)
    return row.whole_at if row else ""


async def copied(work: AsyncSession, organisation_id: str, ids: Sequence[str] | None = None) -> Sequence[Row[Any]]:
    """What the ledger copy says now of these contacts (of all of them for None): id, name, iban, status, updated_at."""
    row = LedgerContactRow
    columns: list[Any] = [col(row.id), col(row.name), col(row.iban), col(row.status), col(row.updated_at)]
    wanted = select(*columns).where(col(row.organisation_id) == organisation_id)
    if ids is not None:
        wanted = wanted.where(col(row.id).in_(ids))
    return (await (await work.connection()).execute(wanted)).all()


async def known(work: AsyncSession, organisation_id: str, ids: Sequence[str]) -> dict[str, PayeeRow]:
    """Those of the contacts that are in the registry, by id."""
    found = await work.exec(
        sqlmodel_select(PayeeRow)
        .where(PayeeRow.organisation_id == organisation_id, col(PayeeRow.contact_id).in_(ids))
        .execution_options(populate_existing=True)
    )
    return {row.contact_id: row for row in found.all()}


async def get(work: AsyncSession, organisation_id: str, contact_id: str) -> PayeeRow | None:
    """One contact of the registry."""
    return await work.get(PayeeRow, (organisation_id, contact_id), populate_existing=True)


async def put(work: AsyncSession, rows: Iterable[Mapping[str, object]]) -> None:
    """Write these rows in the place of older ones. Call it under `locked_registry`."""
    values = [dict(row) for row in rows]
    if not values:
        return
    connection = await work.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(PayeeRow)
    keys = ("organisation_id", "contact_id")
    new = {name: statement.excluded[name] for name in values[0] if name not in keys}
    await connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=new), values)


async def mark_gone(work: AsyncSession, organisation_id: str) -> None:
    """Write down which payees the copy does not have any more; should one come back, that is a change."""
    here = exists().where(
        col(LedgerContactRow.organisation_id) == organisation_id, col(LedgerContactRow.id) == col(PayeeRow.contact_id)
    )
    await work.exec(
        update(PayeeRow)
        .where(col(PayeeRow.organisation_id) == organisation_id, ~here)
        .values(status=GONE)
        .execution_options(synchronize_session=False)
    )
