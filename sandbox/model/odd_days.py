# ruff: noqa: E501  (word tables: one line a pattern)
"""What looks like a day and is none, a day without its month, and shares of an amount: to be asked about, never guessed.

`31 Feb` is no day of the calendar; `on the 15th` leaves the month open; `half of it`, `50 %` and `less 2 % discount` are
amounts that somebody would have to work out. Nothing in such a phrase may be taken for an amount or be dropped.
"""

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date

from sandbox.model.calendar_words import ANY_MONTH
from sandbox.model.spans import Span, shift_months

_MONEY_AFTER = r"(?! ?(?:€|£|\$|eur|euros?|gbp|usd|chf|pounds?|dollars?|k\b|tsd|%|prozent|percent))"
_LIKE_A_DAY = re.compile(
    rf"(?<![\w.,/-])(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}\. ?\d{{1,2}}\.(?: ?(?:\d{{4}}|\d{{2}}))?|\d{{1,2}}/\d{{1,2}}/(?:\d{{4}}|\d{{2}})"
    rf"|(?<!\w)(?:ultimo|zahltag|pay ?day|monatsmitte|mid-month|weekend|wochenende)|(?:(?<=on )|(?<=am )|(?<=zum )|(?<=vom ))\d{{1,2}}\.\d{{1,2}}|(?:(?<=on )|(?<=am )|(?<=by )|(?<=il )|(?<=le ))\d{{1,2}}/\d{{1,2}}"
    rf"|\d{{1,3}}(?:st|nd|rd|th|\.|er|o)?(?: of| de| di)? (?:{ANY_MONTH})\.?(?:,? \d{{4}})?"
    rf"|(?:{ANY_MONTH})\.? \d{{1,3}}(?:st|nd|rd|th)?(?:,? \d{{4}})?)(?![\w/-]|[.,]\d){_MONEY_AFTER}"
)
_DAY_ALONE = re.compile(
    r"(?:(?<![\w])(?:on|by|until|since|from|before|after|dated|as of)(?: the)? (?P<en>\d{1,3})(?:st|nd|rd|th)"
    r"|(?<!\w)(?:am|zum|vom|seit dem|ab dem|bis zum|datum|vor dem|nach dem)(?: den)? (?P<de>\d{1,2})(?:\.|ten)?"
    r"|(?<!\w)(?:il|dal|entro il|del|le|du|au|depuis le|avant le)(?: giorno)? (?P<it>\d{1,3})(?:er|o)?)"
    rf"(?![\w%/-]|[.,]\d|\. ?\d|[.,]? ?(?:of |de |di )?(?:{ANY_MONTH}|one\b|invoice|bill|rechnung|fattura|facture|quart|quarter|zeile|posten|tage|days|giorni|jours)){_MONEY_AFTER}"
)
_SHARE = re.compile(
    r"(?<![\w./-])[1-9]/(?:[2-9]|10)(?![\w./])(?= ?(?:of|von|vom|der|des|di|de|du|della|dell'|del)\b)|(?<![\w./-])(?:1/2|1/3|2/3|1/4|3/4)(?![\w./])|[½⅓⅔¼¾]"
    r"|\d{1,3}(?:[.,]\d{1,2})? ?(?:%|percent|per cent|prozent|per cento|pour ?cent)"
    r"|\d{1,2} ?(?:times|mal|x|volte|fois)(?!\w)|(?<!\w)(?:percent|per cent|prozent|per cento|pour ?cent)(?!\w)"
    r"|(?<!\w)(?:half|halves|(?:a|one|three) quarters? of(?! (?:the )?(?:20\d\d|year|fiscal))|(?:a|one|two) thirds?|(?:a |the )?(?:small |large |big |first |second )?part(?= of|\b)|parts of|partial(?:ly)?|partly|portion|some of|a bit of|most of|double|twice|triple|"
    r"deposit|down ?payment|instal?ments?|die halfte|halfte|halb(?:e[nsr]?)?|(?:einen?|den|dem|der) (?:\w+ )?teil|teilbetrag|teilweise|anteilig|teilzahlung|anzahlung|abschlag\w*|"
    r"(?:ein|eine|erste|ersten|zweite|nachste) rate|drittel|viertel|etwas|doppelt\w*|das doppelte|zweimal|meta|una parte|parte|un terzo|un quarto|due terzi|parzial\w*|"
    r"acconto|(?:una|prima) rata|il doppio|la moitie|moitie|une partie|un tiers|un quart|deux tiers|partiel\w*|acompte|le double|"
    r"minus|less (?!than)|abzuglich|weniger (?!als)|skonto|discount|rabatt|deduct\w*|excluding|net of|without (?:the )?(?:vat|tax)|ohne (?:die )?(?:mwst|ust|steuer)|zuzuglich|"
    r"plus (?=[\d€£$])|meno (?!di)|sconto|moins (?!de)|remise|escompte)(?!\w)"
)


_VAGUE = re.compile(
    r".*(?:part|partial|partially|partly|portion|some of|deposit|payment|instal?ments?|teil\w*|anteilig|anzahlung|abschlag\w*|rate|rata|etwas|parte|parzial\w*|acconto|partie|partiel\w*|acompte)"
)


def is_vague(phrase: str) -> bool:
    """Whether a share is named without saying how much: beside a figure it does no harm (`a part payment of 120`)."""
    return _VAGUE.fullmatch(phrase) is not None


def find_shares(text: str) -> list[tuple[int, int]]:
    """Where a sentence speaks of a share of an amount, or of an amount to be worked out."""
    return [match.span() for match in _SHARE.finditer(text)]


def find_unread(text: str, spans: list[Span]) -> list[tuple[int, int]]:
    """The places that are written like days and are none; `spans` are the days and periods that were understood."""
    found = []
    for match in _LIKE_A_DAY.finditer(text):
        # of "31 Feb" only the month was understood
        whole = [span for span in spans if span.kind == "day" or (span.end - span.start) >= len(match.group())]
        if not _covered(match.span(), whole):
            found.append(match.span())
    for match in _DAY_ALONE.finditer(text):
        number = int(match["en"] or match["de"] or match["it"])
        surely = match["en"] or (match["de"] and not match.group()[-1].isdigit())
        if surely and not 1 <= number <= 31 and not _covered(match.span(), spans):
            found.append(match.span())
    return found


def find_monthless(text: str, spans: list[Span], today: date) -> list[Span]:
    """`on the 15th`: the day of this month, marked as having no month of its own."""
    found = []
    for match in _DAY_ALONE.finditer(text):
        number = int(match["en"] or match["de"] or match["it"])
        if not 1 <= number <= 31 or _covered(match.span(), spans) or _is_a_line(text, match):
            continue
        day = _in_month(today, number, 0) or _in_month(today, number, -1)
        if day:
            group = next(name for name in ("en", "de", "it") if match[name])
            found.append(Span(match.start(group), match.end(), day, day, "day", True, monthless=True))
    return found


def _is_a_line(text: str, match: re.Match[str]) -> bool:
    """`paga il 2` names a line of a list."""
    return (
        match["it"] is not None and match.end() == len(text.rstrip(" .!?")) and len(text[: match.start()].split()) < 2
    )


def _covered(place: tuple[int, int], spans: list[Span]) -> bool:
    return any(place[0] < span.end and place[1] > span.start for span in spans)


def _in_month(today: date, number: int, step: int) -> date | None:
    first = shift_months(today.replace(day=1), step)
    return first.replace(day=number) if number <= monthrange(first.year, first.month)[1] else None


def around(span: Span, today: date) -> list[date]:
    """The last and the next day that a day without a month can mean."""
    if span.first is None:
        return []
    days = [day for step in (-2, -1, 0, 1, 2) if (day := _in_month(today, span.first.day, step))]
    past = [day for day in days if day <= today]
    return [*past[-1:], *[day for day in days if day > today][:1]]


def coming(span: Span, today: date) -> Span:
    """A day without a month, taken to be the next one."""
    days = around(span, today) if span.monthless else []
    return replace(span, first=days[-1], last=days[-1], yearless=False) if days else span


def latest(span: Span, today: date) -> Span:
    """A day without a month, taken to be the last one that has come."""
    if not span.monthless or not (days := around(span, today)) or days[0] > today:
        return span
    return replace(span, first=days[0], last=days[0], yearless=False)
