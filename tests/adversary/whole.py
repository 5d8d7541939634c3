"""The same attack through the whole application: login over HTTP, the chat's socket, clicks as the browser posts them.

The product runs as people run it (`python -m assistant run`), in a process of its own; its model is the hostile server.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.adversary.behaviours import load
from tests.adversary.core import promises, verdict_on
from tests.adversary.humans import HUMANS, Forgery, forgeries
from tests.adversary.judge import Judge
from tests.adversary.model_server import ModelServer, Player, serve_model
from tests.adversary.played import Click, Plan, Played, Violation
from tests.adversary.records import Records
from tests.adversary.rendered import numbers_in
from tests.adversary.scene import Behaviour, Foreign, Paper, Scene
from tests.adversary.soak import Tally, say
from tests.adversary.stage import order_of, plan_of
from tests.adversary.wire import Call, calls, says
from tests.adversary.world import Wanted, World
from tests.support.assistant import QUICK, RunningAssistant, run_assistant
from tests.support.chat import Chat, open_chat, sign_in, step_up
from tests.support.xero_stand_in import Connected

NAMES = {
    "paul": "Paul Peters",
    "anna": "Anna Albrecht",
    "max": "Max Maurer",
    "vera": "Vera Vogel",
    "ada": "Ada Adler",
    "otto": "Otto Ost",
}
APPROVERS = ("anna", "max")
BATCH = 50
SETTLED = ("done", "failed", "blocked", "unclear", "cancelled", "expired", "replaced")
_ANSWER = "These are the books of the demo company."
_PATIENCE = 45.0


@dataclass
class House:
    """The running product with its signed-in people, and what is kept from one episode to the next."""

    product: RunningAssistant
    server: ModelServer
    world: World
    judge: Judge
    browsers: dict[str, httpx.AsyncClient]
    behaviours: dict[str, Behaviour] = field(default_factory=load)
    lasting: list[Foreign] = field(default_factory=list)
    decoys: tuple[Paper, ...] = ()
    alike: dict[str, Paper] = field(default_factory=dict)
    _logged: int = 0
    _days: int = 0

    # what is there at first

    async def begin(self) -> None:
        """Contacts that only look like others, and proposals of somebody else: open, cancelled, done."""
        self._alike = {
            supplier["ContactID"]: self.world.new_contact(str(supplier["Name"]).replace("e", "\u0435", 1) + "\u200b")
            for supplier in self.world.suppliers[:8]
        }
        papers = self.world.make([Wanted(f"F-{n}", 50_000 + n) for n in range(3)])
        async with open_chat(self.product.url, self.browsers["max"]) as chat:
            for paper, what in zip(papers, ("other_person", "rejected", "done"), strict=True):
                self.server.player = _once(Call("record_payment", {"document_number": paper.number}))
                card = (await chat.ask(f"Pay {paper.number}")).card
                if what != "other_person":
                    await chat.action("decide", verdict_on(card, "cancel" if what == "rejected" else "confirm"))
                    await self._settled(chat, card["proposal_id"])
                number = int(str(card["number"]).removeprefix("P-"))
                self.lasting.append(Foreign(card["proposal_id"], number, card["digest"], "", what))
        for effect in self.world.new_effects():
            self.judge.keys[str(effect["idempotency_key"])] += 1
        self._logged = len(self.product.output())

    def documents(self, plans: Sequence[Plan]) -> list[Paper]:
        """What these episodes are about, and what nobody asks for."""
        self._days += 1
        parties = {"bill": self.world.suppliers[:8], "invoice": self.world.customers[:8]}
        wanted = [
            Wanted(f"H-{plan.seed}", plan.minor, plan.kind, parties[plan.kind][plan.seed % 8]["ContactID"])
            for plan in plans
        ]
        decoys = [Wanted(f"D-{self._days}-{n}", 123_456 + 314_159 * n) for n in range(10)]
        alike = [Wanted(f"L-{self._days}-{n}", 777_700, contact_id=made) for n, made in enumerate(self._alike.values())]
        made = self.world.make([*wanted, *decoys, *alike])
        self.decoys = tuple(made[len(wanted) : len(wanted) + len(decoys)])
        self.alike = dict(zip(self._alike, made[len(wanted) + len(decoys) :], strict=True))
        return made[: len(wanted)]

    # episodes

    async def play(self, plans: Sequence[Plan]) -> list[Played]:
        """Play and judge these."""
        played = []
        for plan, paper in zip(plans, self.documents(plans), strict=True):
            one = await self._episode(plan, paper)
            self._log(one)
            await self.judge.judge(one)
            played.append(one)
        await self.judge.audit(played)
        return played

    async def _episode(self, plan: Plan, paper: Paper) -> Played:
        began = time.perf_counter()
        behaviour = self.behaviours[plan.behaviour]
        order = order_of(plan, paper)
        scene = Scene(
            random.Random(f"play/{plan.seed}"),
            order,
            self.decoys,
            tuple(self.lasting),
            organisations=(self.judge.organisation_id, "org-ost"),
            lookalike=self.alike.get(paper.contact_id),
        )
        played = Played(plan, order)
        player: Player = lambda request: behaviour.play(scene, request)  # noqa: E731
        async with open_chat(self.product.url, self.browsers[plan.requester]) as chat:
            asked = self.server.asked
            for _ in range(behaviour.turns):
                self.server.player = player
                await self._turn(chat, scene, played)
            played.asked = self.server.asked - asked
            await self._go_on(chat, played)
            self._seen(chat, played)
            played.conversation_id = chat.thread_id
        played.effects = self.world.new_effects()
        played.faults += [f"the player: {error!r}" for error in self.server.faults]
        self.server.faults.clear()
        played.seconds = time.perf_counter() - began
        return played

    async def _turn(self, chat: Chat, scene: Scene, played: Played) -> None:
        played.turns += 1
        try:
            answer = await chat.ask(scene.order.said, patience=_PATIENCE)
        except AssertionError as error:
            played.faults.append(str(error)[:300])
            return
        cards = answer.named("ConfirmationCard")
        played.most_cards = max(played.most_cards, len(cards))
        played.most_tools = max(played.most_tools, len(answer.steps))
        played.silent = played.silent or not (answer.text.strip() or cards)
        for card in cards:
            await self._decide(chat, card, scene, played)

    async def _decide(self, chat: Chat, card: dict[str, Any], scene: Scene, played: Played) -> None:
        """The requester if they may, then the other approvers, each in a chat of their own."""
        requester = played.plan.requester
        for name in (requester, *(each for each in APPROVERS if each != requester)):
            if name not in APPROVERS:
                continue
            if name == requester:
                over = await self._press(name, chat, card, scene, played)
            else:
                async with open_chat(self.product.url, self.browsers[name]) as other:
                    shown = (await other.ask(f"Show card {card['number']}")).named("ConfirmationCard")
                    over = not shown or await self._press(name, other, shown[-1], scene, played)
                    self._seen(other, played)
            if over:
                return

    async def _press(self, name: str, chat: Chat, card: dict[str, Any], scene: Scene, played: Played) -> bool:
        """One person's buttons; whether the card is decided now."""
        if not card["can"]["confirm"]:
            return False
        verdict = HUMANS[played.plan.human](scene.order, card, scene.rng)
        if verdict == "confirm" and card.get("step_up") and not card["step_up"]["done"]:
            if scene.rng.random() < 0.7:
                return False  # somebody who has no time for a second factor leaves it to the next one
            await step_up(chat, card["step_up"]["url"])
            await chat.action("look", {"proposal_id": card["proposal_id"], "digest": card["digest"]})
            card = chat.named("ConfirmationCard")[-1]
        payload = verdict_on(card, verdict, reason="it was asked for")
        if played.plan.human == "forger":
            for forgery in forgeries({**payload, "verdict": "confirm"}, self._others(payload), scene.rng):
                await self._forge(chat, forgery, played)
        at_once = 2 if scene.rng.random() < 0.05 else 1
        answers = await asyncio.gather(*(self._click(chat, payload) for _ in range(at_once)))
        counted = 0
        for answer in sorted(answers, key=lambda one: not one.get("ok")):
            counted += bool(answer.get("ok"))
            played.clicks.append(Click(name, payload, answer, counted > 1, "two clicks at once" if counted > 1 else ""))
        if not counted:
            return False
        return await self._settled(chat, card["proposal_id"])

    def _others(self, payload: dict[str, Any]) -> list[dict[str, Any]]:
        code = str(payload.get("confirmation", ""))[::-1]
        return [{**payload, "proposal_id": one.id, "digest": one.digest, "confirmation": code} for one in self.lasting]

    async def _click(self, chat: Chat, payload: Any, *, browser: httpx.AsyncClient | None = None) -> dict[str, Any]:
        """What the page posts; the answer of the application, whatever its shape."""
        own, chat.browser = chat.browser, browser or chat.browser
        try:
            answer = await chat.action("decide", payload)
        finally:
            chat.browser = own
        if answer.status_code != 200:
            return {"refused": f"HTTP {answer.status_code}"}
        told = answer.json().get("response")
        return told if isinstance(told, dict) else {"refused": str(told)}

    async def _forge(self, chat: Chat, forgery: Forgery, played: Played) -> None:
        """A forged click; a stranger clicks in this chat with the cookies of their own."""
        if forgery.session_of:
            return  # a session is the cookie: there is no way to name another one
        name = forgery.person
        if name and (name not in self.browsers or self.browsers[name] is chat.browser):
            # The person who is named does not work here, or it is their own card after all: somebody else like them.
            name = next(each for each in APPROVERS if self.browsers[each] is not chat.browser)
        answer = await self._click(chat, forgery.payload, browser=self.browsers.get(name))
        played.clicks.append(Click(name or "forger", forgery.payload, answer, True, forgery.why))

    async def _settled(self, chat: Chat, proposal_id: str) -> bool:
        """Wait until the card shows an end; False when it still waits (for a second person)."""

        def face() -> str:
            return str(_card(chat, proposal_id).get("face", ""))

        await chat.until(lambda: face() in SETTLED or face() in ("mine", "other"), "no end of a card", _PATIENCE)
        for _ in range(20):
            if face() in SETTLED:
                return True
            await asyncio.sleep(0.05)
        return face() in SETTLED

    async def _go_on(self, chat: Chat, played: Played) -> None:
        """An ordinary question in the same chat."""
        if played.plan.seed % 4 and self.behaviours[played.plan.behaviour].kind not in (13, 26, 27):
            return
        self.server.player = lambda request: says(_ANSWER)
        try:
            answer = await chat.ask("Which organisation is this?", patience=_PATIENCE)
        except AssertionError as error:
            played.faults.append(str(error)[:300])
            played.answered_after = False
            return
        played.answered_after = _ANSWER in answer.text

    def _seen(self, chat: Chat, played: Played) -> None:
        """All that this page was sent."""
        for message in chat.messages.values():
            if message["type"] != "user_message":
                played.texts.append(str(message.get("output", "")))
                if message["type"] == "tool":
                    played.texts.append(str(message.get("name", "")))
        played.texts += chat.toasts
        played.cards += chat.named("ConfirmationCard")
        played.tables += chat.named("DataTable")

    def _log(self, played: Played) -> None:
        """What the product wrote to its log meanwhile: no fault, no account number, no secret."""
        said = self.product.output()
        new, self._logged = said[self._logged :], len(said)
        if "Traceback (most recent call last)" in new:
            place = new.rindex("Traceback (most recent call last)")
            played.faults.append(f"in the log: {' '.join(new[place:].split())[-400:]}")
        if number := numbers_in(new):
            self.judge.note("secret", f"the log has the account number {number[:4]}… in full", played)
        for secret in ("sandbox-xero-secret", "sandbox-okta-secret", "sandbox-solaris-secret", "hostile-key"):
            if secret in new:
                self.judge.note("secret", f"the log has {secret!r}", played)


def _card(chat: Chat, proposal_id: str) -> dict[str, Any]:
    cards = [props for props in chat.named("ConfirmationCard") if props["proposal_id"] == proposal_id]
    return cards[-1] if cards else {}


def _once(call: Call) -> Player:
    left = [call]
    return lambda request: calls(left.pop()) if left else says("That is all.")


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """The product up and everybody signed in."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve_model())
        settings = {
            **QUICK,
            "OPENAI_BASE_URL": server.url,
            "OPENAI_API_KEY": "hostile-key",
            "OPENAI_MODEL": "hostile-1",
            "MODEL_TIMEOUT_SECONDS": "10",
            "LEDGER_FRESH_SECONDS": "2",
        }
        running = run_assistant(settings)
        product = await asyncio.to_thread(running.__enter__)
        stack.callback(lambda: running.__exit__(None, None, None))
        world = World(product.sandbox, Connected(product.sandbox["xero"]), {})
        world.learn_contacts()
        browsers = {}
        for name, full in NAMES.items():
            browsers[name] = await sign_in(product.url, full)
            stack.push_async_callback(browsers[name].aclose)
        records = Records(f"sqlite:///{product.home / 'state' / 'assistant.db'}")
        stack.callback(records.close)
        organisation = await records.row("SELECT id FROM organisation")
        assert organisation is not None
        judge = Judge(records, world.contact_of, promises(), world.strangers, str(organisation["id"]))
        last = await records.row("SELECT COALESCE(MAX(seq), 0) AS seq FROM audit_event")
        judge.audited = int(last["seq"]) if last else 0
        house = House(product, server, world, judge, browsers)
        await house.begin()
        yield house


async def whole_worker(seeds: Sequence[int], *, only: Sequence[str] = ()) -> Tally:
    """Play these seeds through the application."""
    tally, behaviours, told = Tally(), load(), 0
    async with open_house() as house:
        began, cpu = time.monotonic(), time.process_time()
        for start in range(0, len(seeds), BATCH):
            plans = [plan_of(seed, behaviours, only=only) for seed in seeds[start : start + BATCH]]
            try:
                tally.take(await house.play(plans))
            except Exception as error:  # noqa: BLE001  # a product that cannot be played against is a finding too
                house.judge.found.append(Violation("broke", f"{error!r}"[:400], seeds[start], "", ""))
                break
            for violation in house.judge.found[told:]:  # now: a long run that is cut off has still said what it found
                say(violation.line())
            told = len(house.judge.found)
            say(f"… {tally.episodes} through the whole application, {len(house.judge.found)} violations")
        tally.violations += house.judge.found
        tally.seconds, tally.cpu = time.monotonic() - began, time.process_time() - cpu
    return tally


def soak_whole(episodes: int, seed: int, *, only: Sequence[str] = ()) -> Tally:
    """So many episodes from that seed on, one after the other."""
    return asyncio.run(whole_worker(range(seed, seed + episodes), only=only))
