"""The pages of the front door: signing in, being refused, being signed out. No script, no foreign address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal

from assistant.login.problems import Language

STYLE = Path(__file__).parent / "style.css"

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Finance assistant",
        "lead": "Ask about your Xero ledger and your Solaris bank account in your own words, and record payments.",
        "promise": "It reads and proposes. You confirm on a card. Each confirmed payment is carried out once.",
        "sign_in": "Sign in with {called}",
        "sandbox": "Sandbox: no real money moves",
        "demo_people": "No vendor account is connected. You pick one of the demo people on the next page.",
        "out": "You are signed out.",
        "out_only_here": "You are signed out here. {called} could not be reached, so you may still be signed in there.",
        "again": "Sign in again",
        "other": "Sign in as somebody else",
        "no_role_title": "You have no role here",
        "no_role": "{called} knows you as {who}, but you are in none of the groups that may use this application.",
        "no_role_ask": "Ask whoever looks after {called} to put you into one of these groups, then sign in again:",
        "problem_title": "You are not signed in",
        "step_up_title": "Nothing was confirmed",
        "step_up_again": "Try again",
        "step_up_back": "Back to the conversation",
        "leave_title": "Sign out?",
        "leave": "A link on another page wants to sign you out of the finance assistant.",
        "leave_yes": "Sign out",
        "leave_no": "Stay signed in",
        "viewer": "reads and asks",
        "preparer": "proposes payments",
        "approver": "confirms payments",
        "admin": "connects providers",
        "payroll": "sees payroll, beside one of the others",
        "in": "in {organisation} only",
    },
    "de": {
        "title": "Finanzassistent",
        "lead": (
            "Fragen Sie in Ihren eigenen Worten nach Ihrem Xero-Buch und Ihrem Solaris-Konto, und buchen Sie Zahlungen."
        ),
        "promise": (
            "Er liest und schlägt vor. Sie bestätigen auf einer Karte. Jede bestätigte Zahlung wird einmal ausgeführt."
        ),
        "sign_in": "Mit {called} anmelden",
        "sandbox": "Sandbox: es fließt kein echtes Geld",
        "demo_people": "Kein Anbieterkonto ist verbunden. Auf der nächsten Seite wählen Sie eine Demo-Person.",
        "out": "Sie sind abgemeldet.",
        "out_only_here": (
            "Sie sind hier abgemeldet. {called} war nicht erreichbar, dort sind Sie vielleicht noch angemeldet."
        ),
        "again": "Erneut anmelden",
        "other": "Als jemand anderes anmelden",
        "no_role_title": "Sie haben hier keine Rolle",
        "no_role": (
            "{called} kennt Sie als {who}, aber Sie sind in keiner der Gruppen, die diese Anwendung benutzen dürfen."
        ),
        "no_role_ask": (
            "Bitten Sie die für {called} Zuständigen um eine dieser Gruppen und melden Sie sich dann erneut an:"
        ),
        "problem_title": "Sie sind nicht angemeldet",
        "step_up_title": "Es wurde nichts bestätigt",
        "step_up_again": "Noch einmal versuchen",
        "step_up_back": "Zurück zum Gespräch",
        "leave_title": "Abmelden?",
        "leave": "Ein Link auf einer anderen Seite will Sie vom Finanzassistenten abmelden.",
        "leave_yes": "Abmelden",
        "leave_no": "Angemeldet bleiben",
        "viewer": "liest und fragt",
        "preparer": "schlägt Zahlungen vor",
        "approver": "bestätigt Zahlungen",
        "admin": "verbindet Anbieter",
        "payroll": "sieht Lohn und Gehalt, neben einer der anderen",
        "in": "nur in {organisation}",
    },
}


def language_of(accept_language: str) -> Language:
    """The first of the browser's languages that these pages speak."""
    for part in accept_language.lower().split(","):
        match part.strip()[:2]:
            case "de":
                return "de"
            case "en":
                return "en"
    return "en"


@dataclass(frozen=True, slots=True)
class Pages:
    """Writes the pages for one issuer."""

    called: str
    """The issuer's name in sentences."""
    no_real_money: bool
    """Whether the sandbox stands in for every provider that holds money."""
    demo_people: bool
    """Whether the sandbox stands in for the login."""

    def sign_in(self, language: Language, begin: str, *, out: Literal["", "here", "everywhere"] = "") -> str:
        """What this is and how to come in."""
        w = _WORDS[language]
        note = {"": "", "everywhere": w["out"], "here": w["out_only_here"].format(called=self.called)}[out]
        more = f'<p class="quiet">{escape(w["demo_people"])}</p>' if self.demo_people else ""
        return self._page(
            language,
            w["title"],
            (f'<p class="note" role="status">{escape(note)}</p>' if note else "")
            + f"<p>{escape(w['lead'])}</p><p>{escape(w['promise'])}</p>"
            + _button(begin, w["sign_in"].format(called=self.called))
            + more,
        )

    def no_role(self, language: Language, who: str, groups: Sequence[tuple[str, str]], again: str) -> str:
        """Somebody is known but may not come in: who they are and whom to ask."""
        w = _WORDS[language]
        items = "".join(
            f"<li><code>{escape(group)}</code> <span>{escape(_role_words(w, role))}</span></li>"
            for group, role in groups
        )
        return self._page(
            language,
            w["no_role_title"],
            f"<p>{escape(w['no_role'].format(called=self.called, who=who))}</p>"
            f"<p>{escape(w['no_role_ask'].format(called=self.called))}</p><ul>{items}</ul>"
            + _button(again, w["other"]),
        )

    def problem(self, language: Language, words: str, begin: str | None) -> str:
        """Signing in did not succeed: what happened and what to do."""
        w = _WORDS[language]
        again = _button(begin, w["again"]) if begin else ""
        return self._page(language, w["problem_title"], f'<p role="alert">{escape(words)}</p>{again}')

    def step_up_refused(self, language: Language, words: str, *, again: str | None, back: str) -> str:
        """A second sign-in for a card does not count: why, and the ways on. The person stays signed in."""
        w = _WORDS[language]
        said = f'<p role="alert">{escape(words)}</p>'
        if again is None:
            return self._page(language, w["step_up_title"], said + _button(back, w["step_up_back"]))
        link = f'<p class="quiet"><a class="second" href="{escape(back)}">{escape(w["step_up_back"])}</a></p>'
        return self._page(language, w["step_up_title"], said + _button(again, w["step_up_again"]) + link)

    def leave(self, language: Language) -> str:
        """Asks before a foreign link signs somebody out."""
        w = _WORDS[language]
        return self._page(
            language,
            w["leave_title"],
            f"<p>{escape(w['leave'])}</p>"
            f'<form method="post" action="/logout"><button class="deed">{escape(w["leave_yes"])}</button></form>'
            f'<p><a class="second" href="/">{escape(w["leave_no"])}</a></p>',
        )

    def _page(self, language: Language, heading: str, body: str) -> str:
        w = _WORDS[language]
        ribbon = f'<p class="ribbon">{escape(w["sandbox"])}</p>' if self.no_real_money else ""
        return (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
            f"<title>{escape(heading)} · {escape(w['title'])}</title>"
            '<link rel="icon" href="/favicon"><link rel="stylesheet" href="/login/style.css"></head>'
            f'<body>{ribbon}<main><img class="mark" src="/favicon" alt="" width="40" height="40">'
            f"<h1>{escape(heading)}</h1>{body}</main></body></html>"
        )


def _button(address: str, words: str) -> str:
    return f'<p><a class="deed" href="{escape(address)}">{escape(words)}</a></p>'


def _role_words(w: dict[str, str], role: str) -> str:
    name, _, organisation = role.partition("@")
    limited = f", {w['in'].format(organisation=organisation)}" if organisation else ""
    return f"{w[name]}{limited}"
