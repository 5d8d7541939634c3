"""Taking a contact into a contact group: proposed here, confirmed by a person, executed once."""

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
from tools.xero.documents import contact_of
from tools.xero.group_list import GroupName, group_meant
from tools.xero.links import contact_link
from tools.xero.master_data import ContactDetails, ContactGroup
from tools.xero.payment_plan import Change, Part, PlannedOrganisation

_ANOTHER = Trouble("answered with another contact than was sent", "hat mit einem anderen Kontakt geantwortet")


class MemberPlan(Part):
    """Who comes into which group, as read live when the card was made."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    contact_id: str
    contact_name: str
    group_id: str
    group_name: str
    members: int
    """How many contacts the group had; told, not held to: others may come and go."""
    old_groups: tuple[str, ...]
    new_groups: tuple[str, ...]

    @classmethod
    def read(cls, payload: Payload) -> MemberPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        return cls.model_validate_json(json.dumps(payload))

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    def stakes(self) -> Stakes:
        """What the policy has to know of it."""
        return Stakes(
            kind=WriteKind.ITEM_CHANGE,
            money=None,
            payee_id=self.contact_id,
            payee_name=self.contact_name,
            bank="",
            reference=self.group_name,
            day=None,
        )


async def add_to_contact_group(access: Access, contact_name: ContactName = "", group: GroupName = "") -> Draft:
    """Propose to take a contact into a contact group that exists.

    Nothing is written: a person confirms on a card.
    """
    try:
        contact = await contact_of(access, contact_name)
        if contact is None:
            raise ToolRetry({"en": "Which contact?", "de": "Welcher Kontakt?"})
        if not group.strip():
            raise ToolRetry({"en": "Which contact group?", "de": "Welche Kontaktgruppe?"})
        into = await group_meant(access, group)
    except ToolRetry as asked:
        nothing = {"en": "Nothing was changed.", "de": "Es wurde nichts geändert."}
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}" for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None
    details = await access.masters.contact_details(contact.id)
    if against := _against(details, into):
        (en, de), *_ = against
        raise ToolFailed(
            {
                "en": f"{en[0].upper()}{en[1:]}. Nothing was changed.",
                "de": f"{de[0].upper()}{de[1:]}. Es wurde nichts geändert.",
            }
        )
    organisation = access.organisation
    plan = MemberPlan(
        organisation=PlannedOrganisation(
            id=organisation.id, name=organisation.name, short_code=organisation.short_code
        ),
        contact_id=details.id,
        contact_name=details.name,
        group_id=into.id,
        group_name=into.name,
        members=len(into.members),
        old_groups=details.groups,
        new_groups=tuple(sorted({*details.groups, into.name})),
    )
    name, shown = words.visible(plan.contact_name), words.visible(plan.group_name)
    summary = words.say(access.language, f"Add {name} to the group {shown}", f"{name} in die Gruppe {shown} aufnehmen")
    return Draft(payload=plan.payload(), summary=summary)


def _against(details: ContactDetails, group: ContactGroup) -> list[Change]:
    """Why it cannot be done, or need not."""
    name, shown = words.visible(details.name), words.visible(group.name)
    if details.status != "ACTIVE":
        return [(f"{name} is archived", f"{name} ist archiviert")]
    if any(one.id.casefold() == details.id.casefold() for one in group.members):
        return [(f"{name} is in the group {shown} already", f"{name} ist schon in der Gruppe {shown}")]
    return []


def member_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = MemberPlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    def listed(groups: tuple[str, ...]) -> str:
        return words.visible(", ".join(groups)) or label("none", "keine")

    group = words.visible(plan.group_name)
    return Card(
        deed=label(f"Add to {group}", f"In {group} aufnehmen"),
        headline=label("Add a contact to a group", "Einen Kontakt in eine Gruppe aufnehmen"),
        amount="",
        payee=words.visible(plan.contact_name),
        payee_label=label("Contact", "Kontakt"),
        facts=(
            Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
            Fact(
                label=label("Group", "Gruppe"),
                value=label(
                    f"{group}, {words.many(plan.members, 'contact', 'contacts')} so far",
                    f"{group}, bisher {words.many(plan.members, 'Kontakt', 'Kontakte')}",
                ),
            ),
            Fact(
                label=label("Groups of the contact", "Gruppen des Kontakts"),
                value=f"{listed(plan.old_groups)} → {listed(plan.new_groups)}",
                emphasis=True,
            ),
        ),
        note=label("Nothing else about the contact changes.", "Am Kontakt selbst ändert sich sonst nichts."),
    )


async def member_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads contact and group again: None while both are as on the card and the contact is not in it."""
    plan = MemberPlan.read(payload)
    details = await access.masters.contact_details(plan.contact_id)
    group = await access.masters.contact_group(plan.group_id)
    changes = _against(details, group)
    if details.name != plan.contact_name:
        name = words.visible(details.name)
        changes.append((f"the contact is now called {name}", f"der Kontakt heißt jetzt {name}"))
    if group.name != plan.group_name:
        name = words.visible(group.name)
        changes.append((f"the group is now called {name}", f"die Gruppe heißt jetzt {name}"))
    if not changes and details.groups != plan.old_groups:
        now = words.visible(", ".join(details.groups))
        changes.append((f"the contact's groups are now {now}", f"die Gruppen des Kontakts sind jetzt {now}"))
    if not changes:
        return None
    return {
        "en": f"Nothing was changed. Since the card was made: {words.listed([en for en, _ in changes], 'en')}.",
        "de": f"Es wurde nichts geändert. Seit die Karte entstand: {words.listed([de for _, de in changes], 'de')}.",
    }


async def add_member_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must be that contact."""
    plan = MemberPlan.read(payload)
    added = await writing.masters.add_to_group(plan.group_id, plan.contact_id, key=key)
    if [one.casefold() for one in added] != [plan.contact_id.casefold()]:
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan)


async def look_up_member(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether the contact is in the group now, by whomever: twice is the same as once."""
    plan = MemberPlan.read(payload)
    group = await writing.masters.group_now(plan.group_id)
    there = any(one.id.casefold() == plan.contact_id.casefold() for one in group.members)
    return _receipt(plan) if there else None


def _receipt(plan: MemberPlan) -> Receipt:
    name, group = words.visible(plan.contact_name), words.visible(plan.group_name)
    organisation = words.visible(plan.organisation.name)
    return Receipt(
        provider="Xero",
        reference=plan.group_id,
        link=contact_link(plan.organisation.short_code, plan.contact_id),
        facts={"contact_id": plan.contact_id, "contact_name": plan.contact_name, "group": plan.group_name},
        summary={
            "en": f"Added: {name} is in the group {group} ({organisation}).",
            "de": f"Aufgenommen: {name} ist in der Gruppe {group} ({organisation}).",
        },
    )


ADD_TO_GROUP = write_tool(
    "xero",
    propose=add_to_contact_group,
    changed=member_changed,
    execute=add_member_once,
    look_up=look_up_member,
    card=member_card,
    subject=lambda payload: f"group:{MemberPlan.read(payload).group_id}:{MemberPlan.read(payload).contact_id}",
    stakes=lambda payload: MemberPlan.read(payload).stakes(),
    again=lambda payload, _fields: {
        "contact_name": MemberPlan.read(payload).contact_id,
        "group": MemberPlan.read(payload).group_id,
    },
)
