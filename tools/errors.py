"""What can go wrong in a tool, by what happens next.

    ToolError
    ├── ToolRetry             the model can mend it (or must ask the person): `choices` may list candidates
    ├── ToolFailed            final: the person must be told; nothing was written
    │   ├── ProviderUnavailable   the vendor's side is down, slow or answers nonsense
    │   ├── ProviderBusy          the vendor's call limit is used up until `until`
    │   ├── ConnectionLost        the authorisation expired or was revoked; an admin must reconnect
    │   └── ProviderRefused       the vendor said no, in its own words
    └── OutcomeUnknown        a write was sent and no answer came: it may have happened; never send again blindly

Every error carries its words in each language of the product: what happened, what was *not* done, what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tools.trouble import Trouble, trouble_of

Language = str
"""BCP 47 primary tag; the product speaks "en" and "de", anything else falls back to "en"."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things that the person may have meant, as a line of a numbered list."""

    label: str
    number: str | None = None
    id: str | None = None


class ToolError(Exception):
    """Something that a tool could not do, with the words for the person in each language."""

    def __init__(self, words: Mapping[Language, str] | str) -> None:
        self.words: Mapping[Language, str] = {"en": words} if isinstance(words, str) else words
        super().__init__(self.words["en"])

    def text(self, language: Language) -> str:
        """The words in that language; English where there are none."""
        return self.words.get(language) or self.words["en"]


class ToolRetry(ToolError):
    """The model can mend it or must ask: something is missing, ambiguous or malformed. Nothing was written."""

    def __init__(self, words: Mapping[Language, str] | str, *, choices: tuple[Choice, ...] = ()) -> None:
        super().__init__(words)
        self.choices = choices

    def saying(self, nothing: Mapping[Language, str]) -> ToolRetry:
        """The same question, ending with what was not done ("Nothing was recorded") where it does not say so yet."""
        if nothing["en"].casefold()[1:] in self.words["en"].casefold():
            return self
        told = {language: f"{self.text(language)} {nothing[language]}." for language in nothing}
        return ToolRetry(told, choices=self.choices)


class ToolFailed(ToolError):
    """Final for this request: the person must be told. Nothing was written."""


class ProviderUnavailable(ToolFailed):
    """The provider is down, too slow, or answered something that is not its format.

    `reason` is for the log; the person is told `trouble`, which follows from the reason where it is not given.
    """

    def __init__(self, provider: str, *, reason: str = "", trouble: Trouble | None = None) -> None:
        told = trouble or trouble_of(reason)
        self.provider, self.reason, self.trouble = provider, reason or told.en, told
        self.happened: Mapping[Language, str] = {"en": f"{provider} {told.en}.", "de": f"{provider} {told.de}."}
        """What happened, without what to do next: for a caller that tries again by itself."""
        super().__init__(
            {
                "en": f"{self.happened['en']} Nothing was changed. Try again in a minute.",
                "de": f"{self.happened['de']} Es wurde nichts geändert. Bitte in einer Minute noch einmal versuchen.",
            }
        )


_LIMITS = {
    "minute": (" (limit per minute)", " (Limit pro Minute)"),
    "appminute": (" (limit per minute)", " (Limit pro Minute)"),
    "day": (" (limit per day)", " (Limit pro Tag)"),
    "concurrent": (" (too many calls at once)", " (zu viele Abrufe auf einmal)"),
}


class ProviderBusy(ToolFailed):
    """The provider's call limit is used up; `until` is when it may be asked again (aware).

    Its words give the time in `timezone`, the organisation's own, and say UTC where none is known.
    """

    def __init__(self, provider: str, *, until: datetime, limit: str = "minute", timezone: str = "") -> None:
        self.provider, self.until, self.limit, self.timezone = provider, until, limit, timezone
        there = until.astimezone(ZoneInfo(timezone) if timezone else UTC)
        at = there.strftime("%H:%M:%S") + ("" if timezone else " UTC")
        day_en, day_de = (f"{there.day} {there:%b %Y}, ", f"{there:%d.%m.%Y}, ") if limit == "day" else ("", "")
        why_en, why_de = _LIMITS.get(limit, ("", ""))
        self.happened: Mapping[Language, str] = {
            "en": f"{provider} allows no more calls until {day_en}{at}{why_en}.",
            "de": f"{provider} erlaubt bis {day_de}{at} keine weiteren Abrufe{why_de}.",
        }
        """What happened, without what to do next: for a caller that tries again by itself."""
        super().__init__(
            {
                "en": f"{self.happened['en']} Nothing was changed. Ask again after that.",
                "de": f"{self.happened['de']} Es wurde nichts geändert. Bitte danach noch einmal fragen.",
            }
        )

    def at_home(self, timezone: str) -> ProviderBusy:
        """The same with its time on that organisation's wall clock."""
        return ProviderBusy(self.provider, until=self.until, limit=self.limit, timezone=timezone)


class ConnectionLost(ToolFailed):
    """The authorisation to the provider expired or was revoked; an admin has to connect again."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        super().__init__(
            {
                "en": f"The connection to {provider} has expired or was revoked. Nothing was changed. "
                f"An admin must connect {provider} again.",
                "de": f"Die Verbindung zu {provider} ist abgelaufen oder wurde widerrufen. Es wurde nichts geändert. "
                f"Eine Person mit der Rolle admin muss {provider} neu verbinden.",
            }
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """What a provider says no to, and what the person can do about it, in English and in German."""

    en: str
    de: str
    then_en: str = ""
    then_de: str = ""


NO_SUCH_RECORD = Refused(
    "there is no such record (any more).",
    "diesen Datensatz gibt es dort nicht (mehr).",
    "Ask for the list again; it may have been deleted or merged.",
    "Bitte die Liste noch einmal abfragen; vielleicht wurde er gelöscht oder zusammengeführt.",
)
NO_PERMISSION = Refused(
    "the connection lacks the permission (scope) for this.",
    "der Verbindung fehlt dafür die Berechtigung (Scope).",
    "An admin must connect it again with that permission.",
    "Eine Person mit der Rolle admin muss sie mit dieser Berechtigung neu verbinden.",
)


def bad_credentials(code: str = "") -> Refused:
    """The app itself is not let in; `code` is the provider's own word for it."""
    shown = f" ({code})" if code else ""
    return Refused(
        f"the client id or secret is not accepted{shown}.",
        f"Client-ID oder Secret werden nicht angenommen{shown}.",
        "Tell an admin: the credentials in the settings have to be corrected.",
        "Bitte eine Person mit der Rolle admin verständigen: die Zugangsdaten in den Einstellungen stimmen nicht.",
    )


def not_accepted(status: int) -> Refused:
    """A refusal without a reason."""
    return Refused(
        f"the request was not accepted (HTTP {status}).",
        f"die Anfrage wurde nicht angenommen (HTTP {status}).",
        "If it happens again, tell an admin.",
        "Wenn das wieder geschieht, bitte eine Person mit der Rolle admin verständigen.",
    )


class ProviderRefused(ToolFailed):
    """The provider refused the request; `said` is its own message, shown as it is, or one of ours in both languages."""

    def __init__(self, provider: str, *, said: str | Refused, status: int) -> None:
        why = Refused(said, said) if isinstance(said, str) else said
        self.provider, self.said, self.status = provider, why.en, status
        then_en = why.then_en or f"Check it in {provider}, then ask again."
        then_de = why.then_de or f"Bitte in {provider} prüfen und dann noch einmal fragen."
        super().__init__(
            {
                "en": f"{provider} refused: {why.en} Nothing was changed. {then_en}",
                "de": f"{provider} hat abgelehnt: {why.de} Es wurde nichts geändert. {then_de}",
            }
        )


class OutcomeUnknown(ToolError):
    """A write was sent and its outcome is not known. It must be looked up, never repeated with a new key.

    `reason` is for the log; the person is told `trouble`, which follows from the reason where it is not given. What
    nobody should do meanwhile (pay again, change it again) is said beside it, by whoever knows what was to be written.
    """

    def __init__(self, provider: str, *, reason: str = "", trouble: Trouble | None = None) -> None:
        told = trouble or trouble_of(reason)
        self.provider, self.reason, self.trouble = provider, reason or told.en, told
        super().__init__(
            {
                "en": f"{provider} {told.en}, so it is not known yet whether it was done. We are finding out.",
                "de": f"{provider} {told.de}; ob es ausgeführt wurde, ist noch nicht bekannt. Wir klären das.",
            }
        )
