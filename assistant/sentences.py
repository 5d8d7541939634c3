"""What the product itself says in the conversation, in each language: by code, never by the model.

Each sentence says what happened, what was not done, and what to do next.
"""

from __future__ import annotations

from tools.base import WriteKind
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
        "en": "{person} may read here, but not prepare payments or changes. Nothing was done. A preparer or an "
        "approver can do it.",
        "de": "{person} darf hier lesen, aber weder Zahlungen noch Änderungen vorbereiten. Es wurde nichts getan. Das "
        "kann eine Person, die vorbereiten oder freigeben darf.",
    },
    "card_not_shown": {
        "en": "This card is about payroll of {organisation}, which is shown only to people who hold the role payroll.",
        "de": "Diese Karte betrifft Lohn und Gehalt von {organisation}; das sehen nur Personen mit der Rolle payroll.",
    },
    "needs_payroll": {
        "en": "Payroll of {organisation} is shown only to people who hold the role payroll. Nothing was read and "
        "nothing was done. An admin of your sign-in can give it to you; sign in again after that.",
        "de": "Lohn und Gehalt von {organisation} sehen nur Personen mit der Rolle payroll. Es wurde nichts gelesen "
        "und nichts getan. Wer die Anmeldung verwaltet, kann sie vergeben; melden Sie sich danach neu an.",
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
        "en": "{summary}. Nothing is recorded yet. Check the card and confirm it there.",
        "de": "{summary}. Es ist noch nichts gebucht. Bitte die Karte prüfen und dort bestätigen.",
    },
    "card_for_others": {
        "en": "{summary}. Nothing is recorded yet. An approver has to confirm the card and finds it under “Waiting for "
        "me”.",
        "de": "{summary}. Es ist noch nichts gebucht. Eine Person mit Freigaberecht muss die Karte bestätigen; sie "
        "findet sie unter „Wartet auf mich“.",
    },
    "card_for_another": {
        "en": "{summary}. Nothing is recorded yet. It takes two people: another approver confirms the card and finds "
        "it under “Waiting for me”.",
        "de": "{summary}. Es ist noch nichts gebucht. Dafür braucht es zwei Personen: Eine andere Person mit "
        "Freigaberecht bestätigt die Karte; sie findet sie unter „Wartet auf mich“.",
    },
    "card_blocked": {
        "en": "{summary}. This may not be done; the card says why. Nothing is recorded.",
        "de": "{summary}. Das ist nicht erlaubt; die Karte sagt, warum. Es ist nichts gebucht.",
    },
    "too_many_cards": {
        "en": "Only {limit} cards can be prepared at once. This one was not prepared; ask for it after the others.",
        "de": "Es können nur {limit} Karten auf einmal vorbereitet werden. Diese wurde nicht vorbereitet; bitte danach "
        "noch einmal fragen.",
    },
    "not_typed": {
        "en": "An account number or e-mail address is only taken as you type it here yourself, never from a document "
        "or from the assistant. Nothing was prepared. Type it, best from a source that you already trust.",
        "de": "Eine Kontonummer oder E-Mail-Adresse wird nur so genommen, wie Sie sie hier selbst eingeben, nie aus "
        "einem Beleg oder vom Assistenten. Es wurde nichts vorbereitet. Bitte selbst eingeben, am besten aus einer "
        "Quelle, der Sie schon vertrauen.",
    },
    "twice_the_same": {
        "en": "The same was already asked for in this message. Nothing was prepared a second time.",
        "de": "Dasselbe wurde in dieser Nachricht schon verlangt. Es wurde nichts ein zweites Mal vorbereitet.",
    },
    "too_many_calls": {
        "en": "Too many tools were called for one message. This one was not called.",
        "de": "Für eine Nachricht wurden zu viele Werkzeuge aufgerufen. Dieses wurde nicht aufgerufen.",
    },
    # an admin's words
    "writes_stopped": {
        "en": "All writes of {organisation} are stopped. Nothing is sent to any provider until an admin says “allow "
        "writes”. What was sent before is still looked up.",
        "de": "Alles Schreiben für {organisation} ist angehalten. Es wird nichts an einen Anbieter gesendet, bis eine "
        "Person mit der Rolle admin „Schreiben erlauben“ sagt. Was vorher gesendet wurde, wird weiter geklärt.",
    },
    "writes_allowed": {
        "en": "Writes of {organisation} are allowed again. Cards that still wait can be confirmed.",
        "de": "Schreiben für {organisation} ist wieder erlaubt. Karten, die noch warten, können bestätigt werden.",
    },
    "model_not_allowed": {
        "en": "This question was not sent. To answer it, what you write and what is found for it in the books of "
        "{organisation} (names, numbers, amounts, dates, texts) would go to the language model at {host}. An admin has "
        "to allow that first by writing “allow model {host}”, and can take it back with “forbid model”. Cards that "
        "wait can be seen and confirmed without it.",
        "de": "Diese Frage wurde nicht gesendet. Um sie zu beantworten, ginge das, was Sie schreiben, und was dazu in "
        "den Büchern von {organisation} steht (Namen, Nummern, Beträge, Daten, Texte), an das Sprachmodell bei {host}. "
        "Das muss zuerst eine Person mit der Rolle admin erlauben, mit „Modell erlauben {host}“, und kann es mit "
        "„Modell verbieten“ zurücknehmen. Wartende Karten lassen sich auch so ansehen und bestätigen.",
    },
    "model_allowed": {
        "en": "Allowed and recorded: questions about {organisation}, with what is found for them in its books, may go "
        "to the language model at {host}. “Forbid model” takes it back.",
        "de": "Erlaubt und vermerkt: Fragen zu {organisation} und was dazu in den Büchern steht dürfen an das "
        "Sprachmodell bei {host} gehen. „Modell verbieten“ nimmt es zurück.",
    },
    "model_forbidden": {
        "en": "Recorded: nothing of {organisation} goes to the language model at {host} any more. What was sent before "
        "cannot be taken back. Questions are not answered until an admin writes “allow model {host}”.",
        "de": "Vermerkt: Von {organisation} geht nichts mehr an das Sprachmodell bei {host}. Was vorher gesendet "
        "wurde, lässt sich nicht zurückholen. Fragen werden erst wieder beantwortet, wenn eine Person mit der Rolle "
        "admin „Modell erlauben {host}“ schreibt.",
    },
    "model_other_host": {
        "en": "The language model of this house is at {host}. Nothing was changed. Write “allow model {host}”.",
        "de": "Das Sprachmodell dieses Hauses ist bei {host}. Es wurde nichts geändert. Schreiben Sie „Modell erlauben "
        "{host}“.",
    },
    "model_here": {
        "en": "What is asked here leaves this machine for no language model, so there is nothing to allow or forbid.",
        "de": "Was hier gefragt wird, geht an kein Sprachmodell außerhalb dieses Rechners; es gibt nichts zu erlauben "
        "oder zu verbieten.",
    },
    "which_organisation": {
        "en": "Which organisation is this conversation about? It stays with that one.",
        "de": "Um welche Organisation geht es in diesem Gespräch? Dabei bleibt es.",
    },
    "which_organisation_kept": {
        "en": "Which organisation is this about? Your question is answered then; the conversation stays with that one.",
        "de": "Um welche Organisation geht es? Danach wird Ihre Frage beantwortet; das Gespräch bleibt bei ihr.",
    },
    "organisation_chosen": {
        "en": "This conversation is about {organisation}.",
        "de": "In diesem Gespräch geht es um {organisation}.",
    },
    "organisation_stays": {
        "en": "This conversation is about {here} and stays with it, so that no figures are mixed. Open a new chat and "
        "choose {other} there. Nothing was changed.",
        "de": "In diesem Gespräch geht es um {here}, und dabei bleibt es, damit sich keine Zahlen vermischen. Öffnen "
        "Sie einen neuen Chat und wählen Sie dort {other}. Es wurde nichts geändert.",
    },
    "not_that_organisation": {
        "en": "This conversation cannot be about that organisation: it is about another already, or you may not read "
        "it. Nothing was changed.",
        "de": "In diesem Gespräch kann es nicht um diese Organisation gehen: Es geht schon um eine andere, oder Sie "
        "dürfen sie nicht einsehen. Es wurde nichts geändert.",
    },
    "organisation_lost": {
        "en": "This conversation is about an organisation that you may not read any more. Open a new chat for another.",
        "de": "In diesem Gespräch geht es um eine Organisation, die Sie nicht mehr einsehen dürfen. Öffnen Sie für "
        "eine andere einen neuen Chat.",
    },
    "organisation_left": {
        "en": "The organisation that this conversation is about is not connected to Xero any more: nothing of it can "
        "be read or written here. An admin can connect it again at {address}. Open a new chat for another one.",
        "de": "Die Organisation, um die es in diesem Gespräch geht, ist nicht mehr mit Xero verbunden: Von ihr lässt "
        "sich hier nichts mehr lesen oder schreiben. Eine Person mit der Rolle admin kann sie unter {address} wieder "
        "verbinden. Öffnen Sie für eine andere Organisation einen neuen Chat.",
    },
    "disconnect_how": {
        "en": "This ends the connection of {organisation} to Xero for everybody: no question about it is answered any "
        "more, and nothing of it can be written; cards that wait cannot be carried out. Its audit trail stays. Nothing "
        "has ended yet. To do it, write: disconnect {organisation}",
        "de": "Damit endet die Verbindung von {organisation} zu Xero für alle: Fragen dazu werden nicht mehr "
        "beantwortet, und es lässt sich nichts mehr schreiben; wartende Karten werden nicht mehr ausgeführt. Ihr "
        "Prüfprotokoll bleibt. Noch ist nichts beendet. Um es zu tun, schreiben Sie: {organisation} trennen",
    },
    "disconnected": {
        "en": "{organisation} is disconnected from Xero, and nothing of it can be read or written here. An admin can "
        "connect it again at {address}.",
        "de": "{organisation} ist von Xero getrennt; es lässt sich hier nichts mehr davon lesen oder schreiben. Eine "
        "Person mit der Rolle admin kann sie unter {address} wieder verbinden.",
    },
    "disconnect_in_xero": {
        "en": "{organisation} is joined by a custom connection, which is ended in Xero (Settings, Connected apps) and "
        "by taking XERO_CLIENT_SECRET out of the settings. Nothing was changed.",
        "de": "{organisation} ist über eine Custom Connection verbunden; sie endet in Xero (Einstellungen, Verbundene "
        "Apps) und wenn XERO_CLIENT_SECRET aus den Einstellungen genommen wird. Es wurde nichts geändert.",
    },
    "only_an_admin": {
        "en": "That needs the role admin in {organisation}. Nothing was changed.",
        "de": "Dafür ist die Rolle admin in {organisation} nötig. Es wurde nichts geändert.",
    },
    "settle_done": {"en": "Record: {label} was done", "de": "Vermerken: {label} wurde ausgeführt"},
    "settle_not_done": {"en": "Record: {label} was not done", "de": "Vermerken: {label} wurde nicht ausgeführt"},
    "no_such_life": {
        "en": "There is no proposal {label} in {organisation}.",
        "de": "Einen Vorschlag {label} gibt es in {organisation} nicht.",
    },
    "life_here": {
        "en": "Everything that the audit trail has of {label}: {summary}.",
        "de": "Alles, was das Prüfprotokoll von {label} hat: {summary}.",
    },
    # the turn
    "no_answer": {
        "en": "The language model gave no answer. Nothing was written. Ask again, in other words.",
        "de": "Das Sprachmodell hat nichts geantwortet. Es wurde nichts geschrieben. Bitte noch einmal anders fragen.",
    },
    "unproven": {
        "en": "**Not proven.** “{claim}” is the language model's own sentence. This answer has paid, recorded and "
        "changed nothing; only a card that a person confirms can. What was really done is on the cards and in their "
        "receipts.",
        "de": "**Nicht belegt.** „{claim}“ ist ein eigener Satz des Sprachmodells. Diese Antwort hat nichts gezahlt, "
        "gebucht oder geändert; das kann nur eine Karte, die jemand bestätigt. Was wirklich getan wurde, steht auf "
        "den Karten und in deren Belegen.",
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
        "die Verwaltung diese Nummer.",
    },
    "click_fault": {
        "en": "The click could not be carried out because of a fault on our side (number {id}). The card shows what is "
        "really the case; do not do it in another way before that is settled.",
        "de": "Der Klick konnte wegen eines Fehlers auf unserer Seite nicht ausgeführt werden (Nummer {id}). Die Karte "
        "zeigt, was wirklich gilt; bitte nichts auf anderem Weg veranlassen, bevor das geklärt ist.",
    },
    "still_answering": {
        "en": "The last message is still being answered. This one was not read; send it again after that.",
        "de": "Die letzte Nachricht wird noch beantwortet. Diese wurde nicht gelesen; bitte danach noch einmal senden.",
    },
    # who and where
    "no_organisation": {
        "en": "{person} has no role in an organisation that is connected here. Nothing can be shown. An admin of your "
        "company can give you a role in Okta.",
        "de": "{person} hat in keiner hier verbundenen Organisation eine Rolle. Es kann nichts gezeigt werden. Wer bei "
        "Ihnen Okta verwaltet, kann eine Rolle vergeben.",
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
        "en": "Nothing waits for you in {organisation}: only an approver can confirm.",
        "de": "In {organisation} wartet nichts auf Sie: Bestätigen kann nur eine Person mit Freigaberecht.",
    },
    "waiting_one": {
        "en": "One {noun} waits for your decision in {organisation}:",
        "de": "Eine {noun} wartet in {organisation} auf Ihre Entscheidung:",
    },
    "waiting_some": {
        "en": "{count} {noun} wait for your decision in {organisation}, oldest first:",
        "de": "{count} {noun} warten in {organisation} auf Ihre Entscheidung, die älteste zuerst:",
    },
    "waiting_more": {
        "en": "All of them are in the list; the {shown} oldest stand below it as cards. A click on a line shows its "
        "card, “show more” the next ones.",
        "de": "Alle stehen in der Liste, die {shown} ältesten darunter auch als Karten. Ein Klick auf eine Zeile zeigt "
        "deren Karte, „mehr zeigen“ die nächsten.",
    },
    "waiting_next": {
        "en": "Cards {first} to {last} of {count}, oldest first:",
        "de": "Karten {first} bis {last} von {count}, die älteste zuerst:",
    },
    "waiting_no_more": {
        "en": "That were all: no further card waits in {organisation}.",
        "de": "Das waren alle: In {organisation} wartet keine weitere Karte.",
    },
    "card_here": {
        "en": "{about}: nothing is recorded yet.",
        "de": "{about}: Es ist noch nichts gebucht.",
    },
    "card_not_waiting": {
        "en": "{label} does not wait for a decision in {organisation}: it is decided, replaced or expired, or it never "
        "was. Nothing was done.",
        "de": "{label} wartet in {organisation} nicht auf eine Entscheidung: entschieden, ersetzt, abgelaufen oder nie "
        "vorhanden. Es wurde nichts getan.",
    },
    # a card that somebody else replaced
    "changed_by": {
        "en": "{name} changed this payment: {changes}. Nothing was recorded with the old values; the new card is "
        "below.",
        "de": "{name} hat diese Zahlung geändert: {changes}. Mit den alten Angaben wurde nichts gebucht; die neue "
        "Karte steht darunter.",
    },
    "prepared_again": {
        "en": "{name} prepared this again with the same values. The new card is below.",
        "de": "{name} hat das mit denselben Angaben neu vorbereitet. Die neue Karte steht darunter.",
    },
    "about_bank_details": {"en": "Bank account of {payee}", "de": "Bankverbindung von {payee}"},
    "about_contact": {"en": "Contact {payee}", "de": "Kontakt {payee}"},
    "about_item": {"en": "{payee}", "de": "{payee}"},
    "about_note": {"en": "Note on {payee}", "de": "Notiz zu {payee}"},
    "about_file": {"en": "File on {payee}", "de": "Anhang an {payee}"},
    "about_timesheet": {"en": "Timesheet of {payee}", "de": "Stundenzettel von {payee}"},
    "about_payment": {"en": "{amount}, {payee}", "de": "{amount}, {payee}"},
    "instead_of": {"en": "instead of", "de": "statt"},
    "nothing": {"en": "none", "de": "keine Angabe"},
    "may_not_edit": {
        "en": "{person} may not change this card: that is for whoever prepared it, or for an approver. Nothing was "
        "changed.",
        "de": "{person} darf diese Karte nicht ändern: Das kann, wer sie vorbereitet hat, oder eine Person mit "
        "Freigaberecht. Es wurde nichts geändert.",
    },
    "mine_one": {
        "en": "One {noun} that you prepared waits for an approver:",
        "de": "Eine von Ihnen vorbereitete {noun} wartet auf eine Person mit Freigaberecht:",
    },
    "mine_some": {
        "en": "{count} {noun} that you prepared wait for an approver:",
        "de": "{count} von Ihnen vorbereitete {noun} warten auf eine Person mit Freigaberecht:",
    },
}


_OF_A_CHANGE: dict[str, dict[Language, str]] = {
    "card_for_me": {
        "en": "{summary}. Nothing is changed yet. Check the card and confirm it there.",
        "de": "{summary}. Es ist noch nichts geändert. Bitte die Karte prüfen und dort bestätigen.",
    },
    "card_for_others": {
        "en": "{summary}. Nothing is changed yet. An approver has to confirm the card and finds it under “Waiting for "
        "me”.",
        "de": "{summary}. Es ist noch nichts geändert. Eine Person mit Freigaberecht muss die Karte bestätigen; sie "
        "findet sie unter „Wartet auf mich“.",
    },
    "card_for_another": {
        "en": "{summary}. Nothing is changed yet. It takes two people: another approver confirms the card and finds "
        "it under “Waiting for me”.",
        "de": "{summary}. Es ist noch nichts geändert. Dafür braucht es zwei Personen: Eine andere Person mit "
        "Freigaberecht bestätigt die Karte; sie findet sie unter „Wartet auf mich“.",
    },
    "card_blocked": {
        "en": "{summary}. This may not be done; the card says why. Nothing is changed.",
        "de": "{summary}. Das ist nicht erlaubt; die Karte sagt, warum. Es ist nichts geändert.",
    },
    "card_here": {
        "en": "{about}: nothing is changed yet.",
        "de": "{about}: Es ist noch nichts geändert.",
    },
    "changed_by": {
        "en": "{name} changed this card: {changes}. Nothing was done with the old values; the new card is below.",
        "de": "{name} hat diese Karte geändert: {changes}. Mit den alten Angaben ist nichts geschehen; die neue Karte "
        "steht darunter.",
    },
}
"""What is said instead where no payment is recorded, but something else is changed."""


def sentence(name: str, language: Language, kind: WriteKind = WriteKind.PAYMENT_OUT, /, **values: str) -> str:
    """The sentence in that language (else English) with its values put in, as it is said of that kind of write.

    KeyError if a value is missing.
    """
    words = _OF_A_CHANGE.get(name) if not kind.is_payment else None
    words = words or _SENTENCES[name]
    return words.get(language, words["en"]).format(**values)
