"""What the audit trail's events and facts are called in words, for people who read a proposal's life."""

from __future__ import annotations

from assistant.audit import AuditTag
from tools.errors import Language
from tools.views import Tone

_Words = dict[Language, str]

_STEPS: dict[AuditTag, tuple[str, str, Tone]] = {
    AuditTag.PROPOSAL_REQUESTED: ("Asked for", "Angefordert", "neutral"),
    AuditTag.PROPOSAL_CREATED: ("Proposed", "Vorgeschlagen", "waiting"),
    AuditTag.PROPOSAL_BLOCKED: ("Not allowed by the rules", "Von den Regeln nicht erlaubt", "refused"),
    AuditTag.PROPOSAL_EXPIRED: ("Expired, nothing written", "Abgelaufen, nichts geschrieben", "neutral"),
    AuditTag.PROPOSAL_SUPERSEDED: ("Replaced by a newer one", "Durch einen neueren ersetzt", "neutral"),
    AuditTag.PROPOSAL_BLOCKED: ("Stopped by the rules", "Von den Regeln angehalten", "refused"),
    AuditTag.PROPOSAL_REFUSED: ("Not allowed to be proposed", "Vorschlag nicht zugelassen", "refused"),
    AuditTag.PROPOSAL_FOUND_ALTERED: ("Found altered and stopped", "Verändert vorgefunden und angehalten", "attention"),
    AuditTag.DECISION_REQUESTED: ("Clicked", "Geklickt", "neutral"),
    AuditTag.DECISION_CONFIRMED: ("Confirmed", "Bestätigt", "done"),
    AuditTag.DECISION_CANCELLED: ("Cancelled", "Abgebrochen", "neutral"),
    AuditTag.DECISION_REFUSED: ("Decision not accepted", "Entscheidung nicht angenommen", "refused"),
    AuditTag.EXECUTION_BLOCKED: ("Stopped, nothing written", "Angehalten, nichts geschrieben", "refused"),
    AuditTag.EXECUTION_POSTPONED: ("Put off, not done yet", "Aufgeschoben, noch nicht ausgeführt", "waiting"),
    AuditTag.EXECUTION_STARTED: ("Being sent", "Wird gesendet", "waiting"),
    AuditTag.EXECUTION_SUCCEEDED: ("Done", "Erledigt", "done"),
    AuditTag.EXECUTION_FAILED: ("Failed, nothing written", "Fehlgeschlagen, nichts geschrieben", "refused"),
    AuditTag.EXECUTION_BECAME_UNKNOWN: ("Outcome unclear", "Ausgang unklar", "attention"),
    AuditTag.EXECUTION_LOOKUP_STARTED: ("Being looked up", "Wird nachgesehen", "waiting"),
    AuditTag.EXECUTION_LOOKED_UP: ("Looked up", "Nachgesehen", "neutral"),
    AuditTag.EXECUTION_SETTLED_BY_PERSON: ("Settled by a person", "Von einer Person geklärt", "attention"),
    AuditTag.EXECUTION_SETTLING_REFUSED: ("Settling not accepted", "Klärung nicht angenommen", "refused"),
    AuditTag.LOGIN_STARTED: ("Signed in", "Angemeldet", "neutral"),
    AuditTag.LOGIN_REFUSED: ("Sign-in refused", "Anmeldung abgelehnt", "refused"),
    AuditTag.LOGIN_ENDED: ("Signed out", "Abgemeldet", "neutral"),
    AuditTag.CONNECTION_MADE: ("Connected", "Verbunden", "neutral"),
    AuditTag.CONNECTION_LOST: ("Connection lost", "Verbindung verloren", "attention"),
    AuditTag.CONNECTION_REMOVED: ("Connection removed", "Verbindung entfernt", "neutral"),
    AuditTag.POLICY_LOADED: ("Rules loaded", "Regeln geladen", "neutral"),
    AuditTag.WRITES_STOPPED: ("All writes stopped", "Alle Ausführungen gestoppt", "attention"),
    AuditTag.WRITES_SWITCH_REFUSED: ("Stop switch refused", "Anhalten oder Erlauben abgelehnt", "refused"),
    AuditTag.WRITES_ALLOWED: ("Writes allowed again", "Ausführungen wieder erlaubt", "neutral"),
    AuditTag.MODEL_CONSENT_GIVEN: ("Language model allowed", "Sprachmodell erlaubt", "neutral"),
    AuditTag.MODEL_CONSENT_WITHDRAWN: (
        "Language model forbidden",
        "Sprachmodell verboten",
        "attention",
    ),
    AuditTag.MODEL_CONSENT_REFUSED: ("Language model: not theirs to allow", "Sprachmodell: nicht befugt", "attention"),
    AuditTag.TOOL_REFUSED: ("Tool not theirs to use", "Werkzeug nicht freigegeben", "refused"),
    AuditTag.SEALING_KEYS_CHANGED: ("Keys of stored tokens changed", "Schlüssel der Zugänge gewechselt", "neutral"),
    AuditTag.WRITES_SWITCH_REFUSED: ("Switch not theirs to move", "Schalter nicht freigegeben", "refused"),
    AuditTag.STEP_UP_PASSED: ("Signed in again", "Erneut angemeldet", "done"),
    AuditTag.STEP_UP_REFUSED: ("Second sign-in not accepted", "Zweite Anmeldung nicht angenommen", "refused"),
    AuditTag.PAYEE_SEEN: ("Payee seen for the first time", "Empfänger zum ersten Mal gesehen", "attention"),
    AuditTag.PAYEE_CHANGED: ("Payee changed", "Empfänger geändert", "attention"),
    AuditTag.AUDIT_CHECKPOINTED: ("Trail signed", "Prüfprotokoll signiert", "neutral"),
}

_FACTS: dict[str, tuple[str, str]] = {
    "verdict": ("Rules", "Regeln"),
    "policy_version": ("rules’ version", "Stand der Regeln"),
    "reasons": ("reasons", "Gründe"),
    "needs": ("needs", "nötig"),
    "reason": ("reason", "Grund"),
    "warning": ("warning", "Warnung"),
    "confirmation": ("confirmation", "Bestätigungscode"),
    "step_up": ("second sign-in", "zweite Anmeldung"),
    "signed_in_at": ("signed in", "angemeldet"),
    "attempt": ("attempt", "Versuch"),
    "body_hash": ("hash of what was sent", "Prüfsumme des Gesendeten"),
    "request_id": ("request at the provider", "Anfrage beim Anbieter"),
    "reference": ("receipt", "Beleg"),
    "provider": ("provider", "Anbieter"),
    "found_by_looking_up": ("found by looking it up", "durch Nachsehen gefunden"),
    "said": ("said", "gesagt"),
    "payment_id": ("payment named", "genannte Zahlung"),
    "note": ("note", "Notiz"),
    "look_up": ("looked up once more", "noch einmal nachgesehen"),
    "by": ("by", "durch"),
    "why": ("why", "warum"),
    "state": ("state", "Stand"),
    "superseded_by": ("replaced by", "ersetzt durch"),
    "replaces": ("replaces", "ersetzt"),
    "expires_at": ("valid until", "gültig bis"),
    "open_beside": ("also open", "ebenfalls offen"),
    "tool": ("action", "Vorgang"),
    "body": ("what was proposed", "was vorgeschlagen wurde"),
    # of the table
    "title": ("The life of {label}", "Der Verlauf von {label}"),
    "source": ("audit trail", "Prüfprotokoll"),
    "event": ("Event", "Ereignis"),
    "when": ("When", "Wann"),
    "who": ("Who", "Wer"),
    "role": ("Role", "Rolle"),
    "step": ("Step", "Schritt"),
    "details": ("Details", "Einzelheiten"),
    "session": ("Session", "Sitzung"),
    "digest": ("Digest", "Prüfsumme"),
    # values
    "allowed": ("allowed", "erlaubt"),
    "refused": ("refused", "abgelehnt"),
    "done": ("it was done", "es wurde ausgeführt"),
    "not_done": ("it was not done", "es wurde nicht ausgeführt"),
    "not_found": ("not there", "nicht vorhanden"),
    "impossible": ("not possible in this version", "in dieser Version nicht möglich"),
    "command_line": ("the command line", "die Kommandozeile"),
    "clicked_confirm": ("on the button that confirms", "auf den Knopf zum Bestätigen"),
    "clicked_cancel": ("on Cancel", "auf Abbrechen"),
    "second_person": ("a second person", "eine zweite Person"),
    "needs_step_up": ("a fresh sign-in", "eine neue Anmeldung"),
    "needs_reason": ("a reason", "eine Begründung"),
    "yes": ("yes", "ja"),
    "no": ("no", "nein"),
    "house": ("the assistant", "der Assistent"),
    "unreadable": ("The facts cannot be read", "Die Angaben sind nicht lesbar"),
    "unfinished": ("no outcome is recorded", "kein Ausgang ist vermerkt"),
}


def step_words(tag: str, language: Language) -> tuple[str, Tone]:
    """What happened, in words and with the tone of its dot; a tag that this version does not know is shown as it is."""
    try:
        en, de, tone = _STEPS[AuditTag(tag)]
    except ValueError:
        return tag, "neutral"
    return (de if language == "de" else en), tone


def fact_word(name: str, language: Language) -> str:
    """What a fact, a column or a value is called; a name that this version does not know is shown as it is."""
    en, de = _FACTS.get(name, (name, name))
    return de if language == "de" else en
