"""The life of a proposal, for an admin and an auditor: every step from the audit trail, in order, in plain words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.audit.export import facts_of
from assistant.audit.steps import without_end
from assistant.audit.words import fact_word, step_words
from assistant.stores.audit import AuditRow
from assistant.stores.moments import from_text
from tools import words
from tools.base import Organisation
from tools.errors import Language
from tools.money import Money
from tools.payee import masked
from tools.views import Column, ColumnKind, Table

_SHORT = 12
"""Letters of a digest or a session that are shown: enough to compare, short enough to read."""
_LONGEST = 300
"""Letters of a value that this version has no words for."""
_COLUMNS = ("event", "when", "who", "role", "step", "details", "session", "digest")
_NOT_SAID = {"digest", "number", "conversation_id"}
"""Facts that have a column of their own, or say nothing to a person."""


def life_table(
    rows: Sequence[AuditRow], proposal_label: str, organisation: Organisation, language: Language, now: datetime
) -> Table:
    """Every step of one proposal, oldest first: who, in which role, when by the organisation's clock, and what.

    `rows` are those of one subject (`AuditTrail.of`, `AuditTrail.of_number`). What this version has no words for is
    shown as it is stored; nothing is left out.
    """
    language = words.spoken(language)
    unfinished = {row.seq for row in without_end(rows)}
    return Table(
        title=fact_word("title", language).format(label=proposal_label),
        columns=tuple(
            Column(
                key=name,
                label=fact_word(name, language),
                kind=ColumnKind.STATUS if name == "step" else ColumnKind.TEXT,
            )
            for name in _COLUMNS
        ),
        rows=tuple(_Step(row, organisation.timezone, language, row.seq in unfinished).cells() for row in rows),
        organisation=organisation.name,
        as_of=now,
        source=fact_word("source", language),
        language=language,
    )


class _Step:
    """One event in words."""

    def __init__(self, row: AuditRow, timezone: str, language: Language, unfinished: bool) -> None:
        self._row, self._zone, self._language, self._unfinished = row, ZoneInfo(timezone), language, unfinished
        self._facts = facts_of(row)

    def cells(self) -> dict[str, object]:
        """The row of the table."""
        row = self._row
        word, tone = step_words(row.tag, self._language)
        by_house = row.actor_id == "house"
        return {
            "event": str(row.seq),
            "when": self._when(row.at),
            "who": self._word("house") if by_house else words.visible(row.actor_name or row.actor_id),
            "role": words.visible(row.roles.replace(",", ", ")),
            "step": {"word": words.visible(word), "tone": tone},
            "details": "; ".join(words.visible(part) for part in self._details()),
            "session": words.visible(row.session_id[:_SHORT]),
            "digest": words.visible(str(self._facts.get("digest", ""))[:_SHORT]),
        }

    def _details(self) -> Iterator[str]:
        if not self._facts and self._row.facts != "{}":
            yield f"{self._word('unreadable')}: {str(self._row.facts)[:_LONGEST]}"
        if "shown" not in self._facts:
            yield from _proposed(self._facts.get("body"), self._language)
        for name, value in sorted(self._facts.items(), key=lambda fact: _place(fact[0])):
            if name not in _NOT_SAID and not (name == "body" and "shown" in self._facts):
                yield from self._said(name, value)
        if self._unfinished:
            yield self._word("unfinished")

    def _said(self, name: str, value: object) -> Iterator[str]:
        match name, value:
            case ("shown", dict()):
                yield from self._shown(value)
            case ("words", str()):
                yield value
            case ("explained", list()):
                yield from (str(line) for line in value)
            case ("verdict", "allowed" | "refused" | "confirm" | "cancel"):
                clicked = value in ("confirm", "cancel")
                yield self._word(f"clicked_{value}") if clicked else f"{self._word(name)}: {self._word(value)}"
            case ("needs", list()):
                yield from self._list(name, value, _NEEDS)
            case ("step_up", dict()):
                yield self._step_up(value)
            case (("reasons" | "open_beside"), list()):
                yield from self._list(name, value, {})
            case (("body_hash" | "confirmation" | "policy_version" | "superseded_by" | "replaces"), str()):
                yield from self._named(name, value[:_SHORT])
            case ("expires_at", str()):
                yield from self._named(name, self._when(value))
            case (_, bool()):
                yield from self._named(name, self._word("yes" if value else "no"))
            case (_, str() | int()):
                yield from self._named(name, self._word(str(value)) if name in _IN_WORDS else str(value))
            case _:
                written = json.dumps(value, ensure_ascii=False, sort_keys=True)
                yield from self._named(name, written if len(written) <= _LONGEST else f"{written[:_LONGEST]}…")

    def _shown(self, shown: Mapping[str, object]) -> Iterator[str]:
        """What the person saw: the headline with amount and payee, then each fact and each warning."""
        head = " · ".join(str(shown[name]) for name in ("headline", "amount", "payee") if shown.get(name))
        if head:
            yield head
        for fact in _listed(shown.get("facts")):
            match fact:
                case [label, value]:
                    yield f"{label}: {value}"
                case _:
                    yield str(fact)
        yield from (f"{self._word('warning')}: {warning}" for warning in _listed(shown.get("warnings")))
        for name in shown.keys() - {"headline", "amount", "payee", "facts", "warnings"}:
            yield from self._said(name, shown[name])

    def _step_up(self, proof: Mapping[str, object]) -> str:
        moment = proof.get("auth_time")
        if isinstance(moment, int) and not isinstance(moment, bool):
            when = self._moment(lambda: datetime.fromtimestamp(moment, self._zone), str(moment))
        else:
            when = self._when(str(moment or ""))
        said = f"{self._word('step_up')}: {proof.get('acr', '')}"
        return f"{said}, {self._word('signed_in_at')} {when}" if when else said

    def _list(self, name: str, value: Sequence[object], called: Mapping[str, str]) -> Iterator[str]:
        if value:
            yield f"{self._word(name)}: " + ", ".join(self._word(called.get(str(each), str(each))) for each in value)

    def _named(self, name: str, value: str) -> Iterator[str]:
        if value:
            yield f"{self._word(name)}: {value}"

    def _word(self, name: str) -> str:
        return fact_word(name, self._language)

    def _when(self, stored: str) -> str:
        return self._moment(lambda: from_text(stored).astimezone(self._zone), stored)

    def _moment(self, read: Callable[[], datetime], otherwise: str) -> str:
        try:
            local = read()
        except (ValueError, OverflowError, OSError):
            return otherwise
        return f"{words.day(local.date(), self._language)}, {local:%H:%M:%S}"


def _proposed(body: object, language: Language) -> Iterator[str]:
    """What was proposed, in a line: the amount or the new account number, whose it is, and the document."""
    payload = body.get("payload") if isinstance(body, dict) else None
    if not isinstance(payload, dict):
        return
    amount, new = payload.get("amount"), payload.get("new")
    said: list[str] = []
    if isinstance(amount, dict) and isinstance(amount.get("minor"), int):
        said.append(words.money(Money.from_minor(amount["minor"], str(amount.get("currency", ""))), language))
    if isinstance(new, dict):
        said.append(masked(str(new.get("number", ""))))
    for part in (payload.get("contact"), payload.get("payee"), payload.get("document")):
        if isinstance(part, dict):
            said.append(str(part.get("name") or part.get("number") or ""))
    if any(said):
        yield " · ".join(filter(None, said))


_IN_WORDS = {"said", "look_up", "by"}
"""Facts whose values have words of their own."""
_NEEDS = {"step_up": "needs_step_up", "reason": "needs_reason", "second_person": "second_person"}
_ORDER = ("shown", "verdict", "explained", "reasons", "needs", "policy_version", "reason", "step_up", "confirmation")


def _place(name: str) -> tuple[int, str]:
    """What was shown first, then what the rules said, then the rest by name."""
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
