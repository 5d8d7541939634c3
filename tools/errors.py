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
from datetime import datetime

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


class ToolFailed(ToolError):
    """Final for this request: the person must be told. Nothing was written."""


class ProviderUnavailable(ToolFailed):
    """The provider is down, too slow, or answered something that is not its format."""

    def __init__(self, provider: str, *, reason: str = "") -> None:
        self.provider, self.reason = provider, reason
        super().__init__(
            {
                "en": f"{provider} did not give a usable answer ({reason or 'no answer'}). Nothing was changed. "
                "Try again in a minute.",
                "de": f"{provider} hat nicht brauchbar geantwortet ({reason or 'keine Antwort'}). "
                "Es wurde nichts geändert. Bitte in einer Minute noch einmal versuchen.",
            }
        )


class ProviderBusy(ToolFailed):
    """The provider's call limit is used up; `until` is when it may be asked again (aware)."""

    def __init__(self, provider: str, *, until: datetime, limit: str = "minute") -> None:
        self.provider, self.until, self.limit = provider, until, limit
        at = until.strftime("%H:%M:%S")
        super().__init__(
            {
                "en": f"{provider} allows no more calls until {at} UTC ({limit} limit). Nothing was changed. "
                "Ask again after that.",
                "de": f"{provider} erlaubt bis {at} UTC keine weiteren Abrufe (Limit: {limit}). "
                "Es wurde nichts geändert. Bitte danach noch einmal fragen.",
            }
        )


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


class ProviderRefused(ToolFailed):
    """The provider refused the request; `said` is its own message, shown as it is."""

    def __init__(self, provider: str, *, said: str, status: int) -> None:
        self.provider, self.said, self.status = provider, said, status
        super().__init__(
            {
                "en": f"{provider} refused: {said} Nothing was changed.",
                "de": f"{provider} hat abgelehnt: {said} Es wurde nichts geändert.",
            }
        )


class OutcomeUnknown(ToolError):
    """A write was sent and its outcome is not known. It must be looked up, never repeated with a new key."""

    def __init__(self, provider: str, *, reason: str) -> None:
        self.provider, self.reason = provider, reason
        super().__init__(
            {
                "en": f"{provider} did not say whether it was done ({reason}). We are finding out; do not pay again.",
                "de": f"{provider} hat nicht bestätigt, ob es ausgeführt wurde ({reason}). Wir klären das; "
                "bitte nicht noch einmal zahlen.",
            }
        )
