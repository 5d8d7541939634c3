# ruff: noqa: E501  (word tables: one line a pattern)
"""What one clause says: its names, numbers, amounts, days, references and the features that the rules look at."""

import re
from dataclasses import dataclass, field
from datetime import date

from sandbox.model.amounts import Amount, find_amounts
from sandbox.model.dates import find_dates
from sandbox.model.documents import Number, addresses, find_email, find_iban, find_numbers
from sandbox.model.lexicon import concepts, lexicon
from sandbox.model.names import Named, find_leftover, find_names
from sandbox.model.odd_days import find_monthless, find_shares, find_unread, is_vague
from sandbox.model.shown import Item, Shown, pick
from sandbox.model.spans import Span
from sandbox.model.text import fold, words

_REQUEST = re.compile(
    r"^(?:(?:please|pls|hi|hey|hello|so|and|ok|okay|bitte|und|hallo)[, ]+)*(?:can|could|would|will) (?:you|u)\b|^(?:kannst|konntest|wurdest) du|^konnen sie|^(?:puoi|potresti|puo)|^(?:peux|pourrais|pouvez|pourriez)[- ](?:tu|vous)"
)
_CAN_WE = re.compile(
    r"^(?:and |so |hey )?(?:can|could|may|are|do|able) (?:we|i)\b|^(?:konnen|durfen) wir|^(?:possiamo)|^(?:pouvons-nous|peut-on)|are we able"
)
_LIMIT = re.compile(
    r"(?:top|first|last|latest|newest|letzten|ultim[ie]|derniere?s|neuesten|biggest|largest|recent|highest|hochsten|ersten|prim[ie]|premiere?s) (?P<n>\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twenty|zwei|drei|vier|funf|zehn|tre|cinque|dieci|trois|cinq|dix)\b(?! ?(?:days?|weeks?|months?|years?|quarters?|tage?n?|wochen?|monate?n?|jahre?n?|giorni|settimane|mesi|anni|jours|semaines|mois|ans|eur|€|k\b|[.,]\d))"
    r"|(?P<n2>\d{1,3}|two|three|four|five|six|ten|funf|zehn|cinq|dix|cinque|dieci) (?:most recent|latest|newest|last|biggest|largest|neuesten|letzten|grossten|groster|grosten|dernier[es]*|ultim[ie]|plus grandes|highest|oldest)"
    r"|(?:show|list|give) (?:me )?(?P<n3>\d{1,2}) (?:invoices|bills|transactions|payments)"
)
_NUMBER_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twenty": 20,
    "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "zehn": 10, "tre": 3, "cinque": 5, "dieci": 10, "trois": 3, "cinq": 5, "dix": 10,
}  # fmt: skip
_HOW_TO = re.compile(
    r"^(?:how|wie|come|comment)(?: do| can| could| would| should| kann| zahle| uberweise|)(?: i| we| ich| wir| faccio| je)?\b.*(?:pay|transfer|zahl|uberweis|paga|paye)|what (?:happens|if)|was passiert|cosa succede|should (?:i|we) pay|soll(?:en|te)? (?:ich|wir)|sollen wir|dobbiamo pagare .*\?|must we pay|who should|can we (?:afford|pay)|do we (?:need|have) to pay|can i pay|could we pay|konnen wir"
)
_NOT_DO = re.compile(
    r"\b(?:don't|do not|dont|never|nicht|non|ne)\b(?: \w+){0,2} (?:pay|send|transfer|zahle|uberweise|pagare|bezahle|payer|paie|remind|charge|collect|void|cancel|refund|mark)|\b(?:zahle|bezahle|uberweise|storniere|mahne|paie|paye)\b(?: \S+){0,4} (?:nicht|pas)\b"
    r"|\b(?:don't|do not|dont|never|not|nicht|non|ne)\b(?: \w+){0,2} (?:change|update|replace|switch|amend|correct|andern?|aktualisieren?|cambiare|modifica\w*|modifie\w*|changer)\b"
    r"|\b(?:andere|aktualisiere|ersetze|change|modifie|remplace)\b(?: \S+){0,9} (?:nicht|pas)\b"
)


_ASKS = re.compile(r"\?\s*$|(?<!\w)(?:ob|whether|if|check|wissen|know|verifica|verifie)(?!\w)")


@dataclass(frozen=True)
class Setting:
    """What the sentences of one conversation are read against."""

    today: date
    language: str
    known: tuple[str, ...] = ()
    shown: Shown = field(default_factory=Shown)


@dataclass(frozen=True)
class Reading:
    """One clause, taken apart."""

    text: str
    folded: str
    setting: Setting
    numbers: tuple[Number, ...]
    dates: tuple[Span, ...]
    amounts: tuple[Amount, ...]
    names: tuple[Named, ...]
    picked: tuple[Item, ...]
    limit: int | None
    email: str | None
    iban: str | None
    seen: frozenset[str]
    """Concepts and #features."""
    masked: str
    """The clause with names, numbers and amounts replaced, as the encoder reads it."""
    unread: tuple[str, ...] = ()
    """What is written like a day and is none, as typed."""
    leftover: Named | None = None
    """Words that are neither ordinary nor used otherwise: perhaps a name, where the wish can have one."""
    shares: tuple[str, ...] = ()
    """Shares of an amount, or words for one that would have to be worked out, as typed."""

    def has(self, *names: str) -> bool:
        """Whether any of these concepts or features was seen."""
        return bool(self.seen & set(names))


def read(text: str, setting: Setting) -> Reading:
    """Take one clause apart."""
    folded = fold(text)
    numbers, taken = find_numbers(text, folded)
    fixed = addresses(folded)
    blank = _blank(folded, taken)
    fractions = [place for place in find_shares(blank) if re.search("/|quarter", blank[place[0] : place[1]])]
    blank = _blank(blank, fractions)
    dates = find_dates(blank, setting.today)
    unread = find_unread(blank, dates)
    dates = [span for span in dates if not any(span.start < end and span.end > start for start, end in unread)]
    dates = sorted([*dates, *find_monthless(_blank(blank, unread), dates, setting.today)], key=lambda span: span.start)
    places = [(span.start, span.end) for span in dates]
    shares = [*fractions, *find_shares(_blank(blank, [*unread, *places]))]
    limit, spot = _limit(folded)
    taken = [*taken, *places, *unread, *shares, *([spot] if spot else [])]
    amounts = _without_denied(find_amounts(folded, setting.language, taken), folded)
    taken += [(amount.start, amount.end) for amount in amounts]
    if amounts:
        shares = [(start, end) for start, end in shares if not is_vague(folded[start:end].strip())]
    names = find_names(text, folded, setting.known, taken, setting.language)
    picked = pick(
        _blank(folded, [(span.start, span.end) for span in dates if span.kind != "day" or span.monthless]),
        setting.shown,
        [name.said(as_typed=False) for name in names],
    )
    amounts = _without_places(amounts, picked, folded)
    blanks = [(name.start, name.end) for name in names]
    seen = set(concepts(folded, [*blanks, *fixed, *((number.start, number.end) for number in numbers if number.sure)]))
    reading = Reading(
        text, folded, setting, tuple(numbers), tuple(dates), tuple(amounts), tuple(names), tuple(picked), limit,
        find_email(folded), find_iban(text, folded), frozenset(), _masked(folded, names, numbers, amounts),
        tuple(text[start:end].strip() for start, end in unread),
        find_leftover(text, folded, taken) if not names and not fixed else None, tuple(text[start:end].strip() for start, end in shares),
    )  # fmt: skip
    features = _features(reading, seen)
    return Reading(**{**reading.__dict__, "seen": frozenset(seen | features)})


def _blank(folded: str, places: list[tuple[int, int]]) -> str:
    out = list(folded)
    for start, end in places:
        out[start:end] = "_" * (end - start)
    return "".join(out)


def _limit(folded: str) -> tuple[int | None, tuple[int, int] | None]:
    match = _LIMIT.search(folded)
    if not match:
        return None, None
    group = next(name for name in ("n", "n2", "n3") if match[name])
    word = match[group]
    return (int(word) if word.isdigit() else _NUMBER_WORDS[word]), match.span(group)


_DENIED = re.compile(
    r"(?:\bnot|nicht|instead of|rather than|anstatt|anstelle von|statt|non|pas|invece di|au lieu de)\s*$"
)


def _without_denied(amounts: list[Amount], folded: str) -> list[Amount]:
    """`600, not 500` says 600."""
    return [amount for amount in amounts if not _DENIED.search(folded[: amount.start])]


def _without_places(amounts: list[Amount], picked: list[Item], folded: str) -> list[Amount]:
    """`pay 2` with a list of three on the screen names a line, not an amount."""
    places = {item.place for item in picked}
    return [
        amount
        for amount in amounts
        if not (amount.value in places and amount.currency is None and not amount.bound
                and re.search(r"(?:number|no\.?|nr\.?|nummer|numero|#|the|die|la|le|^|pay|and|item|option|remind|chase|open|show) ?$", folded[: amount.start]))
    ]  # fmt: skip


def _masked(folded: str, names: list[Named], numbers: list[Number], amounts: list[Amount]) -> str:
    places = [(name.start, name.end, "acme") for name in names]
    places += [
        (n.start, n.end, {"payment": "PM000100", "bill": "BILL-100", "invoice": "INV-0100"}.get(n.kind, "INV-0100"))
        for n in numbers
    ]
    places += [(amount.start, amount.end, "100 euros") for amount in amounts]
    out, at = [], 0
    for start, end, word in sorted(places):
        if start >= at:
            out += [folded[at:start], word]
            at = end
    return "".join([*out, folded[at:]])[:300]


def _features(reading: Reading, seen: set[str]) -> set[str]:
    kinds = {number.kind for number in reading.numbers}
    found = {
        "#amount": any(not amount.bound or seen & {"create", "invoice_verb"} for amount in reading.amounts),
        "#bound": any(amount.bound for amount in reading.amounts),
        "#contact": bool(reading.names),
        "#inv": "invoice" in kinds,
        "#bill": "bill" in kinds,
        "#doc": bool(kinds & {"invoice", "bill", "document"}),
        "#pay": "payment" in kinds,
        "#iban": reading.iban is not None,
        "#email": reading.email is not None,
        "#period": any(
            span.kind != "days" and not span.first == span.last == reading.setting.today for span in reading.dates
        ),
        "#days": any(span.kind == "days" for span in reading.dates),
        "#limit": reading.limit is not None,
        "#ref": bool(reading.picked),
        "#asks": bool(_ASKS.search(reading.folded)),
        "#short": len(words(reading.folded)) <= 5,
        "#domain": bool(seen & (lexicon().nouns - {"docs", "org"})),
    }
    features = {name for name, holds in found.items() if holds}
    if reading.picked:
        features |= {
            {"invoice": "#L_inv", "bill": "#L_bill", "payment": "#L_pay"}.get(item.kind or "", "#L_doc")
            for item in reading.picked
        }
    folded = reading.folded
    request = bool(_REQUEST.search(folded))
    asking = "question" in seen and not request
    if asking:
        features.add("#question")
    if _CAN_WE.search(folded):
        features.add("#can_we")
    if request:
        seen.discard("question")
    if features & {"#doc", "#pay", "#contact", "#amount"} or seen & {
        "invoice",
        "bill",
        "balance",
        "pnl",
        "vat",
        "txn",
        "bsheet",
        "payment",
        "mandate",
        "forecast",
    }:
        features.add("#hard")
    if (
        folded.startswith("open ")
        and "open" in seen
        and not seen & {"invoice", "bill", "payment", "customer", "supplier"}
    ):
        seen.discard("open")  # "open Dupont" is an order, not a state
    no = bool(_NOT_DO.search(folded)) and not seen & {"void", "stop"}
    if not no and _wants_pay(folded, seen, features, asking=asking):
        features.add("#wants_pay")
    if not no and _writes(seen, features, asking=asking):
        features.add("#write")
    if no:
        seen -= {
            "remind",
            "collect_strong",
            "collect",
            "refund",
            "create",
            "mark",
            "invoice_verb",
            "record_pay",
            "pay",
        }
        features.add("#question")
        seen.add("question")
    return features


def _wants_pay(folded: str, seen: set[str], features: set[str], *, asking: bool) -> bool:
    if "vat" in seen and not features & {"#amount", "#contact", "#doc"}:
        return False
    if "pay" not in seen or _HOW_TO.search(folded):
        return False
    concrete = features & {"#amount", "#doc", "#ref", "#iban"}
    if asking and not (folded.startswith("will you") and concrete):
        return False
    if (
        seen & {"owe_we", "open"}
        and not concrete
        and not re.search(r"(?:^|please |bitte |, )(?:pay|settle|zahle|bezahle|begleiche|paga|paie|clear)\b", folded)
    ):
        return False
    return not ("owe_us" in seen and not concrete)


def _writes(seen: set[str], features: set[str], *, asking: bool) -> bool:
    if "#wants_pay" in features or seen & {"record_pay"}:
        return True
    if asking:
        return False
    if seen & {"remind", "refund"} and "voided" not in seen:
        return True
    target = features & {"#doc", "#pay", "#ref"} or seen & {"invoice", "payment"}
    if seen & {"void", "stop"} and target and not (seen & {"voided", "show"}):
        return True
    if "mark" in seen and seen & {"aspaid", "paid"} and (target or "#contact" in features):
        return True
    if "create" in seen and seen & {"invoice", "contact", "customer", "supplier"} and "show" not in seen:
        return True
    if "new_details" in seen or {"bank_details", "change_details"} <= seen:
        return True
    if seen & {"collect", "collect_strong"} and features & {"#amount"}:
        return True
    return "invoice_verb" in seen and "#amount" in features
