"""What people read about a proposal that did not simply succeed; each says what was not done and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from assistant.principal import Role
from assistant.stores.proposals import State
from tools.base import Stakes, WriteKind
from tools.errors import Language
from tools.words import day, money, say, visible

Words = dict[Language, str]


def needs_role(role: Role, organisation: str) -> Words:
    """Which role would have been needed."""
    return {
        "en": f"This needs the role {role} in {organisation}.",
        "de": f"Dafür ist die Rolle {role} in {organisation} nötig.",
    }


def cancelled_by(name: str) -> Words:
    """Somebody pressed Cancel."""
    return {
        "en": f"Cancelled by {name}. Nothing was written.",
        "de": f"Abgebrochen von {name}. Es wurde nichts geschrieben.",
    }


def cancelled_in_favour(name: str) -> Words:
    """Somebody edited it, which makes a new proposal."""
    return {
        "en": f"Replaced by a newer card of {name}. Nothing was written for this one; confirm the newer card instead.",
        "de": f"Durch eine neuere Karte von {name} ersetzt. Für diese wurde nichts geschrieben; "
        "bestätigen Sie stattdessen die neuere.",
    }


_SUBJECTS = {
    WriteKind.PAYEE_CHANGE: ("contact", "Kontakt"),
    WriteKind.CONTACT_CHANGE: ("contact", "Kontakt"),
    WriteKind.ITEM_CHANGE: ("item or group", "Artikel oder Gruppe"),
}


def corrected_by(label: str, kind: WriteKind) -> Words:
    """The same person asked anew for the same document or contact in the same chat."""
    same_en, same_de = _SUBJECTS.get(kind, ("document", "Beleg"))
    return {
        "en": f"Replaced by the newer card {label} for the same {same_en}. Nothing was written for this one.",
        "de": f"Durch die neuere Karte {label} zum selben {same_de} ersetzt. Für diese wurde nichts geschrieben.",
    }


def altered() -> Words:
    """The stored row is not what was digested."""
    return {
        "en": "What is stored is not what was proposed, so it was stopped. Nothing was written. "
        "Tell an admin, and ask for it again.",
        "de": "Was gespeichert ist, ist nicht das, was vorgeschlagen wurde; daher wurde es angehalten. "
        "Es wurde nichts geschrieben. Verständigen Sie eine Person mit der Rolle admin und fordern Sie es neu an.",
    }


def altered_under_way(kind: str = WriteKind.PAYMENT_OUT) -> Words:
    """The stored row is not what was confirmed, and it was sent before that was noticed; its kind is what it says."""
    again_en, again_de = "anybody pays again", "noch einmal gezahlt wird"
    if kind not in (WriteKind.PAYMENT_OUT, WriteKind.PAYMENT_IN):
        again_en, again_de = "anybody changes it again", "noch einmal geändert wird"
    return {
        "en": "What is stored is not what was confirmed, and it was sent already. Nothing more is sent. Look in the "
        f"provider's books whether it was done before {again_en}, and tell an admin.",
        "de": "Was gespeichert ist, ist nicht das, was bestätigt wurde, und es war schon gesendet. Es wird nichts mehr "
        f"gesendet. Sehen Sie beim Anbieter nach, ob es ausgeführt wurde, bevor {again_de}, und "
        "verständigen Sie eine Person mit der Rolle admin.",
    }


def unconfirmed() -> Words:
    """There is no decision that matches what would be sent."""
    return {
        "en": "There is no confirmation of exactly this, so it was stopped. Nothing was written. Ask for it again.",
        "de": "Es gibt keine Bestätigung von genau diesem Vorschlag; daher wurde er angehalten. "
        "Es wurde nichts geschrieben. Bitte neu anfordern.",
    }


def tool_gone(tool: str) -> Words:
    """This version of the product does not have the tool that proposed it."""
    return {
        "en": f"This version cannot do “{tool}” any more. Nothing was written.",
        "de": f"Diese Version kann „{tool}“ nicht mehr. Es wurde nichts geschrieben.",
    }


def not_allowed(why: Words) -> Words:
    """The rules of the house do not allow it."""
    return {
        "en": f"The rules do not allow this. {why['en']} Nothing was written.",
        "de": f"Die Regeln erlauben das nicht. {why['de']} Es wurde nichts geschrieben.",
    }


def not_allowed_any_more(why: Words) -> Words:
    """Confirmed, but the rules, the roles or the stop switch have changed since."""
    return {
        "en": f"It was confirmed, but may not be carried out now. {why['en']} Nothing was written.",
        "de": f"Es wurde bestätigt, darf jetzt aber nicht ausgeführt werden. {why['de']} Es wurde nichts geschrieben.",
    }


def blocked(changed: Words) -> Words:
    """The document or contact is not what it was when the card was made."""
    return {language: _and_then(text, language) for language, text in changed.items()}


def written_meanwhile(label: str) -> Words:
    """Another proposal on the same document or contact was carried out after this card was made."""
    return {
        "en": f"{label} is about the same thing and was done after this card was made, so this card is out of date.",
        "de": f"{label} betrifft dasselbe und wurde ausgeführt, nachdem diese Karte entstand; sie ist überholt.",
    }


def _and_then(text: str, language: Language) -> str:
    """What was not done, said once (a tool may have said it), and what would help if it still is wanted."""
    nothing, then = _NOTHING_WRITTEN.get(language, _NOTHING_WRITTEN["en"])
    nothings = ("othing was recorded", "othing was written", "othing was changed", "othing was sent", "wurde nichts ")
    said = any(word in text for word in nothings)
    return f"{text} {then}" if said else f"{text} {nothing} {then}"


_NOTHING_WRITTEN = {
    "en": ("Nothing was written.", "If it still has to be done, ask again: the new card shows how things are now."),
    "de": (
        "Es wurde nichts geschrieben.",
        "Falls es noch nötig ist, fragen Sie noch einmal: Die neue Karte zeigt den jetzigen Stand.",
    ),
}


def trying_again(why: Mapping[Language, str]) -> Words:
    """Confirmed, not done yet: the provider cannot be read, or takes nothing, at the moment."""
    return {
        "en": f"{why['en']} Nothing has been written yet. It is confirmed and tried again by itself for two minutes; "
        "there is nothing to do.",
        "de": f"{why.get('de', why['en'])} Es wurde noch nichts geschrieben. Bestätigt ist es und wird zwei Minuten "
        "lang von selbst wieder versucht; Sie müssen nichts tun.",
    }


def another_under_way(label: str, state: State) -> Words:
    """Confirmed, but another write to the same document or contact comes first."""
    if state is State.UNKNOWN:
        return {
            "en": f"{label} is about the same thing and comes first: whether it was written is being looked up. This "
            "one waits until that is certain; nothing has been written for it yet.",
            "de": f"{label} betrifft dasselbe und kommt zuerst: Ob es geschrieben wurde, wird gerade geklärt. Dieser "
            "Vorschlag wartet, bis das sicher ist; für ihn wurde noch nichts geschrieben.",
        }
    return {
        "en": f"{label} is about the same thing and is being carried out. This one waits and is checked again "
        "afterwards; nothing has been written for it yet.",
        "de": f"{label} betrifft dasselbe und wird gerade ausgeführt. Dieser Vorschlag wartet und wird danach noch "
        "einmal geprüft; für ihn wurde noch nichts geschrieben.",
    }


def sending_again() -> Words:
    """An earlier send was certainly not done."""
    return {
        "en": "It is being sent once more, with the same key, so that it cannot be written twice.",
        "de": "Es wird noch einmal gesendet, mit demselben Schlüssel, sodass es nicht doppelt geschrieben werden kann.",
    }


def not_sent_in_time(why: Mapping[Language, str]) -> Words:
    """The provider could not be read in the time for which a confirmation is followed up."""
    return {
        "en": f"{why['en']} It was confirmed but not sent in time, and nothing was written. Ask for it again.".strip(),
        "de": f"{why.get('de', why['en'])} Es wurde bestätigt, aber nicht rechtzeitig gesendet; es wurde nichts "
        "geschrieben. Bitte neu anfordern.".strip(),
    }


def outcome_unknown(reason: str = "") -> Words:
    """Sent, and no answer that says whether it was done. What nobody should do meanwhile, the card adds by its kind."""
    because_en, because_de = (f" ({reason})" if reason else ""), (f" ({reason})" if reason else "")
    return {
        "en": f"It was sent, but there was no clear answer{because_en}. We are looking it up.",
        "de": f"Es wurde gesendet, aber es kam keine klare Antwort{because_de}. Wir klären das.",
    }


def for_a_person(label: str, provider: str, stakes: Stakes | None, reference: str, *, by_id: bool) -> Words:
    """It cannot be decided by looking it up: somebody has to compare, and is told what with what, and what to write.

    `stakes` is None and `reference` empty where this version cannot read what was sent. `by_id`: whether an admin can
    name the payment by its id (assistant.settling); else what is there is found by itself.
    """
    what_en, what_de = _sought(stakes, reference, "en"), _sought(stakes, reference, "de")
    there_en = f"If it is there, an admin writes “settle {label} done PAYMENT-ID: where it stands”; " if by_id else ""
    there_de = (
        f"Ist sie dort, schreibt eine Person mit der Rolle admin „kläre {label} ausgeführt ZAHLUNGS-ID: wo sie steht“; "
        if by_id
        else ""
    )
    return {
        "en": f"Whether {label} was done cannot be decided by us. Look in {provider} for {what_en}. "
        f"{there_en}{'if' if by_id else 'If'} not, an admin writes “settle {label} not done: where you looked”. Until "
        "then nothing else about it is written from here.",
        "de": f"Ob {label} ausgeführt wurde, können wir nicht entscheiden. Sehen Sie in {provider} nach: {what_de}. "
        f"{there_de}{'wenn' if by_id else 'Wenn'} nicht, schreibt eine Person mit der Rolle admin „kläre {label} nicht "
        "ausgeführt: wo nachgesehen wurde“. Bis dahin wird von hier aus nichts anderes dazu geschrieben.",
    }


_RECORDS = {
    WriteKind.PAYMENT_OUT: ("a payment", "Zahlung"),
    WriteKind.PAYMENT_IN: ("a payment", "Zahlung"),
    WriteKind.PAYMENT_REMOVAL: ("the payment, and whether it is deleted,", "Zahlung, und ob sie gelöscht ist,"),
    WriteKind.DOCUMENT_DRAFT: ("an invoice or bill", "Rechnung oder Eingangsrechnung"),
    WriteKind.DOCUMENT_APPROVAL: (
        "an invoice or bill, and its state,",
        "Rechnung oder Eingangsrechnung, und ihr Status,",
    ),
    WriteKind.DOCUMENT_SENT: ("an e-mail in the history of the invoice", "E-Mail im Verlauf der Rechnung"),
    WriteKind.OWN_TRANSFER: ("a transfer between own accounts", "Umbuchung zwischen eigenen Konten"),
    WriteKind.ITEM_CHANGE: ("an item or contact group", "Artikel oder Kontaktgruppe"),
    WriteKind.DOCUMENT_NOTE: ("a note in the history of the document", "Notiz im Verlauf des Belegs"),
    WriteKind.MONEY_SPENT: ("a spend money transaction", "Ausgabe auf dem Bankkonto"),
    WriteKind.MONEY_RECEIVED: ("a receive money transaction", "Einnahme auf dem Bankkonto"),
    WriteKind.SET_OFF: ("an allocation of the credit or advance", "Verrechnung der Gutschrift oder Anzahlung"),
    WriteKind.MANUAL_JOURNAL: ("a manual journal", "manuelle Buchung"),
    WriteKind.FILE_ADDED: ("a file on the document", "Anhang am Beleg"),
    WriteKind.TIMESHEET: ("a timesheet", "Stundenzettel"),
}


def _sought(stakes: Stakes | None, reference: str, language: Language) -> str:
    """Which record has to be looked for: amount, payee, document, day and reference; or whose bank account."""
    if stakes is None:
        return say(language, "the payment on the card, by its reference", "die Zahlung der Karte, über ihren Bezug")
    if stakes.kind is WriteKind.PAYEE_CHANGE:
        name = visible(stakes.payee_name)
        return say(language, f"the bank account on file for {name}", f"die für {name} hinterlegte Bankverbindung")
    if stakes.kind is WriteKind.CONTACT_CHANGE:
        name = visible(stakes.payee_name)
        return say(language, f"the contact {name}", f"dem Kontakt {name}")
    parts = [say(language, *_RECORDS[stakes.kind])]
    if stakes.money is not None:
        parts.append(say(language, "of ", "über ") + money(stakes.money, language))
    about = f"{stakes.reference} ({stakes.payee_name})" if stakes.payee_name else stakes.reference
    parts.append(say(language, "for ", "für ") + visible(about))
    if stakes.day is not None:
        parts.append(say(language, "dated ", "vom ") + day(stakes.day, language))
    if reference:
        parts.append(say(language, "with the reference ", "mit dem Zahlungsbezug ") + f"“{visible(reference)}”")
    return " ".join(parts)


def never_arrived(provider: str, sends: int) -> Words:
    """Sent without a clear answer, looked up when nothing could be under way any more, and not there."""
    times_en = "once" if sends == 1 else f"{sends} times"
    times_de = "einmal" if sends == 1 else f"{sends}-mal"
    return {
        "en": f"It was sent {times_en} without a clear answer. Looked up afterwards, {provider} does not have it: "
        "nothing was written. If it still has to be done, ask for it again.",
        "de": f"Es wurde {times_de} gesendet, ohne klare Antwort. Danach nachgesehen: {provider} hat es nicht; es "
        "wurde nichts geschrieben. Falls es noch nötig ist, fordern Sie es neu an.",
    }


def state_words(state: State, decided_by: str) -> Words:
    """Where a proposal stands, for somebody who came too late to decide."""
    by_en = f" by {decided_by}" if decided_by else ""
    by_de = f" von {decided_by}" if decided_by else ""
    match state:
        case State.AWAITING:
            return {"en": "It still waits for a decision.", "de": "Er wartet noch auf eine Entscheidung."}
        case State.CONFIRMED | State.EXECUTING:
            return {
                "en": f"It was confirmed{by_en} and is being executed.",
                "de": f"Bestätigt{by_de}, wird gerade ausgeführt.",
            }
        case State.SUCCEEDED:
            return {"en": f"It was confirmed{by_en} and done.", "de": f"Bestätigt{by_de} und ausgeführt."}
        case State.FAILED:
            return {
                "en": f"It was confirmed{by_en} and failed; nothing was written.",
                "de": f"Bestätigt{by_de}, aber fehlgeschlagen; es wurde nichts geschrieben.",
            }
        case State.UNKNOWN:
            return {
                "en": f"It was confirmed{by_en}; whether it was done is being looked up.",
                "de": f"Bestätigt{by_de}; ob es ausgeführt wurde, wird geklärt.",
            }
        case State.EXPIRED:
            return {"en": "It expired; nothing was written.", "de": "Abgelaufen; es wurde nichts geschrieben."}
        case State.REJECTED:
            return {
                "en": f"It was cancelled{by_en}; nothing was written.",
                "de": f"Abgebrochen{by_de}; es wurde nichts geschrieben.",
            }
        case State.SUPERSEDED:
            return {
                "en": "A newer proposal has taken its place.",
                "de": "Ein neuerer Vorschlag ist an seine Stelle getreten.",
            }
        case State.BLOCKED:
            return {"en": "It was stopped; nothing was written.", "de": "Angehalten; es wurde nichts geschrieben."}
        case _:
            assert_never(state)
