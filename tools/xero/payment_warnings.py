"""The sentences in which a card says what its confirming person should look at."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from tools import words
from tools.errors import Language
from tools.xero.payment_plan import Notice, PaymentPlan


def warning(notice: Notice, plan: PaymentPlan, payee: str, language: Language) -> str:
    """One notice in words; `payee` is the payee as the card names it."""
    match notice.code:
        case "same_amount_recently" | "before_its_date":
            return _of_dates(notice, plan, payee, language)
        case "other_account_named":
            return _other_account(notice, plan, payee, language)
        case "hidden_characters" | "mixed_scripts" | "name_like_another":
            return name_warning(notice, payee, language)
        case _:
            assert_never(notice.code)


def name_warning(notice: Notice, payee: str, language: Language) -> str:
    """A notice about the payee's name in words."""
    match notice.code:
        case "hidden_characters":
            name = words.visible(notice.name)
            return words.say(
                language,
                f"“{name}” contains characters that cannot be seen or that change the order of others "
                f"({notice.found}): it can be taken for another name. Check in Xero who this is.",
                f"„{name}“ enthält Zeichen, die man nicht sieht oder die andere umordnen ({notice.found}): der Name "
                "kann für einen anderen gehalten werden. Bitte in Xero prüfen, wer das ist.",
            )
        case "mixed_scripts":
            word, odd = words.visible(notice.name), words.visible(notice.found)
            return words.say(
                language,
                f"The word “{word}” in the payee's name mixes scripts: {odd}. Such letters can look like others. "
                "Check in Xero who this is.",
                f"Das Wort „{word}“ im Namen des Empfängers mischt Schriften: {odd}. Solche Buchstaben können wie "
                "andere aussehen. Bitte in Xero prüfen, wer das ist.",
            )
        case "name_like_another":
            other = words.visible(notice.name) + f" ({words.visible(notice.detail)})"
            return words.say(
                language,
                f"Another contact has a name that looks like this one: {other}. Is {payee} the one that is meant?",
                f"Ein anderer Kontakt heißt sehr ähnlich: {other}. Ist wirklich {payee} gemeint?",
            )
        case _:
            raise ValueError(f"{notice.code} is nothing about a name")


def _of_dates(notice: Notice, plan: PaymentPlan, payee: str, language: Language) -> str:
    when = words.day(date.fromisoformat(notice.date), language)
    number = words.visible(notice.number)
    if notice.code == "same_amount_recently":
        amount = words.money(plan.money, language)
        return words.say(
            language,
            f"{amount} is already recorded with {payee} on {when} for {number}. Is this another payment?",
            f"{amount} sind mit {payee} schon am {when} für {number} erfasst. Ist das eine weitere Zahlung?",
        )
    return words.say(
        language,
        f"The payment is dated before {number} itself ({when}).",
        f"Die Zahlung liegt vor dem Datum von {number} ({when}).",
    )


def _other_account(notice: Notice, plan: PaymentPlan, payee: str, language: Language) -> str:
    found, kept = notice.found, plan.payee.bank_masked
    named = words.say(
        language,
        f"The bill itself names another account ({found}) than the one on file for {payee} ({kept})."
        if kept
        else f"The bill itself names an account ({found}), and none is on file for {payee}.",
        f"Die Rechnung selbst nennt ein anderes Konto ({found}) als das für {payee} hinterlegte ({kept})."
        if kept
        else f"Die Rechnung selbst nennt ein Konto ({found}), und für {payee} ist keines hinterlegt.",
    )
    return named + words.say(
        language,
        " It is not used and cannot be paid here. Ask the supplier by a number you already know.",
        " Es wird nicht verwendet und kann hier nicht bezahlt werden. Bitte beim Lieferanten unter einer Nummer "
        "nachfragen, die Sie schon kennen.",
    )
