"""A transfer between own accounts to be recorded, complete and language-neutral: what the digest covers."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

from tools import words
from tools.base import Payload, Stakes, WriteKind
from tools.errors import Language
from tools.money import Money
from tools.views import Card, Fact
from tools.xero.cash import NewTransfer
from tools.xero.payment_plan import Part, PlannedAmount, PlannedOrganisation


class PlannedBank(Part):
    """A bank account of the ledger as it was read when the card was made."""

    id: str
    code: str
    name: str

    @property
    def title(self) -> str:
        """As people say it: "090 Main account"."""
        return words.visible(f"{self.code} {self.name}".strip())


class TransferPlan(Part):
    """From where to where, how much and when; both accounts are kept in the amount's currency."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    source: PlannedBank
    target: PlannedBank
    amount: PlannedAmount
    date: str
    date_chosen: Literal["said", "today"]
    note: str
    """The person's own part of the reference; may be empty."""
    reference: str
    """As Xero gets it: the note and our mark."""
    alike: str = ""
    """The day of the latest transfer of the same amount between the same accounts in the last ten days, or empty."""

    @classmethod
    def read(cls, payload: Payload) -> TransferPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        return cls.model_validate_json(json.dumps(payload))

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    @property
    def money(self) -> Money:
        """How much."""
        return Money.from_minor(self.amount.minor, self.amount.currency)

    @property
    def on(self) -> datetime.date:
        """When."""
        return datetime.date.fromisoformat(self.date)

    def new(self) -> NewTransfer:
        """What Xero is sent."""
        return NewTransfer(
            from_id=self.source.id, to_id=self.target.id, on=self.on, money=self.money, reference=self.reference
        )

    def stakes(self) -> Stakes:
        """What the policy has to know of it."""
        return Stakes(
            kind=WriteKind.OWN_TRANSFER,
            money=self.money,
            payee_id=self.target.id,
            payee_name=self.target.name,
            bank="",
            reference=self.reference,
            day=self.on,
        )

    def arguments(self, edited: Mapping[str, str]) -> dict[str, object]:
        """The arguments that propose it again; the accounts by their ids, so that an edit never ends elsewhere."""
        return {
            "from_account": self.source.id,
            "to_account": self.target.id,
            "amount": edited.get("amount", str(self.money.amount)),
            "currency": self.amount.currency,
            "date": edited.get("date", self.date),
            "reference": edited.get("reference", self.note),
        }


def transfer_line(plan: TransferPlan, language: Language) -> str:
    """The plan in one line: "Transfer of € 500.00 from 090 Main account to 091 Savings"."""
    amount = words.money(plan.money, language)
    return words.say(
        language,
        f"Transfer of {amount} from {plan.source.title} to {plan.target.title}",
        f"Umbuchung von {amount} von {plan.source.title} auf {plan.target.title}",
    )


def transfer_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = TransferPlan.read(payload)
    amount = words.money(plan.money, language)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    today = label(" (today)", " (heute)") if plan.date_chosen == "today" else ""
    warnings = []
    if plan.alike:
        day = words.day(datetime.date.fromisoformat(plan.alike), language)
        warnings.append(
            label(
                f"A transfer of {amount} between the same accounts is in the books on {day} already.",
                f"Eine Umbuchung von {amount} zwischen denselben Konten steht am {day} schon in den Büchern.",
            )
        )
    return Card(
        deed=label(f"Record transfer of {amount}", f"Umbuchung von {amount} erfassen"),
        headline=label("Record a transfer between own accounts", "Umbuchung zwischen eigenen Konten erfassen"),
        amount=amount,
        payee=plan.target.title,
        payee_label=label("To account", "Auf Konto"),
        facts=(
            Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
            Fact(label=label("From account", "Von Konto"), value=plan.source.title),
            Fact(label=label("Amount", "Betrag"), value=amount, emphasis=True),
            Fact(label=label("Date", "Datum"), value=words.day(plan.on, language) + today),
            Fact(label=label("Reference", "Verwendungszweck"), value=words.visible(plan.reference)),
        ),
        warnings=tuple(warnings),
        note=label(
            "This records the transfer in Xero. It moves no money at the bank.",
            "Das erfasst die Umbuchung in Xero. Bei der Bank wird kein Geld bewegt.",
        ),
    )
