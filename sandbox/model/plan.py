# ruff: noqa: E501  (word tables: one line a pattern)
"""What a whole message asks for: one wish or several, each with its slots; a sentence of two wishes is parted."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from sandbox.model.documents import kind_of
from sandbox.model.encoder import Encoder
from sandbox.model.guess import Guess, guess
from sandbox.model.intents import catalogue
from sandbox.model.lexicon import lexicon
from sandbox.model.reading import Reading, Setting, read
from sandbox.model.slots import fill, put
from sandbox.model.spans import in_past
from sandbox.model.text import fold
from sandbox.model.values import Name, Slots, merged

_JOINT = re.compile(
    r"(?:\s*[,;.?!]?\s+(?:and also|and then|and|plus|as well as|along with|together with|und auch|und|sowie|ausserdem|außerdem|e anche|e poi|ed|e|et aussi|et puis|et|also|then|dann|poi|puis|aber|but)\s+)"
    r"|(?:\s*[;?!]\s+)|(?:\s*\.\s+(?=\D))|(?:\s*,\s+)|(?:\s*\n+\s*)|(?:\s+&\s+)|(?:\s*\+\s+)",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"profit(?:s)? (?:and|&) loss\w*|assets (?:and|&) liabilities|income (?:and|&) (?:expenses?|costs?|expenditure)|revenue\w* (?:and|&) (?:costs?|expenses?)|"
    r"sales and (?:costs?|expenses?)|in and out|gewinn-? ?und verlust\w*|vermogen und schulden|(?:einnahmen|umsatz|umsatze|ertrage|erlose) und (?:ausgaben|kosten|aufwendungen)|entrate e (?:le )?uscite|"
    r"ricavi e (?:i )?costi|profitti e perdite|attiv\w+ e passiv\w+|actifs? et passifs?|pertes et profits|recettes et depenses|revenus et depenses|costs? and (?:revenue|income|profit)|ins and outs|ein- und aus\w*|due and payable|"
    r"incoming and outgoing|ein- und ausgehende\w*|name and email|cash in and cash out|money in and money out|[a-z]+ (?:and|und|e|et) (?:company|sons|partners|partner|co|figli|sohne|fils|soeurs)\b"
)
_PRONOUN = re.compile(
    r"(?<!\w)(?:it|that|this|them|him|her|one|es|ihn|sie|das|dies|la|lo|le|l'|celle-ci|ca|that invoice|that payment)(?!\w)"
)
_PERIODS = frozenset({"get_profit_and_loss", "get_vat_summary"})
_LISTS = frozenset({"list_invoices", "list_bills", "list_payments", "list_transactions"})
_MOST_WISHES = 6
_MOST_PIECES = 10
"""A message of more pieces is read as a whole."""


@dataclass(frozen=True)
class Wish:
    """One thing the person wants, with the slots known so far."""

    intent: str
    slots: Slots
    reading: Reading

    def also(self, slots: Slots) -> "Wish":
        """The same wish with these slots put in or changed."""
        return replace(self, slots=merged(self.slots, slots))


@dataclass(frozen=True)
class Plan:
    """The wishes of a message; none when nothing was recognised, with the guesses to ask about."""

    wishes: tuple[Wish, ...]
    reading: Reading
    guess: Guess
    strong: bool = False
    """A rule of weight, not likeness, spoke."""


def plan(text: str, setting: Setting, encoder: Encoder) -> Plan:
    """Part a message into clauses and say what each wants."""
    whole = read(text, setting)
    clauses = _clauses(text, setting, encoder, whole)
    best = guess(whole, encoder)
    if len(clauses) > 1:
        wishes = _distinct(_share([_wish(reading, name) for reading, name in clauses]))
        return Plan(tuple(found for wish in wishes for found in _each(wish))[:_MOST_WISHES], whole, best, True)
    both = _both_sides(whole)
    if both:
        return Plan(tuple(_wish(whole, name) for name in both), whole, best, True)
    if best.name is None:
        return Plan((), whole, best)
    wish = _wish(whole, best.name)
    return Plan(tuple(_each(wish))[:_MOST_WISHES], whole, best, best.name in best.by_rule and best.ranked[0][1] >= 0.9)


def _wish(reading: Reading, name: str) -> Wish:
    return Wish(name, fill(catalogue()[name], reading), reading)


def _both_sides(reading: Reading) -> list[str]:
    """`aged receivables and payables` are two reports."""
    seen = reading.seen
    if "aged" in seen and "receivable" in seen and "payable" in seen and "#write" not in seen:
        return ["get_aged_receivables", "get_aged_payables"]
    return []


def _clauses(text: str, setting: Setting, encoder: Encoder, whole: Reading) -> list[tuple[Reading, str]]:
    pieces = _pieces(text, whole)
    if len(pieces) == 1 or len(pieces) > _MOST_PIECES:
        return []
    clauses: list[tuple[str, Reading, str | None]] = []
    for joint, piece in pieces:
        reading = read(piece, setting)
        name = _standing(reading, encoder)
        if name and catalogue()[name].effect == "talk":
            continue
        if clauses and not _apart(clauses[-1], reading, name):
            before = clauses.pop()
            joined = before[0] + joint + piece
            both = read(joined, setting)
            clauses.append((joined, both, _standing(both, encoder) or before[2]))
        else:
            clauses.append((piece, reading, name))
    named = [(reading, name) for _, reading, name in clauses if name]
    return named if len(named) == len(clauses) and (len(named) > 1) else []


def _pieces(text: str, whole: Reading) -> list[tuple[str, str]]:
    folded = fold(text)
    kept = [match.span() for match in _WHOLE.finditer(folded)]
    kept += [(span.start, span.end) for span in whole.dates] + [(name.start, name.end) for name in whole.names]
    kept += [(amount.start, amount.end) for amount in whole.amounts]
    pieces, at, joint = [], 0, ""
    for match in _JOINT.finditer(text):
        if (
            any(match.start() < end and match.end() > start for start, end in kept)
            or not text[at : match.start()].strip()
        ):
            continue
        pieces.append((joint, text[at : match.start()]))
        at, joint = match.end(), match.group()
    return [*pieces, (joint, text[at:])] if text[at:].strip() else pieces or [("", text)]


def _standing(reading: Reading, encoder: Encoder) -> str | None:
    """The intent of a clause that can stand alone: a rule speaks for it and it has words of its own, not only a name."""
    own = lexicon().patterns.keys() & reading.seen
    if not own - {"their", "ellipsis", "yes", "no", "total", "same", "question"}:
        return None
    weights = [(intent.weight(reading.seen), name) for name, intent in catalogue().items()]
    weight, name = max(weights, key=lambda pair: pair[0])
    return name if weight >= 0.8 else None


def _apart(before: tuple[str, Reading, str | None], reading: Reading, name: str | None) -> bool:
    """Whether a piece is a wish of its own and not more about the one before."""
    if name is None:
        return False
    if before[2] is None:
        return False
    intent = catalogue()[name]
    slots = fill(intent, reading)
    lacking = any(not (need & slots.keys()) for need in intent.need)
    if (
        lacking
        and intent.effect == "write"
        and (_PRONOUN.search(reading.folded) or before[1].has("#contact", "#doc", "#pay", "#ref"))
    ):
        return False
    if not reading.has("#domain", "#write", "show", "question", "total", "overdue", "loc_account", "balance"):
        return False
    if reading.folded.startswith(("only ", "just ", "nur ", "solo ", "seulement ")):
        return False
    if lacking and intent.effect == "read":
        return False
    same = before[2] == name or {before[2], name} <= {
        "get_invoice",
        "get_payment_status",
        "mark_invoice_paid",
        "list_invoices",
    } - {"list_invoices"}
    if same:
        return (
            bool(slots)
            and slots != fill(intent, before[1])
            and reading.has(
                "show", "remind", "pay", "void", "question", "refund", "stop", "change_details", "new_details"
            )
        )
    if before[2] == "create_invoice" and intent.effect == "read" and not reading.has("show", "question"):
        return False
    return not (
        intent.effect == "read"
        and catalogue()[before[2]].effect == "write"
        and not reading.has("show", "question", "#domain", "total")
    )


def _distinct(wishes: list[Wish]) -> list[Wish]:
    """Without a wish that another one of the same kind says more fully: `how are we doing? the P&L for October`."""
    kept = []
    for wish in wishes:
        fuller = [
            other for other in wishes
            if other is not wish and other.intent == wish.intent and wish.slots.items() < other.slots.items()
        ]  # fmt: skip
        if not fuller or catalogue()[wish.intent].effect == "write":
            kept.append(wish)
    return kept


def _share(wishes: list[Wish]) -> list[Wish]:
    """`their` takes the contact said before; a shared period or state is said once."""
    out: list[Wish] = []
    for wish in wishes:
        intent = catalogue()[wish.intent]
        before = out[-1] if out else None
        if before:
            extra: Slots = {}
            if (
                "contact" in intent.slots
                and "contact" not in wish.slots
                and "contact" in before.slots
                and wish.reading.has("their")
            ):
                extra["contact"] = before.slots["contact"]
            period: Slots = {key: before.slots[key] for key in ("date_from", "date_to") if key in before.slots}
            undated = "date_from" in intent.slots and not {"date_from", "date_to"} & wish.slots.keys()
            if undated and ({wish.intent, before.intent} <= _PERIODS or wish.reading.has("same")):
                extra |= period
            if {wish.intent, before.intent} <= _LISTS and not wish.reading.has("show", "question"):
                for key in ("status", "contact", "date_from", "date_to"):
                    if (
                        key in before.slots
                        and key in intent.slots
                        and not (key.startswith("date") and {"date_from", "date_to"} & wish.slots.keys())
                    ):
                        extra.setdefault(key, before.slots[key])
            wish = replace(wish, slots={**extra, **wish.slots})
            if before.intent in _PERIODS and wish.reading.dates and not wish.reading.has("show", "question"):
                shared = fill(catalogue()[before.intent], wish.reading)
                if not {"date_from", "date_to"} & before.slots.keys():
                    before = out[-1] = before.also(
                        {key: shared[key] for key in ("date_from", "date_to") if key in shared}
                    )
            back: Slots = {key: wish.slots[key] for key in ("date_from", "date_to") if key in wish.slots}
            if {wish.intent, before.intent} <= _PERIODS and back and not {"date_from", "date_to"} & before.slots.keys():
                out[-1] = before.also(back)
            elif (
                {wish.intent, before.intent} <= _LISTS
                and "contact" in wish.slots
                and "contact" not in before.slots
                and not wish.reading.has("show", "question")
            ):
                out[-1] = before.also({"contact": wish.slots["contact"]})
        out.append(wish)
    return out


def _each(wish: Wish) -> list[Wish]:
    """One wish for each document, payment, line or contact that the clause names."""
    reading, intent = wish.reading, catalogue()[wish.intent]
    wanted = set(intent.slots)
    for slot, kinds in (("payment_id", {"payment"}), ("document", {"invoice", "bill", "document"})):
        written = {
            number.value: Name(number.value, number.written) for number in reading.numbers if number.kind in kinds
        }
        numbers = list(written.values())
        if (
            len(numbers) > 1 and slot in wanted and "credit_note" not in wanted
        ):  # there one is set off against the other
            each = [_shown_by(wish.also({slot: number}), number) for number in numbers]
            sums = [amount.value for amount in reading.amounts if not amount.bound and amount.value is not None]
            if len(sums) == len(numbers) == len(reading.amounts) and "amount" in wanted and not reading.shares:
                return [one.also({"amount": value}) for one, value in zip(each, sums, strict=True)]
            return each
    periods = [span for span in reading.dates if span.kind == "period"]
    if len(periods) > 1 and {"date_from", "date_to"} <= wanted and intent.effect == "read":
        today = reading.setting.today
        found = [in_past(span, today) for span in periods]
        return [
            wish.also({"date_from": span.first, "date_to": span.last}) for span in found if span.first and span.last
        ]
    if len(reading.picked) > 1 and wanted & {"document", "payment_id"}:
        wishes = []
        for which in range(len(reading.picked)):
            slots = {
                key: value
                for key, value in wish.slots.items()
                if key not in ("document", "payment_id", "contact", "amount")
            }
            put(slots, wanted, reading, which)
            wishes.append(replace(wish, slots=slots))
        return wishes
    return _each_contact(wish, wanted)


def _shown_by(wish: Wish, number: str) -> Wish:
    """`show BILL-201 and INV-0042`: each by the intent of its own kind."""
    intent = {"invoice": "get_invoice", "bill": "get_bill"}.get(kind_of(number))
    return replace(wish, intent=intent) if intent and wish.intent in ("get_invoice", "get_bill") else wish


def _each_contact(wish: Wish, wanted: set[str]) -> list[Wish]:
    reading, intent = wish.reading, catalogue()[wish.intent]
    full = [name for name in reading.names if name.full]
    if "contact" not in wanted or len(full) < 2 or "document" in wish.slots or wish.intent == "change_bank_details":
        return [wish]  # one account number is one contact's
    gaps = [reading.folded[before.end : after.start] for before, after in pairwise(full)]
    sums = [amount for amount in reading.amounts if not amount.bound and amount.value is not None]
    names = [Name(name.full or name.typed, name.typed) for name in full]
    if intent.effect == "write" and "amount" in wanted:
        if len(sums) == len(full):
            pairs = zip(names, sums, strict=True)
            return [wish.also({"contact": name, "amount": amount.value or 0}) for name, amount in pairs]
        if not sums:
            return [wish]
        # one amount and two names: whose it is must be asked
        return [replace(wish, slots={key: value for key, value in wish.slots.items() if key != "contact"})]
    if all(gap.strip(" ,") in ("and", "und", "e", "et", "&", "") for gap in gaps):
        return [wish.also({"contact": name}) for name in names]
    return [wish]
