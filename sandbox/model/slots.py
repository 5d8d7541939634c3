# ruff: noqa: E501  (word tables: one line a pattern)
"""The arguments of a wish, taken from a clause: never more than it says."""

import re
from dataclasses import replace
from datetime import timedelta

from sandbox.model.documents import Number, find_ibans, kind_of
from sandbox.model.intents import Intent
from sandbox.model.master_slots import MASTERS, master_slots
from sandbox.model.odd_days import coming, latest
from sandbox.model.purposes import account_named, bank_named, described, ledger_account_named
from sandbox.model.reading import Reading
from sandbox.model.spans import Span, in_future, in_past
from sandbox.model.text import fold
from sandbox.model.unsure import PAYMENTS, unsure_amount, unsure_day
from sandbox.model.values import DATES, UNSURE_AMOUNT, UNSURE_DAY, Name, Slots

_STATUS = {
    "list_invoices": ("draft", "submitted", "voided", "overdue", "open", "paid"),
    "list_bills": ("draft", "submitted", "voided", "overdue", "open", "paid"),
    "list_payments": ("failed", "pending", "confirmed", "cancelled"),
    "list_mandates": ("active", "cancelled", "pending"),
}
_DUE = re.compile(
    r"(?:due|payable|falling due|fallig\w*|zahlbar|scadenza|scadono|scadenti|in scadenza|entro|pagabile|echeance|dues?|a payer|exigible\w*)(?: \w+){0,3} ?$"
)
_TERM = re.compile(
    r"(?:\bin|within|net|due|fallig|zahlbar|payable|innerhalb|binnen|entro|tra|fra|dans|sous|d'ici|term\w*|zahlungsziel)\b[^,;.]{0,30}$"
)
_RANGE = re.compile(r"(?:between|zwischen|tra|fra|entre|from|von) ?$")
_CODE = re.compile(
    r"(?<!\w)(?:(?P<EUR>eur|euros?)|(?P<GBP>gbp|pounds?|sterling|pfund|sterline|livres)|(?P<USD>usd|dollars?|dollari)|(?P<CHF>chf|franken|franchi))(?!\w)(?! ?\d)|(?P<E>€)(?! ?\d)|(?P<G>£)(?! ?\d)"
)
_OUT_TO = re.compile(r"(?:to|an|a|ad|au|aux)\s*$")
_IN_FROM = re.compile(r"(?:from|von|da|dal|dai|de|du|by)\s*$")
_REFERENCE = re.compile(
    r"(?:^|[ ,;(])(?:ref(?:erence)?\.?|verwendungszweck|betreff|memo|riferimento|causale|reference|motif|with (?:the )?reference|note)[: ]+[\"']?(?P<what>[^\"'\n]{1,120}?)[\"']?\s*$",
    re.IGNORECASE,
)
_NATIONAL = re.compile(
    r"(?:^|[:=]|(?<!\w)(?:to|with|is|now|number|auf|in|ist|lautet|jetzt|nummer|nr\.?|a|à|en|con|par))\s*(?P<number>\d[\d ./-]{4,38}\d)\s*[.!]?\s*$",
    re.IGNORECASE,
)
"""An account number that is no IBAN: digits at the end of a message about one."""
_REASON = re.compile(
    r"(?:(?:reason|grund|motivo|motif|raison)\s*[:=]|(?<!\w)(?:because|since they|weil|perché|parce que))\s*(?P<what>[^\n]{2,200}?)[.!]?\s*$",
    re.IGNORECASE,
)
_CASH = re.compile(
    r"cash basis|basis of cash|nach zahlungen|einnahmen-ausgaben|einnahmenuberschuss|per cassa|sur encaissements"
)
_DIVIDED = re.compile(
    r"(?<!\w)(?:by|nach|per|par)\s+(?P<what>team|region|department|abteilung|kostenstelle|cost cent(?:er|re)|project|projekt)"
)
"""What a report is divided by, besides accounts."""
_NOTED = re.compile(r"(?::\s*|[\"“„«])(?P<what>[^\"“”„»\n]{3,400}?)[\"”»]?\s*$")
"""What is to be noted, behind a colon or in quotation marks."""
_SENT_FILE = re.compile(
    r"\b(?:file|datei|fichier|archivo) (?:no\.? ?|nr\.? ?|number |nummer |numero |#)?(?P<number>\d{1,2})(?![\w.-])"
    r"|(?P<name>[^\s\"'„“”»«/\\]{1,80}\.(?:pdf|png|jpe?g|gif|tiff?|csv|txt|xlsx?|docx?|pptx?|od[ts]|rtf|eml|msg))\b",
    re.IGNORECASE,
)
"""A file that somebody sent into the chat, by its number or name."""
_CALLED = re.compile(
    r"(?:called|named|namens|mit (?:dem )?namen|chiamat[oa]|di nome|nommée?|appelée?|name is|name:|by the name of)\s*:?\s+(?P<name>.+)",
    re.IGNORECASE,
)
_SAVE_AS = re.compile(
    r"(?:add|save|create|register|store|onboard|enter|put|set up|record|lege?|erfasse|füge?|speichere|aggiungi|crea|salva|inserisci|registra|ajoute[zr]?|crée[zr]?|enregistre[zr]?|anlegen)\s+(?P<name>.+?)\s+(?:as|to|als|zu|come|comme|ai|alla|aux|à|in|into|en tant)\s+.*",
    re.IGNORECASE,
)
_AFTER_NOUN = re.compile(
    r"(?:customers?|suppliers?|clients?|vendors?|contacts?|payees?|kunden?|lieferanten?|kontakte?|cliente|fornitore|contatto|fournisseure?|kundin|firma)\s*[:,-]?\s+(?P<name>.+)",
    re.IGNORECASE,
)
_NAME_END = re.compile(
    r"\s*(?:[,;(\n]|\.\s|\.$|\s(?:with|mit|con|avec|email|e-mail|mail|iban|their|his|her|as a|als|und|and|at|please|bitte|contact|whose|an|to our|in our|anlegen|hinzu|a new|hinzufügen|e|et|per favore|s'il)\b|\s-\s).*",
    re.IGNORECASE | re.DOTALL,
)


def fill(intent: Intent, reading: Reading) -> Slots:
    """The slots of `intent` that the clause fills; an amount that can be read in two ways is left out."""
    found: Slots = {}
    wanted = set(intent.slots)
    if wanted & {"document", "payment_id", "number"}:
        _numbers(found, wanted, reading)
    if "credit_note" in wanted:
        _credit_note(found, reading)
    _parties(found, intent, reading)
    if wanted & {"amount", "min_amount"}:
        _money(found, intent, reading)
    if "payment_id" in found and not {"amount"} & wanted:
        found.pop("contact", None)  # the number says it all
    _times(found, intent, reading)
    _words(found, intent, reading)
    return {**found, **master_slots(wanted, reading)} if intent.name in MASTERS else found


def _numbers(found: Slots, wanted: set[str], reading: Reading) -> None:
    for number in reading.numbers:
        if number.kind == "payment" and "payment_id" in wanted:
            found.setdefault("payment_id", number.value)
        elif number.kind != "payment":
            slot = "document" if "document" in wanted else "number"
            if slot in wanted:
                found.setdefault(slot, _whole(number, reading))
    if reading.picked and "payment_id" not in found and "document" not in found:
        put(found, wanted, reading, 0)


_CREDIT_NOTE = re.compile(r"\b(?:cn|crn|gs|gu|nc|av)[- ]?\d[\w-]*", re.IGNORECASE)


def _credit_note(found: Slots, reading: Reading) -> None:
    """The number of a credit note, and the other number as that of the document it is set off against."""
    if (named := _CREDIT_NOTE.search(reading.text)) is None:
        return
    found["credit_note"] = named[0].upper()
    found.pop("document", None)
    for number in reading.numbers:
        if not _CREDIT_NOTE.fullmatch(number.written.strip()) and not _CREDIT_NOTE.fullmatch(number.value):
            found.setdefault("document", _whole(number, reading))


def _whole(number: Number, reading: Reading) -> str:
    """The number as shown before, where only its digits were typed."""
    value, sure = number.value, number.sure
    for item in reading.setting.shown.items:
        if (
            item.number
            and not sure
            and re.fullmatch(rf"[a-z-]*0*{re.escape(value.lower().lstrip('0'))}", item.number.lower())
        ):
            return item.number
    return Name(value, number.written)


def put(found: Slots, wanted: set[str], reading: Reading, which: int) -> None:
    """Take the number and the name of the chosen line of the list shown last."""
    item = reading.picked[which]
    if item.number is not None:
        slot = "payment_id" if item.kind == "payment" else "document"
        if slot in wanted:
            found[slot] = item.number
    if item.name and "contact" in wanted:
        found["contact"] = item.name


def _parties(found: Slots, intent: Intent, reading: Reading) -> None:
    wanted = set(intent.slots)
    names = [name for name in reading.names if not name.typed.lower().startswith(("solaris", "gocardless", "xero"))]
    if names and "contact" in wanted and "contact" not in found:
        found["contact"] = _mark(names[0].typed, names[0].full)
    elif (left := reading.leftover) and "contact" in wanted and not reading.numbers and not reading.picked:
        weak = intent.effect == "write" or not left.typed[:1].isupper()
        found["contact"] = Name(left.typed, left.typed, weak=weak)
    if "query" in wanted:
        if names:
            found["query"] = _mark(names[0].typed, names[0].full)
        elif reading.email:
            found["query"] = reading.email
    if intent.name == "change_bank_details":
        _new_number(found, reading)
    elif "iban" in wanted and reading.iban:
        found["iban"] = reading.iban
    if "email" in wanted and reading.email:
        found["email"] = reading.email
    if "text" in wanted and (sought := _SOUGHT.search(reading.text)):
        found["text"] = sought["text"]
    if "name" in wanted and (name := _new_name(reading.text)):
        found["name"] = name


def _new_number(found: Slots, reading: Reading) -> None:
    """The one account number that is named for one contact; of two, which is the new one is asked for."""
    numbers = find_ibans(reading.text, reading.folded)
    if not numbers and (match := _NATIONAL.search(reading.text)):
        numbers = [match["number"]]
    if len(numbers) == 1:
        found["iban"] = numbers[0]
    if len({name.said(as_typed=False) for name in reading.names}) > 1:
        found.pop("contact", None)


def _mark(typed: str, full: str | None) -> Name:
    return Name(full or typed, typed)


_SOUGHT = re.compile(
    r"(?:books|ledger|xero|everything|everywhere|b[uü]che?r?n?|[uü]berall|alles|libri|ovunque|tutto|livres|partout|tout)"
    r"\s+(?:(?:for|nach|per|di|pour|de)\s+)?[\"'“„«]?(?P<text>[^\"”»]+?)[\"'”»?.!\s]*$",
    re.IGNORECASE,
)
"""What is looked for, behind where it is looked for: "search the books for 1,250.00"."""


def _new_name(text: str) -> str | None:
    line = re.sub(r"[\w.+-]+@[\w.-]+", "", text)
    for pattern in (_CALLED, _SAVE_AS, _AFTER_NOUN):
        match = pattern.search(line)
        if not match:
            continue
        name = _NAME_END.sub("", " " + match["name"].strip() + " ").strip(" \"'“”„.,:;-")
        name = re.sub(
            r"^(?:a |an |the |new |einen |eine |neuen |il |lo |un |una |le |la |our )+", "", name, flags=re.IGNORECASE
        )
        name = re.sub(
            r"^(?:new |neue[nr]? )?(?:customer|supplier|client|vendor|contact|kunden?|lieferanten?|kontakt)\b\s*",
            "",
            name,
            flags=re.IGNORECASE,
        )
        if (
            name
            and any(char.isalpha() for char in name)
            and fold(name) not in ("contact", "customer", "supplier", "client", "list", "kontakt", "book")
        ):
            return name
    return None


def _money(found: Slots, intent: Intent, reading: Reading) -> None:
    wanted = set(intent.slots)
    plain = [amount for amount in reading.amounts if not amount.bound] or list(reading.amounts)
    if "amount" in wanted:
        if plain and plain[0].value is not None and plain[0].decimals <= 2:
            found["amount"] = plain[0].value
        if unsure := unsure_amount(plain, intent, reading):
            found.pop("amount", None)
            found[UNSURE_AMOUNT] = unsure
        if plain and plain[0].currency:
            found["currency"] = plain[0].currency
        return
    if len(plain) == 2 and _RANGE.search(reading.folded[: plain[0].start]) and plain[0].value and plain[1].value:
        found |= {
            slot: value
            for slot, value in (("min_amount", plain[0].value), ("max_amount", plain[1].value))
            if slot in wanted
        }
        return
    if "currency" in wanted and (code := _currency(reading)):
        found["currency"] = code
    for amount in reading.amounts:
        if amount.value is None:
            continue
        slots = {"min": ["min_amount"], "max": ["max_amount"]}.get(amount.bound or "", ["min_amount", "max_amount"])
        for slot in slots:
            if slot in wanted:
                found.setdefault(slot, amount.value)
        if amount.currency and amount.currency != "EUR" and "currency" in wanted:
            found["currency"] = amount.currency


def _currency(reading: Reading) -> str | None:
    """The one currency that a question names apart from its amounts: `the open bills in pounds`."""
    text = list(reading.folded)
    for amount in reading.amounts:
        text[amount.start : amount.end] = "_" * (amount.end - amount.start)
    codes = {str(match.lastgroup) for match in _CODE.finditer("".join(text))}
    codes = {{"E": "EUR", "G": "GBP"}.get(code, code) for code in codes}
    return codes.pop() if len(codes) == 1 else None


def _times(found: Slots, intent: Intent, reading: Reading) -> None:
    wanted, today = set(intent.slots), reading.setting.today
    if reading.unread and DATES & wanted:
        found[UNSURE_DAY] = reading.unread[0]
        return
    if "days" in wanted:
        _ahead(found, reading)
        return
    single = {"date", "due_date"} & wanted
    if single and intent.effect == "write":
        spans = [
            in_future(coming(span, today), today)
            for span in reading.dates
            if (span.kind in ("day", "until") and not span.rolling)
            or (span.kind == "days" and _TERM.search(reading.folded[: span.end]))
        ]
        if intent.name in PAYMENTS and (unsure := unsure_day(list(reading.dates), reading)):
            found[UNSURE_DAY] = unsure
        elif spans and spans[0].last:
            found[single.pop() if len(single) == 1 else "date"] = spans[0].last
        elif spans and spans[0].first:
            found["date" if "date" in single else "due_date"] = spans[0].first
        return
    spans = [in_past(latest(span, today), today) for span in reading.dates]
    if "date" in wanted and "date_from" not in wanted:
        dated = [span for span in spans if span.kind != "days"]
        if dated:
            day = dated[0].first if dated[0].kind == "since" else dated[0].last
            if day:
                found["date"] = day
        return
    if "date_from" in wanted and spans:
        _period(found, wanted, reading, spans[0])


def _period(found: Slots, wanted: set[str], reading: Reading, span: Span) -> None:
    today = reading.setting.today
    if span.kind == "days":
        span = replace(span, first=today, last=today + timedelta(days=span.days))
    due = "due_from" in wanted and bool(
        _DUE.search(reading.folded[: span.start])
        or ("due" in reading.seen and span.last and span.last > today and "overdue" not in reading.seen)
    )
    if due:
        span = in_future(replace(span), today)
    if span.first == today == span.last and reading.has("overdue", "open", "owe_us", "owe_we", "due") and not due:
        return  # "overdue today" is about now, not about what was issued today
    if span.first:
        found["due_from" if due else "date_from"] = span.first
    if span.last:
        found["due_to" if due else "date_to"] = span.last


def _ahead(found: Slots, reading: Reading) -> None:
    today = reading.setting.today
    for span in reading.dates:
        if span.kind == "days":
            found["days"] = span.days
        elif span.rolling and span.first:
            found["days"] = (
                round((today - span.first).days / 30) * 30
                if (today - span.first).days > 27
                else (today - span.first).days
            )
        elif span.last and span.last > today:
            whole = span.first is not None and span.first > today
            length = (
                (span.last - span.first).days + 1
                if whole and span.first and span.kind == "period"
                else (span.last - today).days
            )
            found["days"] = (
                {28: 30, 29: 30, 31: 30, 91: 90, 92: 90, 90: 90}.get(length, length)
                if whole and span.kind == "period"
                else length
            )
        if "days" in found:
            return


def _words(found: Slots, intent: Intent, reading: Reading) -> None:
    wanted = set(intent.slots)
    if "status" in wanted and (status := _status(intent.name, reading)):
        found["status"] = status
    if "direction" in wanted and (direction := _direction(reading)):
        found["direction"] = direction
    if "limit" in wanted and reading.limit:
        found["limit"] = reading.limit
    if "reference" in wanted and (match := _REFERENCE.search(reading.text)):
        found["reference"] = match["what"].strip()
    _of_reports(found, wanted, reading)
    if "note" in wanted and (match := _NOTED.search(reading.text)):
        found["note"] = match["what"].strip()
    if "sent_file" in wanted and (match := _SENT_FILE.search(reading.text)):
        found["sent_file"] = (match["number"] or match["name"]).strip()
    if "reason" in wanted and (match := _REASON.search(reading.text)):
        found["reason"] = match["what"].strip()
    if "bank_account" in wanted and (bank := bank_named(reading.text)):
        found["bank_account"] = bank
    named = ledger_account_named if "bank_account" in wanted else account_named
    if "account" in wanted and (account := named(reading.text)):
        found["account"] = account
    if "description" in wanted and intent.effect == "write" and (what := described(reading, found)):
        found["description"] = what


def _of_reports(found: Slots, wanted: set[str], reading: Reading) -> None:
    if "basis" in wanted and _CASH.search(reading.folded):
        found["basis"] = "cash"
    if "by_tracking" in wanted and (match := _DIVIDED.search(reading.folded)):
        found["by_tracking"] = match["what"]


def _status(name: str, reading: Reading) -> str | None:
    seen = reading.seen
    states = [state for state in _STATUS.get(name, ()) if state in seen]
    if name in ("list_invoices", "list_bills"):
        if "owe_us" in seen and not states:
            states = ["open"]
        if "owe_we" in seen and not {"overdue", "draft", "submitted"} & set(states):
            states = ["open"]
        if "due" in seen and not states and not reading.has("#period", "#days"):
            states = ["open"]
        if states and states[0] == "draft" and re.search(r"\bnot (?:yet )?paid", reading.folded):
            states = ["open"]
    return states[0] if states else None


def _direction(reading: Reading) -> str | None:
    seen = reading.seen
    if "in" in seen and "out" in seen:
        if re.search(
            r"\b(?:paid us|pay us|sent us|to us|to our account|into our account|we received|incoming)\b", reading.folded
        ) and not re.search(r"\bout\b", reading.folded):
            return "in"
        return None
    if "in" in seen:
        return "in"
    if "out" in seen:
        return "out"
    if not reading.names or reading.has("txn"):
        return None
    lead = reading.folded[: reading.names[0].start]
    return "out" if _OUT_TO.search(lead) else "in" if _IN_FROM.search(lead) else None


def document_kind(slots: Slots) -> str | None:
    """Whether the document of a wish is an `invoice`, a `bill`, a `payment` or unknown (`document`)."""
    number = slots.get("document")
    return kind_of(str(number)) if number is not None else None
