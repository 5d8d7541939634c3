"""Files that come with a message: taken from Chainlit's folder into the house's own store, and shown under it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import chainlit as cl
from chainlit.context import context

from assistant.chat.house import House
from assistant.chat.screen import FILE
from assistant.chat.talks import Talk
from assistant.chat.upstream import show
from assistant.principal import Principal
from assistant.sent_desk import sent_props
from assistant.sent_files import Coming
from assistant.untrusted import harmless
from tools import words
from tools.errors import Language


async def take_in(message: cl.Message, principal: Principal, talk: Talk, house: House, page_language: Language) -> None:
    """Keep what came with the message and show it there; what is not kept is said. Chainlit's own copies go."""
    coming = [one for element in message.elements or () if (one := await _coming(element)) is not None]
    if not coming or house.files is None:
        return
    taken = await house.files.take_in(coming, conversation_id=talk.id, person_id=principal.id)
    for file in taken.files:
        element = cl.CustomElement(
            name=FILE, props=sent_props(file, page_language), url=f"/public/elements/{FILE}.jsx", display="inline"
        )
        await element.send(for_id=message.id)
    talk.sent += taken.files
    if taken.problems:
        told = [problem.get(talk.language) or problem["en"] for problem in taken.problems]
        await show(harmless("\n\n".join(told)))


async def _coming(element: object) -> Coming | None:
    """The name and bytes of one upload; its copy on disk is removed whatever becomes of it."""
    path, name = getattr(element, "path", None), getattr(element, "name", "")
    context.session.files.pop(str(getattr(element, "id", "")), None)
    if not path:
        return None
    try:
        content = await asyncio.to_thread(Path(path).read_bytes)
    except OSError:
        return None
    finally:
        await asyncio.to_thread(Path(path).unlink, missing_ok=True)
    return Coming(str(name), content)


def what_now(talk: Talk) -> str:
    """What is said of files that came without a word."""
    names = words.listed([f"**{words.visible(file.name)}**" for file in talk.sent], talk.language)
    return words.say(
        talk.language,
        f"I have {names}. What shall be done with it? For example: “attach it to bill BILL-201”.",
        f"{names} ist da. Was soll damit geschehen? Zum Beispiel: „Hänge das an die Eingangsrechnung BILL-201“.",
    )
