"""What an organisation has set up in Xero, and what happened to a record: shapes and how they are read."""

from __future__ import annotations

from datetime import datetime

from tools.xero.books import Shape
from tools.xero.decoding import Unreadable, Wire, moment, text


class TrackingCategory(Shape):
    """A way in which income and costs are divided beside the accounts, with what can be chosen."""

    name: str
    options: tuple[str, ...]
    id: str = ""


class Currency(Shape):
    """A currency that documents can be in."""

    code: str
    name: str


class XeroUser(Shape):
    """Somebody who works in the organisation's Xero."""

    name: str
    email: str
    role: str
    """Xero's own word (OrganisationRole), e.g. STANDARD."""
    is_subscriber: bool = False


class HistoryRecord(Shape):
    """A change of a record, or a note of a person."""

    at: datetime
    changes: str
    user: str
    details: str


def tracking_category(record: Wire) -> TrackingCategory | None:
    """One that is in use, with its options that are."""
    if _gone(record):
        return None
    options = [option for option in record.get("Options") or () if not _gone(option)]
    return TrackingCategory(
        id=text(record.get("TrackingCategoryID")),
        name=record["Name"],
        options=tuple(text(option.get("Name")) for option in options),
    )


def currency(record: Wire) -> Currency:
    """A currency."""
    return Currency(code=record["Code"], name=text(record.get("Description")))


def user(record: Wire) -> XeroUser:
    """A person."""
    name = " ".join(filter(None, (text(record.get("FirstName")), text(record.get("LastName")))))
    return XeroUser(
        name=name,
        email=text(record.get("EmailAddress")),
        role=text(record.get("OrganisationRole")),
        is_subscriber=record.get("IsSubscriber") is True,
    )


def history_record(record: Wire) -> HistoryRecord:
    """A line of the history; Xero gives its time as DateUTC and, sometimes alone, as DateUTCString."""
    at = record.get("DateUTC") or record.get("DateUTCString")
    if at is None:
        raise Unreadable("a history record without a time")
    return HistoryRecord(
        at=moment(at),
        changes=text(record.get("Changes")),
        user=text(record.get("User")),
        details=text(record.get("Details")),
    )


def _gone(record: Wire) -> bool:
    return (text(record.get("Status")) or "ACTIVE") != "ACTIVE"
