"""What a clause says of an amount or a day that cannot be used as it stands: it is kept as typed, to be asked about."""

import re

from sandbox.model.amounts import Amount
from sandbox.model.intents import Intent
from sandbox.model.reading import Reading
from sandbox.model.spans import Span

PAYMENTS = frozenset(
    {"create_payment", "record_payment", "mark_invoice_paid", "stated_receipt", "collect_payment", "refund_payment"}
)
_DONE_TWICE = frozenset({"twice", "double", "zweimal", "doppelt", "il doppio", "le double"})
"""Before a refund they are its reason: `we charged them twice`."""
_TELLS_WHICH = re.compile(
    r"(?:\bfor|fur|per|pour|of|von|vom|from|di|de|del|du|dell'|the|die|das|la|le|l')(?: the| den| dem)? ?$"
)
_DOCUMENT_AFTER = re.compile(
    r"^(?:'s)? ?(?:\w+ ){0,2}(?:bills?|invoices?|\w*rechnung\w*|fattur\w*|factur\w*|rent|salar\w+)"
)


def unsure_amount(plain: list[Amount], intent: Intent, reading: Reading) -> str | None:
    """What was typed for the amount, where it does not say one amount."""
    if intent.effect == "write" and plain and (plain[0].value is None or plain[0].decimals > 2):
        return reading.text[plain[0].start : plain[0].end].strip()
    if intent.name not in PAYMENTS:
        return None
    shares = [share for share in reading.shares if intent.name != "refund_payment" or share.lower() not in _DONE_TWICE]
    if shares:
        return shares[0]
    if plain and plain[0].bound == "max":
        return reading.text[plain[0].start : plain[0].end].strip()  # "up to 500"
    if len({amount.value for amount in plain}) > 1 or (plain and max(len(reading.numbers), len(reading.picked)) > 1):
        return ", ".join(reading.text[amount.start : amount.end].strip() for amount in plain)
    return None


def unsure_day(spans: list[Span], reading: Reading) -> str | None:
    """What was typed for the day of a payment, where it names no day or more than one."""
    days = [span for span in spans if span.kind in ("day", "until", "days") and not span.rolling]
    if len({span.last for span in days if span.kind == "day"}) > 1 or any(span.monthless for span in days):
        return ", ".join(reading.text[span.start : span.end].strip() for span in days if span.kind == "day")
    for span in spans:
        before, after = reading.folded[: span.start], reading.folded[span.end :]
        described = _TELLS_WHICH.search(before) or _DOCUMENT_AFTER.search(after)
        if not days and not described and span.kind in ("period", "since"):
            return reading.text[span.start : span.end].strip()
    return None
