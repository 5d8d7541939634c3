"""A file that will be attached to a document, complete: what the digest covers, the card shows and Xero is sent.

The bytes are not in it. Their SHA-256 is, and the executor sends no others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import JsonValue

from tools import words
from tools.base import Access, Payload, Stakes, WriteKind
from tools.errors import Language, ToolFailed, ToolRetry
from tools.sent_files import SentFile
from tools.views import Card, Fact
from tools.xero.attach_target import DEAD, Target, target_now
from tools.xero.papers import AttachedFile
from tools.xero.payment_plan import Change, Part, PlannedOrganisation
from tools.xero.sent_list import kind_word

MOST_FILES = 10
"""Xero takes no more on a document (developer.xero.com, "Attachments")."""


class PlannedFile(Part):
    """The file that the person sent, by what it is."""

    id: str
    """In the house's own store."""
    name: str
    """As it was sent, made harmless."""
    media_type: str
    size: int
    digest: str
    """SHA-256 of the bytes, hexadecimal."""


class AttachPlan(Part):
    """Everything that was known when it was decided to."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    document: Target
    file: PlannedFile
    name: str
    """What the file will be called in Xero: a name that is free on the document, since Xero overwrites one that is
    taken."""
    online: bool
    there: int
    """How many files the document had."""
    same_content: str
    """The name of a file on the document with the very same content; empty where there is none."""

    @classmethod
    def read(cls, payload: Payload) -> AttachPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        return cls.model_validate(payload)

    def payload(self) -> Payload:
        """The plan as JSON of strings, integers and booleans."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    def stakes(self) -> Stakes:
        """What the policy has to know of it: nothing counts differently."""
        return Stakes(
            kind=WriteKind.FILE_ADDED,
            money=None,
            payee_id=self.document.contact_id,
            payee_name=self.document.contact_name,
            bank="",
            reference=self.document.number,
            day=None,
        )

    def is_of(self, content: bytes) -> bool:
        """Whether these are the bytes that were confirmed."""
        return len(content) == self.file.size and hashlib.sha256(content).hexdigest() == self.file.digest

    def line(self, language: Language) -> str:
        """One line: what is attached to what."""
        name = words.visible(self.name)
        return words.say(
            language, f"Attach {name} to {self.document.title('en')}", f"{name} an {self.document.title('de')} anhängen"
        )


async def planned(access: Access, target: Target, file: SentFile, *, online: bool) -> AttachPlan:
    """The plan for that file on that document as it is now. Raises ToolFailed where it cannot be."""
    if target.status in DEAD:
        raise _refused(
            f"{target.title('en')} is {'deleted' if target.status == 'DELETED' else 'voided'}",
            f"{target.title('de')} ist {'gelöscht' if target.status == 'DELETED' else 'storniert'}",
        )
    if online and target.kind != "invoice":
        raise ToolRetry(
            {
                "en": "Only files on sales invoices can be shown to the customer. Attach it without that? Nothing was "
                "attached.",
                "de": "Nur Dateien an Ausgangsrechnungen können dem Kunden gezeigt werden. Ohne das anhängen? Es wurde "
                "nichts angehängt.",
            }
        )
    there = await access.papers.files_on(target.id, target.holder)
    if len(there) >= MOST_FILES:
        raise _refused(
            f"There are {len(there)} files on {target.title('en')} already, and Xero takes {MOST_FILES}",
            f"An {target.title('de')} hängen schon {len(there)} Dateien; Xero nimmt {MOST_FILES}",
        )
    return AttachPlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        document=target,
        file=PlannedFile(id=file.id, name=file.name, media_type=file.media_type, size=file.size, digest=file.digest),
        name=_free_name(file.name, there),
        online=online,
        there=len(there),
        same_content=await _same_content(access, target, there, file.size, file.digest),
    )


def _refused(en: str, de: str) -> ToolFailed:
    return ToolFailed(
        {"en": f"{en[:1].upper()}{en[1:]}. Nothing was attached.", "de": f"{de}. Es wurde nichts angehängt."}
    )


def _free_name(name: str, there: Sequence[AttachedFile]) -> str:
    """The name, or "scan (2).pdf" where it is taken in whatever letters."""
    taken = {file.name.casefold() for file in there}
    stem, dot, ending = name.rpartition(".")
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{stem} ({number}){dot}{ending}" if dot else f"{name} ({number})"
    return free


async def _same_content(access: Access, target: Target, there: Sequence[AttachedFile], size: int, digest: str) -> str:
    """The name of a file with that content; only those of the same size are fetched."""
    for file in there:
        if file.size == size:
            content = await access.papers.content(target.id, file, target.holder)
            if hashlib.sha256(content).hexdigest() == digest:
                return file.name
    return ""


def attach_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = AttachPlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    file = plan.file
    facts = [
        Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
        Fact(label=label("Contact", "Kontakt"), value=words.visible(plan.document.contact_name)),
        Fact(label=label("File", "Datei"), value=words.visible(plan.name), emphasis=True),
        Fact(
            label=label("Kind and size", "Art und Größe"),
            value=f"{kind_word(file.media_type, language)}, {words.size(file.size, language)}",
        ),
        Fact(label="SHA-256", value=f"{file.digest[:8]}…{file.digest[-8:]}"),
        Fact(label=label("Files there now", "Dateien bisher"), value=str(plan.there)),
    ]
    if plan.document.kind == "invoice":
        seen = label("yes", "ja") if plan.online else label("no", "nein")
        facts.append(Fact(label=label("Customer sees it", "Kunde sieht sie"), value=seen, emphasis=plan.online))
    return Card(
        deed=label("Attach file", "Datei anhängen"),
        headline=label("Attach a file to a document", "Eine Datei an einen Beleg anhängen"),
        amount="",
        payee=_opening(plan.document.title(language)),
        payee_label=label("To", "An"),
        facts=tuple(facts),
        warnings=_warnings(plan, language),
        note=label(
            "The file goes to Xero as it was sent here. It can be removed there, not from here.",
            "Die Datei geht so an Xero, wie sie hier ankam. Entfernen lässt sie sich dort, nicht von hier.",
        ),
    )


def _opening(text: str) -> str:
    return text[:1].upper() + text[1:]


def _warnings(plan: AttachPlan, language: Language) -> tuple[str, ...]:
    found = []
    if plan.name != plan.file.name:
        name, free = words.visible(plan.file.name), words.visible(plan.name)
        found.append(
            words.say(
                language,
                f"A file called {name} is on it already, and Xero would overwrite it. This one becomes {free}.",
                f"Eine Datei namens {name} hängt schon daran, und Xero würde sie überschreiben. Diese heißt dann "
                f"{free}.",
            )
        )
    if plan.same_content:
        name = words.visible(plan.same_content)
        found.append(
            words.say(
                language,
                f"The very same content is on it already: {name}.",
                f"Genau dieser Inhalt hängt schon daran: {name}.",
            )
        )
    if plan.online:
        found.append(
            words.say(
                language,
                "The customer can open it beside the online invoice.",
                "Der Kunde kann sie neben der Online-Rechnung öffnen.",
            )
        )
    return tuple(found)


async def attach_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads the document and its files again: None while it is there, the name is free and there is room."""
    plan = AttachPlan.read(payload)
    now = await target_now(access, plan.document.kind, plan.document.id)
    changes: list[Change] = []
    if now.status in DEAD:
        changes.append(("the document was deleted or voided", "der Beleg wurde gelöscht oder storniert"))
    if (now.number, now.contact_id) != (plan.document.number, plan.document.contact_id):
        changes.append(("number or contact were changed", "Nummer oder Kontakt wurden geändert"))
    there = await access.papers.files_on(now.id, now.holder)
    name = words.visible(plan.name)
    if any(file.name.casefold() == plan.name.casefold() for file in there):
        changes.append((f"a file called {name} was attached to it", f"eine Datei namens {name} wurde daran gehängt"))
    elif len(there) >= MOST_FILES:
        changes.append((f"{MOST_FILES} files are on it now", f"{MOST_FILES} Dateien hängen jetzt daran"))
    elif not plan.same_content and (same := await _same_content(access, now, there, plan.file.size, plan.file.digest)):
        shown = words.visible(same)
        changes.append((f"the same file was attached as {shown}", f"dieselbe Datei wurde als {shown} angehängt"))
    if not changes:
        return None
    return {
        "en": f"Nothing was attached. Since the card was made: {words.listed([en for en, _ in changes], 'en')}.",
        "de": f"Es wurde nichts angehängt. Seit die Karte entstand: {words.listed([de for _, de in changes], 'de')}.",
    }
