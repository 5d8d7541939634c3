# ruff: noqa: E501  (word tables: one line a pattern)
"""What has to be asked before a tool may be called: an amount or a day that does not say one thing, our own invoice."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sandbox.model.bind import Missing, Offered
from sandbox.model.intents import catalogue
from sandbox.model.odd_days import around
from sandbox.model.pending import Pending
from sandbox.model.plan import Wish
from sandbox.model.say import label, numbered, question, say
from sandbox.model.slots import fill
from sandbox.model.spans import Span
from sandbox.model.values import UNSURE_AMOUNT, UNSURE_DAY, Name

Doubt = tuple[str, Pending]


_LATE_FOR = re.compile(
    r"(?:over|more than|longer than|older than|for|since|uber|mehr als|langer als|seit(?: uber| mehr als)?|piu di|da oltre|plus de|depuis) (?P<days>\d{1,4}) (?:days?|tage?n?|giorni|jours)"
)


def settled(wish: Wish, offered: Offered, today: date) -> Wish:
    """The wish as the offered tools serve it best, with a day whose month can only be one."""
    return _with_day(_served(wish, offered, today), offered, today)


def _served(wish: Wish, offered: Offered, today: date) -> Wish:
    """With tools that look names up themselves: what is owed is every open document, not only the overdue ones."""
    if not offered.as_typed:
        return wish
    reading = wish.reading
    late = _LATE_FOR.search(reading.folded)
    if wish.intent in ("get_overdue_summary", "get_aged_receivables", "get_aged_payables") and late:
        name = "list_bills" if reading.has("supplier", "payable", "owe_we", "bill") else "list_invoices"
        slots = {slot: value for slot, value in fill(catalogue()[name], reading).items() if not slot.startswith("d")}
        return Wish(
            name, {**slots, "status": "overdue", "due_to": today - timedelta(days=int(late["days"]) + 1)}, reading
        )
    if wish.intent == "get_overdue_summary" and not reading.has("overdue") and offered.allows("list_invoices"):
        kept = {slot: value for slot, value in wish.slots.items() if slot in catalogue()["list_invoices"].slots}
        return Wish("list_invoices", {**fill(catalogue()["list_invoices"], reading), **kept, "status": "open"}, reading)
    lists = {"get_bill": "list_bills", "get_invoice": "list_invoices"}.get(wish.intent, "")
    if lists and reading.names and "document" in wish.slots and offered.allows(lists):
        # two suppliers may use the same number
        who = reading.names[0]
        return Wish(
            lists, {"number": wish.slots["document"], "contact": Name(who.full or who.typed, who.typed)}, reading
        )
    return wish


def _with_day(wish: Wish, offered: Offered, today: date) -> Wish:
    """A due date lies ahead; what is recorded was paid on the last such day, if that was in this month."""
    span = _monthless(wish)
    if span is None:
        return wish
    days = around(span, today)
    if "date" not in catalogue()[wish.intent].slots:
        return wish.also({"due_date": days[-1]}) if days else wish
    only_records = offered.allows("record_payment") and not offered.allows("create_payment")
    if only_records and days and (days[0].year, days[0].month) == (today.year, today.month) and days[0] <= today:
        return wish.also({"date": days[0]})
    return wish


def doubt(wish: Wish, offered: Offered, today: date, language: str) -> Doubt | None:
    """The question to ask first, and what its answer fills; None when nothing is in doubt."""
    intent = catalogue()[wish.intent]
    if not any(map(offered.within_reach, intent.tools)):
        return None
    if wish.intent == "stated_receipt" and "document" not in wish.slots:
        return None
    if UNSURE_AMOUNT in wish.slots:
        return _amount(wish, language)
    if UNSURE_DAY in wish.slots:
        return _day(wish, today, language)
    if wish.intent == "stated_receipt":
        return _stated(wish, language)
    return _out_or_in(wish, offered, language)


def _stated(wish: Wish, language: str) -> Doubt:
    """Whether a payment that somebody tells of shall be recorded: telling is not asking for it."""
    asked = say("ask_record", language, number=str(wish.slots["document"]))
    options = ("mark_invoice_paid",)
    return f"{asked}\n{numbered([label(name, language) for name in options])}", Pending(
        wish, frozenset(), intents=options, keep=True
    )


def _amount(wish: Wish, language: str) -> Doubt:
    typed, reading = str(wish.slots[UNSURE_AMOUNT]), wish.reading
    asking = Pending(wish, frozenset({"amount"}))
    if typed in reading.shares:
        return say("ask_share", language, typed=typed), asking
    amounts = [amount for amount in reading.amounts if not amount.bound] or list(reading.amounts)
    if amounts and (len(amounts[0].readings) == 2 or amounts[0].decimals > 2):
        options = tuple(option for option in amounts[0].readings if option == round(option, 2))
        if not options:
            return say("ask_decimals", language, typed=typed), asking
        lines = numbered([_figure(option, amounts[0].currency, language) for option in options])
        key = "ask_reading" if len(options) > 1 else "ask_thousands"
        return f"{say(key, language, typed=typed)}\n{lines}", replace(asking, amounts=options)
    if len({amount.value for amount in amounts}) > 1:
        return say("ask_several_amounts", language, typed=typed), asking
    return question(wish, Missing(frozenset({"amount"})), language), asking


def _figure(value: Decimal, currency: str | None, language: str) -> str:
    written = f"{value:,.2f}"
    if language != "en":
        written = written.translate(str.maketrans(",.", ".,"))
    return f"{currency} {written}" if currency else written


def _day(wish: Wish, today: date, language: str) -> Doubt:
    typed = str(wish.slots[UNSURE_DAY])
    slots = frozenset({"date", "due_date", "date_from", "date_to"} & set(catalogue()[wish.intent].slots))
    asking = Pending(wish, slots)
    if typed in wish.reading.unread:
        return say("ask_no_day", language, typed=typed), asking
    text = say("ask_which_day", language, typed=typed)
    span = _monthless(wish)
    days = tuple(around(span, today)) if span else ()
    if len(days) < 2:
        return text, asking
    return f"{text}\n{numbered([_written(day, language) for day in days])}", replace(asking, days=days)


def _written(day: date, language: str) -> str:
    return day.strftime({"en": "%d %b %Y", "de": "%d.%m.%Y"}.get(language, "%d/%m/%Y"))


def _monthless(wish: Wish) -> Span | None:
    """The one day of a wish that was named without its month."""
    typed = wish.slots.get(UNSURE_DAY)
    reading = wish.reading
    found = [span for span in reading.dates if span.monthless and reading.text[span.start : span.end].strip() == typed]
    return found[0] if len(found) == 1 else None


def _out_or_in(wish: Wish, offered: Offered, language: str) -> Doubt | None:
    """Whether paying what looks like our own invoice is really meant."""
    own = wish.intent == "create_payment" and str(wish.slots.get("document", "")).startswith("INV")
    if not own or not offered.allows("create_payment") or wish.slots.get("agreed"):
        return None
    options = [
        name
        for name in ("create_payment", "mark_invoice_paid", "get_invoice")
        if any(map(offered.within_reach, catalogue()[name].tools))
    ]
    text = say("ask_out_or_in", language, number=str(wish.slots["document"]))
    asked = f"{text}\n{numbered([label(name, language) for name in options])}"
    return asked, Pending(wish, frozenset(), intents=tuple(options), keep=True)
