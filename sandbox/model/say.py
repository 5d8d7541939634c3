"""The offline model's own sentences, in the language of the person."""

import tomllib
from functools import lru_cache
from pathlib import Path

from sandbox.model.bind import Missing, Offered
from sandbox.model.intents import catalogue
from sandbox.model.plan import Wish

_HERE = Path(__file__).parent
_MOST_EXAMPLES = 7


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((_HERE / "words.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _examples() -> dict[str, dict[str, str]]:
    return tomllib.loads((_HERE / "abilities.toml").read_text(encoding="utf-8"))


def say(key: str, language: str, **filled: str) -> str:
    """One of the model's sentences."""
    by_language = _words()[key]
    return by_language.get(language, by_language["en"]).format(**filled)


def label(intent: str, language: str) -> str:
    """What an intent does, as a phrase that follows `to`."""
    labels = catalogue()[intent].label
    return labels.get(language, labels.get("en", intent))


def can_do(offered: Offered, language: str) -> str:
    """What one can say, as examples that the tools of this request can serve."""
    able = [name for name in _examples() if any(map(offered.within_reach, catalogue()[name].tools))]
    said = [say("quoted", language, words=_examples()[name][language]) for name in able[:_MOST_EXAMPLES]]
    if said:
        return say("can_do", language, examples=", ".join(said))
    able = [name for name, intent in catalogue().items() if any(map(offered.within_reach, intent.tools))]
    tasks = "; ".join(label(name, language) for name in able)
    return say("can_only", language, tasks=tasks) if able else say("nothing_offered", language)


def question(wish: Wish, missing: Missing, language: str) -> str:
    """What to ask for a wish that lacks something."""
    slots = missing.slots
    if wish.intent in ("create_payment", "record_payment"):
        if "contact" in slots or (slots == {"document"} and "contact" not in wish.slots):
            return say("ask_payee", language)
        if "document" in slots and "contact" in wish.slots:
            return say(
                "ask_bill_or_amount", language, name=str(getattr(wish.slots["contact"], "typed", wish.slots["contact"]))
            )
    keys = {
        frozenset({"document"}): "ask_invoice",
        frozenset({"payment_id"}): "ask_payment",
        frozenset({"contact"}): "ask_contact",
        frozenset({"name"}): "ask_name",
        frozenset({"code"}): "ask_code",
        frozenset({"item"}): "ask_item",
        frozenset({"iban"}): "ask_account_number",
        frozenset({"currency"}): "ask_currency",
        frozenset({"days"}): "ask_days",
        frozenset({"date_from"}): "ask_period",
        frozenset({"date_to"}): "ask_period",
        frozenset({"date"}): "ask_period",
    }
    if slots in keys:
        return say(keys[slots], language)
    if "amount" in slots:
        return say("ask_amount", language)
    if "payment_id" in slots:
        return say("ask_payment", language)
    if "document" in slots:
        return say("ask_invoice_or_contact", language)
    return say("ask_other", language, what=", ".join(sorted(slots)).replace("_", " "))


def numbered(lines: list[str]) -> str:
    """A numbered list, so that `the second one` can be said of it."""
    return "\n".join(f"{place}. {line}" for place, line in enumerate(lines, 1))
