"""Files attached over the sandbox's real HTTP: to every kind of document, once, and opened again byte for byte."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator

import pytest

from tests.support.real_tools import House, open_house
from tests.support.sent import PAPER, Sent
from tools.base import Access, Draft, WriteAccess
from tools.errors import OutcomeUnknown, ProviderRefused
from tools.xero.attach_file import ATTACH_FILE
from tools.xero.document_papers import list_attachments

pytestmark = pytest.mark.anyio


class Conversation:
    """One conversation with files, over real clients."""

    def __init__(self, house: House) -> None:
        self.house, self.sent = house, Sent()

    @property
    def access(self) -> Access:
        return dataclasses.replace(self.house.access(), sent=self.sent)

    @property
    def writing(self) -> WriteAccess:
        return dataclasses.replace(self.house.writing, contents=self.sent)

    async def propose(self, number: str, **said: object) -> Draft:
        arguments = ATTACH_FILE.signature.arguments(document_number=number, **said).model_dump()
        draft = await ATTACH_FILE.propose(self.access, **arguments)
        assert isinstance(draft, Draft)
        return draft

    def effects(self) -> list[dict[str, object]]:
        every = self.house.sandbox["xero"].effects()
        return [json.loads(json.dumps(one["body"])) for one in every if one["operation"] == "attach_file"]


@pytest.fixture
async def here() -> AsyncIterator[Conversation]:
    async with open_house() as house:
        yield Conversation(house)


async def test_a_file_is_attached_once_and_opens_again_with_the_same_bytes(here: Conversation) -> None:
    content = PAPER + bytes(range(256)) * 20
    here.sent.add("Lieferschein März 2026 (Kopie).pdf", content)
    draft = await here.propose("INV-0042")
    assert await ATTACH_FILE.changed(here.access, draft.payload) is None
    receipt = await ATTACH_FILE.execute(here.writing, draft.payload, "key-1")
    again = await ATTACH_FILE.execute(here.writing, draft.payload, "key-1")
    assert again == receipt and len(here.effects()) == 1
    result = await list_attachments.run(here.access, document_number="INV-0042")
    (file,) = result.files
    assert (file.name, file.media_type, file.size) == (
        "Lieferschein März 2026 (Kopie).pdf", "application/pdf", len(content),
    )  # fmt: skip
    (attached,) = await here.access.papers.files_on(file.document_id)
    assert await here.access.papers.content(file.document_id, attached) == content
    assert await ATTACH_FILE.look_up(here.writing, draft.payload, "key-1") == receipt


@pytest.mark.parametrize(
    ("number", "noun", "kind"),
    [
        ("BILL-201", "Invoices", ""),
        ("CN-0003", "CreditNotes", ""),
        ("QU-0003", "Quotes", "quote"),
        ("PO-0004", "PurchaseOrders", ""),
    ],
)
async def test_every_kind_of_document_takes_one(here: Conversation, number: str, noun: str, kind: str) -> None:
    here.sent.add()
    draft = await here.propose(number, kind=kind)
    assert await ATTACH_FILE.changed(here.access, draft.payload) is None
    assert await ATTACH_FILE.look_up(here.writing, draft.payload, "key-1") is None
    receipt = await ATTACH_FILE.execute(here.writing, draft.payload, "key-1")
    assert await ATTACH_FILE.look_up(here.writing, draft.payload, "key-1") == receipt
    (effect,) = here.effects()
    file = draft.payload["file"]
    assert isinstance(file, dict)
    assert (effect["Noun"], effect["FileName"], effect["SHA256"]) == (noun, "note.pdf", file["digest"])
    changed = await ATTACH_FILE.changed(here.access, draft.payload)
    assert changed is not None and "note.pdf" in changed["en"], "a second one would be overwritten by Xero"


async def test_an_answer_that_is_lost_is_found_by_the_bytes(here: Conversation) -> None:
    here.sent.add()
    draft = await here.propose("BILL-201")
    here.house.sandbox["xero"].fault("PUT /api.xro/2.0/Invoices", "drop_after")
    with pytest.raises(OutcomeUnknown):
        await ATTACH_FILE.execute(here.writing, draft.payload, "key-1")
    found = await ATTACH_FILE.look_up(here.writing, draft.payload, "key-1")
    assert found is not None and len(here.effects()) == 1


async def test_the_customer_sees_it_only_where_that_was_said(here: Conversation) -> None:
    here.sent.add()
    for number, said in (("INV-0042", False), ("INV-0041", True)):
        draft = await here.propose(number, show_to_customer=said)
        await ATTACH_FILE.execute(here.writing, draft.payload, f"key-{number}")
    assert [effect["IncludeOnline"] for effect in here.effects()] == [False, True]


async def test_what_xero_says_of_a_file_that_it_does_not_take_reaches_the_person(here: Conversation) -> None:
    here.sent.add("programme.exe")
    draft = await here.propose("BILL-201")
    with pytest.raises(ProviderRefused, match="isn't a supported file type"):
        await ATTACH_FILE.execute(here.writing, draft.payload, "key-1")
    assert here.effects() == []
