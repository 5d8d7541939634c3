"""How quotes and purchase orders are called, and their states, in words."""

from __future__ import annotations

from tools import words
from tools.errors import Language
from tools.views import Tone
from tools.xero.trade import Form, TradePaper

_NOUNS: dict[Form, tuple[tuple[str, str], tuple[str, str]]] = {
    "quote": (("quote", "quotes"), ("Angebot", "Angebote")),
    "order": (("purchase order", "purchase orders"), ("Bestellung", "Bestellungen")),
}
_STATES = {
    "DRAFT": ("draft", "Entwurf"),
    "SENT": ("sent", "versandt"),
    "ACCEPTED": ("accepted", "angenommen"),
    "DECLINED": ("declined", "abgelehnt"),
    "INVOICED": ("invoiced", "berechnet"),
    "SUBMITTED": ("awaiting approval", "zur Freigabe"),
    "AUTHORISED": ("approved", "freigegeben"),
    "BILLED": ("billed", "abgerechnet"),
    "DELETED": ("deleted", "gelöscht"),
}
_TONES: dict[str, Tone] = {
    "DRAFT": "waiting",
    "SENT": "waiting",
    "SUBMITTED": "waiting",
    "ACCEPTED": "done",
    "INVOICED": "done",
    "BILLED": "done",
    "DECLINED": "refused",
}


def opening(text: str) -> str:
    """The text as a sentence begins; the numbers in it keep their letters."""
    return text[:1].upper() + text[1:]


def counted(form: Form, count: int, language: Language) -> str:
    """ "3 quotes", "in 2 Angeboten": after a preposition."""
    dative = "Angeboten" if form == "quote" and count != 1 else noun(form, "de", count)
    return f"{count} {words.say(language, noun(form, 'en', count), dative)}"


def noun(form: Form, language: Language, count: int = 1) -> str:
    """ "quote", "Bestellungen"."""
    en, de = _NOUNS[form]
    return words.say(language, en[count != 1], de[count != 1])


def state_word(status: str, language: Language) -> str:
    """A state in the person's words; one that Xero invented since as Xero writes it."""
    known = _STATES.get(status)
    return words.say(language, *known) if known else words.visible(status.lower())


def state_tone(status: str) -> Tone:
    """What a state means."""
    return _TONES.get(status, "neutral")


def until_label(form: Form, language: Language) -> str:
    """What its second day is."""
    if form == "quote":
        return words.say(language, "Valid until", "Gültig bis")
    return words.say(language, "Delivery", "Lieferung")


def titled(paper: TradePaper, language: Language) -> str:
    """The paper with its contact: "quote QU-0001 to Dupont SA"."""
    way = words.say(language, "to", "an")
    return f"{noun(paper.form, language)} {words.visible(paper.number)} {way} {words.visible(paper.contact_name)}"
