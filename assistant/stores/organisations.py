"""The organisations of this house: our own id for each company, and what its provider calls it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tools.base import Organisation


class OrganisationRow(SQLModel, table=True):
    """A company whose books can be opened here; `tenant_id` is Xero's id and leaves this table only for Xero."""

    __tablename__ = "organisation"

    id: str = Field(primary_key=True)
    tenant_id: str = Field(unique=True)
    name: str
    base_currency: str
    short_code: str = ""
    timezone: str = "Europe/Berlin"
    created_at: str
    updated_at: str
    left_at: str = ""
    """Since when Xero does not open its books to us any more; empty while it does."""

    def organisation(self) -> Organisation:
        """The part that tools and cards see."""
        return Organisation(self.id, self.name, self.base_currency, self.short_code, self.timezone)


async def put(work: AsyncSession, organisation: Organisation, *, tenant_id: str, now: str) -> None:
    """Keep the organisation's facts as they are now, under our id. Raises ValueError for facts that cannot be."""
    if not organisation.id or not tenant_id or not organisation.name:
        raise ValueError("an organisation has an id, the provider's id and a name")
    if len(organisation.base_currency) != 3 or not organisation.base_currency.isupper():
        raise ValueError(f"{organisation.base_currency!r} is not a currency")
    row = await work.get(OrganisationRow, organisation.id)
    if row is None:
        row = OrganisationRow(
            id=organisation.id, tenant_id=tenant_id, name="", base_currency="", created_at=now, updated_at=now
        )
    elif row.tenant_id != tenant_id:
        raise ValueError(f"organisation {organisation.id} belongs to another tenant")
    row.name, row.base_currency, row.updated_at = organisation.name, organisation.base_currency, now
    row.short_code, row.timezone, row.left_at = organisation.short_code, organisation.timezone, ""
    work.add(row)


async def leave(work: AsyncSession, ids: Sequence[str], now: str) -> None:
    """Xero does not open their books to us any more."""
    await work.exec(
        update(OrganisationRow)
        .where(col(OrganisationRow.id).in_(ids), col(OrganisationRow.left_at) == "")
        .values(left_at=now)
        .execution_options(synchronize_session=False)
    )


async def get(work: AsyncSession, organisation_id: str) -> OrganisationRow | None:
    """The organisation of that id."""
    return await work.get(OrganisationRow, organisation_id)


async def by_tenant(work: AsyncSession, tenant_id: str) -> OrganisationRow | None:
    """The organisation that Xero calls so."""
    found = await work.exec(select(OrganisationRow).where(col(OrganisationRow.tenant_id) == tenant_id))
    return found.first()


async def every(work: AsyncSession) -> list[OrganisationRow]:
    """Every organisation, by name."""
    return list((await work.exec(select(OrganisationRow).order_by(col(OrganisationRow.name)))).all())
