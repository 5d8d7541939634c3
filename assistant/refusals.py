"""Why a decision was not accepted, in words: what happened, what was not done, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from tools.errors import Language


class RefusalReason(StrEnum):
    """The closed set of reasons; each is in the audit trail under this name."""

    NOT_ALLOWED = "not_allowed"
    OTHER_ORGANISATION = "other_organisation"
    DIGEST_MISMATCH = "digest_mismatch"
    EXPIRED = "expired"
    ALREADY_DECIDED = "already_decided"
    CHANGED = "changed"
    UNKNOWN_PROPOSAL = "unknown_proposal"
    SESSION_OVER = "session_over"
    POLICY = "policy"
    """The rules say no, or something that they ask for is missing."""
    NOT_PREPARED = "not_prepared"
    """The rules allow no such card."""
    POLICY_CHANGED = "policy_changed"
    NOT_SHOWN = "not_shown"
    """No code that proves that this card was shown to this person in this session."""
    SHOWN_TOO_LONG_AGO = "shown_too_long_ago"


_WORDS: dict[RefusalReason, dict[Language, str]] = {
    RefusalReason.NOT_ALLOWED: {
        "en": "You may not decide on {card}. {more} Nothing was written. "
        "Ask a person with that role: the card is under “Waiting for me” in their chat.",
        "de": "Sie dürfen über {card} nicht entscheiden. {more} Es wurde nichts geschrieben. "
        "Bitten Sie eine Person mit dieser Rolle: Die Karte steht in deren Chat unter „Wartet auf mich“.",
    },
    RefusalReason.OTHER_ORGANISATION: {
        "en": "{it} belongs to another organisation than this conversation. Nothing was written. "
        "Open a conversation of that organisation.",
        "de": "{it} gehört zu einer anderen Organisation als dieses Gespräch. Es wurde nichts geschrieben. "
        "Öffnen Sie ein Gespräch dieser Organisation.",
    },
    RefusalReason.DIGEST_MISMATCH: {
        "en": "What was to be confirmed is not what is stored for {card}. Nothing was written. "
        "Reload the page and read the card again; if this comes back, tell an admin.",
        "de": "Was bestätigt werden sollte, ist nicht das, was zu {card} gespeichert ist. "
        "Es wurde nichts geschrieben. Laden Sie die Seite neu und lesen Sie die Karte noch einmal; "
        "wenn das wieder geschieht, verständigen Sie eine Person mit der Rolle admin.",
    },
    RefusalReason.EXPIRED: {
        "en": "{it} was not confirmed in time and has expired. Nothing was written. Ask for it again.",
        "de": "{it} wurde nicht rechtzeitig bestätigt und ist abgelaufen. Es wurde nichts geschrieben. "
        "Bitte noch einmal anfordern.",
    },
    RefusalReason.ALREADY_DECIDED: {
        "en": "{it} has been decided already. {more} This click changed nothing.",
        "de": "{it} ist bereits entschieden. {more} Dieser Klick hat nichts geändert.",
    },
    RefusalReason.CHANGED: {
        "en": "{it} no longer holds. {more} Nothing was written. Look at the newer card or ask again.",
        "de": "{it} gilt nicht mehr. {more} Es wurde nichts geschrieben. "
        "Sehen Sie die neuere Karte an oder fragen Sie noch einmal.",
    },
    RefusalReason.UNKNOWN_PROPOSAL: {
        "en": "There is no such proposal. Nothing was written. Reload the page, or ask again.",
        "de": "Diesen Vorschlag gibt es nicht. Es wurde nichts geschrieben. "
        "Laden Sie die Seite neu oder fragen Sie noch einmal.",
    },
    RefusalReason.SESSION_OVER: {
        "en": "Your login has ended, so {card} was not decided. Nothing was written. Sign in again and decide then.",
        "de": "Ihre Anmeldung ist beendet, daher wurde über {card} nicht entschieden. "
        "Es wurde nichts geschrieben. Melden Sie sich neu an und entscheiden Sie dann.",
    },
    RefusalReason.POLICY: {
        "en": "{it} was not confirmed. {more} Nothing was written.",
        "de": "{it} wurde nicht bestätigt. {more} Es wurde nichts geschrieben.",
    },
    RefusalReason.NOT_PREPARED: {
        "en": "No card was prepared. {more} Nothing was written.",
        "de": "Es wurde keine Karte vorbereitet. {more} Es wurde nichts geschrieben.",
    },
    RefusalReason.POLICY_CHANGED: {
        "en": "The rules of the house have changed since {card} was shown. Nothing was written. "
        "The card has been judged anew: read it again and decide then.",
        "de": "Die Regeln des Hauses haben sich geändert, seit {card} gezeigt wurde. Es wurde nichts "
        "geschrieben. Die Karte ist neu beurteilt: Lesen Sie sie noch einmal und entscheiden Sie dann.",
    },
    RefusalReason.NOT_SHOWN: {
        "en": "This click does not come from {card} as it was shown to you in this session. Nothing was "
        "written. The card is shown anew: read it and press the button there.",
        "de": "Dieser Klick stammt nicht von {card}, wie sie Ihnen in dieser Sitzung gezeigt wurde. Es wurde "
        "nichts geschrieben. Die Karte wird neu gezeigt: Lesen Sie sie und drücken Sie dort den Knopf.",
    },
    RefusalReason.SHOWN_TOO_LONG_AGO: {
        "en": "It is some minutes since {card} was shown. Nothing was written. It is shown anew: read it "
        "once more and press the button again.",
        "de": "Es ist einige Minuten her, dass {card} gezeigt wurde. Es wurde nichts geschrieben. Sie wird "
        "neu gezeigt: Lesen Sie sie noch einmal und drücken Sie den Knopf erneut.",
    },
}


class Refusal(Exception):
    """A proposal or decision was refused. Nothing was written to any provider."""

    def __init__(
        self,
        reason: RefusalReason,
        *,
        label: str = "",
        detail: dict[Language, str] | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        self.reason = reason
        self.words = refusal_words(reason, label, detail or {})
        self.facts = dict(facts or {})
        """What the audit trail keeps of it beyond the reason."""
        super().__init__(self.words["en"])

    def text(self, language: Language) -> str:
        """The words in that language; English where there are none."""
        return self.words.get(language) or self.words["en"]


def refusal_words(reason: RefusalReason, label: str, detail: dict[Language, str]) -> dict[Language, str]:
    """The sentences for the person who was refused; `label` is "P-7", `detail` what is known beyond the reason."""
    names = {"en": ("This", "this card"), "de": ("Dies", "diese Karte")}
    return {
        language: " ".join(
            text.format(
                it=label or names[language][0], card=label or names[language][1], more=detail.get(language, "")
            ).split()
        )
        for language, text in _WORDS[reason].items()
    }
