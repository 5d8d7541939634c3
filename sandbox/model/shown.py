# ruff: noqa: E501  (word tables: one line a pattern)
"""The numbered list that the assistant showed last, and what `the second one` or `the Acme one` means in it."""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from rapidfuzz.distance import OSA

from sandbox.model.amounts import find_amounts
from sandbox.model.dates import find_dates
from sandbox.model.documents import find_numbers, kind_of
from sandbox.model.lexicon import lexicon
from sandbox.model.text import clean, fold, words

_LINE = re.compile(r"^\s*(?:\*\*)?(?P<place>\d{1,3})[.)](?:\*\*)?\s+(?P<rest>\S.*)$", re.MULTILINE)
_MOST_ITEMS = 100
_MASK = re.compile(r"[^\w .,&'()/-]")


@dataclass(frozen=True)
class Item:
    """One line of a numbered list: the number of its document or payment, its contact, amount and day, as printed."""

    place: int
    text: str
    number: str | None
    kind: str | None
    name: str | None
    amount: Decimal | None
    readable_amount: bool
    currency: str | None
    day: date | None


@dataclass(frozen=True)
class Shown:
    """The last numbered list."""

    items: tuple[Item, ...] = ()

    @property
    def kind(self) -> str | None:
        """What it lists: `invoice`, `bill`, `payment`, `document`; None for an empty or mixed list."""
        kinds = {item.kind for item in self.items}
        return kinds.pop() if len(kinds) == 1 else None


def read_list(text: str, today: date) -> Shown:
    """The last unbroken numbered list (1, 2, 3 …) of an answer."""
    items: list[Item] = []
    for match in _LINE.finditer(text[-20_000:]):
        place = int(match["place"])
        if place == 1:
            items = []
        if place == len(items) + 1 and place <= _MOST_ITEMS:
            items.append(_item(place, clean(match["rest"])[:300].replace("*", ""), today))
    heading = fold(_heading(text))
    kind = "bill" if re.search(r"\b(?:bills?|lieferantenrechnung|fornitor|fournisseur)", heading) else None
    kind = kind or ("invoice" if re.search(r"\b(?:invoices?|rechnung|fattur|factur)", heading) else None)
    if kind:
        items = [_with_kind(item, kind) for item in items]
    return Shown(tuple(items))


def read_rows(rows: list[dict[str, Any]], kind: str | None = None) -> Shown:
    """The rows of a tool result, which the person sees as a table in the same order; `kind` is what the tool lists."""
    items = [_row(place, row) for place, row in enumerate(rows[:_MOST_ITEMS], 1)]
    return Shown(tuple(_with_kind(item, kind) if kind else item for item in items))


def read_call(arguments: dict[str, Any], kind: str) -> Shown:
    """The one document that a call asked for by its number, as a list of one: "is it paid?" means this one."""
    keys = ("bill_number", "invoice_number", "document_number", "payment_id")
    found = any(arguments.get(key) for key in keys)
    return Shown((replace(_row(1, arguments), kind=kind),)) if found else Shown()


def _row(place: int, row: dict[str, Any]) -> Item:
    def first(*keys: str) -> str | None:
        return next(
            (str(row[key]) for key in keys if isinstance(row.get(key), str | int) and str(row[key]).strip()), None
        )

    payment = first("payment_id")
    number = payment or first("number", "invoice_number", "bill_number", "document_number")
    kind = "payment" if payment else first("kind") if first("kind") in ("invoice", "bill") else None
    if kind is None and number:
        kind = "invoice" if "invoice_number" in row else "bill" if "bill_number" in row else kind_of(number)
    written = first("amount_due", "amount", "total")
    amount = Decimal(written) if written and re.fullmatch(r"-?\d{1,15}(?:\.\d{1,4})?", written) else None
    day = first("due_date", "due", "date")
    return Item(
        place, " ".join(_MASK.sub("", str(value)) for value in row.values() if isinstance(value, str | int | float))[:300],
        number, kind, first("contact_name", "contact", "name", "payee"), amount, amount is not None, first("currency"),
        date.fromisoformat(day) if day and re.fullmatch(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", day) and _real(day) else None,
    )  # fmt: skip


def _real(day: str) -> bool:
    year, month, number = (int(part) for part in day.split("-"))
    return year >= 1 and number <= monthrange(year, month)[1]


def _heading(text: str) -> str:
    first = _LINE.search(text)
    return text[max(0, first.start() - 200) : first.start()] if first else ""


def _with_kind(item: Item, kind: str) -> Item:
    if item.kind != "document":
        return item
    return Item(**{**item.__dict__, "kind": kind})


def _item(place: int, text: str, today: date) -> Item:
    folded = fold(text)
    numbers, taken = find_numbers(text, folded)
    days = find_dates(folded, today)
    spots = taken + [(span.start, span.end) for span in days]
    amounts = [amount for amount in find_amounts(folded, "en", spots) if amount.currency or amount.decimals == 2]
    number = numbers[0] if numbers else None
    amount = amounts[0] if amounts else None
    stop = min(
        [place.start for place in amounts]
        + [start for start, _ in spots if number is None or start > number.start]
        + [len(text)]
    )
    name = text[number.end if number else 0 : stop].strip(" -–—:·|,;()")
    return Item(
        place, text, number.value if number else None, number.kind if number else None, name or None,
        amount.value if amount else None, bool(amount and amount.value is not None),
        amount.currency if amount else None, days[-1].last if days else None,
    )  # fmt: skip


_ORDINALS = {
    1: r"first|1st|erste[nrsm]?|prim[oa]|premiere?|top one|top|1er|1re",
    2: r"second|2nd|zweite[nrsm]?|second[oa]|deuxieme|seconde",
    3: r"third|3rd|dritte[nrsm]?|terz[oa]|troisieme",
    4: r"fourth|4th|vierte[nrsm]?|quart[oa]|quatrieme",
    5: r"fifth|5th|funfte[nrsm]?|quint[oa]|cinquieme",
    6: r"sixth|6th|sechste[nrsm]?|sest[oa]|sixieme",
    7: r"seventh|7th|siebte[nrsm]?|settim[oa]|septieme",
    8: r"eighth|8th|achte[nrsm]?|ottav[oa]|huitieme",
    9: r"ninth|9th|neunte[nrsm]?|non[oa]|neuvieme",
    10: r"tenth|10th|zehnte[nrsm]?|decim[oa]|dixieme",
}
_SPELLED = {
    1: "one|eins|uno|un",
    2: "two|zwei|due|deux",
    3: "three|drei|tre|trois",
    4: "four|vier|quattro|quatre",
    5: "five|funf|cinque|cinq",
}
_NUMBERED = re.compile(
    r"(?:number|no\.?|nr\.?|nummer|num\.?|numero|n°|#|item|line|position|punkt|option|the|bill|invoice|payment|rechnung|zahlung|fattura|facture|paiement|pagamento)\s*(?P<n>\d{1,2})(?![\w.,]\d|\d|\w| ?(?:eur|€|days|%|k\b|tage|pound|dollar|invoice|bill|payment))"
)
_LAST = re.compile(
    r"(?<!\w)(?:last|letzte[nrsm]?|bottom|ultim[oa]|derniere?)(?!\w)(?! (?:month|week|year|quarter|monat|woche|jahr|quartal|mese|anno|settimana|trimestre|mois|semaine|annee|few|\d|days|time|reminder))"
)
_SOME = re.compile(
    r"(?<!\w)(?P<end>first|last|ersten|letzten|prim[ei]|ultim[ei]|premiere?s|dernier[es]*) (?P<n>two|2|three|3|zwei|drei|due|tre|deux|trois)(?!\w)"
)
_EXTREMES = {
    "oldest": r"oldest|earliest|longest overdue|most overdue|alteste[nrs]?|fruheste[nrs]?|piu vecchi[oa]|plus ancienne?|plus vieux|due first|longest outstanding",
    "newest": r"newest|most recent|latest|youngest|neu(?:e)?ste[nrs]?|jungste[nrs]?|piu recente|plus recente?|due last",
    "largest": r"largest|biggest|highest|most expensive|groste[nrs]?|hochste[nrs]?|teuerste[nrs]?|piu grande|piu alt[oa]|maggiore|plus grosse?|plus grande?|plus elevee?|plus chere?",
    "smallest": r"smallest|lowest|cheapest|least|kleinste[nrs]?|niedrigste[nrs]?|gunstigste[nrs]?|billigste[nrs]?|geringste[nrs]?|piu piccol[oa]|minore|plus petite?|moins chere?",
}
_STATUS = re.compile(r"\((?P<word>[a-z ]+)\)")
_ALL = re.compile(
    r"(?<!\w)(?:both|all of them|all three|all of these|all|them all|alle|beide[ns]?|alle drei|tutt[ei]|entramb[ei]|tous|toutes|les deux|every one|each of them)(?!\w)"
)
_PRONOUN = re.compile(
    r"(?<!\w)(?:it|this one|that one|this|that|diese[rs]?|questa?|quello|quella|celle-ci|celui-ci)(?!\w)"
    r"|(?<!\w)(?:das|die|sie|ihn|la|le|lo)(?=\W*$| (?:schon|bereits|denn|bitte|jetzt|noch|doch|auch|fallig|offen|uberfallig|bezahlt|gezahlt|zahlen|bezahlen|begleichen|uberweisen|mahnen|stornieren|per favore|s'il)(?!\w))"
)
_MANY = re.compile(
    r"(?<!\w)(?:invoices|bills|payments|transactions|bookings|movements|contacts|customers|suppliers|vendors|\w*rechnungen|zahlungen|buchungen|kontakte|kunden|lieferanten|fatture|pagamenti|movimenti|clienti|fornitori|factures|paiements|clients|fournisseurs)(?!\w)"
)
_THESE = re.compile(
    r"(?<!\w)(?:these|those|both|them|of the|diese[nr]?|beide[ns]?|davon|queste|quelle|entrambe|ces|les deux|all (?:two|three|four|five|[2-5])|alle (?:zwei|drei|vier|funf))(?!\w)"
)


def pick(folded: str, shown: Shown, names: list[str]) -> list[Item]:
    """The items of the list that a sentence refers to; several only for `both`, `all` or two ordinals."""
    items = list(shown.items)
    if not items:
        return []
    if _MANY.search(folded) and not _THESE.search(folded):
        return _by_place(folded, items, many=True)  # "all open bills" asks anew; "the second and third bills" do not
    picked = _by_place(folded, items) or _by_extreme(folded, items)
    if picked:
        return picked
    named = _by_name(names, items)
    if len(named) == 1:
        return named
    by_word = _by_word(folded, items)
    if by_word:
        return by_word
    if _ALL.search(folded) and len(items) <= 5:
        return items
    if len(items) == 1 and _PRONOUN.search(folded):
        return items
    return named


def _by_place(folded: str, items: list[Item], *, many: bool = False) -> list[Item]:
    some = _SOME.search(folded)
    if some:
        size = {"two": 2, "2": 2, "zwei": 2, "due": 2, "deux": 2}.get(some["n"], 3)
        return items[:size] if some["end"][0] in "fep" else items[-size:]
    places: list[int] = []
    for match in _NUMBERED.finditer(folded):
        places.append(int(match["n"]))
    for number, pattern in _ORDINALS.items():
        if re.search(
            rf"(?<!\w)(?:{pattern})(?! (?:\d|quarter|half|quartal|halbjahr|trimestre|semestre|of|week))(?!\w)", folded
        ):
            places.append(number)
    for number, pattern in _SPELLED.items():
        if re.search(rf"(?<!\w)(?:number|nummer|numero|option|nr\.?|no\.?) (?:{pattern})(?!\w)", folded):
            places.append(number)
    lone = re.fullmatch(
        r"\W*(?:(?:the|die|la|le|pay|zahle|paga|paie|and|open|show|remind|chase) )*#?(\d{1,3})\.?(?: please| bitte| and (\d{1,3}))?\W*",
        folded,
    )
    if lone:
        places += [int(group) for group in lone.groups() if group]
    found = [item for item in items if item.place in places]
    if not found and not places and not many and _LAST.search(folded):
        return [items[-1]]
    return found


def is_place(folded: str) -> bool:
    """Whether words are an ordinal, such as `die zweite`, and nothing else."""
    bare = re.sub(
        r"^\W*(?:(?:the|die|der|das|den|la|il|le|un|and|und|please|bitte|pay) )+|(?: one| bitte| please)?\W*$",
        "",
        folded,
    )
    return any(re.fullmatch(pattern, bare) for pattern in _ORDINALS.values()) or bool(_LAST.fullmatch(bare))


def _by_extreme(folded: str, items: list[Item]) -> list[Item]:
    for which, pattern in _EXTREMES.items():
        if not re.search(rf"(?<!\w)(?:{pattern})(?!\w)", folded):
            continue
        if which in ("oldest", "newest"):
            dated = sorted((item for item in items if item.day), key=lambda item: (item.day, item.place))
            ends = [dated[0], dated[-1]] if len(dated) == len(items) else []
            other = [item for item in dated if ends and item.day == ends[which == "newest"].day]
        else:
            sized = sorted(
                (item for item in items if item.amount is not None), key=lambda item: (item.amount, item.place)
            )
            if len({item.currency for item in sized}) > 1:
                return []  # € 900 against £ 850 is not ours to compare
            ends = [sized[0], sized[-1]] if len(sized) == len(items) else []
            other = [item for item in sized if ends and item.amount == ends[which == "largest"].amount]
        return other if len(other) == 1 else []
    return []


def _by_name(names: list[str], items: list[Item]) -> list[Item]:
    wanted = [fold(name) for name in names]
    found = []
    for item in items:
        printed = fold(item.name or item.text)
        if any(name in printed or printed in name for name in wanted if name):
            found.append(item)
    return found


def _by_word(folded: str, items: list[Item]) -> list[Item]:
    """By a word that only one line has: `the pending one`, `the Initech one`, `the 480.50 one`."""
    counts: dict[str, list[Item]] = {}
    for item in items:
        for piece in {match.group() for match in words(fold(item.text))}:
            counts.setdefault(piece, []).append(item)
    found: list[Item] = []
    for match in words(folded):
        word = re.sub(r"'s$", "", match.group())
        if any(lexicon().patterns[noun].fullmatch(word) for noun in lexicon().nouns):
            continue  # "the Solaris account" is no line of a list
        if len(word) < 4 or word in ("one", "invoice", "bill", "payment", "2026", "euro") or word.isdigit():
            continue
        holders = counts.get(word, [])
        if not holders and len(word) >= 5:
            near = [
                piece for piece in counts if len(piece) >= 5 and piece[0] == word[0] and OSA.distance(piece, word) <= 1
            ]
            holders = counts[near[0]] if len(near) == 1 else []
        if len(holders) == 1 and holders[0] not in found:
            found.append(holders[0])
    return found if len(found) == 1 else []
