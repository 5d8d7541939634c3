"""A chat that only echoes: the least that the web application can carry, for tests of what is around it."""

from __future__ import annotations

from typing import Any

import chainlit as cl

from assistant.login.current import SessionOver, current


async def say(content: str, **more: Any) -> None:
    """One message of the assistant."""
    message: Any = cl.Message(content=content, **more)
    await message.send()


@cl.on_chat_start
async def start() -> None:
    """Greets by name: what is written before the person's first words."""
    principal, _ = await current()
    await say(f"Hello {principal.name}")


@cl.on_message
async def answer(message: cl.Message) -> None:
    """Says the words back with a step, at once if they begin with "fast"; shows a card if asked."""
    if message.content.startswith("fast"):
        await say(message.content)
        return
    try:
        principal, session_id = await current()
    except SessionOver as over:
        await say(over.words)
        return
    if message.content.startswith("card"):
        card = cl.CustomElement(name="Card", props={"amount": "980.00", "lines": [1, 2]}, display="inline")
        await say("Here is a card", elements=[card])
        return
    async with cl.Step(name="thinking", type="tool") as step:
        step.input = {"asked": message.content}
        step.output = "thought"
    roles = ",".join(sorted(grant.role for grant in principal.grants))
    await say(f"{roles} {session_id[:8]}: {message.content}")


@cl.on_chat_resume
async def resume(_thread: Any) -> None:
    """Nothing has to be brought back by hand."""


@cl.action_callback("poke")
async def poke(action: cl.Action) -> dict[str, Any]:
    """A click: who did it."""
    principal, _ = await current()
    return {"by": principal.name, "payload": action.payload}
