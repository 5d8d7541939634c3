"""The words around a confirmation card that do not come from the tool: its state, its buttons, its clock.

Where a word fits only some kinds of write (nobody pays a change of bank details), `_OF_KIND` has the others' own.
"""

from __future__ import annotations

from tools.base import WriteKind
from tools.errors import Language

_WORDS: dict[str, dict[Language, str]] = {
    # faces
    "mine": {"en": "Waiting for you", "de": "Wartet auf Sie"},
    "other": {"en": "Waiting for an approver", "de": "Wartet auf eine Person mit Freigaberecht"},
    "another": {"en": "Waiting for a second person", "de": "Wartet auf eine zweite Person"},
    "checking": {"en": "Confirmed, being checked once more", "de": "Bestätigt, wird noch einmal geprüft"},
    "executing": {"en": "Being recorded in {provider}", "de": "Wird in {provider} erfasst"},
    "done": {"en": "Done", "de": "Erledigt"},
    "blocked": {"en": "Stopped: nothing was recorded", "de": "Angehalten: nichts wurde erfasst"},
    "by_rules": {"en": "Not allowed: nothing was recorded", "de": "Nicht erlaubt: nichts wurde erfasst"},
    "failed": {"en": "Failed: nothing was recorded", "de": "Fehlgeschlagen: nichts wurde erfasst"},
    "unclear": {"en": "Outcome unclear: do not pay again", "de": "Ausgang unklar: bitte nicht noch einmal zahlen"},
    "expired": {"en": "Expired: nothing was recorded", "de": "Abgelaufen: nichts wurde erfasst"},
    "replaced": {"en": "Replaced by a newer card", "de": "Durch eine neuere Karte ersetzt"},
    "cancelled": {"en": "Cancelled: nothing was recorded", "de": "Abgebrochen: nichts wurde erfasst"},
    # what is said below the facts
    "said_checking": {
        "en": "The document is read once more in {provider}. Nothing has been sent yet.",
        "de": "Der Beleg wird noch einmal in {provider} gelesen. Es wurde noch nichts gesendet.",
    },
    "said_executing": {
        "en": "It has been sent to {provider} once. You can close this page; the outcome will be here.",
        "de": "Es wurde einmal an {provider} gesendet. Sie können die Seite schließen; das Ergebnis steht dann hier.",
    },
    "said_expired": {
        "en": "Nobody confirmed it in time. Nothing was recorded.",
        "de": "Niemand hat rechtzeitig bestätigt. Es wurde nichts erfasst.",
    },
    "said_cancelled": {"en": "Nothing was recorded.", "de": "Es wurde nichts erfasst."},
    "said_failed": {"en": "Nothing was recorded.", "de": "Es wurde nichts erfasst."},
    "said_replaced": {
        "en": "Nothing was recorded with these values.",
        "de": "Mit diesen Angaben wurde nichts erfasst.",
    },
    "said_unclear": {
        "en": "{provider} did not say whether it was done. We are looking it up.",
        "de": "{provider} hat nicht bestätigt, ob es ausgeführt wurde. Wir klären das.",
    },
    "not_again": {
        "en": "Do not pay again until that is certain.",
        "de": "Bitte nicht noch einmal zahlen, bis das sicher ist.",
    },
    # conditions
    "need_another": {
        "en": "One person may not prepare and confirm this much alone in 24 hours. Another approver finds it under "
        "“Waiting for me”.",
        "de": "So viel darf eine Person in 24 Stunden nicht allein vorbereiten und bestätigen. Eine andere Person mit "
        "Freigaberecht findet es unter „Wartet auf mich“.",
    },
    "need_you": {
        "en": "Two people are needed: {name} prepared it, you confirm it.",
        "de": "Dafür braucht es zwei Personen: {name} hat es vorbereitet, Sie bestätigen es.",
    },
    "need_second_person": {
        "en": "Two people are needed: whoever prepared it cannot confirm it.",
        "de": "Dafür braucht es zwei Personen: Wer es vorbereitet hat, kann es nicht bestätigen.",
    },
    "need_step_up": {
        "en": "Whoever confirms it signs in once more with a second factor.",
        "de": "Wer es bestätigt, meldet sich dafür noch einmal mit einem zweiten Faktor an.",
    },
    "step_up": {"en": "Sign in to confirm", "de": "Zum Bestätigen anmelden"},
    "step_up_why": {
        "en": "Needs your second factor, then confirm here.",
        "de": "Nötig ist Ihr zweiter Faktor; danach bestätigen Sie hier.",
    },
    "step_up_done": {
        "en": "You have signed in for this card. It can be confirmed now.",
        "de": "Sie haben sich für diese Karte angemeldet. Sie kann jetzt bestätigt werden.",
    },
    # people and times
    "asked_by": {"en": "Prepared by {name}, {when}", "de": "Vorbereitet von {name}, {when}"},
    "confirmed_by": {"en": "Confirmed by {name}, {when}", "de": "Bestätigt von {name}, {when}"},
    "cancelled_by": {"en": "Cancelled by {name}, {when}", "de": "Abgebrochen von {name}, {when}"},
    "valid_until": {"en": "Valid until {when}", "de": "Gültig bis {when}"},
    "receipt": {"en": "Receipt of {provider}", "de": "Beleg von {provider}"},
    "at": {"en": "At", "de": "Um"},
    "open_document": {"en": "Open in {provider}", "de": "In {provider} öffnen"},
    # fields of an edit
    "amount": {"en": "Amount ({currency})", "de": "Betrag ({currency})"},
    "date": {"en": "Date", "de": "Datum"},
    "account": {"en": "Account (name or code)", "de": "Konto (Name oder Nummer)"},
    "reference": {"en": "Reference (our mark is added)", "de": "Verwendungszweck (unser Zeichen kommt dazu)"},
}
_CHANGED_NOTHING: dict[Language, str] = {"en": "Nothing was changed.", "de": "Es wurde nichts geändert."}
_OF_A_CHANGE: dict[str, dict[Language, str]] = {
    "executing": {"en": "Being changed in {provider}", "de": "Wird in {provider} geändert"},
    "blocked": {"en": "Stopped: nothing was changed", "de": "Angehalten: nichts wurde geändert"},
    "by_rules": {"en": "Not allowed: nothing was changed", "de": "Nicht erlaubt: nichts wurde geändert"},
    "failed": {"en": "Failed: nothing was changed", "de": "Fehlgeschlagen: nichts wurde geändert"},
    "unclear": {
        "en": "Outcome unclear: do not change it again",
        "de": "Ausgang unklar: bitte nicht noch einmal ändern",
    },
    "expired": {"en": "Expired: nothing was changed", "de": "Abgelaufen: nichts wurde geändert"},
    "cancelled": {"en": "Cancelled: nothing was changed", "de": "Abgebrochen: nichts wurde geändert"},
    "said_expired": {
        "en": "Nobody confirmed it in time. Nothing was changed.",
        "de": "Niemand hat rechtzeitig bestätigt. Es wurde nichts geändert.",
    },
    "said_cancelled": _CHANGED_NOTHING,
    "said_failed": _CHANGED_NOTHING,
    "said_replaced": {
        "en": "Nothing was changed by this card.",
        "de": "Durch diese Karte wurde nichts geändert.",
    },
    "not_again": {
        "en": "Do not change it again until that is certain.",
        "de": "Bitte nicht noch einmal ändern, bis das sicher ist.",
    },
}
"""Where no payment is recorded, but something else is changed."""
_OF_A_CONTACT = {
    **_OF_A_CHANGE,
    "said_checking": {
        "en": "The contact is read once more in {provider}. Nothing has been sent yet.",
        "de": "Der Kontakt wird noch einmal in {provider} gelesen. Es wurde noch nichts gesendet.",
    },
    "receipt": {"en": "Contact in {provider}", "de": "Kontakt in {provider}"},
}
_OF_A_DOCUMENT = {
    **_OF_A_CHANGE,
    "receipt": {"en": "Document in {provider}", "de": "Beleg in {provider}"},
}
_SENT_NOTHING: dict[Language, str] = {"en": "Nothing was sent.", "de": "Es wurde nichts versandt."}
_OF_A_LETTER = {
    **_OF_A_DOCUMENT,
    "executing": {"en": "Being sent by {provider}", "de": "Wird von {provider} versandt"},
    "blocked": {"en": "Stopped: nothing was sent", "de": "Angehalten: nichts wurde versandt"},
    "by_rules": {"en": "Not allowed: nothing was sent", "de": "Nicht erlaubt: nichts wurde versandt"},
    "failed": {"en": "Failed: nothing was sent", "de": "Fehlgeschlagen: nichts wurde versandt"},
    "unclear": {"en": "Outcome unclear: do not send it again", "de": "Ausgang unklar: bitte nicht noch einmal senden"},
    "expired": {"en": "Expired: nothing was sent", "de": "Abgelaufen: nichts wurde versandt"},
    "cancelled": {"en": "Cancelled: nothing was sent", "de": "Abgebrochen: nichts wurde versandt"},
    "said_expired": {
        "en": "Nobody confirmed it in time. Nothing was sent.",
        "de": "Niemand hat rechtzeitig bestätigt. Es wurde nichts versandt.",
    },
    "said_cancelled": _SENT_NOTHING,
    "said_failed": _SENT_NOTHING,
    "said_replaced": {"en": "Nothing was sent by this card.", "de": "Durch diese Karte wurde nichts versandt."},
    "not_again": {
        "en": "Do not send it again until that is certain.",
        "de": "Bitte nicht noch einmal senden, bis das sicher ist.",
    },
}
_RECORDED_ONLY: dict[str, dict[Language, str]] = {
    "unclear": {
        "en": "Outcome unclear: do not record it again",
        "de": "Ausgang unklar: bitte nicht noch einmal erfassen",
    },
    "not_again": {
        "en": "Do not record it again until that is certain.",
        "de": "Bitte nicht noch einmal erfassen, bis das sicher ist.",
    },
}
"""Where money is recorded that has moved already."""
_BETWEEN_ACCOUNTS: dict[str, dict[Language, str]] = {
    **_RECORDED_ONLY,
    "said_checking": {
        "en": "The accounts are read once more in {provider}. Nothing has been sent yet.",
        "de": "Die Konten werden noch einmal in {provider} gelesen. Es wurde noch nichts gesendet.",
    },
}
"""Where it is recorded from account to account, with no document of its own."""
_OF_KIND: dict[WriteKind, dict[str, dict[Language, str]]] = {
    WriteKind.PAYMENT_OUT: {},
    WriteKind.PAYMENT_IN: _RECORDED_ONLY,
    WriteKind.PAYMENT_REMOVAL: {
        **_OF_A_CHANGE,
        "receipt": {"en": "Payment in {provider}", "de": "Zahlung in {provider}"},
    },
    WriteKind.PAYEE_CHANGE: {
        **_OF_A_CONTACT,
        "need_another": {
            "en": "Nobody changes bank details alone. Another approver finds it under “Waiting for me”.",
            "de": "Niemand ändert Bankverbindungen allein. Eine andere Person mit Freigaberecht findet es unter "
            "„Wartet auf mich“.",
        },
    },
    WriteKind.CONTACT_CHANGE: _OF_A_CONTACT,
    WriteKind.DOCUMENT_DRAFT: _OF_A_DOCUMENT,
    WriteKind.DOCUMENT_APPROVAL: _OF_A_DOCUMENT,
    WriteKind.DOCUMENT_SENT: _OF_A_LETTER,
    WriteKind.DOCUMENT_NOTE: _OF_A_DOCUMENT,
    WriteKind.OWN_TRANSFER: {
        **_BETWEEN_ACCOUNTS,
        "receipt": {"en": "Transfer in {provider}", "de": "Umbuchung in {provider}"},
    },
    WriteKind.ITEM_CHANGE: {**_OF_A_CHANGE, "receipt": {"en": "Entry in {provider}", "de": "Eintrag in {provider}"}},
    WriteKind.MONEY_SPENT: {
        **_BETWEEN_ACCOUNTS,
        "receipt": {"en": "Money spent in {provider}", "de": "Ausgabe in {provider}"},
    },
    WriteKind.MONEY_RECEIVED: {
        **_BETWEEN_ACCOUNTS,
        "receipt": {"en": "Money received in {provider}", "de": "Einnahme in {provider}"},
    },
    WriteKind.SET_OFF: _OF_A_DOCUMENT,
    WriteKind.MANUAL_JOURNAL: {
        **_OF_A_CHANGE,
        "said_checking": _BETWEEN_ACCOUNTS["said_checking"],
        "receipt": {"en": "Manual journal in {provider}", "de": "Manuelle Buchung in {provider}"},
    },
    WriteKind.FILE_ADDED: {**_OF_A_DOCUMENT, "receipt": {"en": "File in {provider}", "de": "Datei in {provider}"}},
    WriteKind.TIMESHEET: {
        **_OF_A_CHANGE,
        "said_checking": {
            "en": "The timesheet is read once more in {provider}. Nothing has been sent yet.",
            "de": "Der Stundenzettel wird noch einmal in {provider} gelesen. Es wurde noch nichts gesendet.",
        },
        "receipt": {"en": "Timesheet in {provider}", "de": "Stundenzettel in {provider}"},
    },
}
_ON_THE_PAGE: dict[str, dict[Language, str]] = {
    "edit": {"en": "Edit", "de": "Ändern"},
    "cancel": {"en": "Cancel", "de": "Abbrechen"},
    "back": {"en": "Back", "de": "Zurück"},
    "again": {"en": "Prepare again", "de": "Neu vorbereiten"},
    "save_edit": {"en": "Prepare with these values", "de": "Mit diesen Angaben vorbereiten"},
    "time_over": {"en": "Time is over", "de": "Zeit abgelaufen"},
    "minutes_left": {"en": "{n} minutes left", "de": "noch {n} Minuten"},
    "seconds_left": {"en": "{n} seconds left", "de": "noch {n} Sekunden"},
    "duplicate_title": {
        "en": "Needs a look: this may be the same payment again",
        "de": "Bitte ansehen: Das ist vielleicht dieselbe Zahlung",
    },
    "duplicate_ask": {"en": "Why is it another one?", "de": "Warum ist es eine andere?"},
    "duplicate_hint": {
        "en": "One sentence of at least 8 letters. It is kept in the audit trail.",
        "de": "Ein Satz mit mindestens 8 Zeichen. Er steht danach im Prüfprotokoll.",
    },
    "duplicate_other": {
        "en": "Whoever confirms it has to say why it is another one.",
        "de": "Wer bestätigt, muss sagen, warum es eine andere ist.",
    },
    "being_shown": {
        "en": "The card is being read once more for you; the button works in a moment.",
        "de": "Die Karte wird für Sie noch einmal gelesen; gleich lässt sich der Knopf drücken.",
    },
    "not_shown": {
        "en": "This card could not be read once more, so it cannot be confirmed here yet. Reload the page.",
        "de": "Die Karte ließ sich nicht noch einmal lesen; hier geht Bestätigen noch nicht. Bitte die Seite neu "
        "laden.",
    },
    "rules": {"en": "What the rules said", "de": "Die Regeln dazu"},
    "not_sent": {
        "en": "There was no answer to this click. Reload the page: the card then shows whether it counted.",
        "de": "Auf diesen Klick kam keine Antwort. Bitte die Seite neu laden: Die Karte zeigt dann, ob er gezählt hat.",
    },
}
_WHEN_OVER = {"status_expired": "expired", "expired": "said_expired"}
"""What a page shows when a card's time ends before its eyes."""


def card_word(name: str, language: Language, kind: WriteKind = WriteKind.PAYMENT_OUT, /, **values: str) -> str:
    """One of the words in that language, else in English, as it is said of that kind of write."""
    words = _OF_KIND[kind].get(name) or _WORDS[name]
    return words.get(language, words["en"]).format(**values)


def field_name(name: str, language: Language) -> str:
    """A field of an edit without what stands in brackets behind it ("Reference"); the empty name of none is empty."""
    return card_word(name, language, currency="").split(" (")[0] if name in _WORDS else ""


def words_on_the_page(language: Language, kind: WriteKind) -> dict[str, str]:
    """The words that the card itself puts in (buttons, the clock, and that its time is over)."""
    over = {name: card_word(word, language, kind) for name, word in _WHEN_OVER.items()}
    return over | {name: words.get(language, words["en"]) for name, words in _ON_THE_PAGE.items()}
