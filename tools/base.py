"""What a tool is: a typed function that reads, or a write that can only be proposed.

A tool's docstring is its only description and its signature its only schema; the first parameter (`access`) is
what the host lends it and the model never sees it. An effect has no default: `read_tool` or `write_tool`.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, JsonValue, create_model

from tools.errors import Choice, Language, ProviderBusy
from tools.money import Money
from tools.sent_files import NOTHING_SENT, HeldContents, SentFiles
from tools.views import Card, File, Table

if TYPE_CHECKING:
    from tools.solaris.bank import Bank
    from tools.xero.books import Books, LiveBooks
    from tools.xero.cash import CashBooks, CashWriter
    from tools.xero.drafts import DocumentWriter
    from tools.xero.journals import JournalBooks
    from tools.xero.master_data import MasterBooks, MasterWriter
    from tools.xero.papers import Papers, PaperWriter
    from tools.xero.report_shapes import Reports
    from tools.xero.trade import TradeBooks, TradeWriter
    from tools.xero.writing import ContactWriter, PaymentWriter

Payload = dict[str, JsonValue]
"""What will be done, complete: JSON of strings, integers, booleans and objects only (RFC 8785 canonicalises it)."""


class Right(StrEnum):
    """What has to be held beside an ordinary role, because it opens what most finance people must not see."""

    PAYROLL = "payroll"
    """What people earn, their leave and their hours."""


class Effect(StrEnum):
    """Whether a tool reads or (once a person has confirmed) writes."""

    READ = "read"
    WRITE = "write"


class WriteKind(StrEnum):
    """What a write does to money or to whom money may go: what the policy's rules are made for."""

    PAYMENT_OUT = "payment_out"
    """Money that left us is recorded or sent."""
    PAYMENT_IN = "payment_in"
    """Money that came to us is recorded."""
    PAYMENT_REMOVAL = "payment_removal"
    """A recorded payment is taken back, so that its invoice or bill is open again."""
    PAYEE_CHANGE = "payee_change"
    """Where somebody's money goes is changed: their bank details."""
    CONTACT_CHANGE = "contact_change"
    """A contact is added or changed, their bank details excepted."""
    DOCUMENT_DRAFT = "document_draft"
    """An invoice or bill that does not count yet is made, changed, submitted or deleted."""
    DOCUMENT_APPROVAL = "document_approval"
    """An invoice or bill comes to count in the ledger, or ceases to: approved, or voided."""
    DOCUMENT_SENT = "document_sent"
    """An invoice goes to its customer, or is marked as sent: nothing counts differently, and it cannot be undone."""
    DOCUMENT_NOTE = "document_note"
    """A note is left in a document's history."""
    OWN_TRANSFER = "own_transfer"
    """Money that moved between our own accounts is recorded."""
    ITEM_CHANGE = "item_change"
    """What is sold or bought by a code, or which group a contact is in, is added or changed."""
    MONEY_SPENT = "money_spent"
    """Money that left us without a bill is recorded, straight to a ledger account."""
    MONEY_RECEIVED = "money_received"
    """Money that came to us without an invoice is recorded, straight to a ledger account."""
    SET_OFF = "set_off"
    """A credit note or an advance is set off against an invoice or bill: no money moves, less is left to pay."""
    MANUAL_JOURNAL = "manual_journal"
    """Amounts are posted from ledger account to ledger account by hand."""
    FILE_ADDED = "file_added"
    """A file is attached to a document: nothing counts differently."""
    TIMESHEET = "timesheet"
    """Hours that are paid for: a timesheet is made or approved."""

    @property
    def right(self) -> Right | None:
        """What has to be held beside a role to propose, see or decide such a write."""
        return Right.PAYROLL if self is WriteKind.TIMESHEET else None

    @property
    def is_payment(self) -> bool:
        """Whether money that moved is recorded."""
        return self in (*_OUT, *_IN)

    @property
    def is_out(self) -> bool:
        """Whether money that left us is recorded, for a bill or without one."""
        return self in _OUT

    @property
    def counted_with(self) -> tuple[WriteKind, ...]:
        """The kinds whose sums count together, so that no limit is passed by recording a payment as another kind."""
        return next((together for together in (_OUT, _IN) if self in together), (self,))

    @property
    def has_amount(self) -> bool:
        """Whether it is about an amount, which the rules limit."""
        return self not in _WITHOUT_AMOUNT


_WITHOUT_AMOUNT = (
    WriteKind.PAYEE_CHANGE,
    WriteKind.CONTACT_CHANGE,
    WriteKind.DOCUMENT_SENT,
    WriteKind.DOCUMENT_NOTE,
    WriteKind.ITEM_CHANGE,
    WriteKind.FILE_ADDED,
    WriteKind.TIMESHEET,
)
_OUT = (WriteKind.PAYMENT_OUT, WriteKind.MONEY_SPENT)
_IN = (WriteKind.PAYMENT_IN, WriteKind.MONEY_RECEIVED)


@dataclass(frozen=True, slots=True)
class Stakes:
    """What a write puts at stake, read from its payload and from nothing else: the policy decides by these facts."""

    kind: WriteKind
    money: Money | None
    """How much; None where no amount is involved."""
    payee_id: str
    """The contact in the provider's master data."""
    payee_name: str
    bank: str
    """`tools.payee.fingerprint` of the account number on file; empty where there is none."""
    reference: str
    """The number of the invoice or bill, by which a likely duplicate is recognised."""
    day: date | None
    """The day of the payment."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A company whose books are open in this conversation; `id` is ours, never the vendor's."""

    id: str
    name: str
    base_currency: str
    short_code: str = ""
    timezone: str = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Access:
    """What a tool may reach during one call: reading sides only, one organisation, the clock, the language."""

    organisation: Organisation
    now: datetime
    """Aware, UTC."""
    today: date
    """The organisation's own calendar day."""
    language: Language
    books: Books
    """The ledger copy."""
    live: LiveBooks
    """Xero itself, reading: used by proposals and checks."""
    reports: Reports
    """Xero's reports, reading; kept for a minute."""
    papers: Papers
    """Xero's PDFs and attached files, reading."""
    cash: CashBooks
    """Xero's bank transactions, transfers, advances and batch payments, reading."""
    journals: JournalBooks
    """Xero's manual journals, reading."""
    trade: TradeBooks
    """Xero's quotes and purchase orders, reading."""
    masters: MasterBooks
    """Items, contact groups, repeating invoices and details of contacts in Xero, reading."""
    bank: Bank
    """Solaris, reading."""
    new_marker: Callable[[], str]
    """Mints the short mark (see tools/marker.py) by which an executed write is found again in the provider's books."""
    sent: SentFiles = NOTHING_SENT
    """The files of this conversation: names and sizes, never the bytes."""


@dataclass(frozen=True, slots=True)
class WriteAccess:
    """What only the executor holds: the sides of the providers that write."""

    payments: PaymentWriter
    contacts: ContactWriter
    documents: DocumentWriter
    papers: PaperWriter
    cash: CashWriter
    trade: TradeWriter
    masters: MasterWriter
    contents: HeldContents = NOTHING_SENT
    """The bytes of files that people sent into conversations of this organisation."""


class ToolResult(BaseModel):
    """What a read tool found: `facts` for the model, `tables` and `files` for the person.

    `answer` is the figure-first sentence in the person's language, computed by code. `rows` in `facts` are
    limited for the model (numbered from 1, in the table's order); a table holds every row.
    """

    model_config = ConfigDict(frozen=True)

    answer: str
    facts: dict[str, JsonValue] = Field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    files: tuple[File, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A write as it would be done, complete and resolved, before any policy or person has seen it."""

    payload: Payload
    summary: str
    """One line in the person's language, rendered by code, e.g. "Payment of € 980.00 for bill BILL-201"."""

    def __post_init__(self) -> None:
        for place, value in _leaves(self.payload, "payload"):
            if value is None or isinstance(value, float):
                raise TypeError(f"{place} is a {type(value).__name__}, which has no exact form")


def _leaves(value: JsonValue, place: str) -> Iterator[tuple[str, JsonValue]]:
    """Every value that holds no further ones, with where it is."""
    match value:
        case dict():
            for name, each in value.items():
                yield from _leaves(each, f"{place}.{name}")
        case list():
            for index, each in enumerate(value):
                yield from _leaves(each, f"{place}[{index}]")
        case _:
            yield place, value


class Receipt(BaseModel):
    """The provider's own reply to an executed write."""

    model_config = ConfigDict(frozen=True)

    provider: str
    reference: str
    """The provider's id of what was made."""
    link: str = ""
    facts: dict[str, JsonValue] = Field(default_factory=dict)
    summary: dict[Language, str]
    """The outcome line, e.g. "Paid: € 980.00 to Papierwerk …; nothing left to pay"."""


Recognise = Callable[[WriteAccess, Payload, str], Awaitable[Receipt | Mapping[Language, str]]]
"""Called with the provider's id as somebody typed it. Raises ToolError when it cannot be read. Writes nothing."""


Again = Callable[[Payload, Mapping[str, str]], Mapping[str, object]]
"""The arguments with which the same write is proposed again, with the fields that somebody edited in their place; what
it is done to is named by its id from the stored payload, so that an edit can never end somewhere else."""


class _Signature:
    """The model-facing side of a typed function: name, description and JSON schema."""

    def __init__(self, function: Callable[..., Any]) -> None:
        doc = inspect.getdoc(function)
        if not doc:
            raise TypeError(f"{function.__name__} has no docstring, and that is its only description")
        self.name = function.__name__
        self.description = re.sub(r"(?<!\n)\n(?!\n)", " ", doc)
        hints = get_type_hints(function, include_extras=True, localns=_ANNOTATION_NAMES)
        fields: dict[str, Any] = {}
        for parameter in list(inspect.signature(function).parameters.values())[1:]:
            default = ... if parameter.default is inspect.Parameter.empty else parameter.default
            fields[parameter.name] = (hints[parameter.name], default)
        self.arguments: type[BaseModel] = create_model(
            f"{function.__name__}_arguments", __config__=ConfigDict(extra="forbid", strict=False), **fields
        )

    def schema(self) -> dict[str, Any]:
        """The JSON schema of the arguments (JSON Schema 2020-12, as Chat Completions takes it)."""
        schema = self.arguments.model_json_schema()
        schema.pop("title", None)
        for spec in schema.get("properties", {}).values():
            spec.pop("title", None)
            if spec.get("default") in ("", 0):  # an empty default says no more than "optional" does
                del spec["default"]
        return schema


_ANNOTATION_NAMES: dict[str, Any] = {"Access": object, "Books": object, "LiveBooks": object, "Bank": object}


@dataclass(frozen=True, slots=True)
class ReadTool:
    """A tool that only reads; any viewer may use it who holds its right, where it has one."""

    run: Callable[..., Awaitable[ToolResult]]
    provider: str
    signature: _Signature = field(repr=False)
    effect: Effect = Effect.READ
    right: Right | None = None

    @property
    def name(self) -> str:
        return self.signature.name


@dataclass(frozen=True, slots=True)
class WriteTool:
    """A tool that proposes a write; execution belongs to the executor, after a person has confirmed."""

    propose: Callable[..., Awaitable[Draft]]
    changed: Callable[[Access, Payload], Awaitable[Mapping[Language, str] | None]]
    """Reads again live: None when the payload still holds, else what changed, in words. Writes nothing."""
    execute: Callable[[WriteAccess, Payload, str], Awaitable[Receipt]]
    """Sends it once with that idempotency key. Raises ToolFailed (nothing written) or OutcomeUnknown."""
    look_up: Callable[[WriteAccess, Payload, str], Awaitable[Receipt | None]]
    """Finds the effect of an earlier attempt by our reference; None when it certainly did not happen."""
    card: Callable[[Payload, Language], Card]
    subject: Callable[[Payload], str]
    """The id of what is written to (the invoice or bill): one write at a time is carried out on it."""
    stakes: Callable[[Payload], Stakes]
    """What the policy has to know of it."""
    typed: tuple[str, ...]
    """Arguments that must stand in the person's own messages: what only a model says of them is not taken."""
    recognise: Recognise | None
    """Reads the record that a person names as the effect of a send without an answer: its receipt, or in words what
    differs from what was confirmed. None where the effect has no id of its own: looking up alone decides there."""
    again: Again | None
    """None where it cannot be edited or prepared again from its card."""
    provider: str
    signature: _Signature = field(repr=False)
    effect: Effect = Effect.WRITE
    right: Right | None = None

    @property
    def name(self) -> str:
        return self.signature.name


Tool = ReadTool | WriteTool
T = TypeVar("T")


def _at_home(function: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
    """The function, telling the times of its errors by the organisation's clock; a client knows no organisation."""

    @functools.wraps(function)
    async def told(access: Access, *args: Any, **said: Any) -> T:
        try:
            return await function(access, *args, **said)
        except ProviderBusy as busy:
            raise busy.at_home(access.organisation.timezone) from busy

    return told


def read_tool(
    provider: str, *, right: Right | None = None
) -> Callable[[Callable[..., Awaitable[ToolResult]]], ReadTool]:
    """Declare a typed function as a tool that only reads from `provider`, for those who hold the right."""

    def declare(function: Callable[..., Awaitable[ToolResult]]) -> ReadTool:
        return ReadTool(run=_at_home(function), provider=provider, signature=_Signature(function), right=right)

    return declare


def write_tool(
    provider: str,
    *,
    propose: Callable[..., Awaitable[Draft]],
    changed: Callable[[Access, Payload], Awaitable[Mapping[Language, str] | None]],
    execute: Callable[[WriteAccess, Payload, str], Awaitable[Receipt]],
    look_up: Callable[[WriteAccess, Payload, str], Awaitable[Receipt | None]],
    card: Callable[[Payload, Language], Card],
    subject: Callable[[Payload], str],
    stakes: Callable[[Payload], Stakes],
    typed: tuple[str, ...] = (),
    recognise: Recognise | None = None,
    again: Again | None = None,
    right: Right | None = None,
) -> WriteTool:
    """Declare a write: the model sees only `propose` (its name, docstring and signature)."""
    signature = _Signature(propose)
    return WriteTool(
        propose=_at_home(propose),
        changed=_at_home(changed),
        execute=execute,
        look_up=look_up,
        card=card,
        subject=subject,
        stakes=stakes,
        typed=typed,
        recognise=recognise,
        again=again,
        provider=provider,
        signature=signature,
        right=right,
    )


class Toolset:
    """The closed catalogue of what the assistant can do; names are unique, order is kept."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools: dict[str, Tool] = {}
        for tool in tools:
            if tool.name in self._tools:
                raise TypeError(f"two tools are called {tool.name}")
            self._tools[tool.name] = tool

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def get(self, name: str) -> Tool | None:
        """The tool of that name, or None: an unknown name is the model's error, never a guess."""
        return self._tools.get(name)

    def only(self, *effects: Effect) -> Toolset:
        """The part of the catalogue with these effects (a viewer's model is offered reads only)."""
        return Toolset(tool for tool in self._tools.values() if tool.effect in effects)

    def with_rights(self, held: Callable[[Right], bool]) -> Toolset:
        """The part that somebody may use who holds these rights, and no others."""
        return Toolset(tool for tool in self._tools.values() if tool.right is None or held(tool.right))

    def definitions(self) -> list[dict[str, Any]]:
        """The tools in the shape of Chat Completions' `tools`."""
        return [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.signature.description,
                    "parameters": tool.signature.schema(),
                },
            }
            for tool in self._tools.values()
        ]
