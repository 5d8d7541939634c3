"""A confirmed change of a bank account: checked again against Xero, sent once, looked up if the answer was lost."""

from __future__ import annotations

from collections.abc import Mapping

from tools import words
from tools.base import Access, Payload, Receipt, WriteAccess
from tools.errors import Language, OutcomeUnknown
from tools.payee import fingerprint, masked
from tools.trouble import Trouble
from tools.xero.bank_details_card import outcome, whose
from tools.xero.bank_details_plan import BankDetailsPlan
from tools.xero.links import contact_link
from tools.xero.writing import NewBankDetails

_ANOTHER_NUMBER = Trouble(
    "answered with another account number than was sent", "hat mit einer anderen Kontonummer geantwortet"
)


async def bank_details_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads the contact again: None while the card still tells the truth, else what changed."""
    plan = BankDetailsPlan.read(payload)
    contact = await access.live.contact(plan.contact.id)
    changes: list[tuple[str, str]] = []
    if contact.name != plan.contact.name:
        name = words.visible(contact.name)
        changes.append((f"it is now called {name}", f"er heißt jetzt {name}"))
    if contact.status not in ("ACTIVE", ""):
        changes.append(("it is archived now", "er ist jetzt archiviert"))
    if fingerprint(contact.iban) != plan.old.fingerprint:
        now = masked(contact.iban)
        changes.append(
            (
                f"the account number on file is now {now}" if now else "there is no account number on file any more",
                f"hinterlegt ist jetzt die Kontonummer {now}" if now else "es ist keine Kontonummer mehr hinterlegt",
            )
        )
    if not changes:
        return None
    return {
        "en": f"Nothing was changed. The contact {whose(plan)} is not as it was when the card was made: "
        f"{words.listed([en for en, _ in changes], 'en')}.",
        "de": f"Es wurde nichts geändert. Der Kontakt {whose(plan)} ist nicht mehr so wie auf der Karte: "
        f"{words.listed([de for _, de in changes], 'de')}.",
    }


async def change_bank_details_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends the new number once with that key; what Xero answers must be that number, else the outcome is unknown."""
    plan = BankDetailsPlan.read(payload)
    made = await writing.contacts.change_bank_details(
        NewBankDetails(contact_id=plan.contact.id, account_number=plan.new.number), key=key
    )
    if made.id.casefold() != plan.contact.id.casefold() or fingerprint(made.iban) != plan.new.fingerprint:
        raise OutcomeUnknown("Xero", trouble=_ANOTHER_NUMBER)
    return _receipt(plan)


async def look_up_bank_details(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether the contact has the new number now; None when it has another one.

    A contact carries no mark of ours, so our change cannot be told from the same change made by somebody in Xero. It
    need not be: putting the same number there twice is the same as once, so the number on file is what counts.
    """
    plan = BankDetailsPlan.read(payload)
    contact = await writing.contacts.contact_now(plan.contact.id)
    return _receipt(plan) if fingerprint(contact.iban) == plan.new.fingerprint else None


def _receipt(plan: BankDetailsPlan) -> Receipt:
    return Receipt(
        provider="Xero",
        reference=plan.contact.id,
        link=contact_link(plan.organisation.short_code, plan.contact.id),
        facts={
            "contact_id": plan.contact.id,
            "contact_name": plan.contact.name,
            "account_before": masked(plan.old.number),
            "account_now": masked(plan.new.number),
            "fingerprint": plan.new.fingerprint,
        },
        summary={language: outcome(plan, language) for language in words.LANGUAGES},
    )
