"""What is said when a person settles whether a send without an answer was done: why not, what would be, what was."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from assistant.principal import Role
from assistant.proposal_words import Words, needs_role
from tools.errors import Language
from tools.words import visible


class Reason(StrEnum):
    """Why a person's word was not taken; each is in the audit trail under this name."""

    NO_SUCH = "no_such_proposal"
    ALTERED = "altered"
    NOT_AN_ADMIN = "not_an_admin"
    NO_RIGHT = "no_right"
    NO_NOTE = "no_note"
    NO_PAYMENT = "no_payment_named"
    OWN_CONFIRMATION = "own_confirmation"
    NOT_UNKNOWN = "not_unknown"
    MAY_ARRIVE = "may_still_arrive"
    BEING_LOOKED_UP = "being_looked_up"
    CANNOT_BE_ASKED = "provider_cannot_be_asked"
    TOOL_GONE = "tool_gone"
    NOT_BY_NAME = "cannot_be_named"
    ANOTHER_PAYMENT = "another_payment"
    OTHERS_RECEIPT = "receipt_of_another"
    QUICKER = "somebody_was_quicker"
    NOT_SHOWN = "not_shown"


_EN: dict[Reason, str] = {
    Reason.NO_SUCH: "There is no such proposal.",
    Reason.ALTERED: "{more}",
    Reason.NOT_AN_ADMIN: "{more} Tell an admin what you found.",
    Reason.NO_RIGHT: "{more} Tell an admin who holds it what you found.",
    Reason.NO_NOTE: "Say behind a colon where you looked and what you found: it is kept in the audit trail.",
    Reason.NO_PAYMENT: "To say that {it} was done, name the payment by its id in {provider}: it is read there.",
    Reason.OWN_CONFIRMATION: "You confirmed {it} yourself, so another admin has to say that it was not done: "
    "otherwise one person could pay twice alone.",
    Reason.NOT_UNKNOWN: "The outcome of {it} is not unclear. {more}",
    Reason.MAY_ARRIVE: "{it} was sent a short time ago and may still arrive. Say it again {more}, if it is unclear "
    "then; until then it is looked up by itself.",
    Reason.BEING_LOOKED_UP: "{it} is being looked up at this moment. Say it again in a minute, if it is unclear then.",
    Reason.CANNOT_BE_ASKED: "Before it is settled, {provider} has to be asked once more, and that is not possible now. "
    "{more} Say it again later.",
    Reason.TOOL_GONE: "This version of the assistant cannot compare a payment with what {it} was to do. Say it in the "
    "version that sent it.",
    Reason.NOT_BY_NAME: "Nobody can say of {it} that it was done: what it does has no id of its own in {provider}. "
    "It is looked up by itself, and as soon as it is there it counts as done.",
    Reason.ANOTHER_PAYMENT: "{more} Look again which one it is; if there is none, say that it was not done.",
    Reason.OTHERS_RECEIPT: "That payment is the receipt of {more}, and one payment cannot be two. Look again which "
    "one it is; if there is none, say that it was not done.",
    Reason.QUICKER: "Somebody or something else was quicker. {more}",
    Reason.NOT_SHOWN: "That button is not one that was shown to you in this session in the last ten minutes, or it was "
    "pressed already. Write the words again to get a new one.",
}
_DE: dict[Reason, str] = {
    Reason.NO_SUCH: "Diesen Vorschlag gibt es nicht.",
    Reason.ALTERED: "{more}",
    Reason.NOT_AN_ADMIN: "{more} Sagen Sie einer Person mit dieser Rolle, was Sie gefunden haben.",
    Reason.NO_RIGHT: "{more} Sagen Sie einer Person mit beiden Rollen, was Sie gefunden haben.",
    Reason.NO_NOTE: "Sagen Sie hinter einem Doppelpunkt, wo Sie nachgesehen und was Sie gefunden haben: Es steht dann "
    "im Prüfprotokoll.",
    Reason.NO_PAYMENT: "Um zu sagen, dass {it} ausgeführt wurde, nennen Sie die Zahlung mit ihrer ID in {provider}: "
    "Sie wird dort gelesen.",
    Reason.OWN_CONFIRMATION: "Sie haben {it} selbst bestätigt; daher muss eine andere Person mit der Rolle admin "
    "sagen, dass es nicht ausgeführt wurde: Sonst könnte eine Person allein zweimal zahlen.",
    Reason.NOT_UNKNOWN: "Der Ausgang von {it} ist nicht unklar. {more}",
    Reason.MAY_ARRIVE: "{it} wurde vor Kurzem gesendet und kann noch ankommen. Sagen Sie es {more} noch einmal, wenn "
    "es dann noch unklar ist; bis dahin wird von selbst nachgesehen.",
    Reason.BEING_LOOKED_UP: "Zu {it} wird gerade nachgesehen. Sagen Sie es in einer Minute noch einmal, wenn es dann "
    "noch unklar ist.",
    Reason.CANNOT_BE_ASKED: "Bevor es geklärt ist, muss {provider} noch einmal gefragt werden, und das geht jetzt "
    "nicht. {more} Sagen Sie es später noch einmal.",
    Reason.TOOL_GONE: "Diese Version des Assistenten kann eine Zahlung nicht mit dem vergleichen, was {it} tun sollte. "
    "Sagen Sie es in der Version, die es gesendet hat.",
    Reason.NOT_BY_NAME: "Von {it} kann niemand sagen, dass es ausgeführt wurde: Was es tut, hat in {provider} keine "
    "eigene ID. Es wird von selbst nachgesehen, und sobald es dort steht, gilt es als ausgeführt.",
    Reason.ANOTHER_PAYMENT: "{more} Sehen Sie noch einmal nach, welche es ist; gibt es keine, sagen Sie, dass es nicht "
    "ausgeführt wurde.",
    Reason.OTHERS_RECEIPT: "Diese Zahlung ist der Beleg von {more}, und eine Zahlung kann nicht zwei sein. Sehen Sie "
    "noch einmal nach, welche es ist; gibt es keine, sagen Sie, dass es nicht ausgeführt wurde.",
    Reason.QUICKER: "Jemand oder etwas anderes war schneller. {more}",
    Reason.NOT_SHOWN: "Dieser Knopf wurde Ihnen nicht in dieser Sitzung in den letzten zehn Minuten gezeigt, oder er "
    "wurde schon gedrückt. Schreiben Sie die Worte noch einmal, um einen neuen zu bekommen.",
}
_UNCHANGED: Words = {"en": "Nothing was changed.", "de": "Es wurde nichts geändert."}


class CannotSettle(Exception):
    """A person's word on an outcome was not taken; nothing was changed by it."""

    _BY_LANGUAGE: ClassVar[dict[Language, dict[Reason, str]]] = {"en": _EN, "de": _DE}

    def __init__(self, reason: Reason, *, label: str = "", provider: str = "", detail: Words | None = None) -> None:
        self.reason = reason
        self.words: Words = {}
        for language, said in self._BY_LANGUAGE.items():
            more = (detail or {}).get(language, "")
            text = " ".join(said[reason].format(it=label, provider=provider, more=more).split())
            unchanged = _UNCHANGED[language]
            self.words[language] = text if unchanged in text else f"{text} {unchanged}"
        super().__init__(self.words["en"])

    def text(self, language: Language) -> str:
        """The words in that language; English where there are none."""
        return self.words.get(language) or self.words["en"]


def only_an_admin(organisation: str) -> Words:
    """Who may settle."""
    return needs_role(Role.ADMIN, visible(organisation))


def also_payroll(organisation: str) -> Words:
    """Who may settle what is about payroll: an admin alone may not even read it."""
    return needs_role(Role.PAYROLL, visible(organisation))


def no_such_payment(provider: str, payment_id: str) -> Words:
    """The payment that was named is not there."""
    named = visible(payment_id)
    return {
        "en": f"{provider} has no payment with the id {named}.",
        "de": f"{provider} hat keine Zahlung mit der ID {named}.",
    }


def in_minutes(minutes: int) -> Words:
    """When it can be said again."""
    return {
        "en": "in a minute" if minutes == 1 else f"in {minutes} minutes",
        "de": "in einer Minute" if minutes == 1 else f"in {minutes} Minuten",
    }


def was_not_done(name: str, note: str, *, looked_up: bool) -> Words:
    """An admin looked and did not find it: it failed, on their word. `name` is empty for the command line.

    `looked_up`: we looked once more and did not find it either; else this version cannot look.
    """
    who_en, who_de = visible(name) or "The command line", visible(name) or "Die Kommandozeile"
    said = visible(note)
    looked_en = ", and looking it up once more did not find it" if looked_up else ""
    looked_de = ", und noch einmal nachgesehen war es nicht zu finden" if looked_up else ""
    return {
        "en": f"{who_en} says that it was not done (“{said}”){looked_en}: according to them nothing was written. "
        "If it still has to be done, ask for it again.",
        "de": f"{who_de} sagt, dass es nicht ausgeführt wurde („{said}“){looked_de}: Demnach wurde nichts geschrieben. "
        "Falls es noch nötig ist, fordern Sie es neu an.",
    }


def found_after_all(label: str, summary: Words) -> Words:
    """The look-up before settling found it: it is done, whatever was said."""
    return {
        "en": f"{label} was looked up once more and is there: it counts as done, whatever was to be said. "
        f"{summary.get('en', '')}",
        "de": f"Zu {label} wurde noch einmal nachgesehen, und es ist da: Es gilt als ausgeführt, was auch "
        f"gesagt werden sollte. {summary.get('de', summary.get('en', ''))}",
    }


def would_be_recorded(
    label: str, what: Words, provider: str, note: str, receipt: Words | None, *, looked_up: bool
) -> Words:
    """What the look-up found and what a press of the button records. `receipt` is None for "not done"; `looked_up` is
    false where this version cannot look."""
    said = visible(note)
    looked_en = f"{label} ({what['en']}): {provider} was asked once more by our own reference and does not have it."
    looked_de = f"{label} ({what['de']}): {provider} wurde noch einmal nach unserem Bezug gefragt und hat es nicht."
    if not looked_up:
        looked_en = f"{label}: this version cannot look it up, so that only your word counts."
        looked_de = f"{label}: Diese Version kann nicht nachsehen; es zählt nur Ihr Wort."
    if receipt is None:
        return {
            "en": f"{looked_en} With the button you say that it was not done (“{said}”): it ends as failed, and the "
            "document is free to be paid again. Nothing is recorded yet.",
            "de": f"{looked_de} Mit dem Knopf sagen Sie, dass es nicht ausgeführt wurde („{said}“): Es endet als "
            "fehlgeschlagen, und der Beleg kann wieder bezahlt werden. Es ist noch nichts vermerkt.",
        }
    return {
        "en": f"{looked_en} It has the payment that you named. {receipt['en']} With the button you say that it is this "
        f"one (“{said}”): it ends as done. Nothing is recorded yet.",
        "de": f"{looked_de} Die Zahlung, die Sie nennen, hat es. {receipt.get('de', receipt['en'])} Mit dem Knopf "
        f"sagen Sie, dass es diese ist („{said}“): Es endet als ausgeführt. Es ist noch nichts vermerkt.",
    }


def settled(label: str, what: Words, *, done: bool) -> Words:
    """What was recorded."""
    if done:
        return {
            "en": f"{label} ({what['en']}) is settled as done, by the payment that was named.",
            "de": f"{label} ({what['de']}) ist als ausgeführt geklärt, durch die genannte Zahlung.",
        }
    return {
        "en": f"{label} ({what['en']}) is settled as not done. The document is free: whoever still needs it asks anew.",
        "de": f"{label} ({what['de']}) ist als nicht ausgeführt geklärt. Der Beleg ist frei: Wer es noch braucht, "
        "fordert es neu an.",
    }
