"""Leaving a note in the history of an invoice or bill: proposed here, confirmed by a person.

Xero never lets a note be changed or removed, and the note carries our mark, by which it is found again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools import words
from tools.base import Access, Draft, Payload, Receipt, Stakes, WriteAccess, WriteKind, write_tool
from tools.errors import Language, OutcomeUnknown, ToolRetry
from tools.free_text import LONGEST_LINE, note_text
from tools.inputs import ContactName, Text
from tools.trouble import Trouble
from tools.views import Card, Fact
from tools.xero.books import DocumentKind
from tools.xero.document_view import titled
from tools.xero.documents import contact_of
from tools.xero.finding import document_meant
from tools.xero.links import document_link
from tools.xero.payment_plan import Part, PlannedDocument, PlannedOrganisation
from tools.xero.status_change import planned_document

_ANOTHER = Trouble("answered with another note than was sent", "hat mit einer anderen Notiz geantwortet")
LongText = Annotated[str, Field(max_length=LONGEST_LINE, description="The note, in the person's own words")]


class NotePlan(Part):
    """What will be noted, and on what."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    document: PlannedDocument
    text: str
    """What the person said."""
    noted: str
    """The same with our mark, as Xero gets it."""

    @classmethod
    def read(cls, payload: Payload) -> NotePlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        return cls.model_validate(payload)

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    def stakes(self) -> Stakes:
        """What the policy has to know of it: nothing in the books changes."""
        return Stakes(
            kind=WriteKind.DOCUMENT_NOTE,
            money=None,
            payee_id=self.document.contact_id,
            payee_name=self.document.contact_name,
            bank="",
            reference=self.document.number,
            day=None,
        )

    def title(self, language: Language) -> str:
        """The document as people call it."""
        noun = ("bill", "Eingangsrechnung") if self.document.kind == "bill" else ("invoice", "Rechnung")
        return f"{words.say(language, *noun)} {words.visible(self.document.number)}".strip()


async def add_document_note(
    access: Access,
    document_number: Annotated[Text, Field(description="Number of the invoice or bill, as typed")] = "",
    text: LongText = "",
    contact_name: ContactName = "",
) -> Draft:
    """Propose to leave a note in the history of an invoice or bill in Xero. Only what the person wants to be noted.

    Nothing is written: a person confirms on a card.
    """
    try:
        if not text.strip():
            raise ToolRetry({"en": "What should be noted?", "de": "Was soll notiert werden?"})
        if not document_number.strip():
            raise ToolRetry({"en": "On which invoice or bill?", "de": "Zu welcher Rechnung?"})
        known = await document_meant(access, document_number, contact=await contact_of(access, contact_name))
    except ToolRetry as asked:
        nothing = {"en": "Nothing was noted", "de": "Es wurde nichts notiert"}
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}." for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None
    document, mark = await access.live.document(known.id), access.new_marker()
    said = note_text(text, mark)
    plan = NotePlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        document=planned_document(document),
        text=said,
        noted=f"{said} {mark}",
    )
    title = titled(document, access.language)
    return Draft(payload=plan.payload(), summary=words.say(access.language, f"Note on {title}", f"Notiz zu {title}"))


def note_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = NotePlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    return Card(
        deed=label("Leave the note", "Notiz hinterlassen"),
        headline=label("Leave a note in the history", "Eine Notiz im Verlauf hinterlassen"),
        amount="",
        payee=plan.title(language),
        payee_label=label("On", "Zu"),
        facts=(
            Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
            Fact(label=label("Contact", "Kontakt"), value=words.visible(plan.document.contact_name)),
            Fact(label=label("Note", "Notiz"), value=words.visible(plan.noted), emphasis=True),
        ),
        note=label(
            "Xero never changes or removes a note.", "Eine Notiz lässt sich in Xero weder ändern noch entfernen."
        ),
    )


async def note_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads the document again: None while it is there, whatever else was done to it (a note fits any state)."""
    plan = NotePlan.read(payload)
    await access.live.document(plan.document.id)
    return None


async def note_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must be that note."""
    plan = NotePlan.read(payload)
    if await writing.papers.note(plan.document.id, plan.noted, key=key) != plan.noted:
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan)


async def look_up_note(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Finds the note of an earlier attempt by our mark."""
    plan = NotePlan.read(payload)
    history = await writing.papers.notes_now(plan.document.id)
    return _receipt(plan) if any(record.details == plan.noted for record in history) else None


def _receipt(plan: NotePlan) -> Receipt:
    organisation = words.visible(plan.organisation.name)
    return Receipt(
        provider="Xero",
        reference=plan.document.id,
        link=document_link(plan.organisation.short_code, DocumentKind(plan.document.kind), plan.document.id),
        facts={"document_id": plan.document.id, "document_number": plan.document.number, "note": plan.noted},
        summary={
            "en": f"Noted on {plan.title('en')}: “{words.visible(plan.text)}” ({organisation}).",
            "de": f"Notiert zu {plan.title('de')}: „{words.visible(plan.text)}“ ({organisation}).",
        },
    )


ADD_NOTE = write_tool(
    "xero",
    propose=add_document_note,
    changed=note_changed,
    execute=note_once,
    look_up=look_up_note,
    card=note_card,
    subject=lambda payload: NotePlan.read(payload).document.id,
    stakes=lambda payload: NotePlan.read(payload).stakes(),
    again=lambda payload, _fields: {
        "document_number": NotePlan.read(payload).document.id,
        "text": NotePlan.read(payload).text,
    },
)
