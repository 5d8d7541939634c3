"""Which quote or purchase order is meant by what somebody typed: certain, or asked about."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from tools import words
from tools.base import Access
from tools.errors import Choice, Language, ProviderRefused, ToolRetry
from tools.money import Money
from tools.xero.books import Contact
from tools.xero.names import bare_digits, number_key
from tools.xero.trade import Form, TradePaper
from tools.xero.trade_words import noun, state_word

_MOST_CHOICES = 10
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NEAR = 80
"""How alike two numbers are, of 100, to be offered instead of one that is not there."""


async def paper_meant(access: Access, form: Form, typed: str, contact: Contact | None = None) -> TradePaper:
    """The one with that number, id or last digits, read live with its lines. Raises ToolRetry."""
    if not typed.strip():
        raise ToolRetry(
            {
                "en": f"Which {noun(form, 'en')}? Its number is missing.",
                "de": f"Welche Nummer hat {'das Angebot' if form == 'quote' else 'die Bestellung'}?",
            }
        )
    text, key = words.without_invisible(typed).strip(), number_key(typed)
    straight = await _straight(access, form, text)
    if straight is not None and (contact is None or straight.contact_id == contact.id):
        return straight
    every = await access.trade.papers(form)
    if contact is not None:
        every = [one for one in every if one.contact_id == contact.id]
    for found in (
        [one for one in every if one.id.casefold() == text.casefold()],
        [one for one in every if one.number.casefold() == text.casefold()],
        [one for one in every if number_key(one.number) == key],
        [one for one in every if text.isdigit() and bare_digits(one.number).lstrip("0") == text.lstrip("0")],
    ):
        if len(found) == 1:
            return await access.trade.paper(form, found[0].id)
        if found:
            raise ToolRetry(
                {
                    "en": f"{len(found)} {noun(form, 'en', 2)} could be meant. Which one?",
                    "de": f"{len(found)} {noun(form, 'de', 2)} können gemeint sein. "
                    f"{'Welches' if form == 'quote' else 'Welche'} davon?",
                },
                choices=_choices(found, access.language),
            )
    low = text.casefold()
    near = sorted(every, key=lambda one: -fuzz.ratio(one.number.casefold(), low))
    near = [one for one in near if fuzz.ratio(one.number.casefold(), low) >= _NEAR]
    shown = words.visible(text[:40])
    raise ToolRetry(
        {
            "en": f"There is no {noun(form, 'en')} numbered {shown}.",
            "de": f"Es gibt {'kein Angebot' if form == 'quote' else 'keine Bestellung'} mit der Nummer {shown}.",
        },
        choices=_choices(near, access.language),
    )


async def _straight(access: Access, form: Form, text: str) -> TradePaper | None:
    """The only living one with exactly that id or number, asked of Xero by it, so that none of the others is read."""
    if _ID.fullmatch(text):
        try:
            return await access.trade.paper(form, text)
        except ProviderRefused as refused:
            if refused.status != 404:
                raise
            return None
    if text.isdigit():
        return None
    found = [one for one in await access.trade.numbered(form, text) if one.status != "DELETED"]
    return await access.trade.paper(form, found[0].id) if len(found) == 1 else None


def _choices(found: list[TradePaper], language: Language) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            " · ".join(
                (
                    words.visible(one.number),
                    words.visible(one.contact_name),
                    words.money(Money(one.total, one.currency), language),
                    state_word(one.status, language),
                )
            ),
            number=one.number,
            id=one.id,
        )
        for one in found[:_MOST_CHOICES]
    )
