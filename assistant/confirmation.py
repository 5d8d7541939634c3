"""The code that comes with a confirmation: minted when the card is shown, for exactly that, for that person, once.

RTS (EU) 2018/389, article 5, asks for a code that is specific to amount and payee and that any change of them makes
invalid. Ours is an HMAC over the digest of the canonical bytes (amount, payee, account, date, text), the person, the
login session, the organisation and the version of the rules. It cannot be made without the house's key, and no tool,
prompt or message ever carries it; the decision keeps its hash, and that once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from assistant.canonical import canonical
from assistant.clock import Clock, utc_now
from assistant.proposal import Proposal
from assistant.stores.proposals import DecisionRow

_WRITTEN = re.compile(r"[0-9a-f]{1,12}\.[A-Za-z0-9_-]{43}")
"""A code as `mint` writes it; whatever else a lenient reader could take for the same is none."""


class Shown(StrEnum):
    """What a code proves."""

    NOW = "now"
    """This card was shown to this person in this session a short time ago, under these rules."""
    TOO_LONG_AGO = "too_long_ago"
    NEVER = "never"
    """No code, or one that was made for something or somebody else."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who looks at a card, and through which login session."""

    person_id: str
    session_id: str


class Confirmations:
    """Mints and checks the codes."""

    def __init__(self, key: str, *, minutes: float, clock: Clock = utc_now) -> None:
        if len(key) < 32:
            raise ValueError("the key of confirmations must have at least 32 characters")
        self._key, self._valid, self._clock = key.encode(), timedelta(minutes=minutes), clock

    def mint(self, proposal: Proposal, seat: Seat) -> str:
        """The code for that card in front of that person; "" where nobody is signed in."""
        if not seat.session_id or not seat.person_id:
            return ""
        return self._code(proposal, seat, int(self._clock().timestamp()))

    def check(self, code: str, proposal: Proposal, seat: Seat) -> Shown:
        """What that code proves about this card, this person and this session."""
        if _WRITTEN.fullmatch(code) is None:
            return Shown.NEVER
        shown_at = int(code.partition(".")[0], 16)
        if not hmac.compare_digest(code, self._code(proposal, seat, shown_at)):
            return Shown.NEVER
        age = self._clock().timestamp() - shown_at
        return Shown.NOW if -1 <= age <= self._valid.total_seconds() else Shown.TOO_LONG_AGO

    def seal(self, decision: DecisionRow, number: int) -> str:
        """What makes the decision on proposal P-`number` one of ours, whatever else is in the tables."""
        about = canonical(
            {
                "purpose": "decision",
                "proposal": decision.proposal_id,
                "number": number,
                "verdict": str(decision.verdict),
                "digest": decision.digest,
                "organisation": decision.organisation_id,
                "policy": decision.policy_version,
                "proposer": decision.proposer_id,
                "person": decision.person_id,
                "session": decision.session_id,
                "second_person": decision.second_person,
                "confirmation": decision.confirmation or "",
                "step_up": decision.step_up_id or "",
                "reason": decision.reason,
                "at": decision.at,
            }
        )
        return hmac.new(self._key, about, hashlib.sha256).hexdigest()

    def is_sealed(self, decision: DecisionRow, number: int) -> bool:
        """Whether this house decided exactly that."""
        return hmac.compare_digest(decision.seal.encode(), self.seal(decision, number).encode())

    def _code(self, proposal: Proposal, seat: Seat, shown_at: int) -> str:
        about = canonical(
            {
                "purpose": "confirm",
                "proposal": proposal.id,
                "number": proposal.number,
                "digest": proposal.digest,
                "organisation": proposal.organisation_id,
                "policy": proposal.policy_version,
                "person": seat.person_id,
                "session": seat.session_id,
                "shown_at": shown_at,
            }
        )
        made = hmac.new(self._key, about, hashlib.sha256).digest()
        return f"{shown_at:x}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def fingerprint(code: str) -> str:
    """What is kept of a code that was used: enough to see it again, nothing to use."""
    return hashlib.sha256(code.encode()).hexdigest()
