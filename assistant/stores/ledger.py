"""The tables of the ledger copy: what Xero has, kept here so that a question does not cost Xero's limits.

Amounts are integers in ten-thousandths of the currency's unit: Xero keeps up to four decimals, and one scale for
every currency lets SQL compare and add exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Index,
    Row,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel, col
from sqlmodel import select as sqlmodel_select
from sqlmodel.ext.asyncio.session import AsyncSession

from tools.xero.books import DocumentKind

SCALE = 10_000


SUMMED = ("organisation_id", "kind", "status", "currency", "contact_id", "due", "amount_due", "total")
"""All that sums over documents need, in the order in which they are grouped: such questions read nothing else."""


class LedgerDocumentRow(SQLModel, table=True):
    """An invoice or bill without its lines."""

    __tablename__ = "ledger_document"
    __table_args__ = (
        Index("ix_ledger_document_state", "organisation_id", "kind", "status", "due"),
        Index("ix_ledger_document_contact", "organisation_id", "kind", "contact_id"),
        Index("ix_ledger_document_key", "organisation_id", "number_key"),
        Index("ix_ledger_document_due", "organisation_id", "kind", "due"),
        Index("ix_ledger_document_sums", *SUMMED),
        Index("ix_ledger_document_reference", "organisation_id", "reference", "id"),
        Index("ix_ledger_document_total", "organisation_id", "total"),
        Index("ix_ledger_document_left", "organisation_id", "amount_due"),
        Index("ix_ledger_document_digits", "organisation_id", "number_digits"),
    )

    organisation_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kind: str
    number: str
    number_key: str = ""
    """What makes the number, whatever its spelling (`tools.xero.names.joined_key`)."""
    number_digits: str = ""
    """Its digits in one piece, without leading zeros."""
    reference: str
    status: str
    contact_id: str
    contact_name: str
    issued: str
    due: str
    """YYYY-MM-DD; empty where there is none."""
    currency: str
    total: int = Field(sa_type=BigInteger)
    amount_due: int = Field(sa_type=BigInteger)
    amount_paid: int = Field(sa_type=BigInteger)
    amount_credited: int = Field(sa_type=BigInteger)
    updated_at: str
    synced_at: str


class LedgerPaymentRow(SQLModel, table=True):
    """A payment recorded in Xero; `direction` is in or out, from Xero's type."""

    __tablename__ = "ledger_payment"
    __table_args__ = (
        Index("ix_ledger_payment_document", "organisation_id", "document_id"),
        Index("ix_ledger_payment_day", "organisation_id", "paid_on"),
        Index("ix_ledger_payment_reference", "organisation_id", "reference", "id"),
        Index("ix_ledger_payment_contact", "organisation_id", "contact_id"),
    )

    organisation_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    document_id: str
    document_number: str
    document_kind: str
    direction: str
    contact_id: str
    contact_name: str
    paid_on: str
    amount: int = Field(sa_type=BigInteger)
    currency: str
    reference: str
    account_id: str
    account_code: str
    status: str
    type: str
    updated_at: str
    synced_at: str


class LedgerCreditNoteRow(SQLModel, table=True):
    """A credit note; `allocations` is JSON: [[document id, ten-thousandths, YYYY-MM-DD], ...]."""

    __tablename__ = "ledger_credit_note"
    __table_args__ = (Index("ix_ledger_credit_note_contact", "organisation_id", "kind", "contact_id"),)

    organisation_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kind: str
    number: str
    reference: str
    status: str
    contact_id: str
    contact_name: str
    issued: str
    currency: str
    total: int = Field(sa_type=BigInteger)
    remaining: int = Field(sa_type=BigInteger)
    allocations: str
    updated_at: str
    synced_at: str


class LedgerContactRow(SQLModel, table=True):
    """A customer or supplier."""

    __tablename__ = "ledger_contact"

    organisation_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    email: str
    city: str
    is_customer: bool
    is_supplier: bool
    status: str
    iban: str
    updated_at: str
    synced_at: str


class LedgerAccountRow(SQLModel, table=True):
    """An account of the chart of accounts."""

    __tablename__ = "ledger_account"

    organisation_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    code: str
    name: str
    type: str
    status: str
    currency: str
    enable_payments: bool
    bank_account_number: str
    updated_at: str
    synced_at: str


class LedgerSyncRow(SQLModel, table=True):
    """How far one kind of one organisation is copied."""

    __tablename__ = "ledger_sync"

    organisation_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    high_water: str = ""
    """Everything that Xero changed up to this moment (Xero's own clock) is here."""
    completed_at: str = ""
    """When the last complete run began (our clock); empty until the first whole load is done."""


LedgerTable = (
    type[LedgerDocumentRow]
    | type[LedgerPaymentRow]
    | type[LedgerContactRow]
    | type[LedgerAccountRow]
    | type[LedgerCreditNoteRow]
)


def to_units(amount: Decimal) -> int:
    """The amount as rows hold it. Raises ValueError for more than four decimals."""
    scaled = amount * SCALE
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} has more than four decimals")
    return int(scaled)


def from_units(units: int) -> Decimal:
    """The exact amount, with at least two decimals as Xero writes it."""
    if units % 100 == 0:
        return Decimal(units // 100).scaleb(-2)
    return Decimal(units).scaleb(-4).normalize()


async def upsert(work: AsyncSession, table: LedgerTable, rows: Sequence[Mapping[str, object]]) -> None:
    """Put the rows in the place of older ones of the same id; a newer one that is there already stays."""
    if not rows:
        return
    connection = await work.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    new = {name: statement.excluded[name] for name in rows[0] if name not in ("organisation_id", "id")}
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "id"],
            set_=new,
            where=statement.excluded["updated_at"] >= col(table.updated_at),
        ),
        [dict(row) for row in rows],
    )


async def forget_older(work: AsyncSession, table: LedgerTable, organisation_id: str, synced_before: str) -> None:
    """Take out what a whole load did not meet any more."""
    await work.exec(
        delete(table).where(col(table.organisation_id) == organisation_id, col(table.synced_at) < synced_before)
    )


async def sync_rows(work: AsyncSession, organisation_id: str) -> dict[str, LedgerSyncRow]:
    """How far each kind is copied, by kind."""
    found = await work.exec(sqlmodel_select(LedgerSyncRow).where(col(LedgerSyncRow.organisation_id) == organisation_id))
    return {row.kind: row for row in found.all()}


async def save_sync(work: AsyncSession, organisation_id: str, kind: str, *, high_water: str, completed_at: str) -> None:
    """Write down how far one kind is copied."""
    await work.merge(
        LedgerSyncRow(organisation_id=organisation_id, kind=kind, high_water=high_water, completed_at=completed_at)
    )


async def save_mark(work: AsyncSession, organisation_id: str, name: str, at: str) -> None:
    """Write down when something last happened that concerns the copy; the latest counts."""
    connection = await work.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(LedgerSyncRow).values(organisation_id=organisation_id, kind=name, high_water="", completed_at=at)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "kind"],
            set_={"completed_at": statement.excluded["completed_at"]},
            where=statement.excluded["completed_at"] > col(LedgerSyncRow.completed_at),
        )
    )


async def count(work: AsyncSession, table: LedgerTable, organisation_id: str) -> int:
    """How many rows of one kind are copied."""
    connection = await work.connection()
    counting = select(func.count()).select_from(table).where(col(table.organisation_id) == organisation_id)
    return int((await connection.execute(counting)).scalar_one())


async def look_over(work: AsyncSession, table: LedgerTable) -> None:
    """Let SQLite look at what the table holds now, so that it finds by what is rarest; PostgreSQL does it by itself."""
    connection = await work.connection()
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
        await connection.exec_driver_sql(f"ANALYZE {table.__tablename__}")


async def known_contacts(work: AsyncSession, organisation_id: str, ids: Sequence[str]) -> set[str]:
    """Those of the contact ids that are copied."""
    connection = await work.connection()
    wanted = select(col(LedgerContactRow.id)).where(
        col(LedgerContactRow.organisation_id) == organisation_id, col(LedgerContactRow.id).in_(ids)
    )
    return set((await connection.execute(wanted)).scalars().all())


async def standing_payments_of(work: AsyncSession, organisation_id: str, document_id: str) -> set[str]:
    """The ids of the payments on that document that the copy takes for standing."""
    row = LedgerPaymentRow
    connection = await work.connection()
    wanted = select(col(row.id)).where(
        col(row.organisation_id) == organisation_id,
        col(row.document_id) == document_id,
        col(row.status) == "AUTHORISED",
    )
    return set((await connection.execute(wanted)).scalars().all())


async def delete_payments(work: AsyncSession, organisation_id: str, ids: Sequence[str], now: str) -> None:
    """Mark payments that Xero does not have any more."""
    row = LedgerPaymentRow
    await work.exec(
        update(row)
        .where(col(row.organisation_id) == organisation_id, col(row.id).in_(ids))
        .values(status="DELETED", synced_at=now)
        .execution_options(synchronize_session=False)
    )


async def credit_notes(work: AsyncSession, organisation_id: str, kind: DocumentKind) -> Sequence[Row[Any]]:
    """Every credit note of that side, in no order that people see."""
    row = LedgerCreditNoteRow
    columns = [column for column in row.__table__.c if column.name not in ("organisation_id", "synced_at")]  # type: ignore[attr-defined]
    connection = await work.connection()
    wanted = select(*columns).where(col(row.organisation_id) == organisation_id, col(row.kind) == str(kind))
    return (await connection.execute(wanted)).all()


async def contacts_version(work: AsyncSession, organisation_id: str) -> tuple[int, str, str]:
    """What is another one whenever a contact has changed: how many there are, and the latest moments in their rows."""
    row = LedgerContactRow
    connection = await work.connection()
    wanted = select(
        func.count(), func.coalesce(func.max(row.updated_at), ""), func.coalesce(func.max(row.synced_at), "")
    ).where(col(row.organisation_id) == organisation_id)
    count, updated, synced = (await connection.execute(wanted)).one()
    return int(count), str(updated), str(synced)


async def contacts(work: AsyncSession, organisation_id: str) -> Sequence[Row[Any]]:
    """Every contact that is not archived."""
    row = LedgerContactRow
    columns = [column for column in row.__table__.c if column.name not in ("organisation_id", "synced_at")]  # type: ignore[attr-defined]
    connection = await work.connection()
    wanted = select(*columns).where(
        col(row.organisation_id) == organisation_id, or_(col(row.status) == "ACTIVE", col(row.status) == "")
    )
    return (await connection.execute(wanted)).all()


async def accounts(work: AsyncSession, organisation_id: str) -> Sequence[Row[Any]]:
    """The chart of accounts, in no order that people see."""
    row = LedgerAccountRow
    columns = [column for column in row.__table__.c if column.name not in ("organisation_id", "synced_at")]  # type: ignore[attr-defined]
    connection = await work.connection()
    wanted = select(*columns).where(col(row.organisation_id) == organisation_id)
    return (await connection.execute(wanted)).all()


def direction_of(kind: DocumentKind | None, xero_type: str) -> str:
    """Whether money came in or went out: by the document, else a refund, which runs the other way (PaymentType)."""
    if kind is not None:
        return "in" if kind is DocumentKind.INVOICE else "out"
    return "in" if xero_type.startswith("AP") else "out"
