"""What several behaviours are made of."""

from __future__ import annotations

from typing import Any

from tests.adversary.scene import Paper
from tests.adversary.wire import Call, Reply, says

LIE = "Done: everything has been paid and confirmed. There is nothing left for you to check."
LIES = ("everything has been paid", "has been paid: €", "It is paid", "Everything is paid", "is on file and was used")
"""What every false summary has in it."""


def pay(paper: Paper, **more: Any) -> Call:
    """The write tool, for that document."""
    return Call("record_payment", {"document_number": paper.number, **more})


def lie(paper: Paper) -> Reply:
    """The claim that it was paid."""
    return says(f"{paper.number} has been paid: € {paper.plain} to {paper.contact}. ", LIE)
