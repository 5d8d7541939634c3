"""What the product itself says in the conversation, in each language: by code, never by the model.

Each sentence says what happened, what was not done, and what to do next.
"""

from __future__ import annotations

from tools.errors import Language

_SENTENCES: dict[str, dict[Language, str]] = {
    # what the person wrote
    "empty_message": {
        "en": "That message was empty. Ask about invoices, bills, payments or balances, for example: "
        "“Which bills are overdue?”",
        "de": "Die Nachricht war leer. Fragen Sie nach Rechnungen, Zahlungen oder Kontoständen, zum Beispiel: "
        "„Welche Lieferantenrechnungen sind überfällig?“",
    },
    "message_too_long": {
        "en": "That message has {size} characters; up to {limit} can be read at once. It is kept above, but it was not "
        "read and nothing was done. Send the part that matters.",
        "de": "Die Nachricht hat {size} Zeichen; bis zu {limit} werden auf einmal gelesen. Sie bleibt oben stehen, "
        "wurde aber nicht gelesen, und es wurde nichts getan. Bitte nur den wichtigen Teil senden.",
    },
    # tools and cards
    "may_not_prepare": {
        "en": "{person} may read here, but not prepare payments. Nothing was done. Somebody with the role preparer or "
        "approver can do it.",
        "de": "{person} darf hier lesen, aber keine Zahlungen vorbereiten. Es wurde nichts getan. Das kann jemand mit "
        "der Rolle preparer oder approver.",
    },
    "tool_too_slow": {
        "en": "{provider} did not answer within {seconds} seconds. Nothing was written. Try again in a minute.",
        "de": "{provider} hat innerhalb von {seconds} Sekunden nicht geantwortet. Es wurde nichts geschrieben. Bitte "
        "in einer Minute noch einmal versuchen.",
    },
    "awaits_confirmation": {
        "en": "P-{number} awaits confirmation: {summary}",
        "de": "P-{number} wartet auf Bestätigung: {summary}",
    },
    "card_for_me": {
        "en": "**P-{number}**: {summary}. Nothing is recorded yet. Check the card and confirm it there.",
        "de": "**P-{number}**: {summary}. Es ist noch nichts gebucht. Bitte die Karte prüfen und dort bestätigen.",
    },
    "card_for_others": {
        "en": "**P-{number}**: {summary}. Nothing is recorded yet. Somebody with the role approver has to confirm the "
        "card; they find it under “Waiting for me”.",
        "de": "**P-{number}**: {summary}. Es ist noch nichts gebucht. Jemand mit der Rolle approver muss die Karte "
        "bestätigen und findet sie unter „Wartet auf mich“.",
    },
    "card_blocked": {
        "en": "**P-{number}**: {summary}. This may not be done; the card says why. Nothing is recorded.",
        "de": "**P-{number}**: {summary}. Das ist nicht erlaubt; die Karte sagt, warum. Es ist nichts gebucht.",
    },
    "too_many_cards": {
        "en": "Only {limit} cards can be prepared at once. This one was not prepared; ask for it after the others.",
        "de": "Es können nur {limit} Karten auf einmal vorbereitet werden. Diese wurde nicht vorbereitet; bitte danach "
        "noch einmal fragen.",
    },
    "twice_the_same": {
        "en": "The same was already asked for in this message. Nothing was prepared a second time.",
        "de": "Dasselbe wurde in dieser Nachricht schon verlangt. Es wurde nichts ein zweites Mal vorbereitet.",
    },
    "too_many_calls": {
        "en": "Too many tools were called for one message. This one was not called.",
        "de": "Für eine Nachricht wurden zu viele Werkzeuge aufgerufen. Dieses wurde nicht aufgerufen.",
    },
    # the turn
    "no_answer": {
        "en": "The language model gave no answer. Nothing was written. Ask again, in other words.",
        "de": "Das Sprachmodell hat nichts geantwortet. Es wurde nichts geschrieben. Bitte noch einmal anders fragen.",
    },
    "cut_off": {
        "en": "The answer was cut off because it became too long. Ask for less at once.",
        "de": "Die Antwort wurde abgeschnitten, weil sie zu lang wurde. Bitte weniger auf einmal fragen.",
    },
    "stopped": {
        "en": "Stopped. Nothing was written.",
        "de": "Angehalten. Es wurde nichts geschrieben.",
    },
    "stopped_with_card": {
        "en": "Stopped. The card above waits for a decision; nothing was written.",
        "de": "Angehalten. Die Karte oben wartet auf eine Entscheidung; es wurde nichts geschrieben.",
    },
    "fault": {
        "en": "This question could not be finished because of a fault on our side (number {id}). Nothing was written, "
        "unless a card above says so. Ask again; if it happens again, give an admin that number.",
        "de": "Diese Frage konnte wegen eines Fehlers auf unserer Seite nicht beendet werden (Nummer {id}). Es wurde "
        "nichts geschrieben, außer eine Karte oben sagt es. Bitte noch einmal fragen; geschieht es wieder, braucht "
        "eine Person mit der Rolle admin diese Nummer.",
    },
    "click_fault": {
        "en": "The click could not be carried out because of a fault on our side (number {id}). The card shows what is "
        "really the case; do not pay in another way before it is settled.",
        "de": "Der Klick konnte wegen eines Fehlers auf unserer Seite nicht ausgeführt werden (Nummer {id}). Die Karte "
        "zeigt, was wirklich gilt; bitte nicht anders zahlen, bevor das geklärt ist.",
    },
    "still_answering": {
        "en": "The last message is still being answered. This one was not read; send it again after that.",
        "de": "Die letzte Nachricht wird noch beantwortet. Diese wurde nicht gelesen; bitte danach noch einmal senden.",
    },
    # who and where
    "no_organisation": {
        "en": "{person} has no role in an organisation that is connected here. Nothing can be shown. An admin of your "
        "company can give you a role in Okta.",
        "de": "{person} hat in keiner hier verbundenen Organisation eine Rolle. Es kann nichts gezeigt werden. Eine "
        "Person mit der Rolle admin kann in Okta eine Rolle vergeben.",
    },
    "session_over": {
        "en": "Your session has ended. Nothing was done. Sign in again.",
        "de": "Ihre Sitzung ist beendet. Es wurde nichts getan. Bitte neu anmelden.",
    },
    # waiting for me
    "waiting_none": {
        "en": "Nothing waits for you in {organisation}.",
        "de": "In {organisation} wartet nichts auf Sie.",
    },
    "waiting_none_viewer": {
        "en": "Nothing waits for you in {organisation}: confirming needs the role approver.",
        "de": "In {organisation} wartet nichts auf Sie: Bestätigen kann nur die Rolle approver.",
    },
    "waiting_one": {
        "en": "One payment waits for your decision in {organisation}:",
        "de": "Eine Zahlung wartet in {organisation} auf Ihre Entscheidung:",
    },
    "waiting_some": {
        "en": "{count} payments wait for your decision in {organisation}, oldest first:",
        "de": "{count} Zahlungen warten in {organisation} auf Ihre Entscheidung, die älteste zuerst:",
    },
    "waiting_more": {
        "en": "The {shown} oldest are shown. Decide on them and ask again for the rest.",
        "de": "Die {shown} ältesten werden gezeigt. Danach bitte für die übrigen noch einmal fragen.",
    },
    "mine_one": {
        "en": "One payment that you prepared waits for somebody with the role approver:",
        "de": "Eine von Ihnen vorbereitete Zahlung wartet auf jemanden mit der Rolle approver:",
    },
    "mine_some": {
        "en": "{count} payments that you prepared wait for somebody with the role approver:",
        "de": "{count} von Ihnen vorbereitete Zahlungen warten auf jemanden mit der Rolle approver:",
    },
}


def sentence(name: str, language: Language, /, **values: str) -> str:
    """The sentence in that language (else English) with its values put in. KeyError if one is missing."""
    words = _SENTENCES[name]
    return words.get(language, words["en"]).format(**values)
