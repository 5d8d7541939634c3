"""To whom a payment goes: the contact as Xero has it now, and what about it or in the bill a person should look at."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tools import lookalike, payee, words
from tools.bank_text import other_accounts
from tools.base import Access
from tools.errors import ProviderRefused, ToolFailed
from tools.xero.books import Contact, Document, DocumentKind
from tools.xero.document_view import titled
from tools.xero.matching import apart
from tools.xero.payment_plan import Change, Notice, PlannedPayee

_ACTIVE = "ACTIVE"
_MOST = 3
"""Notices of one kind: more would bury the others, and a hostile bill may name a hundred accounts."""


async def contact_now(access: Access, contact_id: str) -> Contact | None:
    """The contact live from Xero; None where it has none of that id. Raises ToolFailed kinds."""
    try:
        return await access.live.contact(contact_id)
    except ProviderRefused as refused:
        if refused.status == 404:
            return None
        raise


def check_payee(document: Document, contact: Contact | None) -> Contact:
    """The contact, when it is the document's own and may be paid. Raises ToolFailed.

    Money that comes in may come from an archived customer; money that goes out goes to nobody who was put aside.
    """
    en, de = titled(document, "en"), titled(document, "de")
    name = words.visible(document.contact_name)
    if contact is None:
        raise _no_payee(
            f"{en}: there is no contact {name} in Xero (any more)",
            f"{de}: einen Kontakt {name} gibt es in Xero nicht (mehr)",
        )
    if (contact.id, contact.name) != (document.contact_id, document.contact_name):
        other = words.visible(contact.name)
        raise _no_payee(
            f"{en}: Xero gives another contact for it now, {other}. It may have been merged or renamed",
            f"{de}: Xero nennt dafür jetzt einen anderen Kontakt, {other}. Vielleicht wurde er zusammengeführt oder "
            "umbenannt",
        )
    if document.kind is DocumentKind.BILL and contact.status != _ACTIVE:
        raise _no_payee(
            f"{name} is archived in Xero (status {words.visible(contact.status)}), so {en} cannot be paid here",
            f"{name} ist in Xero archiviert (Status {words.visible(contact.status)}); {de} kann hier nicht gezahlt "
            "werden",
        )
    return contact


def _no_payee(en: str, de: str) -> ToolFailed:
    return ToolFailed(
        {
            "en": f"{en}. Nothing was recorded. Check the contact in Xero, then ask again.",
            "de": f"{de}. Es wurde nichts erfasst. Bitte den Kontakt in Xero prüfen und dann noch einmal fragen.",
        }
    )


def planned_payee(contact: Contact, *, paid: bool) -> PlannedPayee:
    """What the plan keeps of the contact; the account of somebody who pays us is nothing that it needs."""
    bank = contact.iban if paid else ""
    return PlannedPayee(
        contact_id=contact.id,
        name=contact.name,
        bank_masked=payee.masked(bank),
        bank_fingerprint=payee.fingerprint(bank),
        status=contact.status,
    )


def similar_contacts(contact: Contact, contacts: Sequence[Contact]) -> list[Contact]:
    """The other contacts whose names look like this one's, the nearest first."""
    others = [other for other in contacts if other.id != contact.id]
    return [others[place] for place in lookalike.look_alikes(contact.name, [other.name for other in others])]


async def payee_notices(document: Document, contact: Contact, similar: Sequence[Contact]) -> tuple[Notice, ...]:
    """What a person should look at: another account in the bill, letters that deceive, a name like another's."""
    found = name_notices(contact, document.number)
    if document.kind is DocumentKind.BILL:
        # A bill may be long, and other chats must go on meanwhile.
        named = await asyncio.to_thread(other_accounts, written_by_others(document), contact.iban)
        masked = dict.fromkeys(number.masked for number in named)
        found = [Notice(code="other_account_named", found=one) for one in list(masked)[:_MOST]] + found
        found += like_notices(contact, similar)
    return tuple(found)


def name_notices(contact: Contact, *numbers: str) -> list[Notice]:
    """Letters that deceive, in the contact's name or those numbers."""
    return [
        *(
            Notice(code="hidden_characters", name=text, found=", ".join(unseen[:_MOST]))
            for text in dict.fromkeys((contact.name, *numbers))
            if (unseen := lookalike.unseen(text))
        ),
        *(
            Notice(code="mixed_scripts", name=mixed.word, found=", ".join(map(_told, mixed.odd[:_MOST])))
            for mixed in lookalike.mixed_words(contact.name)[:_MOST]
        ),
    ]


def like_notices(contact: Contact, similar: Sequence[Contact]) -> list[Notice]:
    """Other contacts that this one could be taken for."""
    return [
        Notice(code="name_like_another", name=other.name, detail=apart(other, (contact,))) for other in similar[:_MOST]
    ]


def _told(char: str) -> str:
    return f"{char} ({words.code_point(char)})"


def written_by_others(document: Document) -> list[str]:
    """Every text of the document that somebody else may have written."""
    lines = [line.description for line in document.lines]
    return [document.number, document.reference, document.contact_name, document.url, *lines, *document.attachments]


def payee_changes(then: PlannedPayee, contact: Contact | None, *, paid: bool) -> list[Change]:
    """What is different about the contact since the card was made, in English and in German; numbers masked."""
    if not then.status:
        return [("the payee was not checked when it was made", "der Empfänger wurde damals noch nicht geprüft")]
    if contact is None or contact.id != then.contact_id:
        name = words.visible(then.name)
        return [(f"the contact {name} is gone in Xero", f"den Kontakt {name} gibt es in Xero nicht mehr")]
    found: list[Change] = []
    if contact.name != then.name:
        name = words.visible(contact.name)
        found.append((f"the contact is now {name}", f"der Kontakt ist jetzt {name}"))
    if contact.status != then.status:
        status = words.visible(contact.status)
        found.append((f"the contact's status is now {status}", f"der Status des Kontakts ist jetzt {status}"))
    if paid and payee.fingerprint(contact.iban) != then.bank_fingerprint:
        found.append(_bank_change(then.bank_masked, payee.masked(contact.iban)))
    return found


def _bank_change(was: str, now: str) -> Change:
    if not now:
        return (
            f"the payee's account {was} is not on file any more",
            f"das Konto des Empfängers {was} ist nicht mehr hinterlegt",
        )
    if not was:
        return (
            f"an account of the payee is on file now, {now} (there was none)",
            f"jetzt ist ein Konto des Empfängers hinterlegt, {now} (vorher keines)",
        )
    if was == now:
        return (
            f"the payee's account on file is another one now, with the same ends {now}",
            f"das hinterlegte Konto des Empfängers ist jetzt ein anderes mit denselben Enden {now}",
        )
    return (
        f"the payee's account on file is now {now} (it was {was})",
        f"das hinterlegte Konto des Empfängers ist jetzt {now} (es war {was})",
    )
