"""Changing a contact's name, e-mail, phone, address or number: proposed here, confirmed by a person, executed once.

Bank details cannot be reached from here: no field of the plan or of what is sent holds them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from tools import lookalike, words
from tools.base import Access, Draft, Payload, Receipt, WriteAccess, write_tool
from tools.errors import Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.free_text import master_text
from tools.inputs import ContactName, Text
from tools.trouble import Trouble
from tools.xero.books import Contact
from tools.xero.contact_change_plan import (
    ContactChangePlan,
    PlannedFields,
    PlannedPhone,
    PlannedPlace,
    change_card,
    change_done,
    change_line,
)
from tools.xero.documents import contact_of
from tools.xero.links import contact_link
from tools.xero.master_data import Place
from tools.xero.new_contact import contact_called, email_address
from tools.xero.payment_plan import PlannedOrganisation

_ANOTHER = Trouble("answered with another contact than was sent", "hat mit einem anderen Kontakt geantwortet")
_PHONE = re.compile(r"\+?[0-9 ()/.-]+")
_MOST_DIGITS = 15
"""Of an international phone number (E.164); no bank account number of the longer kinds fits."""
_COUNTRY = re.compile(r"[A-Za-z][A-Za-z ]*")
"""What Xero takes (OpenAPI 16.1.0, Address)."""
_MOST_ALIKE = 3
OnlyIfSaid = Annotated[Text, Field(description="Only if said")]
WhichAddress = Annotated[
    Literal["postal", "street", ""],
    BeforeValidator(lambda value: value or ""),
    Field(description="Which of two addresses, only if said"),
]


async def change_contact(
    access: Access,
    contact_name: ContactName = "",
    name: Annotated[Text, Field(description="New name, only if said")] = "",
    email: Annotated[Text, Field(description="New e-mail address, as the person typed it")] = "",
    phone: OnlyIfSaid = "",
    street: Annotated[Text, Field(description="Street and number, only if said")] = "",
    postal_code: OnlyIfSaid = "",
    city: OnlyIfSaid = "",
    country: OnlyIfSaid = "",
    which_address: WhichAddress = "",
    account_number: Annotated[Text, Field(description="Our customer or supplier number; no bank account")] = "",
) -> Draft:
    """Propose to change a contact's name, e-mail, phone, address or our number for them. Never bank details.

    Only what the person said; the rest stays. Nothing is written: a person confirms on a card that shows old and new.
    """
    place = {"line1": street, "postal_code": postal_code, "city": city, "country": country}
    try:
        plan = await _plan(access, contact_name, name, email, phone, place, which_address, account_number)
    except ToolRetry as asked:
        nothing = {"en": "Nothing was changed.", "de": "Es wurde nichts geändert."}
        if "Nothing was" in asked.text("en"):
            raise
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}" for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None
    return Draft(payload=plan.payload(), summary=change_line(plan, access.language))


async def _plan(
    access: Access,
    contact_name: str,
    name: str,
    email: str,
    phone: str,
    place: Mapping[str, str],
    which: str,
    account_number: str,
) -> ContactChangePlan:
    known = await contact_of(access, contact_name)
    if known is None:
        raise ToolRetry({"en": "Which contact?", "de": "Welcher Kontakt?"})
    details = await access.masters.contact_details(known.id)
    old = PlannedFields.of(details)
    said: dict[str, object] = {}
    if text := master_text(name, ("The name", "Der Name"), 100):
        said["name"] = text
    if address := email_address(email):
        said["email"] = address
    if number := _phone(phone):
        said["phones"] = _phones(old, number)
    if fields := _place_said(place):
        said["places"] = _places(old, fields, which)
    if text := master_text(account_number, ("The number", "Die Nummer"), 50):
        said["account_number"] = text
    if not said:
        raise ToolRetry({"en": "What should be changed, and to what?", "de": "Was soll geändert werden, und in was?"})
    new = old.model_copy(update=said)
    if new == old:
        shown = words.visible(old.name)
        raise ToolFailed(
            {
                "en": f"{shown} is like that already. Nothing was changed.",
                "de": f"{shown} ist schon so. Es wurde nichts geändert.",
            }
        )
    others = [one for one in await access.books.contacts() if one.id != known.id]
    organisation = access.organisation
    return ContactChangePlan(
        organisation=PlannedOrganisation(
            id=organisation.id, name=organisation.name, short_code=organisation.short_code
        ),
        contact_id=details.id,
        old=old,
        new=new,
        alike=_alike(new.name, others) if new.name != old.name else (),
        shared=_sharing(new.email, others) if new.email != old.email else (),
    )


def _phone(written: str) -> str:
    text = " ".join(words.without_invisible(written).split())
    if not text:
        return ""
    digits = sum(char.isdigit() for char in text)
    if not _PHONE.fullmatch(text) or not 3 <= digits <= _MOST_DIGITS:
        shown = words.visible(text[:40])
        raise ToolRetry({"en": f"“{shown}” is no phone number.", "de": f"„{shown}“ ist keine Telefonnummer."})
    return text


def _phones(old: PlannedFields, number: str) -> tuple[PlannedPhone, ...]:
    """The numbers with this one as the usual one."""
    others = [one for one in old.phones if one.kind != "DEFAULT"]
    usual = PlannedPhone(kind="DEFAULT", country="", area="", number=number)
    return tuple(sorted([*others, usual], key=lambda one: one.kind))


def _place_said(said: Mapping[str, str]) -> dict[str, str]:
    labels = {
        "line1": ("The street", "Die Straße", 200),
        "postal_code": ("The postal code", "Die Postleitzahl", 20),
        "city": ("The city", "Der Ort", 100),
        "country": ("The country", "Das Land", 50),
    }
    found = {}
    for field, (en, de, fits) in labels.items():
        if text := master_text(said[field], (en, de), fits):
            found[field] = text
    if "country" in found and not _COUNTRY.fullmatch(found["country"]):
        raise ToolRetry(
            {
                "en": "Xero takes a country in the letters A to Z only. How is it written so?",
                "de": "Xero nimmt das Land nur in den Buchstaben A bis Z. Wie heißt es so geschrieben?",
            }
        )
    return found


def _places(old: PlannedFields, fields: Mapping[str, str], which: str) -> tuple[PlannedPlace, ...]:
    """The addresses with these fields in the one that is meant."""
    if len(old.places) > 1 and not which:
        raise ToolRetry(
            {
                "en": "The contact has two addresses. Is the postal or the street address meant?",
                "de": "Der Kontakt hat zwei Anschriften. Ist die Post- oder die Lieferanschrift gemeint?",
            }
        )
    kind = {"postal": "POBOX", "street": "STREET"}.get(which) or (old.places[0].kind if old.places else "POBOX")
    before = next((one for one in old.places if one.kind == kind), None)
    if before is None:
        before = PlannedPlace.model_validate(Place(kind=kind).model_dump())
    others = [one for one in old.places if one.kind != kind]
    return tuple(sorted([*others, before.model_copy(update=dict(fields))], key=lambda one: one.kind))


def _alike(name: str, others: list[Contact]) -> tuple[str, ...]:
    if there := contact_called(others, name):
        shown = words.visible(there.name)
        raise ToolFailed(
            {
                "en": f"There is another contact called {shown}. Nothing was changed.",
                "de": f"Es gibt schon einen anderen Kontakt namens {shown}. Es wurde nichts geändert.",
            }
        )
    names = [one.name for one in others]
    return tuple(names[place] for place in lookalike.look_alikes(name, names)[:_MOST_ALIKE])


def _sharing(email: str, others: list[Contact]) -> tuple[str, ...]:
    return tuple(one.name for one in others if one.email and one.email.casefold() == email.casefold())[:_MOST_ALIKE]


async def contact_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads the contact again: None while it is as on the card."""
    plan = ContactChangePlan.read(payload)
    changes = plan.differences(await access.masters.contact_details(plan.contact_id))
    if plan.new.name != plan.old.name:
        await access.books.renew()
        others = [one for one in await access.books.contacts() if one.id != plan.contact_id]
        if contact_called(others, plan.new.name):
            name = words.visible(plan.new.name)
            changes.append((f"another contact is called {name}", f"ein anderer Kontakt heißt {name}"))
    if not changes:
        return None
    return {
        "en": f"Nothing was changed. Since the card was made: {words.listed([en for en, _ in changes], 'en')}.",
        "de": f"Es wurde nichts geändert. Seit die Karte entstand: {words.listed([de for _, de in changes], 'de')}.",
    }


async def change_contact_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must be what was sent."""
    plan = ContactChangePlan.read(payload)
    if not plan.holds(await writing.masters.change_contact(plan.sent(), key=key)):
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan)


async def look_up_change(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether the contact has the new values now: the same value put there twice is the same as once."""
    plan = ContactChangePlan.read(payload)
    return _receipt(plan) if plan.holds(await writing.masters.details_now(plan.contact_id)) else None


def _receipt(plan: ContactChangePlan) -> Receipt:
    return Receipt(
        provider="Xero",
        reference=plan.contact_id,
        link=contact_link(plan.organisation.short_code, plan.contact_id),
        facts={"contact_id": plan.contact_id, "contact_name": plan.new.name, "changed": list(plan.changed())},
        summary={language: change_done(plan, language) for language in words.LANGUAGES},
    )


def _again(payload: Payload, _fields: Mapping[str, str]) -> dict[str, object]:
    plan = ContactChangePlan.read(payload)
    old, new, changed = plan.old, plan.new, set(plan.changed())
    said: dict[str, object] = {"contact_name": plan.contact_id}
    said |= {field: getattr(new, field) for field in ("name", "email", "account_number") if field in changed}
    if "phones" in changed:
        said["phone"] = next(one.number for one in new.phones if one.kind == "DEFAULT")
    if "places" in changed:
        (place,) = [one for one in new.places if one not in old.places]
        before = next((one for one in old.places if one.kind == place.kind), None)
        names = {"street": "line1", "postal_code": "postal_code", "city": "city", "country": "country"}
        for argument, field in names.items():
            value = getattr(place, field)
            if value != (getattr(before, field) if before else ""):
                said[argument] = value
        said["which_address"] = "postal" if place.kind == "POBOX" else "street"
    return said


CHANGE_CONTACT = write_tool(
    "xero",
    propose=change_contact,
    changed=contact_changed,
    execute=change_contact_once,
    look_up=look_up_change,
    card=change_card,
    subject=lambda payload: f"contact:{ContactChangePlan.read(payload).contact_id}",
    stakes=lambda payload: ContactChangePlan.read(payload).stakes(),
    typed=("email",),
    again=_again,
)
