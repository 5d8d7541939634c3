"""The sentences of a verdict about whom money goes to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from assistant.policy.verdict import Reason
from assistant.policy.words import moment
from tools import words


def payee_unknown(name: str) -> Reason:
    """Not a contact of the organisation's own master data."""
    who = words.visible(name)
    return Reason(
        "payee.known",
        False,
        {
            "en": f"{who} is not in the organisation's contacts as we know them, so nothing can be paid to it here. "
            "Check the contact in Xero, then ask again.",
            "de": f"{who} steht nicht in den Kontakten der Organisation, wie wir sie kennen; daher kann hier nichts "
            "dorthin gezahlt werden. Bitte den Kontakt in Xero prüfen und dann noch einmal fragen.",
        },
    )


def payee_not_active(name: str) -> Reason:
    """The contact was archived."""
    who = words.visible(name)
    return Reason(
        "payee.active",
        False,
        {
            "en": f"{who} is archived in Xero, so nothing can be paid to it here. Restore the contact in Xero first.",
            "de": f"{who} ist in Xero archiviert; daher kann hier nichts dorthin gezahlt werden. "
            "Bitte den Kontakt zuerst in Xero wiederherstellen.",
        },
    )


def payee_changed_now(name: str) -> Reason:
    """Xero's live answer has other bank details than our registry: they were changed a moment ago."""
    who = words.visible(name)
    return Reason(
        "payee.settled",
        False,
        {
            "en": f"The bank details of {who} were changed in Xero just now. Payments to it wait until the change is "
            "known and settled. Ask the supplier by a number that you already know.",
            "de": f"Die Bankverbindung von {who} wurde in Xero soeben geändert. Zahlungen dorthin warten, bis die "
            "Änderung bekannt und alt genug ist. Fragen Sie unter einer Nummer nach, die Sie schon kennen.",
        },
    )


def payee_settled(name: str) -> Reason:
    """In the master data, unchanged for long enough."""
    who = words.visible(name)
    return Reason(
        "payee.settled",
        True,
        {
            "en": f"{who} is in the contacts, and neither new nor changed lately.",
            "de": f"{who} steht in den Kontakten und ist weder neu noch kürzlich geändert.",
        },
    )


_CHANGED = {
    "bank": ("bank details", "Bankverbindung"),
    "name": ("name", "Name"),
    "status": ("status", "Status"),
}


def payee_cooling(name: str, what: Iterable[str], until: datetime, timezone: str) -> Reason:
    """New, or changed a short time ago; `what` is empty for a new one."""
    who = words.visible(name)
    parts = [_CHANGED.get(part, (part, part)) for part in what]
    if parts:
        en = f"{who} was changed lately ({words.listed([p[0] for p in parts], 'en')})"
        de = f"{who} wurde kürzlich geändert ({words.listed([p[1] for p in parts], 'de')})"
    else:
        en, de = f"{who} is new among the contacts", f"{who} ist neu unter den Kontakten"
    return Reason(
        "payee.settled",
        False,
        {
            "en": f"{en}. Payments to it can be confirmed from {moment(until, timezone, 'en')} on; until then, ask "
            "the supplier by a number that you already know.",
            "de": f"{de}. Zahlungen dorthin sind ab {moment(until, timezone, 'de')} möglich; fragen Sie bis dahin "
            "unter einer Nummer nach, die Sie schon kennen.",
        },
    )
