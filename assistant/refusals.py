"""Why a decision was not accepted, in words: what happened, what was not done, what to do next."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

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


class Refusal(Exception):
    """A proposal or decision was refused. Nothing was written to any provider."""

    def __init__(self, reason: RefusalReason, *, label: str = "", detail: dict[Language, str] | None = None) -> None:
        self.reason = reason
        self.words = refusal_words(reason, label, detail or {})
        super().__init__(self.words["en"])

    def text(self, language: Language) -> str:
        """The words in that language; English where there are none."""
        return self.words.get(language) or self.words["en"]


def refusal_words(reason: RefusalReason, label: str, detail: dict[Language, str]) -> dict[Language, str]:
    """The sentences for the person who was refused; `label` is "P-7", `detail` what is known beyond the reason."""
    it_en, it_de = label or "This", label or "Dies"
    card_en, card_de = label or "this card", label or "diese Karte"
    more_en, more_de = detail.get("en", ""), detail.get("de", "")
    match reason:
        case RefusalReason.NOT_ALLOWED:
            return {
                "en": f"You may not decide on {card_en}. {more_en} Nothing was written. "
                "Ask a person with that role: the card is under “Waiting for me” in their chat.",
                "de": f"Sie dürfen über {card_de} nicht entscheiden. {more_de} Es wurde nichts geschrieben. "
                "Bitten Sie eine Person mit dieser Rolle: Die Karte steht in deren Chat unter „Wartet auf mich“.",
            }
        case RefusalReason.OTHER_ORGANISATION:
            return {
                "en": f"{it_en} belongs to another organisation than this conversation. Nothing was written. "
                "Open a conversation of that organisation.",
                "de": f"{it_de} gehört zu einer anderen Organisation als dieses Gespräch. Es wurde nichts geschrieben. "
                "Öffnen Sie ein Gespräch dieser Organisation.",
            }
        case RefusalReason.DIGEST_MISMATCH:
            return {
                "en": f"What was to be confirmed is not what is stored for {card_en}. Nothing was written. "
                "Reload the page and read the card again; if this comes back, tell an admin.",
                "de": f"Was bestätigt werden sollte, ist nicht das, was zu {card_de} gespeichert ist. "
                "Es wurde nichts geschrieben. Laden Sie die Seite neu und lesen Sie die Karte noch einmal; "
                "wenn das wieder geschieht, verständigen Sie eine Person mit der Rolle admin.",
            }
        case RefusalReason.EXPIRED:
            return {
                "en": f"{it_en} was not confirmed in time and has expired. Nothing was written. Ask for it again.",
                "de": f"{it_de} wurde nicht rechtzeitig bestätigt und ist abgelaufen. Es wurde nichts geschrieben. "
                "Bitte noch einmal anfordern.",
            }
        case RefusalReason.ALREADY_DECIDED:
            return {
                "en": f"{it_en} has been decided already. {more_en} This click changed nothing.",
                "de": f"{it_de} ist bereits entschieden. {more_de} Dieser Klick hat nichts geändert.",
            }
        case RefusalReason.CHANGED:
            return {
                "en": f"{it_en} no longer holds. {more_en} Nothing was written. Look at the newer card or ask again.",
                "de": f"{it_de} gilt nicht mehr. {more_de} Es wurde nichts geschrieben. "
                "Sehen Sie die neuere Karte an oder fragen Sie noch einmal.",
            }
        case RefusalReason.UNKNOWN_PROPOSAL:
            return {
                "en": "There is no such proposal. Nothing was written. Reload the page, or ask again.",
                "de": "Diesen Vorschlag gibt es nicht. Es wurde nichts geschrieben. "
                "Laden Sie die Seite neu oder fragen Sie noch einmal.",
            }
        case RefusalReason.SESSION_OVER:
            return {
                "en": f"Your login has ended, so {card_en} was not decided. Nothing was written. "
                "Sign in again and decide then.",
                "de": f"Ihre Anmeldung ist beendet, daher wurde über {card_de} nicht entschieden. "
                "Es wurde nichts geschrieben. Melden Sie sich neu an und entscheiden Sie dann.",
            }
        case _:
            assert_never(reason)
