"""Contact groups: contacts under one name.

Taken as known of the vendor: at most a hundred active groups, names unique among them, a deleted group is no longer
found, and a contact that is in the group already is simply in it.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.xero.batch import one_sent, write_all
from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun, selected
from sandbox.xero.records import Group
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import Render
from sandbox.xero.wire import Json, elements, text_of

MOST = 100
TOO_MANY = "You’ve reached the limit of 100 contact groups."
NOT_UNIQUE = "The contact group name must be unique across all active contact groups."


class Groups:
    """Serves /ContactGroups."""

    def __init__(self, books: Books, render: Render) -> None:
        self._books = books
        self._render = render
        self._noun = Noun(
            "ContactGroup",
            "ContactGroups",
            {
                "ContactGroupID": lambda g: g.group_id,
                "Name": lambda g: g.name,
                "Status": lambda g: g.status,
                "UpdatedDateUTC": lambda g: g.updated_at,
            },
            id_field="ContactGroupID",
        )

    def _active(self) -> list[Group]:
        return [group for group in self._books.groups.values() if group.status == "ACTIVE"]

    def _group(self, group_id: str) -> Group:
        group = self._books.groups.get(group_id.lower())
        if group is None or group.status != "ACTIVE":
            raise NotFound
        return group

    def find(self, call: Call) -> Json:
        """The groups, without their contacts."""
        return {"ContactGroups": [_named(group) for group in selected(call, self._noun, self._active())]}

    def get(self, call: Call, group_id: str) -> Json:
        """One group with its contacts."""
        return {"ContactGroups": [self._shown(self._group(group_id))]}

    def _shown(self, group: Group) -> Json:
        return _named(group) | {"Contacts": [self._render.contact_inside(one) for one in group.contact_ids]}

    def create(self, call: Call) -> Json:
        """PUT: makes new, empty groups."""
        sent = elements(call.json(), "ContactGroups")
        if len(self._active()) + len(sent) > MOST:
            raise Invalid(*(echo(body, TOO_MANY) for body in sent))
        return write_all(
            call,
            "ContactGroups",
            self._new,
            lambda body, group: self._keep(call, body, group, "create_contact_group"),
            lambda group: (group.name.casefold(), NOT_UNIQUE),
            flag="HasValidationErrors",
        )

    def update(self, call: Call, group_id: str) -> Json:
        """POST to one group: another name, or gone with `Status` DELETED."""
        before = self._group(group_id)
        sent = one_sent(call, "ContactGroups")
        status = text_of(sent, "Status").upper() or "ACTIVE"
        echoed = {"ContactGroupID": before.group_id, **sent}
        if status not in ("ACTIVE", "DELETED"):
            raise Invalid(echo(echoed, f"Status '{status}' is not valid for a contact group"))
        if status == "DELETED":
            return {
                "ContactGroups": [self._keep(call, sent, replace(before, status="DELETED"), "delete_contact_group")]
            }
        name = self._free_name(echoed, before)
        return {"ContactGroups": [self._keep(call, sent, replace(before, name=name), "update_contact_group")]}

    def _new(self, body: Json) -> Group:
        """A group of that name. Raises Invalid."""
        if text_of(body, "ContactGroupID"):
            raise Invalid(echo(body, "ContactGroupID must not be sent"))
        name = self._free_name(body, None)
        return Group(self._books.new_id(), name, (), "ACTIVE", self._books.control.now())

    def _free_name(self, body: Json, before: Group | None) -> str:
        name = text_of(body, "Name").strip()
        if not name:
            raise Invalid(echo(body, "The contact group name must be specified"))
        if any(group.name.casefold() == name.casefold() and group != before for group in self._active()):
            raise Invalid(echo(body, NOT_UNIQUE))
        return name

    def _keep(self, call: Call, sent: Json, group: Group, operation: str) -> Json:
        group = replace(group, updated_at=self._books.control.now())
        self._books.apply(group)
        call.took_effect(operation, sent, group.group_id)
        return _named(group)

    def add(self, call: Call, group_id: str) -> Json:
        """PUT .../Contacts: takes contacts in; all of them or none."""
        group = self._group(group_id)
        sent = elements(call.json(), "Contacts")
        if not sent:
            raise Invalid(echo({}, "No contacts were sent"))
        failed, ids = [], list(group.contact_ids)
        for body in sent:
            wanted = text_of(body, "ContactID").lower()
            contact = self._books.contacts.get(wanted)
            if contact is None:
                failed.append(echo(body, f"The contact with ContactID {wanted} could not be found"))
            elif contact.status != "ACTIVE":
                failed.append(echo(body, "The contact is archived and cannot be used"))
            elif wanted not in ids:
                ids.append(wanted)
        if failed:
            raise Invalid(*failed)
        self._keep(call, {"Contacts": sent}, replace(group, contact_ids=tuple(ids)), "add_to_contact_group")
        return {"Contacts": [self._render.contact_inside(text_of(body, "ContactID").lower()) for body in sent]}

    def remove(self, call: Call, group_id: str, contact_id: str) -> None:
        """DELETE .../Contacts/{id}: takes one contact out."""
        group, gone = self._group(group_id), contact_id.lower()
        if gone not in group.contact_ids:
            raise NotFound
        left = tuple(one for one in group.contact_ids if one != gone)
        self._keep(call, {"ContactID": gone}, replace(group, contact_ids=left), "remove_from_contact_group")

    def clear(self, call: Call, group_id: str) -> None:
        """DELETE .../Contacts: takes all of them out."""
        self._keep(call, {}, replace(self._group(group_id), contact_ids=()), "clear_contact_group")


def _named(group: Group) -> Json:
    """A group as lists and contacts show it."""
    return {
        "ContactGroupID": group.group_id,
        "Name": group.name,
        "Status": group.status,
        "Contacts": [],
        "HasValidationErrors": False,
    }


def groups_of(books: Books, contact_id: str) -> list[Json]:
    """The active groups that a contact is in."""
    groups = books.groups.values()
    return [_named(group) for group in groups if group.status == "ACTIVE" and contact_id in group.contact_ids]
