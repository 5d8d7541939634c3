"""Contact groups: which there are, who is in one, and which one is meant."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Choice, ToolRetry
from tools.inputs import Text
from tools.xero.books import DocumentKind
from tools.xero.contacts import left_with, left_words
from tools.xero.links import contact_link
from tools.xero.master_data import ContactGroup
from tools.xero.master_table import columns, table, told, with_link
from tools.xero.names import folded

GroupName = Annotated[Text, Field(description="Name of the contact group, as typed")]
_MOST_CHOICES = 10


@read_tool("xero")
async def list_contact_groups(access: Access, group: GroupName = "") -> ToolResult:
    """List the contact groups; with a group's name: the contacts that are in it."""
    if group.strip():
        return await _members(access, await group_meant(access, group))
    found = await access.masters.contact_groups()
    named = words.listed([words.visible(one.name) for one in found[:10]], access.language)
    more = f" (+{len(found) - 10})" if len(found) > 10 else ""
    tail = f": {named}{more}" if found else ""
    answer = words.say(
        access.language,
        f"{words.many(len(found), 'contact group', 'contact groups')}{tail}",
        f"{words.many(len(found), 'Kontaktgruppe', 'Kontaktgruppen')}{tail}",
    )
    shown = columns(access, (("name", "Contact group", "Kontaktgruppe"),))
    rows = [{"name": words.visible(one.name)} for one in found]
    tables = [table(access, ("Contact groups", "Kontaktgruppen"), shown, [dict(row) for row in rows], access.now)]
    return told(access, answer, [{"group": row["name"]} for row in rows], access.now, tables if found else [])


async def _members(access: Access, group: ContactGroup) -> ToolResult:
    known = {contact.id: contact for contact in await access.books.contacts()}
    contacts = [known[one.id] for one in group.members if one.id in known]
    invoices = await left_with(access, DocumentKind.INVOICE, contacts)
    bills = await left_with(access, DocumentKind.BILL, contacts)
    name, language = words.visible(group.name), access.language
    members = sorted(group.members, key=lambda one: one.name.casefold())
    rows = []
    for one in members:
        contact = known.get(one.id)
        rows.append(
            {
                "name": words.visible(one.name),
                "email": words.visible(contact.email) if contact else "",
                "owes_us": left_words(invoices, contact, language) if contact else "",
                "we_owe": left_words(bills, contact, language) if contact else "",
            }
        )
    shown = columns(
        access,
        (
            ("name", "Name", "Name"),
            ("email", "E-mail", "E-Mail"),
            ("owes_us", "Owes us", "Schuldet uns"),
            ("we_owe", "We owe", "Wir schulden"),
        ),
    )
    code = access.organisation.short_code
    linked = [with_link(dict(row), contact_link(code, one.id)) for row, one in zip(rows, members, strict=True)]
    answer = words.say(
        language,
        f"{words.many(len(rows), 'contact is', 'contacts are')} in the group {name}",
        f"{words.many(len(rows), 'Kontakt ist', 'Kontakte sind')} in der Gruppe {name}",
    )
    tables = [table(access, (f"Contacts in {group.name}", f"Kontakte in {group.name}"), shown, linked, access.now)]
    told_rows = [
        {"contact_name": row["name"], **{key: row[key] for key in ("email", "owes_us", "we_owe")}} for row in rows
    ]
    return told(access, answer, told_rows, access.now, tables if rows else [], group=name)


async def group_meant(access: Access, typed: str) -> ContactGroup:
    """The one group meant, with its contacts; raises ToolRetry with all groups when none or several could be."""
    everything = await access.masters.contact_groups()
    text = words.without_invisible(typed)
    wanted = folded(text)
    found = [one for one in everything if text.casefold() == one.id.casefold() or folded(one.name) == wanted]
    found = found or [one for one in everything if wanted and wanted in folded(one.name)]
    if len(found) == 1:
        return await access.masters.contact_group(found[0].id)
    shown = words.visible(text[:60])
    en, de = f"There is no contact group “{shown}”", f"Es gibt keine Kontaktgruppe „{shown}“"
    if found:
        en, de = f"“{shown}” could be {len(found)} groups", f"„{shown}“ kann für {len(found)} Gruppen stehen"
    offered = found or everything
    raise ToolRetry(
        {"en": f"{en}. Which one is meant?", "de": f"{de}. Welche ist gemeint?"},
        choices=tuple(
            Choice(label=words.visible(one.name), number=one.name, id=one.id) for one in offered[:_MOST_CHOICES]
        ),
    )
