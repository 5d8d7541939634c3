"""Attaching a file that the person sent into the chat to a document in Xero: proposed here, confirmed by a person.

Xero overwrites a file of the same name on the same document (developer.xero.com, "Attachments"), so a free name is
chosen, and nothing is sent once that name is taken. What is under that name with the very bytes that were confirmed is
the effect of an earlier attempt: it is found by reading it back.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from tools import words
from tools.base import Access, Draft, Payload, Receipt, WriteAccess, write_tool
from tools.errors import OutcomeUnknown, ToolFailed, ToolRetry
from tools.inputs import ContactName, Text
from tools.trouble import Trouble
from tools.xero.attach_plan import AttachPlan, attach_card, attach_changed, planned
from tools.xero.attach_target import target_meant
from tools.xero.papers import AttachedFile, NewAttachment
from tools.xero.sent_list import file_meant

_ANOTHER = Trouble("answered with another file than was sent", "hat mit einer anderen Datei geantwortet")
_INVOICE = ("invoice", "bill")


async def attach_file(
    access: Access,
    document_number: Annotated[Text, Field(description="Number of the document, as typed (or a choice's id)")] = "",
    kind: Annotated[
        Literal["invoice", "bill", "credit_note", "quote", "purchase_order", ""],
        BeforeValidator(lambda value: value or ""),
        Field(description="Only if the person said which kind of document"),
    ] = "",
    file: Annotated[
        Text, Field(description="Number or name of a file of this conversation; empty: the one sent last")
    ] = "",
    show_to_customer: Annotated[
        bool,
        BeforeValidator(lambda value: value or False),
        Field(description="true only if the person said that the customer shall see it with the online invoice"),
    ] = False,
    contact_name: ContactName = "",
) -> Draft:
    """Propose to attach a file that the person sent into this conversation to a document in Xero.

    Nothing is sent: a person confirms on a card. Only files of this conversation can be attached, to an invoice, bill,
    credit note, quote or purchase order. If the answer asks which one, ask the person.
    """
    try:
        found = await file_meant(access, file)
        target = await target_meant(access, document_number, kind, contact_name)
    except ToolRetry as asked:
        nothing = {"en": "Nothing was attached", "de": "Es wurde nichts angehängt"}
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}." for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None
    plan = await planned(access, target, found, online=show_to_customer)
    return Draft(payload=plan.payload(), summary=plan.line(access.language))


async def attach_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends the confirmed bytes once with that key; others than those that were confirmed are never sent."""
    plan = AttachPlan.read(payload)
    content = await writing.contents.content(plan.file.id)
    if not plan.is_of(content):
        raise ToolFailed(
            {
                "en": "The file that is kept here is not the one that was confirmed. Nothing was attached. Please tell "
                "an admin, and send the file again.",
                "de": "Die Datei, die hier liegt, ist nicht die bestätigte. Es wurde nichts angehängt. Bitte einer "
                "Person mit der Rolle admin melden und die Datei noch einmal senden.",
            }
        )
    new = NewAttachment(
        holder=plan.document.holder,
        document_id=plan.document.id,
        name=plan.name,
        media_type=plan.file.media_type,
        online=plan.online,
    )
    made = await writing.papers.attach(new, content, key=key)
    if (made.name, made.size) != (plan.name, plan.file.size):
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan, made)


async def look_up_attached(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Finds the file of an earlier attempt by its name, and reads it back: it must be the bytes that were confirmed.

    Another file under that name leaves it undecided: to send again would overwrite that one.
    """
    plan = AttachPlan.read(payload)
    there = await writing.papers.files_now(plan.document.id, plan.document.holder)
    file = next((one for one in there if one.name.casefold() == plan.name.casefold()), None)
    if file is None:
        return None
    content = await writing.papers.content_now(plan.document.id, file, plan.document.holder)
    if hashlib.sha256(content).hexdigest() == plan.file.digest:
        return _receipt(plan, file)
    name = words.visible(file.name)
    raise ToolFailed(
        {
            "en": f"Another file called {name} is on {plan.document.title('en')}. Nothing more was sent, so that it is "
            "not overwritten. Please look at it in Xero.",
            "de": f"An {plan.document.title('de')} hängt eine andere Datei namens {name}. Es wurde nichts weiter "
            "gesendet, damit sie nicht überschrieben wird. Bitte in Xero ansehen.",
        }
    )


def _receipt(plan: AttachPlan, made: AttachedFile) -> Receipt:
    organisation, name = words.visible(plan.organisation.name), words.visible(plan.name)
    of = "document_id" if plan.document.kind in _INVOICE else "record_id"
    return Receipt(
        provider="Xero",
        reference=made.id,
        link=plan.document.link(plan.organisation.short_code),
        facts={
            of: plan.document.id,
            "document_number": plan.document.number,
            "name": plan.name,
            "size": plan.file.size,
            "sha256": plan.file.digest,
            "sent_file_id": plan.file.id,
        },
        summary={
            "en": f"Attached: {name} to {plan.document.title('en')} ({organisation}).",
            "de": f"Angehängt: {name} an {plan.document.title('de')} ({organisation}).",
        },
    )


ATTACH_FILE = write_tool(
    "xero",
    propose=attach_file,
    changed=attach_changed,
    execute=attach_once,
    look_up=look_up_attached,
    card=attach_card,
    subject=lambda payload: AttachPlan.read(payload).document.id,
    stakes=lambda payload: AttachPlan.read(payload).stakes(),
)
