"""The sentences of a verdict: what was looked at, the figures, and what would help where it does not hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.policy.verdict import Reason, Stopped
from assistant.principal import Role
from tools import words
from tools.base import Right, WriteKind
from tools.errors import Language
from tools.money import Money

_KINDS = {
    WriteKind.PAYMENT_OUT: ("payments out", "Zahlungsausgänge"),
    WriteKind.PAYMENT_IN: ("payments in", "Zahlungseingänge"),
    WriteKind.PAYMENT_REMOVAL: ("removals of payments", "Rücknahmen von Zahlungen"),
    WriteKind.PAYEE_CHANGE: ("changes of bank details", "Änderungen von Bankverbindungen"),
    WriteKind.CONTACT_CHANGE: ("changes of contacts", "Änderungen von Kontakten"),
    WriteKind.DOCUMENT_DRAFT: ("drafts of invoices or bills", "Entwürfe von Rechnungen"),
    WriteKind.DOCUMENT_APPROVAL: ("approvals of invoices or bills", "Freigaben von Rechnungen"),
    WriteKind.DOCUMENT_SENT: ("sending of invoices", "Versendungen von Rechnungen"),
    WriteKind.DOCUMENT_NOTE: ("notes on documents", "Notizen zu Belegen"),
    WriteKind.OWN_TRANSFER: ("transfers between own accounts", "Umbuchungen zwischen eigenen Konten"),
    WriteKind.ITEM_CHANGE: ("changes of items or contact groups", "Änderungen von Artikeln oder Kontaktgruppen"),
    WriteKind.MONEY_SPENT: ("records of money spent without a bill", "Buchungen von Ausgaben ohne Eingangsrechnung"),
    WriteKind.MONEY_RECEIVED: (
        "records of money received without an invoice",
        "Buchungen von Einnahmen ohne Ausgangsrechnung",
    ),
    WriteKind.SET_OFF: ("set-offs of credits or advances", "Verrechnungen von Gutschriften oder Anzahlungen"),
    WriteKind.MANUAL_JOURNAL: ("postings by hand", "manuelle Buchungen"),
    WriteKind.FILE_ADDED: ("files on documents", "Anhänge an Belegen"),
    WriteKind.TIMESHEET: ("timesheets", "Stundenzettel"),
}
_DEEDS = {"propose": ("propose", "vorschlagen"), "confirm": ("confirm", "bestätigen")}
_DONE = {"propose": "proposed", "confirm": "confirmed"}


def _of(kind: WriteKind) -> tuple[str, str]:
    return _KINDS[kind]


def moment(at: datetime, timezone: str, language: Language) -> str:
    """ "22 Nov 2026, 14:02" on the organisation's wall clock."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{words.day(local.date(), language)}, {local:%H:%M}"


def kind_not_allowed(kind: WriteKind) -> Reason:
    """The rules do not speak of this kind of write at all."""
    en, de = _of(kind)
    return Reason(
        "kind",
        False,
        {
            "en": f"The rules of this house allow no {en}. An admin can change the policy file.",
            "de": f"Die Regeln dieses Hauses erlauben keine {de}. Das kann nur die Regeldatei ändern.",
        },
    )


def not_stopped() -> Reason:
    """Nobody has stopped writing."""
    return Reason("stop_switch", True, {"en": "Writing is not stopped.", "de": "Das Schreiben ist nicht angehalten."})


def stopped(by: Stopped, timezone: str) -> Reason:
    """An admin has stopped everything that is written."""
    why = f" (“{words.visible(by.why)}”)" if by.why else ""
    warum = f" („{words.visible(by.why)}“)" if by.why else ""
    name = words.visible(by.by)
    return Reason(
        "stop_switch",
        False,
        {
            "en": f"{name} stopped all writes on {moment(by.at, timezone, 'en')}{why}. An admin can allow them again.",
            "de": f"{name} hat am {moment(by.at, timezone, 'de')} alles Schreiben angehalten{warum}. "
            "Eine Person mit der Rolle admin kann es wieder erlauben.",
        },
    )


def has_role(deed: str, kind: WriteKind, name: str, role: Role, most: Money | None) -> Reason:
    """The role allows it, up to that much."""
    en, de = _of(kind)
    do_en, do_de = _DEEDS[deed]
    upto_en = f" up to {words.money(most, 'en')}" if most else ""
    upto_de = f" bis {words.money(most, 'de')}" if most else ""
    who = words.visible(name)
    return Reason(
        f"{deed}.role",
        True,
        {
            "en": f"{who} may {do_en} {en}{upto_en} as {role}.",
            "de": f"{who} darf {de}{upto_de} {do_de} (Rolle {role}).",
        },
    )


def no_role(deed: str, kind: WriteKind, name: str, roles: Iterable[Role]) -> Reason:
    """None of the person's roles allows it."""
    en, de = _of(kind)
    do_en, do_de = _DEEDS[deed]
    needed = sorted(str(role) for role in roles)
    who = words.visible(name)
    return Reason(
        f"{deed}.role",
        False,
        {
            "en": f"{who} may not {do_en} {en}; that needs the role {' or '.join(needed)}.",
            "de": f"{who} darf {de} nicht {do_de}; nötig ist die Rolle {' oder '.join(needed)}.",
        },
    )


def has_right(deed: str, kind: WriteKind, name: str, right: Right) -> Reason:
    """What is asked for beside a role is held."""
    en, de = _of(kind)
    who = words.visible(name)
    return Reason(
        f"{deed}.right",
        True,
        {"en": f"{who} holds {right}, which {en} need.", "de": f"{who} hat das Recht {right}, das {de} verlangen."},
    )


def no_right(deed: str, kind: WriteKind, name: str, right: Right) -> Reason:
    """What is asked for beside a role is not held."""
    en, de = _of(kind)
    do_en, do_de = _DEEDS[deed]
    who = words.visible(name)
    return Reason(
        f"{deed}.right",
        False,
        {
            "en": f"{who} may not {do_en} {en}; that needs the role {right} beside the others.",
            "de": f"{who} darf {de} nicht {do_de}; nötig ist neben den anderen die Rolle {right}.",
        },
    )


def no_currency(deed: str, kind: WriteKind, currency: str) -> Reason:
    """No limit is set in that currency."""
    en, de = _of(kind)
    do_de = _DEEDS[deed][1]
    return Reason(
        f"{deed}.currency",
        False,
        {
            "en": f"The rules set no limit for {en} in {currency}, so none may be {_DONE[deed]} here. "
            "An admin can add one to the policy file.",
            "de": f"Für {de} in {currency} ist kein Limit gesetzt, daher darf hier niemand sie {do_de}. "
            "Ein Limit kann in die Regeldatei aufgenommen werden.",
        },
    )


def above_limit(deed: str, money: Money, most: Money, role: Role) -> Reason:
    """More than the role may do at once."""
    do_en, do_de = _DEEDS[deed]
    return Reason(
        f"{deed}.limit",
        False,
        {
            "en": f"{words.money(money, 'en')} is above the {words.money(most, 'en')} that the role {role} may "
            f"{do_en} at once. Ask somebody with a higher limit, or an admin to change the policy.",
            "de": f"{words.money(money, 'de')} liegen über den {words.money(most, 'de')}, die die Rolle {role} auf "
            f"einmal {do_de} darf. Fragen Sie jemanden mit höherem Limit, oder lassen Sie die Regeln ändern.",
        },
    )


def nobody_may_confirm(money: Money, most: Money | None, role: Role) -> Reason:
    """A card that nobody could confirm is not made."""
    limit_en = f"at most {words.money(most, 'en')} can be" if most else f"nothing in {money.currency} can be"
    limit_de = f"höchstens {words.money(most, 'de')}" if most else f"nichts in {money.currency}"
    return Reason(
        "confirm.limit",
        False,
        {
            "en": f"Nobody may confirm {words.money(money, 'en')} at once: {limit_en} (role {role}). "
            "An admin can change the policy.",
            "de": f"Niemand darf {words.money(money, 'de')} auf einmal bestätigen: erlaubt ist {limit_de} (Rolle "
            f"{role}). Das kann nur die Regeldatei ändern.",
        },
    )


def in_a_day(whose: str, name: str, total: Money, most: Money) -> Reason:
    """What is confirmed together in 24 hours, with this one, against its limit; `whose`: person or organisation."""
    fits = total <= most
    who = words.visible(name)
    en = f"With this, {who} {'has confirmed' if whose == 'person' else 'has paid'} {words.money(total, 'en')} in 24 "
    de = f"Damit sind es bei {who} {words.money(total, 'de')} in 24 Stunden"
    if fits:
        en += f"hours; up to {words.money(most, 'en')} is allowed."
        de += f"; erlaubt sind bis {words.money(most, 'de')}."
    else:
        en += f"hours, above the {words.money(most, 'en')} that is allowed. " + (
            "Another approver can confirm it, or you tomorrow."
            if whose == "person"
            else "It can be confirmed when the 24 hours are over, or after a change of the policy."
        )
        de += f", mehr als die erlaubten {words.money(most, 'de')}. " + (
            "Eine andere Person mit Freigaberecht kann bestätigen, oder Sie morgen."
            if whose == "person"
            else "Es geht wieder, wenn die 24 Stunden um sind, oder nach einer Änderung der Regeln."
        )
    return Reason(f"in_24_hours.{whose}", fits, {"en": en, "de": de})


def cards_open(open_cards: int, most: int) -> Reason:
    """How many cards wait in the conversation."""
    fits = open_cards < most
    if fits:
        return Reason(
            "cards.open",
            True,
            {
                "en": f"{open_cards} of at most {most} cards wait in this conversation.",
                "de": f"{open_cards} von höchstens {most} Karten warten in diesem Gespräch.",
            },
        )
    return Reason(
        "cards.open",
        False,
        {
            "en": f"{open_cards} cards wait in this conversation already, and no more than {most} may. "
            "Confirm or cancel some of them first.",
            "de": f"In diesem Gespräch warten schon {open_cards} Karten, mehr als {most} sind nicht erlaubt. "
            "Bitte zuerst einige davon bestätigen oder abbrechen.",
        },
    )
