"""Bank account numbers that stand in free text: found however they are written, never believed, never shown whole.

IBANs are those of ISO 13616 with right check digits (ISO 7064 mod 97, through schwifty). National numbers are found by
their label ("sort code", "account number", "BLZ", "routing number") or a shape of their own (New Zealand's).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from tools import payee
from tools.lookalike import latin

_WIDEST_GAP = 10
"""How many characters that are neither letter nor digit may stand between two of one IBAN."""
_BESIDE = 40
"""How far a bank's code may stand from its account number."""


@dataclass(frozen=True, slots=True)
class AccountNumber:
    """A bank account number found in a text; its digits are kept out of logs."""

    parts: tuple[str, ...] = field(repr=False)
    """The IBAN; else the bank's code and the account number, or the one of them that was written."""
    iban: bool

    @property
    def masked(self) -> str:
        """The ends of an IBAN ("DE28…9999"), or the last digits of a national number ("…5678")."""
        if self.iban:
            return payee.masked(self.parts[0])
        last = self.parts[-1]
        return f"…{last[-4:] if len(last) >= 8 else last[-2:]}"

    def same_as(self, on_file: str) -> bool:
        """Whether it names the account on file, be that an IBAN or a national number."""
        kept = re.sub(r"[^A-Z0-9]", "", _plain(on_file))
        if self.iban:
            known = [number.parts[0] for number in _ibans(_plain(on_file))]
            return self.parts[0] in (kept, *known) or (len(kept) >= 12 and self.parts[0].endswith(kept))
        return all(part in kept or (part.lstrip("0") in kept and len(part.lstrip("0")) >= 6) for part in self.parts)


def account_numbers(text: str) -> tuple[AccountNumber, ...]:
    """Every account number in the text, each once, IBANs first."""
    plain = _plain(text)
    found = dict.fromkeys(_ibans(plain))
    for number in _national(plain):
        if not any(number.same_as(iban.parts[0]) or number.parts[0].startswith(iban.parts[0]) for iban in found):
            found[number] = None
    return tuple(found)


def other_accounts(texts: Iterable[str], on_file: str) -> tuple[AccountNumber, ...]:
    """The account numbers in texts of others that are not the one on file."""
    return tuple(number for number in account_numbers("\n".join(texts)) if not number.same_as(on_file))


def _plain(text: str) -> str:
    """The text in capitals and plain Latin letters and digits, nothing unseen in it."""
    return (text if text.isascii() and text.isprintable() else "".join(map(_plain_char, text))).upper()


def _plain_char(char: str) -> str:
    return char if char.isspace() else latin(char)


@lru_cache(maxsize=1024)
def _length(country: str) -> int:
    """How long that country's IBAN is; 0 where it has none."""
    try:
        return IBAN(country, allow_invalid=True).spec.iban_length
    except SchwiftyException:
        return 0


def _ibans(plain: str) -> Iterator[AccountNumber]:
    at = [place for place, char in enumerate(plain) if char.isascii() and char.isalnum()]
    stream = "".join(plain[place] for place in at)
    for start in (match.start() for match in re.finditer(r"(?=[A-Z]{2}\d\d)", stream)):
        length = _length(stream[start : start + 2])
        number = stream[start : start + length]
        if not length or len(number) < length:
            continue
        places = at[start : start + length]
        if max(after - before for before, after in pairwise(places)) > _WIDEST_GAP + 1:
            continue
        if IBAN(number, allow_invalid=True).is_valid:
            yield AccountNumber((number,), iban=True)


_NO = r"(?:[ \-]{0,2}(?:NUMBER|NUMMER|NUMERO|NUM|NR|NO|N°|#)(?![A-Z]))?"
_TO = r"(?:[\s:.#=\-]|IS\b|IST\b){0,6}"
_LABELLED = re.compile(
    r"(?<![A-Z])(?:"
    rf"(?P<code_label>SORT[ \-]?CODE|BLZ|BANKLEITZAHL|BSB|(?:ABA|RTN|ROUTING)(?:[ /]TRANSIT)?){_NO}{_TO}"
    r"(?P<code>\d(?:[ \-]?\d){5,8})(?!\d)(?:[^A-Z\d]{1,4}(?P<bare>\d(?:[ \-]?\d){5,16})(?!\d))?"
    rf"|(?:(?:BANK[ \-]?|GIRO)?(?:ACCOUNT|ACCT|ACC|A/C|KONTO|KTO|COMPTE|CONTO|CUENTA|REKENING|CLABE)){_NO}{_TO}"
    r"(?P<account>\d(?:[ .\-]?\d){5,17})(?!\d)"
    r")"
)
_SHAPED = re.compile(
    r"(?<!\d)(?P<uk_code>\d\d-\d\d-\d\d)[ ,;/]{1,3}(?P<uk>\d{8})(?!\d)"
    r"|(?<!\d)(?P<nz>\d\d-\d{4}-\d{7}-\d{2,3})(?!\d)"
    r"|(?<![A-Z\d])(?P<like_iban>[A-Z]{2}\d{18,32})(?![A-Z\d])"
    r"|IBAN[^A-Z\d]{0,6}(?P<called_iban>[A-Z]{2}\d\d(?:(?:[ .\-]?\d){11,30}|[A-Z\d]{11,30}))"
)
_DATE = re.compile(r"\d{1,2}[.\-]\d{1,2}[.\-]\d{4}|\d{4}-\d\d-\d\d")


def _national(plain: str) -> Iterator[AccountNumber]:
    """Labelled numbers, a bank's code joined to the account beside it, and those known by their shape."""
    code, ends = "", 0
    account, account_ends = "", 0
    for match in _LABELLED.finditer(plain):
        if match["code"]:
            if code:
                yield _number(code)
            code, ends = match["code"], match.end()
            if match["bare"]:
                yield _number(code, match["bare"])
                code = ""
            elif account and match.start() - account_ends <= _BESIDE:
                yield _number(code, account)
                code = account = ""
        elif not _DATE.fullmatch(match["account"]):
            if account:
                yield _number(account)
            account, account_ends = match["account"], match.end()
            if code and match.start() - ends <= _BESIDE:
                yield _number(code, account)
                code = account = ""
    yield from (_number(rest) for rest in (code, account) if rest)
    for match in _SHAPED.finditer(plain):
        written = match["nz"] or match["like_iban"] or match["called_iban"]
        yield _number(written) if written else _number(match["uk_code"], match["uk"])


def _number(*parts: str) -> AccountNumber:
    return AccountNumber(tuple(re.sub(r"[^A-Z0-9]", "", part) for part in parts), iban=False)
