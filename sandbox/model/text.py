"""What a person typed, made comparable: cleaned of control characters, bounded, folded letter by letter."""

import re
import unicodedata
from functools import lru_cache

LONGEST = 1200
"""Characters of one message that are read as a request; a longer one is answered without being interpreted."""

_SPACES = re.compile(r"[ \t\u00a0\u2007\u2009\u202f]+")
_ONE_TO_ONE = {"ß": "s", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "’": "'", "‘": "'", "`": "'", "´": "'"}
_ONE_TO_ONE |= {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-", "‑": "-"}
_WORD = re.compile(r"(?:qu|d|l|dell|all|dall|nell|sull)'(?=\w)|[^\W_]+(?:['&.-][^\W_]+)*", re.UNICODE)


def clean(text: str) -> str:
    """The text without control or invisible characters and with single spaces; lines are kept."""
    kept = []
    for char in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")):
        category = unicodedata.category(char)
        if char == "\n":
            kept.append(char)
        elif category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category not in ("Cf", "Co", "Cs", "Cn"):
            kept.append(char)
    return "\n".join(_SPACES.sub(" ", line).strip() for line in "".join(kept).split("\n")).strip()


def fold(text: str) -> str:
    """The text in small letters without accents, of the same length, so that places in both agree."""
    return "".join(_fold_char(char) for char in text)


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char in _ONE_TO_ONE:
        return _ONE_TO_ONE[char]
    lower = char.lower()
    base = unicodedata.normalize("NFD", lower if len(lower) == 1 else char)[0]
    return _ONE_TO_ONE.get(base, base)


def words(text: str) -> list[re.Match[str]]:
    """The words of a (folded or plain) text with their places; `p&l`, `d'affaires` and `INV-7` are one each."""
    return list(_WORD.finditer(text))


_SIGNS: dict[str, frozenset[str]] = {
    "de": frozenset(
        "der die das den dem ein eine einen wir uns unser unsere ist sind und fur mir zeig zeige wie was wer wo wann "
        "welche welcher welches haben hat hoch viel bitte rechnung rechnungen zahle zahlen uberweise uberweisen an von "
        "vom zum zur mit noch alle offene offenen letzten letzte letzter diesen dieser diesem monat monats quartal jahr "
        "ich nicht auf im kannst du bezahlen bezahle bezahlt konto kontostand gib kunden lieferanten danke hallo guten "
        "tag zahlung zahlungen storniere mahne mahnung nein ja doch zweite dritte erste ersten zweiten dritten dann es "
        "euro fallig uberfallig uberfalligen buchungen umsatz bilanz gestern heute morgen seit bis uber unter kein".split()
    ),
    "it": frozenset(
        "il lo la le gli un una di del della dei degli delle che chi ci quali quale quanto quanta quanti abbiamo ho "
        "per con sono e fattura fatture mostrami mostra paga pagare a al alla nostro nostra conto saldo ultimo scorso "
        "mese anno trimestre fornitori clienti cliente grazie ciao buongiorno fai bonifico crea non da dal questo "
        "questa seconda terza prima qual pagamento pagamenti scadute aperte sollecito movimenti annulla in banca si "
        "euro dammi vorrei posso ieri oggi domani quella quello tutti tutte ancora soldi dell anche".split()
    ),
    "fr": frozenset(
        "le la les un une des du de et est sont nous notre nos quel quelle quels quelles combien qui que pour avec sur "
        "facture factures montre montrez moi paie payer payez paye solde compte mois dernier derniere trimestre annee "
        "fournisseurs fournisseur clients merci bonjour salut fais virement au aux a dans ce cette en retard ouvertes "
        "deuxieme troisieme premiere paiement paiements ou je tu peux voudrais annule rappel relance l d j hier "
        "aujourd'hui demain argent impayees toutes tous celle celui encore avons devons doit".split()
    ),
    "en": frozenset(
        "the a an of to for from is are do does did we our us me my show list what which who how when where much many "
        "any please pay send invoice invoices bill bills and with have has been this last month year can could you "
        "customers suppliers give open their they them it be will would on at by in not overdue balance account "
        "payment payments hello hi thanks thank ok yes no cancel remind second first third one number all total due".split()
    ),
}
LANGUAGES = ("en", "de", "it", "fr")


def language_of(text: str, otherwise: str | None = None) -> str | None:
    """The language a person writes in (en, de, it, fr); `otherwise` when too little tells."""
    folded = fold(text[:LONGEST])
    seen = {piece for match in words(folded) for piece in re.split(r"['.-]", match.group())}
    votes = {code: len(seen & signs) for code, signs in _SIGNS.items()}
    votes["de"] += any(char in "äöüßÄÖÜ" for char in text if char.isalpha())
    best = max(votes.values())
    if best == 0:
        return otherwise
    winners = [code for code in LANGUAGES if votes[code] == best]
    if otherwise in winners:
        return otherwise
    return winners[0]
