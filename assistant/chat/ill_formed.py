"""Clicks that none of our cards sends: what is wrong with them, in words for the person and in one for the audit trail.

A page sends only what a card shows; whoever forges a click, or types a text that is too long, is told what does not
hold and that nothing was written. What was sent is never repeated: it may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import ValidationError

from assistant.card_words import field_name
from tools.errors import Language

LONGEST_FIELD = 200
"""Characters of an edited field; Xero's own limit for a reference is only a little higher."""
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SENTENCES: dict[str, dict[Language, str]] = {
    "unreadable": {
        "en": "This click cannot be read. Nothing was written. Reload the page and use the buttons on the card.",
        "de": "Dieser Klick ist nicht lesbar. Es wurde nichts geschrieben. Bitte die Seite neu laden und die "
        "Schaltflächen der Karte benutzen.",
    },
    "proposal_id": {
        "en": "This click does not say for which card it is. Nothing was written. Reload the page and use the buttons "
        "on the card.",
        "de": "Dieser Klick sagt nicht, zu welcher Karte er gehört. Es wurde nichts geschrieben. Bitte die Seite neu "
        "laden und die Schaltflächen der Karte benutzen.",
    },
    "digest": {
        "en": "This click does not say what the card showed, so nothing was decided or written. Reload the page and "
        "read the card again.",
        "de": "Dieser Klick sagt nicht, was auf der Karte stand; deshalb wurde nichts entschieden und nichts "
        "geschrieben. Bitte die Seite neu laden und die Karte noch einmal lesen.",
    },
    "verdict": {
        "en": "That is not something one can decide: a card can be confirmed or cancelled. Nothing was written.",
        "de": "Das kann man nicht entscheiden: Eine Karte lässt sich bestätigen oder abbrechen. Es wurde nichts "
        "geschrieben.",
    },
    "not_editable": {
        "en": "Only the amount, the date, the account and the reference can be changed; another payee or document is "
        "another payment. Nothing was changed. Ask for that payment in the chat.",
        "de": "Ändern lassen sich nur Betrag, Datum, Konto und Verwendungszweck; ein anderer Empfänger oder Beleg ist "
        "eine andere Zahlung. Es wurde nichts geändert. Bitte diese Zahlung im Chat anfordern.",
    },
    "too_long": {
        "en": "{field}: at most {most} characters are possible, this has {has}. Nothing was changed. Shorten it and "
        "send it again.",
        "de": "{field}: Höchstens {most} Zeichen sind möglich, das sind {has}. Es wurde nichts geändert. Bitte kürzen "
        "und noch einmal senden.",
    },
    "not_text": {
        "en": "{field}: this is not a text as one types it into the field. Nothing was changed.",
        "de": "{field}: Das ist kein Text, wie man ihn in das Feld schreibt. Es wurde nichts geändert.",
    },
    "too_much": {
        "en": "This click carries more than a card sends. Nothing was written. Reload the page and use the buttons on "
        "the card.",
        "de": "Dieser Klick enthält mehr, als eine Karte sendet. Es wurde nichts geschrieben. Bitte die Seite neu "
        "laden und die Schaltflächen der Karte benutzen.",
    },
    "no_such_click": {
        "en": "There is no such button here. Nothing was written. Reload the page and use the buttons on the card.",
        "de": "Eine solche Schaltfläche gibt es hier nicht. Es wurde nichts geschrieben. Bitte die Seite neu laden und "
        "die Schaltflächen der Karte benutzen.",
    },
}


def what_is_wrong(error: ValidationError) -> tuple[str, str]:
    """Which sentence fits the first fault of a click, and of which field it speaks ("" for the click as a whole)."""
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"]]
    if not place:
        return "unreadable", ""
    if place[0] == "fields":
        if len(place) == 1:
            return "unreadable", ""
        if place[-1] == "[key]":
            return "not_editable", ""
        return ("too_long" if first["type"] == "string_too_long" else "not_text"), place[1]
    return (place[0] if place[0] in _SENTENCES else "too_much"), ""


def told(what: str, field: str, payload: object, language: Language) -> str:
    """The sentence for the person."""
    fields = payload.get("fields") if isinstance(payload, Mapping) else None
    typed = fields.get(field) if field and isinstance(fields, Mapping) else None
    has = f"{len(typed):,}" if isinstance(typed, str) else ""
    words = _SENTENCES[what]
    return words.get(language, words["en"]).format(
        field=field_name(field, language) if field else "",
        most=LONGEST_FIELD,
        has=has.replace(",", ".") if language == "de" else has,
    )


def named_proposal(payload: object) -> str:
    """The proposal that a click names, if what it names could be one; else nothing."""
    named = payload.get("proposal_id") if isinstance(payload, Mapping) else None
    return named if isinstance(named, str) and _UUID.fullmatch(named) else ""
