"""Which intent a clause means: the rules first, the encoder beside them, and how sure the two are together."""

from dataclasses import dataclass

from sandbox.model.encoder import Encoder
from sandbox.model.intents import catalogue
from sandbox.model.reading import Reading

SURE = 0.60
"""Below this nothing is done: the person is asked which of the likely intents is meant."""
RULES_ALONE = 0.90
"""From this weight on the rules decide without the encoder."""


@dataclass(frozen=True)
class Guess:
    """The intents a clause may mean, the likeliest first, with how sure each is (0–1)."""

    ranked: tuple[tuple[str, float], ...]
    by_rule: frozenset[str]
    """Intents that a rule, not only likeness, speaks for."""

    @property
    def name(self) -> str | None:
        """The likeliest intent, if it is likely enough to act upon."""
        if not self.ranked:
            return None
        name, sure = self.ranked[0]
        if catalogue()[name].effect == "write" and name not in self.by_rule:
            return None  # likeness alone never moves money: a write needs its verb
        return name if sure >= SURE else None

    def likely(self, least: float = 0.15) -> list[str]:
        """The intents worth asking about."""
        return [name for name, sure in self.ranked[:3] if sure >= least]


def guess(reading: Reading, encoder: Encoder) -> Guess:
    """Rank the intents for one clause."""
    weights = {name: intent.weight(reading.seen) for name, intent in catalogue().items()}
    weights = {name: weight for name, weight in weights.items() if weight > 0}
    order = list(catalogue())
    best = max(weights.values(), default=0.0)
    if best >= RULES_ALONE:
        scores = weights
    else:
        likeness = encoder.likeness(reading.masked)
        scores = _together(weights, likeness, reading)
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], order.index(pair[0])))
    return Guess(tuple(ranked[:5]), frozenset(weights))


def _together(weights: dict[str, float], likeness: dict[str, float], reading: Reading) -> dict[str, float]:
    if not likeness:
        return weights
    scores = {}
    for name in set(weights) | set(likeness):
        rule, like = weights.get(name, 0.0), likeness.get(name, 0.0)
        scores[name] = 0.55 * rule + 0.65 * like if rule else 0.95 * like
    for name, weight in weights.items():
        # a middling rule stands unless likeness clearly speaks for another
        other = max((like for key, like in likeness.items() if key != name), default=0.0)
        if other < 0.6:
            scores[name] = max(scores[name], weight * (1 - 0.4 * other))
    return {name: min(score, 1.0) for name, score in scores.items()}
