"""The chat as Chainlit runs it: what happens when a chat opens, a message comes, a card is clicked.

Chainlit loads this file; nobody imports it. It reaches everything through the house that the wiring has lent. Each
handler is an outermost one: whatever nobody thought of is logged under a number, and the person is told in words.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any

import chainlit as cl
from chainlit.config import config
from chainlit.context import context
from chainlit.types import ThreadDict
from chainlit.utils import wrap_user_function

from assistant.audit import AuditTag
from assistant.card_needs import may_see
from assistant.cards import about, emptied
from assistant.chat.admin import AdminAnswer, AdminDesk, by_command
from assistant.chat.choosing import Choosing, stays, wants_another
from assistant.chat.clicks import Clicking, Clicks
from assistant.chat.house import lent
from assistant.chat.open_cards import CARD, OpenCards, View
from assistant.chat.screen import ChatScreen
from assistant.chat.sent import take_in, what_now
from assistant.chat.talks import Talk, Talks
from assistant.chat.upstream import browser_language, button, show, take_away, tell_pages
from assistant.chat.waiting_list import asked_card, asks_for_more, waiting_table
from assistant.chat.welcome import FIRST_CARDS, NEXT_CARDS, Waits, asks_what_waits, commands, greeting, starters
from assistant.dispatch import Asking, Dispatch
from assistant.language import detect, of_browser
from assistant.login.current import SessionOver
from assistant.principal import Principal, Role
from assistant.proposals import Proposal
from assistant.refusals import Refusal
from assistant.sentences import sentence
from assistant.turn import Turn
from assistant.untrusted import harmless
from tools import words
from tools.base import Organisation, Tool, WriteKind, WriteTool
from tools.errors import Language
from tools.sent_files import NOTHING_SENT, SentFiles

house = lent()
talks = Talks()
cards = OpenCards(house, talks)
clicks = Clicks(house, cards)
admin = AdminDesk(house)
pages: OrderedDict[str, str] = OrderedDict()
"""Which organisation each open page is about."""
_PAGES = 5_000
house.feed.subscribe(cards.changed)

RIBBON = {"en": "Sandbox: no real money moves", "de": "Sandbox: Es fließt kein echtes Geld"}
_JOINER = "\u2060"
"""Put by us into texts that must not be links; it comes back when somebody copies such a text."""


async def push_page(
    language: Language,
    principal: Principal,
    organisation: Organisation | None,
    welcome: dict[str, Any] | None = None,
) -> None:
    """Give the page what stands outside the messages: ribbons, language, greeting, commands."""
    told: dict[str, Any] = {"ribbon": RIBBON[language] if house.sandboxed else "", "language": language}
    told["stopped"] = await admin.stopped(organisation, language) if organisation else ""
    if organisation is not None:
        pages[context.session.id] = organisation.id
        pages.move_to_end(context.session.id)
        while len(pages) > _PAGES:
            pages.popitem(last=False)
    if welcome is not None:
        told["welcome"] = welcome
    await context.emitter.send_window_message({"finance": told})
    may_stop = organisation is not None and principal.may(Role.ADMIN, organisation.id)
    await context.emitter.set_commands(commands(language, admin=may_stop))  # type: ignore[arg-type]


async def say(text: str) -> None:
    """One whole message by code."""
    await show(text)


# opening


async def open_chat() -> None:
    """A new, empty chat: greet by name and role, name the organisation, say what waits."""
    language = browser_language()
    try:
        principal, _ = await house.current()
        place = await house.places.of(principal, context.session.thread_id)
        organisation = place.organisation
        if organisation is None:
            welcome = greeting(principal, None, house.clock(), language, offered=place.offered)
            await push_page(language, principal, None, welcome)
            return
        waits = await what_waits(principal, organisation)
        welcome = greeting(principal, waits, house.local_now(organisation), language)
        await push_page(language, principal, organisation, welcome)
    except SessionOver:
        await say(sentence("session_over", language))
    except Exception as problem:  # noqa: BLE001  # outermost
        await say(sentence("fault", language, id=house.fault("open chat", problem)))


# Chainlit's page knows "system" (light or dark, as the person's machine is set); its settings file only admits the two.
config.ui.default_theme = "system"

# Without the run step that cl.on_chat_start wraps around it: an opened chat is not yet a conversation to store.
config.code.on_chat_start = wrap_user_function(open_chat)


async def what_waits(principal: Principal, organisation: Organisation) -> Waits:
    """What waits in that organisation, from this person's side."""
    return Waits.of(await house.proposals.waiting(organisation_id=organisation.id), principal, organisation)


@cl.set_starters
async def offer_starters(user: cl.User | None, language: str | None) -> list[cl.Starter]:
    """The six starters, by role and language."""
    try:
        principal, _ = await house.current()
        readable = await house.places.readable(principal)
    except SessionOver:
        return []
    may_prepare = any(principal.may(Role.PREPARER, organisation.id) for organisation in readable)
    chosen = starters(of_browser(language or ""), may_prepare=may_prepare)
    return [cl.Starter(label=start.label, message=start.message, icon=start.icon) for start in chosen]


@cl.on_chat_resume
async def resume(thread: ThreadDict) -> None:
    """A conversation comes back: what the model knew, and every card as it stands now."""
    language = browser_language()
    try:
        talk = talks.resumed(thread, language=language)
        principal, session_id = await house.current()
        cards.sit(context.session.id, session_id)
        organisation = (await house.places.of(principal, talk.id)).organisation
        await push_page(talk.language, principal, organisation)
        for element in thread.get("elements") or []:
            if element.get("name") == CARD and organisation is not None:
                await renew_card(element, principal, organisation, talk)
    except SessionOver:
        await say(sentence("session_over", language))
    except Exception as problem:  # noqa: BLE001  # outermost
        await say(sentence("fault", language, id=house.fault("resume", problem)))


async def renew_card(element: Any, principal: Principal, organisation: Organisation, talk: Talk) -> None:
    """Replace a stored card by what is the case now; without a proposal behind it, it can do nothing."""
    props = element.get("props") or {}
    view = View(
        element_id=str(element["id"]),
        message_id=str(element.get("forId") or ""),
        thread_id=talk.id,
        viewer=principal,
        language=str(props.get("language") or talk.language),
        timezone=organisation.timezone,
    )
    try:
        proposal = await house.proposals.get(str(props.get("proposal_id", "")))
        present = await cards.props(proposal, view, context.session.id) if proposal else None
    except Refusal as refusal:
        proposal, present = None, None
        props["word"] = refusal.text(view.language)
    if proposal is not None and not may_see(proposal, principal):
        told = sentence("card_not_shown", view.language, organisation=words.visible(organisation.name))
        element["props"] = emptied(props, told)
        return
    if proposal is None or present is None:
        can = dict.fromkeys(("confirm", "cancel", "edit", "again"), False)
        element["props"] = {**props, "face": "blocked", "fresh": False, "can": can}
        return
    element["props"] = present
    cards.remember(proposal.id, view)


# speaking


@cl.on_message
async def answer(message: cl.Message) -> None:
    """Answer one message."""
    talk = talks.of(context.session.thread_id, language=browser_language())
    text = message.content.replace(_JOINER, "")
    language = talk.language = detect(text, talk.language)
    if talk.lock.locked():
        await say(sentence("still_answering", language))
        return
    async with talk.lock:
        try:
            if not len(talk.history):
                await context.emitter.send_window_message({"finance": {"thread": talk.id}})
            if message.elements:
                principal, _ = await house.current()
                await take_in(message, principal, talk, house, browser_language())
                if not text.strip() and not message.command:
                    if talk.sent:
                        talk.history.answered(line := what_now(talk))
                        await say(line)
                    return
            await answer_turn(text, message.command, talk)
        except SessionOver:
            await say(sentence("session_over", language))
        except Exception as problem:  # noqa: BLE001  # outermost
            await say(sentence("fault", language, id=house.fault("turn", problem)))
    talk.catch_up()


async def answer_turn(text: str, chosen: str | None, talk: Talk) -> None:
    """Answer for whoever is speaking, with the roles of this moment."""
    language = talk.language
    principal, session_id = await house.current()
    cards.sit(context.session.id, session_id)
    place = await house.places.of(principal, talk.id)
    if place.organisation is None:
        await choosing.ask(place, text, chosen, principal, talk)
        return
    if other := wants_another(text, place):
        await say(stays(place, other, language))
        return
    organisation = await house.places.choose(principal, talk.id, place.organisation.id) or place.organisation
    screen = ChatScreen(
        viewer=principal,
        organisation=organisation,
        language=language,
        page_language=browser_language(),
        cards=cards,
    )
    if said := await admin.answer(by_command(text, chosen), principal, organisation, session_id, language):
        await show_admin(text, said, organisation, screen, talk)
        return
    if await shown_by_code(text, chosen, principal, organisation, screen, talk):
        return
    if not await house.consents.given(organisation.id):
        told = {"organisation": words.visible(organisation.name), "host": harmless(house.consents.host)}
        await say(sentence("model_not_allowed", language, **told))
        return
    sent: SentFiles = NOTHING_SENT
    if house.files is not None:
        sent = house.files.here(conversation_id=talk.id, person_id=principal.id, organisation_id=organisation.id)
    with_files, talk.sent = bool(talk.sent), ()
    if with_files and house.files is not None:
        await house.files.bind(conversation_id=talk.id, person_id=principal.id, organisation_id=organisation.id)
    asking = Asking(principal, organisation, talk.id, language, session_id)
    dispatch = Dispatch(
        toolset=house.toolset,
        asking=asking,
        access_for=house.access_for,
        proposals=house.proposals,
        said=talk.history.said,
        families=house.families,
        sent=sent,
        withheld=note_withheld,
    )
    turn = Turn(
        asking=asking,
        history=talk.history,
        model=house.model,
        dispatch=dispatch,
        screen=screen,
        today=house.today(organisation),
        steps=house.turn_steps,
        new_batch=house.new_id,
    )
    try:
        await turn.run(text, with_files=with_files)
    finally:
        await screen.finish()


async def note_withheld(asking: Asking, tool: Tool) -> None:
    """A tool was called for somebody who does not hold its right: that is in the trail, what was asked of it is not."""
    await house.audit.note(
        tag=AuditTag.TOOL_REFUSED,
        organisation_id=asking.organisation.id,
        subject=tool.name,
        facts={"reason": f"needs:{tool.right}", "conversation_id": asking.conversation_id},
        principal=asking.principal,
        session_id=asking.session_id,
    )


async def show_admin(text: str, said: AdminAnswer, organisation: Organisation, screen: ChatScreen, talk: Talk) -> None:
    """What came of an admin's words; everybody's page is told when writing was stopped or allowed."""
    if said.table is not None:
        await screen.table(said.table)
    talk.history.asked(text)
    talk.history.answered(said.line)
    press = said.press
    await screen.notice(said.line, *([button("settle", press.label, press.token)] if press else ()))
    if said.switched:
        line = {language: await admin.stopped(organisation, language) for language in RIBBON}
        theirs = {page for page, shown in pages.items() if shown == organisation.id}
        await tell_pages(theirs, lambda language: {"finance": {"stopped": line[language]}})


async def shown_by_code(
    text: str, chosen: str | None, principal: Principal, organisation: Organisation, screen: ChatScreen, talk: Talk
) -> bool:
    """Whether the message was about what waits; that is answered here, without asking the model."""
    number, before, talk.cards_shown = asked_card(text), talk.cards_shown, 0
    if asks_what_waits(text, chosen):
        waits = await what_waits(principal, organisation)
        if waits.many:
            await screen.table(
                waiting_table(waits.everything, organisation, house.toolset, house.clock(), talk.language)
            )
            talk.cards_shown = FIRST_CARDS
        await show_waiting(text or "Waiting for me", waits.said(talk.language), waits.shown(), screen, talk)
        return True
    if number is not None:
        waits = await what_waits(principal, organisation)
        found = [one for one in waits.everything if one.number == number]
        name = "card_here" if found else "card_not_waiting"
        told = {"organisation": words.visible(organisation.name), "label": f"P-{number}"}
        if found:
            told["about"] = what_it_is_about(found[0], talk.language)
        kind = found[0].kind if found else WriteKind.PAYMENT_OUT
        line = sentence(name, talk.language, kind, **told)
        await show_waiting(text, line, found, screen, talk, fresh=True)
        return True
    if before and asks_for_more(text):
        waits = await what_waits(principal, organisation)
        following = waits.everything[before : before + NEXT_CARDS]
        talk.cards_shown = before + len(following)
        place = {"first": str(before + 1), "last": str(talk.cards_shown), "count": str(len(waits.everything))}
        name = "waiting_next" if following else "waiting_no_more"
        line = sentence(name, talk.language, organisation=words.visible(organisation.name), **place)
        await show_waiting(text, line, following, screen, talk)
        return True
    return False


def what_it_is_about(proposal: Proposal, language: Language) -> str:
    """What a proposal is about, in the language of whoever looks at it (its summary is in the proposer's)."""
    tool = house.toolset.get(proposal.tool)
    if not isinstance(tool, WriteTool):
        return f"{proposal.label}, {harmless(proposal.summary)}"
    return harmless(about(proposal, tool, language))


async def show_waiting(
    text: str, line: str, shown: list[Proposal], screen: ChatScreen, talk: Talk, *, fresh: bool = False
) -> None:
    """These cards with those words; the model is told of them, for what is said next."""
    listed = "\n".join(f"{n}. {p.label}: {p.summary}" for n, p in enumerate(shown, start=1))
    talk.history.asked(text)
    talk.history.answered(f"{line}\n{listed}".strip())
    await screen.cards(shown, line, fresh=fresh)


choosing = Choosing(house, talks, cards.sit, push_page, answer_turn)


# clicking


async def clicking() -> Clicking:
    """Who clicks, read from our tables now. Raises SessionOver or LookupError."""
    principal, session_id = await house.current()
    cards.sit(context.session.id, session_id)
    talk = talks.of(context.session.thread_id, language=browser_language())
    organisation = (await house.places.of(principal, talk.id)).organisation
    if organisation is None:
        raise LookupError("no organisation")
    return Clicking(principal, session_id, organisation, talk.id, talk.language)


async def carry_out(action: cl.Action, which: str) -> dict[str, Any]:
    """One click, whatever it brings."""
    language = browser_language()
    try:
        if which == "choose":
            return await choosing.pressed(action)
        who = await clicking()
        language = who.language
        if which == "look":
            return await clicks.look(action.payload)
        if which == "unknown":
            return await clicks.unknown(action.payload, who)
        if which == "decide":
            return await clicks.decide(action.payload, who)
        if which == "settle":
            return await press_settle(action, who)
        made = await clicks.edit(action.payload, who)
        return await show_edited(made, who) if isinstance(made, Proposal) else made
    except SessionOver:
        return {"refused": sentence("session_over", language)}
    except LookupError:
        return {"refused": sentence("no_organisation", language, person="")}
    except asyncio.CancelledError:
        raise
    except Exception as problem:  # noqa: BLE001  # outermost
        return {"refused": sentence("click_fault", language, id=house.fault(which, problem))}


async def show_edited(proposal: Proposal, who: Clicking) -> dict[str, Any]:
    """The new card under the old one."""
    name = "card_for_others"
    if who.principal.may(Role.APPROVER, who.organisation.id):
        name = "card_for_another" if proposal.second_person else "card_for_me"
    line = sentence(name, who.language, proposal.kind, summary=harmless(proposal.summary))
    screen = ChatScreen(
        viewer=who.principal,
        organisation=who.organisation,
        language=who.language,
        page_language=browser_language(),
        cards=cards,
    )
    talks.of(who.thread_id).told(line)
    await screen.cards([proposal], line, fresh=True)
    return {"ok": True}


async def press_settle(action: cl.Action, who: Clicking) -> dict[str, Any]:
    """What came of an admin's button is said under it; it can be pressed once, so it goes."""
    line = await admin.settle.pressed(action.payload, who.principal, who.organisation, who.session_id, who.language)
    await take_away(action)
    talks.of(who.thread_id).told(line)
    await say(line)
    return {"ok": True}


def answers(which: str) -> None:
    """Whoever clicks under that name is answered."""

    async def on_click(action: cl.Action) -> dict[str, Any]:
        return await carry_out(action, which)

    cl.action_callback(which)(on_click)


# Confirm or Cancel; edited values; how a card stands; an admin's word; an organisation; a name that no button has.
for name in ("decide", "edit", "look", "settle", "choose", "unknown"):
    answers(name)
