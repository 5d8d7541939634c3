"""What a person reads about a step-up: on the card, and on the page when it did not succeed. English and German."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlencode

from assistant.login.problems import Language, SignInProblem, Trouble


class StepUpTrouble(StrEnum):
    """Why a step-up does not count; each is in the audit trail under this name."""

    INCOMPLETE = "incomplete"
    NOT_WAITING = "not_waiting"
    LOST = "lost"
    LATE = "late"
    SESSION_OVER = "session_over"
    OTHER_SESSION = "other_session"
    OTHER_PERSON = "other_person"
    NOT_STRICT = "not_strict"
    ROLE_GONE = "role_gone"
    CANCELLED = "cancelled"
    USED = "used"


NOTHING_CONFIRMED: dict[Language, str] = {"en": "Nothing was confirmed.", "de": "Es wurde nichts bestätigt."}

_AGAIN: dict[Language, str] = {
    "en": "Try again, or go back to the conversation.",
    "de": "Versuchen Sie es noch einmal oder gehen Sie zurück zum Gespräch.",
}
_FROM_THE_CARD: dict[Language, str] = {
    "en": "Open the conversation and begin from the card.",
    "de": "Öffnen Sie das Gespräch und beginnen Sie von der Karte aus.",
}
_SAID: dict[StepUpTrouble, tuple[dict[Language, str], dict[Language, str]]] = {
    StepUpTrouble.INCOMPLETE: (
        {
            "en": "This address does not name a card completely.",
            "de": "Diese Adresse nennt keine Karte vollständig.",
        },
        _FROM_THE_CARD,
    ),
    StepUpTrouble.NOT_WAITING: (
        {
            "en": "This card does not wait for your confirmation, or it is not the one that you saw: it may have "
            "expired, been changed, or been decided on.",
            "de": "Diese Karte wartet nicht auf Ihre Bestätigung, oder sie ist nicht die, die Sie gesehen haben: "
            "Vielleicht ist sie abgelaufen, geändert oder schon entschieden.",
        },
        {
            "en": "Go back to the conversation: the card there shows how it stands.",
            "de": "Gehen Sie zurück zum Gespräch: Die Karte dort zeigt den Stand.",
        },
    ),
    StepUpTrouble.LOST: (
        {
            "en": "This second sign-in did not begin in this browser, was finished already, or is too old.",
            "de": "Diese zweite Anmeldung begann nicht in diesem Browser, ist schon abgeschlossen oder zu alt.",
        },
        _FROM_THE_CARD,
    ),
    StepUpTrouble.LATE: (
        {"en": "It took longer than ten minutes.", "de": "Es dauerte länger als zehn Minuten."},
        _AGAIN,
    ),
    StepUpTrouble.SESSION_OVER: (
        {
            "en": "You were signed out in the meantime.",
            "de": "Sie wurden inzwischen abgemeldet.",
        },
        {
            "en": "Sign in, open the conversation and begin from the card.",
            "de": "Melden Sie sich an, öffnen Sie das Gespräch und beginnen Sie von der Karte aus.",
        },
    ),
    StepUpTrouble.OTHER_SESSION: (
        {
            "en": "It was begun in another session than the one in this browser now.",
            "de": "Sie wurde in einer anderen Sitzung begonnen als der jetzigen in diesem Browser.",
        },
        _FROM_THE_CARD,
    ),
    StepUpTrouble.OTHER_PERSON: (
        {
            "en": "{called} signed in somebody else: {other}. Here, {you} is signed in, and only {you} can do this "
            "second sign-in.",
            "de": "{called} hat jemand anderen angemeldet: {other}. Hier ist {you} angemeldet, und nur {you} kann "
            "sich für diese Karte ein zweites Mal anmelden.",
        },
        {
            "en": "Sign in at {called} as {you} and try again.",
            "de": "Melden Sie sich bei {called} als {you} an und versuchen Sie es noch einmal.",
        },
    ),
    StepUpTrouble.NOT_STRICT: (
        {
            "en": "{called} did not check a second factor.",
            "de": "{called} hat keinen zweiten Faktor geprüft.",
        },
        {
            "en": "Set up a second factor in {called} and try again. If you have used one, ask whoever looks after "
            "{called}: its policy has to ask for it.",
            "de": "Richten Sie in {called} einen zweiten Faktor ein und versuchen Sie es noch einmal. Haben Sie einen "
            "benutzt, fragen Sie die für {called} Zuständigen: Die Richtlinie dort muss ihn verlangen.",
        },
    ),
    StepUpTrouble.ROLE_GONE: (
        {
            "en": "{called} no longer lists you in a group that may confirm here.",
            "de": "{called} führt Sie in keiner Gruppe mehr, die hier bestätigen darf.",
        },
        {
            "en": "Ask another person with that role, or whoever looks after {called}.",
            "de": "Bitten Sie eine andere Person mit dieser Rolle oder die für {called} Zuständigen.",
        },
    ),
    StepUpTrouble.CANCELLED: (
        {
            "en": "The second sign-in at {called} was cancelled or refused.",
            "de": "Die zweite Anmeldung bei {called} wurde abgebrochen oder abgelehnt.",
        },
        _AGAIN,
    ),
    StepUpTrouble.USED: (
        {
            "en": "This second sign-in was used already.",
            "de": "Diese zweite Anmeldung wurde schon benutzt.",
        },
        {
            "en": "Go back to the conversation; the card shows whether it counts still.",
            "de": "Gehen Sie zurück zum Gespräch; die Karte zeigt, ob sie noch gilt.",
        },
    ),
}

_MAY_HELP = frozenset(
    {StepUpTrouble.LATE, StepUpTrouble.OTHER_PERSON, StepUpTrouble.NOT_STRICT, StepUpTrouble.CANCELLED}
)
_THE_SAME = {Trouble.NOT_ASSIGNED: StepUpTrouble.CANCELLED, Trouble.NOT_STRICT_ENOUGH: StepUpTrouble.NOT_STRICT}


class StepUpProblem(Exception):
    """A step-up does not count; `text` goes to the person as it is, `reason` and `detail` into the audit trail."""

    def __init__(self, reason: str, words: Mapping[Language, str], *, again: bool, detail: str) -> None:
        super().__init__(words["en"])
        self.reason, self.detail = reason, detail
        self.again = again
        """Whether trying again may help."""
        self._words = words

    def text(self, language: Language) -> str:
        """What happened, that nothing was confirmed, and what to do."""
        return self._words[language]


def step_up_problem(
    trouble: StepUpTrouble, called: str, *, detail: str = "", other: str = "", you: str = ""
) -> StepUpProblem:
    """The problem in its own words; `other` is who signed in at the issuer, `you` who is signed in here."""
    what, then = _SAID[trouble]
    said: dict[Language, str] = {}
    for language, so in NOTHING_CONFIRMED.items():
        words = f"{what[language]} {so} {then[language]}"
        said[language] = words.replace("{called}", called).replace("{other}", other).replace("{you}", you)
    return StepUpProblem(trouble.value, said, again=trouble in _MAY_HELP, detail=detail)


def from_sign_in(problem: SignInProblem) -> StepUpProblem:
    """What went wrong at the issuer, in the words of a step-up where those of a sign-in would mislead."""
    if trouble := _THE_SAME.get(problem.trouble):
        return step_up_problem(trouble, problem.called, detail=problem.detail)
    words: dict[Language, str] = {each: problem.text(each, NOTHING_CONFIRMED) for each in NOTHING_CONFIRMED}
    return StepUpProblem(problem.trouble.name.lower(), words, again=problem.again, detail=problem.detail)


def step_up_address(proposal_id: str, digest: str, thread_id: str) -> str:
    """Where a step-up for exactly this card begins, and which conversation it comes back to."""
    asked = {"digest": digest, "thread": thread_id}
    return f"/step-up/{proposal_id}?{urlencode({name: value for name, value in asked.items() if value})}"
