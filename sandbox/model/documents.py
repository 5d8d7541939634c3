# ruff: noqa: E501  (word tables: one line a pattern)
"""The numbers that people quote: invoices, bills, payments, IBANs, e-mail addresses."""

import re
from dataclasses import dataclass

from sandbox.company.iban import is_valid
from sandbox.model.calendar_words import MONTHS

_PAYMENT = re.compile(
    r"(?<![\w-])(?:pm[ -]?[0-9][0-9a-z]{3,}|pm[0-9a-z]*\d[0-9a-z]{2,}|pay[_-][0-9a-z]{4,}|"
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?!\w)"
)
_IBAN = re.compile(r"(?<!\w)[a-z]{2}\d{2}(?: ?[0-9a-z]{4}){2,7}(?: ?[0-9a-z]{1,3})?(?!\w)")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_DOCUMENT = re.compile(
    r"(?<![\w-])(?:(?P<prefix>[a-z]{1,6})(?P<gap>[-_/# ]{0,2}))(?P<tail>\d{1,8}(?:[-/]\d{1,8}){0,3}[a-z]?)(?![\w%]|-\w|[.,]\d| ?(?:[€$£]|eur|gbp|usd|chf|pound|dollar))"
)
_BARE = re.compile(
    r"(?:invoice|bill|inv|rechnung|fattura|facture|document|beleg|rechnungsnummer|invoice number|bill number|lieferantenrechnung|rechnungsnr\.?)"
    r"(?: (?:number|no\.?|nr\.?|num\.?|nummer|numero|n\.?|n°|#))? ?#?(?P<tail>\d{2,8}(?:[-/][a-z0-9]{1,12}){0,4}|\d{2,8}[a-z]{1,4}\d{0,8}(?<!\dth))(?![\w%]|[.,]\d| ?(?:[€$£]|eur|euro|k\b|gbp|usd|chf|pound|dollar|days|tage))"
)
_NOT_PREFIX_WORDS = """
    q h t eur euro euros gbp usd chf fy no nr num vat ust day days in on of to for by last next the top und
    and or is at from over under above below since until about first an am im bis ab von vom zum um il al del
    le du au les di da per uno une ein january february march april may june july august october jan feb mar
    apr jun jul aug sep sept oct nov dec januar marz mai juni juli okt dez pay send zahle paga paie number
    item line point nummer numero page past max min ca circa etwa only just nur solo with bill bills rate
    limit up plus minus des den die das der mit fur uber collect charge debit take than ich
    """
_NOT_PREFIX = frozenset(_NOT_PREFIX_WORDS.split())
"""Words that stand before a number without belonging to it."""
_NEVER_GLUED_WORDS = """
    q h t fy eur euro euros gbp usd chf vat ust net top day days last next pay max min mid end iso
    january february march april may june july august october jan feb mar apr jun jul aug sep sept oct nov dec
    januar marz mai juni juli okt dez
    """
_NEVER_GLUED = frozenset(_NEVER_GLUED_WORDS.split())
"""What is written before digits without a gap and makes no document number: `Q3`, `EUR500`, `Nov26`."""
_UNIT_PART = re.compile(
    r"(?:day|week|month|year|tag|woche|monat|jahr|hour|stunde)\w*|mid|end|pre|post|year|th|st|nd|rd|k|m|x|eur|usd|gbp|chf"
)
_SHAPED = re.compile(
    r"(?<![\w@./,-])(?:[a-z]{1,8}\d[a-z0-9]*|[a-z0-9]{1,12})(?:[-_/][a-z0-9]{1,12}){0,4}(?![\w%@-]|[.,]\d|/\w| ?[€$£])"
)
_QUOTED = re.compile(r"(?<!\w)[\"'](?P<tail>(?=[^\"'\n]*\d)[\w][\w ./#-]{1,28})[\"'](?!\w)")
_INVOICE_PREFIX = frozenset(["inv", "invoice", "invoices", "re", "rg", "ar", "si", "fa"])
_BILL_PREFIX = frozenset(["bill", "bil", "er", "lr", "pi", "ap"])


@dataclass(frozen=True)
class Number:
    """A document or payment number in a sentence: `invoice`, `bill`, `document` (unknown which) or `payment`."""

    start: int
    end: int
    value: str
    kind: str
    sure: bool = True
    """False where only digits were given, so that the full number is a guess."""
    typed: str = ""
    """What the person wrote, where `value` is a mended form of it."""

    @property
    def written(self) -> str:
        """The number as the person wrote it."""
        return self.typed or self.value


def find_numbers(text: str, folded: str) -> tuple[list[Number], list[tuple[int, int]]]:
    """The quoted numbers, and the places that they and IBANs or addresses occupy."""
    found: list[Number] = []
    taken = [match.span() for match in _EMAIL.finditer(folded)]
    taken += [match.span() for match in _ibans(folded)]
    for match in _PAYMENT.finditer(folded):
        if not _overlaps(match.span(), taken):
            value = text[match.start() : match.end()].replace(" ", "")
            upper = value.upper() if value.lower().startswith("pm") else value
            found.append(Number(*match.span(), upper, "payment"))
            taken.append(match.span())
    for match in _DOCUMENT.finditer(folded):
        prefix, gap, tail = match["prefix"], match["gap"], match["tail"]
        if _overlaps(match.span(), taken) or not _is_document(prefix, gap, tail):
            continue
        kind = "invoice" if prefix == "inv" else "bill" if prefix in _BILL_PREFIX else "document"
        typed = text[match.start() : match.end()]
        if prefix == "bill" and gap == " " and (not tail.isdigit() or len(tail) > 4):
            span = match.span("tail")  # "bill 2026-118": the word is no part of the number
            found.append(Number(*span, text[span[0] : span[1]], "bill"))
        else:
            value = f"{prefix.upper()}-{tail.upper()}" if kind != "document" else typed.upper() if gap != " " else typed
            found.append(Number(*match.span(), value, kind, typed=typed))
        taken.append(match.span())
    _shaped(text, folded, found, taken)
    for match in _BARE.finditer(folded):
        span = match.span("tail")
        if not _overlaps(span, taken):
            found.append(Number(*span, match["tail"], "document", sure=False))
            taken.append(span)
    return sorted(found, key=lambda number: number.start), taken


def _shaped(text: str, folded: str, found: list[Number], taken: list[tuple[int, int]]) -> None:
    """Numbers of any other shape that carry a digit: `TO25010`, `2026-118`, `24-A-017`, or what stands in quotes."""
    for match in _SHAPED.finditer(folded):
        if not _overlaps(match.span(), taken) and _looks_numbered(match.group()):
            found.append(Number(*match.span(), text[match.start() : match.end()], "document"))
            taken.append(match.span())
    for match in _QUOTED.finditer(folded):
        span = match.span("tail")
        if not _overlaps(span, taken):
            found.append(Number(*span, text[span[0] : span[1]].strip(), "document"))
            taken.append(span)


def _looks_numbered(token: str) -> bool:
    """Whether a word is the number of a document and not an amount, a day, a length of time or a year."""
    parts = re.split(r"[-_/]", token)
    digits = sum(char.isdigit() for char in token)
    if digits < 2 or any(_UNIT_PART.fullmatch(part) or part in MONTHS for part in parts):
        return False
    if len(parts) == 1:
        letters = re.match(r"[a-z]*", token)
        prefix = letters.group() if letters else ""
        return bool(prefix) and digits >= 3 and prefix not in _NEVER_GLUED
    if all(part.isdigit() for part in parts):
        year = bool(re.fullmatch(r"20\d\d", parts[1]))
        return len(parts) == 2 and "/" not in token and len(parts[0]) == 4 and len(parts[1]) >= 3 and not year
    return any(sum(char.isdigit() for char in part) >= 2 for part in parts) and parts[0] not in _NEVER_GLUED


def _is_document(prefix: str, gap: str, tail: str) -> bool:
    if prefix in ("inv", "bill") and (gap or len(tail) >= 2):
        return len(tail) >= 2 if gap == " " else True
    if prefix in _NEVER_GLUED or prefix in ("invoice", "invoices") or (gap != "" and prefix in _NOT_PREFIX):
        return False
    if gap in ("-", "/", "_"):
        return len(tail) >= 2
    return gap == "" and len(tail) >= 3


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and span[1] > start for start, end in taken)


def addresses(folded: str) -> list[tuple[int, int]]:
    """The places of e-mail addresses: their parts are no words of the sentence."""
    return [match.span() for match in _EMAIL.finditer(folded)]


def find_email(folded: str) -> str | None:
    """The first e-mail address."""
    match = _EMAIL.search(folded)
    return match.group().rstrip(".") if match else None


def _ibans(folded: str) -> list[re.Match[str]]:
    """What is long enough, and has digits enough, to be an IBAN."""
    return [match for match in _IBAN.finditer(folded) if sum(char.isdigit() for char in match.group()) >= 10]


def find_iban(text: str, folded: str) -> str | None:
    """The first IBAN, without spaces, in capitals (its check digits are the tool's business)."""
    found = find_ibans(text, folded)
    return found[0] if found else None


def find_ibans(text: str, folded: str) -> list[str]:
    """Every IBAN, each once, in the order in which they stand."""
    return list(dict.fromkeys(_iban_of(text[match.start() : match.end()].upper()) for match in _ibans(folded)))


def _iban_of(written: str) -> str:
    """Without a short word behind it that looks like its last group: the longest part whose check digits fit."""
    groups = written.split(" ")
    for last in range(len(groups), 0, -1):
        if is_valid("".join(groups[:last])):
            return "".join(groups[:last])
    return "".join(groups)


def kind_of(number: str) -> str:
    """What a document number is by its beginning: `payment`, `invoice`, `bill` or `document`."""
    folded = number.lower()
    if _PAYMENT.fullmatch(folded):
        return "payment"
    if folded.startswith("inv"):
        return "invoice"
    return "bill" if folded.startswith("bill") else "document"
