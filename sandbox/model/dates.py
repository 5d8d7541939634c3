# ruff: noqa: E501  (word tables: one line a pattern)
"""Days and periods as people name them in English, German, Italian and French, reckoned from a given today."""

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

from sandbox.model.calendar_words import (
    ANY_COUNT,
    ANY_DAY,
    ANY_MONTH,
    ANY_UNIT,
    COUNTS,
    LAST,
    MONTHS,
    NEXT,
    ORDINALS,
    THIS,
    UNITS,
    WEEKDAYS,
)
from sandbox.model.spans import Span, month_span, shift_months


def _unit(word: str) -> str:
    if word == "an":
        return "year"
    for name, line in UNITS.items():
        if any(re.fullmatch(piece, word) for piece in line.split()):
            return name
    return "day"


def _count(word: str) -> int:
    return int(word) if word.isdigit() else COUNTS.get(word.split()[0], 1)


def block(today: date, unit: str, step: int) -> tuple[date, date]:
    """The calendar week, month, quarter, half or year that lies `step` away from today's."""
    if unit == "day":
        day = today + timedelta(days=step)
        return day, day
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
        return monday, monday + timedelta(days=6)
    size = {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit]
    number = ((today.year * 12 + today.month - 1) // size + step) * size
    first = date(number // 12, number % 12 + 1, 1)
    return first, shift_months(first, size) - timedelta(days=1)


def length_days(count: int, unit: str) -> int:
    """A stretch of time in days, as a forecast counts it."""
    return count * {"day": 1, "week": 7, "month": 30, "quarter": 90, "half": 180, "year": 365}[unit]


def _year(text: str | None, today: date) -> int | None:
    if not text:
        return None
    number = int(text)
    return number + 2000 if number < 100 else number


_D = re.compile(
    rf"(?<![\w.-])(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|(?P<d>\d{{1,2}})[./](?P<m>\d{{1,2}})(?:[./](?P<y>\d{{4}}|\d{{2}}))?\.?(?![\d,])"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.|er|o)?(?: of| de| di)?[ -](?P<mon>{ANY_MONTH})\.?(?:,?[ -](?P<y2>\d{{4}}))?(?![\w-])"
    rf"|(?P<mon3>{ANY_MONTH})\.? (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,? (?P<y3>\d{{4}}))?(?![\w.,]?\d|k\b| ?(?:€|eur|euro)))"
)
_ON = re.compile(r"(?<!\w)(?:on|am|zum|vom|dated|datum|date) $")
_WORDS = {
    "day before yesterday|vorgestern|l'altro ieri|avant-hier": -2,
    "yesterday|gestern|ieri|hier": -1,
    "today|heute|heutige[nr]?|oggi|aujourd'hui|right now|just now|as of now": 0,
    "day after tomorrow|ubermorgen|dopodomani|apres-demain": 2,
    "tomorrow|tmrw|domani|demain|(?<!guten )(?<!good )morgen": 1,
}


_FROM_TO = re.compile(
    rf"(?<![\w.])(?P<a>\d{{1,2}})(?:st|nd|rd|th|\.|er|o)? ?(?:and|to|until|till|through|-|bis(?: zum)?|al?|au|e|et|und) ?(?:the |il |le |dem )?"
    rf"(?P<b>\d{{1,2}})(?:st|nd|rd|th|\.|er|o)?(?: of| de| di)? (?P<mon>{ANY_MONTH})\.?(?:,? (?P<y>\d{{4}}))?(?![\w-])"
)


def _days_of_month(text: str, today: date) -> list[Span]:
    """`between 1 and 15 November`."""
    found = []
    for match in _FROM_TO.finditer(text):
        year, month = _year(match["y"], today), MONTHS[match["mon"]]
        first, last = int(match["a"]), int(match["b"])
        if 1 <= first <= last <= monthrange(year or today.year, month)[1]:
            span = (date(year or today.year, month, first), date(year or today.year, month, last))
            found.append(Span(match.start(), match.end(), *span, "period", year is None))
    return found


def _days(text: str, today: date) -> list[Span]:
    found = []
    for match in _D.finditer(text):
        explicit = True
        try:
            if match["iso"]:
                day = date.fromisoformat(match["iso"])
            else:
                number = int(match["d"] or match["d2"] or match["d3"])
                month = int(match["m"]) if match["m"] else MONTHS[match["mon"] or match["mon3"]]
                if month > 12 >= number:
                    number, month = month, number
                year = _year(match["y"] or match["y2"] or match["y3"], today)
                explicit = year is not None
                day = date(year or today.year, month, number)
                if match["d"] and not match["y"] and "." not in match.group().rstrip(".") and "/" not in match.group():
                    continue
                decimal = match["d"] and not match["y"] and not match.group().endswith(".") and "." in match.group()
                if decimal and not _ON.search(text[: match.start()]):
                    continue  # 12.50 is an amount; 12.11. and "on 12.11" are days
        except ValueError:
            continue
        if not 1990 <= day.year <= 2100:
            continue
        found.append(Span(match.start(), match.end(), day, day, "day", not explicit))
    for words, step in _WORDS.items():
        for match in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", text):
            day = today + timedelta(days=step)
            found.append(Span(match.start(), match.end(), day, day, "day"))
    for match in re.finditer(
        rf"(?<!\w)(?:(?P<how>{LAST}|{NEXT}|{THIS}) )?(?P<day>{ANY_DAY})s?(?: (?P<post>{LAST}|{NEXT}))?(?!\w)",
        text,
    ):
        ahead = (WEEKDAYS[match["day"]] - today.weekday()) % 7 or 7
        past = any(word and re.fullmatch(LAST, word) for word in (match["how"], match["post"]))
        day = today + timedelta(days=ahead - 7 if past and ahead < 7 else ahead if not past else -7)
        found.append(Span(match.start(), match.end(), day, day, "day"))
    return found


def _ends(text: str, today: date) -> list[Span]:
    """`end of June`, `year end 2025`, `month end`, `Ende des Quartals`."""
    found = []
    end = r"(?:the )?end of(?: the)?|ende(?: des| der)?|fine(?: di| dell')?|alla fine di|(?:la )?fin(?: de| du| d')?|close of"
    for match in re.finditer(rf"(?<!\w)(?:{end}) ?(?P<mon>{ANY_MONTH})(?: (?P<y>\d{{4}}))?(?!\w)", text):
        year, month = _year(match["y"], today), MONTHS[match["mon"]]
        found.append(_day(match, month_span(year or today.year, month)[1], yearless=year is None))
    for match in re.finditer(
        rf"(?<!\w)(?:{end}) ?(?:(?P<how>{LAST}|{THIS}|{NEXT}) )?(?P<unit>{ANY_UNIT})(?: (?P<post>{LAST}|{NEXT}))?(?: (?P<y>\d{{4}}))?(?!\w)",
        text,
    ):
        year = _year(match["y"], today)
        step = _step(match["how"] or match["post"])
        found.append(_day(match, date(year, 12, 31) if year else block(today, _unit(match["unit"]), step)[1]))
    for match in re.finditer(
        rf"(?<!\w)(?:{end}) ?(?:of )?(?P<y>20\d\d)(?!\w)|(?:year[ -]?end|jahresende|fine anno|fin d'annee|year close)(?: of)? ?(?P<y2>20\d\d)?(?!\w)",
        text,
    ):
        found.append(_day(match, date(_year(match["y"] or match["y2"], today) or today.year, 12, 31)))
    for match in re.finditer(
        r"(?<!\w)(?P<how>(?:last|this|next) )?(?P<unit>month|quarter|monats|quartals)[ -]?ende?(?!\w)", text
    ):
        unit = "quarter" if match["unit"].startswith("qua") else "month"
        found.append(_day(match, block(today, unit, _step((match["how"] or "").strip()))[1]))
    for match in re.finditer(rf"(?<!\w)(?:{end}) ?(?P<q>q[1-4])(?: (?P<y>\d{{4}}))?(?!\w)", text):
        first = date(_year(match["y"], today) or today.year, int(match["q"][1]) * 3 - 2, 1)
        found.append(_day(match, block(first, "quarter", 0)[1], yearless=not match["y"]))
    return found


def _day(match: re.Match[str], day: date, *, yearless: bool = False) -> Span:
    return Span(match.start(), match.end(), day, day, "day", yearless)


def _step(word: str | None) -> int:
    if not word:
        return 0
    return -1 if re.fullmatch(LAST, word) else 1 if re.fullmatch(NEXT, word) else 0


def _periods(text: str, today: date) -> list[Span]:
    return [*_parts_of_years(text, today), *_months(text, today), *_relative(text, today), *_years_named(text, today)]


def _parts_of_years(text: str, today: date) -> list[Span]:
    """`third quarter 2026`, `H1`."""
    found = []
    for size, unit, names in (
        (3, "quarter", "quarters?|quartals?|trimestre|trimestres"),
        (6, "half", "half(?: of)?(?: the)? ?(?:year)?|halbjahre?s?|semestre"),
    ):
        for number, line in ORDINALS.items():
            if number * size > 12:
                continue
            words = [word for word in line.split() if not re.fullmatch("[qth]\\d", word)]
            short = {"quarter": f"(?:q|t){number}|q {number}", "half": f"h{number}"}[unit]
            pattern = rf"(?<!\w)(?:(?:{'|'.join(words)}) (?:{names})|{short})(?:(?: of| del| de| von| des jahres| im jahr|/|-)? ?(?:the year |this year |'?(?P<y>20\d\d|\d\d)(?![\w.])))?(?!\w)"
            for match in re.finditer(pattern, text):
                year = _year(match["y"], today)
                first = date(year or today.year, (number - 1) * size + 1, 1)
                last = shift_months(first, size) - timedelta(days=1)
                found.append(Span(match.start(), match.end(), first, last, "period", year is None))
    return found


def _months(text: str, today: date) -> list[Span]:
    found = []
    for match in re.finditer(
        rf"(?<!\w)(?P<mon>{ANY_MONTH})\.?(?:(?: of| di| de)? (?P<how>{LAST}|{THIS}) (?:year|jahre?s?|anno)|,? ?(?P<y>20\d\d))?(?!\w|\.? \d{{1,2}}(?!\d|k|[.,]\d))",
        text,
    ):
        if (
            match["mon"] in ("may", "mar", "mars", "dec", "sep")
            and not match["y"]
            and not _month_like(text, match.start())
        ):
            continue
        year = _year(match["y"], today) or (today.year + _step(match["how"]) if match["how"] else None)
        first, last = month_span(year or today.year, MONTHS[match["mon"]])
        found.append(Span(match.start(), match.end(), first, last, "period", year is None))
    for match in re.finditer(r"(?<![\w./-])(?P<y>20\d\d)-(?P<m>0[1-9]|1[0-2])(?![\w-]|[./]\d)", text):
        found.append(Span(*match.span(), *month_span(int(match["y"]), int(match["m"])), "period"))
    return found


def _relative(text: str, today: date) -> list[Span]:
    """`last month`, `the past 90 days`."""
    found = []
    for match in re.finditer(
        rf"(?<!\w)(?:(?P<how>{LAST}|{THIS}|{NEXT})[ ']?(?P<unit>{ANY_UNIT})|(?:l')?(?P<unit2>{ANY_UNIT}) (?P<post>{LAST}|{THIS}|{NEXT}))(?!\w)",
        text,
    ):
        unit = _unit(match["unit"] or match["unit2"])
        if unit == "day":
            continue
        first, last = block(today, unit, _step(match["how"] or match["post"]))
        found.append(Span(match.start(), match.end(), first, last, "period"))
    counted = (
        rf"(?:(?P<how>{LAST}) (?P<n>{ANY_COUNT})|(?P<n2>{ANY_COUNT}) (?P<post>{LAST}))[ -](?P<unit>{ANY_UNIT})(?!\w)"
    )
    for match in re.finditer(rf"(?<!\w){counted}", text):
        count, unit = _count(match["n"] or match["n2"]), _unit(match["unit"])
        begin = (
            today - timedelta(days=length_days(count, unit))
            if unit in ("day", "week")
            else shift_months(today, -count * {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit])
        )
        found.append(Span(match.start(), match.end(), begin, today, "period", rolling=True))
    return found


def _years_named(text: str, today: date) -> list[Span]:
    """`in 2025`, `year to date`."""
    found = []
    for match in re.finditer(
        r"(?<!\w)(?:(?:in|for|during|year|of|im jahr|jahr|fur|anno|nel|del|de|en|pour|l'annee|since|from|seit|fiscal year|fy) ?)?(?P<y>20[0-4]\d)(?![\w-]|[.,/]\d| ?(?:€|eur|gbp|usd|pounds|dollars|chf))",
        text,
    ):
        year = int(match["y"])
        at = match.start("y")
        lead = text[max(0, at - 3) : at]
        if re.search(r"[€£$#/.-]$", lead) or (match.group() == match["y"] and not re.search(r"(?:^|[ (])$", lead)):
            continue
        if match.group() == match["y"] and re.search(
            r"(?:pay|over|above|for|send|transfer|collect|von|zahle|uber) $", text[:at]
        ):
            continue
        found.append(Span(at, match.end(), date(year, 1, 1), date(year, 12, 31), "period"))
    for match in re.finditer(
        r"(?<!\w)(?:ytd|year to date|year-to-date|so far this year|seit jahresbeginn|this year so far|da inizio anno|depuis le debut de l'annee)(?!\w)",
        text,
    ):
        found.append(Span(match.start(), match.end(), date(today.year, 1, 1), today, "period"))
    for match in re.finditer(
        r"(?<!\w)(?:mtd|month to date|so far this month|this month so far|seit monatsbeginn|seit monatsanfang)(?!\w)",
        text,
    ):
        found.append(Span(match.start(), match.end(), today.replace(day=1), today, "period"))
    return found


def _month_like(text: str, start: int) -> bool:
    return bool(
        re.search(
            r"(?:in|for|of|since|until|during|from|to|and|last|this|through|di|de|en|a|bis|im|between|by|-|ended|ending|vom|fur) $",
            text[:start],
        )
    )


def _lengths(text: str, today: date) -> list[Span]:
    found = []
    lead = rf"(?:in(?: the)?|within|net|over(?: the)?|for(?: the)?|the|die|den|der|fur|in den|uber|nei|per i|per le|per|pour|les|dans|sur|tra|fra|entro|binnen|innerhalb von|zahlbar in|for a)? ?(?:(?:{NEXT}) )?"
    for match in re.finditer(
        rf"(?<!\w){lead}(?P<n>{ANY_COUNT})(?:[ -](?:{NEXT}|more|weitere[n]?))?[ -](?P<unit>{ANY_UNIT})(?!\w)(?! ago| old)",
        text,
    ):
        days = length_days(_count(match["n"]), _unit(match["unit"]))
        day = today + timedelta(days=days)
        found.append(Span(match.start(), match.end(), day, day, "days", days=days))
    for match in re.finditer(
        rf"(?<!\w)(?:(?P<n>{ANY_COUNT}) (?P<unit>{ANY_UNIT}) (?:ago|fa)|(?:vor|il y a) (?P<n2>{ANY_COUNT}) (?P<unit2>{ANY_UNIT}))(?!\w)",
        text,
    ):
        days = length_days(_count(match["n"] or match["n2"]), _unit(match["unit"] or match["unit2"]))
        day = today - timedelta(days=days)
        found.append(Span(match.start(), match.end(), day, day, "day"))
    for match in re.finditer(r"(?<!\w)net ?(?P<n>\d{1,3})(?!\w)", text):
        day = today + timedelta(days=int(match["n"]))
        found.append(Span(match.start(), match.end(), day, day, "days", days=int(match["n"])))
    return found


_BETWEEN = re.compile(
    r"(?:to|until|till|through|thru|up to|bis(?: zum)?|al?|fino al?|au|jusqu'au?|a|and|und|e|et|-|to the|und dem|e il|et le|al 1|all')"
)
_SINCE = re.compile(
    r"(?:since|from|starting|as of|onwards from|beginning|seit(?: dem)?|ab(?: dem)?|vom|von|dal?l?'?|a partire dal?|depuis(?: le)?|a partir du?|du|since the|from the|after the start of)\s*$"
)
_AFTER = re.compile(
    r"(?:after|later than|newer than|more recent than|neuer als|nach(?: dem)?|dopo(?: il)?|apres(?: le)?)\s*(?:the )?$"
)
_UNTIL = re.compile(
    r"(?:until|till|up to|through|by|no later than|bis(?: zum| ende)?|fino al?|entro(?: il)?|jusqu'au?|d'ici(?: le| au)?|avant fin)\s*(?:the )?$"
)
_BEFORE = re.compile(
    r"(?:before|earlier than|older than|alter als|piu vecchi[ae] del|anterieure?s? au|prior to|vor(?: dem)?|prima del?|avant(?: le)?)\s*(?:the )?$"
)


def find_dates(text: str, today: date) -> list[Span]:
    """The days and periods of a folded sentence, from left to right, none overlapping another."""
    spans: list[Span] = []
    for group in (_ends, _days_of_month, _days, _periods, _lengths):
        for span in sorted(group(text, today), key=lambda found: found.start - found.end):
            if not any(span.start < other.end and span.end > other.start for other in spans):
                spans.append(span)
    spans.sort(key=lambda span: span.start)
    return _join(text, spans)


def _join(text: str, spans: list[Span]) -> list[Span]:
    """Two neighbours with `to` between them are one period; a word such as `since` opens an end."""
    joined: list[Span] = []
    for span in spans:
        before = joined[-1] if joined else None
        gap = text[before.end : span.start].strip(" ,") if before else ""
        gap = re.sub(r" (?:the|den|dem|il|le|mid|early|late)$", "", gap)
        if (
            before
            and before.kind in ("day", "period", "since")
            and span.kind in ("day", "period")
            and _BETWEEN.fullmatch(gap)
        ):
            together = gap in ("and", "und", "e", "et") and not re.search(
                r"(?:between|zwischen|tra|fra|entre|from|von|da) ?(?:the )?$", text[: before.start]
            )
            if not together and before.first and span.last and (before.first <= span.last or before.yearless):
                first = before.first
                if first > span.last:
                    first = first.replace(year=first.year - 1)
                joined[-1] = Span(before.start, span.end, first, span.last, "period", before.yearless and span.yearless)
                continue
        joined.append(_opened(text, span))
    return joined


def _opened(text: str, span: Span) -> Span:
    lead = text[max(0, span.start - 24) : span.start]
    one = timedelta(days=1)
    if span.kind not in ("day", "period") or span.first is None or span.last is None or span.rolling:
        return span
    if _AFTER.search(lead):
        return replace(span, first=span.last + one, last=None, kind="since")
    if _BEFORE.search(lead):
        return replace(span, first=None, last=span.first - one, kind="until")
    if _UNTIL.search(lead):
        return replace(span, first=None, kind="until")
    if _SINCE.search(lead) and (
        span.kind == "day" or not re.search(r"(?:from|von|vom|du|da|dal|dell'|as of)\s*$", lead)
    ):
        return replace(span, last=None, kind="since")
    return span
