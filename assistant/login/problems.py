"""Why a sign-in did not succeed: what happened, what was not done, and what to do next, in the person's language."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Literal

Language = Literal["en", "de"]


NOT_SIGNED_IN: dict[Language, str] = {"en": "You are not signed in.", "de": "Sie sind nicht angemeldet."}


class Trouble(Enum):
    """What can go wrong; the value is what the person reads, in English and in German.

    `{so}` is what was therefore not done: another thing for a first sign-in than for a step-up.
    """

    NOT_THIS_BROWSER = (
        "This sign-in did not start in this browser, or it took longer than ten minutes. {so} Start again.",
        "Diese Anmeldung begann nicht in diesem Browser oder dauerte länger als zehn Minuten. {so} Beginnen Sie noch "
        "einmal.",
    )
    TOO_SLOW = (
        "{called} did not answer in time. {so} Try again in a moment.",
        "{called} hat nicht rechtzeitig geantwortet. {so} Versuchen Sie es gleich noch einmal.",
    )
    OUT_OF_REACH = (
        "{called} cannot be reached at the moment. {so} Try again in a few minutes.",
        "{called} ist gerade nicht erreichbar. {so} Versuchen Sie es in einigen Minuten erneut.",
    )
    NONSENSE = (
        "{called} answered in a way that cannot be used. {so} Try again in a few minutes; if it "
        "stays so, tell whoever looks after {called}.",
        "Die Antwort von {called} ist nicht brauchbar. {so} Versuchen Sie es in einigen "
        "Minuten erneut; bleibt es so, sagen Sie es den für {called} Zuständigen.",
    )
    FORGED = (
        "{called}'s answer did not pass the checks. {so} Start again; if it happens twice, tell "
        "whoever looks after {called}.",
        "Die Antwort von {called} hat die Prüfung nicht bestanden. {so} Beginnen Sie noch "
        "einmal; geschieht es zweimal, sagen Sie es den für {called} Zuständigen.",
    )
    UNSAFE_ADDRESS = (
        "{called}'s address must begin with https://. Nobody can sign in until an administrator corrects OKTA_ISSUER.",
        "Die Adresse von {called} muss mit https:// beginnen. Niemand kann sich anmelden, bis OKTA_ISSUER "
        "berichtigt ist.",
    )
    TOO_LONG_AGO = (
        "{called} did not ask you to prove who you are again. {so} Start again.",
        "{called} hat Sie nicht erneut geprüft. {so} Beginnen Sie noch einmal.",
    )
    NOT_ASSIGNED = (
        "{called} refused the sign-in. {so} You may not be assigned to this application: ask "
        "whoever looks after {called}.",
        "{called} hat die Anmeldung abgelehnt. {so} Vielleicht sind Sie dieser Anwendung nicht "
        "zugewiesen: fragen Sie die für {called} Zuständigen.",
    )
    USED = (
        "This sign-in was used already or took too long. {so} Start again.",
        "Diese Anmeldung wurde schon benutzt oder dauerte zu lange. {so} Beginnen Sie noch einmal.",
    )
    WRONG_CREDENTIALS = (
        "{called} does not accept this application's credentials. Nobody can sign in until an administrator corrects "
        "OKTA_CLIENT_ID or OKTA_CLIENT_SECRET.",
        "{called} erkennt diese Anwendung nicht an. Niemand kann sich anmelden, bis OKTA_CLIENT_ID oder "
        "OKTA_CLIENT_SECRET berichtigt ist.",
    )
    NOT_STRICT_ENOUGH = (
        "{called} could not check you as strictly as asked. {so} Set up the second factor in {called} and start again.",
        "{called} konnte Sie nicht so streng prüfen wie verlangt. {so} Richten Sie dort den "
        "zweiten Faktor ein und beginnen Sie noch einmal.",
    )
    ASKS_FIRST = (
        "{called} needs you to sign in there first. {so} Start again.",
        "{called} verlangt erst dort eine Anmeldung. {so} Beginnen Sie noch einmal.",
    )
    THEIR_OWN = (
        "{called} has a problem of its own. {so} Try again in a few minutes.",
        "{called} hat selbst eine Störung. {so} Versuchen Sie es in einigen Minuten erneut.",
    )
    REFUSED = (
        "{called} refused the sign-in. {so} Start again; if it stays so, ask whoever looks after {called}.",
        "{called} hat die Anmeldung abgelehnt. {so} Beginnen Sie noch einmal; bleibt es so, "
        "fragen Sie die für {called} Zuständigen.",
    )


_CODES = {
    "access_denied": Trouble.NOT_ASSIGNED,
    "invalid_grant": Trouble.USED,
    "invalid_client": Trouble.WRONG_CREDENTIALS,
    "unauthorized_client": Trouble.WRONG_CREDENTIALS,
    "unmet_authentication_requirements": Trouble.NOT_STRICT_ENOUGH,
    "login_required": Trouble.ASKS_FIRST,
    "interaction_required": Trouble.ASKS_FIRST,
    "consent_required": Trouble.ASKS_FIRST,
    "server_error": Trouble.THEIR_OWN,
    "temporarily_unavailable": Trouble.THEIR_OWN,
}


class SignInProblem(Exception):
    """A sign-in did not succeed; `text` goes to the person as it is."""

    def __init__(self, trouble: Trouble, called: str, *, detail: str) -> None:
        self.trouble, self.called = trouble, called
        self.detail = detail
        """For the log: what exactly was wrong."""
        super().__init__(self.text("en"))

    def text(self, language: Language, so: Mapping[Language, str] = NOT_SIGNED_IN) -> str:
        """What happened, what was not done (`so`) and what to do, in the person's language."""
        english, german = self.trouble.value
        words = german if language == "de" else english
        return words.replace("{so}", so[language]).replace("{called}", self.called)

    @property
    def again(self) -> bool:
        """Whether trying again may help."""
        return self.trouble is not Trouble.UNSAFE_ADDRESS


def refusal(called: str, code: str, description: str) -> SignInProblem:
    """The issuer's own refusal (RFC 6749 §4.1.2.1 and §5.2; Okta's own codes) in words for the person."""
    return SignInProblem(_CODES.get(code, Trouble.REFUSED), called, detail=f"{code}: {description}"[:300])
