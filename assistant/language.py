"""In which language a person writes, so that answers, cards and errors come in that language.

The product speaks English and German. Anything else is answered in English by code; a model may do better.
"""

from __future__ import annotations

import re

from tools.errors import Language

DEFAULT: Language = "en"
SPOKEN: tuple[Language, ...] = ("en", "de")

_ENGLISH = """
a all am an and any are at bill bills by can could did do does for from give has have how i in invoice invoices is it
last list many me month much my of on open our out overdue owe owed owes paid pay please received show since that the
their them this to today too unpaid us waiting was we week what when where which who whose why with year yes yesterday
you your
"""
_GERMAN = """
alle alles am an auf aus bei bezahle bezahlen bezahlt bis bitte dem den der die diese diesem diesen dieser dieses das du
ein eine einem einen einer es fällig fällige fälligen für gestern gib haben hat heute ich ihr im ist ja jahr kann kannst
kontostand letzte letzten letzter lieferanten liste mich mir mit monat nach nein nicht noch offen offene offenen
rechnung rechnungen rechnungsnummer schulden schuldet seit sind und uns unser unsere unserem unseren unserer vom von
vor wann warten wartet was welche welcher welches wer wie wieviel wir wo woche überfällig überfällige überfälligen
überweise überweisen wurde wurden zahl zahle zahlen zahlung zahlungen zeig zeige zu zum zur
"""
_WORDS: dict[Language, frozenset[str]] = {"en": frozenset(_ENGLISH.split()), "de": frozenset(_GERMAN.split())}
_WORD = re.compile(r"[a-zäöüß]+")
_GERMAN_LETTERS = re.compile(r"[äöüß]")
_LOOKED_AT = 2_000
"""Characters that decide; more of a long text would not change the answer."""


def detect(text: str, fallback: Language = DEFAULT) -> Language:
    """The language of `text`; `fallback` where it gives no sign of either (a number, a name, "ok")."""
    words = _WORD.findall(text[:_LOOKED_AT].lower())
    english = sum(word in _WORDS["en"] for word in words)
    german = sum(word in _WORDS["de"] for word in words)
    if german == english:
        # A name with an umlaut inside an English sentence must not turn it: letters only break a tie.
        if german and _GERMAN_LETTERS.search(text[:_LOOKED_AT].lower()):
            return "de"
        return fallback
    return "de" if german > english else "en"


def of_browser(header: str) -> Language:
    """The first language of an Accept-Language header that the product speaks (RFC 9110, without weights)."""
    for part in header.split(",")[:10]:
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in SPOKEN:
            return tag
    return DEFAULT


def name_of(language: Language) -> str:
    """The language's English name, for the prompt."""
    return {"en": "English", "de": "German"}.get(language, "English")
