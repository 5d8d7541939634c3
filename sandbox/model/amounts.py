# ruff: noqa: E501  (word tables: one line a pattern)
"""Amounts of money as people write them: `1.2k`, `1.200,50`, `1 499,90 EUR`, `three hundred euros`.

A figure that can be read in two ways is never decided here: both readings are handed on, so that the person is asked.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

_CURRENCIES = {
    "EUR": "€ eur euro euros",
    "GBP": "£ gbp pound pounds quid sterling pfund sterline sterlina livres",
    "USD": "$ usd us$ dollar dollars bucks dollari",
    "CHF": "chf franken francs franchi fr.",
}
_BY_WORD = {word: code for code, line in _CURRENCIES.items() for word in line.split()}
_WORDS = sorted((re.escape(word) for word in _BY_WORD), key=len, reverse=True)
_CURRENCY = "(?:" + "|".join(word + r"(?![a-z])" if word[-1].isalpha() else word for word in _WORDS) + ")"
_DIGITS = r"\d{1,3}(?:[ '.,]\d{3})+(?:[.,]\d{1,2})?(?![\d])|\d+(?:[.,]\d+)?"
_SCALE = r"k|tsd\.?|thousand|grand|tausend|mila|mille|m|mio\.?|million|hundred|hundert|cento|cents?"
_NUMBER = re.compile(
    rf"(?<![\w#/.,-])(?P<minus>-|minus )?(?P<before>{_CURRENCY})? ?(?P<sign>-)?(?P<digits>{_DIGITS})"
    rf"(?: ?(?P<scale>{_SCALE})(?![a-z]))?(?: ?(?P<after>{_CURRENCY}))?(?![\w%]|[.,/:-]\d|-\w)"
)
_MOST_DIGITS = 15
"""More is no amount of money."""
_SCALES = {"k": 1000, "tsd": 1000, "thousand": 1000, "grand": 1000, "tausend": 1000, "mila": 1000, "mille": 1000}
_SCALES |= {"m": 1_000_000, "mio": 1_000_000, "million": 1_000_000, "hundred": 100, "hundert": 100, "cento": 100}

_UNITS = {
    word: value
    for value, line in {
        1: "one", 2: "two zwei due deux", 3: "three drei tre trois", 4: "four vier quattro quatre",
        5: "five funf cinque cinq", 6: "six sechs sei", 7: "seven sieben sette sept", 8: "eight acht otto huit",
        9: "nine neun nove neuf", 10: "ten zehn dieci dix", 11: "eleven elf undici onze",
        12: "twelve zwolf dodici douze", 15: "fifteen funfzehn quindici quinze", 20: "twenty zwanzig venti vingt",
        25: "twenty-five", 30: "thirty dreissig dreisig trenta trente", 40: "forty vierzig quaranta quarante",
        45: "forty-five", 50: "fifty funfzig cinquanta cinquante", 60: "sixty sechzig sessanta soixante",
        70: "seventy siebzig settanta", 75: "seventy-five", 80: "eighty achtzig ottanta", 90: "ninety neunzig novanta",
        100: "hundert cento cent", 200: "zweihundert duecento", 300: "dreihundert trecento", 400: "vierhundert",
        500: "funfhundert cinquecento", 600: "sechshundert", 800: "achthundert", 1000: "tausend mille eintausend",
        2000: "zweitausend duemila", 3000: "dreitausend tremila", 5000: "funftausend cinquemila",
    }.items()
    for word in line.split()
}  # fmt: skip
_TENS = {"hundred": 100, "thousand": 1000, "grand": 1000, "k": 1000, "cent": 100, "mille": 1000, "mila": 1000}
_SPELLED = re.compile(
    rf"(?<!\w)(?P<words>(?:(?:an?|{'|'.join(sorted(_UNITS, key=len, reverse=True))})[ -])?"
    rf"(?:(?:{'|'.join(_TENS)})|{'|'.join(sorted(_UNITS, key=len, reverse=True))})"
    rf"(?:(?: and)? (?:{'|'.join(sorted(_UNITS, key=len, reverse=True))}))?) (?P<after>{_CURRENCY})"
)
_COUNTED = re.compile(
    r"(?:bills?|invoices?|payments?|number|no\.?|nr\.?|nummer|#|item|line|option|rechnung(?:en)?|zahlung|fattura|facture|numero|paiement|pagamento) ?$"
)
_CODED = re.compile(r"(?:account|konto|conto|compte)(?: code| no\.?| nr\.?| number| nummer)? ?$")
"""What a code of the ledger follows: `account 200`."""
_LEAST = re.compile(
    r"(?:over|above|more than|greater than|bigger than|larger than|at least|from|exceeding|exceed|higher than|min(?:imum)?|"
    r"upwards of|>=?|uber|ab|mehr als|mindestens|grosser als|groser als|hoher als|sopra(?: i| gli)?|oltre(?: i)?|"
    r"piu di|superior[ei] a(?:i|gli)?|maggior[ei] di|almeno|plus de|superieure?s? a|au-dessus de|au moins|worth|north of|"
    r"depassant|starting at)\s*(?:the )?$"
)
_MOST = re.compile(
    r"(?:under|below|less than|smaller than|at most|up to|no more than|lower than|max(?:imum)?|<=?|unter|bis(?: zu)?|"
    r"weniger als|hochstens|maximal|kleiner als|sotto(?: i)?|meno di|inferior[ei] a(?:i|gli)?|al massimo|fino a|"
    r"moins de|inferieure?s? a|au plus|jusqu'a)\s*(?:the )?$"
)
_LEAST_AFTER = re.compile(r"^ ?(?:or more|and more|and above|or above|and up|\+|oder mehr|und mehr|o piu|ou plus)")
_MOST_AFTER = re.compile(r"^ ?(?:or less|or below|and below|oder weniger|o meno|ou moins)")


@dataclass(frozen=True)
class Amount:
    """One amount in a sentence; `readings` holds two values when the writing does not tell which is meant."""

    start: int
    end: int
    readings: tuple[Decimal, ...]
    currency: str | None
    bound: str | None
    """`min` or `max` where the sentence asks for more or less than this."""
    decimals: int
    """How many digits follow the decimal sign, as typed."""

    @property
    def value(self) -> Decimal | None:
        """The amount, if it can be read in one way only."""
        return self.readings[0] if len(self.readings) == 1 else None


def find_amounts(folded: str, language: str, taken: list[tuple[int, int]]) -> list[Amount]:
    """The amounts of a folded sentence outside the places already `taken` (dates, numbers of documents)."""
    found = []
    for match in _NUMBER.finditer(folded):
        start = match.start()
        if any(start < end and match.end() > begin for begin, end in taken):
            continue
        words = match["before"] or match["after"]
        if not words and _COUNTED.search(folded[:start]):
            continue  # "bill 3" names a line or a document
        if not words and _CODED.search(folded[:start]) and match["digits"].isdigit():
            continue
        if sum(char.isdigit() for char in match["digits"]) > _MOST_DIGITS:
            continue
        if re.fullmatch(r"0\d+", match["digits"]):
            continue  # "091" is an account, "0042" a number
        scale = (match["scale"] or "").rstrip(".")
        readings, decimals = _read(match["digits"], language)
        if scale in _SCALES:
            # a scaled figure is a decimal one: 1.250k is 1250, whatever the language
            plain = Decimal(match["digits"].replace(" ", "").replace("'", "").replace(",", "."))
            readings, decimals = (plain * _SCALES[scale],), 0
        if match["minus"] or match["sign"]:
            readings = tuple(-value for value in readings)
        currency = _BY_WORD.get(words.strip()) if words else None
        found.append(Amount(start, match.end(), readings, currency, _bound(folded, start, match.end()), decimals))
    if not found:
        found = list(_spelled(folded, taken))
    return found


def _spelled(folded: str, taken: list[tuple[int, int]]) -> list[Amount]:
    amounts = []
    for match in _SPELLED.finditer(folded):
        if any(match.start() < end and match.end() > begin for begin, end in taken):
            continue
        total = current = 0
        for word in re.split(r"[ ]", match["words"].replace(" and ", " ")):
            if word in _TENS and (current or word not in _UNITS):
                current = max(current, 1) * _TENS[word]
            elif word in ("a", "an"):
                current = 1
            else:
                total, current = total + current, _UNITS.get(word, 0)
        value = Decimal(total + current)
        bound = _bound(folded, match.start(), match.end())
        amounts.append(Amount(match.start(), match.end(), (value,), _BY_WORD[match["after"]], bound, 0))
    return amounts


def _bound(folded: str, start: int, end: int) -> str | None:
    before, after = folded[max(0, start - 24) : start], folded[end : end + 12]
    if _LEAST.search(before) or _LEAST_AFTER.match(after):
        return "min"
    if _MOST.search(before) or _MOST_AFTER.match(after):
        return "max"
    return None


def _read(digits: str, language: str) -> tuple[tuple[Decimal, ...], int]:
    """Every reading of a figure, and how many decimals were typed (of the first reading)."""
    bare = digits.replace(" ", "").replace("'", "")
    marks = [char for char in bare if char in ".,"]
    if not marks:
        return (Decimal(bare),), 0
    last = marks[-1]
    whole, _, tail = bare.rpartition(last)
    if len(set(marks)) == 2 or (len(marks) == 1 and len(tail) != 3) or " " in digits or "'" in digits:
        if len(tail) == 3 and len(set(marks)) == 1 and len(marks) > 1:
            return (Decimal(bare.replace(last, "")),), 0
        return (Decimal(whole.replace(".", "").replace(",", "") + "." + tail),), len(tail)
    if len(marks) > 1:
        together = Decimal(bare.replace(last, ""))
        if any(len(group) != 3 for group in bare.split(last)[1:]):
            return (Decimal(f"{whole.replace(last, '')}.{tail}"), together), len(tail)  # 1.000.00
        return (together,), 0
    # one mark and three digits: thousands or three decimals
    thousands, fraction = Decimal(whole + tail), Decimal(f"{whole}.{tail}")
    if whole.lstrip("0") == "":
        return (fraction,), 3
    usual = "," if language == "en" else "."
    if tail == "000" or last == usual:
        return (thousands,), 0
    return (thousands, fraction), 3


def plain(value: Decimal) -> str:
    """An amount as a decimal string with at least what was typed and no exponent: `1200.5` becomes `1200.50`."""
    return f"{value:.2f}" if value == value.quantize(Decimal("0.01")) else f"{value:f}"
