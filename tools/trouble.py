"""What went wrong between us and a provider, in people's words; the library's own name for it goes to the log only.

A phrase follows the provider's name: "Xero" + "broke off the connection".
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of failure, as a phrase in English and in German."""

    en: str
    de: str


NO_ANSWER = Trouble("did not give a usable answer", "hat nicht brauchbar geantwortet")
UNREACHABLE = Trouble("cannot be reached", "ist nicht erreichbar")
BROKE_OFF = Trouble("broke off the connection", "hat die Verbindung abgebrochen")
UNREADABLE = Trouble("gave an answer that cannot be read", "hat eine Antwort gegeben, die sich nicht lesen lässt")
TOO_SLOW = Trouble("did not answer in time", "hat nicht rechtzeitig geantwortet")
TOO_LARGE = Trouble("gave an answer that is too large", "hat eine zu große Antwort gegeben")


def too_slow(seconds: float) -> Trouble:
    """No whole answer came within so many seconds."""
    count, zahl = f"{seconds:g}", f"{seconds:g}".replace(".", ",")
    return Trouble(
        f"did not answer within {count} second{'' if seconds == 1 else 's'}",
        f"hat nicht innerhalb von {zahl} Sekunde{'' if seconds == 1 else 'n'} geantwortet",
    )


def error_status(status: int) -> Trouble:
    """An answer that only says that something failed on the provider's side (HTTP 5xx)."""
    return Trouble(f"answered with an error ({status})", f"hat mit einem Fehler geantwortet ({status})")


_SLOW = frozenset(("readtimeout", "readtimeouterror", "writetimeout", "timeouterror", "time-out", "timeout"))
_AWAY = ("connecttimeout", "connecterror", "newconnectionerror", "connecttimeouterror", "apisslexception", "sslerror",
         "pooltimeout", "nameresolutionerror")  # fmt: skip
_CUT = frozenset(
    ("remoteprotocolerror", "localprotocolerror", "protocolerror", "readerror", "writeerror", "closeerror",
     "incompleteread", "decodeerror", "decodingerror", "connection lost", "the connection was lost")
)  # fmt: skip


def trouble_of(reason: str) -> Trouble:
    """The kind of failure behind a short reason: a library's class name, "HTTP 503", "time-out"."""
    said = reason.casefold().strip()
    if status := re.fullmatch(r"http (\d{3})", said):
        return error_status(int(status[1]))
    if said in _SLOW:
        return TOO_SLOW
    if said in _AWAY:
        return UNREACHABLE
    if said in _CUT:
        return BROKE_OFF
    if "cannot be read" in said or "unreadable" in said:
        return UNREADABLE
    return NO_ANSWER


def exception_trouble(problem: BaseException, *, seconds: float | None = None) -> Trouble:
    """The kind of failure that an HTTP library's exception stands for; `seconds` is the time limit it had."""
    kind = trouble_of(type(problem).__name__)
    return too_slow(seconds) if kind is TOO_SLOW and seconds is not None else kind
