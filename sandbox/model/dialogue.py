# ruff: noqa: E501  (word tables: one line a pattern)
"""What to do next in a conversation: call tools, ask, or answer. The whole transcript is read afresh each time.

Nothing is remembered between requests: earlier turns are gone through again in order, which gives the same state.
"""

import json
import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sandbox.model.bind import Call, Missing, NotOffered, Offered, bind
from sandbox.model.doubts import doubt, settled
from sandbox.model.encoder import Encoder
from sandbox.model.intents import catalogue
from sandbox.model.pending import Pending, answer_pending, correct, from_choices, go_on
from sandbox.model.plan import Plan, Wish, plan
from sandbox.model.reading import Setting
from sandbox.model.results import rows_of, tell
from sandbox.model.say import can_do, label, numbered, question, say
from sandbox.model.shown import Shown, read_call, read_list, read_rows
from sandbox.model.slots import fill
from sandbox.model.text import LONGEST, clean, language_of
from sandbox.model.transcript import Transcript, Turn
from sandbox.model.unsure import PAYMENTS

_TURNS_READ = 8
_TOLD = "list_sent_files"
_READS_ONLY = re.compile(r"may (?:only )?read(?:,? but (?:may )?not prepare| only)", re.IGNORECASE)
_KINDS = {"list_bills": "bill", "get_bill": "bill", "list_invoices": "invoice", "get_invoice": "invoice"}
_DROP = re.compile(
    r"(?<!\w)(?:cancel\w*|abort|stopp?|halt|discard|drop it|never ?mind|forget it|don't|do not|abbrechen|abbruch|brich|doch nicht|nicht mehr|verwerfen|verwirf|vergiss|lass es|lieber nicht|loschen|stornier\w*|annull\w*|non (?:farlo|piu)|lascia|niente|annul\w*|laisse|oublie)(?!\w)"
)
_AGREE = re.compile(
    r"^(?:\W*(?:and|und|so|please|bitte|jetzt|now)\W+)?(?:yes|yep|yeah|sure|ok|okay|confirm\w*|approve\w*|i (?:confirm|approve)|execute|go ahead|do it|send it|book it|ja|jawohl|genau|passt|stimmt|bestatig\w*|ich bestatige|freigeben|gib frei|ausfuhren|mach\w* (?:es|das)|buche? (?:es|das)|los|si|certo|va bene|conferm\w*|procedi|esegui|oui|d'accord|confirm\w*|vas-y)(?!\w)"
)
_NO = re.compile(r"\W*(?:no|nope|nein|nee|non)(?:,? (?:thanks|thank you|danke|grazie|merci))?\W*")
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
        offered = replace(offered, reads_only=bool(_READS_ONLY.search(transcript.system)))
        known = transcript.known_contacts()
        state = State(shown=read_list(transcript.opening, today))
        for turn in transcript.turns[-_TURNS_READ - 1 : -1]:
            state = self._after(turn, state, offered, today, known)
        turn = transcript.turns[-1]
        left_over = {tool: group for tool, group in offered.more.items() if group not in turn.brought_out}
        offered = replace(offered, more=left_over)
        language = language_of(turn.text, state.language) or "en"
        decision = self._decide(turn.text, state, offered, today, known, language)
        if turn.calls and (_asked_for(turn, decision) or not decision.calls):
            made = [_key(name, arguments) for _, name, arguments in turn.calls]
            left = [call for call in decision.calls if _key(call.tool, call.arguments) not in made]
            if left and not parallel and len(made) < len(decision.calls):
                return Reply(calls=(left[0],))
            told = [tell(turn.results[ident], language) for ident, _, _ in turn.calls if ident in turn.results]
            text = "\n\n".join([*told, *decision.notes])
        elif decision.calls:
            # a card ends the turn without a word of ours, so what this model is has to be said beside the call
            first = not transcript.answered and any(_is_write(call.tool) for call in decision.calls)
            calls = decision.calls if parallel else decision.calls[:1]
            return Reply(say("intro", _spoken("", language, offered)) if first else "", calls)
        else:
            text = "\n\n".join(decision.notes)
        if not transcript.answered:
            text = f"{say('intro', _spoken(text, language, offered) if turn.calls else language)}\n\n{text}"
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
        asked_now = "?" in turn.answer
        pending = decision.pending if asked_now else None
        wishes, wrote = decision.wishes, state.wrote and not turn.calls
        for ident, tool, arguments in turn.calls:
            wrote = wrote or _is_write(tool)
            asked = from_choices(tool, arguments, turn.results.get(ident, ""), decision.wishes)
            pending = asked or pending
        # "the second one" answers the last question: a list shown before that question is not meant by it
        kept = shown if shown.items or asked_now else state.shown
        return State(language, kept, pending, wishes or state.wishes, wrote)

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
        dropped = _dropped(made, state, language)
        if dropped:
            return Decision(notes=(dropped,))
        if state.pending:
            wish = answer_pending(state.pending, made, offered)
            if wish:
                return self._act((wish,), offered, today, language)
        changed = correct(made, state.wishes) or go_on(made, state.wishes)
        if changed:
            return self._act((changed,), offered, today, language)
        if not made.wishes:
            return self._unsure(made, offered, today, language, state)
        return self._act(made.wishes, offered, today, language)

    def _act(self, wishes: tuple[Wish, ...], offered: Offered, today: date, language: str) -> Decision:
        calls: list[Call] = []
        notes: list[str] = []
        pending: Pending | None = None
        for wish in wishes:
            intent = catalogue()[wish.intent]
            if intent.effect == "talk":
                notes.append(_talk(wish.intent, offered, language))
                continue
            wish = settled(wish, offered, today)
            asked = doubt(wish, offered, today, language)
            if asked:
                notes.append(_of(wish, wishes) + asked[0])
                pending = pending or asked[1]
                continue
            outcome = bind(wish, offered)
            if isinstance(outcome, Call):
                if all(_key(outcome.tool, outcome.arguments) != _key(call.tool, call.arguments) for call in calls):
                    calls.append(outcome)
                    notes += _remark(wish, outcome, offered, language)
            elif isinstance(outcome, Missing):
                notes.append(_of(wish, wishes) + question(wish, outcome, language))
                pending = pending or Pending(wish, outcome.slots)
            else:
                notes.append(_not_offered(outcome, offered, language))
        return Decision(wishes, tuple(calls), tuple(dict.fromkeys(notes)), pending)

    def _unsure(self, made: Plan, offered: Offered, today: date, language: str, state: State) -> Decision:
        options = [
            name
            for name in made.guess.likely()
            if catalogue()[name].effect != "talk" and any(map(offered.within_reach, catalogue()[name].tools))
        ]
        outside = made.guess.ranked[:1] and catalogue()[made.guess.ranked[0][0]].effect == "talk"
        if state.pending and len(made.reading.folded) < 60 and not made.reading.has("oosword", "greet", "thanks"):
            return Decision(notes=(state.pending.again(language),), pending=state.pending)
        if not options or outside or not made.reading.has("#domain", "#hard", "#ref"):
            return Decision(notes=(f"{say('out_of_scope', language)} {can_do(offered, language)}",))
        if len(options) == 1 and made.reading.has("ellipsis") and catalogue()[options[0]].effect == "read":
            # "and the account?": a question with one answer would be none
            return self._act(
                (Wish(options[0], fill(catalogue()[options[0]], made.reading), made.reading),), offered, today, language
            )
        wishes = tuple(Wish(name, {}, made.reading) for name in options)
        text = f"{say('did_you_mean', language)}\n{numbered([label(name, language) for name in options])}"
        return Decision(notes=(text,), pending=Pending(wishes[0], frozenset(), intents=tuple(options)))


def _spoken(text: str, language: str, offered: Offered) -> str:
    """The language of an answer that a tool wrote, so that the notice before it is in the same one."""
    return language_of(text, "en" if offered.as_typed and language in ("it", "fr") else language) or language


def _dropped(made: Plan, state: State, language: str) -> str | None:
    """What to say when the person agrees to a card, gives it up, or gives up a question."""
    reading = made.reading
    if state.wrote and not reading.has("#doc", "#pay", "#amount", "show") and len(reading.folded) < 60:
        if _DROP.search(reading.folded) or _NO.fullmatch(reading.folded):
            return say("use_card_cancel", language)
        if _AGREE.search(reading.folded):
            return say("use_card", language)
    refrains = reading.has("refrain") and not any(catalogue()[wish.intent].effect == "write" for wish in made.wishes)
    given_up = state.pending and (reading.has("never") or _NO.fullmatch(reading.folded))
    return say("nothing_done", language) if refrains or given_up else None


def _asked_for(turn: Turn, decision: Decision) -> bool:
    """Whether any call was this model's own: of files that came with a message it is told as of a call."""
    return any(name != _TOLD or any(call.tool == _TOLD for call in decision.calls) for _, name, _ in turn.calls)


def _is_write(tool: str) -> bool:
    return any(intent.effect == "write" and tool in intent.tools for intent in catalogue().values())


def _remark(wish: Wish, call: Call, offered: Offered, language: str) -> list[str]:
    """What of the wish the call leaves out, to be said after its result."""
    mixed = call.tool == "list_contacts" and offered.as_typed and not call.arguments
    one_side = wish.reading.has("customer") != wish.reading.has("supplier")
    return [say("all_contacts", language)] if mixed and one_side else []


def _of(wish: Wish, wishes: tuple[Wish, ...]) -> str:
    """Of which document a question is, where several were asked about at once."""
    number = wish.slots.get("document")
    return f"{number}: " if number and len(wishes) > 1 else ""


def _rows_shown(turn: Turn) -> Shown:
    """The rows of the last tool result of a turn that has any: the person saw them as a table."""
    # what stands beside one document (its payments, its lines) is not what "it" means afterwards
    one = Shown()
    if len(turn.calls) == 1 and turn.calls[0][1] in ("get_bill", "get_invoice"):
        one = read_call(turn.calls[0][2], _KINDS[turn.calls[0][1]])
    for ident, tool, _ in reversed(turn.calls):
        rows = rows_of(turn.results.get(ident, ""))
        if rows and not one.items:
            return read_rows(rows, _KINDS.get(tool))
    return one


def _key(tool: str, arguments: dict[str, Any]) -> str:
    return f"{tool} {json.dumps(arguments, sort_keys=True, default=str)}"


def _talk(name: str, offered: Offered, language: str) -> str:
    if name == "help":
        return can_do(offered, language)
    if name in ("greeting", "who_are_you", "out_of_scope"):
        return f"{say(name, language)} {can_do(offered, language)}"
    return say(name, language)


def _not_offered(outcome: NotOffered, offered: Offered, language: str) -> str:
    if offered.reads_only and outcome.intent in PAYMENTS:
        return say("may_not_pay", language)
    if offered.reads_only and outcome.intent == "change_bank_details":
        return say("may_not_change", language)
    return f"{say('cannot_yet', language, task=label(outcome.intent, language))} {can_do(offered, language)}"
