# ruff: noqa: E501  (word tables: one line a pattern)
"""A question that was asked and the answer that fills it: `the second one`, `1.250,00 €`, `no, 500`, `and for Hooli?`."""

import json
import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.model.bind import Missing, Offered
from sandbox.model.intents import catalogue
from sandbox.model.lexicon import lexicon
from sandbox.model.plan import Plan, Wish
from sandbox.model.results import choice_label
from sandbox.model.say import label, numbered, question, say
from sandbox.model.shown import is_place
from sandbox.model.slots import fill
from sandbox.model.text import fold
from sandbox.model.values import UNSURE_AMOUNT, UNSURE_DAY, Name, Slots, merged

_SLOT_OF_ARGUMENT = {
    "contact_name": "contact", "document_number": "document", "invoice_number": "document", "bill_number": "document",
    "number": "document", "query": "query",
}  # fmt: skip
_ACCOUNTS = re.compile(r"konto|account|conto|compte|bank|savings|kasse")
_CHANGE = re.compile(
    r"(?:make it|change (?:it|that|the \w+) to|instead|rather|not \S+(?: \S+)?,? but|lieber|stattdessen|sondern|invece|piuttosto|plutot|should be|sollte|i meant|ich meinte|correct)"
)
_BESIDE = frozenset({"date", UNSURE_DAY, "account", "reference"})
_FILLABLE = (
    "document",
    "payment_id",
    "contact",
    "amount",
    "currency",
    "date",
    "due_date",
    "iban",
    "name",
    "email",
    "days",
    "account",
    "reference",
    "date_from",
    "date_to",
    UNSURE_AMOUNT,
    UNSURE_DAY,
)


@dataclass(frozen=True)
class Pending:
    """A wish that waits for an answer: which slots would do, and what the numbered options meant."""

    wish: Wish
    slots: frozenset[str]
    intents: tuple[str, ...] = ()
    """Options of a `did you mean`."""
    amounts: tuple[Decimal, ...] = ()
    """Options of an amount that could be read in two ways."""
    days: tuple[date, ...] = ()
    """Options of a day whose month was not said."""
    choices: tuple[tuple[str, str, str], ...] = ()
    """Options of a tool's question: (label, number, id)."""
    tool: str = ""
    """The tool that asked."""
    keep: bool = False
    """The wish's slots stay when another intent is chosen."""

    def again(self, language: str) -> str:
        """The question once more."""
        if self.intents:
            return f"{say('did_you_mean', language)}\n{numbered([label(name, language) for name in self.intents])}"
        if self.choices:
            return f"{say('which_one', language)}\n{numbered([said for said, _, _ in self.choices])}"
        return question(self.wish, Missing(self.slots or frozenset({"document"})), language)


def from_choices(tool: str, arguments: dict[str, Any], raw: str, wishes: tuple[Wish, ...]) -> Pending | None:
    """The question that a tool itself asked, with its choices."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    error = found.get("error")
    choices = found.get("choices") or (error.get("choices") if isinstance(error, dict) else None)
    wish = next((wish for wish in wishes if tool in catalogue()[wish.intent].tools), None)
    if wish is None:
        return None
    if isinstance(choices, list) and choices:
        options = tuple((choice_label(choice), _field(choice, "number"), _field(choice, "id")) for choice in choices)
        if all(number == str(place) for place, (_, number, _) in enumerate(options, 1)):
            options = tuple((said, "", ident) for said, _, ident in options)  # numbered lines, not numbers of documents
        return Pending(wish, frozenset({"document", "contact"}), choices=options, tool=tool)
    if isinstance(error, dict) and error.get("kind") == "retry" and "?" in str(error.get("message")):
        return Pending(wish, frozenset(_FILLABLE))
    return None


def _field(choice: Any, name: str) -> str:
    return str(choice.get(name) or "") if isinstance(choice, dict) else ""


def answer_pending(pending: Pending, made: Plan, offered: Offered) -> Wish | None:
    """The pending wish with what this message answers, or None when the message is about something else."""
    reading = made.reading
    place = _place(made, max(map(len, (pending.intents, pending.amounts, pending.days, pending.choices))))
    if place is not None and pending.intents:
        name = pending.intents[place]
        slots: Slots = dict(pending.wish.slots) if pending.keep else fill(catalogue()[name], pending.wish.reading)
        return Wish(name, {**slots, "agreed": "yes"}, pending.wish.reading)
    if place is not None and pending.amounts:
        return pending.wish.also({"amount": pending.amounts[place]})
    if place is not None and pending.days:
        return pending.wish.also({"due_date" if "date" not in _slots_of(pending) else "date": pending.days[place]})
    if place is not None and pending.choices:
        return _chosen(pending, place)
    if pending.choices:
        wanted = [
            index for index, (said, number, _) in enumerate(pending.choices) if _said(reading.folded, said, number)
        ]
        if len(wanted) == 1:
            return _chosen(pending, wanted[0])
    if _fresh(pending, made):
        return None
    found = {
        slot: value for slot, value in fill(catalogue()[pending.wish.intent], reading).items() if slot in _FILLABLE
    }
    for slot in ("contact", "name", "code", "item"):
        if slot in pending.slots and not found and (bare := _bare_name(reading.text)):
            found[slot] = bare
    expected = pending.slots | {"amount"} | ({"date"} if UNSURE_DAY in pending.wish.slots else set())
    if not found or not (expected & found.keys() or pending.slots == set()):
        return None
    return Wish(pending.wish.intent, merged(pending.wish.slots, found), reading)


def _slots_of(pending: Pending) -> tuple[str, ...]:
    return catalogue()[pending.wish.intent].slots


def _place(made: Plan, options: int) -> int | None:
    if not options:
        return None
    if options == 1 and made.reading.has("yes"):
        return 0
    if made.reading.picked and len(made.reading.setting.shown.items) == options:
        return made.reading.picked[0].place - 1 if len(made.reading.picked) == 1 else None
    lone = re.fullmatch(r"\W*(\d{1,2})[.)]?\W*", made.reading.folded)
    return int(lone.group(1)) - 1 if lone and 1 <= int(lone.group(1)) <= options else None


def _said(folded: str, said: str, number: str) -> bool:
    return (bool(number) and fold(number) in folded) or (len(folded) > 3 and folded.strip(" .!") in fold(said))


def _chosen(pending: Pending, place: int) -> Wish:
    said, number, ident = pending.choices[place]
    wish, wanted = pending.wish, catalogue()[pending.wish.intent].slots
    message = fold(" ".join(said for said, _, _ in pending.choices))
    if number and "account" in wanted and "document" in wish.slots and _ACCOUNTS.search(message):
        return wish.also({"account": number})
    if number and "document" in wanted:
        # two suppliers may use the same number: the tool that records a payment takes the choice's own id
        return wish.also(
            {"document": ident if ident and (pending.tool == "record_payment" or " " in number) else number}
        )
    if number and "payment_id" in wanted:
        return wish.also({"payment_id": number})
    slot = "contact" if "contact" in wanted else "query" if "query" in wanted else "document"
    chosen = ident or number or said
    return wish.also({slot: Name(chosen, chosen)})


def _fresh(pending: Pending, made: Plan) -> bool:
    """Whether the message begins something new instead of answering."""
    if not made.wishes:
        return False
    reading, name = made.reading, made.wishes[0].intent
    if (
        pending.slots & {"name", "contact"}
        and _bare_name(reading.text)
        and reading.text[:1].isupper()
        and not made.strong
        and not reading.has("question")
    ):
        return False
    if name == pending.wish.intent:
        return False
    if reading.has("show", "question", "oosword", "greet", "thanks"):
        return True
    if catalogue()[name].effect == "write":
        return True
    return made.strong and not reading.has("#doc", "#ref", "#pay", "#amount", "#contact")


def _bare_name(text: str) -> Name | None:
    tidy = re.sub(
        r"^(?:for|to|an|für|per|a|à|pour|it's|the one from|von|from)\s+", "", text.strip(" .!?\"'"), flags=re.IGNORECASE
    )
    ordinary = fold(tidy) in ("yes", "no", "ja", "nein", "si", "oui", "non", "ok")
    if is_place(fold(tidy)):
        return None
    if 2 <= len(tidy) <= 60 and len(tidy.split()) <= 4 and tidy[0].isalpha() and not ordinary:
        return Name(tidy, tidy)
    return None


def correct(made: Plan, wishes: tuple[Wish, ...]) -> Wish | None:
    """`no, 500` after a call: the same wish with what was said anew."""
    reading = made.reading
    changes = reading.has("no") or _CHANGE.search(reading.folded)
    if len(wishes) != 1 or not (changes or reading.has("ellipsis")):
        return None
    wish = wishes[0]
    if not changes:
        # "and on 20 November" after a card; anything else that begins with "and" is a wish of its own
        more = fill(catalogue()[wish.intent], reading) if catalogue()[wish.intent].effect == "write" else {}
        return wish.also(more) if more and more.keys() <= _BESIDE else None
    if made.wishes and made.strong and reading.has("show", "question") and made.wishes[0].intent != wish.intent:
        return None
    found = {
        slot: value
        for slot, value in fill(catalogue()[wish.intent], reading).items()
        if slot in (*_FILLABLE, "status", "limit", "min_amount", "max_amount", "query")
    }
    names = reading.names
    if len(names) > 1 and "contact" in found:
        found["contact"] = Name(names[-1].full or names[-1].typed, names[-1].typed)
    if not found:
        return None
    if "document" in found and "contact" not in found:
        return Wish(
            wish.intent, merged({key: value for key, value in wish.slots.items() if key != "contact"}, found), reading
        )
    return Wish(wish.intent, merged(wish.slots, found), reading)


_SAME_STATES = frozenset({"list_invoices", "list_bills"})
_SHAPES = frozenset({"#asks", "#short", "#question", "#domain", "#hard"})


def _other_side(new: Wish, before: Wish) -> Wish | None:
    """`and the bills?` after what is overdue: the overdue bills."""
    if before.intent not in (*_SAME_STATES, "get_overdue_summary") or "status" in new.slots or new.reading.has("show"):
        return None
    kept: Slots = {
        slot: before.slots[slot]
        for slot in ("status", "date_from", "date_to", "due_from", "due_to")
        if slot in before.slots
    }
    if before.intent == "get_overdue_summary":
        kept = {"status": "overdue"}
    return Wish(new.intent, {**kept, **new.slots}, new.reading)


def go_on(made: Plan, wishes: tuple[Wish, ...]) -> Wish | None:
    """`and last month?` after a question: the same question with another period, contact or state."""
    reading = made.reading
    if len(wishes) != 1 or not reading.has("ellipsis"):
        return None
    wish = wishes[0]
    if catalogue()[wish.intent].effect != "read":
        return None
    if len(made.wishes) == 1 and made.wishes[0].intent in _SAME_STATES and made.wishes[0].intent != wish.intent:
        return _other_side(made.wishes[0], wish)
    own_words = reading.seen & (lexicon().nouns - {"money", "org"})
    if own_words and (made.strong or (made.wishes and made.wishes[0].intent == wish.intent)):
        return None
    found = fill(catalogue()[wish.intent], reading)
    if (
        not found
        and not own_words
        and reading.seen & {"total"}
        and reading.seen <= {"ellipsis", "total", "question"} | _SHAPES
    ):
        return replace(wish, reading=reading)  # "and how much?" asks the same once more
    if not found or (made.strong and reading.has("who", "show") and not {"status"} & found.keys()):
        return None
    kept = dict(wish.slots)
    if {"date_from", "date_to"} & found.keys():
        kept = {key: value for key, value in kept.items() if key not in ("date_from", "date_to", "due_from", "due_to")}
    return Wish(wish.intent, merged(kept, found), reading)
