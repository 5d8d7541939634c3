"""The offline model: an OpenAI-compatible server whose answers come from rules, slots and a small sentence encoder.

It reads only what a request carries (transcript, tools, tool results) and is deterministic: the same request gets the
same answer. See docs/language.md.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from sandbox.control import Control
    from sandbox.ports import Ports


def build(control: "Control", *, ports: "Ports", scale: int, limits: bool = True) -> "Starlette":
    """The model provider as a web application; `ports`, `scale` and `limits` mean nothing to it."""
    from sandbox.model.api import application
    from sandbox.model.encoder import SentenceEncoder

    return application(control, SentenceEncoder())
