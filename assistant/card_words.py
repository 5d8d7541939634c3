"""The words around a confirmation card that do not come from the tool: its state, its buttons, its clock."""

from __future__ import annotations

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
        "en": "{provider} did not say whether it was done. We are looking it up; do not pay again.",
        "de": "{provider} hat nicht bestätigt, ob es ausgeführt wurde. Wir klären das; bitte nicht noch einmal zahlen.",
    },
    # conditions
    "need_another": {
        "en": "You prepared this, so another approver has to confirm it.",
        "de": "Sie haben das vorbereitet; bestätigen muss es eine andere Person mit Freigaberecht.",
    },
    "need_second_person": {
        "en": "Two people are needed: whoever prepared this cannot confirm it.",
        "de": "Dafür braucht es zwei Personen: Wer es vorbereitet hat, kann es nicht bestätigen.",
    },
    "need_step_up": {
        "en": "To confirm it, sign in once more with your second factor.",
        "de": "Zum Bestätigen melden Sie sich noch einmal mit Ihrem zweiten Faktor an.",
    },
    "step_up": {"en": "Sign in to confirm", "de": "Zum Bestätigen anmelden"},
    "step_up_why": {
        "en": "This opens your company's sign-in and comes back to this card. Nothing is recorded by signing in.",
        "de": "Das öffnet die Anmeldung Ihres Unternehmens und kommt zu dieser Karte zurück. Durch das Anmelden wird "
        "nichts erfasst.",
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
_ON_THE_PAGE: dict[str, dict[Language, str]] = {
    "edit": {"en": "Edit", "de": "Ändern"},
    "cancel": {"en": "Cancel", "de": "Abbrechen"},
    "back": {"en": "Back", "de": "Zurück"},
    "again": {"en": "Prepare again", "de": "Neu vorbereiten"},
    "save_edit": {"en": "Prepare with these values", "de": "Mit diesen Angaben vorbereiten"},
    "time_over": {"en": "Time is over", "de": "Zeit abgelaufen"},
    "minutes_left": {"en": "{n} minutes left", "de": "noch {n} Minuten"},
    "seconds_left": {"en": "{n} seconds left", "de": "noch {n} Sekunden"},
    "duplicate_title": {"en": "This may be the same payment again", "de": "Das ist vielleicht dieselbe Zahlung"},
    "duplicate_ask": {"en": "Why is it another one?", "de": "Warum ist es eine andere?"},
    "duplicate_hint": {
        "en": "One sentence; it is kept in the audit trail.",
        "de": "Ein Satz; er steht danach im Prüfprotokoll.",
    },
    "rules": {"en": "What the rules said", "de": "Was die Regeln sagen"},
    "status_expired": _WORDS["expired"],
    "expired": _WORDS["said_expired"],
    "not_sent": {
        "en": "There was no answer to this click. Reload the page: the card then shows whether it counted.",
        "de": "Auf diesen Klick kam keine Antwort. Bitte die Seite neu laden: Die Karte zeigt dann, ob er gezählt hat.",
    },
}


def card_word(name: str, language: Language, /, **values: str) -> str:
    """One of the words in that language, else in English."""
    words = _WORDS[name]
    return words.get(language, words["en"]).format(**values)


def field_name(name: str, language: Language) -> str:
    """A field of an edit without what stands in brackets behind it ("Reference"); the empty name of none is empty."""
    return card_word(name, language, currency="").split(" (")[0] if name in _WORDS else ""


def words_on_the_page(language: Language) -> dict[str, str]:
    """The words that the card itself puts in (buttons, the clock)."""
    return {name: words.get(language, words["en"]) for name, words in _ON_THE_PAGE.items()}
