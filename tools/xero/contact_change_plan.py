"""A change of a contact, complete: what the digest covers, the card shows and Xero is sent. Never bank details."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import JsonValue, model_validator

from tools import words
from tools.base import Payload, Stakes, WriteKind
from tools.errors import Language
from tools.views import Card, Fact
from tools.xero.contact_view import phone_words, place_label, place_words
from tools.xero.master_data import ContactDetails, Phone, Place, SentContact
from tools.xero.payment_plan import Change, Part, PlannedOrganisation

_LABELS: dict[str, tuple[str, str]] = {
    "name": ("Name", "Name"),
    "email": ("E-mail", "E-Mail"),
    "phones": ("Phone", "Telefon"),
    "places": ("Address", "Anschrift"),
    "account_number": ("Account number", "Kunden-/Lieferantennummer"),
}
"""The fields in the order of the card."""


class PlannedPhone(Part):
    """One number."""

    kind: str
    country: str
    area: str
    number: str


class PlannedPlace(Part):
    """One address."""

    kind: str
    attention: str
    line1: str
    line2: str
    line3: str
    line4: str
    city: str
    region: str
    postal_code: str
    country: str


class PlannedFields(Part):
    """What can be changed of a contact, all of it."""

    name: str
    email: str
    account_number: str
    phones: tuple[PlannedPhone, ...]
    places: tuple[PlannedPlace, ...]

    @classmethod
    def of(cls, details: ContactDetails) -> PlannedFields:
        """As Xero has them."""
        return cls(
            name=details.name,
            email=details.email,
            account_number=details.account_number,
            phones=tuple(
                PlannedPhone.model_validate(phone.model_dump())
                for phone in sorted(details.phones, key=lambda one: one.kind)
                if phone.number
            ),
            places=tuple(
                PlannedPlace.model_validate(place.model_dump())
                for place in sorted(details.places, key=lambda one: one.kind)
                if not place.is_empty
            ),
        )


class ContactChangePlan(Part):
    """Everything that will be sent, and what there was when it was decided to."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    contact_id: str
    old: PlannedFields
    new: PlannedFields
    alike: tuple[str, ...] = ()
    """Other contacts whose names look like the new one."""
    shared: tuple[str, ...] = ()
    """Other contacts that have the new e-mail address."""

    @model_validator(mode="after")
    def _is_a_change(self) -> ContactChangePlan:
        if self.old == self.new or not self.new.name:
            raise ValueError("nothing changes, or the name is taken away")
        return self

    @classmethod
    def read(cls, payload: Payload) -> ContactChangePlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        return cls.model_validate_json(json.dumps(payload))

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    def stakes(self) -> Stakes:
        """What the policy has to know of it: whose it is; where their money goes stays as it is."""
        return Stakes(
            kind=WriteKind.CONTACT_CHANGE,
            money=None,
            payee_id=self.contact_id,
            payee_name=self.old.name,
            bank="",
            reference="",
            day=None,
        )

    def changed(self) -> list[str]:
        """The fields that are different afterwards."""
        return [name for name in _LABELS if getattr(self.old, name) != getattr(self.new, name)]

    def sent(self) -> SentContact:
        """What goes to Xero."""
        changed, new = set(self.changed()), self.new
        return SentContact(
            id=self.contact_id,
            name=new.name if "name" in changed else None,
            email=new.email if "email" in changed else None,
            account_number=new.account_number if "account_number" in changed else None,
            phones=tuple(_phone(one) for one in new.phones) if "phones" in changed else None,
            places=tuple(_place(one) for one in new.places) if "places" in changed else None,
        )

    def holds(self, details: ContactDetails) -> bool:
        """Whether the contact is as it should be afterwards, in what was sent to be different."""
        now = PlannedFields.of(details)
        same = all(getattr(now, name) == getattr(self.new, name) for name in self.changed())
        return same and details.id.casefold() == self.contact_id.casefold()

    def differences(self, details: ContactDetails) -> list[Change]:
        """What is not as it was when the card was made."""
        now = PlannedFields.of(details)
        found: list[Change] = []
        if details.status != "ACTIVE":
            found.append(("the contact is archived", "der Kontakt ist archiviert"))
        for name in _LABELS:
            if getattr(now, name) != getattr(self.old, name):
                en, de = shown(name, now, "en"), shown(name, now, "de")
                found.append((f"{_LABELS[name][0]} is now {en}", f"{_LABELS[name][1]} ist jetzt {de}"))
        return found


def _phone(phone: PlannedPhone) -> Phone:
    return Phone.model_validate(phone.model_dump())


def _place(place: PlannedPlace) -> Place:
    return Place.model_validate(place.model_dump())


def shown(name: str, fields: PlannedFields, language: Language) -> str:
    """One field in words."""
    if name == "phones":
        said = ", ".join(phone_words(_phone(one)) for one in fields.phones)
    elif name == "places":
        several = len(fields.places) > 1
        parts = [_place(one) for one in fields.places]
        said = "; ".join((f"{place_label(one, language)}: " if several else "") + place_words(one) for one in parts)
    else:
        said = words.visible(getattr(fields, name))
    return said or words.say(language, "empty", "leer")


def change_line(plan: ContactChangePlan, language: Language) -> str:
    """The plan in one line."""
    name = words.visible(plan.old.name)
    fields = words.listed([words.say(language, *_LABELS[field]) for field in plan.changed()], language)
    return words.say(language, f"Change the contact {name} ({fields})", f"Kontakt {name} ändern ({fields})")


def change_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = ContactChangePlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    name = words.visible(plan.old.name)
    facts = [Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name))]
    for field in plan.changed():
        before, after = shown(field, plan.old, language), shown(field, plan.new, language)
        facts.append(Fact(label=label(*_LABELS[field]), value=f"{before} → {after}", emphasis=True))
    return Card(
        deed=label(f"Change {name}", f"{name} ändern"),
        headline=label("Change a contact", "Einen Kontakt ändern"),
        amount="",
        payee=name,
        payee_label=label("Contact", "Kontakt"),
        facts=tuple(facts),
        warnings=tuple(_warnings(plan, language)),
        note=label(
            "The bank details stay as they are; two people change those.",
            "Die Bankverbindung bleibt, wie sie ist; sie ändern zwei Personen.",
        ),
    )


def _warnings(plan: ContactChangePlan, language: Language) -> list[str]:
    found = []
    if "email" in plan.changed():
        before, after = shown("email", plan.old, language), shown("email", plan.new, language)
        found.append(
            words.say(
                language,
                f"The e-mail address changes: so far {before}, from then on {after}. Invoices go there. "
                "Was it checked with the contact by another way than e-mail?",
                f"Die E-Mail-Adresse ändert sich: bisher {before}, danach {after}. Rechnungen gehen dorthin. "
                "Wurde sie auf anderem Weg als per E-Mail beim Kontakt geprüft?",
            )
        )
    for other in plan.shared:
        name = words.visible(other)
        found.append(
            words.say(
                language,
                f"{name} has the same e-mail address already.",
                f"{name} hat schon dieselbe E-Mail-Adresse.",
            )
        )
    for other in plan.alike:
        name = words.visible(other)
        found.append(
            words.say(
                language,
                f"There is a contact with a similar name: {name}. Is this somebody else?",
                f"Es gibt einen Kontakt mit ähnlichem Namen: {name}. Ist dies jemand anderes?",
            )
        )
    return found


def change_done(plan: ContactChangePlan, language: Language) -> str:
    """The outcome in a sentence."""
    name, organisation = words.visible(plan.old.name), words.visible(plan.organisation.name)
    changes = [
        f"{words.say(language, *_LABELS[field])} {shown(field, plan.old, language)} → "
        f"{shown(field, plan.new, language)}"
        for field in plan.changed()
    ]
    said = words.listed(changes, language)
    return words.say(
        language,
        f"Changed: the contact {name}: {said} ({organisation}).",
        f"Geändert: der Kontakt {name}: {said} ({organisation}).",
    )
