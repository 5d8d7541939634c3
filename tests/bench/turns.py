"""What is measured of one running server: its memory, and the time of turns with one chat and with many."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field

import httpx

from tests.bench.servers import Beside, Server
from tests.support.chat import Chat, sign_in

_QUESTIONS = (
    "What is overdue?",
    "What is our balance?",
    "Which bills are due in the next 14 days?",
    "What does Hooli owe us?",
    "List all open invoices of Müller GmbH",
    "Was INV-0058 paid?",
    "Show the last 10 bookings on the bank account",
    "Show me the contact Acme Ltd",
    "Which invoices are over 1,000 euro?",
)
"""Answered from the copy of the ledger or by the bank."""
_LIVE = "Show bill BILL-201"
"""Read live from Xero at every turn: asked with one chat only, because Xero allows 60 calls a minute."""
_PEOPLE = ("Vera Vogel", "Paul Peters", "Anna Albrecht", "Max Maurer")
_AT_ONCE = 5
"""How many chats are opened at a time."""


@dataclass(frozen=True)
class Load:
    """How much is measured."""

    turns: int
    """Turns with one chat, one after another."""
    chats: int
    seconds: float
    """How long the chats are kept busy together."""
    every: float
    """Seconds between two questions of the same chat."""


@dataclass
class Figures:
    """What was measured of one kind of server, rounds joined; times in seconds, memory in bytes."""

    starts: list[float] = field(default_factory=list)
    idle: list[int] = field(default_factory=list)
    per_chat: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)
    model_alone: list[float] = field(default_factory=list)
    """The model's own time in each turn with one chat (not part of `alone`)."""
    model_together: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    """Processor seconds of the server for one turn while all chats are busy."""
    wrong: list[str] = field(default_factory=list)
    """Answers that were errors or empty: a figure with any of these is worth nothing."""


@dataclass(frozen=True)
class _Turn:
    opening: str
    began: float
    seconds: float


async def measure(server: Server, load: Load, figures: Figures, neighbours: Beside) -> None:
    """Measure one running server and add what was found to `figures`."""
    await asyncio.sleep(1.5)  # what the start left to do in the background is done
    figures.idle.append(server.memory())
    meter = _Meter(server, figures)
    async with contextlib.AsyncExitStack() as open_things:
        people = await _signed_in(server)
        for person in people:
            open_things.push_async_callback(person.aclose)
        chats = [Chat(server.url, people[0])]
        await chats[0].connect()
        open_things.push_async_callback(chats[0].close)
        opening = await _open(chats[0], 0, meter)
        await _model_times(neighbours)  # forget the first, cold turn
        turns = await _alone(chats[0], opening, load, meter)
        await _settle(server, turns, neighbours, figures.alone, figures.model_alone)
        before = server.memory()
        openings = [opening, *await _more(people, chats, load, open_things, meter)]
        figures.per_chat.append((server.memory() - before) / (load.chats - 1))
        await _model_times(neighbours)
        used = server.processor_seconds()
        turns = await _together(chats, openings, load, meter)
        figures.processor.append((server.processor_seconds() - used) / len(turns))
        await _settle(server, turns, neighbours, figures.together, figures.model_together)


async def _signed_in(server: Server) -> list[httpx.AsyncClient]:
    if server.kind == "assistant":
        return [await sign_in(server.url, person) for person in _PEOPLE]
    clients = [httpx.AsyncClient(base_url=server.url, timeout=60) for _ in _PEOPLE]
    if server.kind == "echo with SQLite":
        for client, person in zip(clients, _PEOPLE, strict=True):
            (await client.post("/auth/header", headers={"x-bench-person": person})).raise_for_status()
    return clients


async def _open(chat: Chat, number: int, meter: _Meter) -> str:
    """The first question of a chat; no other chat asks the same, which tells the model's requests apart."""
    opening = f"Which bills are over {150 + 7 * number} euro?"
    await meter.turn(chat, opening, opening)
    return opening


async def _more(
    people: list[httpx.AsyncClient],
    chats: list[Chat],
    load: Load,
    open_things: contextlib.AsyncExitStack,
    meter: _Meter,
) -> list[str]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(number: int, chat: Chat) -> str:
        async with gate:
            await chat.connect()
            return await _open(chat, number, meter)

    new = [Chat(meter.server.url, people[number % len(people)]) for number in range(1, load.chats)]
    for chat in new:
        open_things.push_async_callback(chat.close)
    chats.extend(new)
    return await asyncio.gather(*(one(number, chat) for number, chat in enumerate(new, start=1)))


async def _alone(chat: Chat, opening: str, load: Load, meter: _Meter) -> list[_Turn]:
    questions = (*_QUESTIONS, _LIVE)
    turns = []
    for number in range(load.turns):
        turns.append(await meter.turn(chat, questions[number % len(questions)], opening))
        await asyncio.sleep(0.1)  # what the server does after its answer belongs to no turn
    return turns


async def _together(chats: list[Chat], openings: list[str], load: Load, meter: _Meter) -> list[_Turn]:
    end = time.monotonic() + load.seconds
    dice = random.Random(1)

    async def one(number: int, chat: Chat) -> list[_Turn]:
        turns = []
        await asyncio.sleep(load.every * (number + dice.random()) / len(chats))
        asked = number
        while time.monotonic() < end:
            turn = await meter.turn(chat, _QUESTIONS[asked % len(_QUESTIONS)], openings[number])
            turns.append(turn)
            asked += 1
            await asyncio.sleep(max(0.0, load.every - turn.seconds))
        return turns

    of_chats = await asyncio.gather(*(one(number, chat) for number, chat in enumerate(chats)))
    return [turn for turns in of_chats for turn in turns]


@dataclass(frozen=True)
class _Meter:
    """Takes the time of turns and notes answers that are none."""

    server: Server
    figures: Figures

    async def turn(self, chat: Chat, question: str, opening: str) -> _Turn:
        """Ask and time it. An echo has to be one; the product has to have asked a tool without an error."""
        began = time.monotonic()
        answer = await chat.ask(question)
        tools = [step for step in answer.steps if step["type"] == "tool"]
        if self.server.kind == "assistant":
            answered = bool(answer.text and tools) and not any(step.get("isError") for step in tools)
        else:
            answered = answer.text == question
        if not answered:
            self.figures.wrong.append(f"{question} -> {answer.text[:200]!r}")
        return _Turn(opening, began, answer.seconds)


async def _settle(server: Server, turns: list[_Turn], neighbours: Beside, own: list[float], model: list[float]) -> None:
    """Take the model's time out of each turn."""
    asked = await _model_times(neighbours) if server.kind == "assistant" else {}
    for turn in turns:
        spent = sum(
            ended - began
            for began, ended in asked.get(turn.opening, [])
            if turn.began <= began <= turn.began + turn.seconds
        )
        own.append(turn.seconds - spent)
        model.append(spent)


async def _model_times(neighbours: Beside) -> dict[str, list[tuple[float, float]]]:
    async with httpx.AsyncClient() as client:
        notes = (await client.get(f"http://127.0.0.1:{neighbours.proxy}/_recorded")).json()
    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for note in notes:
        times[note["opening"]].append((note["began"], note["ended"]))
    return times
