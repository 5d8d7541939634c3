"""Every word that the model is told, as Markdown files beside this one, filled in strictly.

A placeholder is `{{name}}`. A file that asks for a value that was not given, or a value that no placeholder uses,
is a mistake that shows at once: a model must never read half a rule.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_HERE = Path(__file__).parent
_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


class PromptError(ValueError):
    """A prompt and the values given for it do not fit together."""


@lru_cache(maxsize=32)
def _template(name: str) -> str:
    path = _HERE / f"{name}.md"
    if not re.fullmatch(r"[a-z_]+", name) or not path.is_file():
        raise PromptError(f"there is no prompt called {name!r}")
    return path.read_text(encoding="utf-8").strip()


def render(name: str, **values: str) -> str:
    """The prompt of that name with every placeholder filled in.

    Values are put in once and not read again, so that a value with braces in it cannot pull in another. Raises
    PromptError for an unknown prompt, a missing value or an unused one.
    """
    template = _template(name)
    wanted = set(_PLACEHOLDER.findall(template))
    if missing := wanted - values.keys():
        raise PromptError(f"prompt {name!r} needs {', '.join(sorted(missing))}")
    if unused := values.keys() - wanted:
        raise PromptError(f"prompt {name!r} does not use {', '.join(sorted(unused))}")
    return _PLACEHOLDER.sub(lambda found: values[found[1]], template)
