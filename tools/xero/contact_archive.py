"""Archiving a contact with which nothing is open: proposed here, confirmed by a person, executed once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

from tools import words
from tools.base import Access, Draft, Payload, Receipt, Stakes, WriteAccess, WriteKind, write_tool
from tools.errors import Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.inputs import ContactName
from tools.trouble import Trouble
from tools.views import Card, Fact
from tools.xero.books import DocumentKind, DocumentQuery, State
from tools.xero.contact_view import phone_words
from tools.xero.credit_list import every_credit_note, is_open
from tools.xero.documents import contact_of
from tools.xero.links import contact_link
from tools.xero.master_data import ContactDetails
from tools.xero.payment_plan import Change, Part, PlannedOrganisation

_NOT_ARCHIVED = Trouble("answered without archiving it", "hat geantwortet, ohne ihn zu archivieren")
_UNFINISHED: tuple[State, ...] = ("open", "submitted", "draft")
_DOCUMENTS: dict[tuple[DocumentKind, State], tuple[str, str, str, str]] = {
    (DocumentKind.INVOICE, "open"): ("open invoice", "open invoices", "offene Rechnung", "offene Rechnungen"),
    (DocumentKind.BILL, "open"): ("open bill", "open bills", "offene Eingangsrechnung", "offene Eingangsrechnungen"),
    (DocumentKind.INVOICE, "submitted"): (
        "invoice that awaits approval",
        "invoices that await approval",
        "Rechnung zur Freigabe",
        "Rechnungen zur Freigabe",
    ),
    (DocumentKind.BILL, "submitted"): (
        "bill that awaits approval",
        "bills that await approval",
        "Eingangsrechnung zur Freigabe",
        "Eingangsrechnungen zur Freigabe",
    ),
    (DocumentKind.INVOICE, "draft"): ("draft invoice", "draft invoices", "Rechnungsentwurf", "Rechnungsentwürfe"),
    (DocumentKind.BILL, "draft"): (
        "draft bill",
        "draft bills",
        "Entwurf einer Eingangsrechnung",
        "Entwürfe von Eingangsrechnungen",
    ),
}


class ArchivePlan(Part):
    """Who will be archived, as read live when the card was made."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    contact_id: str
    name: str
    email: str
    phone: str
    groups: tuple[str, ...]
    old_status: Literal["ACTIVE"] = "ACTIVE"
    new_status: Literal["ARCHIVED"] = "ARCHIVED"

    @classmethod
    def read(cls, payload: Payload) -> ArchivePlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        return cls.model_validate_json(json.dumps(payload))

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    def stakes(self) -> Stakes:
        """What the policy has to know of it."""
        return Stakes(
            kind=WriteKind.CONTACT_CHANGE,
            money=None,
            payee_id=self.contact_id,
            payee_name=self.name,
            bank="",
            reference="",
            day=None,
        )


async def archive_contact(access: Access, contact_name: ContactName = "") -> Draft:
    """Propose to archive a contact that is not needed any more; only where nothing is open with them.

    Nothing is written: a person confirms on a card.
    """
    try:
        contact = await contact_of(access, contact_name)
        if contact is None:
            raise ToolRetry({"en": "Which contact?", "de": "Welcher Kontakt?"})
    except ToolRetry as asked:
        nothing = {"en": "Nothing was archived.", "de": "Es wurde nichts archiviert."}
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}" for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None
    details = await access.masters.contact_details(contact.id)
    await access.books.renew()
    against = [*_not_active(details), *await _unfinished(access, details.id)]
    if against:
        name = words.visible(details.name)
        raise ToolFailed(
            {
                "en": f"{name} cannot be archived: {words.listed([en for en, _ in against], 'en')}. "
                "Nothing was archived.",
                "de": f"{name} kann nicht archiviert werden: {words.listed([de for _, de in against], 'de')}. "
                "Es wurde nichts archiviert.",
            }
        )
    organisation = access.organisation
    plan = ArchivePlan(
        organisation=PlannedOrganisation(
            id=organisation.id, name=organisation.name, short_code=organisation.short_code
        ),
        contact_id=details.id,
        name=details.name,
        email=details.email,
        phone=next((said for phone in details.phones if (said := phone_words(phone))), ""),
        groups=details.groups,
    )
    name = words.visible(plan.name)
    summary = words.say(access.language, f"Archive the contact {name}", f"Kontakt {name} archivieren")
    return Draft(payload=plan.payload(), summary=summary)


def _not_active(details: ContactDetails) -> list[Change]:
    return (
        [] if details.status == "ACTIVE" else [("the contact is archived already", "der Kontakt ist schon archiviert")]
    )


async def _unfinished(access: Access, contact_id: str) -> list[Change]:
    """What is open with the contact: documents, credit and templates that would make new ones."""
    found: list[Change] = []
    for state in _UNFINISHED:
        for kind in DocumentKind:
            query = DocumentQuery(kind=kind, state=state, contact_ids=(contact_id,))
            count = len(await access.books.documents(query, today=access.today))
            one_en, more_en, one_de, more_de = _DOCUMENTS[kind, state]
            if count:
                found.append((words.many(count, one_en, more_en), words.many(count, one_de, more_de)))
    credits = sum(note.contact_id == contact_id and is_open(note) for note in await every_credit_note(access))
    if credits:
        en = words.many(credits, "credit note with credit left", "credit notes with credit left")
        found.append((en, words.many(credits, "Gutschrift mit Guthaben", "Gutschriften mit Guthaben")))
    repeats = sum(one.contact_id == contact_id for one in await access.masters.repeating_invoices())
    if repeats:
        en = words.many(repeats, "invoice or bill that repeats", "invoices or bills that repeat")
        found.append((en, words.many(repeats, "wiederkehrender Beleg", "wiederkehrende Belege")))
    return found


def archive_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = ArchivePlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    name = words.visible(plan.name)
    facts = [
        Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
        Fact(
            label=label("Status", "Status"),
            value=label("active → archived", "aktiv → archiviert"),
            emphasis=True,
        ),
        Fact(label=label("Open with them", "Offen"), value=label("nothing", "nichts")),
    ]
    more = (
        (label("E-mail", "E-Mail"), plan.email),
        (label("Phone", "Telefon"), plan.phone),
        (label("Groups", "Gruppen"), ", ".join(plan.groups)),
    )
    facts += [Fact(label=what, value=words.visible(value)) for what, value in more if value]
    return Card(
        deed=label(f"Archive {name}", f"{name} archivieren"),
        headline=label("Archive a contact", "Einen Kontakt archivieren"),
        amount="",
        payee=name,
        payee_label=label("Contact", "Kontakt"),
        facts=tuple(facts),
        warnings=(
            label(
                "The contact disappears from lists and can be given no invoice, bill or payment any more.",
                "Der Kontakt verschwindet aus Listen und kann keine Rechnung, Eingangsrechnung oder Zahlung mehr "
                "bekommen.",
            ),
        ),
        note=label(
            "Everything that was booked stays. It can be taken back in Xero, not from here.",
            "Alles Gebuchte bleibt. Zurücknehmen lässt es sich in Xero, nicht von hier aus.",
        ),
    )


async def archive_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads the contact and what is open with it again: None while it is active, named so, and nothing is open."""
    plan = ArchivePlan.read(payload)
    details = await access.masters.contact_details(plan.contact_id)
    changes = _not_active(details)
    if details.name != plan.name:
        name = words.visible(details.name)
        changes.append((f"it is now called {name}", f"er heißt jetzt {name}"))
    await access.books.renew()
    changes += await _unfinished(access, plan.contact_id)
    if not changes:
        return None
    return {
        "en": f"Nothing was archived. Since the card was made: {words.listed([en for en, _ in changes], 'en')}.",
        "de": f"Es wurde nichts archiviert. Seit die Karte entstand: {words.listed([de for _, de in changes], 'de')}.",
    }


async def archive_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must be that contact, archived."""
    plan = ArchivePlan.read(payload)
    made = await writing.masters.archive_contact(plan.contact_id, key=key)
    if made.id.casefold() != plan.contact_id.casefold() or made.status != plan.new_status:
        raise OutcomeUnknown("Xero", trouble=_NOT_ARCHIVED)
    return _receipt(plan)


async def look_up_archive(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether the contact is archived now, by whomever: twice is the same as once."""
    plan = ArchivePlan.read(payload)
    now = await writing.masters.details_now(plan.contact_id)
    return _receipt(plan) if now.status == plan.new_status else None


def _receipt(plan: ArchivePlan) -> Receipt:
    name, organisation = words.visible(plan.name), words.visible(plan.organisation.name)
    return Receipt(
        provider="Xero",
        reference=plan.contact_id,
        link=contact_link(plan.organisation.short_code, plan.contact_id),
        facts={"contact_id": plan.contact_id, "contact_name": plan.name, "status": plan.new_status},
        summary={
            "en": f"Archived: the contact {name} ({organisation}).",
            "de": f"Archiviert: der Kontakt {name} ({organisation}).",
        },
    )


ARCHIVE_CONTACT = write_tool(
    "xero",
    propose=archive_contact,
    changed=archive_changed,
    execute=archive_once,
    look_up=look_up_archive,
    card=archive_card,
    subject=lambda payload: f"contact:{ArchivePlan.read(payload).contact_id}",
    stakes=lambda payload: ArchivePlan.read(payload).stakes(),
    again=lambda payload, _fields: {"contact_name": ArchivePlan.read(payload).contact_id},
)
