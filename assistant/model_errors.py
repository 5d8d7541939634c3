"""What can go wrong with the language model, in words for the person: what happened, what was not done, what next."""

from __future__ import annotations

from enum import StrEnum

from tools.errors import Language


class ModelProblem(StrEnum):
    """Why there is no (whole) answer from the model."""

    UNAUTHORISED = "unauthorised"
    BUSY = "busy"
    QUOTA = "quota"
    UNKNOWN_MODEL = "unknown_model"
    TOO_LONG = "too_long"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    BROKEN_OFF = "broken_off"
    NONSENSE = "nonsense"
    TOO_MUCH = "too_much"
    DECLINED = "declined"


_WORDS: dict[ModelProblem, dict[Language, tuple[str, str]]] = {
    ModelProblem.UNAUTHORISED: {
        "en": (
            "The language model did not accept our key.",
            "An admin must check OPENAI_API_KEY and OPENAI_BASE_URL.",
        ),
        "de": (
            "Das Sprachmodell hat unseren Schlüssel nicht angenommen.",
            "Eine Person mit der Rolle admin muss OPENAI_API_KEY und OPENAI_BASE_URL prüfen.",
        ),
    },
    ModelProblem.BUSY: {
        "en": ("The language model takes no more questions at the moment.", "Ask again in a minute."),
        "de": (
            "Das Sprachmodell nimmt im Augenblick keine weiteren Fragen an.",
            "Bitte in einer Minute noch einmal fragen.",
        ),
    },
    ModelProblem.QUOTA: {
        "en": ("The language model's paid quota is used up.", "An admin must raise it with the provider."),
        "de": (
            "Das bezahlte Kontingent des Sprachmodells ist aufgebraucht.",
            "Eine Person mit der Rolle admin muss es beim Anbieter erhöhen.",
        ),
    },
    ModelProblem.UNKNOWN_MODEL: {
        "en": (
            "The language model's server does not have the model that is set.",
            "An admin must check OPENAI_MODEL.",
        ),
        "de": (
            "Der Server des Sprachmodells kennt das eingestellte Modell nicht.",
            "Eine Person mit der Rolle admin muss OPENAI_MODEL prüfen.",
        ),
    },
    ModelProblem.TOO_LONG: {
        "en": ("This conversation has become too long for the language model.", "Start a new chat and ask there."),
        "de": (
            "Dieses Gespräch ist für das Sprachmodell zu lang geworden.",
            "Bitte einen neuen Chat beginnen und dort fragen.",
        ),
    },
    ModelProblem.REFUSED: {
        "en": (
            "The language model's server refused the question.",
            "Ask in other words; if that does not help, an admin finds the reason in the log.",
        ),
        "de": (
            "Der Server des Sprachmodells hat die Frage abgelehnt.",
            "Bitte anders fragen; hilft das nicht, steht der Grund im Protokoll der Anwendung.",
        ),
    },
    ModelProblem.UNAVAILABLE: {
        "en": ("The language model has a fault at the moment.", "Ask again in a minute."),
        "de": (
            "Das Sprachmodell ist im Augenblick gestört.",
            "Bitte in einer Minute noch einmal fragen.",
        ),
    },
    ModelProblem.UNREACHABLE: {
        "en": ("The language model cannot be reached.", "Ask again in a minute."),
        "de": ("Das Sprachmodell ist nicht erreichbar.", "Bitte in einer Minute noch einmal fragen."),
    },
    ModelProblem.TIMEOUT: {
        "en": ("The language model took too long to answer.", "Ask again, or ask for less at once."),
        "de": (
            "Das Sprachmodell hat zu lange gebraucht.",
            "Bitte noch einmal fragen oder weniger auf einmal fragen.",
        ),
    },
    ModelProblem.BROKEN_OFF: {
        "en": ("The language model's answer broke off.", "What is above may be incomplete. Ask again."),
        "de": (
            "Die Antwort des Sprachmodells ist abgebrochen.",
            "Was oben steht, kann unvollständig sein. Bitte noch einmal fragen.",
        ),
    },
    ModelProblem.NONSENSE: {
        "en": ("The language model answered something that cannot be read.", "Ask again."),
        "de": (
            "Das Sprachmodell hat etwas geantwortet, das nicht lesbar ist.",
            "Bitte noch einmal fragen.",
        ),
    },
    ModelProblem.TOO_MUCH: {
        "en": ("The language model's answer was far too long and was stopped.", "Ask for less at once."),
        "de": (
            "Die Antwort des Sprachmodells war viel zu lang und wurde angehalten.",
            "Bitte weniger auf einmal fragen.",
        ),
    },
    ModelProblem.DECLINED: {
        "en": ("The language model declined to answer this.", "Ask in other words."),
        "de": ("Das Sprachmodell will darauf nicht antworten.", "Bitte anders fragen."),
    },
}
_NOTHING_WRITTEN: dict[Language, str] = {"en": "Nothing was written.", "de": "Es wurde nichts geschrieben."}


class ModelError(Exception):
    """There is no whole answer from the model; nothing was written because of it."""

    def __init__(self, problem: ModelProblem) -> None:
        self.problem = problem
        super().__init__(problem.value)

    def text(self, language: Language) -> str:
        """What happened, that nothing was written, and what to do next."""
        what, then = _WORDS[self.problem].get(language, _WORDS[self.problem]["en"])
        return f"{what} {_NOTHING_WRITTEN.get(language, _NOTHING_WRITTEN['en'])} {then}"

    @classmethod
    def of_status(cls, status: int, code: str | None) -> ModelError:
        """The problem that an HTTP status (and OpenAI's own error code) means."""
        match status, code:
            case 401 | 403, _:
                return cls(ModelProblem.UNAUTHORISED)
            case 429, "insufficient_quota":
                return cls(ModelProblem.QUOTA)
            case 429, _:
                return cls(ModelProblem.BUSY)
            case 404, _:
                return cls(ModelProblem.UNKNOWN_MODEL)
            case 413, _:
                return cls(ModelProblem.TOO_LONG)
            case 400, "context_length_exceeded":
                return cls(ModelProblem.TOO_LONG)
            case 408, _:
                return cls(ModelProblem.TIMEOUT)
            case _ if status >= 500:
                return cls(ModelProblem.UNAVAILABLE)
            case _:
                return cls(ModelProblem.REFUSED)
