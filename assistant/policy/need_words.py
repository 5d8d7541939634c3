"""The sentences of a verdict about what a confirmation needs beyond the role: two people, a second factor, a reason."""

from __future__ import annotations

from datetime import date

from assistant.policy.verdict import Earlier, Reason
from tools import words
from tools.errors import Language
from tools.money import Money


def alone(total: Money | None, most: Money | None) -> Reason:
    """One person prepares and confirms alone, within the limit for that. `total` counts this one too."""
    if total is None or most is None:
        raise ValueError("only what has an amount can be confirmed alone")
    return Reason(
        "second_person",
        True,
        {
            "en": f"Prepared and confirmed by one person in 24 hours: {words.money(total, 'en')} of "
            f"{words.money(most, 'en')}.",
            "de": f"Von einer Person vorbereitet und bestätigt in 24 Stunden: {words.money(total, 'de')} von "
            f"{words.money(most, 'de')}.",
        },
    )


def by_two() -> Reason:
    """The person who confirms is not the one who proposed."""
    return Reason(
        "second_person",
        True,
        {
            "en": "Prepared by one person, confirmed by another.",
            "de": "Von einer Person vorbereitet, von einer anderen bestätigt.",
        },
    )


def second_person(most: Money | None) -> Reason:
    """Somebody else has to confirm; `most` is what one person may do alone, None where that is never."""
    if most is None:
        en = "Bank details are never changed by one person alone"
        de = "Bankverbindungen ändert nie eine Person allein"
    else:
        en = f"One person alone may prepare and confirm up to {words.money(most, 'en')} in 24 hours, all together"
        de = f"Eine Person allein darf in 24 Stunden zusammen bis {words.money(most, 'de')} vorbereiten und bestätigen"
    return Reason(
        "second_person",
        False,
        {
            "en": f"{en}: another approver has to confirm this one.",
            "de": f"{de}: Diese muss eine andere Person mit Freigaberecht bestätigen.",
        },
    )


def asked_for_two() -> Reason:
    """A second person was needed for this very card before, and its row keeps that."""
    return Reason(
        "second_person",
        False,
        {
            "en": "A second person was needed for this card before, and that stays so: another approver has to "
            "confirm it, or ask for it again.",
            "de": "Für diese Karte war schon eine zweite Person nötig, und dabei bleibt es: Eine andere Person mit "
            "Freigaberecht muss sie bestätigen, oder fordern Sie sie neu an.",
        },
    )


def stepped_up() -> Reason:
    """Signed in once more, with a second factor, for exactly this."""
    return Reason(
        "step_up",
        True,
        {
            "en": "Confirmed after a fresh sign-in with a second factor.",
            "de": "Bestätigt nach erneuter Anmeldung mit zweitem Faktor.",
        },
    )


def no_step_up_needed() -> Reason:
    """Small enough for the sign-in that there is."""
    return Reason(
        "step_up",
        True,
        {"en": "No second factor is needed for this.", "de": "Ein zweiter Faktor ist dafür nicht nötig."},
    )


def step_up(most: Money | None) -> Reason:
    """A fresh sign-in is missing."""
    en = "This" if most is None else f"What is above {words.money(most, 'en')} in 24 hours"
    de = "Das" if most is None else f"Was in 24 Stunden über {words.money(most, 'de')} hinausgeht,"
    return Reason(
        "step_up",
        False,
        {
            "en": f"{en} needs a fresh sign-in with your second factor. Use the button on the card, then confirm.",
            "de": f"{de} braucht eine erneute Anmeldung mit zweitem Faktor. Bitte den Knopf auf der Karte benutzen "
            "und dann bestätigen.",
        },
    )


def no_duplicate() -> Reason:
    """Nothing like it lately."""
    return Reason(
        "duplicates",
        True,
        {"en": "No payment like it was found.", "de": "Es wurde keine gleiche Zahlung gefunden."},
    )


def explained_duplicate(reason: str) -> Reason:
    """An approver has said why it is another payment."""
    said = words.visible(reason)
    return Reason(
        "duplicates",
        True,
        {
            "en": f"It looks like an earlier payment; the approver says: “{said}”.",
            "de": f"Es gleicht einer früheren Zahlung; dazu wurde gesagt: „{said}“.",
        },
    )


def duplicate(earlier: Earlier) -> Reason:
    """The same payee, amount and number was paid a short time ago."""
    return Reason(
        "duplicates",
        False,
        {
            "en": f"{earlier_line(earlier, 'en')} An approver has to say why this is another payment.",
            "de": f"{earlier_line(earlier, 'de')} Eine Person mit Freigaberecht muss sagen, warum dies eine andere "
            "Zahlung ist.",
        },
    )


def earlier_line(earlier: Earlier, language: Language) -> str:
    """ "€ 980.00 to Acme Ltd for BILL-201 was recorded on 20 Nov 2026 already (P-7, Max Maurer)." """
    money = words.money(Money.from_minor(earlier.minor, earlier.currency), language)
    day = words.day(date.fromisoformat(earlier.day[:10]), language)
    who = ", ".join(part for part in (earlier.label, words.visible(earlier.who)) if part)
    brackets = f" ({who})" if who else ""
    number, payee = words.visible(earlier.number), words.visible(earlier.payee)
    if earlier.done:
        return words.say(
            language,
            f"{money} with {payee} for {number} is recorded on {day} already{brackets}.",
            f"{money} mit {payee} für {number} sind am {day} schon erfasst{brackets}.",
        )
    return words.say(
        language,
        f"{money} with {payee} for {number} is confirmed and being recorded{brackets}.",
        f"{money} mit {payee} für {number} sind bestätigt und werden gerade erfasst{brackets}.",
    )
