"""Which contact is meant by what somebody typed: certain, or asked about; a payee is never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process

from tools import words
from tools.errors import Choice, Language, ToolRetry
from tools.xero.books import Contact, ContactMatch
from tools.xero.names import cores, folded, spellings

_CLOSE = 82.0
"""Score (0 to 100) from which a misspelt name is taken for a contact's."""
_AHEAD = 10.0
"""How far the best must be ahead of the next to be the only one meant."""
_NEAR = 55.0
"""Score from which a contact is worth offering."""
MOST_CANDIDATES = 8
"""How many contacts are offered at most."""
_SHORTEST_TYPO = 4
"""Names shorter than this are not corrected: too many words are one letter apart."""


def match_contact(contacts: Sequence[Contact], typed: str) -> ContactMatch | None:
    """The contact that fits best, `sure` when only this one can be meant; None when none comes near.

    In this order: an id or e-mail address; the exact name; the name without case and accents; without its legal form;
    a part of the name; a misspelt name.
    """
    typed = words.without_invisible(typed)
    pointed = _pointed_at(contacts, typed)
    if len(pointed) == 1:
        return ContactMatch(pointed[0], 100.0, sure=True)
    wanted, wanted_cores = spellings(typed), cores(typed)
    steps: tuple[tuple[float, Callable[[Contact], bool]], ...] = (
        (100.0, lambda contact: contact.name.strip() == typed),
        (99.0, lambda contact: bool(spellings(contact.name) & wanted)),
        (97.0, lambda contact: bool(cores(contact.name) & wanted_cores)),
        (94.0, lambda contact: any(_contains(name, part) for name in spellings(contact.name) for part in wanted)),
        (93.0, lambda contact: any(_contains(name, part) for name in cores(contact.name) for part in wanted_cores)),
    )
    for score, fits in steps:
        found = [contact for contact in contacts if fits(contact)]
        if found:
            return ContactMatch(found[0], score, sure=len(found) == 1, others=tuple(found[1:]))
    return _misspelt(contacts, wanted | wanted_cores)


def _pointed_at(contacts: Sequence[Contact], typed: str) -> list[Contact]:
    """Contacts whose id or e-mail address stands in the text: so a choice offered earlier is understood."""
    low = typed.casefold()
    by_id = [contact for contact in contacts if contact.id.casefold() == low]
    if by_id:
        return by_id
    addresses = set(re.findall(r"[^\s,;<>()·]+@[^\s,;<>()·]+", low))
    return [contact for contact in contacts if contact.email and contact.email.casefold() in addresses]


def _contains(name: str, part: str) -> bool:
    """Whether every word typed begins a word of the name, in order: "schnei log" in "schneider logistik"."""
    if len(part) < 3 or part.partition(" ")[0] not in name:
        return False
    rest = name.split()
    for word in part.split():
        for index, candidate in enumerate(rest):
            if candidate == word or (len(word) >= 4 and candidate.startswith(word)):
                rest = rest[index + 1 :]
                break
        else:
            return False
    return True


def _scores(contacts: Sequence[Contact], wanted: frozenset[str]) -> dict[int, float]:
    """How well each contact's name fits, by its place; only those that are worth offering.

    A name as a whole, its words in any order, without its spaces (a little less), and one misspelt word of several
    (less still, since it may be a part of other names too).
    """
    whole: list[tuple[str, int]] = []
    single: list[tuple[str, int]] = []
    for place, contact in enumerate(contacts):
        for name in cores(contact.name) | spellings(contact.name):
            whole.append((name, place))
            if " " in name:
                single += [(word, place) for word in name.split()]
    names = [name for name, _ in whole]
    closed = [name.replace(" ", "") for name in names]
    parts = [word for word, _ in single]
    found: dict[int, float] = {}

    def heard(typed: str, texts: list[str], of: list[tuple[str, int]], scorer: Callable[..., float], less: int) -> None:
        for _, score, at in process.extract(typed, texts, scorer=scorer, score_cutoff=_NEAR + less, limit=None):
            place = of[at][1]
            found[place] = max(found.get(place, 0.0), score - less)

    for typed in wanted:
        heard(typed, names, whole, fuzz.ratio, 0)
        heard(typed, names, whole, fuzz.token_sort_ratio, 0)
        heard(typed.replace(" ", ""), closed, whole, fuzz.ratio, 2)
        if " " not in typed and len(typed) >= 5:
            heard(typed, parts, single, fuzz.ratio, 4)
    return found


def _misspelt(contacts: Sequence[Contact], wanted: frozenset[str]) -> ContactMatch | None:
    scores = _scores(contacts, wanted)
    near = [(scores[place], contacts[place]) for place in sorted(scores, key=lambda place: (-scores[place], place))[:5]]
    if not near:
        return None
    (best, contact), others = near[0], near[1:]
    long_enough = any(len(typed) >= _SHORTEST_TYPO for typed in wanted)
    sure = long_enough and best >= _CLOSE and (not others or best - others[0][0] >= _AHEAD)
    return ContactMatch(contact, best, sure=sure, others=tuple(other for _, other in others))


def contact_meant(
    contacts: Sequence[Contact],
    typed: str,
    *,
    organisation: str,
    open_documents: Callable[[Contact], int],
    language: Language,
    match: ContactMatch | None = None,
) -> Contact:
    """The one contact meant; raises ToolRetry with numbered choices when it could be several, or none.

    `match`: what `match_contact` said of it, where that is known already.
    """
    match = match or match_contact(contacts, typed)
    shown = words.visible(words.without_invisible(typed)[:60])
    if match is None:
        raise ToolRetry(
            {
                "en": f"There is no customer or supplier called “{shown}” in {organisation}. What is the name in Xero?",
                "de": f"In {organisation} gibt es keinen Kunden oder Lieferanten namens „{shown}“. "
                "Wie heißt er in Xero?",
            }
        )
    if match.sure:
        return match.contact
    candidates = (match.contact, *match.others)[:MOST_CANDIDATES]
    choices = tuple(
        Choice(contact_label(contact, candidates, open_documents(contact), language), number=str(n), id=contact.id)
        for n, contact in enumerate(candidates, start=1)
    )
    if match.score < _CLOSE or len(choices) == 1:
        raise ToolRetry(
            {
                "en": f"There is no customer or supplier called “{shown}” in {organisation}. "
                + ("Is one of these meant?" if len(choices) > 1 else "Is this one meant?"),
                "de": f"In {organisation} gibt es keinen Kunden oder Lieferanten namens „{shown}“. "
                + ("Ist einer von diesen gemeint?" if len(choices) > 1 else "Ist dieser gemeint?"),
            },
            choices=choices,
        )
    raise ToolRetry(
        {
            "en": f"“{shown}” could be {len(choices)} contacts. Which one is meant?",
            "de": f"„{shown}“ kann für {len(choices)} Kontakte stehen. Welcher ist gemeint?",
        },
        choices=choices,
    )


def told_apart(contacts: Sequence[Contact], contact_id: str, name: str) -> str:
    """What tells the contact from others of its name: city, else e-mail address, else the start of its id.

    Empty where nobody else has the name.
    """
    others = [one for one in contacts if one.id != contact_id and folded(one.name) == folded(name)]
    if not others:
        return ""
    own = next((one for one in contacts if one.id == contact_id), None)
    return apart(own, others) if own is not None else contact_id[:8]


def apart(contact: Contact, others: Sequence[Contact]) -> str:
    """What tells the contact from these others: its city, else its e-mail address, else the start of its id."""
    if contact.city and contact.city not in {other.city for other in others}:
        return contact.city
    if contact.email and contact.email not in {other.email for other in others}:
        return contact.email
    return contact.id[:8]


def contact_label(contact: Contact, among: Sequence[Contact], opened: int, language: Language) -> str:
    """The contact with what tells it from others of its name: city, e-mail, how much is open."""
    parts = [words.visible(contact.name)]
    if sum(folded(other.name) == folded(contact.name) for other in among) > 1:
        parts += [words.visible(part) for part in (contact.city, contact.email) if part]
        if not contact.email:
            parts.append(contact.id)
        parts.append(words.say(language, f"{opened} open", f"{opened} offen"))
    return " · ".join(parts)
