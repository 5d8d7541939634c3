"""Several things in one write: all of them or none, or each with its own outcome when the client asks for that."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from sandbox.xero.call import Call
from sandbox.xero.refusals import Invalid, echo
from sandbox.xero.wire import Json, Raw, elements

P = TypeVar("P")


def one_sent(call: Call, plural: str) -> Json:
    """The first of the things sent. Raises Invalid when there is none."""
    sent = elements(call.json(), plural)
    if not sent:
        raise Invalid(echo({}, f"No {_words(plural)} were sent"))
    return sent[0]


def write_all(
    call: Call,
    plural: str,
    prepare: Callable[[Json], P],
    keep: Callable[[Json, P], Json | Raw],
    same: Callable[[P], tuple[str, str]],
    *,
    flag: str = "HasErrors",
) -> Json:
    """Prepares each thing sent (which may raise Invalid), and keeps it.

    With summarizeErrors (usual) nothing is kept when anything is wrong. `same` gives what no two of one request may
    share (empty when there is nothing of the kind) and the message when they do.
    """
    sent = elements(call.json(), plural)
    if not sent:
        raise Invalid(echo({}, f"No {_words(plural)} were sent"))
    if call.flag("summarizeErrors", True):
        _try_all(sent, prepare, same)
        return {plural: [keep(body, prepare(body)) for body in sent]}
    answers: list[Json | Raw] = []
    for body in sent:
        try:
            answers.append(_marked(keep(body, prepare(body))))
        except Invalid as refusal:
            answers.append({**refusal.elements[0], "StatusAttributeString": "ERROR", flag: True})
    return {plural: answers}


def _try_all(sent: list[Json], prepare: Callable[[Json], P], same: Callable[[P], tuple[str, str]]) -> None:
    failed: list[Json] = []
    taken = set[str]()
    for body in sent:
        try:
            shared, message = same(prepare(body))
            if shared and shared in taken:
                raise Invalid(echo(body, message))
            taken.add(shared)
        except Invalid as refusal:
            failed += refusal.elements
    if failed:
        raise Invalid(*failed)


def _marked(made: Json | Raw) -> Json | Raw:
    if isinstance(made, Raw):
        return Raw(made.text[:-1] + ',"StatusAttributeString":"OK"}')
    return {**made, "StatusAttributeString": "OK"}


def _words(plural: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plural).lower()
