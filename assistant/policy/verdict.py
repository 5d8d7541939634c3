"""What the rules say of one write: each thing that was looked at, whether it holds, and what else is needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tools.base import WriteKind
from tools.errors import Language

Words = dict[Language, str]


class Need(StrEnum):
    """What a confirmation needs beyond the role."""

    SECOND_PERSON = "second_person"
    """Somebody else than the proposer confirms."""
    STEP_UP = "step_up"
    """A fresh sign-in with a second factor, for exactly this."""
    REASON = "reason"
    """An approver says why it is not the same payment once more."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was looked at; `code` names it in the audit trail."""

    code: str
    passed: bool
    words: Words


class Earlier(BaseModel):
    """Another payment that may be the same one; amounts in minor units, moments and days as ISO text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    """"P-7" for one of ours; empty for one that is in the books."""
    number: str
    minor: int
    currency: str
    payee: str
    day: str
    who: str = ""
    """Who asked for it, where it was one of ours."""
    done: bool = True
    """Whether it is carried out; else it is confirmed and under way."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody has stopped all writes of the organisation."""

    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole answer. Allowed only when everything that was looked at holds."""

    kind: WriteKind
    policy_version: str
    reasons: tuple[Reason, ...]
    needs: frozenset[Need] = frozenset()
    earlier: tuple[Earlier, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether nothing stands against it. Looking at nothing allows nothing."""
        return bool(self.reasons) and all(reason.passed for reason in self.reasons)

    @property
    def against(self) -> tuple[Reason, ...]:
        """What does not hold."""
        return tuple(reason for reason in self.reasons if not reason.passed)

    def words(self) -> Words:
        """Why it is refused, with what would help, for the person."""
        return joined(reason.words for reason in self.against)

    def explained(self) -> dict[Language, list[str]]:
        """Every line of the decision, in each language."""
        return {
            language: [reason.words.get(language) or reason.words["en"] for reason in self.reasons]
            for language in ("en", "de")
        }

    def facts(self) -> dict[str, object]:
        """What the audit trail keeps of it."""
        return {
            "policy_version": self.policy_version,
            "verdict": "allowed" if self.allowed else "refused",
            "reasons": [reason.code if reason.passed else f"not:{reason.code}" for reason in self.reasons],
            "explained": self.explained()["en"],
            "needs": sorted(self.needs),
        }


def joined(words: Iterable[Words]) -> Words:
    """Several sentences as one text, in each language."""
    all_words = list(words)
    return {language: " ".join(each.get(language) or each["en"] for each in all_words) for language in ("en", "de")}
