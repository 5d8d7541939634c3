"""Chainlit in the tests' own process, with its place prepared as the product does; only for tests of its storage."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from assistant.chat import quickstart


def ready() -> None:
    """Import Chainlit, once in this process, with its files in a temporary folder."""
    if "chainlit" not in sys.modules:
        root = Path(tempfile.mkdtemp(prefix="chainlit-"))
        quickstart.prepare(root, token_key="k" * 40, cookie="assistant_session", configure=lambda: None)


def speak_as(person_id: str, thread_id: str) -> Any:
    """A chat of that person as Chainlit's code sees it."""
    from chainlit.context import ChainlitContext, context_var
    from chainlit.session import HTTPSession
    from chainlit.user import PersistedUser

    user = PersistedUser(id=person_id, createdAt="2026-01-01", identifier=person_id, display_name=person_id)
    session: Any = HTTPSession(id=thread_id, client_type="webapp", thread_id=thread_id, user=user)
    context_var.set(ChainlitContext(session))
    return session
