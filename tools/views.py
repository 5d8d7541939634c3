"""What a person sees of a result: tables, files and confirmation cards, as plain data without any layout."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnKind(StrEnum):
    """How a column's cells are shown and sorted."""

    TEXT = "text"
    MONEY = "money"
    """Cell: {"minor": int, "currency": str}; shown right-aligned in tabular figures."""
    DATE = "date"
    """Cell: "YYYY-MM-DD"."""
    STATUS = "status"
    """Cell: {"word": str, "tone": Tone}; a word and a dot, never colour alone."""
    DAYS = "days"
    """Cell: int, e.g. days overdue."""


Tone = Literal["neutral", "waiting", "done", "refused", "attention"]


class Column(View):
    key: str
    label: str
    kind: ColumnKind = ColumnKind.TEXT


class Total(View):
    """A sum of one currency in minor units."""

    minor: int
    currency: str


class Table(View):
    """Rows that a person can filter, sort and download: every one, unless `whole` says that there are more."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[dict[str, object], ...]
    """One dict a row keyed by Column.key; optional: "_link", the document's address; "_ask", a sentence to ask;
    "_strong", where it sums others up."""
    totals: tuple[Total, ...] = ()
    total_label: str = ""
    total_column: str = ""
    """The key of the column that the totals add up."""
    whole: int = 0
    """How many rows there are in all, where that is more than are here; the totals are of all."""
    organisation: str
    as_of: datetime
    source: str
    """Who was asked, e.g. "Xero" or "Solaris"."""
    language: str = "en"


class File(View):
    """A file that a person can open: fetched from the provider when it is, kept nowhere."""

    title: str
    """What it belongs to, e.g. "Invoice INV-0042"."""
    name: str
    media_type: str
    size: int = 0
    """In bytes; 0 where that is known only when it is fetched."""
    organisation: str
    organisation_id: str
    document_id: str
    """The invoice or bill at Xero."""
    file_id: str = ""
    """Of the file on it; "" for the document itself as it is printed."""
    online: str = ""
    """Where it is seen at Xero by whoever has this address, instead of a file of ours."""
    leads: bool = True
    """Whether there is something at that address (the sandbox has no pages)."""
    language: str = "en"


class Fact(View):
    """One line of a card: a label and its value, with a copyable detail (an id) where there is one."""

    label: str
    value: str
    emphasis: bool = False


class Card(View):
    """What a person is asked to confirm, rendered from the proposal's own bytes and nothing else."""

    deed: str
    """The deed as the primary button says it: "Record payment of € 980.00"."""
    headline: str
    """What happens, in words: "Record a payment to a supplier"."""
    amount: str
    payee: str
    payee_label: str
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...] = ()
    note: str = ""
    """What this deed does not do, where that is easily mistaken (recording in Xero moves no money at the bank)."""
