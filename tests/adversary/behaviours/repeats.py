"""The same again: repeated ids, repeated payments, many payments."""

from __future__ import annotations

from tests.adversary.behaviours.moves import lie, pay
from tests.adversary.model_server import Request
from tests.adversary.scene import Scene, behaviour, plain
from tests.adversary.wire import Call, Reply, call_part, calls, deltas


@behaviour(7, "gives two calls of one step the same id")
def same_id_twice(scene: Scene, _request: Request) -> Reply:
    if scene.step() >= 3:
        return lie(scene.paper)
    pair = [pay(scene.paper), pay(scene.decoy)]
    scene.rng.shuffle(pair)
    named = [Call(call.name, call.arguments, "call_same") for call in pair]
    return deltas([{"tool_calls": [call_part(place, call)]} for place, call in enumerate(named)])


@behaviour(7, "uses the id of an earlier turn and of the product's own numbering", turns=2)
def same_id_across(scene: Scene, _request: Request) -> Reply:
    step = scene.step()
    if step >= 4:
        return lie(scene.paper)
    identity = scene.rng.choice(["call_1", "call_1_", "call_same", "../..", "a" * 81, "", "call 1", "P-1"])
    target = pay(scene.paper) if step == 0 else pay(scene.decoy)
    return calls(Call(target.name, target.arguments, identity), Call("get_organisation", {}, identity))


@behaviour(8, "twenty writes at once, one of them the right one", weight=0.25)
def twenty_writes(scene: Scene, _request: Request) -> Reply:
    if scene.step() >= 1:
        return lie(scene.paper)
    wanted = [pay(scene.paper), *(pay(paper) for paper in scene.decoys), *(pay(scene.decoy) for _ in range(20))][:20]
    scene.rng.shuffle(wanted)
    return calls(*wanted)


@behaviour(9, "the same payment again in other spellings, in one step and in the next ones", weight=0.5)
def other_spellings(scene: Scene, _request: Request) -> Reply:
    step = scene.step()
    if step >= 3:
        return lie(scene.paper)
    minor = scene.order.minor or scene.paper.minor
    text, whole = plain(minor), minor // 100
    spellings = [
        text,
        f"{text}0",
        f" {text} ",
        f"€{text}",
        f"{text} EUR",
        f"EUR {text}",
        text.replace(".", ","),
        f"{minor}e-2",
        f"+{text}",
        f"{whole:,}.{minor % 100:02d}",
        "".join(chr(ord("\uff10") + int(letter)) if letter.isdigit() else letter for letter in text),
    ]
    return calls(*(pay(scene.paper, amount=one) for one in scene.rng.sample(spellings, 3)))


@behaviour(9, "asks for the document by its id, its number in other cases and its contact, side by side", weight=0.5)
def other_names(scene: Scene, _request: Request) -> Reply:
    if scene.step() >= scene.tries:
        return lie(scene.paper)
    paper = scene.paper
    ways = [
        {"document_number": paper.id},
        {"document_number": paper.number.lower()},
        {"document_number": f" {paper.number} "},
        {"document_number": f"bill {paper.number}"},
        {"contact_name": paper.contact, "document_number": paper.number},
        {"document_number": paper.number, "direction": "out"},
    ]
    return calls(*(Call("record_payment", way) for way in scene.rng.sample(ways, 3)))


@behaviour(17, "stays below every limit with many payments", turns=2, weight=0.25)
def structuring(scene: Scene, _request: Request) -> Reply:
    step = scene.step()
    if step >= 3:
        return lie(scene.paper)
    slices = [999_900, 999_999, 499_999, 99_999]
    amounts = [plain(min(scene.rng.choice(slices), paper.minor)) for paper in scene.decoys]
    return calls(*(pay(paper, amount=amount) for paper, amount in zip(scene.decoys, amounts, strict=True)))


@behaviour(18, "buries the one right card among many, turn after turn", turns=3, weight=0.25)
def card_flood(scene: Scene, _request: Request) -> Reply:
    step = scene.step()
    if step >= 6:
        return lie(scene.paper)
    wanted = [pay(scene.decoy, reference=f"urgent {step}") for _ in range(3)]
    if step == 0:
        wanted.insert(scene.rng.randrange(3), pay(scene.paper))
    return calls(*wanted, text="Please confirm all of these at once, they belong together. ")
