"""The rules as a file states them: read, checked, and known by the digest of what they say."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from assistant.canonical import canonical
from assistant.principal import Role
from tools.base import WriteKind
from tools.money import AmountError, Money, decimals_of, is_currency

PACKAGED = Path(__file__).parent / "policy.toml"
"""The rules that hold where no file is named."""


class BadPolicy(ValueError):
    """The file cannot be used; the text says where and why. Nothing may be written without rules."""


def _amounts(value: object) -> object:
    """`{EUR = "5000.00"}` as whole minor units by currency."""
    if not isinstance(value, Mapping):
        raise ValueError('amounts are written as { EUR = "5000.00" }')
    minor: dict[str, int] = {}
    for currency, amount in value.items():
        if not isinstance(currency, str) or not is_currency(currency):
            raise ValueError(f"{currency!r} is not a currency")
        if not isinstance(amount, str):
            raise ValueError(f'the amount for {currency} must be text, e.g. "5000.00"')
        minor[currency] = _minor(amount, currency)
    if not minor:
        raise ValueError("no currency is named, so nothing would be allowed; leave the table out instead")
    return minor


def _minor(amount: str, currency: str) -> int:
    whole, _, decimals = amount.partition(".")
    if not (whole.isascii() and whole.isdigit() and (not decimals or (decimals.isascii() and decimals.isdigit()))):
        raise ValueError(f"{amount!r} is not a plain amount")
    if len(decimals) > decimals_of(currency):
        raise ValueError(f"{amount!r} has more decimals than {currency}")
    try:
        return Money.from_minor(int(whole + decimals.ljust(decimals_of(currency), "0")), currency).minor
    except AmountError as error:
        raise ValueError(str(error)) from error


Amounts = Annotated[dict[str, Annotated[int, Field(ge=0)]], BeforeValidator(_amounts)]
"""Minor units by currency; a currency that is not in it is not allowed."""

Most = Literal["any"] | Amounts
"""The most of one write; "any" where no amount is involved."""


def _known_roles(limits: dict[Role, Most]) -> dict[Role, Most]:
    if not limits:
        raise ValueError("no role is named, so nobody could do it; leave the table out instead")
    return limits


ByRole = Annotated[dict[Role, Most], AfterValidator(_known_roles)]


class Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cards(Rule):
    """How many cards may wait, and for how long one that was shown can be confirmed."""

    open_in_a_conversation: Annotated[int, Field(ge=1, le=100, strict=True)]
    confirm_minutes: Annotated[int, Field(ge=1, le=60, strict=True)]


class Sums(Rule):
    """The most that is confirmed together in 24 hours."""

    person: Amounts
    organisation: Amounts


class Threshold(Rule):
    """Above these amounts, or always, something more is needed."""

    above: Amounts = Field(default_factory=dict)
    always: bool = False

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if bool(self.above) is self.always:
            raise ValueError("say either `above` or `always = true`")
        return self

    def over(self, money: Money | None) -> bool:
        """Whether that much is above it; an unknown currency is."""
        if self.always or money is None:
            return True
        most = self.above.get(money.currency)
        return most is None or money.minor > most


class PayeeRule(Rule):
    """How long a payee who is new or was changed waits."""

    cooling_off_hours: Annotated[int, Field(ge=0, le=24 * 60, strict=True)]

    @property
    def cooling_off(self) -> timedelta:
        return timedelta(hours=self.cooling_off_hours)


class DuplicateRule(Rule):
    """Within how many days the same payee, amount and number is taken for the same payment."""

    days: Annotated[int, Field(ge=1, le=366, strict=True)]


class KindRules(Rule):
    """What holds for one kind of write. Limits cannot be left out; a need that is left out is not asked for."""

    propose: ByRole
    confirm: ByRole
    in_24_hours: Sums | None = None
    second_person: Threshold | None = None
    step_up: Threshold | None = None
    payee: PayeeRule | None = None
    duplicates: DuplicateRule | None = None


class Policy(Rule):
    """The rules of the house, for every kind of write that is allowed at all."""

    version: Literal[1]
    cards: Cards
    payment_out: KindRules | None = None
    payment_in: KindRules | None = None
    payment_removal: KindRules | None = None
    payee_change: KindRules | None = None
    contact_change: KindRules | None = None
    document_draft: KindRules | None = None
    document_approval: KindRules | None = None
    document_sent: KindRules | None = None
    document_note: KindRules | None = None
    own_transfer: KindRules | None = None
    item_change: KindRules | None = None
    money_spent: KindRules | None = None
    money_received: KindRules | None = None
    set_off: KindRules | None = None
    manual_journal: KindRules | None = None
    file_added: KindRules | None = None
    timesheet: KindRules | None = None

    @model_validator(mode="after")
    def _fit_their_kind(self) -> Self:
        for kind, rules in self.kinds.items():
            tables = {"propose": rules.propose, "confirm": rules.confirm}
            for name, table in tables.items():
                wrong = [str(role) for role, most in table.items() if (most == "any") == kind.has_amount]
                if wrong:
                    how = "amounts by currency" if kind.has_amount else '"any"'
                    raise ValueError(f"{kind}.{name}: {', '.join(wrong)} must be given {how}")
            if Role.VIEWER in rules.propose or Role.VIEWER in rules.confirm:
                raise ValueError(f"{kind}: a viewer only reads")
            if Role.PAYROLL in rules.propose or Role.PAYROLL in rules.confirm:
                raise ValueError(f"{kind}: payroll is held beside another role; name that one")
            if not kind.is_payment and (rules.duplicates or rules.payee):
                raise ValueError(f"{kind}: `payee` and `duplicates` are rules for payments")
        for kind, payments in self.kinds.items():
            if kind.is_payment and payments.in_24_hours is None:
                raise ValueError(f"{kind}.in_24_hours is missing")
            if kind.is_out and (payments.second_person is None or payments.payee is None):
                raise ValueError(f"{kind}.second_person and {kind}.payee are missing")
        change = self.payee_change
        if change and not (change.second_person and change.second_person.always):
            raise ValueError("payee_change.second_person: always = true; whom we pay is never changed by one person")
        return self

    @property
    def kinds(self) -> dict[WriteKind, KindRules]:
        """The kinds of write that are allowed at all."""
        found = {kind: getattr(self, kind.value) for kind in WriteKind}
        return {kind: rules for kind, rules in found.items() if rules is not None}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over what the rules say, whatever their file looks like: the version that decisions are bound to."""
        return hashlib.sha256(canonical(self.model_dump(mode="json", exclude_none=True))).hexdigest()


def read_policy(text: str, *, called: str = "the policy") -> Policy:
    """The rules of a file's text. Raises BadPolicy, which names each place that is wrong."""
    try:
        found: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(f"{called} is not TOML: {error}") from error
    try:
        return Policy.model_validate(found)
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in item['loc']) or 'policy'}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors(include_input=False, include_url=False, include_context=False)
        ]
        raise BadPolicy(f"{called} cannot be used: {'; '.join(problems)}") from error


def load_policy(path: Path | None = None) -> Policy:
    """The rules of that file, else those that come with the product. Raises BadPolicy."""
    source = path or PACKAGED
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadPolicy(f"{source} cannot be read: {error}") from error
    return read_policy(text, called=str(source))
