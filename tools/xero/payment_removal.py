"""Taking a recorded payment back: proposed here, confirmed by a person, executed elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools import words
from tools.base import Access, Draft, Payload, Receipt, Stakes, WriteAccess, WriteKind, write_tool
from tools.errors import Choice, Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.inputs import Amount, ContactName, Day, Text, read_amount, read_day
from tools.money import Money
from tools.trouble import Trouble
from tools.views import Card, Fact
from tools.xero.books import Document, DocumentKind, Payment
from tools.xero.document_view import account_name, titled
from tools.xero.documents import contact_of
from tools.xero.finding import document_meant
from tools.xero.links import document_link
from tools.xero.payment_account import locked_until
from tools.xero.payment_plan import Part, PlannedDocument, PlannedOrganisation
from tools.xero.status_change import planned_document

_STILL_THERE = Trouble("answered that the payment still stands", "hat geantwortet, dass die Zahlung noch besteht")


class PlannedPayment(Part):
    """The payment as it was read live when the card was made; minor units of the document's currency."""

    id: str
    minor: int
    date: str
    reference: str
    account: str
    """Code and name of the account it went through."""


class RemovalPlan(Part):
    """Everything that will be sent, and everything that was known when it was decided to."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    document: PlannedDocument
    payment: PlannedPayment

    @classmethod
    def read(cls, payload: Payload) -> RemovalPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        return cls.model_validate(payload)

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    @property
    def money(self) -> Money:
        """What is taken back."""
        return Money.from_minor(self.payment.minor, self.document.currency)

    @property
    def left_after(self) -> Money:
        """What is left to pay on the document afterwards."""
        return Money.from_minor(self.document.due_minor + self.payment.minor, self.document.currency)

    def stakes(self) -> Stakes:
        """What the policy has to know of it."""
        return Stakes(
            kind=WriteKind.PAYMENT_REMOVAL,
            money=self.money,
            payee_id=self.document.contact_id,
            payee_name=self.document.contact_name,
            bank="",
            reference=self.document.number,
            day=date.fromisoformat(self.payment.date),
        )


async def remove_payment(
    access: Access,
    document_number: Annotated[Text, Field(description="Number of the invoice or bill that it was recorded on")] = "",
    contact_name: ContactName = "",
    amount: Annotated[Amount, Field(description="Of the payment, only if said")] = "",
    date: Annotated[Day, Field(description="Of the payment, only if said")] = "",
    payment_id: Annotated[Text, Field(description="The id of a choice, if one was chosen")] = "",
) -> Draft:
    """Propose to take back a payment that was recorded in Xero, so that its invoice or bill is open again.

    Nothing is written: a person confirms on a card. It moves no money at the bank. If the answer asks which one, ask
    the person.
    """
    try:
        plan = await _plan(access, document_number, contact_name, amount, date, payment_id)
    except ToolRetry as asked:
        nothing = {"en": "Nothing was changed", "de": "Es wurde nichts geändert"}
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}." for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None
    return Draft(payload=plan.payload(), summary=_line(plan, access.language))


async def _plan(access: Access, number: str, contact_name: str, amount: str, day: str, payment_id: str) -> RemovalPlan:
    if not number.strip():
        raise ToolRetry(
            {
                "en": "On which invoice or bill was the payment recorded? Its number is missing.",
                "de": "Auf welcher Rechnung wurde die Zahlung erfasst? Ihre Nummer fehlt.",
            }
        )
    contact = await contact_of(access, contact_name)
    known = await document_meant(access, number, contact=contact)
    document, paid, details, accounts = await asyncio.gather(
        access.live.document(known.id),
        access.live.payments_of(known.id),
        access.live.organisation(),
        access.books.accounts(),
    )
    payment = _meant(access, document, paid, amount, day, payment_id)
    locked = locked_until(details)
    if locked and payment.paid_on <= locked:
        raise ToolFailed(
            {
                "en": f"The payment is dated {words.day(payment.paid_on, 'en')}, and the books are locked up to "
                f"{words.day(locked, 'en')}. Nothing was changed. The lock date can be moved in Xero.",
                "de": f"Die Zahlung ist vom {words.day(payment.paid_on, 'de')}; die Bücher sind bis "
                f"{words.day(locked, 'de')} gesperrt. Es wurde nichts geändert. Die Sperre lässt sich in Xero "
                "verlegen.",
            }
        )
    return RemovalPlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        document=planned_document(document),
        payment=PlannedPayment(
            id=payment.id,
            minor=Money(payment.amount, document.currency).minor,
            date=payment.paid_on.isoformat(),
            reference=payment.reference,
            account=account_name(payment, accounts),
        ),
    )


def _meant(access: Access, document: Document, paid: list[Payment], amount: str, day: str, payment_id: str) -> Payment:
    """The one payment that is meant; raises ToolFailed when there is none and ToolRetry when it could be several."""
    if not paid:
        raise ToolFailed(
            {
                "en": f"No payment is recorded on {titled(document, 'en')}. Nothing was changed.",
                "de": f"Auf {titled(document, 'de')} ist keine Zahlung erfasst. Es wurde nichts geändert.",
            }
        )
    found = [one for one in paid if not payment_id.strip() or one.id == payment_id.strip()]
    said = read_amount(amount, language=access.language, currency=document.currency)
    when = read_day(day, today=access.today)
    found = [one for one in found if said is None or Money(one.amount, document.currency) == said]
    found = [one for one in found if when is None or one.paid_on == when]
    if len(found) == 1:
        return found[0]
    offered = found or paid
    raise ToolRetry(
        {
            "en": f"{len(offered)} payments are recorded on {titled(document, 'en')}. Which one is meant?"
            if found
            else f"No such payment is recorded on {titled(document, 'en')}. Which of these is meant?",
            "de": f"Auf {titled(document, 'de')} sind {len(offered)} Zahlungen erfasst. Welche ist gemeint?"
            if found
            else f"Eine solche Zahlung ist auf {titled(document, 'de')} nicht erfasst. Welche davon ist gemeint?",
        },
        choices=tuple(
            Choice(
                f"{words.money(Money(one.amount, document.currency), access.language)}, "
                f"{words.day(one.paid_on, access.language)}",
                id=one.id,
            )
            for one in offered[:20]
        ),
    )


def _line(plan: RemovalPlan, language: Language) -> str:
    amount, number = words.money(plan.money, language), words.visible(plan.document.number)
    day = words.day(date.fromisoformat(plan.payment.date), language)
    return words.say(
        language,
        f"Take back the payment of {amount} of {day} on {number}",
        f"Zahlung über {amount} vom {day} auf {number} zurücknehmen",
    )


def removal_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = RemovalPlan.read(payload)
    amount = words.money(plan.money, language)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    facts = [
        Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
        Fact(
            label=label("Bill", "Eingangsrechnung") if plan.document.kind == "bill" else label("Invoice", "Rechnung"),
            value=words.visible(plan.document.number),
        ),
        Fact(label=label("Paid on", "Gezahlt am"), value=words.day(date.fromisoformat(plan.payment.date), language)),
        Fact(label=label("Account", "Konto"), value=words.visible(plan.payment.account)),
        Fact(label=label("Reference", "Verwendungszweck"), value=words.visible(plan.payment.reference) or "–"),
        Fact(
            label=label("Open afterwards", "Danach offen"), value=words.money(plan.left_after, language), emphasis=True
        ),
    ]
    return Card(
        deed=label(f"Take back the payment of {amount}", f"Zahlung über {amount} zurücknehmen"),
        headline=label("Take back a recorded payment", "Eine erfasste Zahlung zurücknehmen"),
        amount=amount,
        payee=words.visible(plan.document.contact_name),
        payee_label=label("Contact", "Kontakt"),
        facts=tuple(facts),
        note=label(
            "This deletes the record in Xero, which cannot be undone. It moves no money at the bank.",
            "Das löscht den Eintrag in Xero, was sich nicht rückgängig machen lässt. Bei der Bank bewegt sich nichts.",
        ),
    )


async def removal_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads the payment again: None while it stands as on the card."""
    plan = RemovalPlan.read(payload)
    paid, details = await asyncio.gather(access.live.payments_of(plan.document.id), access.live.organisation())
    found = next((one for one in paid if one.id == plan.payment.id), None)
    locked = locked_until(details)
    if found is None:
        en, de = "it does not stand any more", "sie besteht nicht mehr"
    elif Money(found.amount, plan.document.currency) != plan.money or found.paid_on.isoformat() != plan.payment.date:
        en, de = "it is another one now", "sie ist jetzt eine andere"
    elif locked and found.paid_on <= locked:
        en, de = "the books are locked for its day now", "die Bücher sind für ihren Tag jetzt gesperrt"
    else:
        return None
    return {
        "en": f"Nothing was changed. The payment is not as on the card: {en}.",
        "de": f"Es wurde nichts geändert. Die Zahlung ist nicht mehr wie auf der Karte: {de}.",
    }


async def remove_payment_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; Xero has to answer that the payment is deleted."""
    plan = RemovalPlan.read(payload)
    gone = await writing.payments.remove_payment(plan.payment.id, key=key)
    if gone.id.casefold() != plan.payment.id.casefold() or gone.status != "DELETED":
        raise OutcomeUnknown("Xero", trouble=_STILL_THERE)
    return _receipt(plan)


async def look_up_removal(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether the payment is deleted now: a payment is deleted once, whoever did it."""
    plan = RemovalPlan.read(payload)
    now = await writing.payments.payment_now(plan.payment.id)
    return _receipt(plan) if now.status == "DELETED" else None


def _receipt(plan: RemovalPlan) -> Receipt:
    summary: dict[Language, str] = {}
    for language in words.LANGUAGES:
        amount, left = words.money(plan.money, language), words.money(plan.left_after, language)
        number, name = words.visible(plan.document.number), words.visible(plan.organisation.name)
        summary[language] = words.say(
            language,
            f"Taken back: the payment of {amount} on {number}; {left} is open again ({name}).",
            f"Zurückgenommen: die Zahlung über {amount} auf {number}; {left} sind wieder offen ({name}).",
        )
    return Receipt(
        provider="Xero",
        reference=plan.payment.id,
        link=document_link(plan.organisation.short_code, DocumentKind(plan.document.kind), plan.document.id),
        facts={"payment_id": plan.payment.id, "document_id": plan.document.id, "document_number": plan.document.number},
        summary=summary,
    )


REMOVE_PAYMENT = write_tool(
    "xero",
    propose=remove_payment,
    changed=removal_changed,
    execute=remove_payment_once,
    look_up=look_up_removal,
    card=removal_card,
    subject=lambda payload: RemovalPlan.read(payload).document.id,
    stakes=lambda payload: RemovalPlan.read(payload).stakes(),
    again=lambda payload, _fields: {
        "document_number": RemovalPlan.read(payload).document.id,
        "payment_id": RemovalPlan.read(payload).payment.id,
    },
)
