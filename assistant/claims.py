"""Whether a model's own words claim that something was just paid, recorded, changed or sent.

A turn writes nothing: a model can only propose. So such a claim is false, or it is about something older. Code cannot
understand an answer, but it can notice the sentences with which the claim is made, in English and German, and the plain
ones in Italian and French. A claim in the first person ("I have paid it") is always noticed. One that could as well be
about the books ("BILL-7 has been paid") is noticed where a write was asked for or nothing at all was looked up, unless
a tool has said so of exactly that document, or the sentence names a day, a person or "already"; and always where a tool
has just said the contrary of that document.

Nothing is decided by this: it only puts a notice beneath the answer, which is true in any case (docs/security.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_DONE_EN = (
    r"(?:paid|recorded|booked|posted|sent|transfer+ed|wired|remitted|settled|executed|processed|approved|authori[sz]ed|"
    r"released|submitted|completed|changed|updated|cancel+ed|voided|refunded|collected|reconciled|issued|initiated|"
    r"carried out|put through|marked as paid|finali[sz]ed|confirmed|created|made|saved|used)"
)
_STANDS_EN = (
    r"(?:paid|recorded|booked|settled|transfer+ed|executed|completed|changed|updated|cancel+ed|voided|refunded|"
    r"reconciled|done)"
)
"""What "is" said of something that was done; "is confirmed", "are sent" may as well say how things are done here."""
_DONE_DE = (
    r"(?:bezahlt|gezahlt|überwiesen|gebucht|verbucht|eingebucht|erfasst|ausgeführt|freigegeben|genehmigt|geändert|"
    r"aktualisiert|storniert|angewiesen|beglichen|veranlasst|erledigt|abgeschickt|gesendet|versendet|verschickt|"
    r"geschickt|eingetragen|hinterlegt|abgebucht|eingezogen|erstattet|ausgeglichen|getätigt|abgeschlossen|bestätigt)"
)
_DONE_IT = (
    r"(?:pagat[oaie]|registrat[oaie]|inviat[oaie]|eseguit[oaie]|effettuat[oaie]|saldat[oaie]|modificat[oaie]|"
    r"annullat[oaie]|confermat[oaie]|bonificat[oaie]|aggiornat[oaie])"
)
_DONE_FR = (
    r"(?:payée?s?|réglée?s?|enregistrée?s?|virée?s?|envoyée?s?|effectuée?s?|exécutée?s?|modifiée?s?|annulée?s?|"
    r"confirmée?s?)"
)
_BETWEEN = r"(?:\s+(?:now|just|already|also|successfully|all|then|fully))*"

_BY_ME = re.compile(
    rf"\bI(?:['’]ve|\s+have|\s+had)?{_BETWEEN}\s+{_DONE_EN}\b"
    rf"|\b(?:habe?\s+ich|ich\s+habe?)\b.{{0,160}}\b{_DONE_DE}\b"
    rf"|\bho\s+(?:\w+\s+)?{_DONE_IT}\b|\bj['’]ai\s+(?:\w+\s+)?{_DONE_FR}\b"
    r"|\bje\s+viens\s+de\s+(?:payer|régler|virer|envoyer|enregistrer|modifier|annuler)\b",
    re.IGNORECASE,
)
"""Somebody says of themselves that they did it."""
_ONLY_SHOWN = re.compile(
    r"\b(?:card|proposal|list|table|overview|summary|filter|search|query|period|sort\w*|view|draft|question|totals?|"
    r"karte|vorschlag|liste|tabelle|übersicht|filter|zeitraum|suche|entwurf|scheda|elenco|carte)\b"
    r"|\bconfirmed\s+(?:\w+\s+){0,3}(?:that|whether)\b|\bbestätigt,?\s+dass\b",
    re.IGNORECASE,
)
"""What a model may well say that it has made or changed: things of the conversation, and what it has verified."""
_DECIDED = re.compile(
    r"\b(?:confirmed|approved|released)\s+(?:the|your|this|P-)|\bkarte\b.{0,80}\b(?:bestätigt|freigegeben)\b", re.I
)
"""Nobody but a person does that to a card."""
_DONE_AT_ONCE = re.compile(
    r"(?:(?:sure|great|ok(?:ay)?|gern|perfect|alles\s+klar)\W{1,5})?"
    r"(?:(?:all\s+)?done|all\s+set|sorted|confirmed|completed|erledigt|fertig|alles\s+erledigt|fatto|c['’]est\s+fait)\b",
    re.IGNORECASE,
)
"""An answer that begins by saying that it is done."""
_PAYMENT = (
    r"(?:payments?|transfers?|refunds?|reminders?|money|zahlung(?:en)?|überweisung(?:en)?|mahnung(?:en)?|betrag|geld)"
)
_IS_DONE = re.compile(
    rf"\b(?:has|have|had)\b{_BETWEEN}\s+been{_BETWEEN}\s+{_DONE_EN}\b"
    rf"|\b(?:was|were){_BETWEEN}\s+{_DONE_EN}\b|(?:\b(?:is|are)|\bit['’]s){_BETWEEN}\s+{_STANDS_EN}\b"
    rf"|\b{_PAYMENT}\b.{{0,40}}\b(?:went\s+through|is\s+complete|is\s+on\s+its\s+way|has\s+gone\s+out|is\s+done|ist\s+raus)\b"
    rf"|^\W*(?:the\s+|your\s+|die\s+)?{_PAYMENT}\b.{{0,40}}\b(?:{_DONE_EN}|{_DONE_DE})\b"
    rf"|\b(?:pagamento|bonifico)\s+{_DONE_IT}\b|\b(?:paiement|virement)\s+{_DONE_FR}\b"
    rf"|\bwe\s+have{_BETWEEN}\s+{_DONE_EN}\b"
    rf"|\b(?:ist|sind|wurden?)\b.{{0,120}}\b{_DONE_DE}\b"
    rf"|\b(?:è|sono)\s+stat[oaie]\s+{_DONE_IT}\b|\b(?:a|ont)\s+été\s+{_DONE_FR}\b|\b(?:est|sont)\s+{_DONE_FR}\b",
    re.IGNORECASE,
)
"""Something is said to be done, by whomever and whenever."""
_NOT = re.compile(
    r"\b(?:not|never|nothing|no|none|cannot|nobody|neither|unless|without|will|would|can|could|may|must|should|shall|"
    r"to be|need\w*|await\w*|waits?|waiting|pending|being|"
    r"nicht|nichts|kein\w*|nie|niemand|wird|werden|würde\w*|kann|können|könnte\w*|darf|muss|müssen|soll\w*|warte\w*|"
    r"non|nulla|niente|nessun\w*|deve|può|ne|pas|rien|jamais|doit|peut)\b|n['’]t\b|\bn['’]",
    re.IGNORECASE,
)
"""Not done, or not yet."""
_IF = re.compile(
    r"\b(?:once|until|if|unless|when|whenever|after|before|as\s+soon\s+as|only\s+then|say|says|"
    r"sobald|wenn|falls|bis|bevor|nachdem|erst|dann|quando|se|prima|dopo|finché|quand|si|avant|après|"
    r"dès\s+que)\b",
    re.IGNORECASE,
)
_OLDER = re.compile(
    r"(?i:\b(?:already|previously|earlier|yesterday|last|ago|since|bereits|schon|gestern|früher|letzte\w*|già|déjà|"
    r"january|february|march|april|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|januar|februar|märz|mai|juni|juli|oktober|dezember|"
    r"gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|"
    r"janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|"
    r"on\s+may|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|this\s+(?:year|month|week)|diese[sn]?\s+(?:jahr|monat))\b)"
    r"|\b(?:by|da|par)\s+[A-ZÄÖÜ]\w+|\b(?:ist|sind|wurden?)\s+(?:\w+\s+)?von\s+[A-ZÄÖÜ]\w+",
)
"""When it was, or by whom (a name is known by its capital): then it is told of the books."""
_IN_PART = re.compile(r"\d\s*€?\s+(?:is|are|remains?)\s+(?:left|open|due)\b|\bnoch\b.{0,30}\boffen\b", re.IGNORECASE)
_SENTENCE = re.compile(
    r"(?<![\d.])[.!?]+(?=\s|$)|(?<=\d)[.!?]+(?=\s+(?!Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)[A-ZÄÖÜ]|$)|\n+"
)
_CLAUSE = re.compile(r"[,;:–—()]+(?=\s|$)|\s(?:and|but|so|und|aber|sondern|ma|mais|et|e)\s", re.IGNORECASE)
_AHEAD = re.compile(r"\b(?:went|gone)\s+ahead\s+and\s", re.IGNORECASE)
_NAMED = re.compile(r"\b(?=[A-Za-z./-]*\d)(?=[\d./-]*[A-Za-z])[A-Za-z\d]+(?:[./-][A-Za-z\d]+)*\b")
"""Numbers of documents: letters and digits ("BILL-201")."""
_SETTLED = ("paid", "recorded", "voided", "deleted")
_UNSETTLED = ("open", "overdue")
_ALL = re.compile(r"\b(?:everything|all|both|alles?|beide|tutt[oiae]|tous|toutes|tout)\b", re.IGNORECASE)

_ASKS = re.compile(
    r"\b(?:pay|settle|record|book|post|transfer|send(?!\s+me\b)|remit|wire|refund|void|cancel|approve|confirm|execute|"
    r"mark|change|update|collect|issue|create|draft|raise|register|remind|chase|charge|debit|move|reverse|stop|set\s+up|"
    r"add|tick\s+(?:it\s+)?off|give\s+.{1,40}\s+back|get\s+rid\s+of|make\s+(?:out|a\s+payment)|set\s+\S+\s+to\s+paid|"
    r"go\s+ahead|do\s+it|mahne|zieh\w*|erstelle|schreib\w*|manda|fai|crea|addebita|fais|facture|"
    r"freigeben|zahl|zahle|zahlen|bezahl|bezahle|bezahlen|überweis|überweise|überweisen|buch|buche|buchen|verbuche|verbuchen|"
    r"erfass|erfasse|erfassen|storniere|stornieren|ändere|ändern|schick|schicke|sende|senden|bestätige|bestätigen|"
    r"genehmige|begleiche|begleichen|ausführen|mach|markiere|neue\s+(?:iban|bankverbindung|kontonummer)|"
    r"paga|pagare|paghi|registra|registrare|bonifica|invia|annulla|cambia|modifica|conferma|"
    r"paie|payer|paye|payez|règle|régler|enregistre|enregistrer|vire|virer|envoie|annule|change|modifie|confirme)\b"
    r"|\bgib\b.*\bfrei\b|\bführ\w*\b.*\baus\b|^\W*(?:yes|ja|sì|si|oui|ok|okay)\b",
    re.IGNORECASE,
)
_PLEASE = re.compile(r"\b(?:please|can\s+you|could\s+you|bitte|kannst\s+du|können\s+sie|per\s+favore|s['’]il)\b", re.I)
_WONDERS = re.compile(
    r"^\W*(?:was|were|is|are|has|have|had|do|does|did|which|what|who|whom|when|where|why|how|(?:can|could|may)\s+(?:we|i)|should|look\s+up|"
    r"show|list|make\s+a\s+list|update\s+me|"
    r"ist|sind|wurde\w*|hat|hast|haben|welche\w*|wer|wem|wann|wo|warum|wie\w*|müssen|können\s+wir|zeig\w*|"
    r"quali|quale|chi|quando|come|è|la\s+fattura|quelles?|quels?|qui|quand|comment|est)\b",
    re.IGNORECASE,
)
_LOOKED_AT = 20_000
"""Characters of an answer that are read; nobody reads more of it either."""
_DECORATION = " \t*_#>-–•✓✔✅“”„‚‘’'\"\u2060"


def asks_to_write(message: str) -> bool:
    """Whether a person's message asks for something to be paid, recorded, changed or sent, rather than about it."""
    text = message.strip()[:2_000]
    wonders = bool(_WONDERS.search(text)) or (text.endswith("?") and not _PLEASE.search(text))
    return not wonders and bool(_ASKS.search(text))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the tools have said, and what was wished."""

    asked: bool
    """A write was asked for, by the person or by a call of the model."""
    found: bool
    """Something was looked up in this conversation."""
    settled: frozenset[str] = frozenset()
    """The documents that a tool called settled."""
    unsettled: frozenset[str] = frozenset()
    """Those that a tool called open in this turn; what was read before may have been paid since."""


def unproven_claim(text: str, *, asked: bool, results: Sequence[str], earlier: Sequence[str] = ()) -> str:
    """The first sentence of a model that claims a write and that the tools have not said; empty where there is none.

    `asked`: a write was asked for, by the person or by a call of the model. `results`: the tools' results of this turn,
    as JSON; `earlier`: those of the conversation before it.
    """
    anything = _Known(asked=True, found=False)
    perhaps = [sentence for sentence in _sentences(text[:_LOOKED_AT]) if _is_claim(sentence, anything)]
    if not perhaps:  # almost always, and then nothing has to be read
        return ""
    present = [body for body in map(_read, results) if body]
    bodies = [*(body for body in map(_read, earlier) if body), *present]
    told = {_plain(sentence) for body in bodies for words in _answers(body) for sentence in _sentences(words)}
    known = _Known(
        asked=asked,
        found=any("error" not in body for body in bodies),
        settled=frozenset(number for body in bodies for number in _with_status(body, _SETTLED)),
        unsettled=frozenset(number for body in present for number in _with_status(body, _UNSETTLED)),
    )
    return next((each for each in perhaps if _plain(each) not in told and _is_claim(each, known)), "")


def _is_claim(sentence: str, known: _Known) -> bool:
    if sentence.rstrip().endswith("?"):
        return False
    conditional = bool(_IF.search(sentence))
    at_once = bool(_DONE_AT_ONCE.match(sentence.lstrip(_DECORATION)))
    for clause in _clauses(sentence):
        if _NOT.search(clause):
            continue
        if _BY_ME.search(clause) and (_DECIDED.search(clause) or not _ONLY_SHOWN.search(sentence)):
            return True
        done = bool(_IS_DONE.search(clause)) and not conditional
        if done and at_once:
            return True
        if (done or (at_once and known.asked)) and not _is_told(sentence, clause, known):
            return True
    return False


def _is_told(sentence: str, clause: str, known: _Known) -> bool:
    """Whether it may well be told of the books: of a day, a person or a part, or as the tools have said."""
    if _OLDER.search(sentence) or _IN_PART.search(sentence):
        return True
    named = _named(sentence)
    if named and named <= known.settled:
        return True
    against = bool(_named(clause) & known.unsettled) or (bool(known.unsettled) and bool(_ALL.search(clause)))
    return known.found and not known.asked and not against


def _named(text: str) -> set[str]:
    return {number.casefold() for number in _NAMED.findall(text)}


def _sentences(text: str) -> Iterator[str]:
    """The sentences, each with the mark that ends it; the point of a day or an amount ends none."""
    start = 0
    for end in _SENTENCE.finditer(text):
        if sentence := text[start : end.end()].strip():
            yield sentence
        start = end.end()
    if rest := text[start:].strip():
        yield rest


def _clauses(sentence: str) -> Iterator[str]:
    whole = _AHEAD.sub("", sentence)
    yield from (clause for clause in _CLAUSE.split(whole) if clause and clause.strip())


def _plain(sentence: str) -> str:
    return " ".join(re.findall(r"\w+", sentence.casefold()))


def _read(result: str) -> dict[str, object]:
    try:
        body = json.loads(result)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _answers(body: dict[str, object]) -> Iterator[str]:
    """The tool's own sentences: never a text that it only passes on."""
    error = body.get("error")
    for words in (body.get("answer"), error.get("message") if isinstance(error, dict) else None):
        if isinstance(words, str):
            yield words


def _with_status(value: object, wanted: Sequence[str]) -> Iterator[str]:
    """The documents to which a result gives one of these states."""
    if isinstance(value, dict):
        number, status = value.get("number"), value.get("status")
        if isinstance(number, str) and status in wanted:
            yield number.casefold()
    inner: Iterable[object] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _with_status(one, wanted)
