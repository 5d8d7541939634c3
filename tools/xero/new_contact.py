"""Adding a customer or supplier: proposed here, confirmed by a person, executed elsewhere. No bank details: these are
a write of their own, which two people decide."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools import lookalike, words
from tools.base import Access, Draft, Payload, Receipt, Stakes, WriteAccess, WriteKind, write_tool
from tools.errors import Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.free_text import contact_text
from tools.inputs import Text
from tools.trouble import Trouble
from tools.views import Card, Fact
from tools.xero.books import Contact
from tools.xero.links import contact_link
from tools.xero.names import folded
from tools.xero.payment_plan import Part, PlannedOrganisation
from tools.xero.writing import NewContact

_ANOTHER = Trouble("answered with another contact than was sent", "hat mit einem anderen Kontakt geantwortet")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
"""What HTML calls a valid address (input type=email), with a dot in the domain."""
_MOST_ALIKE = 3


class ContactPlan(Part):
    """Everything that will be sent, and everything that was known when it was decided to."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    name: str
    email: str
    alike: tuple[str, ...] = ()
    """Contacts that are there whose names look like it."""

    @classmethod
    def read(cls, payload: Payload) -> ContactPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        alike = payload.get("alike", [])
        return cls.model_validate({**payload, "alike": tuple(alike) if isinstance(alike, list) else alike})

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    def stakes(self) -> Stakes:
        """What the policy has to know of it: nobody can be paid by it yet."""
        return Stakes(
            kind=WriteKind.CONTACT_CHANGE,
            money=None,
            payee_id="",
            payee_name=self.name,
            bank="",
            reference="",
            day=None,
        )


async def create_contact(
    access: Access,
    name: Annotated[Text, Field(description="Name of the customer or supplier, as the person typed it")] = "",
    email: Annotated[Text, Field(description="Only if said")] = "",
) -> Draft:
    """Propose to add a customer or supplier to Xero's contacts, without bank details.

    Nothing is written: a person confirms on a card. Only with the name and address that the person typed.
    """
    try:
        plan = await _plan(access, name, email)
    except ToolRetry as asked:
        nothing = {"en": "Nothing was added", "de": "Es wurde nichts angelegt"}
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}." for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None
    return Draft(payload=plan.payload(), summary=_line(plan, access.language))


async def _plan(access: Access, name: str, email: str) -> ContactPlan:
    known = contact_text(name)
    if not known:
        raise ToolRetry({"en": "What is the contact called?", "de": "Wie heißt der Kontakt?"})
    address = email_address(email)
    await access.books.renew()
    contacts = await access.books.contacts()
    if there := contact_called(contacts, known):
        shown = words.visible(there.name)
        raise ToolFailed(
            {
                "en": f"{shown} is among the contacts already. Nothing was added.",
                "de": f"{shown} ist schon unter den Kontakten. Es wurde nichts angelegt.",
            }
        )
    alike = lookalike.look_alikes(known, [contact.name for contact in contacts])
    return ContactPlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        name=known,
        email=address,
        alike=tuple(contacts[place].name for place in alike[:_MOST_ALIKE]),
    )


def email_address(written: str) -> str:
    """The address that was written, empty when none was. Raises ToolRetry for what is none."""
    address = written.strip()
    if address and not _EMAIL.fullmatch(address):
        shown = words.visible(address[:80])
        raise ToolRetry(
            {"en": f"“{shown}” is no e-mail address.", "de": f"„{shown}“ ist keine E-Mail-Adresse."},
        )
    return address


def contact_called(contacts: Sequence[Contact], name: str) -> Contact | None:
    """The contact of that name, whatever its case, accents and punctuation."""
    wanted = folded(name)
    return next((contact for contact in contacts if folded(contact.name) == wanted), None)


def _line(plan: ContactPlan, language: Language) -> str:
    name = words.visible(plan.name)
    return words.say(language, f"Add the contact {name}", f"Kontakt {name} anlegen")


def contact_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = ContactPlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    name = words.visible(plan.name)
    return Card(
        deed=label(f"Add {name}", f"{name} anlegen"),
        headline=label("Add a contact", "Einen Kontakt anlegen"),
        amount="",
        payee=name,
        payee_label=label("Name", "Name"),
        facts=(
            Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
            Fact(label=label("E-mail", "E-Mail"), value=words.visible(plan.email) or label("none", "keine")),
            Fact(label=label("Bank details", "Bankverbindung"), value=label("none", "keine")),
        ),
        warnings=tuple(
            label(
                f"There is a contact with a similar name: {words.visible(other)}. Is this somebody else?",
                f"Es gibt einen Kontakt mit ähnlichem Namen: {words.visible(other)}. Ist dies jemand anderes?",
            )
            for other in plan.alike
        ),
        note=label(
            "Nobody can be paid by it yet: bank details are added by two people, and a new payee waits a day.",
            "Gezahlt werden kann daran noch nicht: Bankverbindungen tragen zwei Personen ein, und neue Empfänger "
            "warten einen Tag.",
        ),
    )


async def contact_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads the contacts again: None while there is none of that name."""
    plan = ContactPlan.read(payload)
    await access.books.renew()
    if contact_called(await access.books.contacts(), plan.name) is None:
        return None
    name = words.visible(plan.name)
    return {
        "en": f"Nothing was added: {name} is among the contacts by now.",
        "de": f"Es wurde nichts angelegt: {name} ist inzwischen unter den Kontakten.",
    }


async def create_contact_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must be that name."""
    plan = ContactPlan.read(payload)
    made = await writing.contacts.create_contact(NewContact(name=plan.name, email=plan.email), key=key)
    if made.name != plan.name:
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan, made)


async def look_up_contact(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether there is a contact of exactly that name now: Xero takes each name once, so it is the one that counts."""
    plan = ContactPlan.read(payload)
    made = await writing.contacts.contact_named(plan.name)
    return _receipt(plan, made) if made else None


def _receipt(plan: ContactPlan, made: Contact) -> Receipt:
    name, organisation = words.visible(made.name), words.visible(plan.organisation.name)
    return Receipt(
        provider="Xero",
        reference=made.id,
        link=contact_link(plan.organisation.short_code, made.id),
        facts={"contact_id": made.id, "contact_name": made.name},
        summary={
            "en": f"Added: the contact {name} ({organisation}).",
            "de": f"Angelegt: der Kontakt {name} ({organisation}).",
        },
    )


CREATE_CONTACT = write_tool(
    "xero",
    propose=create_contact,
    changed=contact_changed,
    execute=create_contact_once,
    look_up=look_up_contact,
    card=contact_card,
    subject=lambda payload: f"new contact:{folded(ContactPlan.read(payload).name)}",
    stakes=lambda payload: ContactPlan.read(payload).stakes(),
    again=lambda payload, _fields: {
        "name": ContactPlan.read(payload).name,
        "email": ContactPlan.read(payload).email,
    },
)
