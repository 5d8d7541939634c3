"""What to do next in a conversation: call tools, ask, or answer. The whole transcript is read afresh each time.

Nothing is remembered between requests: earlier turns are gone through again in order, which gives the same state.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sandbox.model.bind import Call, Missing, NotOffered, Offered, bind
from sandbox.model.encoder import Encoder
from sandbox.model.intents import catalogue
from sandbox.model.pending import Pending, answer_pending, correct, from_choices, go_on
from sandbox.model.plan import Plan, Wish, plan
from sandbox.model.reading import Setting
from sandbox.model.results import rows_of, tell
from sandbox.model.say import can_do, label, numbered, question, say
from sandbox.model.shown import Shown, read_list, read_rows
from sandbox.model.text import LONGEST, clean, language_of
from sandbox.model.transcript import Transcript, Turn

_TURNS_READ = 8
_SHORT_ENOUGH = 300
"""Characters of an earlier message that is gone through again; a longer one leaves nothing open."""


@dataclass(frozen=True)
class Reply:
    """The model's next message: words, or tool calls."""

    text: str = ""
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What one message of the person leads to."""

    wishes: tuple[Wish, ...] = ()
    calls: tuple[Call, ...] = ()
    notes: tuple[str, ...] = ()
    """Said when there are no calls, or after their results."""
    pending: Pending | None = None


@dataclass(frozen=True)
class State:
    """What the conversation so far leaves behind."""

    language: str | None = None
    shown: Shown = field(default_factory=Shown)
    pending: Pending | None = None
    wishes: tuple[Wish, ...] = ()
    wrote: bool = False
    """The last turn proposed a write."""


@dataclass(frozen=True)
class Router:
    """Decides by rules and likeness what a conversation needs next."""

    encoder: Encoder

    def reply(self, transcript: Transcript, offered: Offered, today: date, *, parallel: bool = True) -> Reply:
        """The next message of the assistant."""
        if not transcript.turns:
            return Reply(say("empty", "en"))
        known = transcript.known_contacts()
        state = State(shown=read_list(transcript.opening, today))
        for turn in transcript.turns[-_TURNS_READ - 1 : -1]:
            state = self._after(turn, state, offered, today, known)
        turn = transcript.turns[-1]
        language = language_of(turn.text, state.language) or "en"
        decision = self._decide(turn.text, state, offered, today, known, language)
        if turn.calls:
            made = [_key(name, arguments) for _, name, arguments in turn.calls]
            left = [call for call in decision.calls if _key(call.tool, call.arguments) not in made]
            if left and not parallel and len(made) < len(decision.calls):
                return Reply(calls=(left[0],))
            told = [tell(turn.results[ident], language) for ident, _, _ in turn.calls if ident in turn.results]
            text = "\n\n".join([*told, *decision.notes])
        elif decision.calls:
            return Reply(calls=decision.calls if parallel else decision.calls[:1])
        else:
            text = "\n\n".join(decision.notes)
        if not transcript.answered:
            text = f"{say('intro', language)}\n\n{text}"
        return Reply(text)

    def _after(self, turn: Turn, state: State, offered: Offered, today: date, known: tuple[str, ...]) -> State:
        """The state that an earlier turn left."""
        language = language_of(turn.text, state.language) or "en"
        decision = Decision()
        if len(turn.text) <= _SHORT_ENOUGH:
            decision = self._decide(turn.text, state, offered, today, known, language)
        shown = read_list(turn.answer, today)
        if not shown.items:
            shown = _rows_shown(turn)
        pending = decision.pending if "?" in turn.answer else None
        wishes, wrote = decision.wishes, False
        for ident, tool, arguments in turn.calls:
            wrote = wrote or any(intent.effect == "write" and tool in intent.tools for intent in catalogue().values())
            asked = from_choices(tool, arguments, turn.results.get(ident, ""), decision.wishes)
            pending = asked or pending
        return State(language, shown if shown.items else state.shown, pending, wishes or state.wishes, wrote)

    def _decide(
        self, text: str, state: State, offered: Offered, today: date, known: tuple[str, ...], language: str
    ) -> Decision:
        tidy = clean(text[: LONGEST * 4])
        if len(text) > LONGEST * 4 or len(tidy) > LONGEST:
            return Decision(
                notes=(say("too_long", language, count=f"{len(text):,}".replace(",", " "), most=str(LONGEST)),)
            )
        if not any(char.isalnum() for char in tidy):
            return Decision(notes=(say("empty", language),))
        setting = Setting(today, language, known, state.shown)
        made = plan(tidy, setting, self.encoder)
        seen = made.reading.seen
        if "refrain" in seen and not any(catalogue()[wish.intent].effect == "write" for wish in made.wishes):
            return Decision(notes=(say("nothing_done", language),))
        if "never" in seen and (state.pending or state.wrote):
            return Decision(notes=(say("nothing_done", language),))
        if state.pending:
            wish = answer_pending(state.pending, made, offered)
            if wish:
                return self._act((wish,), offered, language)
        if state.wrote and "yes" in seen and len(tidy) < 40 and not made.strong:
            return Decision(notes=(say("use_card", language),))
        changed = correct(made, state.wishes) or go_on(made, state.wishes)
        if changed:
            return self._act((changed,), offered, language)
        if not made.wishes:
            return self._unsure(made, offered, language, state)
        return self._act(made.wishes, offered, language)

    def _act(self, wishes: tuple[Wish, ...], offered: Offered, language: str) -> Decision:
        calls: list[Call] = []
        notes: list[str] = []
        pending: Pending | None = None
        for wish in wishes:
            intent = catalogue()[wish.intent]
            if intent.effect == "talk":
                notes.append(_talk(wish.intent, offered, language))
                continue
            doubt = _doubt(wish, offered, language)
            if doubt:
                notes.append(doubt[0])
                pending = pending or doubt[1]
                continue
            outcome = bind(wish, offered)
            if isinstance(outcome, Call):
                if all(_key(outcome.tool, outcome.arguments) != _key(call.tool, call.arguments) for call in calls):
                    calls.append(outcome)
            elif isinstance(outcome, Missing):
                notes.append(question(wish, outcome, language))
                pending = pending or Pending(wish, outcome.slots)
            else:
                notes.append(_not_offered(outcome, offered, language))
        return Decision(wishes, tuple(calls), tuple(dict.fromkeys(notes)), pending)

    def _unsure(self, made: Plan, offered: Offered, language: str, state: State) -> Decision:
        options = [
            name
            for name in made.guess.likely()
            if catalogue()[name].effect != "talk" and any(map(offered.allows, catalogue()[name].tools))
        ]
        outside = made.guess.ranked[:1] and catalogue()[made.guess.ranked[0][0]].effect == "talk"
        if state.pending and len(made.reading.folded) < 60 and not made.reading.has("oosword", "greet", "thanks"):
            return Decision(notes=(state.pending.again(language),), pending=state.pending)
        if not options or outside or not made.reading.has("#domain", "#hard", "#ref"):
            return Decision(notes=(f"{say('out_of_scope', language)} {can_do(offered, language)}",))
        wishes = tuple(Wish(name, {}, made.reading) for name in options)
        text = f"{say('did_you_mean', language)}\n{numbered([label(name, language) for name in options])}"
        return Decision(notes=(text,), pending=Pending(wishes[0], frozenset(), intents=tuple(options)))


def _rows_shown(turn: Turn) -> Shown:
    """The rows of the last tool result of a turn that has any: the person saw them as a table."""
    for ident, _, _ in reversed(turn.calls):
        rows = rows_of(turn.results.get(ident, ""))
        if rows:
            return read_rows(rows)
    return Shown()


def _key(tool: str, arguments: dict[str, Any]) -> str:
    return f"{tool} {json.dumps(arguments, sort_keys=True, default=str)}"


def _talk(name: str, offered: Offered, language: str) -> str:
    if name == "help":
        return can_do(offered, language)
    if name in ("greeting", "who_are_you", "out_of_scope"):
        return f"{say(name, language)} {can_do(offered, language)}"
    return say(name, language)


def _not_offered(outcome: NotOffered, offered: Offered, language: str) -> str:
    return f"{say('cannot_yet', language, task=label(outcome.intent, language))} {can_do(offered, language)}"


def _doubt(wish: Wish, offered: Offered, language: str) -> tuple[str, Pending] | None:
    """A question about an amount that cannot be read in one way, or about paying what looks like our own invoice."""
    intent = catalogue()[wish.intent]
    if not any(map(offered.allows, intent.tools)):
        return None
    if intent.effect == "write" and "amount" in intent.slots and "amount" not in wish.slots:
        doubt = _amount_doubt(wish, language)
        if doubt:
            return doubt
    if (
        wish.intent == "create_payment"
        and offered.allows("create_payment")
        and str(wish.slots.get("document", "")).startswith("INV")
    ):
        options = [
            name
            for name in ("create_payment", "mark_invoice_paid", "get_invoice")
            if any(map(offered.allows, catalogue()[name].tools))
        ]
        text = say("ask_out_or_in", language, number=str(wish.slots["document"]))
        asked = f"{text}\n{numbered([label(name, language) for name in options])}"
        if not wish.slots.get("agreed"):
            return asked, Pending(wish, frozenset(), intents=tuple(options), keep=True)
    return None


def _amount_doubt(wish: Wish, language: str) -> tuple[str, Pending] | None:
    amounts = list(wish.reading.amounts)
    if not amounts:
        return None
    typed = wish.reading.text[amounts[0].start : amounts[0].end].strip()
    asking = Pending(wish, frozenset({"amount"}))
    if len(amounts[0].readings) == 2:
        currency = f"{amounts[0].currency or ''} ".lstrip()
        options = tuple(reading for reading in amounts[0].readings if reading == round(reading, 2))
        lines = [
            f"{currency}{option:,.2f}"
            if language == "en"
            else f"{currency}{option:,.2f}".translate(str.maketrans(",.", ".,"))
            for option in options
        ]
        return f"{say('ask_reading', language, typed=typed)}\n{numbered(lines)}", replace(asking, amounts=options)
    if amounts[0].decimals > 2:
        return say("ask_decimals", language, typed=typed), asking
    return None
