# ruff: noqa: E501  (patterns: one line each)
"""What a document is for and on which account of the ledger, in the words of a wish."""

import re

from sandbox.model.reading import Reading
from sandbox.model.values import Slots

_FOR = re.compile(
    r"(?<!\w)(?:for|für|per|pour|wegen)\s+(?:the |die |das |den |la |le |les |il |l')?(?P<what>(?:(?!\s(?:for|für|per|pour|wegen)\s)[^,;.\n]){2,80})",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?<!\w)(?:from|into|to|on|via|vom|von|auf|aus|dal|sul|dalla|du|depuis|sur)\s+(?:the |our |my |dem |das |unserem |unser |il |nostro |le |notre )?(?P<what>(?:[\w-]+ ){0,2}(?:account|konto|conto|compte)(?: \d{2,6})?|\w*konto)(?!\w)",
    re.IGNORECASE,
)
_ACCOUNT_CODE = re.compile(
    r"(?<!\w)(?:from|into|on|via|vom|von|auf|aus|dal|dalla|du|depuis|sur) (?P<what>0\d{1,4})(?![\w%]|[.,/-]\d)",
    re.IGNORECASE,
)
_LEDGER_CODE = re.compile(
    r"(?:account|konto|conto|compte)(?: code| no\.?| nr\.?| number| nummer)? (?P<what>\d{2,6})(?![\w%]|[.,/-]\d)",
    re.IGNORECASE,
)
"""`account 200`: a code of the ledger."""
_ON_ACCOUNT = re.compile(
    r"\s(?:on|to|auf|sul|sur)\s(?:the |das |le )?(?:account|konto|conto|compte)\b.*$", re.IGNORECASE
)


def account_named(text: str) -> str | None:
    """The account: by its code where one is said."""
    if match := _LEDGER_CODE.search(text):
        return match["what"]
    match = _ACCOUNT.search(text) or _ACCOUNT_CODE.search(text)
    return match["what"].strip() if match else None


def ledger_account_named(text: str) -> str | None:
    """The account of the ledger by its code, where a bank account may be named beside it."""
    match = _LEDGER_CODE.search(text)
    return match["what"] if match else None


def bank_named(text: str) -> str | None:
    """The bank account that money went through: `from 090`, `vom Geschäftskonto`."""
    rest = _LEDGER_CODE.sub("", text)
    match = _ACCOUNT_CODE.search(rest) or _ACCOUNT.search(rest)
    return match["what"].strip() if match else None


def described(reading: Reading, found: Slots) -> str | None:
    """What it is for: `for layout`, where that is neither the contact nor an amount."""
    for match in _FOR.finditer(reading.text):
        what = _ACCOUNT_CODE.sub("", _ON_ACCOUNT.sub("", match["what"])).strip()
        named = [name for name in reading.names if match.start() <= name.start < match.end()]
        if found.get("contact") and reading.names and match.start() > reading.names[0].start:
            named = []  # the one that it is for was named before
        priced = any(match.start() <= amount.start < match.end() for amount in reading.amounts)
        if not named and not priced and not re.match(r"\d", what):
            return what
    return None
