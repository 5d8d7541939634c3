"""What a proof of the ledger copy came to, in words and as a table."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.ledger.reconcile import Difference, Reconciliation
from tools import words
from tools.base import Organisation
from tools.errors import Language
from tools.views import Column, Table

_KINDS = {
    "accounts": ("account", "Konto"),
    "contacts": ("contact", "Kontakt"),
    "payments": ("payment", "Zahlung"),
    "documents": ("invoice or bill", "Rechnung"),
    "credit_notes": ("credit note", "Gutschrift"),
}
_WHAT = {
    "missing": ("was missing here; added", "fehlte hier; ergänzt"),
    "not in Xero any more": ("is not in Xero any more; taken out", "ist nicht mehr in Xero; entfernt"),
    "not removed": ("is not in Xero; kept, for there are many", "ist nicht in Xero; behalten, denn es sind viele"),
}


def told(found: tuple[datetime, Reconciliation] | None, organisation: Organisation, language: Language) -> str:
    """When it was last proved, and with which result."""
    name = words.visible(organisation.name)
    if found is None:
        return words.say(
            language,
            f"The copy of {name}'s books has not been compared with Xero yet. That happens every night; "
            "`assistant reconcile` does it now.",
            f"Die Kopie der Bücher von {name} wurde noch nicht mit Xero verglichen. Das geschieht jede Nacht; "
            "`assistant reconcile` tut es jetzt.",
        )
    ended, result = found
    local = ended.astimezone(ZoneInfo(organisation.timezone))
    when_en, when_de = (f"{words.day(local.date(), lang)}, {local:%H:%M}" for lang in ("en", "de"))
    many = words.many
    if result.differences == 0:
        some_en, some_de = "every record was the same", "jeder Eintrag war gleich"
    else:
        some_en = f"{many(result.differences, 'record', 'records')} differed"
        some_de = f"{many(result.differences, 'Eintrag wich', 'Einträge wichen')} ab"
    if result.equal:
        sums_en, sums_de = "all counts and totals are equal now", "alle Anzahlen und Summen sind jetzt gleich"
    else:
        count = len(result.unequal)
        sums_en = f"{many(count, 'sum is', 'sums are')} not equal: {'; '.join(result.unequal[:3])}"
        sums_de = f"{many(count, 'Summe ist', 'Summen sind')} nicht gleich: {'; '.join(result.unequal[:3])}"
    return words.say(
        language,
        f"{name}: {result.records:,} records compared with Xero on {when_en} ({result.pages} calls); {some_en}; "
        f"{sums_en}.",
        f"{name}: {result.records:,} Einträge am {when_de} mit Xero verglichen ({result.pages} Abrufe); {some_de}; "
        f"{sums_de}.",
    )


def differences_table(result: Reconciliation, organisation: Organisation, ended: datetime, language: Language) -> Table:
    """The records that differed, the first hundred of them."""
    german = words.spoken(language) == "de"
    return Table(
        title=words.say(language, "What differed", "Was abwich"),
        columns=(
            Column(key="kind", label=words.say(language, "What", "Was")),
            Column(key="label", label=words.say(language, "Number or name", "Nummer oder Name")),
            Column(key="what", label=words.say(language, "How", "Wie")),
        ),
        rows=tuple(
            {
                "kind": _KINDS.get(one.kind, (one.kind, one.kind))[german],
                "label": words.visible(one.label),
                "what": _how(one, german=german),
            }
            for one in result.named
        ),
        organisation=organisation.name,
        as_of=ended,
        source="Xero",
        language=words.spoken(language),
    )


def _how(one: Difference, *, german: bool) -> str:
    known = _WHAT.get(one.what)
    if known:
        return known[german]
    return f"{'abweichend und berichtigt' if german else 'differed, put right'}: {one.what}"
