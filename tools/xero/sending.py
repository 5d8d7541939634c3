"""Sending an invoice to its customer, or noting that it was sent: proposed here, confirmed by a person."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from tools import words
from tools.base import Access, Draft, Payload, Receipt, Stakes, WriteAccess, WriteKind, write_tool
from tools.errors import Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.inputs import ContactName, Text
from tools.money import Money
from tools.trouble import Trouble
from tools.views import Card, Fact
from tools.xero.books import Document, DocumentKind, DocumentStatus
from tools.xero.document_view import titled
from tools.xero.documents import contact_of
from tools.xero.finding import document_meant
from tools.xero.links import document_link
from tools.xero.papers import Sending
from tools.xero.payment_plan import Change, Part, PlannedDocument, PlannedOrganisation
from tools.xero.status_change import planned_document

_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_SENDABLE = (DocumentStatus.SUBMITTED, DocumentStatus.AUTHORISED, DocumentStatus.PAID)
"""The states in which Xero e-mails an invoice (developer.xero.com, Invoices, "Emailing an invoice")."""
_NOT_MARKED = Trouble("answered without the mark", "hat ohne den Vermerk geantwortet")


class SendPlan(Part):
    """Everything that was known when it was decided to: which invoice, to which address, and whether it went before."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    document: PlannedDocument
    way: Literal["email", "mark"]
    address: str
    """The contact's e-mail address at Xero, read live; empty where it is only marked."""
    sent: bool
    times: int

    @classmethod
    def read(cls, payload: Payload) -> SendPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        return cls.model_validate(payload)

    def payload(self) -> Payload:
        """The plan as JSON of strings, integers and booleans."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    def stakes(self) -> Stakes:
        """What the policy has to know of it: nothing in the books changes, and a letter cannot be called back."""
        return Stakes(
            kind=WriteKind.DOCUMENT_SENT,
            money=None,
            payee_id=self.document.contact_id,
            payee_name=self.document.contact_name,
            bank="",
            reference=self.document.number,
            day=None,
        )


async def send_invoice(
    access: Access,
    document_number: Annotated[Text, Field(description="Number of the sales invoice, as typed")] = "",
    how: Annotated[
        Literal["email", "mark", ""],
        BeforeValidator(lambda value: value or ""),
        Field(description="email: Xero sends it; mark: it was sent some other way and is only marked as sent"),
    ] = "",
    contact_name: ContactName = "",
) -> Draft:
    """Propose to e-mail a sales invoice to its customer, or to mark it as sent.

    Nothing is sent: a person confirms on a card. It goes to the address that the contact has in Xero and to no other.
    """
    try:
        plan = await _plan(access, document_number, how or "email", contact_name)
    except ToolRetry as asked:
        nothing = {"en": "Nothing was sent", "de": "Es wurde nichts versandt"}
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}." for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None
    return Draft(payload=plan.payload(), summary=_line(plan, access.language))


async def _plan(access: Access, number: str, way: Literal["email", "mark"], contact_name: str) -> SendPlan:
    if not number.strip():
        raise ToolRetry({"en": "Which invoice? Its number is missing.", "de": "Welche Rechnung? Die Nummer fehlt."})
    contact = await contact_of(access, contact_name)
    known = await document_meant(access, number, first=DocumentKind.INVOICE, contact=contact)
    document, sending, owner = await asyncio.gather(
        access.live.document(known.id), access.papers.sending(known.id), access.live.contact(known.contact_id)
    )
    if refused := _against(document, sending, owner.email, way):
        raise refused
    return SendPlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        document=planned_document(document),
        way=way,
        address=owner.email if way == "email" else "",
        sent=sending.sent,
        times=sending.times,
    )


def _against(document: Document, sending: Sending, address: str, way: str) -> ToolFailed | None:
    en, de = titled(document, "en"), titled(document, "de")
    name = words.visible(document.contact_name)
    if document.kind is DocumentKind.BILL:
        why = (
            f"{en} is a supplier's, and only sales invoices are sent",
            f"{de} ist von einem Lieferanten; versandt werden nur Ausgangsrechnungen",
        )
    elif document.status not in _SENDABLE:
        why = (
            f"{en} is not approved, and Xero sends none that is not. Approve it first",
            f"{de} ist nicht freigegeben; so etwas versendet Xero nicht. Bitte zuerst freigeben",
        )
    elif way == "mark" and sending.sent:
        why = f"{en} is marked as sent already", f"{de} ist schon als versandt vermerkt"
    elif way == "email" and not _ADDRESS.fullmatch(address):
        why = (
            f"{name} has no e-mail address in Xero to which it could go. Add one in Xero first",
            f"{name} hat in Xero keine E-Mail-Adresse, an die sie gehen könnte. Bitte zuerst in Xero ergänzen",
        )
    else:
        return None
    return ToolFailed({"en": f"{why[0]}. Nothing was sent.", "de": f"{why[1]}. Es wurde nichts versandt."})


def _line(plan: SendPlan, language: Language) -> str:
    number, name = words.visible(plan.document.number), words.visible(plan.document.contact_name)
    if plan.way == "mark":
        return words.say(language, f"Mark invoice {number} as sent", f"Rechnung {number} als versandt vermerken")
    return words.say(language, f"E-mail invoice {number} to {name}", f"Rechnung {number} per E-Mail an {name} senden")


def send_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = SendPlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    document = plan.document
    mail = plan.way == "email"
    facts = [
        Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
        Fact(label=label("Invoice", "Rechnung"), value=words.visible(document.number)),
    ]
    if mail:
        facts.append(Fact(label=label("E-mail", "E-Mail"), value=words.visible(plan.address), emphasis=True))
    left = Money.from_minor(document.due_minor, document.currency)
    facts.append(Fact(label=label("Left to pay", "Offen"), value=words.money(left, language)))
    facts.append(
        Fact(
            label=label("Sent before", "Schon versandt"),
            value=label("yes", "ja") if plan.sent or plan.times else label("no", "nein"),
        )
    )
    return Card(
        deed=label("Send by e-mail", "Per E-Mail senden") if mail else label("Mark as sent", "Als versandt vermerken"),
        headline=label("Send an invoice to its customer", "Eine Rechnung an den Kunden senden")
        if mail
        else label("Mark an invoice as sent", "Eine Rechnung als versandt vermerken"),
        amount=words.money(Money.from_minor(document.total_minor, document.currency), language),
        payee=words.visible(document.contact_name),
        payee_label=label("To", "An"),
        facts=tuple(facts),
        warnings=_warnings(plan, language),
        note=label(
            "Xero sends it with the organisation's standard text and the PDF. It cannot be called back.",
            "Xero sendet sie mit dem Standardtext der Organisation und dem PDF. Zurückholen lässt sie sich nicht.",
        )
        if mail
        else label("Nothing is sent by this.", "Versandt wird dadurch nichts."),
    )


def _warnings(plan: SendPlan, language: Language) -> tuple[str, ...]:
    found = []
    if plan.way == "email" and (plan.sent or plan.times):
        found.append(words.say(language, "It was sent before.", "Sie wurde schon einmal versandt."))
    if words.visible(plan.address) != plan.address:
        found.append(
            words.say(
                language,
                "The address holds characters that are not seen.",
                "Die Adresse enthält unsichtbare Zeichen.",
            )
        )
    return tuple(found)


async def send_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads invoice, address and sending again: None while they are as on the card."""
    plan = SendPlan.read(payload)
    document, sending, owner = await asyncio.gather(
        access.live.document(plan.document.id),
        access.papers.sending(plan.document.id),
        access.live.contact(plan.document.contact_id),
    )
    changes: list[Change] = []
    if planned_document(document) != plan.document:
        changes.append(("the invoice was changed in Xero", "die Rechnung wurde in Xero geändert"))
    if plan.way == "email" and owner.email != plan.address:
        now = words.visible(owner.email)
        changes.append((f"the address is now {now}", f"die Adresse ist jetzt {now}"))
    if (sending.sent, sending.times) != (plan.sent, plan.times):
        changes.append(("it was sent meanwhile", "sie wurde inzwischen versandt"))
    if not changes:
        return None
    return {
        "en": f"Nothing was sent. Since the card was made: {words.listed([en for en, _ in changes], 'en')}.",
        "de": f"Es wurde nichts versandt. Seit die Karte entstand: {words.listed([de for _, de in changes], 'de')}.",
    }


async def send_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must say so."""
    plan = SendPlan.read(payload)
    if plan.way == "email":
        await writing.papers.email(plan.document.id, key=key)
    elif not await writing.papers.mark_sent(plan.document.id, key=key):
        raise OutcomeUnknown("Xero", trouble=_NOT_MARKED)
    return _receipt(plan)


async def look_up_send(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether it went out since the card was made: one more e-mail in its history, or marked where it was not.

    Nothing tells our e-mail from one that somebody else had Xero send meanwhile: the customer has it either way.
    """
    plan = SendPlan.read(payload)
    now = await writing.papers.sending_now(plan.document.id)
    return _receipt(plan) if now.times > plan.times or (now.sent and not plan.sent) else None


def _receipt(plan: SendPlan) -> Receipt:
    number, organisation = words.visible(plan.document.number), words.visible(plan.organisation.name)
    name, address = words.visible(plan.document.contact_name), words.visible(plan.address)
    if plan.way == "email":
        summary = {
            "en": f"Sent: invoice {number} to {name}, {address} ({organisation}).",
            "de": f"Versandt: Rechnung {number} an {name}, {address} ({organisation}).",
        }
    else:
        summary = {
            "en": f"Marked as sent: invoice {number} to {name} ({organisation}).",
            "de": f"Als versandt vermerkt: Rechnung {number} an {name} ({organisation}).",
        }
    return Receipt(
        provider="Xero",
        reference=plan.document.id,
        link=document_link(plan.organisation.short_code, DocumentKind(plan.document.kind), plan.document.id),
        facts={"document_id": plan.document.id, "document_number": plan.document.number, "way": plan.way},
        summary=summary,
    )


SEND_INVOICE = write_tool(
    "xero",
    propose=send_invoice,
    changed=send_changed,
    execute=send_once,
    look_up=look_up_send,
    card=send_card,
    subject=lambda payload: SendPlan.read(payload).document.id,
    stakes=lambda payload: SendPlan.read(payload).stakes(),
    again=lambda payload, _fields: {
        "document_number": SendPlan.read(payload).document.id,
        "how": SendPlan.read(payload).way,
    },
)
